//! A valid redirect URL: what may be registered, and how a request is compared with it.
//!
//! Registering is strict, so that comparing can be the comparison of bytes and nothing else
//! (RFC 9700 §2.1: "exact string matching").

use std::fmt;

use url::{Host, Url};

use crate::associations::issuer::is_loopback;

pub const LONGEST: usize = 2000;
pub const MOST: usize = 20;

/// What our answers say in the query; a registered URL that said it too would say it twice.
const OURS: [&str; 5] = ["code", "state", "iss", "error", "error_description"];

#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(transparent)]
pub struct RedirectUrl(String);

crate::db::column!(RedirectUrl: String);

/// Each has its own sentence on the page.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Mistake {
    #[error("replace my_community with your community's name")]
    Placeholder,
    #[error("there is a blank inside the URL")]
    Blank,
    #[error("a URL cannot hold {0:?}")]
    Character(char),
    #[error("a star is not allowed; every redirect URL is listed in full")]
    Wildcard,
    #[error("this is not a full URL; it begins with https:// and a host name")]
    NotAbsolute,
    #[error("use {https}; http can be read and changed on the way")]
    Http { https: String },
    #[error("{0}: is not allowed; it must begin with https://")]
    Scheme(String),
    #[error("remove the user name or password before the host")]
    UserInfo,
    #[error("remove the part from # on")]
    Fragment,
    #[error("{0} in the query is what the answer of a log-in says; remove it")]
    Reserved(String),
    #[error("write it as browsers do: {0}")]
    NotCanonical(String),
    #[error("the host name is not valid")]
    Host,
    #[error("the URL is longer than {LONGEST} characters")]
    TooLong,
    #[error("this URL is on the list already")]
    Duplicate,
}

impl RedirectUrl {
    /// `development` says that the association's own site is on loopback: then http is fine there.
    pub fn register(typed: &str, development: bool) -> Result<Self, Mistake> {
        let text = typed.trim();
        if text.len() > LONGEST {
            return Err(Mistake::TooLong);
        }
        if text.contains("my_community") {
            return Err(Mistake::Placeholder);
        }
        if text.chars().any(char::is_whitespace) {
            return Err(Mistake::Blank);
        }
        if text.contains('*') {
            return Err(Mistake::Wildcard);
        }
        // RFC 3986 §2: what a URL is made of; quotes, brackets and everything beyond ASCII is not.
        let foreign = |c: &char| !c.is_ascii_graphic() || "\"<>\\^`{|}".contains(*c);
        if let Some(character) = text.chars().find(foreign) {
            return Err(Mistake::Character(character));
        }
        let (scheme, rest) = text.split_once("://").ok_or_else(|| not_absolute(text))?;
        let is_web = ["https", "http"].iter().any(|web| scheme.eq_ignore_ascii_case(web));
        // Browsers would take `https:///cb` for `https://cb/`.
        if is_web && (rest.is_empty() || rest.starts_with(['/', '?', '#'])) {
            return Err(Mistake::NotAbsolute);
        }
        let url = Url::parse(text)
            .map_err(|_| if is_web { Mistake::Host } else { Mistake::Scheme(scheme.to_owned()) })?;
        match url.scheme() {
            "https" => {}
            "http" if development && is_loopback(&url) => {}
            "http" => return Err(Mistake::Http { https: format!("https://{rest}") }),
            _ => return Err(Mistake::Scheme(scheme.to_owned())),
        }
        if !url.username().is_empty() || url.password().is_some() || authority(rest).contains('@') {
            return Err(Mistake::UserInfo);
        }
        if text.contains('#') {
            return Err(Mistake::Fragment);
        }
        if !has_plain_host(&url) {
            return Err(Mistake::Host);
        }
        // Browsers leave these as they are, RFC 3986 does not know them there (§2.1, §3.2.2).
        if let Some(character) = stray(&rest[authority(rest).len()..]) {
            return Err(Mistake::Character(character));
        }
        if let Some((name, _)) = url.query_pairs().find(|(name, _)| OURS.contains(&&**name)) {
            return Err(Mistake::Reserved(name.into_owned()));
        }
        // Whatever a browser would write differently could not be compared byte by byte (SEC-A11).
        match url.as_str() {
            written if written == text => Ok(Self(text.to_owned())),
            written => Err(Mistake::NotCanonical(written.to_owned())),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `https://harbortrades.mobilize.io/`: where the community starts.
    pub fn start(&self) -> String {
        match Url::parse(&self.0) {
            Ok(url) => format!("{}/", url.origin().ascii_serialization()),
            Err(_) => self.0.clone(),
        }
    }

    pub fn host(&self) -> String {
        Url::parse(&self.0)
            .ok()
            .and_then(|url| Some(url.host_str()?.to_owned()))
            .unwrap_or_default()
    }
}

impl fmt::Display for RedirectUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One URL a line; a pasted list with commas, semicolons or blanks splits where a URL begins.
pub fn split(pasted: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for line in pasted.lines() {
        for piece in line.split([',', ';']) {
            let mut rest = piece.trim();
            while let Some(next) = rest.get(1..).and_then(|tail| {
                let at = [" https://", " http://", "\thttps://", "\thttp://"];
                at.iter().filter_map(|start| tail.find(start)).min()
            }) {
                let (first, after) = rest.split_at(next + 1);
                found.push(first.trim().to_owned());
                rest = after.trim();
            }
            if !rest.is_empty() {
                found.push(rest.to_owned());
            }
        }
    }
    found
}

fn not_absolute(text: &str) -> Mistake {
    match text.split_once(':') {
        Some((scheme, _))
            if !scheme.is_empty()
                && !scheme.contains('.')
                && scheme
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"+-".contains(&byte)) =>
        {
            Mistake::Scheme(scheme.to_owned())
        }
        _ => Mistake::NotAbsolute,
    }
}

fn authority(rest: &str) -> &str {
    rest.split(['/', '?', '#']).next().unwrap_or_default()
}

/// A bracket, which belongs to hosts alone, or a percent sign that encodes nothing.
fn stray(after_host: &str) -> Option<char> {
    let encodes =
        |rest: &str| rest.len() >= 2 && rest.bytes().take(2).all(|digit| digit.is_ascii_hexdigit());
    let mut found = after_host.char_indices();
    let (_, character) = found.find(|(at, character)| match character {
        '[' | ']' => true,
        '%' => !encodes(&after_host[at + 1..]),
        _ => false,
    })?;
    Some(character)
}

/// Letters, digits, hyphens, and underscores in labels: the vendor's own example has one.
fn has_plain_host(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => {
            name.len() <= 253
                && name.split('.').all(|label| {
                    !label.is_empty()
                        && label.len() <= 63
                        && label
                            .bytes()
                            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
                })
        }
        Some(Host::Ipv4(_) | Host::Ipv6(_)) => true,
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOBILIZE: &str = "https://harbortrades.mobilize.io/users/auth/openidconnect/callback";
    const HIGHER_LOGIC: &str =
        "https://community.harbor.example/HigherLogic/Security/OAuth/Authentication.aspx";

    fn mistake(typed: &str) -> Mistake {
        RedirectUrl::register(typed, false).unwrap_err()
    }

    /// R3, R4.
    #[test]
    fn what_the_platforms_print_is_accepted_as_it_stands() {
        for url in [
            MOBILIZE,
            HIGHER_LOGIC,
            "https://harbor_trades.mobilize.io/users/auth/openidconnect/callback",
            "https://harbor.example:8443/cb?tenant=1",
            "https://harbor.example/cb%20x?a%5B%5d=1",
            "https://xn--bcher-kva.example/cb",
        ] {
            assert_eq!(RedirectUrl::register(url, false).unwrap().as_str(), url);
        }
        let pasted = format!(" {MOBILIZE} ");
        assert_eq!(RedirectUrl::register(&pasted, false).unwrap().as_str(), MOBILIZE);
    }

    /// R4, SEC-A1, A2, A3, A6, A11, A16.
    #[test]
    fn every_mistake_has_its_own_name() {
        assert_eq!(
            mistake(&MOBILIZE.replace("harbortrades", "my_community")),
            Mistake::Placeholder
        );
        let https = MOBILIZE.to_owned();
        assert_eq!(mistake(&MOBILIZE.replace("https", "http")), Mistake::Http { https });
        assert_eq!(mistake("https://a.example/cb#x"), Mistake::Fragment);
        assert_eq!(mistake("https://a.example/cb#"), Mistake::Fragment);
        assert_eq!(mistake("https://*.a.example/cb"), Mistake::Wildcard);
        assert_eq!(mistake("https://a.example*"), Mistake::Wildcard);
        assert_eq!(mistake("https://ann@a.example/cb"), Mistake::UserInfo);
        assert_eq!(mistake("https://@a.example/cb"), Mistake::UserInfo);
        assert_eq!(mistake("https://a.example@@evil.example/cb"), Mistake::UserInfo);
        assert_eq!(mistake("https://a.example /cb"), Mistake::Blank);
        assert_eq!(mistake("/users/auth/callback"), Mistake::NotAbsolute);
        assert_eq!(mistake("a.example/cb"), Mistake::NotAbsolute);
        assert_eq!(mistake("https:///cb"), Mistake::NotAbsolute);
        assert_eq!(mistake("JaVaScRiPt:alert(1)"), Mistake::Scheme("JaVaScRiPt".to_owned()));
        assert_eq!(mistake("data:text/html,x"), Mistake::Scheme("data".to_owned()));
        assert_eq!(mistake("ftp://a.example/cb"), Mistake::Scheme("ftp".to_owned()));
        assert_eq!(mistake("https://a..example/cb"), Mistake::Host);
        assert_eq!(mistake("https://a.example/\"x"), Mistake::Character('"'));
        assert_eq!(mistake("https://a.example/b\u{fc}cher"), Mistake::Character('\u{fc}'));
        assert_eq!(mistake("https://a.example/\u{0}"), Mistake::Character('\u{0}'));
        assert_eq!(mistake("https://a.example/cb[0]"), Mistake::Character('['));
        assert_eq!(mistake("https://a.example/cb?a%5b]"), Mistake::Character(']'));
        for loose in ["https://a.example/100%", "https://a.example/%2", "https://a.example/?%g0"] {
            assert_eq!(mistake(loose), Mistake::Character('%'), "{loose}");
        }
        let reserved = |name: &str| Mistake::Reserved(name.to_owned());
        assert_eq!(mistake("https://a.example/cb?x=1&state=2"), reserved("state"));
        assert_eq!(mistake("https://a.example/cb?c%6fde"), reserved("code"));
        let canonical = |url: &str| Mistake::NotCanonical(url.to_owned());
        assert_eq!(mistake("https://A.example/cb"), canonical("https://a.example/cb"));
        assert_eq!(mistake("https://a.example:443/cb"), canonical("https://a.example/cb"));
        assert_eq!(mistake("https://a.example/x/../cb"), canonical("https://a.example/cb"));
        assert_eq!(mistake("https://a.example"), canonical("https://a.example/"));
        assert!(matches!(
            mistake("https://xn--example-.org/cb"),
            Mistake::Host | Mistake::NotCanonical(_)
        ));
        assert_eq!(
            mistake(&format!("https://a.example/{}", "x".repeat(LONGEST))),
            Mistake::TooLong
        );
    }

    #[test]
    fn http_is_for_loopback_in_development_only() {
        for url in ["http://127.0.0.1:8081/cb", "http://localhost:3000/cb", "http://[::1]/cb"] {
            assert!(RedirectUrl::register(url, true).is_ok(), "{url}");
            assert!(matches!(mistake(url), Mistake::Http { .. }), "{url}");
        }
        for url in [
            "http://localhost.evil.example/cb",
            "http://127.0.0.1.evil.example/cb",
            "http://a.example/cb",
        ] {
            assert!(matches!(RedirectUrl::register(url, true), Err(Mistake::Http { .. })), "{url}");
        }
        for url in ["http://127.0.0.1:80@evil.example/cb", "http://localhost:80@evil.example/"] {
            assert!(RedirectUrl::register(url, true).is_err(), "{url}");
        }
    }

    #[test]
    fn a_pasted_list_splits() {
        let pasted = format!(
            "{MOBILIZE},{HIGHER_LOGIC}\n\n https://c.example/cb ; https://d.example/cb https://e.example/cb"
        );
        let rest = ["https://c.example/cb", "https://d.example/cb", "https://e.example/cb"];
        assert_eq!(split(&pasted), [&[MOBILIZE, HIGHER_LOGIC][..], &rest].concat());
        assert_eq!(
            split("https://a.example /cb"),
            ["https://a.example /cb"],
            "a mistake stays whole"
        );
    }

    #[test]
    fn a_community_starts_at_its_root() {
        assert_eq!(RedirectUrl(MOBILIZE.to_owned()).start(), "https://harbortrades.mobilize.io/");
        assert_eq!(
            RedirectUrl("http://127.0.0.1:8081/cb".to_owned()).start(),
            "http://127.0.0.1:8081/"
        );
    }
}

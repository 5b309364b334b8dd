//! The issuer: the association's website as text, never with a slash at the end.

use std::fmt;

use url::{Host, Url};

/// `https://host`, and http only on loopback. Kept as text, because `url::Url` prints the slash
/// that platforms refuse: they compare issuers letter by letter.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Issuer(String);

crate::db::column!(Issuer: String);

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    #[error("{0:?} is not a URL; write it like https://www.example.org")]
    NotAUrl(String),
    #[error("{0} must begin with https://; http is for 127.0.0.1, [::1] and localhost only")]
    Scheme(String),
    #[error(
        "{0} must be the bare site, without user, path, question mark or #; write it like https://www.example.org"
    )]
    NotBare(String),
}

impl Issuer {
    /// A slash at the end is dropped: it must never make a different issuer.
    pub fn parse(site_url: &str) -> Result<Self, Error> {
        let text = site_url.trim();
        let url = Url::parse(text).map_err(|_| Error::NotAUrl(text.to_owned()))?;
        let scheme = url.scheme();
        if !(scheme == "https" || (scheme == "http" && is_loopback(&url))) {
            return Err(Error::Scheme(text.to_owned()));
        }
        let bare = url.username().is_empty()
            && url.password().is_none()
            && url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none();
        match url.host_str() {
            Some(_) if bare => Ok(Self(url.as_str().trim_end_matches('/').to_owned())),
            Some(_) => Err(Error::NotBare(text.to_owned())),
            None => Err(Error::NotAUrl(text.to_owned())),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Host, and port where it is not the scheme's own: what a `Host` header says.
    pub fn host(&self) -> &str {
        self.0.split_once("://").map_or("", |(_, host)| host)
    }

    pub fn is_https(&self) -> bool {
        self.0.starts_with("https:")
    }

    /// Marks a development association: http and loopback URLs are fine there.
    pub fn is_loopback(&self) -> bool {
        Url::parse(&self.0).is_ok_and(|url| is_loopback(&url))
    }
}

/// 127.0.0.1, [::1] or localhost, and nothing that only looks like it.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address == std::net::Ipv4Addr::LOCALHOST,
        Some(Host::Ipv6(address)) => address == std::net::Ipv6Addr::LOCALHOST,
        None => false,
    }
}

impl fmt::Display for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R10: the full URL of the website, no slash at the end.
    #[test]
    fn an_issuer_is_the_bare_site_without_a_slash() {
        for (typed, issuer, host) in [
            ("https://www.acme.example", "https://www.acme.example", "www.acme.example"),
            ("https://www.acme.example/", "https://www.acme.example", "www.acme.example"),
            (" https://WWW.Acme.Example:443/ ", "https://www.acme.example", "www.acme.example"),
            ("https://acme.example:8443", "https://acme.example:8443", "acme.example:8443"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080", "127.0.0.1:8080"),
            ("http://localhost:8080/", "http://localhost:8080", "localhost:8080"),
            ("http://[::1]:8080", "http://[::1]:8080", "[::1]:8080"),
        ] {
            let parsed = Issuer::parse(typed).unwrap();
            assert_eq!((parsed.as_str(), parsed.host()), (issuer, host));
        }
        for wrong in [
            "www.acme.example",
            "http://www.acme.example",
            "http://localhost.evil.example",
            "http://127.0.0.1.evil.example",
            "https://www.acme.example/sso",
            "https://www.acme.example?x",
            "https://www.acme.example#x",
            "https://ann@www.acme.example",
            "ftp://www.acme.example",
            "https://",
        ] {
            assert!(Issuer::parse(wrong).is_err(), "{wrong}");
        }
    }
}

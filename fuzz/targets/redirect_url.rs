//! Z-1: a redirect URL as an admin types it, the one that a request names, and the answer's Location.

use axum::http::HeaderValue;
use iri_string::types::UriAbsoluteStr;
use novi_sso::clients::{RedirectUrl, Settings, redirect_url};
use novi_sso::oidc::callback;
use url::Url;

use super::reference;

const ISSUER: &str = "https://www.acme.example";

/// Three parts: what is typed, what a request asks for, and the state that it brings.
pub fn redirect_url(data: &[u8]) -> bool {
    let text = String::from_utf8_lossy(data);
    let [typed, asked, state] = reference::parts(&text);
    splits(typed);
    let strict = RedirectUrl::register(typed, false);
    let development = RedirectUrl::register(typed, true);
    if strict.is_ok() {
        assert_eq!(strict, development, "development allows more, and nothing else");
    }
    if let Ok(url) = &development {
        registers(url, typed, strict.is_ok());
        compares(url, asked);
        answers(url, state);
    }
    strict.is_ok()
}

/// A pasted list loses separators and nothing else.
fn splits(pasted: &str) {
    let bare = |text: &str| -> String {
        text.chars().filter(|c| !c.is_whitespace() && !",;".contains(*c)).collect()
    };
    let pieces = redirect_url::split(pasted);
    assert!(pieces.iter().all(|piece| !piece.is_empty() && piece.trim() == piece));
    assert_eq!(bare(&pieces.concat()), bare(pasted));
}

/// Two parsers read it as the same URL: what browsers do (`url`), and RFC 3986 (`iri-string`).
fn registers(url: &RedirectUrl, typed: &str, is_strict: bool) {
    let text = url.as_str();
    assert_eq!(text, typed.trim());
    assert!(text.len() <= redirect_url::LONGEST && text.bytes().all(|b| b.is_ascii_graphic()));
    assert!(!text.contains('*') && !text.contains('#'), "{text}");

    let browser = Url::parse(text).expect("a browser takes what is registered");
    assert_eq!(browser.as_str(), text, "a browser writes it as it was registered");
    let local = ["127.0.0.1", "localhost", "[::1]"];
    let is_local = browser.host_str().is_some_and(|host| local.contains(&host));
    assert!(browser.scheme() == "https" || (!is_strict && browser.scheme() == "http" && is_local));
    assert!(browser.username().is_empty() && browser.password().is_none());

    let rfc = UriAbsoluteStr::new(text).expect("it is a URI of RFC 3986");
    let authority = rfc.authority_components().expect("it has a host");
    assert_eq!(rfc.scheme_str(), browser.scheme());
    assert_eq!(authority.userinfo(), None);
    assert_eq!(Some(authority.host()), browser.host_str());
    assert_eq!(authority.port(), browser.port().map(|port| port.to_string()).as_deref());
    assert_eq!(rfc.path_str(), browser.path());
    assert_eq!(rfc.query_str(), browser.query());

    let start = Url::parse(&url.start()).expect("a community starts somewhere");
    assert_eq!((start.origin(), start.path()), (browser.origin(), "/"));
    assert_eq!(Some(&*url.host()), browser.host_str());
}

/// RFC 9700 §2.1: "exact string matching".
fn compares(url: &RedirectUrl, asked: &str) {
    let settings = Settings::new("Community", vec![url.clone()]);
    let text = url.as_str();
    let near = ["/", "?", "#", "%00", " ", "x"].map(|end| format!("{text}{end}"));
    for asked in near.iter().map(String::as_str).chain([asked, text, &text[1..], ""]) {
        let found = settings.redirect_url(asked).map(RedirectUrl::as_str);
        assert_eq!(found, (asked == text).then_some(text), "{asked:?}");
    }
}

/// The Location leads to the registered place, and says each of our words once.
fn answers(url: &RedirectUrl, state: &str) {
    let fields = [("code", "c0de"), ("state", state), ("iss", ISSUER)];
    let location = callback::location(url, fields.into_iter());
    assert!(HeaderValue::from_str(&location).is_ok(), "{location:?}");
    assert!(location.starts_with(url.as_str()), "{location}");

    let (there, registered) =
        (Url::parse(&location).unwrap(), Url::parse(url.as_str()).expect("it was registered"));
    assert_eq!((there.origin(), there.path()), (registered.origin(), registered.path()));
    assert_eq!(there.fragment(), None);
    assert!(UriAbsoluteStr::new(&location).is_ok(), "{location}");

    // RFC 6749 §3.1.2: a query of the registered URL "MUST be retained".
    let query = |url: &Url| reference::pairs(url.query().unwrap_or_default().as_bytes());
    let ours = fields.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let retained = query(&registered);
    assert_eq!(query(&there), [&retained[..], &ours].concat());
    for (name, _) in &ours {
        assert!(retained.iter().all(|(other, _)| other != name), "{name} is said twice");
    }
}

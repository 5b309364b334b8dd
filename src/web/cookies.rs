//! The cookies we set: no `Domain`, `HttpOnly`, `SameSite=Lax` (platforms send browsers across
//! sites), and `__Host-` with `Secure` wherever the site is on https (SECURITY.md 4.1 with 0.0).

use axum::http::{HeaderMap, HeaderValue, header};

use crate::associations::Site;
use crate::token::Token;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Cookie {
    /// The session of a signed-in member.
    Session,
    /// The browser itself, before anybody signs in: owns sign-ins on their way, and form tokens.
    Browser,
    /// A browser in which a member has signed in before: grants relief from throttling, nothing else.
    Device,
    /// The code of a toast for the next page.
    Flash,
}

impl Cookie {
    fn name(self, is_https: bool) -> &'static str {
        match (self, is_https) {
            (Self::Session, true) => "__Host-novi_sid",
            (Self::Session, false) => "novi_sid",
            (Self::Browser, true) => "__Host-novi_tx",
            (Self::Browser, false) => "novi_tx",
            (Self::Device, true) => "__Host-novi_dev",
            (Self::Device, false) => "novi_dev",
            (Self::Flash, true) => "__Host-novi_flash",
            (Self::Flash, false) => "novi_flash",
        }
    }

    pub fn read(self, site: &Site, headers: &HeaderMap) -> Option<Token> {
        let name = self.name(site.association.issuer.is_https());
        let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
        let mut pairs =
            lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.split_once('='));
        let found = pairs.find(|(found, _)| found.trim() == name);
        found.map(|(_, value)| Token::presented(value.trim()))
    }

    /// `seconds` is None for a cookie that ends with the browser.
    pub fn set(self, site: &Site, value: &str, seconds: Option<i64>) -> HeaderValue {
        let is_https = site.association.issuer.is_https();
        let (name, secure) = (self.name(is_https), if is_https { "; Secure" } else { "" });
        let lifetime = seconds.map(|seconds| format!("; Max-Age={seconds}")).unwrap_or_default();
        let line = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{lifetime}");
        HeaderValue::from_str(&line).expect("cookies hold base64url and our own words")
    }

    pub fn clear(self, site: &Site) -> HeaderValue {
        self.set(site, "", Some(0))
    }
}

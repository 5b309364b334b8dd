//! The way back to the client (RFC 6749 §4.1.2, RFC 9207 §2).
//!
//! Only a client and one of its own redirect URLs make a [`Callback`], and only a callback can carry
//! an answer or an error there: before both are known, errors are pages.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::error::Error;
use super::params::encode;
use crate::associations::Site;
use crate::clients::{Client, RedirectUrl};
use crate::token::Token;

pub struct Callback {
    redirect_url: RedirectUrl,
    state: Option<String>,
    issuer: String,
}

impl Callback {
    /// None when the URL is not, byte for byte, on the client's list.
    pub fn of(site: &Site, client: &Client, asked: &str, state: Option<&str>) -> Option<Self> {
        Some(Self {
            redirect_url: client.redirect_url(asked)?.clone(),
            state: state.map(str::to_owned),
            issuer: site.association.issuer.as_str().to_owned(),
        })
    }

    pub fn redirect_uri(&self) -> &str {
        self.redirect_url.as_str()
    }

    pub fn success(self, code: &Token) -> Response {
        self.go(&[("code", code.expose())])
    }

    pub fn error(self, error: &Error) -> Response {
        tracing::info!(code = error.code.as_text(), description = &*error.description, "refused");
        let description = &*error.description;
        self.go(&[("error", error.code.as_text()), ("error_description", description)])
    }

    /// §4.1.2: "state: REQUIRED if the "state" parameter was present in the client authorization
    /// request. The exact value received from the client."
    fn go(self, answer: &[(&str, &str)]) -> Response {
        let mut location = self.redirect_url.as_str().to_owned();
        // §3.1.2: a query of the registered URL "MUST be retained".
        let mut separator = if location.contains('?') { '&' } else { '?' };
        let state = self.state.as_deref().map(|state| ("state", state));
        let issuer = ("iss", self.issuer.as_str());
        for (name, value) in answer.iter().copied().chain(state).chain([issuer]) {
            location.push(separator);
            location.push_str(name);
            location.push('=');
            location.push_str(&encode(value));
            separator = '&';
        }
        // Every byte is ASCII and graphic: a registered URL, and encoded values.
        let location = HeaderValue::from_str(&location).expect("a location holds no controls");
        (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response()
    }
}

//! The way back to the client (RFC 6749 §4.1.2, RFC 9207 §2, OAuth 2.0 Form Post Response Mode).
//!
//! Only a client and one of its own redirect URLs make a [`Callback`], and only a callback can carry
//! an answer or an error there: before both are known, errors are pages.

use askama::Template as _;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::error::Error;
use super::params::encode;
use super::response_mode::ResponseMode;
use super::views::FormPost;
use crate::associations::Site;
use crate::clients::{Client, RedirectUrl};
use crate::token::Token;
use crate::web::frame;
use crate::web::locale::Locale;
use crate::web::page::{Page, html};

pub struct Callback {
    site: Site,
    client: String,
    redirect_url: RedirectUrl,
    mode: ResponseMode,
    state: Option<String>,
}

impl Callback {
    /// None when the URL is not, byte for byte, on the client's list.
    pub fn of(
        site: &Site,
        client: &Client,
        asked: &str,
        mode: ResponseMode,
        state: Option<&str>,
    ) -> Option<Self> {
        Some(Self {
            site: site.clone(),
            client: client.name.clone(),
            redirect_url: client.redirect_url(asked)?.clone(),
            mode,
            state: state.map(str::to_owned),
        })
    }

    pub fn redirect_uri(&self) -> &str {
        self.redirect_url.as_str()
    }

    pub fn success(self, code: &Token) -> Response {
        self.go(&[("code", code.expose())])
    }

    /// With one parameter of another flow.
    pub fn with(self, name: &'static str, value: &str) -> Response {
        self.go(&[(name, value)])
    }

    pub fn error(self, error: &Error) -> Response {
        tracing::info!(code = error.code.as_text(), description = &*error.description, "refused");
        let description = &*error.description;
        self.go(&[("error", error.code.as_text()), ("error_description", description)])
    }

    /// §4.1.2: "state: REQUIRED if the "state" parameter was present in the client authorization
    /// request. The exact value received from the client."
    fn go(self, answer: &[(&'static str, &str)]) -> Response {
        let state = self.state.as_deref().map(|state| ("state", state));
        let issuer = ("iss", self.site.association.issuer.as_str());
        let fields = answer.iter().copied().chain(state).chain([issuer]);
        match self.mode {
            ResponseMode::Query => send_to(&location(&self.redirect_url, fields)),
            ResponseMode::FormPost => {
                let fields = fields.map(|(name, value)| (name, value.to_owned())).collect();
                by_form(&self.site, self.client.clone(), &self.redirect_url, fields)
            }
        }
    }
}

/// To a place made of a registered URL and encoded values.
pub fn send_to(location: &str) -> Response {
    let location = HeaderValue::from_str(location).expect("a location holds no controls");
    (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response()
}

/// Where the browser is sent: the registered URL, and what is answered in its query.
pub fn location<'a>(url: &RedirectUrl, fields: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let mut location = url.as_str().to_owned();
    // §3.1.2: a query of the registered URL "MUST be retained".
    let mut separator = if location.contains('?') { '&' } else { '?' };
    for (name, value) in fields {
        location.push(separator);
        location.push_str(name);
        location.push('=');
        location.push_str(&encode(value));
        separator = '&';
    }
    location
}

/// The page posts to the client's redirect URL; where the client sends the browser then is its own
/// business, and Chromium asks our policy for that too.
fn by_form(
    site: &Site,
    client: String,
    url: &RedirectUrl,
    fields: Vec<(&'static str, String)>,
) -> Response {
    let page = Page::bare(site, Locale::english());
    let view = FormPost { page, client, action: url.as_str().to_owned(), fields };
    match view.render() {
        Ok(body) => frame::leading_out(site, html(body).into_response()),
        Err(error) => crate::web::Error::broken(error).into_response(),
    }
}

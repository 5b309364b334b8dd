//! What all stand-ins have in common: who they are, where they answer, and the cookie that finds a session again.

use std::sync::Arc;

use axum::http::header::{COOKIE, HOST, LOCATION, ORIGIN, SET_COOKIE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use url::{Url, form_urlencoded};

use super::answers::Callback;
use super::claims::Claims;
use super::pages::{self, Look};
use super::refusal::Refusal;
use super::sessions::{Attempt, KEPT, Session, Sessions};
use super::settings::Settings;
use super::transport::Transport;
use crate::token::random_bytes;

pub struct Community {
    pub settings: Settings,
    pub transport: Transport,
    pub sessions: Sessions,
    platform: Platform,
    now: Box<dyn Fn() -> i64 + Send + Sync>,
}

/// What tells one platform from another, apart from how it signs people in.
pub struct Platform {
    pub name: &'static str,
    pub theme: &'static str,
    pub cookie: &'static str,
    pub callback: &'static str,
    /// Where a member stands after signing in.
    pub home: &'static str,
    /// Pages that everyone sees, by name and path.
    pub links: &'static [(&'static str, &'static str)],
}

pub type Shared = axum::extract::State<Arc<Community>>;

impl Community {
    pub fn new(
        settings: Settings,
        transport: Transport,
        platform: Platform,
        now: impl Fn() -> i64 + Send + Sync + 'static,
    ) -> Arc<Self> {
        let (sessions, now) = (Sessions::bounded(KEPT), Box::new(now));
        Arc::new(Self { settings, transport, sessions, platform, now })
    }

    pub fn now(&self) -> i64 {
        (self.now)()
    }

    /// The one that is registered with the provider, whatever origin the member started from.
    pub fn redirect_uri(&self) -> String {
        format!("{}{}", self.settings.origin, self.platform.callback)
    }

    pub fn look(&self) -> Look<'_> {
        Look {
            name: &self.settings.name,
            theme: self.platform.theme,
            platform: self.platform.name,
            association: &self.settings.issuer,
            links: self.platform.links,
        }
    }

    /// The origin that this request came to.
    pub fn here(&self, headers: &HeaderMap) -> &str {
        let host = text(headers, HOST).unwrap_or_default();
        let second = self.settings.second_origin.as_deref();
        let is_host =
            |origin: &&str| origin.split_once("://").is_some_and(|(_, rest)| rest == host);
        second.filter(is_host).unwrap_or(&self.settings.origin)
    }

    /// OmniAuth 2 begins a sign-in by POST, so that no other site can begin one.
    pub fn check_origin(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        match text(headers, ORIGIN) {
            Some(origin) if origin != self.here(headers) => {
                Err(Refusal::new("csrf_detected", format!("a page of {origin} sent this form")))
            }
            _ => Ok(()),
        }
    }

    /// Opens a session for someone who is sent to the provider, and answers with that redirect.
    pub fn send_away(&self, headers: &HeaderMap, to: &Url, scope: &str, nonce: Nonce) -> Response {
        let here = self.here(headers);
        let state = hex(random_bytes::<16>());
        let nonce = matches!(nonce, Nonce::Sent).then(|| hex(random_bytes::<16>()));
        let redirect_uri = self.redirect_uri();
        let mut parameters = vec![
            ("client_id", self.settings.client_id.as_str()),
            ("redirect_uri", &redirect_uri),
            ("response_type", "code"),
            ("scope", scope),
            ("state", &state),
        ];
        parameters.extend(nonce.as_deref().map(|nonce| ("nonce", nonce)));
        let location = with_query(to, &parameters);
        let origin = here.to_owned();
        let id = self.sessions.open(Session::Asking(Attempt { state, nonce, origin }));
        self.forget(headers);
        let cookie = (SET_COOKIE, self.cookie(here, &id));
        (StatusCode::FOUND, [(LOCATION, location), cookie]).into_response()
    }

    /// As a custom domain does it: the registered callback hands the answer on to the origin where the member is.
    pub fn elsewhere(
        &self,
        headers: &HeaderMap,
        query: &str,
        callback: &Callback,
    ) -> Option<Response> {
        let origin = self.sessions.origin_of(callback.state.as_deref()?)?;
        if origin == self.here(headers) {
            return None;
        }
        let location = format!("{origin}{}?{query}", self.platform.callback);
        Some((StatusCode::FOUND, [(LOCATION, location)]).into_response())
    }

    /// The attempt that this callback answers; gone from then on, whatever comes of it.
    pub fn take_attempt(
        &self,
        headers: &HeaderMap,
        callback: &Callback,
    ) -> Result<Attempt, Refusal> {
        let attempt = self.session_id(headers).and_then(|id| self.sessions.take_attempt(&id));
        attempt.filter(|attempt| callback.state.as_ref() == Some(&attempt.state)).ok_or_else(|| {
            let what = "the state is not the one this browser was sent away with";
            Refusal::new("csrf_detected", what)
        })
    }

    pub fn welcome(&self, headers: &HeaderMap, claims: Claims) -> Response {
        let id = self.sessions.open(Session::SignedIn(Arc::new(claims)));
        let cookie = (SET_COOKIE, self.cookie(self.here(headers), &id));
        (StatusCode::SEE_OTHER, [(LOCATION, self.platform.home.to_owned()), cookie]).into_response()
    }

    pub fn member(&self, headers: &HeaderMap) -> Option<Arc<Claims>> {
        self.sessions.signed_in(&self.session_id(headers)?)
    }

    /// Ends the session of this browser, if there is one.
    pub fn forget(&self, headers: &HeaderMap) {
        if let Some(id) = self.session_id(headers) {
            self.sessions.close(&id);
        }
    }

    pub fn page_or_refusal(&self, answer: Result<Response, Refusal>) -> Response {
        answer.unwrap_or_else(|refusal| pages::refused(self.look(), &refusal))
    }

    fn cookie(&self, origin: &str, id: &str) -> String {
        let secure = if origin.starts_with("https:") { "; Secure" } else { "" };
        format!(
            "{}={id}; Path=/; HttpOnly; SameSite=Lax{secure}",
            cookie_name(self.platform.cookie, origin)
        )
    }

    fn session_id(&self, headers: &HeaderMap) -> Option<String> {
        let name = cookie_name(self.platform.cookie, self.here(headers));
        let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
        let mut cookies = lines.flat_map(|line| line.split(';'));
        cookies.find_map(|cookie| {
            let (found, id) = cookie.trim().split_once('=')?;
            (found == name).then(|| id.to_owned())
        })
    }
}

pub enum Nonce {
    Sent,
    Unknown,
}

/// A query that the address already has is kept; blanks become `%20`, as in the platforms' libraries.
pub fn with_query(url: &Url, parameters: &[(&str, &str)]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(parameters);
    let query = query.finish().replace('+', "%20");
    let mark = if url.query().is_some() { '&' } else { '?' };
    format!("{url}{mark}{query}")
}

/// Browsers share cookies between the ports of a host, and stand-ins on one machine differ by port alone.
fn cookie_name(name: &str, origin: &str) -> String {
    match origin.rsplit(':').next().filter(|port| port.parse::<u16>().is_ok()) {
        Some(port) => format!("{name}_{port}"),
        None => name.to_owned(),
    }
}

fn text(headers: &HeaderMap, name: axum::http::HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

fn hex(bytes: [u8; 16]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_on_the_address_is_kept() {
        let plain = Url::parse("https://a.example/oauth/authorize").unwrap();
        let taken = Url::parse("https://a.example/oauth/authorize?tenant=7").unwrap();

        let parameters = [("scope", "openid profile"), ("state", "a+b")];

        assert_eq!(
            with_query(&plain, &parameters),
            "https://a.example/oauth/authorize?scope=openid%20profile&state=a%2Bb"
        );
        assert_eq!(
            with_query(&taken, &parameters),
            "https://a.example/oauth/authorize?tenant=7&scope=openid%20profile&state=a%2Bb"
        );
    }

    #[test]
    fn ports_of_one_host_do_not_share_a_cookie() {
        let names =
            ["https://a.example", "http://127.0.0.1:8081", "http://[::1]:82", "http://[::1]"]
                .map(|origin| cookie_name("session", origin));

        assert_eq!(names, ["session", "session_8081", "session_82", "session"]);
    }
}

//! The requests of each scenario, and how a good answer is told from a bad one.

use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use url::form_urlencoded;

use crate::drive::{Job, Outcome};
use crate::http::{self, Answer, Connection};
use crate::member::Browser;

pub const CALLBACK: &str = "http://127.0.0.1:9/cb";
/// A code lives for 60 seconds; one that is nearly that old proves nothing.
const CODE_KEPT: Duration = Duration::from_secs(50);

/// What the command line said when the client was added.
#[derive(Clone)]
pub struct Client {
    pub id: String,
    pub secret: String,
}

/// The same request every time; good if it is answered by 200 with `expected` in the body.
pub struct Fetch {
    pub request: Vec<u8>,
    pub expected: &'static str,
}

impl Job for Fetch {
    async fn run(&self, connection: &mut Connection, _: usize) -> Outcome {
        judge(connection, &self.request, |answer| {
            answer.status == 200 && answer.contains(self.expected)
        })
        .await
    }
}

/// Codes that were issued, oldest first, each with its moment.
#[derive(Default)]
pub struct Codes(Mutex<Vec<(String, Instant)>>);

impl Codes {
    fn add(&self, code: String) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push((code, Instant::now()));
    }

    pub fn take(&self) -> Vec<(String, Instant)> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Members with a session ask for a code.
pub struct Authorize {
    /// One for each session.
    pub requests: Vec<Vec<u8>>,
    pub codes: Codes,
}

impl Authorize {
    pub fn new(address: SocketAddr, client: &Client, sessions: &[Browser], scope: &str) -> Self {
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("response_type", "code")
            .append_pair("client_id", &client.id)
            .append_pair("redirect_uri", CALLBACK)
            .append_pair("scope", scope)
            .append_pair("state", "b7c1f0d2a94e4b6f8a3e5d7c9b1f2e40")
            .append_pair("nonce", "4f9e1c7a2b8d4e6f9a0b3c5d7e8f1a2b")
            .finish();
        let path = format!("/oauth/authorize?{query}");
        let ask = |session: &Browser| http::get(address, &path, &session.cookie_line());
        Self { requests: sessions.iter().map(ask).collect(), codes: Codes::default() }
    }
}

impl Job for Authorize {
    async fn run(&self, connection: &mut Connection, n: usize) -> Outcome {
        judge(connection, &self.requests[n % self.requests.len()], |answer| {
            let redirects = matches!(answer.status, 302 | 303);
            let code = answer.header("location").filter(|_| redirects).and_then(code);
            code.map(|code| self.codes.add(code)).is_some()
        })
        .await
    }
}

fn code(location: &str) -> Option<String> {
    let query = location.strip_prefix(CALLBACK)?.strip_prefix('?')?;
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    pairs.find(|(name, _)| name == "code").map(|(_, code)| code.into_owned())
}

/// Buys tokens, with each code once.
pub struct Exchange {
    pub address: SocketAddr,
    pub client: Client,
    pub codes: Vec<(String, Instant)>,
}

impl Exchange {
    pub fn request(&self, code: &str) -> Vec<u8> {
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", CALLBACK),
            ("client_id", &self.client.id),
            ("client_secret", &self.client.secret),
        ];
        http::post(self.address, "/oauth/token", "", &fields)
    }
}

impl Job for Exchange {
    async fn run(&self, connection: &mut Connection, n: usize) -> Outcome {
        let fresh = self.codes.get(n).filter(|(_, issued)| issued.elapsed() < CODE_KEPT);
        let Some((code, _)) = fresh else { return Outcome::NoMore };
        judge(connection, &self.request(code), |answer| {
            answer.status == 200 && answer.contains("\"id_token\"")
        })
        .await
    }
}

/// Trades refresh tokens, each for the one that follows it.
pub struct Refresh {
    pub address: SocketAddr,
    pub client: Client,
    pub live: Mutex<Vec<String>>,
}

impl Refresh {
    fn live(&self) -> std::sync::MutexGuard<'_, Vec<String>> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Job for Refresh {
    async fn run(&self, connection: &mut Connection, _: usize) -> Outcome {
        let Some(token) = self.live().pop() else { return Outcome::NoMore };
        let fields = [
            ("grant_type", "refresh_token"),
            ("refresh_token", &*token),
            ("client_id", &self.client.id),
            ("client_secret", &self.client.secret),
        ];
        let request = http::post(self.address, "/oauth/token", "", &fields);
        judge(connection, &request, |answer| {
            let next = next_token(&answer.body).filter(|_| answer.contains("\"id_token\""));
            next.map(|next| self.live().push(next)).is_some()
        })
        .await
    }
}

/// Without parsing the whole answer, whose ID token is long.
fn next_token(body: &[u8]) -> Option<String> {
    let body = std::str::from_utf8(body).ok()?;
    let (_, rest) = body.split_once("\"refresh_token\":\"")?;
    rest.split_once('"').map(|(token, _)| token.to_owned())
}

/// Opens the log-in page in a new browser and signs in with the password.
pub struct SignIn {
    pub address: SocketAddr,
    pub emails: Vec<String>,
}

impl Job for SignIn {
    async fn run(&self, connection: &mut Connection, n: usize) -> Outcome {
        let email = &self.emails[n % self.emails.len()];
        Browser::default().sign_in(connection, self.address, email).await
    }
}

async fn judge(
    connection: &mut Connection,
    request: &[u8],
    good: impl Fn(&Answer<'_>) -> bool + Send,
) -> Outcome {
    match connection.send(request).await {
        Ok(answer) if good(&answer) => Outcome::Good,
        Ok(answer) if answer.status == 503 => Outcome::Busy,
        Ok(answer) => Outcome::Wrong(answer.summary()),
        Err(error) => Outcome::Wrong(error.to_string()),
    }
}

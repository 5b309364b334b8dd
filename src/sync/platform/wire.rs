//! One call as it goes out and comes back: in its turn, with the credentials, along redirects that stay
//! on the same host; and what an answer that is not the wanted one means.

use serde::de::DeserializeOwned;
use url::Url;
use zeroize::Zeroizing;

use super::failure::{Failure, clean, said};
use super::pace::Pace;
use crate::outbound::Outbound;
use crate::outbound::call::{Answer, Call, Error, Method, NotAHeader};

const REDIRECTS: usize = 3;

pub struct Wire {
    outbound: Outbound,
    pace: Pace,
    base_url: String,
    header: &'static str,
    key: Zeroizing<String>,
    /// What must never be shown, though a platform may repeat it.
    secrets: Vec<Zeroizing<String>>,
}

pub struct Request {
    pub method: Method,
    /// Below the base URL.
    pub path: String,
    pub query: Vec<(&'static str, String)>,
    pub json: Option<Vec<u8>>,
    pub idempotency_key: Option<String>,
    /// Whether 409 says that another call of this kind is going on.
    pub is_exclusive: bool,
}

/// A good answer to a change, with what HTTP said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answered<T> {
    pub status: u16,
    pub it: T,
}

impl Request {
    pub fn read(path: String) -> Self {
        Self {
            method: Method::Get,
            path,
            query: Vec::new(),
            json: None,
            idempotency_key: None,
            is_exclusive: false,
        }
    }

    pub fn change(method: Method, path: String, idempotency_key: &str) -> Self {
        Self { method, idempotency_key: Some(idempotency_key.to_owned()), ..Self::read(path) }
    }
}

impl Wire {
    /// `key` goes into the header of this name with every call. Fails if it cannot.
    pub fn new(
        outbound: Outbound,
        pace: Pace,
        base_url: String,
        (header, key): (&'static str, Zeroizing<String>),
        secrets: Vec<Zeroizing<String>>,
    ) -> Result<Self, NotAHeader> {
        Call::new(Method::Get, "").secret(header, &key)?;
        Ok(Self { outbound, pace, base_url, header, key, secrets })
    }

    /// The JSON of a good answer.
    pub async fn json<T: DeserializeOwned>(&self, request: &Request) -> Result<T, Failure> {
        Ok(self.answered(request).await?.it)
    }

    /// The same, with what HTTP said.
    pub async fn answered<T: DeserializeOwned>(
        &self,
        request: &Request,
    ) -> Result<Answered<T>, Failure> {
        let answer = self.call(request).await?;
        Ok(Answered { status: answer.status, it: self.parsed(&answer)? })
    }

    /// A good answer: 2xx, and no page for people.
    pub async fn call(&self, request: &Request) -> Result<Answer, Failure> {
        let called = self.called(request).await;
        match &called {
            Ok(_) | Err(Failure::Refused { .. } | Failure::GroupGone { .. }) => {
                self.pace.answered()
            }
            Err(failure) if failure.is_of_the_platform() => self.pace.failed(),
            Err(_) => {}
        }
        called
    }

    /// Whether more than half of its calls failed lately.
    pub fn is_shaky(&self) -> bool {
        self.pace.is_shaky()
    }

    async fn called(&self, request: &Request) -> Result<Answer, Failure> {
        let answer = self.answer(request).await?;
        match answer.status {
            200..300 if is_page(&answer) => Err(Failure::Broken {
                status: Some(answer.status),
                words: format!("it answered {} with a page instead of data", answer.status),
            }),
            200..300 => Ok(answer),
            _ => Err(self.refused(request, &answer)),
        }
    }

    pub fn parsed<T: DeserializeOwned>(&self, answer: &Answer) -> Result<T, Failure> {
        // serde's own words quote what is there, which may be anybody's e-mail address.
        serde_json::from_slice(&answer.body).map_err(|error| Failure::Broken {
            status: Some(answer.status),
            words: format!(
                "its answer is not what was expected (line {}, column {})",
                error.line(),
                error.column()
            ),
        })
    }

    /// Words of the platform, or ours where it has none.
    pub fn words(&self, theirs: Option<&str>, ours: impl FnOnce() -> String) -> String {
        let secrets: Vec<&str> = self.secrets.iter().map(|secret| secret.as_str()).collect();
        theirs.and_then(|words| clean(words, &secrets)).unwrap_or_else(ours)
    }

    /// The first answer that is no redirect on the same host.
    async fn answer(&self, request: &Request) -> Result<Answer, Failure> {
        let mut url = self.url(request)?;
        for _ in 0..=REDIRECTS {
            let answer = self.send(request, &url).await?;
            if !matches!(answer.status, 301 | 302 | 303 | 307 | 308) {
                return Ok(answer);
            }
            url = next(request, &url, &answer)?;
        }
        Err(Failure::Broken {
            status: Some(302),
            words: format!("it redirected more than {REDIRECTS} times"),
        })
    }

    fn url(&self, request: &Request) -> Result<Url, Failure> {
        let mut url = Url::parse(&format!("{}{}", self.base_url, request.path))
            .map_err(|error| Failure::Unreachable { words: error.to_string() })?;
        if !request.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&request.query);
        }
        Ok(url)
    }

    async fn send(&self, request: &Request, url: &Url) -> Result<Answer, Failure> {
        let turn = self.pace.turn().await.map_err(|wait| Failure::Busy {
            status: None,
            retry_after_seconds: Some(wait.seconds),
            words: "it asked for a pause, or too many calls are waiting for it".to_owned(),
        })?;
        let unsendable = |error: NotAHeader| Failure::Unreachable { words: error.to_string() };
        let mut call = Call::new(request.method, url.as_str())
            .secret(self.header, &self.key)
            .and_then(|call| call.header("accept", "application/json"))
            .map_err(unsendable)?;
        if let Some(key) = &request.idempotency_key {
            call = call.header("idempotency-key", key).map_err(unsendable)?;
        }
        if let Some(json) = &request.json {
            call = call.json(json.clone());
        }
        let sent = self.outbound.send(call).await;
        drop(turn);
        sent.map_err(|error| {
            let words = error.to_string();
            match error {
                Error::Unreachable(_) => Failure::Unreachable { words },
                Error::Unknown(_) => Failure::Unknown { words },
                Error::BrokeOff { status, .. } | Error::TooLong { status } => {
                    Failure::Broken { status: Some(status), words }
                }
            }
        })
    }

    fn refused(&self, request: &Request, answer: &Answer) -> Failure {
        let status = answer.status;
        let retry_after_seconds = retry_after(answer);
        // 503 may name its end too (RFC 9110 §10.2.3).
        if status == 429 || (status == 503 && retry_after_seconds.is_some()) {
            self.pace.hold(retry_after_seconds);
        }
        let theirs = if is_page(answer) { None } else { said(&answer.body) };
        let words = self.words(theirs.as_deref(), || match status {
            401 => "it answered 401: it does not know this key".to_owned(),
            403 => "it answered 403: this key may not do that".to_owned(),
            429 => "it answered 429: too many calls".to_owned(),
            _ => format!("it answered {status} without a word"),
        });
        match status {
            401 | 403 => Failure::Unauthorized { status, words },
            429 => Failure::Busy { status: Some(status), retry_after_seconds, words },
            409 if request.is_exclusive => {
                Failure::Busy { status: Some(status), retry_after_seconds, words }
            }
            // What is not there is said in JSON or not at all; a page comes from the wrong address.
            404 | 410 if is_page(answer) => Failure::Broken { status: Some(status), words },
            408 | 425 => Failure::Broken { status: Some(status), words },
            400..500 => Failure::Refused { status, words },
            _ => Failure::Broken { status: Some(status), words },
        }
    }
}

/// Where a redirect leads, if that is the same scheme, host and port: credentials go nowhere else.
fn next(request: &Request, from: &Url, answer: &Answer) -> Result<Url, Failure> {
    let broken = |words: String| Failure::Broken { status: Some(answer.status), words };
    let Some(to) = answer.location().and_then(|location| from.join(location).ok()) else {
        return Err(broken(format!("it answered {} and did not say where to go", answer.status)));
    };
    if to.origin() != from.origin() || !to.username().is_empty() || to.password().is_some() {
        let host = clean(to.host_str().unwrap_or_default(), &[]).unwrap_or_default();
        return Err(broken(format!("it redirected to another address, {host}; not followed")));
    }
    // RFC 9110 §15.4.4: what was asked is done, and elsewhere there is only a page about it.
    if answer.status == 303 && request.method != Method::Get {
        return Err(broken("it answered 303 to a change".to_owned()));
    }
    Ok(to)
}

/// Whether an answer is meant for people, or is not what it says.
fn is_page(answer: &Answer) -> bool {
    let is_html = answer.content_type().is_some_and(|it| it.to_ascii_lowercase().contains("html"));
    is_html || answer.body.trim_ascii_start().starts_with(b"<")
}

/// RFC 9110 §10.2.3: "a non-negative decimal integer" or a date, which is read by their own clock.
fn retry_after(answer: &Answer) -> Option<i64> {
    let text = answer.retry_after()?.trim();
    if let Ok(seconds) = text.parse::<u32>() {
        return Some(i64::from(seconds));
    }
    let date = |text: &str| jiff::fmt::rfc2822::parse(text).ok().map(|it| it.timestamp());
    let seconds = date(text)?.as_second() - date(answer.date()?)?.as_second();
    Some(seconds.max(0))
}

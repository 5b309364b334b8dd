//! What can go wrong on purpose. Faults are tried in their order, and the same requests meet the same faults.

mod written;

use std::time::Duration;

use axum::body::Body;
use axum::http::header::{CONTENT_LENGTH, LOCATION};
use axum::http::{Response, StatusCode};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::Value;

use super::call::{Answer, Call};
use super::trickle::Trickle;

/// More than anyone should read.
const HUGE: usize = 10 << 20;

const LOG_IN_PAGE: &str = "<!doctype html><title>Sign in</title><h1>Please sign in</h1>";

/// Built by steps: `Fault::on("POST /v1/groups/4711/members").nth(2).answer(503)`.
///
/// A route is the beginning of a path up to a slash, with or without a method before it; a `$` at
/// its end wants the whole path.
/// Without [`Fault::nth`] and [`Fault::times`] the fault meets every request.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "written::Written")]
pub struct Fault {
    route: String,
    nth: Option<u64>,
    times: Option<u64>,
    work: Work,
    pub(super) delay: Duration,
    headers: Vec<(String, String)>,
    trouble: Trouble,
    pub(super) change: Option<Change>,
    seen: u64,
    used: u64,
}

/// When the platform does what it was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Work {
    /// After the delay, and not at all where the fault has an answer of its own.
    Usual,
    /// Before the delay and whatever is answered: the work is done and its answer lost.
    First,
}

#[derive(Debug, Clone, PartialEq)]
enum Trouble {
    /// Only the delay and the change, if any.
    None,
    Answer {
        status: u16,
        body: Bytes,
        content_type: &'static str,
    },
    /// The connection is closed instead of an answer.
    Drop,
    /// Says how long it is, and ends halfway.
    Truncate,
    Slow {
        each_byte: Duration,
    },
    Redirect {
        status: u16,
        to: Redirect,
    },
}

/// Where a redirect leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Redirect {
    /// To the same path with a slash at its end; meets only requests without.
    AddSlash,
    /// To the same path without the slash at its end; meets only requests with one.
    DropSlash,
    /// Back to where the request came, again and again.
    Loop,
    /// To another address, the path and query of the request behind it: `https://elsewhere.example`.
    Host(String),
}

/// What someone else does on the platform between a request's answer and the next request.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// As `/__control/seed` takes it.
    Add(Value),
    Remove {
        group: String,
        member: String,
    },
}

impl Fault {
    pub fn on(route: impl Into<String>) -> Self {
        Self {
            route: route.into(),
            nth: None,
            times: None,
            work: Work::Usual,
            delay: Duration::ZERO,
            headers: Vec::new(),
            trouble: Trouble::None,
            change: None,
            seen: 0,
            used: 0,
        }
    }

    /// From the n-th request of this route on, counted from 1; once, unless [`Fault::times`] says more.
    pub fn nth(self, nth: u64) -> Self {
        Self { nth: Some(nth), ..self }
    }

    pub fn times(self, times: u64) -> Self {
        Self { times: Some(times), ..self }
    }

    /// The platform does its work first: the answer is lost, not the change.
    pub fn after_work(self) -> Self {
        Self { work: Work::First, ..self }
    }

    pub fn delay_ms(self, ms: u64) -> Self {
        Self { delay: Duration::from_millis(ms), ..self }
    }

    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    pub fn answer(self, status: u16) -> Self {
        self.answer_text(status, "text/plain", "")
    }

    pub fn answer_json(self, status: u16, body: &Value) -> Self {
        self.answer_text(status, "application/json", body.to_string())
    }

    /// 200 with a web page, as a proxy or a log-in wall sends it.
    pub fn html(self) -> Self {
        self.answer_text(200, "text/html", LOG_IN_PAGE)
    }

    /// JSON that never ends: an empty list of 10 MiB.
    pub fn huge(self) -> Self {
        let body = format!("[{}]", " ".repeat(HUGE - 2));
        self.answer_text(200, "application/json", body)
    }

    pub fn drop_connection(self) -> Self {
        Self { trouble: Trouble::Drop, ..self }
    }

    pub fn truncate(self) -> Self {
        Self { trouble: Trouble::Truncate, ..self }
    }

    /// One byte after the other: 1,000 ms between them is a byte a second.
    pub fn slow(self, ms_each_byte: u64) -> Self {
        let each_byte = Duration::from_millis(ms_each_byte);
        Self { trouble: Trouble::Slow { each_byte }, ..self }
    }

    pub fn redirect(self, to: Redirect) -> Self {
        self.redirect_by(307, to)
    }

    pub fn redirect_by(self, status: u16, to: Redirect) -> Self {
        Self { trouble: Trouble::Redirect { status, to }, ..self }
    }

    pub fn with_change(self, change: Change) -> Self {
        Self { change: Some(change), ..self }
    }

    fn answer_text(self, status: u16, content_type: &'static str, body: impl Into<Bytes>) -> Self {
        let trouble = Trouble::Answer { status, body: body.into(), content_type };
        Self { trouble, ..self }
    }

    pub(super) fn works_before_it_waits(&self) -> bool {
        self.work == Work::First
    }

    pub(super) fn needs_an_answer(&self) -> bool {
        matches!(self.trouble, Trouble::None | Trouble::Truncate | Trouble::Slow { .. })
    }

    /// What is sent, and which status the caller learns. `usual` is there if the work was done.
    pub(super) fn spoil(
        &self,
        call: &Call,
        usual: Option<Answer>,
    ) -> (Option<StatusCode>, Response<Body>) {
        let usual = usual.unwrap_or_else(|| Answer::empty(StatusCode::OK));
        let answer = match &self.trouble {
            Trouble::None | Trouble::Drop | Trouble::Truncate | Trouble::Slow { .. } => usual,
            Trouble::Answer { status, body, content_type } => {
                Answer::empty(status_code(*status)).with_body(content_type, body.clone())
            }
            Trouble::Redirect { status, to } => {
                Answer::empty(status_code(*status)).with(LOCATION.as_str(), to.location(call))
            }
        };
        let headers = self.headers.iter();
        let answer = headers.fold(answer, |answer, (name, value)| answer.with(name, value));
        let status = Some(answer.status);
        match &self.trouble {
            Trouble::Drop => (None, answer.carrying(Body::new(Trickle::broken()))),
            Trouble::Truncate => {
                let whole = answer.body.len();
                let half = answer.body.slice(..whole / 2);
                let answer = answer.with(CONTENT_LENGTH.as_str(), whole.to_string());
                (status, answer.carrying(Body::new(Trickle::broken_after(half))))
            }
            Trouble::Slow { each_byte } => {
                let body = Trickle::byte_by_byte(&answer.body, *each_byte);
                (status, answer.carrying(Body::new(body)))
            }
            Trouble::None | Trouble::Answer { .. } | Trouble::Redirect { .. } => {
                (status, answer.into_response())
            }
        }
    }

    fn is_of(&self, call: &Call) -> bool {
        let (method, route) = match self.route.split_once(' ') {
            Some((method, route)) => (Some(method), route),
            None => (None, self.route.as_str()),
        };
        let path = call.path.as_str();
        let at_path = match route.strip_suffix('$') {
            Some(whole) => path.trim_end_matches('/') == whole.trim_end_matches('/'),
            None => path.strip_prefix(route).is_some_and(|rest| {
                rest.is_empty() || rest.starts_with('/') || route.ends_with('/')
            }),
        };
        let at_slash = match &self.trouble {
            Trouble::Redirect { to: Redirect::AddSlash, .. } => !path.ends_with('/'),
            Trouble::Redirect { to: Redirect::DropSlash, .. } => path.ends_with('/'),
            _ => true,
        };
        at_path && at_slash && method.is_none_or(|method| call.method.as_str() == method)
    }

    /// For a request of its route that was just counted.
    fn is_due(&self) -> bool {
        match (self.nth, self.times) {
            (None, None) => true,
            (None, Some(times)) => self.used < times,
            (Some(nth), times) => (nth..nth + times.unwrap_or(1)).contains(&self.seen),
        }
    }
}

impl Redirect {
    fn location(&self, call: &Call) -> String {
        let path = match self {
            Self::AddSlash => format!("{}/", call.path),
            Self::DropSlash => call.path.trim_end_matches('/').to_owned(),
            Self::Loop => call.path.clone(),
            Self::Host(origin) => format!("{origin}{}", call.path),
        };
        match call.query.as_str() {
            "" => path,
            query => format!("{path}?{query}"),
        }
    }
}

fn status_code(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

#[derive(Default)]
pub struct Faults(Vec<Fault>);

impl FromIterator<Fault> for Faults {
    fn from_iter<I: IntoIterator<Item = Fault>>(faults: I) -> Self {
        Self(faults.into_iter().collect())
    }
}

impl Faults {
    /// The first fault that is due for this request. All that are of its route count it.
    pub fn next(&mut self, call: &Call) -> Option<Fault> {
        let mut met = None;
        for fault in self.0.iter_mut().filter(|fault| fault.is_of(call)) {
            fault.seen += 1;
            if met.is_none() && fault.is_due() {
                fault.used += 1;
                met = Some(fault.clone());
            }
        }
        met
    }
}

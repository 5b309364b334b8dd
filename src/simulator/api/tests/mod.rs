//! The platforms' APIs through their routers: each rule and each trap.

mod bulk;
mod control;
mod faults;
mod higher_logic;
mod mobilize;
mod network;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::mobilize::{Community, Group, Member, Settings};
use super::{Api, Limits};

const START: i64 = 1_763_770_000_000;
const BOARD: u64 = 4711;

/// A clock that stands still until it is told.
#[derive(Clone)]
struct Clock(Arc<AtomicI64>);

impl Clock {
    fn new() -> Self {
        Self(Arc::new(AtomicI64::new(START)))
    }

    fn advance_ms(&self, ms: i64) {
        self.0.fetch_add(ms, Ordering::Relaxed);
    }

    fn read(&self) -> impl Fn() -> i64 + Send + Sync + 'static {
        let clock = Arc::clone(&self.0);
        move || clock.load(Ordering::Relaxed)
    }
}

/// A program that uses a platform's API with these headers.
#[derive(Clone)]
struct Caller {
    router: Router,
    headers: Vec<(&'static str, String)>,
}

struct Answer {
    status: u16,
    headers: HeaderMap,
    /// Null when the body is not JSON.
    json: Value,
    text: String,
}

impl Caller {
    fn basic(router: Router, key: &str, secret: &str) -> Self {
        let basic = format!("Basic {}", STANDARD.encode(format!("{key}:{secret}")));
        Self { router, headers: vec![("authorization", basic)] }
    }

    async fn send(&self, method: &str, path: &str, body: &Value) -> Answer {
        self.try_send(method, path, body).await.expect("the answer breaks off")
    }

    /// An answer that breaks off is an error.
    async fn try_send(
        &self,
        method: &str,
        path: &str,
        body: &Value,
    ) -> Result<Answer, axum::Error> {
        let body = match body {
            Value::Null => Body::empty(),
            Value::String(text) => Body::from(text.clone()),
            body => Body::from(body.to_string()),
        };
        let mut request = Request::builder().method(method).uri(path);
        request = request.header("content-type", "application/json");
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        let response = self.router.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await?;
        Ok(Answer {
            status: parts.status.as_u16(),
            headers: parts.headers,
            json: serde_json::from_slice(&body).unwrap_or_default(),
            text: String::from_utf8(body.to_vec()).unwrap(),
        })
    }

    async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &Value::Null).await
    }

    async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send("POST", path, body).await
    }

    async fn put(&self, path: &str, body: &Value) -> Answer {
        self.send("PUT", path, body).await
    }

    async fn delete(&self, path: &str) -> Answer {
        self.send("DELETE", path, &Value::Null).await
    }
}

/// A community with one empty group and no limits, and its clock.
fn community() -> (Api<Community>, Caller, Clock) {
    community_with(|_| ())
}

fn community_with(change: impl FnOnce(&mut Settings)) -> (Api<Community>, Caller, Clock) {
    let clock = Clock::new();
    let mut settings = Settings::new("key", "s3cret");
    settings.limits = Limits::OFF;
    change(&mut settings);
    let api = Api::mobilize(settings, clock.read());
    api.seed_group(Group::private(BOARD, "Board"));
    let caller = Caller::basic(api.router(), "key", "s3cret");
    (api, caller, clock)
}

fn add(email: &str) -> Value {
    json!({ "fields": { "email": email } })
}

/// Members `0@x.org`, `1@x.org` and so on, in this order.
fn crowd(api: &Api<Community>, count: usize) -> Vec<String> {
    let emails = (0..count).map(|place| format!("{place}@x.org"));
    emails.map(|email| api.seed_member(BOARD, Member::new(email))).collect()
}

fn emails(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|member| member["email"].as_str().unwrap()).collect()
}

//! Looks over the shoulder of a stand-in: every call with its beginning and its end by the clock on the wall, however
//! many there are.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Instant;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use serde_json::Value;

#[derive(Clone, Default)]
pub struct Watch(Arc<Mutex<Vec<Seen>>>);

/// One call.
#[derive(Debug, Clone)]
pub struct Seen {
    pub is_write: bool,
    pub path: String,
    /// What it says of the member's job, where it says anything.
    pub title: Option<String>,
    pub began: Instant,
    /// When it was answered, or the caller hung up.
    pub ended: Option<Instant>,
    pub status: Option<StatusCode>,
}

impl Seen {
    /// Whether it changes the fields of one person.
    pub fn is_update(&self) -> bool {
        self.is_write && self.path.starts_with("/v1/users/")
    }
}

impl Watch {
    pub fn around(&self, stand_in: Router) -> Router {
        stand_in.layer(from_fn_with_state(self.clone(), watch))
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.lock().clone()
    }

    pub fn forget(&self) {
        self.lock().clear();
    }

    pub fn calls(&self) -> usize {
        self.lock().len()
    }

    pub fn updates(&self) -> usize {
        self.lock().iter().filter(|seen| seen.is_update()).count()
    }

    /// Updates that said of somebody what another one had said already.
    pub fn repeated(&self) -> usize {
        let mut times: HashMap<(String, Option<String>), usize> = HashMap::new();
        for seen in self.lock().iter().filter(|seen| seen.is_update()) {
            *times.entry((seen.path.clone(), seen.title.clone())).or_default() += 1;
        }
        times.values().map(|times| times - 1).sum()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Seen>> {
        self.0.lock().unwrap()
    }
}

/// Marks the end also when the caller hangs up.
struct Ending(Watch, usize);

impl Drop for Ending {
    fn drop(&mut self) {
        // Those that were forgotten meanwhile need no end.
        if let Some(seen) = self.0.lock().get_mut(self.1) {
            seen.ended = Some(Instant::now());
        }
    }
}

async fn watch(State(watch): State<Watch>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let json: Value = serde_json::from_slice(&body).unwrap_or_default();
    let seen = Seen {
        is_write: parts.method != "GET",
        path: parts.uri.path().to_owned(),
        title: json["fields"]["job_title"].as_str().map(str::to_owned),
        began: Instant::now(),
        ended: None,
        status: None,
    };
    let place = {
        let mut all = watch.lock();
        all.push(seen);
        all.len() - 1
    };
    let ending = Ending(watch.clone(), place);
    let response = next.run(Request::from_parts(parts, Body::from(body))).await;
    if let Some(seen) = watch.lock().get_mut(place) {
        seen.status = Some(response.status());
    }
    drop(ending);
    response
}

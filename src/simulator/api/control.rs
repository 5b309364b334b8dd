//! The control plane of a stand-in: what tests and `demo` may do to it from outside. `serve` never mounts it.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

use super::faults::Fault;
use super::{Api, Platform};

pub fn router<P: Platform>(api: Api<P>) -> Router {
    Router::new()
        .route("/__control/reset", post(reset::<P>))
        .route("/__control/seed", post(seed::<P>))
        .route("/__control/faults", post(faults::<P>))
        .route("/__control/state", get(state::<P>))
        .route("/__control/requests", get(requests::<P>))
        .route("/__control/hl/pending", get(pending::<P>))
        .with_state(api)
}

async fn reset<P: Platform>(State(api): State<Api<P>>) -> StatusCode {
    api.reset();
    StatusCode::NO_CONTENT
}

async fn seed<P: Platform>(State(api): State<Api<P>>, Json(seed): Json<Value>) -> Response {
    match api.seed(seed) {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(why) => (StatusCode::UNPROCESSABLE_ENTITY, why).into_response(),
    }
}

/// A list of faults in the place of those before; an empty one ends them.
async fn faults<P: Platform>(
    State(api): State<Api<P>>,
    Json(faults): Json<Vec<Fault>>,
) -> StatusCode {
    api.set_faults(faults);
    StatusCode::NO_CONTENT
}

async fn state<P: Platform>(State(api): State<Api<P>>) -> Json<Value> {
    Json(api.state())
}

async fn requests<P: Platform>(State(api): State<Api<P>>) -> Response {
    Json(api.requests()).into_response()
}

async fn pending<P: Platform>(State(api): State<Api<P>>) -> Response {
    match api.current(|platform| platform.pending()) {
        Some(pending) => Json(json!({ "pending": pending })).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

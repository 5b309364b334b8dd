//! A client that goes away cancels nothing: every handler runs in a task of its own.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tracing::Instrument as _;

use super::Error;

/// hyper drops the future of a handler when its client disconnects, wherever it happens to be; half
/// a sign-in would be left (SECURITY.md 0.1, finding 1). A panic ends its request and nothing else.
pub async fn own_task(request: Request, next: Next) -> Response {
    let handler = tokio::spawn(next.run(request).in_current_span());
    match handler.await {
        Ok(response) => response,
        Err(panicked) => Error::broken(panicked).into_response(),
    }
}

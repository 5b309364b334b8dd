//! Each request under an id of its own: one line, two figures.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    extract::{MatchedPath, Request},
    http::{HeaderName, HeaderValue, Method},
    middleware::Next,
    response::Response,
};
use metrics::{counter, histogram};
use tracing::Instrument;

use super::figures::{DURATION, REQUESTS};
use crate::token;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

const SLOW: Duration = Duration::from_secs(1);

/// Names one request: in its log lines, in the answer's `x-request-id`, and on an error page.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct RequestId([u8; RequestId::LENGTH]);

impl RequestId {
    const LENGTH: usize = 12;

    fn random() -> RequestId {
        let text = token::random_text();
        let mut id = [b'-'; RequestId::LENGTH];
        for (place, byte) in id.iter_mut().zip(text.bytes()) {
            *place = byte;
        }
        RequestId(id)
    }

    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("random text is ASCII")
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

tokio::task_local! {
    static CURRENT: RequestId;
}

/// The request that this code runs for, unless it was spawned elsewhere.
pub fn request_id() -> Option<RequestId> {
    CURRENT.try_with(|id| *id).ok()
}

/// Middleware for `axum::middleware::from_fn`, to be added with `Router::layer` after all routes
/// and the fallback: further out, no route is known yet.
pub async fn observe(request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = RequestId::random();
    let method = method_name(request.method());
    let matched = request.extensions().get::<MatchedPath>().cloned();
    let route = matched.as_ref().map_or("unmatched", MatchedPath::as_str);

    let span = tracing::info_span!("request", %id);
    let mut response = CURRENT.scope(id, next.run(request)).instrument(span.clone()).await;

    let status = response.status();
    let took = started.elapsed();
    let ms = took.as_micros() as f64 / 1000.0;
    // A client's own mistake is not news, however slow the client was in making it: else a crowd of
    // slow ones would fill the log.
    if status.is_server_error() || (took >= SLOW && !status.is_client_error()) {
        tracing::info!(parent: &span, method, route, status = status.as_u16(), ms, "answered");
    } else {
        tracing::debug!(parent: &span, method, route, status = status.as_u16(), ms, "answered");
    }
    let route: Arc<str> = route.into();
    let code = status.as_str().to_owned();
    counter!(REQUESTS, "route" => Arc::clone(&route), "method" => method, "status" => code)
        .increment(1);
    histogram!(DURATION, "route" => route, "method" => method).record(took);
    let value = HeaderValue::from_bytes(&id.0).expect("random text is ASCII");
    response.headers_mut().insert(REQUEST_ID, value);
    response
}

/// Anyone can make up methods; they must not make up time series.
fn method_name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use axum::{
        Router,
        body::{Body, to_bytes},
        http::{StatusCode, header::USER_AGENT},
        routing::get,
    };
    use tower::ServiceExt;

    use super::{
        super::{
            figures::metrics_router,
            log::{Format, capture::Log},
        },
        *,
    };

    fn app() -> Router {
        Router::new()
            .route("/reset/{token}", get(async || request_id().unwrap().to_string()))
            .route("/broken", get(async || StatusCode::INTERNAL_SERVER_ERROR))
            .layer(axum::middleware::from_fn(observe))
    }

    async fn ask(path: &str) -> Response {
        let request =
            Request::get(path).header(USER_AGENT, "canary-agent").body(Body::empty()).unwrap();
        app().oneshot(request).await.unwrap()
    }

    async fn asked(filter: &str, path: &str) -> String {
        let (log, _guard) = Log::of_this_thread(Format::Text, filter);
        ask(path).await;
        log.text()
    }

    #[tokio::test]
    async fn an_answer_carries_the_id_that_the_handler_saw() {
        let response = ask("/reset/abc").await;

        let id = response.headers()["x-request-id"].to_str().unwrap().to_owned();
        let seen = to_bytes(response.into_body(), 100).await.unwrap();
        assert_eq!(id.len(), 12);
        assert_eq!(id, seen);
    }

    #[tokio::test]
    async fn a_request_is_one_debug_line_without_anything_it_brought() {
        let line = asked("debug", "/reset/canary-token?q=canary-query").await;

        assert_eq!(line.lines().count(), 1, "{line}");
        assert!(line.contains("route=\"/reset/{token}\" status=200 ms="), "{line}");
        assert!(line.contains("request{id="), "{line}");
        assert!(!line.contains("canary"), "{line}");
    }

    #[tokio::test]
    async fn only_failures_are_worth_a_line_at_info() {
        assert_eq!(asked("info", "/reset/abc").await, "");
        assert!(asked("info", "/broken").await.contains("status=500"));
    }

    #[tokio::test]
    async fn requests_are_counted_by_route_and_strangers_together() {
        let metrics = metrics_router();

        ask("/reset/one").await;
        ask("/nowhere/1").await;
        ask("/nowhere/2").await;
        let response =
            metrics.oneshot(Request::get("/metrics").body(Body::empty()).unwrap()).await.unwrap();
        let figures = to_bytes(response.into_body(), 1_000_000).await.unwrap();
        let figures = String::from_utf8(figures.to_vec()).unwrap();

        assert!(
            figures.contains(
                r#"http_requests_total{route="/reset/{token}",method="GET",status="200"}"#
            ),
            "{figures}"
        );
        assert!(
            figures.contains(r#"http_requests_total{route="unmatched",method="GET",status="404"}"#),
            "{figures}"
        );
        assert!(figures.contains(
            r#"http_request_duration_seconds_bucket{route="unmatched",method="GET",le="0.001"}"#
        ));
        assert!(!figures.contains("nowhere"));
    }
}

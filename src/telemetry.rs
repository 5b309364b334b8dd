//! What an operator sees: log lines, each request under an id, and metrics.
//!
//! A line or a metric never holds a path as it was asked for, a query, a header or a body: any of them may be a
//! secret. The path's pattern (`/reset/{token}`) stands in their place.

use std::{
    fmt, io,
    str::FromStr,
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};

use axum::{
    Router,
    extract::{MatchedPath, Request},
    http::{HeaderName, HeaderValue, Method, header::CONTENT_TYPE},
    middleware::Next,
    response::Response,
    routing::get,
};
use metrics::{counter, describe_counter, describe_gauge, describe_histogram, histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use tracing::Instrument;
use tracing_subscriber::{EnvFilter, filter::ParseError, fmt::MakeWriter, util::TryInitError};

use crate::token;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const REQUESTS: &str = "http_requests_total";
const DURATION: &str = "http_request_duration_seconds";

/// A cached document takes some 0.1 ms, a code exchange 0.5, a password 50 and more.
const BUCKETS: [f64; 14] =
    [0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

const SLOW: Duration = Duration::from_secs(1);

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    #[default]
    Text,
    Json,
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{0:?} is not a log format: write text or json")]
    Format(String),
    #[error(
        "the log filter {filter:?} cannot be read: {cause}; write it as in info or info,sqlx=warn"
    )]
    Filter { filter: String, cause: ParseError },
    #[error("logging has been started before")]
    Started(#[from] TryInitError),
}

impl FromStr for Format {
    type Err = Error;

    fn from_str(name: &str) -> Result<Format, Error> {
        match name {
            "text" => Ok(Format::Text),
            "json" => Ok(Format::Json),
            _ => Err(Error::Format(name.to_owned())),
        }
    }
}

/// Starts logging to standard error. `filter` is a level, or several as in `info,sqlx=warn`.
pub fn start(format: Format, filter: &str) -> Result<(), Error> {
    use tracing_subscriber::util::SubscriberInitExt;
    subscriber(format, filter, io::stderr)?.try_init()?;
    Ok(())
}

type Subscriber = Box<dyn tracing::Subscriber + Send + Sync>;

fn subscriber<W>(format: Format, filter: &str, writer: W) -> Result<Subscriber, Error>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let levels = EnvFilter::builder()
        .parse(filter)
        .map_err(|cause| Error::Filter { filter: filter.to_owned(), cause })?;
    let lines = tracing_subscriber::fmt()
        .with_env_filter(levels)
        .with_ansi(false)
        .with_writer(OneLine(writer));
    Ok(match format {
        Format::Text => Box::new(lines.finish()),
        Format::Json => Box::new(lines.json().flatten_event(true).with_span_list(false).finish()),
    })
}

/// Keeps an event on its line and away from the terminal's controls, whoever wrote the text in it: the formatters
/// let line breaks pass, and JSON also the controls above ASCII.
struct OneLine<W>(W);

impl<'a, W: MakeWriter<'a>> MakeWriter<'a> for OneLine<W> {
    type Writer = OneLine<W::Writer>;

    fn make_writer(&'a self) -> Self::Writer {
        OneLine(self.0.make_writer())
    }
}

impl<W: io::Write> io::Write for OneLine<W> {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let line = event.strip_suffix(b"\n").unwrap_or(event);
        // 0xC2 begins the controls above ASCII.
        if line.iter().any(|byte| byte.is_ascii_control() || *byte == 0xC2) {
            let mut escaped = without_controls(&String::from_utf8_lossy(line));
            escaped.push('\n');
            self.0.write_all(escaped.as_bytes())?;
        } else {
            self.0.write_all(event)?;
        }
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// In JSON's notation, which people can read too.
fn without_controls(line: &str) -> String {
    let mut escaped = String::with_capacity(line.len() + 16);
    for char in line.chars() {
        match char {
            '\n' => escaped.push_str("\\n"),
            '\r' => escaped.push_str("\\r"),
            '\t' => escaped.push_str("\\t"),
            _ if char.is_control() => escaped.push_str(&format!("\\u{:04x}", u32::from(char))),
            _ => escaped.push(char),
        }
    }
    escaped
}

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

/// Middleware for `axum::middleware::from_fn`, to be added with `Router::layer` after all routes and the fallback:
/// further out, no route is known yet.
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
    let ms = took.as_secs_f64() * 1000.0;
    if status.is_server_error() || took >= SLOW {
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

static METRICS: OnceLock<PrometheusHandle> = OnceLock::new();

/// Begins counting, and answers `/metrics`. For a listener of its own: the figures are nobody's business outside.
/// `keep_metrics` has to run beside it.
pub fn metrics_router() -> Router {
    let figures = metrics_handle();
    let render = async || ([(CONTENT_TYPE, "text/plain; version=0.0.4")], figures.render());
    Router::new().route("/metrics", get(render))
}

/// Until a scraper comes, each measured duration waits in memory; this folds them into their buckets.
pub async fn keep_metrics(stop: CancellationToken) {
    let mut often = interval(Duration::from_secs(5));
    often.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while stop.run_until_cancelled(often.tick()).await.is_some() {
        metrics_handle().run_upkeep();
    }
}

fn metrics_handle() -> &'static PrometheusHandle {
    METRICS.get_or_init(|| {
        let recorder = PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Full(DURATION.to_owned()), &BUCKETS)
            .expect("there are buckets")
            .build_recorder();
        let handle = recorder.handle();
        if metrics::set_global_recorder(recorder).is_err() {
            tracing::warn!("metrics go elsewhere: another recorder was there first");
        }
        describe_counter!(REQUESTS, "Requests answered, by route, method and status");
        describe_histogram!(DURATION, "Time from a request's header to its answer's, in seconds");
        describe_gauge!("http_connections_open", "Connections open now");
        describe_counter!(
            "http_connections_refused_total",
            "Connections refused, by the limit they met"
        );
        describe_counter!(
            "http_connections_late_total",
            "Connections closed, by what they were late with"
        );
        handle
    })
}

#[cfg(test)]
mod tests {
    use std::{io::Write, sync::Mutex};

    use axum::{
        body::Body,
        http::{StatusCode, header::USER_AGENT},
    };
    use tower::ServiceExt;

    use super::*;

    /// A log that a test can read.
    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl Log {
        fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
        }
    }

    impl Write for Log {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn logged(format: Format, say: impl FnOnce()) -> String {
        let log = Log::default();
        let writer = log.clone();
        tracing::subscriber::with_default(
            subscriber(format, "trace", move || writer.clone()).unwrap(),
            say,
        );
        log.text()
    }

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
        let log = Log::default();
        let writer = log.clone();
        let _guard = tracing::subscriber::set_default(
            subscriber(Format::Text, filter, move || writer.clone()).unwrap(),
        );
        ask(path).await;
        log.text()
    }

    #[test]
    fn controls_arrive_escaped_in_both_formats() {
        let nasty = "a\x1b[31mb\nc\r\td\u{9b}e\x7f";
        for format in [Format::Text, Format::Json] {
            let lines = logged(format, || {
                let span = tracing::info_span!("request", quoted = nasty, shown = %nasty);
                let error = io::Error::other(nasty);
                span.in_scope(|| tracing::info!(quoted = nasty, shown = %nasty, debug = ?nasty, %error, "said {nasty}"));
            });

            assert_eq!(lines.lines().count(), 1, "{lines:?}");
            assert!(lines.ends_with('\n'));
            assert!(!lines.trim_end().chars().any(char::is_control), "{lines:?}");
            assert!(lines.contains("\\n"), "{lines}");
        }
    }

    #[test]
    fn json_stays_json_when_controls_are_escaped() {
        let line = logged(Format::Json, || tracing::info!(agent = %"x\u{9b}y\nz", "hello"));

        let event: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(event["agent"], "x\u{9b}y\nz");
        assert_eq!(event["message"], "hello");
    }

    #[test]
    fn text_in_other_alphabets_is_left_alone() {
        let line = logged(Format::Text, || tracing::info!("§ Zoë 姓 ©"));

        assert!(line.contains("§ Zoë 姓 ©"), "{line}");
    }

    #[test]
    fn a_filter_that_cannot_be_read_is_refused_by_name() {
        let error = subscriber(Format::Text, "info,sqlx=loud", io::sink).err().unwrap();

        assert!(error.to_string().contains("sqlx=loud"), "{error}");
    }

    #[tokio::test]
    async fn an_answer_carries_the_id_that_the_handler_saw() {
        let response = ask("/reset/abc").await;

        let id = response.headers()["x-request-id"].to_str().unwrap().to_owned();
        let seen = axum::body::to_bytes(response.into_body(), 100).await.unwrap();
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
        let figures = axum::body::to_bytes(response.into_body(), 1_000_000).await.unwrap();
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

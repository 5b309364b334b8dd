//! Metrics in Prometheus' text format.

use std::{sync::OnceLock, time::Duration};

use axum::{Router, http::header::CONTENT_TYPE, routing::get};
use metrics::{describe_counter, describe_gauge, describe_histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

pub const REQUESTS: &str = "http_requests_total";
pub const DURATION: &str = "http_request_duration_seconds";

/// A cached document takes some 0.1 ms, a code exchange 0.5, a password 50 and more.
const BUCKETS: [f64; 14] =
    [0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

static METRICS: OnceLock<PrometheusHandle> = OnceLock::new();

/// Begins counting, and answers `/metrics`. For a listener of its own: the figures are nobody's
/// business outside. `keep_metrics` has to run beside it.
pub fn metrics_router() -> Router {
    let figures = metrics_handle();
    let render = async || ([(CONTENT_TYPE, "text/plain; version=0.0.4")], figures.render());
    Router::new().route("/metrics", get(render))
}

/// Until a scraper comes, each measured duration waits in memory; this folds them into their
/// buckets.
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

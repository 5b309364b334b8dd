//! What an operator sees: log lines, each request under an id, and metrics.
//!
//! A line or a metric never holds a path as it was asked for, a query, a header or a body: any of
//! them may be a secret. The path's pattern (`/reset/{token}`) stands in their place.

mod figures;
mod log;
mod request;

pub use figures::{keep_metrics, metrics_router};
pub use log::{Error, Format, start};
pub use request::{RequestId, observe, request_id};

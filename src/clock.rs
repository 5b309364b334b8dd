//! The time, asked once per request and told to everyone downstream.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::tz::TimeZone;

use crate::db::column;

/// Unix milliseconds, as the database keeps them.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(transparent)]
pub struct Timestamp(i64);

column!(Timestamp: i64);

impl Timestamp {
    pub fn from_unix_seconds(seconds: i64) -> Self {
        Self(seconds * 1000)
    }

    pub fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(1000)))
    }

    /// As it is kept.
    pub fn unix_millis(self) -> i64 {
        self.0
    }

    /// What JWTs carry (RFC 7519 §2, "NumericDate").
    pub fn unix_seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// Whole seconds from `earlier` until this, negative if this comes first.
    pub fn seconds_since(self, earlier: Self) -> i64 {
        (self.0 - earlier.0).div_euclid(1000)
    }

    /// Seconds to wait at `earlier` until this, a part of one counting whole.
    pub fn seconds_after(self, earlier: Self) -> i64 {
        -earlier.seconds_since(self)
    }

    /// The next time that it is so many minutes past midnight where this server stands.
    pub fn next_at(self, minute: i64) -> Self {
        const DAY_SECONDS: i64 = 24 * 3600;
        let now = self.zoned();
        let at = |day: jiff::civil::Date| {
            let midnight = day.to_zoned(now.time_zone().clone()).ok()?;
            Some(Self(midnight.timestamp().as_millisecond()).plus_seconds(minute * 60))
        };
        let today = at(now.date()).filter(|at| *at > self);
        let tomorrow = now.date().tomorrow().ok().and_then(at);
        today.or(tomorrow).unwrap_or(self.plus_seconds(DAY_SECONDS))
    }

    /// The date and time of day where this server stands.
    pub fn zoned(self) -> jiff::Zoned {
        let at = jiff::Timestamp::from_millisecond(self.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        at.to_zoned(TimeZone::system())
    }
}

/// RFC 3339 in UTC, for logs, JSON and the command line.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_millisecond(self.0) {
            Ok(at) => at.fmt(f),
            Err(_) => self.0.fmt(f),
        }
    }
}

#[derive(Clone)]
pub enum Clock {
    System,
    Manual(Arc<AtomicI64>),
}

impl Clock {
    pub fn manual(unix_seconds: i64) -> Self {
        Self::Manual(Arc::new(AtomicI64::new(unix_seconds * 1000)))
    }

    #[expect(clippy::disallowed_methods, reason = "the one place that asks the system")]
    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => {
                let since_epoch = std::time::SystemTime::now()
                    .duration_since(std::time::UNIX_EPOCH)
                    .expect("the system clock is set after 1970");
                Timestamp(since_epoch.as_millis() as i64)
            }
            Self::Manual(millis) => Timestamp(millis.load(Ordering::Relaxed)),
        }
    }

    /// Moves a manual clock forward; the system clock moves by itself.
    pub fn advance(&self, seconds: i64) {
        if let Self::Manual(now) = self {
            now.fetch_add(seconds * 1000, Ordering::Relaxed);
        }
    }
}

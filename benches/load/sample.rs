//! The figures of one scenario in one round, and the median of several.

use std::time::Duration;

use serde::Serialize;

#[derive(Clone, Default, Serialize)]
pub struct Sample {
    /// Answers as they should be, per second of the clock.
    pub per_second: f64,
    pub p50_ms: Option<f64>,
    pub p99_ms: Option<f64>,
    /// CPU time of the one who did the work, for each good answer.
    pub cpu_micros: f64,
    pub good: usize,
    /// Turned away with 503, as an overloaded server should.
    pub busy: usize,
    pub wrong: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_wrong: Option<String>,
}

impl Sample {
    pub fn new(mut waits: Vec<Duration>, wall: Duration, cpu_micros: f64) -> Self {
        waits.sort_unstable();
        let good = waits.len();
        Self {
            per_second: good as f64 / wall.as_secs_f64(),
            p50_ms: percentile(&waits, 50),
            p99_ms: percentile(&waits, 99),
            cpu_micros: cpu_micros / good.max(1) as f64,
            good,
            ..Self::default()
        }
    }

    /// Figure by figure, so the medians may come from different rounds; counts are added.
    pub fn median(rounds: &[Self]) -> Self {
        let of = |figure: fn(&Self) -> Option<f64>| median(rounds.iter().filter_map(figure));
        Self {
            per_second: of(|sample| Some(sample.per_second)).unwrap_or_default(),
            p50_ms: of(|sample| sample.p50_ms),
            p99_ms: of(|sample| sample.p99_ms),
            cpu_micros: of(|sample| Some(sample.cpu_micros)).unwrap_or_default(),
            good: rounds.iter().map(|sample| sample.good).sum(),
            busy: rounds.iter().map(|sample| sample.busy).sum(),
            wrong: rounds.iter().map(|sample| sample.wrong).sum(),
            first_wrong: rounds.iter().find_map(|sample| sample.first_wrong.clone()),
        }
    }
}

pub fn median(figures: impl Iterator<Item = f64>) -> Option<f64> {
    let mut figures: Vec<_> = figures.filter(|figure| figure.is_finite()).collect();
    figures.sort_unstable_by(f64::total_cmp);
    let (low, high) = (figures.len().checked_sub(1)? / 2, figures.len() / 2);
    Some(f64::midpoint(figures[low], figures[high]))
}

/// The smallest wait that at least `percent` of the requests did not exceed.
fn percentile(sorted: &[Duration], percent: usize) -> Option<f64> {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.checked_sub(1)?).map(|wait| wait.as_secs_f64() * 1e3)
}

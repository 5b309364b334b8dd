//! Members who sign in all the while, one after another, and how long each of them waits.

use std::fmt;
use std::ops::Range;
use std::time::{Duration, Instant};

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::{Member, Novi};

/// Between two sign-ins, so that they are no load by themselves.
const PAUSE: Duration = Duration::from_millis(100);
/// F-06, F-22: the 99th percentile may be so much longer than before.
const MOST: f64 = 1.2;

pub struct SignIns {
    going_on: JoinHandle<Vec<(Instant, Duration)>>,
    stop: CancellationToken,
}

/// How long sign-ins took between two moments.
#[derive(Debug, Clone, Copy)]
struct Waits {
    number: usize,
    p50: Duration,
    p99: Duration,
}

/// How long sign-ins take while something is bad, against a time before in which all was well.
pub struct Comparison {
    before: Waits,
    during: Waits,
    ratio: f64,
    /// How much the time before varied by itself, from one half to the other.
    drift: f64,
}

impl SignIns {
    /// Through the front door, from the log-in page to the session, with the password hashed.
    pub fn start(novi: &Novi, members: &[Member]) -> Self {
        let (novi, members, stop) = (novi.clone(), members.to_vec(), CancellationToken::new());
        let stopped = stop.clone();
        let going_on = tokio::spawn(async move {
            let mut all = Vec::new();
            for member in members.iter().cycle() {
                if stopped.is_cancelled() {
                    break;
                }
                let begun = Instant::now();
                let answer = novi.browser().sign_in(member).await;
                all.push((begun, begun.elapsed()));
                assert_eq!(answer.status, 303, "{}", answer.body);
                tokio::time::sleep(PAUSE).await;
            }
            all
        });
        Self { going_on, stop }
    }

    /// Ends; answers every sign-in with the moment when it began.
    pub async fn end(self) -> Vec<(Instant, Duration)> {
        self.stop.cancel();
        self.going_on.await.unwrap()
    }
}

impl Waits {
    fn within(all: &[(Instant, Duration)], time: &Range<Instant>) -> Self {
        let within = all.iter().filter(|(at, _)| time.contains(at));
        let mut waits: Vec<Duration> = within.map(|(_, wait)| *wait).collect();
        waits.sort_unstable();
        let rank = |percent: usize| (waits.len() * percent).div_ceil(100).saturating_sub(1);
        let percent = |percent: usize| waits.get(rank(percent)).copied().unwrap_or_default();
        Self { number: waits.len(), p50: percent(50), p99: percent(99) }
    }

    /// Without anything to compare with, as far off as can be.
    fn by(&self, other: &Self) -> f64 {
        if other.number == 0 {
            return f64::INFINITY;
        }
        self.p99.as_secs_f64() / other.p99.as_secs_f64()
    }
}

impl Comparison {
    pub fn of(all: &[(Instant, Duration)], before: Range<Instant>, during: Range<Instant>) -> Self {
        let middle = before.start + (before.end - before.start) / 2;
        let one = Waits::within(all, &(before.start..middle));
        let other = Waits::within(all, &(middle..before.end));
        let (before, during) = (Waits::within(all, &before), Waits::within(all, &during));
        let drift = one.by(&other).max(other.by(&one));
        Self { before, during, ratio: during.by(&before), drift }
    }

    /// Not longer than they may; or on a machine that is so busy with something else that it cannot tell.
    pub fn is_fine(&self) -> bool {
        self.ratio <= MOST || self.drift > MOST
    }
}

impl fmt::Display for Waits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = |wait: Duration| wait.as_secs_f64() * 1e3;
        let (p50, p99) = (millis(self.p50), millis(self.p99));
        write!(f, "p99 {p99:.0} ms (p50 {p50:.0} ms, {} sign-ins)", self.number)
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { before, during, ratio, drift } = self;
        write!(f, "sign-ins {during} against {before} before: × {ratio:.2} (at most {MOST}")?;
        match *drift > MOST {
            true => write!(f, "; not judged: before, it varied by × {drift:.2} itself)"),
            false => write!(f, ")"),
        }
    }
}

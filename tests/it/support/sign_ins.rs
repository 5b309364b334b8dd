//! Members who sign in all the while, one after another, and how long each of them waits.

use std::time::{Duration, Instant};

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::{Member, Novi};

/// Between two sign-ins, so that they are no load by themselves.
const PAUSE: Duration = Duration::from_millis(100);

pub struct SignIns {
    going_on: JoinHandle<Vec<(Instant, Duration)>>,
    stop: CancellationToken,
}

/// How long sign-ins took between two moments.
#[derive(Debug, Clone, Copy)]
pub struct Waits {
    pub number: usize,
    pub p50: Duration,
    pub p99: Duration,
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
    pub fn between(all: &[(Instant, Duration)], from: Instant, to: Instant) -> Self {
        let within = all.iter().filter(|(at, _)| (from..to).contains(at));
        let mut waits: Vec<Duration> = within.map(|(_, wait)| *wait).collect();
        waits.sort_unstable();
        let percent = |percent: usize| waits[(waits.len() * percent).div_ceil(100) - 1];
        Self { number: waits.len(), p50: percent(50), p99: percent(99) }
    }
}

impl std::fmt::Display for Waits {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let millis = |wait: Duration| wait.as_secs_f64() * 1e3;
        let (p50, p99) = (millis(self.p50), millis(self.p99));
        write!(f, "p99 {p99:.0} ms (p50 {p50:.0} ms, {} sign-ins)", self.number)
    }
}

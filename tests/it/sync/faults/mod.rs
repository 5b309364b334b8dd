//! SECURITY.md 5.2: F-06, F-07 and F-21. The ordinary run has them shortened; `cargo xtask faults` runs
//! them with their numbers.

mod flight;
mod nodes;
mod platform;
mod removal;

use std::time::Duration;

use novi_sso::id::GroupId;
use novi_sso::sync::link;
use novi_sso::sync::platform::Platform;

use crate::support::Stage;

const MOBILIZE: Platform = Platform::Mobilize;

pub fn is_full() -> bool {
    std::env::var("NOVI_FAULTS").is_ok_and(|which| which == "full")
}

/// A number of the fault plan, or what the ordinary run has in its place.
pub fn number(full: usize, short: usize) -> usize {
    if is_full() { full } else { short }
}

/// Asks again and again, for a minute at most.
pub async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let asking = async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    let limit = Duration::from_secs(60);
    tokio::time::timeout(limit, asking).await.unwrap_or_else(|_| panic!("never came: {what}"));
}

impl Stage {
    /// The next full check begins now.
    pub async fn ask_check(&self, group: &GroupId) {
        let mut tx = self.site().await.write().await.unwrap();
        link::ask_check(&mut tx, MOBILIZE, group, link::Cause::Asked).await.unwrap();
        tx.commit().await.unwrap();
    }

    pub fn removals(&self) -> usize {
        self.mobilize.requests().iter().filter(|request| request.method == "DELETE").count()
    }

    pub async fn goes_on(&self, seconds: i64) {
        self.novi.clock.advance(seconds);
        self.settle().await;
    }
}

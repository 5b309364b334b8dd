//! SECURITY.md 5.2: F-06, F-07 and F-21. The ordinary run has them shortened; `cargo xtask faults` runs
//! them with their numbers.

mod bulk;
mod flight;
mod minutes;
mod nodes;
mod platform;
mod processes;
mod removal;

use std::time::Duration;

use novi_sso::id::GroupId;
use novi_sso::sync::link;
use novi_sso::sync::platform::Platform;

use crate::support::Stage;
use crate::support::faults::{figures, is_full, number, skipped};

const MOBILIZE: Platform = Platform::Mobilize;

/// Asks again and again, for a minute at most; in full, for five.
pub async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let asking = async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(number(50, 2) as u64)).await;
        }
    };
    let limit = Duration::from_secs(number(300, 60) as u64);
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

//! Full checks, as the history of a group shows them.

mod store;

use super::link::Claim;
use super::platform::Platform;
use crate::associations::Site;
use crate::clock::Timestamp;
use crate::db::{self, Reader, rows};
use crate::id::{GroupId, RunId};

const KEPT_SECONDS: i64 = 400 * 24 * 3600;

rows! {
    #[derive(Debug, Clone)]
    pub struct Run {
        pub run_id: RunId,
        pub platform: String,
        pub group_id: GroupId,
        pub cause: String,
        pub started_at: Timestamp,
        pub ended_at: Option<Timestamp>,
        /// How many the platform listed.
        pub there: Option<i64>,
        pub added: i64,
        pub updated: i64,
        pub removed: i64,
        /// How many were there and should not have been.
        pub held: i64,
        pub failed: i64,
        /// Why it ended early.
        pub outcome: Option<String>,
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    pub there: i64,
    pub added: i64,
    pub updated: i64,
    pub held: i64,
}

pub async fn begin(site: &Site, platform: Platform, claim: &Claim) -> Result<RunId, db::Error> {
    let id = RunId::random();
    let cause = claim.cause.as_deref().unwrap_or("asked");
    store::begin(site, &id, platform.as_text(), &claim.group_id, cause).await?;
    Ok(id)
}

pub async fn end(
    site: &Site,
    run: &RunId,
    tally: &Tally,
    outcome: Option<&str>,
) -> Result<(), db::Error> {
    store::end(site, run, site.app.clock.now(), tally, outcome).await
}

/// The newest ones of a group.
pub async fn of_group(db: &mut Reader, group: &GroupId, most: i64) -> Result<Vec<Run>, db::Error> {
    store::of_group(db, group, most).await
}

/// Forgets up to `most` that are old; answers how many there were.
pub async fn forget_old(site: &Site, most: i64) -> Result<usize, db::Error> {
    store::forget_old(site, site.now.plus_seconds(-KEPT_SECONDS), most).await
}

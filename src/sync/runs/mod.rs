//! Full checks, as the history of a group shows them.

pub mod desk;
mod store;
pub mod views;

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
        /// How many were there and should not have been.
        pub held: i64,
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

/// The newest ones of a platform.
pub async fn of_platform(
    db: &mut Reader,
    platform: Platform,
    most: i64,
) -> Result<Vec<Run>, db::Error> {
    store::of_platform(db, platform.as_text(), most).await
}

/// When the newest nightly check began, and how much it found that was not as it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Night {
    pub at: Timestamp,
    pub differences: i64,
}

/// A night's checks are those that began within a few hours of its last one.
const NIGHT_SECONDS: i64 = 4 * 3600;
const MOST_OF_A_NIGHT: i64 = 500;

pub async fn last_nightly(db: &mut Reader) -> Result<Option<Night>, db::Error> {
    let runs = store::nightly(db, MOST_OF_A_NIGHT).await?;
    let Some(last) = runs.first() else { return Ok(None) };
    let oldest = last.started_at.plus_seconds(-NIGHT_SECONDS);
    let night: Vec<&Run> = runs.iter().take_while(|run| run.started_at >= oldest).collect();
    let at = night.last().map_or(last.started_at, |first| first.started_at);
    let differences = night.iter().map(|run| run.added + run.updated + run.held).sum();
    Ok(Some(Night { at, differences }))
}

/// Forgets up to `most` that are old; answers how many there were.
pub async fn forget_old(site: &Site, most: i64) -> Result<usize, db::Error> {
    store::forget_old(site, site.now.plus_seconds(-KEPT_SECONDS), most).await
}

//! Records that are taken together, for a bulk: whatever of them is due, and until their bulk is over.

mod store;

use std::collections::HashSet;

use serde_json::json;

use super::super::platform::Platform;
use super::{LEASE_SECONDS, Marked, Work};
use crate::associations::Site;
use crate::clock::Timestamp;
use crate::db::{self, Many, Reader, Writer};
use crate::id::RecordId;

/// Work that was taken, as little of it as gives it back: a bulk may be of a whole group.
pub struct Taken {
    record_id: RecordId,
    marks: i64,
    fence: i64,
}

impl From<&Work> for Taken {
    fn from(work: &Work) -> Self {
        Self { record_id: work.record_id.clone(), marks: work.marks, fence: work.fence }
    }
}

fn fences(taken: &[Taken]) -> Many {
    Many::pairs(taken.iter().map(|one| (&one.record_id, json!({ "fence": one.fence }))))
}

/// Takes records whatever is due; but those that somebody else has.
pub async fn take(
    tx: &mut Writer,
    platform: Platform,
    records: &[RecordId],
) -> Result<Vec<Work>, db::Error> {
    let until = tx.now().plus_seconds(LEASE_SECONDS);
    store::take(tx, platform.as_text(), Many::keys(records), until).await
}

/// Still at work with all of them; but those that somebody else took over.
pub async fn keep(site: &Site, platform: Platform, taken: &[Taken]) -> Result<(), db::Error> {
    let until = site.app.clock.now().plus_seconds(LEASE_SECONDS);
    store::keep(site, platform.as_text(), fences(taken), until).await
}

/// They are everybody's again, and what is left of them is to be sent from `send_at` on.
pub async fn release(
    tx: &mut Writer,
    platform: Platform,
    taken: &[Taken],
    send_at: Timestamp,
) -> Result<(), db::Error> {
    store::release(tx, platform.as_text(), fences(taken), send_at).await
}

/// Those whom nobody else took since, to be looked at: nobody is at them any more.
pub async fn held(
    db: &mut Reader,
    platform: Platform,
    taken: &[Taken],
) -> Result<Vec<Marked>, db::Error> {
    store::held(db, platform.as_text(), fences(taken)).await
}

/// Their bulk is over: those with nothing left to be sent rest, unless they were marked meanwhile; the
/// others are sent next.
pub async fn give_back(
    tx: &mut Writer,
    platform: Platform,
    taken: &[Taken],
    settled: &HashSet<&RecordId>,
    answer: &str,
) -> Result<(), db::Error> {
    let now = tx.now().unix_millis();
    let pairs = taken.iter().map(|one| {
        let Taken { record_id, marks, fence } = one;
        let send_at = (!settled.contains(record_id)).then_some(now);
        (record_id, json!({ "marks": marks, "fence": fence, "send_at": send_at }))
    });
    store::give_back(tx, platform.as_text(), Many::pairs(pairs), answer).await
}

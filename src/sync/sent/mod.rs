//! What was sent: to which platform, about whom, which fields, when, and what it answered (GOAL-C14).

mod store;

use serde_json::{Value, json};

use super::platform::Platform;
use crate::associations::Site;
use crate::clock::Timestamp;
use crate::db::{self, Many, Reader, Writer, rows};
use crate::id::{GroupId, RecordId, SentId};
use crate::vault::Place as Sealing;

/// How long it is kept.
const KEPT_SECONDS: i64 = 400 * 24 * 3600;

rows! {
    #[derive(Debug, Clone)]
    pub struct Sent {
        pub sent_id: SentId,
        pub platform: String,
        pub group_id: Option<GroupId>,
        pub record_id: RecordId,
        pub at: Timestamp,
        pub what: String,
        /// The names of the fields, separated by blanks.
        pub fields: Option<String>,
        pub payload: Option<String>,
        pub status: Option<i64>,
        pub answer: Option<String>,
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    Add,
    Update,
    Remove,
    /// A whole contact with all its groups.
    Push,
    /// Found there as it should be, by a full check.
    Confirmed,
}

impl What {
    pub fn as_text(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Update => "update",
            Self::Remove => "remove",
            Self::Push => "push",
            Self::Confirmed => "confirmed",
        }
    }
}

/// One thing that a platform answered.
pub struct Entry<'a> {
    pub platform: Platform,
    pub group: Option<&'a GroupId>,
    pub record: &'a RecordId,
    pub what: What,
    /// The names of the fields that went out.
    pub fields: &'a [&'a str],
    /// As it went out.
    pub payload: Option<&'a [u8]>,
    pub answer: &'a str,
    /// Why the guard does not count this removal.
    pub uncounted_why: Option<&'a str>,
}

pub async fn record(tx: &mut Writer, site: &Site, entry: &Entry<'_>) -> Result<(), db::Error> {
    store::insert(tx, entry.platform.as_text(), Many::values([row(site, entry)])).await
}

/// The same of many things that one platform answered.
pub async fn record_all(
    tx: &mut Writer,
    site: &Site,
    platform: Platform,
    entries: &[Entry<'_>],
) -> Result<(), db::Error> {
    let rows = Many::values(entries.iter().map(|entry| row(site, entry)));
    store::insert(tx, platform.as_text(), rows).await
}

fn row(site: &Site, entry: &Entry<'_>) -> Value {
    let id = SentId::random();
    let payload = entry.payload.map(|payload| {
        let place = Sealing { table: "sync_sent", column: "payload", row: id.as_str() };
        site.app.vault.seal(site.id(), &place, payload)
    });
    json!({
        "id": id,
        "group_id": entry.group,
        "record_id": entry.record,
        "what": entry.what.as_text(),
        "fields": (!entry.fields.is_empty()).then(|| entry.fields.join(" ")),
        "payload": payload,
        "answer": entry.answer,
        "uncounted_why": entry.uncounted_why,
    })
}

/// What went out, as it was sealed.
pub fn payload(site: &Site, sent: &Sent) -> Option<String> {
    let place = Sealing { table: "sync_sent", column: "payload", row: sent.sent_id.as_str() };
    let opened = site.app.vault.open_sealed(site.id(), &place, sent.payload.as_deref()?).ok()?;
    Some(String::from_utf8_lossy(&opened).into_owned())
}

/// The newest about a record.
pub async fn of_record(
    db: &mut Reader,
    record: &RecordId,
    most: i64,
) -> Result<Vec<Sent>, db::Error> {
    store::of_record(db, record, most).await
}

/// Removals of a group since then, but those of which the guard was told not to count them.
pub async fn counted_removals(
    db: &mut Reader,
    platform: Platform,
    group: &GroupId,
    since: Timestamp,
) -> Result<i64, db::Error> {
    store::counted_removals(db, platform.as_text(), group, since).await
}

/// Removals that an admin asked for one by one, and deactivations.
pub async fn single_removals(
    db: &mut Reader,
    platform: Platform,
    group: &GroupId,
    since: Timestamp,
) -> Result<i64, db::Error> {
    store::single_removals(db, platform.as_text(), group, since).await
}

/// All removals on a platform since then, counted by the guard or not.
pub async fn removals(
    db: &mut Reader,
    platform: Platform,
    since: Timestamp,
) -> Result<i64, db::Error> {
    store::removals(db, platform.as_text(), since).await
}

/// Those that count, on all platforms.
pub async fn counted_everywhere(db: &mut Reader, since: Timestamp) -> Result<i64, db::Error> {
    store::counted_everywhere(db, since).await
}

/// Forgets up to `most` that are old; answers how many there were.
pub async fn forget_old(site: &Site, most: i64) -> Result<usize, db::Error> {
    store::forget_old(site, site.now.plus_seconds(-KEPT_SECONDS), most).await
}

//! What was sent: to which platform, about whom, which fields, when, and what it answered (GOAL-C14).
//! Also what was refused, and what nobody knows the end of: the data left all the same.

pub mod shown;
mod store;

use serde_json::{Value, json};

use super::platform::{Failure, Platform};
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

/// One thing that was sent to a platform.
pub struct Entry<'a> {
    pub platform: Platform,
    pub group: Option<&'a GroupId>,
    pub record: &'a RecordId,
    pub what: What,
    /// The names of the fields that went out.
    pub fields: &'a [&'a str],
    /// As it went out.
    pub payload: Option<&'a [u8]>,
    pub answer: Answer<'a>,
    /// Why the guard does not count this removal.
    pub uncounted_why: Option<&'a str>,
}

/// What a platform answered, with the status of HTTP and its own words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer<'a> {
    Taken(u16),
    /// As one of many: it said nothing of each.
    InABulk,
    Refused(Option<u16>, &'a str),
    /// It may have done it or not.
    Unknown(Option<u16>, &'a str),
}

/// How it ended, as it is read again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Taken,
    InABulk,
    Refused,
    Unknown,
}

/// Of one of a bulk.
const IN_A_BULK: &str = "taken in a bulk";

impl<'a> Answer<'a> {
    /// None where nothing was sent.
    pub fn of(failure: &'a Failure) -> Option<Self> {
        let (status, words) = (failure.status(), failure.words());
        match failure.outcome_is_unknown() {
            true => Some(Self::Unknown(status, words)),
            false => failure.has_left().then_some(Self::Refused(status, words)),
        }
    }

    /// What stands behind the kind of the change: the guard counts what was taken, and nothing else.
    fn suffix(self) -> &'static str {
        match self {
            Self::Taken(_) | Self::InABulk => "",
            Self::Refused(..) => REFUSED,
            Self::Unknown(..) => UNKNOWN,
        }
    }

    fn status(self) -> Option<u16> {
        match self {
            Self::Taken(status) => Some(status),
            Self::InABulk => None,
            Self::Refused(status, _) | Self::Unknown(status, _) => status,
        }
    }

    fn words(self) -> Option<&'a str> {
        match self {
            Self::Taken(_) => None,
            Self::InABulk => Some(IN_A_BULK),
            Self::Refused(_, words) | Self::Unknown(_, words) => Some(words),
        }
    }
}

const REFUSED: &str = "_refused";
const UNKNOWN: &str = "_unknown";

impl Sent {
    /// What it was, and how it ended.
    pub fn what(&self) -> (&str, Outcome) {
        let what = self.what.as_str();
        if let Some(what) = what.strip_suffix(REFUSED) {
            (what, Outcome::Refused)
        } else if let Some(what) = what.strip_suffix(UNKNOWN) {
            (what, Outcome::Unknown)
        } else if self.answer.as_deref() == Some(IN_A_BULK) {
            (what, Outcome::InABulk)
        } else {
            (what, Outcome::Taken)
        }
    }
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
        "what": format!("{}{}", entry.what.as_text(), entry.answer.suffix()),
        "fields": (!entry.fields.is_empty()).then(|| entry.fields.join(" ")),
        "payload": payload,
        "status": entry.answer.status(),
        "answer": entry.answer.words(),
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

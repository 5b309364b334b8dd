//! The work that is left for each record on each platform. Events and the timer only mark a record; what
//! to do is read when it is done, so marks may come twice, late or in any order (SECURITY.md 4.13).

pub mod bulk;
mod store;

use std::collections::{HashMap, HashSet};

use serde_json::{Value, json};

use super::places;
use super::platform::{Fields, Platform, Retry};
use crate::associations::Site;
use crate::clock::Timestamp;
use crate::db::{self, Db, Many, Reader, Writer, rows};
use crate::id::{AssociationId, CompanyId, FieldId, RecordId};
use crate::token::{base64url, random_bytes, sha256};
use crate::vault::Place as Sealing;

/// Until somebody who took work is taken for gone.
pub const LEASE_SECONDS: i64 = 60;
/// Whoever took work holds on to it when this much of the lease has passed, before they call again.
const BEAT_SECONDS: i64 = 15;
/// Tries until somebody has to look, when the platform refuses the record as it is.
const REFUSED_TRIES: i64 = 8;

rows! {
    /// One record to be sent, taken by whoever holds this.
    #[derive(Debug, Clone)]
    pub struct Work {
        pub record_id: RecordId,
        /// Who it is on the platform.
        pub remote_id: Option<String>,
        /// The fields it got last, sealed.
        pub sent: Option<String>,
        pub sent_hash: Option<String>,
        pub sent_at: Option<Timestamp>,
        /// Failures in a row before this.
        pub tries: i64,
        pub marks: i64,
        pub fence: i64,
        /// Until when it is nobody else's.
        pub lease_until: Timestamp,
    }

    /// What is kept of a record on a platform, for pages.
    #[derive(Debug, Clone)]
    pub struct Known {
        pub platform: String,
        pub remote_id: Option<String>,
        pub sent: Option<String>,
        pub sent_hash: Option<String>,
        pub sent_at: Option<Timestamp>,
        pub answer: Option<String>,
        pub look_at: Option<Timestamp>,
        pub send_at: Option<Timestamp>,
        pub marked_at: Option<Timestamp>,
        pub tries: i64,
        pub failure: Option<String>,
        pub failed_at: Option<Timestamp>,
        pub given_up_at: Option<Timestamp>,
        pub lease_until: Option<Timestamp>,
    }

    /// One record to be looked at.
    pub struct Marked {
        pub record_id: RecordId,
        pub sent: Option<String>,
        pub sent_hash: Option<String>,
        /// Somebody is sending it, or ended before they were done.
        pub lease_until: Option<Timestamp>,
    }
}

/// To be looked at by whoever took it.
impl From<&Work> for Marked {
    fn from(work: &Work) -> Self {
        let Work { record_id, sent, sent_hash, .. } = work.clone();
        Self { record_id, sent, sent_hash, lease_until: None }
    }
}

/// Whether a failure may pass by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outlook {
    MayPass,
    /// The platform refuses the record as it is.
    Refused,
}

/// When to try again after this many failures in a row; None is never, until the record changes or
/// somebody asks. Each failure doubles the longest wait, and chance says how much of it is waited.
pub fn next_try(tries: i64, outlook: Outlook, retry: &Retry, now: Timestamp) -> Option<Timestamp> {
    let most = match outlook {
        Outlook::MayPass => i64::from(retry.tries),
        Outlook::Refused => REFUSED_TRIES.min(i64::from(retry.tries)),
    };
    if tries >= most {
        return None;
    }
    let doublings = u32::try_from(tries.clamp(1, 20) - 1).unwrap_or(20);
    let longest = retry.base_ms.saturating_mul(1 << doublings).min(retry.cap_ms) / 1000;
    let chance = u64::from(u16::from_be_bytes(random_bytes::<2>()));
    let seconds = 1 + chance * longest / u64::from(u16::MAX);
    Some(now.plus_seconds(i64::try_from(seconds).unwrap_or(i64::MAX)))
}

/// Marks a record on every platform where it has a place or should have one.
pub async fn mark(tx: &mut Writer, record: &RecordId) -> Result<(), db::Error> {
    store::mark(tx, record).await
}

/// Marks a record on one platform, whether it has a place there or not.
pub async fn mark_one(
    tx: &mut Writer,
    platform: Platform,
    record: &RecordId,
) -> Result<(), db::Error> {
    store::mark_one(tx, platform.as_text(), record).await
}

/// Marks the people of a company, up to `most` after the last one seen; answers the last one marked, or
/// None when there are no more.
pub async fn mark_people_of(
    tx: &mut Writer,
    company: &CompanyId,
    after: Option<&RecordId>,
    most: i64,
) -> Result<Option<RecordId>, db::Error> {
    let people = store::people_of(tx, company, after.map_or("", RecordId::as_str), most).await?;
    mark_all(tx, people, most).await
}

/// The same for whoever has a value of a custom field, or had one when it was sent last.
pub async fn mark_with_field(
    tx: &mut Writer,
    field: &FieldId,
    after: Option<&RecordId>,
    most: i64,
) -> Result<Option<RecordId>, db::Error> {
    let after = after.map_or("", RecordId::as_str);
    let records = store::with_field(tx, field, after, most).await?;
    mark_all(tx, records, most).await
}

async fn mark_all(
    tx: &mut Writer,
    records: Vec<RecordId>,
    most: i64,
) -> Result<Option<RecordId>, db::Error> {
    for record in &records {
        store::mark(tx, record).await?;
    }
    let is_whole = i64::try_from(records.len()).unwrap_or(i64::MAX) < most;
    Ok(records.into_iter().last().filter(|_| !is_whole))
}

/// Records whose desired state is to be looked at.
pub async fn to_look(
    db: &mut Reader,
    platform: Platform,
    most: i64,
) -> Result<Vec<Marked>, db::Error> {
    store::to_look(db, platform.as_text(), most).await
}

/// One record, whether it is marked or not.
pub async fn one(
    db: &mut Reader,
    platform: Platform,
    record: &RecordId,
) -> Result<Option<Marked>, db::Error> {
    Ok(store::all(db, platform.as_text(), Many::keys([record])).await?.pop())
}

/// Each of these records, whether it is marked or not, in this order; one that nothing is known of yet
/// got nothing.
pub async fn all(
    db: &mut Reader,
    platform: Platform,
    records: &[RecordId],
) -> Result<Vec<Marked>, db::Error> {
    let found = store::all(db, platform.as_text(), Many::keys(records)).await?;
    let mut known: HashMap<RecordId, Marked> =
        found.into_iter().map(|one| (one.record_id.clone(), one)).collect();
    let fresh = |record: &RecordId| Marked {
        record_id: record.clone(),
        sent: None,
        sent_hash: None,
        lease_until: None,
    };
    let one = |record| known.remove(record).unwrap_or_else(|| fresh(record));
    Ok(records.iter().map(one).collect())
}

/// Looked at; something is to be sent from `send_at` on, or nothing. Failures before are forgotten,
/// because the records may be others now.
pub async fn looked(
    tx: &mut Writer,
    platform: Platform,
    records: &[&RecordId],
    send_at: Option<Timestamp>,
) -> Result<(), db::Error> {
    match records {
        [] => Ok(()),
        some => store::looked(tx, platform.as_text(), Many::keys(some), send_at).await,
    }
}

/// Asks to send a record, for a removal that was decided.
pub async fn send(tx: &mut Writer, platform: Platform, record: &RecordId) -> Result<(), db::Error> {
    send_all(tx, platform, &[record]).await
}

/// Asks to send records.
pub async fn send_all(
    tx: &mut Writer,
    platform: Platform,
    records: &[&RecordId],
) -> Result<(), db::Error> {
    match records {
        [] => Ok(()),
        some => store::send(tx, platform.as_text(), Many::keys(some)).await,
    }
}

/// Whether anything could be taken now.
pub async fn is_due(db: &mut Reader, platform: Platform) -> Result<bool, db::Error> {
    store::is_due(db, platform.as_text()).await
}

/// Takes up to `most` records that are due: nobody else gets them for a minute.
pub async fn claim(tx: &mut Writer, platform: Platform, most: i64) -> Result<Vec<Work>, db::Error> {
    let until = tx.now().plus_seconds(LEASE_SECONDS);
    store::claim(tx, platform.as_text(), most, until).await
}

/// Whether this work was not taken over meanwhile. Asked in the transaction that writes its outcome.
pub async fn holds(db: &mut Reader, platform: Platform, work: &Work) -> Result<bool, db::Error> {
    store::holds(db, platform.as_text(), work).await
}

/// Asked before each call: holds on to work that was taken a while ago. False when somebody else took it
/// over meanwhile, and may be calling (SECURITY.md 4.13).
pub async fn keep(site: &Site, platform: Platform, work: &mut Work) -> Result<bool, db::Error> {
    let now = site.app.clock.now();
    if work.lease_until >= now.plus_seconds(LEASE_SECONDS - BEAT_SECONDS) {
        return Ok(true);
    }
    let until = now.plus_seconds(LEASE_SECONDS);
    let is_kept = store::keep(site, platform.as_text(), work, until).await?;
    work.lease_until = until;
    Ok(is_kept)
}

/// Who a record was on the platform is gone there.
pub async fn unbind(
    tx: &mut Writer,
    platform: Platform,
    record: &RecordId,
) -> Result<(), db::Error> {
    store::unbind(tx, platform.as_text(), record).await
}

/// Everything was sent, unless it was marked meanwhile. False when the work was taken over: then nothing
/// is written (SECURITY.md 4.13).
pub async fn done(
    tx: &mut Writer,
    platform: Platform,
    work: &Work,
    answer: &str,
) -> Result<bool, db::Error> {
    store::done(tx, platform.as_text(), work, answer).await
}

/// Gives work back undone, to be taken at this time; it was nobody's fault.
pub async fn postpone(
    tx: &mut Writer,
    platform: Platform,
    work: &Work,
    until: Timestamp,
) -> Result<bool, db::Error> {
    store::postpone(tx, platform.as_text(), work, until).await
}

/// It went wrong: counts, and says when the next try is. None gives it up.
pub async fn failed(
    tx: &mut Writer,
    platform: Platform,
    work: &Work,
    words: &str,
    next: Option<Timestamp>,
) -> Result<bool, db::Error> {
    store::failed(tx, platform.as_text(), work, words, next).await
}

/// Remembers who a record is on the platform. False when that id is another record's (SEC-Y14). Whoever
/// was a stranger there by this id is none any more, and is not removed as one.
pub async fn bind(
    tx: &mut Writer,
    platform: Platform,
    record: &RecordId,
    remote_id: &str,
) -> Result<bool, db::Error> {
    Ok(!bind_all(tx, platform, &[(record, remote_id)]).await?.is_empty())
}

/// The same for many, no two of which have the same id there; answers for whom it is true.
pub async fn bind_all(
    tx: &mut Writer,
    platform: Platform,
    ids: &[(&RecordId, &str)],
) -> Result<HashSet<RecordId>, db::Error> {
    if ids.is_empty() {
        return Ok(HashSet::new());
    }
    let pairs = ids.iter().map(|(record, remote_id)| (record, json!({ "id": remote_id })));
    let bound = store::bind(tx, platform.as_text(), Many::pairs(pairs)).await?;
    let is_ours = |(record, _): &(RecordId, String)| !places::is_stranger(record);
    let (ours, strangers): (Vec<_>, Vec<_>) = bound.into_iter().partition(is_ours);
    places::adopt(tx, platform, &ours).await?;
    Ok(ours.into_iter().chain(strangers).map(|(record, _)| record).collect())
}

/// Whose these ids of the platform are.
pub async fn owners(
    db: &mut Reader,
    platform: Platform,
    remote_ids: &[&str],
) -> Result<HashMap<String, RecordId>, db::Error> {
    let found = store::owners(db, platform.as_text(), Many::keys(remote_ids)).await?;
    Ok(found.into_iter().collect())
}

/// Up to `most` records with who they are on the platform, by record, after the last one seen.
pub async fn bound(
    db: &mut Reader,
    platform: Platform,
    after: &str,
    most: i64,
) -> Result<Vec<(RecordId, String)>, db::Error> {
    store::bound(db, platform.as_text(), after, most).await
}

/// What the platform has confirmed of the fields.
pub async fn remember(
    tx: &mut Writer,
    platform: Platform,
    record: &RecordId,
    sealed: &str,
    hash: &str,
) -> Result<(), db::Error> {
    let version = json!({ "sent": sealed, "hash": hash });
    store::remember(tx, platform.as_text(), Many::pairs([(record, version)])).await
}

/// The same of many: of each what it got, sealed, and its hash.
pub async fn remember_all(
    tx: &mut Writer,
    platform: Platform,
    versions: &[(&RecordId, String, String)],
) -> Result<(), db::Error> {
    if versions.is_empty() {
        return Ok(());
    }
    let version = |(record, sealed, hash): &(&RecordId, String, String)| {
        (record.to_string(), json!({ "sent": sealed, "hash": hash }))
    };
    store::remember(tx, platform.as_text(), Many::pairs(versions.iter().map(version))).await
}

/// The platform has something else than was sent last: it is to be sent again.
pub async fn doubt_fields(
    tx: &mut Writer,
    platform: Platform,
    records: &[&RecordId],
) -> Result<(), db::Error> {
    match records {
        [] => Ok(()),
        some => store::doubt_fields(tx, platform.as_text(), Many::keys(some)).await,
    }
}

pub async fn known(db: &mut Reader, record: &RecordId) -> Result<Vec<Known>, db::Error> {
    store::known(db, record).await
}

/// How much waits: to be looked at, and to be sent.
pub async fn length(db: &mut Reader, platform: Platform) -> Result<i64, db::Error> {
    store::length(db, platform.as_text()).await
}

/// Platforms of associations with a record that is due.
pub async fn due(db: &Db, now: Timestamp) -> Result<Vec<(AssociationId, String)>, db::Error> {
    store::due(db, now).await
}

/// What a record got, for its row: opens for nobody else.
pub fn seal_sent(site: &Site, platform: Platform, record: &RecordId, json: &[u8]) -> String {
    let row = format!("{} {record}", platform.as_text());
    let place = Sealing { table: "sync_records", column: "sent", row: &row };
    site.app.vault.seal(site.id(), &place, json)
}

pub fn open_sent(
    site: &Site,
    platform: Platform,
    record: &RecordId,
    sealed: Option<&str>,
) -> Option<Vec<u8>> {
    let row = format!("{} {record}", platform.as_text());
    let place = Sealing { table: "sync_records", column: "sent", row: &row };
    let opened = site.app.vault.open_sealed(site.id(), &place, sealed?).ok()?;
    Some(opened.to_vec())
}

/// The fields a person got last, of platforms that get fields.
pub fn sent_fields(
    site: &Site,
    platform: Platform,
    record: &RecordId,
    sealed: Option<&str>,
) -> Option<Fields> {
    serde_json::from_slice(&open_sent(site, platform, record, sealed)?).ok()
}

/// The same of any platform, as it is kept.
pub fn sent_version(
    site: &Site,
    platform: Platform,
    record: &RecordId,
    sealed: Option<&str>,
) -> Option<Value> {
    serde_json::from_slice(&open_sent(site, platform, record, sealed)?).ok()
}

/// Tells two versions of what is sent apart. Keyed, because names and addresses are easily guessed.
pub fn hash(site: &Site, record: &RecordId, json: &[u8]) -> String {
    let key = site.app.vault.derive("versions of records on platforms");
    let mut bytes = key.to_vec();
    bytes.extend_from_slice(record.as_str().as_bytes());
    bytes.extend_from_slice(json);
    base64url(sha256(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SECURITY.md 4.13, SEC-Y10.
    #[test]
    fn tries_come_further_apart_and_end() {
        let now = Timestamp::from_unix_seconds(1_000_000);
        let retry =
            Retry { tries: 25, base_ms: 5_000, cap_ms: 900_000, page_tries: 3, page_base_ms: 1 };
        let next_try = |tries, outlook| next_try(tries, outlook, &retry, now);
        for (tries, most) in [(1, 5), (2, 10), (3, 20), (9, 900), (24, 900)] {
            for _ in 0..50 {
                let next = next_try(tries, Outlook::MayPass).unwrap();
                let wait = next.seconds_since(now);
                assert!((1..=most + 1).contains(&wait), "{tries}: {wait}");
            }
        }
        assert_eq!(next_try(25, Outlook::MayPass), None);
        assert!(next_try(7, Outlook::Refused).is_some());
        assert_eq!(next_try(8, Outlook::Refused), None);
    }
}

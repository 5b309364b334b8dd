//! A record in a linked group: whether it should be there, whether the platform said that it is, and
//! what its status is.

mod store;

use std::collections::HashMap;

use super::link;
use super::platform::Platform;
use crate::associations::Site;
use crate::clock::Timestamp;
use crate::db::{self, Many, Reader, Writer, rows};
use crate::id::{GroupId, RecordId};
use crate::vault::Place as Sealing;

/// How the ids of people begin who are there and no record of ours.
const STRANGER: &str = "remote:";

rows! {
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Place {
        pub group_id: GroupId,
        pub record_id: RecordId,
        /// Of a stranger: their id and their name there, sealed.
        pub remote_id: Option<String>,
        pub name: Option<String>,
        pub wanted_at: Option<Timestamp>,
        pub confirmed_at: Option<Timestamp>,
        pub state: String,
        /// Why it is N/A.
        pub reason: Option<String>,
        pub leaves_why: Option<String>,
        pub kept_at: Option<Timestamp>,
        /// Since when nobody knows whether it is there: the answer to an addition was lost.
        pub unsure_at: Option<Timestamp>,
        pub changed_at: Timestamp,
    }

    /// Somebody whom a group wants, and how they may be known on the platform.
    pub struct Expected {
        pub record_id: RecordId,
        pub remote_id: Option<String>,
        pub email: Option<String>,
        pub state: String,
        pub confirmed_at: Option<Timestamp>,
        pub changed_at: Timestamp,
        pub sent: Option<String>,
        pub sent_hash: Option<String>,
    }

    /// A removal that is being carried out.
    pub struct UnderWay {
        pub platform: String,
        pub group_id: GroupId,
        pub leaves_why: Option<String>,
    }

    pub struct Count {
        pub platform: String,
        pub group_id: GroupId,
        pub state: String,
        pub number: i64,
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// The platform confirmed this version.
    UpToDate,
    Pending,
    Failed,
    /// It is in the group and does not sync.
    NotApplicable,
    /// It is there and should not be: to be decided.
    Leaving,
    /// Decided: it is removed next.
    Going,
    Held,
    /// The same, of a manager there (DEC8).
    Manager,
}

impl State {
    pub const ALL: [Self; 8] = [
        Self::UpToDate,
        Self::Pending,
        Self::Failed,
        Self::NotApplicable,
        Self::Leaving,
        Self::Going,
        Self::Held,
        Self::Manager,
    ];

    pub fn as_text(self) -> &'static str {
        match self {
            Self::UpToDate => "up_to_date",
            Self::Pending => "pending",
            Self::Failed => "failed",
            Self::NotApplicable => "na",
            Self::Leaving => "leaving",
            Self::Going => "going",
            Self::Held => "held",
            Self::Manager => "manager",
        }
    }

    pub fn of_text(text: &str) -> Self {
        Self::ALL.into_iter().find(|state| state.as_text() == text).unwrap_or(Self::Pending)
    }

    /// There, and should not be.
    pub fn is_removal(self) -> bool {
        matches!(self, Self::Leaving | Self::Going | Self::Held | Self::Manager)
    }
}

/// Why somebody leaves, where the guard asks about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeavesWhy {
    /// An admin took this one out of the group.
    Asked,
    Deactivated,
}

impl LeavesWhy {
    pub fn as_text(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Deactivated => "deactivated",
        }
    }
}

impl Place {
    pub fn state(&self) -> State {
        State::of_text(&self.state)
    }

    /// Confirmed to be there, or added and not known to be.
    pub fn may_be_there(&self) -> bool {
        self.confirmed_at.is_some() || self.unsure_at.is_some()
    }

    pub fn is_stranger(&self) -> bool {
        is_stranger(&self.record_id)
    }
}

pub fn stranger(remote_id: &str) -> RecordId {
    RecordId::presented(&format!("{STRANGER}{remote_id}"))
}

/// Who a stranger is on the platform.
pub fn remote_id(record: &RecordId) -> Option<&str> {
    record.as_str().strip_prefix(STRANGER)
}

pub fn is_stranger(record: &RecordId) -> bool {
    record.as_str().starts_with(STRANGER)
}

/// The name of a stranger, as it is kept.
pub fn seal_name(site: &Site, platform: Platform, record: &RecordId, name: &str) -> String {
    let row = format!("{} {record}", platform.as_text());
    let place = Sealing { table: "sync_places", column: "name", row: &row };
    site.app.vault.seal(site.id(), &place, name.as_bytes())
}

/// The name of a stranger; of a record of ours it is the record's.
pub fn open_name(site: &Site, platform: Platform, place: &Place) -> Option<String> {
    let row = format!("{} {}", platform.as_text(), place.record_id);
    let sealing = Sealing { table: "sync_places", column: "name", row: &row };
    let opened = site.app.vault.open_sealed(site.id(), &sealing, place.name.as_deref()?).ok()?;
    Some(String::from_utf8_lossy(&opened).into_owned())
}

/// The places of a record in groups that are linked.
pub async fn of_record(
    db: &mut Reader,
    platform: Platform,
    record: &RecordId,
) -> Result<Vec<Place>, db::Error> {
    let mut places = of_records(db, platform, &[record]).await?;
    Ok(places.remove(record).unwrap_or_default())
}

/// The same of many records, each by its groups; whoever has none is not in it.
pub async fn of_records(
    db: &mut Reader,
    platform: Platform,
    records: &[&RecordId],
) -> Result<HashMap<RecordId, Vec<Place>>, db::Error> {
    let found = store::of_records(db, platform.as_text(), Many::keys(records)).await?;
    let mut places: HashMap<RecordId, Vec<Place>> = HashMap::new();
    for place in found {
        places.entry(place.record_id.clone()).or_default().push(place);
    }
    for of_record in places.values_mut() {
        of_record.sort_by(|one, other| one.group_id.cmp(&other.group_id));
    }
    Ok(places)
}

/// The linked groups that each of these records is in.
pub async fn groups_of(
    db: &mut Reader,
    platform: Platform,
    records: &[&RecordId],
) -> Result<HashMap<RecordId, Vec<GroupId>>, db::Error> {
    let found = store::groups_of(db, platform.as_text(), Many::keys(records)).await?;
    let mut groups: HashMap<RecordId, Vec<GroupId>> = HashMap::new();
    for (record, group) in found {
        groups.entry(record).or_default().push(group);
    }
    Ok(groups)
}

pub async fn put(tx: &mut Writer, platform: Platform, places: &[Place]) -> Result<(), db::Error> {
    match places {
        [] => Ok(()),
        places => store::put(tx, platform.as_text(), places).await,
    }
}

pub async fn forget(
    tx: &mut Writer,
    platform: Platform,
    group: &GroupId,
    record: &RecordId,
) -> Result<(), db::Error> {
    store::forget(tx, platform.as_text(), group, record).await
}

/// An admin took it out of the group.
pub async fn asked_to_leave(
    tx: &mut Writer,
    group: &GroupId,
    record: &RecordId,
) -> Result<(), db::Error> {
    store::leaves_group(tx, group, record, LeavesWhy::Asked.as_text()).await
}

pub async fn deactivated(tx: &mut Writer, record: &RecordId) -> Result<(), db::Error> {
    store::leaves_all(tx, record, LeavesWhy::Deactivated.as_text()).await
}

/// Lets one that waits be removed. False when it does not wait any more.
pub async fn go(
    tx: &mut Writer,
    platform: Platform,
    group: &GroupId,
    record: &RecordId,
    why: Option<&str>,
) -> Result<bool, db::Error> {
    store::go(tx, platform.as_text(), group, record, why).await
}

/// Holds one that was leaving; one that somebody wants again meanwhile is left alone.
pub async fn hold(
    tx: &mut Writer,
    platform: Platform,
    group: &GroupId,
    record: &RecordId,
) -> Result<(), db::Error> {
    store::hold(tx, platform.as_text(), group, record).await
}

/// The platform said that they are there; answers of whom that was not known.
pub async fn confirm(
    tx: &mut Writer,
    platform: Platform,
    group: &GroupId,
    records: &[&RecordId],
) -> Result<Vec<RecordId>, db::Error> {
    store::confirm(tx, platform.as_text(), group, Many::keys(records)).await
}

/// The platform said that they are not there; answers of whom that was not known.
pub async fn unconfirm(
    tx: &mut Writer,
    platform: Platform,
    group: &GroupId,
    records: &[&RecordId],
) -> Result<Vec<RecordId>, db::Error> {
    store::unconfirm(tx, platform.as_text(), group, Many::keys(records)).await
}

/// They were added, and the platform's list has not shown yet who of them is there (SEC-Y8).
pub async fn unsure(
    tx: &mut Writer,
    platform: Platform,
    group: &GroupId,
    records: &[&RecordId],
) -> Result<(), db::Error> {
    store::unsure(tx, platform.as_text(), group, Many::keys(records)).await
}

/// Whether an addition was carried out is known now: it was not, or it was taken back.
pub async fn not_there(
    tx: &mut Writer,
    platform: Platform,
    group: &GroupId,
    record: &RecordId,
) -> Result<(), db::Error> {
    store::not_there(tx, platform.as_text(), group, record).await
}

/// Strangers turned out to be records of ours, each with its id there: where an admin keeps them, the
/// record stays for them; elsewhere the record's own place says what is to be, or the next full check does.
pub async fn adopt(
    tx: &mut Writer,
    platform: Platform,
    ids: &[(RecordId, String)],
) -> Result<(), db::Error> {
    let records: HashMap<RecordId, &RecordId> =
        ids.iter().map(|(record, remote_id)| (stranger(remote_id), record)).collect();
    let now = tx.now();
    for stranger in store::known(tx, platform.as_text(), Many::keys(records.keys())).await? {
        let Some(record) = records.get(&stranger) else { continue };
        store::inherit(tx, platform.as_text(), &stranger, record).await?;
        for (group, confirmed_at) in store::forget_all(tx, platform.as_text(), &stranger).await? {
            if confirmed_at.is_some() {
                link::count(tx, platform, &group, -1).await?;
            }
            link::ask_decision(tx, platform, &group, now).await?;
        }
    }
    Ok(())
}

/// How many are in a state.
pub async fn count(
    db: &mut Reader,
    platform: Platform,
    group: &GroupId,
    state: State,
) -> Result<i64, db::Error> {
    store::count(db, platform.as_text(), group, state.as_text()).await
}

/// Removals of the association that were decided and are being carried out: a few at any time.
pub async fn under_way(db: &mut Reader) -> Result<Vec<UnderWay>, db::Error> {
    store::under_way(db).await
}

/// Moves up to `most` places of a group from one state to another; answers which.
pub async fn turn(
    tx: &mut Writer,
    platform: Platform,
    group: &GroupId,
    from: State,
    to: State,
    most: i64,
) -> Result<Vec<RecordId>, db::Error> {
    store::turn(tx, platform.as_text(), group, from.as_text(), to.as_text(), most).await
}

/// How many places each state has, of all linked groups.
pub async fn counts(db: &mut Reader) -> Result<Vec<Count>, db::Error> {
    store::counts(db).await
}

/// The same of one group.
pub async fn counts_of(
    db: &mut Reader,
    platform: Platform,
    group: &GroupId,
) -> Result<Vec<(State, i64)>, db::Error> {
    let found = store::counts_of(db, platform.as_text(), group).await?;
    Ok(found.into_iter().map(|(state, number)| (State::of_text(&state), number)).collect())
}

/// Up to `most` places in a state, by record, after the last one seen.
pub async fn in_state(
    db: &mut Reader,
    platform: Platform,
    group: &GroupId,
    state: State,
    after: &str,
    most: i64,
) -> Result<Vec<Place>, db::Error> {
    store::in_state(db, platform.as_text(), group, state.as_text(), after, most).await
}

/// All places of a group, by record, after the last one seen.
pub async fn of_group(
    db: &mut Reader,
    platform: Platform,
    group: &GroupId,
    after: &str,
    most: i64,
) -> Result<Vec<Place>, db::Error> {
    store::of_group(db, platform.as_text(), group, after, most).await
}

/// Up to `most` of those whom a group wants, by record, after the last one seen.
pub async fn expected(
    db: &mut Reader,
    platform: Platform,
    group: &GroupId,
    after: &str,
    most: i64,
) -> Result<Vec<Expected>, db::Error> {
    store::expected(db, platform.as_text(), group, after, most).await
}

/// Up to `most` records of a group, by id, after the last one seen.
pub async fn members(
    db: &mut Reader,
    group: &GroupId,
    after: &str,
    most: i64,
) -> Result<Vec<RecordId>, db::Error> {
    store::members(db, group, after, most).await
}

/// Up to `most` records with a place in the counterpart of a group that they are not in.
pub async fn left(
    db: &mut Reader,
    platform: Platform,
    group: &GroupId,
    after: &str,
    most: i64,
) -> Result<Vec<RecordId>, db::Error> {
    store::left(db, platform.as_text(), group, after, most).await
}

/// Whether anybody at all is wanted in a group.
pub async fn is_wanted(
    db: &mut Reader,
    platform: Platform,
    group: &GroupId,
) -> Result<bool, db::Error> {
    for state in [State::UpToDate, State::Pending, State::Failed] {
        if !in_state(db, platform, group, state, "", 1).await?.is_empty() {
            return Ok(true);
        }
    }
    Ok(false)
}

//! Who is in a group: people and companies, added and removed one by one.
//!
//! The one place that answers it. Whatever else may decide it one day, the functions that read stay,
//! and so does the view `group_records` beneath them.

pub mod pages;
mod store;
pub mod views;

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use crate::associations::Site;
use crate::clock::Timestamp;
use crate::db::{self, Reader, Writer, rows};
use crate::events::{self, Actor, Kind};
use crate::id::{GroupId, RecordId};
use crate::members::Email;

/// Rows that are changed in one transaction. Sign-ins pass in between.
const STEP: usize = 100;

rows! {
    /// A person or a company, as lists of groups show them.
    #[derive(Debug, Clone)]
    pub struct Record {
        pub record_id: RecordId,
        /// `person` or `company`.
        pub kind: String,
        pub name: String,
        pub email: Option<String>,
        /// Whom a person works for.
        pub company: Option<String>,
        pub deactivated_at: Option<Timestamp>,
    }

    /// A group that a record is in.
    #[derive(Debug, Clone)]
    pub struct In {
        pub group_id: GroupId,
        pub name: String,
    }
}

impl Record {
    pub fn is_company(&self) -> bool {
        self.kind == "company"
    }
}

/// Name by name; `after` is the last one seen. `search` is a part of a name or an e-mail.
pub async fn page(
    db: &mut Reader,
    group: &GroupId,
    search: &str,
    after: Option<&RecordId>,
    most: i64,
) -> Result<Vec<Record>, db::Error> {
    store::page(db, group, &pattern(search), after, most).await
}

pub async fn contains(
    db: &mut Reader,
    group: &GroupId,
    record: &RecordId,
) -> Result<bool, db::Error> {
    store::contains(db, group, record).await
}

/// By name.
pub async fn groups_of(db: &mut Reader, record: &RecordId) -> Result<Vec<In>, db::Error> {
    store::groups_of(db, record).await
}

pub async fn size(db: &mut Reader, group: &GroupId) -> Result<i64, db::Error> {
    store::size(db, group).await
}

/// A person or a company of this association, in whatever groups.
pub async fn record(db: &mut Reader, record: &RecordId) -> Result<Option<Record>, db::Error> {
    store::record(db, record).await
}

/// Whose login an e-mail is.
pub async fn of_login(db: &mut Reader, email: &Email) -> Result<Option<RecordId>, db::Error> {
    store::of_login(db, email).await
}

/// The companies with this name or UniqueID; at most two.
pub async fn companies(db: &mut Reader, named: &str) -> Result<Vec<RecordId>, db::Error> {
    store::companies(db, named).await
}

/// People and companies by a part of their name or e-mail, name by name.
pub async fn search(db: &mut Reader, text: &str, most: i64) -> Result<Vec<Record>, db::Error> {
    store::search(db, &pattern(text), most).await
}

/// False when it was in it already, or is no record of this association, or the group is deleted.
pub async fn add_member(
    site: &Site,
    group: &GroupId,
    record: &(impl Clone + Into<RecordId>),
    actor: &Actor,
) -> Result<bool, db::Error> {
    let added = add_all(site, group, &[record.clone().into()], actor).await?;
    Ok(added == 1)
}

/// False when it was not in it. What clients hold of a member whom this keeps out of them is void, and
/// stays so for one who comes back (SEC-D5).
pub async fn remove_member(
    site: &Site,
    group: &GroupId,
    record: &(impl Clone + Into<RecordId>),
    actor: &Actor,
) -> Result<bool, db::Error> {
    let removed = remove_all(site, group, &[record.clone().into()], actor).await?;
    Ok(removed == 1)
}

/// In steps, each of them a transaction; each record is an event of its own. How many were added.
pub async fn add_all(
    site: &Site,
    group: &GroupId,
    records: &[RecordId],
    actor: &Actor,
) -> Result<usize, db::Error> {
    let mut added = 0;
    for step in records.chunks(STEP) {
        let mut tx = site.write().await?;
        for record in step {
            if store::insert(&mut tx, group, record).await? {
                tell(site, &mut tx, Kind::GroupMemberAdded, group, record, actor).await?;
                added += 1;
            }
        }
        tx.commit().await?;
    }
    Ok(added)
}

/// The same the other way.
pub async fn remove_all(
    site: &Site,
    group: &GroupId,
    records: &[RecordId],
    actor: &Actor,
) -> Result<usize, db::Error> {
    let mut removed = 0;
    for step in records.chunks(STEP) {
        let mut tx = site.write().await?;
        for record in step {
            if store::delete(&mut tx, group, record).await? {
                store::revoke_unpermitted(&mut tx, record).await?;
                tell(site, &mut tx, Kind::GroupMemberRemoved, group, record, actor).await?;
                removed += 1;
            }
        }
        tx.commit().await?;
    }
    Ok(removed)
}

async fn tell(
    site: &Site,
    tx: &mut Writer,
    kind: Kind,
    group: &GroupId,
    record: &RecordId,
    actor: &Actor,
) -> Result<(), db::Error> {
    let known = store::record(tx, record).await?;
    let name = known.map(|record| record.name).unwrap_or_default();
    let between = (group.as_str(), record.as_str());
    events::record_between(tx, &site.app.vault, kind, actor, between, &name).await
}

/// What `like … escape '!'` takes for "holds this text" where names are kept in lower case and without
/// accents; empty for no search at all.
fn pattern(search: &str) -> String {
    let is_letter = |it: &char| !is_combining_mark(*it) && (it.is_whitespace() || !it.is_control());
    let letters = search.nfkd().filter(is_letter);
    let folded: String = letters.flat_map(char::to_lowercase).collect();
    let text = folded.split_whitespace().collect::<Vec<_>>().join(" ");
    let plain = text.replace('!', "!!").replace('%', "!%").replace('_', "!_");
    if plain.is_empty() { plain } else { format!("%{plain}%") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_searched_for_is_text_and_never_a_pattern() {
        assert_eq!(pattern(" Línd  Q"), "%lind q%");
        assert_eq!(pattern("50%_!"), "%50!%!_!!%");
        assert_eq!(pattern(" \u{0} "), "");
    }
}

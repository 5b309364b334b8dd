//! Groups: their names, and who is in them.

pub mod desk;
pub mod membership;
pub mod pages;
pub mod paste;
mod store;
pub mod views;

use crate::associations::Site;
use crate::clock::Timestamp;
use crate::db::{self, Reader, rows};
use crate::events::{self, Actor, Change, Kind};
use crate::id::{ClientId, GroupId, MemberId, RecordId};

pub use membership::{Record, add_all, add_member, remove_all, remove_member};

rows! {
    #[derive(Debug, Clone)]
    pub struct Group {
        pub group_id: GroupId,
        pub name: String,
        /// Since when its name may stand in the `groups` claim (DEC19).
        pub visible_to_clients_since: Option<Timestamp>,
        /// People and companies.
        pub size: i64,
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("there is a group called {0:?} already")]
    NameTaken(String),
    #[error("there is no group {0:?}; novi-sso group list shows them")]
    Unknown(String),
    #[error("there is no company {0:?}")]
    UnknownCompany(String),
    #[error("there are several companies called {0:?}; name the one by its UniqueID")]
    SeveralCompanies(String),
    /// Without the group, the list of a client might be empty, which is everybody.
    #[error(
        "it is a Permitted Group of {}; take it off there first, so that it is not open to everybody by accident",
        .0.join(", ")
    )]
    Permitted(Vec<String>),
}

/// What cannot be the name of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAName {
    #[error("the name is empty")]
    Empty,
    #[error("the name is longer than {LONGEST_NAME} characters")]
    Long,
    #[error("the name holds control characters")]
    Controls,
}

pub const LONGEST_NAME: usize = 100;

/// A name as it was typed: one line, without blanks around it.
pub fn name(typed: &str) -> Result<&str, NotAName> {
    match typed.trim() {
        "" => Err(NotAName::Empty),
        name if name.chars().count() > LONGEST_NAME => Err(NotAName::Long),
        name if name.contains(char::is_control) => Err(NotAName::Controls),
        name => Ok(name),
    }
}

pub async fn add(
    site: &Site,
    name: &str,
    visible_to_clients: bool,
    actor: &Actor,
) -> Result<Result<GroupId, Refusal>, db::Error> {
    let id = GroupId::random();
    let mut tx = site.write().await?;
    if !store::insert(&mut tx, &id, name, visible_to_clients).await? {
        return Ok(Err(Refusal::NameTaken(name.to_owned())));
    }
    let kind = Kind::GroupAdded;
    events::record(&mut tx, &site.app.vault, kind, actor, id.as_str(), &name).await?;
    tx.commit().await?;
    Ok(Ok(id))
}

/// Another name, and whether clients may see it. Members of the group stay in it.
pub async fn change(
    site: &Site,
    group: &GroupId,
    name: &str,
    visible_to_clients: bool,
    actor: &Actor,
) -> Result<Result<(), Refusal>, db::Error> {
    let mut tx = site.write().await?;
    let Some(before) = store::load(&mut tx, group).await? else {
        return Ok(Err(Refusal::Unknown(group.to_string())));
    };
    if store::find(&mut tx, name).await?.is_some_and(|known| known != *group) {
        return Ok(Err(Refusal::NameTaken(name.to_owned())));
    }
    let yes = |is_so: bool| is_so.then_some("yes");
    let was_visible = before.visible_to_clients_since.is_some();
    let changes = [
        Change::of("name", Some(&before.name), Some(name)),
        Change::of("visible_to_clients", yes(was_visible), yes(visible_to_clients)),
    ];
    let changes: Vec<Change> = changes.into_iter().flatten().collect();
    if changes.is_empty() {
        return Ok(Ok(()));
    }
    let since = before.visible_to_clients_since.unwrap_or(site.now);
    store::change(&mut tx, group, name, visible_to_clients.then_some(since)).await?;
    let kind = Kind::GroupChanged;
    events::record(&mut tx, &site.app.vault, kind, actor, group.as_str(), &changes).await?;
    tx.commit().await?;
    Ok(Ok(()))
}

/// It disappears from lists and claims, and its name is free again. Who was in it stays on record, so
/// that an SSO client which was given it at this very moment is open to them and not to everybody.
pub async fn delete(
    site: &Site,
    group: &GroupId,
    actor: &Actor,
) -> Result<Result<(), Refusal>, db::Error> {
    let mut tx = site.write().await?;
    let Some(found) = store::load(&mut tx, group).await? else {
        return Ok(Err(Refusal::Unknown(group.to_string())));
    };
    let clients = store::permitted_at(&mut tx, group).await?;
    if !clients.is_empty() {
        return Ok(Err(Refusal::Permitted(clients)));
    }
    store::delete(&mut tx, group).await?;
    let kind = Kind::GroupDeleted;
    events::record(&mut tx, &site.app.vault, kind, actor, group.as_str(), &found.name).await?;
    tx.commit().await?;
    Ok(Ok(()))
}

/// The names of the SSO clients whose Permitted Group it is.
pub async fn permitted_at(db: &mut Reader, group: &GroupId) -> Result<Vec<String>, db::Error> {
    store::permitted_at(db, group).await
}

/// Without counting its members, which takes the longer the more there are.
pub async fn is_there(db: &mut Reader, group: &GroupId) -> Result<bool, db::Error> {
    store::is_there(db, group).await
}

pub async fn load(db: &mut Reader, group: &GroupId) -> Result<Option<Group>, db::Error> {
    store::load(db, group).await
}

/// By name or by UniqueID, as the command line takes them.
pub async fn find(db: &mut Reader, named: &str) -> Result<Result<GroupId, Refusal>, db::Error> {
    let found = store::find(db, named).await?;
    Ok(found.ok_or_else(|| Refusal::Unknown(named.to_owned())))
}

/// A company by name or by UniqueID, as the command line takes them.
pub async fn company(db: &mut Reader, named: &str) -> Result<Result<RecordId, Refusal>, db::Error> {
    let mut found = membership::companies(db, named).await?;
    Ok(match (found.pop(), found.is_empty()) {
        (Some(company), true) => Ok(company),
        (Some(_), false) => Err(Refusal::SeveralCompanies(named.to_owned())),
        (None, _) => Err(Refusal::UnknownCompany(named.to_owned())),
    })
}

pub async fn list(db: &mut Reader) -> Result<Vec<Group>, db::Error> {
    store::all(db).await
}

/// The names for the `groups` claim of a client: of the groups that the member is in, those that all
/// clients may see and those that this one's Permitted Groups are (DEC19).
pub async fn names_for(
    db: &mut Reader,
    member: &MemberId,
    client: &ClientId,
) -> Result<Vec<String>, db::Error> {
    store::names_for(db, member, client).await
}

/// The names of these groups, by name.
pub async fn names(db: &mut Reader, groups: &[GroupId]) -> Result<Vec<String>, db::Error> {
    let mut names = Vec::with_capacity(groups.len());
    for group in groups {
        names.extend(store::name(db, group).await?);
    }
    names.sort();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_line_with_something_on_it() {
        assert_eq!(name(" Safety Committee "), Ok("Safety Committee"));
        assert_eq!(name(" \t"), Err(NotAName::Empty));
        assert_eq!(name(&"ä".repeat(LONGEST_NAME)).map(str::len), Ok(2 * LONGEST_NAME));
        assert_eq!(name(&"x".repeat(LONGEST_NAME + 1)), Err(NotAName::Long));
        assert_eq!(name("two\nlines"), Err(NotAName::Controls));
    }
}

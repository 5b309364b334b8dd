//! Groups: specific records, added and removed one by one.

mod store;

use crate::associations::Site;
use crate::clock::Timestamp;
use crate::db::{self, Reader, rows};
use crate::events::{self, Actor, Kind};
use crate::id::{ClientId, GroupId, MemberId};

rows! {
    pub struct Group {
        pub group_id: GroupId,
        pub name: String,
        /// Since when its name may stand in the `groups` claim (DEC19).
        pub visible_to_clients_since: Option<Timestamp>,
        pub size: i64,
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("there is a group called {0:?} already")]
    NameTaken(String),
    #[error("there is no group {0:?}; novi-sso group list shows them")]
    Unknown(String),
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

/// False when the member was in it already.
pub async fn add_member(
    site: &Site,
    group: &GroupId,
    member: &MemberId,
    actor: &Actor,
) -> Result<bool, db::Error> {
    let mut tx = site.write().await?;
    if !store::insert_member(&mut tx, group, member).await? {
        return Ok(false);
    }
    let kind = Kind::GroupMemberAdded;
    let about = (group.as_str(), member.as_str());
    events::record_between(&mut tx, &site.app.vault, kind, actor, about, member).await?;
    tx.commit().await?;
    Ok(true)
}

/// False when the member was not in it. What clients hold of a member whom this keeps out of them is
/// void, and stays so for one who comes back (SEC-D5).
pub async fn remove_member(
    site: &Site,
    group: &GroupId,
    member: &MemberId,
    actor: &Actor,
) -> Result<bool, db::Error> {
    let mut tx = site.write().await?;
    if !store::delete_member(&mut tx, group, member).await? {
        return Ok(false);
    }
    store::revoke_unpermitted(&mut tx, member).await?;
    let kind = Kind::GroupMemberRemoved;
    let about = (group.as_str(), member.as_str());
    events::record_between(&mut tx, &site.app.vault, kind, actor, about, member).await?;
    tx.commit().await?;
    Ok(true)
}

/// By name or by UniqueID, as the command line takes them.
pub async fn find(db: &mut Reader, named: &str) -> Result<Result<GroupId, Refusal>, db::Error> {
    let found = store::find(db, named).await?;
    Ok(found.ok_or_else(|| Refusal::Unknown(named.to_owned())))
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

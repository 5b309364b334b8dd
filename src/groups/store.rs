//! `groups`, `group_members`.

use super::Group;
use crate::db::{Error, Reader, Writer};
use crate::id::{ClientId, GroupId, MemberId};

/// False when the name is taken.
pub async fn insert(
    tx: &mut Writer,
    id: &GroupId,
    name: &str,
    visible: bool,
) -> Result<bool, Error> {
    let now = tx.now();
    let inserted: Option<(GroupId,)> = tx
        .change(
            "insert into groups
                 (association_id, group_id, name, visible_to_clients_since, created_at, updated_at)
             values ($1, $2, $3, $4, $5, $5)
             on conflict do nothing
             returning group_id",
        )
        .bind(id)
        .bind(name)
        .bind(visible.then_some(now))
        .bind(now)
        .optional()
        .await?;
    Ok(inserted.is_some())
}

pub async fn insert_member(
    tx: &mut Writer,
    group: &GroupId,
    member: &MemberId,
) -> Result<bool, Error> {
    let now = tx.now();
    let inserted: Option<(GroupId,)> = tx
        .change(
            "insert into group_members (association_id, group_id, member_id, added_at)
             values ($1, $2, $3, $4)
             on conflict do nothing
             returning group_id",
        )
        .bind(group)
        .bind(member)
        .bind(now)
        .optional()
        .await?;
    Ok(inserted.is_some())
}

pub async fn delete_member(
    tx: &mut Writer,
    group: &GroupId,
    member: &MemberId,
) -> Result<bool, Error> {
    let deleted: Option<(GroupId,)> = tx
        .change(
            "delete from group_members
             where association_id = $1 and group_id = $2 and member_id = $3
             returning group_id",
        )
        .bind(group)
        .bind(member)
        .optional()
        .await?;
    Ok(deleted.is_some())
}

/// The grants of a member at clients that have Permitted Groups and none that the member is in.
pub async fn revoke_unpermitted(tx: &mut Writer, member: &MemberId) -> Result<(), Error> {
    let now = tx.now();
    tx.change(
        "update grants set revoked_at = $3
         where association_id = $1 and member_id = $2 and revoked_at is null
             and exists (select 1 from client_groups cg
                         where cg.association_id = $1 and cg.client_id = grants.client_id)
             and not exists (select 1 from client_groups cg
                             join group_members gm
                                 on gm.association_id = cg.association_id
                                 and gm.group_id = cg.group_id
                             where cg.association_id = $1 and cg.client_id = grants.client_id
                                 and gm.member_id = $2)",
    )
    .bind(member)
    .bind(now)
    .run()
    .await
}

pub async fn find(db: &mut Reader, named: &str) -> Result<Option<GroupId>, Error> {
    let found: Option<(GroupId,)> = db
        .find(
            "select group_id from groups
             where association_id = $1 and (name = $2 or group_id = $2)",
        )
        .bind(named)
        .optional()
        .await?;
    Ok(found.map(|(id,)| id))
}

pub async fn all(db: &mut Reader) -> Result<Vec<Group>, Error> {
    db.find(
        "select g.group_id, g.name, g.visible_to_clients_since,
             (select count(*) from group_members gm
              where gm.association_id = g.association_id and gm.group_id = g.group_id) as size
         from groups g
         where g.association_id = $1
         order by g.name",
    )
    .all()
    .await
}

pub async fn name(db: &mut Reader, group: &GroupId) -> Result<Option<String>, Error> {
    let found: Option<(String,)> = db
        .find("select name from groups where association_id = $1 and group_id = $2")
        .bind(group)
        .optional()
        .await?;
    Ok(found.map(|(name,)| name))
}

pub async fn names_for(
    db: &mut Reader,
    member: &MemberId,
    client: &ClientId,
) -> Result<Vec<String>, Error> {
    let names: Vec<(String,)> = db
        .find(
            "select g.name
             from group_members gm
             join groups g on g.association_id = gm.association_id and g.group_id = gm.group_id
             where gm.association_id = $1 and gm.member_id = $2
                 and (g.visible_to_clients_since is not null
                      or exists (select 1 from client_groups cg
                                 where cg.association_id = $1 and cg.client_id = $3
                                     and cg.group_id = g.group_id))
             order by g.name",
        )
        .bind(member)
        .bind(client)
        .all()
        .await?;
    Ok(names.into_iter().map(|(name,)| name).collect())
}

//! `groups`. Who is in them is in `membership/store.rs`.

use super::Group;
use crate::clock::Timestamp;
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

pub async fn change(
    tx: &mut Writer,
    group: &GroupId,
    name: &str,
    visible_since: Option<Timestamp>,
) -> Result<(), Error> {
    let now = tx.now();
    tx.change(
        "update groups set name = $3, visible_to_clients_since = $4, updated_at = $5
         where association_id = $1 and group_id = $2 and deleted_at is null",
    )
    .bind(group)
    .bind(name)
    .bind(visible_since)
    .bind(now)
    .run()
    .await
}

pub async fn delete(tx: &mut Writer, group: &GroupId) -> Result<(), Error> {
    let now = tx.now();
    tx.change(
        "update groups set deleted_at = $3, updated_at = $3
         where association_id = $1 and group_id = $2 and deleted_at is null",
    )
    .bind(group)
    .bind(now)
    .run()
    .await
}

pub async fn permitted_at(db: &mut Reader, group: &GroupId) -> Result<Vec<String>, Error> {
    let names: Vec<(String,)> = db
        .find(
            "select c.name
             from client_groups cg
             join clients c
                 on c.association_id = cg.association_id and c.client_id = cg.client_id
             where cg.association_id = $1 and cg.group_id = $2
             order by c.name",
        )
        .bind(group)
        .all()
        .await?;
    Ok(names.into_iter().map(|(name,)| name).collect())
}

pub async fn load(db: &mut Reader, group: &GroupId) -> Result<Option<Group>, Error> {
    db.find(
        "select g.group_id, g.name, g.visible_to_clients_since,
             (select count(*) from group_members gm
              where gm.association_id = g.association_id and gm.group_id = g.group_id)
             + (select count(*) from group_companies gc
                where gc.association_id = g.association_id and gc.group_id = g.group_id) as size
         from groups g
         where g.association_id = $1 and g.group_id = $2 and g.deleted_at is null",
    )
    .bind(group)
    .optional()
    .await
}

pub async fn is_there(db: &mut Reader, group: &GroupId) -> Result<bool, Error> {
    let found: Option<(GroupId,)> = db
        .find(
            "select group_id from groups
             where association_id = $1 and group_id = $2 and deleted_at is null",
        )
        .bind(group)
        .optional()
        .await?;
    Ok(found.is_some())
}

pub async fn find(db: &mut Reader, named: &str) -> Result<Option<GroupId>, Error> {
    let found: Option<(GroupId,)> = db
        .find(
            "select group_id from groups
             where association_id = $1 and (name = $2 or group_id = $2) and deleted_at is null",
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
              where gm.association_id = g.association_id and gm.group_id = g.group_id)
             + (select count(*) from group_companies gc
                where gc.association_id = g.association_id and gc.group_id = g.group_id) as size
         from groups g
         where g.association_id = $1 and g.deleted_at is null
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
             from group_records gr
             join groups g on g.association_id = gr.association_id and g.group_id = gr.group_id
             where gr.association_id = $1 and gr.record_id = $2 and g.deleted_at is null
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

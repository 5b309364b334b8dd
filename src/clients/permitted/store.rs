//! `client_groups`.

use super::{Change, MOST};
use crate::db::{Error, Reader, Writer};
use crate::id::{ClientId, GroupId, MemberId};

pub async fn groups(db: &mut Reader, id: &ClientId) -> Result<Vec<GroupId>, Error> {
    let groups: Vec<(GroupId,)> = db
        .find(
            "select cg.group_id
             from client_groups cg
             join groups g on g.association_id = cg.association_id and g.group_id = cg.group_id
             where cg.association_id = $1 and cg.client_id = $2
             order by g.name",
        )
        .bind(id)
        .all()
        .await?;
    Ok(groups.into_iter().map(|(group,)| group).collect())
}

pub async fn names(db: &mut Reader) -> Result<Vec<(ClientId, String)>, Error> {
    db.find(
        "select cg.client_id, g.name
         from client_groups cg
         join groups g on g.association_id = cg.association_id and g.group_id = cg.group_id
         where cg.association_id = $1
         order by g.name",
    )
    .all()
    .await
}

pub async fn is_permitted(
    db: &mut Reader,
    id: &ClientId,
    member: &MemberId,
) -> Result<bool, Error> {
    let found: Option<(GroupId,)> = db
        .find(
            "select cg.group_id
             from client_groups cg
             join group_members gm
                 on gm.association_id = cg.association_id and gm.group_id = cg.group_id
             where cg.association_id = $1 and cg.client_id = $2 and gm.member_id = $3
             limit 1",
        )
        .bind(id)
        .bind(member)
        .optional()
        .await?;
    Ok(found.is_some())
}

/// One read over all logins: an admin asks for it before saving, and nobody else. A list of any
/// length cannot be bound on both databases, so it has as many places as a client may have groups.
pub async fn permission_change(
    db: &mut Reader,
    id: Option<&ClientId>,
    groups: &[GroupId],
) -> Result<Change, Error> {
    let place = |number: usize| groups.get(number).map_or("", GroupId::as_str).to_owned();
    let mut asked = db
        .find(
            "select count(*) as everybody,
                 coalesce(sum(p.is_in), 0) as before,
                 coalesce(sum(case when p.is_in = 1 and p.will_be = 0 then 1 else 0 end), 0) as lose,
                 coalesce(sum(case when p.is_in = 0 and p.will_be = 1 then 1 else 0 end), 0) as gain
             from (select
                     case when not exists (select 1 from client_groups cg
                                           where cg.association_id = $1 and cg.client_id = $2)
                          then 1
                          when exists (select 1 from client_groups cg
                                       join group_members gm
                                           on gm.association_id = cg.association_id
                                           and gm.group_id = cg.group_id
                                       where cg.association_id = $1 and cg.client_id = $2
                                           and gm.member_id = m.member_id)
                          then 1 else 0 end as is_in,
                     case when $3 = 0 then 1
                          when exists (select 1 from group_members gm
                                       where gm.association_id = $1
                                           and gm.member_id = m.member_id
                                           and gm.group_id in
                                               ($4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14,
                                                $15, $16, $17, $18, $19, $20, $21, $22, $23))
                          then 1 else 0 end as will_be
                 from members m
                 join logins l
                     on l.association_id = m.association_id and l.member_id = m.member_id
                 where m.association_id = $1 and m.deactivated_at is null
                     and l.disabled_at is null) p",
        )
        .bind(id.map_or("", ClientId::as_str))
        .bind(groups.len() as i64);
    for number in 0..MOST {
        asked = asked.bind(place(number));
    }
    let counted: Option<Change> = asked.optional().await?;
    Ok(counted.unwrap_or(Change { everybody: 0, before: 0, lose: 0, gain: 0 }))
}

/// A group of another association is none: the row that would point at it is refused.
pub async fn set(tx: &mut Writer, id: &ClientId, groups: &[GroupId]) -> Result<(), Error> {
    tx.change("delete from client_groups where association_id = $1 and client_id = $2")
        .bind(id)
        .run()
        .await?;
    for group in groups {
        tx.change(
            "insert into client_groups (association_id, client_id, group_id)
             values ($1, $2, $3)
             on conflict do nothing",
        )
        .bind(id)
        .bind(group)
        .run()
        .await?;
    }
    Ok(())
}

/// The grants of members who are in none of the client's groups.
pub async fn revoke_unpermitted(tx: &mut Writer, id: &ClientId) -> Result<(), Error> {
    let now = tx.now();
    tx.change(
        "update grants set revoked_at = $3
         where association_id = $1 and client_id = $2 and revoked_at is null
             and not exists (select 1 from client_groups cg
                             join group_members gm
                                 on gm.association_id = cg.association_id
                                 and gm.group_id = cg.group_id
                             where cg.association_id = $1 and cg.client_id = $2
                                 and gm.member_id = grants.member_id)",
    )
    .bind(id)
    .bind(now)
    .run()
    .await
}

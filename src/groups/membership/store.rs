//! `group_members`, `group_companies`, and `group_records` over both; `records` for who they are.

use super::{In, Record};
use crate::db::{Error, Reader, Writer};
use crate::id::{GroupId, RecordId};
use crate::members::Email;

/// People and companies each by their own tables: SQLite would read a view of both as a whole, before it
/// joins it with anything.
pub async fn page(
    db: &mut Reader,
    group: &GroupId,
    pattern: &str,
    after: Option<&RecordId>,
    most: i64,
) -> Result<Vec<Record>, Error> {
    let (sort_name, after) = match after {
        Some(after) => (sort_name(db, after).await?, after.as_str()),
        None => (String::new(), ""),
    };
    db.find(
        "select p.record_id, 'person' as kind, p.name, p.email, e.name as company,
             p.deactivated_at, p.sort_name
         from (select m.association_id, m.member_id as record_id, m.company_id, m.deactivated_at,
                   trim(m.first_name || ' ' || m.last_name) as name,
                   coalesce(l.email, m.contact_email) as email,
                   coalesce(m.sort_name, '') as sort_name
               from group_records gr
               join members m
                   on m.association_id = gr.association_id and m.member_id = gr.record_id
               left join logins l
                   on l.association_id = m.association_id and l.member_id = m.member_id
               where gr.association_id = $1 and gr.group_id = $2 and gr.kind = 'person'
                   and (coalesce(m.sort_name, ''), m.member_id) > ($3, $4)
                   and ($5 = ''
                        or coalesce(m.search_text,
                                    lower(m.first_name || ' ' || m.last_name || ' '
                                          || coalesce(l.email, m.contact_email, '')))
                           like $5 escape '!')
               order by coalesce(m.sort_name, ''), m.member_id
               limit $6) p
         left join companies e
             on e.association_id = p.association_id and e.company_id = p.company_id
         union all
         select c.record_id, 'company', c.name, c.email, null, c.deactivated_at, c.sort_name
         from (select m.company_id as record_id, m.name, m.email, m.deactivated_at,
                   coalesce(m.sort_name, '') as sort_name
               from group_records gr
               join companies m
                   on m.association_id = gr.association_id and m.company_id = gr.record_id
               where gr.association_id = $1 and gr.group_id = $2 and gr.kind = 'company'
                   and (coalesce(m.sort_name, ''), m.company_id) > ($3, $4)
                   and ($5 = '' or coalesce(m.search_text, lower(m.name)) like $5 escape '!')
               order by coalesce(m.sort_name, ''), m.company_id
               limit $6) c
         order by sort_name, record_id
         limit $6",
    )
    .bind(group)
    .bind(sort_name)
    .bind(after)
    .bind(pattern)
    .bind(most)
    .all()
    .await
}

/// Where a record stands in lists.
async fn sort_name(db: &mut Reader, record: &RecordId) -> Result<String, Error> {
    let found: Option<(String,)> = db
        .find(
            "select coalesce(sort_name, '') from records
             where association_id = $1 and record_id = $2",
        )
        .bind(record)
        .optional()
        .await?;
    Ok(found.map(|(name,)| name).unwrap_or_default())
}

pub async fn search(db: &mut Reader, pattern: &str, most: i64) -> Result<Vec<Record>, Error> {
    db.find(
        "select p.record_id, 'person' as kind, p.name, p.email, e.name as company,
             p.deactivated_at, p.sort_name
         from (select m.association_id, m.member_id as record_id, m.company_id, m.deactivated_at,
                   trim(m.first_name || ' ' || m.last_name) as name,
                   coalesce(l.email, m.contact_email) as email,
                   coalesce(m.sort_name, '') as sort_name
               from members m
               left join logins l
                   on l.association_id = m.association_id and l.member_id = m.member_id
               where m.association_id = $1
                   and coalesce(m.search_text,
                                lower(m.first_name || ' ' || m.last_name || ' '
                                      || coalesce(l.email, m.contact_email, '')))
                       like $2 escape '!'
               order by coalesce(m.sort_name, ''), m.member_id
               limit $3) p
         left join companies e
             on e.association_id = p.association_id and e.company_id = p.company_id
         union all
         select c.record_id, 'company', c.name, c.email, null, c.deactivated_at, c.sort_name
         from (select m.company_id as record_id, m.name, m.email, m.deactivated_at,
                   coalesce(m.sort_name, '') as sort_name
               from companies m
               where m.association_id = $1
                   and coalesce(m.search_text, lower(m.name)) like $2 escape '!'
               order by coalesce(m.sort_name, ''), m.company_id
               limit $3) c
         order by sort_name, record_id
         limit $3",
    )
    .bind(pattern)
    .bind(most)
    .all()
    .await
}

pub async fn record(db: &mut Reader, record: &RecordId) -> Result<Option<Record>, Error> {
    db.find(
        "select m.member_id as record_id, 'person' as kind,
             trim(m.first_name || ' ' || m.last_name) as name,
             coalesce(l.email, m.contact_email) as email, e.name as company, m.deactivated_at
         from members m
         left join logins l on l.association_id = m.association_id and l.member_id = m.member_id
         left join companies e
             on e.association_id = m.association_id and e.company_id = m.company_id
         where m.association_id = $1 and m.member_id = $2
         union all
         select company_id, 'company', name, email, null, deactivated_at
         from companies
         where association_id = $1 and company_id = $2",
    )
    .bind(record)
    .optional()
    .await
}

pub async fn of_login(db: &mut Reader, email: &Email) -> Result<Option<RecordId>, Error> {
    let found: Option<(RecordId,)> = db
        .find("select member_id from logins where association_id = $1 and email = $2")
        .bind(email)
        .optional()
        .await?;
    Ok(found.map(|(id,)| id))
}

pub async fn companies(db: &mut Reader, named: &str) -> Result<Vec<RecordId>, Error> {
    let found: Vec<(RecordId,)> = db
        .find(
            "select company_id from companies
             where association_id = $1 and (name = $2 or company_id = $2)
             limit 2",
        )
        .bind(named)
        .all()
        .await?;
    Ok(found.into_iter().map(|(id,)| id).collect())
}

pub async fn contains(db: &mut Reader, group: &GroupId, record: &RecordId) -> Result<bool, Error> {
    let found: Option<(RecordId,)> = db
        .find(
            "select record_id from group_records
             where association_id = $1 and group_id = $2 and record_id = $3",
        )
        .bind(group)
        .bind(record)
        .optional()
        .await?;
    Ok(found.is_some())
}

pub async fn groups_of(db: &mut Reader, record: &RecordId) -> Result<Vec<In>, Error> {
    db.find(
        "select g.group_id, g.name
         from group_records gr
         join groups g on g.association_id = gr.association_id and g.group_id = gr.group_id
         where gr.association_id = $1 and gr.record_id = $2 and g.deleted_at is null
         order by g.name",
    )
    .bind(record)
    .all()
    .await
}

/// By the keys of both tables, because counting a view reads its rows.
pub async fn size(db: &mut Reader, group: &GroupId) -> Result<i64, Error> {
    let counted: Option<(i64,)> = db
        .find(
            "select (select count(*) from group_members
                     where association_id = $1 and group_id = $2)
                 + (select count(*) from group_companies
                    where association_id = $1 and group_id = $2)",
        )
        .bind(group)
        .optional()
        .await?;
    Ok(counted.map_or(0, |(size,)| size))
}

/// Into the table of its kind: the id is in one of `members` and `companies` only.
pub async fn insert(tx: &mut Writer, group: &GroupId, record: &RecordId) -> Result<bool, Error> {
    let now = tx.now();
    let person: Option<(GroupId,)> = tx
        .change(
            "insert into group_members (association_id, group_id, member_id, added_at)
             select g.association_id, g.group_id, m.member_id, $4
             from groups g
             join members m on m.association_id = g.association_id and m.member_id = $3
             where g.association_id = $1 and g.group_id = $2 and g.deleted_at is null
             on conflict do nothing
             returning group_id",
        )
        .bind(group)
        .bind(record)
        .bind(now)
        .optional()
        .await?;
    if person.is_some() {
        return Ok(true);
    }
    let company: Option<(GroupId,)> = tx
        .change(
            "insert into group_companies (association_id, group_id, company_id, added_at)
             select g.association_id, g.group_id, c.company_id, $4
             from groups g
             join companies c on c.association_id = g.association_id and c.company_id = $3
             where g.association_id = $1 and g.group_id = $2 and g.deleted_at is null
             on conflict do nothing
             returning group_id",
        )
        .bind(group)
        .bind(record)
        .bind(now)
        .optional()
        .await?;
    Ok(company.is_some())
}

pub async fn delete(tx: &mut Writer, group: &GroupId, record: &RecordId) -> Result<bool, Error> {
    let person: Option<(GroupId,)> = tx
        .change(
            "delete from group_members
             where association_id = $1 and group_id = $2 and member_id = $3
             returning group_id",
        )
        .bind(group)
        .bind(record)
        .optional()
        .await?;
    let company: Option<(GroupId,)> = tx
        .change(
            "delete from group_companies
             where association_id = $1 and group_id = $2 and company_id = $3
             returning group_id",
        )
        .bind(group)
        .bind(record)
        .optional()
        .await?;
    Ok(person.is_some() || company.is_some())
}

/// The grants of a member at clients that have Permitted Groups and none that the member is in.
pub async fn revoke_unpermitted(tx: &mut Writer, member: &RecordId) -> Result<(), Error> {
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

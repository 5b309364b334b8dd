//! `sync_records`.

use super::{Known, Marked, Work};
use crate::associations::Site;
use crate::clock::Timestamp;
use crate::db::{Db, Error, Many, Reader, Writer};
use crate::id::{AssociationId, CompanyId, FieldId, RecordId};

pub async fn mark(tx: &mut Writer, record: &RecordId) -> Result<(), Error> {
    let now = tx.now();
    tx.change(
        "insert into sync_records
             (association_id, platform, record_id, look_at, marks, marked_at, tries, fence)
         select i.association_id, i.platform, $2, $3, 1, $3, 0, 0
         from integrations i
         where i.association_id = $1
             and (exists (select 1 from sync_places p
                          where p.association_id = $1 and p.platform = i.platform
                              and p.record_id = $2)
                  or exists (select 1 from group_records g
                             join sync_links k
                                 on k.association_id = g.association_id
                                 and k.group_id = g.group_id
                             where g.association_id = $1 and g.record_id = $2
                                 and k.platform = i.platform and k.unlinked_at is null))
         on conflict (association_id, platform, record_id) do update
             set look_at = excluded.look_at, marks = sync_records.marks + 1,
                 marked_at = excluded.marked_at",
    )
    .bind(record)
    .bind(now)
    .run()
    .await
}

pub async fn mark_one(tx: &mut Writer, platform: &str, record: &RecordId) -> Result<(), Error> {
    let now = tx.now();
    tx.change(
        "insert into sync_records
             (association_id, platform, record_id, look_at, marks, marked_at, tries, fence)
         values ($1, $2, $3, $4, 1, $4, 0, 0)
         on conflict (association_id, platform, record_id) do update
             set look_at = excluded.look_at, marks = sync_records.marks + 1,
                 marked_at = excluded.marked_at",
    )
    .bind(platform)
    .bind(record)
    .bind(now)
    .run()
    .await
}

pub async fn people_of(
    db: &mut Reader,
    company: &CompanyId,
    after: &str,
    most: i64,
) -> Result<Vec<RecordId>, Error> {
    let found: Vec<(RecordId,)> = db
        .find(
            "select member_id from members
             where association_id = $1 and company_id = $2 and member_id > $3
             order by member_id
             limit $4",
        )
        .bind(company)
        .bind(after)
        .bind(most)
        .all()
        .await?;
    Ok(found.into_iter().map(|(record,)| record).collect())
}

/// Whoever got it keeps being known at Higher Logic, also when the value is gone.
pub async fn with_field(
    db: &mut Reader,
    field: &FieldId,
    after: &str,
    most: i64,
) -> Result<Vec<RecordId>, Error> {
    let found: Vec<(RecordId,)> = db
        .find(
            "select r.record_id from sync_records r
             where r.association_id = $1 and r.platform = 'higher_logic' and r.record_id > $3
                 and (r.sent_at is not null
                      or exists (select 1 from custom_values v
                                 where v.association_id = $1 and v.field_id = $2
                                     and v.record_id = r.record_id))
             order by r.record_id
             limit $4",
        )
        .bind(field)
        .bind(after)
        .bind(most)
        .all()
        .await?;
    Ok(found.into_iter().map(|(record,)| record).collect())
}

pub async fn to_look(db: &mut Reader, platform: &str, most: i64) -> Result<Vec<Marked>, Error> {
    let now = db.now();
    db.find(
        "select record_id, sent, sent_hash, lease_until from sync_records
         where association_id = $1 and platform = $2 and look_at <= $3
         order by look_at, record_id
         limit $4",
    )
    .bind(platform)
    .bind(now)
    .bind(most)
    .all()
    .await
}

pub async fn all(db: &mut Reader, platform: &str, records: Many) -> Result<Vec<Marked>, Error> {
    db.find(
        "select record_id, sent, sent_hash, lease_until from sync_records
         where association_id = $1 and platform = $2
             and record_id in (select key from jsonb_each($3))",
    )
    .bind(platform)
    .bind(records)
    .all()
    .await
}

/// Whoever waits keeps their place in the line, however often they change meanwhile.
pub async fn looked(
    tx: &mut Writer,
    platform: &str,
    records: Many,
    send_at: Option<Timestamp>,
) -> Result<(), Error> {
    tx.change(
        "update sync_records
         set look_at = null, tries = 0, failure = null, failed_at = null, given_up_at = null,
             send_at = case when cast($4 as bigint) is null then null
                            when send_at < cast($4 as bigint) then send_at
                            else cast($4 as bigint) end
         where association_id = $1 and platform = $2
             and record_id in (select key from jsonb_each($3))",
    )
    .bind(platform)
    .bind(records)
    .bind(send_at)
    .run()
    .await
}

pub async fn send(tx: &mut Writer, platform: &str, records: Many) -> Result<(), Error> {
    let now = tx.now();
    tx.change(
        "insert into sync_records
             (association_id, platform, record_id, send_at, marks, marked_at, tries, fence)
         select $1, $2, key, $4, 1, $4, 0, 0
         from jsonb_each($3)
         where true
         on conflict (association_id, platform, record_id) do update
             set send_at = excluded.send_at, marks = sync_records.marks + 1,
                 given_up_at = null, tries = 0",
    )
    .bind(platform)
    .bind(records)
    .bind(now)
    .run()
    .await
}

pub async fn is_due(db: &mut Reader, platform: &str) -> Result<bool, Error> {
    let now = db.now();
    let found: Option<(RecordId,)> = db
        .find(
            "select record_id from sync_records
             where association_id = $1 and platform = $2 and send_at <= $3
                 and (lease_until is null or lease_until <= $3)
             limit 1",
        )
        .bind(platform)
        .bind(now)
        .optional()
        .await?;
    Ok(found.is_some())
}

/// The plus keeps SQLite from walking through all that is due to find these few again.
pub async fn claim(
    tx: &mut Writer,
    platform: &str,
    most: i64,
    until: Timestamp,
) -> Result<Vec<Work>, Error> {
    let now = tx.now();
    tx.change(
        "update sync_records set lease_until = $4, fence = fence + 1
         where association_id = $1 and platform = $2 and +send_at <= $3
             and (lease_until is null or lease_until <= $3)
             and record_id in (
                 select record_id from sync_records
                 where association_id = $1 and platform = $2 and send_at <= $3
                     and (lease_until is null or lease_until <= $3)
                 order by send_at, record_id
                 limit $5)
         returning record_id, remote_id, sent, sent_hash, sent_at, tries, marks, fence,
             lease_until",
    )
    .bind(platform)
    .bind(now)
    .bind(until)
    .bind(most)
    .all()
    .await
}

pub async fn holds(db: &mut Reader, platform: &str, work: &Work) -> Result<bool, Error> {
    let found: Option<(i64,)> = db
        .find(
            "select fence from sync_records
             where association_id = $1 and platform = $2 and record_id = $3 and fence = $4",
        )
        .bind(platform)
        .bind(&work.record_id)
        .bind(work.fence)
        .optional()
        .await?;
    Ok(found.is_some())
}

pub async fn keep(
    site: &Site,
    platform: &str,
    work: &Work,
    until: Timestamp,
) -> Result<bool, Error> {
    let kept: Option<(i64,)> = site
        .once(
            "update sync_records set lease_until = $5
             where association_id = $1 and platform = $2 and record_id = $3 and fence = $4
             returning fence",
        )
        .bind(platform)
        .bind(&work.record_id)
        .bind(work.fence)
        .bind(until)
        .optional()
        .await?;
    Ok(kept.is_some())
}

pub async fn unbind(tx: &mut Writer, platform: &str, record: &RecordId) -> Result<(), Error> {
    let now = tx.now();
    tx.change(
        "update sync_records set remote_id = null, sent = null, sent_hash = null
         where association_id = $1 and platform = $2 and record_id = $3",
    )
    .bind(platform)
    .bind(record)
    .run()
    .await?;
    tx.change(
        "update sync_places set confirmed_at = null, changed_at = $4
         where association_id = $1 and platform = $2 and record_id = $3",
    )
    .bind(platform)
    .bind(record)
    .bind(now)
    .run()
    .await
}

pub async fn done(
    tx: &mut Writer,
    platform: &str,
    work: &Work,
    answer: &str,
) -> Result<bool, Error> {
    let now = tx.now();
    let done: Option<(i64,)> = tx
        .change(
            "update sync_records
             set lease_until = null, answer = $6, tries = 0, failure = null, failed_at = null,
                 given_up_at = null,
                 send_at = case when marks = $5 then null else cast($7 as bigint) end
             where association_id = $1 and platform = $2 and record_id = $3 and fence = $4
             returning fence",
        )
        .bind(platform)
        .bind(&work.record_id)
        .bind(work.fence)
        .bind(work.marks)
        .bind(answer)
        .bind(now)
        .optional()
        .await?;
    Ok(done.is_some())
}

pub async fn postpone(
    tx: &mut Writer,
    platform: &str,
    work: &Work,
    until: Timestamp,
) -> Result<bool, Error> {
    let done: Option<(i64,)> = tx
        .change(
            "update sync_records set lease_until = null, send_at = $5
             where association_id = $1 and platform = $2 and record_id = $3 and fence = $4
             returning fence",
        )
        .bind(platform)
        .bind(&work.record_id)
        .bind(work.fence)
        .bind(until)
        .optional()
        .await?;
    Ok(done.is_some())
}

pub async fn failed(
    tx: &mut Writer,
    platform: &str,
    work: &Work,
    words: &str,
    next: Option<Timestamp>,
) -> Result<bool, Error> {
    let now = tx.now();
    let done: Option<(i64,)> = tx
        .change(
            "update sync_records
             set lease_until = null, tries = tries + 1, failure = $5,
                 failed_at = coalesce(failed_at, $6), send_at = $7,
                 given_up_at = case when cast($7 as bigint) is null then cast($6 as bigint) else null end
             where association_id = $1 and platform = $2 and record_id = $3 and fence = $4
             returning fence",
        )
        .bind(platform)
        .bind(&work.record_id)
        .bind(work.fence)
        .bind(words)
        .bind(now)
        .bind(next)
        .optional()
        .await?;
    Ok(done.is_some())
}

/// Answers who was bound.
pub async fn bind(
    tx: &mut Writer,
    platform: &str,
    ids: Many,
) -> Result<Vec<(RecordId, String)>, Error> {
    tx.change(
        "insert into sync_records
             (association_id, platform, record_id, remote_id, marks, tries, fence)
         select $1, $2, b.key, b.value ->> 'id', 0, 0, 0
         from jsonb_each($3) b
         where not exists (select 1 from sync_records other
                           where other.association_id = $1 and other.platform = $2
                               and other.remote_id = b.value ->> 'id'
                               and other.record_id <> b.key)
         on conflict (association_id, platform, record_id) do update
             set remote_id = excluded.remote_id
         returning record_id, remote_id",
    )
    .bind(platform)
    .bind(ids)
    .all()
    .await
}

pub async fn owners(
    db: &mut Reader,
    platform: &str,
    remote_ids: Many,
) -> Result<Vec<(String, RecordId)>, Error> {
    db.find(
        "select remote_id, record_id from sync_records
         where association_id = $1 and platform = $2
             and remote_id in (select key from jsonb_each($3))",
    )
    .bind(platform)
    .bind(remote_ids)
    .all()
    .await
}

pub async fn bound(
    db: &mut Reader,
    platform: &str,
    after: &str,
    most: i64,
) -> Result<Vec<(RecordId, String)>, Error> {
    db.find(
        "select record_id, remote_id from sync_records
         where association_id = $1 and platform = $2 and record_id > $3 and remote_id is not null
         order by record_id
         limit $4",
    )
    .bind(platform)
    .bind(after)
    .bind(most)
    .all()
    .await
}

pub async fn remember(tx: &mut Writer, platform: &str, versions: Many) -> Result<(), Error> {
    let now = tx.now();
    tx.change(
        "insert into sync_records
             (association_id, platform, record_id, sent, sent_hash, sent_at, marks, tries, fence)
         select $1, $2, key, value ->> 'sent', value ->> 'hash', $4, 0, 0, 0
         from jsonb_each($3)
         where true
         on conflict (association_id, platform, record_id) do update
             set sent = excluded.sent, sent_hash = excluded.sent_hash, sent_at = excluded.sent_at",
    )
    .bind(platform)
    .bind(versions)
    .bind(now)
    .run()
    .await
}

pub async fn doubt_fields(tx: &mut Writer, platform: &str, records: Many) -> Result<(), Error> {
    tx.change(
        "update sync_records set sent_hash = null
         where association_id = $1 and platform = $2
             and record_id in (select key from jsonb_each($3))",
    )
    .bind(platform)
    .bind(records)
    .run()
    .await
}

pub async fn known(db: &mut Reader, record: &RecordId) -> Result<Vec<Known>, Error> {
    db.find(
        "select r.platform, r.remote_id, r.sent, r.sent_hash, r.sent_at, r.answer, r.look_at,
             r.send_at, r.marked_at, r.tries, r.failure, r.failed_at, r.given_up_at, r.lease_until
         from integrations i
         join sync_records r
             on r.association_id = i.association_id and r.platform = i.platform
             and r.record_id = $2
         where i.association_id = $1
         order by i.platform",
    )
    .bind(record)
    .all()
    .await
}

pub async fn length(db: &mut Reader, platform: &str) -> Result<i64, Error> {
    let counted: Option<(i64,)> = db
        .find(
            "select (select count(*) from sync_records
                     where association_id = $1 and platform = $2 and send_at is not null)
                 + (select count(*) from sync_records
                    where association_id = $1 and platform = $2 and look_at is not null
                        and send_at is null)",
        )
        .bind(platform)
        .optional()
        .await?;
    Ok(counted.map_or(0, |(counted,)| counted))
}

pub async fn due(db: &Db, now: Timestamp) -> Result<Vec<(AssociationId, String)>, Error> {
    db.across_associations(
        "select i.association_id, i.platform
         from integrations i
         where exists (select 1 from sync_records r
                       where r.association_id = i.association_id and r.platform = i.platform
                           and r.look_at <= $1)
             or exists (select 1 from sync_records r
                        where r.association_id = i.association_id and r.platform = i.platform
                            and r.send_at <= $1
                            and (r.lease_until is null or r.lease_until <= $1))",
    )
    .bind(now)
    .all()
    .await
}

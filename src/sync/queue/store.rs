//! `sync_records`.

use super::{Known, Marked, Work};
use crate::associations::Site;
use crate::clock::Timestamp;
use crate::db::{Db, Error, Reader, Writer};
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

pub async fn touch(tx: &mut Writer, platform: &str, record: &RecordId) -> Result<(), Error> {
    tx.change(
        "insert into sync_records (association_id, platform, record_id, marks, tries, fence)
         values ($1, $2, $3, 0, 0, 0)
         on conflict do nothing",
    )
    .bind(platform)
    .bind(record)
    .run()
    .await
}

pub async fn one(
    db: &mut Reader,
    platform: &str,
    record: &RecordId,
) -> Result<Option<Marked>, Error> {
    db.find(
        "select record_id, sent, sent_hash, lease_until from sync_records
         where association_id = $1 and platform = $2 and record_id = $3",
    )
    .bind(platform)
    .bind(record)
    .optional()
    .await
}

pub async fn looked(
    tx: &mut Writer,
    platform: &str,
    record: &RecordId,
    send_at: Option<Timestamp>,
) -> Result<(), Error> {
    tx.change(
        "update sync_records
         set look_at = null, send_at = $4, tries = 0, failure = null, failed_at = null,
             given_up_at = null
         where association_id = $1 and platform = $2 and record_id = $3",
    )
    .bind(platform)
    .bind(record)
    .bind(send_at)
    .run()
    .await
}

pub async fn send(tx: &mut Writer, platform: &str, record: &RecordId) -> Result<(), Error> {
    let now = tx.now();
    tx.change(
        "insert into sync_records
             (association_id, platform, record_id, send_at, marks, marked_at, tries, fence)
         values ($1, $2, $3, $4, 1, $4, 0, 0)
         on conflict (association_id, platform, record_id) do update
             set send_at = excluded.send_at, marks = sync_records.marks + 1,
                 given_up_at = null, tries = 0",
    )
    .bind(platform)
    .bind(record)
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

pub async fn claim(
    tx: &mut Writer,
    platform: &str,
    most: i64,
    until: Timestamp,
) -> Result<Vec<Work>, Error> {
    let now = tx.now();
    tx.change(
        "update sync_records set lease_until = $4, fence = fence + 1
         where association_id = $1 and platform = $2 and send_at <= $3
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

pub async fn take(
    tx: &mut Writer,
    platform: &str,
    record: &RecordId,
    until: Timestamp,
) -> Result<Option<Work>, Error> {
    let now = tx.now();
    tx.change(
        "insert into sync_records
             (association_id, platform, record_id, marks, marked_at, tries, fence, lease_until)
         values ($1, $2, $3, 1, $4, 0, 1, $5)
         on conflict (association_id, platform, record_id) do update
             set lease_until = excluded.lease_until, fence = sync_records.fence + 1
             where sync_records.lease_until is null or sync_records.lease_until <= $4
         returning record_id, remote_id, sent, sent_hash, sent_at, tries, marks, fence,
             lease_until",
    )
    .bind(platform)
    .bind(record)
    .bind(now)
    .bind(until)
    .optional()
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

pub async fn bind(
    tx: &mut Writer,
    platform: &str,
    record: &RecordId,
    remote_id: &str,
) -> Result<bool, Error> {
    let bound: Option<(RecordId,)> = tx
        .change(
            "update sync_records set remote_id = $4
             where association_id = $1 and platform = $2 and record_id = $3
                 and not exists (select 1 from sync_records other
                                 where other.association_id = $1 and other.platform = $2
                                     and other.remote_id = $4 and other.record_id <> $3)
             returning record_id",
        )
        .bind(platform)
        .bind(record)
        .bind(remote_id)
        .optional()
        .await?;
    Ok(bound.is_some())
}

pub async fn owner(
    db: &mut Reader,
    platform: &str,
    remote_id: &str,
) -> Result<Option<RecordId>, Error> {
    let found: Option<(RecordId,)> = db
        .find(
            "select record_id from sync_records
             where association_id = $1 and platform = $2 and remote_id = $3",
        )
        .bind(platform)
        .bind(remote_id)
        .optional()
        .await?;
    Ok(found.map(|(record,)| record))
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

pub async fn remember(
    tx: &mut Writer,
    platform: &str,
    record: &RecordId,
    sealed: &str,
    hash: &str,
) -> Result<(), Error> {
    let now = tx.now();
    tx.change(
        "update sync_records set sent = $4, sent_hash = $5, sent_at = $6
         where association_id = $1 and platform = $2 and record_id = $3",
    )
    .bind(platform)
    .bind(record)
    .bind(sealed)
    .bind(hash)
    .bind(now)
    .run()
    .await
}

pub async fn doubt_fields(tx: &mut Writer, platform: &str, record: &RecordId) -> Result<(), Error> {
    tx.change(
        "update sync_records set sent_hash = null
         where association_id = $1 and platform = $2 and record_id = $3",
    )
    .bind(platform)
    .bind(record)
    .run()
    .await
}

pub async fn known(db: &mut Reader, record: &RecordId) -> Result<Vec<Known>, Error> {
    db.find(
        "select platform, remote_id, sent, sent_hash, sent_at, answer, look_at, send_at,
             marked_at, tries, failure, failed_at, given_up_at, lease_until
         from sync_records
         where association_id = $1 and record_id = $2
         order by platform",
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
        "select distinct association_id, platform from sync_records where look_at <= $1
         union
         select i.association_id, i.platform
         from integrations i
         where exists (select 1 from sync_records r
                       where r.association_id = i.association_id and r.platform = i.platform
                           and r.send_at <= $1 and (r.lease_until is null or r.lease_until <= $1))",
    )
    .bind(now)
    .all()
    .await
}

//! `sync_sent`.

use super::Sent;
use crate::associations::Site;
use crate::clock::Timestamp;
use crate::db::{Error, Many, Reader, Writer};
use crate::id::{GroupId, RecordId, SentId};

pub async fn insert(tx: &mut Writer, platform: &str, rows: Many) -> Result<(), Error> {
    let now = tx.now();
    tx.change(
        "insert into sync_sent
             (association_id, sent_id, platform, group_id, record_id, at, what, fields, payload,
              status, answer, uncounted_why)
         select $1, value ->> 'id', $2, value ->> 'group_id', value ->> 'record_id', $4,
             value ->> 'what', value ->> 'fields', value ->> 'payload',
             cast(value ->> 'status' as bigint), value ->> 'answer', value ->> 'uncounted_why'
         from jsonb_each($3)",
    )
    .bind(platform)
    .bind(rows)
    .bind(now)
    .run()
    .await
}

pub async fn of_record(db: &mut Reader, record: &RecordId, most: i64) -> Result<Vec<Sent>, Error> {
    db.find(
        "select sent_id, platform, group_id, record_id, at, what, fields, payload, status, answer
         from sync_sent
         where association_id = $1 and record_id = $2
         order by at desc, sent_id
         limit $3",
    )
    .bind(record)
    .bind(most)
    .all()
    .await
}

pub async fn counted_removals(
    db: &mut Reader,
    platform: &str,
    group: &GroupId,
    since: Timestamp,
) -> Result<i64, Error> {
    let counted: Option<(i64,)> = db
        .find(
            "select count(*) from sync_sent
             where association_id = $1 and platform = $2 and group_id = $3 and what = 'remove'
                 and at > $4 and uncounted_why is null",
        )
        .bind(platform)
        .bind(group)
        .bind(since)
        .optional()
        .await?;
    Ok(counted.map_or(0, |(counted,)| counted))
}

pub async fn single_removals(
    db: &mut Reader,
    platform: &str,
    group: &GroupId,
    since: Timestamp,
) -> Result<i64, Error> {
    let counted: Option<(i64,)> = db
        .find(
            "select count(*) from sync_sent
             where association_id = $1 and platform = $2 and group_id = $3 and what = 'remove'
                 and at > $4 and uncounted_why in ('asked', 'deactivated')",
        )
        .bind(platform)
        .bind(group)
        .bind(since)
        .optional()
        .await?;
    Ok(counted.map_or(0, |(counted,)| counted))
}

pub async fn removals(db: &mut Reader, platform: &str, since: Timestamp) -> Result<i64, Error> {
    let counted: Option<(i64,)> = db
        .find(
            "select count(*) from sync_sent
             where association_id = $1 and platform = $2 and at > $3 and what = 'remove'",
        )
        .bind(platform)
        .bind(since)
        .optional()
        .await?;
    Ok(counted.map_or(0, |(counted,)| counted))
}

pub async fn counted_everywhere(db: &mut Reader, since: Timestamp) -> Result<i64, Error> {
    let counted: Option<(i64,)> = db
        .find(
            "select count(*) from sync_sent
             where association_id = $1 and what = 'remove' and at > $2 and uncounted_why is null",
        )
        .bind(since)
        .optional()
        .await?;
    Ok(counted.map_or(0, |(counted,)| counted))
}

pub async fn forget_old(site: &Site, oldest: Timestamp, most: i64) -> Result<usize, Error> {
    let gone: Vec<(SentId,)> = site
        .once(
            "delete from sync_sent
             where association_id = $1 and sent_id in (
                 select sent_id from sync_sent
                 where association_id = $1 and at < $2
                 limit $3)
             returning sent_id",
        )
        .bind(oldest)
        .bind(most)
        .all()
        .await?;
    Ok(gone.len())
}

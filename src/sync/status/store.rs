//! `sync_places` with `sync_records`: what the status of a group and of a record is made of.

use super::Seen;
use crate::clock::Timestamp;
use crate::db::{Error, Reader};
use crate::id::{GroupId, RecordId};

pub async fn seen(db: &mut Reader, group: &GroupId, record: &RecordId) -> Result<Vec<Seen>, Error> {
    db.find(
        "select k.platform, p.state, p.reason, p.changed_at, p.kept_at, r.sent_at, r.send_at,
             r.lease_until, r.failure, r.given_up_at
         from sync_links k
         left join sync_places p
             on p.association_id = k.association_id and p.platform = k.platform
             and p.group_id = k.group_id and p.record_id = $3
         left join sync_records r
             on r.association_id = k.association_id and r.platform = k.platform
             and r.record_id = $3
         where k.association_id = $1 and k.group_id = $2 and k.unlinked_at is null",
    )
    .bind(group)
    .bind(record)
    .all()
    .await
}

/// Whether records were marked that nobody has looked at yet.
pub async fn is_behind(db: &mut Reader, platform: &str) -> Result<bool, Error> {
    let found: Option<(RecordId,)> = db
        .find(
            "select record_id from sync_records
             where association_id = $1 and platform = $2 and look_at is not null
             order by look_at
             limit 1",
        )
        .bind(platform)
        .optional()
        .await?;
    Ok(found.is_some())
}

/// When the next of those that failed is tried again.
pub async fn next_try(
    db: &mut Reader,
    platform: &str,
    group: &GroupId,
) -> Result<Option<Timestamp>, Error> {
    let found: Option<(Timestamp,)> = db
        .find(
            "select r.send_at
             from sync_places p
             join sync_records r
                 on r.association_id = p.association_id and r.platform = p.platform
                 and r.record_id = p.record_id
             where p.association_id = $1 and p.platform = $2 and p.group_id = $3
                 and p.state = 'failed' and r.send_at is not null
             order by r.send_at
             limit 1",
        )
        .bind(platform)
        .bind(group)
        .optional()
        .await?;
    Ok(found.map(|(at,)| at))
}

/// People who are N/A for another reason than being a company.
pub async fn people_out(db: &mut Reader, platform: &str, group: &GroupId) -> Result<i64, Error> {
    let counted: Option<(i64,)> = db
        .find(
            "select count(*) from sync_places
             where association_id = $1 and platform = $2 and group_id = $3 and state = 'na'
                 and (reason is null or reason <> 'company')",
        )
        .bind(platform)
        .bind(group)
        .optional()
        .await?;
    Ok(counted.map_or(0, |(counted,)| counted))
}

//! `sync_records`, many at once.

use super::{Marked, Work};
use crate::associations::Site;
use crate::clock::Timestamp;
use crate::db::{Error, Many, Reader, Writer};

pub async fn take(
    tx: &mut Writer,
    platform: &str,
    records: Many,
    until: Timestamp,
) -> Result<Vec<Work>, Error> {
    let now = tx.now();
    tx.change(
        "insert into sync_records
             (association_id, platform, record_id, marks, marked_at, tries, fence, lease_until)
         select $1, $2, key, 1, $4, 0, 1, $5
         from jsonb_each($3)
         where true
         on conflict (association_id, platform, record_id) do update
             set lease_until = excluded.lease_until, fence = sync_records.fence + 1
             where sync_records.lease_until is null or sync_records.lease_until <= $4
         returning record_id, remote_id, sent, sent_hash, sent_at, tries, marks, fence,
             lease_until",
    )
    .bind(platform)
    .bind(records)
    .bind(now)
    .bind(until)
    .all()
    .await
}

pub async fn keep(site: &Site, platform: &str, taken: Many, until: Timestamp) -> Result<(), Error> {
    site.once(
        "update sync_records set lease_until = $4
         where association_id = $1 and platform = $2
             and (record_id, fence) in (select key, cast(value ->> 'fence' as bigint)
                                        from jsonb_each($3))",
    )
    .bind(platform)
    .bind(taken)
    .bind(until)
    .run()
    .await
}

pub async fn release(
    tx: &mut Writer,
    platform: &str,
    taken: Many,
    send_at: Timestamp,
) -> Result<(), Error> {
    tx.change(
        "update sync_records set lease_until = null, send_at = $4
         where association_id = $1 and platform = $2
             and (record_id, fence) in (select key, cast(value ->> 'fence' as bigint)
                                        from jsonb_each($3))",
    )
    .bind(platform)
    .bind(taken)
    .bind(send_at)
    .run()
    .await
}

pub async fn held(db: &mut Reader, platform: &str, taken: Many) -> Result<Vec<Marked>, Error> {
    db.find(
        "select r.record_id, r.sent, r.sent_hash, cast(null as bigint) as lease_until
         from jsonb_each($3) t
         cross join sync_records r
         where r.association_id = $1 and r.platform = $2 and r.record_id = t.key
             and r.fence = cast(t.value ->> 'fence' as bigint)",
    )
    .bind(platform)
    .bind(taken)
    .all()
    .await
}

pub async fn give_back(
    tx: &mut Writer,
    platform: &str,
    taken: Many,
    answer: &str,
) -> Result<(), Error> {
    let now = tx.now();
    tx.change(
        "insert into sync_records
             (association_id, platform, record_id, marks, tries, fence, answer, send_at)
         select $1, $2, key, cast(value ->> 'marks' as bigint), 0,
             cast(value ->> 'fence' as bigint), $4, cast(value ->> 'send_at' as bigint)
         from jsonb_each($3)
         where true
         on conflict (association_id, platform, record_id) do update
             set lease_until = null, answer = excluded.answer, tries = 0, failure = null,
                 failed_at = null, given_up_at = null,
                 send_at = case when sync_records.marks = excluded.marks then excluded.send_at
                           else cast($5 as bigint) end
             where sync_records.fence = excluded.fence",
    )
    .bind(platform)
    .bind(taken)
    .bind(answer)
    .bind(now)
    .run()
    .await
}

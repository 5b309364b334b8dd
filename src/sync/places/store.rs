//! `sync_places`.

use serde_json::json;

use super::{Count, Expected, Place, UnderWay};
use crate::clock::Timestamp;
use crate::db::{Error, Many, Reader, Writer};
use crate::id::{GroupId, RecordId};

pub async fn of_records(
    db: &mut Reader,
    platform: &str,
    records: Many,
) -> Result<Vec<Place>, Error> {
    db.find(
        "select p.group_id, p.record_id, p.remote_id, p.name, p.wanted_at, p.confirmed_at, p.state,
             p.reason, p.leaves_why, p.kept_at, p.unsure_at, p.changed_at
         from sync_places p
         join sync_links k
             on k.association_id = p.association_id and k.platform = p.platform
             and k.group_id = p.group_id and k.unlinked_at is null
         where p.association_id = $1 and p.platform = $2
             and p.record_id in (select key from jsonb_each($3))",
    )
    .bind(platform)
    .bind(records)
    .all()
    .await
}

pub async fn groups_of(
    db: &mut Reader,
    platform: &str,
    records: Many,
) -> Result<Vec<(RecordId, GroupId)>, Error> {
    db.find(
        "select r.key, k.group_id
         from jsonb_each($3) r
         cross join sync_links k
         where k.association_id = $1 and k.platform = $2 and k.unlinked_at is null
             and exists (select 1 from group_records g
                         where g.association_id = $1 and g.group_id = k.group_id
                             and g.record_id = r.key)",
    )
    .bind(platform)
    .bind(records)
    .all()
    .await
}

pub async fn put(tx: &mut Writer, platform: &str, places: &[Place]) -> Result<(), Error> {
    let rows = places.iter().map(|place| {
        json!({
            "group_id": place.group_id,
            "record_id": place.record_id,
            "remote_id": place.remote_id,
            "name": place.name,
            "wanted_at": millis(place.wanted_at),
            "confirmed_at": millis(place.confirmed_at),
            "state": place.state,
            "reason": place.reason,
            "leaves_why": place.leaves_why,
            "kept_at": millis(place.kept_at),
            "unsure_at": millis(place.unsure_at),
            "changed_at": millis(Some(place.changed_at)),
        })
    });
    tx.change(
        "insert into sync_places
             (association_id, platform, group_id, record_id, remote_id, name, wanted_at,
              confirmed_at, state, reason, leaves_why, kept_at, unsure_at, changed_at)
         select $1, $2, value ->> 'group_id', value ->> 'record_id', value ->> 'remote_id',
             value ->> 'name', cast(value ->> 'wanted_at' as bigint),
             cast(value ->> 'confirmed_at' as bigint), value ->> 'state', value ->> 'reason',
             value ->> 'leaves_why', cast(value ->> 'kept_at' as bigint),
             cast(value ->> 'unsure_at' as bigint), cast(value ->> 'changed_at' as bigint)
         from jsonb_each($3)
         where true
         on conflict (association_id, platform, group_id, record_id) do update
             set remote_id = excluded.remote_id, name = excluded.name,
                 wanted_at = excluded.wanted_at, confirmed_at = excluded.confirmed_at,
                 state = excluded.state, reason = excluded.reason,
                 leaves_why = excluded.leaves_why, kept_at = excluded.kept_at,
                 unsure_at = excluded.unsure_at, changed_at = excluded.changed_at",
    )
    .bind(platform)
    .bind(Many::values(rows))
    .run()
    .await
}

fn millis(at: Option<Timestamp>) -> Option<i64> {
    at.map(Timestamp::unix_millis)
}

pub async fn forget(
    tx: &mut Writer,
    platform: &str,
    group: &GroupId,
    record: &RecordId,
) -> Result<(), Error> {
    tx.change(
        "delete from sync_places
         where association_id = $1 and platform = $2 and group_id = $3 and record_id = $4",
    )
    .bind(platform)
    .bind(group)
    .bind(record)
    .run()
    .await
}

/// Those of these records that have a place, linked or not.
pub async fn known(db: &mut Reader, platform: &str, records: Many) -> Result<Vec<RecordId>, Error> {
    let found: Vec<(RecordId,)> = db
        .find(
            "select distinct record_id from sync_places
             where association_id = $1 and platform = $2
                 and record_id in (select key from jsonb_each($3))",
        )
        .bind(platform)
        .bind(records)
        .all()
        .await?;
    Ok(found.into_iter().map(|(record,)| record).collect())
}

pub async fn inherit(
    tx: &mut Writer,
    platform: &str,
    stranger: &RecordId,
    record: &RecordId,
) -> Result<(), Error> {
    tx.change(
        "update sync_places set record_id = $4, name = null
         where association_id = $1 and platform = $2 and record_id = $3 and kept_at is not null
             and not exists (select 1 from sync_places other
                             where other.association_id = $1 and other.platform = $2
                                 and other.record_id = $4
                                 and other.group_id = sync_places.group_id)",
    )
    .bind(platform)
    .bind(stranger)
    .bind(record)
    .run()
    .await
}

/// Answers in which groups it had places, and where it was confirmed.
pub async fn forget_all(
    tx: &mut Writer,
    platform: &str,
    record: &RecordId,
) -> Result<Vec<(GroupId, Option<Timestamp>)>, Error> {
    tx.change(
        "delete from sync_places
         where association_id = $1 and platform = $2 and record_id = $3
         returning group_id, confirmed_at",
    )
    .bind(platform)
    .bind(record)
    .all()
    .await
}

pub async fn leaves_group(
    tx: &mut Writer,
    group: &GroupId,
    record: &RecordId,
    why: &str,
) -> Result<(), Error> {
    tx.change(
        "update sync_places set leaves_why = $4
         where association_id = $1 and record_id = $2 and group_id = $3
             and platform in (select platform from integrations where association_id = $1)",
    )
    .bind(record)
    .bind(group)
    .bind(why)
    .run()
    .await
}

pub async fn leaves_all(tx: &mut Writer, record: &RecordId, why: &str) -> Result<(), Error> {
    tx.change("update sync_places set leaves_why = $3 where association_id = $1 and record_id = $2")
        .bind(record)
        .bind(why)
        .run()
        .await
}

pub async fn go(
    tx: &mut Writer,
    platform: &str,
    group: &GroupId,
    record: &RecordId,
    why: Option<&str>,
) -> Result<bool, Error> {
    let now = tx.now();
    let going: Option<(RecordId,)> = tx
        .change(
            "update sync_places set state = 'going', leaves_why = $5, changed_at = $6
             where association_id = $1 and platform = $2 and group_id = $3 and record_id = $4
                 and state in ('leaving', 'held')
             returning record_id",
        )
        .bind(platform)
        .bind(group)
        .bind(record)
        .bind(why)
        .bind(now)
        .optional()
        .await?;
    Ok(going.is_some())
}

/// Answers who was not known to be there.
pub async fn confirm(
    tx: &mut Writer,
    platform: &str,
    group: &GroupId,
    records: Many,
) -> Result<Vec<RecordId>, Error> {
    let now = tx.now();
    let changed: Vec<(RecordId,)> = tx
        .change(
            "update sync_places set confirmed_at = $5, unsure_at = null, changed_at = $5
             where association_id = $1 and platform = $2 and group_id = $3
                 and record_id in (select key from jsonb_each($4)) and confirmed_at is null
             returning record_id",
        )
        .bind(platform)
        .bind(group)
        .bind(records)
        .bind(now)
        .all()
        .await?;
    Ok(changed.into_iter().map(|(record,)| record).collect())
}

pub async fn not_there(
    tx: &mut Writer,
    platform: &str,
    group: &GroupId,
    record: &RecordId,
) -> Result<(), Error> {
    let now = tx.now();
    tx.change(
        "update sync_places set unsure_at = null, changed_at = $5
         where association_id = $1 and platform = $2 and group_id = $3 and record_id = $4
             and unsure_at is not null",
    )
    .bind(platform)
    .bind(group)
    .bind(record)
    .bind(now)
    .run()
    .await
}

pub async fn unsure(
    tx: &mut Writer,
    platform: &str,
    group: &GroupId,
    records: Many,
) -> Result<(), Error> {
    let now = tx.now();
    tx.change(
        "update sync_places set unsure_at = $5
         where association_id = $1 and platform = $2 and group_id = $3
             and record_id in (select key from jsonb_each($4))
             and confirmed_at is null and unsure_at is null",
    )
    .bind(platform)
    .bind(group)
    .bind(records)
    .bind(now)
    .run()
    .await
}

/// Answers who was thought to be there.
pub async fn unconfirm(
    tx: &mut Writer,
    platform: &str,
    group: &GroupId,
    records: Many,
) -> Result<Vec<RecordId>, Error> {
    let now = tx.now();
    let changed: Vec<(RecordId,)> = tx
        .change(
            "update sync_places set confirmed_at = null, unsure_at = null, changed_at = $5
             where association_id = $1 and platform = $2 and group_id = $3
                 and record_id in (select key from jsonb_each($4)) and confirmed_at is not null
             returning record_id",
        )
        .bind(platform)
        .bind(group)
        .bind(records)
        .bind(now)
        .all()
        .await?;
    Ok(changed.into_iter().map(|(record,)| record).collect())
}

pub async fn expected(
    db: &mut Reader,
    platform: &str,
    group: &GroupId,
    after: &str,
    most: i64,
) -> Result<Vec<Expected>, Error> {
    db.find(
        "select p.record_id, r.remote_id, l.email, p.state, p.confirmed_at, p.changed_at, r.sent,
             r.sent_hash
         from sync_places p
         left join sync_records r
             on r.association_id = p.association_id and r.platform = p.platform
             and r.record_id = p.record_id
         left join logins l
             on l.association_id = p.association_id and l.member_id = p.record_id
         where p.association_id = $1 and p.platform = $2 and p.group_id = $3 and p.record_id > $4
             and p.wanted_at is not null
         order by p.record_id
         limit $5",
    )
    .bind(platform)
    .bind(group)
    .bind(after)
    .bind(most)
    .all()
    .await
}

pub async fn members(
    db: &mut Reader,
    group: &GroupId,
    after: &str,
    most: i64,
) -> Result<Vec<RecordId>, Error> {
    let found: Vec<(RecordId,)> = db
        .find(
            "select record_id from group_records
             where association_id = $1 and group_id = $2 and record_id > $3
             order by record_id
             limit $4",
        )
        .bind(group)
        .bind(after)
        .bind(most)
        .all()
        .await?;
    Ok(found.into_iter().map(|(record,)| record).collect())
}

pub async fn left(
    db: &mut Reader,
    platform: &str,
    group: &GroupId,
    after: &str,
    most: i64,
) -> Result<Vec<RecordId>, Error> {
    let found: Vec<(RecordId,)> = db
        .find(
            "select p.record_id from sync_places p
             where p.association_id = $1 and p.platform = $2 and p.group_id = $3
                 and p.record_id > $4
                 and not exists (select 1 from group_records g
                                 where g.association_id = $1 and g.group_id = $3
                                     and g.record_id = p.record_id)
             order by p.record_id
             limit $5",
        )
        .bind(platform)
        .bind(group)
        .bind(after)
        .bind(most)
        .all()
        .await?;
    Ok(found.into_iter().map(|(record,)| record).collect())
}

pub async fn hold(
    tx: &mut Writer,
    platform: &str,
    group: &GroupId,
    record: &RecordId,
) -> Result<(), Error> {
    let now = tx.now();
    tx.change(
        "update sync_places set state = 'held', changed_at = $5
         where association_id = $1 and platform = $2 and group_id = $3 and record_id = $4
             and state = 'leaving'",
    )
    .bind(platform)
    .bind(group)
    .bind(record)
    .bind(now)
    .run()
    .await
}

pub async fn count(
    db: &mut Reader,
    platform: &str,
    group: &GroupId,
    state: &str,
) -> Result<i64, Error> {
    let counted: Option<(i64,)> = db
        .find(
            "select count(*) from sync_places
             where association_id = $1 and platform = $2 and group_id = $3 and state = $4",
        )
        .bind(platform)
        .bind(group)
        .bind(state)
        .optional()
        .await?;
    Ok(counted.map_or(0, |(counted,)| counted))
}

/// Not those that the platform refused for good: they wait for somebody. By cross joins, so that SQLite
/// goes from the few links to the few places.
pub async fn under_way(db: &mut Reader) -> Result<Vec<UnderWay>, Error> {
    db.find(
        "select p.platform, p.group_id, p.leaves_why
         from sync_links k
         cross join sync_places p
         cross join sync_records r
         where k.association_id = $1 and k.unlinked_at is null
             and p.association_id = $1 and p.platform = k.platform and p.group_id = k.group_id
             and p.state = 'going'
             and r.association_id = $1 and r.platform = p.platform and r.record_id = p.record_id
             and (r.send_at is not null or r.lease_until is not null)",
    )
    .all()
    .await
}

pub async fn turn(
    tx: &mut Writer,
    platform: &str,
    group: &GroupId,
    from: &str,
    to: &str,
    most: i64,
) -> Result<Vec<RecordId>, Error> {
    let now = tx.now();
    let turned: Vec<(RecordId,)> = tx
        .change(
            "update sync_places set state = $5, changed_at = $6
             where association_id = $1 and platform = $2 and group_id = $3 and record_id in (
                 select record_id from sync_places
                 where association_id = $1 and platform = $2 and group_id = $3 and state = $4
                 order by record_id
                 limit $7)
             returning record_id",
        )
        .bind(platform)
        .bind(group)
        .bind(from)
        .bind(to)
        .bind(now)
        .bind(most)
        .all()
        .await?;
    Ok(turned.into_iter().map(|(record,)| record).collect())
}

pub async fn counts(db: &mut Reader) -> Result<Vec<Count>, Error> {
    db.find(
        "select p.platform, p.group_id, p.state, count(*) as number
         from sync_places p
         join sync_links k
             on k.association_id = p.association_id and k.platform = p.platform
             and k.group_id = p.group_id and k.unlinked_at is null
         where p.association_id = $1
         group by p.platform, p.group_id, p.state",
    )
    .all()
    .await
}

pub async fn counts_of(
    db: &mut Reader,
    platform: &str,
    group: &GroupId,
) -> Result<Vec<(String, i64)>, Error> {
    db.find(
        "select state, count(*) from sync_places
         where association_id = $1 and platform = $2 and group_id = $3
         group by state",
    )
    .bind(platform)
    .bind(group)
    .all()
    .await
}

pub async fn in_state(
    db: &mut Reader,
    platform: &str,
    group: &GroupId,
    state: &str,
    after: &str,
    most: i64,
) -> Result<Vec<Place>, Error> {
    db.find(
        "select group_id, record_id, remote_id, name, wanted_at, confirmed_at, state, reason,
             leaves_why, kept_at, unsure_at, changed_at
         from sync_places
         where association_id = $1 and platform = $2 and group_id = $3 and state = $4
             and record_id > $5
         order by record_id
         limit $6",
    )
    .bind(platform)
    .bind(group)
    .bind(state)
    .bind(after)
    .bind(most)
    .all()
    .await
}

pub async fn of_group(
    db: &mut Reader,
    platform: &str,
    group: &GroupId,
    after: &str,
    most: i64,
) -> Result<Vec<Place>, Error> {
    db.find(
        "select group_id, record_id, remote_id, name, wanted_at, confirmed_at, state, reason,
             leaves_why, kept_at, unsure_at, changed_at
         from sync_places
         where association_id = $1 and platform = $2 and group_id = $3 and record_id > $4
         order by record_id
         limit $5",
    )
    .bind(platform)
    .bind(group)
    .bind(after)
    .bind(most)
    .all()
    .await
}

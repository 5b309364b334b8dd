//! `sync_plans`, `sync_plan_removals`.

use super::{Entry, Place, Plan, PlanState, SealedRemoval};
use crate::associations::Site;
use crate::clock::Timestamp;
use crate::db::{Db, Error, Reader, Writer};
use crate::id::{GroupId, PlanId, RecordId};

/// A release is for now: whoever comes back and leaves again weeks later is another matter.
const RELEASED_SECONDS: i64 = 3 * 24 * 3600;

/// Plans in this state count when they were decided after this. What was stopped stays so until an admin
/// decides anew.
fn counts_since(state: PlanState, now: Timestamp) -> Timestamp {
    match state {
        PlanState::Released => now.plus_seconds(-RELEASED_SECONDS),
        _ => Timestamp::from_unix_seconds(0),
    }
}

pub struct NewPlan<'a> {
    pub plan_id: &'a PlanId,
    pub platform: &'a str,
    pub group_id: &'a GroupId,
    pub cause: &'a str,
    pub adds: i64,
    pub updates: i64,
    pub removes: i64,
    pub size_before: i64,
}

pub async fn insert(tx: &mut Writer, plan: &NewPlan<'_>) -> Result<(), Error> {
    let now = tx.now();
    tx.change(
        "insert into sync_plans
             (association_id, plan_id, platform, group_id, made_at, cause, adds, updates, removes,
              size_before, state)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'making')",
    )
    .bind(plan.plan_id)
    .bind(plan.platform)
    .bind(plan.group_id)
    .bind(now)
    .bind(plan.cause)
    .bind(plan.adds)
    .bind(plan.updates)
    .bind(plan.removes)
    .bind(plan.size_before)
    .run()
    .await
}

pub async fn insert_removal(
    tx: &mut Writer,
    plan: &PlanId,
    entry: &Entry,
    sealed_name: &str,
) -> Result<(), Error> {
    tx.change(
        "insert into sync_plan_removals
             (association_id, plan_id, record_id, remote_id, name, why)
         values ($1, $2, $3, $4, $5, $6)
         on conflict do nothing",
    )
    .bind(plan)
    .bind(&entry.record_id)
    .bind(&entry.remote_id)
    .bind(sealed_name)
    .bind(entry.why.as_text())
    .run()
    .await
}

pub async fn find(db: &mut Reader, plan: &PlanId) -> Result<Option<Plan>, Error> {
    db.find(
        "select plan_id, platform, group_id, made_at, cause, adds, updates, removes, size_before,
             state, decided_at, decided_by
         from sync_plans
         where association_id = $1 and plan_id = $2 and state <> 'making'",
    )
    .bind(plan)
    .optional()
    .await
}

pub async fn of_group(db: &mut Reader, group: &GroupId, most: i64) -> Result<Vec<Plan>, Error> {
    db.find(
        "select plan_id, platform, group_id, made_at, cause, adds, updates, removes, size_before,
             state, decided_at, decided_by
         from sync_plans
         where association_id = $1 and group_id = $2 and state <> 'making'
         order by made_at desc, plan_id
         limit $3",
    )
    .bind(group)
    .bind(most)
    .all()
    .await
}

pub async fn held(db: &mut Reader) -> Result<Vec<Plan>, Error> {
    db.find(
        "select plan_id, platform, group_id, made_at, cause, adds, updates, removes, size_before,
             state, decided_at, decided_by
         from sync_plans
         where association_id = $1 and state = 'held'
         order by made_at desc, plan_id",
    )
    .all()
    .await
}

pub async fn associations_held(db: &Db) -> Result<i64, Error> {
    let counted: Option<(i64,)> = db
        .across_associations(
            "select count(distinct association_id) from sync_plans where state = 'held'",
        )
        .optional()
        .await?;
    Ok(counted.map_or(0, |(counted,)| counted))
}

pub async fn removals(
    db: &mut Reader,
    plan: &PlanId,
    after: &str,
    most: i64,
) -> Result<Vec<SealedRemoval>, Error> {
    db.find(
        "select record_id, remote_id, name, why, removed_at, restored_at
         from sync_plan_removals
         where association_id = $1 and plan_id = $2 and record_id > $3
         order by record_id
         limit $4",
    )
    .bind(plan)
    .bind(after)
    .bind(most)
    .all()
    .await
}

pub async fn set_size(tx: &mut Writer, plan: &PlanId, size: i64) -> Result<(), Error> {
    tx.change("update sync_plans set size_before = $3 where association_id = $1 and plan_id = $2")
        .bind(plan)
        .bind(size)
        .run()
        .await
}

/// False when it was in another state.
pub async fn decide(
    tx: &mut Writer,
    plan: &PlanId,
    from: PlanState,
    to: PlanState,
    by: Option<&str>,
) -> Result<bool, Error> {
    let now = tx.now();
    let decided: Option<(PlanId,)> = tx
        .change(
            "update sync_plans
             set state = $4, decided_at = case when $4 = 'held' then decided_at else cast($5 as bigint) end,
                 decided_by = coalesce($6, decided_by)
             where association_id = $1 and plan_id = $2 and state = $3
             returning plan_id",
        )
        .bind(plan)
        .bind(from.as_text())
        .bind(to.as_text())
        .bind(now)
        .bind(by)
        .optional()
        .await?;
    Ok(decided.is_some())
}

/// What was stopped of a group counts no more: it was decided anew, or nobody waits any more.
pub async fn forget_stopped(tx: &mut Writer, platform: &str, group: &GroupId) -> Result<(), Error> {
    tx.change(
        "update sync_plans set state = 'ended'
         where association_id = $1 and platform = $2 and group_id = $3 and state = 'stopped'",
    )
    .bind(platform)
    .bind(group)
    .run()
    .await
}

/// Whether a plan of a group is in this state and still counts.
pub async fn has(
    db: &mut Reader,
    platform: &str,
    group: &GroupId,
    state: PlanState,
) -> Result<bool, Error> {
    let since = counts_since(state, db.now());
    let found: Option<(PlanId,)> = db
        .find(
            "select plan_id from sync_plans
             where association_id = $1 and platform = $2 and group_id = $3 and state = $5
                 and decided_at > $4
             limit 1",
        )
        .bind(platform)
        .bind(group)
        .bind(since)
        .bind(state.as_text())
        .optional()
        .await?;
    Ok(found.is_some())
}

/// The plan in this state that still counts, and by which somebody is not removed yet.
pub async fn waiting_in(
    db: &mut Reader,
    platform: &str,
    group: &GroupId,
    record: &RecordId,
    state: PlanState,
) -> Result<Option<PlanId>, Error> {
    let since = counts_since(state, db.now());
    let found: Option<(PlanId,)> = db
        .find(
            "select p.plan_id
             from sync_plans p
             join sync_plan_removals r
                 on r.association_id = p.association_id and r.plan_id = p.plan_id
             where p.association_id = $1 and p.platform = $2 and p.group_id = $3
                 and p.state = $6 and r.record_id = $4 and r.removed_at is null
                 and p.decided_at > $5
             limit 1",
        )
        .bind(platform)
        .bind(group)
        .bind(record)
        .bind(since)
        .bind(state.as_text())
        .optional()
        .await?;
    Ok(found.map(|(plan,)| plan))
}

pub async fn tally(db: &mut Reader, plan: &PlanId) -> Result<(i64, i64), Error> {
    let counted: Option<(i64, i64)> = db
        .find(
            "select count(removed_at), count(restored_at) from sync_plan_removals
             where association_id = $1 and plan_id = $2",
        )
        .bind(plan)
        .optional()
        .await?;
    Ok(counted.unwrap_or_default())
}

/// Lets one that waits for an admin leave, as one whom an admin takes out by hand. False when it does
/// not wait.
pub async fn let_go(
    tx: &mut Writer,
    platform: &str,
    group: &GroupId,
    record: &RecordId,
) -> Result<bool, Error> {
    let now = tx.now();
    let left: Option<(RecordId,)> = tx
        .change(
            "update sync_places set state = 'leaving', leaves_why = 'asked', changed_at = $5
             where association_id = $1 and platform = $2 and group_id = $3 and record_id = $4
                 and state in ('manager', 'held')
             returning record_id",
        )
        .bind(platform)
        .bind(group)
        .bind(record)
        .bind(now)
        .optional()
        .await?;
    Ok(left.is_some())
}

/// Those whom an admin keeps there although the group does not want them.
pub async fn kept(
    db: &mut Reader,
    platform: &str,
    group: &GroupId,
    most: i64,
) -> Result<Vec<Place>, Error> {
    db.find(
        "select p.group_id, p.record_id, p.remote_id, p.name, p.wanted_at, p.confirmed_at, p.state,
             p.reason, p.leaves_why, p.kept_at, p.unsure_at, p.changed_at
         from sync_places p
         where p.association_id = $1 and p.platform = $2 and p.group_id = $3
             and p.kept_at is not null
             and not exists (select 1 from group_records g
                             where g.association_id = $1 and g.group_id = $3
                                 and g.record_id = p.record_id)
         order by p.record_id
         limit $4",
    )
    .bind(platform)
    .bind(group)
    .bind(most)
    .all()
    .await
}

pub async fn keep(
    tx: &mut Writer,
    platform: &str,
    group: &GroupId,
    record: &RecordId,
) -> Result<(), Error> {
    let now = tx.now();
    tx.change(
        "update sync_places set kept_at = $5
         where association_id = $1 and platform = $2 and group_id = $3 and record_id = $4",
    )
    .bind(platform)
    .bind(group)
    .bind(record)
    .bind(now)
    .run()
    .await
}

pub async fn unkeep(
    tx: &mut Writer,
    platform: &str,
    group: &GroupId,
    record: &RecordId,
) -> Result<bool, Error> {
    let changed: Option<(RecordId,)> = tx
        .change(
            "update sync_places set kept_at = null
             where association_id = $1 and platform = $2 and group_id = $3 and record_id = $4
                 and kept_at is not null
             returning record_id",
        )
        .bind(platform)
        .bind(group)
        .bind(record)
        .optional()
        .await?;
    Ok(changed.is_some())
}

pub async fn removed(tx: &mut Writer, plan: &PlanId, record: &RecordId) -> Result<(), Error> {
    let now = tx.now();
    tx.change(
        "update sync_plan_removals set removed_at = $4
         where association_id = $1 and plan_id = $2 and record_id = $3",
    )
    .bind(plan)
    .bind(record)
    .bind(now)
    .run()
    .await
}

/// Also of plans that were never finished.
pub async fn forget_old(site: &Site, oldest: Timestamp, most: i64) -> Result<usize, Error> {
    let gone: Vec<(RecordId,)> = site
        .once(
            "delete from sync_plan_removals
             where association_id = $1 and (plan_id, record_id) in (
                 select r.plan_id, r.record_id
                 from sync_plans p
                 cross join sync_plan_removals r
                 where p.association_id = $1 and p.state <> 'held'
                     and coalesce(p.decided_at, p.made_at) < $2
                     and r.association_id = $1 and r.plan_id = p.plan_id
                 limit $3)
             returning record_id",
        )
        .bind(oldest)
        .bind(most)
        .all()
        .await?;
    Ok(gone.len())
}

pub async fn restored(tx: &mut Writer, plan: &PlanId, record: &RecordId) -> Result<(), Error> {
    let now = tx.now();
    tx.change(
        "update sync_plan_removals set restored_at = $4
         where association_id = $1 and plan_id = $2 and record_id = $3",
    )
    .bind(plan)
    .bind(record)
    .bind(now)
    .run()
    .await
}

//! `sync_links`.

use super::{Claim, GroupType, Link, Target};
use crate::associations::Site;
use crate::clock::Timestamp;
use crate::db::{Db, Error, Reader, Writer};
use crate::id::{AssociationId, GroupId, PlanId};

pub async fn all(db: &mut Reader, platform: &str) -> Result<Vec<Link>, Error> {
    db.find(
        "select k.platform, k.group_id, g.name as group_name, k.remote_group_id, k.remote_name,
             k.group_type, k.linked_at, k.linked_by, k.unlinked_at, k.confirmed, k.check_at,
             k.check_cause, k.checked_at, k.first_done_at, k.lease_until, k.held_at,
             k.held_reason, k.plan_id, k.failed_at, k.failure, k.decide_at
         from sync_links k
         join groups g on g.association_id = k.association_id and g.group_id = k.group_id
         where k.association_id = $1 and k.platform = $2
         order by g.name, k.group_id",
    )
    .bind(platform)
    .all()
    .await
}

pub async fn of_group(db: &mut Reader, group: &GroupId) -> Result<Vec<Link>, Error> {
    db.find(
        "select k.platform, k.group_id, g.name as group_name, k.remote_group_id, k.remote_name,
             k.group_type, k.linked_at, k.linked_by, k.unlinked_at, k.confirmed, k.check_at,
             k.check_cause, k.checked_at, k.first_done_at, k.lease_until, k.held_at,
             k.held_reason, k.plan_id, k.failed_at, k.failure, k.decide_at
         from sync_links k
         join groups g on g.association_id = k.association_id and g.group_id = k.group_id
         where k.association_id = $1 and k.group_id = $2
         order by k.platform",
    )
    .bind(group)
    .all()
    .await
}

pub async fn find(db: &mut Reader, platform: &str, group: &GroupId) -> Result<Option<Link>, Error> {
    let links = of_group(db, group).await?;
    Ok(links.into_iter().find(|link| link.platform == platform))
}

/// The name of another group of this association that is linked to it.
pub async fn group_linked_to(
    db: &mut Reader,
    base_url: &str,
    remote_group_id: &str,
    besides: &GroupId,
) -> Result<Option<String>, Error> {
    let found: Option<(String,)> = db
        .find(
            "select g.name
             from sync_links k
             join groups g on g.association_id = k.association_id and g.group_id = k.group_id
             where k.association_id = $1 and k.base_url = $2 and k.remote_group_id = $3
                 and k.unlinked_at is null and k.group_id <> $4",
        )
        .bind(base_url)
        .bind(remote_group_id)
        .bind(besides)
        .optional()
        .await?;
    Ok(found.map(|(name,)| name))
}

pub async fn is_linked_elsewhere(
    db: &Db,
    association: &AssociationId,
    base_url: &str,
    remote_group_id: &str,
) -> Result<bool, Error> {
    let found: Option<(AssociationId,)> = db
        .across_associations(
            "select association_id from sync_links
             where base_url = $1 and remote_group_id = $2 and unlinked_at is null
                 and association_id <> $3",
        )
        .bind(base_url)
        .bind(remote_group_id)
        .bind(association)
        .optional()
        .await?;
    Ok(found.is_some())
}

/// What was known of who is there belongs to the counterpart before.
pub async fn forget_places(tx: &mut Writer, platform: &str, group: &GroupId) -> Result<(), Error> {
    tx.change(
        "delete from sync_places where association_id = $1 and platform = $2 and group_id = $3",
    )
    .bind(platform)
    .bind(group)
    .run()
    .await
}

/// Whether this was its counterpart when it was linked last.
pub async fn was_linked_to(
    db: &mut Reader,
    platform: &str,
    group: &GroupId,
    base_url: &str,
    remote_group_id: &str,
) -> Result<bool, Error> {
    let found: Option<(GroupId,)> = db
        .find(
            "select group_id from sync_links
             where association_id = $1 and platform = $2 and group_id = $3 and base_url = $4
                 and remote_group_id = $5",
        )
        .bind(platform)
        .bind(group)
        .bind(base_url)
        .bind(remote_group_id)
        .optional()
        .await?;
    Ok(found.is_some())
}

/// Keeps who is there, or may be, and none of what was decided about them; answers how many were confirmed.
pub async fn remember_places(
    tx: &mut Writer,
    platform: &str,
    group: &GroupId,
) -> Result<i64, Error> {
    let now = tx.now();
    tx.change(
        "delete from sync_places
         where association_id = $1 and platform = $2 and group_id = $3
             and confirmed_at is null and unsure_at is null",
    )
    .bind(platform)
    .bind(group)
    .run()
    .await?;
    tx.change(
        "update sync_places
         set leaves_why = null, kept_at = null, changed_at = $4,
             state = case when state in ('going', 'held') then 'leaving' else state end
         where association_id = $1 and platform = $2 and group_id = $3
             and (leaves_why is not null or kept_at is not null or state in ('going', 'held'))",
    )
    .bind(platform)
    .bind(group)
    .bind(now)
    .run()
    .await?;
    let counted: Option<(i64,)> = tx
        .find(
            "select count(*) from sync_places
             where association_id = $1 and platform = $2 and group_id = $3
                 and confirmed_at is not null",
        )
        .bind(platform)
        .bind(group)
        .optional()
        .await?;
    Ok(counted.map_or(0, |(counted,)| counted))
}

pub async fn link(
    tx: &mut Writer,
    platform: &str,
    group: &GroupId,
    target: &Target<'_>,
    by: &str,
    begins: Timestamp,
    confirmed: i64,
) -> Result<(), Error> {
    let (now, group_type) = (tx.now(), target.group_type.map(GroupType::as_text));
    tx.change(
        "insert into sync_links
             (association_id, platform, group_id, base_url, remote_group_id, remote_name,
              group_type, linked_at, linked_by, confirmed, check_at, check_cause, fence)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $11, $10, 'linked', 0)
         on conflict (association_id, platform, group_id) do update
             set base_url = excluded.base_url, remote_group_id = excluded.remote_group_id,
                 remote_name = case when sync_links.group_type is null then excluded.remote_name
                               else sync_links.remote_name end,
                 linked_at = excluded.linked_at, linked_by = excluded.linked_by,
                 unlinked_at = null, unlinked_by = null, confirmed = excluded.confirmed,
                 check_at = excluded.check_at,
                 check_cause = 'linked', checked_at = null, first_done_at = null, held_at = null,
                 held_reason = null, plan_id = null, failed_at = null, failure = null,
                 decide_at = null, lease_until = null, fence = sync_links.fence + 1",
    )
    .bind(platform)
    .bind(group)
    .bind(target.base_url)
    .bind(target.remote_group_id)
    .bind(target.remote_name)
    .bind(group_type)
    .bind(now)
    .bind(by)
    .bind(begins)
    .bind(confirmed)
    .run()
    .await
}

/// The name of its counterpart; None when it was not linked. What was on its way counts no more.
pub async fn unlink(
    tx: &mut Writer,
    platform: &str,
    group: &GroupId,
    by: &str,
) -> Result<Option<String>, Error> {
    let now = tx.now();
    let name: Option<(String,)> = tx
        .change(
            "update sync_links
             set unlinked_at = $4, unlinked_by = $5, check_at = null, decide_at = null,
                 lease_until = null, fence = fence + 1, held_at = null, held_reason = null,
                 plan_id = null
             where association_id = $1 and platform = $2 and group_id = $3
                 and unlinked_at is null
             returning remote_name",
        )
        .bind(platform)
        .bind(group)
        .bind(now)
        .bind(by)
        .optional()
        .await?;
    if name.is_some() {
        tx.change(
            "update sync_plans set state = 'ended', decided_at = $4
             where association_id = $1 and platform = $2 and group_id = $3
                 and state in ('held', 'released', 'stopped', 'making')",
        )
        .bind(platform)
        .bind(group)
        .bind(now)
        .run()
        .await?;
    }
    Ok(name.map(|(name,)| name))
}

/// What is wanted already stays wanted for the reason that asks for most.
pub async fn ask_check(
    tx: &mut Writer,
    platform: &str,
    group: &GroupId,
    cause: &str,
) -> Result<(), Error> {
    let now = tx.now();
    tx.change(
        "update sync_links
         set check_at = $4,
             check_cause = case when check_at is not null
                                    and check_cause in ('asked', 'restored') then check_cause
                           else $5 end
         where association_id = $1 and platform = $2 and group_id = $3 and unlinked_at is null",
    )
    .bind(platform)
    .bind(group)
    .bind(now)
    .bind(cause)
    .run()
    .await
}

pub async fn ask_all(tx: &mut Writer, platform: &str, cause: &str) -> Result<(), Error> {
    let now = tx.now();
    tx.change(
        "update sync_links
         set check_at = $3,
             check_cause = case when check_at is not null
                                    and check_cause in ('asked', 'restored') then check_cause
                           else $4 end
         where association_id = $1 and platform = $2 and unlinked_at is null",
    )
    .bind(platform)
    .bind(now)
    .bind(cause)
    .run()
    .await
}

pub async fn claim(site: &Site, platform: &str, until: Timestamp) -> Result<Option<Claim>, Error> {
    site.once(
        "update sync_links set lease_until = $4, fence = fence + 1
         where association_id = $1 and platform = $2 and check_at <= $3 and unlinked_at is null
             and (lease_until is null or lease_until <= $3)
             and group_id in (
                 select group_id from sync_links
                 where association_id = $1 and platform = $2 and check_at <= $3
                     and unlinked_at is null and (lease_until is null or lease_until <= $3)
                 order by check_at, group_id
                 limit 1)
         returning group_id, check_cause as cause, check_at as asked_at, fence",
    )
    .bind(platform)
    .bind(site.now)
    .bind(until)
    .optional()
    .await
}

pub async fn keep(
    site: &Site,
    platform: &str,
    claim: &Claim,
    until: Timestamp,
) -> Result<bool, Error> {
    let kept: Option<(i64,)> = site
        .once(
            "update sync_links set lease_until = $5
             where association_id = $1 and platform = $2 and group_id = $3 and fence = $4
                 and unlinked_at is null
             returning fence",
        )
        .bind(platform)
        .bind(&claim.group_id)
        .bind(claim.fence)
        .bind(until)
        .optional()
        .await?;
    Ok(kept.is_some())
}

pub async fn set_count(
    site: &Site,
    platform: &str,
    claim: &Claim,
    confirmed: i64,
) -> Result<(), Error> {
    site.once(
        "update sync_links set confirmed = $5
         where association_id = $1 and platform = $2 and group_id = $3 and fence = $4",
    )
    .bind(platform)
    .bind(&claim.group_id)
    .bind(claim.fence)
    .bind(confirmed)
    .run()
    .await
}

pub async fn checked(
    site: &Site,
    platform: &str,
    claim: &Claim,
    again_at: Option<Timestamp>,
) -> Result<(), Error> {
    site.once(
        "update sync_links
         set lease_until = null,
             check_at = case when check_at = $7 then cast($5 as bigint) else check_at end,
             checked_at = case when cast($5 as bigint) is null then $6 else checked_at end,
             failed_at = case when cast($5 as bigint) is null then null else failed_at end,
             failure = case when cast($5 as bigint) is null then null else failure end
         where association_id = $1 and platform = $2 and group_id = $3 and fence = $4",
    )
    .bind(platform)
    .bind(&claim.group_id)
    .bind(claim.fence)
    .bind(again_at)
    .bind(site.now)
    .bind(claim.asked_at)
    .run()
    .await
}

pub async fn failed(
    site: &Site,
    platform: &str,
    group: &GroupId,
    words: &str,
) -> Result<(), Error> {
    site.once(
        "update sync_links set failed_at = coalesce(failed_at, $4), failure = $5
         where association_id = $1 and platform = $2 and group_id = $3",
    )
    .bind(platform)
    .bind(group)
    .bind(site.now)
    .bind(words)
    .run()
    .await
}

pub async fn ask_decision(
    tx: &mut Writer,
    platform: &str,
    group: &GroupId,
    at: Timestamp,
) -> Result<(), Error> {
    tx.change(
        "update sync_links set decide_at = $4
         where association_id = $1 and platform = $2 and group_id = $3 and unlinked_at is null
             and (decide_at is null or decide_at > $4)",
    )
    .bind(platform)
    .bind(group)
    .bind(at)
    .run()
    .await
}

pub async fn to_decide(db: &mut Reader, platform: &str) -> Result<Vec<GroupId>, Error> {
    let now = db.now();
    let found: Vec<(GroupId,)> = db
        .find(
            "select group_id from sync_links
             where association_id = $1 and platform = $2 and decide_at <= $3
                 and unlinked_at is null
             order by decide_at, group_id",
        )
        .bind(platform)
        .bind(now)
        .all()
        .await?;
    Ok(found.into_iter().map(|(group,)| group).collect())
}

pub async fn take_decision(
    site: &Site,
    platform: &str,
    group: &GroupId,
    until: Timestamp,
) -> Result<bool, Error> {
    let taken: Option<(GroupId,)> = site
        .once(
            "update sync_links set decide_at = $5
             where association_id = $1 and platform = $2 and group_id = $3 and decide_at <= $4
                 and unlinked_at is null
             returning group_id",
        )
        .bind(platform)
        .bind(group)
        .bind(site.now)
        .bind(until)
        .optional()
        .await?;
    Ok(taken.is_some())
}

/// What was asked for meanwhile stays as it is.
pub async fn decided(
    tx: &mut Writer,
    platform: &str,
    group: &GroupId,
    until: Timestamp,
    again_at: Option<Timestamp>,
) -> Result<(), Error> {
    tx.change(
        "update sync_links set decide_at = $5
         where association_id = $1 and platform = $2 and group_id = $3 and decide_at = $4",
    )
    .bind(platform)
    .bind(group)
    .bind(until)
    .bind(again_at)
    .run()
    .await
}

pub async fn hold(
    tx: &mut Writer,
    platform: &str,
    group: &GroupId,
    why: &str,
    plan: &PlanId,
) -> Result<(), Error> {
    let now = tx.now();
    tx.change(
        "update sync_links
         set held_at = coalesce(held_at, $4), held_reason = $5, plan_id = $6
         where association_id = $1 and platform = $2 and group_id = $3",
    )
    .bind(platform)
    .bind(group)
    .bind(now)
    .bind(why)
    .bind(plan)
    .run()
    .await
}

pub async fn unhold(tx: &mut Writer, platform: &str, group: &GroupId) -> Result<(), Error> {
    tx.change(
        "update sync_links set held_at = null, held_reason = null, plan_id = null
         where association_id = $1 and platform = $2 and group_id = $3",
    )
    .bind(platform)
    .bind(group)
    .run()
    .await
}

pub async fn first_done(tx: &mut Writer, platform: &str, group: &GroupId) -> Result<(), Error> {
    let now = tx.now();
    tx.change(
        "update sync_links set first_done_at = $4
         where association_id = $1 and platform = $2 and group_id = $3
             and first_done_at is null",
    )
    .bind(platform)
    .bind(group)
    .bind(now)
    .run()
    .await
}

pub async fn count(tx: &mut Writer, platform: &str, group: &GroupId, by: i64) -> Result<(), Error> {
    tx.change(
        "update sync_links set confirmed = confirmed + $4
         where association_id = $1 and platform = $2 and group_id = $3",
    )
    .bind(platform)
    .bind(group)
    .bind(by)
    .run()
    .await
}

pub async fn due(db: &Db, now: Timestamp) -> Result<Vec<(AssociationId, String)>, Error> {
    db.across_associations(
        "select distinct association_id, platform from sync_links
         where check_at <= $1 and (lease_until is null or lease_until <= $1)
         union
         select distinct association_id, platform from sync_links where decide_at <= $1",
    )
    .bind(now)
    .all()
    .await
}

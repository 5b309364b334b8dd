//! Removals that were held, as an admin sees and decides them: a plan says who would go and why. It is
//! released, discarded or left; what was removed by it can be brought back for 90 days.

pub mod desk;
mod one;
pub mod pages;
mod store;
pub mod views;

pub use one::{keep, kept, let_go, unkeep};

use super::guard::Hold;
use super::link;
use super::places::{self, Place, State};
use super::platform::Platform;
use super::queue;
use crate::associations::Site;
use crate::clock::Timestamp;
use crate::db::{self, Db, Reader, Writer, rows};
use crate::events::{self, Actor, Kind};
use crate::id::{GroupId, PlanId, RecordId};
use crate::vault::Place as Sealing;

/// Rows in one transaction, so that sign-ins pass in between.
const STEP: i64 = 200;
/// A plan that has grown by more than this since it was shown has to be looked at again.
const PERCENT_GROWN: i64 = 5;
/// How long what was removed can be brought back.
const KEPT_SECONDS: i64 = 90 * 24 * 3600;

rows! {
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Plan {
        pub plan_id: PlanId,
        pub platform: String,
        pub group_id: GroupId,
        pub made_at: Timestamp,
        /// Why it was held (`guard::Hold`), or `linked` for what was confirmed with a link.
        pub cause: String,
        pub adds: i64,
        pub updates: i64,
        pub removes: i64,
        /// How many were there when it was made.
        pub size_before: i64,
        pub state: String,
        pub decided_at: Option<Timestamp>,
        pub decided_by: Option<String>,
    }

    #[derive(Clone)]
    struct SealedRemoval {
        record_id: RecordId,
        remote_id: Option<String>,
        name: String,
        why: String,
        removed_at: Option<Timestamp>,
        restored_at: Option<Timestamp>,
    }
}

/// One of those who would go.
#[derive(Debug, Clone)]
pub struct Removal {
    pub record_id: RecordId,
    pub remote_id: Option<String>,
    pub name: String,
    pub why: Why,
    pub removed_at: Option<Timestamp>,
    pub restored_at: Option<Timestamp>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// Not in the group any more.
    LeftGroup,
    /// In the group, but it does not sync any more.
    NotEligible,
    /// Added by hand on the platform.
    Stranger,
}

impl Why {
    pub fn as_text(self) -> &'static str {
        match self {
            Self::LeftGroup => "left_group",
            Self::NotEligible => "not_eligible",
            Self::Stranger => "stranger",
        }
    }

    fn of_text(text: &str) -> Self {
        match text {
            "stranger" => Self::Stranger,
            "not_eligible" => Self::NotEligible,
            _ => Self::LeftGroup,
        }
    }
}

/// Held: waits for an admin. Released: may be carried out. The rest is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlanState {
    Making,
    Held,
    Released,
    Stopped,
    Discarded,
    /// Another plan took its place, or nothing was left of it.
    Ended,
}

impl PlanState {
    pub fn as_text(self) -> &'static str {
        match self {
            Self::Making => "making",
            Self::Held => "held",
            Self::Released => "released",
            Self::Stopped => "stopped",
            Self::Discarded => "discarded",
            Self::Ended => "ended",
        }
    }
}

impl Plan {
    pub fn platform(&self) -> Option<Platform> {
        Platform::of_text(&self.platform)
    }

    pub fn state(&self) -> PlanState {
        use PlanState::{Discarded, Ended, Held, Making, Released, Stopped};
        let all = [Making, Held, Released, Stopped, Discarded, Ended];
        all.into_iter().find(|state| state.as_text() == self.state).unwrap_or(Ended)
    }

    pub fn can_be_restored(&self, now: Timestamp) -> bool {
        matches!(self.state(), PlanState::Released | PlanState::Stopped | PlanState::Ended)
            && now.seconds_since(self.decided_at.unwrap_or(self.made_at)) <= KEPT_SECONDS
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("there is no such plan")]
    Unknown,
    #[error("this was decided already, or another plan took its place")]
    NotHeld,
    #[error("you typed {typed}; this removes {removes}")]
    OtherNumber { typed: String, removes: i64 },
    #[error("{now} would be removed now, and {then} were when this was shown; look again")]
    Grown { then: i64, now: i64 },
    #[error("what was removed can be brought back for 90 days")]
    TooLate,
}

pub async fn find(db: &mut Reader, plan: &PlanId) -> Result<Option<Plan>, db::Error> {
    store::find(db, plan).await
}

/// The newest ones of a group.
pub async fn of_group(db: &mut Reader, group: &GroupId, most: i64) -> Result<Vec<Plan>, db::Error> {
    store::of_group(db, group, most).await
}

/// Every plan that waits for an admin.
pub async fn held(db: &mut Reader) -> Result<Vec<Plan>, db::Error> {
    store::held(db).await
}

/// How many associations of the installation have something held.
pub async fn associations_held(db: &Db) -> Result<i64, db::Error> {
    store::associations_held(db).await
}

/// Up to `most` of those who would go, after the last one seen.
pub async fn removals(
    site: &Site,
    plan: &PlanId,
    after: &str,
    most: i64,
) -> Result<Vec<Removal>, db::Error> {
    let found = store::removals(&mut site.read(), plan, after, most).await?;
    Ok(found.into_iter().map(|row| opened(site, plan, row)).collect())
}

fn opened(site: &Site, plan: &PlanId, row: SealedRemoval) -> Removal {
    let at = format!("{plan} {}", row.record_id);
    let place = Sealing { table: "sync_plan_removals", column: "name", row: &at };
    let name = site.app.vault.open_sealed(site.id(), &place, &row.name);
    let name = name.map(|name| String::from_utf8_lossy(&name).into_owned());
    Removal {
        name: name.unwrap_or_default(),
        why: Why::of_text(&row.why),
        record_id: row.record_id,
        remote_id: row.remote_id,
        removed_at: row.removed_at,
        restored_at: row.restored_at,
    }
}

fn sealed(site: &Site, plan: &PlanId, record: &RecordId, name: &str) -> String {
    let at = format!("{plan} {record}");
    let place = Sealing { table: "sync_plan_removals", column: "name", row: &at };
    site.app.vault.seal(site.id(), &place, name.as_bytes())
}

/// Somebody for a plan.
pub struct Entry {
    pub record_id: RecordId,
    pub remote_id: Option<String>,
    pub name: String,
    pub why: Why,
}

/// Writes a plan down, in steps; it is worth nothing until its state is set.
pub async fn make(
    site: &Site,
    platform: Platform,
    group: &GroupId,
    cause: &str,
    (adds, updates, size): (i64, i64, i64),
    entries: &[Entry],
) -> Result<PlanId, db::Error> {
    let id = PlanId::random();
    let removes = i64::try_from(entries.len()).unwrap_or(i64::MAX);
    let mut tx = site.write().await?;
    let row = store::NewPlan {
        plan_id: &id,
        platform: platform.as_text(),
        group_id: group,
        cause,
        adds,
        updates,
        removes,
        size_before: size,
    };
    store::insert(&mut tx, &row).await?;
    tx.commit().await?;
    for step in entries.chunks(STEP as usize) {
        let mut tx = site.write().await?;
        for entry in step {
            let name = sealed(site, &id, &entry.record_id, &entry.name);
            store::insert_removal(&mut tx, &id, entry, &name).await?;
        }
        tx.commit().await?;
    }
    Ok(id)
}

/// What an admin confirmed on saving a link counts as released, for exactly these people (DEC20).
pub async fn confirm(tx: &mut Writer, plan: &PlanId, actor: &Actor) -> Result<(), db::Error> {
    store::decide(tx, plan, PlanState::Making, PlanState::Released, Some(actor.as_text())).await?;
    Ok(())
}

/// Writes down what an admin saw and confirmed on saving a link, and has the link checked: exactly these
/// people may go (DEC20).
pub async fn make_confirmed(
    site: &Site,
    platform: Platform,
    group: &GroupId,
    numbers: (i64, i64, i64),
    entries: &[Entry],
    actor: &Actor,
) -> Result<(), db::Error> {
    let cause = link::Cause::Linked;
    if !entries.is_empty() {
        let id = make(site, platform, group, cause.as_text(), numbers, entries).await?;
        let mut tx = site.write().await?;
        confirm(&mut tx, &id, actor).await?;
        if let Some(plan) = store::find(&mut tx, &id).await? {
            record(site, &mut tx, Kind::RemovalsReleased, actor, &plan).await?;
        }
        tx.commit().await?;
    }
    let mut tx = site.write().await?;
    link::ask_check(&mut tx, platform, group, cause).await?;
    tx.commit().await
}

/// How many of a plan were removed, and how many of those were brought back.
pub async fn tally(db: &mut Reader, plan: &PlanId) -> Result<(i64, i64), db::Error> {
    store::tally(db, plan).await
}

/// Whether anything of a group is released and not over.
pub async fn has_released(
    db: &mut Reader,
    platform: Platform,
    group: &GroupId,
) -> Result<bool, db::Error> {
    store::has(db, platform.as_text(), group, PlanState::Released).await
}

/// Whether an admin stopped a removal of this group, and has not decided anew.
pub async fn has_stopped(
    db: &mut Reader,
    platform: Platform,
    group: &GroupId,
) -> Result<bool, db::Error> {
    store::has(db, platform.as_text(), group, PlanState::Stopped).await
}

/// Whether the removal of somebody was stopped by an admin, so that it is asked about once more.
pub async fn is_stopped(
    db: &mut Reader,
    platform: Platform,
    group: &GroupId,
    record: &RecordId,
) -> Result<bool, db::Error> {
    let plan = store::waiting_in(db, platform.as_text(), group, record, PlanState::Stopped).await?;
    Ok(plan.is_some())
}

/// Whether somebody may go because an admin said exactly so.
pub async fn is_released(
    db: &mut Reader,
    platform: Platform,
    group: &GroupId,
    record: &RecordId,
) -> Result<Option<PlanId>, db::Error> {
    store::waiting_in(db, platform.as_text(), group, record, PlanState::Released).await
}

/// The removals of a group are held by a new plan; the one before, if any, is over.
pub async fn hold(
    site: &Site,
    platform: Platform,
    group: &GroupId,
    why: Hold,
    plan: &PlanId,
    removes: i64,
) -> Result<(), db::Error> {
    let mut tx = site.write().await?;
    let before = link::find(&mut tx, platform, group).await?.and_then(|link| link.plan_id);
    if let Some(before) = &before {
        store::decide(&mut tx, before, PlanState::Held, PlanState::Ended, None).await?;
    }
    store::decide(&mut tx, plan, PlanState::Making, PlanState::Held, None).await?;
    link::hold(&mut tx, platform, group, why, plan).await?;
    let (vault, actor) = (&site.app.vault, Actor::System);
    let about = (platform.as_text(), group.as_str());
    let details = (why.as_text(), removes);
    events::record_between(&mut tx, vault, Kind::RemovalsHeld, &actor, about, &details).await?;
    tx.commit().await?;
    tracing::warn!(
        host = %site.association.host,
        platform = platform.as_text(),
        group = group.as_str(),
        removes,
        why = why.as_text(),
        "removals are held until an admin decides"
    );
    Ok(())
}

/// Nobody waits any more: what an admin stopped is over, too.
pub async fn nobody_waits(
    tx: &mut Writer,
    platform: Platform,
    group: &GroupId,
) -> Result<(), db::Error> {
    store::forget_stopped(tx, platform.as_text(), group).await
}

/// The hold ended by itself.
pub async fn end(
    tx: &mut Writer,
    platform: Platform,
    group: &GroupId,
    plan: Option<&PlanId>,
) -> Result<(), db::Error> {
    if let Some(plan) = plan {
        store::decide(tx, plan, PlanState::Held, PlanState::Ended, None).await?;
    }
    link::unhold(tx, platform, group).await
}

/// Lets exactly those go who were shown. `typed` is the number as the admin typed it.
pub async fn release(
    site: &Site,
    plan: &PlanId,
    typed: &str,
    actor: &Actor,
) -> Result<Result<(), Refusal>, db::Error> {
    let mut tx = site.write().await?;
    let Some(mut plan) = store::find(&mut tx, plan).await? else {
        return Ok(Err(Refusal::Unknown));
    };
    let (Some(platform), PlanState::Held) = (plan.platform(), plan.state()) else {
        return Ok(Err(Refusal::NotHeld));
    };
    if typed.trim() != plan.removes.to_string() {
        let typed = typed.trim().chars().take(20).collect();
        return Ok(Err(Refusal::OtherNumber { typed, removes: plan.removes }));
    }
    let mut now = 0;
    for state in [State::Leaving, State::Held] {
        now += places::count(&mut tx, platform, &plan.group_id, state).await?;
    }
    if now * 100 > plan.removes * (100 + PERCENT_GROWN) {
        link::ask_decision(&mut tx, platform, &plan.group_id, site.now).await?;
        tx.commit().await?;
        return Ok(Err(Refusal::Grown { then: plan.removes, now }));
    }
    // People were added while it was held: what was shown is what is kept.
    if let Some(link) = link::find(&mut tx, platform, &plan.group_id).await? {
        plan.size_before = plan.size_before.max(link.confirmed);
        store::set_size(&mut tx, &plan.plan_id, plan.size_before).await?;
    }
    let (from, to) = (PlanState::Held, PlanState::Released);
    store::decide(&mut tx, &plan.plan_id, from, to, Some(actor.as_text())).await?;
    store::forget_stopped(&mut tx, platform.as_text(), &plan.group_id).await?;
    link::unhold(&mut tx, platform, &plan.group_id).await?;
    link::first_done(&mut tx, platform, &plan.group_id).await?;
    link::ask_decision(&mut tx, platform, &plan.group_id, site.now).await?;
    record(site, &mut tx, Kind::RemovalsReleased, actor, &plan).await?;
    tx.rouse().await?;
    tx.commit().await?;
    Ok(Ok(()))
}

async fn record(
    site: &Site,
    tx: &mut Writer,
    kind: Kind,
    actor: &Actor,
    plan: &Plan,
) -> Result<(), db::Error> {
    let about = (plan.platform.as_str(), plan.group_id.as_str());
    let details = (plan.size_before, plan.removes);
    events::record_between(tx, &site.app.vault, kind, actor, about, &details).await
}

/// Ends what was released: nobody more is removed by it. Acts at once, because only a few are on their
/// way at any moment.
pub async fn stop(
    site: &Site,
    plan: &PlanId,
    actor: &Actor,
) -> Result<Result<(), Refusal>, db::Error> {
    let mut tx = site.write().await?;
    let Some(plan) = store::find(&mut tx, plan).await? else { return Ok(Err(Refusal::Unknown)) };
    let (Some(platform), PlanState::Released) = (plan.platform(), plan.state()) else {
        return Ok(Err(Refusal::NotHeld));
    };
    let (from, to) = (PlanState::Released, PlanState::Stopped);
    store::decide(&mut tx, &plan.plan_id, from, to, Some(actor.as_text())).await?;
    let (going, leaving) = (State::Going, State::Leaving);
    places::turn(&mut tx, platform, &plan.group_id, going, leaving, STEP).await?;
    link::ask_decision(&mut tx, platform, &plan.group_id, site.now).await?;
    record(site, &mut tx, Kind::RemovalsStopped, actor, &plan).await?;
    tx.rouse().await?;
    tx.commit().await?;
    Ok(Ok(()))
}

/// Keeps everybody of a held plan where they are on the platform, for good.
pub async fn discard(
    site: &Site,
    plan: &PlanId,
    actor: &Actor,
) -> Result<Result<(), Refusal>, db::Error> {
    let mut tx = site.write().await?;
    let Some(plan) = store::find(&mut tx, plan).await? else { return Ok(Err(Refusal::Unknown)) };
    let (Some(platform), PlanState::Held) = (plan.platform(), plan.state()) else {
        return Ok(Err(Refusal::NotHeld));
    };
    let (from, to) = (PlanState::Held, PlanState::Discarded);
    store::decide(&mut tx, &plan.plan_id, from, to, Some(actor.as_text())).await?;
    store::forget_stopped(&mut tx, platform.as_text(), &plan.group_id).await?;
    link::unhold(&mut tx, platform, &plan.group_id).await?;
    link::first_done(&mut tx, platform, &plan.group_id).await?;
    record(site, &mut tx, Kind::RemovalsDiscarded, actor, &plan).await?;
    tx.commit().await?;
    let mut after = String::new();
    loop {
        let step = store::removals(&mut site.read(), &plan.plan_id, &after, STEP).await?;
        let Some(last) = step.last() else { break };
        after = last.record_id.to_string();
        let mut tx = site.write().await?;
        for row in &step {
            store::keep(&mut tx, platform.as_text(), &plan.group_id, &row.record_id).await?;
            queue::mark_one(&mut tx, platform, &row.record_id).await?;
        }
        tx.rouse().await?;
        tx.commit().await?;
    }
    // Now that nobody waits, whatever was doubted may be trusted again.
    let mut tx = site.write().await?;
    link::ask_decision(&mut tx, platform, &plan.group_id, site.now).await?;
    tx.rouse().await?;
    tx.commit().await?;
    Ok(Ok(()))
}

/// Brings back who was removed by a plan; they stay until an admin says otherwise. Answers how many.
pub async fn restore(
    site: &Site,
    plan: &PlanId,
    actor: &Actor,
) -> Result<Result<i64, Refusal>, db::Error> {
    let mut db = site.read();
    let Some(plan) = store::find(&mut db, plan).await? else { return Ok(Err(Refusal::Unknown)) };
    let Some(platform) = plan.platform() else { return Ok(Err(Refusal::Unknown)) };
    if !plan.can_be_restored(site.now) {
        return Ok(Err(Refusal::TooLate));
    }
    let mut tx = site.write().await?;
    // What is left of it would remove them again.
    store::decide(
        &mut tx,
        &plan.plan_id,
        PlanState::Released,
        PlanState::Stopped,
        Some(actor.as_text()),
    )
    .await?;
    record(site, &mut tx, Kind::MembersRestored, actor, &plan).await?;
    tx.commit().await?;
    let (mut after, mut restored) = (String::new(), 0);
    loop {
        let step = store::removals(&mut site.read(), &plan.plan_id, &after, STEP).await?;
        let Some(last) = step.last() else { return Ok(Ok(restored)) };
        after = last.record_id.to_string();
        let mut tx = site.write().await?;
        for row in step.iter().filter(|row| row.removed_at.is_some()) {
            let name = opened(site, &plan.plan_id, row.clone()).name;
            let place = Place {
                group_id: plan.group_id.clone(),
                record_id: row.record_id.clone(),
                remote_id: row.remote_id.clone(),
                name: places::is_stranger(&row.record_id)
                    .then(|| places::seal_name(site, platform, &row.record_id, &name)),
                wanted_at: Some(site.now),
                confirmed_at: None,
                state: State::Pending.as_text().to_owned(),
                reason: None,
                leaves_why: None,
                kept_at: Some(site.now),
                unsure_at: None,
                changed_at: site.now,
            };
            places::put(&mut tx, platform, &[place]).await?;
            queue::mark_one(&mut tx, platform, &row.record_id).await?;
            if let Some(remote_id) = &row.remote_id {
                queue::bind(&mut tx, platform, &row.record_id, remote_id).await?;
            }
            store::restored(&mut tx, &plan.plan_id, &row.record_id).await?;
            restored += 1;
        }
        tx.rouse().await?;
        tx.commit().await?;
    }
}

/// Forgets up to `most` names of plans that nobody can bring back any more; answers how many.
pub async fn forget_old(site: &Site, most: i64) -> Result<usize, db::Error> {
    let oldest = site.now.plus_seconds(-KEPT_SECONDS);
    store::forget_old(site, oldest, most).await
}

/// A removal of a plan was carried out.
pub async fn removed(tx: &mut Writer, plan: &PlanId, record: &RecordId) -> Result<(), db::Error> {
    store::removed(tx, plan, record).await
}

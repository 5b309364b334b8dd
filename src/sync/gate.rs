//! Deciding which removals of a linked group may go. Asked once everything that was marked has been
//! looked at, so that the guard sees the whole of a change and not its first few people.

use super::guard::{self, Doubt, Hold, Question};
use super::integration::Integration;
use super::link::{self, Link};
use super::places::{self, LeavesWhy, Place, State};
use super::platform::Platform;
use super::release::{self, Entry, Why};
use super::{facts, integration, queue, sent};
use crate::associations::Site;
use crate::clock::Timestamp;
use crate::db::{self, Writer};
use crate::id::GroupId;

const PAGE: i64 = 200;
/// A larger change is let come to rest before it is judged.
const QUIET_SECONDS: i64 = 10;
/// So many removals are on their way at once, so that to stop them takes no longer than a moment.
const AT_ONCE: i64 = 10;
const HOUR_SECONDS: i64 = 3600;
const DAY_SECONDS: i64 = 24 * HOUR_SECONDS;
/// Nobody else decides meanwhile; whoever ends before they are done leaves it to others afterwards.
const DECIDES_SECONDS: i64 = 120;
/// What `leaves_why` says of somebody whom an admin released.
const RELEASED: &str = "released";

/// Everybody who waits to be removed, by what lets them go.
#[derive(Default)]
struct Waiting {
    singles: Vec<Place>,
    released: Vec<Place>,
    others: Vec<Place>,
    /// Some of the others are of a plan that an admin stopped.
    is_stopped: bool,
    newest: Option<Timestamp>,
}

impl Waiting {
    fn number(&self) -> i64 {
        let number = self.singles.len() + self.released.len() + self.others.len();
        i64::try_from(number).unwrap_or(i64::MAX)
    }
}

/// Decides what waits in one group, and when to decide again. Of several nodes one does.
pub async fn decide(
    site: &Site,
    integration: &Integration,
    group: &GroupId,
) -> Result<(), db::Error> {
    let Some(platform) = integration.platform() else { return Ok(()) };
    let until = site.now.plus_seconds(DECIDES_SECONDS);
    if !link::take_decision(site, platform, group, until).await? {
        return Ok(());
    }
    let Some(link) = link::find(&mut site.read(), platform, group).await? else { return Ok(()) };
    let again = async |at| again(site, platform, group, until, at).await;
    let mut waiting = waiting(site, platform, group).await?;
    if waiting.number() == 0 {
        rest(site, platform, &link).await?;
        again(None).await?;
        return match integration.doubt {
            Some(_) => trust(site, platform, integration).await,
            None => Ok(()),
        };
    }
    let quiet_at = waiting.newest.map(|newest| newest.plus_seconds(QUIET_SECONDS));
    // A check that is under way may find more.
    let is_checked = link.lease_until.is_some_and(|until| until > site.now);
    let quiet_at = quiet_at.max(is_checked.then(|| site.now.plus_seconds(QUIET_SECONDS)));
    if waiting.number() > guard::SINGLE_AN_HOUR
        && let Some(at) = quiet_at.filter(|at| *at > site.now)
    {
        return again(Some(at)).await;
    }
    let mut db = site.read();
    let hour_ago = site.now.plus_seconds(-HOUR_SECONDS);
    let singles = i64::try_from(waiting.singles.len()).unwrap_or(i64::MAX);
    let lately = sent::single_removals(&mut db, platform, group, hour_ago).await?;
    if singles + lately > guard::SINGLE_AN_HOUR {
        let singles = std::mem::take(&mut waiting.singles);
        let counted = singles.into_iter().map(|place| Place { leaves_why: None, ..place });
        waiting.others.extend(counted);
    }
    let verdict = judge(site, integration, &link, &waiting).await?;
    let mut is_left = false;
    let is_agreed = waiting.others.is_empty();
    let others = match verdict {
        None => std::mem::take(&mut waiting.others),
        Some(_) => Vec::new(),
    };
    for (places, why) in [
        (waiting.singles, None),
        (waiting.released, Some(RELEASED)),
        (others, Some("")), // counted
    ] {
        for place in places {
            let record = &place.record_id;
            let mut tx = site.write().await?;
            if !has_room(&mut tx, platform).await? {
                is_left = true;
                break;
            }
            // An admin may have stopped it meanwhile.
            let is_released = why != Some(RELEASED)
                || release::is_released(&mut tx, platform, group, record).await?.is_some();
            let why = why.map_or(place.leaves_why.as_deref(), Some).filter(|why| !why.is_empty());
            if is_released && places::go(&mut tx, platform, group, record, why).await? {
                queue::send(&mut tx, platform, record).await?;
            }
            tx.commit().await?;
        }
    }
    match verdict {
        None => unheld(site, platform, &link).await?,
        Some(why) => held(site, platform, &link, why, &waiting.others).await?,
    }
    if is_agreed {
        let mut tx = site.write().await?;
        first_done(&mut tx, platform, &link).await?;
        tx.commit().await?;
    }
    again(is_left.then(|| site.now.plus_seconds(QUIET_SECONDS))).await
}

/// Whether one more removal may be on its way on this platform, whatever its group.
async fn has_room(tx: &mut Writer, platform: Platform) -> Result<bool, db::Error> {
    let minute_ago = tx.now().plus_seconds(-60);
    let sent = sent::removals(tx, platform, minute_ago).await?;
    let all = places::under_way(tx).await?.into_iter();
    let going = all.filter(|one| one.platform == platform.as_text()).count();
    Ok(i64::try_from(going).unwrap_or(i64::MAX) < (guard::A_MINUTE - sent).min(AT_ONCE))
}

async fn again(
    site: &Site,
    platform: Platform,
    group: &GroupId,
    until: Timestamp,
    at: Option<Timestamp>,
) -> Result<(), db::Error> {
    let mut tx = site.write().await?;
    link::decided(&mut tx, platform, group, until, at).await?;
    tx.commit().await
}

/// Nobody waits: a hold is over, and a first sync is done once the group was checked.
async fn rest(site: &Site, platform: Platform, link: &Link) -> Result<(), db::Error> {
    let mut tx = site.write().await?;
    if link.held_at.is_some() {
        release::end(&mut tx, platform, &link.group_id, link.plan_id.as_ref()).await?;
    }
    release::nobody_waits(&mut tx, platform, &link.group_id).await?;
    first_done(&mut tx, platform, link).await?;
    tx.commit().await
}

/// The group was checked, and whoever waits is somebody whom an admin saw: the first sync is no first one
/// any more, so that strangers who come later go as they do in any group.
async fn first_done(tx: &mut Writer, platform: Platform, link: &Link) -> Result<(), db::Error> {
    if link.checked_at.is_some() || platform == Platform::HigherLogic {
        link::first_done(tx, platform, &link.group_id).await?;
    }
    Ok(())
}

/// Once every group was checked since the doubt came up, and nothing is held or to be decided, it is gone.
async fn trust(
    site: &Site,
    platform: Platform,
    integration: &Integration,
) -> Result<(), db::Error> {
    let mut tx = site.write().await?;
    let links = link::list(&mut tx, platform).await?;
    let since = integration.recognised_at.unwrap_or(site.now);
    let is_sound = links.iter().filter(|link| link.is_linked()).all(|link| {
        link.held_at.is_none()
            && link.decide_at.is_none()
            && link.checked_at.is_some_and(|checked| checked >= since)
    });
    if is_sound {
        integration::trust(&mut tx, platform).await?;
    }
    tx.commit().await
}

async fn waiting(site: &Site, platform: Platform, group: &GroupId) -> Result<Waiting, db::Error> {
    let mut db = site.read();
    let has_released = release::has_released(&mut db, platform, group).await?;
    let has_stopped = release::has_stopped(&mut db, platform, group).await?;
    let mut waiting = Waiting::default();
    for state in [State::Leaving, State::Held] {
        let mut after = String::new();
        loop {
            let page = places::in_state(&mut db, platform, group, state, &after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = last.record_id.to_string();
            for place in page {
                let record = &place.record_id;
                let is_released = has_released
                    && release::is_released(&mut db, platform, group, record).await?.is_some();
                if state == State::Leaving && !is_released {
                    waiting.newest = waiting.newest.max(Some(place.changed_at));
                }
                let single = [LeavesWhy::Asked, LeavesWhy::Deactivated].map(LeavesWhy::as_text);
                if is_released {
                    waiting.released.push(place);
                } else if has_stopped
                    && release::is_stopped(&mut db, platform, group, record).await?
                {
                    waiting.is_stopped = true;
                    waiting.others.push(place);
                } else if place.leaves_why.as_deref().is_some_and(|why| single.contains(&why)) {
                    waiting.singles.push(place);
                } else {
                    waiting.others.push(place);
                }
            }
        }
    }
    Ok(waiting)
}

async fn judge(
    site: &Site,
    integration: &Integration,
    link: &Link,
    waiting: &Waiting,
) -> Result<Option<Hold>, db::Error> {
    let Some(platform) = integration.platform() else { return Ok(None) };
    let mut db = site.read();
    let day_ago = site.now.plus_seconds(-DAY_SECONDS);
    // What was decided and is not carried out yet counts as if it were.
    let mut counted = places::under_way(&mut db).await?;
    counted.retain(|one| one.leaves_why.is_none());
    let everywhere = i64::try_from(counted.len()).unwrap_or(i64::MAX);
    counted.retain(|one| one.platform == link.platform && one.group_id == link.group_id);
    let here = i64::try_from(counted.len()).unwrap_or(i64::MAX);
    let removed = sent::counted_removals(&mut db, platform, &link.group_id, day_ago).await?;
    Ok(guard::judge(&Question {
        size: link.confirmed + removed,
        is_emptied: !places::is_wanted(&mut db, platform, &link.group_id).await?,
        waiting: i64::try_from(waiting.others.len()).unwrap_or(i64::MAX),
        removed_today: removed + here,
        is_first: link.first_done_at.is_none(),
        is_stopped: waiting.is_stopped,
        doubt: integration.doubt.as_deref().and_then(Doubt::of_text),
        // Groups have no conditions yet.
        seconds_since_conditions_changed: None,
        removed_today_everywhere: sent::counted_everywhere(&mut db, day_ago).await? + everywhere,
        associations_held: release::associations_held(&site.app.db).await?,
    }))
}

/// Holds them, by a plan that names each; the plan before is over when it named others.
async fn held(
    site: &Site,
    platform: Platform,
    link: &Link,
    why: Hold,
    others: &[Place],
) -> Result<(), db::Error> {
    let group = &link.group_id;
    let mut db = site.read();
    let before = match &link.plan_id {
        Some(plan) => release::find(&mut db, plan).await?,
        None => None,
    };
    let removes = i64::try_from(others.len()).unwrap_or(i64::MAX);
    let is_new = others.iter().any(|place| place.state() == State::Leaving);
    let is_same = before.is_some_and(|plan| {
        plan.state() == release::PlanState::Held
            && plan.removes == removes
            && plan.cause == why.as_text()
    });
    if !is_same || is_new {
        let mut entries = Vec::with_capacity(others.len());
        for place in others {
            entries.push(entry(site, platform, place).await?);
        }
        let adds = places::count(&mut db, platform, group, State::Pending).await?;
        let numbers = (adds, 0, link.confirmed);
        let cause = why.as_text();
        let plan = release::make(site, platform, group, cause, numbers, &entries).await?;
        release::hold(site, platform, group, why, &plan, removes).await?;
    }
    let leaving: Vec<_> = others.iter().filter(|it| it.state() == State::Leaving).collect();
    for step in leaving.chunks(PAGE as usize) {
        let mut tx = site.write().await?;
        for place in step {
            places::hold(&mut tx, platform, group, &place.record_id).await?;
        }
        tx.commit().await?;
    }
    Ok(())
}

async fn entry(site: &Site, platform: Platform, place: &Place) -> Result<Entry, db::Error> {
    let record = place.record_id.clone();
    let (name, why) = if place.is_stranger() {
        (places::open_name(site, platform, place), Why::Stranger)
    } else {
        let facts = facts::of(&mut site.read(), platform, &record).await?;
        let why = if place.reason.is_some() { Why::NotEligible } else { Why::LeftGroup };
        (facts.map(|facts| facts.name()), why)
    };
    Ok(Entry {
        record_id: record,
        remote_id: place.remote_id.clone(),
        name: name.unwrap_or_default(),
        why,
    })
}

/// What was held may go after all.
async fn unheld(site: &Site, platform: Platform, link: &Link) -> Result<(), db::Error> {
    if link.held_at.is_none() {
        return Ok(());
    }
    let mut tx = site.write().await?;
    release::end(&mut tx, platform, &link.group_id, link.plan_id.as_ref()).await?;
    tx.commit().await
}

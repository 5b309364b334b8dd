//! How a linked group stands on a platform, and a record in it, as pages say it: derived from what is
//! confirmed, what is left to do, and whether the connection may be used at all.

pub mod desk;
pub mod members;
pub mod pages;
mod store;
pub mod views;
pub mod words;

use std::collections::HashMap;

use super::eligibility::{self, Reason};
use super::integration::{self, Integration};
use super::link::{self, Link};
use super::places::{self, State};
use super::platform::Platform;
use super::release::{self, Plan};
use super::switch::{self, Leave};
use super::{facts, runs};
use crate::associations::Site;
use crate::clock::Timestamp;
use crate::db::{self, Reader, rows};
use crate::events::{self, Subscriber};
use crate::id::{GroupId, PlanId, RecordId};

/// Higher Logic checks what it gets; what is not there yet in the first hour is no failure (R69).
const PATIENCE_SECONDS: i64 = 3600;

rows! {
    /// A record in a linked group, with what is known of it on that platform.
    #[derive(Debug, Clone)]
    pub struct Seen {
        pub platform: String,
        pub state: Option<String>,
        pub reason: Option<String>,
        pub changed_at: Option<Timestamp>,
        pub kept_at: Option<Timestamp>,
        pub sent_at: Option<Timestamp>,
        pub send_at: Option<Timestamp>,
        pub lease_until: Option<Timestamp>,
        pub failure: Option<String>,
        pub given_up_at: Option<Timestamp>,
    }
}

/// A platform that is connected, and whether anything may be sent to it just now.
pub struct Connection {
    pub platform: Platform,
    pub integration: Integration,
    pub rest: Option<Rest>,
}

/// Why nothing is sent to a platform, whatever waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rest {
    /// R72.
    Staging,
    Copied,
    Untested,
    /// The platform's own words.
    Stopped(String),
    Paused,
}

/// How a group stands on one platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    NotLinked,
    Resting(Rest),
    /// The link does not work: the platform's words, or ours.
    Broken(String),
    Held(Plan),
    /// A check ended early, and begins anew.
    CheckFailed {
        words: String,
        next: Timestamp,
    },
    Failed {
        number: i64,
        next: Option<Timestamp>,
    },
    /// Done, and of how many.
    Syncing {
        done: i64,
        of: i64,
    },
    /// The platform does not answer, or asked to wait.
    Waiting(Timestamp),
    /// Higher Logic's first hour.
    FirstSync,
    NotApplicable {
        companies_only: bool,
    },
    UpToDate {
        na: i64,
    },
}

impl Standing {
    pub fn needs_attention(&self) -> bool {
        matches!(
            self,
            Self::Broken(_)
                | Self::Held(_)
                | Self::CheckFailed { .. }
                | Self::Failed { .. }
                | Self::Resting(Rest::Stopped(_))
        )
    }

    pub fn is_moving(&self) -> bool {
        matches!(self, Self::Syncing { .. } | Self::Waiting(_) | Self::FirstSync)
    }

    /// Nothing is sent, whatever there is to do, until somebody does something about it.
    fn is_resting(&self) -> bool {
        matches!(self, Self::NotLinked | Self::Resting(_) | Self::Broken(_))
    }

    fn is_tried_again(&self) -> bool {
        matches!(self, Self::CheckFailed { .. } | Self::Failed { next: Some(_), .. })
    }
}

/// How a record stands in one linked group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Member {
    /// When it was sent, if it was.
    UpToDate(Option<Timestamp>),
    Syncing,
    Pending,
    Waiting(Timestamp),
    Resting(Rest),
    NotApplicable(Option<Reason>),
    Failed {
        words: String,
        next: Option<Timestamp>,
    },
    /// To be removed: not decided yet, or on its way.
    Leaving,
    Held,
    Manager,
    /// There because an admin keeps it there.
    Kept,
}

/// How many places of a group are in each state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts([i64; State::ALL.len()]);

impl Counts {
    pub fn of(&self, state: State) -> i64 {
        let at = State::ALL.iter().position(|known| *known == state);
        at.map_or(0, |at| self.0[at])
    }

    pub fn add(&mut self, state: State, number: i64) {
        if let Some(at) = State::ALL.iter().position(|known| *known == state) {
            self.0[at] += number;
        }
    }

    /// Those who should be there.
    pub fn wanted(&self) -> i64 {
        [State::UpToDate, State::Pending, State::Failed].map(|state| self.of(state)).iter().sum()
    }

    /// Those of whom something is still to be decided or sent.
    fn left(&self) -> i64 {
        [State::Pending, State::Leaving, State::Going].map(|state| self.of(state)).iter().sum()
    }
}

/// Everything that the status of groups is made of.
pub struct Overview {
    pub connections: Vec<Connection>,
    links: HashMap<(Platform, GroupId), Link>,
    counts: HashMap<(Platform, GroupId), Counts>,
    plans: HashMap<PlanId, Plan>,
}

/// Platforms that are connected, in the order of the pages.
pub async fn connections(site: &Site) -> Result<Vec<Connection>, db::Error> {
    let leave = switch::leave(site).await?;
    let known = integration::list(&mut site.read()).await?;
    let mut all: Vec<Connection> = known
        .into_iter()
        .filter(|integration| integration.is_connected != 0)
        .filter_map(|integration| {
            let platform = integration.platform()?;
            let rest = rest(&integration, leave);
            Some(Connection { platform, integration, rest })
        })
        .collect();
    all.sort_by_key(|connection| connection.platform);
    Ok(all)
}

fn rest(integration: &Integration, leave: Leave) -> Option<Rest> {
    match (leave, integration.state()) {
        (Leave::Staging, _) => Some(Rest::Staging),
        (Leave::Copied, _) => Some(Rest::Copied),
        (Leave::Runs, integration::State::Stopped) => {
            Some(Rest::Stopped(integration.stopped_answer.clone().unwrap_or_default()))
        }
        (Leave::Runs, integration::State::Paused) => Some(Rest::Paused),
        (Leave::Runs, integration::State::Untested) => Some(Rest::Untested),
        (Leave::Runs, integration::State::Running | integration::State::Disconnected) => None,
    }
}

impl Overview {
    /// Of all groups.
    pub async fn of_all(site: &Site) -> Result<Self, db::Error> {
        let connections = connections(site).await?;
        let mut db = site.read();
        let mut links = HashMap::new();
        for connection in &connections {
            let found = link::list(&mut db, connection.platform).await?;
            links.extend(linked(found, connection.platform));
        }
        let mut counts: HashMap<(Platform, GroupId), Counts> = HashMap::new();
        for count in places::counts(&mut db).await? {
            let Some(platform) = Platform::of_text(&count.platform) else { continue };
            let of_group = counts.entry((platform, count.group_id)).or_default();
            of_group.add(State::of_text(&count.state), count.number);
        }
        let plans = release::held(&mut db).await?;
        let plans = plans.into_iter().map(|plan| (plan.plan_id.clone(), plan)).collect();
        Ok(Self { connections, links, counts, plans })
    }

    pub async fn of_group(site: &Site, group: &GroupId) -> Result<Self, db::Error> {
        let connections = connections(site).await?;
        let mut db = site.read();
        let found = link::of_group(&mut db, group).await?;
        let (mut links, mut counts, mut plans) = (HashMap::new(), HashMap::new(), HashMap::new());
        for link in found {
            let Some(platform) = link.platform().filter(|_| link.is_linked()) else { continue };
            let of_group: &mut Counts = counts.entry((platform, group.clone())).or_default();
            for (state, number) in places::counts_of(&mut db, platform, group).await? {
                of_group.add(state, number);
            }
            if let Some(plan) = &link.plan_id
                && let Some(plan) = release::find(&mut db, plan).await?
            {
                plans.insert(plan.plan_id.clone(), plan);
            }
            links.insert((platform, group.clone()), link);
        }
        Ok(Self { connections, links, counts, plans })
    }

    pub fn connection(&self, platform: Platform) -> Option<&Connection> {
        self.connections.iter().find(|connection| connection.platform == platform)
    }

    /// Those that a group is linked to.
    pub fn connections_of(&self, group: &GroupId) -> impl Iterator<Item = &Connection> {
        let is_linked = |it: &&Connection| self.link(it.platform, group).is_some();
        self.connections.iter().filter(is_linked)
    }

    /// All that is linked, in no order.
    pub fn linked(&self) -> impl Iterator<Item = (Platform, &GroupId)> {
        self.links.keys().map(|(platform, group)| (*platform, group))
    }

    /// As it is linked now.
    pub fn link(&self, platform: Platform, group: &GroupId) -> Option<&Link> {
        self.links.get(&(platform, group.clone()))
    }

    pub fn counts(&self, platform: Platform, group: &GroupId) -> Counts {
        self.counts.get(&(platform, group.clone())).copied().unwrap_or_default()
    }

    /// Whether what a page says of a group will change by itself, so that it looks again: also of one
    /// that is held or failed, as long as others are sent (R76).
    pub async fn is_live(
        &self,
        site: &Site,
        connection: &Connection,
        group: &GroupId,
        (standing, is_behind): (&Standing, bool),
    ) -> Result<bool, db::Error> {
        let (platform, counts) = (connection.platform, self.counts(connection.platform, group));
        if standing.is_resting() {
            return Ok(false);
        }
        if is_behind || counts.left() > 0 || standing.is_moving() || standing.is_tried_again() {
            return Ok(true);
        }
        let may_be_tried = matches!(standing, Standing::Held(_)) && counts.of(State::Failed) > 0;
        Ok(may_be_tried
            && store::next_try(&mut site.read(), platform.as_text(), group).await?.is_some())
    }

    /// Something changed that nobody has looked at yet; it may be about any group.
    pub async fn is_behind(&self, site: &Site) -> Result<bool, db::Error> {
        let mut db = site.read();
        if !events::hints(&mut db, Subscriber::Sync, 1).await?.is_empty() {
            return Ok(true);
        }
        for connection in self.connections.iter().filter(|it| it.rest.is_none()) {
            if store::is_behind(&mut db, connection.platform.as_text()).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    pub async fn standing(
        &self,
        site: &Site,
        connection: &Connection,
        group: &GroupId,
    ) -> Result<Standing, db::Error> {
        let platform = connection.platform;
        let Some(link) = self.link(platform, group) else { return Ok(Standing::NotLinked) };
        let plan = link.plan_id.as_ref().and_then(|plan| self.plans.get(plan));
        let standing = standing(connection, link, self.counts(platform, group), plan, site.now);
        let mut db = site.read();
        Ok(match standing {
            Standing::Failed { number, .. } => {
                let next = store::next_try(&mut db, platform.as_text(), group).await?;
                Standing::Failed { number, next }
            }
            Standing::NotApplicable { .. } => {
                let people = store::people_out(&mut db, platform.as_text(), group).await?;
                Standing::NotApplicable { companies_only: people == 0 }
            }
            Standing::CheckFailed { next, .. } => {
                let runs = runs::of_group(&mut db, group, 20).await?;
                let last = runs.into_iter().find(|run| run.platform == platform.as_text());
                let words = last.and_then(|run| run.outcome).unwrap_or_default();
                Standing::CheckFailed { words, next }
            }
            other => other,
        })
    }
}

fn linked(
    links: Vec<Link>,
    platform: Platform,
) -> impl Iterator<Item = ((Platform, GroupId), Link)> {
    let linked = links.into_iter().filter(Link::is_linked);
    linked.map(move |link| ((platform, link.group_id.clone()), link))
}

/// Pure; what is said of a failure or of N/A in more words is looked up by whoever asks.
fn standing(
    connection: &Connection,
    link: &Link,
    counts: Counts,
    plan: Option<&Plan>,
    now: Timestamp,
) -> Standing {
    if let Some(rest) = &connection.rest {
        return Standing::Resting(rest.clone());
    }
    if link.failed_at.is_some() {
        return Standing::Broken(link.failure.clone().unwrap_or_default());
    }
    if let Some(plan) = plan {
        // People are still added while it is held.
        let size_before = plan.size_before.max(link.confirmed);
        return Standing::Held(Plan { size_before, ..plan.clone() });
    }
    let waits = connection.integration.waits_until(now);
    let is_first = is_patient(connection.platform, link, now);
    let failed = counts.of(State::Failed);
    if failed > 0 && !is_first {
        return Standing::Failed { number: failed, next: None };
    }
    let is_checked_later = link.check_at.is_some_and(|at| at > now);
    if let (Some(next), true) = (link.check_at, is_checked_later && link.checked_at.is_none()) {
        return match waits {
            Some(until) => Standing::Waiting(until),
            None => Standing::CheckFailed { words: String::new(), next },
        };
    }
    if link.is_being_checked(now) || counts.left() > 0 || failed > 0 {
        if let Some(until) = waits {
            return Standing::Waiting(until);
        }
        if is_first {
            return Standing::FirstSync;
        }
        return Standing::Syncing { done: counts.of(State::UpToDate), of: counts.wanted() };
    }
    match (counts.wanted(), counts.of(State::NotApplicable)) {
        (0, na) if na > 0 => Standing::NotApplicable { companies_only: false },
        (_, na) => Standing::UpToDate { na },
    }
}

/// R69: "it can take an hour or more", so nothing is called a failure before that.
fn is_patient(platform: Platform, link: &Link, now: Timestamp) -> bool {
    platform == Platform::HigherLogic && now.seconds_since(link.linked_at) < PATIENCE_SECONDS
}

/// A record in a group that is linked to this platform.
pub async fn member(
    site: &Site,
    connection: &Connection,
    link: &Link,
    record: &RecordId,
    seen: Option<&Seen>,
) -> Result<Member, db::Error> {
    let rest = || connection.rest.clone().map(Member::Resting);
    let Some((seen, state)) = seen.and_then(|seen| Some((seen, seen.state.as_deref()?))) else {
        // Nobody has looked at it yet.
        let facts = facts::of(&mut site.read(), connection.platform, record).await?;
        let out = facts.and_then(|facts| eligibility::check(connection.platform, &facts).err());
        return Ok(match (out, rest()) {
            (Some(reason), _) => Member::NotApplicable(Some(reason)),
            (None, Some(resting)) => resting,
            (None, None) => Member::Pending,
        });
    };
    let now = site.now;
    let waits = connection.integration.waits_until(now);
    Ok(match State::of_text(state) {
        State::UpToDate if seen.kept_at.is_some() && seen.reason.is_some() => Member::Kept,
        State::UpToDate => Member::UpToDate(seen.sent_at.or(seen.changed_at)),
        State::NotApplicable => {
            Member::NotApplicable(seen.reason.as_deref().and_then(Reason::of_text))
        }
        State::Failed
            if !is_patient(connection.platform, link, now) || seen.given_up_at.is_some() =>
        {
            let next = seen.send_at.filter(|_| seen.given_up_at.is_none());
            Member::Failed { words: seen.failure.clone().unwrap_or_default(), next }
        }
        State::Pending | State::Failed => match (rest(), waits) {
            (Some(resting), _) => resting,
            (None, Some(until)) => Member::Waiting(until),
            (None, None) if seen.lease_until.is_some_and(|until| until > now) => Member::Syncing,
            (None, None) => Member::Pending,
        },
        State::Leaving | State::Going => Member::Leaving,
        State::Held => Member::Held,
        State::Manager => Member::Manager,
    })
}

/// What is known of a record in a group, on each platform.
pub async fn seen(
    db: &mut Reader,
    group: &GroupId,
    record: &RecordId,
) -> Result<Vec<Seen>, db::Error> {
    store::seen(db, group, record).await
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_000_000;

    fn integration(platform: Platform) -> Integration {
        Integration {
            platform: platform.as_text().to_owned(),
            base_url: "https://api.example".to_owned(),
            profile: None,
            tenant_code: None,
            credentials: 1,
            is_connected: 1,
            saved_at: at(-9000),
            saved_by: "system".to_owned(),
            tested_at: None,
            test_answer: None,
            proved_at: Some(at(-9000)),
            recognised_at: None,
            doubt: None,
            bio_since: None,
            image_since: None,
            social_since: None,
            go_ahead_at: None,
            email_left_since: None,
            paused_at: None,
            paused_by: None,
            failures: 0,
            open_until: None,
            stopped_at: None,
            stopped_answer: None,
            not_before: None,
            last_success_at: None,
            next_check_at: None,
        }
    }

    fn linked(platform: Platform, linked_at: Timestamp) -> Link {
        Link {
            platform: platform.as_text().to_owned(),
            group_id: GroupId::presented("g"),
            group_name: "Board".to_owned(),
            remote_group_id: "4711".to_owned(),
            remote_name: "Board".to_owned(),
            group_type: None,
            linked_at,
            linked_by: "system".to_owned(),
            unlinked_at: None,
            confirmed: 0,
            check_at: None,
            check_cause: None,
            checked_at: Some(linked_at),
            first_done_at: None,
            lease_until: None,
            held_at: None,
            held_reason: None,
            plan_id: None,
            failed_at: None,
            failure: None,
            decide_at: None,
        }
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_unix_seconds(NOW + seconds)
    }

    fn counts(all: &[(State, i64)]) -> Counts {
        let mut counts = Counts::default();
        for (state, number) in all {
            counts.add(*state, *number);
        }
        counts
    }

    fn of(platform: Platform, link: &Link, all: &[(State, i64)], rest: Option<Rest>) -> Standing {
        let integration = integration(platform);
        let connection = Connection { platform, integration, rest };
        standing(&connection, link, counts(all), None, at(0))
    }

    /// R76, R78, R79, R80, R83.
    #[test]
    fn a_group_is_up_to_date_only_when_nothing_is_left() {
        use Platform::Mobilize;
        let linked = linked(Mobilize, at(-7200));
        let up = (State::UpToDate, 45);
        for (left, standing) in [
            (vec![up], Standing::UpToDate { na: 0 }),
            (vec![up, (State::NotApplicable, 3)], Standing::UpToDate { na: 3 }),
            (vec![up, (State::Pending, 1)], Standing::Syncing { done: 45, of: 46 }),
            (vec![up, (State::Going, 1)], Standing::Syncing { done: 45, of: 45 }),
            (vec![up, (State::Failed, 2)], Standing::Failed { number: 2, next: None }),
            (vec![(State::NotApplicable, 2)], Standing::NotApplicable { companies_only: false }),
            (vec![], Standing::UpToDate { na: 0 }),
        ] {
            assert_eq!(of(Mobilize, &linked, &left, None), standing, "{left:?}");
        }
        let resting = of(Mobilize, &linked, &[up], Some(Rest::Staging));
        assert_eq!(resting, Standing::Resting(Rest::Staging));
        let gone = Link { failed_at: Some(at(-5)), failure: Some("gone".into()), ..linked };
        assert_eq!(of(Mobilize, &gone, &[up], None), Standing::Broken("gone".into()));
    }

    /// R69.
    #[test]
    fn the_first_hour_at_higher_logic_is_no_failure() {
        use Platform::HigherLogic;
        let fresh = linked(HigherLogic, at(-600));
        let old = linked(HigherLogic, at(-3601));
        let left = [(State::Failed, 1), (State::Pending, 2)];

        assert_eq!(of(HigherLogic, &fresh, &left, None), Standing::FirstSync);
        let failed = Standing::Failed { number: 1, next: None };
        assert_eq!(of(HigherLogic, &old, &left, None), failed);
        let sent = [(State::UpToDate, 3)];
        assert_eq!(of(HigherLogic, &fresh, &sent, None), Standing::UpToDate { na: 0 });
    }
}

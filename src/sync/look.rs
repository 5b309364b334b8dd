//! Looking at a record: what it should have on a platform, against what the platform confirmed. Answers
//! the status of each of its places, and what is left to be sent. Nothing is sent here.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::contact;
use super::eligibility::{self, Reason};
use super::facts::{self, EmailRule, Facts};
use super::integration::Integration;
use super::link::{self, Cause};
use super::places::{self, Place, State};
use super::plan;
use super::platform::{Failure, Fields, Platform};
use super::queue::{self, Marked};
use crate::associations::Site;
use crate::clock::Timestamp;
use crate::db::{self, Reader, Writer};
use crate::id::{GroupId, RecordId};

/// Records in one transaction, so that sign-ins pass in between.
pub const STEP: usize = 200;
/// Additions in one step from which on it is worth asking whether there are many.
const SOME: usize = 25;
/// Pending in one group: from here on a bulk is worth its listing.
const MANY: i64 = 500;

/// What goes out about a record: its fields, or its whole contact with all groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Version {
    Fields(Fields),
    Contact(Box<contact::Contact>),
}

impl Version {
    /// As it is hashed, sealed and kept.
    pub fn json(&self) -> Vec<u8> {
        let json = match self {
            Self::Fields(fields) => serde_json::to_vec(fields),
            Self::Contact(contact) => serde_json::to_vec(contact),
        };
        json.expect("what is sent is text")
    }
}

/// What became of the last attempt to send a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attempt {
    /// There was none, or it went well.
    None,
    /// It failed, and nothing was carried out.
    Failed,
    /// It failed, and may have been carried out.
    Unsure,
    /// Somebody is at it, or was when their process ended.
    UnderWay,
}

impl Attempt {
    pub fn of(failure: &Failure) -> Self {
        if failure.outcome_is_unknown() { Self::Unsure } else { Self::Failed }
    }

    fn or_under_way(self, one: &Marked) -> Self {
        if self == Self::None && one.lease_until.is_some() { Self::UnderWay } else { self }
    }
}

/// What is known when a record is looked at.
pub struct Situation<'a> {
    pub platform: Platform,
    pub now: Timestamp,
    pub attempt: Attempt,
    /// None: the record is gone.
    pub facts: Option<&'a Facts>,
    /// The linked groups that it is in.
    pub groups: &'a [GroupId],
    pub places: &'a [Place],
}

/// What should be, and what is left to do.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outcome {
    /// The places as they are from now on; only those that changed are written.
    pub places: Vec<Place>,
    pub gone: Vec<GroupId>,
    /// Groups to be added to, and to be taken out of.
    pub adds: Vec<GroupId>,
    pub removes: Vec<GroupId>,
    /// Groups with somebody who is to leave and about whom nothing was decided yet.
    pub undecided: Vec<GroupId>,
    /// Where it is or will be once this is done: what a contact's complete list of groups says.
    pub stays: BTreeSet<GroupId>,
    /// Where it should be, and where it is as far as anything may be done about it.
    wanted: BTreeSet<GroupId>,
    there: BTreeSet<GroupId>,
}

impl Outcome {
    /// Whether there is anything to do on the platform, given whether it has this version of the fields.
    pub fn is_settled(&self, is_current: bool) -> bool {
        plan::record(&self.wanted, &self.there, !is_current).is_empty()
    }
}

/// What each place of the record is to be. The status of those that are wanted is settled by [`finish`],
/// once it is known whether the platform has this version.
pub fn decide(situation: &Situation<'_>) -> Outcome {
    let Situation { platform, now, attempt, facts, groups, places } = *situation;
    let eligible = facts.map(|facts| eligibility::check(platform, facts));
    let mut outcome = Outcome::default();
    let known = places.iter().map(|place| &place.group_id);
    let all: BTreeSet<&GroupId> = groups.iter().chain(known).collect();
    for group in all {
        let before = places.iter().find(|place| place.group_id == *group);
        let is_in = groups.contains(group);
        let is_kept = before.is_some_and(|place| place.kept_at.is_some());
        let is_there = before.is_some_and(|place| place.confirmed_at.is_some());
        let mut place = before.cloned().unwrap_or_else(|| fresh(group, situation));
        let may_have_arrived = matches!(attempt, Attempt::Unsure | Attempt::UnderWay);
        if may_have_arrived && !is_there && place.wanted_at.is_some() && before.is_some() {
            place.unsure_at = place.unsure_at.or(Some(now));
        }
        let reason: Option<Reason> = match eligible {
            Some(Err(reason)) => Some(reason),
            _ => None,
        };
        let is_wanted = is_kept || (is_in && eligible == Some(Ok(())));
        place.reason = reason.filter(|_| is_in).map(|reason| reason.as_text().to_owned());
        if is_wanted {
            place.wanted_at = place.wanted_at.or(Some(now));
            place.leaves_why = None;
            outcome.wanted.insert(group.clone());
            if is_there {
                outcome.there.insert(group.clone());
            }
            place.state = State::Pending.as_text().to_owned();
            outcome.stays.insert(group.clone());
            outcome.places.push(place);
            continue;
        }
        place.wanted_at = None;
        // H:106: what Higher Logic knows of somebody who was deactivated stays as it is (R70, DEC6).
        let is_left = reason.is_some() && !eligibility::leaves_when_ineligible(platform);
        // Whoever may be there goes as surely as whoever is (SEC-Y8).
        let is_there = place.may_be_there();
        let state = match (is_there, is_in) {
            (true, _) if is_left => State::NotApplicable,
            (true, _) => match State::of_text(&place.state) {
                decided @ (State::Going | State::Held | State::Manager) => decided,
                _ => State::Leaving,
            },
            (false, true) => State::NotApplicable,
            (false, false) => {
                outcome.gone.push(group.clone());
                continue;
            }
        };
        place.state = state.as_text().to_owned();
        match state {
            State::Going => {
                outcome.there.insert(group.clone());
            }
            State::Leaving | State::Held => outcome.undecided.push(group.clone()),
            _ => {}
        }
        if is_there && state != State::Going {
            outcome.stays.insert(group.clone());
        }
        outcome.places.push(place);
    }
    let difference = plan::record(&outcome.wanted, &outcome.there, false);
    (outcome.adds, outcome.removes) = (difference.adds, difference.removes);
    outcome
}

fn fresh(group: &GroupId, situation: &Situation<'_>) -> Place {
    let record = situation.facts.map(|facts| facts.record.clone());
    Place {
        group_id: group.clone(),
        record_id: record.unwrap_or_else(|| RecordId::presented("gone")),
        remote_id: None,
        name: None,
        wanted_at: None,
        confirmed_at: None,
        state: State::Pending.as_text().to_owned(),
        reason: None,
        leaves_why: None,
        kept_at: None,
        unsure_at: None,
        changed_at: situation.now,
    }
}

/// The status of the places that are wanted: up to date only where the platform confirmed that the record
/// is there, in this version.
pub fn finish(outcome: &mut Outcome, is_current: bool, attempt: Attempt) {
    for place in outcome.places.iter_mut().filter(|place| place.wanted_at.is_some()) {
        let has_failed = matches!(attempt, Attempt::Failed | Attempt::Unsure);
        let state = match (place.confirmed_at.is_some() && is_current, has_failed) {
            (true, _) => State::UpToDate,
            (false, true) => State::Failed,
            (false, false) => State::Pending,
        };
        place.state = state.as_text().to_owned();
    }
}

/// A record as it should be on a platform now, read from the database.
pub struct View {
    pub facts: Option<Facts>,
    pub outcome: Outcome,
    /// None: nothing would be sent about it.
    pub version: Option<Version>,
    pub hash: Option<String>,
    /// The platform has this version of it.
    pub is_current: bool,
    before: Vec<Place>,
}

/// Looks at one record, without changing anything.
pub async fn view(
    db: &mut Reader,
    site: &Site,
    integration: &Integration,
    record: &RecordId,
    (sent, sent_hash): (Option<&str>, Option<&str>),
    attempt: Attempt,
) -> Result<View, db::Error> {
    let one = Marked {
        record_id: record.clone(),
        sent: sent.map(str::to_owned),
        sent_hash: sent_hash.map(str::to_owned),
        lease_until: None,
    };
    let mut views = views(db, site, integration, &[one], attempt).await?;
    Ok(views.pop().expect("there is a view of each record"))
}

/// Looks at records, without changing anything; answers a view of each, in their order.
pub async fn views(
    db: &mut Reader,
    site: &Site,
    integration: &Integration,
    records: &[Marked],
    attempt: Attempt,
) -> Result<Vec<View>, db::Error> {
    let platform = integration.platform().unwrap_or(Platform::Mobilize);
    let now = db.now();
    let all: Vec<&RecordId> = records.iter().map(|one| &one.record_id).collect();
    let ours: Vec<&RecordId> =
        all.iter().copied().filter(|record| !places::is_stranger(record)).collect();
    let mut facts = facts::of_all(db, platform, &ours).await?;
    let groups = places::groups_of(db, platform, &all).await?;
    let mut before = places::of_records(db, platform, &all).await?;
    let mut views = Vec::with_capacity(records.len());
    for one in records {
        let record = &one.record_id;
        let before = before.remove(record).unwrap_or_default();
        let groups = groups.get(record).map(Vec::as_slice).unwrap_or_default();
        let facts = facts.remove(record);
        let situation = Situation {
            platform,
            now,
            attempt: attempt.or_under_way(one),
            facts: facts.as_ref(),
            groups,
            places: &before,
        };
        let mut outcome = decide(&situation);
        for place in &mut outcome.places {
            place.record_id = record.clone();
        }
        views.push(View { facts, outcome, version: None, hash: None, is_current: true, before });
    }
    let mut left: HashMap<RecordId, Vec<GroupId>> = HashMap::new();
    let mut told = BTreeMap::new();
    if platform == Platform::HigherLogic {
        for (record, group) in contact::left(db, &all).await? {
            left.entry(record).or_default().push(group);
        }
        let stays = views.iter().flat_map(|view| &view.outcome.stays);
        told = contact::groups(db, &stays.chain(left.values().flatten()).collect()).await?;
    }
    for (view, one) in views.iter_mut().zip(records) {
        let record = &one.record_id;
        view.version = view.facts.as_ref().map(|facts| match platform {
            Platform::Mobilize | Platform::Forj => {
                let sent = queue::sent_fields(site, platform, record, one.sent.as_deref());
                let rule = match integration.email_left_since {
                    Some(_) => EmailRule::LeaveAsItIs,
                    None => EmailRule::KeepInStep,
                };
                Version::Fields(facts.fields(platform, sent.as_ref(), rule))
            }
            Platform::HigherLogic => {
                let left = left.get(record).into_iter().flatten();
                let stays: BTreeSet<&GroupId> = view.outcome.stays.iter().chain(left).collect();
                let told = stays.into_iter().filter_map(|group| told.get(group).cloned()).collect();
                Version::Contact(Box::new(contact::Contact::of(facts, integration, told)))
            }
        });
        let hash = |version: &Version| queue::hash(site, record, &version.json());
        view.hash = view.version.as_ref().map(hash);
        // Of whoever is no record of ours nothing is sent but where they are.
        view.settle(view.hash.is_none() || view.hash == one.sent_hash, attempt);
    }
    Ok(views)
}

/// Writes what changed of the places, and asks for the decisions that are missing.
pub async fn write(tx: &mut Writer, platform: Platform, views: &[View]) -> Result<(), db::Error> {
    let now = tx.now();
    let (mut places, mut decisions) = (Vec::new(), BTreeSet::new());
    for view in views {
        for place in &view.outcome.places {
            if view.before(&place.group_id) != Some(place) {
                places.push(Place { changed_at: now, ..place.clone() });
            }
        }
        decisions.extend(view.to_decide());
    }
    places::put(tx, platform, &places).await?;
    for view in views {
        for before in view.outcome.gone.iter().filter_map(|group| view.before(group)) {
            places::forget(tx, platform, &before.group_id, &before.record_id).await?;
        }
    }
    for group in decisions {
        link::ask_decision(tx, platform, group, now).await?;
    }
    Ok(())
}

impl View {
    pub async fn write(&self, tx: &mut Writer, platform: Platform) -> Result<(), db::Error> {
        write(tx, platform, std::slice::from_ref(self)).await
    }

    pub fn is_settled(&self) -> bool {
        self.outcome.is_settled(self.is_current)
    }

    /// Whether the platform has this version, once that is known.
    pub fn settle(&mut self, is_current: bool, attempt: Attempt) {
        self.is_current = is_current;
        finish(&mut self.outcome, is_current, attempt);
    }

    fn before(&self, group: &GroupId) -> Option<&Place> {
        self.before.iter().find(|before| before.group_id == *group)
    }

    /// Groups with somebody new to decide about; and those where somebody who was held is wanted again,
    /// because what is held may be less now.
    fn to_decide(&self) -> impl Iterator<Item = &GroupId> {
        let undecided = &self.outcome.undecided;
        let is_new = |before: &&Place| !matches!(before.state(), State::Leaving | State::Held);
        let new =
            undecided.iter().filter(move |group| self.before(group).is_some_and(|it| is_new(&it)));
        let held = self.before.iter().filter(|before| before.state() == State::Held);
        new.chain(held.map(|before| &before.group_id).filter(|group| !undecided.contains(group)))
    }
}

/// Looks at up to a step of the records that were marked; answers how many there were. Whoever asks again
/// until it is none has looked at all.
pub async fn step(site: &Site, integration: &Integration) -> Result<usize, db::Error> {
    let Some(platform) = integration.platform() else { return Ok(0) };
    let mut tx = site.write().await?;
    let marked = queue::to_look(&mut tx, platform, STEP as i64).await?;
    if marked.is_empty() {
        return Ok(0);
    }
    let views = views(&mut tx, site, integration, &marked, Attempt::None).await?;
    write(&mut tx, platform, &views).await?;
    let (mut settled, mut unsettled) = (Vec::new(), Vec::new());
    for (one, view) in marked.iter().zip(&views) {
        let those = if view.is_settled() { &mut settled } else { &mut unsettled };
        those.push(&one.record_id);
    }
    queue::looked(&mut tx, platform, &settled, None).await?;
    queue::looked(&mut tx, platform, &unsettled, Some(site.now)).await?;
    tx.commit().await?;
    let additions = views.into_iter().flat_map(|view| view.outcome.adds).collect();
    many_added(site, platform, additions).await?;
    Ok(marked.len())
}

/// Hundreds of additions at once go faster as a bulk, which a full check makes.
async fn many_added(
    site: &Site,
    platform: Platform,
    mut groups: Vec<GroupId>,
) -> Result<(), db::Error> {
    if platform == Platform::HigherLogic || groups.len() < SOME {
        return Ok(());
    }
    groups.sort();
    groups.dedup();
    for group in groups {
        let mut db = site.read();
        let pending = places::in_state(&mut db, platform, &group, State::Pending, "", MANY).await?;
        let link = link::find(&mut db, platform, &group).await?;
        let is_asked = link.is_none_or(|link| link.check_at.is_some());
        if !is_asked && i64::try_from(pending.len()).unwrap_or(i64::MAX) == MANY {
            let mut tx = site.write().await?;
            link::ask_check(&mut tx, platform, &group, Cause::ManyChanges).await?;
            tx.commit().await?;
        }
    }
    Ok(())
}

//! Looking at a record: what it should have on a platform, against what the platform confirmed. Answers
//! the status of each of its places, and what is left to be sent. Nothing is sent here.

use std::collections::BTreeSet;

use super::contact;
use super::eligibility::{self, Reason};
use super::facts::{self, EmailRule, Facts};
use super::integration::Integration;
use super::link::{self, Cause};
use super::places::{self, Place, State};
use super::plan;
use super::platform::{Failure, Fields, Platform};
use super::queue;
use crate::associations::Site;
use crate::clock::Timestamp;
use crate::db::{self, Reader, Writer};
use crate::id::{GroupId, RecordId};

/// Records in one transaction, so that sign-ins pass in between.
const STEP: i64 = 25;
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
    let platform = integration.platform().unwrap_or(Platform::Mobilize);
    let facts = match places::is_stranger(record) {
        true => None,
        false => facts::of(db, platform, record).await?,
    };
    let groups = places::groups_of(db, platform, record).await?;
    let before = places::of_record(db, platform, record).await?;
    let now = db.now();
    let situation = Situation {
        platform,
        now,
        attempt,
        facts: facts.as_ref(),
        groups: &groups,
        places: &before,
    };
    let mut outcome = decide(&situation);
    for place in &mut outcome.places {
        place.record_id = record.clone();
    }
    let version = match (&facts, platform) {
        (None, _) => None,
        (Some(facts), Platform::Mobilize | Platform::Forj) => {
            let sent = queue::sent_fields(site, platform, record, sent);
            let rule = match integration.email_left_since {
                Some(_) => EmailRule::LeaveAsItIs,
                None => EmailRule::KeepInStep,
            };
            Some(Version::Fields(facts.fields(platform, sent.as_ref(), rule)))
        }
        (Some(facts), Platform::HigherLogic) => {
            let mut stays = outcome.stays.clone();
            stays.extend(contact::left(db, record).await?);
            let groups = contact::groups(db, &stays).await?;
            let contact = contact::Contact::of(facts, integration, groups);
            Some(Version::Contact(Box::new(contact)))
        }
    };
    let hash = version.as_ref().map(|version| queue::hash(site, record, &version.json()));
    // Of whoever is no record of ours nothing is sent but where they are.
    let is_current = hash.is_none() || hash.as_deref() == sent_hash;
    finish(&mut outcome, is_current, attempt);
    Ok(View { facts, outcome, version, hash, is_current, before })
}

impl View {
    /// Writes what changed of the places, and asks for the decisions that are missing.
    pub async fn write(&self, tx: &mut Writer, platform: Platform) -> Result<(), db::Error> {
        let now = tx.now();
        for place in &self.outcome.places {
            let before = self.before.iter().find(|before| before.group_id == place.group_id);
            if before != Some(place) {
                let place = Place { changed_at: now, ..place.clone() };
                places::put(tx, platform, &place).await?;
            }
        }
        for group in &self.outcome.gone {
            if let Some(before) = self.before.iter().find(|before| before.group_id == *group) {
                places::forget(tx, platform, group, &before.record_id).await?;
            }
        }
        for group in &self.outcome.undecided {
            let is_new = self.before.iter().any(|before| {
                before.group_id == *group && !matches!(before.state(), State::Leaving | State::Held)
            });
            if is_new {
                link::ask_decision(tx, platform, group, now).await?;
            }
        }
        // Somebody who was to be removed is wanted again: what is held may be less now.
        for before in self.before.iter().filter(|before| before.state() == State::Held) {
            let still = self.outcome.undecided.contains(&before.group_id);
            if !still {
                link::ask_decision(tx, platform, &before.group_id, now).await?;
            }
        }
        Ok(())
    }

    pub fn is_settled(&self) -> bool {
        self.outcome.is_settled(self.is_current)
    }
}

/// Looks at up to a step of the records that were marked; answers how many there were. Whoever asks again
/// until it is none has looked at all.
pub async fn step(site: &Site, integration: &Integration) -> Result<usize, db::Error> {
    let Some(platform) = integration.platform() else { return Ok(0) };
    let mut tx = site.write().await?;
    let marked = queue::to_look(&mut tx, platform, STEP).await?;
    let mut additions: Vec<GroupId> = Vec::new();
    for one in &marked {
        let sent = (one.sent.as_deref(), one.sent_hash.as_deref());
        let attempt = one.lease_until.map_or(Attempt::None, |_| Attempt::UnderWay);
        let view = view(&mut tx, site, integration, &one.record_id, sent, attempt).await?;
        view.write(&mut tx, platform).await?;
        let send_at = (!view.is_settled()).then_some(site.now);
        queue::looked(&mut tx, platform, &one.record_id, send_at).await?;
        additions.extend(view.outcome.adds);
    }
    tx.commit().await?;
    many_added(site, platform, additions).await?;
    Ok(marked.len())
}

/// Hundreds of additions at once go faster as a bulk, which a full check makes.
async fn many_added(
    site: &Site,
    platform: Platform,
    mut groups: Vec<GroupId>,
) -> Result<(), db::Error> {
    let is_full = i64::try_from(groups.len()).unwrap_or(i64::MAX) >= STEP;
    if platform == Platform::HigherLogic || !is_full {
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

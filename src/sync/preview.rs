//! What a sync would do, before anything is done: who syncs, who does not and why, and who would be
//! removed there (R46, SEC-Y2). Reads the platform and changes nothing, here or there.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::channel::{self, Channel};
use super::eligibility::{self, Reason};
use super::facts::{self, EmailRule, Facts, Kind};
use super::integration::Integration;
use super::places::{self, State};
use super::plan::{self, Listed, Wanted};
use super::platform::mobilize::{Member, Role};
use super::platform::{Failure, Mobilize, Platform};
use super::queue;
use super::release::{Entry, Why};
use super::send::mobilize::differs;
use crate::associations::Site;
use crate::db;
use crate::id::{GroupId, RecordId};

const PAGE: i64 = 200;

/// The same plan as a sync's, without effect.
#[derive(Default)]
pub struct Preview {
    /// Records in the group.
    pub size: i64,
    /// Records that sync.
    pub syncs: i64,
    pub not: Vec<(Reason, i64)>,
    /// On the platform now.
    pub there: i64,
    /// There already, or added.
    pub matches: i64,
    pub adds: Vec<Person>,
    pub updates: Vec<Person>,
    pub removes: Vec<Entry>,
    /// Managers there who are not in the group: they stay until an admin decides (DEC8).
    pub managers: Vec<Person>,
    /// Whose e-mail leads to somebody else's account there.
    pub conflicts: Vec<Person>,
}

pub struct Person {
    /// None: somebody there who is no record of ours.
    pub record: Option<RecordId>,
    pub name: String,
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Database(#[from] db::Error),
    #[error("{0}")]
    Platform(Failure),
    #[error(transparent)]
    Channel(#[from] channel::Error),
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        Self::Platform(failure)
    }
}

/// Who of a group syncs, and who does not and why; without asking the platform.
async fn who(
    site: &Site,
    platform: Platform,
    group: &GroupId,
) -> Result<(Preview, Vec<Facts>, BTreeSet<RecordId>), db::Error> {
    let (mut preview, mut syncing, mut out) = (Preview::default(), Vec::new(), BTreeSet::new());
    let mut not: BTreeMap<&'static str, (Reason, i64)> = BTreeMap::new();
    for kind in [Kind::Person, Kind::Company] {
        let mut after = String::new();
        loop {
            let mut db = site.read();
            let page = facts::of_group(&mut db, group, &after, kind, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = last.record.to_string();
            for facts in page {
                preview.size += 1;
                match eligibility::check(platform, &facts) {
                    Ok(()) => syncing.push(facts),
                    Err(reason) => {
                        not.entry(reason.as_text()).or_insert((reason, 0)).1 += 1;
                        out.insert(facts.record);
                    }
                }
            }
        }
    }
    preview.syncs = i64::try_from(syncing.len()).unwrap_or(i64::MAX);
    preview.not = not.into_values().collect();
    Ok((preview, syncing, out))
}

/// What a sync of this group with that one there would do.
pub async fn of(
    site: &Site,
    integration: &Integration,
    group: &GroupId,
    remote_group_id: &str,
) -> Result<Preview, Error> {
    let Some(platform) = integration.platform() else { return Ok(Preview::default()) };
    let (preview, syncing, out) = who(site, platform, group).await?;
    match channel::open(site, integration).await? {
        Channel::HigherLogic(_) => Ok(by_ledger(site, platform, group, preview, syncing).await?),
        Channel::Mobilize(client) => {
            let listing = client.members(remote_group_id).await?;
            let listed = listing.into_members();
            let there = Comparison { site, platform, group, client: &client, out: &out };
            Ok(there.of(preview, syncing, listed).await?)
        }
    }
}

/// Higher Logic cannot be read, so what it confirmed has to do.
async fn by_ledger(
    site: &Site,
    platform: Platform,
    group: &GroupId,
    mut preview: Preview,
    syncing: Vec<Facts>,
) -> Result<Preview, db::Error> {
    let mut known: HashMap<RecordId, bool> = HashMap::new();
    let mut after = String::new();
    loop {
        let page = places::of_group(&mut site.read(), platform, group, &after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = last.record_id.to_string();
        known.extend(page.into_iter().map(|it| (it.record_id, it.confirmed_at.is_some())));
    }
    preview.there = i64::try_from(known.values().filter(|it| **it).count()).unwrap_or(i64::MAX);
    for facts in syncing {
        match known.remove(&facts.record) {
            Some(true) => preview.matches += 1,
            _ => preview.adds.push(person(&facts)),
        }
    }
    for (record, is_there) in known {
        if !is_there {
            continue;
        }
        let Some(facts) = facts::of(&mut site.read(), platform, &record).await? else { continue };
        let is_left = eligibility::check(platform, &facts).is_err();
        if !is_left {
            let (name, why) = (facts.name(), Why::LeftGroup);
            preview.removes.push(Entry { record_id: record, remote_id: None, name, why });
        }
    }
    Ok(preview)
}

struct Comparison<'a> {
    site: &'a Site,
    platform: Platform,
    group: &'a GroupId,
    client: &'a Mobilize,
    /// In the group, and not to sync.
    out: &'a BTreeSet<RecordId>,
}

impl Comparison<'_> {
    async fn of(
        &self,
        mut preview: Preview,
        syncing: Vec<Facts>,
        listed: Vec<Member>,
    ) -> Result<Preview, db::Error> {
        let bound = self.bound().await?;
        let by_record: HashMap<&RecordId, &String> =
            bound.iter().map(|(remote_id, record)| (record, remote_id)).collect();
        let wanted: Vec<Wanted<RecordId>> = syncing
            .iter()
            .map(|facts| Wanted {
                record: facts.record.clone(),
                remote_id: by_record.get(&facts.record).map(|id| (*id).clone()),
                email: facts.email.as_ref().map(|email| email.to_lowercase()),
            })
            .collect();
        let there: Vec<Listed> = listed
            .iter()
            .map(|member| Listed {
                remote_id: member.remote_id.clone(),
                email: member.email.clone(),
                is_manager: member.role != Role::Member,
                is_in: member.is_accepted(),
            })
            .collect();
        let plan = plan::group(&wanted, &there, &bound);
        let facts: HashMap<&RecordId, &Facts> =
            syncing.iter().map(|facts| (&facts.record, facts)).collect();
        let members: HashMap<&str, &Member> =
            listed.iter().map(|member| (member.remote_id.as_str(), member)).collect();
        let kept = self.kept().await?;
        preview.there = i64::try_from(there.iter().filter(|it| it.is_in).count()).unwrap_or(0);
        preview.matches = i64::try_from(plan.matches.len()).unwrap_or(i64::MAX);
        for (record, remote_id) in &plan.matches {
            let (Some(facts), Some(member)) = (facts.get(record), members.get(remote_id.as_str()))
            else {
                continue;
            };
            let fields = facts.fields(self.platform, None, EmailRule::KeepInStep);
            if differs(member, &fields, self.client) {
                preview.updates.push(person(facts));
            }
        }
        let people = |records: &[RecordId]| {
            records.iter().filter_map(|record| facts.get(record)).map(|it| person(it)).collect()
        };
        preview.adds = people(&plan.adds);
        preview.conflicts = people(&plan.conflicts);
        for remote_id in &plan.removes {
            let Some(member) = members.get(remote_id.as_str()) else { continue };
            let record_id = match bound.get(remote_id) {
                Some(record) => record.clone(),
                None => places::stranger(remote_id),
            };
            if kept.contains(&record_id) {
                continue;
            }
            let why = if places::is_stranger(&record_id) {
                Why::Stranger
            } else if self.out.contains(&record_id) {
                Why::NotEligible
            } else {
                Why::LeftGroup
            };
            let (name, remote_id) = (named(member), Some(remote_id.clone()));
            preview.removes.push(Entry { record_id, remote_id, name, why });
        }
        for remote_id in &plan.managers {
            if let Some(member) = members.get(remote_id.as_str()) {
                let record = bound.get(remote_id).cloned();
                preview.managers.push(Person { record, name: named(member) });
            }
        }
        Ok(preview)
    }

    /// Whose each known id of the platform is.
    async fn bound(&self) -> Result<BTreeMap<String, RecordId>, db::Error> {
        let (mut bound, mut after) = (BTreeMap::new(), String::new());
        loop {
            let page = queue::bound(&mut self.site.read(), self.platform, &after, PAGE).await?;
            let Some((last, _)) = page.last() else { return Ok(bound) };
            after = last.to_string();
            bound.extend(page.into_iter().map(|(record, remote_id)| (remote_id, record)));
        }
    }

    /// Those whom an admin keeps there.
    async fn kept(&self) -> Result<BTreeSet<RecordId>, db::Error> {
        let mut kept = BTreeSet::new();
        for state in State::ALL {
            let mut after = String::new();
            loop {
                let mut db = self.site.read();
                let page =
                    places::in_state(&mut db, self.platform, self.group, state, &after, PAGE)
                        .await?;
                let Some(last) = page.last() else { break };
                after = last.record_id.to_string();
                let those = page.into_iter().filter(|place| place.kept_at.is_some());
                kept.extend(those.map(|place| place.record_id));
            }
        }
        Ok(kept)
    }
}

fn person(facts: &Facts) -> Person {
    Person { record: Some(facts.record.clone()), name: facts.name() }
}

/// As the platform's own lists name somebody.
pub fn named(member: &Member) -> String {
    match member.email.as_deref() {
        Some(email) if !email.is_empty() => format!("{} ({email})", member.name.trim()),
        _ => member.name.clone(),
    }
}

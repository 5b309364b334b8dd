//! A full check of a linked group: everybody in it is looked at, the platform's list is read to its end,
//! and what differs is set right: additions at once (in bulks where there are many), removals through the
//! gate. The first sync of a group is its first check; later ones find what changed behind our back.
//!
//! Any error ends the check with nothing removed (SEC-Y3, SEC-Y4): it begins anew later.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use super::channel::{self, Channel};
use super::integration::{self, Integration};
use super::link::{self, Claim, Link};
use super::look::{self, Attempt, Version};
use super::places::{self, Expected, Place, State};
use super::plan::{self, GroupPlan, Listed, Wanted};
use super::platform::mobilize::{JobState, Member, NewPlace, Role};
use super::platform::{Failure, Mobilize, Platform};
use super::preview;
use super::queue::{self, Work};
use super::runs::{self, Tally};
use super::send::{self, mobilize::differs};
use super::sent::{self, Entry, What};
use crate::associations::Site;
use crate::db;
use crate::id::{GroupId, RecordId};

const PAGE: i64 = 200;
const STEP: usize = 25;
/// From so many additions on, a bulk is worth reading the list once more.
const BULK_FROM: usize = 20;
/// Records of a bulk are nobody else's until it is over, or for so long.
const BULK_LEASE_SECONDS: i64 = 900;
/// A check that failed begins anew after this.
const AGAIN_SECONDS: i64 = 300;
const POLL: Duration = Duration::from_millis(300);

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Database(#[from] db::Error),
    #[error("{0}")]
    Platform(Failure),
    #[error(transparent)]
    Channel(#[from] channel::Error),
    #[error("another node took over")]
    TakenOver,
    #[error("it was paused meanwhile")]
    Paused,
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        Self::Platform(failure)
    }
}

/// Does one check that is due. False when there is none.
pub async fn step(site: &Site, integration: &Integration) -> Result<bool, db::Error> {
    let Some(platform) = integration.platform() else { return Ok(false) };
    let Some(claim) = link::claim(site, platform).await? else { return Ok(false) };
    let run = runs::begin(site, platform, &claim).await?;
    let mut tally = Tally::default();
    let outcome = whole(site, integration, platform, &claim, &mut tally).await;
    let site = &fresh(site);
    match &outcome {
        Ok(()) => {
            link::checked(site, platform, &claim, None).await?;
            let mut tx = site.write().await?;
            link::ask_decision(&mut tx, platform, &claim.group_id, site.now).await?;
            tx.commit().await?;
        }
        Err(Error::TakenOver) => {}
        Err(Error::Database(error)) => {
            tracing::warn!(%error, "a linked group was not checked");
            let again = site.now.plus_seconds(AGAIN_SECONDS);
            link::checked(site, platform, &claim, Some(again)).await?;
        }
        Err(error) => {
            if let Error::Platform(Failure::GroupGone { words }) = error {
                link::failed(site, platform, &claim.group_id, words).await?;
            }
            let until = match error {
                Error::Platform(failure) => send::connection(site, platform, failure).await?,
                _ => None,
            };
            let again = until.unwrap_or(site.now.plus_seconds(AGAIN_SECONDS)).max(site.now);
            link::checked(site, platform, &claim, Some(again)).await?;
        }
    }
    let words = outcome.as_ref().err().map(ToString::to_string);
    runs::end(site, &run, &tally, words.as_deref()).await?;
    Ok(true)
}

async fn whole(
    site: &Site,
    integration: &Integration,
    platform: Platform,
    claim: &Claim,
    tally: &mut Tally,
) -> Result<(), Error> {
    sweep(site, integration, platform, claim).await?;
    let Channel::Mobilize(client) = channel::open(site, integration).await? else {
        return Ok(()); // Higher Logic cannot be read; what differs is sent record by record.
    };
    let link = link::find(&mut site.read(), platform, &claim.group_id).await?;
    let link = link.filter(Link::is_linked).ok_or(Error::TakenOver)?;
    let check = Check { site, integration, platform, claim, link, client: &client };
    let adds = check.compare(tally).await?;
    tally.added = i64::try_from(adds.len()).unwrap_or(i64::MAX);
    if adds.len() < BULK_FROM {
        return Ok(check.send(&adds).await?);
    }
    let bulked = check.bulk(adds).await?;
    let missing = check.compare(&mut Tally::default()).await?;
    check.give_back(bulked).await?;
    Ok(check.send(&missing).await?)
}

/// Looks at everybody who is in the group or has a place in its counterpart.
async fn sweep(
    site: &Site,
    integration: &Integration,
    platform: Platform,
    claim: &Claim,
) -> Result<(), Error> {
    let group = &claim.group_id;
    let mut after = String::new();
    loop {
        let page = places::members(&mut site.read(), group, &after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = last.to_string();
        look_at(site, integration, platform, claim, &page).await?;
    }
    after.clear();
    loop {
        let page = places::of_group(&mut site.read(), platform, group, &after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.record_id.to_string();
        let others: Vec<RecordId> = page
            .into_iter()
            .filter(|place| place.changed_at < site.now || place.wanted_at.is_none())
            .map(|place| place.record_id)
            .collect();
        look_at(site, integration, platform, claim, &others).await?;
    }
}

async fn look_at(
    site: &Site,
    integration: &Integration,
    platform: Platform,
    claim: &Claim,
    records: &[RecordId],
) -> Result<(), Error> {
    for step in records.chunks(STEP) {
        let site = &fresh(site);
        let mut tx = site.write().await?;
        for record in step {
            let known = queue::one(&mut tx, platform, record).await?;
            let sent = known.as_ref().and_then(|known| known.sent.as_deref());
            let hash = known.as_ref().and_then(|known| known.sent_hash.as_deref());
            let view =
                look::view(&mut tx, site, integration, record, (sent, hash), Attempt::None).await?;
            view.write(&mut tx, platform).await?;
            // What Higher Logic does not have is sent; at Mobilize the list says what is missing.
            if platform == Platform::HigherLogic && !view.is_settled() {
                queue::send(&mut tx, platform, record).await?;
            }
        }
        tx.commit().await?;
        if !link::keep(site, platform, claim).await? {
            return Err(Error::TakenOver);
        }
    }
    Ok(())
}

struct Check<'a> {
    site: &'a Site,
    integration: &'a Integration,
    platform: Platform,
    claim: &'a Claim,
    link: Link,
    client: &'a Mobilize,
}

impl Check<'_> {
    /// The platform's list against ours: confirms who is there, marks who should not be, and answers who
    /// is missing.
    async fn compare(&self, tally: &mut Tally) -> Result<Vec<RecordId>, Error> {
        let began = self.site.app.clock.now();
        let listing = self.client.members(&self.link.remote_group_id).await?;
        self.go_on().await?;
        let listed: HashMap<String, Member> = listing
            .into_members()
            .into_iter()
            .map(|member| (member.remote_id.clone(), member))
            .collect();
        let expected = self.expected().await?;
        let plan = self.plan(&expected, &listed).await?;
        tally.there = i64::try_from(listed.len()).unwrap_or(i64::MAX);
        let mut by_record: HashMap<&RecordId, &Expected> =
            expected.iter().map(|one| (&one.record_id, one)).collect();
        for step in plan.matches.chunks(STEP) {
            let mut tx = fresh(self.site).write().await?;
            for (record, remote_id) in step {
                let (Some(one), Some(there)) = (by_record.get(record), listed.get(remote_id))
                else {
                    continue;
                };
                let is_news = self.confirm(&mut tx, one, there).await?;
                tally.updated += i64::from(is_news);
            }
            tx.commit().await?;
            self.go_on().await?;
        }
        let mut adds = Vec::with_capacity(plan.adds.len());
        for step in plan.adds.chunks(STEP) {
            let mut tx = fresh(self.site).write().await?;
            for record in step {
                // Somebody who was added while the list was read is not missing.
                let is_fresh = by_record.remove(record).is_some_and(|one| one.changed_at > began);
                if !is_fresh {
                    let group = &self.claim.group_id;
                    places::unconfirm(&mut tx, self.platform, group, record).await?;
                    adds.push(record.clone());
                }
            }
            tx.commit().await?;
        }
        for step in plan.conflicts.chunks(STEP) {
            let mut tx = fresh(self.site).write().await?;
            for record in step {
                queue::send(&mut tx, self.platform, record).await?;
            }
            tx.commit().await?;
        }
        self.leaving(&plan, &listed).await?;
        let there = plan.matches.len() + plan.removes.len() + plan.managers.len();
        let there = i64::try_from(there).unwrap_or(i64::MAX);
        link::set_count(self.site, self.platform, self.claim, there).await?;
        tally.held = i64::try_from(plan.removes.len()).unwrap_or(i64::MAX);
        Ok(adds)
    }

    async fn go_on(&self) -> Result<(), Error> {
        if !integration::is_running(self.site, self.platform).await? {
            return Err(Error::Paused);
        }
        match link::keep(self.site, self.platform, self.claim).await? {
            true => Ok(()),
            false => Err(Error::TakenOver),
        }
    }

    async fn expected(&self) -> Result<Vec<Expected>, db::Error> {
        let (mut all, mut after) = (Vec::new(), String::new());
        loop {
            let group = &self.claim.group_id;
            let mut db = self.site.read();
            let page = places::expected(&mut db, self.platform, group, &after, PAGE).await?;
            let Some(last) = page.last() else { return Ok(all) };
            after = last.record_id.to_string();
            all.extend(page);
        }
    }

    async fn plan(
        &self,
        expected: &[Expected],
        listed: &HashMap<String, Member>,
    ) -> Result<GroupPlan<RecordId>, db::Error> {
        let wanted: Vec<Wanted<RecordId>> = expected
            .iter()
            .map(|one| Wanted {
                record: one.record_id.clone(),
                remote_id: one
                    .remote_id
                    .clone()
                    .or_else(|| places::remote_id(&one.record_id).map(str::to_owned)),
                email: one.email.as_ref().map(|email| email.to_lowercase()),
            })
            .collect();
        let there: Vec<Listed> = listed
            .values()
            .map(|member| Listed {
                remote_id: member.remote_id.clone(),
                email: member.email.clone(),
                is_manager: member.role != Role::Member,
                is_in: member.is_accepted(),
            })
            .collect();
        let mut bound: BTreeMap<String, RecordId> = wanted
            .iter()
            .filter_map(|one| Some((one.remote_id.clone()?, one.record.clone())))
            .collect();
        let mut db = self.site.read();
        for member in &there {
            if !bound.contains_key(&member.remote_id)
                && let Some(owner) = queue::owner(&mut db, self.platform, &member.remote_id).await?
            {
                bound.insert(member.remote_id.clone(), owner);
            }
        }
        Ok(plan::group(&wanted, &there, &bound))
    }

    /// Somebody is there. Answers whether their fields there are others than they should be.
    async fn confirm(
        &self,
        tx: &mut db::Writer,
        one: &Expected,
        there: &Member,
    ) -> Result<bool, db::Error> {
        let (site, platform, record) = (self.site, self.platform, &one.record_id);
        if one.remote_id.is_none() && !places::is_stranger(record) {
            queue::touch(tx, platform, record).await?;
            if !queue::bind(tx, platform, record, &there.remote_id).await? {
                return Ok(false);
            }
        }
        places::confirm(tx, platform, &self.claim.group_id, record).await?;
        let sent = (one.sent.as_deref(), one.sent_hash.as_deref());
        let view = look::view(tx, site, self.integration, record, sent, Attempt::None).await?;
        let is_other = match &view.version {
            Some(Version::Fields(fields)) => differs(there, fields, self.client),
            _ => false,
        };
        if is_other {
            queue::doubt_fields(tx, platform, record).await?;
        } else if let (false, Some(version), Some(hash)) =
            (view.is_current, &view.version, &view.hash)
        {
            let json = version.json();
            let sealed = queue::seal_sent(site, platform, record, &json);
            queue::remember(tx, platform, record, &sealed, hash).await?;
        }
        let known = queue::one(tx, platform, record).await?;
        let sent = known.as_ref().and_then(|known| known.sent.as_deref());
        let hash = known.as_ref().and_then(|known| known.sent_hash.as_deref());
        let view =
            look::view(tx, site, self.integration, record, (sent, hash), Attempt::None).await?;
        view.write(tx, platform).await?;
        if is_other {
            queue::send(tx, platform, record).await?;
        }
        Ok(is_other)
    }

    /// Those who are there and should not be wait for the gate; managers wait for an admin.
    async fn leaving(
        &self,
        plan: &GroupPlan<RecordId>,
        listed: &HashMap<String, Member>,
    ) -> Result<(), db::Error> {
        let removes = plan.removes.iter().map(|id| (id, State::Leaving));
        let managers = plan.managers.iter().map(|id| (id, State::Manager));
        let all: Vec<(&String, State)> = removes.chain(managers).collect();
        for step in all.chunks(STEP) {
            let mut tx = fresh(self.site).write().await?;
            for (remote_id, state) in step {
                if let Some(member) = listed.get(*remote_id) {
                    self.leaves(&mut tx, member, *state).await?;
                }
            }
            tx.commit().await?;
        }
        Ok(())
    }

    async fn leaves(
        &self,
        tx: &mut db::Writer,
        member: &Member,
        state: State,
    ) -> Result<(), db::Error> {
        let (site, platform, group) = (self.site, self.platform, &self.claim.group_id);
        let record = match queue::owner(tx, platform, &member.remote_id).await? {
            Some(owner) => owner,
            None => places::stranger(&member.remote_id),
        };
        let known = places::of_record(tx, platform, &record).await?;
        let before = known.into_iter().find(|place| place.group_id == *group);
        if before.as_ref().is_some_and(|it| it.state().is_removal() || it.wanted_at.is_some()) {
            return Ok(()); // decided, being decided, or wanted since the lists were compared
        }
        let name = preview::named(member);
        let place = Place {
            group_id: group.clone(),
            remote_id: Some(member.remote_id.clone()),
            name: places::is_stranger(&record)
                .then(|| places::seal_name(site, platform, &record, &name)),
            wanted_at: None,
            confirmed_at: Some(site.now),
            state: state.as_text().to_owned(),
            reason: before.as_ref().and_then(|place| place.reason.clone()),
            leaves_why: None,
            kept_at: before.and_then(|place| place.kept_at),
            unsure_at: None,
            changed_at: site.now,
            record_id: record,
        };
        places::put(tx, platform, &place).await?;
        link::ask_decision(tx, platform, group, site.now).await
    }

    /// Few: each goes out by itself.
    async fn send(&self, records: &[RecordId]) -> Result<(), db::Error> {
        for step in records.chunks(STEP) {
            let mut tx = fresh(self.site).write().await?;
            for record in step {
                queue::send(&mut tx, self.platform, record).await?;
            }
            tx.rouse().await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// Many: by the thousand, one bulk after the other. Answers the work that was taken for it.
    async fn bulk(&self, records: Vec<RecordId>) -> Result<Vec<Work>, Error> {
        let most = self.client.profile().bulk.as_ref().map_or(0, |bulk| usize::from(bulk.max));
        let mut all = Vec::new();
        if most == 0 {
            self.send(&records).await?;
            return Ok(all);
        }
        for chunk in records.chunks(most) {
            let (works, places) = self.taken(chunk).await?;
            if !places.is_empty() {
                self.one_bulk(&works, &places).await?;
            }
            all.extend(works);
        }
        Ok(all)
    }

    async fn taken(&self, records: &[RecordId]) -> Result<(Vec<Work>, Vec<NewPlace>), Error> {
        let (mut works, mut bulk) = (Vec::new(), Vec::new());
        for step in records.chunks(STEP) {
            let mut tx = fresh(self.site).write().await?;
            for record in step {
                let taken = queue::take(&mut tx, self.platform, record, BULK_LEASE_SECONDS).await?;
                let Some(work) = taken else { continue }; // somebody is at it already
                let sent = (work.sent.as_deref(), work.sent_hash.as_deref());
                let view =
                    look::view(&mut tx, self.site, self.integration, record, sent, Attempt::None)
                        .await?;
                let is_wanted = view.outcome.adds.contains(&self.claim.group_id);
                match view.version {
                    Some(Version::Fields(fields)) if is_wanted => {
                        bulk.push(NewPlace { user_id: work.remote_id.clone(), fields });
                        works.push(work);
                    }
                    _ => {
                        queue::postpone(&mut tx, self.platform, &work, self.site.now).await?;
                    }
                }
            }
            tx.commit().await?;
            self.go_on().await?;
        }
        Ok((works, bulk))
    }

    async fn one_bulk(&self, works: &[Work], bulk: &[NewPlace]) -> Result<(), Error> {
        let remote = &self.link.remote_group_id;
        let first = works.first().map_or("", |work| work.record_id.as_str());
        let key = format!("{}-bulk-{}-{first}", self.platform.as_text(), self.claim.fence);
        let id = loop {
            match self.client.bulk_add(remote, bulk, &key).await {
                Ok(id) => break id,
                // One bulk at a time; another one of this community is on its way.
                Err(Failure::Busy { retry_after_seconds, .. }) => {
                    let seconds = u64::try_from(retry_after_seconds.unwrap_or(1)).unwrap_or(1);
                    tokio::time::sleep(Duration::from_secs(seconds.clamp(1, 30))).await;
                }
                Err(failure) => return Err(failure.into()),
            }
            self.go_on().await?;
        };
        let job = loop {
            let job = self.client.job(&id).await?;
            match job.state {
                JobState::Done | JobState::Failed => break job,
                JobState::Queued | JobState::Running => tokio::time::sleep(POLL).await,
            }
            self.go_on().await?;
        };
        for step in works.iter().zip(bulk).enumerate().collect::<Vec<_>>().chunks(STEP) {
            let mut tx = fresh(self.site).write().await?;
            for (index, (work, place)) in step {
                let email = place.fields.get(super::platform::Field::Email);
                let refused = job.errors.iter().find(|error| {
                    error.index == Some(*index)
                        || (error.index.is_none() && error.email.as_deref() == email)
                });
                let answer = refused.map_or("taken in a bulk", |error| error.words.as_str());
                self.note(&mut tx, work, place, answer).await?;
            }
            tx.commit().await?;
        }
        Ok(())
    }

    async fn note(
        &self,
        tx: &mut db::Writer,
        work: &Work,
        place: &NewPlace,
        answer: &str,
    ) -> Result<(), db::Error> {
        let names: Vec<&str> = place.fields.iter().map(|(field, _)| field.as_text()).collect();
        let payload = Version::Fields(place.fields.clone()).json();
        let entry = Entry {
            platform: self.platform,
            group: Some(&self.claim.group_id),
            record: &work.record_id,
            what: What::Add,
            fields: &names,
            payload: Some(&payload),
            answer,
            uncounted_why: None,
        };
        sent::record(tx, self.site, &entry).await
    }

    /// The records of a bulk are everybody's again; whoever the list does not have yet is sent alone, and
    /// its refusal is told by the platform then.
    async fn give_back(&self, works: Vec<Work>) -> Result<(), db::Error> {
        for step in works.chunks(STEP) {
            let mut tx = fresh(self.site).write().await?;
            for work in step {
                queue::done(&mut tx, self.platform, work, "taken in a bulk").await?;
            }
            tx.commit().await?;
        }
        Ok(())
    }
}

/// The community behind new credentials must have every linked group, or it is another one (SEC-Y5).
pub async fn recognise(
    site: &Site,
    integration: &Integration,
    client: &Mobilize,
) -> Result<bool, Error> {
    let Some(platform) = integration.platform() else { return Ok(false) };
    let links = link::list(&mut site.read(), platform).await?;
    let there = client.groups().await?;
    let missing: Vec<&Link> = links
        .iter()
        .filter(|link| link.is_linked() && link.failed_at.is_none())
        .filter(|link| there.iter().all(|group| group.remote_id != link.remote_group_id))
        .collect();
    let linked = links.iter().filter(|link| link.is_linked()).count();
    if missing.is_empty() || missing.len() < linked {
        integration::recognised(site, platform).await?;
        return Ok(true);
    }
    let words = format!(
        "these credentials open another community: {} is not in it",
        missing.iter().map(|link| link.remote_name.as_str()).collect::<Vec<_>>().join(", ")
    );
    integration::stop(site, platform, &words).await?;
    Ok(false)
}

/// The association now: a check takes longer than a moment.
fn fresh(site: &Site) -> Site {
    Site { now: site.app.clock.now(), ..site.clone() }
}

/// Wants a check of every linked group once a day.
pub async fn nightly(site: &Site, platform: Platform) -> Result<(), db::Error> {
    if integration::check_is_due(site, platform).await? {
        let mut tx = site.write().await?;
        link::ask_all(&mut tx, platform, link::Cause::Nightly).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// The groups that a check is to be made of, for `sync run`.
pub async fn ask(site: &Site, platform: Platform, group: &GroupId) -> Result<(), db::Error> {
    let mut tx = site.write().await?;
    link::ask_check(&mut tx, platform, group, link::Cause::Asked).await?;
    tx.commit().await
}

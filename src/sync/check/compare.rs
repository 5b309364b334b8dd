//! The platform's list of a group against ours, a page of ours at a time: the list is whole before anything
//! is concluded from it (SEC-Y4), and only so much of it is kept as that takes.

use std::collections::HashMap;

use super::super::integration;
use super::super::link;
use super::super::look::{self, Attempt, STEP, Version, View};
use super::super::places::{self, Expected, Place, State};
use super::super::plan::{Comparison, Finding, There as _, Wanted};
use super::super::platform::mobilize::Watch;
use super::super::preview;
use super::super::queue::{self, Marked};
use super::super::runs::Tally;
use super::super::send::mobilize::differs;
use super::super::switch::{self, Leave};
use super::listed::Listed;
use super::{Check, Error, fresh};
use crate::clock::Timestamp;
use crate::db::{self, Writer};
use crate::id::RecordId;

/// What came of a page of those who are expected.
#[derive(Default)]
struct Found<'a> {
    there: Vec<(&'a Expected, &'a Listed)>,
    missing: Vec<&'a Expected>,
    /// They are somebody else's there (SEC-Y14).
    conflicts: Vec<&'a RecordId>,
}

impl Watch for Check<'_> {
    type Error = Error;

    async fn goes_on(&self) -> Result<(), Error> {
        self.go_on().await
    }
}

impl Check<'_> {
    /// The platform's list against ours: confirms who is there, marks who should not be, and answers who
    /// is missing.
    pub(super) async fn compare(&self, tally: &mut Tally) -> Result<Vec<RecordId>, Error> {
        let began = self.site.app.clock.now();
        let listing = self.client.members_as(&self.link.remote_group_id, Listed::of, self).await?;
        let listed = listing.into_members();
        let mut comparison = Comparison::new(&listed);
        let (mut adds, mut there) = (Vec::new(), 0);
        let mut after = String::new();
        loop {
            let mut db = self.site.read();
            let group = &self.claim.group_id;
            let page = places::expected(&mut db, self.platform, group, &after, STEP as i64).await?;
            let Some(last) = page.last() else { break };
            after = last.record_id.to_string();
            let found = self.find(&mut comparison, &page).await?;
            there += found.there.len();
            let mut tx = fresh(self.site).write().await?;
            tally.updated += self.confirm(&mut tx, &found.there).await?;
            adds.extend(self.missing(&mut tx, &found.missing, began).await?);
            queue::send_all(&mut tx, self.platform, &found.conflicts).await?;
            tx.commit().await?;
            self.go_on().await?;
        }
        let left: Vec<&Listed> = comparison.left().collect();
        drop(comparison);
        self.leaving(&left).await?;
        let there = i64::try_from(there + left.len()).unwrap_or(i64::MAX);
        link::set_count(self.site, self.platform, self.claim, there).await?;
        tally.there = i64::try_from(listed.len()).unwrap_or(i64::MAX);
        let too_many = left.iter().filter(|listed| !listed.is_manager()).count();
        tally.held = i64::try_from(too_many).unwrap_or(i64::MAX);
        Ok(adds)
    }

    /// Asked between one call and the next: nobody has paused, unlinked or taken over (SEC-Y15).
    pub(super) async fn go_on(&self) -> Result<(), Error> {
        let is_running = integration::is_running(self.site, self.platform).await?;
        if !is_running || switch::leave(self.site).await? != Leave::Runs {
            return Err(Error::Paused);
        }
        match link::keep(self.site, self.platform, self.claim).await? {
            true => Ok(()),
            false => Err(Error::TakenOver),
        }
    }

    async fn find<'p, 'l: 'p>(
        &self,
        comparison: &mut Comparison<'l, Listed>,
        page: &'p [Expected],
    ) -> Result<Found<'p>, db::Error> {
        let wanted: Vec<Wanted<&RecordId>> = page.iter().map(wanted).collect();
        let ids: Vec<&str> = wanted.iter().flat_map(|person| comparison.ids_of(person)).collect();
        let owners = queue::owners(&mut self.site.read(), self.platform, &ids).await?;
        let owners: HashMap<&str, &RecordId> =
            owners.iter().map(|(remote_id, record)| (remote_id.as_str(), record)).collect();
        let mut found = Found::default();
        for (one, person) in page.iter().zip(&wanted) {
            match comparison.find(person, |remote_id| owners.get(remote_id)) {
                Finding::There(listed) => found.there.push((one, listed)),
                Finding::Missing => found.missing.push(one),
                Finding::SomebodyElse => found.conflicts.push(&one.record_id),
            }
        }
        Ok(found)
    }

    /// They are there. Answers the number of those whose fields there are others than they should be.
    async fn confirm(
        &self,
        tx: &mut Writer,
        found: &[(&Expected, &Listed)],
    ) -> Result<i64, db::Error> {
        let (site, platform) = (self.site, self.platform);
        if found.is_empty() {
            return Ok(0);
        }
        let is_new =
            |one: &Expected| one.remote_id.is_none() && !places::is_stranger(&one.record_id);
        let new = found.iter().filter(|(one, _)| is_new(one));
        let ids: Vec<_> = new.map(|(one, listed)| (&one.record_id, listed.remote_id())).collect();
        let bound = queue::bind_all(tx, platform, &ids).await?;
        let is_known = |one: &Expected| !is_new(one) || bound.contains(&one.record_id);
        let found: Vec<_> = found.iter().filter(|(one, _)| is_known(one)).collect();
        let records: Vec<&RecordId> = found.iter().map(|(one, _)| &one.record_id).collect();
        places::confirm(tx, platform, &self.claim.group_id, &records).await?;
        let marked: Vec<Marked> = found.iter().map(|(one, _)| marked(one)).collect();
        let mut views = look::views(tx, site, self.integration, &marked, Attempt::None).await?;
        let (mut others, mut versions) = (Vec::new(), Vec::new());
        for (view, (one, listed)) in views.iter_mut().zip(found) {
            let record = &one.record_id;
            if self.is_other(view, listed) {
                others.push(record);
                view.settle(false, Attempt::None);
            } else if let (false, Some(version), Some(hash)) =
                (view.is_current, &view.version, &view.hash)
            {
                let sealed = queue::seal_sent(site, platform, record, &version.json());
                versions.push((record, sealed, hash.clone()));
                view.settle(true, Attempt::None);
            }
        }
        queue::doubt_fields(tx, platform, &others).await?;
        queue::remember_all(tx, platform, &versions).await?;
        look::write(tx, platform, &views).await?;
        queue::send_all(tx, platform, &others).await?;
        Ok(i64::try_from(others.len()).unwrap_or(i64::MAX))
    }

    fn is_other(&self, view: &View, listed: &Listed) -> bool {
        match &view.version {
            Some(Version::Fields(fields)) => differs(&listed.member(), fields, self.client),
            _ => false,
        }
    }

    /// They are not there, unless they were added while the list was read.
    async fn missing(
        &self,
        tx: &mut Writer,
        missing: &[&Expected],
        began: Timestamp,
    ) -> Result<Vec<RecordId>, db::Error> {
        let missing = missing.iter().filter(|one| one.changed_at <= began);
        let records: Vec<&RecordId> = missing.map(|one| &one.record_id).collect();
        if !records.is_empty() {
            let group = &self.claim.group_id;
            places::unconfirm(tx, self.platform, group, &records).await?;
        }
        Ok(records.into_iter().cloned().collect())
    }

    /// Those who are there and should not be wait for the gate, which is asked once the check is over;
    /// managers wait for an admin.
    async fn leaving(&self, left: &[&Listed]) -> Result<(), Error> {
        for step in left.chunks(STEP) {
            let mut tx = fresh(self.site).write().await?;
            self.leave(&mut tx, step).await?;
            tx.commit().await?;
            self.go_on().await?;
        }
        Ok(())
    }

    async fn leave(&self, tx: &mut Writer, left: &[&Listed]) -> Result<(), db::Error> {
        let (site, platform, group) = (self.site, self.platform, &self.claim.group_id);
        let now = tx.now();
        let ids: Vec<&str> = left.iter().map(|listed| listed.remote_id()).collect();
        let mut owners = queue::owners(tx, platform, &ids).await?;
        let mut record_of = |listed: &Listed| {
            let owner = owners.remove(listed.remote_id());
            owner.unwrap_or_else(|| places::stranger(listed.remote_id()))
        };
        let left: Vec<(RecordId, &Listed)> =
            left.iter().map(|listed| (record_of(listed), *listed)).collect();
        let records: Vec<&RecordId> = left.iter().map(|(record, _)| record).collect();
        let mut known = places::of_records(tx, platform, &records).await?;
        let (mut places, mut going) = (Vec::new(), Vec::new());
        for (record, listed) in left {
            let before = known.remove(&record).unwrap_or_default();
            let before = before.into_iter().find(|place| place.group_id == *group);
            if before.as_ref().is_some_and(|it| it.state() == State::Going) {
                going.push(record); // decided, and still there: tried once more
                continue;
            }
            if before.as_ref().is_some_and(|it| it.state().is_removal() || it.wanted_at.is_some()) {
                continue; // decided, being decided, or wanted since the lists were compared
            }
            let name = preview::named(&listed.member());
            let state = if listed.is_manager() { State::Manager } else { State::Leaving };
            places.push(Place {
                group_id: group.clone(),
                remote_id: Some(listed.remote_id().to_owned()),
                name: places::is_stranger(&record)
                    .then(|| places::seal_name(site, platform, &record, &name)),
                wanted_at: None,
                confirmed_at: Some(now),
                state: state.as_text().to_owned(),
                reason: before.as_ref().and_then(|place| place.reason.clone()),
                leaves_why: None,
                kept_at: before.and_then(|place| place.kept_at),
                unsure_at: None,
                changed_at: now,
                record_id: record,
            });
        }
        places::put(tx, platform, &places).await?;
        queue::send_all(tx, platform, &going.iter().collect::<Vec<_>>()).await
    }
}

fn wanted(one: &Expected) -> Wanted<&RecordId> {
    let stranger = || places::remote_id(&one.record_id).map(str::to_owned);
    Wanted {
        record: &one.record_id,
        remote_id: one.remote_id.clone().or_else(stranger),
        email: one.email.as_ref().map(|email| email.to_lowercase()),
    }
}

fn marked(one: &Expected) -> Marked {
    Marked {
        record_id: one.record_id.clone(),
        sent: one.sent.clone(),
        sent_hash: one.sent_hash.clone(),
        lease_until: None,
    }
}

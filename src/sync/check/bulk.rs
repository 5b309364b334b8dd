//! Who is missing on the platform is sent there: a few each by itself, many by the thousand.

use std::time::Duration;

use serde_json::Value;

use super::super::look::{self, Attempt, STEP, Version};
use super::super::platform::mobilize::{JobState, NewPlace};
use super::super::platform::{Failure, Field};
use super::super::queue::{self, Marked, Taken, Work};
use super::super::send::mobilize::names;
use super::super::sent::{self, Answer, Entry, What};
use super::{Check, Error, fresh};
use crate::db;
use crate::id::RecordId;

/// Records of a bulk are nobody else's until it is over, or for so long.
const BULK_LEASE_SECONDS: i64 = 900;
const POLL: Duration = Duration::from_millis(300);

impl Check<'_> {
    /// Few: each goes out by itself.
    pub(super) async fn send(&self, records: &[RecordId]) -> Result<(), db::Error> {
        for step in records.chunks(STEP) {
            let mut tx = fresh(self.site).write().await?;
            queue::send_all(&mut tx, self.platform, &step.iter().collect::<Vec<_>>()).await?;
            tx.rouse().await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// Many: by the thousand, one bulk after the other. Answers the work that was taken for it.
    pub(super) async fn bulk(&self, records: Vec<RecordId>) -> Result<Vec<Taken>, Error> {
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
            all.extend(works.into_iter().map(Taken::from));
        }
        Ok(all)
    }

    async fn taken(&self, records: &[RecordId]) -> Result<(Vec<Work>, Vec<NewPlace>), Error> {
        let (mut works, mut bulk) = (Vec::new(), Vec::new());
        for step in records.chunks(STEP) {
            let mut tx = fresh(self.site).write().await?;
            // Those whom somebody is at already are not among them.
            let taken = queue::take(&mut tx, self.platform, step, BULK_LEASE_SECONDS).await?;
            let marked: Vec<Marked> = taken.iter().map(marked).collect();
            let views =
                look::views(&mut tx, self.site, self.integration, &marked, Attempt::None).await?;
            for (work, view) in taken.into_iter().zip(views) {
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
        let answers = works.iter().zip(bulk).enumerate().map(|(index, (work, place))| {
            let email = place.fields.get(Field::Email);
            let refused = job.errors.iter().find(|error| {
                error.index == Some(index)
                    || (error.index.is_none() && error.email.as_deref() == email)
            });
            let refused = refused.map(|error| Answer::Refused(None, &error.words));
            (work, place, refused.unwrap_or(Answer::InABulk))
        });
        for step in answers.collect::<Vec<_>>().chunks(STEP) {
            let mut tx = fresh(self.site).write().await?;
            self.note(&mut tx, step).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    async fn note(
        &self,
        tx: &mut db::Writer,
        step: &[(&Work, &NewPlace, Answer<'_>)],
    ) -> Result<(), db::Error> {
        let item = |place: &NewPlace| self.client.item(place.user_id.as_deref(), &place.fields);
        let bodies: Vec<Value> =
            step.iter().map(|(_, place, _)| item(place).unwrap_or_default()).collect();
        let payloads: Vec<Vec<u8>> =
            bodies.iter().map(|body| body.to_string().into_bytes()).collect();
        let names: Vec<Vec<&str>> = bodies.iter().map(names).collect();
        let contents = payloads.iter().zip(&names);
        let entries: Vec<Entry<'_>> = { step.iter().zip(contents) }
            .map(|((work, _, answer), (payload, names))| Entry {
                platform: self.platform,
                group: Some(&self.claim.group_id),
                record: &work.record_id,
                what: What::Add,
                fields: names,
                payload: Some(payload),
                answer: *answer,
                uncounted_why: None,
            })
            .collect();
        sent::record_all(tx, self.site, self.platform, &entries).await
    }

    /// The records of a bulk are everybody's again; whoever the list does not have yet is sent alone, and
    /// its refusal is told by the platform then.
    pub(super) async fn give_back(&self, taken: &[Taken]) -> Result<(), db::Error> {
        for step in taken.chunks(STEP) {
            let mut tx = fresh(self.site).write().await?;
            queue::give_back(&mut tx, self.platform, step, "taken in a bulk").await?;
            tx.commit().await?;
        }
        Ok(())
    }
}

fn marked(work: &Work) -> Marked {
    Marked {
        record_id: work.record_id.clone(),
        sent: work.sent.clone(),
        sent_hash: work.sent_hash.clone(),
        lease_until: None,
    }
}

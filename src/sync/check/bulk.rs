//! Who is missing on the platform is sent there: a few each by itself, many by the thousand.

use std::collections::HashSet;
use std::time::Duration;

use serde_json::Value;

use super::super::look::{self, Attempt, STEP, Version};
use super::super::places;
use super::super::platform::mobilize::{Job, JobState, NewPlace};
use super::super::platform::{Failure, Field};
use super::super::queue::bulk::Taken;
use super::super::queue::{self, LEASE_SECONDS, Marked, Work};
use super::super::send::mobilize::names;
use super::super::sent::{self, Answer, Entry, What};
use super::{Check, Error, fresh};
use crate::clock::Timestamp;
use crate::db;
use crate::id::RecordId;

const POLL: Duration = Duration::from_millis(300);
/// Troubles of the platform that a bulk gets over: to begin it, and one after the other while it goes on.
const TRIES: u32 = 3;
const POLLS: u32 = 4;
/// How long a bulk is waited for: until it can begin, and until it is over.
const BUSY_SECONDS: i64 = 300;
const JOB_SECONDS: i64 = 600;
/// The people of a bulk are kept when so much of their lease has passed.
const BEAT_SECONDS: i64 = 15;
/// Whoever was in a bulk is sent alone after this, should the list not have shown them by then.
const REST_SECONDS: i64 = 900;

/// The people of one bulk.
#[derive(Default)]
struct Batch {
    taken: Vec<Taken>,
    works: Vec<Work>,
    places: Vec<NewPlace>,
    kept_at: Option<Timestamp>,
    sent: Sent,
}

/// What the platform has of a bulk.
#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Sent {
    #[default]
    Nothing,
    /// It may be at work on it.
    Begun,
    Over,
}

/// Whether bulks are of use to this check.
#[derive(PartialEq, Eq)]
enum Use {
    Some,
    None,
}

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

    /// Many: by the thousand, one bulk after the other. Answers the work that was taken for it. Where the
    /// platform does not take bulks, or does not get on with them, everybody left goes by themselves.
    pub(super) async fn bulk(&self, records: Vec<RecordId>) -> Result<Vec<Taken>, Error> {
        let most = self.client.profile().bulk.as_ref().map_or(0, |bulk| usize::from(bulk.max));
        let mut all = Vec::new();
        if most == 0 {
            self.send(&records).await?;
            return Ok(all);
        }
        let mut left = &records[..];
        while !left.is_empty() {
            let (chunk, others) = left.split_at(most.min(left.len()));
            let mut batch = Batch::default();
            let outcome = self.one_bulk(chunk, &mut batch).await;
            self.release(&batch).await?;
            if outcome? == Use::None {
                self.send(left).await?;
                break;
            }
            all.append(&mut batch.taken);
            left = others;
        }
        Ok(all)
    }

    async fn one_bulk(&self, records: &[RecordId], batch: &mut Batch) -> Result<Use, Error> {
        self.take(records, batch).await?;
        if batch.places.is_empty() {
            return Ok(Use::Some);
        }
        let Some(id) = self.begin(batch).await? else { return Ok(Use::None) };
        let Some(job) = self.end(&id, batch).await? else { return Ok(Use::None) };
        batch.sent = Sent::Over;
        self.note_all(batch, &job).await?;
        Ok(Use::Some)
    }

    async fn take(&self, records: &[RecordId], batch: &mut Batch) -> Result<(), Error> {
        batch.kept_at = Some(self.site.app.clock.now());
        for step in records.chunks(STEP) {
            let mut tx = fresh(self.site).write().await?;
            // Those whom somebody is at already are not among them.
            let taken = queue::bulk::take(&mut tx, self.platform, step).await?;
            let marked: Vec<Marked> = taken.iter().map(Marked::from).collect();
            let views =
                look::views(&mut tx, self.site, self.integration, &marked, Attempt::None).await?;
            let (mut works, mut places) = (Vec::new(), Vec::new());
            for (work, view) in taken.into_iter().zip(views) {
                let is_wanted = view.outcome.adds.contains(&self.claim.group_id);
                match view.version {
                    Some(Version::Fields(fields)) if is_wanted => {
                        places.push(NewPlace { user_id: work.remote_id.clone(), fields });
                        works.push(work);
                    }
                    _ => {
                        queue::postpone(&mut tx, self.platform, &work, self.site.now).await?;
                    }
                }
            }
            tx.commit().await?;
            batch.taken.extend(works.iter().map(Taken::from));
            batch.works.append(&mut works);
            batch.places.append(&mut places);
            self.hold_on(batch).await?;
        }
        Ok(())
    }

    /// Answers the id of the job; None where this platform refuses the bulk, or is busy with others for
    /// too long.
    async fn begin(&self, batch: &mut Batch) -> Result<Option<String>, Error> {
        let remote = &self.link.remote_group_id;
        let first = batch.works.first().map_or("", |work| work.record_id.as_str());
        let key = format!("{}-bulk-{}-{first}", self.platform.as_text(), self.claim.fence);
        let until = self.site.app.clock.now().plus_seconds(BUSY_SECONDS);
        let mut tries = 1;
        loop {
            let failure = match self.client.bulk_add(remote, &batch.places, &key).await {
                Ok(id) => {
                    batch.sent = Sent::Begun;
                    return Ok(Some(id));
                }
                Err(failure) => failure,
            };
            if failure.outcome_is_unknown() {
                batch.sent = Sent::Begun;
            }
            match &failure {
                // One bulk at a time; another one of this community is on its way.
                Failure::Busy { .. } if self.site.app.clock.now() < until => {}
                Failure::Busy { words, .. } | Failure::Refused { words, .. } => {
                    tracing::warn!(words, "a bulk was not taken; its people go one by one");
                    return Ok(None);
                }
                failure if tries < TRIES && may_pass(failure) => tries += 1,
                _ => return Err(failure.into()),
            }
            self.wait(batch, pause(&failure, tries)).await?;
        }
    }

    /// Answers the job once it is over; None where it does not come to an end, or is not known any more.
    async fn end(&self, id: &str, batch: &mut Batch) -> Result<Option<Job>, Error> {
        let until = self.site.app.clock.now().plus_seconds(JOB_SECONDS);
        let mut failed = 0;
        loop {
            let pause = match self.client.job(id).await {
                Ok(job) if matches!(job.state, JobState::Done | JobState::Failed) => {
                    return Ok(Some(job));
                }
                Ok(_) => {
                    failed = 0;
                    POLL
                }
                Err(Failure::Refused { words, .. }) => {
                    tracing::warn!(words, "a bulk is gone; the list says who is there");
                    return Ok(None);
                }
                Err(failure) if failed < POLLS && may_pass(&failure) => {
                    failed += 1;
                    pause(&failure, failed)
                }
                Err(failure) => return Err(failure.into()),
            };
            if self.site.app.clock.now() >= until {
                tracing::warn!("a bulk does not come to an end; its people go one by one");
                return Ok(None);
            }
            self.wait(batch, pause).await?;
        }
    }

    /// Waits before the next call, and holds on to the check and to the people meanwhile.
    async fn wait(&self, batch: &mut Batch, pause: Duration) -> Result<(), Error> {
        let mut left = pause;
        while !left.is_zero() {
            let moment = left.min(Duration::from_secs(10));
            tokio::time::sleep(moment).await;
            left -= moment;
            self.hold_on(batch).await?;
        }
        Ok(())
    }

    async fn hold_on(&self, batch: &mut Batch) -> Result<(), Error> {
        self.go_on().await?;
        let now = self.site.app.clock.now();
        if batch.kept_at.is_none_or(|kept| now.seconds_since(kept) >= BEAT_SECONDS) {
            for step in batch.taken.chunks(STEP) {
                queue::bulk::keep(self.site, self.platform, step).await?;
            }
            batch.kept_at = Some(now);
        }
        Ok(())
    }

    /// Nobody is at them any more, however it went. What came of it shows in the list; until then whoever
    /// may have been added counts as such (SEC-Y8), and is not added alone beside a bulk that goes on.
    async fn release(&self, batch: &Batch) -> Result<(), db::Error> {
        let seconds = match batch.sent {
            Sent::Nothing => 0,
            Sent::Begun => LEASE_SECONDS,
            Sent::Over => REST_SECONDS,
        };
        for (step, works) in batch.taken.chunks(STEP).zip(batch.works.chunks(STEP)) {
            let site = fresh(self.site);
            let mut tx = site.write().await?;
            if batch.sent != Sent::Nothing {
                let records: Vec<_> = works.iter().map(|work| &work.record_id).collect();
                places::unsure(&mut tx, self.platform, &self.claim.group_id, &records).await?;
            }
            let send_at = site.now.plus_seconds(seconds);
            queue::bulk::release(&mut tx, self.platform, step, send_at).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// What was answered about each of them; a job that failed did not get to all.
    async fn note_all(&self, batch: &Batch, job: &Job) -> Result<(), db::Error> {
        let answered = match job.state {
            JobState::Failed => usize::try_from(job.processed).unwrap_or(usize::MAX),
            _ => usize::MAX,
        };
        let all = batch.works.iter().zip(&batch.places).take(answered).enumerate();
        let answers = all.map(|(index, (work, place))| {
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

    /// The list has shown what came of the bulk. Whoever has nothing left to be sent rests; whoever waits
    /// for something, here or in another group, is sent alone.
    pub(super) async fn give_back(&self, taken: &[Taken]) -> Result<(), db::Error> {
        for step in taken.chunks(STEP) {
            let site = &fresh(self.site);
            let mut tx = site.write().await?;
            let held = queue::bulk::held(&mut tx, self.platform, step).await?;
            let views = look::views(&mut tx, site, self.integration, &held, Attempt::None).await?;
            look::write(&mut tx, self.platform, &views).await?;
            let settled: HashSet<&RecordId> = { held.iter().zip(&views) }
                .filter(|(_, view)| view.is_settled())
                .map(|(one, _)| &one.record_id)
                .collect();
            let answer = "taken in a bulk";
            queue::bulk::give_back(&mut tx, self.platform, step, &settled, answer).await?;
            tx.rouse().await?;
            tx.commit().await?;
        }
        Ok(())
    }
}

/// A trouble of the moment, after which the same is asked once more.
fn may_pass(failure: &Failure) -> bool {
    !failure.is_permanent() && !matches!(failure, Failure::Unauthorized { .. })
}

/// As long as the platform asks for, or longer with each trouble.
fn pause(failure: &Failure, troubles: u32) -> Duration {
    match failure {
        Failure::Busy { retry_after_seconds, .. } => {
            let seconds = u64::try_from(retry_after_seconds.unwrap_or(1)).unwrap_or(1);
            Duration::from_secs(seconds.clamp(1, 60))
        }
        _ => POLL * 2_u32.saturating_pow(troubles.min(6)),
    }
}

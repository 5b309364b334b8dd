//! Bulk jobs: up to 1,000 members of one group, one job at a time in a community.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::errors::Refusal;
use super::{Community, Pace};

pub const MOST_ITEMS: usize = 1_000;

#[derive(Default)]
pub struct Jobs(BTreeMap<String, Job>);

/// What a job does, in its order.
pub enum Work {
    /// The body of each single add.
    Add(Vec<Value>),
    /// The id of each to remove.
    Remove(Vec<String>),
}

struct Job {
    id: String,
    group: u64,
    work: Work,
    processed: usize,
    errors: Vec<Value>,
    status: &'static str,
    created_at: i64,
}

impl Work {
    fn len(&self) -> usize {
        match self {
            Self::Add(members) => members.len(),
            Self::Remove(ids) => ids.len(),
        }
    }
}

impl Job {
    fn is_over(&self) -> bool {
        matches!(self.status, "done" | "failed")
    }

    fn json(&self) -> Value {
        json!({
            "id": self.id,
            "status": self.status,
            "total": self.work.len(),
            "processed": self.processed,
            "errors": self.errors,
        })
    }
}

impl Community {
    /// Takes a job in; answers its id.
    pub fn start(&mut self, group: u64, work: Work, now: i64) -> Result<String, Refusal> {
        match work.len() {
            0 => return Err(Refusal::invalid("Nothing to do", "members")),
            count if count > MOST_ITEMS => {
                let message = format!("At most {MOST_ITEMS} members in one bulk operation");
                return Err(Refusal::invalid(message, "members"));
            }
            _ => {}
        }
        if self.jobs.0.values().any(|job| !job.is_over()) {
            return Err(Refusal::busy());
        }
        let id = format!("b_{}", self.jobs.0.len() + 1);
        let job = Job {
            id: id.clone(),
            group,
            work,
            processed: 0,
            errors: Vec::new(),
            status: "queued",
            created_at: now,
        };
        self.jobs.0.insert(id.clone(), job);
        Ok(id)
    }

    /// Jobs that go by the clock get as far as it says.
    pub fn advance_jobs(&mut self, now: i64) {
        let Pace::PerSecond(pace) = self.settings.bulk else { return };
        let Some(job) = self.jobs.0.values().find(|job| !job.is_over()) else { return };
        let seconds = usize::try_from((now - job.created_at) / 1_000).unwrap_or(0);
        let due = seconds.saturating_mul(pace).saturating_sub(job.processed);
        let id = job.id.clone();
        if seconds > 0 {
            self.work(&id, due, now);
        }
    }

    pub fn poll(&mut self, id: &str, now: i64) -> Option<Value> {
        let job = self.jobs.0.get(id)?;
        if let (Pace::PerPoll(pace), false) = (self.settings.bulk, job.is_over()) {
            self.work(id, pace, now);
        }
        self.jobs.0.get(id).map(Job::json)
    }

    /// Whether an unfinished job is still to change this member.
    pub fn job_holds(&self, group: &str, member: &str) -> bool {
        let mut open = self.jobs.0.values().filter(|job| !job.is_over());
        open.any(|job| {
            let is_same = |who: &str| self.find(who).unwrap_or(who) == member;
            let rest = job.processed..;
            job.group.to_string() == group
                && match &job.work {
                    Work::Remove(ids) => ids[rest].iter().any(|id| is_same(id)),
                    Work::Add(members) => members[rest].iter().any(|one| is_same(&named(one))),
                }
        })
    }

    fn work(&mut self, id: &str, count: usize, now: i64) {
        let Some(mut job) = self.jobs.0.remove(id) else { return };
        job.status = "running";
        let end = (job.processed + count).min(job.work.len());
        while job.processed < end && job.status == "running" {
            let index = job.processed;
            let done = match &job.work {
                Work::Add(members) => {
                    self.add(job.group, &members[index], now).map(|_| ()).map_err(|no| no.message)
                }
                Work::Remove(ids) => match self.leave(job.group, &ids[index]) {
                    true => Ok(()),
                    false => Err("Member not found".to_owned()),
                },
            };
            if let Err(message) = done {
                let email = match &job.work {
                    Work::Add(members) => members[index]["fields"]["email"].clone(),
                    Work::Remove(_) => Value::Null,
                };
                let error = json!({ "index": index, "email": email, "error_message": message });
                job.errors.push(error);
            }
            job.processed += 1;
            let is_last_straw = self.settings.bulk_fails_after == Some(job.processed);
            if is_last_straw || self.group(job.group).is_none() {
                job.status = "failed";
            }
        }
        if job.status == "running" && job.processed == job.work.len() {
            job.status = "done";
        }
        self.jobs.0.insert(job.id.clone(), job);
    }
}

/// Whom the body of an add speaks of.
pub fn named(member: &Value) -> String {
    let id = member["user_id"].as_str();
    id.or_else(|| member["fields"]["email"].as_str()).unwrap_or_default().to_owned()
}

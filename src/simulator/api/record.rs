//! What was asked of a platform, how often for whom, and whether two asked for one at once.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

use serde::Serialize;
use serde_json::Value;

use super::call::Call;

/// Enough for any test; the oldest give way.
const MOST_REQUESTS: usize = 20_000;
const MOST_BYTES: usize = 32 << 20;

/// One request. Authorization headers are not kept.
#[derive(Debug, Clone, Serialize)]
pub struct Recorded {
    /// Counted from 1.
    pub number: u64,
    pub at: i64,
    pub method: String,
    /// With its query.
    pub path: String,
    pub authorized: bool,
    /// Null for an empty body, text for one that is not JSON.
    pub body: Value,
    /// None while it is not answered, and for good when the connection was closed instead.
    pub status: Option<u16>,
    #[serde(skip)]
    size: usize,
}

#[derive(Default)]
pub struct Log {
    newest_last: VecDeque<Recorded>,
    count: u64,
    bytes: usize,
}

impl Log {
    /// Answers the request's number.
    pub fn add(&mut self, call: &Call, authorized: bool, at: i64) -> u64 {
        self.count += 1;
        let path = match call.query.as_str() {
            "" => call.path.clone(),
            query => format!("{}?{query}", call.path),
        };
        let body = match call.body.is_empty() {
            true => Value::Null,
            false => call.json().unwrap_or_else(|| String::from_utf8_lossy(&call.body).into()),
        };
        self.bytes += call.body.len();
        self.newest_last.push_back(Recorded {
            number: self.count,
            at,
            method: call.method.to_string(),
            path,
            authorized,
            body,
            status: None,
            size: call.body.len(),
        });
        while self.newest_last.len() > MOST_REQUESTS || self.bytes > MOST_BYTES {
            let Some(oldest) = self.newest_last.pop_front() else { break };
            self.bytes -= oldest.size;
        }
        self.count
    }

    pub fn answered(&mut self, number: u64, status: u16) {
        let found = self.newest_last.iter_mut().rev().find(|one| one.number == number);
        if let Some(request) = found {
            request.status = Some(status);
        }
    }

    pub fn all(&self) -> Vec<Recorded> {
        self.newest_last.iter().cloned().collect()
    }
}

/// Whom a call changes. An empty group stands for the member's own record.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    pub group: String,
    pub member: String,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Mutations {
    /// Calls that came, whatever became of them; not those with a wrong key or above the limits.
    pub tried: u64,
    /// Calls that the platform carried out, also when the answer was lost.
    pub done: u64,
}

/// Changing calls that are not yet answered, and the count of those that are.
#[derive(Default)]
pub struct Flights {
    in_flight: BTreeMap<u64, Vec<Key>>,
    next: u64,
    overlaps: u64,
    counts: HashMap<Key, Mutations>,
}

impl Flights {
    /// Answers a number to leave with.
    pub fn enter(
        &mut self,
        keys: Vec<Key>,
        canonical: impl Fn(&str) -> String,
        is_being_worked_on: impl Fn(&Key) -> bool,
    ) -> u64 {
        let same = |key: &Key| Key { member: canonical(&key.member), ..key.clone() };
        let busy: HashSet<Key> = self.in_flight.values().flatten().map(same).collect();
        let meets = |key: &Key| busy.contains(&same(key)) || is_being_worked_on(&same(key));
        self.overlaps += u64::from(keys.iter().any(meets));
        self.next += 1;
        self.in_flight.insert(self.next, keys);
        self.next
    }

    pub fn leave(&mut self, number: u64, done: bool, canonical: impl Fn(&str) -> String) {
        for key in self.in_flight.remove(&number).unwrap_or_default() {
            let key = Key { member: canonical(&key.member), ..key };
            let count = self.counts.entry(key).or_default();
            count.tried += 1;
            count.done += u64::from(done);
        }
    }

    /// A member may have been counted before the platform knew them, and so under another name.
    pub fn count(
        &self,
        group: &str,
        member: &str,
        canonical: impl Fn(&str) -> String,
    ) -> Mutations {
        let wanted = canonical(member);
        let mut sum = Mutations::default();
        for (key, count) in &self.counts {
            if key.group == group && canonical(&key.member) == wanted {
                sum.tried += count.tried;
                sum.done += count.done;
            }
        }
        sum
    }

    pub fn overlaps(&self) -> u64 {
        self.overlaps
    }

    /// What is in flight stays there.
    pub fn forget_counts(&mut self) {
        self.overlaps = 0;
        self.counts.clear();
    }
}

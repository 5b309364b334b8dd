//! The platforms' own APIs, which group sync writes to: one state behind a handle that routers, pages and tests share.
//!
//! | file | what it is |
//! |---|---|
//! | `mobilize/` | the REST API of Mobilize and Forj Community: one call per group and person |
//! | `higher_logic/` | Higher Logic's Push API V1: full records, and all groups of each |
//! | `exchange` | one request: recorded, limited, spoiled where a fault says so, answered |
//! | `faults` `trickle` | what can go wrong on purpose, and the bodies that break on their way |
//! | `limits` | calls per second and per minute |
//! | `record` | what was asked, how often for whom, and whether two asked at once |
//! | `control` | the control plane; only `demo` and tests mount it |
//!
//! Time is whatever the caller's clock says and ids are counted, so the same calls bring the same answers.

mod call;
mod control;
mod exchange;
mod faults;
pub mod higher_logic;
mod limits;
pub mod mobilize;
mod record;
#[cfg(test)]
mod tests;
mod trickle;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::routing::any;
use serde_json::Value;

use call::{Answer, Call};
use faults::Faults;
use limits::Meter;
use record::{Flights, Log};

pub use faults::{Change, Fault, Redirect};
pub use limits::{Limits, RetryAfter};
pub use record::{Key, Mutations, Recorded};

/// One platform's API. Clones share one state; `P` is [`mobilize::Community`] or [`higher_logic::Tenant`].
pub struct Api<P>(Arc<Shared<P>>);

struct Shared<P> {
    inside: Mutex<Inside<P>>,
    now: Box<dyn Fn() -> i64 + Send + Sync>,
}

struct Inside<P> {
    platform: P,
    log: Log,
    faults: Faults,
    flights: Flights,
    meter: Meter,
}

/// What tells one platform's API from another.
pub trait Platform: Send + Sized + 'static {
    /// Where the API begins.
    const PREFIX: &'static str;
    const LARGEST_BODY: usize;

    fn limits(&self) -> &Limits;
    fn is_authorized(&self, call: &Call) -> bool;
    fn too_many() -> Answer;
    fn too_large() -> Answer;
    /// Whom this call would change, if it is one that changes.
    fn touches(&self, call: &Call) -> Vec<Key>;
    /// The one name of a member who may be called by several.
    fn canonical(&self, member: &str) -> String;
    /// Whether accepted work is still to change this one.
    fn is_working_on(&self, _key: &Key) -> bool {
        false
    }
    /// Does what time has brought since the last call.
    fn tick(&mut self, now: i64);
    fn answer(&mut self, call: &Call, now: i64) -> Answer;
    /// Whether the work was done that this answers.
    fn did_it(answer: &Answer) -> bool {
        answer.status.is_success()
    }
    fn seed(&mut self, seed: Value, now: i64) -> Result<(), String>;
    fn remove(&mut self, group: &str, member: &str);
    fn reset(&mut self);
    fn state(&self) -> Value;
    /// Contacts that are taken in and not yet shown, where a platform has such.
    fn pending(&self) -> Option<Vec<String>> {
        None
    }
    fn groups_shown(&self) -> Vec<GroupLine>;
    fn members_shown(&self, group: &str) -> Vec<MemberLine>;
}

/// A group as the platform's own pages list it.
pub struct GroupLine {
    pub id: String,
    pub name: String,
    /// `Private`, `Security Group`.
    pub kind: &'static str,
    pub members: usize,
}

/// A member as the platform's own pages list them.
pub struct MemberLine {
    pub name: String,
    pub email: String,
    pub company: String,
    pub job_title: String,
    /// What sets them apart: `Group admin`, `Invited`, `Company`.
    pub note: &'static str,
}

impl<P> Clone for Api<P> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<P: Platform> Api<P> {
    /// `now` is in milliseconds since 1970.
    fn open(platform: P, now: impl Fn() -> i64 + Send + Sync + 'static) -> Self {
        let inside = Inside {
            platform,
            log: Log::default(),
            faults: Faults::default(),
            flights: Flights::default(),
            meter: Meter::default(),
        };
        Self(Arc::new(Shared { inside: Mutex::new(inside), now: Box::new(now) }))
    }

    /// The platform's API, below its own prefix.
    pub fn router(&self) -> Router {
        let below = format!("{}/{{*rest}}", P::PREFIX);
        Router::new().route(&below, any(exchange::exchange::<P>)).with_state(self.clone())
    }

    /// The control plane, `/__control/…`. Whoever reaches it rules the stand-in: for loopback only.
    pub fn control(&self) -> Router {
        control::router(self.clone())
    }

    /// As on the first day; the settings stay.
    pub fn reset(&self) {
        let mut inside = self.lock();
        inside.platform.reset();
        inside.log = Log::default();
        inside.faults = Faults::default();
        inside.meter = Meter::default();
        inside.flights.forget_counts();
    }

    /// Groups and members as `/__control/seed` takes them.
    pub fn seed(&self, seed: Value) -> Result<(), String> {
        let now = self.now();
        self.lock().platform.seed(seed, now)
    }

    /// In the place of those that were set before.
    pub fn set_faults(&self, faults: impl IntoIterator<Item = Fault>) {
        self.lock().faults = faults.into_iter().collect();
    }

    /// The last requests, oldest first.
    pub fn requests(&self) -> Vec<Recorded> {
        self.lock().log.all()
    }

    pub fn forget_requests(&self) {
        self.lock().log = Log::default();
    }

    /// How often changing calls for one member of one group came, and how many of them did it.
    pub fn mutations(&self, group: &str, member: &str) -> Mutations {
        let inside = self.lock();
        inside.flights.count(group, member, |member| inside.platform.canonical(member))
    }

    /// How often a changing call came for a member of a group while another one was not yet answered.
    pub fn overlaps(&self) -> u64 {
        self.lock().flights.overlaps()
    }

    pub fn state(&self) -> Value {
        let overlaps = self.overlaps();
        let mut state = self.current(|platform| platform.state());
        state["overlaps"] = overlaps.into();
        state
    }

    pub(super) fn groups_shown(&self) -> Vec<GroupLine> {
        self.current(|platform| platform.groups_shown())
    }

    pub(super) fn members_shown(&self, group: &str) -> Vec<MemberLine> {
        self.current(|platform| platform.members_shown(group))
    }

    pub(super) fn pending_shown(&self) -> Option<usize> {
        self.current(|platform| platform.pending()).map(|pending| pending.len())
    }

    fn now(&self) -> i64 {
        (self.0.now)()
    }

    /// The platform as it stands at this moment.
    fn current<T>(&self, look: impl FnOnce(&mut P) -> T) -> T {
        let now = self.now();
        let mut inside = self.lock();
        inside.platform.tick(now);
        look(&mut inside.platform)
    }

    /// A panic of one test's call does not spoil the state: each step under the lock is whole.
    fn lock(&self) -> MutexGuard<'_, Inside<P>> {
        self.0.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

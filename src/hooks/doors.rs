//! What keeps a flood out before it costs anything: so many deliveries at once, and so many of one tool
//! in a minute. Kept in memory, by each node for itself.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use tokio::sync::{Semaphore, SemaphorePermit};

use crate::clock::Timestamp;
use crate::id::{AssociationId, HookId};

/// SECURITY.md 4.9: others have their turn.
const AT_ONCE: usize = 16;
const MINUTE: i64 = 60;

pub struct Doors {
    places: Semaphore,
    counts: Mutex<Counts>,
}

#[derive(Default)]
struct Counts {
    minute: i64,
    calls: HashMap<(AssociationId, HookId), u32>,
}

impl Default for Doors {
    fn default() -> Self {
        Self { places: Semaphore::new(AT_ONCE), counts: Mutex::default() }
    }
}

impl Doors {
    /// A place to work in; none where all are taken.
    pub fn enter(&self) -> Option<SemaphorePermit<'_>> {
        self.places.try_acquire().ok()
    }

    /// Counts a call that proved whose it is; answers the seconds to wait where there are too many.
    /// Nobody else can use up a tool's calls, and there are no more counts than tools.
    pub fn count(
        &self,
        association: &AssociationId,
        hook: &HookId,
        now: Timestamp,
        most: Option<u32>,
    ) -> Option<i64> {
        let most = most?;
        let minute = now.unix_seconds().div_euclid(MINUTE);
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.minute != minute {
            *counts = Counts { minute, ..Counts::default() };
        }
        let calls = counts.calls.entry((association.clone(), hook.clone())).or_default();
        *calls = calls.saturating_add(1);
        (*calls > most).then(|| MINUTE - now.unix_seconds().rem_euclid(MINUTE))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tool_has_its_calls_of_the_minute_and_no_others() {
        let (doors, us) = (Doors::default(), AssociationId::presented("assoc_1"));
        let (one, other) = (HookId::random(), HookId::random());
        let at = Timestamp::from_unix_seconds;
        let call = |hook: &HookId, now| doors.count(&us, hook, at(now), Some(2));

        assert_eq!([call(&one, 120), call(&one, 130), call(&one, 131)], [None, None, Some(49)]);
        assert_eq!(call(&other, 131), None);
        assert_eq!(call(&one, 180), None);
        assert_eq!(doors.count(&us, &one, at(181), None), None);
    }

    #[test]
    fn there_are_so_many_places_and_one_that_is_left_is_free_again() {
        let doors = Doors::default();
        let mut taken: Vec<_> = (0..AT_ONCE).map(|_| doors.enter().unwrap()).collect();

        assert!(doors.enter().is_none());
        taken.pop();
        assert!(doors.enter().is_some());
    }
}

//! How fast a connection may be called: so many calls a second and a minute, so many at once, and none
//! before the platform's own "not before"; and how its calls went lately. All calls of a connection in
//! this process share one [`Pace`].

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

use super::profile::Calls;

/// Whoever would wait longer is told so instead: a lease may run out meanwhile.
const LONGEST_WAIT: Duration = Duration::from_secs(20);
const LONGEST_LINE: usize = 256;
/// When asked to wait without being told how long: twice as long each time.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// Of so many calls within a minute, more than half must go well (SECURITY.md 3.6.7).
const JUDGED: usize = 20;
const JUDGED_WITHIN: Duration = Duration::from_secs(60);
/// Nobody is believed who asks for more.
const LONGEST_ASKED: i64 = 24 * 60 * 60;

/// Clones are the same pace.
#[derive(Clone)]
pub struct Pace(Arc<Parts>);

struct Parts {
    calls: Calls,
    in_flight: Arc<Semaphore>,
    /// Whoever holds this is the next to call; the lock hands it on in the order of asking.
    line: tokio::sync::Mutex<()>,
    waiting: AtomicUsize,
    state: Mutex<State>,
}

struct State {
    windows: [Window; 2],
    not_before: Option<Instant>,
    pauses: u32,
    /// How calls went, and when.
    lately: VecDeque<(Instant, bool)>,
}

/// The right to make one call, until it is dropped.
pub struct Turn(#[expect(dead_code, reason = "given back when dropped")] OwnedSemaphorePermit);

/// Not now; in so many seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooSoon {
    pub seconds: i64,
}

impl Pace {
    pub fn new(calls: &Calls) -> Self {
        let window = |most: u16, seconds| Window::new(most, Duration::from_secs(seconds));
        Self(Arc::new(Parts {
            calls: calls.clone(),
            in_flight: Arc::new(Semaphore::new(usize::from(calls.max_in_flight))),
            line: tokio::sync::Mutex::new(()),
            waiting: AtomicUsize::new(0),
            state: Mutex::new(State {
                windows: [window(calls.per_second, 1), window(calls.per_minute, 60)],
                not_before: None,
                pauses: 0,
                lately: VecDeque::new(),
            }),
        }))
    }

    /// Waits for this call's turn. Whoever stops waiting has taken nothing from the others.
    pub async fn turn(&self) -> Result<Turn, TooSoon> {
        self.turn_asked_at(Instant::now()).await
    }

    async fn turn_asked_at(&self, asked: Instant) -> Result<Turn, TooSoon> {
        let _place = self.stand_in_line()?;
        let slots = self.0.in_flight.clone();
        let permit = slots.acquire_owned().await.expect("the semaphore is never closed");
        let _first = self.0.line.lock().await;
        loop {
            let now = Instant::now();
            // Also when the process stood still meanwhile, and may have lost what it had taken.
            if now - asked > LONGEST_WAIT {
                return Err(TooSoon { seconds: 1 });
            }
            let Some(at) = self.state().take(now) else { return Ok(Turn(permit)) };
            if at - now > LONGEST_WAIT {
                return Err(TooSoon { seconds: seconds_up(at - now) });
            }
            // Asked again afterwards: the platform may have asked for a pause meanwhile.
            tokio::time::sleep_until(at).await;
        }
    }

    /// The platform asked to wait, so all calls of this connection do.
    pub fn hold(&self, seconds: Option<i64>) {
        self.state().hold(Instant::now(), seconds);
    }

    /// The platform answered as it should, if only to refuse what it was asked for.
    pub fn answered(&self) {
        let mut state = self.state();
        state.pauses = 0;
        state.went(Instant::now(), true);
    }

    /// It did not answer, or not as it should.
    pub fn failed(&self) {
        self.state().went(Instant::now(), false);
    }

    /// Whether more than half of its calls failed lately, of enough to say so.
    pub fn is_shaky(&self) -> bool {
        self.state().is_shaky(Instant::now())
    }

    fn stand_in_line(&self) -> Result<InLine<'_>, TooSoon> {
        let place = InLine(&self.0.waiting);
        match self.0.waiting.fetch_add(1, Ordering::Relaxed) {
            LONGEST_LINE.. => Err(TooSoon { seconds: seconds_up(LONGEST_WAIT) }),
            _ => Ok(place),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Counted in [`Parts::waiting`] as long as it lives.
struct InLine<'a>(&'a AtomicUsize);

impl Drop for InLine<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl State {
    /// Takes a call's place, or says when one is free.
    fn take(&mut self, now: Instant) -> Option<Instant> {
        let free = self.windows.iter().map(|window| window.free_at(now));
        let at = free.chain(self.not_before).max().unwrap_or(now);
        if at > now {
            return Some(at);
        }
        for window in &mut self.windows {
            window.take(now);
        }
        None
    }

    fn went(&mut self, now: Instant, well: bool) {
        self.lately.push_back((now, well));
        let is_old = |at: Instant| now - at > JUDGED_WITHIN;
        while self.lately.front().is_some_and(|(at, _)| is_old(*at)) {
            self.lately.pop_front();
        }
    }

    fn is_shaky(&self, now: Instant) -> bool {
        let lately = self.lately.iter().filter(|(at, _)| now - *at <= JUDGED_WITHIN);
        let (all, failed) =
            lately.fold((0, 0), |(all, failed), (_, well)| (all + 1, failed + usize::from(!well)));
        all >= JUDGED && failed * 2 > all
    }

    fn hold(&mut self, now: Instant, seconds: Option<i64>) {
        let pause = match seconds {
            Some(seconds) => Duration::from_secs(seconds.clamp(0, LONGEST_ASKED).unsigned_abs()),
            // Calls that were under way together are refused together: one pause for all of them.
            None if self.not_before.is_some_and(|at| at > now) => return,
            None => {
                self.pauses += 1;
                let doubled = FIRST_PAUSE * 2_u32.pow((self.pauses - 1).min(6));
                doubled.min(LONGEST_PAUSE)
            }
        };
        self.not_before = self.not_before.max(Some(now + pause));
    }
}

/// The times of the last calls. Stricter than a bucket of tokens, which lets two bursts through in a
/// second: no stretch of this length ever holds more than `most`.
struct Window {
    most: usize,
    length: Duration,
    taken: VecDeque<Instant>,
}

impl Window {
    fn new(most: u16, length: Duration) -> Self {
        Self { most: usize::from(most), length, taken: VecDeque::new() }
    }

    fn free_at(&self, now: Instant) -> Instant {
        match self.taken.len().checked_sub(self.most) {
            Some(at) => self.taken[at] + self.length,
            None => now,
        }
    }

    fn take(&mut self, now: Instant) {
        if self.taken.len() == self.most {
            self.taken.pop_front();
        }
        self.taken.push_back(now);
    }
}

fn seconds_up(duration: Duration) -> i64 {
    let seconds = duration.as_secs() + u64::from(duration.subsec_nanos() > 0);
    i64::try_from(seconds).unwrap_or(i64::MAX)
}

/// The paces of this process, by whatever names a connection. As many as there are connections.
#[derive(Default)]
pub struct Paces(Mutex<HashMap<String, Pace>>);

impl Paces {
    /// The same one each time, until its limits change.
    pub fn of(&self, connection: &str, calls: &Calls) -> Pace {
        let mut paces = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match paces.get(connection) {
            Some(pace) if pace.0.calls == *calls => pace.clone(),
            _ => {
                let pace = Pace::new(calls);
                paces.insert(connection.to_owned(), pace.clone());
                pace
            }
        }
    }

    pub fn forget(&self, connection: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(connection);
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Platform, Profile};
    use super::*;

    fn calls(per_second: u16, per_minute: u16, max_in_flight: u8) -> Calls {
        let calls = Profile::of(Platform::Mobilize, None).unwrap().calls().clone();
        Calls { per_second, per_minute, max_in_flight, ..calls }
    }

    fn state(per_second: u16, per_minute: u16) -> (State, Instant) {
        let windows = [
            Window::new(per_second, Duration::from_secs(1)),
            Window::new(per_minute, Duration::from_secs(60)),
        ];
        (State { windows, not_before: None, pauses: 0, lately: VecDeque::new() }, Instant::now())
    }

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn no_second_and_no_minute_holds_more_calls_than_it_may() {
        let (mut state, start) = state(10, 25);
        let mut now = start;
        let mut taken = Vec::new();
        while taken.len() < 60 {
            match state.take(now) {
                None => taken.push(now),
                Some(at) => now = at,
            }
        }
        let most = |length: Duration| {
            let within = |from: &Instant| {
                taken.iter().filter(|at| (*from..*from + length).contains(at)).count()
            };
            taken.iter().map(within).max().unwrap()
        };
        assert_eq!((most(Duration::from_secs(1)), most(Duration::from_secs(60))), (10, 25));
        assert_eq!(taken[59] - start, Duration::from_secs(120), "and none is wasted");
        assert!(state.windows.iter().all(|window| window.taken.len() <= window.most));
    }

    #[test]
    fn a_pause_that_the_platform_asked_for_is_kept_and_never_shortened() {
        let (mut state, now) = state(10, 600);
        state.hold(now, Some(7));
        state.hold(now, Some(2));
        assert_eq!(state.take(now), Some(now + 7000 * MS));
        assert_eq!(state.take(now + 7000 * MS), None);
        state.hold(now, Some(i64::MAX));
        assert_eq!(state.take(now), Some(now + Duration::from_secs(86_400)));
    }

    #[test]
    fn pauses_without_a_number_grow_until_there_is_an_answer() {
        let (mut state, mut now) = state(10, 600);
        let mut pauses = Vec::new();
        for _ in 0..9 {
            state.hold(now, None);
            state.hold(now, None);
            let at = state.take(now).unwrap();
            pauses.push((at - now).as_secs());
            now = at;
        }
        assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
    }

    /// SECURITY.md 3.6.7.
    #[test]
    fn a_platform_is_shaky_when_more_than_half_of_twenty_calls_in_a_minute_failed() {
        let (mut state, now) = state(10, 600);
        for index in 0..19 {
            state.went(now, index % 2 == 0);
        }
        assert!(!state.is_shaky(now), "too few to say");
        state.went(now, false);
        assert!(!state.is_shaky(now), "ten of twenty");
        state.went(now + 1000 * MS, false);
        assert!(state.is_shaky(now + 1000 * MS));
        assert!(!state.is_shaky(now + 62_000 * MS), "that was long ago");
        state.went(now + 62_000 * MS, true);
        assert_eq!(state.lately.len(), 1);
    }

    #[tokio::test]
    async fn only_so_many_calls_are_under_way_at_once() {
        let pace = Pace::new(&calls(1000, 60_000, 2));
        let (one, _two) = (pace.turn().await.unwrap(), pace.turn().await.unwrap());
        let mut third = Box::pin(pace.turn());
        let still = tokio::select! {
            biased;
            _ = &mut third => false,
            () = std::future::ready(()) => true,
        };
        assert!(still);
        drop(one);
        assert!(third.await.is_ok());
    }

    /// Whoever gives up waiting leaves the line to the next.
    #[tokio::test]
    async fn a_call_that_is_given_up_takes_nothing_from_the_others() {
        let pace = Pace::new(&calls(1000, 60_000, 1));
        let held = pace.turn().await.unwrap();
        for _ in 0..LONGEST_LINE * 2 {
            let given_up = tokio::select! {
                biased;
                _ = pace.turn() => false,
                () = std::future::ready(()) => true,
            };
            assert!(given_up);
        }
        drop(held);
        assert!(pace.turn().await.is_ok());
        assert_eq!(pace.0.waiting.load(Ordering::Relaxed), 0);
        assert_eq!(pace.state().windows[0].taken.len(), 2);
    }

    #[tokio::test]
    async fn a_long_wait_and_a_long_line_are_told_instead_of_waited_for() {
        let pace = Pace::new(&calls(1000, 60_000, 1));
        pace.hold(Some(60));
        assert!(matches!(pace.turn().await, Err(TooSoon { seconds: 59..=60 })));

        let pace = Pace::new(&calls(1000, 60_000, 1));
        let _held = pace.turn().await.unwrap();
        let mut line: Vec<_> = (0..LONGEST_LINE).map(|_| Box::pin(pace.turn())).collect();
        for waiting in &mut line {
            let still = tokio::select! {
                biased;
                _ = waiting => false,
                () = std::future::ready(()) => true,
            };
            assert!(still);
        }
        assert!(matches!(pace.turn().await, Err(TooSoon { seconds: 20 })));
    }

    /// F-07: a process that stood still meanwhile may have lost its lease.
    #[tokio::test]
    async fn a_turn_that_comes_too_late_is_none() {
        let pace = Pace::new(&calls(1000, 60_000, 1));
        let long_ago = Instant::now().checked_sub(LONGEST_WAIT + 1000 * MS).unwrap();
        assert!(matches!(pace.turn_asked_at(long_ago).await, Err(TooSoon { seconds: 1 })));
        assert_eq!(pace.state().windows[0].taken.len(), 0);
        assert!(pace.turn().await.is_ok());
    }

    #[test]
    fn a_connection_has_one_pace_until_its_limits_change() {
        let paces = Paces::default();
        let one = paces.of("acme/mobilize", &calls(10, 600, 4));
        assert!(Arc::ptr_eq(&one.0, &paces.of("acme/mobilize", &calls(10, 600, 4)).0));
        assert!(!Arc::ptr_eq(&one.0, &paces.of("acme/forj", &calls(10, 600, 4)).0));
        assert!(!Arc::ptr_eq(&one.0, &paces.of("acme/mobilize", &calls(5, 600, 4)).0));
    }
}

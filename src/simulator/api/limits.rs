//! How many calls a platform takes per second and per minute, counted over its clock.

use std::collections::VecDeque;

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    pub per_second: Option<u32>,
    pub per_minute: Option<u32>,
    pub retry_after: RetryAfter,
}

/// Whether a refusal says how long to wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryAfter {
    Said,
    Unsaid,
    /// Said the first time, not the second, and so on.
    InTurn,
}

impl Limits {
    pub const OFF: Self =
        Self { per_second: None, per_minute: None, retry_after: RetryAfter::InTurn };
}

/// The calls of the last minute.
#[derive(Default)]
pub struct Meter {
    taken: VecDeque<i64>,
    refused: u64,
}

/// The call came too early. `wait` is in seconds, where it is said.
#[derive(Debug, PartialEq, Eq)]
pub struct TooMany {
    pub wait: Option<i64>,
}

impl Meter {
    pub fn take(&mut self, limits: &Limits, now: i64) -> Result<(), TooMany> {
        while self.taken.front().is_some_and(|at| at + MINUTE <= now) {
            self.taken.pop_front();
        }
        let windows = [(limits.per_second, SECOND), (limits.per_minute, MINUTE)];
        let free_at = windows.into_iter().filter_map(|(most, window)| {
            let most = usize::try_from(most?).unwrap_or(usize::MAX);
            // The oldest of the last `most` calls has to leave the window first.
            let oldest = self.taken.len().checked_sub(most).map(|place| self.taken.get(place));
            let free_at = oldest.map(|at| at.copied().unwrap_or(now) + window)?;
            (free_at > now).then_some(free_at)
        });
        match free_at.max() {
            None => {
                self.taken.push_back(now);
                Ok(())
            }
            Some(free_at) => {
                self.refused += 1;
                let said = match limits.retry_after {
                    RetryAfter::Said => true,
                    RetryAfter::Unsaid => false,
                    RetryAfter::InTurn => self.refused % 2 == 1,
                };
                let seconds = (free_at - now + SECOND - 1) / SECOND;
                Err(TooMany { wait: said.then_some(seconds) })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATED: Limits =
        Limits { per_second: Some(2), per_minute: Some(3), retry_after: RetryAfter::Said };

    fn wait(seconds: i64) -> Result<(), TooMany> {
        Err(TooMany { wait: Some(seconds) })
    }

    #[test]
    fn a_second_and_a_minute_have_their_own_limits() {
        let mut meter = Meter::default();

        let answers: Vec<_> = [0, 1, 2, 1_000, 2_000, 59_999, 60_000, 60_001, 60_002]
            .map(|now| meter.take(&STATED, now))
            .into();

        let expected =
            [Ok(()), Ok(()), wait(1), Ok(()), wait(58), wait(1), Ok(()), Ok(()), wait(1)];
        assert_eq!(answers, expected);
    }

    #[test]
    fn a_refusal_says_how_long_or_keeps_silent() {
        let waits = |retry_after| {
            let limits = Limits { per_second: Some(0), per_minute: None, retry_after };
            let mut meter = Meter::default();
            [0, 1, 2].map(|now| meter.take(&limits, now).unwrap_err().wait)
        };

        assert_eq!(waits(RetryAfter::Said), [Some(1), Some(1), Some(1)]);
        assert_eq!(waits(RetryAfter::Unsaid), [None, None, None]);
        assert_eq!(waits(RetryAfter::InTurn), [Some(1), None, Some(1)]);
    }

    #[test]
    fn limits_can_be_lifted() {
        let mut meter = Meter::default();

        assert!((0..5_000).all(|_| meter.take(&Limits::OFF, 0).is_ok()));
    }
}

//! When a key is made, signs, rests and goes: a pure function of what is kept and the time.

use super::Kept;
use crate::clock::Timestamp;

const HOUR: i64 = 3600;
/// A key signs for this long.
const ACTIVE: i64 = 90 * 24 * HOUR;
/// The next key is made this long before it takes over …
const MADE_BEFORE: i64 = 48 * HOUR;
/// … and may not take over before it was published for this long.
pub const PUBLISHED_BEFORE: i64 = 24 * HOUR;
/// A retired key stays in the JWKS: longer than the last ID token, a platform's cache and its clock.
const PUBLISHED_AFTER: i64 = 48 * HOUR;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// A new association signs at once: nobody has its JWKS yet.
    First,
    /// Make the next key and publish it.
    Publish,
    /// The next key signs from now on, the current one rests.
    Activate { next: String, current: Option<String> },
    /// Out of the JWKS, and its private half is erased.
    Withdraw(String),
}

pub fn due(keys: &[Kept], now: Timestamp) -> Vec<Step> {
    let mut steps = Vec::new();
    let current = keys.iter().find(|key| key.is_current());
    let next = keys.iter().find(|key| key.activated_at.is_none());
    match (current, next) {
        (None, None) => steps.push(Step::First),
        (None, Some(next)) => {
            steps.push(Step::Activate { next: next.kid.clone(), current: None });
        }
        (Some(current), next) => {
            let age = current.activated_at.map_or(0, |since| now.seconds_since(since));
            match next {
                None if age >= ACTIVE - MADE_BEFORE => steps.push(Step::Publish),
                Some(next)
                    if age >= ACTIVE && now.seconds_since(next.created_at) >= PUBLISHED_BEFORE =>
                {
                    let (next, current) = (next.kid.clone(), Some(current.kid.clone()));
                    steps.push(Step::Activate { next, current });
                }
                _ => {}
            }
        }
    }
    let resting = keys.iter().filter(|key| key.withdrawn_at.is_none());
    for key in resting {
        if key.retired_at.is_some_and(|since| now.seconds_since(since) >= PUBLISHED_AFTER) {
            steps.push(Step::Withdraw(key.kid.clone()));
        }
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hours: i64) -> Timestamp {
        Timestamp::from_unix_seconds(1_800_000_000 + hours * HOUR)
    }

    fn key(kid: &str, created: i64, activated: Option<i64>, retired: Option<i64>) -> Kept {
        Kept {
            kid: kid.to_owned(),
            created_at: at(created),
            activated_at: activated.map(at),
            retired_at: retired.map(at),
            withdrawn_at: None,
        }
    }

    #[test]
    fn a_key_is_published_before_it_signs_and_after_its_last_signature() {
        let (day, life) = (24, 90 * 24);
        let young = || key("a", 0, Some(0), None);
        assert_eq!(due(&[], at(0)), [Step::First]);
        assert_eq!(due(&[young()], at(life - 49)), []);
        assert_eq!(due(&[young()], at(life - 48)), [Step::Publish]);

        let next = |made| key("b", made, None, None);
        assert_eq!(due(&[young(), next(life - 48)], at(life - 1)), []);
        let turn = Step::Activate { next: "b".to_owned(), current: Some("a".to_owned()) };
        assert_eq!(due(&[young(), next(life - 48)], at(life)), [turn]);
        assert_eq!(due(&[young(), next(life - 2)], at(life)), [], "published for too short a time");

        let old = || key("a", 0, Some(0), Some(life));
        let now = || key("b", life - 48, Some(life), None);
        assert_eq!(due(&[old(), now()], at(life + 2 * day - 1)), []);
        assert_eq!(due(&[old(), now()], at(life + 2 * day)), [Step::Withdraw("a".to_owned())]);
    }
}

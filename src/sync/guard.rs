//! The guard before removals: what would take many people out of a group at once is held until an admin
//! has looked at it (SECURITY.md 3.6, DEC10, DEC20). Pure: numbers in, a verdict out.

/// At most so many leave without a question, or this share of the group, whichever is more.
const PEOPLE: i64 = 10;
const PERCENT: i64 = 10;
/// A group below this size is held when more than half of it would leave.
const SMALL: i64 = 20;
/// Below this, size alone holds nothing (DEC20).
const TINY: i64 = 5;
/// Counted removals of all groups of an association in 24 hours.
const DAILY: i64 = 500;
/// Held plans in more associations than this at once point to a mistake of ours.
const ASSOCIATIONS: i64 = 3;
/// A group whose conditions were changed just now may still be in the making.
pub const SETTLING_SECONDS: i64 = 600;
/// Single removals by an admin, and deactivations, that pass in an hour.
pub const SINGLE_AN_HOUR: i64 = 10;
/// So many removals a minute, so that a mistake can be stopped halfway.
pub const A_MINUTE: i64 = 60;

/// Why removals may not be trusted, whatever their number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// Other credentials since the last full check.
    Credentials,
    /// The database was restored or copied.
    Restored,
}

impl Doubt {
    pub fn as_text(self) -> &'static str {
        match self {
            Self::Credentials => "credentials",
            Self::Restored => "restored",
        }
    }

    pub fn of_text(text: &str) -> Option<Self> {
        [Self::Credentials, Self::Restored].into_iter().find(|doubt| doubt.as_text() == text)
    }
}

/// One linked group, before anybody is removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Question {
    /// How many the platform confirmed to be there.
    pub size: i64,
    /// Whether nobody at all is wanted there any more.
    pub is_emptied: bool,
    /// Removals that wait, but those that were released or asked for one by one.
    pub waiting: i64,
    /// Removals of this group in the last 24 hours that count.
    pub removed_today: i64,
    /// Whether the group has never been in step with its counterpart.
    pub is_first: bool,
    pub doubt: Option<Doubt>,
    /// An admin stopped the removal of some of those who wait.
    pub is_stopped: bool,
    pub seconds_since_conditions_changed: Option<i64>,
    /// Counted removals of the association in 24 hours.
    pub removed_today_everywhere: i64,
    /// Associations that have something held.
    pub associations_held: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hold {
    First,
    /// An admin stopped this, and has to say so before it goes on.
    Stopped,
    Doubted(Doubt),
    ConditionsChanged,
    Emptied,
    /// More than this many.
    TooMany {
        most: i64,
    },
    Daily,
    ManyAssociations,
}

impl Hold {
    pub fn as_text(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Stopped => "stopped",
            Self::Doubted(doubt) => doubt.as_text(),
            Self::ConditionsChanged => "conditions",
            Self::Emptied => "emptied",
            Self::TooMany { .. } => "too_many",
            Self::Daily => "daily",
            Self::ManyAssociations => "many_associations",
        }
    }
}

/// How many may leave a group of this size without a question.
pub fn most(size: i64) -> i64 {
    match size {
        ..TINY => size,
        TINY..SMALL => size / 2,
        SMALL.. => PEOPLE.max(size * PERCENT / 100),
    }
}

/// None: the removals that wait may go.
pub fn judge(question: &Question) -> Option<Hold> {
    if question.waiting == 0 {
        return None;
    }
    if question.is_stopped {
        return Some(Hold::Stopped);
    }
    if question.is_first {
        return Some(Hold::First);
    }
    if let Some(doubt) = question.doubt {
        return Some(Hold::Doubted(doubt));
    }
    if question.seconds_since_conditions_changed.is_some_and(|it| it < SETTLING_SECONDS) {
        return Some(Hold::ConditionsChanged);
    }
    if question.is_emptied && question.size >= TINY {
        return Some(Hold::Emptied);
    }
    let most = most(question.size);
    if question.size >= TINY && question.waiting + question.removed_today > most {
        return Some(Hold::TooMany { most });
    }
    if question.removed_today_everywhere + question.waiting > DAILY {
        return Some(Hold::Daily);
    }
    if question.associations_held > ASSOCIATIONS {
        return Some(Hold::ManyAssociations);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const CALM: Question = Question {
        size: 5_000,
        is_emptied: false,
        waiting: 1,
        removed_today: 0,
        is_first: false,
        doubt: None,
        is_stopped: false,
        seconds_since_conditions_changed: None,
        removed_today_everywhere: 0,
        associations_held: 0,
    };

    /// SECURITY.md 3.6, DEC20.
    #[test]
    fn removals_are_held_by_their_number_and_by_what_makes_them_doubtful() {
        let of = |size, waiting| Question { size, waiting, ..CALM };
        for (question, held) in [
            (CALM, None),
            (Question { waiting: 0, is_first: true, ..CALM }, None),
            (of(5_000, 500), None),
            (of(5_000, 501), Some("too_many")),
            (Question { removed_today: 400, waiting: 101, ..CALM }, Some("too_many")),
            (of(60, 10), None),
            (of(60, 11), Some("too_many")),
            (of(19, 9), None),
            (of(19, 10), Some("too_many")),
            (of(4, 4), None),
            (Question { is_emptied: true, ..of(4, 4) }, None),
            (Question { is_emptied: true, ..of(5, 2) }, Some("emptied")),
            (Question { is_first: true, ..CALM }, Some("first")),
            (Question { is_stopped: true, ..CALM }, Some("stopped")),
            (Question { is_stopped: true, waiting: 0, ..CALM }, None),
            (Question { doubt: Some(Doubt::Restored), ..CALM }, Some("restored")),
            (Question { doubt: Some(Doubt::Credentials), ..CALM }, Some("credentials")),
            (Question { seconds_since_conditions_changed: Some(599), ..CALM }, Some("conditions")),
            (Question { seconds_since_conditions_changed: Some(600), ..CALM }, None),
            (Question { removed_today_everywhere: 500, ..CALM }, Some("daily")),
            (Question { associations_held: 4, ..CALM }, Some("many_associations")),
        ] {
            assert_eq!(judge(&question).map(Hold::as_text), held, "{question:?}");
        }
    }

    #[test]
    fn more_waiting_removals_are_never_held_less() {
        for size in 0..200 {
            let mut held = false;
            for waiting in 0..=size {
                let now = judge(&Question { size, waiting, ..CALM }).is_some();
                assert!(now || !held, "{size} {waiting}");
                held = now;
            }
        }
    }
}

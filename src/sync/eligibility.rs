//! Who syncs, and why somebody does not: the criteria of the help documents.

use super::facts::{Facts, Kind, Login, Sort};
use super::platform::Platform;

/// Why a record that is in a linked group does not sync (its status is N/A, R80).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// Companies do not sync to Mobilize and Forj Community (R49).
    Company,
    /// A person without a user account (R50, R51).
    NoAccount,
    AccountDisabled,
    Deactivated,
}

impl Reason {
    const ALL: [Self; 4] =
        [Self::Company, Self::NoAccount, Self::AccountDisabled, Self::Deactivated];

    pub fn as_text(self) -> &'static str {
        match self {
            Self::Company => "company",
            Self::NoAccount => "no_account",
            Self::AccountDisabled => "account_disabled",
            Self::Deactivated => "deactivated",
        }
    }

    pub fn of_text(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_text() == text)
    }
}

/// Whether a record in a linked group belongs on this platform. Membership status has no say (DEC14).
pub fn check(platform: Platform, facts: &Facts) -> Result<(), Reason> {
    check_sort(platform, facts.sort())
}

/// The same of all records of a sort.
pub fn check_sort(platform: Platform, sort: Sort) -> Result<(), Reason> {
    if sort.is_deactivated {
        return Err(Reason::Deactivated);
    }
    match (sort.kind, platform) {
        // DEC2: "companies and people with user accounts"; companies need no account.
        (Kind::Company, Platform::HigherLogic) => return Ok(()),
        (Kind::Company, Platform::Mobilize | Platform::Forj) => return Err(Reason::Company),
        (Kind::Person, _) => {}
    }
    match sort.login {
        Login::None => Err(Reason::NoAccount),
        Login::Disabled => Err(Reason::AccountDisabled),
        Login::Active => Ok(()),
    }
}

/// Whether a record that is no longer eligible is taken out of its groups. Higher Logic keeps it as it
/// is: "Deactivating a record in Novi will not remove the record from Higher Logic" (H:106, DEC6).
pub fn leaves_when_ineligible(platform: Platform) -> bool {
    match platform {
        Platform::Mobilize | Platform::Forj => true,
        Platform::HigherLogic => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R49, R50, R51, R54, DEC2, DEC6.
    #[test]
    fn people_with_a_login_sync_everywhere_and_companies_to_higher_logic_only() {
        use Platform::{Forj, HigherLogic, Mobilize};
        let facts =
            |kind, login, is_deactivated| Facts { kind, login, is_deactivated, ..Facts::sample() };
        for (facts, mobilize, higher_logic) in [
            (facts(Kind::Person, Login::Active, false), Ok(()), Ok(())),
            (
                facts(Kind::Person, Login::None, false),
                Err(Reason::NoAccount),
                Err(Reason::NoAccount),
            ),
            (
                facts(Kind::Person, Login::Disabled, false),
                Err(Reason::AccountDisabled),
                Err(Reason::AccountDisabled),
            ),
            (
                facts(Kind::Person, Login::Active, true),
                Err(Reason::Deactivated),
                Err(Reason::Deactivated),
            ),
            (facts(Kind::Company, Login::None, false), Err(Reason::Company), Ok(())),
            (
                facts(Kind::Company, Login::None, true),
                Err(Reason::Deactivated),
                Err(Reason::Deactivated),
            ),
        ] {
            assert_eq!(check(Mobilize, &facts), mobilize);
            assert_eq!(check(Forj, &facts), mobilize);
            assert_eq!(check(HigherLogic, &facts), higher_logic);
        }
    }
}

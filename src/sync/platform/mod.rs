//! The community platforms' APIs: what each is called with, and what it answers.
//!
//! [`mobilize`] is Mobilize and Forj Community, one product under two names; [`higher_logic`] is the Push
//! API of Higher Logic. Parts of both contracts are assumed, so what is likely to differ stands in a
//! [`profile`]. A call goes through the [`wire`], in the [`pace`] of its connection, and fails as a
//! [`failure`] that says whether it may have been carried out.

mod connection;
pub mod failure;
pub mod fields;
pub mod higher_logic;
mod listing;
pub mod mobilize;
pub mod pace;
pub mod profile;
mod route;
mod secret;
#[cfg(test)]
mod tests;
mod wire;

pub use connection::{Connection, Credentials, Mistake, base_url};
pub use failure::{Failure, is_ours};
pub use fields::{Field, Fields};
pub use higher_logic::HigherLogic;
pub use mobilize::Mobilize;
pub use pace::{Pace, Paces};
pub use profile::{Profile, Retry};
pub use secret::{NotASecret, Secret};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Platform {
    Mobilize,
    Forj,
    HigherLogic,
}

impl Platform {
    pub const ALL: [Self; 3] = [Self::Mobilize, Self::Forj, Self::HigherLogic];

    pub fn as_text(self) -> &'static str {
        match self {
            Self::Mobilize => "mobilize",
            Self::Forj => "forj",
            Self::HigherLogic => "higher_logic",
        }
    }

    pub fn of_text(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|platform| platform.as_text() == text)
    }

    /// As it stands in our addresses.
    pub fn slug(self) -> &'static str {
        match self {
            Self::Mobilize => "mobilize",
            Self::Forj => "forj",
            Self::HigherLogic => "higher-logic",
        }
    }

    pub fn of_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|platform| platform.slug() == slug)
    }

    /// Where its API is, unless the operator knows better.
    pub fn base_url(self) -> &'static str {
        match self {
            Self::Mobilize | Self::Forj => profile::MobilizeProfile::BASE_URL,
            Self::HigherLogic => profile::HigherLogicProfile::BASE_URL,
        }
    }

    /// As its vendor spells it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Mobilize => "Mobilize",
            Self::Forj => "Forj Community",
            Self::HigherLogic => "Higher Logic",
        }
    }

    /// Platforms of one family reach the same communities.
    pub fn family(self) -> &'static str {
        match self {
            Self::Mobilize | Self::Forj => "mobilize",
            Self::HigherLogic => "higher_logic",
        }
    }
}

//! Groups are kept in step on the community platforms.

mod failures;
mod higher_logic;
mod linking;
mod membership;
mod places;
mod removal_guard;
mod removals;
mod status;

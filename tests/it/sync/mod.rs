//! Groups are kept in step on the community platforms.

mod failures;
mod higher_logic;
mod membership;
mod places;
mod removals;

//! Groups are kept in step on the community platforms.

mod connect;
mod failures;
mod higher_logic;
mod integrations;
mod membership;
mod places;
mod removals;

//! Groups are kept in step on the community platforms.

mod changes;
mod checks;
mod connect;
mod decisions;
mod failures;
mod faults;
mod higher_logic;
mod integrations;
mod linking;
mod membership;
mod places;
mod records;
mod removal_guard;
mod removals;
mod status;

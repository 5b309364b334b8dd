//! Groups are kept in step on the community platforms.

mod failures;
mod membership;
mod removals;

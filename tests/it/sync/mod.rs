//! Groups are kept in step on the community platforms.

mod membership;

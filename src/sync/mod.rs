//! Group sync: the members of a group are kept in its counterpart on a community platform.

pub mod platform;

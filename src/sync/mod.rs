//! Members of a group are kept in the matching group of a community platform.

mod channel;
pub mod check;
mod contact;
mod eligibility;
mod facts;
pub mod gate;
mod guard;
mod hear;
pub mod integration;
pub mod link;
mod look;
pub mod places;
mod plan;
pub mod platform;
pub mod preview;
#[cfg(test)]
mod properties;
pub mod queue;
pub mod release;
pub mod runs;
mod send;
pub mod sent;
pub mod switch;
pub mod worker;

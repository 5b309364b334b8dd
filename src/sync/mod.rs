//! Members of a group are kept in the matching group of a community platform.

mod channel;
pub mod check;
pub mod companion;
pub mod connect;
mod contact;
mod eligibility;
mod facts;
pub mod gate;
mod guard;
mod hear;
pub mod integration;
pub mod link;
pub mod linking;
mod look;
pub mod moved;
pub mod places;
mod plan;
pub mod platform;
pub mod preview;
pub mod prove;
pub mod queue;
pub mod records;
pub mod release;
pub mod runs;
mod send;
pub mod sent;
pub mod status;
pub mod switch;
#[cfg(test)]
mod tests;
pub mod worker;

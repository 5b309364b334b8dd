//! The password once more, before people are removed from a community.

pub mod desk;
pub mod views;

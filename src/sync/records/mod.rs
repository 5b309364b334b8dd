//! One person or company on each platform: what it got, when, what the platform answered, and what it
//! would get now (GOAL-C14).

pub mod desk;
pub mod pages;
pub mod views;

//! novi-sso: single sign-on for associations.
//!
//! One module per noun of the product; inside each, `mod.rs` holds the rules, `store.rs` the SQL,
//! `pages.rs` what a person sees and `views.rs` the structs of its templates. A call goes down:
//! router → handler (`oidc`, `pages`) → noun → store → db. Nothing calls upwards; `tests/it/architecture.rs` reads this.

pub mod app;
pub mod associations;
pub mod cache;
pub mod cli;
pub mod clients;
pub mod clock;
pub mod db;
pub mod events;
pub mod grants;
pub mod groups;
pub mod housekeeping;
pub mod id;
pub mod lifecycle;
pub mod members;
pub mod oidc;
pub mod router;
pub mod serve;
pub mod sessions;
pub mod settings;
pub mod signing;
#[cfg(feature = "simulator")]
pub mod simulator;
pub mod telemetry;
pub mod token;
pub mod vault;
pub mod web;

//! One binary for all integration tests: linking is the slow part.
#![expect(
    clippy::disallowed_methods,
    reason = "tests look at the database past the product's doors"
)]

mod account;
mod architecture;
mod bookmarks;
mod canaries;
mod cli;
mod consents;
mod db;
mod events;
mod fuzz;
mod groups;
mod headers;
mod hooks;
mod hosts;
mod housekeeping;
mod isolation;
mod journeys;
mod kill;
mod members;
mod oidc;
mod refusals;
mod routes;
mod serve;
mod sessions;
mod set_up;
mod sign_in;
mod sso_client_health;
mod sso_client_keys;
mod sso_client_preview;
mod sso_client_settings;
mod sso_client_steps;
mod sso_clients;
mod support;
mod sync;
mod throttle;

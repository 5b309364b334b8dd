//! What is fuzzed: plain functions over bytes. Each says whether it accepted the input, and panics where
//! its oracle is hurt. libFuzzer calls them, and the ordinary tests do too (tests/it/fuzz).

mod authorization_request;
mod client_auth;
mod jwt;
mod redirect_url;
mod reference;
mod sign_in;

pub use authorization_request::authorization_request;
pub use client_auth::client_auth;
pub use jwt::jwt;
pub use redirect_url::redirect_url;
pub use sign_in::sign_in;

//! Stand-ins for the other side: community platforms that sign their members in with us, as strict as the real ones.
//!
//! Each stand-in is a whole website of its own, an axum router with a front page, its sessions and its relying party:
//! [`mobilize`] does OpenID Connect the way the Ruby library behind Mobilize and Forj does it, [`higher_logic`] the plain
//! OAuth 2.0 login of Higher Logic. They know nothing of the product but its URLs, so what works here works over there.
//! [`sample`] is the association that `demo` fills its database with.
//!
//! [`api`] holds the platforms' own APIs, which group sync writes to. [`mobilize_with_api`] and [`higher_logic_with_api`]
//! are the same websites with the API on their origin, and with pages that show whom it put into which group.

mod answers;
pub mod api;
mod arrivals;
mod claims;
mod community;
mod higher_logic;
mod id_token;
mod mobilize;
mod pages;
mod provider;
mod refusal;
pub mod sample;
mod sessions;
mod settings;
#[cfg(test)]
mod tests;
mod tokens;
mod transport;
mod userinfo;

pub use higher_logic::{SCOPE as HIGHER_LOGIC_SCOPE, higher_logic, higher_logic_with_api};
pub use mobilize::{SCOPE as MOBILIZE_SCOPE, mobilize, mobilize_with_api};
pub use settings::{AppSecret, Settings, TokenAuthMethod};
pub use transport::Transport;

//! novi-sso: single sign-on for associations.
//!
//! **Nouns, not layers.** Each noun is a folder: `mod.rs` is what it is and its rules, `store.rs` its
//! SQL and nothing else, `pages.rs` how a person sees it, `views.rs` the structs of its templates.
//!
//! | module | what it is |
//! |---|---|
//! | [`router`] | every URL on one page |
//! | [`oidc`] | the protocol, one file per part of a specification |
//! | [`web`] | what all pages share: frame, form, error, cookies, language, static files |
//! | [`associations`] | the associations hosted here; `Site`, one of them at one moment |
//! | [`members`] | people and companies, their logins and passwords |
//! | [`groups`] | groups, and who is in them |
//! | [`hooks`] | automation tools, and the few fields of members that each may write |
//! | [`clients`] | SSO clients: their settings, Secret Keys, health |
//! | [`consents`] | what members allow clients to see, and how they take it back |
//! | [`sessions`] | signing in: the state machine, sessions, throttle, who may see what |
//! | [`grants`] | codes, and the access and refresh tokens they buy |
//! | [`signing`] | the ring of signing keys |
//! | [`logouts`] | log-outs that clients are told of |
//! | [`events`] | what happened to whom |
//! | [`db`] | Db, Reader, Writer: the only files that know the database |
//! | [`app`] | everything that lives as long as the process |
//! | [`outbound`] | calls to the outside, to public addresses only |
//! | [`settings`] [`clock`] [`id`] [`token`] [`vault`] [`cache`] | settings; time; typed ids; bearer secrets and randomness; sealing; what may be remembered |
//! | [`serve`] [`lifecycle`] [`telemetry`] [`housekeeping`] | the accept loop; signals and background tasks; logs and metrics; forgetting |
//! | [`cli`] | one file per subcommand |
//! | `sync` | group sync to the community platforms (feature) |
//! | `simulator` | stand-ins for the community platforms (feature) |
//!
//! **One way.** A call goes down: `cli` and `router` → handlers (`oidc`, `pages.rs`) → nouns → their
//! `store.rs` → `db`. Stores call no rules, nouns call neither `oidc` nor `pages`, handlers meet in
//! `web`. Three files of nouns read requests, because they are extractors: `associations/site.rs`,
//! `sessions/signed_in.rs` and the `pages.rs`. `tests/it/architecture.rs` reads the imports and fails
//! on an arrow that is not on its table.

pub mod app;
pub mod associations;
pub mod cache;
pub mod cli;
pub mod clients;
pub mod clock;
pub mod consents;
pub mod db;
pub mod events;
pub mod grants;
pub mod groups;
pub mod hooks;
pub mod housekeeping;
pub mod id;
pub mod lifecycle;
pub mod logouts;
pub mod members;
pub mod oidc;
pub mod outbound;
pub mod router;
pub mod serve;
pub mod sessions;
pub mod settings;
pub mod signing;
#[cfg(feature = "simulator")]
pub mod simulator;
#[cfg(feature = "sync")]
pub mod sync;
pub mod telemetry;
pub mod token;
pub mod vault;
pub mod web;

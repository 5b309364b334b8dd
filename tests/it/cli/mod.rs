//! The program itself, run as an operator runs it.

mod backup;
mod check;
mod client_settings;
mod clients;
mod keys;
mod people;
mod place;
mod records;
mod relying_party;
mod start;
mod sync;

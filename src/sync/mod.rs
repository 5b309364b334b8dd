//! Group sync: the members of a group here are kept in its counterpart on a community platform.
//!
//! It promises what the help articles of Mobilize, Forj Community and Higher Logic promise. Whoever is in
//! a linked group and eligible is in its counterpart; whoever leaves the group leaves it there; people
//! added by hand there go with the next check, managers stay. Exactly the documented fields leave. "Up To
//! Date" is said only of what the platform confirmed in this version. Signing in never waits for any of it.
//!
//! **How.** Changes are heard of through the outbox of `events` ([`hear`]) and only *mark* records
//! ([`queue`]). What a record should have is read when it is looked at ([`look`]) and once more when it is
//! sent ([`send`]); what the platform answered is written down ([`places`], [`sent`]). Once a day, and when
//! a group is linked, everything is read back and compared ([`check`], [`runs`]). Removals wait at the
//! [`gate`] until all of a change was looked at, pass the [`guard`], or are held until an admin decides
//! ([`release`]). [`plan`], [`guard`] and [`eligibility`] are pure. Nobody calls this module: pages get
//! what it knows through `web::companion`, the process runs [`worker`].
//!
//! | | promise | shown by (tests/it) |
//! |---|---|---|
//! | R20–R23, R25, R26 | keys are typed, tested before saving, sealed, replaced | `journeys/*/`, `sync/integrations.rs` |
//! | R24, R33–R38, R84–R87 | guides in the documents' order, with their hints | `sync/connect.rs`, `journeys/*/` |
//! | R27, R64 | bio, image, social sites once they are activated | `journeys/higher_logic/set_up.rs` |
//! | R28 | one community belongs to one association | `sync/integrations.rs` |
//! | R29, R74 | one way, nothing else, nothing twice | `sync/changes.rs` |
//! | R30–R36, R46 | choosing a counterpart, checked and explained | `journeys/*/groups.rs`, `sync/linking.rs` |
//! | R37 | groups that are not linked stay as they are | `journeys/*/groups.rs` |
//! | R39–R45, DEC3 | a group makes its own at Higher Logic; type for ever | `journeys/higher_logic/groups.rs` |
//! | R47, R48, DEC10 | unlinking removes nobody | `journeys/mobilize/linking.rs`, `journeys/higher_logic/groups.rs` |
//! | R49–R54, DEC2, DEC6 | who is eligible, and from when | `eligibility`, `journeys/*/members.rs`, `journeys/forj/how.rs` |
//! | R55–R57, DEC1 | the documented fields and no other | `journeys/mobilize/members.rs`, `journeys/forj/how.rs` |
//! | R58, R68 | changes of people and companies show there | `journeys/*/members.rs`, `sync/changes.rs` |
//! | R59–R63 | custom fields with their switch | `journeys/higher_logic/fields.rs`, `members/fields.rs` |
//! | R65–R67, DEC8 | additions and removals, strangers and managers | `journeys/mobilize/members.rs`, `journeys/forj/sync.rs` |
//! | R69, R81, R82 | Higher Logic's first hour, and its Sync Status | `journeys/higher_logic/confirm.rs` |
//! | R70, R71 | deactivation | `journeys/*/members.rs` |
//! | R72, DEC5 | staging, and databases that were copied | `journeys/mobilize/linking.rs`, `sync/places.rs` |
//! | R73 | updates from automation tools | `hooks/`, `journeys/forj/how.rs` |
//! | R75 | signing in goes on whatever a platform does | `sync/failures.rs` |
//! | R76–R80 | statuses with reasons | `journeys/mobilize/status.rs`, `journeys/forj/sync.rs` |
//! | R83 | what is wrong, and what is next | `sync/status.rs` |
//! | DEC4, DEC11 | one here for one there; a group that is deleted is unlinked | `journeys/mobilize/linking.rs` |
//! | DEC9, SEC-Y5, SEC-Y15 | untested, other and paused credentials | `sync/integrations.rs` |
//! | DEC12 | whoever came by a link goes | `sync/removals.rs` |
//! | DEC14, DEC15, SEC-Y9 | lapsed members, cleared fields, one person whatever the e-mail | `sync/changes.rs` |
//! | DEC16 | the last group of a contact | `sync/higher_logic.rs` |
//! | DEC17, DEC18 | records are made here; one e-mail for all | `members/people.rs`, `members/logins.rs` |
//! | SEC-Y3, SEC-Y4, SEC-Y8 | halves of lists, lost answers, changes on the way | `sync/faults/`, `sync/removals.rs` |
//! | SEC-Y6, SEC-Y7 | copied databases; linking again | `sync/places.rs`, `sync/linking.rs` |
//! | SEC-Y10, SEC-Y14 | poison records, accounts of others | `sync/failures.rs` |
//! | SEC-Y11–SEC-Y13 | what comes in: forged, echoed, en masse | `hooks/`, `sync/faults/flight.rs` |
//! | DEC20, SEC-Y1, SEC-Y2 | the guard, plans, releases | `sync/removals.rs`, `sync/removal_guard.rs` |
//!
//! Which line of a help document is walked by which test stands in `tests/it/journeys/*/mod.rs`.

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

//! The REST API of Mobilize and Forj Community, as its admins and other programs describe it: calls per group and person.

mod bulk;
mod community;
mod endpoints;
mod errors;
mod fields;
mod platform;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::record::{Key, Mutations};
use super::{Api, Limits, RetryAfter};
use crate::simulator::settings::AppSecret;

pub use community::Community;

/// What the community's owner chose, and what is assumed of the platform.
pub struct Settings {
    pub key: String,
    pub secret: AppSecret,
    pub access: Access,
    pub lists: Envelope,
    pub lookup: Lookup,
    /// Keys of `fields` that the community knows.
    pub fields: Vec<String>,
    pub limits: Limits,
    pub bulk: Pace,
    /// A bulk job ends as failed after this many of its items.
    pub bulk_fails_after: Option<usize>,
}

/// Whether the account may use the API at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    Enabled,
    NotEnabled,
}

/// How a list is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Envelope {
    Bare,
    /// `{"results": […]}`
    Results,
}

/// `GET /users?email=`, which not every account has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lookup {
    Offered,
    Missing,
}

/// How fast a bulk job gets on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// Each time that someone asks for the job.
    PerPoll(usize),
    PerSecond(usize),
}

impl Settings {
    /// A community as it is after the platform switched its API on, with the limits that are stated.
    pub fn new(key: impl Into<String>, secret: impl Into<String>) -> Self {
        let known = ["email", "first_name", "last_name", "name", "company_name", "job_title"];
        Self {
            key: key.into(),
            secret: AppSecret::new(secret),
            access: Access::Enabled,
            lists: Envelope::Bare,
            lookup: Lookup::Offered,
            fields: known.map(str::to_owned).into(),
            limits: Limits {
                per_second: Some(10),
                per_minute: Some(600),
                retry_after: RetryAfter::InTurn,
            },
            bulk: Pace::PerPoll(400),
            bulk_fails_after: None,
        }
    }
}

/// A group with the settings that decide who may be in it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    pub id: u64,
    pub name: String,
    #[serde(default)]
    pub parent_group_id: Option<u64>,
    #[serde(default = "private")]
    pub privacy: u8,
    #[serde(default)]
    pub public_form: bool,
    #[serde(default)]
    pub requires_approval: bool,
    /// Who is seeded with it; empty in what [`Api::group`] answers.
    #[serde(default)]
    pub members: Vec<Member>,
}

fn private() -> u8 {
    10
}

impl Group {
    /// Top-level, private, without approval: the way it has to be for a sync.
    pub fn private(id: u64, name: impl Into<String>) -> Self {
        Self {
            id,
            name: name.into(),
            parent_group_id: None,
            privacy: private(),
            public_form: false,
            requires_approval: false,
            members: Vec::new(),
        }
    }

    /// "Open" is 5 with the public form, "Closed" 5 without.
    pub fn open(id: u64, name: impl Into<String>) -> Self {
        Self { privacy: 5, public_form: true, ..Self::private(id, name) }
    }
}

/// How a member stands in a group. The API makes everyone `accepted`; the others come about on the platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Accepted,
    Pending,
    Invited,
}

/// A person in a group, as the platform knows them; also what is seeded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Given by the platform.
    #[serde(default)]
    pub id: String,
    pub email: String,
    #[serde(default)]
    pub fields: BTreeMap<String, String>,
    #[serde(default = "accepted")]
    pub status: Status,
    #[serde(default)]
    pub is_admin: bool,
}

fn accepted() -> Status {
    Status::Accepted
}

impl Member {
    pub fn new(email: impl Into<String>) -> Self {
        Self {
            id: String::new(),
            email: email.into(),
            fields: BTreeMap::new(),
            status: Status::Accepted,
            is_admin: false,
        }
    }

    pub fn named(self, first_name: &str, last_name: &str) -> Self {
        self.field("first_name", first_name).field("last_name", last_name)
    }

    pub fn field(mut self, key: &str, value: impl Into<String>) -> Self {
        self.fields.insert(key.to_owned(), value.into());
        self
    }

    pub fn status(self, status: Status) -> Self {
        Self { status, ..self }
    }

    /// A manager of the group.
    pub fn admin(self) -> Self {
        Self { is_admin: true, ..self }
    }
}

impl Api<Community> {
    pub fn mobilize(settings: Settings, now: impl Fn() -> i64 + Send + Sync + 'static) -> Self {
        Self::open(Community::new(settings), now)
    }

    pub fn change_settings(&self, change: impl FnOnce(&mut Settings)) {
        self.current(|community| change(&mut community.settings));
    }

    pub fn seed_group(&self, group: Group) {
        let now = self.now();
        self.current(|community| community.seed_group(group, now));
    }

    /// Someone joins on the platform; answers their id there.
    pub fn seed_member(&self, group: u64, member: Member) -> String {
        let now = self.now();
        self.current(|community| community.seed_member(group, member, now))
    }

    /// A group as it was seeded and changed, without its members.
    pub fn group(&self, id: u64) -> Option<Group> {
        self.current(|community| community.group(id).cloned())
    }

    pub fn change_group(&self, id: u64, change: impl FnOnce(&mut Group)) {
        self.current(|community| community.group_mut(id).map(change));
    }

    pub fn delete_group(&self, id: u64) {
        self.current(|community| community.delete_group(id));
    }

    /// Everyone in a group in whatever status, newest first.
    pub fn members(&self, group: u64) -> Vec<Member> {
        self.current(|community| community.members(group))
    }

    /// Their addresses in lower case, sorted.
    pub fn emails(&self, group: u64) -> Vec<String> {
        let members = self.members(group).into_iter();
        let mut emails: Vec<_> = members.map(|member| member.email.to_lowercase()).collect();
        emails.sort_unstable();
        emails
    }

    /// `who` is an id or an address in any case.
    pub fn member(&self, group: u64, who: &str) -> Option<Member> {
        self.current(|community| community.member(group, who))
    }

    pub fn remove_member(&self, group: u64, who: &str) {
        self.current(|community| community.leave(group, who));
    }

    /// How many people the platform has, in groups or not.
    pub fn user_count(&self) -> usize {
        self.current(|community| community.user_count())
    }

    pub fn user_id(&self, who: &str) -> Option<String> {
        self.current(|community| community.find(who).map(str::to_owned))
    }

    /// How often a person's own record was changed by `PUT /users/{uid}`.
    pub fn edits(&self, who: &str) -> Mutations {
        self.mutations("", who)
    }
}

fn key(group: &str, member: &str) -> Key {
    Key { group: group.to_owned(), member: member.to_owned() }
}

//! What Mobilize answers, as it is written: checked, and turned into our types. Ids are text, whatever
//! they are in JSON; what only a person reads may be missing.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::super::fields::{Field, Fields};
use super::super::profile::WireKeys;
use super::{Group, Job, JobError, JobState, Member, Role};

const LONGEST_ID: usize = 128;

/// A list, in either envelope.
#[derive(Deserialize)]
#[serde(untagged)]
pub enum List<T> {
    Array(Vec<T>),
    Results { results: Vec<T> },
}

/// An id: text or a whole number.
pub struct Id(pub String);

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = match Value::deserialize(deserializer)? {
            Value::String(text) => text,
            Value::Number(number) if number.is_i64() || number.is_u64() => number.to_string(),
            _ => return Err(D::Error::custom("an id is text or a whole number")),
        };
        // It goes into paths, where these would lead elsewhere.
        let is_id = !text.is_empty()
            && text.len() <= LONGEST_ID
            && !text.contains(char::is_control)
            && !matches!(text.as_str(), "." | "..");
        if is_id { Ok(Self(text)) } else { Err(D::Error::custom("this is no id")) }
    }
}

#[derive(Deserialize)]
pub struct GroupThere {
    id: Id,
    #[serde(default)]
    name: Value,
    parent_group_id: Option<Id>,
    #[serde(default)]
    privacy: Value,
    #[serde(default)]
    public_form: Value,
    #[serde(default)]
    requires_approval: Value,
    #[serde(default)]
    members_count: Value,
}

impl GroupThere {
    pub fn read(self) -> Group {
        Group {
            remote_id: self.id.0,
            name: text(&self.name).unwrap_or_default(),
            parent_id: self.parent_group_id.map(|id| id.0),
            privacy: number(&self.privacy),
            public_form: flag(&self.public_form),
            requires_approval: flag(&self.requires_approval),
            members_count: number(&self.members_count).and_then(|count| count.try_into().ok()),
        }
    }
}

#[derive(Deserialize)]
pub struct MemberThere {
    id: Id,
    #[serde(default)]
    first_name: Value,
    #[serde(default)]
    last_name: Value,
    #[serde(default)]
    name: Value,
    #[serde(default)]
    email: Value,
    groups: Option<Vec<Standing>>,
    #[serde(default)]
    is_admin: Value,
    #[serde(default)]
    status: Value,
    #[serde(default)]
    fields: Value,
}

#[derive(Deserialize)]
struct Standing {
    id: Id,
    #[serde(default)]
    is_admin: Value,
    #[serde(default)]
    status: Value,
}

impl MemberThere {
    /// Their standing is the one in this group. Of their fields only ours are kept.
    pub fn read(self, group_id: Option<&str>, keys: &WireKeys) -> Member {
        let nothing = Map::new();
        let there = self.fields.as_object().unwrap_or(&nothing);
        let at_root = |field| match field {
            Field::FirstName => text(&self.first_name),
            Field::LastName => text(&self.last_name),
            Field::Email => text(&self.email),
            Field::CompanyName | Field::JobTitle => None,
        };
        let value = |field| {
            let value = there.get(keys.key(field)).and_then(text).or_else(|| at_root(field));
            value.map(|value| (field, value))
        };
        let fields: Fields = Field::ALL.into_iter().filter_map(value).collect();
        let standings = self.groups.unwrap_or_default();
        let here = standings.iter().find(|standing| Some(standing.id.0.as_str()) == group_id);
        let (is_admin, status) = match here {
            Some(standing) => (&standing.is_admin, &standing.status),
            None => (&self.is_admin, &self.status),
        };
        let full = [Field::FirstName, Field::LastName].map(|it| fields.get(it).unwrap_or_default());
        Member {
            remote_id: self.id.0,
            email: text(&self.email).or_else(|| fields.get(Field::Email).map(str::to_owned)),
            name: text(&self.name).unwrap_or_else(|| full.join(" ").trim().to_owned()),
            role: match flag(is_admin) {
                Some(true) => Role::Admin,
                Some(false) => Role::Member,
                None => Role::Unsaid,
            },
            status: text(status),
            fields,
        }
    }
}

#[derive(Deserialize)]
pub struct Started {
    job: StartedJob,
}

#[derive(Deserialize)]
struct StartedJob {
    id: Id,
}

impl Started {
    pub fn id(self) -> String {
        self.job.id.0
    }
}

#[derive(Deserialize)]
pub struct JobThere {
    id: Id,
    status: String,
    #[serde(default)]
    total: Value,
    #[serde(default)]
    processed: Value,
    errors: Option<Vec<ErrorThere>>,
}

#[derive(Deserialize)]
struct ErrorThere {
    #[serde(default)]
    index: Value,
    #[serde(default)]
    email: Value,
    #[serde(default)]
    user_id: Option<Id>,
    #[serde(default)]
    error_message: Value,
}

impl JobThere {
    /// None if its state is a word nobody knows. `words` makes theirs fit to be shown.
    pub fn read(self, words: impl Fn(Option<&str>) -> String) -> Option<Job> {
        // The first of each are ASSUMED as the contract; the others are what such jobs are called elsewhere.
        let state = match self.status.to_ascii_lowercase().as_str() {
            "queued" | "pending" | "waiting" => JobState::Queued,
            "running" | "processing" | "in_progress" => JobState::Running,
            "done" | "completed" | "complete" | "finished" => JobState::Done,
            "failed" | "error" => JobState::Failed,
            _ => return None,
        };
        let count = |value: &Value| number(value).and_then(|count| u64::try_from(count).ok());
        let errors = self.errors.unwrap_or_default().into_iter().map(|error| JobError {
            index: count(&error.index).and_then(|index| usize::try_from(index).ok()),
            remote_id: error.user_id.map(|id| id.0),
            email: text(&error.email),
            words: words(error.error_message.as_str()),
        });
        Some(Job {
            job_id: self.id.0,
            state,
            total: count(&self.total).unwrap_or_default(),
            processed: count(&self.processed).unwrap_or_default(),
            errors: errors.collect(),
        })
    }
}

/// Text, and what reads the same as a number or a flag. Empty text is none.
fn text(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Bool(flag) => flag.to_string(),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}

fn number(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.trim().parse().ok())
}

fn flag(value: &Value) -> Option<bool> {
    value.as_bool().or_else(|| match value.as_str()? {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    })
}

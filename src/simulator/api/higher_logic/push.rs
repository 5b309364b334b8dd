//! `POST /push/v1/members`: behind an API gateway, which answers for wrong keys, and often with 200 for what went wrong.

use axum::http::header::CONTENT_TYPE;
use axum::http::{Method, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};
use subtle::ConstantTimeEq as _;

use super::super::call::{Answer, Call};
use super::super::{GroupLine, Key, Limits, MemberLine, Platform};
use super::contact::{Contact, Named};
use super::{Group, GroupList, Tenant};

const MOST_ITEMS: usize = 100;
pub const TYPE_MISMATCH: &str = "GroupType mismatch";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Seed {
    #[serde(default)]
    groups: Vec<Group>,
    /// As the items of a push.
    #[serde(default)]
    contacts: Vec<Value>,
}

impl Platform for Tenant {
    const PREFIX: &'static str = "/push";
    const LARGEST_BODY: usize = 5 << 20;

    fn limits(&self) -> &Limits {
        &self.settings.limits
    }

    fn is_authorized(&self, call: &Call) -> bool {
        let key = call.headers.get("x-api-key").map(|key| key.as_bytes());
        key.is_some_and(|key| key.ct_eq(self.settings.api_key.expose().as_bytes()).into())
    }

    fn too_many() -> Answer {
        gateway(StatusCode::TOO_MANY_REQUESTS, "Too Many Requests")
    }

    fn too_large() -> Answer {
        gateway(StatusCode::PAYLOAD_TOO_LARGE, "Request Too Long")
    }

    /// The unit here is the contact, whatever its groups.
    fn touches(&self, call: &Call) -> Vec<Key> {
        if !is_push(call) {
            return Vec::new();
        }
        let body = call.json().unwrap_or_default();
        let items = body["Items"].as_array().into_iter().flatten();
        let keys = items.filter_map(|item| item["MemberDetails"]["LegacyContactKey"].as_str());
        keys.map(|key| Key { group: String::new(), member: key.to_owned() }).collect()
    }

    fn canonical(&self, member: &str) -> String {
        member.to_owned()
    }

    fn tick(&mut self, now: i64) {
        self.refresh_until(now);
    }

    fn answer(&mut self, call: &Call, now: i64) -> Answer {
        if !self.is_authorized(call) {
            return gateway(StatusCode::FORBIDDEN, "Forbidden");
        }
        if !is_push(call) {
            return gateway(StatusCode::FORBIDDEN, "Missing Authentication Token");
        }
        if !call.header(CONTENT_TYPE).is_some_and(|kind| kind.starts_with("application/json")) {
            return gateway(StatusCode::UNSUPPORTED_MEDIA_TYPE, "Unsupported Media Type");
        }
        let Some(body) = call.json() else {
            return gateway(StatusCode::BAD_REQUEST, "Invalid request body");
        };
        let (count, error) = match self.push(&body, now) {
            Ok(count) => (count, None),
            Err(message) => (0, Some(message)),
        };
        let body = json!({ "success": error.is_none(), "count": count, "errorMessage": error });
        Answer::json(StatusCode::OK, &body)
    }

    fn did_it(answer: &Answer) -> bool {
        let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        answer.status.is_success() && body["success"] == true
    }

    fn seed(&mut self, seed: Value, _now: i64) -> Result<(), String> {
        let seed: Seed = serde_json::from_value(seed).map_err(|error| error.to_string())?;
        for group in seed.groups {
            self.seed_group(group);
        }
        seed.contacts.iter().try_for_each(|item| self.seed_contact(item))
    }

    fn remove(&mut self, group: &str, member: &str) {
        self.leave(group, member);
    }

    fn reset(&mut self) {
        self.empty();
    }

    fn state(&self) -> Value {
        let contacts: Vec<_> = self.contacts().collect();
        let groups: Vec<_> = self.groups().values().collect();
        json!({ "groups": groups, "contacts": contacts, "pending": self.pending_keys() })
    }

    fn pending(&self) -> Option<Vec<String>> {
        Some(self.pending_keys())
    }

    fn groups_shown(&self) -> Vec<GroupLine> {
        let lines = self.groups().values().map(|group| GroupLine {
            id: group.key.clone(),
            name: group.name.clone(),
            kind: match group.list {
                GroupList::Community => "Community",
                GroupList::Security => "Security Group",
            },
            members: self.contacts().filter(|contact| contact.is_in(&group.key)).count(),
        });
        lines.collect()
    }

    fn members_shown(&self, group: &str) -> Vec<MemberLine> {
        let mut inside: Vec<_> = self.contacts().filter(|contact| contact.is_in(group)).collect();
        inside.sort_unstable_by_key(|contact| std::cmp::Reverse(contact.refreshed));
        inside.into_iter().take(200).map(line).collect()
    }
}

impl Tenant {
    /// All items of a request, or none: the first that is wrong is named.
    fn push(&mut self, body: &Value, now: i64) -> Result<usize, String> {
        if body["TenantCode"] != self.settings.tenant_code.as_str() {
            return Err("Invalid TenantCode".to_owned());
        }
        let items = body["Items"].as_array().map(Vec::as_slice).unwrap_or_default();
        if !(1..=MOST_ITEMS).contains(&items.len()) {
            return Err(format!("Items must hold 1 to {MOST_ITEMS} members"));
        }
        let mut contacts = Vec::with_capacity(items.len());
        let mut groups: Vec<Named> = Vec::new();
        for (item, number) in items.iter().zip(1..) {
            let (contact, named) =
                Contact::parse(item, &self.settings).map_err(|error| {
                    match error == TYPE_MISMATCH {
                        true => error,
                        false => format!("Item {number}: {error}"),
                    }
                })?;
            contacts.push(contact);
            groups.extend(named);
        }
        self.take_groups(&groups)?;
        let count = contacts.len();
        self.enqueue(contacts, now);
        Ok(count)
    }
}

fn is_push(call: &Call) -> bool {
    call.method == Method::POST && call.below(Tenant::PREFIX) == ["v1", "members"]
}

fn gateway(status: StatusCode, message: &str) -> Answer {
    Answer::json(status, &json!({ "message": message }))
}

fn line(contact: &Contact) -> MemberLine {
    let is_company = contact.field("IsOrganization") == "True";
    let name = match is_company {
        true => contact.field("CompanyName").to_owned(),
        false => format!("{} {}", contact.field("FirstName"), contact.field("LastName")),
    };
    MemberLine {
        name: name.trim().to_owned(),
        email: contact.field("EmailAddress").to_owned(),
        company: contact.field("CompanyName").to_owned(),
        job_title: contact.field("Title").to_owned(),
        note: match is_company {
            true => "Company",
            false if contact.field("IsActive") == "False" => "Inactive",
            false => "",
        },
    }
}

//! Mobilize as the exchange, the control plane and the pages know it.

use serde::Deserialize;
use serde_json::{Value, json};
use subtle::ConstantTimeEq as _;

use super::super::call::{Answer, Call};
use super::super::{GroupLine, Key, Limits, MemberLine, Platform};
use super::bulk::named;
use super::errors::Refusal;
use super::{Community, Group, Member, Status, key};

/// What the stand-in's own pages show of a group.
const SHOWN: usize = 200;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Seed {
    #[serde(default)]
    groups: Vec<Group>,
    #[serde(default)]
    members: Vec<Joining>,
}

#[derive(Deserialize)]
struct Joining {
    group: u64,
    #[serde(flatten)]
    member: Member,
}

impl Platform for Community {
    const PREFIX: &'static str = "/v1";
    const LARGEST_BODY: usize = 5 << 20;

    fn limits(&self) -> &Limits {
        &self.settings.limits
    }

    fn is_authorized(&self, call: &Call) -> bool {
        call.basic().is_some_and(|(key, secret)| {
            let settings = &self.settings;
            key == settings.key
                && bool::from(secret.as_bytes().ct_eq(settings.secret.expose().as_bytes()))
        })
    }

    fn too_many() -> Answer {
        Refusal::too_many().answer()
    }

    fn too_large() -> Answer {
        Refusal::too_large().answer()
    }

    fn touches(&self, call: &Call) -> Vec<Key> {
        let body = || call.json().unwrap_or_default();
        let list = |name: &str| body()[name].as_array().cloned().unwrap_or_default();
        match (call.method.as_str(), &call.below(Self::PREFIX)[..]) {
            ("POST", ["groups", group, "members"]) => vec![key(group, &named(&body()))],
            ("POST", ["groups", group, "members", "bulk"]) => {
                list("members").iter().map(|member| key(group, &named(member))).collect()
            }
            ("DELETE", ["groups", group, "members", "bulk"]) => {
                list("user_ids").iter().filter_map(|id| Some(key(group, id.as_str()?))).collect()
            }
            ("DELETE", ["groups", group, "members", user]) => vec![key(group, user)],
            ("PUT", ["users", user]) => vec![key("", user)],
            _ => Vec::new(),
        }
    }

    fn canonical(&self, member: &str) -> String {
        self.find(member).map_or_else(|| member.to_lowercase(), str::to_owned)
    }

    fn is_working_on(&self, key: &Key) -> bool {
        self.job_holds(&key.group, &key.member)
    }

    fn tick(&mut self, now: i64) {
        self.advance_jobs(now);
    }

    fn answer(&mut self, call: &Call, now: i64) -> Answer {
        self.dispatch(call, now).unwrap_or_else(Refusal::answer)
    }

    fn seed(&mut self, seed: Value, now: i64) -> Result<(), String> {
        let seed: Seed = serde_json::from_value(seed).map_err(|error| error.to_string())?;
        for group in seed.groups {
            self.seed_group(group, now);
        }
        for Joining { group, member } in seed.members {
            self.seed_member(group, member, now);
        }
        Ok(())
    }

    fn remove(&mut self, group: &str, member: &str) {
        if let Ok(group) = group.parse() {
            self.leave(group, member);
        }
    }

    fn reset(&mut self) {
        self.empty();
    }

    fn state(&self) -> Value {
        let groups = self.groups().map(|group| {
            let mut json = self.group_json(group);
            json["members"] = json!(self.members(group.id));
            json
        });
        let users: Vec<_> = self.users().map(|user| self.user_json(user)).collect();
        json!({ "groups": groups.collect::<Vec<_>>(), "users": users })
    }

    fn groups_shown(&self) -> Vec<GroupLine> {
        let lines = self.groups().map(|group| GroupLine {
            id: group.id.to_string(),
            name: group.name.clone(),
            kind: if group.privacy == 10 { "Private" } else { "Open" },
            members: self.size(group.id),
        });
        lines.collect()
    }

    fn members_shown(&self, group: &str) -> Vec<MemberLine> {
        let Ok(group) = group.parse() else { return Vec::new() };
        let newest = self.ids_in(group).take(SHOWN);
        newest.filter_map(|id| self.member(group, id)).map(line).collect()
    }
}

fn line(member: Member) -> MemberLine {
    let field = |key| member.fields.get(key).cloned().unwrap_or_default();
    let name = format!("{} {}", field("first_name"), field("last_name"));
    MemberLine {
        name: name.trim().to_owned(),
        company: field("company_name"),
        job_title: field("job_title"),
        note: match member.status {
            _ if member.is_admin => "Group admin",
            Status::Accepted => "",
            Status::Pending => "Pending",
            Status::Invited => "Invited",
        },
        email: member.email,
    }
}

//! A Mobilize community: its people, its groups, and who is in them.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Value, json};

use super::bulk::Jobs;
use super::fields::Fields;
use super::{Group, Member, Settings, Status};

pub struct Community {
    pub(super) settings: Settings,
    pub(super) jobs: Jobs,
    groups: BTreeMap<u64, Group>,
    rosters: HashMap<u64, Roster>,
    users: BTreeMap<String, User>,
    /// By address in lower case.
    ids: HashMap<String, String>,
    count: u64,
}

pub struct User {
    pub id: String,
    /// As it was written last; compared in lower case.
    pub email: String,
    pub fields: BTreeMap<String, String>,
    created_at: i64,
    updated_at: i64,
}

/// Who is in a group, in the order of their coming.
#[derive(Default)]
struct Roster {
    order: BTreeMap<u64, String>,
    places: HashMap<String, Place>,
}

#[derive(Clone, Copy)]
struct Place {
    number: u64,
    status: Status,
    is_admin: bool,
}

impl Community {
    pub fn new(settings: Settings) -> Self {
        Self {
            settings,
            jobs: Jobs::default(),
            groups: BTreeMap::new(),
            rosters: HashMap::new(),
            users: BTreeMap::new(),
            ids: HashMap::new(),
            count: 0,
        }
    }

    pub fn empty(&mut self) {
        self.jobs = Jobs::default();
        self.groups.clear();
        self.rosters.clear();
        self.users.clear();
        self.ids.clear();
        self.count = 0;
    }

    pub fn seed_group(&mut self, mut group: Group, now: i64) {
        let (id, members) = (group.id, std::mem::take(&mut group.members));
        self.groups.insert(id, group);
        self.rosters.entry(id).or_default();
        for member in members {
            self.seed_member(id, member, now);
        }
    }

    /// As the platform's own pages do it, so any status goes.
    pub fn seed_member(&mut self, group: u64, member: Member, now: i64) -> String {
        let mut fields = Fields::from(member.fields);
        fields.set("email", &member.email);
        let id = match self.find(&member.email) {
            Some(id) => id.to_owned(),
            None => self.create(member.email.clone(), now),
        };
        self.write(&id, &fields, now);
        self.place(group, &id, member.status, Some(member.is_admin));
        id
    }

    pub fn groups(&self) -> impl DoubleEndedIterator<Item = &Group> {
        self.groups.values()
    }

    pub fn group(&self, id: u64) -> Option<&Group> {
        self.groups.get(&id)
    }

    pub fn group_mut(&mut self, id: u64) -> Option<&mut Group> {
        self.groups.get_mut(&id)
    }

    pub fn delete_group(&mut self, id: u64) {
        self.groups.remove(&id);
        self.rosters.remove(&id);
    }

    pub fn size(&self, group: u64) -> usize {
        self.rosters.get(&group).map_or(0, |roster| roster.order.len())
    }

    /// Ids, newest first: whoever pages by offset while others come and go sees some twice and misses some.
    pub fn ids_in(&self, group: u64) -> impl Iterator<Item = &str> {
        let roster = self.rosters.get(&group).into_iter();
        roster.flat_map(|roster| roster.order.values().rev().map(String::as_str))
    }

    pub fn members(&self, group: u64) -> Vec<Member> {
        self.ids_in(group).filter_map(|id| self.member(group, id)).collect()
    }

    pub fn member(&self, group: u64, who: &str) -> Option<Member> {
        let user = self.users.get(self.find(who)?)?;
        let place = self.rosters.get(&group)?.places.get(&user.id)?;
        Some(Member {
            id: user.id.clone(),
            email: user.email.clone(),
            fields: user.fields.clone(),
            status: place.status,
            is_admin: place.is_admin,
        })
    }

    pub fn user(&self, id: &str) -> Option<&User> {
        self.users.get(id)
    }

    pub fn users(&self) -> impl Iterator<Item = &User> {
        self.users.values()
    }

    pub fn user_count(&self) -> usize {
        self.users.len()
    }

    /// The id of someone who is called by it, or by an address in any case.
    pub fn find(&self, who: &str) -> Option<&str> {
        match self.users.get_key_value(who) {
            Some((id, _)) => Some(id),
            None => self.ids.get(&who.to_lowercase()).map(String::as_str),
        }
    }

    /// In any case, and found without looking through all of them.
    pub fn by_email(&self, email: &str) -> Option<&User> {
        self.users.get(self.ids.get(&email.to_lowercase())?)
    }

    pub fn create(&mut self, email: String, now: i64) -> String {
        self.count += 1;
        let id = format!("{:08x}", 0x9f3c_0000 + self.count);
        self.ids.insert(email.to_lowercase(), id.clone());
        let user = User {
            id: id.clone(),
            fields: BTreeMap::from([("email".to_owned(), email.clone())]),
            email,
            created_at: now,
            updated_at: now,
        };
        self.users.insert(id.clone(), user);
        id
    }

    /// What is not in `fields` stays as it is.
    pub fn write(&mut self, id: &str, fields: &Fields, now: i64) {
        let Some(user) = self.users.get_mut(id) else { return };
        for (key, value) in fields.iter() {
            match value {
                Some(value) => user.fields.insert(key.clone(), value.clone()),
                None => user.fields.remove(key),
            };
        }
        user.updated_at = now;
        if let Some(email) = fields.email().filter(|email| *email != user.email) {
            self.ids.remove(&user.email.to_lowercase());
            self.ids.insert(email.to_lowercase(), user.id.clone());
            user.email = email.to_owned();
        }
    }

    /// Who is there already keeps their place; `is_admin` changes only where it is said.
    pub fn place(&mut self, group: u64, id: &str, status: Status, is_admin: Option<bool>) {
        self.count += 1;
        let number = self.count;
        let roster = self.rosters.entry(group).or_default();
        let place = roster.places.entry(id.to_owned());
        let place = place.or_insert(Place { number, status, is_admin: false });
        place.status = status;
        place.is_admin = is_admin.unwrap_or(place.is_admin);
        if place.number == number {
            roster.order.insert(number, id.to_owned());
        }
    }

    /// Answers whether they were in it. The person stays on the platform.
    pub fn leave(&mut self, group: u64, who: &str) -> bool {
        let Some(id) = self.find(who).map(str::to_owned) else { return false };
        let Some(roster) = self.rosters.get_mut(&group) else { return false };
        let place = roster.places.remove(&id);
        place.and_then(|place| roster.order.remove(&place.number)).is_some()
    }

    pub fn group_json(&self, group: &Group) -> Value {
        let alias: String =
            group.name.to_lowercase().chars().filter(|c| c.is_ascii_alphanumeric()).collect();
        json!({
            "id": group.id,
            "name": group.name,
            "alias_name": alias,
            "parent_group_id": group.parent_group_id,
            "privacy": group.privacy,
            "public_form": group.public_form,
            "requires_approval": group.requires_approval,
            "invite_members_enabled": false,
            "members_visible": true,
            "members_count": self.size(group.id),
        })
    }

    pub fn user_json(&self, user: &User) -> Value {
        let field = |key| user.fields.get(key).map_or("", String::as_str);
        let name = format!("{} {}", field("first_name"), field("last_name"));
        let places = self.groups.keys().filter_map(|group| {
            let place = self.rosters.get(group)?.places.get(&user.id)?;
            Some(json!({
                "id": group,
                "is_admin": place.is_admin,
                "last_invited_in": null,
                "status": place.status,
            }))
        });
        json!({
            "id": user.id,
            "first_name": field("first_name"),
            "last_name": field("last_name"),
            "name": name.trim(),
            "email": user.email,
            "is_registered": false,
            "created_at": user.created_at,
            "updated_at": user.updated_at,
            "groups": places.collect::<Vec<_>>(),
            "fields": user.fields,
        })
    }
}

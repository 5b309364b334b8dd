//! A Higher Logic tenant: its contacts and groups, and the queue of contacts that wait for their refresh.

use std::collections::{BTreeMap, HashMap, VecDeque};

use serde_json::Value;

use super::contact::{Contact, Named};
use super::push::TYPE_MISMATCH;
use super::{Group, Refresh, Settings};

pub struct Tenant {
    pub(super) settings: Settings,
    groups: BTreeMap<String, Group>,
    contacts: BTreeMap<String, Contact>,
    /// Keys in the order of their coming; a contact that is pushed again while it waits keeps its place.
    queue: VecDeque<String>,
    waiting: HashMap<String, Contact>,
    /// Up to when the queue is worked off.
    refreshed_at: i64,
    refreshes: u64,
}

impl Tenant {
    pub fn new(settings: Settings) -> Self {
        Self {
            settings,
            groups: BTreeMap::new(),
            contacts: BTreeMap::new(),
            queue: VecDeque::new(),
            waiting: HashMap::new(),
            refreshed_at: 0,
            refreshes: 0,
        }
    }

    pub fn empty(&mut self) {
        self.groups.clear();
        self.contacts.clear();
        self.queue.clear();
        self.waiting.clear();
        self.refreshes = 0;
    }

    pub fn groups(&self) -> &BTreeMap<String, Group> {
        &self.groups
    }

    pub fn seed_group(&mut self, group: Group) {
        self.groups.insert(group.key.clone(), group);
    }

    pub fn rename_group(&mut self, key: &str, name: &str) {
        if let Some(group) = self.groups.get_mut(key) {
            name.clone_into(&mut group.name);
        }
    }

    /// A group is made when its key is seen first, under the name it comes with; later names change
    /// nothing. All of them are taken, or none.
    pub fn take_groups(&mut self, named: &[Named]) -> Result<(), String> {
        let mut new: HashMap<&str, &Named> = HashMap::new();
        for group in named {
            let first = new.entry(&group.key).or_insert(group);
            let known = self.groups.get(&group.key).map_or(first.list, |known| known.list);
            if known != group.list || first.list != group.list {
                return Err(TYPE_MISMATCH.to_owned());
            }
        }
        for (key, group) in new {
            self.groups.entry(key.to_owned()).or_insert_with(|| Group {
                key: key.to_owned(),
                name: group.name.clone(),
                list: group.list,
            });
        }
        Ok(())
    }

    pub fn seed_contact(&mut self, item: &Value) -> Result<(), String> {
        let (contact, groups) = Contact::parse(item, &self.settings)?;
        self.take_groups(&groups)?;
        self.show(contact);
        Ok(())
    }

    pub fn contact(&self, key: &str) -> Option<&Contact> {
        self.contacts.get(key)
    }

    pub fn contacts(&self) -> impl Iterator<Item = &Contact> {
        self.contacts.values()
    }

    pub fn leave(&mut self, group: &str, contact: &str) {
        if let Some(contact) = self.contacts.get_mut(contact) {
            contact.communities.remove(group);
            contact.security_groups.remove(group);
        }
    }

    pub fn pending_keys(&self) -> Vec<String> {
        self.queue.iter().cloned().collect()
    }

    pub fn enqueue(&mut self, contacts: Vec<Contact>, now: i64) {
        if self.queue.is_empty() {
            self.refreshed_at = now;
        }
        for contact in contacts {
            let key = contact.key.clone();
            if self.waiting.insert(key.clone(), contact).is_none() {
                self.queue.push_back(key);
            }
        }
        self.refresh_until(now);
    }

    pub fn refresh_until(&mut self, now: i64) {
        match self.settings.refresh {
            Refresh::Held => {}
            Refresh::AtOnce => self.refresh(self.queue.len()),
            Refresh::PerSecond(pace) => {
                let Ok(pace_ms) = i64::try_from(pace) else { return self.refresh(usize::MAX) };
                let due = (now - self.refreshed_at).max(0).saturating_mul(pace_ms) / 1_000;
                if due > 0 {
                    // The part of a second that is left counts for the next.
                    self.refreshed_at += due.saturating_mul(1_000) / pace_ms;
                    self.refresh(usize::try_from(due).unwrap_or(usize::MAX));
                }
            }
        }
    }

    pub fn refresh(&mut self, count: usize) {
        for _ in 0..count {
            let Some(key) = self.queue.pop_front() else { return };
            if let Some(contact) = self.waiting.remove(&key) {
                self.show(contact);
            }
        }
    }

    fn show(&mut self, mut contact: Contact) {
        self.refreshes += 1;
        contact.refreshed = self.refreshes;
        self.contacts.insert(contact.key.clone(), contact);
    }
}

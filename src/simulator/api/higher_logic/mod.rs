//! Higher Logic's Push API V1: full records of people and companies, each with all its groups, some hundred at a time.

mod contact;
mod push;
mod tenant;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::record::Mutations;
use super::{Api, Limits};
use crate::simulator::settings::AppSecret;

pub use contact::Contact;
pub use tenant::Tenant;

/// What Higher Logic's staff set up for an association, and what is assumed of the platform.
pub struct Settings {
    pub api_key: AppSecret,
    pub tenant_code: String,
    /// The property MembershipIntegrateBio: without it `Bio` is ignored.
    pub bio: Property,
    /// IntegrateProfileImage.
    pub profile_image: Property,
    /// IntegrateSocialMediaSites.
    pub social_media_sites: Property,
    pub booleans: Booleans,
    pub refresh: Refresh,
    pub limits: Limits,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Property {
    Active,
    Inactive,
}

/// How a flag has to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Booleans {
    Either,
    /// `"True"` and `"False"`.
    Words,
    Json,
}

/// How fast the refresh queue is worked off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refresh {
    AtOnce,
    PerSecond(usize),
    /// Only by [`Api::refresh`].
    Held,
}

impl Settings {
    /// A tenant as it is after the first conversation: no property activated, no limit stated.
    pub fn new(api_key: impl Into<String>, tenant_code: impl Into<String>) -> Self {
        Self {
            api_key: AppSecret::new(api_key),
            tenant_code: tenant_code.into(),
            bio: Property::Inactive,
            profile_image: Property::Inactive,
            social_media_sites: Property::Inactive,
            booleans: Booleans::Either,
            refresh: Refresh::AtOnce,
            limits: Limits::OFF,
        }
    }
}

/// Which of an item's two lists a group came in first; it stays there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupList {
    Community,
    Security,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    pub key: String,
    /// The name it was seen with first, or was given on the platform since.
    pub name: String,
    pub list: GroupList,
}

impl Api<Tenant> {
    pub fn higher_logic(settings: Settings, now: impl Fn() -> i64 + Send + Sync + 'static) -> Self {
        Self::open(Tenant::new(settings), now)
    }

    pub fn change_settings(&self, change: impl FnOnce(&mut Settings)) {
        self.current(|tenant| change(&mut tenant.settings));
    }

    /// A group made on the platform, with an Integration Key.
    pub fn seed_group(&self, group: Group) {
        self.current(|tenant| tenant.seed_group(group));
    }

    /// A contact as an item of a push writes it, shown at once.
    pub fn seed_contact(&self, item: &Value) -> Result<(), String> {
        self.current(|tenant| tenant.seed_contact(item))
    }

    pub fn group(&self, key: &str) -> Option<Group> {
        self.current(|tenant| tenant.groups().get(key).cloned())
    }

    pub fn groups(&self) -> BTreeMap<String, Group> {
        self.current(|tenant| tenant.groups().clone())
    }

    pub fn rename_group(&self, key: &str, name: &str) {
        self.current(|tenant| tenant.rename_group(key, name));
    }

    /// As the community shows it: what is pending does not count.
    pub fn contact(&self, key: &str) -> Option<Contact> {
        self.current(|tenant| tenant.contact(key).cloned())
    }

    pub fn contact_count(&self) -> usize {
        self.current(|tenant| tenant.contacts().count())
    }

    /// Keys of the contacts in a group, sorted.
    pub fn members(&self, group: &str) -> Vec<String> {
        self.current(|tenant| {
            let inside = tenant.contacts().filter(|contact| contact.is_in(group));
            let mut keys: Vec<_> = inside.map(|contact| contact.key.clone()).collect();
            keys.sort_unstable();
            keys
        })
    }

    /// Contacts that are taken in and not yet shown, first to come first.
    pub fn pending(&self) -> Vec<String> {
        self.current(|tenant| tenant.pending_keys())
    }

    /// Works off so many of the queue.
    pub fn refresh(&self, count: usize) {
        self.current(|tenant| tenant.refresh(count));
    }

    /// How often a contact was pushed.
    pub fn pushes(&self, contact: &str) -> Mutations {
        self.mutations("", contact)
    }
}

//! A contact of Higher Logic: the whole record with the complete list of its groups, because whatever a
//! push leaves out is removed there (PLATFORMS.md 2.1).

mod store;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::facts::{Custom, Facts, Kind, Social};
use super::integration::Integration;
use super::link::GroupType;
use super::platform::higher_logic as wire;
use super::platform::profile::HigherLogicProfile;
use crate::db::{self, Many, Reader, rows};
use crate::id::{CompanyId, GroupId, RecordId};

/// Who counts as a member at Higher Logic, by the association's own words (PLATFORMS.md 4.1).
const MEMBERS: [&str; 4] = ["current", "inheriting", "grace_period", "active"];

rows! {
    /// A group of Higher Logic, by the key that never changes and the name it began with (DEC3).
    #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
    pub struct Group {
        pub group_id: GroupId,
        pub name: String,
        pub group_type: String,
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Contact {
    pub key: RecordId,
    pub is_company: bool,
    pub first_name: String,
    pub last_name: String,
    pub email: Option<String>,
    pub job_title: Option<String>,
    pub company_name: Option<String>,
    pub company: Option<CompanyId>,
    pub is_member: bool,
    /// These only where the Rep activated the property (R27, R64).
    pub bio: Option<String>,
    pub image_url: Option<String>,
    pub social: Option<Social>,
    pub website: Option<String>,
    pub custom: Vec<Custom>,
    pub communities: Vec<Group>,
    pub security_groups: Vec<Group>,
}

impl Contact {
    /// `groups` are all that it is to be in.
    pub fn of(facts: &Facts, integration: &Integration, groups: Vec<Group>) -> Self {
        let is_company = facts.kind == Kind::Company;
        let security = GroupType::Security.as_text();
        let (security_groups, communities) =
            groups.into_iter().partition(|group| group.group_type == security);
        let status = facts.member_status.as_deref().unwrap_or_default().to_lowercase();
        Self {
            key: facts.record.clone(),
            is_company,
            first_name: facts.first_name.clone(),
            last_name: if is_company { String::new() } else { facts.last_name.clone() },
            email: facts.email.clone(),
            job_title: facts.job_title.clone(),
            company_name: facts.company_name.clone(),
            company: facts.company.clone(),
            is_member: MEMBERS.contains(&status.as_str()),
            // Activated and empty is blank, so that what was there before goes.
            bio: integration.bio_since.map(|_| facts.bio.clone().unwrap_or_default()),
            image_url: integration.image_since.map(|_| facts.image_url.clone().unwrap_or_default()),
            social: integration.social_since.map(|_| facts.social.clone()),
            website: facts.website.clone().filter(|_| integration.social_since.is_some()),
            custom: facts.custom.clone(),
            communities,
            security_groups,
        }
    }

    /// As it is pushed.
    pub fn item(&self, profile: &HigherLogicProfile) -> wire::Item {
        let kind = match self.is_company {
            true => wire::Kind::Organization,
            false => wire::Kind::Person {
                first_name: self.first_name.clone(),
                last_name: self.last_name.clone(),
                job_title: self.job_title.clone(),
                company_key: self.company.as_ref().map(ToString::to_string),
            },
        };
        let standing = match self.is_member {
            true => wire::Standing::Member,
            false => wire::Standing::NotAMember,
        };
        let social = self.social.as_ref().map(|social| wire::Social {
            website: self.website.clone(),
            facebook: social.facebook.clone(),
            twitter: social.twitter.clone(),
            linked_in: social.linkedin.clone(),
            you_tube: social.youtube.clone(),
            ..wire::Social::default()
        });
        let demographics = self.custom.iter().map(|custom| wire::Demographic {
            field_key: custom.field.to_string(),
            label: custom.label.clone(),
            value: custom.value.clone(),
        });
        let entries = |groups: &[Group]| {
            let entry = |group: &Group| wire::GroupEntry {
                key: group.group_id.to_string(),
                name: group.name.clone(),
            };
            groups.iter().map(entry).collect()
        };
        let contact = wire::Contact {
            key: self.key.to_string(),
            kind,
            standing,
            email: self.email.clone(),
            company_name: self.company_name.clone(),
            bio: self.bio.clone(),
            image_url: self.image_url.clone(),
            social,
            demographics: demographics.collect(),
            security_groups: entries(&self.security_groups),
            community_groups: entries(&self.communities),
        };
        wire::Item::of(&contact, profile)
    }

    /// The names of what it holds, for the record of what was sent.
    pub fn field_names(&self) -> Vec<&str> {
        let named = [
            ("first_name", !self.first_name.is_empty()),
            ("last_name", !self.last_name.is_empty()),
            ("email", self.email.is_some()),
            ("job_title", self.job_title.is_some()),
            ("company_name", self.company_name.is_some()),
            ("bio", self.bio.is_some()),
            ("image", self.image_url.is_some()),
            ("social", self.social.is_some()),
            ("custom_fields", !self.custom.is_empty()),
            ("groups", !(self.communities.is_empty() && self.security_groups.is_empty())),
        ];
        named.into_iter().filter(|(_, is_there)| *is_there).map(|(name, _)| name).collect()
    }
}

/// Groups that were unlinked while one of the records was in them there. Whatever a push leaves out is
/// removed, so they go on being said as they were: unlinking removes nobody (R47).
pub async fn left(
    db: &mut Reader,
    records: &[&RecordId],
) -> Result<Vec<(RecordId, GroupId)>, db::Error> {
    store::left(db, Many::keys(records)).await
}

/// What Higher Logic is told of these groups.
pub async fn groups(
    db: &mut Reader,
    ids: &BTreeSet<&GroupId>,
) -> Result<BTreeMap<GroupId, Group>, db::Error> {
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let found = store::groups(db, Many::keys(ids)).await?;
    Ok(found.into_iter().map(|group| (group.group_id.clone(), group)).collect())
}

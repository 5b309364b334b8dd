//! A contact of Higher Logic: the whole record with the complete list of its groups, because whatever a
//! push leaves out is removed there (PLATFORMS.md 2.1).

mod store;

use std::collections::BTreeSet;

use serde::Serialize;

use super::facts::{Custom, Facts, Kind, Social};
use super::integration::Integration;
use super::link::GroupType;
use crate::db::{self, Reader, rows};
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
            bio: facts.bio.clone().filter(|_| integration.bio_since.is_some()),
            image_url: facts.image_url.clone().filter(|_| integration.image_since.is_some()),
            social: integration.social_since.map(|_| facts.social.clone()),
            website: facts.website.clone().filter(|_| integration.social_since.is_some()),
            custom: facts.custom.clone(),
            communities,
            security_groups,
        }
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

/// What Higher Logic is told of these groups.
pub async fn groups(db: &mut Reader, ids: &BTreeSet<GroupId>) -> Result<Vec<Group>, db::Error> {
    let mut groups = Vec::with_capacity(ids.len());
    for id in ids {
        groups.extend(store::group(db, id).await?);
    }
    Ok(groups)
}

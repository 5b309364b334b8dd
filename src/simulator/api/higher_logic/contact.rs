//! One item of a push: a person or a company, with all its groups. What an item leaves out, the contact loses.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;

use super::{Booleans, GroupList, Property, Settings};

const FIELDS: [&str; 49] = [
    "LegacyContactKey",
    "MemberID",
    "PrefixCode",
    "FirstName",
    "MiddleName",
    "LastName",
    "SuffixCode",
    "Designation",
    "InformalName",
    "Gender",
    "Ethnicity",
    "Age",
    "Birthday",
    "MemberSince",
    "MemberExpiresOn",
    "Title",
    "CompanyName",
    "ParentMemberKey",
    "Bio",
    "ProfileImageURL",
    "EmailAddress",
    "Phone1",
    "Phone1Type",
    "Phone2",
    "Phone2Type",
    "Phone3",
    "Phone3Type",
    "Phone4",
    "Phone4Type",
    "Address1",
    "Address2",
    "Address3",
    "City",
    "State",
    "PostalCode",
    "Country",
    "WebsiteURL",
    "YouTubeURL",
    "FacebookURL",
    "TwitterURL",
    "GooglePlusURL",
    "LinkedInURL",
    "BloggerURL",
    "WordPressURL",
    "OtherBlogURL",
    // Flags.
    "ExcludeFromDirectory",
    "IsActive",
    "IsMember",
    "IsOrganization",
];

const FLAGS: [&str; 4] = ["ExcludeFromDirectory", "IsActive", "IsMember", "IsOrganization"];

const SOCIAL: [&str; 8] = [
    "YouTubeURL",
    "FacebookURL",
    "TwitterURL",
    "GooglePlusURL",
    "LinkedInURL",
    "BloggerURL",
    "WordPressURL",
    "OtherBlogURL",
];

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Contact {
    /// The Legacy Contact Key.
    pub key: String,
    /// Known fields with a value, flags as `True` and `False`.
    pub fields: BTreeMap<String, String>,
    pub communities: BTreeSet<String>,
    pub security_groups: BTreeSet<String>,
    pub demographics: Vec<Value>,
    /// Counts up with every refresh in the tenant.
    #[serde(skip)]
    pub refreshed: u64,
}

/// A group as an item names it.
pub struct Named {
    pub key: String,
    pub name: String,
    pub list: GroupList,
}

impl Contact {
    /// The contact and its groups, or what is wrong with the item.
    pub fn parse(item: &Value, settings: &Settings) -> Result<(Self, Vec<Named>), String> {
        let details = item["MemberDetails"].as_object();
        let key = details.and_then(|details| details.get("LegacyContactKey"));
        let key = key.and_then(Value::as_str).map(str::trim).filter(|key| !key.is_empty());
        let key = key.ok_or("LegacyContactKey is required")?;
        let mut fields = BTreeMap::new();
        for (name, value) in details.into_iter().flatten() {
            // What nobody knows here is passed over, as JSON readers do.
            if !FIELDS.contains(&name.as_str()) || ignored(name, settings) {
                continue;
            }
            let text = match FLAGS.contains(&name.as_str()) {
                true => flag(name, value, settings.booleans)?,
                false => text(name, value)?,
            };
            if let Some(text) = text.filter(|text| !text.is_empty()) {
                fields.insert(name.clone(), text);
            }
        }
        let mut groups = named(item, "SecurityGroups", GroupList::Security)?;
        groups.extend(named(item, "CommunityGroups", GroupList::Community)?);
        let of = |list| {
            let groups = groups.iter().filter(move |group: &&Named| group.list == list);
            groups.map(|group| group.key.clone()).collect()
        };
        let contact = Self {
            key: key.to_owned(),
            fields,
            communities: of(GroupList::Community),
            security_groups: of(GroupList::Security),
            demographics: list(item, "Demographics")?,
            refreshed: 0,
        };
        Ok((contact, groups))
    }

    pub fn field(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }

    pub fn is_in(&self, group: &str) -> bool {
        self.communities.contains(group) || self.security_groups.contains(group)
    }
}

fn ignored(name: &str, settings: &Settings) -> bool {
    let property = match name {
        "Bio" => settings.bio,
        "ProfileImageURL" => settings.profile_image,
        social if SOCIAL.contains(&social) => settings.social_media_sites,
        _ => return false,
    };
    property == Property::Inactive
}

fn flag(name: &str, value: &Value, booleans: Booleans) -> Result<Option<String>, String> {
    let written = match value {
        Value::Null => return Ok(None),
        Value::Bool(flag) if booleans != Booleans::Words => Some(*flag),
        Value::String(word) if booleans != Booleans::Json => match word.as_str() {
            "True" => Some(true),
            "False" => Some(false),
            _ => None,
        },
        _ => None,
    };
    let flag = written.ok_or_else(|| format!("{name} is not a valid boolean"))?;
    Ok(Some(if flag { "True" } else { "False" }.to_owned()))
}

fn text(name: &str, value: &Value) -> Result<Option<String>, String> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text.clone())),
        Value::Number(number) => Ok(Some(number.to_string())),
        _ => Err(format!("{name} must be text")),
    }
}

fn named(item: &Value, field: &str, list_of: GroupList) -> Result<Vec<Named>, String> {
    let named = list(item, field)?.into_iter().map(|group| {
        let key = group["GroupKey"].as_str().filter(|key| !key.is_empty());
        let key = key.ok_or("GroupKey is required")?.to_owned();
        let is_security = group["GroupType"] == "Security";
        if is_security != (list_of == GroupList::Security) {
            return Err(super::push::TYPE_MISMATCH.to_owned());
        }
        let name = group["GroupName"].as_str().unwrap_or(&key).to_owned();
        Ok(Named { key, name, list: list_of })
    });
    named.collect()
}

fn list(item: &Value, field: &str) -> Result<Vec<Value>, String> {
    match &item[field] {
        Value::Null => Ok(Vec::new()),
        Value::Array(list) => Ok(list.clone()),
        _ => Err(format!("{field} must be a list")),
    }
}

//! A contact as it is pushed: the whole record each time, because a field that is left out stays or is
//! cleared as the platform likes, and a group that is left out is left.

use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::super::profile::HigherLogicProfile;

/// A record in our words. Not `Debug`, because people should not stand in logs.
#[derive(Clone, PartialEq, Eq)]
pub struct Contact {
    /// LegacyContactKey: the same as `sub`, for ever.
    pub key: String,
    pub kind: Kind,
    pub standing: Standing,
    pub email: Option<String>,
    /// Of an organization its own name; of a person their company's, or what they wrote themselves.
    pub company_name: Option<String>,
    /// None as long as the property is not activated: then it is not sent at all.
    pub bio: Option<String>,
    pub image_url: Option<String>,
    pub social: Option<Social>,
    pub demographics: Vec<Demographic>,
    /// All that the record is in.
    pub security_groups: Vec<GroupEntry>,
    pub community_groups: Vec<GroupEntry>,
}

#[derive(Clone, PartialEq, Eq)]
pub enum Kind {
    Organization,
    Person {
        first_name: String,
        last_name: String,
        job_title: Option<String>,
        /// The company's own LegacyContactKey.
        company_key: Option<String>,
    },
}

/// IsActive and IsMember.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    Member,
    NotAMember,
    Deactivated,
}

/// Their pages elsewhere. What is None is sent empty.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Social {
    pub website: Option<String>,
    pub facebook: Option<String>,
    pub twitter: Option<String>,
    pub linked_in: Option<String>,
    pub you_tube: Option<String>,
    pub blogger: Option<String>,
    pub word_press: Option<String>,
    pub other_blog: Option<String>,
}

/// The value of a custom field that is flagged for Higher Logic (R59).
#[derive(Clone, PartialEq, Eq)]
pub struct Demographic {
    /// The field's own id: labels may change (R63).
    pub field_key: String,
    pub label: String,
    pub value: String,
}

#[derive(Clone, PartialEq, Eq)]
pub struct GroupEntry {
    /// Our id of the group, for ever.
    pub key: String,
    /// Counts the first time only.
    pub name: String,
}

/// A contact ready to be pushed.
#[derive(Clone)]
pub struct Item {
    key: String,
    json: Box<RawValue>,
}

impl Item {
    pub fn of(contact: &Contact, profile: &HigherLogicProfile) -> Self {
        let wire = Wire::of(contact, profile);
        let json = serde_json::value::to_raw_value(&wire).expect("text, flags and lists are JSON");
        Self { key: contact.key.clone(), json }
    }

    /// LegacyContactKey.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// As it goes out: equal contacts give equal text.
    pub fn json(&self) -> &str {
        self.json.get()
    }

    pub(super) fn raw(&self) -> &RawValue {
        &self.json
    }
}

/// PLATFORMS.md 2.1, with the names of the vendor.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Wire<'a> {
    member_details: Details<'a>,
    security_groups: Vec<Group<'a>>,
    community_groups: Vec<Group<'a>>,
    demographics: Vec<DemographicThere<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Details<'a> {
    legacy_contact_key: &'a str,
    is_organization: Value,
    is_active: Value,
    is_member: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email_address: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a str>,
    company_name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent_member_key: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bio: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none", rename = "ProfileImageURL")]
    profile_image_url: Option<&'a str>,
    #[serde(flatten)]
    social: Option<SocialThere<'a>>,
}

#[derive(Serialize)]
struct SocialThere<'a> {
    #[serde(rename = "WebsiteURL")]
    website: &'a str,
    #[serde(rename = "FacebookURL")]
    facebook: &'a str,
    #[serde(rename = "TwitterURL")]
    twitter: &'a str,
    #[serde(rename = "LinkedInURL")]
    linked_in: &'a str,
    #[serde(rename = "YouTubeURL")]
    you_tube: &'a str,
    #[serde(rename = "BloggerURL")]
    blogger: &'a str,
    #[serde(rename = "WordPressURL")]
    word_press: &'a str,
    #[serde(rename = "OtherBlogURL")]
    other_blog: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Group<'a> {
    group_key: &'a str,
    group_name: &'a str,
    group_type: &'a str,
    role_description: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct DemographicThere<'a> {
    demographic_type_key: &'a str,
    demographic_type_value: &'a str,
    demographic_key: &'a str,
    demographic_value: &'a str,
}

impl<'a> Wire<'a> {
    fn of(contact: &'a Contact, profile: &'a HigherLogicProfile) -> Self {
        let groups = |entries: &'a [GroupEntry], group_type: &'a str| {
            let mut entries: Vec<&GroupEntry> = entries.iter().collect();
            entries.sort_by(|one, other| one.key.cmp(&other.key));
            let group = |entry: &'a GroupEntry| Group {
                group_key: &entry.key,
                group_name: &entry.name,
                group_type,
                role_description: "Member",
            };
            entries.into_iter().map(group).collect()
        };
        let demographic = |it: &'a Demographic| DemographicThere {
            demographic_type_key: &it.field_key,
            demographic_type_value: &it.label,
            demographic_key: &it.value,
            demographic_value: &it.value,
        };
        Self {
            member_details: Details::of(contact, profile),
            security_groups: groups(&contact.security_groups, &profile.security_type),
            community_groups: groups(&contact.community_groups, &profile.community_type),
            demographics: contact.demographics.iter().map(demographic).collect(),
        }
    }
}

impl<'a> Details<'a> {
    fn of(contact: &'a Contact, profile: &HigherLogicProfile) -> Self {
        let flag = |yes| profile.bool_style.value(yes);
        let (first_name, last_name, title, parent_member_key) = match &contact.kind {
            Kind::Organization => (None, None, None, None),
            Kind::Person { first_name, last_name, job_title, company_key } => (
                Some(first_name.as_str()),
                Some(last_name.as_str()),
                Some(or_empty(job_title)),
                Some(or_empty(company_key)),
            ),
        };
        Self {
            legacy_contact_key: &contact.key,
            is_organization: flag(contact.kind == Kind::Organization),
            is_active: flag(contact.standing != Standing::Deactivated),
            is_member: flag(contact.standing == Standing::Member),
            first_name,
            last_name,
            email_address: contact.email.as_deref(),
            title,
            company_name: or_empty(&contact.company_name),
            parent_member_key,
            bio: contact.bio.as_deref(),
            profile_image_url: contact.image_url.as_deref(),
            social: contact.social.as_ref().map(SocialThere::of),
        }
    }
}

impl<'a> SocialThere<'a> {
    fn of(social: &'a Social) -> Self {
        Self {
            website: or_empty(&social.website),
            facebook: or_empty(&social.facebook),
            twitter: or_empty(&social.twitter),
            linked_in: or_empty(&social.linked_in),
            you_tube: or_empty(&social.you_tube),
            blogger: or_empty(&social.blogger),
            word_press: or_empty(&social.word_press),
            other_blog: or_empty(&social.other_blog),
        }
    }
}

/// What was taken away here has to be taken away there.
fn or_empty(text: &Option<String>) -> &str {
    text.as_deref().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::super::{Platform, Profile};
    use super::*;

    fn profile(overrides: &str) -> HigherLogicProfile {
        match Profile::of(Platform::HigherLogic, Some(overrides)).unwrap() {
            Profile::HigherLogic(profile) => profile,
            Profile::Mobilize(_) => panic!("another platform's profile"),
        }
    }

    fn entry(key: &str) -> GroupEntry {
        GroupEntry { key: key.into(), name: format!("Group {key}") }
    }

    fn ada() -> Contact {
        Contact {
            key: "7c9e".into(),
            kind: Kind::Person {
                first_name: "Ada".into(),
                last_name: "Lovelace".into(),
                job_title: None,
                company_key: Some("55aa".into()),
            },
            standing: Standing::Member,
            email: Some("ada@x.org".into()),
            company_name: Some("Analytical Engines".into()),
            bio: None,
            image_url: None,
            social: None,
            demographics: Vec::new(),
            security_groups: Vec::new(),
            community_groups: vec![entry("g2"), entry("g1")],
        }
    }

    fn sent(contact: &Contact, overrides: &str) -> Value {
        serde_json::from_str(Item::of(contact, &profile(overrides)).json()).unwrap()
    }

    #[test]
    fn a_person_is_sent_whole_and_in_the_documented_names() {
        let group = |key: &str| {
            json!({"GroupKey": key, "GroupName": format!("Group {key}"),
                "GroupType": "Community", "RoleDescription": "Member"})
        };
        let expected = json!({
            "MemberDetails": {
                "LegacyContactKey": "7c9e", "IsOrganization": "False", "IsActive": "True",
                "IsMember": "True", "FirstName": "Ada", "LastName": "Lovelace",
                "EmailAddress": "ada@x.org", "Title": "", "CompanyName": "Analytical Engines",
                "ParentMemberKey": "55aa",
            },
            "SecurityGroups": [],
            "CommunityGroups": [group("g1"), group("g2")],
            "Demographics": [],
        });
        assert_eq!(sent(&ada(), "{}"), expected);
    }

    /// R51.
    #[test]
    fn a_company_is_an_organization_without_a_persons_fields() {
        let company = Contact {
            kind: Kind::Organization,
            standing: Standing::Deactivated,
            email: None,
            community_groups: Vec::new(),
            security_groups: vec![entry("g3")],
            ..ada()
        };
        let sent = sent(&company, r#"{"bool_style": "json"}"#);
        let details = json!({
            "LegacyContactKey": "7c9e", "IsOrganization": true, "IsActive": false,
            "IsMember": false, "CompanyName": "Analytical Engines",
        });
        assert_eq!(sent["MemberDetails"], details);
        assert_eq!(sent["SecurityGroups"][0]["GroupType"], "Security");
    }

    /// R27, R64.
    #[test]
    fn bio_image_and_social_sites_are_sent_when_they_are_activated() {
        let social =
            Social { linked_in: Some("https://l.example/ada".into()), ..Social::default() };
        let full = Contact {
            bio: Some(String::new()),
            image_url: Some("https://acme.example/ada.png".into()),
            social: Some(social),
            ..ada()
        };
        let details = &sent(&full, "{}")["MemberDetails"];
        assert_eq!(details["Bio"], "");
        assert_eq!(details["ProfileImageURL"], "https://acme.example/ada.png");
        assert_eq!(
            (&details["LinkedInURL"], &details["FacebookURL"]),
            (&json!("https://l.example/ada"), &json!(""))
        );
        let plain = sent(&ada(), "{}").to_string();
        assert!(!plain.contains("Bio") && !plain.contains("URL"), "{plain}");
    }

    /// R59, R63.
    #[test]
    fn a_custom_field_goes_by_its_id_with_its_label_beside_it() {
        let field = |value: &str| Demographic {
            field_key: "f1".into(),
            label: "Key".into(),
            value: value.into(),
        };
        let contact = Contact { demographics: vec![field("A-17")], ..ada() };
        let demographic = json!({
            "DemographicTypeKey": "f1", "DemographicTypeValue": "Key",
            "DemographicKey": "A-17", "DemographicValue": "A-17",
        });
        assert_eq!(sent(&contact, "{}")["Demographics"], json!([demographic]));
    }

    #[test]
    fn equal_contacts_are_equal_text_whatever_the_order_of_their_groups() {
        let turned = Contact { community_groups: vec![entry("g1"), entry("g2")], ..ada() };
        let profile = profile("{}");
        assert_eq!(Item::of(&ada(), &profile).json(), Item::of(&turned, &profile).json());
    }
}

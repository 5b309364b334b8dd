//! What the scopes tell about a member (OpenID Connect Core §5.1, §5.4).
//!
//! Absent instead of empty: strict clients refuse `""`. Flat names beside the standard ones
//! (`company_name`, `job_title`, `member_status`), because platforms map flat fields.

use std::fmt;

use serde::Serialize;

use super::scope::{Scope, Scopes};
use crate::clock::Timestamp;
use crate::id::MemberId;
use crate::members::{Details, Profile};

pub const SUPPORTED: [&str; 32] = [
    "sub",
    "iss",
    "aud",
    "exp",
    "iat",
    "auth_time",
    "acr",
    "amr",
    "sid",
    "name",
    "given_name",
    "family_name",
    "middle_name",
    "nickname",
    "preferred_username",
    "profile",
    "picture",
    "website",
    "gender",
    "birthdate",
    "zoneinfo",
    "locale",
    "email",
    "email_verified",
    "phone_number",
    "phone_number_verified",
    "address",
    "company_name",
    "job_title",
    "member_status",
    "updated_at",
    "groups",
];

/// A claim about a member, as clients ask for it: by its scope, or by its name (§5.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    Name,
    GivenName,
    FamilyName,
    MiddleName,
    Nickname,
    PreferredUsername,
    Profile,
    Picture,
    Website,
    Gender,
    Birthdate,
    Zoneinfo,
    Locale,
    CompanyName,
    JobTitle,
    MemberStatus,
    UpdatedAt,
    Email,
    EmailVerified,
    PhoneNumber,
    PhoneNumberVerified,
    Address,
    Groups,
}

impl Claim {
    pub const ALL: [Self; 23] = [
        Self::Name,
        Self::GivenName,
        Self::FamilyName,
        Self::MiddleName,
        Self::Nickname,
        Self::PreferredUsername,
        Self::Profile,
        Self::Picture,
        Self::Website,
        Self::Gender,
        Self::Birthdate,
        Self::Zoneinfo,
        Self::Locale,
        Self::CompanyName,
        Self::JobTitle,
        Self::MemberStatus,
        Self::UpdatedAt,
        Self::Email,
        Self::EmailVerified,
        Self::PhoneNumber,
        Self::PhoneNumberVerified,
        Self::Address,
        Self::Groups,
    ];

    pub fn as_text(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::GivenName => "given_name",
            Self::FamilyName => "family_name",
            Self::MiddleName => "middle_name",
            Self::Nickname => "nickname",
            Self::PreferredUsername => "preferred_username",
            Self::Profile => "profile",
            Self::Picture => "picture",
            Self::Website => "website",
            Self::Gender => "gender",
            Self::Birthdate => "birthdate",
            Self::Zoneinfo => "zoneinfo",
            Self::Locale => "locale",
            Self::CompanyName => "company_name",
            Self::JobTitle => "job_title",
            Self::MemberStatus => "member_status",
            Self::UpdatedAt => "updated_at",
            Self::Email => "email",
            Self::EmailVerified => "email_verified",
            Self::PhoneNumber => "phone_number",
            Self::PhoneNumberVerified => "phone_number_verified",
            Self::Address => "address",
            Self::Groups => "groups",
        }
    }

    pub fn scope(self) -> Scope {
        match self {
            Self::Email | Self::EmailVerified => Scope::Email,
            Self::PhoneNumber | Self::PhoneNumberVerified => Scope::Phone,
            Self::Address => Scope::Address,
            Self::Groups => Scope::Groups,
            _ => Scope::Profile,
        }
    }
}

/// A set of claims.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Wanted(u32);

impl Wanted {
    pub fn of(scopes: Scopes) -> Self {
        let named = Claim::ALL.into_iter().filter(|claim| scopes.has(claim.scope()));
        named.fold(Self::default(), Self::with)
    }

    /// From names separated by blanks; those that are no claims of a member are passed over.
    pub fn parse(names: &str) -> Self {
        names.split_ascii_whitespace().fold(Self::default(), Self::with_name)
    }

    pub fn with_name(self, name: &str) -> Self {
        let claim = Claim::ALL.into_iter().find(|claim| claim.as_text() == name);
        claim.map_or(self, |claim| self.with(claim))
    }

    pub fn with(self, claim: Claim) -> Self {
        Self(self.0 | 1 << claim as u32)
    }

    pub fn without(self, claim: Claim) -> Self {
        Self(self.0 & !(1 << claim as u32))
    }

    pub fn and(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    pub fn beyond(self, others: Self) -> Self {
        Self(self.0 & !others.0)
    }

    pub fn has(self, claim: Claim) -> bool {
        self.0 & (1 << claim as u32) != 0
    }

    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
}

impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = Claim::ALL.into_iter().filter(|claim| self.has(*claim)).map(Claim::as_text);
        f.write_str(&names.collect::<Vec<_>>().join(" "))
    }
}

#[derive(Serialize)]
pub struct Claims<'a> {
    pub sub: &'a MemberId,
    #[serde(flatten)]
    pub scoped: Scoped<'a>,
}

/// The claims about a member alone, as they stand in the ID token too.
#[derive(Serialize, Default)]
pub struct Scoped<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    given_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    family_name: Option<&'a str>,
    /// Empty but for the few that the association keeps.
    #[serde(flatten)]
    details: Details,
    #[serde(skip_serializing_if = "Option::is_none")]
    company_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    job_title: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    member_status: Option<&'a str>,
    /// §5.1: "a JSON number representing the number of seconds".
    #[serde(skip_serializing_if = "Option::is_none")]
    updated_at: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email_verified: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone_number: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone_number_verified: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<AddressClaim<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub groups: Option<Vec<String>>,
}

/// §5.1.1.
#[derive(Serialize)]
struct AddressClaim<'a> {
    formatted: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    street_address: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    locality: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    postal_code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    country: Option<&'a str>,
}

impl<'a> Scoped<'a> {
    /// All but `groups`, which a member's record does not hold.
    pub fn of(member: &'a Profile, wanted: Wanted) -> Self {
        let text =
            |claim, value: Option<&'a str>| value.filter(|_| wanted.has(claim)).and_then(filled);
        let names: Vec<_> = [&member.first_name, &member.last_name]
            .into_iter()
            .filter_map(|it| filled(it))
            .collect();
        let name = Some(names.join(" ")).filter(|it| wanted.has(Claim::Name) && !it.is_empty());
        let phone = member.phone.as_deref().and_then(filled);
        let has_email = filled(&member.email).is_some();
        Self {
            name,
            given_name: text(Claim::GivenName, Some(&member.first_name)),
            family_name: text(Claim::FamilyName, Some(&member.last_name)),
            details: details_of(member, wanted),
            company_name: text(Claim::CompanyName, member.company_name.as_deref()),
            job_title: text(Claim::JobTitle, member.job_title.as_deref()),
            member_status: text(Claim::MemberStatus, member.member_status.as_deref()),
            updated_at: wanted
                .has(Claim::UpdatedAt)
                .then(|| Timestamp::unix_seconds(member.updated_at)),
            email: text(Claim::Email, Some(&member.email)),
            email_verified: (wanted.has(Claim::EmailVerified) && has_email)
                .then_some(member.email_verified_at.is_some()),
            phone_number: text(Claim::PhoneNumber, phone),
            // Nobody has ever called it.
            phone_number_verified: (wanted.has(Claim::PhoneNumberVerified) && phone.is_some())
                .then_some(false),
            address: wanted.has(Claim::Address).then(|| AddressClaim::of(member)).flatten(),
            groups: None,
        }
    }
}

/// Most requests want none of them and most members have none, so they are rarely read.
fn details_of(member: &Profile, wanted: Wanted) -> Details {
    if member.details.is_none() {
        return Details::default();
    }
    let kept = member.details();
    let text = |claim, value: Option<String>| value.filter(|_| wanted.has(claim));
    Details {
        middle_name: text(Claim::MiddleName, kept.middle_name),
        nickname: text(Claim::Nickname, kept.nickname),
        preferred_username: text(Claim::PreferredUsername, kept.preferred_username),
        profile: text(Claim::Profile, kept.profile),
        picture: text(Claim::Picture, kept.picture),
        website: text(Claim::Website, kept.website),
        gender: text(Claim::Gender, kept.gender),
        birthdate: text(Claim::Birthdate, kept.birthdate),
        zoneinfo: text(Claim::Zoneinfo, kept.zoneinfo),
        locale: text(Claim::Locale, kept.locale),
    }
}

impl<'a> AddressClaim<'a> {
    fn of(member: &'a Profile) -> Option<Self> {
        let part = |value: &'a Option<String>| value.as_deref().and_then(filled);
        let (street_address, locality) = (part(&member.street), part(&member.city));
        let (region, postal_code) = (part(&member.region), part(&member.postal_code));
        let country = part(&member.country);
        let place: Vec<_> = [locality, region, postal_code].into_iter().flatten().collect();
        let place = place.join(" ");
        let lines = [street_address, filled(&place), country];
        let formatted = lines.into_iter().flatten().collect::<Vec<_>>().join("\n");
        (!formatted.is_empty()).then_some(Self {
            formatted,
            street_address,
            locality,
            region,
            postal_code,
            country,
        })
    }
}

fn filled(text: &str) -> Option<&str> {
    Some(text.trim()).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_of_claims_is_written_and_read_as_names() {
        let wanted = Wanted::parse("email sub name name unknown");
        assert_eq!(wanted.to_string(), "name email");
        assert!(Wanted::of(Scopes::parse("openid")).is_empty());
        let email = Wanted::of(Scopes::parse("email"));
        assert_eq!(wanted.beyond(email).to_string(), "name");
        assert_eq!(wanted.and(email).without(Claim::Name), email);
    }

    #[test]
    fn every_claim_is_supported_and_none_is_listed_twice() {
        for claim in Claim::ALL {
            assert_eq!(SUPPORTED.iter().filter(|name| **name == claim.as_text()).count(), 1);
        }
    }
}

//! What the scopes tell about a member (OpenID Connect Core §5.1, §5.4).
//!
//! Absent instead of empty: strict clients refuse `""`. Flat names beside the standard ones
//! (`company_name`, `job_title`, `member_status`), because platforms map flat fields.

use serde::Serialize;

use super::scope::{Scope, Scopes};
use crate::clock::Timestamp;
use crate::id::MemberId;
use crate::members::Profile;

pub const SUPPORTED: [&str; 18] = [
    "sub",
    "iss",
    "aud",
    "exp",
    "iat",
    "auth_time",
    "name",
    "given_name",
    "family_name",
    "email",
    "email_verified",
    "phone_number",
    "address",
    "company_name",
    "job_title",
    "member_status",
    "updated_at",
    "groups",
];

#[derive(Serialize)]
pub struct Claims<'a> {
    pub sub: &'a MemberId,
    #[serde(flatten)]
    pub scoped: Scoped<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub groups: Option<Vec<String>>,
}

/// The claims of the scopes alone, as they stand in the ID token too.
#[derive(Serialize, Default)]
pub struct Scoped<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    given_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    family_name: Option<&'a str>,
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
    address: Option<AddressClaim<'a>>,
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
    pub fn of(member: &'a Profile, scopes: Scopes) -> Self {
        let mut claims = Self::default();
        if scopes.has(Scope::Profile) {
            claims.given_name = filled(&member.first_name);
            claims.family_name = filled(&member.last_name);
            let names: Vec<_> =
                [claims.given_name, claims.family_name].into_iter().flatten().collect();
            claims.name = Some(names.join(" ")).filter(|name| !name.is_empty());
            claims.company_name = member.company_name.as_deref().and_then(filled);
            claims.job_title = member.job_title.as_deref().and_then(filled);
            claims.member_status = member.member_status.as_deref().and_then(filled);
            claims.updated_at = Some(Timestamp::unix_seconds(member.updated_at));
        }
        if scopes.has(Scope::Email) {
            claims.email = filled(&member.email);
            claims.email_verified = claims.email.map(|_| member.email_verified_at.is_some());
        }
        if scopes.has(Scope::Phone) {
            claims.phone_number = member.phone.as_deref().and_then(filled);
        }
        if scopes.has(Scope::Address) {
            claims.address = AddressClaim::of(member);
        }
        claims
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

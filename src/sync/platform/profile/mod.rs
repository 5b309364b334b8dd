//! What is known of a platform's API, and what is assumed (PLATFORMS.md 7): the documented values are the
//! defaults, and a JSON object replaces the parts that turn out to be different.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Platform;
use super::fields::Field;
use super::route::Route;
use crate::outbound::call::Method;

mod check;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Profile {
    Mobilize(Box<MobilizeProfile>),
    HigherLogic(HigherLogicProfile),
}

/// What is true of the calls to any platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calls {
    /// Where credentials may go: a host, or `*.` and what it ends in.
    pub hosts: Vec<String>,
    pub per_second: u16,
    pub per_minute: u16,
    pub max_in_flight: u8,
    pub retry: Retry,
}

/// How often a change is tried again, and how long apart (SECURITY.md 4.13).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retry {
    pub tries: u16,
    pub base_ms: u64,
    pub cap_ms: u64,
    /// One page of a list, within one reading of it.
    pub page_tries: u8,
    pub page_base_ms: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MobilizeProfile {
    pub calls: Calls,
    pub routes: Routes,
    pub page_size: u16,
    pub envelope: Envelope,
    pub bulk: Option<Bulk>,
    pub fields: WireKeys,
    /// What is kept the same there. E-mail is sent with a new person in any case: it says who they are.
    pub enabled: Vec<Field>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Routes {
    pub groups: Route,
    pub group: Route,
    pub members: Route,
    pub add: Route,
    pub remove: Route,
    pub update: Route,
    /// Null where people cannot be looked up by e-mail.
    pub find_by_email: Option<Route>,
    pub bulk_add: Route,
    pub bulk_remove: Route,
    pub job: Route,
}

/// How a list comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Envelope {
    Array,
    /// `{"results": […]}`.
    Results,
    Either,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bulk {
    pub max: u16,
    /// One at a time, whatever it does.
    pub exclusive: bool,
}

/// Our fields by their names there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WireKeys {
    pub first_name: String,
    pub last_name: String,
    pub email: String,
    pub company_name: String,
    pub job_title: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HigherLogicProfile {
    pub calls: Calls,
    pub push: Route,
    pub bool_style: BoolStyle,
    pub max_items: u16,
    pub max_bytes: u32,
    /// GroupType of the two kinds of groups.
    pub security_type: String,
    pub community_type: String,
}

/// Two programs were seen to send two things.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BoolStyle {
    /// `"True"` and `"False"`.
    Text,
    Json,
}

/// What is wrong with a profile, in words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotAProfile(pub String);

impl Profile {
    /// The documented values, with what `overrides` says instead: objects are merged, anything else is
    /// replaced, and null takes away (RFC 7396).
    pub fn of(platform: Platform, overrides: Option<&str>) -> Result<Self, NotAProfile> {
        let profile = match platform {
            Platform::Mobilize | Platform::Forj => {
                let defaults = MobilizeProfile::documented(platform);
                Self::Mobilize(Box::new(overridden(defaults, overrides)?))
            }
            Platform::HigherLogic => {
                Self::HigherLogic(overridden(HigherLogicProfile::documented(), overrides)?)
            }
        };
        check::profile(&profile)?;
        Ok(profile)
    }

    /// From now on this field is kept the same there too.
    pub fn keep(&mut self, field: Field) {
        if let Self::Mobilize(profile) = self
            && !profile.keeps(field)
        {
            profile.enabled.push(field);
        }
    }

    pub fn calls(&self) -> &Calls {
        match self {
            Self::Mobilize(profile) => &profile.calls,
            Self::HigherLogic(profile) => &profile.calls,
        }
    }
}

fn overridden<T: Serialize + DeserializeOwned>(
    defaults: T,
    overrides: Option<&str>,
) -> Result<T, NotAProfile> {
    let told = |error: serde_json::Error| NotAProfile(error.to_string());
    let Some(overrides) = overrides else { return Ok(defaults) };
    let overrides: Value = serde_json::from_str(overrides).map_err(told)?;
    if !overrides.is_object() {
        return Err(NotAProfile("it should be a JSON object".to_owned()));
    }
    let mut merged = serde_json::to_value(defaults).map_err(told)?;
    merge(&mut merged, overrides);
    serde_json::from_value(merged).map_err(told)
}

/// RFC 7396 §2.
fn merge(target: &mut Value, patch: Value) {
    let (Value::Object(known), Value::Object(members)) = (&mut *target, &patch) else {
        *target = patch;
        return;
    };
    for (name, value) in members {
        if value.is_null() {
            known.remove(name);
        } else {
            merge(known.entry(name.clone()).or_insert(Value::Null), value.clone());
        }
    }
}

impl Calls {
    /// 10 per second and 600 per minute: ASSUMED of both.
    fn documented(hosts: &[&str]) -> Self {
        Self {
            hosts: hosts.iter().map(|host| (*host).to_owned()).collect(),
            per_second: 10,
            per_minute: 600,
            max_in_flight: 4,
            retry: Retry {
                tries: 25,
                base_ms: 5_000,
                cap_ms: 15 * 60 * 1_000,
                page_tries: 3,
                page_base_ms: 500,
            },
        }
    }

    pub fn may_call(&self, host: &str) -> bool {
        self.hosts.iter().any(|allowed| match allowed.strip_prefix("*.") {
            Some(domain) => {
                host.strip_suffix(domain).is_some_and(|left| left.len() > 1 && left.ends_with('.'))
            }
            None => host == allowed,
        })
    }
}

impl MobilizeProfile {
    pub const BASE_URL: &str = "https://api.mobilize.io/v1";

    fn documented(platform: Platform) -> Self {
        let enabled = Field::ALL.into_iter();
        Self {
            calls: Calls::documented(&["api.mobilize.io", "*.mobilize.io"]),
            routes: Routes::assumed(),
            page_size: 50,
            envelope: Envelope::Either,
            bulk: Some(Bulk { max: 1_000, exclusive: true }),
            fields: WireKeys::assumed(),
            enabled: match platform {
                // R56: Forj Community's list does not have it.
                Platform::Forj => enabled.filter(|field| *field != Field::Email).collect(),
                _ => enabled.collect(),
            },
        }
    }

    pub fn keeps(&self, field: Field) -> bool {
        self.enabled.contains(&field)
    }
}

impl Routes {
    /// PLATFORMS.md 1.4: reading was found in public, the rest is ASSUMED.
    fn assumed() -> Self {
        use Method::{Delete, Get, Post, Put};
        Self {
            groups: Route::new(Get, "/groups"),
            group: Route::new(Get, "/groups/{group_id}"),
            members: Route::new(Get, "/groups/{group_id}/members"),
            add: Route::new(Post, "/groups/{group_id}/members"),
            remove: Route::new(Delete, "/groups/{group_id}/members/{user_id}"),
            update: Route::new(Put, "/users/{user_id}"),
            find_by_email: Some(Route::new(Get, "/users")),
            bulk_add: Route::new(Post, "/groups/{group_id}/members/bulk"),
            bulk_remove: Route::new(Delete, "/groups/{group_id}/members/bulk"),
            job: Route::new(Get, "/bulk/{job_id}"),
        }
    }
}

impl WireKeys {
    /// `company_name` was really observed; `job_title` is ASSUMED.
    fn assumed() -> Self {
        Self {
            first_name: "first_name".to_owned(),
            last_name: "last_name".to_owned(),
            email: "email".to_owned(),
            company_name: "company_name".to_owned(),
            job_title: "job_title".to_owned(),
        }
    }

    pub fn key(&self, field: Field) -> &str {
        match field {
            Field::FirstName => &self.first_name,
            Field::LastName => &self.last_name,
            Field::Email => &self.email,
            Field::CompanyName => &self.company_name,
            Field::JobTitle => &self.job_title,
        }
    }
}

impl HigherLogicProfile {
    pub const BASE_URL: &str = "https://data.higherlogic.com";

    /// PLATFORMS.md 2.4, `higherlogic_push_v1`.
    fn documented() -> Self {
        Self {
            calls: Calls::documented(&["data.higherlogic.com"]),
            push: Route::new(Method::Post, "/push/v1/members"),
            bool_style: BoolStyle::Text,
            max_items: 100,
            max_bytes: 5_000_000,
            security_type: "Security".to_owned(),
            community_type: "Community".to_owned(),
        }
    }
}

impl BoolStyle {
    pub fn value(self, yes: bool) -> Value {
        match self {
            Self::Json => Value::Bool(yes),
            Self::Text => Value::from(if yes { "True" } else { "False" }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mobilize(overrides: &str) -> Result<MobilizeProfile, NotAProfile> {
        match Profile::of(Platform::Mobilize, Some(overrides))? {
            Profile::Mobilize(profile) => Ok(*profile),
            Profile::HigherLogic(_) => panic!("another platform's profile"),
        }
    }

    /// R55, R56.
    #[test]
    fn what_is_documented_is_the_default() {
        for platform in Platform::ALL {
            let plain = Profile::of(platform, None).unwrap();
            assert_eq!(plain, Profile::of(platform, Some("{}")).unwrap());
            assert_eq!((plain.calls().per_second, plain.calls().max_in_flight), (10, 4));
        }
        let Profile::Mobilize(forj) = Profile::of(Platform::Forj, None).unwrap() else { panic!() };
        assert_eq!(mobilize("{}").unwrap().enabled, Field::ALL);
        assert!(!forj.keeps(Field::Email) && forj.enabled.len() == 4);
    }

    #[test]
    fn an_override_replaces_what_it_names_and_nothing_else() {
        let profile = mobilize(
            r#"{"page_size": 100, "bulk": null, "envelope": "results",
                "calls": {"per_second": 5, "hosts": ["api.forj.example"]},
                "fields": {"job_title": "position"},
                "routes": {"update": {"method": "POST"}, "find_by_email": null}}"#,
        )
        .unwrap();

        let plain = mobilize("{}").unwrap();
        assert_eq!(profile.calls.per_minute, plain.calls.per_minute);
        assert_eq!((profile.page_size, profile.bulk), (100, None));
        assert_eq!(profile.calls.hosts, ["api.forj.example"]);
        assert_eq!(profile.fields.key(Field::JobTitle), "position");
        assert_eq!(profile.fields.key(Field::Email), "email");
        assert_eq!(profile.routes.update, Route::new(Method::Post, "/users/{user_id}"));
        assert_eq!(profile.routes.find_by_email, None);
        assert_eq!(profile.routes.add, plain.routes.add);
    }

    #[test]
    fn a_mistake_in_a_profile_is_told_in_words() {
        for (overrides, words) in [
            ("[]", "object"),
            ("{", "EOF"),
            (r#"{"pages": 1}"#, "unknown field `pages`"),
            (r#"{"calls": {"per_hour": 1}}"#, "unknown field `per_hour`"),
            (r#"{"page_size": null}"#, "missing field `page_size`"),
            (r#"{"page_size": 1}"#, "page_size"),
            (r#"{"calls": {"per_second": 0}}"#, "per_second"),
            (r#"{"calls": {"max_in_flight": 0}}"#, "max_in_flight"),
            (r#"{"calls": {"hosts": []}}"#, "host"),
            (r#"{"calls": {"hosts": ["*"]}}"#, "host"),
            (r#"{"calls": {"hosts": ["*.io"]}}"#, "host"),
            (r#"{"calls": {"hosts": ["API.example.com"]}}"#, "host"),
            (r#"{"calls": {"hosts": ["https://api.example.com"]}}"#, "host"),
            (r#"{"calls": {"retry": {"cap_ms": 1}}}"#, "cap_ms"),
            (r#"{"bulk": {"max": 1001}}"#, "bulk"),
            (r#"{"fields": {"job_title": "email"}}"#, "email"),
            (r#"{"fields": {"job_title": ""}}"#, "job_title"),
            (r#"{"enabled": ["first_name", "phone"]}"#, "phone"),
            (r#"{"enabled": ["first_name", "first_name"]}"#, "twice"),
            (r#"{"routes": {"group": {"path": "/groups"}}}"#, "{group_id}"),
            (r#"{"routes": {"groups": {"method": "POST"}}}"#, "GET"),
            (r#"{"routes": {"add": {"method": "GET"}}}"#, "GET"),
            (r#"{"routes": {"add": {"method": "HEAD"}}}"#, "HEAD"),
        ] {
            let mistake = mobilize(overrides).unwrap_err().to_string();
            assert!(mistake.contains(words), "{overrides}: {mistake}");
        }
        for (overrides, words) in [
            (r#"{"max_items": 101}"#, "max_items"),
            (r#"{"max_bytes": 6000000}"#, "max_bytes"),
            (r#"{"bool_style": "yes"}"#, "yes"),
            (r#"{"community_type": "Security"}"#, "community_type"),
            (r#"{"push": {"path": "/push/{tenant}"}}"#, "path"),
        ] {
            let mistake =
                Profile::of(Platform::HigherLogic, Some(overrides)).unwrap_err().to_string();
            assert!(mistake.contains(words), "{overrides}: {mistake}");
        }
    }

    /// SECURITY.md 3.5: credentials go nowhere else.
    #[test]
    fn only_hosts_of_the_platform_may_be_called() {
        let profile = Profile::of(Platform::Forj, None).unwrap();
        for host in ["api.mobilize.io", "harbor.mobilize.io"] {
            assert!(profile.calls().may_call(host), "{host}");
        }
        for host in ["mobilize.io", ".mobilize.io", "evilmobilize.io", "mobilize.io.example", ""] {
            assert!(!profile.calls().may_call(host), "{host}");
        }
    }
}

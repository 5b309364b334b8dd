//! Claims: what type each must have, and one list made of the ID token's and userinfo's.

use serde_json::{Map, Value};
use url::Url;

/// One claim as it arrived.
pub struct Claim {
    pub name: String,
    pub value: Value,
    pub source: Source,
}

pub enum Source {
    IdToken,
    Userinfo,
    Both,
    /// Both have it, with different values. The ID token wins; this is what userinfo said.
    BothDiffering(Value),
}

/// Sorted by name.
pub struct Claims(Vec<Claim>);

impl Claims {
    pub fn merged(id_token: Map<String, Value>, mut userinfo: Map<String, Value>) -> Self {
        let mut all: Vec<_> = id_token
            .into_iter()
            .map(|(name, value)| {
                let source = match userinfo.remove(&name) {
                    None => Source::IdToken,
                    Some(same) if same == value => Source::Both,
                    Some(other) => Source::BothDiffering(other),
                };
                Claim { name, value, source }
            })
            .collect();
        let rest = userinfo.into_iter();
        all.extend(rest.map(|(name, value)| Claim { name, value, source: Source::Userinfo }));
        all.sort_by(|one, other| one.name.cmp(&other.name));
        Self(all)
    }

    pub fn all(&self) -> &[Claim] {
        &self.0
    }

    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|claim| claim.name == name)?.value.as_str()
    }
}

impl Claim {
    /// Text without its quotation marks, everything else as JSON.
    pub fn shown(&self) -> String {
        shown(&self.value)
    }
}

impl Source {
    pub fn shown(&self) -> String {
        match self {
            Self::IdToken => "ID token".to_owned(),
            Self::Userinfo => "userinfo".to_owned(),
            Self::Both => "ID token and userinfo".to_owned(),
            Self::BothDiffering(other) => format!("ID token; userinfo says {}", shown(other)),
        }
    }
}

fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Answers what is wrong with the first claim that the platform's typed model would refuse.
pub fn check(claims: &Map<String, Value>) -> Result<(), String> {
    no_blanks(claims)?;
    if !claims.contains_key("sub") {
        return Err("sub is missing".to_owned());
    }
    claims.iter().try_for_each(|(name, value)| {
        let (right, kind) = match name.as_str() {
            "email_verified" | "phone_number_verified" => (value.is_boolean(), "true or false"),
            "updated_at" | "auth_time" | "exp" | "iat" | "nbf" => {
                (value.is_u64(), "a whole number of seconds")
            }
            "picture" | "profile" | "website" => {
                (value.as_str().is_some_and(is_web_address), "an absolute web address")
            }
            "email" => (value.as_str().is_some_and(is_email), "an e-mail address"),
            "sub" => {
                (value.as_str().is_some_and(is_subject), "text of at most 255 ASCII characters")
            }
            "address" => (value.is_object(), "an object"),
            "groups" => (is_list_of_text(value), "a list of text"),
            "birthdate" | "company_name" | "family_name" | "gender" | "given_name" | "iss"
            | "job_title" | "locale" | "member_status" | "middle_name" | "name" | "nickname"
            | "nonce" | "phone_number" | "preferred_username" | "zoneinfo" => {
                (value.is_string(), "text")
            }
            _ => (true, ""),
        };
        if right { Ok(()) } else { Err(format!("{name} is {value} and not {kind}")) }
    })
}

/// OpenID Connect Core §5.3.2: a claim without a value "SHOULD be omitted from the JSON object …; it SHOULD NOT be
/// present with a null or empty string value."
pub fn no_blanks(object: &Map<String, Value>) -> Result<(), String> {
    fn has_blank(value: &Value) -> bool {
        match value {
            Value::Null => true,
            Value::String(text) => text.is_empty(),
            Value::Array(list) => list.iter().any(has_blank),
            Value::Object(object) => object.values().any(has_blank),
            Value::Bool(_) | Value::Number(_) => false,
        }
    }
    match object.iter().find(|(_, value)| has_blank(value)) {
        None => Ok(()),
        Some((name, value)) => {
            Err(format!("{name} is {value}: what has no value must be left out"))
        }
    }
}

pub fn is_web_address(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

fn is_email(text: &str) -> bool {
    let parts = text.split_once('@');
    parts.is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty())
        && text.matches('@').count() == 1
        && !text.contains(char::is_whitespace)
}

/// OpenID Connect Core §2: the subject "MUST NOT exceed 255 ASCII [RFC20] characters in length".
fn is_subject(text: &str) -> bool {
    text.is_ascii() && text.len() <= 255
}

fn is_list_of_text(value: &Value) -> bool {
    value.as_array().is_some_and(|list| list.iter().all(Value::is_string))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn map(object: Value) -> Map<String, Value> {
        serde_json::from_value(object).unwrap()
    }

    fn with(name: &str, value: Value) -> Map<String, Value> {
        Map::from_iter([("sub".to_owned(), json!("5b1c")), (name.to_owned(), value)])
    }

    #[test]
    fn the_types_are_those_of_the_specification() {
        let good = [
            ("email_verified", json!(true)),
            ("updated_at", json!(1_700_000_000)),
            ("picture", json!("https://example.org/a.png")),
            ("address", json!({ "locality": "Oslo" })),
            ("groups", json!(["Board"])),
            ("chapter", json!({ "anything": [1, true] })),
        ];
        let bad = [
            ("email_verified", json!("true")),
            ("updated_at", json!("2024-01-01")),
            ("updated_at", json!(1.5)),
            ("picture", json!("/a.png")),
            ("website", json!("www.example.org")),
            ("email", json!("ann")),
            ("given_name", json!("")),
            ("job_title", json!(null)),
            ("name", json!(7)),
            ("address", json!({ "locality": "" })),
            ("address", json!("Oslo")),
            ("groups", json!("Board")),
            ("sub", json!(5)),
        ];

        let accepted = good.map(|(name, value)| check(&with(name, value)));
        let refused = bad.map(|(name, value)| check(&with(name, value)));

        assert_eq!(accepted, [const { Ok(()) }; 6]);
        assert!(refused.iter().all(Result::is_err), "{refused:?}");
    }

    #[test]
    fn claims_remember_where_they_came_from() {
        let id_token = map(json!({ "sub": "5b1c", "iss": "https://a", "name": "Ann" }));
        let userinfo = map(json!({ "sub": "5b1c", "name": "Anna", "job_title": "Owner" }));

        let merged = Claims::merged(id_token, userinfo);

        let told: Vec<_> = merged
            .all()
            .iter()
            .map(|claim| format!("{}={} {}", claim.name, claim.shown(), claim.source.shown()))
            .collect();
        assert_eq!(
            told,
            [
                "iss=https://a ID token",
                "job_title=Owner userinfo",
                "name=Ann ID token; userinfo says Anna",
                "sub=5b1c ID token and userinfo",
            ]
        );
    }
}

//! What a tool says: about whom, and which fields have which values now.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Field, Wrong};
use crate::id::MemberId;
use crate::members::Email;

/// The values that fields are to have; none clears one.
pub type Values = BTreeMap<Field, Option<String>>;

/// Whom it is about. The e-mail finds somebody, and is never written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    Id(MemberId),
    Login(Email),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    pub who: Who,
    pub values: Values,
    /// Fields that are none of the tool's business, by name.
    pub ignored: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAMessage {
    #[error("the body is not a JSON object such as {{\"member\": \"…\", \"fields\": {{…}}}}: {0}")]
    Malformed(String),
    #[error("say whom it is about: member (a UniqueID) or email (of a login), one of them")]
    Who,
    #[error("member is not a UniqueID such as 8c1f6a2e-4b7d-4f0e-9a53-2d6e7c90b1f4")]
    Member,
    #[error("email is not an e-mail address")]
    Email,
    #[error("{}", told(.0))]
    Values(Vec<(Field, Wrong)>),
}

fn told(wrong: &[(Field, Wrong)]) -> String {
    let each = wrong.iter().map(|(field, wrong)| format!("{} {wrong}", field.name()));
    each.collect::<Vec<_>>().join("; ")
}

#[derive(Deserialize)]
struct Body {
    #[serde(default)]
    member: Option<String>,
    #[serde(default)]
    email: Option<String>,
    fields: Map<String, Value>,
    #[serde(flatten)]
    others: Map<String, Value>,
}

impl Message {
    /// `allowed` are the fields that an admin chose for this tool; the others are not even looked at.
    pub fn read(body: &[u8], allowed: &[Field]) -> Result<Self, NotAMessage> {
        // A list of the values in their order would be taken too.
        if !body.trim_ascii_start().starts_with(b"{") {
            return Err(NotAMessage::Malformed("it begins with something else".to_owned()));
        }
        let body: Body = serde_json::from_slice(body)
            .map_err(|error| NotAMessage::Malformed(error.to_string()))?;
        let who = match (&body.member, &body.email) {
            (Some(id), None) => Who::Id(id.trim().parse().map_err(|_| NotAMessage::Member)?),
            (None, Some(email)) => Who::Login(Email::parse(email).map_err(|_| NotAMessage::Email)?),
            _ => return Err(NotAMessage::Who),
        };
        let (mut values, mut wrong) = (Values::new(), Vec::new());
        let mut ignored: Vec<String> = body.others.into_iter().map(|(name, _)| name).collect();
        for (name, value) in body.fields {
            let Some(field) = Field::of_name(&name).filter(|field| allowed.contains(field)) else {
                ignored.push(name);
                continue;
            };
            let read = match &value {
                Value::Null => Ok(None),
                Value::String(text) => field.read(text),
                _ => Err(Wrong::NotText),
            };
            match read {
                Ok(value) => drop(values.insert(field, value)),
                Err(problem) => wrong.push((field, problem)),
            }
        }
        if wrong.is_empty() {
            Ok(Self { who, values, ignored })
        } else {
            Err(NotAMessage::Values(wrong))
        }
    }
}

/// As they are sealed.
pub fn sealable(values: &Values) -> Vec<u8> {
    let named: BTreeMap<&str, _> =
        values.iter().map(|(field, value)| (field.name(), value)).collect();
    serde_json::to_vec(&named).expect("texts are JSON")
}

/// What was sealed; a field that there is no more is left out.
pub fn unsealed(bytes: &[u8]) -> Values {
    let named: BTreeMap<String, Option<String>> = serde_json::from_slice(bytes).unwrap_or_default();
    let value = |(name, value): (String, _)| Some((Field::of_name(&name)?, value));
    named.into_iter().filter_map(value).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "8c1f6a2e-4b7d-4f0e-9a53-2d6e7c90b1f4";

    fn read(body: &str) -> Result<Message, NotAMessage> {
        Message::read(body.as_bytes(), &[Field::Phone, Field::Bio, Field::Website])
    }

    #[test]
    fn fields_that_were_not_chosen_are_left_out_and_named() {
        let body = format!(
            r#"{{"member": "{ID}", "role": "admin", "fields": {{"phone": " 555 0100 ",
                "bio": null, "email": "x@y.example", "twitter": 7, "role": {{}}}}}}"#
        );

        let message = read(&body).unwrap();

        assert_eq!(message.who, Who::Id(ID.parse().unwrap()));
        let phone = Some("555 0100".to_owned());
        assert_eq!(message.values, Values::from([(Field::Phone, phone), (Field::Bio, None)]));
        assert_eq!(message.ignored, ["role", "email", "role", "twitter"]);
        assert_eq!(unsealed(&sealable(&message.values)), message.values);
    }

    #[test]
    fn what_is_wrong_is_said_in_words() {
        let of = |body: &str| read(body).unwrap_err().to_string();
        let with = |fields: &str| of(&format!(r#"{{"member": "{ID}", "fields": {fields}}}"#));

        assert_eq!(
            with(r#"{"website": "a.example", "phone": 5}"#),
            "phone must be text, or null; website is not a URL that begins with https://"
        );
        assert!(of("[]").starts_with("the body is not a JSON object"), "{}", of("[]"));
        assert!(with("[]").starts_with("the body is not a JSON object"));
        assert!(of(r#"{"fields": {}}"#).starts_with("say whom"));
        assert!(
            of(&format!(r#"{{"member":"{ID}","email":"a@b.example","fields":{{}}}}"#))
                .starts_with("say whom")
        );
        assert!(of(r#"{"member": "7", "fields": {}}"#).starts_with("member is not"));
        assert!(of(r#"{"email": "7", "fields": {}}"#).starts_with("email is not"));
    }
}

//! The `fields` of a person as a call brings them, checked.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::errors::Refusal;

/// A field without a value is cleared.
#[derive(Debug, Default)]
pub struct Fields(BTreeMap<String, Option<String>>);

impl From<BTreeMap<String, String>> for Fields {
    fn from(fields: BTreeMap<String, String>) -> Self {
        Self(fields.into_iter().map(|(key, value)| (key, Some(value))).collect())
    }
}

impl Fields {
    pub fn parse(fields: &Map<String, Value>, known: &[String]) -> Result<Self, Refusal> {
        let mut parsed = BTreeMap::new();
        for (key, value) in fields {
            if !known.contains(key) {
                return Err(Refusal::invalid(format!("Unknown field {key}"), key));
            }
            let value = match value {
                Value::Null => None,
                Value::String(text) => Some(text.clone()),
                _ => return Err(Refusal::invalid(format!("{key} must be text"), key)),
            };
            parsed.insert(key.clone(), value);
        }
        match parsed.get("email") {
            Some(email) if !email.as_deref().is_some_and(is_address) => {
                Err(Refusal::invalid("Email is invalid", "email"))
            }
            _ => Ok(Self(parsed)),
        }
    }

    pub fn set(&mut self, key: &str, value: &str) {
        self.0.insert(key.to_owned(), Some(value.to_owned()));
    }

    pub fn email(&self) -> Option<&str> {
        self.0.get("email")?.as_deref()
    }

    pub fn iter(&self) -> impl Iterator<Item = (&String, &Option<String>)> {
        self.0.iter()
    }
}

fn is_address(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    let is_plain =
        |part: &str| !part.is_empty() && !part.contains(|c: char| c == '@' || c.is_whitespace());
    is_plain(local) && is_plain(domain) && domain.contains('.') && !domain.ends_with('.')
}

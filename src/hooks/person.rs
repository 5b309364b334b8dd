//! Somebody's fields that a tool may write, as they are kept.

use std::collections::BTreeMap;

use super::{Field, Values};
use crate::db::rows;
use crate::events::Change;
use crate::id::MemberId;
use crate::members::KeptDetails;

rows! {
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Person {
        pub member_id: MemberId,
        pub first_name: String,
        pub last_name: String,
        pub phone: Option<String>,
        pub bio: Option<String>,
        pub social: Option<String>,
        pub details: Option<KeptDetails>,
    }
}

impl Person {
    pub fn name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name).trim().to_owned()
    }

    pub fn get(&self, field: Field) -> Option<String> {
        let details = || self.details.as_ref().map(KeptDetails::read).unwrap_or_default();
        match field {
            Field::Phone => self.phone.clone(),
            Field::Bio => self.bio.clone(),
            Field::Picture => details().picture,
            Field::Website => details().website,
            page => self.pages().remove(page.name()),
        }
    }

    /// What these values would change.
    pub fn changes(&self, values: &Values) -> Vec<Change> {
        let change = |(field, value): (&Field, &Option<String>)| {
            Change::of(field.name(), self.get(*field).as_deref(), value.as_deref())
        };
        values.iter().filter_map(change).collect()
    }

    /// Everything else stays as it is.
    pub fn set(&mut self, values: &Values) {
        for (field, value) in values {
            self.set_one(*field, value.clone());
        }
    }

    fn set_one(&mut self, field: Field, value: Option<String>) {
        match field {
            Field::Phone => self.phone = value,
            Field::Bio => self.bio = value,
            Field::Picture | Field::Website => {
                let mut details = self.details.as_ref().map(KeptDetails::read).unwrap_or_default();
                match field {
                    Field::Picture => details.picture = value,
                    _ => details.website = value,
                }
                self.details = KeptDetails::of(&details);
            }
            page => {
                let mut pages = self.pages();
                match value {
                    Some(url) => pages.insert(page.name().to_owned(), url),
                    None => pages.remove(page.name()),
                };
                let text = serde_json::to_string(&pages).expect("a map of texts is JSON");
                self.social = (!pages.is_empty()).then_some(text);
            }
        }
    }

    fn pages(&self) -> BTreeMap<String, String> {
        self.social.as_deref().and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ann() -> Person {
        Person {
            member_id: MemberId::random(),
            first_name: "Ann".to_owned(),
            last_name: "Archer".to_owned(),
            phone: Some("555 0100".to_owned()),
            bio: None,
            social: Some(r#"{"mastodon":"https://a.example/@ann"}"#.to_owned()),
            details: None,
        }
    }

    #[test]
    fn what_is_set_is_what_is_read_and_the_rest_stays() {
        let mut person = ann();
        let url = |name: &str| Some(format!("https://{name}.example/"));
        let values: Values = Field::ALL[1..].iter().map(|it| (*it, url(it.name()))).collect();

        assert_eq!(person.changes(&values).len(), 8);
        person.set(&values);

        assert_eq!(person.changes(&values), []);
        assert_eq!(person.phone.as_deref(), Some("555 0100"));
        assert!(person.social.clone().unwrap().contains("mastodon"));
        person.set(&Field::ALL.map(|field| (field, None)).into());
        assert_eq!(person, Person { phone: None, member_id: person.member_id.clone(), ..ann() });
    }
}

//! What an admin may write about a person or a company, field by field: what may stand there, and
//! what a change of it is.

use std::collections::BTreeMap;

use url::Url;

use super::Email;
use super::fields::{Field, Kind};
use crate::events::Change;
use crate::token::{base64url, sha256};

const LONGEST_NAME: usize = 100;
const LONGEST_LINE: usize = 200;
const LONGEST_PARAGRAPH: usize = 2000;
const LONGEST_URL: usize = 500;

/// The pages elsewhere that Higher Logic has places for.
pub const SOCIAL: [&str; 5] = ["facebook", "linkedin", "twitter", "youtube", "instagram"];

/// What may stand in a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Name,
    Line,
    Paragraph,
    Email,
    Phone,
    Url,
    Number,
    Date,
    YesNo,
}

/// One field of a sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// `job_title`, or `custom.` and the key of a custom field.
    pub name: String,
    pub form: Form,
    pub is_required: bool,
    /// What the association calls it; None for the fields that everybody has.
    pub label: Option<String>,
}

/// Why a value cannot stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    #[error("must not be empty")]
    Missing,
    #[error("is longer than {most} characters")]
    TooLong { most: usize },
    #[error("holds control characters")]
    Control,
    #[error("is not an e-mail address")]
    NotAnEmail,
    #[error("is not a phone number")]
    NotAPhone,
    #[error("is not a URL that begins with https://")]
    NotAUrl,
    #[error("is not a number")]
    NotANumber,
    #[error("is not a date such as 2026-12-31")]
    NotADate,
    #[error("is neither yes nor no")]
    NotYesOrNo,
}

fn places(fields: &[(&str, Form)]) -> Vec<Place> {
    let place = |&(name, form): &(&str, Form)| Place {
        name: name.to_owned(),
        form,
        is_required: matches!(name, "first_name" | "last_name" | "name"),
        label: None,
    };
    fields.iter().map(place).collect()
}

/// The fields of a person, those of the association last.
pub fn person(custom: &[Field]) -> Vec<Place> {
    let mut all = places(&[
        ("first_name", Form::Name),
        ("last_name", Form::Name),
        ("job_title", Form::Line),
        ("company", Form::Name),
        ("member_status", Form::Line),
        ("contact_email", Form::Email),
        ("phone", Form::Phone),
        ("street", Form::Line),
        ("city", Form::Line),
        ("region", Form::Line),
        ("postal_code", Form::Line),
        ("country", Form::Line),
        ("bio", Form::Paragraph),
        ("picture", Form::Url),
        ("website", Form::Url),
    ]);
    all.extend(places(&SOCIAL.map(|name| (name, Form::Url))));
    all.extend(custom.iter().map(Place::custom));
    all
}

/// The fields of a company, those of the association last.
pub fn company(custom: &[Field]) -> Vec<Place> {
    let mut all = places(&[
        ("name", Form::Name),
        ("email", Form::Email),
        ("phone", Form::Phone),
        ("website", Form::Url),
    ]);
    all.extend(custom.iter().map(Place::custom));
    all
}

impl Place {
    fn custom(field: &Field) -> Self {
        let form = match field.kind() {
            Kind::Text => Form::Line,
            Kind::Number => Form::Number,
            Kind::Date => Form::Date,
            Kind::Url => Form::Url,
            Kind::YesNo => Form::YesNo,
        };
        Self { name: field.place(), form, is_required: false, label: Some(field.label.clone()) }
    }

    /// What the history calls it: the name of a field that everybody has, or what the association
    /// called it then.
    pub fn told(&self) -> &str {
        self.label.as_deref().unwrap_or(&self.name)
    }
}

/// The values of a record by the names of their fields; blank is none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sheet(BTreeMap<String, String>);

impl Sheet {
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Blank where there is none.
    pub fn text(&self, name: &str) -> &str {
        self.get(name).unwrap_or_default()
    }

    /// Without blanks around it, and with line ends as we keep them.
    pub fn set(&mut self, name: &str, value: &str) {
        let value = value.trim().replace("\r\n", "\n");
        if value.is_empty() {
            self.0.remove(name);
        } else {
            self.0.insert(name.to_owned(), value);
        }
    }

    pub fn set_some(&mut self, name: &str, value: Option<&str>) {
        self.set(name, value.unwrap_or_default());
    }

    /// What is wrong with it, in the order of the fields.
    pub fn mistakes(&self, places: &[Place]) -> Vec<(String, Wrong)> {
        let mistake = |place: &Place| Some((place.name.clone(), self.mistake(place)?));
        places.iter().filter_map(mistake).collect()
    }

    fn mistake(&self, place: &Place) -> Option<Wrong> {
        let Some(value) = self.get(&place.name) else {
            return place.is_required.then_some(Wrong::Missing);
        };
        let most = match place.form {
            Form::Name => LONGEST_NAME,
            Form::Paragraph => LONGEST_PARAGRAPH,
            Form::Url => LONGEST_URL,
            _ => LONGEST_LINE,
        };
        let is_wide = place.form == Form::Paragraph;
        if value.chars().any(|c| c.is_control() && !(is_wide && matches!(c, '\n' | '\t'))) {
            return Some(Wrong::Control);
        }
        if value.chars().count() > most {
            return Some(Wrong::TooLong { most });
        }
        let (fits, wrong) = match place.form {
            Form::Name | Form::Line | Form::Paragraph => return None,
            Form::Email => (Email::parse(value).is_ok(), Wrong::NotAnEmail),
            Form::Phone => (is_phone(value), Wrong::NotAPhone),
            Form::Url => (is_url(value), Wrong::NotAUrl),
            Form::Number => (is_number(value), Wrong::NotANumber),
            Form::Date => {
                (value.parse::<jiff::civil::Date>().is_ok() && value.len() == 10, Wrong::NotADate)
            }
            Form::YesNo => (matches!(value, "yes" | "no"), Wrong::NotYesOrNo),
        };
        (!fits).then_some(wrong)
    }

    /// From this to `after`, in the order of the fields.
    pub fn changes(&self, after: &Sheet, places: &[Place]) -> Vec<Change> {
        let change =
            |place: &Place| Change::of(place.told(), self.get(&place.name), after.get(&place.name));
        places.iter().filter_map(change).collect()
    }

    /// The same for the same values: a form carries it, so that nobody saves over what they have not
    /// seen.
    pub fn fingerprint(&self) -> String {
        let text = serde_json::to_string(&self.0).expect("a map of texts is JSON");
        base64url(sha256(text))
    }

    /// Some of it as one JSON object; none where there is nothing to keep.
    pub fn json_of(&self, names: &[&str]) -> Option<String> {
        let some = names.iter().filter_map(|name| Some((*name, self.get(name)?)));
        let some: BTreeMap<_, _> = some.collect();
        let text = serde_json::to_string(&some).expect("a map of texts is JSON");
        (!some.is_empty()).then_some(text)
    }

    /// Takes what such an object holds.
    pub fn set_json(&mut self, json: &str) {
        let values: BTreeMap<String, String> = serde_json::from_str(json).unwrap_or_default();
        for (name, value) in values {
            self.set(&name, &value);
        }
    }
}

pub fn is_phone(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    digits >= 3 && text.chars().all(|c| c.is_ascii_alphanumeric() || " +()-./#,".contains(c))
}

fn is_url(text: &str) -> bool {
    let is_web = |url: Url| url.scheme() == "https" && url.host().is_some();
    text.is_ascii() && !text.contains(' ') && Url::parse(text).is_ok_and(is_web)
}

fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let plain = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    plain(whole) && plain(part) && text.len() <= 30
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mistake(form: Form, value: &str) -> Option<Wrong> {
        let place = Place { name: "it".to_owned(), form, is_required: true, label: None };
        let mut sheet = Sheet::default();
        sheet.set("it", value);
        sheet.mistake(&place)
    }

    #[test]
    fn a_value_has_the_form_of_its_field_or_is_refused() {
        for (form, good, bad, wrong) in [
            (Form::Name, "Ann", "", Wrong::Missing),
            (Form::Line, "=1+1", "a\u{0}b", Wrong::Control),
            (Form::Line, "Owner", "two\nlines", Wrong::Control),
            (Form::Email, "ann@acme.example", "ann", Wrong::NotAnEmail),
            (Form::Phone, "+1 (555) 010-0142 ext. 3", "call me", Wrong::NotAPhone),
            (Form::Url, "https://archer.example/", "javascript:alert(1)", Wrong::NotAUrl),
            (Form::Number, "-12.50", "1e9", Wrong::NotANumber),
            (Form::Number, "0", "NaN", Wrong::NotANumber),
            (Form::Date, "2024-02-29", "2023-02-29", Wrong::NotADate),
            (Form::YesNo, "yes", "perhaps", Wrong::NotYesOrNo),
        ] {
            assert_eq!(mistake(form, good), None, "{form:?} {good}");
            assert_eq!(mistake(form, bad), Some(wrong), "{form:?} {bad}");
        }
        assert_eq!(mistake(Form::Paragraph, "two\r\nlines"), None);
        assert_eq!(mistake(Form::Name, &"x".repeat(101)), Some(Wrong::TooLong { most: 100 }));
    }

    #[test]
    fn a_change_is_told_field_by_field_and_the_fingerprint_follows_the_values() {
        let places = person(&[]);
        let mut before = Sheet::default();
        before.set("first_name", "Ann");
        before.set("job_title", "Foreman");
        let mut after = before.clone();
        after.set("job_title", " Owner ");
        after.set("first_name", "Ann ");

        let changes = before.changes(&after, &places);

        assert_eq!(
            changes,
            Change::of("job_title", Some("Foreman"), Some("Owner")).into_iter().collect::<Vec<_>>()
        );
        assert_ne!(before.fingerprint(), after.fingerprint());
        assert_eq!(before.fingerprint(), before.clone().fingerprint());
    }

    #[test]
    fn pages_elsewhere_are_kept_as_one_object() {
        let mut sheet = Sheet::default();
        assert_eq!(sheet.json_of(&SOCIAL), None);
        sheet.set("youtube", "https://youtube.com/@ann");

        let json = sheet.json_of(&SOCIAL).unwrap();
        let mut again = Sheet::default();
        again.set_json(&json);

        assert_eq!(json, r#"{"youtube":"https://youtube.com/@ann"}"#);
        assert_eq!(again, sheet);
    }
}

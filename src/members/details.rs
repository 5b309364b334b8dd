//! What an association may also keep of a person, of the standard claims that few need
//! (OpenID Connect Core §5.1). Kept as one JSON column, because nothing is ever looked up by it.

use serde::{Deserialize, Serialize};
use url::Url;

use crate::db::column;

const LONGEST: usize = 500;

/// Each is absent or well-formed: strict clients refuse what is neither.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Details {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub middle_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nickname: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preferred_username: Option<String>,
    /// URLs of their page, picture and website.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub picture: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub website: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gender: Option<String>,
    /// `YYYY-MM-DD`, `0000-MM-DD` or `YYYY`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub birthdate: Option<String>,
    /// As in the IANA time zone database.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zoneinfo: Option<String>,
    /// A BCP 47 tag.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
}

/// [`Details`] as the database keeps them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptDetails(String);

column!(KeptDetails: String);

impl KeptDetails {
    /// None where there is nothing to keep.
    pub fn of(details: &Details) -> Option<Self> {
        let is_empty = *details == Details::default();
        let text = serde_json::to_string(details).expect("details are text");
        (!is_empty).then_some(Self(text))
    }

    pub fn read(&self) -> Details {
        serde_json::from_str(&self.0).unwrap_or_default()
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotADetail {
    #[error(
        "{0} is none of: middle_name, nickname, preferred_username, profile, picture, website, gender, birthdate, zoneinfo, locale"
    )]
    Unknown(String),
    #[error("{name} must be {form}")]
    Form { name: String, form: &'static str },
}

impl Details {
    /// One of them by its name as a claim.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), NotADetail> {
        let value = value.trim();
        let is_text =
            !value.is_empty() && value.len() <= LONGEST && !value.contains(char::is_control);
        let (place, form, fits): (_, _, fn(&str) -> bool) = match name {
            "middle_name" => (&mut self.middle_name, "a short text", |_| true),
            "nickname" => (&mut self.nickname, "a short text", |_| true),
            "preferred_username" => (&mut self.preferred_username, "a short text", |_| true),
            "profile" => (&mut self.profile, "a URL that begins with https://", is_url),
            "picture" => (&mut self.picture, "a URL that begins with https://", is_url),
            "website" => (&mut self.website, "a URL that begins with https://", is_url),
            "gender" => (&mut self.gender, "a short text", |_| true),
            "birthdate" => (&mut self.birthdate, "a date such as 1970-12-31, or a year", is_date),
            "zoneinfo" => (&mut self.zoneinfo, "a time zone such as Europe/Paris", is_zone),
            "locale" => (&mut self.locale, "a language tag such as en-US", is_tag),
            _ => return Err(NotADetail::Unknown(name.to_owned())),
        };
        if !is_text || !fits(value) {
            return Err(NotADetail::Form { name: name.to_owned(), form });
        }
        *place = Some(value.to_owned());
        Ok(())
    }
}

fn is_url(text: &str) -> bool {
    let is_web = |url: Url| url.scheme() == "https" && url.host().is_some();
    text.is_ascii() && !text.contains(' ') && Url::parse(text).is_ok_and(is_web)
}

/// §5.1: "represented as an ISO 8601-1 YYYY-MM-DD format. The year MAY be 0000, indicating that it is
/// omitted. To represent only the year, YYYY format is allowed."
fn is_date(text: &str) -> bool {
    let number = |part: &str, length| {
        (part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit()))
            .then(|| part.parse::<i16>().ok())
            .flatten()
    };
    match text.split('-').collect::<Vec<_>>()[..] {
        [year] => number(year, 4).is_some_and(|year| year > 0),
        [year, month, day] => match (number(year, 4), number(month, 2), number(day, 2)) {
            // 2000 was a leap year, so a day of any year passes.
            (Some(0), Some(month), Some(day)) => {
                jiff::civil::Date::new(2000, month as i8, day as i8).is_ok()
            }
            (Some(year), Some(month), Some(day)) => {
                jiff::civil::Date::new(year, month as i8, day as i8).is_ok()
            }
            _ => false,
        },
        _ => false,
    }
}

fn is_zone(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/_+-".contains(&byte);
    text.starts_with(|c: char| c.is_ascii_uppercase()) && text.bytes().all(plain)
}

fn is_tag(text: &str) -> bool {
    text.parse::<unic_langid::LanguageIdentifier>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_detail_is_well_formed_or_refused() {
        let mut details = Details::default();
        for (name, good, bad) in [
            ("nickname", "Annie", ""),
            ("website", "https://annie.example/", "annie.example"),
            ("picture", "https://annie.example/me.png", "javascript:alert(1)"),
            ("profile", "https://annie.example/me", "http://annie.example/me"),
            ("birthdate", "1970-12-31", "1970-13-31"),
            ("birthdate", "1970", "31.12.1970"),
            ("birthdate", "0000-02-29", "0000-02-30"),
            ("zoneinfo", "Europe/Paris", "paris; drop"),
            ("locale", "en-US", "not a language"),
            ("gender", "female", "\u{0}"),
        ] {
            assert_eq!(details.set(name, good), Ok(()), "{name} {good}");
            assert!(details.set(name, bad).is_err(), "{name} {bad}");
        }
        assert!(details.set("sub", "ann").is_err());
        assert_eq!(details.birthdate.as_deref(), Some("0000-02-29"));
    }

    #[test]
    fn what_is_kept_is_read_again_and_nothing_is_not_kept() {
        let mut details = Details::default();
        assert_eq!(KeptDetails::of(&details), None);
        details.set("locale", "fr").unwrap();
        assert_eq!(KeptDetails::of(&details).unwrap().read(), details);
    }
}

//! The fields of a member that an automation tool may write, and what may stand in each. There are no
//! others: e-mail, login, status, role, groups, names and company are nobody's business out there.

use url::Url;

const LONGEST_PHONE: usize = 50;
const LONGEST_BIO: usize = 2000;
const LONGEST_URL: usize = 500;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    Phone,
    Picture,
    Bio,
    Website,
    Facebook,
    Linkedin,
    Twitter,
    Youtube,
    Instagram,
}

/// Why a value cannot stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    #[error("must be text, or null")]
    NotText,
    #[error("is longer than {most} characters")]
    TooLong { most: usize },
    #[error("holds control characters")]
    Control,
    #[error("is not a phone number")]
    NotAPhone,
    #[error("is not a URL that begins with https://")]
    NotAUrl,
}

impl Field {
    pub const ALL: [Self; 9] = [
        Self::Phone,
        Self::Picture,
        Self::Bio,
        Self::Website,
        Self::Facebook,
        Self::Linkedin,
        Self::Twitter,
        Self::Youtube,
        Self::Instagram,
    ];

    /// As it stands in a delivery.
    pub fn name(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::Picture => "picture",
            Self::Bio => "bio",
            Self::Website => "website",
            Self::Facebook => "facebook",
            Self::Linkedin => "linkedin",
            Self::Twitter => "twitter",
            Self::Youtube => "youtube",
            Self::Instagram => "instagram",
        }
    }

    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.name() == name)
    }

    /// Those that a list with commas names.
    pub fn listed(list: &str) -> Vec<Self> {
        list.split(',').filter_map(Self::of_name).collect()
    }

    pub fn list(fields: &[Self]) -> String {
        fields.iter().map(|field| field.name()).collect::<Vec<_>>().join(",")
    }

    /// A value as it is kept: without blanks around it, and none where nothing is left.
    pub fn read(self, text: &str) -> Result<Option<String>, Wrong> {
        let value = text.trim().replace("\r\n", "\n");
        if value.is_empty() {
            return Ok(None);
        }
        let is_wide = self == Self::Bio;
        if value.chars().any(|c| c.is_control() && !(is_wide && matches!(c, '\n' | '\t'))) {
            return Err(Wrong::Control);
        }
        let (most, fits, wrong): (_, fn(&str) -> bool, _) = match self {
            Self::Phone => (LONGEST_PHONE, is_phone, Wrong::NotAPhone),
            Self::Bio => (LONGEST_BIO, |_| true, Wrong::NotText),
            _ => (LONGEST_URL, is_url, Wrong::NotAUrl),
        };
        if value.chars().count() > most {
            return Err(Wrong::TooLong { most });
        }
        if fits(&value) { Ok(Some(value)) } else { Err(wrong) }
    }
}

fn is_phone(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    digits >= 3 && text.chars().all(|c| c.is_ascii_alphanumeric() || " +()-./#,".contains(c))
}

fn is_url(text: &str) -> bool {
    let is_web = |url: Url| url.scheme() == "https" && url.host().is_some();
    text.is_ascii() && !text.contains(' ') && Url::parse(text).is_ok_and(is_web)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_well_formed_or_refused() {
        let long = format!("https://a.example/{}", "x".repeat(500));
        let huge = "x".repeat(2001);
        for (field, good, bad, wrong) in [
            (Field::Phone, "+1 (555) 010-0142", "call me", Wrong::NotAPhone),
            (Field::Phone, "555 0100 ext. 7", "1", Wrong::NotAPhone),
            (Field::Bio, "Roofs.\n\tAnd walls.", "a\u{0}b", Wrong::Control),
            (Field::Bio, "“Ann”", &huge, Wrong::TooLong { most: 2000 }),
            (Field::Website, "https://a.example", "http://a.example", Wrong::NotAUrl),
            (Field::Picture, "https://a.example/a.png", "javascript:alert(1)", Wrong::NotAUrl),
            (Field::Linkedin, "https://linkedin.com/in/ann", &long, Wrong::TooLong { most: 500 }),
            (Field::Twitter, "https://x.com/ann", "https://x.com/a\nb", Wrong::Control),
        ] {
            assert_eq!(field.read(good), Ok(Some(good.to_owned())), "{good}");
            assert_eq!(field.read(bad), Err(wrong), "{bad}");
        }
    }

    #[test]
    fn blanks_are_none_and_line_ends_are_ours() {
        assert_eq!(Field::Phone.read(" \r\n "), Ok(None));
        assert_eq!(Field::Bio.read(" a\r\nb "), Ok(Some("a\nb".to_owned())));
    }

    #[test]
    fn every_field_is_found_by_its_name_and_no_other_is() {
        assert_eq!(Field::listed(&Field::list(&Field::ALL)), Field::ALL);
        for name in ["email", "role", "admin", "member_status", "first_name", "company", "Phone"] {
            assert_eq!(Field::of_name(name), None, "{name}");
        }
    }
}

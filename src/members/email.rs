//! A log-in e-mail: normalised here, compared in that form everywhere.

use std::fmt;

/// Trimmed and in lower case; one `@` with something on both sides, no blanks and no control
/// characters. The same text in another case is the same login (DEC18).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Email(String);

crate::db::column!(Email: String);

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an e-mail address; write it like ann@example.org")]
pub struct NotAnEmail(String);

impl Email {
    pub fn parse(typed: &str) -> Result<Self, NotAnEmail> {
        let text = typed.trim();
        let not = || NotAnEmail(text.chars().take(80).collect());
        let (name, domain) = text.split_once('@').ok_or_else(not)?;
        let plain = !text
            .chars()
            .any(|c| c.is_whitespace() || c.is_control() || "<>(),;:\\\"[]".contains(c));
        let dotted = domain.contains('.') && !domain.starts_with('.') && !domain.ends_with('.');
        if name.is_empty() || domain.contains('@') || !dotted || !plain || text.len() > 254 {
            return Err(not());
        }
        Ok(Self(text.to_lowercase()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_email_is_one_whatever_its_case_and_blanks_around_it() {
        assert_eq!(Email::parse(" Ann@Acme.Example ").unwrap().as_str(), "ann@acme.example");
        for wrong in [
            "",
            "ann",
            "@acme.example",
            "ann@",
            "ann@acme",
            "a@b@c.example",
            "a b@c.example",
            "a@c.example\n,x@y.example",
        ] {
            assert!(Email::parse(wrong).is_err(), "{wrong}");
        }
    }
}

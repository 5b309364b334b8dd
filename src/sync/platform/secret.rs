//! An API key, an API secret or a tenant code, as an admin pasted it.

use zeroize::Zeroizing;

const LONGEST: usize = 512;

/// Deliberately neither `Debug`, `Display` nor `Serialize`.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotASecret {
    #[error("it is empty")]
    Empty,
    #[error("it is longer than {LONGEST} characters")]
    TooLong,
    #[error("it holds characters that no key has; copy it again from where it was shown")]
    Characters,
}

impl Secret {
    /// What was pasted, without the space around it.
    pub fn parse(text: &str) -> Result<Self, NotASecret> {
        let text = text.trim();
        match text {
            "" => Err(NotASecret::Empty),
            _ if text.len() > LONGEST => Err(NotASecret::TooLong),
            _ if !text.bytes().all(|byte| (0x20..0x7f).contains(&byte)) => {
                Err(NotASecret::Characters)
            }
            _ => Ok(Self(Zeroizing::new(text.to_owned()))),
        }
    }

    pub fn expose(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pasted_key_loses_the_space_around_it_and_nothing_else() {
        let key = Secret::parse(" k7Gd/x+==\r\n").ok().unwrap();
        assert_eq!(key.expose(), "k7Gd/x+==");
        for (text, error) in [
            ("", NotASecret::Empty),
            ("  ", NotASecret::Empty),
            ("a\nb", NotASecret::Characters),
            ("k7\u{200b}Gd", NotASecret::Characters),
        ] {
            assert_eq!(Secret::parse(text).err(), Some(error), "{text:?}");
        }
        assert_eq!(Secret::parse(&"x".repeat(513)).err(), Some(NotASecret::TooLong));
    }
}

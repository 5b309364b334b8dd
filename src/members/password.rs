//! Passwords: what a new one must be, and how one is kept (argon2id, RFC 9106).

use std::collections::BTreeSet;

use argon2::{Algorithm, Argon2, Block, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use subtle::ConstantTimeEq as _;
use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;
use zxcvbn::{Score, zxcvbn};

use crate::token::random_bytes;

pub const SHORTEST: usize = 15;
pub const LONGEST: usize = 128;
const LONGEST_BYTES: usize = 512;

/// A password in transit, in Unicode's form NFKC. Neither `Debug`, `Display` nor `Serialize`.
#[derive(Clone)]
pub struct Password(Zeroizing<String>);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Weak {
    #[error(
        "the password is shorter than {SHORTEST} characters; a few words in a row are easy to remember"
    )]
    Short,
    #[error("the password is longer than {LONGEST} characters")]
    Long,
    #[error(
        "the password is easy to guess: it is made of common words, or of your name, your e-mail or the association's name"
    )]
    Guessable,
}

impl Password {
    /// What somebody typed to sign in. None when it is longer than any password can be: that is
    /// refused before it is hashed.
    pub fn typed(text: &str) -> Option<Self> {
        let text = Zeroizing::new(text.nfkc().collect::<String>());
        (text.len() <= LONGEST_BYTES && text.chars().count() <= LONGEST).then_some(Self(text))
    }

    /// A new one: at least 15 characters, because it is the only factor (NIST SP 800-63B-4), not
    /// made of words that everybody tries, nor of what everybody knows about its owner.
    pub fn choose(text: &str, known: &[&str]) -> Result<Self, Weak> {
        let password = Self::typed(text).ok_or(Weak::Long)?;
        if password.0.chars().count() < SHORTEST {
            return Err(Weak::Short);
        }
        let words = known.iter().flat_map(|known| known.split(|c: char| !c.is_alphanumeric()));
        let words: Vec<_> = words.filter(|word| word.chars().count() > 2).collect();
        let is_easy = zxcvbn(&password.0, &words).score() < Score::Three;
        if is_easy || is_made_of(&password.0, &words) {
            return Err(Weak::Guessable);
        }
        Ok(password)
    }

    /// For an operator who says that a weak password is meant (`--weak-password-ok`).
    pub fn accept(text: &str) -> Result<Self, Weak> {
        match Self::typed(text) {
            Some(password) if !password.0.is_empty() => Ok(password),
            Some(_) => Err(Weak::Short),
            None => Err(Weak::Long),
        }
    }
}

/// Whether little is left when all that is known is taken out.
fn is_made_of(password: &str, words: &[&str]) -> bool {
    let mut rest = password.to_lowercase();
    for word in words {
        rest = rest.replace(&word.to_lowercase(), "");
    }
    let left: BTreeSet<char> = rest.chars().filter(|c| c.is_alphanumeric()).collect();
    left.len() < 5
}

/// How much one hash costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    pub memory_kib: u32,
    pub passes: u32,
}

impl Default for Cost {
    fn default() -> Self {
        Self { memory_kib: 19_456, passes: 2 }
    }
}

/// A kept password in PHC form: `$argon2id$v=19$m=…,t=…,p=1$salt$tag`.
#[derive(Clone)]
pub struct PasswordHash(String);

crate::db::column!(PasswordHash: String);

/// Hashes on one thread, with memory that is taken when first used and then kept.
pub struct Hasher {
    pepper: Zeroizing<[u8; 32]>,
    cost: Cost,
    memory: Vec<Block>,
}

impl Hasher {
    pub fn new(pepper: Zeroizing<[u8; 32]>, cost: Cost) -> Self {
        Self { pepper, cost, memory: Vec::new() }
    }

    pub fn hash(&mut self, password: &Password) -> PasswordHash {
        let (salt, cost) = (random_bytes::<16>(), self.cost);
        let tag = self.tag(password, &salt, cost).expect("our own parameters are within bounds");
        PasswordHash(format!(
            "$argon2id$v=19$m={},t={},p=1${}${}",
            cost.memory_kib,
            cost.passes,
            STANDARD_NO_PAD.encode(salt),
            STANDARD_NO_PAD.encode(tag)
        ))
    }

    /// One evaluation, whether there is a hash to compare with or not.
    pub fn verify(&mut self, password: &Password, kept: Option<&PasswordHash>) -> bool {
        match kept.and_then(Parsed::read) {
            Some(kept) => self
                .tag(password, &kept.salt, kept.cost)
                .is_some_and(|tag| tag.ct_eq(&kept.tag).into()),
            None => {
                let tag = self.tag(password, &[0; 16], self.cost);
                std::hint::black_box(tag);
                false
            }
        }
    }

    fn tag(&mut self, password: &Password, salt: &[u8], cost: Cost) -> Option<[u8; 32]> {
        let params = Params::new(cost.memory_kib, cost.passes, 1, Some(32)).ok()?;
        let blocks = params.block_count();
        if self.memory.len() < blocks {
            self.memory.resize(blocks, Block::default());
        }
        let argon2 = Argon2::new_with_secret(
            self.pepper.as_slice(),
            Algorithm::Argon2id,
            Version::V0x13,
            params,
        )
        .ok()?;
        let mut tag = [0; 32];
        argon2
            .hash_password_into_with_memory(
                password.0.as_bytes(),
                salt,
                &mut tag,
                &mut self.memory[..blocks],
            )
            .ok()?;
        Some(tag)
    }
}

struct Parsed {
    cost: Cost,
    salt: Vec<u8>,
    tag: Vec<u8>,
}

impl Parsed {
    fn read(kept: &PasswordHash) -> Option<Self> {
        let mut parts = kept.0.strip_prefix("$argon2id$v=19$")?.split('$');
        let (costs, salt, tag) = (parts.next()?, parts.next()?, parts.next()?);
        let mut cost = Cost { memory_kib: 0, passes: 0 };
        for pair in costs.split(',') {
            match pair.split_once('=')? {
                ("m", value) => cost.memory_kib = value.parse().ok()?,
                ("t", value) => cost.passes = value.parse().ok()?,
                ("p", "1") => {}
                _ => return None,
            }
        }
        let salt = STANDARD_NO_PAD.decode(salt).ok()?;
        let tag = STANDARD_NO_PAD.decode(tag).ok()?;
        Some(Self { cost, salt, tag })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hasher(pepper: u8) -> Hasher {
        Hasher::new(Zeroizing::new([pepper; 32]), Cost { memory_kib: 16, passes: 1 })
    }

    #[test]
    fn a_password_verifies_in_any_unicode_form_and_under_its_pepper_only() {
        let kept = hasher(1).hash(&Password::typed("caf\u{e9} und Stra\u{df}e").unwrap());
        let decomposed = Password::typed("cafe\u{301} und Stra\u{df}e").unwrap();

        assert!(hasher(1).verify(&decomposed, Some(&kept)));
        assert!(!hasher(2).verify(&decomposed, Some(&kept)));
        assert!(!hasher(1).verify(&Password::typed("cafe").unwrap(), Some(&kept)));
        assert!(!hasher(1).verify(&decomposed, None));
    }

    #[test]
    fn a_new_password_is_long_and_not_made_of_what_everybody_knows() {
        let known =
            ["Marta", "Lindqvist", "marta@lindqvistroofing.example", "Harbor Trades Association"];
        let choose = |text: &str| Password::choose(text, &known).map(drop);
        assert_eq!(choose("copper kettle on friday"), Ok(()));
        assert_eq!(choose("14 characters!"), Err(Weak::Short));
        assert_eq!(choose("Harbor Trades Association 1"), Err(Weak::Guessable));
        assert_eq!(choose("martamartamartamarta"), Err(Weak::Guessable));
        assert_eq!(choose("aaaaaaaaaaaaaaaaaaaa"), Err(Weak::Guessable));
        assert_eq!(choose("passwordpassword"), Err(Weak::Guessable));
        assert_eq!(choose("qwertyuiop123456"), Err(Weak::Guessable));
        assert_eq!(choose(&"x".repeat(129)), Err(Weak::Long));
    }
}

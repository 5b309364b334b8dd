//! Bearer secrets: 256 random bits in transit, kept as hashes. All randomness of the product comes from here.

use std::fmt::Write as _;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::{hmac, rand};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use subtle::ConstantTimeEq as _;

/// A bearer secret. Deliberately neither `Debug`, `Display` nor `Serialize`.
#[derive(Clone, serde::Deserialize)]
#[serde(transparent)]
pub struct Token(String);

/// What the database keeps of a [`Token`].
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct TokenHash(String);

crate::db::column!(TokenHash: String);

/// What a token is good for. It goes into the hash, so that one kind can never pass for another.
#[derive(Clone, Copy)]
pub enum Purpose {
    Code,
    Access,
    Refresh,
    RefreshFamily,
    ClientSecret,
    Assertion,
    PushedRequest,
    Session,
    Browser,
    Device,
    Form,
    SetUp,
}

impl Token {
    pub fn random() -> Self {
        Self(random_text())
    }

    /// The token that follows from this one: the same each time, for whoever knows the key.
    pub fn derived(&self, key: &[u8; 32], purpose: &'static str) -> Self {
        let key = hmac::Key::new(hmac::HMAC_SHA256, key);
        let text = [purpose.as_bytes(), b"\0", self.0.as_bytes()].concat();
        Self(base64url(hmac::sign(&key, &text)))
    }

    /// Whether somebody who knows this secret signed the message (HMAC-SHA256). Takes the same time
    /// wherever the two differ.
    pub fn has_signed(&self, message: &[u8], signature: &[u8; 32]) -> bool {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.0.as_bytes());
        hmac::verify(&key, message, signature).is_ok()
    }

    /// What a request brought. Anything may stand in it; only its hash is ever looked up.
    pub fn presented(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// SHA-256 over purpose and token, base64url: enough for 256 random bits, no salt needed.
    pub fn hash(&self, purpose: Purpose) -> TokenHash {
        let name: &[u8] = match purpose {
            Purpose::Code => b"code\0",
            Purpose::Access => b"access\0",
            Purpose::Refresh => b"refresh\0",
            Purpose::RefreshFamily => b"refresh family\0",
            Purpose::Assertion => b"assertion\0",
            Purpose::PushedRequest => b"pushed request\0",
            Purpose::ClientSecret => b"client secret\0",
            Purpose::Session => b"session\0",
            Purpose::Browser => b"browser\0",
            Purpose::Device => b"device\0",
            Purpose::Form => b"form\0",
            Purpose::SetUp => b"set-up\0",
        };
        TokenHash(base64url(sha256([name, self.0.as_bytes()].concat())))
    }

    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl TokenHash {
    /// Takes the same time wherever the two differ.
    pub fn matches(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

pub fn sha256(bytes: impl AsRef<[u8]>) -> [u8; 32] {
    let digest = digest(&SHA256, bytes.as_ref());
    digest.as_ref().try_into().expect("SHA-256 has 32 bytes")
}

pub fn base64url(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub fn from_base64url(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// A part of a JWT, if it is a JSON object (RFC 7519 §4). What reads the claims by name would also take a
/// list of them in their order.
pub fn json_object(part: &str) -> Option<Vec<u8>> {
    from_base64url(part).filter(|json| json.trim_ascii_start().starts_with(b"{"))
}

/// For a member that may be absent: `null` is not the same.
pub fn stated<'de, T, D>(deserializer: D) -> Result<Option<T>, D::Error>
where
    T: serde::Deserialize<'de>,
    D: serde::Deserializer<'de>,
{
    T::deserialize(deserializer).map(Some)
}

pub fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    rand::fill(&mut bytes).expect("the operating system has randomness");
    bytes
}

/// 43 URL-safe characters.
pub fn random_text() -> String {
    base64url(random_bytes::<32>())
}

/// A version 4 UUID in lower case (RFC 9562 §5.4).
pub fn random_uuid() -> String {
    uuid::Builder::from_random_bytes(random_bytes()).into_uuid().to_string()
}

/// A code that a person can read out, such as `K7F-2QD`: no 0, 1, I, L, O or U in it.
pub fn reference_code() -> String {
    const LETTERS: &[u8; 30] = b"23456789ABCDEFGHJKMNPQRSTVWXYZ";
    let mut code = String::with_capacity(7);
    for (place, byte) in random_bytes::<6>().into_iter().enumerate() {
        if place == 3 {
            code.push('-');
        }
        code.write_char(char::from(LETTERS[usize::from(byte) % LETTERS.len()]))
            .expect("a String takes every character");
    }
    code
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_of_one_purpose_is_worthless_for_another() {
        let token = Token::random();
        assert!(token.hash(Purpose::Code).matches(&token.hash(Purpose::Code)));
        assert!(!token.hash(Purpose::Code).matches(&token.hash(Purpose::Access)));
    }

    /// SEC-D1: nothing about the order or the time can be read off a token.
    #[test]
    fn tokens_are_long_and_in_no_order() {
        let tokens: Vec<_> = (0..1000).map(|_| random_text()).collect();
        assert!(tokens.iter().all(|token| token.len() == 43));
        let rising = tokens.windows(2).filter(|pair| pair[0] < pair[1]).count();
        assert!((400..600).contains(&rising), "{rising} of 999 neighbours rise");
    }

    #[test]
    fn a_reference_code_can_be_read_out() {
        let code = reference_code();
        assert_eq!(code.len(), 7);
        assert_eq!(code.as_bytes()[3], b'-');
    }
}

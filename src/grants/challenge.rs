//! Proof Key for Code Exchange (RFC 7636), `S256` only.

use subtle::ConstantTimeEq as _;

use crate::token::{base64url, sha256};

/// `code_challenge`: 43 characters of base64url.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge(String);

crate::db::column!(Challenge: String);

impl Challenge {
    /// RFC 7636 §4.2: "code_challenge = BASE64URL-ENCODE(SHA256(ASCII(code_verifier)))".
    pub fn parse(text: &str) -> Option<Self> {
        (text.len() == 43 && text.bytes().all(is_base64url)).then(|| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Both sides use PKCE and match, or neither does. A verifier without a challenge is refused:
    /// it means the challenge was stripped from the authorization request (RFC 9700 §2.1.1).
    pub fn accepts(challenge: Option<&Self>, verifier: Option<&str>) -> bool {
        match (challenge, verifier) {
            (None, None) => true,
            (Some(challenge), Some(verifier)) if is_verifier(verifier) => {
                base64url(sha256(verifier)).as_bytes().ct_eq(challenge.0.as_bytes()).into()
            }
            _ => false,
        }
    }
}

/// RFC 7636 §4.1: "minimum length of 43 characters and a maximum length of 128 characters".
fn is_verifier(text: &str) -> bool {
    (43..=128).contains(&text.len())
        && text.bytes().all(|byte| is_base64url(byte) || byte == b'.' || byte == b'~')
}

fn is_base64url(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The worked example of RFC 7636, appendix B.
    #[test]
    fn appendix_b() {
        let challenge = Challenge::parse("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM").unwrap();
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        assert!(Challenge::accepts(Some(&challenge), Some(verifier)));
        assert!(!Challenge::accepts(Some(&challenge), Some("guess")));
        assert!(!Challenge::accepts(Some(&challenge), Some("")));
        assert!(!Challenge::accepts(Some(&challenge), None));
        assert!(!Challenge::accepts(None, Some(verifier)));
        assert!(Challenge::accepts(None, None));
        assert!(Challenge::parse("short").is_none());
    }
}

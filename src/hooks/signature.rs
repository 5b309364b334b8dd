//! How a tool proves that it knows the secret: `x-novi-signature: sha256=` and, in hexadecimal, the
//! HMAC-SHA256 of the timestamp, a full stop and the body.

use crate::clock::Timestamp;
use crate::token::{Token, base64url};

/// Further away from now than this, a delivery is old news.
const PATIENCE: i64 = 300;
const LONGEST_ID: usize = 200;

/// The headers of a delivery, well-formed and not yet believed.
pub struct Signed {
    pub sent_at: Timestamp,
    pub delivery: String,
    timestamp: String,
    tag: [u8; 32],
}

impl Signed {
    /// None where something is missing or cannot be.
    pub fn read(timestamp: &str, signature: &str, delivery: &str) -> Option<Self> {
        let seconds: i64 = timestamp.parse().ok().filter(|it| (0..1 << 40).contains(it))?;
        let id = 1..=LONGEST_ID;
        let is_id =
            id.contains(&delivery.len()) && delivery.bytes().all(|it| it.is_ascii_graphic());
        Some(Self {
            sent_at: Timestamp::from_unix_seconds(seconds),
            delivery: Some(delivery).filter(|_| is_id)?.to_owned(),
            timestamp: timestamp.to_owned(),
            tag: bytes(signature.strip_prefix("sha256=")?)?,
        })
    }

    pub fn is_of(&self, secret: &Token, body: &[u8]) -> bool {
        let message = [self.timestamp.as_bytes(), b".", body].concat();
        secret.has_signed(&message, &self.tag)
    }

    pub fn is_timely(&self, now: Timestamp) -> bool {
        self.sent_at.seconds_since(now).abs() <= PATIENCE
    }

    /// What is remembered: the same delivery under another id is the same delivery.
    pub fn mark(&self) -> String {
        base64url(self.tag)
    }
}

fn bytes(hexadecimal: &str) -> Option<[u8; 32]> {
    let digit = |byte: u8| char::from(byte).to_digit(16).map(|digit| digit as u8);
    let (pairs, rest) = hexadecimal.as_bytes().as_chunks::<2>();
    let read = pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?));
    let read: Vec<u8> = read.collect::<Option<_>>()?;
    if rest.is_empty() { read.try_into().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4231 §4.3, test case 2: the key is "Jefe", the data "what do ya want for nothing?". Ours has
    /// a timestamp before it, so the tag of the data alone must not count.
    const RFC: &str = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";

    #[test]
    fn a_tag_is_that_of_rfc_4231() {
        let tag = bytes(RFC).unwrap();
        let jefe = Token::presented("Jefe");

        assert!(jefe.has_signed(b"what do ya want for nothing?", &tag));
        assert!(!Token::presented("jefe").has_signed(b"what do ya want for nothing?", &tag));
        let signed = Signed::read("1800000000", &format!("sha256={RFC}"), "1").unwrap();
        assert!(!signed.is_of(&jefe, b"what do ya want for nothing?"));
    }

    #[test]
    fn headers_that_cannot_be_are_none() {
        let good = format!("sha256={RFC}");
        let read = |timestamp: &str, signature: &str, id: &str| {
            Signed::read(timestamp, signature, id).is_some()
        };

        assert!(read("1800000000", &good, "a-1"));
        assert!(read("1800000000", &good.to_uppercase().replace("SHA", "sha"), "a-1"));
        for timestamp in ["", "-1", "1.5", " 1", "99999999999999999999", "4611686018427387904"] {
            assert!(!read(timestamp, &good, "a-1"), "{timestamp}");
        }
        for signature in ["", RFC, "sha256=", &good[..70], &format!("{good}00"), "sha256=zz"] {
            assert!(!read("1800000000", signature, "a-1"), "{signature}");
        }
        for id in ["", "a b", "a\nb", "é", &"x".repeat(201)] {
            assert!(!read("1800000000", &good, id), "{id}");
        }
    }
}

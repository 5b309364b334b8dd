//! The public keys that a client signs its assertions with: a JWKS, given by value (RFC 7517 §5).

use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, JwkSet};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::{Serialize, Serializer};

use crate::token::from_base64url;

const LONGEST: usize = 16 * 1024;
const MOST: usize = 10;
/// RFC 7518 §6.2.2, §6.3.2: parts of a private key; §6.4.1: a shared one.
const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// Of RSA, P-256 and Ed25519; each with its `kid` where there are several.
#[derive(Debug, Clone)]
pub struct Keys {
    text: String,
    set: JwkSet,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotKeys {
    #[error("this is no JWKS: it should be JSON with a list called \"keys\"")]
    Malformed,
    #[error("there is no key in it")]
    Empty,
    #[error("it is too long, or holds more than {MOST} keys")]
    TooMany,
    #[error("it holds a private or a shared key; paste the public half only")]
    Private,
    #[error("keys must be RSA of 2048 bits or more, P-256, or Ed25519")]
    Kind,
    #[error("where there are several keys, each needs a \"kid\" of its own")]
    Kid,
}

impl Keys {
    pub fn parse(text: &str) -> Result<Self, NotKeys> {
        let text = text.trim();
        if text.len() > LONGEST {
            return Err(NotKeys::TooMany);
        }
        let value: serde_json::Value =
            serde_json::from_str(text).map_err(|_| NotKeys::Malformed)?;
        let listed = value["keys"].as_array().ok_or(NotKeys::Malformed)?;
        match listed.len() {
            0 => return Err(NotKeys::Empty),
            1..=MOST => {}
            _ => return Err(NotKeys::TooMany),
        }
        if listed.iter().any(|key| PRIVATE.iter().any(|name| key.get(name).is_some())) {
            return Err(NotKeys::Private);
        }
        let set: JwkSet = serde_json::from_value(value.clone()).map_err(|_| NotKeys::Kind)?;
        if !set.keys.iter().all(is_strong) {
            return Err(NotKeys::Kind);
        }
        let mut kids: Vec<_> =
            set.keys.iter().filter_map(|key| key.common.key_id.as_deref()).collect();
        kids.sort_unstable();
        kids.dedup();
        if set.keys.len() > 1 && kids.len() < set.keys.len() {
            return Err(NotKeys::Kid);
        }
        Ok(Self { text: text.to_owned(), set })
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The key for a JOSE header, and the algorithms that it may be used with. A key that names its
    /// algorithm is used with no other.
    pub fn find(&self, kid: Option<&str>) -> Option<(DecodingKey, Vec<Algorithm>)> {
        let key = match (kid, self.set.keys.as_slice()) {
            (Some(kid), keys) => {
                keys.iter().find(|key| key.common.key_id.as_deref() == Some(kid))?
            }
            (None, [only]) => only,
            (None, _) => return None,
        };
        let possible = algorithms(&key.algorithm);
        let named = key.common.key_algorithm.map(|named| named.to_string());
        let allowed = possible.iter().copied().filter(|algorithm| {
            named.as_deref().is_none_or(|named| named == format!("{algorithm:?}"))
        });
        let allowed: Vec<_> = allowed.collect();
        Some((DecodingKey::from_jwk(key).ok()?, allowed)).filter(|(_, allowed)| !allowed.is_empty())
    }
}

fn algorithms(key: &AlgorithmParameters) -> &'static [Algorithm] {
    match key {
        AlgorithmParameters::RSA(_) => &[Algorithm::RS256, Algorithm::PS256],
        AlgorithmParameters::EllipticCurve(_) => &[Algorithm::ES256],
        AlgorithmParameters::OctetKeyPair(_) => &[Algorithm::EdDSA],
        _ => &[],
    }
}

fn is_strong(key: &Jwk) -> bool {
    let is_known = match &key.algorithm {
        AlgorithmParameters::RSA(rsa) => {
            let bits = from_base64url(&rsa.n).map_or(0, |n| {
                n.iter().position(|byte| *byte != 0).map_or(0, |first| (n.len() - first) * 8)
            });
            (2048..=8192).contains(&bits)
        }
        AlgorithmParameters::EllipticCurve(key) => {
            key.curve == EllipticCurve::P256 && [&key.x, &key.y].into_iter().all(|it| is_32(it))
        }
        AlgorithmParameters::OctetKeyPair(key) => {
            key.curve == EllipticCurve::Ed25519 && is_32(&key.x)
        }
        _ => false,
    };
    is_known && DecodingKey::from_jwk(key).is_ok()
}

/// RFC 7518 §6.2.1.2: "The length of this octet string MUST be the full size of a coordinate".
fn is_32(coordinate: &str) -> bool {
    from_base64url(coordinate).is_some_and(|bytes| bytes.len() == 32)
}

impl PartialEq for Keys {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Keys {}

impl Serialize for Keys {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

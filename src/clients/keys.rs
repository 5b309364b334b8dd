//! The public keys that a client signs its assertions with: a JWKS, given by value (RFC 7517 §5).

use jsonwebtoken::jwk::{
    AlgorithmParameters, EllipticCurve, Jwk, JwkSet, KeyAlgorithm, PublicKeyUse,
};
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
        let mut set: JwkSet = serde_json::from_value(value.clone()).map_err(|_| NotKeys::Kind)?;
        // RFC 7517 §4.2: a platform lists the keys that others encrypt with, too. They sign nothing.
        set.keys.retain(|key| key.common.public_key_use != Some(PublicKeyUse::Encryption));
        if set.keys.is_empty() {
            return Err(NotKeys::Empty);
        }
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
        Some((DecodingKey::from_jwk(key).ok()?, algorithms(key)))
    }
}

/// Those that a key may be used with: the one that it names, or all of its kind.
fn algorithms(key: &Jwk) -> Vec<Algorithm> {
    let is_named = |algorithm: &Algorithm| match key.common.key_algorithm {
        None => true,
        // By RFC 9864 a key on this curve says "Ed25519", which is EdDSA.
        Some(KeyAlgorithm::UNKNOWN_ALGORITHM) => *algorithm == Algorithm::EdDSA,
        Some(named) => named.to_string() == format!("{algorithm:?}"),
    };
    possible(&key.algorithm).iter().copied().filter(is_named).collect()
}

fn possible(key: &AlgorithmParameters) -> &'static [Algorithm] {
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
    is_known && !algorithms(key).is_empty() && DecodingKey::from_jwk(key).is_ok()
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

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// RFC 7517, appendix A.1.
    fn p256() -> Value {
        json!({
            "kty": "EC",
            "crv": "P-256",
            "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
            "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
            "kid": "1"
        })
    }

    /// The same appendix.
    fn rsa() -> Value {
        json!({
            "kty": "RSA",
            "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tS\
                  oc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65\
                  YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyr\
                  dkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzK\
                  nqDKgw",
            "e": "AQAB",
            "kid": "2011-04-29"
        })
    }

    /// RFC 8037, appendix A.2.
    fn ed25519() -> Value {
        let x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwaaPJHURpo";
        json!({ "kty": "OKP", "crv": "Ed25519", "x": x, "kid": "ed" })
    }

    fn with(mut key: Value, changes: Value) -> Value {
        for (name, value) in changes.as_object().unwrap() {
            key[name] = value.clone();
        }
        key
    }

    fn parse(keys: &[Value]) -> Result<Keys, NotKeys> {
        Keys::parse(&json!({ "keys": keys }).to_string())
    }

    fn algorithms_of(keys: &Keys, kid: Option<&str>) -> Option<Vec<Algorithm>> {
        keys.find(kid).map(|(_, algorithms)| algorithms)
    }

    #[test]
    fn a_key_is_found_by_its_kid_with_the_algorithms_of_its_kind() {
        use Algorithm as A;
        let keys = parse(&[p256(), rsa(), ed25519()]).unwrap();

        assert_eq!(algorithms_of(&keys, Some("1")), Some(vec![A::ES256]));
        assert_eq!(algorithms_of(&keys, Some("2011-04-29")), Some(vec![A::RS256, A::PS256]));
        assert_eq!(algorithms_of(&keys, Some("ed")), Some(vec![A::EdDSA]));
        assert_eq!(algorithms_of(&keys, Some("2")), None);
        assert_eq!(algorithms_of(&keys, Some("")), None);
        assert_eq!(algorithms_of(&keys, None), None, "which of three is not said");
    }

    #[test]
    fn the_only_key_needs_no_kid() {
        let mut nameless = p256();
        nameless.as_object_mut().unwrap().remove("kid");

        let named = parse(&[p256()]).unwrap();
        assert!(named.find(None).is_some() && named.find(Some("other")).is_none());
        let plain = parse(std::slice::from_ref(&nameless)).unwrap();
        assert!(plain.find(None).is_some() && plain.find(Some("1")).is_none());
        assert_eq!(parse(&[nameless.clone(), rsa()]).err(), Some(NotKeys::Kid));
        assert_eq!(parse(&[nameless.clone(), nameless]).err(), Some(NotKeys::Kid));
        assert_eq!(parse(&[p256(), with(rsa(), json!({ "kid": "1" }))]).err(), Some(NotKeys::Kid));
    }

    /// RFC 8725 §3.1.
    #[test]
    fn a_key_that_names_its_algorithm_has_no_other() {
        let of = |alg: &str| parse(&[with(rsa(), json!({ "alg": alg }))]);

        assert_eq!(algorithms_of(&of("RS256").unwrap(), None), Some(vec![Algorithm::RS256]));
        assert_eq!(algorithms_of(&of("PS256").unwrap(), None), Some(vec![Algorithm::PS256]));
        for other in ["RS512", "ES256", "EdDSA", "Ed25519", "HS256", "RSA-OAEP", "x"] {
            assert_eq!(of(other).err(), Some(NotKeys::Kind), "{other}");
        }
        for name in ["EdDSA", "Ed25519"] {
            let keys = parse(&[with(ed25519(), json!({ "alg": name }))]).unwrap();
            assert_eq!(algorithms_of(&keys, None), Some(vec![Algorithm::EdDSA]), "{name}");
        }
    }

    #[test]
    fn a_key_for_encryption_is_passed_over() {
        let sig = with(p256(), json!({ "use": "sig" }));
        for alg in [json!(null), json!("RSA-OAEP")] {
            let enc = with(rsa(), json!({ "use": "enc", "alg": alg }));
            let both = parse(&[enc.clone(), sig.clone()]).unwrap();

            assert!(both.find(Some("2011-04-29")).is_none());
            assert!(both.find(Some("1")).is_some() && both.find(None).is_some());
            assert_eq!(parse(&[enc]).err(), Some(NotKeys::Empty));
        }
    }

    #[test]
    fn a_private_or_a_shared_key_is_sent_back() {
        for (key, part) in [(rsa(), "d"), (p256(), "d"), (ed25519(), "d")] {
            let private = with(key, json!({ part: "AA" }));
            assert_eq!(parse(&[p256(), private]).err(), Some(NotKeys::Private));
        }
        let shared =
            json!({ "kty": "oct", "k": "AyM1SysPpbyDfgZld3umj1qzKObwVMko", "kid": "hmac" });
        assert_eq!(parse(&[shared]).err(), Some(NotKeys::Private));
    }

    #[test]
    fn weak_and_unknown_kinds_are_refused() {
        let x = "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4";
        for key in [
            with(rsa(), json!({ "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbU" })),
            with(rsa(), json!({ "n": format!("{}A", "AAAA".repeat(90)) })),
            with(rsa(), json!({ "n": "" })),
            with(rsa(), json!({ "n": "not base64url!" })),
            with(rsa(), json!({ "n": 7 })),
            with(rsa(), json!({ "n": "_".repeat(1400) })),
            with(p256(), json!({ "crv": "P-384" })),
            with(p256(), json!({ "crv": "P-521" })),
            with(p256(), json!({ "crv": "secp256k1" })),
            with(ed25519(), json!({ "crv": "X25519" })),
            with(ed25519(), json!({ "crv": "Ed448" })),
            json!({ "kty": "EC", "crv": "P-256", "x": x }),
            json!({ "kty": "RSA" }),
            json!({ "kty": "unknown" }),
            json!({ "kid": "1" }),
            json!("x"),
            json!(null),
        ] {
            assert_eq!(parse(std::slice::from_ref(&key)).err(), Some(NotKeys::Kind), "{key}");
        }
    }

    #[test]
    fn what_is_no_jwks_is_told_apart() {
        for text in
            ["", "x", "[]", "{}", "null", "{\"keys\":{}}", "{\"keys\":[]", "https://acme.example"]
        {
            assert_eq!(Keys::parse(text).err(), Some(NotKeys::Malformed), "{text}");
        }
        assert_eq!(Keys::parse(&p256().to_string()).err(), Some(NotKeys::Malformed));
        assert_eq!(parse(&[]).err(), Some(NotKeys::Empty));
        let many = |count: usize| {
            let keys: Vec<_> =
                (0..count).map(|n| with(p256(), json!({ "kid": n.to_string() }))).collect();
            parse(&keys)
        };
        assert!(many(MOST).is_ok());
        assert_eq!(many(MOST + 1).err(), Some(NotKeys::TooMany));
        let long = with(p256(), json!({ "x5c": ["A".repeat(LONGEST)] }));
        assert_eq!(parse(&[long]).err(), Some(NotKeys::TooMany));
        let deep = format!("{{\"keys\":{}", "[".repeat(10_000));
        assert_eq!(Keys::parse(&deep).err(), Some(NotKeys::Malformed));
    }

    #[test]
    fn the_keys_are_kept_as_they_were_given() {
        let text = format!("  {{\"keys\": [ {} ], \"note\": 1}}\n", p256());

        assert_eq!(Keys::parse(&text).unwrap().as_str(), text.trim());
    }
}

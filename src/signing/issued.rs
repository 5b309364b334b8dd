//! An ID token that comes back: as `id_token_hint` it says who was signed in, and nothing more.
//!
//! It may have expired, and the key that signed it may be retired (OpenID Connect RP-Initiated Logout
//! §2: "the OP SHOULD accept ID Tokens when […] expired"). A key given up in an emergency vouches for
//! nothing.

use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use serde::Deserialize;

use super::{Jwk, store};
use crate::associations::Site;
use crate::db;
use crate::token::{json_object, stated};

/// Archived public keys count for hints this long (SECURITY.md 4.8).
const ARCHIVED_SECONDS: i64 = 400 * 24 * 3600;

/// The claims of an ID token of ours. Each has exactly this type, or it is none (SEC-C1).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Issued {
    iss: String,
    pub sub: String,
    pub aud: String,
    exp: i64,
    iat: i64,
    #[serde(default, deserialize_with = "stated")]
    pub sid: Option<String>,
}

/// What our headers hold, and nothing else: `jwk`, `jku`, `x5u`, `crit` are not for us to follow.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    alg: String,
    kid: String,
    #[serde(default, deserialize_with = "stated")]
    typ: Option<String>,
}

/// None for anything that this association has not issued as an ID token.
pub async fn issued(site: &Site, token: &str) -> Result<Option<Issued>, db::Error> {
    let Some(kid) = kid(token) else { return Ok(None) };
    let oldest = site.now.plus_seconds(-ARCHIVED_SECONDS);
    let Some(key) = store::signed_with(&mut site.read(), &kid, oldest).await? else {
        return Ok(None);
    };
    let Ok(key) = serde_json::from_str::<Jwk>(&key) else { return Ok(None) };
    Ok(check(token, &key, site.association.issuer.as_str()))
}

/// The `kid` of a header that is like ours.
fn kid(token: &str) -> Option<String> {
    let header = json_object(token.split('.').next()?)?;
    let header: Header = serde_json::from_slice(&header).ok()?;
    let is_id_token = header.typ.as_deref().is_none_or(|typ| typ.eq_ignore_ascii_case("JWT"));
    let is_printable = header.kid.bytes().all(|byte| byte.is_ascii_graphic());
    (header.alg == "RS256" && is_id_token && is_printable).then_some(header.kid)
}

/// Whether this key of this issuer has signed the token as an ID token. Its end is not looked at.
pub fn check(token: &str, key: &Jwk, issuer: &str) -> Option<Issued> {
    if kid(token)? != key.kid {
        return None;
    }
    json_object(token.split('.').nth(1)?)?;
    let key = DecodingKey::from_rsa_components(&key.n, &key.e).ok()?;
    let mut rules = Validation::new(Algorithm::RS256);
    rules.required_spec_claims.clear();
    rules.validate_exp = false;
    rules.validate_aud = false;
    let claims = decode::<Issued>(token, &key, &rules).ok()?.claims;
    (claims.iss == issuer && claims.iat > 0 && claims.exp > claims.iat).then_some(claims)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::{SigningKey, generate};
    use super::*;

    const ISSUER: &str = "https://www.acme.example";

    fn key() -> SigningKey {
        use std::sync::OnceLock;
        static DER: OnceLock<super::super::PrivateKey> = OnceLock::new();
        SigningKey::from_pkcs8(DER.get_or_init(generate)).unwrap()
    }

    fn claims(change: (&str, Value)) -> Value {
        let mut claims = json!({
            "iss": ISSUER, "sub": "ann", "aud": "forj", "iat": 1000, "exp": 1300, "sid": "sid_1",
        });
        claims[change.0] = change.1;
        claims
    }

    #[test]
    fn what_the_key_has_signed_is_read() {
        let key = key();
        let token = key.sign(&claims(("nonce", json!("n-1"))));

        let read = check(&token, &key.jwk, ISSUER).unwrap();

        assert_eq!((&*read.sub, &*read.aud, read.sid.as_deref()), ("ann", "forj", Some("sid_1")));
        assert_eq!(check(&token, &key.jwk, "https://www.other.example"), None);
    }

    /// SEC-C1: a claim of another type is not a claim that is absent.
    #[test]
    fn a_claim_of_another_type_makes_it_no_id_token_of_ours() {
        let key = key();
        for name in ["iat", "exp"] {
            for wrong in [
                json!("1300"),
                json!(1300.5),
                Value::Null,
                json!([1300]),
                json!(-1),
                json!(9_223_372_036_854_775_808_u64),
                json!(0),
            ] {
                let token = key.sign(&claims((name, wrong.clone())));
                assert_eq!(check(&token, &key.jwk, ISSUER), None, "{name}: {wrong}");
            }
        }
        for wrong in [json!(["forj"]), json!(1), Value::Null] {
            assert_eq!(check(&key.sign(&claims(("aud", wrong))), &key.jwk, ISSUER), None);
        }
    }

    /// SEC-C10: a logout token is none, and neither is anything with a header unlike ours (SEC-C2).
    #[test]
    fn a_header_unlike_ours_is_refused() {
        let key = key();
        assert_eq!(check(&key.sign_logout(&claims(("iat", json!(1000)))), &key.jwk, ISSUER), None);
        let token = key.sign(&claims(("iat", json!(1000))));
        let rest = token.split_once('.').unwrap().1;
        let kid = &key.jwk.kid;
        for header in [
            format!(r#"{{"alg":"none","kid":"{kid}"}}"#),
            format!(r#"{{"alg":"HS256","kid":"{kid}"}}"#),
            format!(r#"{{"alg":"RS256","kid":"{kid}","jku":"https://evil.example/jwks"}}"#),
            format!(r#"{{"alg":"RS256","kid":"{kid}","crit":["exp"]}}"#),
            r#"{"alg":"RS256"}"#.to_owned(),
            r#"{"alg":"RS256","kid":"unknown"}"#.to_owned(),
        ] {
            let forged = format!("{}.{rest}", crate::token::base64url(&header));
            assert_eq!(check(&forged, &key.jwk, ISSUER), None, "{header}");
        }
    }
}

//! Believing an ID token (OpenID Connect Core §3.1.3.7): the `openidconnect` crate verifies it, and before that come the
//! rules that the platforms' library adds or that the crate reads more kindly.

use std::time::{Duration, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openidconnect::core::{CoreIdToken, CoreIdTokenVerifier, CoreJsonWebKeySet};
use openidconnect::{AccessToken, AccessTokenHash, ClientId, IssuerUrl, Nonce};
use serde_json::{Map, Value};

use super::claims;
use super::refusal::Refusal;

/// What the token has to say to be ours.
pub struct Expected<'a> {
    pub issuer: &'a str,
    pub client_id: &'a str,
    pub nonce: &'a str,
    pub access_token: &'a str,
    /// Unix seconds.
    pub now: i64,
}

pub fn verify(
    token: &str,
    keys: Map<String, Value>,
    expected: &Expected,
) -> Result<Map<String, Value>, Refusal> {
    check_header(token, &keys)?;
    let claims = part(token, 1)?;
    check_claims(&claims, expected)?;
    check_by_the_book(token, keys, expected)?;
    Ok(claims)
}

fn check_header(token: &str, keys: &Map<String, Value>) -> Result<(), Refusal> {
    let header = part(token, 0)?;
    if header.get("alg").and_then(Value::as_str) != Some("RS256") {
        return Err(refuse(format!("it is signed with {:?}, expected RS256", header.get("alg"))));
    }
    let kid = header.get("kid").and_then(Value::as_str);
    let kid = kid.ok_or_else(|| refuse("its header has no kid"))?;
    let keys = keys.get("keys").and_then(Value::as_array);
    let keys = keys.ok_or_else(|| refuse("the key set has no keys"))?;
    // Ruby's json-jwt fails on the whole set when it meets a type it does not know (OKP, for one).
    if let Some(key) = keys.iter().find(|key| !matches!(key["kty"].as_str(), Some("RSA" | "EC"))) {
        return Err(Refusal::new("jwks_failed", format!("a key has type {}", key["kty"])));
    }
    match keys.iter().any(|key| key["kid"] == kid) {
        true => Ok(()),
        false => Err(Refusal::new("kid_not_found", format!("no key of the set has kid {kid:?}"))),
    }
}

/// Issuer as text, `exp` without leeway, every claim of its type.
fn check_claims(claims: &Map<String, Value>, expected: &Expected) -> Result<(), Refusal> {
    claims::check(claims).map_err(refuse)?;
    let iss = claims.get("iss").and_then(Value::as_str).unwrap_or_default();
    if iss != expected.issuer {
        return Err(refuse(format!("iss is {iss:?}, expected {:?}", expected.issuer)));
    }
    if !claims.contains_key("iat") {
        return Err(refuse("iat is missing"));
    }
    let exp = claims.get("exp").and_then(Value::as_i64).ok_or_else(|| refuse("exp is missing"))?;
    if exp <= expected.now {
        let late = expected.now.saturating_sub(exp);
        return Err(refuse(format!("it expired {late} s ago, and no leeway is given")));
    }
    Ok(())
}

/// Signature, issuer, audience, nonce, expiry once more, and `at_hash` where there is one.
fn check_by_the_book(
    token: &str,
    keys: Map<String, Value>,
    expected: &Expected,
) -> Result<(), Refusal> {
    let keys: CoreJsonWebKeySet = serde_json::from_value(Value::Object(keys)).map_err(refused)?;
    let token: CoreIdToken = token.parse().map_err(refused)?;
    let issuer = IssuerUrl::new(expected.issuer.to_owned()).map_err(refused)?;
    let client_id = ClientId::new(expected.client_id.to_owned());
    let now = UNIX_EPOCH + Duration::from_secs(expected.now.max(0).cast_unsigned());
    let verifier = CoreIdTokenVerifier::new_public_client(client_id, issuer, keys)
        .set_time_fn(move || now.into());
    let nonce = Nonce::new(expected.nonce.to_owned());
    let claims = token.claims(&verifier, &nonce).map_err(refused)?;
    if let Some(hash) = claims.access_token_hash() {
        let access_token = AccessToken::new(expected.access_token.to_owned());
        let alg = token.signing_alg().map_err(refused)?;
        let key = token.signing_key(&verifier).map_err(refused)?;
        if *hash != AccessTokenHash::from_token(&access_token, alg, key).map_err(refused)? {
            return Err(refuse("at_hash belongs to another access token"));
        }
    }
    Ok(())
}

/// Header or claims as they stand in the token, before any typed reading.
fn part(token: &str, index: usize) -> Result<Map<String, Value>, Refusal> {
    let part = token.split('.').nth(index);
    let part = part.ok_or_else(|| refuse("it is not made of parts separated by dots"))?;
    let json = URL_SAFE_NO_PAD.decode(part).map_err(refused)?;
    serde_json::from_slice(&json).map_err(refused)
}

fn refuse(what: impl Into<String>) -> Refusal {
    Refusal::new("invalid_id_token", format!("the ID token is refused: {}", what.into()))
}

fn refused(error: impl std::error::Error) -> Refusal {
    let reason = error.source().map(|source| format!(": {source}")).unwrap_or_default();
    refuse(format!("{error}{reason}"))
}

//! `private_key_jwt`: a client proves itself with a JWT that it signs (RFC 7523 §2.2 and §3,
//! OpenID Connect Core §9).

use jsonwebtoken::{Algorithm, crypto};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use crate::clients::Keys;
use crate::clock::Timestamp;
use crate::token::{json_object, stated};

/// RFC 7523 §2.2.
pub const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

pub const ALGORITHMS: [&str; 4] = ["RS256", "PS256", "ES256", "EdDSA"];

/// How long an assertion may live, and how long its `jti` is kept: this bounds the table (SEC-C7).
pub const LONGEST_SECONDS: i64 = 300;
/// How far the client's clock may differ from ours.
const SKEW_SECONDS: i64 = 60;
const LONGEST_JTI: usize = 256;

/// An assertion that is signed, ours, and in time. It counts once, by its `jti`.
#[derive(Debug, PartialEq, Eq)]
pub struct Assertion {
    pub jti: String,
    pub expires_at: Timestamp,
}

/// Each claim has exactly this type, or it is none (SEC-C1).
#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    /// One string: the issuer, or the token endpoint (SECURITY.md 0.0 on SEC-C6).
    aud: String,
    exp: i64,
    jti: String,
    #[serde(default, deserialize_with = "moment")]
    iat: Option<i64>,
    #[serde(default, deserialize_with = "moment")]
    nbf: Option<i64>,
}

/// A claim that stands there is a number of seconds; `null` is not the same as none.
fn moment<'de, D: Deserializer<'de>>(claim: D) -> Result<Option<i64>, D::Error> {
    match i64::deserialize(claim)? {
        seconds if seconds < 0 => Err(D::Error::custom("a moment before 1970")),
        seconds => Ok(Some(seconds)),
    }
}

/// What a JOSE header may hold: `jwk`, `jku`, `x5u` and `crit` are not for us to follow.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    alg: String,
    #[serde(default, deserialize_with = "stated")]
    kid: Option<String>,
    #[serde(default, deserialize_with = "stated", rename = "typ")]
    _typ: Option<String>,
}

/// Whom an assertion says it is from, before anything of it is believed: which keys to look at.
pub fn claimed_client(assertion: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Subject {
        sub: String,
    }
    let claims = json_object(assertion.split('.').nth(1)?)?;
    serde_json::from_slice::<Subject>(&claims).ok().map(|claims| claims.sub)
}

/// RFC 9864 §2.2 calls EdDSA with this curve by a name of its own, and some clients do.
fn algorithm(name: &str) -> Option<Algorithm> {
    Some(match name {
        "RS256" => Algorithm::RS256,
        "PS256" => Algorithm::PS256,
        "ES256" => Algorithm::ES256,
        "EdDSA" | "Ed25519" => Algorithm::EdDSA,
        _ => return None,
    })
}

/// RFC 7523 §3, rule by rule. The error is for the client's page and the log, not for the client.
pub fn check(
    assertion: &str,
    keys: &Keys,
    client_id: &str,
    audiences: &[&str],
    now: Timestamp,
) -> Result<Assertion, &'static str> {
    let mut parts = assertion.split('.').map(json_object);
    let header = parts.next().flatten();
    let header = header.and_then(|header| serde_json::from_slice::<Header>(&header).ok());
    let header = header.ok_or("its header is not one of a plain signed JWT")?;
    if parts.next().flatten().is_none() {
        return Err("its claims are no JSON object");
    }
    let (key, algorithms) =
        keys.find(header.kid.as_deref()).ok_or("no registered key has its kid")?;
    let algorithm = algorithm(&header.alg).ok_or("its algorithm is none that clients may use")?;
    // RFC 8725 §3.1: "each key MUST be used with exactly one algorithm" of those it can be used with.
    if !algorithms.contains(&algorithm) {
        return Err("its algorithm is not one for the registered key");
    }
    let (message, signature) = assertion.rsplit_once('.').ok_or("it is no signed JWT")?;
    let is_signed = crypto::verify(signature, message.as_bytes(), &key, algorithm);
    if !is_signed.unwrap_or(false) {
        return Err("its signature is wrong");
    }
    let claims = message.split_once('.').and_then(|(_, claims)| json_object(claims));
    let claims = claims.and_then(|claims| serde_json::from_slice::<Claims>(&claims).ok());
    let claims = claims.ok_or("one of its claims is missing or of another type")?;
    // 1. and 2.B: "the subject MUST be the "client_id" of the OAuth client".
    if claims.iss != client_id || claims.sub != client_id {
        return Err("iss and sub must both be the Client Id");
    }
    // 3: "The authorization server MUST reject any JWT that does not contain its own identity as the
    // intended audience."
    if !audiences.contains(&&*claims.aud) {
        return Err("aud must be the issuer, as one string");
    }
    // 4: "The JWT MUST contain an "exp" (expiration time) claim that limits the time window".
    let seconds = now.unix_seconds();
    if claims.exp <= seconds {
        return Err("it has expired");
    }
    if claims.exp > seconds + LONGEST_SECONDS + SKEW_SECONDS {
        return Err("it lives longer than five minutes");
    }
    // 5. and 6.
    let is_future = |at: Option<i64>| at.is_some_and(|at| at > seconds + SKEW_SECONDS);
    if is_future(claims.nbf) || is_future(claims.iat) {
        return Err("it is from the future");
    }
    if claims.iat.is_some_and(|at| at < seconds - LONGEST_SECONDS - SKEW_SECONDS) {
        return Err("it was made too long ago");
    }
    // 7.
    if claims.jti.is_empty() || claims.jti.len() > LONGEST_JTI {
        return Err("its jti is missing or too long");
    }
    Ok(Assertion { jti: claims.jti, expires_at: Timestamp::from_unix_seconds(claims.exp) })
}

//! One signing key: RS256 (RFC 7518 §3.3) by aws-lc-rs, parsed once, its JOSE header encoded once.

use aws_lc_rs::error::KeyRejected;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use rsa::RsaPrivateKey;
use rsa::pkcs8::EncodePrivateKey as _;
use rsa::rand_core::{CryptoRng, Error as RandError, RngCore};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::token::{base64url, sha256};

const BITS: usize = 2048;

pub struct SigningKey {
    pair: KeyPair,
    pub jwk: Jwk,
    /// The JOSE header with its dot, the same for every token of this key.
    header: String,
    /// The same for logout tokens, which must never pass for an ID token.
    logout_header: String,
}

/// The public half, as the JWKS shows it (RFC 7517 §4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Jwk {
    kty: String,
    r#use: String,
    alg: String,
    pub kid: String,
    pub n: String,
    pub e: String,
}

/// Makes a private key, PKCS #8. Takes up to a second of CPU: keep it off the runtime's workers.
pub fn generate() -> Zeroizing<Vec<u8>> {
    let key = RsaPrivateKey::new(&mut Randomness, BITS).expect("2048 bits make an RSA key");
    let der = key.to_pkcs8_der().expect("a fresh key encodes");
    Zeroizing::new(der.as_bytes().to_vec())
}

impl SigningKey {
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, KeyRejected> {
        let pair = KeyPair::from_pkcs8(der)?;
        let n = base64url(pair.public_key().modulus().big_endian_without_leading_zero());
        let e = base64url(pair.public_key().exponent().big_endian_without_leading_zero());
        // RFC 7638 §3: the required members, in this order and without white space.
        let kid = base64url(sha256(format!(r#"{{"e":"{e}","kty":"RSA","n":"{n}"}}"#)));
        let typed = |typ: &str| {
            base64url(format!(r#"{{"alg":"RS256","typ":"{typ}","kid":"{kid}"}}"#)) + "."
        };
        let (header, logout_header) = (typed("JWT"), typed("logout+jwt"));
        let (kty, r#use, alg) = ("RSA".to_owned(), "sig".to_owned(), "RS256".to_owned());
        Ok(Self { pair, jwk: Jwk { kty, r#use, alg, kid, n, e }, header, logout_header })
    }

    /// A quarter of a millisecond, so it runs inline; nothing else in a code exchange costs as much.
    pub fn sign(&self, claims: &impl Serialize) -> String {
        self.signed(&self.header, claims)
    }

    /// A logout token (OpenID Connect Back-Channel Logout §2.4: "it is RECOMMENDED that Logout Tokens
    /// be explicitly typed").
    pub fn sign_logout(&self, claims: &impl Serialize) -> String {
        self.signed(&self.logout_header, claims)
    }

    fn signed(&self, header: &str, claims: &impl Serialize) -> String {
        let claims =
            serde_json::to_vec(claims).expect("claims are text, numbers and lists of them");
        let mut token = header.to_owned();
        token.push_str(&base64url(claims));
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), token.as_bytes(), &mut signature)
            .expect("the buffer has the length of the modulus");
        token.push('.');
        token.push_str(&base64url(signature));
        token
    }
}

/// The product's randomness, in the form that `rsa` asks for.
struct Randomness;

impl CryptoRng for Randomness {}

impl RngCore for Randomness {
    fn next_u32(&mut self) -> u32 {
        u32::from_le_bytes(crate::token::random_bytes())
    }

    fn next_u64(&mut self) -> u64 {
        u64::from_le_bytes(crate::token::random_bytes())
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        aws_lc_rs::rand::fill(bytes).expect("the operating system has randomness");
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), RandError> {
        self.fill_bytes(bytes);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn jsonwebtoken_accepts_what_we_sign_and_nothing_else() {
        let key = SigningKey::from_pkcs8(&generate()).unwrap();
        let claims = json!({ "sub": "ann", "aud": "forj", "exp": 4_000_000_000_u64 });
        let mut rules = Validation::new(Algorithm::RS256);
        rules.set_audience(&["forj"]);
        let public = DecodingKey::from_rsa_components(&key.jwk.n, &key.jwk.e).unwrap();

        let token = key.sign(&claims);
        let forged = SigningKey::from_pkcs8(&generate()).unwrap().sign(&claims);

        assert_eq!(decode::<Value>(&token, &public, &rules).unwrap().claims, claims);
        assert_eq!(decode_header(&token).unwrap().kid, Some(key.jwk.kid));
        assert!(decode::<Value>(&forged, &public, &rules).is_err());
    }
}

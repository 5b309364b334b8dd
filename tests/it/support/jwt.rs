//! ID tokens as a relying party looks at them.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::RSA_PKCS1_SHA256;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use novi_sso::signing;
use serde_json::{Value, json};

/// The claims of a JWT, unverified.
pub fn claims(jwt: &Value) -> Value {
    part(jwt, 1)
}

/// The header of a JWT, unverified.
pub fn header_of(jwt: &Value) -> Value {
    part(jwt, 0)
}

/// The claims, if the key of this JWKS that the token names has signed it. Times are not looked at.
pub fn verified(jwt: &Value, jwks: &Value) -> Option<Value> {
    let kid = header_of(jwt)["kid"].clone();
    let key = jwks["keys"].as_array()?.iter().find(|key| key["kid"] == kid)?;
    let key = DecodingKey::from_rsa_components(key["n"].as_str()?, key["e"].as_str()?).ok()?;
    let mut rules = Validation::new(Algorithm::RS256);
    rules.required_spec_claims.clear();
    rules.validate_exp = false;
    rules.validate_aud = false;
    decode::<Value>(jwt.as_str()?, &key, &rules).ok().map(|token| token.claims)
}

/// The `kid`s of a JWKS, in its order.
pub fn kids(jwks: &Value) -> Vec<String> {
    let keys = jwks["keys"].as_array().expect("a JWKS has keys");
    keys.iter().map(|key| key["kid"].as_str().expect("every key has a kid").to_owned()).collect()
}

fn part(jwt: &Value, place: usize) -> Value {
    let jwt = jwt.as_str().expect("a token");
    let parts: Vec<_> = jwt.split('.').collect();
    assert_eq!(parts.len(), 3, "a JWT has three parts");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts[place]).unwrap()).unwrap()
}

/// Somebody with a key of their own, which is in no JWKS of ours.
pub struct Stranger(KeyPair);

impl Stranger {
    /// Takes up to a second.
    pub fn new() -> Self {
        Self(KeyPair::from_pkcs8(&signing::generate()).unwrap())
    }

    /// Without a word about the key.
    pub fn signs(&self, claims: &Value) -> String {
        self.sign(&json!({ "alg": "RS256", "typ": "JWT" }), claims)
    }

    /// Says that it was the key with this `kid`.
    pub fn signs_as(&self, kid: &str, claims: &Value) -> String {
        self.sign(&json!({ "alg": "RS256", "typ": "JWT", "kid": kid }), claims)
    }

    fn sign(&self, header: &Value, claims: &Value) -> String {
        let [header, claims] =
            [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string()));
        let text = format!("{header}.{claims}");
        let mut signature = vec![0; self.0.public_modulus_len()];
        let random = SystemRandom::new();
        self.0.sign(&RSA_PKCS1_SHA256, &random, text.as_bytes(), &mut signature).unwrap();
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

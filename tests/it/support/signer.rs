//! A platform that signs what it says about itself (RFC 7523), with keys of every kind.

use std::sync::OnceLock;

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair as RsaKeyPair;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256,
    RSA_PSS_SHA256,
};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use novi_sso::signing;
use serde_json::{Value, json};

/// A private key, and the algorithm that it is used with.
pub struct Signer {
    algorithm: &'static str,
    pair: Pair,
    kid: &'static str,
}

enum Pair {
    Rsa(RsaKeyPair),
    P256(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

impl Signer {
    pub const ALGORITHMS: [&str; 4] = ["RS256", "PS256", "ES256", "EdDSA"];

    /// RSA keys are the same for the whole run, because making one takes long; the others are new.
    pub fn new(algorithm: &'static str) -> Self {
        static RSA: OnceLock<Vec<u8>> = OnceLock::new();
        let pair = match algorithm {
            "RS256" | "PS256" => {
                let der = RSA.get_or_init(|| signing::generate().to_vec());
                Pair::Rsa(RsaKeyPair::from_pkcs8(der).unwrap())
            }
            "ES256" => {
                Pair::P256(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap())
            }
            "EdDSA" => Pair::Ed25519(Ed25519KeyPair::generate().unwrap()),
            _ => panic!("no key for {algorithm}"),
        };
        Self { algorithm, pair, kid: "key-1" }
    }

    pub fn called(self, kid: &'static str) -> Self {
        Self { kid, ..self }
    }

    /// The public half (RFC 7517, RFC 8037).
    pub fn jwk(&self) -> Value {
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let kid = self.kid;
        match &self.pair {
            Pair::Rsa(pair) => {
                let public = pair.public_key();
                let n = text(public.modulus().big_endian_without_leading_zero());
                let e = text(public.exponent().big_endian_without_leading_zero());
                json!({ "kty": "RSA", "kid": kid, "n": n, "e": e })
            }
            Pair::P256(pair) => {
                // SEC 1 §2.3.3: 4, then both coordinates.
                let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
                json!({ "kty": "EC", "crv": "P-256", "kid": kid, "x": text(x), "y": text(y) })
            }
            Pair::Ed25519(pair) => {
                let x = text(pair.public_key().as_ref());
                json!({ "kty": "OKP", "crv": "Ed25519", "kid": kid, "x": x })
            }
        }
    }

    pub fn jwks(&self) -> String {
        json!({ "keys": [self.jwk()] }).to_string()
    }

    /// With a header that names algorithm and key, and nothing else.
    pub fn signs(&self, claims: &Value) -> String {
        self.signs_under(&json!({ "alg": self.algorithm, "kid": self.kid }), claims)
    }

    /// With this header, whatever it says.
    pub fn signs_under(&self, header: &Value, claims: &Value) -> String {
        self.signs_text(header, &claims.to_string())
    }

    /// Claims that no JSON library would write, such as one that stands there twice.
    pub fn signs_text(&self, header: &Value, claims: &str) -> String {
        let text = unsigned(header, claims);
        let (random, bytes) = (SystemRandom::new(), text.as_bytes());
        let signature = match &self.pair {
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                match self.algorithm {
                    "PS256" => pair.sign(&RSA_PSS_SHA256, &random, bytes, &mut signature),
                    _ => pair.sign(&RSA_PKCS1_SHA256, &random, bytes, &mut signature),
                }
                .unwrap();
                signature
            }
            Pair::P256(pair) => pair.sign(&random, bytes).unwrap().as_ref().to_vec(),
            Pair::Ed25519(pair) => pair.sign(bytes).as_ref().to_vec(),
        };
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// What a careless verifier could take for the shared secret of HS256: the public half, in every
    /// form in which it is handed around.
    pub fn public_forms(&self) -> Vec<Vec<u8>> {
        let mut forms =
            vec![self.jwk().to_string().into_bytes(), self.jwks().into_bytes(), Vec::new()];
        if let Pair::Rsa(pair) = &self.pair {
            let der = pair.public_key().as_der().unwrap().as_ref().to_vec();
            let lines: Vec<_> = STANDARD.encode(&der).into_bytes();
            let lines: Vec<_> =
                lines.chunks(64).map(|line| String::from_utf8_lossy(line).into_owned()).collect();
            let pem = format!(
                "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n",
                lines.join("\n")
            );
            forms.extend([der, pem.trim_end().as_bytes().to_vec(), pem.into_bytes()]);
        }
        forms
    }
}

/// `alg` HS256 under a secret.
pub fn signed_by_secret(secret: &[u8], kid: Option<&str>, claims: &Value) -> String {
    let header = match kid {
        Some(kid) => json!({ "alg": "HS256", "kid": kid }),
        None => json!({ "alg": "HS256" }),
    };
    let text = unsigned(&header, &claims.to_string());
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), text.as_bytes());
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(tag))
}

/// Header and claims, without a signature and without the dot before it.
pub fn unsigned(header: &Value, claims: &str) -> String {
    let [header, claims] =
        [header.to_string().as_str(), claims].map(|part| URL_SAFE_NO_PAD.encode(part));
    format!("{header}.{claims}")
}

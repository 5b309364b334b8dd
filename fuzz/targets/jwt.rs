//! Z-4: JWTs that come from outside, as `id_token_hint` and as client assertion, and a client's JWKS.
//!
//! An input says what to sign and with which key, so that what is mutated are headers and claims behind
//! valid signatures. The keys are made once per process.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256,
    RSA_PSS_SHA256, RsaEncoding,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use novi_sso::clients::Keys;
use novi_sso::clock::Timestamp;
use novi_sso::oidc::client_assertion;
use novi_sso::signing::{self, Jwk, SigningKey};
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use super::reference;

const NOW: i64 = 1_800_000_000;
const ISSUER: &str = "https://www.acme.example";
const ENDPOINT: &str = "https://www.acme.example/oauth/token";
const CLIENT: &str = "8c1f6a2e-4b7d-4f0e-9a53-2d6e7c90b1f4";

/// Whom an algorithm signs for: which `kid` of the registered keys may come with it.
const MAY: [(&str, &str); 5] =
    [("RS256", "rsa"), ("PS256", "rsa"), ("PS256", "ps"), ("ES256", "ec"), ("EdDSA", "ed")];

struct Harness {
    rsa: KeyPair,
    /// Somebody else's.
    other: KeyPair,
    ec: EcdsaKeyPair,
    ed: Ed25519KeyPair,
    jwk: Jwk,
    registered: Keys,
}

static HARNESS: LazyLock<Harness> = LazyLock::new(|| {
    let [rsa, other] = [(); 2].map(|()| KeyPair::generate(KeySize::Rsa2048).unwrap());
    let ec = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
    let ed = Ed25519KeyPair::generate().unwrap();
    let der = AsDer::<Pkcs8V1Der<'_>>::as_der(&rsa).unwrap();
    let jwk = SigningKey::from_pkcs8(der.as_ref()).unwrap().jwk;
    let point = ec.public_key().as_ref();
    let (x, y) = (base64url(&point[1..33]), base64url(&point[33..]));
    let public = base64url(ed.public_key().as_ref());
    let keys = json!({"keys": [
        {"kty": "RSA", "kid": "rsa", "n": jwk.n, "e": jwk.e},
        {"kty": "RSA", "kid": "ps", "n": jwk.n, "e": jwk.e, "alg": "PS256"},
        {"kty": "EC", "kid": "ec", "crv": "P-256", "x": x, "y": y},
        {"kty": "OKP", "kid": "ed", "crv": "Ed25519", "x": public},
    ]});
    let registered = Keys::parse(&keys.to_string()).unwrap();
    Harness { rsa, other, ec, ed, jwk, registered }
});

/// Three parts. The first is a recipe: `keys`, and the next part is a JWKS; `raw`, and it is a token; or
/// `sign` with the name of an algorithm, perhaps with a word that spoils it, and header and claims follow.
pub fn jwt(data: &[u8]) -> bool {
    let text = String::from_utf8_lossy(data).replace("$kid", &HARNESS.jwk.kid);
    let text = text.replace("$n", &HARNESS.jwk.n);
    let [recipe, first, second] = reference::parts(&text);
    let mut words = recipe.split_ascii_whitespace();
    match words.next() {
        Some("keys") => keys(first),
        Some("raw") => {
            client_assertion::claimed_client(first);
            assert!(!is_hint(first) && !is_assertion(first), "nobody has signed {first}");
            false
        }
        _ => {
            let words: Vec<_> = words.collect();
            let signed = Signed::make(&words, first, second);
            let (hint, assertion) = (signed.is_hint(), signed.is_assertion());
            if let Some(claimed) = client_assertion::claimed_client(&signed.token) {
                let sub = signed.claims.get("sub").and_then(Value::as_str);
                assert_eq!(sub, Some(&*claimed));
            }
            hint || assertion
        }
    }
}

fn keys(text: &str) -> bool {
    let Ok(keys) = Keys::parse(text) else { return false };
    assert_eq!(keys.as_str(), text.trim());
    assert_eq!(Keys::parse(keys.as_str()).as_ref(), Ok(&keys));
    let value: Value = serde_json::from_str(text).expect("a JWKS is JSON");
    let listed = value["keys"].as_array().expect("with a list");
    assert!((1..=10).contains(&listed.len()));
    for key in listed {
        // RFC 7518 §6: private and shared parts.
        for private in ["d", "k", "p", "q", "dp", "dq", "qi", "oth"] {
            assert!(key.get(private).is_none(), "{private} is private");
        }
        let kid = key["kid"].as_str();
        assert!(kid.is_some() || listed.len() == 1);
        if let Some((_, algorithms)) = keys.find(kid) {
            let kinds = match key["kty"].as_str() {
                Some("RSA") => &["RS256", "PS256"][..],
                Some("EC") => &["ES256"],
                Some("OKP") => &["EdDSA"],
                _ => panic!("a key of no kind"),
            };
            for algorithm in algorithms.iter().map(|algorithm| format!("{algorithm:?}")) {
                assert!(kinds.contains(&&*algorithm), "{algorithm} with {key}");
                assert!(key["alg"].as_str().is_none_or(|alg| alg == algorithm), "{algorithm}");
            }
        }
    }
    true
}

fn is_hint(token: &str) -> bool {
    signing::check(token, &HARNESS.jwk, ISSUER).is_some()
}

fn assertion(token: &str) -> Result<client_assertion::Assertion, &'static str> {
    let now = Timestamp::from_unix_seconds(NOW);
    client_assertion::check(token, &HARNESS.registered, CLIENT, &[ISSUER, ENDPOINT], now)
}

fn is_assertion(token: &str) -> bool {
    assertion(token).is_ok()
}

/// A token, and what is known of it.
struct Signed {
    token: String,
    /// None where the signature is not one of a key that is known.
    algorithm: Option<&'static str>,
    header: Map<String, Value>,
    /// As an object; empty where it is none.
    claims: Map<String, Value>,
}

impl Signed {
    fn make(words: &[&str], header: &str, claims: &str) -> Self {
        let body = format!("{}.{}", base64url(header), base64url(claims));
        let rsa = |key: &KeyPair, padding: &'static dyn RsaEncoding| {
            let mut signature = vec![0; key.public_modulus_len()];
            key.sign(padding, &SystemRandom::new(), body.as_bytes(), &mut signature).unwrap();
            signature
        };
        let mac = |key: &[u8]| {
            let key = hmac::Key::new(hmac::HMAC_SHA256, key);
            hmac::sign(&key, body.as_bytes()).as_ref().to_vec()
        };
        let (random, bytes) = (SystemRandom::new(), body.as_bytes());
        let (mut algorithm, signature) = match words.first() {
            Some(&"RS256") => (Some("RS256"), rsa(&HARNESS.rsa, &RSA_PKCS1_SHA256)),
            Some(&"PS256") => (Some("PS256"), rsa(&HARNESS.rsa, &RSA_PSS_SHA256)),
            Some(&"ES256") => {
                (Some("ES256"), HARNESS.ec.sign(&random, bytes).unwrap().as_ref().to_vec())
            }
            Some(&"EdDSA") => (Some("EdDSA"), HARNESS.ed.sign(bytes).as_ref().to_vec()),
            Some(&"another") => (None, rsa(&HARNESS.other, &RSA_PKCS1_SHA256)),
            // What the confusion of algorithms signs with: the public key, or no key at all.
            Some(&"public") => (None, mac(&URL_SAFE_NO_PAD.decode(&HARNESS.jwk.n).unwrap())),
            Some(&"empty") => (None, mac(b"")),
            _ => (None, Vec::new()),
        };
        let mut token = format!("{body}.{}", base64url(&signature));
        for word in words.iter().skip(1) {
            match *word {
                "cut" => drop(token.pop()),
                "longer" => token.push('A'),
                "padded" => token.push_str("=="),
                "again" => token.push_str(".e30"),
                _ => continue,
            }
            algorithm = None;
        }
        Self { token, algorithm, header: object(header), claims: object(claims) }
    }

    /// What both kinds of tokens need: a key's own algorithm, and no more in the header than we know.
    fn has_header(&self, algorithm: &str, kid: &str) -> bool {
        let known = ["alg", "kid", "typ"];
        self.algorithm == Some(algorithm)
            && self.header.get("alg").and_then(Value::as_str) == Some(algorithm)
            && self.header.get("kid").and_then(Value::as_str) == Some(kid)
            && self.header.get("typ").is_none_or(Value::is_string)
            && self.header.keys().all(|name| known.contains(&&**name))
    }

    fn text(&self, claim: &str) -> Option<&str> {
        self.claims.get(claim)?.as_str()
    }

    fn number(&self, claim: &str) -> Option<i64> {
        self.claims.get(claim)?.as_i64()
    }

    fn is_hint(&self) -> bool {
        let Some(read) = signing::check(&self.token, &HARNESS.jwk, ISSUER) else { return false };
        assert!(self.has_header("RS256", &HARNESS.jwk.kid), "{:?}", self.header);
        let typ = self.header.get("typ").and_then(Value::as_str);
        assert!(typ.is_none_or(|typ| typ.eq_ignore_ascii_case("JWT")), "{typ:?}");
        assert_eq!(self.text("iss"), Some(ISSUER));
        assert_eq!(self.text("sub"), Some(&*read.sub));
        assert_eq!(self.text("aud"), Some(&*read.aud));
        let (iat, exp) = (self.number("iat").expect("iat"), self.number("exp").expect("exp"));
        assert!(iat > 0 && exp > iat, "{iat} {exp}");
        assert_eq!(self.claims.contains_key("sid"), read.sid.is_some());
        assert_eq!(self.text("sid"), read.sid.as_deref());
        true
    }

    fn is_assertion(&self) -> bool {
        let Ok(read) = assertion(&self.token) else { return false };
        assert!(MAY.iter().any(|(alg, kid)| self.has_header(alg, kid)), "{:?}", self.header);
        assert_eq!((self.text("iss"), self.text("sub")), (Some(CLIENT), Some(CLIENT)));
        assert!([Some(ISSUER), Some(ENDPOINT)].contains(&self.text("aud")));
        assert_eq!(self.text("jti"), Some(&*read.jti));
        assert!((1..=256).contains(&read.jti.len()));
        let exp = self.number("exp").expect("exp");
        assert_eq!(read.expires_at, Timestamp::from_unix_seconds(exp));
        assert!((1..=360).contains(&(exp - NOW)), "exp {exp}");
        for name in ["nbf", "iat"].into_iter().filter(|name| self.claims.contains_key(*name)) {
            let at = self.number(name).expect(name);
            assert!((0..=NOW + 60).contains(&at), "{name} {at}");
        }
        true
    }
}

/// The members of an object. A value that nobody reads may hold half a surrogate pair, for example, which is
/// no text; it is null here.
fn object(text: &str) -> Map<String, Value> {
    let members: BTreeMap<String, Box<RawValue>> = serde_json::from_str(text).unwrap_or_default();
    let value = |raw: Box<RawValue>| serde_json::from_str(raw.get()).unwrap_or_default();
    members.into_iter().map(|(name, raw)| (name, value(raw))).collect()
}

fn base64url(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

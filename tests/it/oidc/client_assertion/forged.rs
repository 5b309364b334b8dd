//! Assertions that somebody tampered with, or made up: RFC 8725, SEC-C1, SEC-C2, SEC-C9.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use super::{PROVEN, REFUSED, Signing, claims_of, presents, signing_client};
use crate::support::{NOW, Signer, signed_by_secret, unsigned};

/// SEC-C2: the registered key decides about the algorithm, never the header.
#[tokio::test]
async fn an_algorithm_that_is_not_the_keys_is_refused() {
    for algorithm in Signer::ALGORITHMS {
        let signing = Signing::with(algorithm).await;
        let (signer, jwk) = (&signing.signer, signing.signer.jwk());
        let mut wrong = Vec::new();
        for none in ["none", "None", "NONE", "nOnE", ""] {
            let text = unsigned(&json!({ "alg": none }), &signing.claims().to_string());
            wrong.push(format!("{text}."));
            let text =
                unsigned(&json!({ "alg": none, "kid": "key-1" }), &signing.claims().to_string());
            wrong.extend([format!("{text}."), text.clone(), format!("{text}.AA")]);
        }
        for secret in signer.public_forms() {
            wrong.push(signed_by_secret(&secret, Some("key-1"), &signing.claims()));
            wrong.push(signed_by_secret(&secret, None, &signing.claims()));
        }
        for other in [
            "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512",
            "ES256", "ES384", "ES512", "ES256K", "EdDSA", "Ed25519", "RSA-OAEP", "dir", "x",
        ] {
            // RFC 9864 calls EdDSA on this curve Ed25519.
            if other != algorithm && (algorithm, other) != ("EdDSA", "Ed25519") {
                let header = json!({ "alg": other, "kid": "key-1" });
                wrong.push(signer.signs_under(&header, &signing.claims()));
            }
        }
        for header in [
            json!({ "kid": "key-1" }),
            json!({ "alg": null, "kid": "key-1" }),
            json!({ "alg": [algorithm], "kid": "key-1" }),
            json!({ "alg": algorithm, "kid": "unknown" }),
            json!({ "alg": algorithm, "kid": "" }),
            json!({ "alg": algorithm, "kid": 1 }),
            json!({ "alg": algorithm, "kid": ["key-1"] }),
            json!({ "alg": algorithm, "kid": "key-1", "jwk": jwk }),
            json!({ "alg": algorithm, "jwk": jwk }),
            json!({ "alg": algorithm, "kid": "key-1", "jku": "https://evil.example/keys" }),
            json!({ "alg": algorithm, "kid": "key-1", "x5u": "https://evil.example/chain" }),
            json!({ "alg": algorithm, "kid": "key-1", "x5c": ["AA"] }),
            json!({ "alg": algorithm, "kid": "key-1", "crit": ["exp"] }),
            json!({ "alg": algorithm, "kid": "key-1", "crit": [] }),
            json!({ "alg": algorithm, "kid": "key-1", "crit": ["b64"], "b64": false }),
            json!({ "alg": algorithm, "kid": "key-1", "zip": "DEF" }),
            json!([]),
            json!("x"),
        ] {
            wrong.push(signer.signs_under(&header, &signing.claims()));
        }
        for assertion in &wrong {
            assert_eq!(signing.presents(assertion).await.refusal(), REFUSED, "{assertion}");
        }

        for header in [
            json!({ "alg": algorithm, "kid": "key-1", "typ": "JWT" }),
            json!({ "alg": algorithm, "kid": "key-1", "typ": "client-authentication+jwt" }),
            json!({ "alg": algorithm }),
        ] {
            let assertion = signer.signs_under(&header, &signing.claims());
            assert_eq!(signing.presents(&assertion).await.refusal(), PROVEN, "{header}");
        }
    }
}

/// RFC 9864 §2.2.
#[tokio::test]
async fn ed25519_goes_by_either_of_its_names() {
    let signing = Signing::with("EdDSA").await;

    for name in ["EdDSA", "Ed25519"] {
        let assertion = signing.signer.signs_under(&json!({ "alg": name }), &signing.claims());
        assert_eq!(signing.presents(&assertion).await.refusal(), PROVEN, "{name}");
    }
}

/// RFC 8725 §3.1: a key that names its algorithm is used with no other.
#[tokio::test]
async fn a_key_that_names_its_algorithm_is_used_with_no_other() {
    let signing = Signing::with("RS256").await;
    let mut jwk = signing.signer.jwk();
    jwk["alg"] = json!("RS256");
    let bound = signing_client(&signing.novi, "Bound", &json!({ "keys": [jwk] }).to_string()).await;
    let pss = Signer::new("PS256");

    assert_eq!(presents(&bound, &pss.signs(&claims_of(&bound))).await.refusal(), REFUSED);
    let own = signing.signer.signs(&claims_of(&bound));
    assert_eq!(presents(&bound, &own).await.refusal(), PROVEN);
    let free = pss.signs(&signing.claims());
    assert_eq!(signing.presents(&free).await.refusal(), PROVEN, "a key that names none has both");
}

/// SEC-C1 (in CVE-2026-25537 a wrong type counted as absent), SEC-C9.
#[tokio::test]
async fn a_claim_of_another_type_is_not_taken_for_a_missing_one() {
    let signing = Signing::with("EdDSA").await;
    let times = ["exp", "iat", "nbf"];
    let texts = ["iss", "sub", "aud", "jti"];
    let all = [
        "null",
        "true",
        "\"\"",
        "\"9999999999\"",
        "[]",
        "{}",
        "[1]",
        "{\"a\":1}",
        "-1",
        "1.5",
        "1e3",
        "1e400",
        "-0.0",
        "9223372036854775807",
        "-9223372036854775808",
        "9223372036854775808",
        "18446744073709551616",
        "NaN",
    ];
    let header = json!({ "alg": "EdDSA" });
    for name in times.iter().chain(&texts) {
        for value in all {
            let mut claims = signing.claims();
            claims.as_object_mut().unwrap().remove(*name);
            let claims = claims.to_string();
            let claims = format!("{},\"{name}\":{value}}}", claims.trim_end_matches('}'));
            let reply = signing.presents(&signing.signer.signs_text(&header, &claims)).await;
            // A jti is any text, and this is one.
            let is_right = *name == "jti" && value == "\"9999999999\"";
            let expected = if is_right { PROVEN } else { REFUSED };
            assert_eq!(reply.refusal(), expected, "{name}: {value}");
        }
        // A float that is a whole number is a float.
        if times.contains(name) {
            let value: f64 = (NOW + 60) as f64;
            let reply = signing.claims_that(json!({ (*name): value })).await;
            assert_eq!(reply.refusal(), REFUSED, "{name}");
        }
    }
}

/// Two of one name are two opinions about what is claimed.
#[tokio::test]
async fn a_claim_that_stands_there_twice_is_refused() {
    let signing = Signing::with("EdDSA").await;
    let header = json!({ "alg": "EdDSA" });

    for name in ["iss", "sub", "aud", "exp", "iat", "nbf", "jti"] {
        let claims = signing.claims_with(json!({ "nbf": NOW }));
        let value = &claims[name];
        let twice = format!("{},\"{name}\":{value}}}", claims.to_string().trim_end_matches('}'));
        let assertion = signing.signer.signs_text(&header, &twice);
        assert_eq!(signing.presents(&assertion).await.refusal(), REFUSED, "{name}");
    }
    let more: Map<String, Value> = (0..50).map(|n| (format!("c{n}"), json!([n]))).collect();
    let reply = signing.claims_that(Value::Object(more)).await;
    assert_eq!(reply.refusal(), PROVEN, "what we do not know does no harm");
}

/// What is not the compact form of what the key has signed, to the letter.
#[tokio::test]
async fn a_damaged_assertion_is_refused_and_nobody_falls_over() {
    for algorithm in ["ES256", "EdDSA"] {
        let signing = Signing::with(algorithm).await;
        let whole = signing.signer.signs(&signing.claims());
        let parts: Vec<_> = whole.split('.').collect();
        let (header, claims, signature) = (parts[0], parts[1], parts[2]);
        let admin = URL_SAFE_NO_PAD.encode(signing.claims().to_string());
        let mut wrong = vec![
            String::from("."),
            String::from(".."),
            String::from("..."),
            String::from("x"),
            format!("{header}.{claims}"),
            format!("{header}.{claims}."),
            format!("{header}.{claims}.{signature}."),
            format!("{header}.{claims}.{signature}.{signature}"),
            format!(".{claims}.{signature}"),
            format!("{header}..{signature}"),
            format!("{header}.{admin}.{signature}"),
            format!("{header}.{claims}.{signature}=="),
            format!("{header}=.{claims}.{signature}"),
            format!("{header}.{claims}.{signature}{signature}"),
            format!("{header}.{claims}.{}", &signature[..40]),
            format!("{header}.{claims}.{}", URL_SAFE_NO_PAD.encode([0; 64])),
            format!("{header}.{claims}.{}", URL_SAFE_NO_PAD.encode([255; 64])),
            format!("{header} .{claims}.{signature}"),
            format!("{}.{claims}.{signature}", "W10".repeat(500)),
            "[".repeat(4000),
            format!("{}.{}.x", header, URL_SAFE_NO_PAD.encode("[".repeat(2000))),
            format!("{}.{claims}.{signature}", URL_SAFE_NO_PAD.encode("{\"alg\":")),
        ];
        for place in (0..whole.len()).step_by(5) {
            let other = if whole[place..].starts_with('A') { "B" } else { "A" };
            wrong.push(format!("{}{other}{}", &whole[..place], &whole[place + 1..]));
        }

        for assertion in &wrong {
            let reply = signing.presents(assertion).await;
            assert_eq!(reply.refusal(), REFUSED, "{algorithm}: {assertion}");
        }
        assert_eq!(signing.presents(&whole).await.refusal(), PROVEN, "none of it used it up");
    }
}

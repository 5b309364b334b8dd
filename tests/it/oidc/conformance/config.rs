//! Config OP: the discovery document and the keys.

use serde_json::Value;

use crate::support::{HOME, Novi};

#[tokio::test]
async fn oidcc_discovery_endpoint_verification() {
    let novi = Novi::start().await;
    novi.associate("http://localhost:8080", "Development").await;
    let client = novi.client("Suite").await;

    for (host, issuer) in
        [(HOME, "https://www.acme.example"), ("localhost:8080", "http://localhost:8080")]
    {
        let at = client.at(host);
        let document = at.get("/.well-known/openid-configuration").await;
        assert_eq!(document.status, 200);
        super::checks::is_json(&document);
        let op = &document.json;

        assert_eq!(op["issuer"], issuer, "the URL without its /.well-known/openid-configuration");
        assert!(texts(op, "response_types_supported").contains(&"code"));
        assert!(texts(op, "grant_types_supported").contains(&"authorization_code"));
        let subjects = texts(op, "subject_types_supported");
        assert!(subjects.iter().all(|kind| ["public", "pairwise"].contains(kind)), "{subjects:?}");
        assert!(texts(op, "id_token_signing_alg_values_supported").contains(&"RS256"));
        assert!(texts(op, "scopes_supported").contains(&"openid"));
        for scope in texts(op, "scopes_supported") {
            let allowed = |byte| matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e);
            assert!(!scope.is_empty() && scope.bytes().all(allowed), "RFC 6749 §3.3: {scope:?}");
        }
        assert!(texts(op, "claims_supported").contains(&"sub"));
        texts(op, "code_challenge_methods_supported");
        texts(op, "token_endpoint_auth_methods_supported");
        for optional in [
            "ui_locales_supported",
            "claims_locales_supported",
            "userinfo_signing_alg_values_supported",
            "request_object_signing_alg_values_supported",
            "acr_values_supported",
            "response_modes_supported",
            "prompt_values_supported",
        ] {
            if op.get(optional).is_some() {
                texts(op, optional);
            }
        }
        for locales in ["ui_locales_supported", "claims_locales_supported"] {
            let tags = op[locales].as_array().cloned().unwrap_or_default();
            for tag in tags.iter().map(|tag| tag.as_str().unwrap()) {
                assert!(is_canonical(tag), "{locales}: {tag}");
            }
        }
        let switches = ["request_parameter_supported", "request_uri_parameter_supported"];
        for switch in switches.iter().chain(&["claims_parameter_supported"]) {
            assert!(op.get(*switch).is_none_or(Value::is_boolean), "{switch}");
        }
        for required in
            ["authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"]
        {
            assert!(op[required].is_string(), "{required}");
        }
        for (name, url) in op.as_object().unwrap() {
            if name.ends_with("_endpoint") || name.ends_with("_uri") {
                let url = url.as_str().unwrap_or_else(|| panic!("{name} is {url}"));
                let parsed = url::Url::parse(url).unwrap();
                assert!(url.starts_with(&format!("{issuer}/")), "{name} is {url}");
                let is_local = parsed.host_str() == Some("localhost");
                assert!(parsed.scheme() == "https" || is_local, "{name} is {url}");
                assert_eq!(parsed.fragment(), None, "{name}");
            }
        }
        let path = op["jwks_uri"].as_str().unwrap().strip_prefix(issuer).unwrap();
        let jwks = at.get(path).await;
        assert_eq!(jwks.status, 200);
        super::checks::is_json(&jwks);
        are_public(&jwks.json);
    }
}

/// Keys to verify with: complete, each with a name of its own, and nothing that could sign.
fn are_public(jwks: &Value) {
    let keys = jwks["keys"].as_array().unwrap();
    assert!(!keys.is_empty());
    let kids = crate::support::kids(jwks);
    for (place, key) in keys.iter().enumerate() {
        assert!(!kids[..place].contains(&kids[place]), "{} twice", kids[place]);
        assert_eq!(
            (&key["kty"], &key["use"], &key["alg"]),
            (&"RSA".into(), &"sig".into(), &"RS256".into())
        );
        for number in ["n", "e"] {
            let text = key[number].as_str().unwrap();
            let bytes = novi_sso::token::from_base64url(text).expect("base64url without padding");
            assert_ne!(bytes[0], 0, "RFC 7518 §6.3.1: the minimum number of octets");
        }
        assert!(key["n"].as_str().unwrap().len() * 6 >= 2048, "long enough");
        for private in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
            assert!(key.get(private).is_none(), "{private} is nobody's business");
        }
    }
}

/// A member that is a list of texts.
fn texts<'a>(op: &'a Value, name: &str) -> Vec<&'a str> {
    let list = op[name].as_array().unwrap_or_else(|| panic!("{name} is {}", op[name]));
    assert!(!list.is_empty(), "{name}");
    list.iter().map(|text| text.as_str().unwrap_or_else(|| panic!("{name}: {text}"))).collect()
}

/// BCP 47 in its usual spelling: `en`, `pt-BR`, `zh-Hant`.
fn is_canonical(tag: &str) -> bool {
    let mut parts = tag.split('-');
    let language = parts.next().unwrap_or_default();
    let is_language =
        [2, 3].contains(&language.len()) && language.bytes().all(|byte| byte.is_ascii_lowercase());
    let is_part = |part: &str| match part.len() {
        2 => part.bytes().all(|byte| byte.is_ascii_uppercase()),
        4 => part.starts_with(|first: char| first.is_ascii_uppercase()),
        _ => !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric()),
    };
    is_language && parts.all(is_part)
}

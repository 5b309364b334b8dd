//! Z-3: a form posted to the token endpoint, and how the client in it proves itself.

use axum::http::{HeaderMap, HeaderValue, header};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use novi_sso::clients::TokenAuthMethod;
use novi_sso::oidc::client_assertion;
use novi_sso::oidc::client_auth::{Credentials, presented};
use novi_sso::oidc::error::Error;
use novi_sso::oidc::params::Params;

use super::reference;

/// Stands in the secrets of the seeds, and in none of our messages.
const CANARY: &str = "CANARY";

/// Header lines, an empty line, and the form. `authorization: …` is sent as it stands, `basic of: id:secret` in
/// base64.
pub fn client_auth(data: &[u8]) -> bool {
    let at = data.windows(2).position(|two| two == b"\n\n");
    let (head, body) = at.map_or((&[][..], data), |at| (&data[..at], &data[at + 2..]));
    let headers = headers(head);
    let expected = reference::params(body);
    let params = match Params::parse(body) {
        Ok(params) => params,
        Err(error) => {
            keeps_quiet(&error);
            assert_eq!(expected, None, "it is well-formed and was refused");
            return false;
        }
    };
    let again = Params::parse(params.encoded().as_bytes()).expect("what we print, we read");
    assert_eq!(Some(again.into_pairs()), expected);

    match presented(&headers, &params) {
        Ok(credentials) => {
            follows_the_rules(&headers, &params, &credentials);
            true
        }
        Err(error) => {
            keeps_quiet(&error);
            let is_plain = headers.is_empty() && params.get("client_id").is_some();
            let asserts = ["client_assertion", "client_assertion_type"];
            let asserts = asserts.iter().any(|name| params.get(name).is_some());
            assert!(!is_plain || asserts, "by post body, and refused: {error:?}");
            false
        }
    }
}

fn headers(head: &[u8]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for line in head.split(|byte| *byte == b'\n') {
        let value = match (line.strip_prefix(b"authorization: "), line.strip_prefix(b"basic of: "))
        {
            (Some(value), _) => HeaderValue::from_bytes(value).ok(),
            (_, Some(pair)) => format!("Basic {}", STANDARD.encode(pair)).parse().ok(),
            _ => None,
        };
        if let Some(value) = value {
            headers.append(header::AUTHORIZATION, value);
        }
    }
    headers
}

/// Errors go to logs and clients: nothing that a request brought may stand in one.
fn keeps_quiet(error: &Error) {
    let said = format!("{error:?} {}", error.description);
    assert!(!said.contains(CANARY), "{said}");
    assert!(reference::is_description(&error.description), "{}", error.description);
}

fn follows_the_rules(headers: &HeaderMap, params: &Params, credentials: &Credentials) {
    let by_header = headers.get_all(header::AUTHORIZATION).iter().collect::<Vec<_>>();
    let (id, secret) = (params.get("client_id"), params.get("client_secret"));
    let assertion = params.get("client_assertion");
    // "The client MUST NOT use more than one authentication method in each request."
    let methods = [!by_header.is_empty(), secret.is_some(), assertion.is_some()];
    assert!(methods.into_iter().filter(|used| *used).count() <= 1 && by_header.len() <= 1);
    assert!(id.is_none_or(|id| id == credentials.client_id), "two Client Ids");

    let secrets: Vec<_> = credentials.secrets().iter().map(|secret| secret.expose()).collect();
    match credentials.method() {
        TokenAuthMethod::ClientSecretPost => {
            assert_eq!((id, &*secrets), (Some(&*credentials.client_id), &[secret.unwrap()][..]));
        }
        TokenAuthMethod::ClientSecretBasic => {
            let (scheme, encoded) = by_header[0].to_str().unwrap().split_once(' ').unwrap();
            assert!(scheme.eq_ignore_ascii_case("basic"), "{scheme}");
            let pair = String::from_utf8(STANDARD.decode(encoded.trim()).unwrap()).unwrap();
            let (id, secret) = pair.split_once(':').expect("a pair");
            assert_eq!(credentials.client_id, reference::decoded(id.as_bytes()));
            let decoded = reference::decoded(secret.as_bytes());
            let mut expected = vec![secret, &*decoded];
            expected.dedup();
            assert_eq!(secrets, expected);
        }
        TokenAuthMethod::PrivateKeyJwt => {
            assert_eq!(params.get("client_assertion_type"), Some(client_assertion::TYPE));
            let claims = assertion.unwrap().split('.').nth(1).expect("a JWT has claims");
            let claims = URL_SAFE_NO_PAD.decode(claims).expect("in base64url");
            // Claims that nobody reads may be less than JSON here: nothing of it is believed yet.
            if let Ok(claims) = serde_json::from_slice::<serde_json::Value>(&claims) {
                assert_eq!(claims["sub"].as_str(), Some(&*credentials.client_id));
            }
            assert!(secrets.is_empty());
        }
        TokenAuthMethod::None => assert!(!methods.contains(&true) && secrets.is_empty()),
        TokenAuthMethod::Secret => panic!("a request uses one way or the other"),
    }
}

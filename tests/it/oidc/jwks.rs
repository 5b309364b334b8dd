//! The public signing keys.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::{Request, header};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use novi_sso::signing;
use novi_sso::token::{base64url, sha256};
use serde_json::Value;

use crate::support::{ELSEWHERE, Novi, header_of, kids, verified};

const DAY: i64 = 24 * 3600;

/// SEC-T5: keys belong to one association; a token of one says nothing at another.
#[tokio::test]
async fn each_association_signs_with_keys_of_its_own() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);

    let tokens = forj.exchange(&forj.code_for(&ann).await).await;
    let (ours, theirs) = (forj.jwks().await, forj.at(ELSEWHERE).jwks().await);

    let both: BTreeSet<_> = kids(&ours).into_iter().chain(kids(&theirs)).collect();
    assert_eq!(both.len(), 2, "one key each, and none in common");
    assert!(verified(&tokens["id_token"], &ours).is_some());
    assert_eq!(verified(&tokens["id_token"], &theirs), None);
    assert!(
        !kids(&theirs)
            .contains(&header_of(&tokens["id_token"])["kid"].as_str().unwrap().to_owned())
    );
}

/// RFC 7517 §4, RFC 7518 §6.3.1: the public half of an RSA key and nothing of the private one.
#[tokio::test]
async fn a_published_key_is_2048_bits_of_rsa_with_its_thumbprint_and_nothing_private() {
    let novi = Novi::start().await;
    let forj = novi.client("Forj").await;

    let jwks = forj.jwks().await;

    assert_eq!(jwks.as_object().unwrap().keys().collect::<Vec<_>>(), ["keys"]);
    for key in jwks["keys"].as_array().unwrap() {
        let mut members: Vec<_> = key.as_object().unwrap().keys().map(String::as_str).collect();
        members.sort_unstable();
        assert_eq!(members, ["alg", "e", "kid", "kty", "n", "use"]);
        assert_eq!(
            (&key["kty"], &key["alg"], &key["use"]),
            (&"RSA".into(), &"RS256".into(), &"sig".into())
        );
        let (n, e) = (key["n"].as_str().unwrap(), key["e"].as_str().unwrap());
        let modulus = URL_SAFE_NO_PAD.decode(n).unwrap();
        assert_eq!((modulus.len(), modulus[0] >> 7), (256, 1), "2048 bits, no leading zero");
        assert_eq!(e, "AQAB");
        // RFC 7638 §3.
        let thumbprint = base64url(sha256(format!(r#"{{"e":"{e}","kty":"RSA","n":"{n}"}}"#)));
        assert_eq!(key["kid"], thumbprint);
    }
}

/// For clients that look no further than the first key.
#[tokio::test]
async fn the_key_that_signs_comes_first_and_the_next_one_is_published_beside_it() {
    let novi = Novi::start().await.another_node().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let first = kids(&forj.jwks().await);
    assert_eq!(first.len(), 1);

    novi.clock.advance(88 * DAY);
    signing::tend(&novi.home().await).await.unwrap();
    let before = kids(&forj.jwks().await);
    novi.clock.advance(2 * DAY);
    signing::tend(&novi.home().await).await.unwrap();
    let after = kids(&forj.jwks().await);

    assert_eq!(before.len(), 2, "current, next");
    assert_eq!(before[0], first[0]);
    assert_eq!(after, [before[1].clone(), before[0].clone()], "current, retired");
    let tokens = forj.exchange(&forj.code_for(&ann).await).await;
    assert_eq!(header_of(&tokens["id_token"])["kid"], after[0]);
}

#[tokio::test]
async fn the_keys_can_be_cached_and_read_from_anywhere() {
    let novi = Novi::start().await.another_node().await;
    let forj = novi.client("Forj").await;

    let fresh = forj.get("/oauth/jwks").await;
    let tag = fresh.header("etag").unwrap().to_owned();
    let request = |tag: &str| {
        let request = Request::get("/oauth/jwks").header(header::HOST, forj.host);
        request.header(header::IF_NONE_MATCH, tag).body(Body::empty()).unwrap()
    };
    let again = forj.send(request(&tag)).await;
    novi.clock.advance(88 * DAY);
    signing::tend(&novi.home().await).await.unwrap();
    let changed = forj.send(request(&tag)).await;

    assert_eq!(fresh.status, 200);
    assert_eq!(fresh.header("content-type"), Some("application/json"));
    assert_eq!(fresh.header("cache-control"), Some("public, max-age=900, stale-if-error=86400"));
    assert_eq!(fresh.header("access-control-allow-origin"), Some("*"));
    assert_eq!(fresh.header("cross-origin-resource-policy"), Some("cross-origin"));
    let vary = fresh.headers.get_all(header::VARY);
    assert!(vary.iter().any(|names| names.to_str().unwrap().contains("host")));
    assert_eq!((again.status, &again.json), (304, &Value::Null));
    assert_eq!(changed.status, 200, "the next key changes the tag");
    assert_ne!(changed.header("etag"), Some(&*tag));
}

//! The ID token.

use std::collections::BTreeSet;

use novi_sso::token::{base64url, sha256};
use serde_json::{Value, json};

use crate::support::{ELSEWHERE, HOME, NOW, Novi, claims, header_of, verified};

/// OpenID Connect Core §2, PLATFORMS.md 11.5: exactly these members, beside those of the scopes.
#[tokio::test]
async fn an_id_token_says_who_for_whom_and_until_when() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);

    let code = forj.code_for_with(&ann, &[("scope", "openid")]).await;
    novi.clock.advance(30);
    let tokens = forj.exchange(&code).await;
    let told =
        verified(&tokens["id_token"], &forj.jwks().await).expect("signed by a published key");

    let access = tokens["access_token"].as_str().unwrap();
    let expected = json!({
        "iss": "https://www.acme.example",
        "sub": ann.id.as_str(),
        "aud": forj.client_id,
        "iat": NOW + 30,
        "exp": NOW + 30 + 300,
        "auth_time": NOW,
        "nonce": "n-1",
        "acr": "1",
        "amr": ["pwd"],
        "sid": told["sid"],
        // §3.1.3.6.
        "at_hash": base64url(&sha256(access)[..16]),
    });
    assert_eq!(told, expected);
    assert!(told["sid"].as_str().unwrap().starts_with("sid_"), "{told}");
}

/// R10, PLATFORMS.md 3: RS256 by default, and a kid that can be looked up.
#[tokio::test]
async fn the_header_names_the_algorithm_and_the_key() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);

    let tokens = forj.exchange(&forj.code_for(&ann).await).await;
    let jwks = forj.jwks().await;

    let kid = jwks["keys"][0]["kid"].clone();
    assert_eq!(header_of(&tokens["id_token"]), json!({ "alg": "RS256", "typ": "JWT", "kid": kid }));
}

/// A changed token is not ours.
#[tokio::test]
async fn a_changed_token_does_not_verify() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let tokens = forj.exchange(&forj.code_for(&ann).await).await;
    let (jwks, token) = (forj.jwks().await, tokens["id_token"].as_str().unwrap());
    let parts: Vec<_> = token.split('.').collect();
    let mut promoted = claims(&tokens["id_token"]);
    promoted["sub"] = "somebody-else".into();

    let forged = [
        format!("{}.{}.{}", parts[0], base64url(promoted.to_string()), parts[2]),
        format!("{}.{}.{}", parts[0], parts[1], base64url([0; 256])),
        format!("{}.{}.", parts[0], parts[1]),
    ];

    assert!(verified(&tokens["id_token"], &jwks).is_some());
    for token in forged {
        assert_eq!(verified(&Value::from(token), &jwks), None);
    }
}

/// SEC-C8: sent → present and equal; not sent → no claim.
#[tokio::test]
async fn a_nonce_comes_back_as_sent_and_only_if_sent() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);

    let long = "0123456789abcdef".repeat(16);
    for nonce in ["n-0S6_WzA2Mj", "a b+c%2B\"'<é漢🙂", " ", long.as_str()] {
        let code = forj.code_for_with(&ann, &[("nonce", nonce)]).await;
        assert_eq!(claims(&forj.exchange(&code).await["id_token"])["nonce"], nonce);
    }
    let code = forj.code_for_with(&ann, &[("nonce", "")]).await;
    let told = claims(&forj.exchange(&code).await["id_token"]);
    assert!(!told.as_object().unwrap().contains_key("nonce"));
}

/// OpenID Connect Core §2: "Time when the End-User authentication occurred", not when the code was made.
#[tokio::test]
async fn auth_time_is_when_the_password_was_typed() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let mut browser = novi.browser();
    browser.sign_in(&ann).await;

    novi.clock.advance(3600);
    let page = browser.get(&forj.authorize_url()).await;
    let told = claims(&forj.exchange(&page.sent("code").unwrap()).await["id_token"]);

    assert_eq!((&told["auth_time"], &told["iat"]), (&NOW.into(), &(NOW + 3600).into()));
}

/// PLATFORMS.md 0.3: one immutable key per person; the same for every platform, and for nobody else.
#[tokio::test]
async fn sub_is_the_member_and_stays_so() {
    let novi = Novi::start().await;
    let (forj, higher_logic) = (novi.client("Forj").await, novi.client("Higher Logic").await);
    let ann = novi.member("Ann").await;
    let there = novi.member_at(ELSEWHERE, "Ann", |_| {}).await;
    let urls = ["https://other.mobilize.io/cb"];
    let method = novi_sso::clients::TokenAuthMethod::Secret;
    let others = novi.client_at(ELSEWHERE, "Forj", &urls, method).await;

    let mut subs = Vec::new();
    for (client, member) in [(&forj, &ann), (&forj, &ann), (&higher_logic, &ann), (&others, &there)]
    {
        let tokens = client.exchange(&client.code_for(member).await).await;
        subs.push(claims(&tokens["id_token"])["sub"].as_str().unwrap().to_owned());
    }

    assert_eq!(subs[..3], [ann.id.as_str(); 3]);
    assert_ne!(subs[3], subs[0], "another association's member");
    let shape: Vec<_> = subs[0].split('-').map(str::len).collect();
    assert_eq!((shape, &subs[0][14..15]), (vec![8, 4, 4, 4, 12], "4"), "a random UUID");
}

/// PLATFORMS.md 11.6: some clients read nothing but the ID token.
#[tokio::test]
async fn the_claims_of_the_scopes_stand_in_it_too() {
    let novi = Novi::start().await;
    let forj = novi.client("Forj").await;
    let ann = novi.member_at(HOME, "Ann", |member| member.email_is_verified = true).await;
    novi.group("Board", &[&ann]).await;

    let scope = [("scope", "openid profile email address phone groups")];
    let tokens = forj.exchange(&forj.code_for_with(&ann, &scope).await).await;
    let userinfo = forj.userinfo(tokens["access_token"].as_str().unwrap()).await;
    let told = claims(&tokens["id_token"]);

    for (name, value) in userinfo.json.as_object().unwrap() {
        let expected = if name == "groups" { &Value::Null } else { value };
        assert_eq!(&told[name], expected, "{name}");
    }
    let own = ["iss", "aud", "iat", "exp", "auth_time", "nonce", "at_hash", "acr", "amr", "sid"];
    let names: BTreeSet<_> = told.as_object().unwrap().keys().map(String::as_str).collect();
    let of_userinfo = userinfo.json.as_object().unwrap().keys().map(String::as_str);
    let expected: BTreeSet<_> = of_userinfo.filter(|name| *name != "groups").chain(own).collect();
    assert_eq!(names, expected);
}

//! Scopes: what a client asks to learn, and what it is told.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::{Member, Novi, Platform, Reply, claims};

/// OpenID Connect Core §5.4, DEC19: each scope opens its own claims, in userinfo and in the ID token.
#[tokio::test]
async fn each_scope_tells_its_own_claims_and_no_others() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    novi.group("Board", &[&ann]).await;
    let protocol =
        ["iss", "aud", "iat", "exp", "auth_time", "nonce", "at_hash", "acr", "amr", "sid"];
    let profile = [
        "name",
        "given_name",
        "family_name",
        "company_name",
        "job_title",
        "member_status",
        "updated_at",
    ];

    for (scope, told) in [
        ("openid", vec![]),
        ("openid profile", profile.to_vec()),
        ("openid email", vec!["email", "email_verified"]),
        ("openid address", vec!["address"]),
        ("openid phone", vec!["phone_number", "phone_number_verified"]),
        ("openid groups", vec!["groups"]),
        ("phone openid address", vec!["phone_number", "phone_number_verified", "address"]),
    ] {
        let (reply, userinfo) = asks(&forj, &ann, scope).await;

        let expected: BTreeSet<_> = told.iter().copied().chain(["sub"]).collect();
        assert_eq!(names(&userinfo.json), expected, "{scope}");
        let id_token = claims(&reply["id_token"]);
        let expected: BTreeSet<_> =
            expected.into_iter().filter(|name| *name != "groups").chain(protocol).collect();
        assert_eq!(names(&id_token), expected, "{scope}");
    }
}

/// RFC 6749 §5.1, PLATFORMS.md 11.4: `scope` is absent when granted as asked for, else the granted set.
#[tokio::test]
async fn the_token_response_says_the_scope_where_it_is_not_what_was_asked_for() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);

    for (asked, said) in [
        ("openid", None),
        ("openid profile email", None),
        ("email profile openid", None),
        ("openid openid  profile", None),
        ("openid offline_access", None),
        ("openid profile unheard-of", Some("openid profile")),
        ("openid Profile", Some("openid")),
        ("profile", None),
        // Nothing was asked for, so the usual `profile` has to be said.
        ("", Some("profile")),
    ] {
        let (reply, _) = asks(&forj, &ann, asked).await;
        assert_eq!(reply["scope"].as_str(), said, "{asked:?}");
    }
}

/// OpenID Connect Core §3.1.2.1: "Scope values used that are not understood by an implementation SHOULD be ignored."
#[tokio::test]
async fn unknown_scopes_are_ignored_unless_there_is_nothing_else() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);

    let (reply, userinfo) = asks(&forj, &ann, "openid basic User.Read email").await;
    let mut browser = novi.browser();
    let refused = browser.get(&forj.authorize_url_with(&[("scope", "basic User.Read")])).await;

    assert_eq!(reply["scope"], "openid email");
    assert_eq!(userinfo["email"], "ann@acme.example");
    assert_eq!(refused.sent("error").as_deref(), Some("invalid_scope"));
    assert_eq!(refused.sent("state").as_deref(), Some("st-1"));
}

/// What was granted stays granted: nothing sent later widens it.
#[tokio::test]
async fn a_token_tells_no_more_than_its_member_was_asked_for() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let code = forj.code_for_with(&ann, &[("scope", "openid")]).await;

    let reply = forj.token(&[("code", &code), ("scope", "openid profile email groups")]).await;
    let access = reply["access_token"].as_str().unwrap();
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let greedy = format!("access_token={access}&scope=openid+email&claims=email");
    let userinfo = forj.post("/oauth/userinfo", &form, &greedy).await;

    assert_eq!(names(&userinfo.json), BTreeSet::from(["sub"]));
    assert_eq!(claims(&reply["id_token"])["email"], Value::Null);
}

async fn asks(client: &Platform, member: &Member, scope: &str) -> (Reply, Reply) {
    let code = client.code_for_with(member, &[("scope", scope)]).await;
    let reply = client.exchange(&code).await;
    assert_eq!(reply.status, 200, "{}", reply.json);
    let userinfo = client.userinfo(reply["access_token"].as_str().unwrap()).await;
    (reply, userinfo)
}

fn names(claims: &Value) -> BTreeSet<&str> {
    claims.as_object().unwrap().keys().map(String::as_str).collect()
}

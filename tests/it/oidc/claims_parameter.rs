//! The `claims` parameter: claims asked for by name (OpenID Connect Core §5.5).

use serde_json::{Value, json};

use crate::support::{Member, Novi, Platform, claims};

/// The claims of the ID token and the answer of userinfo.
async fn told(client: &Platform, member: &Member, scope: &str, asked: &Value) -> (Value, Value) {
    let changes = [("scope", scope), ("claims", &*asked.to_string())];
    let tokens = client.exchange(&client.code_for_with(member, &changes).await).await;
    assert_eq!(tokens.status, 200, "{}", tokens.json);
    let userinfo = client.userinfo(tokens["access_token"].as_str().unwrap()).await;
    assert_eq!(userinfo.status, 200);
    (claims(&tokens["id_token"]), userinfo.json)
}

const ALWAYS: [&str; 11] =
    ["acr", "amr", "at_hash", "aud", "auth_time", "exp", "iat", "iss", "nonce", "sid", "sub"];

/// The names beyond those of every ID token.
fn beyond(claims: &Value) -> Vec<&str> {
    let names = claims.as_object().unwrap().keys().map(String::as_str);
    names.filter(|name| !ALWAYS.contains(name)).collect()
}

/// §5.5: "userinfo: […] individual Claims be returned from the UserInfo Endpoint", "id_token: […] in the ID
/// Token": each place gets what was asked for there, however it was asked.
#[tokio::test]
async fn claims_are_told_where_they_were_asked_for() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);

    for (asked, in_id_token, in_userinfo) in [
        (json!({}), vec![], vec!["sub"]),
        (json!({ "userinfo": { "email": null } }), vec![], vec!["email", "sub"]),
        (json!({ "id_token": { "email": null } }), vec!["email"], vec!["sub"]),
        (
            json!({
                "userinfo": { "given_name": { "essential": true }, "company_name": null },
                "id_token": { "phone_number": { "essential": false }, "auth_time": { "essential": true } },
            }),
            vec!["phone_number"],
            vec!["company_name", "given_name", "sub"],
        ),
        (
            json!({ "userinfo": { "email": { "value": "somebody@else.example" } } }),
            vec![],
            vec!["email", "sub"],
        ),
        (
            // "any members used that are not understood MUST be ignored"
            json!({
                "userinfo": { "nickname": null, "http://a.example/x": null, "email#de": null },
                "id_token": null,
                "verified_claims": { "x": 1 },
            }),
            vec![],
            vec!["sub"],
        ),
        (
            json!({ "id_token": { "iss": null, "nonce": null, "sid": null, "exp": { "value": 1 } } }),
            vec![],
            vec!["sub"],
        ),
    ] {
        let (id_token, userinfo) = told(&forj, &ann, "openid", &asked).await;

        assert_eq!(beyond(&id_token), in_id_token, "{asked}");
        let names: Vec<_> = userinfo.as_object().unwrap().keys().collect();
        assert_eq!(names, in_userinfo, "{asked}");
        assert_eq!(id_token["iss"], "https://www.acme.example");
        for told in [&id_token, &userinfo] {
            let email = &told["email"];
            assert!(
                email.is_null() || email == "ann@acme.example",
                "as it is, not as it is wished"
            );
        }
    }
}

/// §5.5: "claims […] in addition to […] the scope".
#[tokio::test]
async fn claims_asked_for_by_name_come_on_top_of_those_of_the_scope() {
    let novi = Novi::start().await;
    let ann = novi.member("Ann").await;
    let forj = novi.client("Forj").await;
    let lean = novi.client_with("Lean", |settings| settings.has_lean_id_token = true).await;
    let asked = json!({ "userinfo": { "phone_number": null }, "id_token": { "job_title": null } });

    let (id_token, userinfo) = told(&forj, &ann, "openid email", &asked).await;
    assert_eq!(beyond(&id_token), ["email", "email_verified", "job_title"]);
    let names: Vec<_> = userinfo.as_object().unwrap().keys().collect();
    assert_eq!(names, ["email", "email_verified", "phone_number", "sub"]);
    // PLATFORMS.md 11.6, DEC19: the switch for those who want the specification's small ID token.
    let (id_token, userinfo) = told(&lean, &ann, "openid email", &asked).await;
    assert_eq!(beyond(&id_token), ["job_title"]);
    let names: Vec<_> = userinfo.as_object().unwrap().keys().collect();
    assert_eq!(names, ["email", "email_verified", "phone_number", "sub"]);
}

/// What the association does not know is absent, essential or not: §5.5.1, "the Authorization Server MUST NOT
/// generate an error when Claims are not returned".
#[tokio::test]
async fn an_essential_claim_that_is_not_known_is_no_error() {
    let novi = Novi::start().await;
    let forj = novi.client("Forj").await;
    let ann = novi.member_at(crate::support::HOME, "Ann", |member| member.phone = None).await;
    let asked = json!({
        "id_token": { "phone_number": { "essential": true }, "nickname": { "essential": true } },
        "userinfo": { "phone_number_verified": { "essential": true } },
    });

    let (id_token, userinfo) = told(&forj, &ann, "openid", &asked).await;

    assert_eq!(beyond(&id_token), [""; 0]);
    assert_eq!(userinfo, json!({ "sub": ann.id.as_str() }));
}

/// §5.5.1, §3.1.2.2: "sub […] with a specific value": the request is about one person and nobody else.
#[tokio::test]
async fn a_request_for_one_sub_is_answered_for_nobody_else() {
    let novi = Novi::start().await;
    let (forj, ann, bob) =
        (novi.client("Forj").await, novi.member("Ann").await, novi.member("Bob").await);
    let about = |member: &Member| {
        json!({ "id_token": { "sub": { "value": member.id.as_str() } } }).to_string()
    };
    let (of_ann, of_bob) = (about(&ann), about(&bob));
    let mut browser = novi.browser_of(&ann).await;

    let hers = browser.get(&forj.authorize_url_with(&[("claims", &of_ann)])).await;
    let silent = [("claims", &*of_bob), ("prompt", "none")];
    let refused = browser.get(&forj.authorize_url_with(&silent)).await;
    let log_in = browser.visit(&forj.authorize_url_with(&[("claims", &of_bob)])).await;
    assert!(log_in.posts_to("/log-in"), "asks for Bob: {}", log_in.text());
    let again = browser.sign_in_on(&log_in, &ann).await;
    let wrong = browser.get(&again.location().unwrap()).await;
    let log_in = browser.visit(&forj.authorize_url_with(&[("claims", &of_bob)])).await;
    let entered = browser.sign_in_on(&log_in, &bob).await;
    let his = browser.get(&entered.location().unwrap()).await;

    assert!(hers.sent("code").is_some(), "{:?}", hers.location());
    for page in [refused, wrong] {
        assert_eq!(page.sent("error").as_deref(), Some("login_required"), "{:?}", page.location());
    }
    assert!(his.sent("code").is_some(), "{:?}", his.location());
    let two = json!({
        "id_token": { "sub": { "value": ann.id.as_str() } },
        "userinfo": { "sub": { "value": bob.id.as_str() } },
    });
    let two = browser.get(&forj.authorize_url_with(&[("claims", &two.to_string())])).await;
    assert_eq!(two.sent("error").as_deref(), Some("login_required"));
}

/// SEC-DOS6: whatever stands there, it is an answer to the client.
#[tokio::test]
async fn what_is_no_claims_request_is_invalid_request() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let mut browser = novi.browser_of(&ann).await;
    let deep = "{\"userinfo\":".repeat(300);
    let closed = format!("{}null{}", "[".repeat(2000), "]".repeat(2000));

    for text in [
        "x",
        "null",
        "[]",
        "1",
        "\"\"",
        "{",
        "{\"userinfo\":[]}",
        "{\"id_token\":\"email\"}",
        "{\"id_token\":{\"sub\":{\"value\":1}}}",
        &deep,
        &closed,
    ] {
        let page = browser.get(&forj.authorize_url_with(&[("claims", text)])).await;
        assert_eq!(page.sent("error").as_deref(), Some("invalid_request"), "{text:.40}");
        assert_eq!(page.sent("state").as_deref(), Some("st-1"));
    }
}

/// A refreshed ID token tells the same, and userinfo goes on to tell what was asked for by name.
#[tokio::test]
async fn claims_asked_for_by_name_outlive_a_refresh() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let asked = json!({ "userinfo": { "phone_number": null }, "id_token": { "job_title": null } });
    let changes = [("scope", "openid offline_access"), ("claims", &*asked.to_string())];
    let first = forj.exchange(&forj.code_for_with(&ann, &changes).await).await;

    let refresh = first["refresh_token"].as_str().unwrap();
    let fields =
        [("grant_type", "refresh_token"), ("refresh_token", refresh), ("redirect_uri", "")];
    let second = forj.token(&fields).await;

    assert_eq!(second.status, 200, "{}", second.json);
    assert_eq!(claims(&second["id_token"])["job_title"], "Owner");
    let userinfo = forj.userinfo(second["access_token"].as_str().unwrap()).await;
    assert_eq!(userinfo["phone_number"], "+1 555 0100");
}

//! The plain OAuth 2.0 login of Higher Logic, without `openid` (PLATFORMS.md 2.3).

use novi_sso::clients::TokenAuthMethod;
use serde_json::Value;

use crate::support::{HOME, Member, Novi, Platform};

const CALLBACK: &str =
    "https://community.harbor.example/HigherLogic/Security/OAuth/Authentication.aspx";

/// R17: code flow, scope `profile`, and the member's key from userinfo.
#[tokio::test]
async fn higher_logic_signs_a_member_in_with_scope_profile() {
    let (higher_logic, ann) = start().await;

    let code = higher_logic.code_for_with(&ann, &as_it_asks("profile")).await;
    let tokens = higher_logic.exchange(&code).await;
    let userinfo = higher_logic.userinfo(tokens["access_token"].as_str().unwrap()).await;

    assert_eq!(tokens.status, 200, "{}", tokens.json);
    assert_eq!(tokens["token_type"], "Bearer");
    assert!(!tokens.json.as_object().unwrap().contains_key("id_token"), "nobody asked for openid");
    assert_eq!(userinfo.status, 200);
    assert_eq!(userinfo["sub"], ann.id.as_str(), "the Legacy Contact Key");
    assert_eq!(userinfo["given_name"], "Ann");
    assert_eq!(userinfo["email"], Value::Null, "the scope was profile");
}

/// How it authenticates at the token endpoint is not published, nor is whether a scope is always sent.
#[tokio::test]
async fn both_ways_to_authenticate_work_and_so_does_no_scope_at_all() {
    let (higher_logic, ann) = start().await;

    for scope in ["profile", "", "profile email"] {
        let code = higher_logic.code_for_with(&ann, &as_it_asks(scope)).await;
        let (id, secret) = (&higher_logic.client_id, &higher_logic.secret);
        let by_basic = higher_logic.exchange_by_basic(&code, id, secret).await;
        let code = higher_logic.code_for_with(&ann, &as_it_asks(scope)).await;
        let by_post = higher_logic.exchange(&code).await;

        for tokens in [by_basic, by_post] {
            assert_eq!(tokens.status, 200, "{scope:?} {}", tokens.json);
            assert!(tokens["id_token"].is_null());
            let userinfo = higher_logic.userinfo(tokens["access_token"].as_str().unwrap()).await;
            assert_eq!(userinfo["sub"], ann.id.as_str(), "{scope:?}");
            assert_eq!(userinfo["email"].is_string(), scope.contains("email"));
        }
    }
}

/// "claims-based integration: OIDC id_token JSON".
#[tokio::test]
async fn with_openid_it_gets_an_id_token_with_the_same_key() {
    let (higher_logic, ann) = start().await;

    let code = higher_logic.code_for_with(&ann, &as_it_asks("openid profile")).await;
    let tokens = higher_logic.exchange(&code).await;

    let id_token = crate::support::claims(&tokens["id_token"]);
    assert_eq!(
        (&id_token["sub"], &id_token["family_name"]),
        (&ann.id.as_str().into(), &"Archer".into())
    );
    assert_eq!(id_token["nonce"], Value::Null);
}

/// Its callback has capitals and ends in `.aspx`: the very letters count.
#[tokio::test]
async fn the_callback_is_compared_with_its_capitals() {
    let (higher_logic, ann) = start().await;
    let mut browser = higher_logic.novi.browser();
    browser.sign_in(&ann).await;

    for other in [
        CALLBACK.to_lowercase(),
        CALLBACK.replace("HigherLogic", "higherlogic"),
        CALLBACK.replace(".aspx", ".ASPX"),
        CALLBACK.replace("OAuth", "Oauth"),
        CALLBACK.replace(".aspx", ""),
    ] {
        let page = browser.get(&higher_logic.authorize_url_with(&[("redirect_uri", &other)])).await;
        assert_eq!((page.status, page.location()), (400, None), "{other}");
    }
    let page = browser.get(&higher_logic.authorize_url_with(&as_it_asks("profile"))).await;
    assert!(page.location().unwrap().starts_with(&format!("{CALLBACK}?code=")));
}

async fn start() -> (Platform, Member) {
    let novi = Novi::start().await;
    let client = novi.client_at(HOME, "Higher Logic", &[CALLBACK], TokenAuthMethod::Secret).await;
    (client, novi.member("Ann").await)
}

/// client_id, response_type, scope, redirect_uri and state; neither nonce nor challenge.
fn as_it_asks(scope: &str) -> [(&str, &str); 2] {
    [("scope", scope), ("nonce", "")]
}

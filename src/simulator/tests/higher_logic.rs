//! A member signs in at the stand-in Higher Logic.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::fake_provider::honest;
use super::*;

#[tokio::test]
async fn a_member_signs_in_without_openid_and_brings_the_legacy_contact_key() {
    let mut stage = Stage::higher_logic(
        TokenAuthMethod::PostBody,
        Behaviour { tokens: |answer| set(answer, "id_token", Value::Null), ..honest() },
    );

    let front = stage.browser.get(COMMUNITY).await;
    let page = stage.sign_in_to_higher_logic().await;

    assert!(front.body.contains("Log in with Acme"));
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    assert!(page.body.contains("<dt>Legacy Contact Key</dt><dd>5b1c</dd>"), "{}", page.body);
    assert!(page.body.contains("<td>userinfo</td>") && !page.body.contains("ID token"));
    let sent = stage.provider.asked("/oauth/authorize").parameters;
    assert_eq!(sent["scope"], "profile");
    assert_eq!(
        sent["redirect_uri"],
        "https://acme.community.example/HigherLogic/Security/OAuth/Authentication.aspx"
    );
    assert!(!sent.contains_key("nonce"));
    assert!(stage.provider.all_asked("/.well-known/openid-configuration").is_empty());
    assert_eq!(stage.token_request().parameters["client_secret"], "s3cret+/=");
}

#[tokio::test]
async fn basic_credentials_are_encoded_as_a_form_before_base64() {
    let mut stage = Stage::higher_logic(TokenAuthMethod::Basic, honest());

    stage.sign_in_to_higher_logic().await;

    let sent = stage.token_request();
    // base64 of "7c9e:s3cret%2B%2F%3D"
    assert_eq!(sent.authorization.unwrap(), "Basic N2M5ZTpzM2NyZXQlMkIlMkYlM0Q=");
    assert!(!sent.parameters.contains_key("client_secret"));
    assert!(!sent.parameters.contains_key("client_id"));
}

#[tokio::test]
async fn a_token_answer_without_an_access_token_is_refused() {
    let mut stage = Stage::higher_logic(
        TokenAuthMethod::PostBody,
        Behaviour { tokens: |answer| set(answer, "access_token", Value::Null), ..honest() },
    );

    let page = stage.sign_in_to_higher_logic().await;

    assert!(page.body.contains("access_token is missing"), "{}", page.body);
}

#[tokio::test]
async fn userinfo_without_the_key_is_refused() {
    let mut stage = Stage::higher_logic(
        TokenAuthMethod::PostBody,
        Behaviour { userinfo: |claims| set(claims, "sub", Value::Null), ..honest() },
    );

    let page = stage.sign_in_to_higher_logic().await;

    assert!(page.body.contains("sub is missing"), "{}", page.body);
}

#[tokio::test]
async fn another_state_is_refused() {
    let mut stage = Stage::higher_logic(
        TokenAuthMethod::PostBody,
        Behaviour {
            callback: |answer| drop(answer.insert("state".into(), "0".repeat(32))),
            ..honest()
        },
    );

    let page = stage.sign_in_to_higher_logic().await;

    assert!(page.body.contains("<code>csrf_detected</code>"), "{}", page.body);
    assert!(stage.provider.all_asked("/oauth/token").is_empty());
}

#[tokio::test]
async fn the_providers_refusal_is_shown_with_a_way_back() {
    let mut stage = Stage::higher_logic(
        TokenAuthMethod::PostBody,
        Behaviour {
            token_answer: (401, "application/json"),
            tokens: |answer| {
                *answer = json!({ "error": "invalid_client", "error_description": "who?" })
            },
            ..honest()
        },
    );

    let page = stage.sign_in_to_higher_logic().await;

    assert_eq!(page.status, StatusCode::BAD_REQUEST);
    assert!(page.body.contains("<code>invalid_client</code>"), "{}", page.body);
    assert!(page.body.contains("answered 401: who?"));
    assert!(page.body.contains(r#"<a class="enter" href="/">Try again</a>"#));
}

#[tokio::test]
async fn logging_out_ends_its_own_session_only() {
    let mut stage = Stage::higher_logic(TokenAuthMethod::PostBody, honest());
    stage.sign_in_to_higher_logic().await;

    let log_out = format!("{COMMUNITY}/HigherLogic/Security/Logout.aspx");
    let page = stage.browser.post(&log_out, COMMUNITY).await;
    let home = stage.browser.get(&format!("{COMMUNITY}/home")).await;

    assert_eq!(page.visited.last().unwrap(), "https://acme.community.example/");
    assert_eq!(home.visited.last().unwrap(), "https://acme.community.example/");
    assert!(stage.provider.all_asked("/log-out").is_empty());
}

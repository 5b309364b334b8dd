//! What the Mobilize stand-in refuses, fault by fault, and in which words.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::fake_provider::honest;
use super::*;

/// Signs in on a stage with each fault and wants the error and the words on the page.
async fn refuses(faults: impl IntoIterator<Item = (&str, &str, Behaviour)>) {
    for (error, words, behaviour) in faults {
        let page = Stage::mobilize(behaviour).sign_in(COMMUNITY).await;
        assert_refused(&page, error, words);
    }
}

fn assert_refused(page: &Page, error: &str, words: &str) {
    let said = page.body.contains(&format!("<code>{error}</code>")) && page.body.contains(words);
    assert!(said, "wanted {error:?} and {words:?}, got {}", page.body);
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
    assert!(page.body.contains("Try again"));
}

#[tokio::test]
async fn a_slash_at_the_end_of_an_issuer_is_refused_wherever_it_stands() {
    let slashed = Settings { issuer: format!("{ASSOCIATION}/"), ..settings() };

    let page = Stage::mobilize_with(slashed, honest()).sign_in(COMMUNITY).await;

    assert_refused(&page, "discovery_failed", "must be the same text");
    refuses([
        (
            "discovery_failed",
            "must be the same text",
            Behaviour {
                discovery: |document| set(document, "issuer", json!(format!("{ASSOCIATION}/"))),
                ..honest()
            },
        ),
        (
            "invalid_id_token",
            "iss is",
            Behaviour {
                id_token: |claims| set(claims, "iss", json!(format!("{ASSOCIATION}/"))),
                ..honest()
            },
        ),
        (
            "issuer_mismatch",
            "the answer has iss",
            Behaviour {
                callback: |answer| drop(answer.insert("iss".into(), format!("{ASSOCIATION}/"))),
                ..honest()
            },
        ),
    ])
    .await;
}

#[tokio::test]
async fn discovery_has_to_be_complete_clean_and_at_its_address() {
    refuses([
        (
            "discovery_failed",
            "jwks_uri is missing",
            Behaviour { discovery: |document| set(document, "jwks_uri", Value::Null), ..honest() },
        ),
        (
            "discovery_failed",
            "response_types_supported is missing",
            Behaviour {
                discovery: |document| set(document, "response_types_supported", Value::Null),
                ..honest()
            },
        ),
        (
            "discovery_failed",
            "does not list",
            Behaviour {
                discovery: |document| set(document, "subject_types_supported", json!([])),
                ..honest()
            },
        ),
        (
            "discovery_failed",
            "op_policy_uri is",
            Behaviour {
                discovery: |document| set(document, "op_policy_uri", json!("")),
                ..honest()
            },
        ),
        (
            "discovery_failed",
            "and not an absolute web address",
            Behaviour {
                discovery: |document| set(document, "end_session_endpoint", json!("/log-out")),
                ..honest()
            },
        ),
        (
            "discovery_failed",
            "follows no redirect",
            Behaviour {
                discovery_redirects_to: Some("https://www.acme.example/elsewhere"),
                ..honest()
            },
        ),
    ])
    .await;
}

#[tokio::test]
async fn the_key_has_to_be_in_the_set_under_its_kid() {
    let refused = Behaviour { header: |header| set(header, "kid", json!("next")), ..honest() };
    let mut stage = Stage::mobilize(refused);

    let page = stage.sign_in(COMMUNITY).await;

    assert_refused(&page, "kid_not_found", "no key of the set has kid");
    assert_eq!(stage.provider.all_asked("/oauth/jwks").len(), 1, "there is no second look");
    refuses([
        (
            "invalid_id_token",
            "its header has no kid",
            Behaviour { header: |header| set(header, "kid", Value::Null), ..honest() },
        ),
        (
            "invalid_id_token",
            "expected RS256",
            Behaviour { header: |header| set(header, "alg", json!("HS256")), ..honest() },
        ),
        (
            "invalid_id_token",
            "Signature verification failed",
            Behaviour { signs_with_another_key: true, ..honest() },
        ),
        (
            "jwks_failed",
            "a key has type",
            Behaviour {
                keys: |keys| {
                    keys["keys"].as_array_mut().unwrap().push(json!({ "kty": "OKP", "kid": "ed" }));
                },
                ..honest()
            },
        ),
    ])
    .await;
}

#[tokio::test]
async fn an_id_token_lives_until_exp_and_not_a_second_longer() {
    refuses([
        (
            "invalid_id_token",
            "it expired 1 s ago",
            Behaviour { id_token: |claims| set(claims, "exp", json!(NOW - 1)), ..honest() },
        ),
        (
            "invalid_id_token",
            "it expired 0 s ago",
            Behaviour { id_token: |claims| set(claims, "exp", json!(NOW)), ..honest() },
        ),
    ])
    .await;
    let in_time = Behaviour { id_token: |claims| set(claims, "exp", json!(NOW + 1)), ..honest() };

    let page = Stage::mobilize(in_time).sign_in(COMMUNITY).await;

    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
}

#[tokio::test]
async fn the_claims_of_an_id_token_are_checked_one_by_one() {
    refuses([
        (
            "invalid_id_token",
            "nonce",
            Behaviour {
                id_token: |claims| set(claims, "nonce", json!("0".repeat(32))),
                ..honest()
            },
        ),
        (
            "invalid_id_token",
            "nonce",
            Behaviour { id_token: |claims| set(claims, "nonce", Value::Null), ..honest() },
        ),
        (
            "invalid_id_token",
            "audiences",
            Behaviour { id_token: |claims| set(claims, "aud", json!("another")), ..honest() },
        ),
        (
            "invalid_id_token",
            "iat is missing",
            Behaviour { id_token: |claims| set(claims, "iat", Value::Null), ..honest() },
        ),
        (
            "invalid_id_token",
            "exp is missing",
            Behaviour { id_token: |claims| set(claims, "exp", Value::Null), ..honest() },
        ),
        (
            "invalid_id_token",
            "sub is missing",
            Behaviour { id_token: |claims| set(claims, "sub", Value::Null), ..honest() },
        ),
        (
            "invalid_id_token",
            "email_verified is",
            Behaviour {
                id_token: |claims| set(claims, "email_verified", json!("true")),
                ..honest()
            },
        ),
        (
            "invalid_id_token",
            "at_hash belongs to another",
            Behaviour {
                id_token: |claims| set(claims, "at_hash", json!("AAAAAAAAAAAAAAAAAAAAAA")),
                ..honest()
            },
        ),
    ])
    .await;
}

#[tokio::test]
async fn the_token_endpoint_has_to_answer_as_the_specification_says() {
    refuses([
        (
            "missing_id_token",
            "but no ID token",
            Behaviour { tokens: |answer| set(answer, "id_token", Value::Null), ..honest() },
        ),
        (
            "invalid_token_response",
            "access_token is missing",
            Behaviour { tokens: |answer| set(answer, "access_token", Value::Null), ..honest() },
        ),
        (
            "invalid_token_response",
            "token_type is not Bearer",
            Behaviour { tokens: |answer| set(answer, "token_type", json!("mac")), ..honest() },
        ),
        (
            "invalid_grant",
            "answered 400",
            Behaviour {
                token_answer: (400, "application/json"),
                tokens: |answer| *answer = json!({ "error": "invalid_grant" }),
                ..honest()
            },
        ),
        (
            "token_failed",
            "answered 503",
            Behaviour {
                token_answer: (503, "application/json"),
                tokens: |answer| *answer = json!({}),
                ..honest()
            },
        ),
        ("token_failed", "not JSON", Behaviour { token_answer: (200, "text/html"), ..honest() }),
    ])
    .await;
}

#[tokio::test]
async fn userinfo_has_to_speak_of_the_same_member_in_the_right_types() {
    refuses([
        (
            "invalid_userinfo",
            "another sub",
            Behaviour { userinfo: |claims| set(claims, "sub", json!("0000")), ..honest() },
        ),
        (
            "invalid_userinfo",
            "sub is missing",
            Behaviour { userinfo: |claims| set(claims, "sub", Value::Null), ..honest() },
        ),
        (
            "invalid_userinfo",
            "updated_at is",
            Behaviour {
                userinfo: |claims| set(claims, "updated_at", json!("2027-01-15T08:00:00Z")),
                ..honest()
            },
        ),
        (
            "invalid_userinfo",
            "must be left out",
            Behaviour { userinfo: |claims| set(claims, "job_title", json!("")), ..honest() },
        ),
        (
            "invalid_userinfo",
            "picture is",
            Behaviour { userinfo: |claims| set(claims, "picture", json!("/ann.png")), ..honest() },
        ),
    ])
    .await;
}

#[tokio::test]
async fn the_answer_through_the_browser_has_to_be_whole() {
    refuses([
        (
            "csrf_detected",
            "the state is not the one",
            Behaviour {
                callback: |answer| drop(answer.insert("state".into(), "0".repeat(32))),
                ..honest()
            },
        ),
        (
            "csrf_detected",
            "the state is not the one",
            Behaviour { callback: |answer| drop(answer.remove("state")), ..honest() },
        ),
        (
            "issuer_mismatch",
            "the answer has iss None",
            Behaviour { callback: |answer| drop(answer.remove("iss")), ..honest() },
        ),
        (
            "missing_code",
            "without a code",
            Behaviour { callback: |answer| drop(answer.remove("code")), ..honest() },
        ),
        (
            "access_denied",
            "Ask the &#60;office&#62;",
            Behaviour {
                callback: |answer| {
                    answer.insert("error".into(), "access_denied".into());
                    answer.insert("error_description".into(), "Ask the <office>".into());
                },
                ..honest()
            },
        ),
    ])
    .await;
}

#[tokio::test]
async fn a_callback_counts_once_and_only_in_the_browser_that_was_sent_away() {
    let mut stage = Stage::mobilize(honest());
    let visited = stage.sign_in(COMMUNITY).await.visited;
    let callback = visited.iter().find(|url| url.contains("/callback?")).unwrap();

    let again = stage.browser.get(callback).await;
    let still_in = stage.browser.get(&format!("{COMMUNITY}/home")).await;
    stage.browser.forget_cookies();
    let elsewhere = stage.browser.get(callback).await;

    assert_refused(&again, "csrf_detected", "the state is not the one");
    assert_eq!(still_in.status, StatusCode::OK);
    assert_refused(&elsewhere, "csrf_detected", "the state is not the one");
    assert_eq!(stage.provider.all_asked("/oauth/token").len(), 1);
}

#[tokio::test]
async fn a_parameter_that_comes_twice_is_refused() {
    let mut stage = Stage::mobilize(honest());
    let url = format!("{COMMUNITY}/users/auth/openidconnect/callback?code=a&code=b&state=c");

    let page = stage.browser.get(&url).await;

    assert_refused(&page, "invalid_response", "code came twice");
}

#[tokio::test]
async fn a_sign_in_begins_with_the_button_on_its_own_page() {
    let mut stage = Stage::mobilize(honest());
    let start = format!("{COMMUNITY}/users/auth/openidconnect");

    let by_link = stage.browser.get(&start).await;
    let from_another_site = stage.browser.post(&start, "https://evil.example").await;

    assert_refused(&by_link, "not_found", "the button on the community");
    assert_refused(&from_another_site, "csrf_detected", "https://evil.example");
    assert!(stage.provider.all_asked("/oauth/authorize").is_empty());
}

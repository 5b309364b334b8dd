//! Basic OP and Form Post OP: codes that come twice, and refresh tokens.

use serde_json::Value;

use super::checks::{self, seconds};
use super::suite::{SignedIn, Suite, in_both_modes};
use crate::support::Reply;

#[tokio::test]
async fn oidcc_codereuse() {
    in_both_modes(async |suite| refuses_a_code_that_came_before(suite, 0).await).await;
}

/// And what the code bought is worth nothing any more.
#[tokio::test]
async fn oidcc_codereuse_30seconds() {
    in_both_modes(async |suite| refuses_a_code_that_came_before(suite, 30).await).await;
}

#[tokio::test]
async fn oidcc_refresh_token() {
    in_both_modes(async |mut suite| {
        assert!(suite.lists("grant_types_supported", "refresh_token"));
        assert!(suite.lists("scopes_supported", "offline_access"));
        let mut other = suite.second().await;
        // OpenID Connect Core §11: offline_access is asked for together with prompt=consent.
        let asked = [("scope", "openid offline_access"), ("prompt", "consent")];
        let scope = [("scope", "openid offline_access")];

        let first = suite.signs_in(&asked).await;
        refreshes(&suite, &first, &scope).await;
        let second = other.signs_in(&asked).await;
        let refreshed = refreshes(&other, &second, &[]).await;

        // Both the one that was used up and the one that is alive belong to the second client.
        let alive = refreshed["refresh_token"].as_str().unwrap();
        checks::token_error(&refresh(&suite, alive, &[]).await, "invalid_grant");
        let own = refresh(&other, alive, &[]).await;
        checks::token_response(&own);
    })
    .await;
}

async fn refuses_a_code_that_came_before(mut suite: Suite, seconds_later: i64) {
    let signed_in = suite.signs_in(&[]).await;

    suite.novi.clock.advance(seconds_later);
    let again = suite.redeems_code(&signed_in.code, &[]).await;

    checks::token_error(&again, "invalid_grant");
    let userinfo = suite.userinfo_reply(signed_in.access_token()).await;
    assert_eq!(userinfo.status, 401, "what it bought is revoked: {}", userinfo.json);
}

/// OpenID Connect Core §12.2, a second later.
async fn refreshes(suite: &Suite, before: &SignedIn, fields: &[(&str, &str)]) -> Value {
    let token = before.tokens["refresh_token"].as_str().expect("offline access was granted");
    suite.novi.clock.advance(1);

    let reply = refresh(suite, token, fields).await;

    checks::token_response(&reply);
    assert_ne!(reply["access_token"], before.tokens["access_token"]);
    assert_ne!(reply["refresh_token"], before.tokens["refresh_token"], "it rotates");
    assert!(reply["refresh_token"].is_string(), "{}", reply.json);
    let claims = suite.checks_id_token(&reply.json, None, "openid offline_access").await;
    for claim in ["iss", "sub", "aud", "azp", "auth_time"] {
        assert_eq!(claims[claim], before.claims[claim], "{claim}");
    }
    assert_eq!(seconds(&claims, "iat"), seconds(&before.claims, "iat") + 1);
    let userinfo = suite.userinfo(reply["access_token"].as_str().unwrap()).await;
    assert_eq!(userinfo["sub"], before.claims["sub"]);
    reply.json
}

async fn refresh(suite: &Suite, token: &str, fields: &[(&str, &str)]) -> Reply {
    let usual = [("grant_type", "refresh_token"), ("refresh_token", token)];
    suite.asks_for_tokens(&[&usual, fields].concat()).await
}

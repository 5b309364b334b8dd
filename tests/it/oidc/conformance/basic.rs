//! Basic OP and Form Post OP: the happy flow, the ID token, userinfo, scopes and claims.

use novi_sso::clients::TokenAuthMethod;
use serde_json::json;

use super::checks;
use super::suite::{Mode, Proof, Seen, Suite, arrived, in_both_modes};
use crate::support::{CALLBACK, HOME, Reply, header_of, kids};

const FORM: &str = "application/x-www-form-urlencoded";

#[tokio::test]
async fn oidcc_server() {
    in_both_modes(async |mut suite| {
        let signed_in = suite.signs_in(&[]).await;

        assert_eq!(signed_in.seen, [Seen::LogIn]);
        assert!(signed_in.code.len() * 6 >= 128, "{}", signed_in.code);
        assert_eq!(signed_in.claims["sub"], suite.member.id.as_str());
        assert_eq!(signed_in.claims.get("name"), None, "openid alone asks for no claims");
        let userinfo = suite.userinfo(signed_in.access_token()).await;
        assert_eq!(userinfo, json!({ "sub": signed_in.claims["sub"] }));
    })
    .await;
}

#[tokio::test]
async fn oidcc_response_type_missing() {
    in_both_modes(async |mut suite| {
        let arrival = suite.authorizes(&[("response_type", "")]).await;

        assert_eq!(arrival.error(), "invalid_request");
        assert_eq!(arrival.seen, []);
    })
    .await;
}

#[tokio::test]
async fn oidcc_idtoken_signature() {
    in_both_modes(async |mut suite| {
        let signed_in = suite.signs_in(&[]).await;

        let header = header_of(&signed_in.tokens["id_token"]);
        assert_eq!(header["alg"], "RS256");
        let kid = header["kid"].as_str().unwrap().to_owned();
        assert!(kids(&suite.jwks().await).contains(&kid));
        assert!(suite.lists("id_token_signing_alg_values_supported", "RS256"));
    })
    .await;
}

/// Skipped by the suite, because discovery does not offer it.
#[tokio::test]
async fn oidcc_idtoken_unsigned() {
    in_both_modes(async |suite| {
        assert!(!suite.lists("id_token_signing_alg_values_supported", "none"));
    })
    .await;
}

#[tokio::test]
async fn oidcc_userinfo_get() {
    in_both_modes(async |suite| {
        tells_the_sub(suite, async |suite, access| suite.userinfo_reply(access).await).await;
    })
    .await;
}

#[tokio::test]
async fn oidcc_userinfo_post_header() {
    in_both_modes(async |suite| {
        tells_the_sub(suite, async |suite, access| {
            let bearer = format!("Bearer {access}");
            let path = suite.endpoint("userinfo_endpoint");
            suite.client.post(&path, &[("authorization", &bearer)], "").await
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn oidcc_userinfo_post_body() {
    in_both_modes(async |suite| {
        tells_the_sub(suite, async |suite, access| {
            let form = format!("access_token={access}");
            let path = suite.endpoint("userinfo_endpoint");
            suite.client.post(&path, &[("content-type", FORM)], &form).await
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn oidcc_ensure_request_without_nonce_succeeds_for_code_flow() {
    in_both_modes(async |mut suite| {
        let signed_in = suite.signs_in(&[("nonce", "")]).await;

        assert_eq!(signed_in.claims.get("nonce"), None);
    })
    .await;
}

#[tokio::test]
async fn oidcc_scope_profile() {
    in_both_modes(async |suite| tells_the_claims_of(suite, "openid profile").await).await;
}

#[tokio::test]
async fn oidcc_scope_email() {
    in_both_modes(async |suite| tells_the_claims_of(suite, "openid email").await).await;
}

#[tokio::test]
async fn oidcc_scope_address() {
    in_both_modes(async |suite| tells_the_claims_of(suite, "openid address").await).await;
}

#[tokio::test]
async fn oidcc_scope_phone() {
    in_both_modes(async |suite| tells_the_claims_of(suite, "openid phone").await).await;
}

#[tokio::test]
async fn oidcc_scope_all() {
    in_both_modes(async |suite| {
        tells_the_claims_of(suite, "openid email phone address profile").await;
    })
    .await;
}

#[tokio::test]
async fn oidcc_alternate_happy_flow() {
    in_both_modes(async |mut suite| {
        let usual = suite.signs_in(&[("scope", "openid email phone address profile")]).await;
        let mut request = suite.request(&[("scope", "profile address phone email openid")]);
        request.reverse();
        let arrival = arrived(suite.sends(request).await);
        let reversed = suite.redeems(arrival, &[]).await;

        assert_eq!(reversed.claims["sub"], usual.claims["sub"]);
        let mut told = Vec::new();
        for signed_in in [&usual, &reversed] {
            told.push(suite.userinfo(signed_in.access_token()).await);
        }
        assert_eq!(told[0], told[1]);
    })
    .await;
}

#[tokio::test]
async fn oidcc_claims_essential() {
    in_both_modes(async |mut suite| {
        let claims = json!({ "userinfo": { "name": { "essential": true } } }).to_string();
        let signed_in = suite.signs_in(&[("claims", &claims)]).await;

        assert_eq!(suite.op["claims_parameter_supported"], true);
        let userinfo = suite.userinfo(signed_in.access_token()).await;
        assert_eq!(userinfo["name"], "Ann Archer");
        assert_eq!(signed_in.claims.get("name"), None, "it was not asked for there");
    })
    .await;
}

#[tokio::test]
async fn oidcc_server_client_secret_post() {
    for mode in [Mode::Query, Mode::FormPost] {
        let mut suite = Suite::start(mode).await;
        assert!(suite.lists("token_endpoint_auth_methods_supported", "client_secret_post"));
        let method = TokenAuthMethod::ClientSecretPost;
        let pinned = suite.novi.client_at(HOME, "Post", &[CALLBACK], method).await;

        suite.proof = Proof::Post;
        suite.signs_in(&[]).await;
        suite.client = pinned;
        let signed_in = suite.signs_in(&[]).await;

        assert_eq!(signed_in.seen, [], "already logged in");
    }
}

/// Userinfo asked in this way answers with the sub of the ID token.
async fn tells_the_sub(mut suite: Suite, ask: impl AsyncFn(&Suite, &str) -> Reply) {
    let signed_in = suite.signs_in(&[]).await;

    let reply = ask(&suite, signed_in.access_token()).await;

    checks::userinfo_response(&reply);
    assert_eq!(reply["sub"], signed_in.claims["sub"]);
}

/// Userinfo holds every claim of these scopes, and discovery lists them: a person of whom the
/// association keeps everything leaves the suite nothing to warn of.
async fn tells_the_claims_of(mut suite: Suite, scope: &str) {
    for word in checks::words(scope) {
        assert!(suite.lists("scopes_supported", word), "else the suite skips the module");
    }
    let signed_in = suite.signs_in(&[("scope", scope)]).await;

    let userinfo = suite.userinfo(signed_in.access_token()).await;

    for claim in checks::words(scope).into_iter().flat_map(checks::claims_of) {
        assert!(!userinfo[*claim].is_null(), "{claim} in {userinfo}");
        assert!(suite.lists("claims_supported", claim), "{claim} in discovery");
    }
}

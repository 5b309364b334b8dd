//! A signing key in the wrong hands: it is given up, and nothing from before counts (SECURITY.md 4.8, SEC-K4).

use novi_sso::clients::TokenAuthMethod;
use novi_sso::events::Actor;
use novi_sso::{grants, sessions, signing};

use crate::support::{CALLBACK, ELSEWHERE, Novi, Platform, header_of, kids, verified};

/// What `novi-sso keys rotate --emergency` does.
async fn rotates(novi: &Novi) {
    let site = novi.home().await;
    signing::rotate(&site, true, Actor::CommandLine).await.unwrap().unwrap();
    while grants::revoke_all(&site, 2).await.unwrap() > 0 {}
    while sessions::end_all(&site, 2).await.unwrap() > 0 {}
}

async fn refresh(client: &Platform, token: &str) -> u16 {
    let fields = [("grant_type", "refresh_token"), ("refresh_token", token), ("redirect_uri", "")];
    client.token(&fields).await.status
}

#[tokio::test]
async fn nothing_from_before_counts_and_everybody_can_sign_in_again() {
    let novi = Novi::start().await.another_node().await;
    let (forj, ann, bob) =
        (novi.client("Forj").await, novi.member("Ann").await, novi.member("Bob").await);
    let offline = [("scope", "openid profile offline_access")];
    let mut browsers = [novi.browser_of(&ann).await, novi.browser_of(&bob).await];
    let before = forj.exchange(&forj.code_for_with(&ann, &offline).await).await;
    let (access, token) =
        (before["access_token"].as_str().unwrap(), before["refresh_token"].as_str().unwrap());
    let code = forj.code_for(&ann).await;
    let waiting = novi.browser().get(&forj.authorize_url()).await;
    let kid = header_of(&before["id_token"])["kid"].as_str().unwrap().to_owned();

    rotates(&novi).await;

    let jwks = forj.jwks().await;
    assert!(!kids(&jwks).contains(&kid), "out of the JWKS at once");
    assert_eq!(kids(&jwks).len(), 2, "a new one, and the next");
    assert_eq!(verified(&before["id_token"], &jwks), None);
    assert_eq!(forj.exchange(&code).await["error"], "invalid_grant");
    assert_eq!(forj.userinfo(access).await.status, 401);
    assert_eq!(refresh(&forj, token).await, 400);
    for browser in &mut browsers {
        assert_eq!(browser.get("/account").await.location().as_deref(), Some("/log-in"));
        let silent = browser.get(&forj.authorize_url_with(&[("prompt", "none")])).await;
        assert_eq!(silent.sent("error").as_deref(), Some("login_required"));
    }
    assert!(waiting.location().is_some());
    let after = forj.exchange(&forj.code_for(&ann).await).await;
    let told = verified(&after["id_token"], &jwks).expect("signed with the new key");
    assert_eq!(told["sub"], ann.id.as_str());
}

/// SEC-T5: one association's emergency is not the other's.
#[tokio::test]
async fn another_association_does_not_notice() {
    let novi = Novi::start().await.another_node().await;
    let theirs = novi.client_at(ELSEWHERE, "Forj", &[CALLBACK], TokenAuthMethod::Secret).await;
    let nora = novi.member_at(ELSEWHERE, "Nora", |_| {}).await;
    let mut browser = novi.browser_at(ELSEWHERE);
    browser.sign_in(&nora).await;
    let tokens = theirs.exchange(&theirs.code_for(&nora).await).await;
    let keys = kids(&theirs.jwks().await);

    rotates(&novi).await;

    assert_eq!(kids(&theirs.jwks().await), keys);
    assert_eq!(browser.get("/account").await.status, 200);
    assert_eq!(theirs.userinfo(tokens["access_token"].as_str().unwrap()).await.status, 200);
    assert!(verified(&tokens["id_token"], &theirs.jwks().await).is_some());
}

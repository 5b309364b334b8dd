//! `/sso/auth`: the JWT sign-on of Novi's partners, for moving over (PLATFORMS.md 4.1).

use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use novi_sso::clients::{self, Consent, TokenAuthMethod};
use novi_sso::events::Actor;
use serde_json::{Value, json};

use crate::support::{CALLBACK, ELSEWHERE, HOME, Novi, Page, Platform};

async fn client(novi: &Novi, name: &str) -> Platform {
    novi.client_with(name, |settings| settings.has_legacy_sso = true).await
}

fn url(client_id: &str, redirect_uri: &str) -> String {
    let pairs = [("client_id", client_id), ("redirect_uri", redirect_uri)];
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    format!("/sso/auth?{}", query.extend_pairs(pairs).finish())
}

/// The claims, if this Secret Key made the token.
fn verified(token: &str, secret: &str) -> Option<Value> {
    let mut rules = Validation::new(Algorithm::HS256);
    rules.required_spec_claims.clear();
    rules.validate_exp = false;
    rules.validate_aud = false;
    let key = DecodingKey::from_secret(secret.as_bytes());
    decode::<Value>(token, &key, &rules).ok().map(|token| token.claims)
}

#[track_caller]
fn is_page(page: &Page, status: u16, what: &str) {
    assert_eq!((page.status, page.location()), (status, None), "{what}");
    assert!(page.header("content-type").unwrap().starts_with("text/html"), "{what}");
    assert!(!page.body.contains("evil.example"), "{what}");
}

/// "generated HMAC-SHA256 key you'll use to verify the final JWT".
#[tokio::test]
async fn a_member_comes_back_with_a_token_that_the_secret_key_verifies() {
    let novi = Novi::start().await;
    let (old, other, ann) =
        (client(&novi, "Old").await, client(&novi, "Other").await, novi.member("Ann").await);
    novi.group("Board", &[&ann]).await;
    let mut browser = novi.browser_of(&ann).await;

    let page = browser.get(&url(&old.client_id, CALLBACK)).await;

    let location = page.location().expect("straight back");
    assert!(location.starts_with(&format!("{CALLBACK}?token=")), "{location}");
    assert_eq!((page.sent("code"), page.sent("state")), (None, None));
    let token = page.sent("token").unwrap();
    assert_eq!(decode_header(&token).unwrap().alg, Algorithm::HS256);
    let mut told = verified(&token, &old.secret).expect("under the client's Secret Key");
    for secret in ["", &*other.secret, &old.client_id] {
        assert_eq!(verified(&token, secret), None);
    }
    let now = novi.clock.now().unix_seconds();
    let jti = told["jti"].take();
    assert!(jti.as_str().is_some_and(|jti| jti.len() >= 20), "{jti}");
    let expected = json!({
        "iss": "https://www.acme.example",
        "sub": ann.id.as_str(),
        "aud": old.client_id,
        "iat": now,
        "exp": now + 60,
        "jti": null,
        "name": "Ann Archer",
        "given_name": "Ann",
        "family_name": "Archer",
        "company_name": "Archer Roofing",
        "job_title": "Owner",
        "member_status": "current",
        "updated_at": now,
        "email": "ann@acme.example",
        "email_verified": false,
    });
    assert_eq!(told, expected);
    let again = browser.get(&url(&old.client_id, CALLBACK)).await.sent("token").unwrap();
    assert_ne!(verified(&again, &old.secret).unwrap()["jti"], jti);
    assert_eq!(novi.count("select count(*) from grants").await, 0, "no code stands behind it");
}

/// Somebody who is not signed in comes back from the log-in page to the same answer.
#[tokio::test]
async fn the_log_in_page_leads_on_to_the_token() {
    let novi = Novi::start().await;
    let (old, ann) = (client(&novi, "Old").await, novi.member("Ann").await);
    let mut browser = novi.browser();

    let log_in = browser.visit(&url(&old.client_id, CALLBACK)).await;
    assert!(log_in.posts_to("/log-in") && log_in.text().contains("Old"), "{}", log_in.text());
    let entered = browser.sign_in_on(&log_in, &ann).await;
    let resumption = entered.location().unwrap();
    let page = browser.get(&resumption).await;

    let told = verified(&page.sent("token").unwrap(), &old.secret).unwrap();
    assert_eq!(told["sub"], ann.id.as_str());
    let again = browser.get(&resumption).await;
    assert_eq!(again.location().as_deref(), Some("https://acme.mobilize.io/"), "once");
}

/// "400 on unknown client id, non-listed or http redirect".
#[tokio::test]
async fn what_novi_refused_is_400() {
    let novi = Novi::start().await;
    let (old, off, ann) =
        (client(&novi, "Old").await, novi.client("Modern").await, novi.member("Ann").await);
    let theirs = novi.client_that(ELSEWHERE, "Theirs", &[CALLBACK], |settings| {
        settings.has_legacy_sso = true;
    });
    let theirs = theirs.await;
    let nobody = "00000000-0000-4000-8000-000000000000";

    for browser in [&mut novi.browser_of(&ann).await, &mut novi.browser()] {
        for id in ["", "x", nobody, &off.client_id, &theirs.client_id] {
            is_page(&browser.get(&url(id, CALLBACK)).await, 400, id);
        }
        for redirect_uri in [
            "",
            "https://evil.example/cb",
            "http://acme.mobilize.io/users/auth/openidconnect/callback",
            "//acme.mobilize.io/users/auth/openidconnect/callback",
            "https://acme.mobilize.io/users/auth/openidconnect/callback/",
            "https://acme.mobilize.io/",
        ] {
            is_page(&browser.get(&url(&old.client_id, redirect_uri)).await, 400, redirect_uri);
        }
        let twice = format!("{}&client_id={}", url(&old.client_id, CALLBACK), old.client_id);
        for malformed in ["/sso/auth", "/sso/auth?", "/sso/auth?client_id", &*twice] {
            is_page(&browser.get(malformed).await, 400, malformed);
        }
    }
    let posted = novi.browser_of(&ann).await;
    let page = { posted }.post("/sso/auth", &[("client_id", &*old.client_id)]).await;
    assert_eq!(page.status, 405);
}

/// A switched-off client gets nobody in, and one whose switch is turned off in the meantime neither.
#[tokio::test]
async fn the_switch_and_the_client_are_looked_at_each_time() {
    let novi = Novi::start().await;
    let (old, ann) = (client(&novi, "Old").await, novi.member("Ann").await);
    let mut browser = novi.browser_of(&ann).await;
    assert!(browser.get(&url(&old.client_id, CALLBACK)).await.sent("token").is_some());

    old.change(|settings| settings.has_legacy_sso = false).await;
    is_page(&browser.get(&url(&old.client_id, CALLBACK)).await, 400, "the switch");
    old.change(|settings| settings.has_legacy_sso = true).await;
    let (site, id) = (novi.home().await, old.client_id.parse().unwrap());
    assert!(clients::disable(&site, &id, "Ruth", &Actor::CommandLine).await.unwrap());
    is_page(&browser.get(&url(&old.client_id, CALLBACK)).await, 403, "switched off");
}

/// A request that waits for its member is answered as the client's switch is when they are back.
#[tokio::test]
async fn a_switch_that_is_turned_off_while_a_member_signs_in_counts() {
    let novi = Novi::start().await;
    let (old, ann) = (client(&novi, "Old").await, novi.member("Ann").await);
    let mut browser = novi.browser();
    let log_in = browser.visit(&url(&old.client_id, CALLBACK)).await;

    old.change(|settings| settings.has_legacy_sso = false).await;
    let entered = browser.sign_in_on(&log_in, &ann).await;
    let page = browser.get(&entered.location().unwrap()).await;

    assert_eq!(page.sent("token"), None, "{:?}", page.location());
    is_page(&page, 400, "turned off");
}

/// Permitted Groups and consent are no matter of the protocol.
#[tokio::test]
async fn who_is_not_permitted_or_does_not_share_gets_no_token() {
    let novi = Novi::start().await;
    let (ann, bob) = (novi.member("Ann").await, novi.member("Bob").await);
    let board = novi.group("Board", &[&ann]).await;
    let old = novi.client_with("Old", |settings| {
        settings.has_legacy_sso = true;
        settings.permitted_groups = vec![board];
        settings.consent = Consent::Asked;
    });
    let old = old.await;
    let (mut of_ann, mut of_bob) = (novi.browser_of(&ann).await, novi.browser_of(&bob).await);
    let to = url(&old.client_id, CALLBACK);

    let refused = of_bob.visit(&to).await;
    assert!(refused.text().contains("Old is not open to this login"), "{}", refused.text());
    let back = of_bob.answer(&refused, "no").await;
    let consent = of_ann.visit(&to).await;
    assert!(consent.text().contains("Your name") && consent.text().contains("Your e-mail"));
    let declined = of_ann.answer(&consent, "no").await;
    let consent = of_ann.visit(&to).await;
    let shared = of_ann.answer(&consent, "share").await;

    for page in [back, declined] {
        assert!(page.location().unwrap().starts_with(CALLBACK), "{:?}", page.location());
        assert_eq!(page.sent("error").as_deref(), Some("access_denied"));
        assert_eq!(page.sent("token"), None);
    }
    assert_eq!(
        verified(&shared.sent("token").unwrap(), &old.secret).unwrap()["name"],
        "Ann Archer"
    );
    assert!(of_ann.get(&to).await.sent("token").is_some(), "remembered");
}

/// It is for those who know it, and no platform finds it by looking.
#[tokio::test]
async fn discovery_does_not_name_it() {
    let novi = Novi::start().await;
    let old = client(&novi, "Old").await;

    for path in ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"] {
        let document = old.get(path).await.json.to_string();
        assert!(document.contains("authorization_endpoint"));
        for word in ["sso/auth", "HS256"] {
            assert!(!document.contains(word), "{word} in {document}");
        }
    }
}

/// SEC-C2: an HS256 token of ours is no ID token, for nobody.
#[tokio::test]
async fn its_token_opens_nothing_here() {
    let novi = Novi::start().await;
    let (old, ann) = (client(&novi, "Old").await, novi.member("Ann").await);
    let mut browser = novi.browser_of(&ann).await;
    let token = browser.get(&url(&old.client_id, CALLBACK)).await.sent("token").unwrap();

    let hinted = old.authorize_url_with(&[("id_token_hint", &*token), ("prompt", "none")]);
    assert_eq!(browser.get(&hinted).await.sent("error").as_deref(), Some("invalid_request"));
    assert_eq!(old.userinfo(&token).await.status, 401);
    assert_eq!(old.exchange(&token).await["error"], "invalid_grant");
    let page = browser.get(&format!("/log-out?id_token_hint={token}")).await;
    assert!(page.posts_to("/log-out") && browser.is_signed_in());
}

/// It has no key that a token could be made with.
#[tokio::test]
async fn a_public_client_gets_no_token() {
    let novi = Novi::start().await;
    let ann = novi.member("Ann").await;
    let app = novi.client_that(HOME, "App", &[CALLBACK], |settings| {
        settings.has_legacy_sso = true;
        settings.auth_method = TokenAuthMethod::None;
    });
    let app = app.await;

    let page = novi.browser_of(&ann).await.get(&url(&app.client_id, CALLBACK)).await;

    assert_eq!((page.sent("token"), page.location()), (None, None));
    assert!(page.status >= 400, "{}", page.status);
}

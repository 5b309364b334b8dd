//! `id_token_hint`: an ID token that comes back says whom a request is about, and nothing more (OpenID Connect
//! Core §3.1.2.1, SEC-C2, SEC-C10, SEC-K5, SEC-T5).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use novi_sso::clients::TokenAuthMethod;
use novi_sso::events::Actor;
use novi_sso::signing;
use serde_json::{Value, json};

use crate::support::{
    CALLBACK, ELSEWHERE, Member, Novi, Page, Platform, Stranger, claims, header_of, kids,
};

const DAY: i64 = 24 * 3600;

async fn id_token(client: &Platform, member: &Member) -> String {
    let tokens = client.exchange(&client.code_for(member).await).await;
    tokens["id_token"].as_str().expect("an ID token").to_owned()
}

/// What somebody who is not signed in is answered in silence: the hint itself decides.
async fn verdict(client: &Platform, hint: &str) -> String {
    let url = client.authorize_url_with(&[("prompt", "none"), ("id_token_hint", hint)]);
    let page = client.novi.browser_at(client.host).get(&url).await;
    page.sent("error").unwrap_or_else(|| panic!("{} {}", page.status, page.text()))
}

const BELIEVED: &str = "login_required";
const REFUSED: &str = "invalid_request";

/// §3.1.2.1: "If the End-User identified by the ID Token is already logged in […], then the Authorization
/// Server returns a positive response; otherwise, it SHOULD return an error".
#[tokio::test]
async fn a_hint_is_answered_for_its_member_and_nobody_else() {
    let novi = Novi::start().await;
    let (forj, ann, bob) =
        (novi.client("Forj").await, novi.member("Ann").await, novi.member("Bob").await);
    let hint = id_token(&forj, &ann).await;
    let silent = forj.authorize_url_with(&[("prompt", "none"), ("id_token_hint", &hint)]);
    let asking = forj.authorize_url_with(&[("id_token_hint", &hint)]);
    let (mut of_ann, mut of_bob) = (novi.browser_of(&ann).await, novi.browser_of(&bob).await);
    let code = |page: &Page| page.sent("code").is_some();

    assert!(code(&of_ann.get(&silent).await) && code(&of_ann.get(&asking).await));
    let refused = of_bob.get(&silent).await;
    assert_eq!(refused.sent("error").as_deref(), Some(BELIEVED));
    let log_in = of_bob.visit(&asking).await;
    assert!(log_in.posts_to("/log-in"), "whoever it is about is asked for: {}", log_in.text());
    let again = of_bob.sign_in_on(&log_in, &bob).await;
    let wrong = of_bob.get(&again.location().unwrap()).await;
    assert_eq!(wrong.sent("error").as_deref(), Some(BELIEVED), "{:?}", wrong.location());
    let log_in = of_bob.visit(&asking).await;
    let entered = of_bob.sign_in_on(&log_in, &ann).await;
    assert!(code(&of_bob.get(&entered.location().unwrap()).await));
}

/// §3.1.2.2: never "an ID Token or Access Token for a different user", by whichever name they are asked for.
#[tokio::test]
async fn a_hint_and_a_sub_that_name_two_people_are_an_error() {
    let novi = Novi::start().await;
    let (forj, ann, bob) =
        (novi.client("Forj").await, novi.member("Ann").await, novi.member("Bob").await);
    let hint = id_token(&forj, &ann).await;
    let mut browser = novi.browser_of(&ann).await;

    for (member, is_one) in [(&ann, true), (&bob, false)] {
        let asked = json!({ "id_token": { "sub": { "value": member.id.as_str() } } }).to_string();
        let changes = [("id_token_hint", &*hint), ("claims", &*asked)];
        let page = browser.get(&forj.authorize_url_with(&changes)).await;
        assert_eq!(page.sent("code").is_some(), is_one, "{:?}", page.location());
        assert_eq!(page.sent("error").is_some(), !is_one);
    }
}

/// RP-Initiated Logout §2 by the way: "expired"; a hint is old by its nature.
#[tokio::test]
async fn a_hint_may_have_expired() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let hint = id_token(&forj, &ann).await;

    for seconds in [300, DAY, 60 * DAY] {
        novi.clock.advance(seconds);
        assert_eq!(verdict(&forj, &hint).await, BELIEVED, "after {seconds} s more");
    }
}

/// SECURITY.md 4.8, SEC-K5: a retired key vouches for what it has signed, for 400 days from its withdrawal.
#[tokio::test]
async fn a_retired_key_counts_for_hints_and_for_so_long() {
    let novi = Novi::start().await.another_node().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let hint = id_token(&forj, &ann).await;
    let kid = header_of(&json!(hint))["kid"].as_str().unwrap().to_owned();
    signing::rotate(&novi.home().await, false, Actor::CommandLine).await.unwrap().unwrap_err();
    novi.clock.advance(DAY);
    signing::rotate(&novi.home().await, false, Actor::CommandLine).await.unwrap().unwrap();

    assert_eq!(verdict(&forj, &hint).await, BELIEVED, "retired, and still published");
    novi.clock.advance(2 * DAY);
    signing::tend(&novi.home().await).await.unwrap();
    assert!(!kids(&forj.jwks().await).contains(&kid), "withdrawn");
    assert_eq!(verdict(&forj, &hint).await, BELIEVED, "withdrawn");
    novi.clock.advance(400 * DAY - 1);
    assert_eq!(verdict(&forj, &hint).await, BELIEVED, "nearly 400 days later");
    novi.clock.advance(1);
    assert_eq!(verdict(&forj, &hint).await, REFUSED, "400 days later");
}

/// SECURITY.md 4.8: whoever stole the key may have signed the hint.
#[tokio::test]
async fn a_key_that_was_given_up_vouches_for_nothing() {
    let novi = Novi::start().await.another_node().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let hint = id_token(&forj, &ann).await;
    assert_eq!(verdict(&forj, &hint).await, BELIEVED);

    signing::rotate(&novi.home().await, true, Actor::CommandLine).await.unwrap().unwrap();

    assert_eq!(verdict(&forj, &hint).await, REFUSED);
    let mut browser = novi.browser_of(&ann).await;
    let query = format!("/log-out?id_token_hint={hint}");
    assert!(browser.get(&query).await.posts_to("/log-out"), "nor does it log anybody out");
    assert_eq!(verdict(&forj, &id_token(&forj, &ann).await).await, BELIEVED);
}

/// A next key is published before its turn; nothing can have been signed with it yet.
#[tokio::test]
async fn a_key_that_has_not_signed_yet_vouches_for_nothing() {
    let novi = Novi::start().await.another_node().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let hint = id_token(&forj, &ann).await;
    signing::rotate(&novi.home().await, false, Actor::CommandLine).await.unwrap().unwrap_err();
    let next = kids(&forj.jwks().await)[1].clone();

    novi.tamper(
        "delete from signing_keys where activated_at is null;
         update signing_keys set activated_at = null, retired_at = null
         where association_id = (select association_id from associations where host = 'www.acme.example')
             and activated_at is not null",
    )
    .await;

    assert_ne!(header_of(&json!(hint))["kid"], next.as_str());
    assert_eq!(verdict(&forj, &hint).await, REFUSED);
}

/// SEC-T5, SEC-C9: another association's keys are none, and another client's ID token is not this one's.
#[tokio::test]
async fn a_hint_of_another_association_or_client_is_refused() {
    let novi = Novi::start().await;
    let (forj, hub, ann) =
        (novi.client("Forj").await, novi.client("Hub").await, novi.member("Ann").await);
    let theirs = novi.client_at(ELSEWHERE, "Forj", &[CALLBACK], TokenAuthMethod::Secret).await;
    let nora = novi.member_at(ELSEWHERE, "Nora", |_| {}).await;

    let (of_hub, of_theirs) = (id_token(&hub, &ann).await, id_token(&theirs, &nora).await);

    assert_eq!(verdict(&hub, &of_hub).await, BELIEVED);
    assert_eq!(verdict(&theirs, &of_theirs).await, BELIEVED);
    assert_eq!(verdict(&forj, &of_hub).await, REFUSED);
    assert_eq!(verdict(&forj, &of_theirs).await, REFUSED);
    let there = Platform { client_id: theirs.client_id.clone(), ..forj.clone() };
    let query = format!("/log-out?id_token_hint={of_theirs}&client_id={}", there.client_id);
    let page = novi.browser_of(&ann).await.get(&query).await;
    assert!(page.posts_to("/log-out") && page.location().is_none());
}

/// SEC-C1, SEC-C2, SEC-C10: signed by our key as an ID token of ours, or it is none.
#[tokio::test]
async fn only_what_this_key_has_signed_as_an_id_token_is_a_hint() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let hint = id_token(&forj, &ann).await;
    let (header, right) = (header_of(&json!(hint)), claims(&json!(hint)));
    let kid = header["kid"].as_str().unwrap();
    let parts: Vec<_> = hint.split('.').collect();
    let [of_header, of_claims, signature] = parts[..] else { panic!("three parts") };
    let jwk = forj.jwks().await["keys"][0].clone();
    let stranger = Stranger::new();
    let encode = |text: String| URL_SAFE_NO_PAD.encode(text);
    let under = |header: Value| format!("{}.{of_claims}.{signature}", encode(header.to_string()));
    let by_secret = |secret: &[u8]| {
        let header = Header { kid: Some(kid.to_owned()), ..Header::new(Algorithm::HS256) };
        jsonwebtoken::encode(&header, &right, &EncodingKey::from_secret(secret)).unwrap()
    };
    let mut other = right.clone();
    other["sub"] = "somebody".into();
    let ring = novi.home().await.ring().await.unwrap();
    let with = |name: &str, value: Value| {
        let mut claims = right.clone();
        claims[name] = value;
        ring.current.sign(&claims)
    };
    assert_eq!(verdict(&forj, &ring.current.sign(&right)).await, BELIEVED, "the trial itself");

    let evil = "https://evil.example/jwks";
    for (what, forged) in [
        ("a logout token", ring.current.sign_logout(&right)),
        ("alg none", format!("{}.{of_claims}.", encode(json!({ "alg": "none" }).to_string()))),
        ("alg none and kid", under(json!({ "alg": "none", "typ": "JWT", "kid": kid }))),
        ("no signature", format!("{of_header}.{of_claims}.")),
        ("two parts", format!("{of_header}.{of_claims}")),
        ("four parts", format!("{hint}.{signature}")),
        ("other claims", format!("{of_header}.{}.{signature}", encode(other.to_string()))),
        ("HS256 with the public key", by_secret(jwk["n"].as_str().unwrap().as_bytes())),
        ("HS256 with the JWK", by_secret(jwk.to_string().as_bytes())),
        ("HS256 with the Secret Key", by_secret(forj.secret.as_bytes())),
        ("HS256 with nothing", by_secret(b"")),
        ("a stranger", stranger.signs(&right)),
        ("a stranger with our kid", stranger.signs_as(kid, &right)),
        ("no kid", under(json!({ "alg": "RS256", "typ": "JWT" }))),
        ("unknown kid", under(json!({ "alg": "RS256", "typ": "JWT", "kid": "x" }))),
        ("kid of SQL", under(json!({ "alg": "RS256", "kid": "' or 1=1 --" }))),
        ("kid with NUL", under(json!({ "alg": "RS256", "kid": "x\0" }))),
        ("RS384", under(json!({ "alg": "RS384", "typ": "JWT", "kid": kid }))),
        ("rs256", under(json!({ "alg": "rs256", "typ": "JWT", "kid": kid }))),
        ("jwk", under(json!({ "alg": "RS256", "kid": kid, "jwk": jwk }))),
        ("jku", under(json!({ "alg": "RS256", "kid": kid, "jku": evil }))),
        ("x5u", under(json!({ "alg": "RS256", "kid": kid, "x5u": evil }))),
        ("crit", under(json!({ "alg": "RS256", "kid": kid, "crit": ["exp"] }))),
        ("another issuer", with("iss", json!("https://www.other.example"))),
        ("an issuer with a slash", with("iss", json!("https://www.acme.example/"))),
        ("a list of audiences", with("aud", json!([forj.client_id]))),
        ("no audience", with("aud", Value::Null)),
        ("exp as text", with("exp", json!("9999999999"))),
        ("iat as text", with("iat", json!("1"))),
        ("sub as a number", with("sub", json!(1))),
        ("text", "x".to_owned()),
        ("dots", "..".to_owned()),
        ("padding", format!("{of_header}.{of_claims}.{signature}=")),
        ("a blank", format!("{hint} ")),
        ("long", "a".repeat(4000)),
    ] {
        assert_eq!(verdict(&forj, &forged).await, REFUSED, "{what}");
    }
}

/// SEC-C10, SEC-K5: a hint opens nothing.
#[tokio::test]
async fn an_id_token_is_no_access_token_and_no_code() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let hint = id_token(&forj, &ann).await;

    assert_eq!(forj.userinfo(&hint).await.status, 401);
    assert_eq!(forj.exchange(&hint).await["error"], "invalid_grant");
    let fields = [("grant_type", "refresh_token"), ("refresh_token", &*hint), ("redirect_uri", "")];
    assert_eq!(forj.token(&fields).await["error"], "invalid_grant");
    let mut browser = novi.browser();
    browser.cookies.insert("__Host-novi_sid".to_owned(), hint);
    assert_eq!(browser.get("/account").await.location().as_deref(), Some("/log-in"));
}

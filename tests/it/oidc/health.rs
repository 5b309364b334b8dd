//! What the protocol counts about a client: sign-ins, and each refusal under its own reason.

use novi_sso::clients::health::{self, Failure, Health};
use novi_sso::clients::secrets::{self, Old};
use novi_sso::clients::{self, Consent, Settings, TokenAuthMethod};
use novi_sso::events::Actor;
use novi_sso::housekeeping;
use novi_sso::members;

use crate::support::{CALLBACK, HOME, NOW, Novi, Platform};

const OFFLINE: &str = "openid offline_access";
const HOUR: i64 = 3600;
/// The test clock begins at eight in the morning, UTC.
const MIDNIGHT: i64 = NOW + 16 * HOUR;

async fn today(client: &Platform) -> Health {
    health::today(&client.novi.home().await, &client.id()).await.unwrap()
}

/// Everything that failed today, and how often.
async fn failed(client: &Platform) -> Vec<(Failure, i64)> {
    today(client).await.failures.iter().map(|failed| (failed.why, failed.times)).collect()
}

async fn asks(client: &Platform, changes: &[(&str, &str)]) {
    client.novi.browser().visit(&client.authorize_url_with(changes)).await;
}

/// What is wrong with a request, wherever it came in.
#[tokio::test]
async fn a_wrong_request_is_counted_as_what_is_wrong_with_it() {
    let novi = Novi::start().await;
    let forj = novi.client("Forj").await;
    let pkce = |settings: &mut Settings| settings.requires_pkce = true;
    let pkce = novi.client_that(HOME, "Pkce", &[CALLBACK], pkce).await;
    let elsewhere = [("redirect_uri", "https://evil.example/")];
    let token = [("response_type", "token")];

    asks(&forj, &elsewhere).await;
    forj.push(&elsewhere).await;
    assert_eq!(failed(&forj).await, [(Failure::RedirectUrl, 2)]);
    let nowhere = [("redirect_uri", "")];
    asks(&forj, &nowhere).await;
    let missing = forj.push(&nowhere).await;
    assert!(missing.text("error_description").contains("redirect_uri is missing"));
    assert_eq!(failed(&forj).await, [(Failure::RedirectUrl, 4)]);
    for changes in [&token, &[("response_mode", "fragment")], &[("prompt", "none login")]] {
        asks(&forj, changes).await;
        forj.push(changes).await;
    }
    assert_eq!(failed(&forj).await, [(Failure::Request, 6), (Failure::RedirectUrl, 4)]);
    asks(&pkce, &[]).await;
    pkce.push(&[]).await;
    assert_eq!(failed(&pkce).await, [(Failure::Pkce, 2)]);
    let query = format!(
        "/log-out?client_id={}&post_logout_redirect_uri=https%3A%2F%2Fevil.example%2F",
        forj.client_id
    );
    let other = novi.client("Other").await;
    novi.browser().visit(&query.replace(&forj.client_id, &other.client_id)).await;
    assert_eq!(failed(&other).await, [(Failure::LogOutUrl, 1)]);
}

#[tokio::test]
async fn a_failed_authentication_is_counted_as_what_failed() {
    let novi = Novi::start().await;
    let forj = novi.client("Forj").await;
    let pinned =
        novi.client_at(HOME, "Pinned", &[CALLBACK], TokenAuthMethod::ClientSecretPost).await;

    forj.token(&[("code", "x"), ("client_secret", "wrong")]).await;
    forj.exchange_by_basic("x", &forj.client_id, "wrong").await;
    forj.post_form("/oauth/revoke", &[("token", "x")], &[("client_secret", "wrong")]).await;
    assert_eq!(failed(&forj).await, [(Failure::SecretKey, 3)]);
    pinned.exchange_by_basic("x", &pinned.client_id, &pinned.secret).await;
    pinned.token(&[("code", "x"), ("client_secret", "")]).await;
    assert_eq!(failed(&pinned).await, [(Failure::Method, 2)]);

    let signing = |settings: &mut Settings| {
        let signer = crate::support::Signer::new("ES256");
        settings.auth_method = TokenAuthMethod::PrivateKeyJwt;
        settings.keys = Some(clients::Keys::parse(&signer.jwks()).unwrap());
    };
    let signing = novi.client_that(HOME, "Signing", &[CALLBACK], signing).await;
    let claims = serde_json::json!({ "iss": signing.client_id, "sub": signing.client_id });
    let assertion = crate::support::Signer::new("ES256").signs(&claims);
    let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    let proof = [("client_assertion", &*assertion), ("client_assertion_type", kind)];
    signing.token(&[("code", "x"), proof[0], proof[1]]).await;
    assert_eq!(failed(&signing).await, [(Failure::Assertion, 1)]);
}

/// The platform that was not changed over in time is told apart from one that guesses.
#[tokio::test]
async fn an_expired_secret_key_is_counted_apart() {
    let novi = Novi::start().await;
    let forj = novi.client("Forj").await;
    let (site, actor) = (novi.home().await, Actor::CommandLine);
    let week = Old::StopsIn { days: 7 };
    secrets::replace(&site, &forj.id(), "new", week, &actor).await.unwrap().unwrap();

    forj.exchange("x").await;
    novi.clock.advance(7 * 24 * HOUR);
    forj.exchange("x").await;
    forj.exchange_by_basic("x", &forj.client_id, &forj.secret).await;
    forj.token(&[("code", "x"), ("client_secret", "wrong")]).await;

    let expected = [(Failure::SecretKeyExpired, 2), (Failure::SecretKey, 1)];
    assert_eq!(failed(&forj).await, expected, "and nothing of last week");
}

#[tokio::test]
async fn a_refused_code_is_counted_as_what_it_was() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let thief = novi.client("Thief").await;

    forj.exchange("nonsense").await;
    let stolen = forj.code_for(&ann).await;
    thief.exchange(&stolen).await;
    assert_eq!(failed(&thief).await, [(Failure::CodeUnknown, 1)], "the thief's, not the owner's");
    let code = forj.code_for(&ann).await;
    forj.token(&[("code", &code), ("redirect_uri", "https://acme.mobilize.io/other")]).await;
    let code = forj.code_for(&ann).await;
    forj.token(&[("code", &code), ("code_verifier", &"v".repeat(43))]).await;
    let late = forj.code_for(&ann).await;
    novi.clock.advance(60);
    forj.exchange(&late).await;
    let code = forj.code_for(&ann).await;
    for _ in 0..4 {
        forj.exchange(&code).await;
    }

    let mut found = failed(&forj).await;
    found.sort_by_key(|(_, times)| *times);
    let ones: Vec<_> = found.iter().map(|(why, _)| *why).collect();
    assert_eq!(found.iter().map(|(_, times)| *times).collect::<Vec<_>>(), [1, 1, 2, 3]);
    assert!(ones[..2].contains(&Failure::CodeExpired) && ones[..2].contains(&Failure::CodeUnknown));
    assert_eq!(ones[2..], [Failure::CodeMismatch, Failure::CodeReplayed]);
    assert_eq!(today(&forj).await.sign_ins, 1, "what bought nothing was no sign-in");
}

/// A log-in that has ended is nobody's mistake.
#[tokio::test]
async fn what_comes_after_a_log_in_has_ended_is_counted_as_that() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let app = novi.client("Other").await;
    let bought = forj.tokens_for(&ann, OFFLINE).await;
    let replayed = app.tokens_for(&ann, OFFLINE).await;
    let code = forj.code_for(&ann).await;

    let site = novi.home().await;
    app.refresh(replayed.text("refresh_token")).await;
    novi.clock.advance(10);
    app.refresh(replayed.text("refresh_token")).await;
    assert_eq!(failed(&app).await, [(Failure::RefreshReplayed, 1)]);
    members::sign_out_everywhere(&site, &ann.id, &Actor::CommandLine).await.unwrap();
    forj.exchange(&code).await;
    forj.refresh(bought.text("refresh_token")).await;
    assert_eq!(failed(&forj).await, [(Failure::Ended, 2)]);
    let idle = forj.tokens_for(&ann, OFFLINE).await;
    novi.clock.advance(14 * 24 * HOUR);
    forj.refresh(idle.text("refresh_token")).await;
    assert_eq!(failed(&forj).await, [(Failure::Ended, 1)]);
    forj.refresh("nonsense").await;
    let all = failed(&forj).await;
    assert!(all.contains(&(Failure::CodeUnknown, 1)), "{all:?}");

    let tally = health::today_of_all(&novi.home().await).await.unwrap();
    assert_eq!(tally[&forj.id()].failures, 1, "the list does not call it a failure");
}

#[tokio::test]
async fn a_member_who_may_not_or_does_not_want_to_is_counted_as_that() {
    let novi = Novi::start().await;
    let ann = novi.member("Ann").await;
    let group = novi.group("Board", &[]).await;
    let closed = |settings: &mut Settings| settings.permitted_groups = vec![group];
    let closed = novi.client_that(HOME, "Closed", &[CALLBACK], closed).await;
    let asking = |settings: &mut Settings| settings.consent = Consent::Asked;
    let asking = novi.client_that(HOME, "Asking", &[CALLBACK], asking).await;
    let mut browser = novi.browser();

    let page = asking.signs_in(&mut browser, &ann).await;
    browser.fill(&page, "/oauth/authorize", &[("answer", "no")]).await;
    browser.visit(&closed.authorize_url_with(&[("prompt", "none")])).await;

    assert_eq!(failed(&asking).await, [(Failure::Declined, 1)]);
    assert_eq!(failed(&closed).await, [(Failure::NotPermitted, 1)]);
    browser.visit(&closed.authorize_url()).await;
    assert_eq!(failed(&closed).await, [(Failure::NotPermitted, 2)]);
}

#[tokio::test]
async fn who_comes_to_a_client_that_is_off_is_counted() {
    let novi = Novi::start().await;
    let forj = novi.client("Forj").await;
    let site = novi.home().await;
    assert!(clients::disable(&site, &forj.id(), "Ruth", &Actor::CommandLine).await.unwrap());

    asks(&forj, &[]).await;
    forj.exchange("x").await;

    assert_eq!(failed(&forj).await, [(Failure::SwitchedOff, 2)]);
    let unknown = Platform { client_id: "00000000-0000-4000-8000-000000000000".to_owned(), ..forj };
    asks(&unknown, &[]).await;
    unknown.exchange("x").await;
    assert_eq!(novi.count("select count(*) from client_days").await, 1, "strangers leave nothing");
}

/// Each sign-in is counted once, whether its grant is still there or not.
#[tokio::test]
async fn sign_ins_are_counted_across_housekeeping_and_midnight() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let kept = forj.tokens_for(&ann, OFFLINE).await;
    for _ in 0..2 {
        forj.tokens_for(&ann, "openid").await;
    }
    forj.code_for(&ann).await;
    let burnt = forj.code_for(&ann).await;
    forj.token(&[("code", &burnt), ("code_verifier", &"v".repeat(43))]).await;
    forj.refresh(kept.text("refresh_token")).await;
    let tally = || async {
        let all = health::today_of_all(&novi.home().await).await.unwrap();
        let alone = today(&forj).await;
        let tallied = all.get(&forj.id()).copied().unwrap_or_default();
        assert_eq!(alone.sign_ins, tallied.sign_ins, "page and list say the same");
        (alone.sign_ins, alone.last_sign_in_at.map(|at| at.unix_seconds()))
    };
    assert_eq!(tally().await, (3, Some(NOW)), "neither codes nor refreshes are sign-ins");

    novi.clock.advance(3 * HOUR);
    housekeeping::tidy(&novi.app).await.unwrap();
    assert_eq!(novi.count("select count(*) from grants").await, 1);
    assert_eq!(tally().await, (3, Some(NOW)), "one live, two remembered");

    let before_midnight = MIDNIGHT - 10 - novi.clock.now().unix_seconds();
    novi.clock.advance(before_midnight);
    let code = forj.code_for(&ann).await;
    novi.clock.advance(20);
    assert_eq!(tally().await, (0, None), "a new day");
    assert_eq!(forj.exchange(&code).await.status, 200);
    assert_eq!(
        tally().await,
        (1, Some(MIDNIGHT + 10)),
        "the day when it signed in, not when it began"
    );
    novi.clock.advance(3 * HOUR);
    housekeeping::tidy(&novi.app).await.unwrap();
    assert_eq!(tally().await, (1, Some(MIDNIGHT + 10)));
}

/// What housekeeping finds of a code that was burnt goes with the codes, not with the refresh tokens.
#[tokio::test]
async fn a_burnt_code_is_forgotten_like_one_that_nobody_used() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let code = forj.code_for_with(&ann, &[("scope", OFFLINE)]).await;
    let wrong = [("code", &*code), ("redirect_uri", "https://acme.mobilize.io/other")];
    assert_eq!(forj.token(&wrong).await.refusal(), (400, "invalid_grant"));
    assert_eq!(forj.exchange(&code).await.refusal(), (400, "invalid_grant"), "burnt");

    novi.clock.advance(2 * HOUR);
    housekeeping::tidy(&novi.app).await.unwrap();

    assert_eq!(novi.count("select count(*) from grants").await, 0);
}

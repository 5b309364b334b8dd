//! Telling clients that a session ended (OpenID Connect Back-Channel Logout 1.0, SEC-S2, SEC-S3, SEC-S4).

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use novi_sso::clients;
use novi_sso::events::Actor;
use novi_sso::oidc::backchannel;
use novi_sso::outbound::Loopback;
use novi_sso::{grants, housekeeping, logouts, members, sessions};
use serde_json::{Value, json};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::support::{
    Browser, Member, Novi, PASSWORD, Platform, Receiver, claims, header_of, registered, verified,
};

/// A development association, because only such a one may call loopback.
const LOCAL: &str = "127.0.0.1:8080";
const CALLBACK: &str = "http://127.0.0.1:3000/users/auth/openidconnect/callback";
const MINUTE: i64 = 60;
const DAY: i64 = 24 * 3600;

async fn novi() -> Novi {
    let novi = Novi::start_with(|settings| settings.loopback_calls = Loopback::Allowed).await;
    novi.associate(&format!("http://{LOCAL}"), "Development").await;
    novi
}

/// A client that is told at this receiver.
async fn client(novi: &Novi, name: &str, receiver: &Receiver) -> Platform {
    let url = registered(&receiver.url("/log-out"));
    let change = |settings: &mut clients::Settings| settings.backchannel_logout_url = Some(url);
    novi.client_that(LOCAL, name, &[CALLBACK], change).await
}

async fn member(novi: &Novi, name: &str) -> Member {
    novi.member_at(LOCAL, name, |_| {}).await
}

/// A browser that is signed in at this client, and the `sid` that the client knows it by.
async fn signed_in(client: &Platform, member: &Member) -> (Browser, String) {
    let mut browser = client.novi.browser_at(LOCAL);
    let sid = signs_in(client, &mut browser, member).await;
    (browser, sid)
}

async fn signs_in(client: &Platform, browser: &mut Browser, member: &Member) -> String {
    let page = client.signs_in(browser, member).await;
    let tokens = client.exchange(&page.sent("code").unwrap()).await;
    claims(&tokens["id_token"])["sid"].as_str().expect("a sid").to_owned()
}

async fn logs_out(browser: &mut Browser) {
    let page = browser.get("/log-out").await;
    browser.fill(&page, "/log-out", &[]).await;
    assert!(!browser.is_signed_in());
}

async fn deliver(novi: &Novi) {
    backchannel::deliver(&novi.app).await.unwrap();
}

/// The logout tokens that came, unverified.
fn tokens(receiver: &Receiver) -> Vec<Value> {
    let received = receiver.received();
    let token = |form: &str| {
        let mut pairs = url::form_urlencoded::parse(form.as_bytes());
        let (name, token) = pairs.next().expect("a field");
        assert_eq!((&*name, pairs.next()), ("logout_token", None));
        json!(token)
    };
    received.iter().map(|received| token(&received.body)).collect()
}

fn sids(receiver: &Receiver) -> Vec<String> {
    let told = tokens(receiver);
    let sid = |token: &Value| claims(token)["sid"].as_str().expect("a sid").to_owned();
    told.iter().map(sid).collect()
}

async fn answers(answer: impl Fn() -> Response + Clone + Send + Sync + 'static) -> Receiver {
    Receiver::answering(move |_| std::future::ready(answer())).await
}

/// How the only notice stands: the words for the client's page.
async fn noted(novi: &Novi) -> String {
    let found =
        novi.app.db.across_associations("select answer from logout_notices where tries > $1");
    let found: Option<(Option<String>,)> = found.bind(0_i64).optional().await.unwrap();
    found.expect("a notice").0.unwrap_or_default()
}

/// §2.4, §2.6: what a token says, and what it must not.
#[tokio::test]
async fn a_logout_token_names_client_member_and_session_and_is_no_id_token() {
    let (novi, receiver) = (novi().await, Receiver::start().await);
    let (forj, ann) = (client(&novi, "Forj", &receiver).await, member(&novi, "Ann").await);
    let (mut browser, sid) = signed_in(&forj, &ann).await;
    novi.clock.advance(77);

    browser.headers.push(("x-forwarded-host".to_owned(), "evil.example".to_owned()));
    logs_out(&mut browser).await;
    deliver(&novi).await;

    let [received] = &receiver.received()[..] else { panic!("told once") };
    assert_eq!((received.method.as_str(), &*received.path), ("POST", "/log-out"));
    assert_eq!(received.headers["content-type"], "application/x-www-form-urlencoded");
    for name in ["cookie", "authorization", "referer", "x-forwarded-host"] {
        assert!(received.headers.get(name).is_none(), "{name}");
    }
    let token = &tokens(&receiver)[0];
    let header = header_of(token);
    let kid = header["kid"].as_str().unwrap();
    assert_eq!(header, json!({ "alg": "RS256", "typ": "logout+jwt", "kid": kid }));
    let mut told = verified(token, &forj.jwks().await).expect("signed by the current key");
    let jti = told["jti"].take();
    assert!(jti.as_str().is_some_and(|jti| jti.len() >= 20), "{jti}");
    let now = novi.clock.now().unix_seconds();
    let expected = json!({
        "iss": format!("http://{LOCAL}"),
        "sub": ann.id.as_str(),
        "aud": forj.client_id,
        "iat": now,
        "exp": now + 120,
        "jti": null,
        "events": { "http://schemas.openid.net/event/backchannel-logout": {} },
        "sid": sid,
    });
    assert_eq!(told, expected, "and no nonce");
    deliver(&novi).await;
    novi.clock.advance(5 * DAY);
    deliver(&novi).await;
    assert_eq!(receiver.received().len(), 1, "once");
    assert_eq!(noted(&novi).await, "200");
}

/// §2.5: those to which this session signed in, and no other client and no other device.
#[tokio::test]
async fn the_clients_of_that_session_are_told_and_other_devices_stay() {
    let (novi, ann) = (novi().await, Receiver::start().await);
    let (one, two, idle) = (ann, Receiver::start().await, Receiver::start().await);
    let ann = member(&novi, "Ann").await;
    let (forj, hub) = (client(&novi, "Forj", &one).await, client(&novi, "Hub", &two).await);
    client(&novi, "Idle", &idle).await;
    let plain = novi.client_that(LOCAL, "Plain", &[CALLBACK], |_| {}).await;
    let (mut laptop, sid) = signed_in(&forj, &ann).await;
    assert_eq!(signs_in(&hub, &mut laptop, &ann).await, sid, "one session at both");
    assert_eq!(signs_in(&forj, &mut laptop, &ann).await, sid, "a second code, the same session");
    signs_in(&plain, &mut laptop, &ann).await;
    let (mut phone, other) = signed_in(&forj, &ann).await;
    assert_ne!(sid, other);

    logs_out(&mut laptop).await;
    deliver(&novi).await;

    assert_eq!(sids(&one), [&*sid]);
    assert_eq!(sids(&two), [&*sid]);
    assert_eq!(claims(&tokens(&two)[0])["aud"], hub.client_id.as_str());
    assert!(idle.received().is_empty());
    assert_eq!(phone.get("/account").await.status, 200);
    logs_out(&mut phone).await;
    deliver(&novi).await;
    assert_eq!(sids(&one), [sid, other]);
    assert_eq!(two.received().len(), 1);
}

/// Whatever ends a session ends it at its clients too.
#[tokio::test]
async fn every_way_a_session_ends_is_told() {
    #[derive(Debug, Clone, Copy)]
    enum End {
        Deactivated,
        PasswordChanged,
        Everywhere,
        Emergency,
    }

    for end in [End::Deactivated, End::PasswordChanged, End::Everywhere, End::Emergency] {
        let (novi, receiver) = (novi().await, Receiver::start().await);
        let (forj, ann) = (client(&novi, "Forj", &receiver).await, member(&novi, "Ann").await);
        let bob = member(&novi, "Bob").await;
        let ((mut browser, one), (_, other)) =
            (signed_in(&forj, &ann).await, signed_in(&forj, &ann).await);
        let (_, of_bob) = signed_in(&forj, &bob).await;
        let site = novi.site(LOCAL).await;

        match end {
            End::Deactivated => {
                let actor = Actor::CommandLine;
                assert!(members::deactivate(&site, &ann.id, &actor).await.unwrap());
            }
            End::PasswordChanged => {
                let page = browser.get("/account").await;
                let typed =
                    [("current_password", PASSWORD), ("new_password", "four horses in a boat")];
                let page = browser.fill(&page, "/account/password", &typed).await;
                assert_eq!(page.status, 303, "{}", page.text());
            }
            End::Everywhere => {
                let page = browser.get("/account").await;
                browser.fill(&page, "/account/log-out-everywhere", &[]).await;
            }
            End::Emergency => {
                while grants::revoke_all(&site, 2).await.unwrap() > 0 {}
                while sessions::end_all(&site, 2).await.unwrap() > 0 {}
            }
        }
        deliver(&novi).await;

        let told: BTreeSet<_> = sids(&receiver).into_iter().collect();
        let mut expected = BTreeSet::from([one, other]);
        if matches!(end, End::Emergency) {
            expected.insert(of_bob);
        }
        assert_eq!(told, expected, "{end:?}");
        assert_eq!(receiver.received().len(), expected.len(), "{end:?}: each once");
    }
}

/// SEC-D3: a browser goes on as somebody else, and the session before is over for its clients.
#[tokio::test]
async fn another_member_in_the_same_browser_ends_the_session_before() {
    let (novi, receiver) = (novi().await, Receiver::start().await);
    let (forj, ann) = (client(&novi, "Forj", &receiver).await, member(&novi, "Ann").await);
    let bob = member(&novi, "Bob").await;
    let (mut browser, of_ann) = signed_in(&forj, &ann).await;

    let afresh = browser.get("/log-in?again=1").await;
    browser.sign_in_on(&afresh, &ann).await;
    deliver(&novi).await;
    assert!(receiver.received().is_empty(), "she has only typed her password again");
    let afresh = browser.get("/log-in?again=1").await;
    browser.sign_in_on(&afresh, &bob).await;
    deliver(&novi).await;

    assert_eq!(sids(&receiver), [&*of_ann]);
    assert_eq!(claims(&tokens(&receiver)[0])["sub"], ann.id.as_str());
    assert_ne!(signs_in(&forj, &mut browser, &bob).await, of_ann);
}

/// The log-out wakes the task: nobody waits for a timer.
#[tokio::test]
async fn the_task_tells_at_once_and_stops_when_asked() {
    let told = Arc::new(Notify::new());
    let rings = told.clone();
    let receiver = answers(move || {
        rings.notify_one();
        StatusCode::OK.into_response()
    });
    let (novi, receiver) = (novi().await, receiver.await);
    let (forj, ann) = (client(&novi, "Forj", &receiver).await, member(&novi, "Ann").await);
    let (mut browser, _) = signed_in(&forj, &ann).await;
    let stop = CancellationToken::new();
    let task = tokio::spawn(backchannel::run(novi.app.clone(), stop.clone()));

    logs_out(&mut browser).await;
    told.notified().await;
    stop.cancel();
    task.await.unwrap();

    assert_eq!(receiver.received().len(), 1);
}

/// SECURITY.md 4.10: 5 s, 30 s, 2 min, 10 min, 1 h, then every day, for three days.
#[tokio::test]
async fn a_client_that_fails_is_tried_again_further_and_further_apart() {
    for failure in
        [StatusCode::SERVICE_UNAVAILABLE, StatusCode::NOT_FOUND, StatusCode::UNAUTHORIZED]
    {
        let (novi, receiver) = (novi().await, answers(move || failure.into_response()).await);
        let (forj, ann) = (client(&novi, "Forj", &receiver).await, member(&novi, "Ann").await);
        let (mut browser, _) = signed_in(&forj, &ann).await;
        logs_out(&mut browser).await;
        deliver(&novi).await;
        assert_eq!(receiver.received().len(), 1);

        for (place, wait) in
            [5, 30, 2 * MINUTE, 10 * MINUTE, 60 * MINUTE, DAY, DAY].into_iter().enumerate()
        {
            novi.clock.advance(wait - 1);
            deliver(&novi).await;
            assert_eq!(receiver.received().len(), place + 1, "a second too early for {wait} s");
            novi.clock.advance(1);
            deliver(&novi).await;
            assert_eq!(receiver.received().len(), place + 2, "after {wait} s");
        }
        for _ in 0..8 {
            novi.clock.advance(DAY);
            deliver(&novi).await;
        }
        assert_eq!(receiver.received().len(), 8, "given up");
        assert_eq!(noted(&novi).await, failure.as_u16().to_string());
        let all = tokens(&receiver);
        let unique = all.iter().map(|token| claims(token)["jti"].to_string());
        assert_eq!(unique.collect::<BTreeSet<_>>().len(), 8, "§2.6: each token is a new one");
        let given_up = "select count(*) from logout_notices where given_up_at is not null";
        assert_eq!(novi.count(given_up).await, 1);
    }
}

/// One bad minute of a platform costs nobody anything.
#[tokio::test]
async fn a_client_that_is_back_is_told() {
    let receiver = Receiver::answering(|number| {
        let status = if number < 3 { StatusCode::BAD_GATEWAY } else { StatusCode::NO_CONTENT };
        std::future::ready(status.into_response())
    });
    let (novi, receiver) = (novi().await, receiver.await);
    let (forj, ann) = (client(&novi, "Forj", &receiver).await, member(&novi, "Ann").await);
    let (mut browser, sid) = signed_in(&forj, &ann).await;
    logs_out(&mut browser).await;

    for _ in 0..20 {
        deliver(&novi).await;
        novi.clock.advance(31);
    }

    assert_eq!(sids(&receiver), [&*sid, &*sid, &*sid], "and no more after 204");
    assert_eq!(noted(&novi).await, "204");
}

/// §2.8: "If the logout request was invalid or the logout failed, the RP MUST respond with HTTP 400".
#[tokio::test]
async fn a_client_that_refuses_is_left_alone_and_its_words_are_kept() {
    let receiver = answers(|| {
        let words = json!({ "error": "invalid_request", "error_description": "unknown\n sid" });
        (StatusCode::BAD_REQUEST, axum::Json(words)).into_response()
    });
    let (novi, receiver) = (novi().await, receiver.await);
    let (forj, ann) = (client(&novi, "Forj", &receiver).await, member(&novi, "Ann").await);
    let (mut browser, _) = signed_in(&forj, &ann).await;
    logs_out(&mut browser).await;

    for _ in 0..5 {
        deliver(&novi).await;
        novi.clock.advance(DAY);
    }

    assert_eq!(receiver.received().len(), 1);
    assert_eq!(noted(&novi).await, "400 invalid_request: unknown sid");
}

/// SEC-S2: a redirect is no answer, and nobody goes where it leads.
#[tokio::test]
async fn a_redirect_is_not_followed() {
    for status in [301, 302, 303, 307, 308] {
        let elsewhere = Receiver::start().await;
        let to = elsewhere.url("/latest/meta-data");
        let receiver = answers(move || {
            let status = StatusCode::from_u16(status).unwrap();
            (status, [(header::LOCATION, to.clone())]).into_response()
        });
        let (novi, receiver) = (novi().await, receiver.await);
        let (forj, ann) = (client(&novi, "Forj", &receiver).await, member(&novi, "Ann").await);
        let (mut browser, _) = signed_in(&forj, &ann).await;
        logs_out(&mut browser).await;

        deliver(&novi).await;
        novi.clock.advance(5);
        deliver(&novi).await;

        assert!(elsewhere.received().is_empty(), "{status}");
        assert_eq!(receiver.received().len(), 2, "{status} is a failure like others");
    }
}

/// SEC-S3, SEC-S4: unless the operator says so, nothing on this machine is called, by whatever name.
#[tokio::test]
async fn loopback_is_not_called_by_default() {
    let receiver = Receiver::start().await;
    let novi = Novi::start().await;
    novi.associate(&format!("http://{LOCAL}"), "Development").await;
    let ann = member(&novi, "Ann").await;
    let by_name = receiver.url("/log-out").replace("127.0.0.1", "localhost");

    for (place, url) in [receiver.url("/log-out"), by_name].into_iter().enumerate() {
        let change = |settings: &mut clients::Settings| {
            settings.backchannel_logout_url = Some(registered(&url));
        };
        let client = novi.client_that(LOCAL, &format!("Forj {place}"), &[CALLBACK], change).await;
        let (mut browser, _) = signed_in(&client, &ann).await;
        logs_out(&mut browser).await;
        deliver(&novi).await;

        assert!(receiver.received().is_empty(), "{url}");
        let why = noted(&novi).await;
        assert!(why.contains("public internet") || why.contains("https only"), "{why}");
        novi.tamper("delete from logout_notices").await;
    }
}

/// A notice is one statement's: of two nodes that come by at once one sends it.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_nodes_deliver_each_notice_once() {
    let (novi, receiver) = (novi().await, Receiver::start().await);
    let (forj, ann) = (client(&novi, "Forj", &receiver).await, member(&novi, "Ann").await);
    let nodes = [novi.another_node().await, novi.another_node().await];
    let mut ended = BTreeSet::new();
    for _ in 0..40 {
        let (mut browser, sid) = signed_in(&forj, &ann).await;
        logs_out(&mut browser).await;
        ended.insert(sid);
    }

    let tasks = nodes.map(|node| tokio::spawn(async move { deliver(&node).await }));
    for task in tasks {
        task.await.unwrap();
    }

    let told = sids(&receiver);
    assert_eq!(told.len(), 40, "each once");
    assert_eq!(told.into_iter().collect::<BTreeSet<_>>(), ended, "and none forgotten");
    let open = "select count(*) from logout_notices where done_at is null";
    assert_eq!(novi.count(open).await, 0);
}

/// A node that died with a notice in its hands: a minute later somebody else sends it.
#[tokio::test]
async fn a_notice_of_a_node_that_died_is_sent_a_minute_later() {
    let (novi, receiver) = (novi().await, Receiver::start().await);
    let (forj, ann) = (client(&novi, "Forj", &receiver).await, member(&novi, "Ann").await);
    let (mut browser, sid) = signed_in(&forj, &ann).await;
    logs_out(&mut browser).await;
    let claimed = logouts::claim(&novi.site(LOCAL).await, 10).await.unwrap();
    assert_eq!(claimed.len(), 1);

    deliver(&novi).await;
    novi.clock.advance(59);
    deliver(&novi).await;
    assert!(receiver.received().is_empty(), "it may still be on its way");
    novi.clock.advance(1);
    deliver(&novi).await;

    assert_eq!(sids(&receiver), [sid]);
    // The one that was taken for dead says how it went: that is not written down any more.
    let site = novi.site(LOCAL).await;
    logouts::answered(&site, &claimed[0], logouts::Outcome::Failed, "late").await.unwrap();
    assert_eq!(noted(&novi).await, "200");
}

/// A client that does not answer keeps nobody else waiting.
#[tokio::test]
async fn a_slow_client_does_not_hold_up_another() {
    let (release, told) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let waits = release.clone();
    let slow = Receiver::answering(move |_| {
        let waits = waits.clone();
        async move {
            waits.notified().await;
            StatusCode::OK.into_response()
        }
    });
    let rings = told.clone();
    let fast = answers(move || {
        rings.notify_one();
        StatusCode::OK.into_response()
    });
    let (novi, slow, fast) = (novi().await, slow.await, fast.await);
    let ann = member(&novi, "Ann").await;
    let (at_slow, at_fast) =
        (client(&novi, "Slow", &slow).await, client(&novi, "Fast", &fast).await);
    let (mut browser, sid) = signed_in(&at_slow, &ann).await;
    signs_in(&at_fast, &mut browser, &ann).await;
    let (mut second, other) = signed_in(&at_fast, &ann).await;

    logs_out(&mut browser).await;
    let node = novi.clone();
    let waiting = tokio::spawn(async move { deliver(&node).await });
    told.notified().await;
    assert!(!waiting.is_finished(), "the slow one has not answered");
    logs_out(&mut second).await;
    deliver(&novi.another_node().await).await;
    assert_eq!(sids(&fast), [sid.clone(), other], "the same log-out, and the next one");
    release.notify_one();
    waiting.await.unwrap();

    assert_eq!(sids(&slow), [sid]);
}

/// What nobody can be told any more is not kept in the queue.
#[tokio::test]
async fn a_client_without_a_url_or_switched_off_is_told_nothing() {
    let (novi, receiver) = (novi().await, Receiver::start().await);
    let (forj, ann) = (client(&novi, "Forj", &receiver).await, member(&novi, "Ann").await);
    let off = client(&novi, "Off", &receiver).await;
    let (mut first, _) = signed_in(&forj, &ann).await;
    let (mut second, _) = signed_in(&forj, &ann).await;
    signs_in(&off, &mut second, &ann).await;

    logs_out(&mut first).await;
    forj.change(|settings| settings.backchannel_logout_url = None).await;
    let (site, id) = (novi.site(LOCAL).await, off.client_id.parse().unwrap());
    assert!(clients::disable(&site, &id, "Ruth", &Actor::CommandLine).await.unwrap());
    logs_out(&mut second).await;
    deliver(&novi).await;

    assert!(receiver.received().is_empty());
    assert_eq!(novi.count("select count(*) from logout_notices").await, 1, "that of the first");
    let waiting = "select count(*) from logout_notices where next_try_at is not null";
    assert_eq!(novi.count(waiting).await, 0);
}

/// Sessions end by themselves after a week, and what became of a notice is shown for a month.
#[tokio::test]
async fn what_is_of_no_use_any_more_is_forgotten() {
    let (novi, receiver) = (novi().await, Receiver::start().await);
    let (forj, ann) = (client(&novi, "Forj", &receiver).await, member(&novi, "Ann").await);
    let (mut browser, _) = signed_in(&forj, &ann).await;
    signed_in(&forj, &ann).await;
    logs_out(&mut browser).await;
    deliver(&novi).await;
    let rows = async || {
        housekeeping::tidy(&novi.app).await.unwrap();
        let sessions = novi.count("select count(*) from session_clients").await;
        (sessions, novi.count("select count(*) from logout_notices").await)
    };

    assert_eq!(rows().await, (1, 1));
    novi.clock.advance(7 * DAY);
    assert_eq!(rows().await, (1, 1));
    novi.clock.advance(DAY + 1);
    assert_eq!(rows().await, (0, 1));
    novi.clock.advance(22 * DAY);
    assert_eq!(rows().await, (0, 0));
    assert_eq!(receiver.received().len(), 1);
}

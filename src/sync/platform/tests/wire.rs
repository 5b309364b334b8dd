//! One call: credentials, redirects, and what each wrong answer means.

use serde_json::json;

use super::super::{Failure, Field, Platform};
use super::{Act, IMPATIENT, KEY, SECRET, Server, ada, board, mobilize, mobilize_with};

fn forbidden_words(failure: &Failure) {
    let words = failure.words();
    assert!(!words.is_empty() && words.chars().count() <= 200, "{words}");
    for forbidden in [KEY, SECRET, "<", "\n", "azdHZC1rZXk6"] {
        assert!(!words.contains(forbidden), "{words}");
    }
}

#[tokio::test]
async fn every_call_has_the_credentials_and_a_change_its_idempotency_key() {
    let server = Server::that_does([Act::json(200, &json!([])), Act::json(201, &ada())]).await;
    let platform = mobilize(&server.origin);

    platform.test().await.unwrap();
    let fields = [(Field::Email, "ada@x.org")].into_iter().collect();
    platform.add("4711", None, &fields, "job-1.7").await.ok().unwrap();

    let asked = server.asked();
    for asked in &asked {
        // printf 'k7Gd-key:s3cret-of-acme' | base64
        let basic = "Basic azdHZC1rZXk6czNjcmV0LW9mLWFjbWU=";
        assert_eq!(asked.header("authorization"), Some(basic));
        assert_eq!(asked.header("accept"), Some("application/json"));
        assert!(asked.header("user-agent").unwrap().starts_with("novi-sso/"));
    }
    assert_eq!(asked[0].line, "GET /v1/groups?limit=1&offset=0");
    assert_eq!(asked[0].header("idempotency-key"), None);
    assert_eq!(asked[1].header("idempotency-key"), Some("job-1.7"));
    assert_eq!(asked[1].header("content-type"), Some("application/json"));
    assert_eq!(asked[0].connection, asked[1].connection, "connections are kept");
}

#[tokio::test]
async fn a_refused_connection_is_unreachable_and_a_hang_up_is_of_unknown_outcome() {
    let nobody = mobilize(&Server::closed().await).test().await.unwrap_err();
    assert!(matches!(nobody, Failure::Unreachable { .. }), "{nobody:?}");
    assert!(!nobody.outcome_is_unknown());

    let server = Server::that_does([Act::HangUp]).await;
    let removed = mobilize(&server.origin).remove("4711", "9f3c", "1").await.unwrap_err();
    assert!(matches!(removed, Failure::Unknown { .. }), "{removed:?}");
    assert_eq!(server.asked().len(), 1, "nothing is sent twice");
}

/// A connection that was kept and is closed just now may have taken the call with it.
#[tokio::test]
async fn a_hang_up_on_a_kept_connection_is_not_tried_again_silently() {
    let server = Server::that_does([Act::json(200, &json!([])), Act::HangUp]).await;
    let platform = mobilize(&server.origin);
    platform.test().await.unwrap();

    let removed = platform.remove("4711", "9f3c", "1").await.unwrap_err();

    assert!(matches!(removed, Failure::Unknown { .. }), "{removed:?}");
    assert_eq!(server.asked().len(), 2);
}

/// PLATFORMS.md 1.4, the table of answers.
#[tokio::test]
async fn each_wrong_answer_is_told_apart() {
    let error = |status| Act::json(status, &json!({"error_message": "Email is invalid"}));
    let page = |status| Act::text(status, "text/html", "<h1>Oh no</h1> k7Gd-key");
    let words = || "Email is invalid".to_owned();
    let said = |failure: Failure| (failure, true);
    let ours = |failure: Failure| (failure, false);
    let unsaid = || String::new();
    let busy = |retry_after_seconds| Failure::Busy {
        status: Some(429),
        retry_after_seconds,
        words: words(),
    };
    for (act, (expected, with_words)) in [
        (error(400), said(Failure::Refused { status: 400, words: words() })),
        (error(409), said(Failure::Refused { status: 409, words: words() })),
        (error(422), said(Failure::Refused { status: 422, words: words() })),
        (error(401), said(Failure::Unauthorized { status: 401, words: words() })),
        (error(403), said(Failure::Unauthorized { status: 403, words: words() })),
        (error(404), said(Failure::Refused { status: 404, words: words() })),
        (error(500), said(Failure::Broken { status: Some(500), words: words() })),
        (error(429), said(busy(None))),
        (error(429).with("retry-after", 7), said(busy(Some(7)))),
        (
            error(429)
                .with("retry-after", "Wed, 21 Oct 2015 07:28:30 GMT")
                .with("date", "Wed, 21 Oct 2015 07:28:00 GMT"),
            said(busy(Some(30))),
        ),
        (error(429).with("retry-after", "soon"), said(busy(None))),
        (page(200), ours(Failure::Broken { status: Some(200), words: unsaid() })),
        (page(404), ours(Failure::Broken { status: Some(404), words: unsaid() })),
        (page(502), ours(Failure::Broken { status: Some(502), words: unsaid() })),
        (page(401), ours(Failure::Unauthorized { status: 401, words: unsaid() })),
        (
            Act::text(200, "application/json", " <html>"),
            ours(Failure::Broken { status: Some(200), words: unsaid() }),
        ),
        (
            Act::text(200, "application/json", "[{\"id\":"),
            ours(Failure::Broken { status: Some(200), words: unsaid() }),
        ),
        (
            Act::text(200, "application/json", ""),
            ours(Failure::Broken { status: Some(200), words: unsaid() }),
        ),
        (
            Act::json(200, &json!({"people": []})),
            ours(Failure::Broken { status: Some(200), words: unsaid() }),
        ),
        (
            Act::BreakOff(b"[{\"id\"".to_vec()),
            ours(Failure::Broken { status: Some(200), words: unsaid() }),
        ),
        (
            Act::Answer(200, Vec::new(), vec![b' '; 10 << 20]),
            ours(Failure::Broken { status: Some(200), words: unsaid() }),
        ),
        (
            Act::json(500, &json!({"error_message": format!("key {KEY}\n <b>{SECRET}</b>")})),
            ours(Failure::Broken { status: Some(500), words: unsaid() }),
        ),
        (
            Act::Answer(418, Vec::new(), Vec::new()),
            ours(Failure::Refused { status: 418, words: unsaid() }),
        ),
    ] {
        let server = Server::that_does([act]).await;
        let mut failure = mobilize(&server.origin).test().await.unwrap_err();
        forbidden_words(&failure);
        if !with_words {
            failure = wordless(failure);
        }
        assert_eq!(failure, expected);
    }
}

fn wordless(mut failure: Failure) -> Failure {
    match &mut failure {
        Failure::Unreachable { words }
        | Failure::Unknown { words }
        | Failure::Busy { words, .. }
        | Failure::Refused { words, .. }
        | Failure::Unsendable { words }
        | Failure::Unauthorized { words, .. }
        | Failure::GroupGone { words }
        | Failure::Broken { words, .. } => words.clear(),
    }
    failure
}

/// An answer without a length, cut at a megabyte, must not look like a short list.
#[tokio::test]
async fn an_answer_of_more_than_a_megabyte_is_none() {
    let mut body = vec![b' '; 1 << 20];
    body.extend(b"[]");
    let server = Server::that_does([Act::Answer(200, Vec::new(), body)]).await;
    let failure = mobilize(&server.origin).test().await.unwrap_err();
    assert!(matches!(failure, Failure::Broken { status: Some(200), .. }), "{failure:?}");

    let mut body = vec![b' '; (1 << 20) - 2];
    body.extend(b"[]");
    let server = Server::that_does([Act::Answer(200, Vec::new(), body)]).await;
    mobilize(&server.origin).test().await.unwrap();
}

/// FOUND-2: Forj has answered with redirects, trailing slashes among them.
#[tokio::test]
async fn a_redirect_on_the_same_host_is_followed_with_everything_that_was_sent() {
    let server = Server::that_does([
        Act::redirect(301, "/v1/groups/4711/members/"),
        Act::redirect(307, "members/again"),
        Act::json(201, &ada()),
    ])
    .await;
    let fields = [(Field::Email, "ada@x.org")].into_iter().collect();

    mobilize(&server.origin).add("4711", None, &fields, "1").await.ok().unwrap();

    let asked = server.asked();
    let lines = [
        "POST /v1/groups/4711/members",
        "POST /v1/groups/4711/members/",
        "POST /v1/groups/4711/members/members/again",
    ];
    assert_eq!(server.lines(), lines);
    for asked in &asked {
        assert!(asked.header("authorization").is_some());
        assert_eq!(asked.json["fields"]["email"], "ada@x.org");
        assert_eq!(asked.header("idempotency-key"), Some("1"));
    }
}

/// SECURITY.md 3.5: the credentials are for one host.
#[tokio::test]
async fn a_redirect_elsewhere_is_not_followed() {
    let elsewhere = Server::that_does([Act::json(200, &json!([]))]).await;
    let same_host_other_name = elsewhere.origin.replace("127.0.0.1", "localhost");
    for location in [
        format!("{}/v1/groups", elsewhere.origin),
        format!("{same_host_other_name}/v1/groups"),
        elsewhere.origin.replace("http://", "//"),
        "https://evil.example/".to_owned(),
        "gopher://evil.example/".to_owned(),
        "https://[".to_owned(),
        String::new(),
    ] {
        let mut acts = vec![Act::redirect(302, &location)];
        if location.is_empty() {
            acts = vec![Act::Answer(302, Vec::new(), Vec::new())];
        }
        let server = Server::that_does(acts).await;
        let failure = mobilize(&server.origin).test().await.unwrap_err();
        assert!(matches!(failure, Failure::Broken { status: Some(302), .. }), "{failure:?}");
        assert!(!failure.outcome_is_unknown(), "{location}");
        forbidden_words(&failure);
        assert_eq!(server.asked().len(), 1, "{location}");
    }
    assert!(elsewhere.asked().is_empty());
}

#[tokio::test]
async fn redirects_come_to_an_end() {
    let server = Server::that(|_| Act::redirect(302, "/v1/groups")).await;
    let failure = mobilize(&server.origin).test().await.unwrap_err();
    assert!(matches!(failure, Failure::Broken { .. }), "{failure:?}");
    assert_eq!(server.asked().len(), 4);

    let server = Server::that_does([Act::redirect(303, "/v1/groups")]).await;
    let failure = mobilize(&server.origin).remove("4711", "9f3c", "1").await.unwrap_err();
    assert!(matches!(failure, Failure::Broken { .. }), "{failure:?}");
}

/// All calls of a connection keep the pause that one of them was asked for.
#[tokio::test]
async fn after_too_many_requests_no_other_call_goes_out() {
    let server = Server::that_does([
        Act::json(429, &json!({"message": "Too Many Requests"})).with("retry-after", 3600),
        Act::json(200, &board()),
    ])
    .await;
    let platform = mobilize_with(Platform::Forj, &server.origin, IMPATIENT);

    let first = platform.test().await.unwrap_err();
    let second = platform.clone().group("4711").await.unwrap_err();

    assert!(matches!(first, Failure::Busy { retry_after_seconds: Some(3600), .. }), "{first:?}");
    let Failure::Busy { retry_after_seconds: Some(seconds), .. } = second else {
        panic!("{second:?}")
    };
    assert!((3500..=3600).contains(&seconds));
    assert_eq!(server.asked().len(), 1);
}

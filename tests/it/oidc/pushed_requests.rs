//! Pushed authorization requests (RFC 9126), and references that nobody follows (SEC-S1).

use novi_sso::clients::{Settings, TokenAuthMethod};
use novi_sso::housekeeping;

use crate::support::{
    Browser, CALLBACK, HOME, Member, NOW, Novi, Page, Platform, Receiver, Reply, claims,
};

const PREFIX: &str = "urn:ietf:params:oauth:request_uri:";
const ROWS: &str = "select count(*) from pushed_requests";

fn reference(pushed: &Reply) -> &str {
    assert_eq!(pushed.status, 201, "{}", pushed.json);
    pushed.text("request_uri")
}

/// What the client sends the browser to: its id and the reference, and whatever else.
async fn brings(
    browser: &mut Browser,
    client: &Platform,
    request_uri: &str,
    more: &[(&str, &str)],
) -> Page {
    let pairs = [("client_id", &*client.client_id), ("request_uri", request_uri)];
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs.iter().chain(more))
        .finish();
    browser.visit(&format!("/oauth/authorize?{query}")).await
}

async fn signed_in(novi: &Novi, member: &Member) -> Browser {
    let mut browser = novi.browser();
    assert_eq!(browser.sign_in(member).await.status, 303);
    browser
}

/// §2.2 and §4.
#[tokio::test]
async fn a_request_is_pushed_and_its_reference_signs_the_member_in() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);

    let pushed = forj.push(&[("scope", "openid email"), ("nonce", "n-7"), ("state", "st-7")]).await;

    let request_uri = reference(&pushed);
    let secret = request_uri.strip_prefix(PREFIX).unwrap();
    assert_eq!(secret.len(), 43, "256 bits: §7.1, it must not be guessed");
    assert_eq!(pushed["expires_in"], 90);
    assert_eq!(pushed.json.as_object().unwrap().len(), 2);
    assert_eq!(pushed.header("cache-control"), Some("no-store"));
    assert_eq!(pushed.header("content-type"), Some("application/json"));
    let tables = novi.tables().await;
    assert!(!tables.hold(secret) && !tables.hold(&forj.secret), "neither is kept");

    let mut browser = novi.browser();
    let log_in = brings(&mut browser, &forj, request_uri, &[]).await;
    let mut page = browser.sign_in_on(&log_in, &ann).await;
    while let Some(to) = page.location().filter(|to| to.starts_with('/')) {
        page = browser.get(&to).await;
    }
    assert_eq!(page.sent("state").as_deref(), Some("st-7"));
    assert_eq!(page.sent("iss").as_deref(), Some("https://www.acme.example"));
    let bought = forj.exchange(&page.sent("code").unwrap()).await;
    assert_eq!(claims(&bought["id_token"])["nonce"], "n-7");
    let told = forj.userinfo(bought.text("access_token")).await;
    assert_eq!((&told["email"], told.json.get("name")), (&"ann@acme.example".into(), None));
}

/// §4: "SHOULD treat request_uri values as one-time use". Whoever comes second begins anew.
#[tokio::test]
async fn a_reference_is_used_once() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let mut browser = signed_in(&novi, &ann).await;
    let mut other = signed_in(&novi, &novi.member("Bo").await).await;
    let pushed = forj.push(&[]).await;

    let first = brings(&mut browser, &forj, reference(&pushed), &[]).await;
    let again = brings(&mut browser, &forj, reference(&pushed), &[]).await;
    let elsewhere = brings(&mut other, &forj, reference(&pushed), &[]).await;

    assert!(first.sent("code").is_some());
    for page in [again, elsewhere] {
        assert_eq!(page.location().as_deref(), Some("https://acme.mobilize.io/"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_eight_browsers_with_one_reference_at_once_one_goes_on() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let other = if novi.on_sqlite() { novi.clone() } else { novi.another_node().await };
    let mut signed_in = novi.browser();
    signed_in.sign_in(&ann).await;

    for round in 0..10 {
        let pushed = forj.push(&[]).await;
        let tries = (0..8).map(|place| {
            let mut browser = [&novi, &other][place % 2].browser();
            browser.cookies = signed_in.cookies.clone();
            let (forj, reference) = (forj.clone(), reference(&pushed).to_owned());
            tokio::spawn(async move { brings(&mut browser, &forj, &reference, &[]).await })
        });
        let mut codes = 0;
        for tried in tries.collect::<Vec<_>>() {
            codes += usize::from(tried.await.unwrap().sent("code").is_some());
        }
        assert_eq!(codes, 1, "round {round}");
    }
}

/// §2.2: a "short-lived" one, whatever happens at log-in later.
#[tokio::test]
async fn a_reference_lives_ninety_seconds_and_is_forgotten() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let mut browser = signed_in(&novi, &ann).await;
    let (early, late, slow) = (forj.push(&[]).await, forj.push(&[]).await, forj.push(&[]).await);
    let mut slow_browser = novi.browser();
    let log_in = brings(&mut slow_browser, &forj, reference(&slow), &[]).await;

    novi.clock.advance(89);
    assert!(brings(&mut browser, &forj, reference(&early), &[]).await.sent("code").is_some());
    housekeeping::tidy(&novi.app).await.unwrap();
    assert_eq!(novi.count(ROWS).await, 3);
    novi.clock.advance(1);
    assert!(brings(&mut browser, &forj, reference(&late), &[]).await.sent("code").is_none());
    housekeeping::tidy(&novi.app).await.unwrap();
    assert_eq!(novi.count(ROWS).await, 0);

    novi.clock.advance(600);
    let mut page = slow_browser.sign_in_on(&log_in, &ann).await;
    while let Some(to) = page.location().filter(|to| to.starts_with('/')) {
        page = slow_browser.get(&to).await;
    }
    assert!(page.sent("code").is_some(), "who types slowly gets there: {}", page.body);
}

/// §2.2: the reference is "bound to the client that posted the authorization request".
#[tokio::test]
async fn a_reference_of_another_client_leads_nowhere_and_stays_its_owners() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let other = novi.client("Other").await;
    let mut browser = signed_in(&novi, &ann).await;
    let pushed = forj.push(&[]).await;

    let stolen = brings(&mut browser, &other, reference(&pushed), &[]).await;
    let own = brings(&mut browser, &forj, reference(&pushed), &[]).await;

    assert_eq!((stolen.sent("code"), stolen.sent("error")), (None, None));
    assert!(own.sent("code").is_some());
}

/// RFC 9101 §6.3 by RFC 9126 §4: what was pushed counts, not what somebody wrote beside it.
#[tokio::test]
async fn parameters_of_the_browser_do_not_count() {
    let novi = Novi::start().await;
    let second = "https://acme.mobilize.io/second";
    let forj = novi.client_at(HOME, "Forj", &[CALLBACK, second], TokenAuthMethod::Secret).await;
    let ann = novi.member("Ann").await;
    let mut browser = signed_in(&novi, &ann).await;
    let pushed = forj.push(&[("scope", "openid"), ("nonce", "")]).await;

    let beside = [
        ("redirect_uri", second),
        ("scope", "openid email phone"),
        ("state", "evil"),
        ("nonce", "evil"),
        ("response_mode", "form_post"),
        ("response_type", "token"),
        ("prompt", "login"),
        ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
        ("request", "x.y.z"),
    ];
    let page = brings(&mut browser, &forj, reference(&pushed), &beside).await;

    assert!(page.location().unwrap().starts_with(&format!("{CALLBACK}?")), "{}", page.body);
    assert_eq!(page.sent("state").as_deref(), Some("st-1"));
    let bought = forj.exchange(&page.sent("code").unwrap()).await;
    let id_token = claims(&bought["id_token"]);
    assert_eq!((id_token.get("nonce"), id_token.get("email")), (None, None));
}

/// §2.1: "Validate the pushed request as it would an authorization request", and §2.3: answer in JSON.
#[tokio::test]
async fn what_is_wrong_with_a_pushed_request_is_said_at_once_and_to_the_client() {
    let novi = Novi::start().await;
    let forj = novi.client("Forj").await;
    let pkce = novi
        .client_that(HOME, "Pkce", &[CALLBACK], |settings: &mut Settings| {
            settings.requires_pkce = true;
        })
        .await;
    let own = format!("{PREFIX}{}", "x".repeat(43));

    for (changes, error) in [
        (("redirect_uri", ""), "invalid_request"),
        (("redirect_uri", "https://evil.example/"), "invalid_request"),
        (
            ("redirect_uri", "https://acme.mobilize.io/users/auth/openidconnect/callback/"),
            "invalid_request",
        ),
        (("request_uri", &*own), "invalid_request"),
        (("request_uri", "https://evil.example/request"), "invalid_request"),
        (("request", "x.y.z"), "request_not_supported"),
        (("registration", "{}"), "registration_not_supported"),
        (("response_type", ""), "invalid_request"),
        (("response_type", "token"), "unsupported_response_type"),
        (("response_type", "code id_token"), "unsupported_response_type"),
        (("response_mode", "fragment"), "invalid_request"),
        (("scope", "unheard_of"), "invalid_scope"),
        (("prompt", "none login"), "invalid_request"),
        (("max_age", "soon"), "invalid_request"),
        (("claims", "["), "invalid_request"),
        (("code_challenge", "short"), "invalid_request"),
        (("code_challenge_method", "plain"), "invalid_request"),
        (("id_token_hint", "x.y.z"), "invalid_request"),
    ] {
        let refused = forj.push(&[changes]).await;
        assert_eq!(refused.refusal(), (400, error), "{changes:?}");
        assert_eq!(refused.header("location"), None, "{changes:?}");
        assert_eq!(refused.header("cache-control"), Some("no-store"));
        assert!(!refused.json.to_string().contains("evil"), "{changes:?}");
    }
    assert_eq!(pkce.push(&[]).await.refusal(), (400, "invalid_request"));
    assert_eq!(novi.count(ROWS).await, 0);
}

/// §2: "The client authentication requirements of the token endpoint apply".
#[tokio::test]
async fn who_pushes_says_who_it_is() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let app = novi.client_at(HOME, "App", &[CALLBACK], TokenAuthMethod::None).await;

    for secret in ["wrong", ""] {
        let unproven = Platform { secret: secret.to_owned(), ..forj.clone() };
        assert_eq!(unproven.push(&[]).await.refusal(), (401, "invalid_client"));
    }
    let by_get = forj.get("/oauth/par").await;
    assert_eq!((by_get.status, by_get.header("allow")), (405, Some("POST")));
    assert_eq!(app.push(&[]).await.refusal(), (400, "invalid_request"), "PKCE is required of it");
    let challenge = [
        ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
        ("code_challenge_method", "S256"),
    ];
    let pushed = app.push(&challenge).await;
    let mut browser = signed_in(&novi, &ann).await;
    let code = brings(&mut browser, &app, reference(&pushed), &[]).await.sent("code").unwrap();
    let verifier = ("code_verifier", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
    assert_eq!(app.token(&[("code", &code), verifier]).await.status, 200);
}

/// SECURITY.md 4.5: a client that pushes and never comes fills no disk.
#[tokio::test]
async fn of_too_many_pushed_requests_the_oldest_go() {
    let novi = Novi::start_with(|settings| settings.limits.pending_requests = Some(3)).await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let other = novi.client("Other").await;
    let mut browser = signed_in(&novi, &ann).await;
    let kept = other.push(&[]).await;
    let mut all = Vec::new();

    for _ in 0..5 {
        novi.clock.advance(1);
        all.push(forj.push(&[]).await);
    }

    for (place, pushed) in all.iter().enumerate() {
        let page = brings(&mut browser, &forj, reference(pushed), &[]).await;
        assert_eq!(page.sent("code").is_some(), place >= 2, "{place}");
    }
    let page = brings(&mut browser, &other, reference(&kept), &[]).await;
    assert!(page.sent("code").is_some(), "another client is not concerned");
}

/// SEC-S1 (Keycloak CVE-2020-10770): a reference to elsewhere is an error, and nothing goes there.
#[tokio::test]
async fn a_reference_to_elsewhere_is_refused_and_nothing_goes_out() {
    let receiver = Receiver::start().await;
    let novi = Novi::empty(&crate::support::database_url().await, |_| {}).await;
    novi.associate("http://localhost:8080", "Development").await;
    let host = "localhost:8080";
    let forj = novi.client_at(host, "Forj", &[CALLBACK], TokenAuthMethod::Secret).await;
    let mut browser = novi.browser_at(host);
    let inside = receiver.url("/request.jwt");

    for (name, value, error) in [
        ("request_uri", &*inside, "request_uri_not_supported"),
        ("request_uri", "https://evil.example/request.jwt", "request_uri_not_supported"),
        ("request_uri", "file:///etc/passwd", "request_uri_not_supported"),
        ("request_uri", "urn:example:other", "request_uri_not_supported"),
        ("request_uri", "URN:ietf:params:oauth:request_uri:x", "request_uri_not_supported"),
        ("request", "eyJhbGciOiJub25lIn0.e30.", "request_not_supported"),
        ("registration", "{}", "registration_not_supported"),
    ] {
        let page = browser.visit(&forj.authorize_url_with(&[(name, value)])).await;
        assert_eq!(page.sent("error").as_deref(), Some(error), "{value}");
        assert_eq!(page.sent("state").as_deref(), Some("st-1"), "{value}");
        assert_eq!(page.sent("code"), None);
        // Where nothing else is trusted there is no way back, and still no way out.
        let bare = brings(&mut browser, &forj, &inside, &[]).await;
        assert_eq!((bare.status, bare.location()), (400, None));
        if name == "request_uri" {
            assert_eq!(forj.push(&[(name, value)]).await.refusal(), (400, "invalid_request"));
        }
    }

    assert!(receiver.received().is_empty());
    assert_eq!(novi.clock.now().unix_seconds(), NOW);
}

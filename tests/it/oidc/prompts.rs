//! `prompt` and `max_age`, and what a browser does to a request on its way: back, twice, in two tabs, or in
//! somebody else's hands (OpenID Connect Core §3.1.2.1).

use novi_sso::clients::Consent;
use serde_json::Value;

use crate::support::{Browser, Member, Novi, Page, Platform, claims};

const COMMUNITY: &str = "https://acme.mobilize.io/";

/// A page that a person stops at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stop {
    LogIn,
    Account,
    Consent,
}

/// Does what the pages ask for until the client has an answer: where it stopped, and the answer.
async fn walk(browser: &mut Browser, member: &Member, path: &str) -> (Vec<Stop>, Page) {
    let mut stops = Vec::new();
    let mut page = browser.visit(path).await;
    while page.location().is_none() {
        if page.posts_to("/log-in") {
            stops.push(Stop::LogIn);
            page = browser.sign_in_on(&page, member).await;
        } else if page.body.contains("value=\"share\"") {
            stops.push(Stop::Consent);
            page = browser.answer(&page, "share").await;
        } else {
            stops.push(Stop::Account);
            page = browser.answer(&page, "continue").await;
        }
        assert!(stops.len() < 10, "walks in a circle: {stops:?}");
        while let Some(to) = page.location().filter(|to| to.starts_with('/')) {
            page = browser.get(&to).await;
        }
    }
    (stops, page)
}

async fn asking(novi: &Novi) -> Platform {
    novi.client_with("Asks", |settings| settings.consent = Consent::Asked).await
}

/// The claims of the ID token that an answer buys.
async fn bought(client: &Platform, answer: &Page) -> Value {
    let code = answer.sent("code").unwrap_or_else(|| panic!("{:?}", answer.location()));
    let reply = client.exchange(&code).await;
    assert_eq!(reply.status, 200, "{}", reply.json);
    claims(&reply["id_token"])
}

/// §3.1.2.1: each value asks for its own page, whoever is signed in; together they ask for all of them.
#[tokio::test]
async fn each_prompt_asks_for_its_page_and_several_for_all() {
    use Stop::{Account, Consent, LogIn};
    let novi = Novi::start().await;
    let (forj, asks, ann) =
        (novi.client("Forj").await, asking(&novi).await, novi.member("Ann").await);

    for (prompt, of_trusted, of_asking) in [
        ("", vec![], vec![Consent]),
        ("login", vec![LogIn], vec![LogIn]),
        ("consent", vec![Consent], vec![Consent]),
        ("select_account", vec![Account], vec![Account]),
        ("login consent", vec![LogIn, Consent], vec![LogIn, Consent]),
        ("consent select_account", vec![Account, Consent], vec![Account, Consent]),
        // Who has just typed their password has said who they are.
        ("login select_account", vec![LogIn], vec![LogIn]),
        ("select_account  consent login", vec![LogIn, Consent], vec![LogIn, Consent]),
        ("none", vec![], vec![]),
    ] {
        for (client, stops) in [(&forj, of_trusted), (&asks, of_asking)] {
            let mut browser = novi.browser_of(&ann).await;
            let url = client.authorize_url_with(&[("prompt", prompt)]);

            let (seen, answer) = walk(&mut browser, &ann, &url).await;

            assert_eq!(seen, stops, "prompt={prompt}");
            let code = answer.sent("code").unwrap_or_else(|| panic!("{:?}", answer.location()));
            assert_eq!(client.exchange(&code).await.status, 200, "prompt={prompt}");
        }
    }
    for unknown in ["create", "LOGIN", "login,consent", "none consent", "none select_account"] {
        let url = forj.authorize_url_with(&[("prompt", unknown)]);
        let answer = novi.browser_of(&ann).await.get(&url).await;
        assert_eq!(answer.sent("error").as_deref(), Some("invalid_request"), "prompt={unknown}");
    }
}

/// §3.1.2.1, none: "MUST NOT display any authentication or consent user interface pages".
#[tokio::test]
async fn prompt_none_answers_with_what_would_have_been_asked() {
    let novi = Novi::start().await;
    let (ann, bob) = (novi.member("Ann").await, novi.member("Bob").await);
    let board = novi.group("Board", &[&bob]).await;
    let (forj, asks) = (novi.client("Forj").await, asking(&novi).await);
    let closed =
        novi.client_with("Closed", |settings| settings.permitted_groups = vec![board]).await;
    let silent = ("prompt", "none");
    let (mut nobody, mut browser) = (novi.browser(), novi.browser_of(&ann).await);

    for client in [&forj, &asks, &closed] {
        let answer = nobody.get(&client.authorize_url_with(&[silent])).await;
        assert_eq!(answer.sent("error").as_deref(), Some("login_required"));
    }
    let answer = browser.get(&asks.authorize_url_with(&[silent])).await;
    assert_eq!(answer.sent("error").as_deref(), Some("consent_required"));
    let answer = browser.get(&closed.authorize_url_with(&[silent])).await;
    assert_eq!(answer.sent("error").as_deref(), Some("access_denied"));
    walk(&mut browser, &ann, &asks.authorize_url()).await;
    let answer = browser.get(&asks.authorize_url_with(&[silent])).await;
    assert!(answer.sent("code").is_some(), "allowed before: {:?}", answer.location());
    novi.clock.advance(10);
    let answer = browser.get(&forj.authorize_url_with(&[silent, ("max_age", "9")])).await;
    assert_eq!(answer.sent("error").as_deref(), Some("login_required"));
    assert_eq!(novi.count("select count(*) from sign_ins").await, 1, "silence keeps no request");
}

/// `prompt=login` is answered by the password and by nothing else.
#[tokio::test]
async fn prompt_login_is_not_passed_without_the_password_for_this_very_request() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let mut browser = novi.browser_of(&ann).await;
    let log_in = browser.get(&forj.authorize_url_with(&[("prompt", "login")])).await;
    let log_in = log_in.location().unwrap();
    let resumption = log_in.replace("/log-in?request=", "/oauth/authorize?request_id=");

    for attempt in [
        browser.get(&resumption).await,
        browser.get(&format!("{resumption}&prompt=none")).await,
        browser.get(&log_in.replace("&again=1", "")).await,
    ] {
        let to = attempt.location().expect("on to somewhere of ours");
        assert!(to.starts_with('/') && attempt.sent("code").is_none(), "{to}");
    }
    // The password on another log-in page, in the same browser, is not for this request.
    let elsewhere = browser.get("/log-in?again=1").await;
    browser.sign_in_on(&elsewhere, &ann).await;
    let attempt = browser.get(&resumption).await;
    assert!(attempt.location().unwrap().starts_with("/log-in?request="));
    let form = browser.get(&log_in).await;
    let wrong = [("email", &*ann.email), ("password", "wrong")];
    browser.submit(&form, "/log-in", &wrong).await;
    let attempt = browser.get(&resumption).await;
    assert!(attempt.location().unwrap().starts_with("/log-in?request="));

    let form = browser.get(&log_in).await;
    let entered = browser.sign_in_on(&form, &ann).await;
    let answer = browser.get(&entered.location().unwrap()).await;
    assert!(answer.sent("code").is_some(), "{:?}", answer.location());
}

/// §3.1.2.1, max_age: "the allowable elapsed time in seconds since the last time the End-User was actively
/// authenticated"; §2: then auth_time "is REQUIRED".
#[tokio::test]
async fn max_age_asks_again_when_the_log_in_is_older() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let mut browser = novi.browser_of(&ann).await;
    let first = novi.clock.now().unix_seconds();

    for (wait, max_age, stops) in [
        (0, "1", vec![]),
        (60, "60", vec![]),
        (0, "2147483648", vec![]),
        (0, "4294967295", vec![]),
        (1, "60", vec![Stop::LogIn]),
        (0, "60", vec![]),
        (0, "0", vec![Stop::LogIn]),
        (0, "0", vec![Stop::LogIn]),
    ] {
        novi.clock.advance(wait);
        let now = novi.clock.now().unix_seconds();
        let url = forj.authorize_url_with(&[("max_age", max_age)]);

        let (seen, answer) = walk(&mut browser, &ann, &url).await;

        assert_eq!(seen, stops, "max_age={max_age}");
        let auth_time = bought(&forj, &answer).await["auth_time"].as_i64().unwrap();
        assert!(auth_time == now || seen.is_empty(), "max_age={max_age}");
        assert!(auth_time >= first && now - auth_time <= max_age.parse::<i64>().unwrap());
    }
}

/// SEC-M9: every numeric parameter of the authorization endpoint.
#[tokio::test]
async fn a_max_age_that_is_no_number_of_seconds_is_an_error() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let mut browser = novi.browser_of(&ann).await;

    for wrong in [
        "-1",
        "NaN",
        "Infinity",
        "1.5",
        "1e3",
        "0x10",
        "4294967296",
        "99999999999999999999",
        "1 ",
        "one",
        "١",
        "1,000",
        "-0",
    ] {
        let answer = browser.get(&forj.authorize_url_with(&[("max_age", wrong)])).await;
        assert_eq!(answer.sent("error").as_deref(), Some("invalid_request"), "max_age={wrong}");
    }
}

/// SEC-D3, OpenID Connect Back-Channel Logout §2.1: the cookie is never the one from before; what clients
/// know the session by stays as long as it is the same member's.
#[tokio::test]
async fn a_log_in_changes_the_cookie_and_keeps_the_sid_of_the_same_member_only() {
    let novi = Novi::start().await;
    let (forj, ann, bob) =
        (novi.client("Forj").await, novi.member("Ann").await, novi.member("Bob").await);
    let mut browser = novi.browser();
    let afresh = forj.authorize_url_with(&[("prompt", "login")]);
    let (mut cookies, mut sids) = (Vec::new(), Vec::new());

    for member in [&ann, &ann, &bob, &ann] {
        let (_, answer) = walk(&mut browser, member, &afresh).await;
        cookies.push(browser.session().map(str::to_owned));
        let claims = bought(&forj, &answer).await;
        assert_eq!(claims["sub"], member.id.as_str());
        sids.push(claims["sid"].as_str().expect("a sid").to_owned());
    }
    let page = browser.get("/log-out").await;
    browser.fill(&page, "/log-out", &[]).await;
    assert!(!browser.is_signed_in());
    let (_, answer) = walk(&mut browser, &ann, &forj.authorize_url()).await;
    cookies.push(browser.session().map(str::to_owned));
    sids.push(bought(&forj, &answer).await["sid"].as_str().unwrap().to_owned());

    assert_eq!(sids[0], sids[1], "the same member typed the password again");
    for (place, sid) in sids.iter().enumerate().skip(2) {
        assert!(!sids[..place].contains(sid), "{place}");
    }
    for (place, cookie) in cookies.iter().enumerate() {
        assert!(!cookies[..place].contains(cookie), "{place}");
        assert!(cookie.is_none() || sids.iter().all(|sid| Some(sid) != cookie.as_ref()));
    }
}

/// Both members of a shared computer; the one who is not meant is not answered for.
#[tokio::test]
async fn another_login_is_one_button_away_on_every_page() {
    let novi = Novi::start().await;
    let (ann, bob) = (novi.member("Ann").await, novi.member("Bob").await);
    let asks = asking(&novi).await;

    for prompt in ["consent", "select_account"] {
        let mut browser = novi.browser_of(&ann).await;
        let page = browser.visit(&asks.authorize_url_with(&[("prompt", prompt)])).await;
        assert!(page.text().contains("Ann Archer"), "{}", page.text());

        let log_in = browser.answer(&page, "switch").await;
        let log_in = browser.visit(&log_in.location().unwrap()).await;
        assert!(log_in.posts_to("/log-in"), "{}", log_in.text());
        let entered = browser.sign_in_on(&log_in, &bob).await;
        let consent = browser.visit(&entered.location().unwrap()).await;
        assert!(consent.text().contains("Bob Archer"), "{}", consent.text());
        assert!(!consent.text().contains("Ann"), "{}", consent.text());
        let answer = browser.answer(&consent, "share").await;
        assert_eq!(bought(&asks, &answer).await["sub"], bob.id.as_str());
        let of_bob = "select count(*) from consents where member_id in
             (select member_id from members where first_name = 'Bob')";
        assert_eq!(novi.count(of_bob).await, 1);
        assert_eq!(novi.count("select count(*) from consents").await, 1);
        novi.tamper("delete from consents").await;
    }
}

/// SEC-B5: what Ann began is worth nothing in Bob's browser, whichever page it stands at.
#[tokio::test]
async fn a_page_of_one_browser_opened_in_another_starts_anew_at_the_client() {
    let novi = Novi::start().await;
    let (ann, bob) = (novi.member("Ann").await, novi.member("Bob").await);
    let asks = asking(&novi).await;

    for (prompt, answer) in [("consent", "share"), ("select_account", "continue")] {
        for other in [&ann, &bob] {
            let mut begun = novi.browser_of(&ann).await;
            let to = begun.get(&asks.authorize_url_with(&[("prompt", prompt)])).await;
            let to = to.location().unwrap();
            let page = begun.get(&to).await;
            assert_eq!(page.status, 200);

            let mut lured = novi.browser_of(other).await;
            let opened = lured.get(&to).await;
            let own_token = lured.get("/log-out").await.form_token();
            let fields = [("answer", answer), ("form_token", &own_token)];
            let posted = lured.fill(&page, "/oauth/authorize", &fields).await;

            for page in [opened, posted] {
                assert_eq!(page.location().as_deref(), Some(COMMUNITY), "{}", page.text());
            }
            assert_eq!(novi.count("select count(*) from grants").await, 0);
            assert_eq!(novi.count("select count(*) from consents").await, 0);
            assert_eq!(begun.get(&to).await.status, 200, "it still waits where it was begun");
        }
    }
}

/// SEC-B8: what was asked for is what was kept; a browser adds nothing to it afterwards.
#[tokio::test]
async fn nothing_that_a_browser_sends_along_changes_a_request_that_waits() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let other = novi.client("Other").await;
    let mut browser = novi.browser_of(&ann).await;
    let to = browser.get(&forj.authorize_url_with(&[("prompt", "consent")])).await;
    let to = to.location().unwrap();
    let forged = [
        ("response_type", "token"),
        ("response_mode", "form_post"),
        ("redirect_uri", "https://evil.example/cb"),
        ("scope", "openid groups phone address offline_access"),
        ("prompt", "none"),
        ("nonce", "forged"),
        ("state", "forged"),
        ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
        ("state_of", "done"),
    ];
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    let query = query.extend_pairs(forged).finish();

    let page = browser.get(&format!("{to}&{query}")).await;
    assert_eq!(page.status, 200, "still asks");
    let wrong_client =
        [&forged[..], &[("answer", "share"), ("client_id", &*other.client_id)]].concat();
    let answer = browser.fill(&page, "/oauth/authorize", &wrong_client).await;

    assert_eq!(answer.sent("state").as_deref(), Some("st-1"), "{:?}", answer.location());
    let reply = forj.exchange(&answer.sent("code").unwrap()).await;
    assert_eq!(reply.status, 200, "{}", reply.json);
    assert_eq!(claims(&reply["id_token"])["nonce"], "n-1");
    assert_eq!((&reply["scope"], &reply["refresh_token"]), (&Value::Null, &Value::Null));
    for response_type in ["token", "id_token", "code token", "none"] {
        let asked =
            browser.get(&forj.authorize_url_with(&[("response_type", response_type)])).await;
        assert_eq!(asked.sent("error").as_deref(), Some("unsupported_response_type"));
    }
}

/// SEC-E1, SEC-E2: the forms that post to /oauth/authorize.
#[tokio::test]
async fn a_form_without_its_token_is_shown_again_and_does_nothing() {
    let novi = Novi::start().await;
    let (asks, ann) = (asking(&novi).await, novi.member("Ann").await);

    for (prompt, answers) in [("consent", ["share", "no"]), ("select_account", ["continue", "no"])]
    {
        let mut browser = novi.browser_of(&ann).await;
        let page = browser.visit(&asks.authorize_url_with(&[("prompt", prompt)])).await;
        let before = novi.tables().await;
        for answer in answers.into_iter().chain(["switch", "", "share "]) {
            for token in ["", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"] {
                let fields = [("answer", answer), ("form_token", token)];
                let again = browser.fill(&page, "/oauth/authorize", &fields).await;
                let again = match again.location() {
                    Some(to) => browser.visit(&to).await,
                    None => again,
                };
                assert!(again.posts_to("/oauth/authorize"), "{answer}: {}", again.text());
                assert_eq!(again.text(), page.text());
            }
        }
        assert_eq!(novi.tables().await.changed_since(&before), [""; 0], "{prompt}");
    }
}

/// SEC-E1.
#[tokio::test]
async fn an_answer_from_another_website_is_refused_even_with_the_right_token() {
    let novi = Novi::start().await;
    let (asks, ann) = (asking(&novi).await, novi.member("Ann").await);
    let mut browser = novi.browser_of(&ann).await;
    let page = browser.visit(&asks.authorize_url()).await;
    let mut fields = page.form("/oauth/authorize");
    fields.push(("answer".to_owned(), "share".to_owned()));
    let fields: Vec<_> = fields.iter().map(|(name, value)| (&**name, &**value)).collect();
    let before = novi.tables().await;

    for foreign in [
        [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")],
        [("origin", "null"), ("sec-fetch-mode", "navigate")],
        [("origin", "https://www.acme.example"), ("sec-fetch-site", "same-site")],
        [("origin", "https://www.acme.example:8443"), ("sec-fetch-mode", "navigate")],
    ] {
        let refused = browser.post_from("/oauth/authorize", &fields, &foreign).await;
        assert_eq!((refused.status, refused.location()), (403, None), "{foreign:?}");
    }
    assert_eq!(novi.tables().await.changed_since(&before), [""; 0]);
}

/// A page from before the log-in changed: it is shown again, in the name of whoever is in now.
#[tokio::test]
async fn a_page_of_the_member_before_decides_nothing_for_the_next_one() {
    let novi = Novi::start().await;
    let (ann, bob) = (novi.member("Ann").await, novi.member("Bob").await);
    let asks = asking(&novi).await;
    let mut browser = novi.browser_of(&ann).await;
    let of_ann = browser.visit(&asks.authorize_url()).await;
    let other_tab = browser.get("/log-in?again=1").await;
    browser.sign_in_on(&other_tab, &bob).await;

    let again = browser.answer(&of_ann, "share").await;

    assert_eq!(again.status, 200, "{:?}", again.location());
    assert!(again.text().contains("Bob Archer"), "{}", again.text());
    assert_eq!(novi.count("select count(*) from consents").await, 0);
    let answer = browser.answer(&again, "share").await;
    assert_eq!(bought(&asks, &answer).await["sub"], bob.id.as_str());
}

/// GOAL-C4: back, and the button once more; twice as fast as the answer; the same page in two tabs.
#[tokio::test]
async fn a_request_that_was_answered_starts_anew_at_its_client() {
    let novi = Novi::start().await;
    let (asks, ann) = (asking(&novi).await, novi.member("Ann").await);
    let mut browser = novi.browser_of(&ann).await;
    let choose = asks.authorize_url_with(&[("prompt", "select_account consent")]);
    let to = browser.get(&choose).await.location().unwrap();
    let account = browser.get(&to).await;

    let consent = browser.answer(&account, "continue").await;
    let twice = browser.answer(&account, "continue").await;
    for page in [consent, twice] {
        assert_eq!(page.location().as_deref(), Some(&*to), "the next page, by GET");
    }
    let consent = browser.get(&to).await;
    assert!(consent.body.contains("value=\"share\""), "{}", consent.text());
    let answer = browser.answer(&consent, "share").await;
    let code = answer.sent("code").expect("a code");

    for (page, button) in
        [(&consent, "share"), (&consent, "no"), (&account, "continue"), (&account, "no")]
    {
        let late = browser.answer(page, button).await;
        assert_eq!(late.location().as_deref(), Some(COMMUNITY), "{button}");
    }
    assert_eq!(browser.get(&to).await.location().as_deref(), Some(COMMUNITY));
    let switched = browser.answer(&consent, "switch").await;
    let log_in = browser.visit(&switched.location().unwrap()).await;
    let entered = browser.sign_in_on(&log_in, &ann).await;
    let late = browser.get(&entered.location().unwrap()).await;
    assert_eq!(late.location().as_deref(), Some(COMMUNITY));
    assert_eq!(novi.count("select count(*) from grants").await, 1);
    assert_eq!(asks.exchange(&code).await.status, 200, "and the one answer is good");
}

/// Of two clicks at the same instant one is answered.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_clicks_at_the_same_instant_one_buys_a_code() {
    let novi = Novi::start().await;
    let (asks, ann) = (asking(&novi).await, novi.member("Ann").await);

    for round in 0..5 {
        let mut browser = novi.browser_of(&ann).await;
        let consent = browser.visit(&asks.authorize_url_with(&[("prompt", "consent")])).await;
        let mut fields = consent.form("/oauth/authorize");
        fields.push(("answer".to_owned(), "share".to_owned()));
        let clicks: Vec<_> = (0..4)
            .map(|_| {
                let (fields, cookies) = (fields.clone(), browser.cookies.clone());
                let mut tab = novi.browser();
                tab.cookies = cookies;
                tokio::spawn(async move {
                    let fields: Vec<_> =
                        fields.iter().map(|(name, value)| (&**name, &**value)).collect();
                    tab.post("/oauth/authorize", &fields).await
                })
            })
            .collect();
        let mut codes = 0;
        for click in clicks {
            let page = click.await.unwrap();
            match page.sent("code") {
                Some(_) => codes += 1,
                None => assert_eq!(page.location().as_deref(), Some(COMMUNITY), "round {round}"),
            }
        }
        assert_eq!(codes, 1, "round {round}");
    }
}

/// Two tabs wait for two answers, and each gets its own.
#[tokio::test]
async fn two_tabs_are_two_requests() {
    let novi = Novi::start().await;
    let (asks, ann) = (asking(&novi).await, novi.member("Ann").await);
    let mut browser = novi.browser_of(&ann).await;
    let first = browser.visit(&asks.authorize_url_with(&[("state", "tab-1")])).await;
    let second = browser.visit(&asks.authorize_url_with(&[("state", "tab-2")])).await;

    let declined = browser.answer(&first, "no").await;
    let shared = browser.answer(&second, "share").await;

    assert_eq!(declined.sent("error").as_deref(), Some("access_denied"));
    assert_eq!(declined.sent("state").as_deref(), Some("tab-1"));
    assert_eq!(shared.sent("state").as_deref(), Some("tab-2"));
    assert!(shared.sent("code").is_some());
}

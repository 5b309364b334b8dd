//! Requests of a size that nobody needs: an error, and at once (SEC-DOS5).

use std::time::{Duration, Instant};

use crate::support::{Browser, Novi, Page, Platform, Reply};

const FORM: [(&str, &str); 1] = [("content-type", "application/x-www-form-urlencoded")];
const PARAMETERS: [&str; 20] = [
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "nonce",
    "response_mode",
    "prompt",
    "max_age",
    "display",
    "ui_locales",
    "claims_locales",
    "id_token_hint",
    "login_hint",
    "acr_values",
    "claims",
    "code_challenge",
    "code_challenge_method",
    "request_uri",
    "resource",
];

/// Generous, for a machine that does other things too; the work itself takes well under a millisecond.
const AT_ONCE: Duration = Duration::from_millis(500);

fn scopes(number: usize) -> String {
    let scopes: Vec<_> = (0..number).map(|scope| format!("s{scope}")).collect();
    format!("openid {}", scopes.join(" "))
}

/// The request by GET and by POST; each answer comes at once.
async fn both(browser: &mut Browser, forj: &Platform, changes: &[(&str, &str)]) -> [Page; 2] {
    let url = forj.authorize_url_with(changes);
    let (path, query) = url.split_once('?').unwrap();
    let fields: Vec<_> = url::form_urlencoded::parse(query.as_bytes()).collect();
    let fields: Vec<_> = fields.iter().map(|(name, value)| (&**name, &**value)).collect();
    let begun = Instant::now();
    let by_get = browser.get(&url).await;
    let between = Instant::now();
    let by_post = browser.post_bare(path, &fields).await;
    assert!(between - begun < AT_ONCE, "GET took {:?}", between - begun);
    assert!(between.elapsed() < AT_ONCE, "POST took {:?}", between.elapsed());
    [by_get, by_post]
}

async fn pushes(forj: &Platform, changes: &[(&str, &str)]) -> Reply {
    let url = forj.authorize_url_with(&[changes, &[("client_secret", &*forj.secret)]].concat());
    let (_, body) = url.split_once('?').unwrap();
    let begun = Instant::now();
    let reply = forj.post("/oauth/par", &FORM, body).await;
    assert!(begun.elapsed() < AT_ONCE, "took {:?}", begun.elapsed());
    reply
}

#[tokio::test]
async fn ten_thousand_scopes_are_refused_at_once() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let mut browser = novi.browser_of(&ann).await;

    for number in [900, 10_000] {
        let scope = scopes(number);
        for page in both(&mut browser, &forj, &[("scope", &scope)]).await {
            assert!([400, 413].contains(&page.status), "{number}: {}", page.status);
            assert_eq!(page.location(), None);
        }
        let pushed = pushes(&forj, &[("scope", &scope)]).await;
        assert!([400, 413].contains(&pushed.status), "{number}: {}", pushed.status);
        let machine = [("grant_type", "client_credentials"), ("scope", &*scope)];
        let reply = forj.token(&machine).await;
        assert!((400..500).contains(&reply.status), "{number}: {}", reply.status);
    }
    // As many as there is room for are looked at, and those that are known are granted.
    let [page, _] = both(&mut browser, &forj, &[("scope", &scopes(600))]).await;
    let tokens = forj.exchange(&page.sent("code").expect("a code")).await;
    assert_eq!((tokens.status, &tokens["scope"]), (200, &"openid".into()));
    let same = "openid ".repeat(580);
    let [page, _] = both(&mut browser, &forj, &[("scope", &same)]).await;
    assert!(page.sent("code").is_some(), "{:?}", page.location());
}

#[tokio::test]
async fn a_parameter_of_eight_kilobytes_is_refused_at_once_wherever_it_stands() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let mut browser = novi.browser_of(&ann).await;
    let before = novi.tables().await;

    for fill in ["a", "a ", "%", "\u{1f642}", "[", "{\"a\":"] {
        let long = fill.repeat(8192 / fill.len());
        for name in PARAMETERS.into_iter().chain(["unknown"]) {
            for page in both(&mut browser, &forj, &[(name, &long)]).await {
                let is_refused = [400, 413].contains(&page.status) && page.location().is_none();
                assert!(is_refused, "{name} {fill}: {} {:?}", page.status, page.location());
            }
            let pushed = pushes(&forj, &[(name, &long)]).await;
            assert!([400, 413].contains(&pushed.status), "{name} {fill}: {}", pushed.status);
        }
        for name in ["code", "refresh_token", "redirect_uri", "client_secret", "code_verifier", "x"]
        {
            let reply = forj.token(&[("code", "x"), (name, &*long)]).await;
            assert!([400, 413].contains(&reply.status), "{name} {fill}: {}", reply.status);
        }
        for path in ["/sso/auth", "/log-out", "/log-in", "/oauth/authorize"] {
            let encoded: String = url::form_urlencoded::byte_serialize(long.as_bytes()).collect();
            for name in ["client_id", "state", "request_id", "log_out_id", "request"] {
                let begun = Instant::now();
                let page = browser.get(&format!("{path}?{name}={encoded}")).await;
                assert!(begun.elapsed() < AT_ONCE, "{path} {name} took {:?}", begun.elapsed());
                assert!(page.status < 500, "{path} {name}: {}", page.status);
                assert!(page.location().is_none_or(|to| to.starts_with('/')), "{path} {name}");
            }
        }
    }
    assert_eq!(novi.tables().await.changed_since(&before), [""; 0], "and nothing of it is kept");
}

#[tokio::test]
async fn a_thousand_parameters_are_refused_at_once() {
    let novi = Novi::start().await;
    let forj = novi.client("Forj").await;
    let names: Vec<_> = (0..1000).map(|number| format!("p{number}")).collect();
    let many: Vec<_> = names.iter().map(|name| (&**name, "1")).collect();

    for page in both(&mut novi.browser(), &forj, &many).await {
        assert_eq!((page.status, page.location()), (400, None));
    }
    assert_eq!(pushes(&forj, &many).await["error"], "invalid_request");
}

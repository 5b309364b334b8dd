//! Redirect URLs: where an answer may go, and that nothing else ever gets one.

pub mod mutations;

use std::collections::BTreeSet;

use novi_sso::clients::{
    self, Identity, Mistake, RedirectUrl, Settings as ClientSettings, TokenAuthMethod,
};
use novi_sso::events::Actor;

use crate::support::{Browser, CALLBACK, HOME, Novi, Page, Platform};

const HIGHER_LOGIC: &str =
    "https://community.harbor.example/HigherLogic/Security/OAuth/Authentication.aspx";

const REGISTERED: &[&str] = &[
    CALLBACK,
    HIGHER_LOGIC,
    "https://harbor_trades.mobilize.io/oauth2/cb",
    "https://a.example/cb",
    "https://foo.example.com/cb?tenant=1&lang=en",
    "https://harbor.example:8443/a/b/cb",
    "https://xn--bcher-kva.example/cb",
    "https://root.example/",
];

/// R3, SEC-A2, SEC-A4, SEC-A7, SEC-A13, SEC-A15, SEC-A16: only the very bytes are honoured, whoever asks and however.
#[tokio::test]
async fn no_near_miss_of_a_registered_url_ever_gets_an_answer() {
    let novi = Novi::start().await;
    let ann = novi.member("Ann").await;
    let forj = novi.client_at(HOME, "Forj", REGISTERED, TokenAuthMethod::Secret).await;
    // Signed in, so that whatever is let through would carry a code.
    let mut browser = novi.browser();
    forj.signs_in(&mut browser, &ann).await;

    for registered in REGISTERED {
        let mutations = mutations::of(registered);
        assert!(mutations.len() >= 200, "{} for {registered}", mutations.len());
        for asked in mutations.iter().filter(|asked| !REGISTERED.contains(&asked.as_str())) {
            refused_by_get_and_post(&mut browser, &forj, asked).await;
        }
        let page = browser.get(&forj.authorize_url_with(&[("redirect_uri", registered)])).await;
        assert!(page.sent("code").is_some(), "{registered} itself is honoured");
    }
}

/// SEC-A1: no parser decides, so none can give up half-way.
#[tokio::test]
async fn user_information_in_a_url_is_neither_registered_nor_honoured() {
    let novi = Novi::start().await;
    let forj = client(&novi, "https://a.example/cb").await;
    let mut browser = novi.browser();

    for pattern in mutations::USERS {
        let url = format!("https://{}/cb", pattern.replace("HOST", "a.example"));
        refused_by_get_and_post(&mut browser, &forj, &url).await;
        let registered = RedirectUrl::register(&url, false).map(|url| url.to_string());
        // One that reads as a path or query of evil.example is an honest URL of that site, and says so.
        let honest =
            url.starts_with("https://evil.example/@") || url.starts_with("https://a.example/@");
        assert!(honest || registered.is_err(), "{registered:?}");
    }
    for url in
        ["https://ann@a.example/cb", "https://@a.example/cb", "https://a.example@@evil.example/cb"]
    {
        assert_eq!(RedirectUrl::register(url, false), Err(Mistake::UserInfo), "{url}");
    }
}

/// SEC-A2.
#[tokio::test]
async fn a_star_is_not_registered_and_matches_nothing() {
    let novi = Novi::start().await;
    let forj = client(&novi, "https://app.example.com/cb").await;
    let mut browser = novi.browser();

    for url in
        ["https://app.example.com*", "https://*.example.com/cb", "https://app.example.com/*", "*"]
    {
        assert_eq!(RedirectUrl::register(url, false), Err(Mistake::Wildcard), "{url}");
        refused_by_get_and_post(&mut browser, &forj, url).await;
    }
    for url in ["https://app.example.com.evil.com/cb", "https://app.example.comevil.com/cb"] {
        refused_by_get_and_post(&mut browser, &forj, url).await;
    }
}

/// SEC-A3, PLATFORMS.md 11.12: http is for loopback, and for associations that are there themselves.
#[tokio::test]
async fn http_urls_are_for_loopback_in_development_and_match_there_exactly() {
    const SITE: &str = "127.0.0.1:8080";
    let novi = Novi::start().await;
    novi.associate("http://127.0.0.1:8080", "Development").await;
    let urls = ["http://127.0.0.1:8081/cb", "http://localhost:3000/cb", "http://[::1]:9000/cb"];
    let forj = novi.client_at(SITE, "Forj", &urls, TokenAuthMethod::Secret).await;
    let mut browser = novi.browser_at(SITE);

    for url in urls {
        assert!(matches!(RedirectUrl::register(url, false), Err(Mistake::Http { .. })), "{url}");
        let page = browser.get(&forj.authorize_url_with(&[("redirect_uri", url)])).await;
        assert!(page.location().unwrap().starts_with("/log-in"), "{url}");
    }
    for url in [
        "http://127.0.0.1:80@evil.example/cb",
        "http://localhost:80@evil.example/cb",
        "http://localhost.evil.example/cb",
        "http://127.0.0.1.evil.example/cb",
        "http://127.0.0.2:8081/cb",
        "http://a.example/cb",
    ] {
        assert!(RedirectUrl::register(url, true).is_err(), "{url}");
        refused_by_get_and_post(&mut browser, &forj, url).await;
    }
    // RFC 8252 §7.3 lets native apps choose the port; none is registered here.
    for url in ["http://127.0.0.1:8082/cb", "http://127.0.0.1/cb", "http://localhost:8081/cb"] {
        refused_by_get_and_post(&mut browser, &forj, url).await;
    }
}

/// SEC-A4.
#[tokio::test]
async fn a_path_that_leads_elsewhere_is_refused_before_anybody_resolves_it() {
    let novi = Novi::start().await;
    let forj = client(&novi, "https://a.example/cb").await;
    let mut browser = novi.browser();

    for url in [
        "https://a.example/cb/../x",
        "https://a.example/cb/..;/x",
        "https://a.example/cb%252f..",
        "https://a.example/cb%2e%2e/",
        "https://a.example/x/../cb",
        "https://a.example/./cb",
        "https://a.example//cb",
        "https://a.example/%63b",
    ] {
        refused_by_get_and_post(&mut browser, &forj, url).await;
    }
}

/// SEC-A5: a dot is a dot, and no URL is learned from a request.
#[tokio::test]
async fn a_client_without_urls_refuses_every_request_and_learns_none() {
    let novi = Novi::start().await;
    let foo = client(&novi, "https://foo.example.com/cb").await;
    let settings = ClientSettings::new("Nowhere", Vec::new());
    let identity = Identity::Fresh;
    let added = clients::add(&novi.home().await, &settings, identity, &Actor::CommandLine).await;
    let (id, _) = added.unwrap().unwrap();
    let nowhere = Platform { client_id: id.to_string(), ..foo.clone() };
    let mut browser = novi.browser();

    for url in
        ["https://fooaexample.com/cb", "https://foo-example.com/cb", "https://fooxexamplexcom/cb"]
    {
        refused_by_get_and_post(&mut browser, &foo, url).await;
    }
    for url in ["https://foo.example.com/cb", "https://evil.example/cb", "", "."] {
        refused_by_get_and_post(&mut browser, &nowhere, url).await;
    }
    let kept = clients::load(&novi.home().await, &id).await.unwrap().unwrap();
    assert!(kept.redirect_urls.is_empty());
}

/// SEC-A6.
#[tokio::test]
async fn a_url_that_runs_in_the_browser_is_not_registered_and_not_honoured() {
    let novi = Novi::start().await;
    let forj = client(&novi, "https://a.example/cb").await;
    let mut browser = novi.browser();

    for url in [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "javascript://a.example/cb%0aalert(1)",
        "data:text/html,<script>alert(1)</script>",
        "DATA:text/html,x",
        "vbscript:x",
        "blob:https://a.example/x",
        "file:///etc/passwd",
        "about:blank",
        "com.example.app:/cb",
    ] {
        assert!(RedirectUrl::register(url, false).is_err(), "{url}");
        assert!(RedirectUrl::register(url, true).is_err(), "{url}");
        refused_by_get_and_post(&mut browser, &forj, url).await;
    }
}

/// SEC-A7.
#[tokio::test]
async fn case_and_query_are_compared_too() {
    let novi = Novi::start().await;
    let forj = client(&novi, "https://a.example/cb?tenant=1").await;
    let mut browser = novi.browser();

    for url in [
        "https://a.example/CB?tenant=1",
        "https://A.example/cb?tenant=1",
        "https://a.example/cb?Tenant=1",
        "https://a.example/cb?tenant=1&x=1",
        "https://a.example/cb?x=1",
        "https://a.example/cb?",
        "https://a.example/cb",
        "http://127.0.0.1/cb?tenant=1",
    ] {
        refused_by_get_and_post(&mut browser, &forj, url).await;
    }
}

/// SEC-A11: the host is as it will be sent, so that no two texts mean one host or one text two.
#[tokio::test]
async fn a_host_is_registered_only_as_it_serialises() {
    for url in [
        "https://xn--example-.org/cb",
        "https://A.example/cb",
        "https://a.example:443/cb",
        "https://b\u{fc}cher.example/cb",
        "https://\u{ff41}.example/cb",
        "https://a\u{3002}example/cb",
        "https://xn--BCHER-kva.example/cb",
        "https://xn--a/cb",
        "https://0x7f.1/cb",
        "https://2130706433/cb",
        "https://a%2eexample/cb",
        "https://[0:0:0:0:0:0:0:1]/cb",
    ] {
        assert!(RedirectUrl::register(url, true).is_err(), "{url}");
    }
    let novi = Novi::start().await;
    let forj = client(&novi, "https://example.org/cb").await;
    let mut browser = novi.browser();
    for url in [
        "https://xn--example-.org/cb",
        "https://xn--example.org/cb",
        "https://exampl\u{451}.org/cb",
    ] {
        refused_by_get_and_post(&mut browser, &forj, url).await;
    }
}

/// SEC-A12: errors before client and redirect URL are known stay here, whatever else is wrong with the request.
#[tokio::test]
async fn an_error_never_redirects_before_client_and_url_are_known() {
    let novi = Novi::start().await;
    let (forj, off) = (novi.client("Forj").await, novi.client("Off").await);
    let elsewhere =
        novi.client_at("www.other.example", "There", &[CALLBACK], TokenAuthMethod::Secret).await;
    let actor = Actor::CommandLine;
    let id = off.client_id.parse().unwrap();
    assert!(clients::disable(&novi.home().await, &id, "Ann", &actor).await.unwrap());
    let mut browser = novi.browser();

    let bad_uri = ("redirect_uri", "https://evil.example/cb");
    for changes in [
        vec![("client_id", "")],
        vec![("client_id", "nobody")],
        vec![("client_id", "00000000-0000-4000-8000-000000000000")],
        vec![("client_id", elsewhere.client_id.as_str())],
        vec![("client_id", off.client_id.as_str())],
        vec![("redirect_uri", "")],
        vec![bad_uri],
        vec![bad_uri, ("response_type", "token")],
        vec![bad_uri, ("response_type", "")],
        vec![bad_uri, ("response_mode", "form_post")],
        vec![bad_uri, ("scope", "nothing")],
        vec![bad_uri, ("prompt", "none")],
        vec![bad_uri, ("request", "x")],
        vec![bad_uri, ("code_challenge_method", "plain")],
        vec![("client_id", "nobody"), ("prompt", "none")],
        vec![("client_id", "nobody"), ("response_mode", "fragment")],
    ] {
        refused_with(&mut browser, &forj, &changes).await;
    }
    let long = "x".repeat(5000);
    let many: Vec<_> = (0..70).map(|n| format!("p{n}")).collect();
    let many: Vec<_> = many.iter().map(|name| (name.as_str(), "1")).collect();
    refused_with(&mut browser, &forj, &[("state", &long)]).await;
    refused_with(&mut browser, &forj, &many).await;
    for malformed in [
        "",
        "?",
        "?&&&",
        "?%",
        "?%ff=%ff",
        "?=",
        "?client_id",
        "?redirect_uri=https://evil.example/cb",
    ] {
        assert_refused(&browser.get(&format!("/oauth/authorize{malformed}")).await, malformed);
    }
}

/// SEC-A13: authorize compares with the list, the token endpoint with what authorize was given.
#[tokio::test]
async fn the_token_endpoint_wants_the_redirect_uri_of_the_authorization_request() {
    let novi = Novi::start().await;
    let ann = novi.member("Ann").await;
    let urls = [CALLBACK, HIGHER_LOGIC];
    let forj = novi.client_at(HOME, "Forj", &urls, TokenAuthMethod::Secret).await;

    let mut wrong = mutations::of(CALLBACK);
    wrong.insert(HIGHER_LOGIC.to_owned());
    let mut browser = novi.browser();
    for redirect_uri in wrong.iter().step_by(7).chain([&HIGHER_LOGIC.to_owned()]) {
        let page = forj.signs_in(&mut browser, &ann).await;
        let code = page.sent("code").unwrap();
        let changes = [("code", &*code), ("redirect_uri", redirect_uri)];
        let reply = forj.token(&changes).await;

        assert_eq!(reply.status, 400, "{redirect_uri:?} {}", reply.json);
        let expected = if redirect_uri.is_empty() { "invalid_request" } else { "invalid_grant" };
        assert_eq!(reply["error"], expected, "{redirect_uri:?}");
    }
    let second = forj.code_for_with(&ann, &[("redirect_uri", HIGHER_LOGIC)]).await;
    let reply = forj.token(&[("code", &second), ("redirect_uri", HIGHER_LOGIC)]).await;
    assert_eq!(reply.status, 200, "{}", reply.json);
}

/// SEC-A14, RFC 6749 §3.1: two values leave it to each reader which one counts.
#[tokio::test]
async fn a_repeated_parameter_is_refused_and_so_is_one_in_query_and_body() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let mut browser = novi.browser();
    forj.signs_in(&mut browser, &ann).await;

    for name in
        ["redirect_uri", "client_id", "state", "response_type", "scope", "nonce", "prompt", "extra"]
    {
        let url = forj.authorize_url_with(&[("prompt", "login"), ("extra", "1")]);
        let (path, query) = url.split_once('?').unwrap();
        let value = query.split('&').find_map(|pair| pair.strip_prefix(&format!("{name}=")));
        for again in [value.unwrap(), "https://evil.example/cb", "x"] {
            for doubled in [format!("{query}&{name}={again}"), format!("{name}={again}&{query}")] {
                assert_refused(&browser.get(&format!("{path}?{doubled}")).await, &doubled);
                let fields: Vec<_> = url::form_urlencoded::parse(doubled.as_bytes()).collect();
                let fields: Vec<_> =
                    fields.iter().map(|(name, value)| (&**name, &**value)).collect();
                assert_refused(&browser.post_bare(path, &fields).await, &doubled);
            }
        }
        let fields: Vec<_> = url::form_urlencoded::parse(query.as_bytes()).collect();
        let fields: Vec<_> = fields.iter().map(|(name, value)| (&**name, &**value)).collect();
        let both = format!("{path}?{name}=x");
        assert_refused(&browser.post_bare(&both, &fields).await, &both);
    }
}

/// SEC-A15.
#[tokio::test]
async fn another_path_of_the_site_and_another_site_of_the_suffix_are_refused() {
    let novi = Novi::start().await;
    let forj = client(&novi, "https://example.com/auth/cb").await;
    let mut browser = novi.browser();

    for url in [
        "https://example.com/",
        "https://example.com/auth",
        "https://example.com/auth/cb2",
        "https://example.com/auth/cb/x",
        "https://example.com/other/cb",
        "https://badexample.com/auth/cb",
        "https://sub.example.com/auth/cb",
        "https://example.com.evil.example/auth/cb",
    ] {
        refused_by_get_and_post(&mut browser, &forj, url).await;
    }
}

/// SEC-A16: a header that cannot hold controls, whatever the request brings.
#[tokio::test]
async fn no_control_character_reaches_the_location() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let mut browser = novi.browser();
    forj.signs_in(&mut browser, &ann).await;

    for control in ["\r", "\n", "\r\n", "\0", "\t", "\u{b}", "\u{7f}", "\u{85}", "\u{2028}"] {
        for url in [
            format!("{CALLBACK}{control}"),
            format!("{control}{CALLBACK}"),
            CALLBACK.replacen("/users", &format!("/{control}users"), 1),
            format!("{CALLBACK}{control}Set-Cookie: x=1"),
        ] {
            refused_by_get_and_post(&mut browser, &forj, &url).await;
            // What surrounds a pasted URL is trimmed, so it never is part of what is kept.
            if let Ok(kept) = RedirectUrl::register(&url, false) {
                assert_eq!(kept.as_str(), CALLBACK);
            }
        }
        if control == "\0" {
            continue; // refused in every parameter
        }
        let state = format!("a{control}Set-Cookie: x=1");
        let page = browser.get(&forj.authorize_url_with(&[("state", &state)])).await;
        let location = page.location().unwrap();
        assert!(location.bytes().all(|byte| byte.is_ascii_graphic()), "{location}");
        assert_eq!(page.sent("state").as_deref(), Some(&*state));
        assert_eq!(page.headers.get_all("set-cookie").iter().count(), 0);
    }
}

async fn client(novi: &Novi, url: &str) -> Platform {
    novi.client_at(HOME, "Forj", &[url], TokenAuthMethod::Secret).await
}

async fn refused_by_get_and_post(browser: &mut Browser, forj: &Platform, redirect_uri: &str) {
    refused_with(browser, forj, &[("redirect_uri", redirect_uri)]).await;
}

/// The usual request with these changes, by GET and by a POST from another site.
async fn refused_with(browser: &mut Browser, forj: &Platform, changes: &[(&str, &str)]) {
    let url = forj.authorize_url_with(changes);
    assert_refused(&browser.get(&url).await, &url);
    let (path, query) = url.split_once('?').unwrap();
    let fields: BTreeSet<_> = url::form_urlencoded::parse(query.as_bytes()).collect();
    let fields: Vec<_> = fields.iter().map(|(name, value)| (&**name, &**value)).collect();
    let foreign = [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")];
    assert_refused(&browser.post_from(path, &fields, &foreign).await, &url);
}

/// A page of ours for people, that leads nowhere and echoes nothing.
#[track_caller]
fn assert_refused(page: &Page, what: &str) {
    assert!((400..500).contains(&page.status), "{} for {what}", page.status);
    assert_eq!(page.location(), None, "{what}");
    assert!(page.header("content-type").unwrap().starts_with("text/html"), "{what}");
    assert!(!page.body.contains("evil.example"), "the page echoes {what}");
    assert_eq!(page.header("refresh"), None);
}

//! The authorization endpoint: the way there and the way back.

use novi_sso::clients::TokenAuthMethod;
use novi_sso::events::Actor;
use novi_sso::members;

use crate::support::{Browser, CALLBACK, HOME, Novi, Page, claims};

const COMMUNITY: &str = "https://acme.mobilize.io/";

/// R13, RFC 6749 §4.1.2, RFC 9207 §2.
#[tokio::test]
async fn a_member_who_is_signed_in_goes_straight_back_with_code_state_and_issuer() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let mut browser = novi.browser();
    browser.sign_in(&ann).await;

    let page = browser.get(&forj.authorize_url()).await;

    assert_eq!(page.status, 303);
    assert_eq!(page.header("cache-control"), Some("no-store"));
    let location = page.location().unwrap();
    let query = location.strip_prefix(&format!("{CALLBACK}?")).expect("the very redirect URL");
    let names: Vec<_> = query.split('&').map(|pair| pair.split_once('=').unwrap().0).collect();
    assert_eq!(names, ["code", "state", "iss"]);
    assert_eq!(page.sent("code").unwrap().len(), 43, "256 bits");
    assert_eq!(page.sent("state").as_deref(), Some("st-1"));
    assert_eq!(page.sent("iss").as_deref(), Some("https://www.acme.example"));
}

/// RFC 6749 §4.1.2, PLATFORMS.md 11.2: "The exact value received from the client."
#[tokio::test]
async fn state_comes_back_as_it_was_sent() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let mut signed_in = novi.browser();
    signed_in.sign_in(&ann).await;

    let long = "0123456789abcdef".repeat(8);
    for state in [
        long.as_str(),
        "a b+c%20d",
        "{\"return_to\":\"/events?page=2&sort=asc#top\"}",
        "https://acme.mobilize.io/groups/4711",
        "ümläut é 漢字 🙂",
        "<script>'\"&amp;</script>",
        "%",
        "=&?#;,",
        " ",
    ] {
        let (mut fresh, changes) = (novi.browser(), [("state", state)]);
        let at_once = signed_in.get(&forj.authorize_url_with(&changes)).await;
        let after_sign_in = forj.signs_in_with(&mut fresh, &ann, &changes).await;
        let refused = [("state", state), ("response_type", "token")];
        let with_error = signed_in.get(&forj.authorize_url_with(&refused)).await;

        for page in [at_once, after_sign_in, with_error] {
            assert_eq!(page.sent("state").as_deref(), Some(state));
            let location = page.location().unwrap();
            assert!(
                !location.contains('+'),
                "a blank is %20, which everyone can decode: {location}"
            );
        }
    }
    let without = signed_in.get(&forj.authorize_url_with(&[("state", "")])).await;
    assert!(without.sent("code").is_some());
    assert_eq!(without.sent("state"), None);
}

/// OpenID Connect Core §3.1.2.1, SECURITY.md 0.0 on 4.3: from another site, so without cookies.
#[tokio::test]
async fn a_request_by_post_goes_on_as_one_by_get() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let mut browser = novi.browser();
    browser.sign_in(&ann).await;

    let kept = post(&mut Browser::new(novi.router.clone(), HOME), &forj.authorize_url()).await;
    let to = kept.location().unwrap();
    let page = browser.get(&to).await;

    assert_eq!(kept.status, 303, "the browser comes back by GET, and brings its cookies");
    assert!(to.starts_with("/oauth/authorize?request_id="), "{to}");
    assert_eq!(kept.headers.get_all("set-cookie").iter().count(), 0);
    assert_eq!(page.sent("state").as_deref(), Some("st-1"));
    let tokens = forj.exchange(&page.sent("code").unwrap()).await;
    assert_eq!(claims(&tokens["id_token"])["nonce"], "n-1");
    let anew = browser.get(&to).await;
    assert_eq!(anew.location().as_deref(), Some(COMMUNITY), "it was good for one code");
}

/// A POST by somebody who is not signed in yet.
#[tokio::test]
async fn a_request_by_post_waits_for_its_member() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let mut browser = novi.browser();

    let kept = post(&mut browser, &forj.authorize_url()).await;
    let log_in = browser.visit(&kept.location().unwrap()).await;
    assert!(log_in.body.contains("Forj"), "the page says who is asking");
    let mut page = browser.sign_in_on(&log_in, &ann).await;
    while let Some(to) = page.location().filter(|to| to.starts_with('/')) {
        page = browser.get(&to).await;
    }

    assert!(page.sent("code").is_some(), "{:?}", page.location());
}

/// RFC 6749 §4.1.2.1, OpenID Connect Core §3.1.2.6.
#[tokio::test]
async fn errors_go_back_to_the_client_once_it_and_its_url_are_known() {
    let novi = Novi::start().await;
    let forj = novi.client("Forj").await;
    let app = novi.client_at(HOME, "App", &[CALLBACK], TokenAuthMethod::None).await;
    let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    let mut browser = novi.browser();

    for (client, changes, error) in [
        (&forj, vec![("response_type", "")], "invalid_request"),
        (&forj, vec![("response_type", "token")], "unsupported_response_type"),
        (&forj, vec![("response_type", "id_token")], "unsupported_response_type"),
        (&forj, vec![("response_type", "code id_token")], "unsupported_response_type"),
        (&forj, vec![("response_type", "Code")], "unsupported_response_type"),
        (&forj, vec![("id_token_hint", "e30.e30.e30")], "invalid_request"),
        (&forj, vec![("scope", "unheard of")], "invalid_scope"),
        (&forj, vec![("scope", " ")], "invalid_scope"),
        (&forj, vec![("request", "eyJhbGciOiJub25lIn0.e30.")], "request_not_supported"),
        (&forj, vec![("request_uri", "https://a.example/r")], "request_uri_not_supported"),
        (&forj, vec![("registration", "{}")], "registration_not_supported"),
        (&forj, vec![("code_challenge", challenge)], "invalid_request"),
        (&forj, vec![("code_challenge_method", "S256")], "invalid_request"),
        (&app, vec![], "invalid_request"),
        (&forj, vec![("prompt", "none")], "login_required"),
        (&forj, vec![("prompt", "none login")], "invalid_request"),
    ] {
        let url = client.authorize_url_with(&changes);
        for page in [browser.get(&url).await, follow(&mut browser, post_of(&url)).await] {
            let location = page.location().unwrap_or_else(|| panic!("{changes:?} is a page"));
            assert!(location.starts_with(&format!("{CALLBACK}?error=")), "{changes:?} {location}");
            assert_eq!(page.sent("error").as_deref(), Some(error), "{changes:?}");
            assert_eq!(page.sent("state").as_deref(), Some("st-1"), "{changes:?}");
            assert_eq!(page.sent("iss").as_deref(), Some("https://www.acme.example"));
            assert_eq!(page.sent("code"), None);
            let description = page.sent("error_description").unwrap();
            let allowed = |byte| matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\';
            assert!(!description.is_empty() && description.bytes().all(allowed), "{description}");
        }
    }
}

/// OpenID Connect Core §3.1.2.1, PLATFORMS.md 11.10, the test modules display, ui-locales, claims-locales,
/// login-hint, acr-values and unknown-parameter of CONFORMANCE.md.
#[tokio::test]
async fn parameters_that_ask_for_nothing_we_do_change_nothing() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let mut browser = novi.browser();
    browser.sign_in(&ann).await;

    for parameter in [
        ("response_mode", "query"),
        ("display", "page"),
        ("display", "popup"),
        ("ui_locales", "se"),
        ("claims_locales", "se"),
        ("acr_values", "1 2"),
        ("login_hint", "ann@acme.example"),
        ("hd", "acme.example"),
        ("resource", "https://acme.mobilize.io"),
        ("extra", "foobar"),
        ("prompt", "none"),
        ("scope", "email profile openid"),
        ("code", "mine"),
        ("iss", "https://evil.example"),
        ("error", "access_denied"),
    ] {
        let page = browser.get(&forj.authorize_url_with(&[parameter])).await;

        let names = ["code", "state", "iss"].map(|name| page.sent(name).is_some());
        assert_eq!(names, [true; 3], "{parameter:?} {:?}", page.location());
        let tokens = forj.exchange(&page.sent("code").unwrap()).await;
        assert_eq!(tokens.status, 200, "{parameter:?}");
        assert_eq!(claims(&tokens["id_token"])["iss"], "https://www.acme.example");
    }
}

/// RFC 6749 §3.1: "Parameters sent without a value MUST be treated as if they were omitted".
#[tokio::test]
async fn an_empty_parameter_is_as_good_as_none() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let mut browser = novi.browser();
    browser.sign_in(&ann).await;

    let blanks = "&nonce=&prompt=&code_challenge=&code_challenge_method=&request=&response_mode=&claims=&state=";
    let page = browser.get(&format!("{}{blanks}", forj.authorize_url())).await;

    assert_eq!(page.sent("state").as_deref(), Some("st-1"));
    let tokens = forj.exchange(&page.sent("code").unwrap()).await;
    assert_eq!(claims(&tokens["id_token"])["nonce"], "n-1");
}

/// OpenID Connect Core §3.1.2.1: with `prompt=none` nothing is shown, whichever way the request came.
#[tokio::test]
async fn prompt_none_shows_no_page() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let url = forj.authorize_url_with(&[("prompt", "none")]);
    let mut browser = novi.browser();

    let by_get = browser.get(&url).await;
    let by_post = follow(&mut browser, post_of(&url)).await;
    browser.sign_in(&ann).await;
    let signed_in = [browser.get(&url).await, follow(&mut browser, post_of(&url)).await];

    for page in [by_get, by_post] {
        assert_eq!(page.sent("error").as_deref(), Some("login_required"), "{:?}", page.location());
        assert_eq!(page.sent("state").as_deref(), Some("st-1"));
    }
    for page in signed_in {
        assert!(page.sent("code").is_some(), "{:?}", page.location());
    }
}

/// RFC 6749 §3.1.2: the query of a registered URL "MUST be retained when adding additional query parameters".
#[tokio::test]
async fn the_query_of_a_registered_url_is_kept() {
    let novi = Novi::start().await;
    let ann = novi.member("Ann").await;
    let url = "https://a.example/cb?tenant=1&lang=en";
    let forj = novi.client_at(HOME, "Forj", &[url], TokenAuthMethod::Secret).await;
    let mut browser = novi.browser();
    browser.sign_in(&ann).await;

    let page = browser.get(&forj.authorize_url()).await;
    let error = browser.get(&forj.authorize_url_with(&[("response_type", "token")])).await;

    assert!(page.location().unwrap().starts_with(&format!("{url}&code=")));
    assert!(error.location().unwrap().starts_with(&format!("{url}&error=")));
    assert_eq!(forj.exchange(&page.sent("code").unwrap()).await.status, 200);
}

/// Neither database is asked for what only one of them could keep.
#[tokio::test]
async fn a_nul_character_is_refused_wherever_it_stands() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let mut browser = novi.browser();
    browser.sign_in(&ann).await;

    for name in ["state", "nonce", "scope", "client_id", "redirect_uri", "login_hint", "request_id"]
    {
        let url = forj.authorize_url_with(&[(name, "x\0y")]);
        for page in [browser.get(&url).await, post(&mut browser, &url).await] {
            assert_eq!((page.status, page.location()), (400, None), "{name}");
        }
    }
    let late = format!("/log-in?request=x%00y&client_id={}", forj.client_id);
    assert_eq!(browser.get(&late).await.location().as_deref(), Some(COMMUNITY));
    for name in
        ["code", "redirect_uri", "client_id", "client_secret", "code_verifier", "grant_type"]
    {
        let reply = forj.token(&[("code", "x"), (name, "x\0y")]).await;
        assert_eq!((reply.status, &reply["error"]), (400, &"invalid_request".into()), "{name}");
    }
}

/// R71: a session is no better than its member.
#[tokio::test]
async fn a_deactivated_member_is_asked_to_sign_in_and_cannot() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let mut browser = novi.browser();
    browser.sign_in(&ann).await;

    let actor = Actor::CommandLine;
    assert!(members::deactivate(&novi.home().await, &ann.id, &actor).await.unwrap());
    let page = browser.get(&forj.authorize_url()).await;
    let silent = browser.get(&forj.authorize_url_with(&[("prompt", "none")])).await;

    assert!(page.location().unwrap().starts_with("/log-in?"));
    assert_eq!(silent.sent("error").as_deref(), Some("login_required"));
    let log_in = browser.visit(&forj.authorize_url()).await;
    let refused = browser.sign_in_on(&log_in, &ann).await;
    assert_eq!((refused.status, refused.location()), (200, None));
}

/// Several URLs may be registered; the answer goes to the one that was asked for.
#[tokio::test]
async fn each_redirect_url_of_a_client_gets_its_own_answers() {
    let novi = Novi::start().await;
    let ann = novi.member("Ann").await;
    let urls = [CALLBACK, "https://community.acme.example/users/auth/openidconnect/callback"];
    let forj = novi.client_at(HOME, "Forj", &urls, TokenAuthMethod::Secret).await;
    let mut browser = novi.browser();
    browser.sign_in(&ann).await;

    for url in urls {
        let page = browser.get(&forj.authorize_url_with(&[("redirect_uri", url)])).await;
        assert!(page.location().unwrap().starts_with(&format!("{url}?code=")));
        let code = page.sent("code").unwrap();
        let reply = forj.token(&[("code", &code), ("redirect_uri", url)]).await;
        assert_eq!(reply.status, 200, "{}", reply.json);
    }
}

type Posted = (String, Vec<(String, String)>);

fn post_of(url: &str) -> Posted {
    let (path, query) = url.split_once('?').unwrap();
    (path.to_owned(), url::form_urlencoded::parse(query.as_bytes()).into_owned().collect())
}

/// As a page of another site posts it.
async fn post(browser: &mut Browser, url: &str) -> Page {
    let (path, fields) = post_of(url);
    let fields: Vec<_> = fields.iter().map(|(name, value)| (&**name, &**value)).collect();
    let foreign = [("origin", "https://acme.mobilize.io"), ("sec-fetch-site", "cross-site")];
    browser.post_from(&path, &fields, &foreign).await
}

/// Posts, and goes on where the provider sends the browser within its own site.
async fn follow(browser: &mut Browser, (path, fields): Posted) -> Page {
    let fields: Vec<_> = fields.iter().map(|(name, value)| (&**name, &**value)).collect();
    let mut page = browser.post_bare(&path, &fields).await;
    while let Some(to) = page.location().filter(|to| to.starts_with("/oauth/authorize")) {
        page = browser.get(&to).await;
    }
    page
}

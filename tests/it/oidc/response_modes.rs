//! How an answer travels to the client (OAuth 2.0 Multiple Response Type Encoding Practices §2.1, OAuth 2.0
//! Form Post Response Mode), and that no mode and no way in takes one to a URL that is not registered.

use std::collections::BTreeSet;

use novi_sso::clients::{self, Consent};
use novi_sso::id::{ClientId, SignInId};
use novi_sso::oidc::params::Params;
use novi_sso::oidc::request::AuthorizationRequest;
use novi_sso::oidc::response_mode::ResponseMode;
use novi_sso::router::ROUTES;
use novi_sso::sessions::{self, pushed};

use super::redirect_urls::mutations;
use crate::routes::concrete;
use crate::support::{Browser, CALLBACK, Novi, Page, Platform};

const CANARY: &str = "\"><img src=x onerror=1>'{{7*7}}</form><script>alert(1)</script>&code=2";
const FORM_POST: (&str, &str) = ("response_mode", "form_post");
const UNKNOWN: [&str; 8] = [
    "fragment",
    "web_message",
    "jwt",
    "query.jwt",
    "form_post.jwt",
    "Form_Post",
    "form_post ",
    "query form_post",
];
const FOREIGN: [(&str, &str); 2] =
    [("origin", "https://acme.mobilize.io"), ("sec-fetch-site", "cross-site")];

/// A way to hand in an authorization request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Entry {
    /// A route that looks at `redirect_uri`.
    Route(&'static str, &'static str),
    /// It was kept, and its member is back from the log-in page.
    Resumed,
    /// It was pushed, and the browser brings the reference.
    Pushed,
}

type Fields = Vec<(String, String)>;

/// OAuth 2.0 Form Post Response Mode §2: "the resulting [parameters are] encoded as HTML form values".
#[tokio::test]
async fn form_post_brings_the_answer_in_a_form_that_a_person_can_send_too() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let mut browser = novi.browser_of(&ann).await;

    let page = browser.get(&forj.authorize_url_with(&[FORM_POST])).await;

    let fields = brought(&page);
    let names: Vec<_> = fields.iter().map(|(name, _)| &**name).collect();
    assert_eq!(names, ["code", "state", "iss"]);
    assert_eq!(value(&fields, "state"), "st-1");
    assert_eq!(value(&fields, "iss"), "https://www.acme.example");
    assert_eq!(page.body.matches("<form").count(), 1);
    assert_eq!(page.body.matches("<button").count(), 1, "without a script it is a button");
    assert_eq!(forj.exchange(value(&fields, "code")).await.status, 200);
}

/// SEC-X3, SEC-X5: one static file submits it, whatever stands in it.
#[tokio::test]
async fn the_form_post_page_holds_no_script_of_its_own_and_escapes_what_it_carries() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client(CANARY).await, novi.member("Ann").await);
    let mut browser = novi.browser_of(&ann).await;

    let canary = [FORM_POST, ("state", CANARY)];
    let success = browser.get(&forj.authorize_url_with(&canary)).await;
    let refused = [&canary[..], &[("response_type", "token")]].concat();
    let error = browser.get(&forj.authorize_url_with(&refused)).await;

    for page in [success, error] {
        assert_eq!(value(&brought(&page), "state"), CANARY);
        assert!(!page.body.contains("<img") && !page.body.contains("alert(1)<"), "{}", page.body);
        let policy = page.header("content-security-policy").unwrap();
        assert!(policy.contains("script-src 'self';") && !policy.contains("unsafe"), "{policy}");
        assert!(policy.ends_with("form-action 'self' https:"), "{policy}");
        let scripts: Vec<_> = page.body.split("<script").skip(1).collect();
        for script in &scripts {
            let (tag, rest) = script.split_once('>').unwrap();
            assert!(tag.contains("src=\"/sso-assets/") && rest.starts_with("</script>"), "{tag}");
        }
        let submits = scripts.iter().filter(|script| script.contains("/form_post.js\"")).count();
        assert_eq!(submits, 1);
        for handler in [" onload", " onclick", " onsubmit", "style=", "javascript:"] {
            assert!(!page.body.contains(handler), "{handler}");
        }
    }
}

/// OAuth 2.0 Multiple Response Type Encoding Practices §2.1: an error travels as the answer would have.
#[tokio::test]
async fn errors_come_back_in_the_response_mode_asked_for() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let asks = novi.client_with("Asks", |settings| settings.consent = Consent::Asked).await;
    let (mut ann, mut nobody) = (novi.browser_of(&ann).await, novi.browser());

    for (changes, error) in [
        (vec![("prompt", "none")], "login_required"),
        (vec![("response_type", "token")], "unsupported_response_type"),
        (vec![("scope", "unheard of")], "invalid_scope"),
        (vec![("prompt", "none login")], "invalid_request"),
        (vec![("id_token_hint", "e30.e30.e30")], "invalid_request"),
        (vec![("request", "e30.e30.")], "request_not_supported"),
    ] {
        let url = forj.authorize_url_with(&[&changes[..], &[FORM_POST]].concat());
        for page in [nobody.get(&url).await, by_post(&mut nobody, &url).await] {
            assert_error(&page, error);
        }
        let url = forj.authorize_url_with(&changes);
        assert_eq!(nobody.get(&url).await.sent("error").as_deref(), Some(error));
    }
    let silent = asks.authorize_url_with(&[("prompt", "none"), FORM_POST]);
    assert_error(&ann.get(&silent).await, "consent_required");
    let consent = ann.visit(&asks.authorize_url_with(&[FORM_POST])).await;
    assert_error(&ann.answer(&consent, "no").await, "access_denied");
}

/// SEC-A8: there is no way in which even an error could be sent as it was asked for.
#[tokio::test]
async fn an_unknown_response_mode_is_a_page_of_ours() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let mut browser = novi.browser_of(&ann).await;

    for mode in UNKNOWN {
        for more in [("scope", "openid"), ("response_type", "token"), ("prompt", "none")] {
            let changes = [("response_mode", mode), more];
            for entry in entries(&mut browser, &forj).await {
                if entry == Entry::Resumed || entry == LEGACY {
                    continue; // nothing of that mode is kept, and the old sign-on has no modes
                }
                let page = send(&mut browser, &forj, entry, mode, CALLBACK, &[more]).await;
                assert_eq!((page.status, page.location()), (400, None), "{entry:?} {changes:?}");
                assert!(!page.posts_to(CALLBACK), "{entry:?} {changes:?}");
            }
        }
    }
}

/// Every mode and every entry that there is takes an honest request to its end.
#[tokio::test]
async fn every_response_mode_works_from_every_entry() {
    let novi = Novi::start().await;
    let forj = novi.client_with("Forj", |settings| settings.has_legacy_sso = true).await;
    let ann = novi.member("Ann").await;
    let mut browser = novi.browser_of(&ann).await;

    for mode in ResponseMode::SUPPORTED {
        for entry in entries(&mut browser, &forj).await {
            let mut page = send(&mut browser, &forj, entry, mode, CALLBACK, &[]).await;
            if entry == PUSH {
                assert_eq!(page.status, 201, "{}", page.body);
                continue;
            }
            while let Some(to) = page.location().filter(|to| to.starts_with('/')) {
                page = browser.get(&to).await;
            }
            if entry == LEGACY {
                assert!(page.sent("token").is_some(), "{:?}", page.location());
            } else if mode == "form_post" {
                assert_ne!(value(&brought(&page), "code"), "", "{entry:?}");
            } else {
                let location = page.location().unwrap_or_else(|| panic!("{entry:?} {mode}"));
                assert!(location.starts_with(&format!("{CALLBACK}?code=")), "{entry:?} {mode}");
            }
        }
    }
}

/// SEC-A8, SEC-A12, SEC-X5: the whole matrix of modes, entries and URLs that are not registered has one
/// verdict. A new mode is found in the list of modes, a new entry in the router's.
#[tokio::test]
async fn no_response_mode_and_no_entry_takes_an_answer_to_a_url_that_is_not_registered() {
    let novi = Novi::start().await;
    let forj = novi.client_with("Forj", |settings| settings.has_legacy_sso = true).await;
    let ann = novi.member("Ann").await;
    // Signed in, so that whatever is let through would carry a code.
    let mut browser = novi.browser_of(&ann).await;
    let entries = entries(&mut browser, &forj).await;
    for known in [
        Entry::Route("GET", "/oauth/authorize"),
        Entry::Route("POST", "/oauth/authorize"),
        PUSH,
        LEGACY,
    ] {
        assert!(entries.contains(&known), "{known:?} looks at redirect_uri");
    }
    let honest = novi.count("select count(*) from grants").await;
    let mut bad = mutations::of(CALLBACK);
    let users = mutations::USERS.iter().map(|user| user.replace("HOST", "acme.mobilize.io"));
    bad.extend(users.map(|user| CALLBACK.replacen("acme.mobilize.io", &user, 1)));
    bad.extend(["javascript:alert(1)//", "data:text/html,x", "x\"><b>"].map(str::to_owned));
    bad.remove(CALLBACK);
    assert!(bad.len() >= 250, "{}", bad.len());

    let modes = ResponseMode::SUPPORTED.into_iter().chain(["", "fragment", "form_post.jwt"]);
    for (place, mode) in modes.enumerate() {
        for entry in &entries {
            let is_known = mode.is_empty() || ResponseMode::parse(Some(mode)).is_some();
            if *entry == Entry::Resumed && !is_known {
                continue; // nothing of that mode is kept
            }
            // Every URL meets every entry, and every mode meets its share of the URLs.
            for url in bad.iter().skip(place % 4).step_by(4) {
                if *entry == Entry::Pushed && url.contains('\0') {
                    continue; // no parameter with that is pushed
                }
                let page = send(&mut browser, &forj, *entry, mode, url, &[]).await;

                let what = format!("{mode} {entry:?} {url:?}");
                assert_eq!((page.status, page.location()), (400, None), "{what}");
                assert!(!page.body.contains("<form") && !page.posts_to(url), "{what}");
                assert_eq!(page.header("refresh"), None, "{what}");
                assert!(!page.body.contains("evil.example"), "{what}: {}", page.body);
            }
        }
    }
    assert_eq!(novi.count("select count(*) from grants").await, honest);
}

const PUSH: Entry = Entry::Route("POST", "/oauth/par");
const LEGACY: Entry = Entry::Route("GET", "/sso/auth");

/// The routes that answer differently when the redirect URL is another one, and the two ways back to a
/// request that was kept.
async fn entries(browser: &mut Browser, forj: &Platform) -> Vec<Entry> {
    let mut entries = vec![Entry::Resumed, Entry::Pushed];
    for (method, path) in ROUTES {
        // What ends the session would make the rest of the walk one of a stranger.
        if path.starts_with("/account/") || path.starts_with("/admin/") {
            continue;
        }
        let entry = Entry::Route(method, path);
        let known = send(browser, forj, entry, "query", CALLBACK, &[]).await.status;
        let unknown =
            send(browser, forj, entry, "query", "https://evil.example/", &[]).await.status;
        if known != unknown {
            entries.push(entry);
        }
    }
    assert!(browser.is_signed_in());
    entries
}

async fn send(
    browser: &mut Browser,
    forj: &Platform,
    entry: Entry,
    mode: &str,
    redirect_uri: &str,
    more: &[(&str, &str)],
) -> Page {
    let changes = [&[("response_mode", mode), ("redirect_uri", redirect_uri)], more].concat();
    let fields = fields_of(&forj.authorize_url_with(&changes));
    let client_id: ClientId = forj.client_id.parse().unwrap();
    match entry {
        Entry::Route(method, path) => {
            let mut fields = fields;
            fields.push(("client_secret".to_owned(), forj.secret.clone()));
            let path = concrete(path, &forj.client_id);
            match method {
                "GET" => browser.get(&format!("{path}?{}", encoded(&fields))).await,
                _ => browser.post_from(&path, &borrowed(&fields), &FOREIGN).await,
            }
        }
        Entry::Resumed => {
            let site = forj.novi.home().await;
            let client = clients::load(&site, &client_id).await.unwrap().unwrap();
            let asked = value_of(&fields, "response_mode");
            let mode = ResponseMode::parse(asked).expect("a mode that can be kept");
            let request = AuthorizationRequest::parse(&client, &Params::of(fields), mode).unwrap();
            let request = serde_json::to_string(&request).unwrap();
            let id: SignInId =
                sessions::keep(&site, &client_id, &request, None, "test").await.unwrap();
            let path = format!("/oauth/authorize?request_id={id}&client_id={client_id}");
            browser.get(&path).await
        }
        Entry::Pushed => {
            let site = forj.novi.home().await;
            let reference = pushed::keep(&site, &client_id, &encoded(&fields)).await.unwrap();
            let urn = format!("urn:ietf:params:oauth:request_uri:{}", reference.expose());
            let pair = [("client_id", client_id.as_str()), ("request_uri", &*urn)];
            let query =
                url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pair).finish();
            browser.get(&format!("/oauth/authorize?{query}")).await
        }
    }
}

async fn by_post(browser: &mut Browser, url: &str) -> Page {
    let fields = fields_of(url);
    let mut page = browser.post_from("/oauth/authorize", &borrowed(&fields), &FOREIGN).await;
    while let Some(to) = page.location().filter(|to| to.starts_with('/')) {
        page = browser.get(&to).await;
    }
    page
}

/// What the page posts to the client.
#[track_caller]
fn brought(page: &Page) -> Fields {
    assert_eq!((page.status, page.location()), (200, None), "{}", page.body);
    let fields = page.form(CALLBACK);
    let names: BTreeSet<_> = fields.iter().map(|(name, _)| name).collect();
    assert_eq!(names.len(), fields.len(), "each once");
    fields
}

#[track_caller]
fn assert_error(page: &Page, error: &str) {
    let fields = brought(page);
    let names: Vec<_> = fields.iter().map(|(name, _)| &**name).collect();
    assert_eq!(names, ["error", "error_description", "state", "iss"]);
    assert_eq!((value(&fields, "error"), value(&fields, "state")), (error, "st-1"));
}

fn value<'a>(fields: &'a Fields, name: &str) -> &'a str {
    value_of(fields, name).unwrap_or_else(|| panic!("no {name} in {fields:?}"))
}

fn value_of<'a>(fields: &'a Fields, name: &str) -> Option<&'a str> {
    fields.iter().find(|(known, _)| known == name).map(|(_, value)| &**value)
}

fn fields_of(url: &str) -> Fields {
    let (_, query) = url.split_once('?').unwrap();
    url::form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}

fn encoded(fields: &Fields) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

fn borrowed(fields: &Fields) -> Vec<(&str, &str)> {
    fields.iter().map(|(name, value)| (&**name, &**value)).collect()
}

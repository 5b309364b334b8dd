//! Log-outs that a client begins (OpenID Connect RP-Initiated Logout 1.0, SEC-A10, PLATFORMS.md 11.8).

use novi_sso::clients;
use novi_sso::events::Actor;
use novi_sso::housekeeping;
use serde_json::{Value, json};

use super::redirect_urls::mutations;
use crate::support::{
    Browser, CALLBACK, HOME, Member, Novi, Page, Platform, Stranger, claims, registered,
};

const BACK: &str = "https://acme.mobilize.io/logged-out";
const FOREIGN: [(&str, &str); 2] =
    [("origin", "https://acme.mobilize.io"), ("sec-fetch-site", "cross-site")];

async fn client(novi: &Novi, name: &str) -> Platform {
    let with_state = "https://acme.mobilize.io/out?tenant=1";
    let urls = [BACK, with_state].map(registered);
    novi.client_with(name, |settings| settings.post_logout_urls = urls.into()).await
}

/// Signs in through the client in this browser; answers the ID token.
async fn id_token(client: &Platform, browser: &mut Browser, member: &Member) -> String {
    let page = client.signs_in(browser, member).await;
    let tokens = client.exchange(&page.sent("code").unwrap()).await;
    tokens["id_token"].as_str().unwrap().to_owned()
}

fn log_out(fields: &[(&str, &str)]) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    format!("/log-out?{}", query.extend_pairs(fields).finish())
}

/// Presses the button, and goes on within the site.
async fn confirms(browser: &mut Browser, page: &Page) -> Page {
    let mut page = browser.fill(page, "/log-out", &[]).await;
    while let Some(to) = page.location().filter(|to| to.starts_with('/')) {
        page = browser.get(&to).await;
    }
    page
}

/// A page of ours with the question, and no way out of the site.
#[track_caller]
fn asks(page: &Page, what: &str) {
    assert_eq!((page.status, page.location()), (200, None), "{what}");
    assert!(page.posts_to("/log-out"), "{what}: {}", page.text());
    leads_nowhere(page, what);
}

/// No link, form or redirect to another site. (What was asked for is carried in a hidden field.)
#[track_caller]
fn leads_nowhere(page: &Page, what: &str) {
    assert_eq!(page.location(), None, "{what}");
    assert_eq!(page.header("refresh"), None, "{what}");
    for way in ["href=\"", "action=\"", "src=\""] {
        for to in page.body.split(way).skip(1) {
            let to = to.split('"').next().unwrap();
            assert!(to.starts_with('/') && !to.starts_with("//"), "{what} leads to {to}");
        }
    }
    assert!(!page.body.contains("http-equiv"), "{what}");
}

/// §3, "the OP […] MUST perform the redirection" to the registered URL, with the state as it was sent.
#[tokio::test]
async fn with_a_hint_of_the_member_the_browser_is_back_at_once_with_its_state() {
    let novi = Novi::start().await;
    let (forj, ann) = (client(&novi, "Forj").await, novi.member("Ann").await);
    let with_query = "https://acme.mobilize.io/out?tenant=1";
    let id = ("client_id", &*forj.client_id);

    for (url, more, expected) in [
        (BACK, vec![], BACK.to_owned()),
        (BACK, vec![("state", "s-1")], format!("{BACK}?state=s-1")),
        (BACK, vec![("state", "a b&c=ü#%")], format!("{BACK}?state=a%20b%26c%3D%C3%BC%23%25")),
        (BACK, vec![("state", "\r\nLocation: x")], format!("{BACK}?state=%0D%0ALocation%3A%20x")),
        (BACK, vec![id, ("ui_locales", "de"), ("logout_hint", "ann")], BACK.to_owned()),
        (with_query, vec![("state", "s")], format!("{with_query}&state=s")),
    ] {
        let (mut browser, mut other) = (novi.browser(), novi.browser_of(&ann).await);
        let hint = id_token(&forj, &mut browser, &ann).await;
        let fields = [("id_token_hint", &*hint), ("post_logout_redirect_uri", url)];

        let page = browser.get(&log_out(&[&fields[..], &more].concat())).await;

        assert_eq!((page.status, page.location()), (303, Some(expected)));
        assert_eq!(page.header("cache-control"), Some("no-store"));
        assert!(!browser.is_signed_in(), "the cookie is taken away");
        assert_eq!(other.get("/account").await.status, 200, "other devices stay");
        // Once more, by the back button: nobody is in, and the answer is the same.
        let again = browser.get(&log_out(&[&fields[..], &more].concat())).await;
        assert_eq!(again.location(), page.location());
    }
    assert_eq!(novi.count("select count(*) from sessions").await, 6, "of the other devices");
}

/// A log-out is a log-out: the cookie from before opens nothing.
#[tokio::test]
async fn the_session_is_over_and_not_only_its_cookie() {
    let novi = Novi::start().await;
    let (forj, ann) = (client(&novi, "Forj").await, novi.member("Ann").await);
    let mut browser = novi.browser();
    let hint = id_token(&forj, &mut browser, &ann).await;
    let mut copied = novi.browser();
    copied.cookies = browser.cookies.clone();
    assert_eq!(copied.get("/account").await.status, 200);

    browser.get(&log_out(&[("id_token_hint", &hint)])).await;

    assert_eq!(copied.get("/account").await.location().as_deref(), Some("/log-in"));
    let silent = copied.get(&forj.authorize_url_with(&[("prompt", "none")])).await;
    assert_eq!(silent.sent("error").as_deref(), Some("login_required"));
}

/// §2: an ID token that has expired still says who it is about.
#[tokio::test]
async fn a_hint_from_hours_ago_is_as_good() {
    let novi = Novi::start().await;
    let (forj, ann) = (client(&novi, "Forj").await, novi.member("Ann").await);
    let mut browser = novi.browser();
    let hint = id_token(&forj, &mut browser, &ann).await;
    novi.clock.advance(11 * 3600);

    let fields = [("id_token_hint", &*hint), ("post_logout_redirect_uri", BACK)];
    let page = browser.get(&log_out(&fields)).await;

    assert_eq!(page.location().as_deref(), Some(BACK));
}

/// SEC-A10, §2: "the OP MUST ask the End-User this question if an id_token_hint was not provided"; and where the
/// hint is not theirs. PLATFORMS.md 11.8: a page, not an error.
#[tokio::test]
async fn without_a_valid_hint_of_the_member_it_is_a_question_and_changes_nothing() {
    let novi = Novi::start().await;
    let (forj, hub) = (client(&novi, "Forj").await, client(&novi, "Hub").await);
    let (ann, bob) = (novi.member("Ann").await, novi.member("Bob").await);
    let mut browser = novi.browser();
    let of_ann = id_token(&forj, &mut browser, &ann).await;
    let of_bob = id_token(&forj, &mut novi.browser(), &bob).await;
    let forged = Stranger::new().signs(&claims(&json!(of_ann)));
    let (hub_id, id) = (("client_id", &*hub.client_id), ("client_id", &*forj.client_id));
    let back = ("post_logout_redirect_uri", BACK);
    let before = novi.tables().await;

    for fields in [
        vec![],
        vec![back],
        vec![("state", "s-1")],
        vec![back, ("state", "s-1")],
        vec![id],
        vec![id, back],
        vec![("client_id", "nobody"), back],
        vec![("id_token_hint", &*of_bob), back],
        vec![("id_token_hint", &*of_bob)],
        vec![("id_token_hint", &*forged), back],
        vec![("id_token_hint", "x"), id, back],
        vec![("id_token_hint", &*of_ann), hub_id, back],
        vec![("id_token_hint", &*of_ann), ("client_id", "nobody"), back],
    ] {
        let page = browser.get(&log_out(&fields)).await;
        asks(&page, &format!("{fields:?}"));
        assert!(page.text().contains("You are logged in as Ann Archer."), "{}", page.text());
    }
    assert!(browser.is_signed_in());
    assert_eq!(novi.tables().await.changed_since(&before), [""; 0]);
}

/// What the person gets who says yes: a redirect by a valid hint only, else a link where client and URL are known.
#[tokio::test]
async fn who_confirms_is_out_and_is_sent_only_where_a_hint_vouches_for_it() {
    let novi = Novi::start().await;
    let (forj, hub) = (client(&novi, "Forj").await, client(&novi, "Hub").await);
    let (ann, bob) = (novi.member("Ann").await, novi.member("Bob").await);
    let of_bob = id_token(&forj, &mut novi.browser(), &bob).await;
    let (id, hub_id) = (("client_id", &*forj.client_id), ("client_id", &*hub.client_id));
    let (back, state) = (("post_logout_redirect_uri", BACK), ("state", "s 1"));
    let wrong = ("post_logout_redirect_uri", CALLBACK);
    #[derive(Debug, PartialEq)]
    enum Ends {
        Link,
        Redirect,
        Nowhere,
    }

    for (fields, ends) in [
        (vec![], Ends::Nowhere),
        (vec![back], Ends::Nowhere),
        (vec![id], Ends::Nowhere),
        (vec![id, back, state], Ends::Link),
        (vec![id, wrong], Ends::Nowhere),
        (vec![("id_token_hint", "x"), id, back], Ends::Nowhere),
        (vec![("id_token_hint", &*of_bob), back, state], Ends::Redirect),
        (vec![("id_token_hint", &*of_bob), wrong], Ends::Nowhere),
        (vec![("id_token_hint", &*of_bob), hub_id, back], Ends::Nowhere),
    ] {
        let mut browser = novi.browser_of(&ann).await;
        let question = browser.get(&log_out(&fields)).await;
        asks(&question, &format!("{fields:?}"));

        let page = confirms(&mut browser, &question).await;

        assert!(!browser.is_signed_in(), "{fields:?}");
        let to = format!("{BACK}?state=s%201");
        match ends {
            Ends::Redirect => assert_eq!(page.location(), Some(to)),
            Ends::Link => {
                assert_eq!(page.location(), None);
                assert!(page.body.contains(&format!("href=\"{to}\"")), "{}", page.body);
                assert!(page.text().contains("Back to Forj"), "{}", page.text());
            }
            Ends::Nowhere => {
                leads_nowhere(&page, &format!("{fields:?}"));
                let says_why = page.text().contains("We did not send you back");
                let wanted = fields.iter().any(|(name, _)| *name == "post_logout_redirect_uri");
                assert_eq!(says_why, wanted, "{fields:?}: {}", page.text());
            }
        }
    }
}

/// The page that says so is one of its own: to load it again logs nobody out.
#[tokio::test]
async fn the_logged_out_page_asks_whoever_is_in_by_then() {
    let novi = Novi::start().await;
    let (forj, ann, bob) =
        (client(&novi, "Forj").await, novi.member("Ann").await, novi.member("Bob").await);
    let mut browser = novi.browser_of(&ann).await;
    let fields = [("client_id", &*forj.client_id), ("post_logout_redirect_uri", BACK)];
    let question = browser.get(&log_out(&fields)).await;
    let done = browser.fill(&question, "/log-out", &[]).await;
    let to = done.location().unwrap();
    assert!(browser.get(&to).await.text().contains("You are logged out"));

    browser.sign_in(&bob).await;
    asks(&browser.get(&to).await, "by then it is Bob");
    // Nor does the form of the member before.
    let again = browser.fill(&question, "/log-out", &[]).await;
    asks(&browser.get(&again.location().unwrap()).await, "the form of the member before");
    assert!(browser.is_signed_in());
}

/// SEC-A10, §3: "The OP MUST NOT perform post-logout redirection if the post_logout_redirect_uri value supplied
/// does not exactly match one of the previously registered post_logout_redirect_uris values".
#[tokio::test]
async fn no_near_miss_of_a_post_logout_url_is_followed_or_linked() {
    let novi = Novi::start().await;
    let (forj, ann) = (client(&novi, "Forj").await, novi.member("Ann").await);
    let mut browser = novi.browser();
    let hint = id_token(&forj, &mut browser, &ann).await;
    let mut nobody = novi.browser();
    let mut misses = mutations::of(BACK);
    assert!(misses.len() >= 200);
    misses
        .extend([CALLBACK, "javascript:alert(1)", "https://acme.mobilize.io/"].map(str::to_owned));

    for url in misses.iter().filter(|url| !url.is_empty() && !url.contains('\0') && *url != BACK) {
        let fields = [("id_token_hint", &*hint), ("post_logout_redirect_uri", url)];
        asks(&browser.get(&log_out(&fields)).await, url);
        leads_nowhere(&nobody.get(&log_out(&fields)).await, url);
        let fields = [("client_id", &*forj.client_id), ("post_logout_redirect_uri", url)];
        leads_nowhere(&nobody.get(&log_out(&fields)).await, url);
    }
    assert!(browser.is_signed_in(), "a request that is wrong logs nobody out unasked");
    let told = "select times from client_days where outcome = 'log_out_url'";
    assert!(novi.count(told).await > 200, "the client's page says so");
}

/// A list of its own: neither a redirect URL of the client, nor a post-logout URL of another one.
#[tokio::test]
async fn a_url_of_another_list_is_not_on_this_one() {
    let novi = Novi::start().await;
    let ann = novi.member("Ann").await;
    let (forj, none) = (client(&novi, "Forj").await, novi.client("None").await);
    let mut browser = novi.browser();
    let of_none = id_token(&none, &mut browser, &ann).await;

    for (url, client) in [(BACK, &none), (CALLBACK, &none), (CALLBACK, &forj)] {
        let fields = [("client_id", &*client.client_id), ("post_logout_redirect_uri", url)];
        leads_nowhere(&novi.browser().get(&log_out(&fields)).await, url);
    }
    let fields = [("id_token_hint", &*of_none), ("post_logout_redirect_uri", BACK)];
    asks(&browser.get(&log_out(&fields)).await, "its own hint, the other one's URL");
}

/// An admin switched it off: it has no say any more.
#[tokio::test]
async fn a_client_that_is_switched_off_is_not_gone_back_to() {
    let novi = Novi::start().await;
    let (forj, ann) = (client(&novi, "Forj").await, novi.member("Ann").await);
    let mut browser = novi.browser();
    let hint = id_token(&forj, &mut browser, &ann).await;
    let (site, id) = (novi.home().await, forj.client_id.parse().unwrap());
    assert!(clients::disable(&site, &id, "Ruth", &Actor::CommandLine).await.unwrap());

    let fields = [("id_token_hint", &*hint), ("post_logout_redirect_uri", BACK)];
    let question = browser.get(&log_out(&fields)).await;

    asks(&question, "switched off");
    leads_nowhere(&confirms(&mut browser, &question).await, "switched off");
}

/// SECURITY.md 0.0 on 4.3: a cross-site POST looks at no cookie; what it asks for is kept and comes back by GET.
#[tokio::test]
async fn a_log_out_by_post_from_another_site_is_kept_and_asked_for_by_get() {
    let novi = Novi::start().await;
    let (forj, ann) = (client(&novi, "Forj").await, novi.member("Ann").await);
    let mut browser = novi.browser();
    let hint = id_token(&forj, &mut browser, &ann).await;
    let back = ("post_logout_redirect_uri", BACK);
    let state = ("state", "s-1");

    let bare = browser.post_from("/log-out", &[back, state], &FOREIGN).await;
    let question = browser.get(&bare.location().unwrap()).await;
    let hinted = [("id_token_hint", &*hint), back, state, ("form_token", "x")];
    let with_hint = browser.post_from("/log-out", &hinted, &FOREIGN).await;

    for page in [&bare, &with_hint] {
        assert_eq!((page.status, page.header("set-cookie")), (303, None));
        assert!(page.location().unwrap().starts_with("/log-out?log_out_id="));
    }
    asks(&question, "kept");
    assert!(browser.is_signed_in(), "a POST from elsewhere logs nobody out");
    let page = browser.get(&with_hint.location().unwrap()).await;
    assert_eq!(page.location(), Some(format!("{BACK}?state=s-1")));
    assert!(!browser.is_signed_in());
    let nothing = browser.post_from("/log-out", &[("x", "y")], &FOREIGN).await;
    assert_eq!(nothing.location().as_deref(), Some("/log-out"), "nothing to keep");
}

/// SEC-DOS11: an hour, and so many of each address.
#[tokio::test]
async fn kept_log_outs_are_bounded_and_forgotten() {
    let novi = Novi::start_with(|settings| settings.limits.pending_requests = Some(5)).await;
    let mut browser = novi.browser();
    let mut kept = Vec::new();
    for number in 0..20 {
        novi.clock.advance(1);
        let state = format!("state-{number}");
        let page = browser.post_from("/log-out", &[("state", &state)], &FOREIGN).await;
        kept.push((state, page.location().unwrap()));
    }
    let ann = novi.member("Ann").await;
    browser.sign_in(&ann).await;

    assert_eq!(novi.count("select count(*) from log_outs").await, 5);
    for (place, (state, to)) in kept.iter().enumerate() {
        let page = browser.get(to).await;
        asks(&page, state);
        let carried = page.field("state").as_deref() == Some(&**state);
        assert_eq!(carried, place >= 15, "the newest stay: {state}");
    }
    novi.clock.advance(3600);
    let late = browser.get(&kept[19].1).await;
    asks(&late, "an hour later");
    assert_eq!(late.field("state"), None);
    housekeeping::tidy(&novi.app).await.unwrap();
    assert_eq!(novi.count("select count(*) from log_outs").await, 0);
    for id in ["", "x", "' or 1=1 --", "log_out_x", "\0", "https://evil.example"] {
        asks(&browser.get(&log_out(&[("log_out_id", id)])).await, id);
    }
}

/// A form of ours without its token is shown again, with all that it carried.
#[tokio::test]
async fn a_form_from_before_a_log_in_is_shown_again_with_what_it_carried() {
    let novi = Novi::start().await;
    let (forj, ann) = (client(&novi, "Forj").await, novi.member("Ann").await);
    let mut browser = novi.browser_of(&ann).await;
    let fields =
        [("client_id", &*forj.client_id), ("post_logout_redirect_uri", BACK), ("state", "s-1")];
    let question = browser.get(&log_out(&fields)).await;

    for token in ["", "x"] {
        let again = browser.fill(&question, "/log-out", &[("form_token", token)]).await;
        let page = browser.get(&again.location().unwrap()).await;
        asks(&page, "shown again");
        for (name, value) in fields {
            assert_eq!(page.field(name).as_deref(), Some(value), "{name}");
        }
    }
    assert!(browser.is_signed_in());
}

/// SEC-X4: what a request brings is carried as text.
#[tokio::test]
async fn what_a_log_out_carries_is_escaped_and_only_what_is_known() {
    let novi = Novi::start().await;
    let ann = novi.member("Ann").await;
    let canary = "\"><img src=x onerror=1>'{{7*7}}";
    let names = ["id_token_hint", "client_id", "post_logout_redirect_uri", "state", "unknown"];
    let fields = names.map(|name| (name, canary));

    let page = novi.browser_of(&ann).await.get(&log_out(&fields)).await;

    asks(&page, canary);
    assert!(!page.body.contains("<img"), "{}", page.body);
    for name in &names[..4] {
        assert_eq!(page.field(name).as_deref(), Some(canary), "{name}");
    }
    assert_eq!(page.field("unknown"), None);
    for repeated in ["/log-out?state=a&state=b", "/log-out?state=%00", "/log-out?%ff=%"] {
        asks(&novi.browser_of(&ann).await.get(repeated).await, repeated);
    }
}

/// GET is safe: whatever is linked, nobody is logged out without a hint that is theirs (SEC-E3, login CSRF's twin).
#[tokio::test]
async fn an_image_on_another_page_logs_nobody_out() {
    let novi = Novi::start().await;
    let (forj, ann) = (client(&novi, "Forj").await, novi.member("Ann").await);
    let mut browser = novi.browser_of(&ann).await;
    let before = novi.tables().await;

    for path in [
        "/log-out".to_owned(),
        "/log-out?confirm=1&form_token=x&answer=yes".to_owned(),
        log_out(&[("client_id", &forj.client_id), ("post_logout_redirect_uri", BACK)]),
    ] {
        browser.request("GET", &path, &[("sec-fetch-site", "cross-site")]).await;
        browser.request("HEAD", &path, &[]).await;
    }

    assert!(browser.is_signed_in());
    assert_eq!(novi.tables().await.changed_since(&before), [""; 0]);
    let listed = forj.at(HOME).get("/.well-known/openid-configuration").await;
    assert_eq!(listed["end_session_endpoint"], Value::from("https://www.acme.example/log-out"));
}

//! Authorization requests that wait while their member signs in.

use novi_sso::clients;
use novi_sso::events::Actor;
use novi_sso::sessions::SIGN_IN_SECONDS;

use crate::support::Novi;

const COMMUNITY: &str = "https://acme.mobilize.io/";

/// GOAL-C4: late, twice, bookmarked, garbled; it ends where the community starts, not in an error.
#[tokio::test]
async fn a_request_that_is_late_or_used_starts_anew_at_its_community() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let mut browser = novi.browser();
    let log_in = browser.get(&forj.authorize_url()).await.location().unwrap();
    let page = browser.get(&log_in).await;
    let entered = browser.sign_in_on(&page, &ann).await;
    let resumption = entered.location().unwrap();
    assert!(browser.get(&resumption).await.sent("code").is_some());

    let again = browser.get(&resumption).await;
    let back_to_the_form = browser.get(&log_in).await;
    assert_eq!(again.location().as_deref(), Some(COMMUNITY));
    assert_eq!(
        browser.get(&back_to_the_form.location().unwrap()).await.location().as_deref(),
        Some(COMMUNITY)
    );

    let mut slow = novi.browser();
    let page = slow.visit(&forj.authorize_url()).await;
    novi.clock.advance(SIGN_IN_SECONDS);
    let entered = slow.sign_in_on(&page, &ann).await;
    assert_eq!(slow.get(&entered.location().unwrap()).await.location().as_deref(), Some(COMMUNITY));

    let id = &forj.client_id;
    for request in ["signin_x", "https://evil.example", "//e", "", "'"] {
        let path = format!("/oauth/authorize?request_id={request}x&client_id={id}");
        assert_eq!(browser.get(&path).await.location().as_deref(), Some(COMMUNITY), "{request}");
    }
    let nobody = browser.get("/oauth/authorize?request_id=signin_x").await;
    assert_eq!(nobody.location().as_deref(), Some("/account"));
}

/// SEC-A9: what a browser comes back to is an id of ours, never a URL of somebody's making.
#[tokio::test]
async fn no_parameter_makes_the_sign_in_lead_to_a_foreign_site() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);

    for evil in [
        "//evil.example",
        "/\\evil.example",
        "/%09/evil.example",
        "\\\\evil.example",
        "/./\\evil.example",
        "https://evil.example",
        "https:evil.example",
        "javascript:alert(1)",
        "/oauth/../\\/evil.example",
        "\u{2028}//evil.example",
        "x&request_id=//evil.example",
        "\r\nLocation: https://evil.example",
    ] {
        let encoded: String = url::form_urlencoded::byte_serialize(evil.as_bytes()).collect();
        for query in [
            format!("request={encoded}"),
            format!("request={encoded}&client_id={}", forj.client_id),
            format!("request=x&client_id={encoded}"),
            format!("return_to={encoded}&next={encoded}&redirect_uri={encoded}&url={encoded}"),
        ] {
            let mut browser = novi.browser();
            let page = browser.get(&format!("/log-in?{query}")).await;
            let mut answer = browser.sign_in_on(&page, &ann).await;
            let mut steps = 0;
            while let Some(to) = answer.location() {
                let base = url::Url::parse("https://www.acme.example/log-in").unwrap();
                let host = base.join(&to).unwrap().host_str().unwrap().to_owned();
                assert!(["www.acme.example", "acme.mobilize.io"].contains(&&*host), "{query} {to}");
                steps += 1;
                if host == "acme.mobilize.io" || steps == 5 {
                    break;
                }
                answer = browser.get(&to).await;
            }
            assert!(steps > 0, "{query} signs in");
        }
    }
}

/// SEC-B5: a request belongs to the browser that began it.
#[tokio::test]
async fn a_request_of_one_browser_is_worthless_in_another() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let mut attacker = novi.browser();
    let log_in = attacker.get(&forj.authorize_url_with(&[("state", "of-the-attacker")])).await;
    let request =
        log_in.location().unwrap().replace("/log-in?request=", "/oauth/authorize?request_id=");

    let mut victim = novi.browser();
    victim.sign_in(&ann).await;
    let lured = victim.get(&request).await;

    assert_eq!(
        lured.location().as_deref(),
        Some(COMMUNITY),
        "it starts anew, with a state of its own"
    );
    let resumed = attacker.get(&request).await;
    assert!(resumed.location().unwrap().starts_with("/log-in"), "{:?}", resumed.location());
}

#[tokio::test]
async fn two_tabs_each_get_their_own_code() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let mut browser = novi.browser();
    let first = browser.visit(&forj.authorize_url_with(&[("state", "tab-1")])).await;
    let second = browser.get(&forj.authorize_url_with(&[("state", "tab-2")])).await;

    let entered = browser.sign_in_on(&first, &ann).await;
    let one = browser.get(&entered.location().unwrap()).await;
    let other = browser.visit(&second.location().unwrap()).await;

    let states = [one.sent("state").unwrap(), other.sent("state").unwrap()];
    assert_eq!(states, ["tab-1", "tab-2"]);
    assert_ne!(one.sent("code").unwrap(), other.sent("code").unwrap());
}

/// An hour may pass between the first click and the password.
#[tokio::test]
async fn the_client_is_looked_at_again_when_its_member_has_signed_in() {
    let novi = Novi::start().await;
    let ann = novi.member("Ann").await;
    let (off, moved) = (novi.client("Off").await, novi.client("Moved").await);
    let mut browsers = [novi.browser(), novi.browser()];
    let first = browsers[0].visit(&off.authorize_url()).await;
    let second = browsers[1].visit(&moved.authorize_url()).await;

    let (site, actor) = (novi.home().await, Actor::CommandLine);
    assert!(clients::disable(&site, &off.client_id.parse().unwrap(), "Ann", &actor).await.unwrap());
    let id = moved.client_id.parse().unwrap();
    let kept = clients::load(&site, &id).await.unwrap().unwrap();
    let before = kept.settings.clone();
    let other = clients::RedirectUrl::register("https://b.example/cb", false).unwrap();
    let after = clients::Settings { redirect_urls: vec![other], ..before.clone() };
    let changed = clients::change(&site, &id, kept.version, &before, &after, &actor).await;
    assert_eq!(changed.unwrap(), Ok(()));

    for (browser, page) in browsers.iter_mut().zip([first, second]) {
        let entered = browser.sign_in_on(&page, &ann).await;
        let answer = browser.get(&entered.location().unwrap()).await;
        assert!((400..500).contains(&answer.status), "{}", answer.status);
        assert_eq!(answer.location(), None);
    }
}

//! A page that is stale, reused, bookmarked or reached by the back button never ends in an error:
//! the member signs in, then goes back with a code, or to where the community starts (GOAL-C4).

use novi_sso::clients;
use novi_sso::events::Actor;

use crate::support::{Browser, Member, Novi, Page, Platform};

const START: &str = "https://acme.mobilize.io/";

async fn with_a_community() -> (Novi, Platform, Member) {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    (novi, forj, ann)
}

/// The log-in page of a fresh request, and the address that the browser shows.
async fn asked(browser: &mut Browser, forj: &Platform, state: &str) -> (Page, String) {
    let sent = browser.get(&forj.authorize_url_with(&[("state", state)])).await;
    let address = sent.location().expect("to the log-in page");
    assert!(address.starts_with("/log-in?request="), "{address}");
    (browser.get(&address).await, address)
}

/// Goes where an answer leads, as far as that is on our site.
async fn follow(browser: &mut Browser, page: Page) -> Page {
    match page.location() {
        Some(to) if to.starts_with('/') => browser.visit(&to).await,
        _ => page,
    }
}

/// The one way out that is not an error: a code for this state, which works.
async fn is_a_code(forj: &Platform, page: &Page, state: &str) {
    let location = page.location().unwrap_or_else(|| panic!("{} {}", page.status, page.text()));
    assert!(location.starts_with(&forj.callback), "{location}");
    assert_eq!(page.sent("state").as_deref(), Some(state));
    let code = page.sent("code").unwrap_or_else(|| panic!("{location}"));
    assert_eq!(forj.exchange(&code).await.status, 200);
}

/// The other one: where the community starts, so that it asks anew with a fresh state.
fn is_the_start(page: &Page) {
    assert_eq!(page.location().as_deref(), Some(START), "{} {}", page.status, page.text());
}

fn is_the_log_in_page(page: &Page) {
    assert_eq!(page.status, 200, "{:?}", page.location());
    assert!(page.body.contains("action=\"/log-in\""), "{}", page.text());
}

#[tokio::test]
async fn a_bookmarked_log_in_page_signs_in_and_goes_to_where_the_community_starts() {
    let (novi, forj, ann) = with_a_community().await;
    let (_, bookmark) = asked(&mut novi.browser(), &forj, "st-1").await;
    novi.clock.advance(30 * 24 * 3600);
    let mut browser = novi.browser();

    let page = browser.get(&bookmark).await;
    is_the_log_in_page(&page);
    assert!(page.text().contains("to continue to Forj (acme.mobilize.io)"), "{}", page.text());
    let page = browser.sign_in_on(&page, &ann).await;

    is_the_start(&follow(&mut browser, page).await);
    assert!(browser.is_signed_in());
    is_the_start(&browser.visit(&bookmark).await);
}

#[tokio::test]
async fn going_back_to_the_log_in_page_after_having_signed_in_leads_to_the_start() {
    let (novi, forj, ann) = with_a_community().await;
    let mut browser = novi.browser();
    let (page, address) = asked(&mut browser, &forj, "st-1").await;
    let page = browser.sign_in_on(&page, &ann).await;
    let resumed = page.location().unwrap();
    is_a_code(&forj, &follow(&mut browser, page).await, "st-1").await;

    is_the_start(&browser.visit(&address).await);
    is_the_start(&browser.visit(&resumed).await);
    assert_eq!(novi.count("select count(*) from grants").await, 1, "one code for one request");
}

/// Back, and the password typed once more into the page that the browser still shows.
#[tokio::test]
async fn a_log_in_form_that_was_used_before_leads_to_the_start() {
    let (novi, forj, ann) = with_a_community().await;
    let mut browser = novi.browser();
    let (form, _) = asked(&mut browser, &forj, "st-1").await;
    let page = browser.sign_in_on(&form, &ann).await;
    is_a_code(&forj, &follow(&mut browser, page).await, "st-1").await;

    let again = browser.sign_in_on(&form, &ann).await;

    is_the_start(&follow(&mut browser, again).await);
    assert!(browser.is_signed_in());
}

/// The browser sends the form twice and follows the second answer only.
#[tokio::test]
async fn a_double_click_on_log_in_ends_with_a_code() {
    let (novi, forj, ann) = with_a_community().await;
    let mut browser = novi.browser();
    let (form, _) = asked(&mut browser, &forj, "st-1").await;
    let mut first = novi.browser();
    first.cookies = browser.cookies.clone();

    first.sign_in_on(&form, &ann).await;
    let second = browser.sign_in_on(&form, &ann).await;

    is_a_code(&forj, &follow(&mut browser, second).await, "st-1").await;
}

/// Both answers of the double click arrive, and are followed at the same time.
#[tokio::test]
async fn of_a_double_click_whose_answers_are_both_followed_one_is_the_code_and_one_the_start() {
    let (novi, forj, ann) = with_a_community().await;
    let mut browser = novi.browser();
    let (form, _) = asked(&mut browser, &forj, "st-1").await;
    let resumed = browser.sign_in_on(&form, &ann).await.location().unwrap();
    let mut twin = novi.browser();
    twin.cookies = browser.cookies.clone();

    let (one, other) = tokio::join!(browser.get(&resumed), twin.get(&resumed));

    let (code, start) = if one.sent("code").is_some() { (one, other) } else { (other, one) };
    is_a_code(&forj, &code, "st-1").await;
    is_the_start(&start);
}

#[tokio::test]
async fn two_tabs_each_end_with_a_code_of_their_own() {
    let (novi, forj, ann) = with_a_community().await;
    let mut browser = novi.browser();
    let (first, _) = asked(&mut browser, &forj, "st-1").await;
    let (second, address) = asked(&mut browser, &forj, "st-2").await;

    let page = browser.sign_in_on(&first, &ann).await;
    is_a_code(&forj, &follow(&mut browser, page).await, "st-1").await;

    // In the second tab the form is from before; reloading it is the other thing people do.
    let page = browser.sign_in_on(&second, &ann).await;
    is_a_code(&forj, &follow(&mut browser, page).await, "st-2").await;
    is_the_start(&browser.visit(&address).await);
}

/// Restored tabs load at the same moment, when the browser has no cookie yet: the later one wins.
#[tokio::test]
async fn two_tabs_opened_at_once_in_a_new_browser_both_end_well() {
    let (novi, forj, ann) = with_a_community().await;
    let (mut browser, mut other) = (novi.browser(), novi.browser());
    let (first, _) = asked(&mut other, &forj, "st-1").await;
    let (second, _) = asked(&mut browser, &forj, "st-2").await;

    let page = browser.sign_in_on(&first, &ann).await;
    is_the_log_in_page(&page);
    let page = browser.sign_in_on(&page, &ann).await;
    is_the_start(&follow(&mut browser, page).await);
    let page = browser.sign_in_on(&second, &ann).await;
    is_a_code(&forj, &follow(&mut browser, page).await, "st-2").await;
}

#[tokio::test]
async fn a_log_in_page_lives_for_an_hour() {
    let (novi, forj, ann) = with_a_community().await;
    let mut browser = novi.browser();
    let (form, _) = asked(&mut browser, &forj, "st-1").await;
    novi.clock.advance(3599);

    let page = browser.sign_in_on(&form, &ann).await;

    is_a_code(&forj, &follow(&mut browser, page).await, "st-1").await;
}

#[tokio::test]
async fn after_a_pause_of_two_hours_the_open_page_signs_in_and_leads_to_the_start() {
    let (novi, forj, ann) = with_a_community().await;
    let mut browser = novi.browser();
    let (form, _) = asked(&mut browser, &forj, "st-1").await;
    novi.clock.advance(2 * 3600);

    let page = browser.sign_in_on(&form, &ann).await;

    is_the_start(&follow(&mut browser, page).await);
    assert!(browser.is_signed_in());
}

/// The browser was closed in between: its cookies are gone, the page was restored.
#[tokio::test]
async fn a_page_that_outlived_its_cookies_is_shown_again_and_then_signs_in() {
    let (novi, forj, ann) = with_a_community().await;
    let mut browser = novi.browser();
    let (form, _) = asked(&mut browser, &forj, "st-1").await;
    browser.cookies.clear();

    let page = browser.sign_in_on(&form, &ann).await;
    is_the_log_in_page(&page);
    assert!(page.text().contains("to continue to Forj"), "{}", page.text());
    let page = browser.sign_in_on(&page, &ann).await;

    is_the_start(&follow(&mut browser, page).await);
}

/// Somebody sent the address of their log-in page to a colleague.
#[tokio::test]
async fn the_request_of_another_browser_gives_no_code_and_no_error() {
    let (novi, forj, ann) = with_a_community().await;
    let (_, address) = asked(&mut novi.browser(), &forj, "st-1").await;
    let mut colleague = novi.browser();

    let page = colleague.get(&address).await;
    is_the_log_in_page(&page);
    let page = colleague.sign_in_on(&page, &ann).await;
    is_the_start(&follow(&mut colleague, page).await);

    is_the_start(&colleague.visit(&address).await);
    assert_eq!(novi.count("select count(*) from grants").await, 0);
}

#[tokio::test]
async fn an_expired_request_of_a_member_who_is_signed_in_leads_to_the_start() {
    let (novi, forj, ann) = with_a_community().await;
    let mut browser = novi.browser();
    let (_, address) = asked(&mut browser, &forj, "st-1").await;
    browser.sign_in(&ann).await;
    novi.clock.advance(3600);

    is_the_start(&browser.visit(&address).await);
    is_the_start(
        &browser.visit(&address.replace("/log-in?request", "/oauth/authorize?request_id")).await,
    );
}

/// The request itself as a bookmark, or saved in a portal: it begins anew each time.
#[tokio::test]
async fn a_bookmarked_authorization_request_works_every_time() {
    let (novi, forj, ann) = with_a_community().await;
    let mut browser = novi.browser();
    for _ in 0..3 {
        let page = forj.signs_in(&mut browser, &ann).await;
        is_a_code(&forj, &page, "st-1").await;
        novi.clock.advance(20 * 3600);
    }
}

#[tokio::test]
async fn a_bookmarked_log_in_page_of_no_request_leads_home() {
    let (novi, _, ann) = with_a_community().await;
    let mut browser = novi.browser();
    let page = browser.sign_in(&ann).await;
    assert_eq!(page.location().as_deref(), Some("/account"));

    let page = browser.get("/log-in").await;
    assert_eq!(page.location().as_deref(), Some("/account"));
    let page = browser.get("/log-in?request=signin_gone").await;
    assert_eq!(page.location().as_deref(), Some("/account"));
}

/// Signed out in one tab, the form of another tab still open.
#[tokio::test]
async fn a_form_from_before_a_log_out_is_shown_again_and_then_signs_in() {
    let (novi, forj, ann) = with_a_community().await;
    let mut browser = novi.browser();
    browser.sign_in(&ann).await;
    let log_out = browser.get("/log-out").await;
    browser.fill(&log_out, "/log-out", &[]).await;
    let (form, _) = asked(&mut browser, &forj, "st-1").await;
    let mut other = novi.browser();
    other.cookies = browser.cookies.clone();
    other.sign_in(&ann).await;
    let log_out = other.get("/log-out").await;
    other.fill(&log_out, "/log-out", &[]).await;

    let page = other.sign_in_on(&form, &ann).await;

    is_a_code(&forj, &follow(&mut other, page).await, "st-1").await;
}

/// Whatever stands in the address of the log-in page, in whatever browser: never an error.
#[tokio::test]
async fn no_address_of_the_log_in_page_is_an_error() {
    let (novi, forj, ann) = with_a_community().await;
    let deleted = novi.client("Deleted").await;
    let mut browser = novi.browser();
    let (_, of_deleted) = asked(&mut browser, &deleted, "st-1").await;
    let home = novi.home().await;
    let id = deleted.client_id.parse().unwrap();
    assert!(clients::delete(&home, &id, &Actor::CommandLine).await.unwrap());
    let (known, long) = (&forj.client_id, "x".repeat(5000));
    let queries = [
        String::new(),
        "request=".to_owned(),
        "request=x&request=y&client_id=z&client_id=z".to_owned(),
        "request=%00%ff%0d%0a&client_id=%00".to_owned(),
        format!("request={long}&client_id={long}"),
        format!("request=signin_x&client_id={known}"),
        format!("client_id={known}"),
        format!("client_id={}", known.to_uppercase()),
        format!("client_id={}", deleted.client_id),
        of_deleted.split_once('?').unwrap().1.to_owned(),
    ];
    let mut signed_in = novi.browser();
    signed_in.sign_in(&ann).await;

    for query in &queries {
        let address = format!("/log-in?{query}");
        let mut browser = novi.browser();
        let page = browser.get(&address).await;
        is_the_log_in_page(&page);
        let page = browser.sign_in_on(&page, &ann).await;
        let end = follow(&mut browser, page).await;
        let there = signed_in.visit(&address).await;
        for end in [end, there] {
            let community = end.location().as_deref() == Some(START);
            assert!(community || end.status == 200, "{address:.80}: {} {}", end.status, end.text());
        }
    }
}

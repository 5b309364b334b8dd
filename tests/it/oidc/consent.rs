//! Asking a member before a client learns about them (OpenID Connect Core §3.1.2.4).

use novi_sso::clients::Consent;
use serde_json::json;

use crate::support::{Browser, CALLBACK, Novi, Page, Platform};

const EVERYTHING: &str = "openid profile email address phone groups offline_access";

async fn asking(novi: &Novi) -> Platform {
    novi.client_with("Asks", |settings| settings.consent = Consent::Asked).await
}

/// What the page says the client will see: the words of its list.
fn shared(page: &Page) -> String {
    let list = page.body.split("<ul class=\"list\">").nth(1).map(|rest| rest.split("</ul>").next());
    let list = Page {
        status: 200,
        headers: Default::default(),
        body: list.flatten().unwrap_or_default().replace("<br>", " "),
    };
    list.text()
}

fn asks(page: &Page) -> bool {
    page.status == 200 && page.body.contains("value=\"share\"")
}

async fn stops_sharing(browser: &mut Browser, client: &Platform) {
    let page = browser.get("/account/apps").await;
    let path = format!("/account/apps/{}/withdraw", client.client_id);
    assert_eq!(browser.fill(&page, &path, &[]).await.status, 303);
}

/// What an admin registers is the association's own; only a client that is set to ask asks.
#[tokio::test]
async fn only_a_client_that_asks_is_asked_for() {
    let novi = Novi::start().await;
    let (forj, asking, ann) =
        (novi.client("Forj").await, asking(&novi).await, novi.member("Ann").await);
    let mut browser = novi.browser_of(&ann).await;

    let trusted = browser.visit(&forj.authorize_url_with(&[("scope", EVERYTHING)])).await;
    let asked = browser.visit(&asking.authorize_url()).await;

    assert!(trusted.sent("code").is_some(), "{:?}", trusted.location());
    assert!(asks(&asked), "{}", asked.text());
    assert_eq!(novi.count("select count(*) from consents").await, 0);
    assert_eq!(novi.events("consent.given").await, 0);
}

/// The page shows what is shared, as it is on record, and nothing else of the member.
#[tokio::test]
async fn the_page_shows_exactly_what_will_be_shared() {
    let novi = Novi::start().await;
    let (asking, ann) = (asking(&novi).await, novi.member("Ann").await);
    novi.group("Board", &[&ann]).await;
    let mut browser = novi.browser_of(&ann).await;
    let name = "Your name Ann Archer";
    let email = "Your e-mail ann@acme.example";
    let work = "Your company and job title Archer Roofing, Owner";
    let status = "Your member status current";
    let phone = "Your phone number +1 555 0100";
    let address = "Your address 1 Quay, Harbor";
    let groups = "Your groups Board";
    let claims = json!({ "userinfo": { "phone_number": null }, "id_token": { "groups": null } });
    let claims = claims.to_string();

    for (changes, shares) in [
        (vec![("scope", "openid")], vec![]),
        (vec![("scope", "openid email")], vec![email]),
        (vec![("scope", "openid profile")], vec![name, work, status]),
        (vec![("scope", "openid phone address")], vec![phone, address]),
        (vec![("scope", "openid groups")], vec![groups]),
        (vec![("scope", EVERYTHING)], vec![name, email, phone, address, work, status, groups]),
        (vec![("scope", "openid"), ("claims", &*claims)], vec![phone, groups]),
        (vec![("scope", "openid unheard_of")], vec![]),
    ] {
        let page = browser.visit(&asking.authorize_url_with(&changes)).await;

        assert!(asks(&page), "{changes:?}: {}", page.text());
        let shown = shared(&page);
        for share in &shares {
            assert!(shown.contains(share), "{changes:?}: {share} in {shown}");
        }
        assert_eq!(shown.matches("Your ").count(), shares.len(), "{changes:?}: {shown}");
        assert!(page.text().contains("acme.mobilize.io"), "where it goes: {}", page.text());
        assert!(page.text().contains("You are logged in as Ann Archer."), "{}", page.text());
        let stays = page.text().contains("keeps this access while you are away");
        assert_eq!(stays, changes.iter().any(|(_, value)| value.contains("offline_access")));
    }
}

/// §3.1.2.4, §11: once allowed it is not asked again, until the client wants more or says that it must.
#[tokio::test]
async fn a_consent_is_remembered_until_more_is_asked_for() {
    let novi = Novi::start().await;
    let (asking, ann) = (asking(&novi).await, novi.member("Ann").await);
    let mut browser = novi.browser_of(&ann).await;
    let page =
        browser.visit(&asking.authorize_url_with(&[("scope", "openid profile email")])).await;
    assert!(!page.text().contains("allowed Asks before"), "{}", page.text());
    assert!(browser.answer(&page, "share").await.sent("code").is_some());

    let claims = json!({ "userinfo": { "phone_number": null } }).to_string();
    let by_scope = json!({ "userinfo": { "email": { "essential": true } } }).to_string();
    let mut elsewhere = novi.browser_of(&ann).await;
    for (changes, is_asked) in [
        (vec![("scope", "openid profile email")], false),
        (vec![("scope", "email openid")], false),
        (vec![("scope", "openid")], false),
        (vec![("scope", "openid"), ("claims", &*by_scope)], false),
        (vec![("scope", "openid profile email phone")], true),
        (vec![("scope", "openid email offline_access")], true),
        (vec![("scope", "openid"), ("claims", &*claims)], true),
        (vec![("scope", "openid"), ("prompt", "consent")], true),
    ] {
        for browser in [&mut browser, &mut elsewhere] {
            let page = browser.visit(&asking.authorize_url_with(&changes)).await;
            assert_eq!(asks(&page), is_asked, "{changes:?}");
            assert_eq!(page.sent("code").is_some(), !is_asked, "{changes:?}");
        }
    }
    let other = novi.client_with("Other", |settings| settings.consent = Consent::Asked).await;
    assert!(asks(&browser.visit(&other.authorize_url()).await), "each client for itself");
    let bob = novi.member("Bob").await;
    let mut of_bob = novi.browser_of(&bob).await;
    assert!(asks(&of_bob.visit(&asking.authorize_url()).await), "each member for themselves");
}

/// What is allowed once adds up: less is not asked for again either.
#[tokio::test]
async fn consents_add_up() {
    let novi = Novi::start().await;
    let (asking, ann) = (asking(&novi).await, novi.member("Ann").await);
    let mut browser = novi.browser_of(&ann).await;
    for scope in ["openid profile", "openid email"] {
        let page = browser.visit(&asking.authorize_url_with(&[("scope", scope)])).await;
        assert!(browser.answer(&page, "share").await.sent("code").is_some());
    }

    let both =
        browser.visit(&asking.authorize_url_with(&[("scope", "openid profile email")])).await;
    let again = browser.visit(&asking.authorize_url_with(&[("prompt", "consent")])).await;

    assert!(both.sent("code").is_some(), "{}", both.text());
    assert!(again.text().contains("You have allowed Asks before."), "{}", again.text());
}

/// RFC 6749 §4.1.2.1: "access_denied: The resource owner or authorization server denied the request."
#[tokio::test]
async fn to_decline_is_access_denied_in_the_mode_asked_for_and_remembers_nothing() {
    let novi = Novi::start().await;
    let (asking, ann) = (asking(&novi).await, novi.member("Ann").await);
    let mut browser = novi.browser_of(&ann).await;

    let page = browser.visit(&asking.authorize_url()).await;
    let by_query = browser.answer(&page, "no").await;
    let page = browser.visit(&asking.authorize_url_with(&[("response_mode", "form_post")])).await;
    let by_form = browser.answer(&page, "no").await;

    assert!(by_query.location().unwrap().starts_with(&format!("{CALLBACK}?error=access_denied&")));
    assert_eq!(by_query.sent("state").as_deref(), Some("st-1"));
    let fields = by_form.form(CALLBACK);
    assert!(fields.contains(&("error".to_owned(), "access_denied".to_owned())), "{fields:?}");
    assert!(fields.contains(&("state".to_owned(), "st-1".to_owned())), "{fields:?}");
    for table in ["select count(*) from consents", "select count(*) from grants"] {
        assert_eq!(novi.count(table).await, 0);
    }
    assert!(asks(&browser.visit(&asking.authorize_url()).await), "asked the next time");
    let declined = "select times from client_days where outcome = 'declined'";
    assert_eq!(novi.count(declined).await, 2);
    assert!(browser.is_signed_in(), "to share nothing is not to log out");
}

/// §11: "the OP MUST ignore the offline_access request unless the Client is using a response_type value
/// that would result in an Authorization Code being returned", and consent or other conditions hold.
#[tokio::test]
async fn a_client_that_asks_gets_a_refresh_token_by_consent_only() {
    let novi = Novi::start().await;
    let (asking, ann) = (asking(&novi).await, novi.member("Ann").await);
    let mut browser = novi.browser_of(&ann).await;
    let offline = [("scope", "openid offline_access")];
    let silent = [offline[0], ("prompt", "none")];

    let page = browser.visit(&asking.authorize_url_with(&[("scope", "openid")])).await;
    let code = browser.answer(&page, "share").await.sent("code").unwrap();
    let without = asking.exchange(&code).await;
    let refused = browser.get(&asking.authorize_url_with(&silent)).await;
    let page = browser.visit(&asking.authorize_url_with(&offline)).await;
    let code = browser.answer(&page, "share").await.sent("code").unwrap();
    let with = asking.exchange(&code).await;

    assert!(without["refresh_token"].is_null(), "{}", without.json);
    assert_eq!(refused.sent("error").as_deref(), Some("consent_required"));
    assert!(with["refresh_token"].is_string(), "{}", with.json);
    let code = browser.get(&asking.authorize_url_with(&silent)).await.sent("code").unwrap();
    assert!(asking.exchange(&code).await["refresh_token"].is_string(), "allowed for good");
}

/// GOAL-A11: taken back, it is asked for again, and a code from before buys nothing.
#[tokio::test]
async fn what_is_taken_back_is_asked_for_again() {
    let novi = Novi::start().await;
    let (asking, ann) = (asking(&novi).await, novi.member("Ann").await);
    let mut browser = novi.browser_of(&ann).await;
    let page =
        browser.visit(&asking.authorize_url_with(&[("scope", "openid offline_access")])).await;
    let tokens = asking.exchange(&browser.answer(&page, "share").await.sent("code").unwrap()).await;
    let on_its_way = browser.get(&asking.authorize_url_with(&[("scope", "openid")])).await;
    let waiting = browser.visit(&asking.authorize_url_with(&[("prompt", "consent")])).await;

    stops_sharing(&mut browser, &asking).await;

    let refresh = tokens["refresh_token"].as_str().unwrap();
    let fields =
        [("grant_type", "refresh_token"), ("refresh_token", refresh), ("redirect_uri", "")];
    assert_eq!(asking.token(&fields).await["error"], "invalid_grant");
    let late = asking.exchange(&on_its_way.sent("code").unwrap()).await;
    assert_eq!(late["error"], "invalid_grant");
    let again = browser.visit(&asking.authorize_url_with(&[("scope", "openid")])).await;
    assert!(asks(&again), "{:?}", again.location());
    let silent = browser.get(&asking.authorize_url_with(&[("prompt", "none")])).await;
    assert_eq!(silent.sent("error").as_deref(), Some("consent_required"));
    assert!(browser.answer(&waiting, "share").await.sent("code").is_some(), "a fresh yes counts");
}

/// A client that an admin sets to ask from now on asks those too who never were.
#[tokio::test]
async fn who_came_while_it_was_trusted_is_asked_when_it_asks() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let mut browser = novi.browser_of(&ann).await;
    assert!(browser.visit(&forj.authorize_url()).await.sent("code").is_some());
    let waiting = browser.visit(&forj.authorize_url_with(&[("prompt", "select_account")])).await;

    forj.change(|settings| settings.consent = Consent::Asked).await;

    assert!(asks(&browser.visit(&forj.authorize_url()).await));
    let chosen = browser.answer(&waiting, "continue").await;
    assert!(asks(&browser.visit(&chosen.location().unwrap()).await), "a request on its way too");
}

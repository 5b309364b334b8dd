//! Markup in every name that somebody may type: each page shows it as it is written (SEC-X4).

use novi_sso::associations::Site;
use novi_sso::clients::{self, Consent, Settings};
use novi_sso::events::Actor;
use novi_sso::groups;
use novi_sso::members::Address;

use crate::support::{Browser, Member, Novi, Page, Platform, registered};

const CANARY: &str = "\"><img src=x onerror=1>'{{7*7}}";
const HOST: &str = "www.canary.example";
const CALLBACK: &str = "https://canary.mobilize.io/cb";
const BACK: &str = "https://canary.mobilize.io/out";

/// An association in which everything is called that.
struct Canaries {
    novi: Novi,
    site: Site,
    ann: Member,
    browser: Browser,
}

async fn canaries() -> Canaries {
    let novi = Novi::start().await;
    let site = novi.associate(&format!("https://{HOST}"), CANARY).await;
    let text = || Some(CANARY.to_owned());
    let ann = novi.member_at(HOST, "Ann", |member| {
        member.first_name = CANARY.to_owned();
        member.last_name = CANARY.to_owned();
        (member.company, member.job_title) = (text(), text());
        (member.phone, member.member_status) = (text(), text());
        member.address = Address {
            street: text(),
            city: text(),
            region: text(),
            postal_code: text(),
            country: text(),
        };
        member.is_admin = true;
    });
    let ann = ann.await;
    let mut browser = novi.browser_at(HOST);
    browser.sign_in(&ann).await;
    assert!(browser.is_signed_in());
    Canaries { novi, site, ann, browser }
}

impl Canaries {
    async fn client(&self, change: impl FnOnce(&mut Settings)) -> Platform {
        let change = |settings: &mut Settings| {
            settings.post_logout_urls = vec![registered(BACK)];
            change(settings);
        };
        self.novi.client_that(HOST, CANARY, &[CALLBACK], change).await
    }

    async fn sees(&mut self, path: &str) -> Page {
        let page = self.browser.visit(path).await;
        shows_it_as_text(&page, path);
        page
    }
}

#[track_caller]
fn shows_it_as_text(page: &Page, what: &str) {
    assert!(page.location().is_none(), "{what}: {:?}", page.location());
    assert!(page.text().contains(CANARY), "{what} shows it: {}", page.text());
    assert!(
        !page.body.contains("<img") && !page.body.contains("onerror=1>"),
        "{what}: {}",
        page.body
    );
    assert!(!page.body.contains("'49") && !page.body.contains("x onerror=1\""), "{what}");
}

#[tokio::test]
async fn the_pages_on_the_way_to_a_client_show_names_as_they_are_written() {
    let mut all = canaries().await;
    let actor = Actor::CommandLine;
    let mine = groups::add(&all.site, CANARY, true, &actor).await.unwrap().unwrap();
    assert!(groups::add_member(&all.site, &mine, &all.ann.id, &actor).await.unwrap());
    let other =
        groups::add(&all.site, &format!("{CANARY} 2"), true, &actor).await.unwrap().unwrap();
    let more = groups::add(&all.site, &format!("{CANARY} 3"), true, &actor).await.unwrap().unwrap();
    let asks = all.client(|settings| settings.consent = Consent::Asked).await;
    let one = all.client(|settings| settings.permitted_groups = vec![other.clone()]).await;
    let two = all.client(|settings| settings.permitted_groups = vec![other, more]).await;
    let everything = "openid profile email address phone groups offline_access";

    let scope = [("scope", everything), ("state", CANARY), ("login_hint", CANARY)];
    let consent = all.sees(&asks.authorize_url_with(&scope)).await;
    assert!(consent.posts_to("/oauth/authorize"));
    all.sees(&asks.authorize_url_with(&[("scope", "openid"), ("state", CANARY)])).await;
    all.sees(&asks.authorize_url_with(&[("prompt", "select_account")])).await;
    all.sees(&asks.authorize_url_with(&[("prompt", "login"), ("login_hint", CANARY)])).await;
    all.sees(&one.authorize_url()).await;
    all.sees(&two.authorize_url()).await;
    let posted = [("response_mode", "form_post"), ("state", CANARY), ("prompt", "none")];
    let posted = all.sees(&asks.authorize_url_with(&posted)).await;
    assert!(posted.form(CALLBACK).contains(&("state".to_owned(), CANARY.to_owned())));
    let shared = all.browser.answer(&consent, "share").await;
    assert_eq!(shared.sent("state").as_deref(), Some(CANARY));
    let tokens = asks.exchange(&shared.sent("code").unwrap()).await;
    let userinfo = asks.userinfo(tokens["access_token"].as_str().unwrap()).await;
    assert_eq!(userinfo["groups"], serde_json::json!([CANARY]), "software gets it as it is");
    let apps = all.sees("/account/apps").await;
    assert!(apps.posts_to(&format!("/account/apps/{}/withdraw", asks.client_id)));
}

#[tokio::test]
async fn the_pages_of_a_log_out_and_of_errors_show_names_as_they_are_written() {
    let mut all = canaries().await;
    let (forj, off) = (all.client(|_| {}).await, all.client(|_| {}).await);
    let id = off.client_id.parse().unwrap();
    assert!(clients::disable(&all.site, &id, CANARY, &Actor::CommandLine).await.unwrap());
    let known = [("client_id", &*forj.client_id), ("post_logout_redirect_uri", BACK)];
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(known).finish();

    all.sees(&off.authorize_url()).await;
    all.sees(&forj.authorize_url_with(&[("redirect_uri", CANARY)])).await;
    all.sees(&forj.authorize_url_with(&[("response_mode", CANARY)])).await;
    all.sees("/nowhere").await;
    for path in ["/account", "/admin/sso-clients", "/log-out"] {
        all.sees(path).await;
    }
    for client in [&forj, &off] {
        all.sees(&format!("/admin/sso-clients/{}", client.client_id)).await;
    }
    let question = all.sees(&format!("/log-out?{query}&state=%22%3E%3Cimg%20src%3Dx%3E")).await;
    let done = all.browser.fill(&question, "/log-out", &[]).await;
    let out = all.sees(&done.location().unwrap()).await;
    assert!(out.body.contains("state=%22%3E%3Cimg%20src%3Dx%3E\""), "{}", out.body);
    all.sees(&format!("/log-in?client_id={}", forj.client_id)).await;
}

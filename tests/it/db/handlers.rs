//! A request whose client has gone away is done whole or not at all, at whatever moment it was
//! (F-02): every handler runs in a task of its own, and what is cached follows what is committed.

use std::time::Duration;

use novi_sso::settings::Limits;
use tokio::runtime::Handle;
use tokio::time::timeout;

use super::{codes, random_patience, until};
use crate::support::{Browser, CALLBACK, Member, Novi, Page, Platform, dropped_after};

/// Where a request is left: at one of its first awaits, or at a random moment.
#[derive(Clone, Copy)]
enum Leave {
    After(usize),
    Within(Duration),
}

impl Leave {
    /// Each of the first twelve awaits, then thirty random moments.
    fn all() -> impl Iterator<Item = Self> {
        let random = (0..30).map(|_| Self::Within(random_patience(6_000)));
        (0..12).map(Self::After).chain(random)
    }

    async fn during<T>(self, request: impl Future<Output = T>) -> Option<T> {
        match self {
            Self::After(polls) => dropped_after(polls, request).await,
            Self::Within(patience) => timeout(patience, request).await.ok(),
        }
    }
}

/// Waits until what goes on behind the requests that were left has ended too.
struct Quiet(usize);

impl Quiet {
    /// Once the tasks that last are the only ones.
    async fn now() -> Self {
        let (mut fewest, mut seen) = (usize::MAX, 0);
        until("nothing more to end", async || {
            let alive = tasks();
            seen = if alive == fewest { seen + 1 } else { 0 };
            fewest = alive;
            seen == 20
        })
        .await;
        Self(fewest)
    }

    async fn returns(&self) {
        until("all handlers have ended", async || tasks() <= self.0).await;
    }
}

fn tasks() -> usize {
    Handle::current().metrics().num_alive_tasks()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_in_that_was_left_began_a_session_with_all_that_belongs_to_it_or_none() {
    let novi = Novi::start().await;
    let ann = novi.member("Ann").await;
    let quiet = Quiet::now().await;

    for leave in Leave::all() {
        let mut browser = novi.browser();
        let page = browser.get("/log-in").await;
        leave.during(browser.sign_in_on(&page, &ann)).await;
    }
    quiet.returns().await;

    let sessions = novi.count("select count(*) from sessions").await;
    assert!(sessions > 0, "one that was left after it began is done to its end");
    assert_eq!(sessions, novi.count("select count(*) from devices").await);
    assert_eq!(sessions, novi.events("login.succeeded").await);
    assert!(novi.browser().sign_in(&ann).await.status == 303);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_that_was_left_counts_for_the_login_and_for_the_address_or_for_neither() {
    let off = Limits { failed_log_ins: None, ..Limits::default() };
    let novi = Novi::start_with(|settings| settings.limits = off).await;
    let ann = novi.member("Ann").await;
    let quiet = Quiet::now().await;

    for (n, leave) in Leave::all().enumerate() {
        let guessed = Member { email: format!("ann{n}@acme.example"), ..ann.clone() };
        let mut browser = novi.browser();
        let page = browser.get("/log-in").await;
        leave.during(browser.sign_in_on(&page, &guessed)).await;
    }
    quiet.returns().await;

    let logins = "select count(*) from throttles where throttle_key like 'login %'";
    let address = "select max(failures) from throttles where throttle_key like 'address %'";
    assert_eq!(novi.count(logins).await, novi.count(address).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exchange_that_was_left_has_used_its_code_or_not_touched_it() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let quiet = Quiet::now().await;

    let leaves: Vec<_> = Leave::all().collect();
    let codes = codes(&forj, &ann, leaves.len()).await;
    for (leave, code) in leaves.into_iter().zip(&codes) {
        leave.during(forj.exchange(code)).await;
    }
    quiet.returns().await;

    let halves = "select count(*) from grants
         where (consumed_at is null) <> (access_hash is null) or revoked_at is not null";
    assert_eq!(novi.count(halves).await, 0);
    let used = novi.count("select count(*) from grants where consumed_at is not null").await;
    let mut replayed = 0;
    for code in &codes {
        match forj.exchange(code).await {
            again if again.status == 200 => {}
            again => {
                assert_eq!(again["error"], "invalid_grant");
                replayed += 1;
            }
        }
    }
    assert!(used > 0, "one that was left after it began is done to its end");
    assert_eq!(replayed, used, "what was used is used, and the others work");
}

/// Refusing takes two statements: the code is used up, and what it bought is revoked.
#[tokio::test(flavor = "multi_thread")]
async fn a_refused_exchange_that_was_left_has_burnt_its_code_or_not_touched_it() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let quiet = Quiet::now().await;

    let leaves: Vec<_> = Leave::all().collect();
    let codes = codes(&forj, &ann, leaves.len()).await;
    for (leave, code) in leaves.into_iter().zip(&codes) {
        let elsewhere = [("code", &**code), ("redirect_uri", "https://elsewhere.example/cb")];
        leave.during(forj.token(&elsewhere)).await;
    }
    quiet.returns().await;

    let halves = "select count(*) from grants where (consumed_at is null) <> (revoked_at is null)";
    assert_eq!(novi.count(halves).await, 0);
    assert!(novi.count("select count(*) from grants where revoked_at is not null").await > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_whose_saving_was_left_is_there_with_its_urls_and_its_event_or_not_at_all() {
    let novi = Novi::start().await;
    let mut browser = admin(&novi).await;
    let blank = browser.get("/admin/sso-clients/new").await;
    let quiet = Quiet::now().await;

    for (n, leave) in Leave::all().enumerate() {
        let fields = [("name", &*format!("Forj {n:02}")), ("url", CALLBACK)];
        leave.during(browser.submit(&blank, "/admin/sso-clients/new", &fields)).await;
    }
    quiet.returns().await;

    let clients = novi.count("select count(*) from clients").await;
    assert!(clients > 0, "one that was left after it began is done to its end");
    assert_eq!(clients, novi.count("select count(*) from redirect_urls").await);
    assert_eq!(clients, novi.events("client.added").await);
}

/// Between the commit and the news of it to the caches there is an await.
#[tokio::test(flavor = "multi_thread")]
async fn a_client_whose_switching_off_was_left_is_off_for_everyone_or_for_nobody() {
    let novi = Novi::start().await;
    let ann = novi.member("Ann").await;
    let mut browser = admin(&novi).await;
    let quiet = Quiet::now().await;

    let mut off = 0;
    for (n, leave) in Leave::all().enumerate() {
        let forj = novi.client(&format!("Forj {n:02}")).await;
        let path = format!("/admin/sso-clients/{}/switch-off", forj.client_id);
        let asked = browser.get(&path).await;
        forj.code_for(&ann).await; // so that it is cached
        leave.during(browser.submit(&asked, &path, &[])).await;
        quiet.returns().await;

        let is_off = is_off(&novi, &forj).await;
        off += usize::from(is_off);
        let page = novi.browser().get(&forj.authorize_url()).await;
        assert_eq!(page.status, if is_off { 403 } else { 303 }, "client {n}: {is_off}");
    }
    assert!(off > 0, "one that was left after it began is done to its end");
}

async fn admin(novi: &Novi) -> Browser {
    let eve = novi.admin("Eve").await;
    let mut browser = novi.browser();
    let page: Page = browser.sign_in(&eve).await;
    assert_eq!(page.location().as_deref(), Some("/admin/sso-clients"));
    browser
}

async fn is_off(novi: &Novi, platform: &Platform) -> bool {
    let id = platform.client_id.parse().unwrap();
    let client = novi_sso::clients::load(&novi.home().await, &id).await.unwrap();
    client.expect("a client").disabled_at.is_some()
}

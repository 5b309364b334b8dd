//! Browser sessions: their cookies, how long they last, when their id changes, and what ends them.

use axum::http::header;
use novi_sso::clock::Timestamp;
use novi_sso::db;
use novi_sso::events::Actor;
use novi_sso::members::{self, Password};

use crate::support::{Browser, Member, Novi, PASSWORD, Page, Platform};

const SESSION: &str = "__Host-novi_sid";
const BROWSER: &str = "__Host-novi_tx";
const DEVICE: &str = "__Host-novi_dev";

async fn signed_in(novi: &Novi, member: &Member) -> Browser {
    let mut browser = novi.browser();
    assert_eq!(browser.sign_in(member).await.status, 303);
    browser
}

fn with(novi: &Novi, name: &str, value: &str) -> Browser {
    let mut browser = novi.browser();
    browser.cookies.insert(name.to_owned(), value.to_owned());
    browser
}

async fn is_in(browser: &mut Browser) -> bool {
    let page = browser.get("/account").await;
    match page.status {
        200 => true,
        303 => {
            assert_eq!(page.location().as_deref(), Some("/log-in"));
            false
        }
        status => panic!("{status}: {}", page.text()),
    }
}

fn cookies(page: &Page) -> Vec<&str> {
    page.headers.get_all(header::SET_COOKIE).iter().map(|it| it.to_str().unwrap()).collect()
}

/// SEC-D6, SECURITY.md 4.1 with 0.0.
#[tokio::test]
async fn cookies_belong_to_this_host_are_hidden_from_scripts_and_travel_by_https_only() {
    let novi = Novi::start().await;
    let ann = novi.member("Ann").await;
    let mut browser = novi.browser();

    let form = browser.get("/log-in").await;
    let entered = browser.sign_in_on(&form, &ann).await;
    let log_out = browser.get("/log-out").await;
    let left = browser.fill(&log_out, "/log-out", &[]).await;

    let flags = "; Path=/; HttpOnly; SameSite=Lax; Secure";
    for (page, name, rest) in [
        (&form, BROWSER, ""),
        (&entered, SESSION, ""),
        (&entered, DEVICE, "; Max-Age=15552000"),
        (&left, SESSION, "; Max-Age=0"),
    ] {
        let set = cookies(page);
        let cookie =
            set.iter().find(|it| it.starts_with(name)).unwrap_or_else(|| panic!("{set:?}"));
        let (value, found) = cookie[name.len() + 1..].split_once(';').unwrap();
        assert_eq!(format!(";{found}"), format!("{flags}{rest}"), "{name}");
        let random = value.len() == 43 && !value.contains(['+', '/', '=']);
        assert!(random || rest.ends_with("=0"), "{cookie}");
    }
    for page in [&form, &entered, &log_out, &left] {
        assert!(cookies(page).iter().all(|it| !it.to_lowercase().contains("domain")));
    }
}

/// SEC-D1: what the database keeps of a session or a device opens nothing.
#[tokio::test]
async fn the_database_keeps_nothing_that_a_browser_could_show() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let mut browser = signed_in(&novi, &ann).await;
    let sent = novi.browser().get(&forj.authorize_url()).await;
    let back = browser.get(&forj.authorize_url()).await;
    let code = back.sent("code").unwrap();
    let access = forj.exchange(&code).await["access_token"].as_str().unwrap().to_owned();

    let tables = novi.tables().await;

    let browser_secret = cookies(&sent)[0].split(['=', ';']).nth(1).unwrap().to_owned();
    let secrets = browser.cookies.values().chain([&code, &access, &browser_secret, &forj.secret]);
    for secret in secrets {
        assert!(secret.len() >= 43 && !tables.hold(secret), "{secret}");
    }
    assert!(!tables.hold(PASSWORD));
    let hash: Option<(String,)> =
        rows(&novi, "select session_hash from sessions where 'x' <> $1").await;
    assert!(!is_in(&mut with(&novi, SESSION, &hash.unwrap().0)).await);
}

async fn rows<T: db::Row>(novi: &Novi, text: &'static str) -> Option<T> {
    novi.app.db.across_associations(text).bind("").optional().await.unwrap()
}

/// SEC-D2: no cookie proves a step. Without one, or with another, a browser is less, never more.
#[tokio::test]
async fn a_browser_with_its_cookies_deleted_or_changed_falls_back_to_less() {
    let novi = Novi::start().await;
    let (ann, ruth) = (novi.member("Ann").await, novi.admin("Ruth").await);
    let member = signed_in(&novi, &ann).await;
    let admin = signed_in(&novi, &ruth).await;
    let session = member.session().unwrap().to_owned();

    for value in [
        "",
        "null",
        "0",
        &session[..42],
        &format!("{session}A"),
        &session.to_lowercase(),
        &format!("\"{session}\""),
        ann.id.as_str(),
        &member.cookies[DEVICE],
        &member.cookies[BROWSER],
        &"x".repeat(4000),
    ] {
        assert!(!is_in(&mut with(&novi, SESSION, value)).await, "{value:.50}");
    }
    for plain in ["novi_sid", "__Secure-novi_sid", "__host-novi_sid"] {
        assert!(!is_in(&mut with(&novi, plain, &session)).await, "{plain}");
    }
    let mut mixed = novi.browser();
    mixed.cookies = admin.cookies.clone();
    mixed.cookies.insert(SESSION.to_owned(), session);
    assert_eq!(mixed.get("/admin/sso-clients").await.status, 403, "a session is of one member");
}

/// SEC-D3: no id survives a sign-in, a step-up or a log-out.
#[tokio::test]
async fn the_session_id_changes_with_every_sign_in_and_the_old_one_is_dead() {
    let novi = Novi::start().await;
    let (ann, bob) = (novi.member("Ann").await, novi.member("Bob").await);
    let mut browser = novi.browser();
    let planted = "p".repeat(43);
    browser.cookies.insert(SESSION.to_owned(), planted.clone());

    browser.sign_in(&ann).await;
    let first = browser.session().unwrap().to_owned();
    // Signed in again in the same browser, without having logged out.
    let page = browser.get("/log-out").await;
    let typed =
        [("form_token", &*page.form_token()), ("email", &bob.email), ("password", PASSWORD)];
    assert_eq!(browser.post("/log-in", &typed).await.status, 303);
    let second = browser.session().unwrap().to_owned();
    let page = browser.get("/log-out").await;
    browser.fill(&page, "/log-out", &[]).await;
    browser.sign_in(&ann).await;
    let third = browser.session().unwrap().to_owned();

    let mut ids = vec![planted, first, second, third.clone()];
    for id in &ids {
        assert_eq!(is_in(&mut with(&novi, SESSION, id)).await, *id == third);
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 4);
}

/// SEC-D3: step-up.
#[tokio::test]
async fn typing_the_password_again_gives_the_session_a_new_id() {
    let novi = Novi::start().await;
    let forj = novi.client("Forj").await;
    let mut ruth = signed_in(&novi, &novi.admin("Ruth").await).await;
    let before = ruth.session().unwrap().to_owned();
    novi.clock.advance(600);
    let client = format!("/admin/sso-clients/{}", forj.client_id);
    let page = ruth.get(&client).await;
    let reveal = format!("{client}/reveal");

    let asked = ruth.fill(&page, &reveal, &[]).await;
    let unchanged = ruth.session() == Some(&before);
    let wrong = ruth.fill(&asked, &reveal, &[("password", "wrong")]).await;
    let still = ruth.session() == Some(&before);
    let shown = ruth.fill(&wrong, &reveal, &[("password", PASSWORD)]).await;

    assert!(unchanged && still, "nothing was proved yet");
    assert!(shown.body.contains(&forj.secret), "{}", shown.text());
    assert_ne!(ruth.session(), Some(&*before));
    assert!(!is_in(&mut with(&novi, SESSION, &before)).await);
    assert!(is_in(&mut ruth).await);
    let saved = ruth.fill(&shown, &client, &[("name", "Forj 2")]).await;
    assert_eq!(saved.status, 303, "the form on the page that came with the new id works");
}

/// ARCHITECTURE.md 2: session 12 h idle; SECURITY.md 4.1: 7 days at most.
#[tokio::test]
async fn a_session_ends_after_12_hours_without_use() {
    let novi = Novi::start().await;
    let mut browser = signed_in(&novi, &novi.member("Ann").await).await;

    novi.clock.advance(12 * 3600 - 1);
    assert!(is_in(&mut browser).await);
    novi.clock.advance(12 * 3600 - 1);
    assert!(is_in(&mut browser).await, "each use begins the 12 hours anew");
    novi.clock.advance(12 * 3600);
    assert!(!is_in(&mut browser).await);
}

#[tokio::test]
async fn a_session_ends_after_7_days_however_much_it_is_used() {
    let novi = Novi::start().await;
    let forj = novi.client("Forj").await;
    let mut browser = signed_in(&novi, &novi.member("Ann").await).await;
    for _ in 0..27 {
        novi.clock.advance(6 * 3600);
        assert!(is_in(&mut browser).await);
    }
    novi.clock.advance(6 * 3600 - 1);
    assert!(browser.get(&forj.authorize_url()).await.sent("code").is_some());

    novi.clock.advance(1);

    assert!(!is_in(&mut browser).await);
    assert!(browser.get(&forj.authorize_url()).await.location().unwrap().starts_with("/log-in?"));
}

/// A use is written down once in five minutes, not with every request.
#[tokio::test]
async fn looking_at_pages_rarely_writes_to_the_database() {
    let novi = Novi::start().await;
    let mut browser = signed_in(&novi, &novi.member("Ann").await).await;
    novi.clock.advance(301);
    assert!(is_in(&mut browser).await);
    let before = novi.tables().await;

    for _ in 0..5 {
        novi.clock.advance(60);
        assert!(is_in(&mut browser).await);
    }

    assert_eq!(novi.tables().await.changed_since(&before), [""; 0]);
}

/// What a member may still do anywhere.
struct Doors {
    forj: Platform,
    browser: Browser,
    code: String,
    access: String,
    waiting: (Browser, Page),
}

async fn doors(novi: &Novi, member: &Member) -> Doors {
    let forj = novi.client("Forj").await;
    let mut browser = signed_in(novi, member).await;
    let access = forj.exchange(&forj.code_for(member).await).await;
    let access = access["access_token"].as_str().unwrap().to_owned();
    let code = browser.get(&forj.authorize_url()).await.sent("code").unwrap();
    let mut waiting = novi.browser();
    let form = waiting.visit(&forj.authorize_url()).await;
    assert_eq!(forj.userinfo(&access).await.status, 200);
    Doors { forj, browser, code, access, waiting: (waiting, form) }
}

/// R71: out at once, everywhere.
#[tokio::test]
async fn a_deactivated_member_is_out_at_once_everywhere() {
    let novi = Novi::start().await;
    let ann = novi.member("Ann").await;
    let Doors { forj, mut browser, code, access, waiting } = doors(&novi, &ann).await;
    let (mut waiting, form) = waiting;

    assert!(members::deactivate(&novi.home().await, &ann.id, &Actor::System).await.unwrap());

    assert!(!is_in(&mut browser).await);
    let authorize = browser.get(&forj.authorize_url()).await;
    assert!(authorize.location().unwrap().starts_with("/log-in?"));
    assert_eq!(forj.exchange(&code).await["error"], "invalid_grant");
    assert_eq!(forj.userinfo(&access).await.status, 401);
    let page = waiting.sign_in_on(&form, &ann).await;
    assert!(page.text().contains("do not go together"), "{}", page.text());
    assert!(!waiting.is_signed_in());
}

/// SEC-M6: being back does not bring back what was ended.
#[tokio::test]
async fn a_member_who_is_back_signs_in_anew() {
    let novi = Novi::start().await;
    let ann = novi.member("Ann").await;
    let Doors { forj, mut browser, code, access, .. } = doors(&novi, &ann).await;
    let home = novi.home().await;
    assert!(members::deactivate(&home, &ann.id, &Actor::System).await.unwrap());

    assert!(members::reactivate(&home, &ann.id, &Actor::System).await.unwrap());

    assert!(!is_in(&mut browser).await);
    assert_eq!(forj.exchange(&code).await["error"], "invalid_grant");
    assert_eq!(forj.userinfo(&access).await.status, 401);
    assert_eq!(browser.sign_in(&ann).await.status, 303);
}

/// SECURITY.md 4.1: one more epoch is enough; that the rows are deleted too is only tidy.
#[tokio::test]
async fn one_more_epoch_voids_every_session_code_and_token_of_a_member() {
    let novi = Novi::start().await;
    let ann = novi.member("Ann").await;
    let Doors { forj, mut browser, code, access, .. } = doors(&novi, &ann).await;

    novi.tamper("update members set epoch = epoch + 1").await;

    assert!(!is_in(&mut browser).await);
    assert_eq!(forj.exchange(&code).await["error"], "invalid_grant");
    assert_eq!(forj.userinfo(&access).await.status, 401);
    assert_eq!(browser.sign_in(&ann).await.status, 303);
}

/// SEC-D7: a password that somebody else sets, such as an operator.
#[tokio::test]
async fn a_new_password_ends_every_session_code_and_token_with_the_same_commit() {
    let novi = Novi::start().await;
    let ann = novi.member("Ann").await;
    let Doors { forj, mut browser, code, access, .. } = doors(&novi, &ann).await;
    let new = "seven herons over the weir";
    let hash = novi.app.hashing.hash(Password::typed(new).unwrap()).await.unwrap();
    let vault = &novi.app.vault;

    // A change that is not committed ends nothing.
    let mut tx = novi.home().await.write().await.unwrap();
    assert!(
        members::set_password(&mut tx, vault, &ann.id, &hash, &Actor::CommandLine).await.unwrap()
    );
    drop(tx);
    assert!(is_in(&mut browser).await);
    assert_eq!(forj.userinfo(&access).await.status, 200);

    let mut tx = novi.home().await.write().await.unwrap();
    assert!(
        members::set_password(&mut tx, vault, &ann.id, &hash, &Actor::CommandLine).await.unwrap()
    );
    tx.commit().await.unwrap();

    assert!(!is_in(&mut browser).await);
    assert_eq!(forj.exchange(&code).await["error"], "invalid_grant");
    assert_eq!(forj.userinfo(&access).await.status, 401);
    assert!(browser.sign_in(&ann).await.text().contains("do not go together"));
    let ann = Member { password: new.to_owned(), ..ann };
    assert_eq!(browser.sign_in(&ann).await.status, 303);
}

/// SEC-E3: a link signs nobody out; the page asks first.
#[tokio::test]
async fn logging_out_asks_first_and_then_ends_this_session_only() {
    let novi = Novi::start().await;
    let ann = novi.member("Ann").await;
    let mut elsewhere = signed_in(&novi, &ann).await;
    let mut browser = signed_in(&novi, &ann).await;
    let session = browser.session().unwrap().to_owned();

    let asked = browser.get("/log-out").await;
    assert!(asked.text().contains("You are logged in as Ann Archer."), "{}", asked.text());
    assert!(is_in(&mut browser).await, "a link alone signs nobody out");
    let left = browser.fill(&asked, "/log-out", &[]).await;

    assert_eq!((left.status, left.location().as_deref()), (303, Some("/log-out")));
    assert!(!browser.is_signed_in());
    assert!(browser.get("/log-out").await.text().contains("You are logged out"));
    assert!(!is_in(&mut with(&novi, SESSION, &session)).await);
    assert!(is_in(&mut elsewhere).await);
    assert_eq!(novi.events("login.ended").await, 1);
    // Once more, from a page that is still open.
    assert_eq!(browser.fill(&asked, "/log-out", &[]).await.location().as_deref(), Some("/log-out"));
}

/// SECURITY.md 0.0 on 4.3: the end-session endpoint takes a cross-site POST, and only shows the page.
#[tokio::test]
async fn a_log_out_posted_from_another_website_only_shows_the_page() {
    let novi = Novi::start().await;
    let mut browser = signed_in(&novi, &novi.member("Ann").await).await;
    let form_token = browser.get("/log-out").await.form_token();

    for headers in [
        [("origin", "https://acme.mobilize.io")],
        [("sec-fetch-site", "cross-site")],
        [("origin", "null")],
    ] {
        let fields = [("form_token", &*form_token), ("id_token_hint", "x")];
        let page = browser.post_from("/log-out", &fields, &headers).await;
        let to = page.location().unwrap();
        assert!(page.status == 303 && to.starts_with("/log-out?log_out_id=logout_"), "{to}");
        assert!(cookies(&page).is_empty());
        let shown = browser.get(&to).await;
        assert!(shown.status == 200 && shown.field("form_token").is_some(), "{}", shown.text());
    }

    assert!(is_in(&mut browser).await);
    assert_eq!(novi.events("login.ended").await, 0);
}

/// The moment of the sign-in is what platforms are told, not that of a later step-up or use.
#[tokio::test]
async fn auth_time_is_the_moment_of_the_sign_in() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let mut browser = signed_in(&novi, &ann).await;
    let at = novi.clock.now();
    novi.clock.advance(3600);

    let back = forj.signs_in(&mut browser, &ann).await;

    let reply = forj.exchange(&back.sent("code").unwrap()).await;
    let told = crate::support::claims(&reply["id_token"])["auth_time"].as_i64().unwrap();
    assert_eq!(Timestamp::from_unix_seconds(told), at);
}

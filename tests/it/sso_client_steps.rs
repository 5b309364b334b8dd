//! What an admin does to an SSO client later: edit it beside somebody else, switch it off and on,
//! delete it, look at its Secret Key (DEC7) and replace it.

use novi_sso::clients::TokenAuthMethod;
use novi_sso::router::ROUTES;

use crate::routes::concrete;
use crate::sso_clients::{admin, path_of};
use crate::support::{Browser, CALLBACK, HOME, Novi, PASSWORD, Page, Platform};

const LIST: &str = "/admin/sso-clients";
const OTHER: &str = "https://b.example/cb";

fn path(platform: &Platform) -> String {
    format!("{LIST}/{}", platform.client_id)
}

/// Opens the page of a step and presses its button.
async fn does(browser: &mut Browser, platform: &Platform, step: &str) -> Page {
    let step = format!("{}/{step}", path(platform));
    let page = browser.get(&step).await;
    assert_eq!(page.status, 200, "{step}");
    browser.fill(&page, &step, &[]).await
}

async fn toast(browser: &mut Browser, page: &Page) -> String {
    let next = browser.get(&page.location().unwrap_or_else(|| panic!("{}", page.text()))).await;
    let toast = next.body.split("class=\"toast\"").nth(1).unwrap_or_default();
    let (_, words) = toast.split_once("<span>").unwrap_or_default();
    words.split("</span>").next().unwrap_or_default().to_owned()
}

async fn who(novi: &Novi, kind: &'static str) -> Vec<String> {
    let found = novi
        .app
        .db
        .across_associations("select actor from events where kind = $1 order by at")
        .bind(kind);
    found.all::<(String,)>().await.unwrap().into_iter().map(|(actor,)| actor).collect()
}

/// R3, SEC-D5: only what stands on the list now is honoured.
#[tokio::test]
async fn a_saved_change_holds_at_once() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let mut ruth = admin(&novi, "Ruth").await;
    let mut browser = novi.browser();
    forj.signs_in(&mut browser, &ann).await;
    let page = ruth.get(&path(&forj)).await;

    let saved = ruth.fill(&page, &path(&forj), &[("name", "Forj Community"), ("url", OTHER)]).await;

    assert_eq!(saved.location(), Some(path(&forj)));
    assert_eq!(toast(&mut ruth, &saved).await, "Saved.");
    assert_eq!(browser.get(&forj.authorize_url()).await.status, 400, "the old URL is refused");
    let now = Platform { callback: OTHER.to_owned(), ..forj.clone() };
    let code = browser.get(&now.authorize_url()).await.sent("code").unwrap();
    assert_eq!(now.exchange(&code).await.status, 200);
    assert_eq!(novi.events("client.changed").await, 1);
    assert!(ruth.get(LIST).await.text().contains("Forj Community"));
}

/// Two admins at once: the second sees the difference, and chooses.
#[tokio::test]
async fn whoever_saves_second_sees_the_difference_and_may_save_or_keep() {
    let novi = Novi::start().await;
    let forj = novi.client("Forj").await;
    let (mut ruth, mut dan) = (admin(&novi, "Ruth").await, admin(&novi, "Dan").await);
    let (of_ruth, of_dan) = (ruth.get(&path(&forj)).await, dan.get(&path(&forj)).await);
    let theirs = [("name", "Forj"), ("url", CALLBACK), ("url", OTHER)];
    assert_eq!(dan.fill(&of_dan, &path(&forj), &theirs).await.status, 303);
    novi.clock.advance(120);
    let before = novi.tables().await;

    let mine = [("name", "Forj Community"), ("url", CALLBACK), ("url", "https://c.example/cb")];
    let conflict = ruth.fill(&of_ruth, &path(&forj), &mine).await;

    assert_eq!(conflict.status, 409);
    assert_eq!(novi.tables().await.changed_since(&before), [""; 0]);
    let text = conflict.text();
    let expected = "Dan Archer saved it 2 min ago, while you had it open.";
    assert!(text.contains(expected), "{text}");
    for part in [
        "<del>Forj</del>",
        "<ins>Forj Community</ins>",
        &format!("<code>{CALLBACK}</code>"),
        &format!("<del>{OTHER}</del>"),
        "<ins>https://c.example/cb</ins>",
    ] {
        assert!(conflict.body.contains(part), "{part}: {}", conflict.body);
    }
    // "Keep theirs" is a link back; "Save mine" is a form with all that was typed.
    assert!(conflict.body.contains(&format!("<a class=\"btn\" href=\"{}\">", path(&forj))));
    let kept = ruth.get(&path(&forj)).await;
    assert_eq!(kept.field("name").as_deref(), Some("Forj"));
    let saved = ruth.fill(&conflict, &path(&forj), &[]).await;
    assert_eq!(saved.status, 303, "{}", saved.text());
    let now = ruth.get(&path(&forj)).await;
    assert_eq!(now.field("name").as_deref(), Some("Forj Community"));
    let urls: Vec<_> =
        now.form(&path(&forj)).into_iter().filter(|(name, _)| name == "url").collect();
    assert_eq!(urls.len(), 2);
    assert_eq!(urls[1].1, "https://c.example/cb");
}

/// A third admin while the second compares; and a version that the form does not name.
#[tokio::test]
async fn save_mine_is_itself_refused_when_somebody_was_quicker_again() {
    let novi = Novi::start().await;
    let forj = novi.client("Forj").await;
    let (mut ruth, mut dan) = (admin(&novi, "Ruth").await, admin(&novi, "Dan").await);
    let (of_ruth, of_dan) = (ruth.get(&path(&forj)).await, dan.get(&path(&forj)).await);
    assert_eq!(dan.fill(&of_dan, &path(&forj), &[("name", "One")]).await.status, 303);
    let conflict = ruth.fill(&of_ruth, &path(&forj), &[("name", "Mine")]).await;
    let of_dan = dan.get(&path(&forj)).await;
    assert_eq!(dan.fill(&of_dan, &path(&forj), &[("name", "Two")]).await.status, 303);

    let again = ruth.fill(&conflict, &path(&forj), &[]).await;

    assert_eq!(again.status, 409);
    assert!(again.body.contains("<del>Two</del>") && again.body.contains("<ins>Mine</ins>"));
}

/// The sentence names who changed it, not who looked at its Secret Key, nor a member of a replay.
#[tokio::test]
async fn a_conflict_names_who_saved_and_nobody_who_only_looked() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let (mut ruth, mut dan) = (admin(&novi, "Ruth").await, admin(&novi, "Dan").await);
    let mut olga = admin(&novi, "Olga").await;
    let code = forj.code_for(&ann).await;
    let (of_ruth, of_dan) = (ruth.get(&path(&forj)).await, dan.get(&path(&forj)).await);
    assert_eq!(dan.fill(&of_dan, &path(&forj), &[("name", "One")]).await.status, 303);
    novi.clock.advance(1);
    let page = olga.get(&path(&forj)).await;
    olga.fill(&page, &format!("{}/reveal", path(&forj)), &[]).await;
    forj.exchange(&code).await;
    novi.clock.advance(1);
    forj.exchange(&code).await;
    assert_eq!(novi.events("grant.code_replayed").await, 1);

    let conflict = ruth.fill(&of_ruth, &path(&forj), &[("name", "Mine")]).await;

    assert!(conflict.text().contains("Dan Archer saved it just now"), "{}", conflict.text());
}

#[tokio::test]
async fn a_client_that_was_switched_off_meanwhile_is_a_conflict_with_its_own_moment() {
    let novi = Novi::start().await;
    let forj = novi.client("Forj").await;
    let (mut ruth, mut dan) = (admin(&novi, "Ruth").await, admin(&novi, "Dan").await);
    let of_ruth = ruth.get(&path(&forj)).await;
    novi.clock.advance(3600);
    does(&mut dan, &forj, "switch-off").await;
    novi.clock.advance(120);

    let conflict = ruth.fill(&of_ruth, &path(&forj), &[("name", "Mine")]).await;

    assert!(conflict.text().contains("Dan Archer saved it 2 min ago"), "{}", conflict.text());
}

/// What dies is said before, and then it does.
#[tokio::test]
async fn switching_off_says_what_ends_and_ends_it() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let mut ruth = admin(&novi, "Ruth").await;
    let mut browser = novi.browser();
    let back = forj.signs_in(&mut browser, &ann).await;
    let bought = forj.exchange(&back.sent("code").unwrap()).await;
    let access = bought["access_token"].as_str().unwrap().to_owned();
    let code = browser.get(&forj.authorize_url()).await.sent("code").unwrap();
    let mut waiting = novi.browser();
    let form = waiting.visit(&forj.authorize_url()).await;

    let asked = ruth.get(&format!("{}/switch-off", path(&forj))).await;
    for said in [
        "1 person is logged in there now.",
        "Log-ins that are under way stop.",
        "1 access token stops working.",
        "Nobody can log in there until you switch it on again. Its settings stay.",
        "Switch off Forj and end 1 access token",
    ] {
        assert!(asked.text().contains(said), "{said} in {}", asked.text());
    }
    assert_eq!(forj.userinfo(&access).await.status, 200, "asking ends nothing");
    let off = does(&mut ruth, &forj, "switch-off").await;

    assert_eq!(toast(&mut ruth, &off).await, "Switched off. Nobody can log in there now.");
    assert_eq!(forj.userinfo(&access).await.status, 401);
    assert_eq!(
        forj.exchange(&code).await.status,
        401,
        "an unknown client, as far as anybody is told"
    );
    let refused = browser.get(&forj.authorize_url()).await;
    assert_eq!(refused.status, 403);
    assert!(refused.text().contains("Forj is switched off"), "{}", refused.text());
    let page = waiting.sign_in_on(&form, &ann).await;
    assert!(waiting.visit(&page.location().unwrap()).await.text().contains("Forj is switched off"));
    let list = ruth.get(LIST).await;
    assert!(list.text().contains("Switched off By Ruth Archer, just now"), "{}", list.text());
}

/// SEC-M6, R71: on again does not bring back what was ended.
#[tokio::test]
async fn switched_on_again_old_codes_and_tokens_stay_dead() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let mut ruth = admin(&novi, "Ruth").await;
    let bought = forj.exchange(&forj.code_for(&ann).await).await;
    let access = bought["access_token"].as_str().unwrap().to_owned();
    let code = forj.code_for(&ann).await;
    does(&mut ruth, &forj, "switch-off").await;

    let page = ruth.get(&path(&forj)).await;
    let on = ruth.fill(&page, &format!("{}/switch-on", path(&forj)), &[]).await;

    assert_eq!(toast(&mut ruth, &on).await, "Switched on. Members can log in there again.");
    assert_eq!(forj.userinfo(&access).await.status, 401);
    assert_eq!(forj.exchange(&code).await["error"], "invalid_grant");
    assert_eq!(forj.exchange(&forj.code_for(&ann).await).await.status, 200);
    assert_eq!([novi.events("client.disabled").await, novi.events("client.enabled").await], [1, 1]);
    // The same button pressed twice, from a page that was still open.
    let again = ruth.fill(&page, &format!("{}/switch-on", path(&forj)), &[]).await;
    assert_eq!((again.status, novi.events("client.enabled").await), (303, 1));
}

#[tokio::test]
async fn deleting_says_what_dies_with_it_and_then_it_is_gone() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let kept = novi.client("Kept").await;
    let mut ruth = admin(&novi, "Ruth").await;
    for _ in 0..3 {
        forj.exchange(&forj.code_for(&ann).await).await;
    }
    let code = forj.code_for(&ann).await;
    novi.browser().get(&forj.authorize_url()).await;

    let asked = ruth.get(&format!("{}/delete", path(&forj))).await;
    for said in [
        "Delete Forj?",
        "1 person is logged in there now.",
        "3 access tokens stop working.",
        "Its Client Id and Secret Key are gone for good.",
        "Not sure? Switched off, it keeps its settings and can come back.",
        "Delete Forj and 3 access tokens",
    ] {
        assert!(asked.text().contains(said), "{said} in {}", asked.text());
    }
    let deleted = does(&mut ruth, &forj, "delete").await;

    assert_eq!(deleted.location().as_deref(), Some(LIST));
    assert_eq!(toast(&mut ruth, &deleted).await, "Deleted.");
    assert_eq!(ruth.get(&path(&forj)).await.status, 404);
    assert_eq!(forj.exchange(&code).await["error"], "invalid_client");
    let gone = novi.browser().get(&forj.authorize_url()).await;
    assert!(gone.text().contains("We do not know the website you came from"), "{}", gone.text());
    for rows in [
        "select count(*) from grants",
        "select count(*) from sign_ins",
        "select count(*) from redirect_urls",
        "select count(*) - 1 from clients",
    ] {
        assert_eq!(novi.count(rows).await, i64::from(rows.contains("redirect_urls")), "{rows}");
    }
    assert_eq!(kept.exchange(&kept.code_for(&ann).await).await.status, 200, "the other one stays");
    assert_eq!(novi.events("client.deleted").await, 1);
}

/// SEC-M4: every page of the product, looked at by an admin. None has a Secret Key in it.
#[tokio::test]
async fn no_page_shows_a_secret_key_unless_it_was_asked_for() {
    let novi = Novi::start().await;
    let forj = novi.client("Forj").await;
    let mut ruth = admin(&novi, "Ruth").await;
    novi.clock.advance(600);
    for (method, route) in ROUTES {
        let url = concrete(route, &forj.client_id);
        let form_token = ruth.get("/log-out").await.form_token();
        let redirects = ["/switch-on", "/switch-off", "/log-out", "/log-out-everywhere"];
        let changing = redirects.iter().any(|end| url.ends_with(end));
        if *method == "POST" && changing {
            continue; // they answer with a redirect
        }
        let page = match *method {
            "GET" => ruth.get(&url).await,
            _ => ruth.post(&url, &[("form_token", &form_token)]).await,
        };
        assert!(!page.body.contains(&forj.secret), "{method} {route}");
        assert!(!format!("{:?}", page.headers).contains(&forj.secret), "{method} {route}");
    }
    let modal = ruth.get(&path(&forj)).await;
    let masked = format!("value=\"{} ••••••••••••••••••••\"", &forj.secret[..4]);
    assert!(modal.body.contains(&masked), "{}", modal.body);
    assert!(modal.text().contains("Not shown to anybody yet. Asks for your password."));
    assert!(novi.client_exists(HOME, &forj.client_id).await);
    assert!(!novi.tables().await.hold(&forj.secret), "sealed at rest");
}

/// DEC7: shown again to an admin who typed the password within 10 minutes, and each time recorded.
#[tokio::test]
async fn the_secret_key_is_shown_after_the_password_and_the_showing_is_on_record() {
    let novi = Novi::start().await;
    let forj = novi.client("Forj").await;
    let ruth_member = novi.admin("Ruth").await;
    let mut ruth = novi.browser();
    ruth.sign_in(&ruth_member).await;
    let reveal = format!("{}/reveal", path(&forj));
    novi.clock.advance(600);
    let modal = ruth.get(&path(&forj)).await;

    let asked = ruth.fill(&modal, &reveal, &[]).await;
    assert_eq!(asked.status, 200);
    assert!(
        asked
            .text()
            .contains("Before we show the Secret Key of Forj, we make sure that it is you.")
    );
    assert!(asked.body.contains("autocomplete=\"current-password\""));
    let wrong = ruth.fill(&asked, &reveal, &[("password", "wrong")]).await;
    assert!(wrong.text().contains("That is not your password."), "{}", wrong.text());
    assert_eq!(novi.events("client.secret_key_shown").await, 0);
    let shown = ruth.fill(&wrong, &reveal, &[("password", PASSWORD)]).await;

    assert!(shown.body.contains(&format!("value=\"{}\"", forj.secret)), "{}", shown.text());
    assert!(shown.text().contains("Copy it now. This showing was recorded."));
    assert_eq!(shown.header("cache-control"), Some("no-store"));
    assert_eq!(who(&novi, "client.secret_key_shown").await, [ruth_member.id.as_str()]);
    novi.clock.advance(60);
    let modal = ruth.get(&path(&forj)).await;
    assert!(modal.text().contains("Last shown by Ruth Archer, 1 min ago."), "{}", modal.text());
    assert!(!modal.body.contains(&forj.secret), "once only");
    // Within the 10 minutes nobody is asked again; after them, somebody is.
    assert!(ruth.fill(&modal, &reveal, &[]).await.body.contains(&forj.secret));
    novi.clock.advance(540);
    assert!(!ruth.fill(&modal, &reveal, &[]).await.body.contains(&forj.secret));
    assert_eq!(novi.events("client.secret_key_shown").await, 2);
}

#[tokio::test]
async fn guessing_the_password_of_a_step_is_slowed_down() {
    let novi = Novi::start().await;
    let forj = novi.client("Forj").await;
    let mut ruth = admin(&novi, "Ruth").await;
    let reveal = format!("{}/reveal", path(&forj));
    novi.clock.advance(600);
    let modal = ruth.get(&path(&forj)).await;
    for _ in 0..5 {
        assert_eq!(ruth.fill(&modal, &reveal, &[("password", "wrong")]).await.status, 200);
    }

    let page = ruth.fill(&modal, &reveal, &[("password", PASSWORD)]).await;

    assert_eq!((page.status, page.header("retry-after")), (429, Some("1")));
    assert!(page.text().contains("Too many tries. Wait 1 second, then try again."));
    assert!(!page.body.contains(&forj.secret));
    novi.clock.advance(1);
    assert!(ruth.fill(&page, &reveal, &[("password", PASSWORD)]).await.body.contains(&forj.secret));
}

/// The dangerous steps ask for the password too, and then do what was asked.
#[tokio::test]
async fn a_new_secret_key_and_a_deletion_ask_for_the_password_after_10_minutes() {
    let novi = Novi::start().await;
    let forj = novi.client("Forj").await;
    let mut ruth = admin(&novi, "Ruth").await;
    for step in ["new-secret", "delete"] {
        novi.clock.advance(600);
        let before = novi.tables().await;
        let asked = does(&mut ruth, &forj, step).await;
        assert!(asked.text().contains("Type your password again"), "{step}: {}", asked.text());
        assert_eq!(novi.tables().await.changed_since(&before), ["sessions"], "only its last use");

        let step_url = format!("{}/{step}", path(&forj));
        let done = ruth.fill(&asked, &step_url, &[("password", PASSWORD)]).await;

        assert_eq!(done.status, 303, "{step}: {}", done.text());
        assert_eq!(ruth.get(&done.location().unwrap()).await.status, 200, "still signed in");
    }
    assert!(!novi.client_exists(HOME, &forj.client_id).await);
}

#[tokio::test]
async fn a_new_secret_key_stops_the_old_one_at_once_and_leaves_people_signed_in() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let mut ruth = admin(&novi, "Ruth").await;
    let bought = forj.exchange(&forj.code_for(&ann).await).await;
    let access = bought["access_token"].as_str().unwrap().to_owned();
    let asked = ruth.get(&format!("{}/new-secret", path(&forj))).await;
    assert!(asked.text().contains("It was last used just now."), "{}", asked.text());
    assert!(
        asked
            .text()
            .contains("Nobody can log in to Forj until the new one stands in its settings.")
    );
    let code = forj.code_for(&ann).await;

    let step = format!("{}/new-secret", path(&forj));
    let replaced = ruth.fill(&asked, &step, &[("old", "now")]).await;

    let words = "The new Secret Key works now. Copy it into the platform’s settings.";
    assert_eq!(toast(&mut ruth, &replaced).await, words);
    assert_eq!(forj.exchange(&code).await["error"], "invalid_client");
    let modal = ruth.get(&path(&forj)).await;
    assert!(modal.text().contains("Not shown to anybody yet."), "{}", modal.text());
    let shown = ruth.fill(&modal, &format!("{}/reveal", path(&forj)), &[]).await;
    let secret = shown.body.split("<input id=\"secret-key\" value=\"").nth(1).unwrap();
    let secret = secret.split('"').next().unwrap().to_owned();
    assert_ne!(secret, forj.secret);
    assert!(!shown.body.contains(&forj.secret));
    let now = Platform { secret, ..forj.clone() };
    assert_eq!(now.exchange(&code).await.status, 200, "the code waited for the right key");
    assert_eq!(forj.userinfo(&access).await.status, 200, "people stay logged in");
    assert_eq!(novi.events("client.secret_key_replaced").await, 1);
}

/// A public client has no Secret Key to show, to replace or to leak.
#[tokio::test]
async fn a_public_client_has_no_secret_key() {
    let novi = Novi::start().await;
    let app = novi.client_at(HOME, "App", &[CALLBACK], TokenAuthMethod::None).await;
    let mut ruth = admin(&novi, "Ruth").await;

    let modal = ruth.get(&path(&app)).await;
    assert!(
        modal.text().contains("This client is public: it has no Secret Key"),
        "{}",
        modal.text()
    );
    assert!(!modal.body.contains("/reveal") && !modal.body.contains("/new-secret"));
    let token = ("form_token", &*modal.form_token());
    for step in ["reveal", "new-secret"] {
        let page = ruth.post(&format!("{}/{step}", path(&app)), &[token]).await;
        assert_eq!(page.status, 404, "{step}");
    }
}

/// SEC-X4: a name with markup is text, in the list, the modal, every step and the error pages.
#[tokio::test]
async fn a_name_with_markup_is_shown_as_it_is_written() {
    let novi = Novi::start().await;
    let canary = "\"><img src=x onerror=1>'{{7*7}}";
    let mut ruth = admin(&novi, "Ruth").await;
    let form = ruth.get("/admin/sso-clients/new").await;
    let typed = [("name", canary), ("url", "https://a.example/cb?x=1&y=2")];
    assert_eq!(ruth.fill(&form, "/admin/sso-clients/new", &typed).await.status, 303);
    let escaped = canary.replace('"', "&#34;").replace('>', "&#62;").replace('<', "&#60;");
    let path = path_of(&ruth.get(LIST).await, &escaped.replace('\'', "&#39;"));
    novi.clock.advance(600);

    let modal = ruth.get(&path).await;
    let mut pages = vec![ruth.get(LIST).await, ruth.get("/account").await];
    for step in ["/new-secret", "/switch-off", "/delete", ""] {
        pages.push(ruth.get(&format!("{path}{step}")).await);
    }
    pages.push(ruth.fill(&modal, &format!("{path}/reveal"), &[]).await);
    pages.push(ruth.fill(&modal, &path, &[("version", "0")]).await);
    let id = path.rsplit('/').next().unwrap();
    pages.push(novi.browser().get(&format!("/log-in?client_id={id}")).await);
    pages.push(novi.browser().get(&format!("/oauth/authorize?client_id={id}")).await);
    for page in &pages {
        assert!(page.text().contains(canary), "{}", page.text());
        assert!(!page.body.contains("<img"), "{}", page.body);
    }
}

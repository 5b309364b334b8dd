//! Nothing of one association can be seen or changed from another: every route is tried with the
//! other association's ids (ARCHITECTURE.md 3.2, SEC-T2), cookies (SEC-D6) and secrets.

use novi_sso::associations::set_up;
use novi_sso::clients::TokenAuthMethod;

use crate::routes::{concrete, routes};
use crate::support::{Browser, CALLBACK, DOUBLE, ELSEWHERE, HOME, Member, Novi, Platform};

/// Two associations that look alike: the same admin's e-mail and a client of the same name in each.
struct Two {
    novi: Novi,
    theirs: Platform,
    their_admin: Member,
    ruth: Browser,
}

const THEIR_NAME: &str = "Nurses Forum";

async fn two() -> Two {
    let novi = Novi::start().await;
    let their_url = "https://nurses.mobilize.io/users/auth/openidconnect/callback";
    let theirs = novi.client_at(ELSEWHERE, THEIR_NAME, &[their_url], TokenAuthMethod::Secret).await;
    let their_admin = novi.member_at(ELSEWHERE, "Nora", |member| member.is_admin = true).await;
    let admin = novi.admin("Ruth").await;
    novi.client("Forj").await;
    novi.namesakes().await;
    let mut ruth = novi.browser();
    ruth.sign_in(&admin).await;
    assert!(ruth.is_signed_in());
    Two { novi, theirs, their_admin, ruth }
}

/// SEC-T2. A parameter of a route that is not tried here fails in `concrete`.
#[tokio::test]
async fn every_route_with_the_other_associations_ids_is_404_and_changes_nothing() {
    let Two { novi, theirs, mut ruth, .. } = two().await;
    let form_token = ruth.get("/log-out").await.form_token();
    let form = [
        ("form_token", &*form_token),
        ("name", "Mine now"),
        ("url", "https://evil.example/cb"),
        ("version", "1"),
        ("password", "copper kettle on friday"),
    ];
    novi.doubles(ELSEWHERE, &theirs.client_id).await;
    let before = novi.tables().await;

    let mut tried = 0;
    for (method, path) in routes().filter(|(_, path)| path.contains("_id}")) {
        for id in [theirs.client_id.clone(), theirs.client_id.to_uppercase()] {
            let url = concrete(path, &id);
            let page = match method {
                "GET" => ruth.get(&url).await,
                _ => ruth.post(&url, &form).await,
            };
            assert_eq!(page.status, 404, "{method} {path}");
            assert!(!page.body.contains(THEIR_NAME), "{method} {path}");
            assert!(!page.body.contains(DOUBLE), "{method} {path}");
            tried += 1;
        }
    }

    assert!(tried >= 80, "the router has routes with ids");
    assert_eq!(novi.tables().await.changed_since(&before), [""; 0]);
    assert!(novi.client_exists(ELSEWHERE, &theirs.client_id).await);
}

/// The same with ids that are not in the path.
#[tokio::test]
async fn no_page_shows_the_other_associations_clients_or_members() {
    let Two { novi, theirs, mut ruth, their_admin } = two().await;
    let id = &theirs.client_id;
    novi.doubles(ELSEWHERE, id).await;

    for path in [
        "/admin/sso-clients".to_owned(),
        format!("/admin/sso-clients?q={id}"),
        "/admin/sso-clients?q=nurses".to_owned(),
        "/admin/settings/hooks".to_owned(),
        "/admin/groups".to_owned(),
        format!("/admin/groups?q={id}"),
        "/admin/groups?q=nurses".to_owned(),
        "/admin/events".to_owned(),
        format!("/admin/events?q={id}"),
        "/admin/events?q=nora".to_owned(),
        "/admin/events?q=nurses&export=csv".to_owned(),
        "/account".to_owned(),
        "/account/apps".to_owned(),
        "/admin/sso-clients/new".to_owned(),
        "/admin/members".to_owned(),
        "/admin/members?q=nora".to_owned(),
        format!("/admin/members?q={DOUBLE}"),
        format!("/admin/members?after={id}"),
        "/admin/members/new".to_owned(),
        "/admin/settings".to_owned(),
        "/admin/settings/fields".to_owned(),
        "/admin/settings/integrations".to_owned(),
        "/admin/connect".to_owned(),
        "/admin/connect/mobilize".to_owned(),
        "/admin/connect/higher-logic/worksheet".to_owned(),
        format!("/admin/connect/higher-logic/worksheet?client={id}"),
        "/admin/move".to_owned(),
    ] {
        let page = ruth.get(&path).await;
        assert_eq!(page.status, 200, "{path}");
        // What was searched for stands in the field and in links with it; it must stand nowhere else.
        let body = page.body.replace(&format!("“{id}”"), "").replace(&format!("\"{id}\""), "");
        let body = body.replace(&format!("?q={id}&"), "");
        let body = body.replace(&format!("value=\"{DOUBLE}\""), "");
        for theirs in [id, DOUBLE, THEIR_NAME, "nurses.mobilize.io", "Nora", &their_admin.email] {
            assert!(!body.contains(theirs), "{theirs} on {path}");
        }
    }
    let mut stranger = novi.browser();
    let log_in = stranger.get(&format!("/log-in?client_id={id}")).await;
    assert_eq!(log_in.status, 200);
    assert!(!log_in.body.contains(THEIR_NAME));
    let authorize = stranger.get(&theirs.authorize_url()).await;
    assert_eq!(authorize.status, 400);
    assert!(!authorize.body.contains(THEIR_NAME));
}

/// The same Client Id may stand in both, when a platform's settings were taken over twice.
#[tokio::test]
async fn the_same_client_id_in_two_associations_is_two_clients() {
    let Two { novi, theirs, mut ruth, .. } = two().await;
    let page = ruth.get("/admin/sso-clients/new").await;
    let typed = [
        ("name", "Taken over"),
        ("url", CALLBACK),
        ("client_id", &*theirs.client_id),
        ("secret_key", "another-secret-of-32-characters-"),
    ];
    let added = ruth.fill(&page, "/admin/sso-clients/new", &typed).await;
    assert_eq!(added.location().as_deref(), Some("/admin/sso-clients"), "{}", added.text());

    let url = format!("/admin/sso-clients/{}", theirs.client_id);
    let asked = ruth.get(&format!("{url}/delete")).await;
    let deleted = ruth.fill(&asked, &format!("{url}/delete"), &[]).await;

    assert_eq!(deleted.status, 303);
    assert!(!novi.client_exists(HOME, &theirs.client_id).await);
    assert!(novi.client_exists(ELSEWHERE, &theirs.client_id).await);
}

/// SEC-D6: a session is worth nothing at another association, and the attempt is on record there.
#[tokio::test]
async fn a_cookie_of_one_association_is_anonymous_at_another_and_recorded_once() {
    let Two { novi, ruth, .. } = two().await;
    let mut replayed = novi.browser_at(ELSEWHERE);
    replayed.cookies = ruth.cookies.clone();

    for _ in 0..3 {
        let page = replayed.get("/admin/sso-clients").await;
        assert_eq!(page.location().as_deref(), Some("/log-in"));
        let log_in = replayed.get("/log-in").await;
        assert_eq!(log_in.status, 200);
        assert!(!log_in.body.contains("Ruth"));
    }
    replayed.post("/log-out", &[]).await;

    assert_eq!(novi.events("session.of_another_association").await, 1);
    assert!(is_signed_in(&novi, &ruth).await, "whoever replays it cannot end it either");
}

/// A cookie that no association knows is an old one, and no news.
#[tokio::test]
async fn an_unknown_or_expired_session_is_not_taken_for_another_associations() {
    let Two { novi, mut ruth, .. } = two().await;
    let mut unknown = novi.browser();
    let cookie = "__Host-novi_sid".to_owned();
    unknown.cookies.insert(cookie, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".to_owned());
    novi.clock.advance(13 * 3600);

    assert_eq!(unknown.get("/account").await.location().as_deref(), Some("/log-in"));
    assert_eq!(ruth.get("/account").await.location().as_deref(), Some("/log-in"));

    assert_eq!(novi.events("session.of_another_association").await, 0);
}

async fn is_signed_in(novi: &Novi, browser: &Browser) -> bool {
    let mut again = novi.browser();
    again.cookies = browser.cookies.clone();
    again.get("/account").await.status == 200
}

/// The same e-mail is two logins with two passwords; a password of one opens nothing at the other.
#[tokio::test]
async fn a_login_of_one_association_is_unknown_at_another() {
    let Two { novi, their_admin, .. } = two().await;
    let mut browser = novi.browser();

    let refused = browser.sign_in(&their_admin).await;

    assert!(refused.text().contains("do not go together"), "{}", refused.text());
    assert!(!browser.is_signed_in());
    let mut at_theirs = novi.browser_at(ELSEWHERE);
    assert_eq!(at_theirs.sign_in(&their_admin).await.status, 303);
}

/// A device that is known in one association is a stranger in the other.
#[tokio::test]
async fn a_known_device_is_known_to_its_own_association_only() {
    let Two { novi, ruth, .. } = two().await;
    let twin = novi.member_at(ELSEWHERE, "Ruth", |member| member.is_admin = false).await;
    let mut here = novi.browser_at(ELSEWHERE);
    for _ in 0..5 {
        let page = here.get("/log-in").await;
        let typed = [("email", &*twin.email), ("password", "wrong")];
        here.submit(&page, "/log-in", &typed).await;
    }

    // Whoever is known may try again at once; these devices are not.
    here.cookies.extend(ruth.cookies.into_iter().filter(|(name, _)| name.ends_with("novi_dev")));
    let page = here.sign_in(&twin).await;

    assert_eq!(page.status, 429);
}

/// A request that waits for its member, codes, tokens and Secret Keys stay where they were made.
#[tokio::test]
async fn what_the_protocol_hands_out_at_one_association_opens_nothing_at_another() {
    let Two { novi, theirs, their_admin, mut ruth } = two().await;
    let code = theirs.code_for(&their_admin).await;
    let asked = novi.browser_at(ELSEWHERE).get(&theirs.authorize_url()).await;
    let request = asked.sent("request").unwrap();
    let before = novi.tables().await;

    let at_home = theirs.at(HOME);
    let exchanged = at_home.exchange(&code).await;
    let resumed = ruth
        .get(&format!("/oauth/authorize?request_id={request}&client_id={}", theirs.client_id))
        .await;

    assert_eq!((exchanged.status, &exchanged["error"]), (401, &"invalid_client".into()));
    assert_eq!(resumed.location().as_deref(), Some("/account"));
    assert_eq!(novi.tables().await.changed_since(&before), ["throttles"]);
    let bought = theirs.exchange(&code).await;
    let access = bought["access_token"].as_str().unwrap();
    assert_eq!(at_home.userinfo(access).await.status, 401);
    assert_eq!(theirs.userinfo(access).await.status, 200);
}

/// A set-up link makes an admin of one association only.
#[tokio::test]
async fn a_set_up_link_works_at_its_own_association_only() {
    let novi = Novi::start().await;
    let link = set_up::link(&novi.site(ELSEWHERE).await).await.unwrap().unwrap();
    let path = link.strip_prefix("https://www.other.example").unwrap();

    let at_home = novi.browser().get(path).await;
    let at_theirs = novi.browser_at(ELSEWHERE).get(path).await;

    assert!(at_home.text().contains("This link does not work any more"), "{}", at_home.text());
    assert!(at_theirs.text().contains("Welcome. Three short steps."), "{}", at_theirs.text());
}

/// SEC-T2 for what waits: a request, a pushed one and a log-out that were kept at one association are nothing at
/// another, also where a client has the same id there.
#[tokio::test]
async fn what_was_kept_at_one_association_is_nothing_at_another() {
    let Two { novi, theirs, their_admin, .. } = two().await;
    let foreign = [("origin", "https://nurses.mobilize.io"), ("sec-fetch-site", "cross-site")];
    let mut there = novi.browser_at(ELSEWHERE);
    there.sign_in(&their_admin).await;
    let asked = there.get(&theirs.authorize_url_with(&[("prompt", "consent")])).await;
    let asked = asked.location().unwrap();
    let kept = there.post_from("/log-out", &[("state", "theirs")], &foreign).await;
    let kept = kept.location().unwrap();
    let body = theirs.authorize_url_with(&[("client_secret", &*theirs.secret)]);
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let pushed = theirs.post("/oauth/par", &form, body.split_once('?').unwrap().1).await;
    let reference = pushed["request_uri"].as_str().unwrap().replace(':', "%3A");
    let pushed = format!("/oauth/authorize?client_id={}&request_uri={reference}", theirs.client_id);

    let ann = novi.member("Ann").await;
    let mut here = novi.browser_of(&ann).await;
    here.cookies
        .extend(there.cookies.clone().into_iter().filter(|(name, _)| name.ends_with("_tx")));
    let request = here.get(&asked).await;
    let log_out = here.get(&kept).await;
    let by_reference = here.get(&pushed).await;

    assert_eq!(request.location().as_deref(), Some("/account"), "no such request, no such client");
    assert_eq!(log_out.field("state"), None);
    assert_eq!((by_reference.status, by_reference.location()), (400, None));
    assert_eq!(there.get(&asked).await.status, 200, "there it still waits");
    assert_eq!(there.get(&kept).await.field("state").as_deref(), Some("theirs"));
    assert!(there.get(&pushed).await.sent("code").is_some());
}

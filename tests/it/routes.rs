//! Every route there is, walked: who may call it, from where, and what it may change.

use std::collections::BTreeSet;

use novi_sso::router::{ROUTES, SYNC_ROUTES};
use novi_sso::token::{Purpose, Token};

use crate::support::{Browser, HOME, Novi, Page};

/// A route's path with this client in it, its first Secret Key, its namesakes (see [`Novi::namesakes`]), and
/// a file that there is.
pub fn concrete(pattern: &str, client_id: &str) -> String {
    let path = pattern.replace("{client_id}", client_id).replace("{group_id}", client_id);
    let path = path.replace("{secret_id}", client_id).replace("{plan_id}", client_id);
    // A person and a custom field that are called by the client's id: see `Novi::doubles`.
    let path = path.replace("{record_id}", client_id).replace("{field_id}", client_id);
    let path = path.replace("{platform}", "mobilize");
    let path = path.replace("{hook_id}", client_id).replace("{connection}", client_id);
    let path = path.replace("{hash}/{name}", "brand/0b5f6b.css");
    assert!(!path.contains('{'), "say what stands for the parameter in {pattern}");
    path
}

/// Whom a browser is signed in for.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Who {
    Nobody,
    Member,
    Admin,
}

/// What each sort of visitor is answered: nobody, a member, an admin. 303 for nobody leads to
/// `/log-in` wherever the others get something else. Forms carry their token and nothing more.
const ANSWERS: &[(&str, &str, [u16; 3])] = &[
    ("GET", "/.well-known/openid-configuration", [200, 200, 200]),
    ("GET", "/.well-known/oauth-authorization-server", [200, 200, 200]),
    ("GET", "/oauth/jwks", [200, 200, 200]),
    ("POST", "/oauth/token", [401, 401, 401]),
    ("POST", "/oauth/revoke", [401, 401, 401]),
    ("POST", "/oauth/introspect", [401, 401, 401]),
    ("POST", "/oauth/par", [401, 401, 401]),
    ("GET", "/oauth/userinfo", [401, 401, 401]),
    ("POST", "/oauth/userinfo", [401, 401, 401]),
    ("GET", "/oauth/authorize", [400, 400, 400]),
    ("POST", "/oauth/authorize", [400, 400, 400]),
    ("GET", "/sso/auth", [400, 400, 400]),
    ("GET", "/log-in", [200, 303, 303]),
    ("POST", "/log-in", [200, 200, 200]),
    ("GET", "/log-out", [200, 200, 200]),
    ("POST", "/log-out", [303, 303, 303]),
    ("GET", "/set-up", [200, 200, 200]),
    ("POST", "/set-up", [200, 200, 200]),
    ("GET", "/account", [303, 200, 200]),
    ("POST", "/account/password", [303, 200, 200]),
    ("POST", "/account/log-out-everywhere", [303, 303, 303]),
    ("GET", "/account/apps", [303, 200, 200]),
    ("POST", "/account/apps/{client_id}/withdraw", [303, 303, 303]),
    ("GET", "/admin/sso-clients", [303, 403, 200]),
    ("GET", "/admin/sso-clients/new", [303, 403, 200]),
    ("POST", "/admin/sso-clients/new", [303, 403, 422]),
    ("GET", "/admin/sso-clients/{client_id}", [303, 403, 200]),
    ("POST", "/admin/sso-clients/{client_id}", [303, 403, 422]),
    ("GET", "/admin/sso-clients/{client_id}/failures", [303, 403, 200]),
    ("GET", "/admin/sso-clients/{client_id}/preview", [303, 403, 200]),
    ("POST", "/admin/sso-clients/{client_id}/reveal", [303, 403, 200]),
    ("POST", "/admin/sso-clients/{client_id}/secrets/{secret_id}/reveal", [303, 403, 200]),
    ("GET", "/admin/sso-clients/{client_id}/secrets/{secret_id}/remove", [303, 403, 200]),
    ("POST", "/admin/sso-clients/{client_id}/secrets/{secret_id}/remove", [303, 403, 422]),
    ("GET", "/admin/sso-clients/{client_id}/new-secret", [303, 403, 200]),
    ("POST", "/admin/sso-clients/{client_id}/new-secret", [303, 403, 303]),
    ("GET", "/admin/sso-clients/{client_id}/switch-off", [303, 403, 200]),
    ("POST", "/admin/sso-clients/{client_id}/switch-off", [303, 403, 303]),
    ("POST", "/admin/sso-clients/{client_id}/switch-on", [303, 403, 303]),
    ("GET", "/admin/sso-clients/{client_id}/delete", [303, 403, 200]),
    ("POST", "/admin/sso-clients/{client_id}/delete", [303, 403, 303]),
    ("GET", "/admin/groups", [303, 403, 200]),
    ("GET", "/admin/groups/new", [303, 403, 200]),
    ("POST", "/admin/groups/new", [303, 403, 422]),
    ("GET", "/admin/groups/{group_id}", [303, 403, 200]),
    ("POST", "/admin/groups/{group_id}", [303, 403, 422]),
    ("GET", "/admin/groups/{group_id}/members", [303, 403, 200]),
    ("GET", "/admin/groups/{group_id}/members/add", [303, 403, 200]),
    ("POST", "/admin/groups/{group_id}/members/add", [303, 403, 303]),
    ("POST", "/admin/groups/{group_id}/members/remove", [303, 403, 303]),
    ("GET", "/admin/groups/{group_id}/members/paste", [303, 403, 200]),
    ("POST", "/admin/groups/{group_id}/members/paste", [303, 403, 422]),
    ("GET", "/admin/groups/{group_id}/history", [303, 403, 200]),
    ("GET", "/admin/groups/{group_id}/delete", [303, 403, 200]),
    ("POST", "/admin/groups/{group_id}/delete", [303, 403, 303]),
    ("GET", "/admin/events", [303, 403, 200]),
    ("GET", "/admin/groups/sync", [303, 403, 200]),
    ("GET", "/admin/groups/{group_id}/sync", [303, 403, 200]),
    ("POST", "/admin/groups/{group_id}/sync", [303, 403, 303]),
    ("POST", "/admin/groups/{group_id}/link", [303, 403, 303]),
    ("POST", "/admin/groups/{group_id}/there", [303, 403, 303]),
    ("GET", "/admin/groups/{group_id}/preview", [303, 403, 200]),
    ("GET", "/admin/groups/{group_id}/plans/{plan_id}", [303, 403, 200]),
    ("POST", "/admin/groups/{group_id}/plans/{plan_id}/release", [303, 403, 422]),
    ("POST", "/admin/groups/{group_id}/plans/{plan_id}/discard", [303, 403, 303]),
    ("POST", "/admin/groups/{group_id}/plans/{plan_id}/stop", [303, 403, 409]),
    ("POST", "/admin/groups/{group_id}/plans/{plan_id}/restore", [303, 403, 409]),
    ("GET", "/admin/members/{record_id}/sent", [303, 403, 200]),
    ("POST", "/admin/members/{record_id}/sync", [303, 403, 303]),
    ("GET", "/admin/members", [303, 403, 200]),
    ("GET", "/admin/members/new", [303, 403, 200]),
    ("POST", "/admin/members/new", [303, 403, 422]),
    ("GET", "/admin/members/{record_id}", [303, 403, 200]),
    ("GET", "/admin/members/{record_id}/edit", [303, 403, 200]),
    ("POST", "/admin/members/{record_id}/edit", [303, 403, 422]),
    ("GET", "/admin/members/{record_id}/deactivate", [303, 403, 200]),
    ("POST", "/admin/members/{record_id}/deactivate", [303, 403, 303]),
    ("POST", "/admin/members/{record_id}/reactivate", [303, 403, 303]),
    ("POST", "/admin/members/{record_id}/log-out-everywhere", [303, 403, 303]),
    ("GET", "/admin/members/{record_id}/login", [303, 403, 200]),
    ("POST", "/admin/members/{record_id}/login", [303, 403, 422]),
    ("GET", "/admin/members/{record_id}/login/disable", [303, 403, 200]),
    ("POST", "/admin/members/{record_id}/login/disable", [303, 403, 303]),
    ("POST", "/admin/members/{record_id}/login/enable", [303, 403, 303]),
    ("GET", "/admin/settings", [303, 403, 200]),
    ("POST", "/admin/settings", [303, 403, 422]),
    ("GET", "/admin/settings/fields", [303, 403, 200]),
    ("GET", "/admin/settings/fields/new", [303, 403, 200]),
    ("POST", "/admin/settings/fields/new", [303, 403, 422]),
    ("GET", "/admin/settings/fields/{field_id}", [303, 403, 200]),
    ("POST", "/admin/settings/fields/{field_id}", [303, 403, 422]),
    ("GET", "/admin/settings/fields/{field_id}/delete", [303, 403, 200]),
    ("POST", "/admin/settings/fields/{field_id}/delete", [303, 403, 303]),
    ("GET", "/admin/settings/integrations", [303, 403, 200]),
    ("POST", "/admin/settings/integrations/{platform}", [303, 403, 422]),
    ("POST", "/admin/settings/integrations/{platform}/pause", [303, 403, 303]),
    ("POST", "/admin/settings/integrations/{platform}/resume", [303, 403, 303]),
    ("GET", "/admin/settings/integrations/{platform}/disconnect", [303, 403, 200]),
    ("POST", "/admin/settings/integrations/{platform}/disconnect", [303, 403, 303]),
    ("GET", "/admin/connect", [303, 403, 200]),
    ("GET", "/admin/connect/mobilize", [303, 403, 200]),
    ("GET", "/admin/connect/forj", [303, 403, 200]),
    ("GET", "/admin/connect/higher-logic", [303, 403, 200]),
    ("GET", "/admin/connect/higher-logic/worksheet", [303, 403, 200]),
    ("GET", "/admin/move", [303, 403, 200]),
    ("POST", "/admin/move", [303, 403, 303]),
    ("GET", "/admin/settings/hooks", [303, 403, 200]),
    ("GET", "/admin/settings/hooks/new", [303, 403, 200]),
    ("POST", "/admin/settings/hooks/new", [303, 403, 422]),
    ("GET", "/admin/settings/hooks/{hook_id}", [303, 403, 200]),
    ("GET", "/admin/settings/hooks/{hook_id}/new-secret", [303, 403, 200]),
    ("POST", "/admin/settings/hooks/{hook_id}/new-secret", [303, 403, 303]),
    ("GET", "/admin/settings/hooks/{hook_id}/close", [303, 403, 200]),
    ("POST", "/admin/settings/hooks/{hook_id}/close", [303, 403, 303]),
    ("GET", "/admin/settings/hooks/{hook_id}/waiting", [303, 403, 200]),
    ("POST", "/admin/settings/hooks/{hook_id}/release", [303, 403, 303]),
    ("POST", "/admin/settings/hooks/{hook_id}/discard", [303, 403, 303]),
    ("POST", "/hooks/{connection}", [401, 401, 401]),
    ("GET", "/sso-assets/{hash}/{name}", [200, 200, 200]),
    ("GET", "/", [404, 404, 404]),
    ("GET", "/healthz", [200, 200, 200]),
    ("GET", "/readyz", [200, 200, 200]),
];

/// Pages that show themselves again when the form's token is missing or stale, instead of 403.
const SHOWN_AGAIN: [&str; 4] = ["/log-in", "/log-out", "/set-up", "/account/password"];

/// A browser of that sort, and a form token that is good in it.
async fn visitor(novi: &Novi, who: Who) -> (Browser, String) {
    let mut browser = novi.browser();
    match who {
        Who::Nobody => {}
        Who::Member => drop(browser.sign_in(&novi.member("Ann").await).await),
        Who::Admin => drop(browser.sign_in(&novi.admin("Ruth").await).await),
    }
    let page = browser.get(if who == Who::Nobody { "/log-in" } else { "/log-out" }).await;
    assert_eq!(browser.is_signed_in(), who != Who::Nobody);
    (browser, page.form_token())
}

async fn ask(browser: &mut Browser, method: &str, path: &str, form_token: &str) -> Page {
    match method {
        "GET" => browser.get(path).await,
        _ => browser.post(path, &[("form_token", form_token)]).await,
    }
}

/// All that is mounted.
pub fn routes() -> impl Iterator<Item = (&'static str, &'static str)> {
    ROUTES.iter().chain(SYNC_ROUTES).copied()
}

fn posts() -> impl Iterator<Item = &'static str> {
    routes().filter(|(method, _)| *method != "GET").map(|(_, path)| path)
}

/// Those that browsers send for somebody. What software sends proves itself otherwise.
fn forms() -> impl Iterator<Item = &'static str> {
    posts().filter(|path| !path.starts_with("/oauth/") && !path.starts_with("/hooks/"))
}

fn gets() -> impl Iterator<Item = &'static str> {
    routes().filter(|(method, _)| *method == "GET").map(|(_, path)| path)
}

/// The walks are worth something only if no route is left out.
#[test]
fn the_list_of_routes_is_the_router() {
    let source = include_str!("../../src/router.rs");
    let code = source.split_once("pub fn router(").expect("the list comes first").1;
    let mut mounted = BTreeSet::new();
    for route in code.split(".route(").skip(1) {
        let (first, rest) = route.split_once(',').unwrap();
        let written = first.split('"').nth(1).unwrap();
        let path = match () {
            () if first.contains("client(") => {
                format!("/admin/sso-clients/{{client_id}}{written}")
            }
            () if first.contains("plan(") => {
                format!("/admin/groups/{{group_id}}/plans/{{plan_id}}{written}")
            }
            () if first.contains("hook(") => {
                format!("/admin/settings/hooks/{{hook_id}}{written}")
            }
            () => written.to_owned(),
        };
        for verb in ["get", "post", "put", "patch", "delete", "any"] {
            let handler = rest.lines().next().unwrap();
            if handler.contains(&format!(" {verb}(")) || handler.contains(&format!(".{verb}(")) {
                mounted.insert((verb.to_uppercase(), path.clone()));
            }
        }
    }

    let listed = routes().map(|(method, path)| (method.to_owned(), path.to_owned()));
    assert_eq!(listed.collect::<BTreeSet<_>>(), mounted);
    let answers = ANSWERS.iter().map(|(method, path, _)| (*method, *path));
    assert_eq!(answers.collect::<BTreeSet<_>>(), routes().collect());
}

/// PLATFORMS.md 7: the controls of the stand-ins, and their APIs, are mounted by tests and `demo` alone.
#[tokio::test]
async fn nothing_of_the_stand_ins_is_served() {
    let controls = ["reset", "seed", "faults", "state", "requests", "hl/pending"];
    let controls = controls.map(|control| format!("/__control/{control}"));
    let apis = ["/v1/groups", "/push/v1/members", "/groups"].map(str::to_owned);
    let novi = Novi::start().await;
    let (mut browser, form_token) = visitor(&novi, Who::Admin).await;

    for path in controls.iter().chain(&apis) {
        for method in ["GET", "POST"] {
            let page = ask(&mut browser, method, path, &form_token).await;
            assert_eq!(page.status, 404, "{method} {path}");
        }
    }
}

/// SEC-M8, SEC-M2: who may do what is this table; an answer that is not in it fails.
#[tokio::test]
async fn nobody_members_and_admins_get_exactly_what_the_table_says() {
    for (column, who) in [Who::Nobody, Who::Member, Who::Admin].into_iter().enumerate() {
        for (method, path, answers) in ANSWERS {
            let novi = Novi::start().await;
            let forj = novi.client("Forj").await;
            novi.namesakes().await;
            novi.doubles(HOME, &forj.client_id).await;
            let (mut browser, form_token) = visitor(&novi, who).await;

            let url = concrete(path, &forj.client_id);
            let page = ask(&mut browser, method, &url, &form_token).await;

            let expected = answers[column];
            assert_eq!(page.status, expected, "{method} {path} for {who:?}: {}", page.text());
            if who == Who::Nobody && expected == 303 && *path != "/log-out" {
                assert_eq!(page.location().as_deref(), Some("/log-in"), "{method} {path}");
            }
        }
    }
}

/// SEC-E1, SEC-E2: without its token no form changes anything.
#[tokio::test]
async fn a_form_without_its_token_changes_nothing() {
    let novi = Novi::start().await;
    let forj = novi.client("Forj").await;
    novi.namesakes().await;
    novi.doubles(HOME, &forj.client_id).await;
    let (mut ruth, _) = visitor(&novi, Who::Admin).await;
    let before = novi.tables().await;

    for path in forms() {
        for token in ["", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"] {
            let url = concrete(path, &forj.client_id);
            let page = ruth.post(&url, &[("form_token", token), ("name", "Mallory")]).await;
            let shown_again = SHOWN_AGAIN.contains(&path);
            let expected = if shown_again { page.status < 400 } else { page.status == 403 };
            assert!(expected, "{path}: {} {}", page.status, page.text());
        }
    }

    assert!(ruth.is_signed_in());
    assert_eq!(novi.tables().await.changed_since(&before), [""; 0]);
}

/// SEC-E1: another website cannot post in our visitor's name, even with the right token.
#[tokio::test]
async fn a_form_from_another_website_is_refused() {
    let novi = Novi::start().await;
    let forj = novi.client("Forj").await;
    novi.namesakes().await;
    novi.doubles(HOME, &forj.client_id).await;
    let (mut ruth, form_token) = visitor(&novi, Who::Admin).await;
    let before = novi.tables().await;
    let evil: [&[(&str, &str)]; 8] = [
        &[("origin", "https://evil.example")],
        &[("origin", "null")],
        &[("origin", "http://www.acme.example")],
        &[("origin", "https://www.acme.example.evil.example")],
        &[("origin", "https://www.acme.example:8443")],
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site")],
        &[("origin", "https://www.acme.example"), ("sec-fetch-site", "cross-site")],
    ];

    for path in forms() {
        for headers in evil {
            let url = concrete(path, &forj.client_id);
            let page = ruth.post_from(&url, &[("form_token", &form_token)], headers).await;
            match path {
                // Asked again as a GET, which shows the page with its button.
                "/log-out" => assert_eq!(page.location().as_deref(), Some("/log-out")),
                _ => assert_eq!(page.status, 403, "{path} from {headers:?}"),
            }
        }
    }

    assert!(ruth.is_signed_in());
    assert_eq!(novi.tables().await.changed_since(&before), [""; 0]);
}

/// SECURITY.md 0.0 on 4.3: a platform may post a request across sites. It is kept, and asked for
/// again by GET; whoever is signed in makes no difference.
#[tokio::test]
async fn an_authorization_request_by_post_looks_at_no_cookie() {
    let novi = Novi::start().await;
    let forj = novi.client("Forj").await;
    let (mut ruth, _) = visitor(&novi, Who::Admin).await;
    let (mut nobody, _) = visitor(&novi, Who::Nobody).await;
    let url = forj.authorize_url();
    let query: Vec<(String, String)> =
        url::form_urlencoded::parse(url.split_once('?').unwrap().1.as_bytes())
            .into_owned()
            .collect();
    let form: Vec<_> = query.iter().map(|(name, value)| (&**name, &**value)).collect();
    let from = [("origin", "https://acme.mobilize.io"), ("sec-fetch-site", "cross-site")];
    novi.clock.advance(400); // long enough for a session's last use to be written down
    let sessions = novi.tables().await;

    for browser in [&mut ruth, &mut nobody] {
        let page = browser.post_from("/oauth/authorize", &form, &from).await;
        assert_eq!(page.status, 303);
        let to = page.location().unwrap();
        assert!(to.starts_with("/oauth/authorize?request_id=signin_"), "{to}");
        assert!(page.header("set-cookie").is_none());
    }
    assert_eq!(novi.tables().await.changed_since(&sessions), ["sign_ins"]);
}

/// SEC-E3: a link, an image or a preloading browser changes nothing.
#[tokio::test]
async fn no_get_changes_a_row() {
    let novi = Novi::start().await;
    let forj = novi.client("Forj").await;
    novi.namesakes().await;
    novi.doubles(HOME, &forj.client_id).await;
    for who in [Who::Nobody, Who::Member, Who::Admin] {
        let (mut browser, _) = visitor(&novi, who).await;
        let before = novi.tables().await;

        for path in gets() {
            let url = concrete(path, &forj.client_id);
            for query in ["", "?form_token=x&client_id=x&link=x&q=x&version=1", "?delete=1&add=1"] {
                browser.get(&format!("{url}{query}")).await;
                browser.request("HEAD", &url, &[]).await;
            }
        }

        assert_eq!(browser.is_signed_in(), who != Who::Nobody);
        assert_eq!(novi.tables().await.changed_since(&before), [""; 0], "{who:?}");
    }
}

/// SEC-M4: neither a Secret Key nor what verifies it stands in any page, whoever asks.
#[tokio::test]
async fn no_get_shows_a_secret_key_or_its_hash() {
    let novi = Novi::start().await;
    let forj = novi.client("Forj").await;
    novi.namesakes().await;
    novi.doubles(HOME, &forj.client_id).await;
    let hash = Token::presented(&*forj.secret).hash(Purpose::ClientSecret);
    for who in [Who::Nobody, Who::Member, Who::Admin] {
        let (mut browser, _) = visitor(&novi, who).await;
        for path in gets() {
            let page = browser.get(&concrete(path, &forj.client_id)).await;
            for secret in [&*forj.secret, hash.as_str()] {
                assert!(!page.body.contains(secret), "{path} for {who:?}");
            }
        }
    }
}

/// SEC-E3, the exceptions by name: what the protocol asks for, and when a session was last used.
#[tokio::test]
async fn the_gets_that_write_are_authorize_and_the_last_use_of_a_session() {
    let novi = Novi::start().await;
    let forj = novi.client("Forj").await;
    let (mut ann, _) = visitor(&novi, Who::Member).await;
    let (mut nobody, _) = visitor(&novi, Who::Nobody).await;
    let before = novi.tables().await;

    nobody.get(&forj.authorize_url()).await;
    let asked = novi.tables().await;
    ann.get(&forj.authorize_url()).await;
    let granted = novi.tables().await;
    novi.clock.advance(301);
    ann.get("/account").await;
    let used = novi.tables().await;

    assert_eq!(asked.changed_since(&before), ["sign_ins"]);
    assert_eq!(granted.changed_since(&asked), ["grants"]);
    assert_eq!(used.changed_since(&granted), ["sessions"]);
}

/// SEC-E3, the rest of them: the old sign-on while its member is not in, the log-out of a client that shows
/// whose it is, and the count of what a client did wrong.
#[tokio::test]
async fn the_gets_of_a_client_that_write_are_sso_auth_and_log_out_with_a_hint() {
    let novi = Novi::start().await;
    let (old, ann) = (
        novi.client_with("Old", |settings| settings.has_legacy_sso = true).await,
        novi.member("Ann").await,
    );
    let mut browser = novi.browser_of(&ann).await;
    let code = browser.get(&old.authorize_url()).await.sent("code").unwrap();
    let hint = old.exchange(&code).await["id_token"].as_str().unwrap().to_owned();
    let callback: String = url::form_urlencoded::byte_serialize(old.callback.as_bytes()).collect();
    let legacy = format!("/sso/auth?client_id={}&redirect_uri={callback}", old.client_id);
    let mut steps = vec![novi.tables().await];

    novi.browser().get(&legacy).await;
    steps.push(novi.tables().await);
    assert!(browser.get(&legacy).await.sent("token").is_some());
    steps.push(novi.tables().await);
    browser.get(&format!("/log-out?id_token_hint={}", &hint[..hint.len() - 2])).await;
    browser.get(&format!("/log-out?client_id={}", old.client_id)).await;
    steps.push(novi.tables().await);
    browser.get(&format!("/log-out?id_token_hint={hint}")).await;
    assert!(!browser.is_signed_in());
    steps.push(novi.tables().await);
    browser.get(&format!("{legacy}x")).await;
    steps.push(novi.tables().await);

    let changes: Vec<_> = steps.windows(2).map(|pair| pair[1].changed_since(&pair[0])).collect();
    let ended = vec!["events", "sessions"];
    assert_eq!(changes, [vec!["sign_ins"], vec![], vec![], ended, vec!["client_days"]]);
}

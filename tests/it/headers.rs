//! The headers that every answer carries, whatever the route and however it ends (SEC-E4,
//! SECURITY.md 4.2 with 0.0).

use axum::Router;
use axum::body::Body;
use axum::http::{Request, header};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::get;
use novi_sso::clients::Consent;
use novi_sso::web;

use crate::routes::{concrete, routes};
use crate::support::{Browser, HOME, Novi, Page};

/// A development site, on loopback.
const LOCAL: &str = "127.0.0.1:8080";

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
     font-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

const SET: [(&str, &str); 4] = [
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "same-origin"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
];

/// Pages with a form whose answer leads to a community.
const DOORS: [&str; 2] = ["/log-in", "/log-out"];

fn is_public(path: &str) -> bool {
    path.starts_with("/.well-known/") || path == "/oauth/jwks" || path.starts_with("/sso-assets/")
}

fn is_inside(path: &str) -> bool {
    path.starts_with("/admin") || path.starts_with("/account")
}

/// Every header that depends neither on the page nor on who asks.
fn check(path: &str, page: &Page) {
    let header = |name| page.header(name).unwrap_or_default();
    for (name, value) in SET {
        assert_eq!(header(name), value, "{name} of {path} ({})", page.status);
    }
    assert!(
        header("content-security-policy").starts_with(POLICY),
        "{path}: {}",
        header("content-security-policy")
    );
    let corp = if is_public(path) { "cross-origin" } else { "same-origin" };
    assert_eq!(header("cross-origin-resource-policy"), corp, "{path}");
    let coop = is_inside(path).then_some("same-origin");
    assert_eq!(page.header("cross-origin-opener-policy"), coop, "{path}");
    assert!(!header("x-request-id").is_empty(), "{path}");
    for telling in ["server", "x-powered-by", "via"] {
        assert!(page.header(telling).is_none(), "{path} tells its {telling}");
    }
    if page.status >= 300 || !is_public(path) {
        assert_eq!(header("cache-control"), "no-store", "{path} ({})", page.status);
    }
    for name in SET.iter().map(|(name, _)| *name).chain(["content-security-policy"]) {
        assert_eq!(page.headers.get_all(name).iter().count(), 1, "{name} twice on {path}");
    }
}

async fn admin(novi: &Novi, host: &str) -> Browser {
    let mut browser = novi.browser_at(host);
    browser.sign_in(&novi.member_at(host, "Ruth", |member| member.is_admin = true).await).await;
    assert!(browser.is_signed_in());
    browser
}

#[tokio::test]
async fn every_answer_of_every_route_carries_the_header_set() {
    let novi = Novi::start().await;
    let forj = novi.client("Forj").await;
    novi.doubles(HOME, &forj.client_id).await;
    let mut ruth = admin(&novi, HOME).await;
    let mut stranger = novi.browser();

    for browser in [&mut ruth, &mut stranger] {
        for (known, path) in routes() {
            let url = concrete(path, &forj.client_id);
            for method in [known, "HEAD", "POST", "DELETE", "OPTIONS"] {
                let page = browser.request(method, &url, &[]).await;
                check(path, &page);
                let health = matches!(path, "/healthz" | "/readyz");
                let hsts = (!health).then_some("max-age=63072000");
                assert_eq!(page.header("strict-transport-security"), hsts, "{path}");
            }
        }
    }
}

/// 400 to 500, also from the layers around the handlers.
#[tokio::test]
async fn every_error_carries_the_header_set() {
    let novi = Novi::start().await;
    let forj = novi.client("Forj").await;
    let mut ruth = admin(&novi, HOME).await;
    let mut ann = novi.browser();
    ann.sign_in(&novi.member("Ann").await).await;
    let client = format!("/admin/sso-clients/{}", forj.client_id);
    let token = ruth.get("/admin/sso-clients").await;
    assert_eq!(token.status, 200);
    let form_token = ruth.get("/log-out").await.form_token();
    let form_token = ("form_token", &*form_token);
    let url = ("url", "https://a.example/cb");
    let big = "x".repeat(70_000);

    let answers = [
        (400, "/oauth/authorize", ann.get("/oauth/authorize").await),
        (401, "/oauth/token", ann.post("/oauth/token", &[("client_id", "x")]).await),
        (403, "/admin/sso-clients", ann.get("/admin/sso-clients").await),
        (403, &client, ruth.post(&format!("{client}/switch-off"), &[]).await),
        (404, "/nowhere", ruth.get("/nowhere").await),
        (405, "/account", ruth.request("PUT", "/account", &[]).await),
        (409, &client, ruth.post(&client, &[form_token, ("name", "F"), url]).await),
        (413, &client, ruth.post(&client, &[("name", &big)]).await),
        (413, "/oauth/token", ann.post("/oauth/token", &[("code", &big)]).await),
        (422, &client, ruth.post(&client, &[form_token]).await),
    ];

    for (status, path, page) in &answers {
        assert_eq!(page.status, *status, "{path}: {}", page.text());
        check(path, page);
        assert_eq!(page.header("strict-transport-security"), Some("max-age=63072000"));
    }
}

#[tokio::test]
async fn the_page_of_an_unknown_host_and_of_a_broken_handler_carry_the_header_set_too() {
    async fn broken() -> &'static str {
        panic!("on purpose")
    }
    let novi = Novi::start().await;
    let frame = from_fn_with_state(novi.app.clone(), web::frame::frame);
    let router = Router::new().route("/account", get(broken)).layer(from_fn(web::own_task));
    let router = router.layer(frame).layer(from_fn(novi_sso::telemetry::observe));

    let unknown = novi.browser_at("evil.example").get("/admin/sso-clients").await;
    let broken = Browser::new(router, HOME).get("/account").await;

    assert_eq!((unknown.status, broken.status), (421, 500));
    check("/admin/sso-clients", &unknown);
    check("/account", &broken);
    assert!(unknown.header("strict-transport-security").is_none(), "it is nobody's host");
}

/// Chromium applies `form-action` to the whole redirect chain, the community's own redirects
/// included: only pages whose forms lead there may let it go.
#[tokio::test]
async fn forms_may_lead_out_from_the_log_in_and_log_out_pages_only() {
    let novi = Novi::start().await;
    let forj = novi.client("Forj").await;
    novi.doubles(HOME, &forj.client_id).await;
    novi.associate(&format!("http://{LOCAL}"), "Local").await;
    let local = " https: http://localhost:* http://127.0.0.1:*";
    let browsers = [
        (admin(&novi, HOME).await, " https:"),
        (novi.browser(), " https:"),
        (novi.browser_at(LOCAL), local),
    ];
    for (mut browser, out) in browsers {
        for (method, path) in routes().filter(|(method, _)| *method == "GET") {
            let page = browser.request(method, &concrete(path, &forj.client_id), &[]).await;
            let out = if page.status == 200 && DOORS.contains(&path) { out } else { "" };
            let policy = page.header("content-security-policy").unwrap();
            assert_eq!(policy, format!("{POLICY}{out}"), "{path}");
        }
        let page = browser.get("/log-in").await;
        if page.status == 200 {
            let typed = [("email", "x"), ("password", "x")];
            let wrong = browser.submit(&page, "/log-in", &typed).await;
            let policy = wrong.header("content-security-policy").unwrap();
            assert_eq!(policy, format!("{POLICY}{out}"));
        }
    }
}

/// SECURITY.md 0.0 on 4.2: what a member is asked or told on the way, and the page that posts the answer.
#[tokio::test]
async fn forms_may_lead_out_from_the_pages_on_the_way_to_a_client() {
    let novi = Novi::start().await;
    let (ann, group) = (novi.member("Ann").await, novi.group("Board", &[]).await);
    let asks = novi.client_with("Asks", |settings| settings.consent = Consent::Asked).await;
    let shut = novi.client_with("Shut", |settings| settings.permitted_groups = vec![group]).await;
    let mut browser = novi.browser_of(&ann).await;
    let silent = [("prompt", "none"), ("response_mode", "form_post")];

    for (what, url) in [
        ("consent", asks.authorize_url()),
        ("choose account", asks.authorize_url_with(&[("prompt", "select_account")])),
        ("not permitted", shut.authorize_url()),
        ("form_post", asks.authorize_url_with(&silent)),
        ("log in", asks.authorize_url_with(&[("prompt", "login")])),
    ] {
        let page = browser.visit(&url).await;
        assert_eq!(page.status, 200, "{what}");
        check("/oauth/authorize", &page);
        let policy = page.header("content-security-policy").unwrap();
        assert_eq!(policy, format!("{POLICY} https:"), "{what}");
    }
}

#[tokio::test]
async fn a_development_site_on_http_promises_no_https() {
    let novi = Novi::start().await;
    novi.associate(&format!("http://{LOCAL}"), "Local").await;

    let page = novi.browser_at(LOCAL).get("/log-in").await;

    assert_eq!(page.status, 200);
    check("/log-in", &page);
    assert!(page.header("strict-transport-security").is_none());
    let cookie = page.header("set-cookie").unwrap();
    assert!(cookie.starts_with("novi_tx=") && !cookie.contains("Secure"), "{cookie}");
}

/// A file may be kept for ever because its address has its content in it.
#[tokio::test]
async fn a_static_file_is_kept_for_ever_under_its_content_and_found_nowhere_else() {
    let novi = Novi::start().await;
    let mut browser = novi.browser();
    let page = browser.get("/log-in").await;
    let hrefs = page.body.split("=\"/sso-assets/").skip(1);
    let files: Vec<String> = hrefs
        .map(|href| format!("/sso-assets/{}", href.split(['"', '#']).next().unwrap()))
        .collect();
    assert!(files.len() >= 3, "{files:?}");

    for file in &files {
        let found = browser.get(file).await;
        assert_eq!(found.status, 200, "{file}");
        assert_eq!(found.header("cache-control"), Some("public, max-age=31536000, immutable"));
        assert!(found.header("set-cookie").is_none());
        let (hash, name) = file.strip_prefix("/sso-assets/").unwrap().split_once('/').unwrap();
        for wrong in [
            format!("/sso-assets/0000000000000000/{name}"),
            format!("/sso-assets/{hash}/..%2f..%2fCargo.toml"),
            format!("/sso-assets/{hash}/missing.css"),
        ] {
            let missing = browser.get(&wrong).await;
            assert_eq!(missing.status, 404, "{wrong}");
            check("/sso-assets/", &missing);
        }
    }
    let request = Request::get("/sso-assets/brand/zzz.css").header(header::HOST, HOME);
    let brand = Page::of(&novi.router, request.body(Body::empty()).unwrap()).await;
    assert_eq!(brand.status, 404);
}

//! What is refused before or instead of a handler's answer: bodies that are too large, methods that
//! a route lacks, addresses that there are not, and a handler that breaks.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use axum::Router;
use axum::body::Body;
use axum::http::{Request, header};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::get;
use bytes::Bytes;
use hyper::body::Frame;
use novi_sso::web;

use crate::routes::{concrete, routes};
use crate::support::{Browser, HOME, Novi, Page};

const FORM: &str = "application/x-www-form-urlencoded";
const GIBIBYTE: usize = 1 << 30;

/// A gibibyte in pieces, made while it is read; counts what was taken of it.
struct Flood(Arc<AtomicUsize>);

impl hyper::body::Body for Flood {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        const PIECE: &[u8] = &[b'a'; 1024];
        let taken = self.0.fetch_add(PIECE.len(), Ordering::Relaxed);
        let piece = (taken < GIBIBYTE).then(|| Ok(Frame::data(Bytes::from_static(PIECE))));
        Poll::Ready(piece)
    }
}

async fn admin(novi: &Novi) -> Browser {
    let mut browser = novi.browser();
    browser.sign_in(&novi.admin("Ruth").await).await;
    assert!(browser.is_signed_in());
    browser
}

/// A request with the cookies of a browser, as our own page would send it.
fn request(browser: &Browser, method: &str, path: &str, body: Body) -> Request<Body> {
    let cookies: Vec<_> = browser.cookies.iter().map(|(n, v)| format!("{n}={v}")).collect();
    let request = Request::builder().method(method).uri(path).header(header::HOST, HOME);
    let request = request.header(header::COOKIE, cookies.join("; "));
    let request = request.header(header::ORIGIN, format!("https://{HOME}"));
    request.header(header::CONTENT_TYPE, FORM).body(body).unwrap()
}

/// What a route takes, in KiB (SECURITY.md 4.5).
fn limit(path: &str) -> usize {
    match path {
        _ if path.starts_with("/oauth/") => 16,
        "/admin/groups/{group_id}/members/paste" => 256,
        _ if path.starts_with("/admin/") || path.starts_with("/hooks/") => 64,
        _ => 8,
    }
}

/// SEC-DOS1: a route stops reading at its limit and says so.
#[tokio::test]
async fn a_body_is_read_up_to_its_limit_and_no_further() {
    let novi = Novi::start().await;
    let forj = novi.client("Forj").await;
    novi.doubles(HOME, &forj.client_id).await;
    let ruth = admin(&novi).await;
    let before = novi.tables().await;

    for (method, path) in routes() {
        let taken = Arc::new(AtomicUsize::new(0));
        let url = concrete(path, &forj.client_id);
        let flood = Body::new(Flood(taken.clone()));
        let page = Page::of(&novi.router, request(&ruth, method, &url, flood)).await;

        let taken = taken.load(Ordering::Relaxed);
        if method == "GET" {
            assert_eq!(taken, 0, "{path} reads no body");
        } else {
            assert_eq!(page.status, 413, "{method} {path}: {}", page.body);
            assert!(taken <= (limit(path) + 2) * 1024, "{path} took {taken} bytes");
        }
    }
    assert_eq!(novi.tables().await.changed_since(&before), [""; 0]);
}

/// SEC-DOS1, to the byte.
#[tokio::test]
async fn a_body_of_exactly_the_limit_is_read() {
    let novi = Novi::start().await;
    let mut browser = novi.browser();
    let form_token = browser.get("/log-in").await.form_token();
    let form = |length: usize| {
        let start = format!("form_token={form_token}&password=x&email=");
        start.clone() + &"a".repeat(length - start.len())
    };

    let fits = request(&browser, "POST", "/log-in", form(8192).into());
    let fits = Page::of(&novi.router, fits).await;
    let over = request(&browser, "POST", "/log-in", form(8193).into());
    let over = Page::of(&novi.router, over).await;

    assert_eq!(fits.status, 200);
    assert!(fits.text().contains("do not go together"), "{}", fits.text());
    assert_eq!(over.status, 413);
    assert!(over.text().contains("Send less, in several steps."), "{}", over.text());
}

#[tokio::test]
async fn a_method_that_a_route_lacks_is_405_and_the_answer_names_those_it_has() {
    let novi = Novi::start().await;
    let forj = novi.client("Forj").await;
    novi.doubles(HOME, &forj.client_id).await;
    let mut ruth = admin(&novi).await;
    let before = novi.tables().await;
    let paths: BTreeSet<&str> = routes().map(|(_, path)| path).collect();

    for path in paths {
        let has: Vec<&str> =
            routes().filter(|(_, known)| *known == path).map(|(method, _)| method).collect();
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"] {
            if has.contains(&method) {
                continue;
            }
            let page = ruth.request(method, &concrete(path, &forj.client_id), &[]).await;
            assert_eq!(page.status, 405, "{method} {path}");
            let allow = page.header("allow").unwrap_or_default();
            for known in &has {
                assert!(allow.contains(known), "{method} {path} allows {allow:?}");
            }
        }
    }
    assert_eq!(novi.tables().await.changed_since(&before), [""; 0]);
}

/// ARCHITECTURE.md 3.5: browsers of other origins may read these, without credentials.
#[tokio::test]
async fn what_browsers_of_other_origins_may_call_answers_their_preflight() {
    let novi = Novi::start().await;
    let preflight = |path: &str, method: &str| {
        Request::options(path)
            .header(header::HOST, HOME)
            .header(header::ORIGIN, "https://spa.example")
            .header(header::ACCESS_CONTROL_REQUEST_METHOD, method)
            .header(header::ACCESS_CONTROL_REQUEST_HEADERS, "authorization")
            .body(Body::empty())
            .unwrap()
    };

    for (path, method) in [
        ("/.well-known/openid-configuration", "GET"),
        ("/.well-known/oauth-authorization-server", "GET"),
        ("/oauth/jwks", "GET"),
        ("/oauth/token", "POST"),
        ("/oauth/userinfo", "GET"),
    ] {
        let page = Page::of(&novi.router, preflight(path, method)).await;
        assert_eq!(page.status, 200, "{path}");
        assert_eq!(page.header("access-control-allow-origin"), Some("*"), "{path}");
        let methods = page.header("access-control-allow-methods").unwrap_or_default();
        assert!(methods.contains(method), "{path}: {methods}");
        let headers = page.header("access-control-allow-headers").unwrap_or_default();
        assert!(headers.contains("authorization"), "{path}: {headers}");
        assert!(page.header("access-control-allow-credentials").is_none(), "{path}");
    }
    let hook = "/hooks/8c1f6a2e-4b7d-4f0e-9a53-2d6e7c90b1f4";
    let pages = ["/oauth/authorize", "/log-in", "/log-out", "/account", "/admin/sso-clients"];
    for path in pages.into_iter().chain([hook]) {
        let page = Page::of(&novi.router, preflight(path, "POST")).await;
        assert_eq!(page.status, 405, "{path}");
        assert!(page.header("access-control-allow-origin").is_none(), "{path}");
    }
}

/// SEC-X2: nothing of the request stands on an error page, and none is a dead end.
#[tokio::test]
async fn an_error_page_repeats_nothing_of_the_request() {
    let novi = Novi::start().await;
    let forj = novi.client("Forj").await;
    let mut ruth = admin(&novi).await;
    let mut stranger = novi.browser();
    let canary = "canary%3Cimg%20src%3Dx%3E";
    let switch_off = format!("/admin/sso-clients/{}/switch-off", forj.client_id);
    let authorize = |changes| format!("{}&{canary}={canary}", forj.authorize_url_with(changes));

    let pages = [
        ruth.get(&format!("/{canary}")).await,
        ruth.get(&format!("/admin/sso-clients/{canary}")).await,
        ruth.get(&format!("/sso-assets/{canary}/{canary}.css")).await,
        ruth.request("DELETE", &format!("/account?{canary}"), &[("referer", canary)]).await,
        ruth.post_bare(&switch_off, &[("name", "canary<img src=x>")]).await,
        stranger.get(&format!("/oauth/authorize?client_id={canary}")).await,
        stranger.get(&authorize(&[("redirect_uri", "https://canary.example/")])).await,
        stranger.get(&format!("/oauth/authorize?state={canary}&state={canary}")).await,
        novi.browser_at("canary.example").get("/").await,
    ];

    let statuses = pages.each_ref().map(|page| page.status);
    assert_eq!(statuses, [404, 404, 404, 405, 403, 400, 400, 400, 421]);
    for page in &pages {
        assert!(!page.body.contains("canary"), "{}", page.body);
        let links = page.body.matches("<a class=\"btn primary full\"").count();
        assert!(links == 1 || page.status == 421, "a next step: {}", page.body);
    }
}

/// A handler that panics ends its own request, with a page that has a code to read out.
#[tokio::test]
async fn a_handler_that_breaks_is_a_page_with_a_reference_code() {
    async fn broken() -> &'static str {
        panic!("the secret of this panic is 4711")
    }
    let novi = Novi::start().await;
    let frame = from_fn_with_state(novi.app.clone(), web::frame::frame);
    let router = Router::new().route("/broken", get(broken)).route("/fine", get(async || "fine"));
    let router = router.layer(from_fn(web::own_task)).layer(frame);
    let mut browser = Browser::new(router, HOME);

    let page = browser.get("/broken").await;
    let next = browser.get("/fine").await;

    assert_eq!(page.status, 500);
    assert_eq!(next.body, "fine");
    assert!(page.text().contains("Something went wrong on our side"), "{}", page.text());
    assert!(page.text().contains("You did nothing wrong"), "{}", page.text());
    let (_, after) = page.body.split_once("Reference code: </span>").unwrap();
    let code = &after[..7];
    assert!(code.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-'));
    assert!(!page.body.contains("4711") && !page.body.contains("panic"), "{}", page.body);
    assert!(page.header("content-security-policy").is_some());
}

//! Which association answers is decided by the host and by nothing else that a request brings.

use axum::body::Body;
use axum::http::{Request, Uri, header};

use crate::support::{ELSEWHERE, HOME, Novi, Page};

const DISCOVERY: &str = "/.well-known/openid-configuration";

fn request(target: &str, hosts: &[&[u8]]) -> Request<Body> {
    let mut request = Request::get(target.parse::<Uri>().unwrap());
    for host in hosts {
        request = request.header(header::HOST, *host);
    }
    request.body(Body::empty()).unwrap()
}

/// SEC-T1: every route of the product, protocol and pages, asks first whose host it is.
#[tokio::test]
async fn a_host_that_is_not_exactly_ours_is_421() {
    let novi = Novi::start().await;
    novi.associate("http://127.0.0.1:8080", "Local").await;
    let long = "a".repeat(10_000);
    let hosts: &[&[&[u8]]] = &[
        &[],
        &[b""],
        &[b"evil.example"],
        &[b"acme.example"],
        &[b"www.acme.example.evil.example"],
        &[b"evil.example.www.acme.example"],
        &[b"www.acme.example."],
        &[b"www.acme.example:8443"],
        &[b"www.acme.example:80"],
        &[b"www.acme.example:"],
        &[b" www.acme.example,evil.example"],
        &[b"user@www.acme.example"],
        &[b"https://www.acme.example"],
        &[b"www.acme.example/"],
        &[b"www.acme.example\\evil.example"],
        &[b"www.acme.example%00"],
        &[b"www.acme.example\xff"],
        &[b"' or 1=1 --"],
        &[long.as_bytes()],
        &[b"203.0.113.9"],
        &[b"[2001:db8::1]"],
        &[b"127.0.0.1"],
        &[b"127.0.0.1:8081"],
        &[b"localhost:8080"],
        &[b"www.acme.example", b"www.acme.example"],
        &[b"www.acme.example", b"evil.example"],
        &[b"www.acme.example", b"www.other.example"],
    ];
    for target in [DISCOVERY, "/oauth/authorize", "/log-in", "/admin/sso-clients", "/nowhere", "/"]
    {
        for hosts in hosts {
            let page = Page::of(&novi.router, request(target, hosts)).await;
            let shown: Vec<_> = hosts.iter().map(|host| String::from_utf8_lossy(host)).collect();
            assert_eq!(page.status, 421, "{target} at {shown:.80?}");
            assert!(page.header("set-cookie").is_none(), "{shown:.80?}");
            assert!(!page.body.contains("Acme") && !page.body.contains("evil"), "{shown:.80?}");
        }
    }
}

/// SEC-T1: the request target may name the host too (RFC 9112 §3.2.2); then both must be the same.
#[tokio::test]
async fn a_request_that_names_two_hosts_names_none() {
    let novi = Novi::start().await;
    let at = async |target: &str| {
        Page::of(&novi.router, request(target, &[HOME.as_bytes()])).await.status
    };

    assert_eq!(at(&format!("https://{HOME}{DISCOVERY}")).await, 200);
    assert_eq!(at(&format!("https://{}{DISCOVERY}", HOME.to_uppercase())).await, 200);
    assert_eq!(at(&format!("https://{ELSEWHERE}{DISCOVERY}")).await, 421);
    assert_eq!(at(&format!("https://evil.example{DISCOVERY}")).await, 421);
    assert_eq!(at(&format!("https://{HOME}.{DISCOVERY}")).await, 421);
    assert_eq!(at(&format!("https://{HOME}:8443{DISCOVERY}")).await, 421);
    assert_eq!(at(&format!("https://ann@{HOME}{DISCOVERY}")).await, 421);
}

/// SECURITY.md 0.0 on SEC-T1: the host and port of the site URL; upper case folds to lower.
#[tokio::test]
async fn our_own_hosts_answer_in_any_case_and_with_the_port_of_their_site_url() {
    let novi = Novi::start().await;
    novi.associate("http://127.0.0.1:8080", "Local").await;
    novi.associate("http://[::1]:8080", "Local six").await;
    novi.associate("https://www.acme.example:8443", "Acme staging").await;

    for (host, issuer) in [
        ("www.acme.example", "https://www.acme.example"),
        ("WWW.Acme.EXAMPLE", "https://www.acme.example"),
        ("www.acme.example:8443", "https://www.acme.example:8443"),
        ("127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("[::1]:8080", "http://[::1]:8080"),
        ("www.other.example", "https://www.other.example"),
    ] {
        let page = Page::of(&novi.router, request(DISCOVERY, &[host.as_bytes()])).await;
        assert_eq!(page.status, 200, "{host}");
        assert_eq!(page.json()["issuer"], issuer, "{host}");
    }
}

/// Load balancers ask by address, before any association exists.
#[tokio::test]
async fn health_is_answered_under_any_host() {
    let novi = Novi::start().await;
    for path in ["/healthz", "/readyz"] {
        for host in ["10.0.0.7:8080", "evil.example"] {
            let page = Page::of(&novi.router, request(path, &[host.as_bytes()])).await;
            assert_eq!((page.status, &*page.body), (200, "ok\n"), "{path}");
        }
    }
}

/// SEC-T6: what we say about ourselves comes from the association's row.
#[tokio::test]
async fn no_other_header_changes_a_link_an_issuer_or_a_cookie() {
    let novi = Novi::start_with(|settings| {
        settings.trusted_proxies = "127.0.0.0/8".parse().unwrap();
    })
    .await;
    let forj = novi.client("Forj").await;
    let ruth = novi.admin("Ruth").await;
    forj.code_for(&ruth).await; // so that its last log-in is the same in every round
    let mut usual: Vec<String> = Vec::new();

    for (name, value) in [
        ("x-nothing", "x"),
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-proto", "http"),
        ("x-forwarded-port", "8443"),
        ("x-forwarded-server", "evil.example"),
        ("x-forwarded-prefix", "/evil"),
        ("x-forwarded-for", "203.0.113.9"),
        ("forwarded", "for=203.0.113.9;host=evil.example;proto=http"),
        ("x-host", "evil.example"),
        ("x-original-host", "evil.example"),
        ("x-original-url", "/admin/evil"),
        ("x-rewrite-url", "/admin/evil"),
        ("x-http-method-override", "DELETE"),
        ("x-real-ip", "203.0.113.9"),
        ("referer", "https://evil.example/"),
        ("origin", "https://evil.example"),
        ("upgrade-insecure-requests", "1"),
        ("user-agent", "evil.example"),
        ("accept", "application/evil"),
        ("accept-language", "evil"),
        ("host-override", "evil.example"),
    ] {
        let mut browser = novi.browser().with_header(name, value);
        let mut seen = Vec::new();
        for path in [DISCOVERY, "/.well-known/oauth-authorization-server", "/oauth/jwks"] {
            seen.push(browser.get(path).await.body);
        }
        let asked = browser.get(&forj.authorize_url()).await;
        let log_in = browser.get(&asked.location().unwrap()).await;
        let keys: Vec<String> = browser.cookies.keys().cloned().collect();
        seen.push(format!("{keys:?} {}", without_secrets(&asked)));
        seen.push(without_secrets(&log_in));
        browser.headers.clear();
        browser.sign_in_on(&log_in, &ruth).await;
        browser.headers.push((name.to_owned(), value.to_owned()));
        let editor = browser.get(&format!("/admin/sso-clients/{}", forj.client_id)).await;
        assert_eq!(editor.status, 200, "{name}");
        seen.push(without_secrets(&editor));
        let back = browser.get(&forj.authorize_url()).await;
        assert!(back.location().unwrap().starts_with(&forj.callback), "{name}");
        seen.push(back.sent("iss").unwrap());

        if usual.is_empty() {
            usual = seen;
        } else {
            for (seen, usual) in seen.iter().zip(&usual) {
                assert_eq!(seen, usual, "{name}: {value}");
            }
        }
    }
}

/// A page, where it leads and the cookies it sets, without what is random in them.
fn without_secrets(page: &Page) -> String {
    let cookies = page.headers.get_all(header::SET_COOKIE).iter().map(|cookie| {
        let (name, rest) = cookie.to_str().unwrap().split_once('=').unwrap();
        format!("{name} {}", rest.split_once(';').unwrap().1)
    });
    let mut text = format!("{:?} {:?} {}", page.location(), cookies.collect::<Vec<_>>(), page.body);
    let token = page.field("form_token").unwrap_or_default();
    let request = page.sent("request").or(page.field("request")).unwrap_or_default();
    for secret in [token, request].iter().filter(|secret| !secret.is_empty()) {
        text = text.replace(secret, "SECRET");
    }
    text
}

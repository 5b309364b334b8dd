//! The discovery documents.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::{Request, header};
use novi_sso::associations::{self, Issuer};
use novi_sso::events::Actor;
use novi_sso::router::ROUTES;
use serde_json::Value;

use crate::support::{ELSEWHERE, HOME, Novi, Platform, Reply, claims, everything};

const OPENID: &str = "/.well-known/openid-configuration";
const OAUTH: &str = "/.well-known/oauth-authorization-server";

/// R10, R15, PLATFORMS.md 3: what strict clients require, each letter of it.
#[tokio::test]
async fn discovery_says_the_site_url_without_a_slash_and_what_strict_clients_require() {
    let novi = Novi::start().await;
    let forj = novi.client("Forj").await;

    let document = forj.get(OPENID).await;

    assert_eq!(document.status, 200);
    assert_eq!(document.header("content-type"), Some("application/json"));
    assert_eq!(document["issuer"], "https://www.acme.example");
    assert_eq!(document["authorization_endpoint"], "https://www.acme.example/oauth/authorize");
    assert_eq!(document["token_endpoint"], "https://www.acme.example/oauth/token");
    assert_eq!(document["userinfo_endpoint"], "https://www.acme.example/oauth/userinfo");
    assert_eq!(document["response_types_supported"], serde_json::json!(["code"]));
    assert_eq!(document["subject_types_supported"], serde_json::json!(["public"]));
    let algorithms = serde_json::json!(["RS256"]);
    assert_eq!(document["id_token_signing_alg_values_supported"], algorithms);
    let methods =
        serde_json::json!(["client_secret_post", "client_secret_basic", "private_key_jwt", "none"]);
    assert_eq!(document["token_endpoint_auth_methods_supported"], methods);
    assert_eq!(document["code_challenge_methods_supported"], serde_json::json!(["S256"]));
    assert_eq!(document["authorization_response_iss_parameter_supported"], true);
    // OpenID Connect Discovery §3: its default is true, so a provider without it has to say so.
    assert_eq!(document["request_uri_parameter_supported"], false);
}

/// SEC-A8: what is not listed is not there, what is listed answers.
#[tokio::test]
async fn discovery_lists_exactly_the_endpoints_that_the_router_mounts() {
    let novi = Novi::start().await;
    let forj = novi.client("Forj").await;

    let document = forj.get(OPENID).await;

    let listed: BTreeSet<String> = addresses(&document).into_iter().map(|(_, path)| path).collect();
    let mounted = ROUTES.iter().map(|(_, path)| path.to_string());
    let is_protocol = |path: &String| path.starts_with("/oauth/") || path == "/log-out";
    let mounted: BTreeSet<_> = mounted.filter(is_protocol).collect();
    assert_eq!(listed, mounted);
    for (name, path) in addresses(&document) {
        let gets =
            ["authorization_endpoint", "userinfo_endpoint", "jwks_uri", "end_session_endpoint"];
        let post = !gets.contains(&&*name);
        let method = if post { "POST" } else { "GET" };
        assert!(ROUTES.contains(&(method, path.as_str())), "{method} {path}");
        let reply = if post { forj.post(&path, &[], "").await } else { forj.get(&path).await };
        assert!(![404, 405, 500].contains(&reply.status), "{name} answers {}", reply.status);
    }
}

/// PLATFORMS.md 11.1: optional members are absent or filled, never "".
#[tokio::test]
async fn nothing_in_discovery_is_empty_and_every_url_is_absolute() {
    let novi = Novi::start().await;
    let forj = novi.client("Forj").await;

    let document = forj.get(OPENID).await;

    for (name, value) in document.json.as_object().unwrap() {
        match value {
            Value::String(text) => assert!(!text.trim().is_empty(), "{name}"),
            Value::Array(values) => {
                assert!(!values.is_empty(), "{name}");
                assert!(values.iter().all(|value| value.as_str() != Some("")), "{name}");
            }
            Value::Bool(_) => {}
            other => panic!("{name} is {other}"),
        }
    }
    for (name, path) in addresses(&document) {
        assert!(path.starts_with("/oauth/") || path == "/log-out", "{name} is {path}");
    }
}

/// RFC 8414 §3.
#[tokio::test]
async fn the_authorization_server_metadata_is_the_same_document() {
    let novi = Novi::start().await;
    let mut browser = novi.browser();

    let (openid, oauth) = (browser.get(OPENID).await, browser.get(OAUTH).await);

    assert_eq!((openid.status, oauth.status), (200, 200));
    assert_eq!(openid.body, oauth.body);
    assert_eq!(openid.header("etag"), oauth.header("etag"));
}

/// Every claim that a member may have is listed, and so is every scope that is granted.
#[tokio::test]
async fn discovery_lists_every_claim_and_every_scope() {
    let novi = Novi::start().await;
    let forj = novi.client("Forj").await;
    let ann = novi.member_at(HOME, "Ann", everything).await;
    novi.group("Board", &[&ann]).await;
    let document = forj.get(OPENID).await;
    let listed = |name: &str| -> Vec<String> {
        let list = document[name].as_array().unwrap().iter();
        list.map(|entry| entry.as_str().unwrap().to_owned()).collect()
    };
    let scopes = listed("scopes_supported").join(" ");
    assert_eq!(scopes, "openid profile email address phone groups offline_access");

    let code = forj.code_for_with(&ann, &[("scope", &scopes)]).await;
    let tokens = forj.exchange(&code).await;
    let userinfo = forj.userinfo(tokens["access_token"].as_str().unwrap()).await;

    assert_eq!(tokens["scope"], Value::Null, "every listed scope is granted");
    let claims_supported = listed("claims_supported");
    let id_token = claims(&tokens["id_token"]);
    let told =
        userinfo.json.as_object().unwrap().keys().chain(id_token.as_object().unwrap().keys());
    // They belong to the request, not to the member.
    for claim in told.filter(|claim| !["nonce", "at_hash"].contains(&claim.as_str())) {
        assert!(claims_supported.contains(claim), "{claim} is not listed");
    }
    for claim in claims_supported {
        let stands = !userinfo[&claim].is_null() || !id_token[&claim].is_null();
        assert!(stands, "{claim} is listed and never told");
    }
}

/// RFC 9110 §13.1.2: compared weakly, because proxies that compress weaken the tag.
#[tokio::test]
async fn who_has_the_document_is_told_so_by_304() {
    let novi = Novi::start().await;
    let forj = novi.client("Forj").await;
    let tag = forj.get(OPENID).await.header("etag").unwrap().to_owned();
    assert!(tag.starts_with('"') && tag.ends_with('"') && tag.len() > 10, "{tag}");

    for known in [tag.clone(), format!("W/{tag}"), format!("\"x\", {tag}"), "*".to_owned()] {
        let again = conditional(&forj, OPENID, &known).await;

        assert_eq!(again.status, 304, "{known}");
        assert_eq!(again.json, Value::Null, "no body");
        assert_eq!(again.header("etag"), Some(&*tag));
        assert!(again.header("cache-control").unwrap().contains("max-age=900"));
    }
    for other in ["\"x\"", "x", ""] {
        assert_eq!(conditional(&forj, OPENID, other).await.status, 200, "{other}");
    }
}

/// SEC-T7: a shared cache keeps the associations apart, because the host is part of its key and `Vary` says so.
#[tokio::test]
async fn each_association_has_a_document_of_its_own() {
    let novi = Novi::start().await;
    let forj = novi.client("Forj").await;

    let (here, there) = (forj.get(OPENID).await, forj.at(ELSEWHERE).get(OPENID).await);

    assert_eq!(here["issuer"], "https://www.acme.example");
    assert_eq!(there["issuer"], "https://www.other.example");
    assert_ne!(here.header("etag"), there.header("etag"));
    for document in [here, there] {
        let vary = document.headers.get_all(header::VARY);
        assert!(vary.iter().any(|names| names.to_str().unwrap().contains("host")));
        let lifetime = "public, max-age=900, stale-if-error=86400";
        assert_eq!(document.header("cache-control"), Some(lifetime));
        for (name, path) in addresses(&document) {
            let url = format!("{}{path}", document["issuer"].as_str().unwrap());
            assert_eq!(document[&*name], url);
        }
    }
}

/// SEC-T6: the site URL alone makes the document, whatever a request says of itself.
#[tokio::test]
async fn nothing_that_a_request_says_changes_the_document() {
    let novi = Novi::start().await;
    let plain = novi.browser().get(OPENID).await.body;

    for (name, value) in [
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-proto", "http"),
        ("x-forwarded-port", "8443"),
        ("x-forwarded-prefix", "/evil"),
        ("forwarded", "host=evil.example;proto=http"),
        ("x-original-host", "evil.example"),
        ("x-original-url", "/evil"),
        ("origin", "https://evil.example"),
        ("referer", "https://evil.example/"),
        ("accept", "text/html"),
        ("accept-language", "fr"),
        ("cookie", "__Host-novi_sid=x"),
    ] {
        let page = novi.browser().with_header(name, value).get(OPENID).await;
        assert_eq!((page.status, &page.body), (200, &plain), "{name}");
    }
    let queried = novi.browser().get(&format!("{OPENID}?issuer=https://evil.example")).await;
    assert_eq!(queried.body, plain);
    let shouted = novi.browser_at("WWW.ACME.EXAMPLE").get(OPENID).await;
    assert_eq!(shouted.body, plain);
}

/// SECURITY.md 0.2: an admin who types a slash at the end asks for `//.well-known/…`.
#[tokio::test]
async fn a_slash_too_many_never_makes_another_issuer() {
    let novi = Novi::start().await;

    for path in [format!("/{OPENID}"), format!("{OPENID}/"), format!("//{OPENID}")] {
        let page = novi.browser().get(&path).await;
        assert_eq!(page.status, 404, "{path}");
        assert_eq!(
            page.location(),
            None,
            "a redirect would hide the mistake from some and not from others"
        );
    }
    assert_eq!(
        Issuer::parse("https://www.acme.example/").unwrap().as_str(),
        "https://www.acme.example"
    );
}

/// PLATFORMS.md 11.11: public clients in a browser read these; no cookie ever goes along.
#[tokio::test]
async fn other_origins_may_read_what_public_clients_need_and_nothing_else() {
    let novi = Novi::start().await;
    let forj = novi.client("Forj").await;
    let shared = [OPENID, OAUTH, "/oauth/jwks", "/oauth/token", "/oauth/userinfo"];

    for path in shared {
        let preflight = preflight(&forj, path).await;
        assert_eq!(preflight.status, 200, "{path}");
        assert_eq!(preflight.header("access-control-allow-origin"), Some("*"), "{path}");
        assert_eq!(preflight.header("access-control-allow-credentials"), None, "{path}");
        let allowed = preflight.header("access-control-allow-headers").unwrap().to_lowercase();
        assert!(allowed.contains("authorization") && allowed.contains("content-type"), "{path}");
    }
    for path in ["/oauth/authorize", "/log-in", "/log-out", "/account", "/admin/sso-clients"] {
        let preflight = preflight(&forj, path).await;
        assert_eq!(preflight.header("access-control-allow-origin"), None, "{path}");
        let page = novi.browser().with_header("origin", "https://app.example").get(path).await;
        assert_eq!(page.header("access-control-allow-origin"), None, "{path}");
    }
    let origin = [("origin", "https://app.example")];
    for refused in [
        forj.post("/oauth/token", &origin, "").await,
        forj.post("/oauth/userinfo", &origin, "").await,
    ] {
        assert!(refused.status >= 400);
        assert_eq!(refused.header("access-control-allow-origin"), Some("*"), "errors are read too");
    }
}

/// R14: from staging to live the site URL changes; what the platforms keep of their client stays.
#[tokio::test]
async fn when_the_site_url_moves_the_documents_say_the_new_one_and_clients_stay() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let live = Issuer::parse("https://live.acme.example").unwrap();

    let moved = associations::move_to(&novi.home().await, &live, &Actor::CommandLine).await;

    assert_eq!(moved.unwrap(), Ok(()));
    assert_eq!(novi.browser_at(HOME).get(OPENID).await.status, 421);
    let forj = forj.at("live.acme.example");
    assert_eq!(forj.get(OPENID).await["issuer"], live.as_str());
    let code = forj.code_for(&ann).await;
    assert_eq!(claims(&forj.exchange(&code).await["id_token"])["iss"], live.as_str());
}

/// The members of a discovery document that name an endpoint, with its path.
fn addresses(document: &Reply) -> Vec<(String, String)> {
    let issuer = document["issuer"].as_str().unwrap();
    let members = document.json.as_object().unwrap().iter();
    let urls = members.filter(|(name, _)| name.ends_with("_endpoint") || name.ends_with("_uri"));
    urls.map(|(name, url)| {
        let path = url.as_str().unwrap().strip_prefix(issuer);
        (name.clone(), path.expect("every URL begins with the issuer").to_owned())
    })
    .collect()
}

async fn conditional(forj: &Platform, path: &str, tag: &str) -> Reply {
    let request = Request::get(path).header(header::HOST, forj.host);
    forj.send(request.header(header::IF_NONE_MATCH, tag).body(Body::empty()).unwrap()).await
}

async fn preflight(forj: &Platform, path: &str) -> Reply {
    let request = Request::options(path)
        .header(header::HOST, forj.host)
        .header(header::ORIGIN, "https://app.example")
        .header(header::ACCESS_CONTROL_REQUEST_METHOD, "POST")
        .header(header::ACCESS_CONTROL_REQUEST_HEADERS, "authorization,content-type");
    forj.send(request.body(Body::empty()).unwrap()).await
}

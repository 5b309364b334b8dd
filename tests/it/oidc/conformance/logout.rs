//! RP-Initiated Logout OP.

use novi_sso::token::base64url;
use serde_json::{Value, json};

use super::suite::{Mode, Params, SignedIn, Suite, encoded, long_state, owned};
use crate::support::{CALLBACK, HOME, Novi, Page, Stranger, header_of, registered};

const LOGGED_OUT: &str = "https://acme.mobilize.io/post_logout_redirect";

#[tokio::test]
async fn oidcc_rp_initiated_logout_discovery_endpoint_verification() {
    let suite = Suite::start(Mode::Query).await;

    assert_eq!(suite.endpoint("end_session_endpoint"), "/log-out");
    let url = url::Url::parse(suite.op["end_session_endpoint"].as_str().unwrap()).unwrap();
    assert_eq!((url.scheme(), url.fragment()), ("https", None));
}

#[tokio::test]
async fn oidcc_rp_initiated_logout() {
    let (mut suite, signed_in) = signed_in().await;
    let state = long_state();

    let page = suite.logs_out(&usual(&signed_in, &state)).await;

    comes_back(&page, Some(&state));
    suite.is_signed_out().await;
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_bad_post_logout_redirect_uri() {
    let mut suite = suite().await;
    for wrong in [
        "https://acme.mobilize.io/post_logout_redirect/x",
        "https://acme.mobilize.io/",
        "https://evil.example/",
        CALLBACK,
    ] {
        let signed_in = suite.signs_in(&[]).await;
        let request = changed(usual(&signed_in, &long_state()), "post_logout_redirect_uri", wrong);

        let page = suite.asks_to_log_out(&request).await;
        stays(&page, &[wrong]);
        let page = suite.confirms(page).await;
        stays(&page, &[wrong]);
    }
}

/// The hint of the suite: the header says alg none, and there is no signature.
#[tokio::test]
async fn oidcc_rp_initiated_logout_modified_id_token_hint() {
    let mut suite = suite().await;
    let unsigned = |header: &str, claims: &str, _: &str| format!("{header}.{claims}.");
    let left =
        |header: &str, claims: &str, signature: &str| format!("{header}.{claims}.{signature}");

    for modified in [unsigned, left] {
        let signed_in = suite.signs_in(&[]).await;
        let parts: Vec<_> = signed_in.id_token().split('.').collect();
        let mut header = header_of(&signed_in.tokens["id_token"]);
        header["alg"] = "none".into();
        let hint = modified(&base64url(header.to_string()), parts[1], parts[2]);
        let request = changed(usual(&signed_in, &long_state()), "id_token_hint", &hint);

        let page = suite.asks_to_log_out(&request).await;
        stays(&page, &[LOGGED_OUT]);
        let page = suite.confirms(page).await;
        stays(&page, &[LOGGED_OUT]);
    }
}

/// Nor a client_id.
#[tokio::test]
async fn oidcc_rp_initiated_logout_no_id_token_hint() {
    let (mut suite, signed_in) = signed_in().await;
    let request = without(usual(&signed_in, &long_state()), "id_token_hint");

    let page = suite.asks_to_log_out(&request).await;
    stays(&page, &[LOGGED_OUT]);
    let page = suite.confirms(page).await;
    // A link that the person may follow, as OmniAuth's log-out needs it, is no redirect.
    stays(&page, &[]);
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_no_params() {
    let (mut suite, _) = signed_in().await;

    let page = suite.asks_to_log_out(&Params::new()).await;
    assert!(page.posts_to("/log-out"), "asks first: {}", page.text());
    assert!(suite.browser.is_signed_in(), "a link alone logs nobody out");
    let page = suite.confirms(page).await;

    stays(&page, &[LOGGED_OUT]);
    suite.is_signed_out().await;
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_no_post_logout_redirect_uri() {
    let (mut suite, signed_in) = signed_in().await;
    let request = without(usual(&signed_in, &long_state()), "post_logout_redirect_uri");

    let page = suite.logs_out(&request).await;

    stays(&page, &[]);
    suite.is_signed_out().await;
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_no_state() {
    let (mut suite, signed_in) = signed_in().await;
    let request = without(usual(&signed_in, "x"), "state");

    let page = suite.logs_out(&request).await;

    comes_back(&page, None);
    suite.is_signed_out().await;
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_only_state() {
    let (mut suite, _) = signed_in().await;

    let page = suite.logs_out(&owned(&[("state", &long_state())])).await;

    stays(&page, &[LOGGED_OUT]);
    suite.is_signed_out().await;
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_query_added_to_post_logout_redirect_uri() {
    let (mut suite, signed_in) = signed_in().await;
    let added = format!("{LOGGED_OUT}?foo=bar");
    let request = changed(usual(&signed_in, &long_state()), "post_logout_redirect_uri", &added);

    let page = suite.asks_to_log_out(&request).await;
    stays(&page, &[&added]);
    let page = suite.confirms(page).await;
    stays(&page, &[&added]);
}

/// Signed by the relying party itself, so with the audience as the issuer; and the same with the right claims.
#[tokio::test]
async fn oidcc_rp_initiated_logout_bad_id_token_hint() {
    let (mut suite, stranger) = (suite().await, Stranger::new());
    let as_of_the_suite = |right: &Value| {
        json!({ "iss": right["aud"], "aud": right["iss"], "sub": "SubjectID", "nonce": "flibble",
            "iat": right["iat"], "exp": right["exp"] })
    };
    let swapped = |right: &Value| {
        let mut claims = right.clone();
        (claims["iss"], claims["aud"]) = (right["aud"].clone(), right["iss"].clone());
        claims
    };

    for faked in [as_of_the_suite, swapped, Value::clone] {
        for says_kid in [false, true] {
            let signed_in = suite.signs_in(&[]).await;
            let claims = faked(&signed_in.claims);
            let kid = header_of(&signed_in.tokens["id_token"])["kid"].as_str().unwrap().to_owned();
            let hint = match says_kid {
                true => stranger.signs_as(&kid, &claims),
                false => stranger.signs(&claims),
            };
            let request = changed(usual(&signed_in, &long_state()), "id_token_hint", &hint);

            let page = suite.asks_to_log_out(&request).await;
            stays(&page, &[LOGGED_OUT]);
            let page = suite.confirms(page).await;
            stays(&page, &[LOGGED_OUT]);
        }
    }
}

impl Suite {
    /// Sends the person to the end-session endpoint; they do nothing there yet.
    pub async fn asks_to_log_out(&mut self, request: &Params) -> Page {
        let path = self.endpoint("end_session_endpoint");
        let query = encoded(request);
        let question = if query.is_empty() { path } else { format!("{path}?{query}") };
        self.browser.visit(&question).await
    }

    /// The person says yes, if they are asked.
    pub async fn confirms(&mut self, page: Page) -> Page {
        if page.location().is_some() || !page.posts_to("/log-out") {
            return page;
        }
        let page = self.browser.fill(&page, "/log-out", &[]).await;
        match page.location() {
            Some(to) if to.starts_with('/') => self.browser.visit(&to).await,
            _ => page,
        }
    }

    pub async fn logs_out(&mut self, request: &Params) -> Page {
        let page = self.asks_to_log_out(request).await;
        self.confirms(page).await
    }
}

/// With a client that registered where to go after a log-out.
async fn suite() -> Suite {
    let novi = Novi::start().await;
    let client = novi.client_that(HOME, "Suite", &[CALLBACK], |settings| {
        settings.post_logout_urls = vec![registered(LOGGED_OUT)];
    });
    let (client, member) = (client.await, novi.member("Ann").await);
    Suite::of(novi, client, member, Mode::Query).await
}

async fn signed_in() -> (Suite, SignedIn) {
    let mut suite = suite().await;
    let signed_in = suite.signs_in(&[]).await;
    (suite, signed_in)
}

/// What the suite sends to the end-session endpoint when it leaves nothing out.
fn usual(signed_in: &SignedIn, state: &str) -> Params {
    owned(&[
        ("id_token_hint", signed_in.id_token()),
        ("post_logout_redirect_uri", LOGGED_OUT),
        ("state", state),
    ])
}

fn changed(request: Params, name: &str, value: &str) -> Params {
    let mut request = without(request, name);
    request.push((name.to_owned(), value.to_owned()));
    request
}

fn without(mut request: Params, name: &str) -> Params {
    request.retain(|(known, _)| known != name);
    request
}

/// To the registered URL, with the state and nothing else.
fn comes_back(page: &Page, state: Option<&str>) {
    let location = page.location().unwrap_or_else(|| panic!("{} {}", page.status, page.text()));
    let expected = match state {
        Some(state) => format!("{LOGGED_OUT}?state={state}"),
        None => LOGGED_OUT.to_owned(),
    };
    assert_eq!(location, expected);
}

/// A page of our own, with no link or form that leads to these URLs.
fn stays(page: &Page, urls: &[&str]) {
    assert_eq!(page.location(), None);
    assert!([200, 400].contains(&page.status), "{} {}", page.status, page.text());
    assert!(!page.body.contains("http-equiv") && page.header("refresh").is_none());
    for way in urls.iter().flat_map(|url| [format!("href=\"{url}"), format!("action=\"{url}")]) {
        assert!(!page.body.contains(&way), "{}", page.body);
    }
}

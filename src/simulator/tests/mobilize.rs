//! A member signs in at the stand-in Mobilize.

use axum::http::StatusCode;
use serde_json::Value;

use super::fake_provider::honest;
use super::*;

fn row(name: &str, value: &str, source: &str) -> String {
    format!(r#"<tr><th scope="row">{name}</th><td><code>{value}</code></td><td>{source}</td></tr>"#)
}

#[tokio::test]
async fn a_member_signs_in_and_sees_each_claim_with_its_source() {
    let mut stage = Stage::mobilize(honest());

    let page = stage.sign_in(COMMUNITY).await;

    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    assert_eq!(page.visited.last().unwrap(), "https://acme.community.example/home");
    assert!(page.body.contains("Welcome, Ann"));
    for row in [
        row("sub", "5b1c", "ID token and userinfo"),
        row("iss", ASSOCIATION, "ID token"),
        row("email_verified", "true", "ID token"),
        row("company_name", "Acme Roofing", "userinfo"),
        row("family_name", "Ångström &#60;b&#62;", "ID token"),
    ] {
        assert!(page.body.contains(&row), "{row} is missing in {}", page.body);
    }
}

#[tokio::test]
async fn the_front_page_carries_the_configured_button_and_leads_members_home() {
    let mut stage = Stage::mobilize(honest());

    let before = stage.browser.get(COMMUNITY).await;
    stage.sign_in(COMMUNITY).await;
    let after = stage.browser.get(COMMUNITY).await;

    assert!(before.body.contains(r#"<form method="post" action="/users/auth/openidconnect">"#));
    assert!(before.body.contains("Log in with Acme"));
    assert!(after.visited.last().unwrap().ends_with("/home"));
    assert!(after.headers.contains_key("content-security-policy"));
}

#[tokio::test]
async fn the_authorization_request_is_the_one_the_library_sends() {
    let mut stage = Stage::mobilize(honest());

    let page = stage.sign_in(COMMUNITY).await;

    let sent = stage.provider.asked("/oauth/authorize").parameters;
    let hex32 =
        |name: &str| sent[name].len() == 32 && sent[name].chars().all(|c| c.is_ascii_hexdigit());
    assert!(page.visited[1].contains("scope=openid%20profile%20email"), "{}", page.visited[1]);
    assert_eq!(sent["client_id"], "7c9e");
    assert_eq!(sent["response_type"], "code");
    assert_eq!(
        sent["redirect_uri"],
        "https://acme.community.example/users/auth/openidconnect/callback"
    );
    assert!(hex32("state") && hex32("nonce") && sent["state"] != sent["nonce"]);
    assert_eq!(sent.len(), 6, "no PKCE, nothing else");
}

#[tokio::test]
async fn the_token_request_is_a_post_body_with_the_scope_in_it() {
    let mut stage = Stage::mobilize(honest());

    stage.sign_in(COMMUNITY).await;

    let sent = stage.token_request();
    assert_eq!(sent.authorization, None);
    assert_eq!(
        sent.parameters,
        [
            ("grant_type", "authorization_code"),
            ("code", "c0de"),
            ("redirect_uri", "https://acme.community.example/users/auth/openidconnect/callback"),
            ("scope", "openid profile email"),
            ("client_id", "7c9e"),
            ("client_secret", "s3cret+/="),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
    );
}

#[tokio::test]
async fn openid_is_added_to_a_scope_without_it() {
    let settings = Settings { scope: "profile groups".into(), ..settings() };
    let mut stage = Stage::mobilize_with(settings, honest());

    stage.sign_in(COMMUNITY).await;

    let sent = stage.provider.asked("/oauth/authorize").parameters;
    assert_eq!(sent["scope"], "openid profile groups");
}

#[tokio::test]
async fn discovery_and_keys_are_fetched_anew_for_each_sign_in() {
    let mut stage = Stage::mobilize(honest());

    stage.sign_in(COMMUNITY).await;
    stage.sign_in(COMMUNITY).await;

    assert_eq!(stage.provider.all_asked("/.well-known/openid-configuration").len(), 4);
    assert_eq!(stage.provider.all_asked("/oauth/jwks").len(), 2);
}

#[tokio::test]
async fn on_a_custom_domain_the_registered_callback_hands_the_answer_over() {
    let mut stage = Stage::mobilize(honest());

    let page = stage.sign_in(CUSTOM_DOMAIN).await;

    let sites: Vec<_> = page.visited.iter().map(|url| url.split('?').next().unwrap()).collect();
    assert_eq!(
        sites,
        [
            "https://talk.acme.example/users/auth/openidconnect",
            "https://www.acme.example/oauth/authorize",
            "https://acme.community.example/users/auth/openidconnect/callback",
            "https://talk.acme.example/users/auth/openidconnect/callback",
            "https://talk.acme.example/home",
        ]
    );
    let query = |place: usize| page.visited[place].split_once('?').unwrap().1;
    assert_eq!(query(2), query(3), "the query is kept byte for byte");
    assert!(page.body.contains("Welcome, Ann"));
    let redirect_uri = &stage.token_request().parameters["redirect_uri"];
    assert!(redirect_uri.starts_with(COMMUNITY), "{redirect_uri}");
}

#[tokio::test]
async fn an_error_on_a_custom_domain_is_shown_there() {
    let mut stage = Stage::mobilize(Behaviour {
        callback: |answer| {
            answer.remove("code");
            answer.insert("error".into(), "access_denied".into());
        },
        ..honest()
    });

    let page = stage.sign_in(CUSTOM_DOMAIN).await;

    assert!(page.visited.last().unwrap().starts_with(CUSTOM_DOMAIN));
    assert!(page.body.contains("<code>access_denied</code>"));
}

#[tokio::test]
async fn logging_out_sends_nothing_but_the_way_back() {
    let mut stage = Stage::mobilize(honest());
    stage.sign_in(COMMUNITY).await;

    let page = stage
        .browser
        .post(&format!("{COMMUNITY}/users/auth/openidconnect/logout"), COMMUNITY)
        .await;
    let home = stage.browser.get(&format!("{COMMUNITY}/home")).await;

    assert_eq!(page.body, "logged out, 1 parameters");
    let sent = stage.provider.asked("/log-out").parameters;
    assert_eq!(sent["post_logout_redirect_uri"], "https://acme.community.example/");
    assert_eq!(home.visited.last().unwrap(), "https://acme.community.example/");
}

#[tokio::test]
async fn without_an_end_session_endpoint_only_its_own_session_ends() {
    let mut stage = Stage::mobilize(Behaviour {
        discovery: |document| set(document, "end_session_endpoint", Value::Null),
        ..honest()
    });
    stage.sign_in(COMMUNITY).await;

    let page = stage.browser.get(&format!("{COMMUNITY}/users/auth/openidconnect/logout")).await;
    let home = stage.browser.get(&format!("{COMMUNITY}/home")).await;

    assert_eq!(page.visited.last().unwrap(), "https://acme.community.example/");
    assert_eq!(home.visited.last().unwrap(), "https://acme.community.example/");
}

//! Introspection (RFC 7662) and what tokens are meant for (RFC 8707).

use novi_sso::clients::{Settings, TokenAuthMethod};
use serde_json::{Value, json};

use crate::support::{CALLBACK, ELSEWHERE, HOME, Member, Novi, Platform};

const OFFLINE: &str = "openid email offline_access";
const API: &str = "https://api.acme.example";

async fn resource_server(novi: &Novi, name: &str, url: &str) -> Platform {
    let set = |settings: &mut Settings| settings.resource_url = Some(url.to_owned());
    novi.client_that(HOME, name, &[CALLBACK], set).await
}

async fn says(client: &Platform, token: &str) -> Value {
    let reply = client.introspect(token).await;
    assert_eq!(reply.status, 200, "{}", reply.json);
    assert_eq!(reply.header("content-type"), Some("application/json"));
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    reply.json
}

/// §2.2: "SHOULD NOT include any additional information about an inactive token, including why".
fn nothing() -> Value {
    json!({ "active": false })
}

fn now(novi: &Novi) -> i64 {
    novi.clock.now().unix_seconds()
}

#[tokio::test]
async fn a_client_reads_what_its_own_tokens_are_good_for() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let bought = forj.tokens_for(&ann, OFFLINE).await;
    let issued_at = now(&novi);

    novi.clock.advance(60);
    let access = says(&forj, bought.text("access_token")).await;
    let refresh = says(&forj, bought.text("refresh_token")).await;

    let mut expected = json!({
        "active": true,
        "scope": OFFLINE,
        "client_id": forj.client_id,
        "token_type": "Bearer",
        "iat": issued_at,
        "exp": issued_at + 600,
        "sub": ann.id.as_str(),
        "iss": "https://www.acme.example",
    });
    assert_eq!(access, expected);
    expected.as_object_mut().unwrap().remove("token_type");
    expected["exp"] = json!(issued_at + 14 * 24 * 3600);
    assert_eq!(refresh, expected);
    let next = forj.refresh(bought.text("refresh_token")).await;
    let access = says(&forj, next.text("access_token")).await;
    assert_eq!(
        (&access["iat"], &access["exp"]),
        (&(issued_at + 60).into(), &(issued_at + 660).into())
    );
}

/// SEC-C4: of another's token nobody is told so much as that it is one.
#[tokio::test]
async fn of_a_token_of_another_client_nothing_is_said() {
    let novi = Novi::start().await;
    let ann = novi.member("Ann").await;
    let forj =
        novi.client_that(HOME, "Forj", &[CALLBACK], |settings| settings.is_machine = true).await;
    let bought = forj.tokens_for(&ann, OFFLINE).await;
    let machine = forj.acts_for_itself(&[]).await;
    let elsewhere = novi.client_at(ELSEWHERE, "Forj", &[CALLBACK], TokenAuthMethod::Secret).await;
    let strangers =
        [novi.client("Stranger").await, resource_server(&novi, "Api", API).await, elsewhere];

    for stranger in &strangers {
        for token in [
            bought.text("access_token"),
            bought.text("refresh_token"),
            machine.text("access_token"),
            "unknown",
        ] {
            assert_eq!(says(stranger, token).await, nothing());
        }
    }
}

/// RFC 8707 §2: what the member's token is meant for, its server may look at.
#[tokio::test]
async fn a_resource_server_sees_the_access_tokens_that_are_meant_for_it() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let api = resource_server(&novi, "Api", API).await;
    let other = resource_server(&novi, "Other", "https://other.acme.example").await;

    let bought = forj.tokens_for_with(&ann, &[("scope", OFFLINE), ("resource", API)]).await;
    let seen = says(&api, bought.text("access_token")).await;

    assert_eq!(seen["active"], true);
    assert_eq!(seen["aud"], api.client_id.as_str());
    assert_eq!(seen["client_id"], forj.client_id.as_str());
    assert_eq!((&seen["sub"], &seen["scope"]), (&ann.id.as_str().into(), &OFFLINE.into()));
    assert_eq!(says(&api, bought.text("refresh_token")).await, nothing(), "access tokens only");
    assert_eq!(says(&other, bought.text("access_token")).await, nothing());
    assert_eq!(says(&forj, bought.text("access_token")).await["aud"], api.client_id.as_str());
    assert_eq!(forj.userinfo(bought.text("access_token")).await.status, 200);

    let next = forj.refresh(bought.text("refresh_token")).await;
    assert_eq!(says(&api, next.text("access_token")).await["active"], true, "refreshed too");
    assert_eq!(says(&api, bought.text("access_token")).await, nothing());
}

/// The one that calls for nobody's attention: some clients name a resource in every request.
#[tokio::test]
async fn a_token_for_a_resource_that_nobody_has_is_for_nobody() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let api = resource_server(&novi, "Api", API).await;

    for resource in ["https://unknown.example", "https://api.acme.example/", "urn:api", "x"] {
        let bought = forj.tokens_for_with(&ann, &[("resource", resource)]).await;
        let own = says(&forj, bought.text("access_token")).await;
        assert_eq!((&own["active"], own.get("aud")), (&true.into(), None), "{resource}");
        assert_eq!(says(&api, bought.text("access_token")).await, nothing(), "{resource}");
    }
}

/// A client that is no resource server any more, or is one for something else.
#[tokio::test]
async fn who_stops_being_a_resource_server_sees_its_own_tokens_only() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let api = resource_server(&novi, "Api", API).await;
    let bought = forj.tokens_for_with(&ann, &[("resource", API)]).await;
    let own = api.tokens_for(&ann, "openid").await;
    assert_eq!(says(&api, bought.text("access_token")).await["active"], true);

    api.change(|settings| settings.resource_url = None).await;

    assert_eq!(says(&api, bought.text("access_token")).await, nothing());
    assert_eq!(says(&api, own.text("access_token")).await["active"], true);
    assert_eq!(says(&forj, bought.text("access_token")).await["active"], true);
}

/// §2.2: "If the token is not active", for whatever reason.
#[tokio::test]
async fn what_has_expired_or_was_revoked_or_replaced_is_inactive_for_everybody() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let api = resource_server(&novi, "Api", API).await;
    let asked = [("scope", OFFLINE), ("resource", API)];
    let inactive = |access: String| {
        let (forj, api) = (&forj, &api);
        async move {
            assert_eq!(says(forj, &access).await, nothing());
            assert_eq!(says(api, &access).await, nothing());
        }
    };

    let revoked = forj.tokens_for_with(&ann, &asked).await;
    forj.revoke(revoked.text("access_token")).await;
    inactive(revoked.text("access_token").to_owned()).await;

    let replaced = forj.tokens_for_with(&ann, &asked).await;
    forj.refresh(replaced.text("refresh_token")).await;
    inactive(replaced.text("access_token").to_owned()).await;
    assert_eq!(says(&forj, replaced.text("refresh_token")).await, nothing());

    let replayed = forj.code_for_with(&ann, &asked).await;
    let bought = forj.exchange(&replayed).await;
    forj.exchange(&replayed).await;
    inactive(bought.text("access_token").to_owned()).await;
    assert_eq!(says(&forj, bought.text("refresh_token")).await, nothing());

    let expired = forj.tokens_for_with(&ann, &asked).await;
    novi.clock.advance(599);
    assert_eq!(says(&api, expired.text("access_token")).await["active"], true);
    novi.clock.advance(1);
    inactive(expired.text("access_token").to_owned()).await;
    assert_eq!(says(&forj, expired.text("refresh_token")).await["active"], true);
}

/// SEC-B3: what is no access or refresh token has nothing to be said about.
#[tokio::test]
async fn codes_id_tokens_and_sessions_are_no_tokens_here() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let mut browser = novi.browser();
    let page = forj.signs_in(&mut browser, &ann).await;
    let code = page.sent("code").unwrap();
    let id_token = forj.tokens_for(&ann, "openid").await;

    let session = browser.session().unwrap();
    for other in [&*code, id_token.text("id_token"), session, &forj.secret, &forj.client_id] {
        assert_eq!(says(&forj, other).await, nothing());
    }
    assert_eq!(forj.exchange(&code).await.status, 200, "looking has not consumed it");
}

/// §2.1: "the endpoint MUST also require some form of authorization".
#[tokio::test]
async fn who_cannot_prove_who_it_is_is_told_nothing() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let app = novi.client_at(HOME, "App", &[CALLBACK], TokenAuthMethod::None).await;
    let (own, public) =
        (forj.tokens_for(&ann, "openid").await, app.tokens_for(&ann, "openid").await);

    let asks = |changes: Vec<(&'static str, &'static str)>| {
        let (forj, token) = (&forj, ("token", own.text("access_token")));
        async move { forj.post_form("/oauth/introspect", &[token], &changes).await }
    };
    let refused = [
        app.introspect(public.text("access_token")).await,
        asks(vec![("client_secret", "wrong")]).await,
        asks(vec![("client_secret", "")]).await,
        asks(vec![("client_id", ""), ("client_secret", "")]).await,
    ];
    for reply in &refused {
        assert_eq!(reply.refusal(), (401, "invalid_client"));
        assert_eq!(reply["active"], Value::Null);
    }
    assert_eq!(asks(vec![("token", "")]).await.refusal(), (400, "invalid_request"));
    let by_get = forj.get(&format!("/oauth/introspect?token={}", own.text("access_token"))).await;
    assert_eq!((by_get.status, by_get.header("allow")), (405, Some("POST")));
    let bearer = [
        ("authorization", &*format!("Bearer {}", own.text("access_token"))),
        ("content-type", "application/x-www-form-urlencoded"),
    ];
    let body = format!("token={}", own.text("access_token"));
    let by_bearer = forj.post("/oauth/introspect", &bearer, &body).await;
    assert_eq!(by_bearer.refusal(), (401, "invalid_client"), "an access token is no client");
}

/// §2.1: the hint is a hint.
#[tokio::test]
async fn a_wrong_hint_hides_nothing() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let bought = forj.tokens_for(&ann, OFFLINE).await;

    for kind in ["access_token", "refresh_token"] {
        for hint in ["access_token", "refresh_token", "nonsense"] {
            let asked = [("token", bought.text(kind)), ("token_type_hint", hint)];
            let reply = forj.post_form("/oauth/introspect", &asked, &[]).await;
            assert_eq!(reply["active"], true, "{kind} called {hint}");
        }
    }
}

/// SEC-C3.
#[tokio::test]
async fn a_token_that_differs_in_one_character_is_inactive() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let access = token_of(&forj, &ann).await;

    for place in 0..access.len() {
        let other = if access[place..].starts_with('A') { "B" } else { "A" };
        let changed = format!("{}{other}{}", &access[..place], &access[place + 1..]);
        assert_eq!(says(&forj, &changed).await, nothing());
        let prefix = &access[..place];
        assert!(prefix.is_empty() || says(&forj, prefix).await == nothing());
    }
    assert_eq!(says(&forj, &format!("{access}A")).await, nothing());
    assert_eq!(says(&forj, &access).await["active"], true);
}

async fn token_of(client: &Platform, member: &Member) -> String {
    client.tokens_for(member, "openid").await.text("access_token").to_owned()
}

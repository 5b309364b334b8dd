//! Revocation (RFC 7009).

use axum::body::Body;
use axum::http::{Request, header};
use novi_sso::clients::TokenAuthMethod;

use crate::support::{CALLBACK, ELSEWHERE, HOME, Novi, Platform, Reply};

const OFFLINE: &str = "openid profile email offline_access";
const REFUSED: (u16, &str) = (400, "invalid_grant");

async fn is_live(client: &Platform, token: &str) -> bool {
    client.introspect(token).await["active"] == true
}

fn is_done(reply: &Reply) -> bool {
    reply.status == 200
        && reply.json.is_null()
        && reply.header("content-length") == Some("0")
        && reply.header("cache-control") == Some("no-store")
}

/// §2.1: an access token ends; what it came with need not.
#[tokio::test]
async fn an_access_token_ends_alone() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let bought = forj.tokens_for(&ann, OFFLINE).await;
    let other = forj.tokens_for(&ann, OFFLINE).await;
    let access = bought.text("access_token");

    assert!(is_done(&forj.revoke(access).await));

    assert_eq!(forj.userinfo(access).await.status, 401);
    assert!(!is_live(&forj, access).await);
    assert_eq!(forj.userinfo(other.text("access_token")).await.status, 200);
    let next = forj.refresh(bought.text("refresh_token")).await;
    assert_eq!(forj.userinfo(next.text("access_token")).await.status, 200);
}

/// §2.1: "If the particular token is a refresh token […] the authorization server SHOULD also invalidate
/// all access tokens based on the same authorization grant".
#[tokio::test]
async fn a_refresh_token_takes_the_access_token_along() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let other = forj.tokens_for(&ann, OFFLINE).await;

    // The live one; and one that was used already, whose successor may be in a thief's hands.
    for is_live in [true, false] {
        let first = forj.tokens_for(&ann, OFFLINE).await;
        let second = forj.refresh(first.text("refresh_token")).await;
        let revoked = if is_live { &second } else { &first };

        assert!(is_done(&forj.revoke(revoked.text("refresh_token")).await));

        assert_eq!(forj.userinfo(second.text("access_token")).await.status, 401);
        for token in [&first, &second] {
            let refused = forj.refresh(token.text("refresh_token")).await;
            assert_eq!(refused.refusal(), REFUSED, "not even as a second try");
        }
    }
    assert_eq!(forj.userinfo(other.text("access_token")).await.status, 200);
    assert_eq!(novi.events("grant.refresh_token_replayed").await, 0, "no alarm for an orderly end");
}

/// The retry of ARCHITECTURE.md 3.5 brings nothing back.
#[tokio::test]
async fn a_second_try_does_not_revive_an_access_token() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let bought = forj.tokens_for(&ann, OFFLINE).await;
    let lost = forj.refresh(bought.text("refresh_token")).await;
    forj.revoke(lost.text("access_token")).await;

    let again = forj.refresh(bought.text("refresh_token")).await;

    assert_eq!(again["expires_in"], 0, "{}", again.json);
    assert_eq!(forj.userinfo(again.text("access_token")).await.status, 401);
}

/// §2.2: "invalid tokens do not cause an error response since the client cannot handle such an error in
/// a reasonable way."
#[tokio::test]
async fn a_token_that_is_none_is_revoked_already() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let code = forj.code_for(&ann).await;
    let bought = forj.tokens_for(&ann, OFFLINE).await;
    let long = "x".repeat(4000);

    for token in ["nonsense", "ünïcode", &code, bought.text("id_token"), &forj.secret, &long] {
        assert!(is_done(&forj.revoke(token).await), "{token}");
    }
    for _ in 0..2 {
        assert!(is_done(&forj.revoke(bought.text("refresh_token")).await));
        assert!(is_done(&forj.revoke(bought.text("access_token")).await));
    }
    assert_eq!(forj.exchange(&code).await.status, 200, "a code is no token");
}

/// §2.1: "whether the token was issued to the client making the revocation request".
#[tokio::test]
async fn a_token_of_another_client_is_refused_and_stays_as_it_is() {
    let novi = Novi::start().await;
    let ann = novi.member("Ann").await;
    let is_machine = |settings: &mut novi_sso::clients::Settings| settings.is_machine = true;
    let forj = novi.client_that(HOME, "Forj", &[CALLBACK], is_machine).await;
    let strangers = [
        novi.client("Stranger").await,
        novi.client_at(HOME, "App", &[CALLBACK], TokenAuthMethod::None).await,
    ];
    let first = forj.tokens_for(&ann, OFFLINE).await;
    let bought = forj.refresh(first.text("refresh_token")).await;
    let machine = forj.acts_for_itself(&[]).await;
    let tokens = [
        first.text("refresh_token"),
        bought.text("refresh_token"),
        bought.text("access_token"),
        machine.text("access_token"),
    ];

    for stranger in &strangers {
        for token in tokens {
            assert_eq!(stranger.revoke(token).await.refusal(), REFUSED);
        }
    }
    let elsewhere = novi.client_at(ELSEWHERE, "Forj", &[CALLBACK], TokenAuthMethod::Secret).await;
    for token in tokens {
        assert!(is_done(&elsewhere.revoke(token).await), "there is no such token there");
    }

    for token in &tokens[1..] {
        assert!(is_live(&forj, token).await);
    }
    assert_eq!(forj.refresh(bought.text("refresh_token")).await.status, 200);
}

/// §2.1: "An authorization server MAY ignore this parameter".
#[tokio::test]
async fn a_wrong_hint_misleads_nobody() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);

    for kind in ["access_token", "refresh_token"] {
        for hint in ["access_token", "refresh_token", "id_token", "nonsense"] {
            let bought = forj.tokens_for(&ann, OFFLINE).await;
            let asked = [("token", bought.text(kind)), ("token_type_hint", hint)];
            assert!(is_done(&forj.post_form("/oauth/revoke", &asked, &[]).await));
            assert!(!is_live(&forj, bought.text(kind)).await, "{kind} called {hint}");
        }
    }
}

/// §2.1 with RFC 6749 §2.3: the client proves itself as at the token endpoint.
#[tokio::test]
async fn who_revokes_says_who_it_is() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let app = novi.client_at(HOME, "App", &[CALLBACK], TokenAuthMethod::None).await;
    let (bought, public) =
        (forj.tokens_for(&ann, OFFLINE).await, app.tokens_for(&ann, OFFLINE).await);
    let token = bought.text("refresh_token");
    let revoke = |changes: Vec<(&'static str, &'static str)>| {
        let (forj, token) = (&forj, ("token", token));
        async move { forj.post_form("/oauth/revoke", &[token], &changes).await }
    };

    let refused = [
        (revoke(vec![("client_secret", "wrong")]).await, (401, "invalid_client")),
        (revoke(vec![("client_secret", "")]).await, (401, "invalid_client")),
        (revoke(vec![("client_id", ""), ("client_secret", "")]).await, (401, "invalid_client")),
        (revoke(vec![("token", "")]).await, (400, "invalid_request")),
    ];
    for (reply, refusal) in &refused {
        assert_eq!(reply.refusal(), *refusal);
        assert_eq!(reply.header("cache-control"), Some("no-store"));
    }
    let by_get = forj.get(&format!("/oauth/revoke?token={token}")).await;
    assert_eq!((by_get.status, by_get.header("allow")), (405, Some("POST")));
    assert!(is_live(&forj, token).await);

    assert!(is_done(&app.revoke(public.text("refresh_token")).await));
    assert_eq!(app.refresh(public.text("refresh_token")).await.refusal(), REFUSED);
}

/// SEC-B9: what the database did not do was not done.
#[tokio::test]
async fn where_the_database_fails_nothing_is_said_to_be_revoked() {
    let novi = Novi::start().await;
    let ann = novi.member("Ann").await;
    let is_machine = |settings: &mut novi_sso::clients::Settings| settings.is_machine = true;
    let forj = novi.client_that(HOME, "Forj", &[CALLBACK], is_machine).await;
    let bought = forj.tokens_for(&ann, OFFLINE).await;
    let machine = forj.acts_for_itself(&[]).await;
    let tokens = [
        bought.text("access_token"),
        bought.text("refresh_token"),
        machine.text("access_token"),
        "unknown",
    ];
    let failing = (503, "temporarily_unavailable");

    novi.tamper("alter table grants rename to grants_away").await;
    for token in tokens {
        assert_eq!(forj.revoke(token).await.refusal(), failing);
        assert_eq!(forj.introspect(token).await.refusal(), failing, "nor to be inactive");
    }
    novi.tamper("alter table grants_away rename to grants").await;
    novi.tamper("alter table machine_tokens rename to machine_tokens_away").await;
    for token in &tokens[1..] {
        assert_eq!(forj.revoke(token).await.refusal(), failing);
    }
    novi.tamper("alter table machine_tokens_away rename to machine_tokens").await;

    for token in &tokens[..3] {
        assert!(is_live(&forj, token).await);
        assert!(is_done(&forj.revoke(token).await));
        assert!(!is_live(&forj, token).await);
    }
}

/// SEC-B9, where the change itself is what fails, not the look at it.
#[tokio::test]
async fn a_revocation_that_cannot_be_written_is_not_acknowledged() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let bought = forj.tokens_for(&ann, OFFLINE).await;
    let (deny, allow) = if novi.on_sqlite() {
        (
            "create trigger deny before update on grants begin select raise(abort, 'denied'); end",
            "drop trigger deny",
        )
    } else {
        (
            "create function deny() returns trigger language plpgsql
                 as 'begin raise exception ''denied''; end';
             create trigger deny before update on grants for each row execute function deny()",
            "drop trigger deny on grants",
        )
    };

    novi.tamper(deny).await;
    for kind in ["access_token", "refresh_token"] {
        let reply = forj.revoke(bought.text(kind)).await;
        assert_eq!(reply.refusal(), (503, "temporarily_unavailable"), "{kind}");
    }
    novi.tamper(allow).await;

    assert!(is_live(&forj, bought.text("access_token")).await);
    assert!(is_done(&forj.revoke(bought.text("refresh_token")).await));
    assert_eq!(forj.userinfo(bought.text("access_token")).await.status, 401);
}

/// PLATFORMS.md 11.11: a public client in a browser logs out by itself; no cookie goes along.
#[tokio::test]
async fn other_origins_may_revoke_and_may_not_introspect() {
    let novi = Novi::start().await;
    let forj = novi.client("Forj").await;
    let preflight = |path: &'static str| {
        let request = Request::options(path)
            .header(header::HOST, forj.host)
            .header(header::ORIGIN, "https://app.example")
            .header(header::ACCESS_CONTROL_REQUEST_METHOD, "POST")
            .header(header::ACCESS_CONTROL_REQUEST_HEADERS, "authorization,content-type");
        forj.send(request.body(Body::empty()).unwrap())
    };

    let open = preflight("/oauth/revoke").await;
    assert_eq!(open.status, 200);
    assert_eq!(open.header("access-control-allow-origin"), Some("*"));
    assert_eq!(open.header("access-control-allow-credentials"), None);
    let origin = [("origin", "https://app.example")];
    let refused = forj.post("/oauth/revoke", &origin, "").await;
    assert_eq!(refused.header("access-control-allow-origin"), Some("*"), "errors are read too");
    for path in ["/oauth/introspect", "/oauth/par"] {
        assert_eq!(preflight(path).await.header("access-control-allow-origin"), None, "{path}");
        let refused = forj.post(path, &origin, "").await;
        assert_eq!(refused.header("access-control-allow-origin"), None, "{path}");
    }
}

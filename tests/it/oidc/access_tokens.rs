//! Access tokens: how they are shown, and when they end.

use axum::body::Body;
use axum::http::{Request, header};
use novi_sso::clients;
use novi_sso::events::Actor;
use novi_sso::members::{self, Password};

use crate::support::{Member, Novi, Platform, Reply};

const FORM: &str = "application/x-www-form-urlencoded";

/// RFC 6750 §2: "Clients MUST NOT use more than one method to transmit the token in each request."
#[tokio::test]
async fn a_token_that_comes_twice_is_refused() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let access = token(&forj, &ann, "openid").await;
    let (bearer, form) = (format!("Bearer {access}"), format!("access_token={access}"));
    let with = ("authorization", &*bearer);
    let kind = ("content-type", FORM);

    let twice = [
        forj.post("/oauth/userinfo", &[with, kind], &form).await,
        forj.post("/oauth/userinfo", &[with, kind], "access_token=x").await,
        forj.post("/oauth/userinfo", &[with, with], "").await,
        forj.post("/oauth/userinfo", &[with, ("authorization", "Bearer x")], "").await,
        forj.post("/oauth/userinfo", &[kind], &format!("{form}&{form}")).await,
        forj.post(&format!("/oauth/userinfo?{form}"), &[kind], &form).await,
    ];

    for (place, reply) in twice.iter().enumerate() {
        assert_eq!((reply.status, &reply["error"]), (400, &"invalid_request".into()), "{place}");
    }
    assert_eq!(forj.userinfo(&access).await.status, 200);
}

/// RFC 6750 §3: a challenge with every 401, and no error code for those who showed nothing.
#[tokio::test]
async fn without_a_good_token_userinfo_answers_401_with_a_challenge() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let access = token(&forj, &ann, "openid").await;

    let nothing = [
        forj.get("/oauth/userinfo").await,
        forj.get(&format!("/oauth/userinfo?access_token={access}")).await,
        forj.post("/oauth/userinfo", &[], "").await,
        forj.post("/oauth/userinfo", &[("content-type", FORM)], "").await,
        forj.post(
            "/oauth/userinfo",
            &[("content-type", "application/json")],
            &format!("{{\"access_token\":\"{access}\"}}"),
        )
        .await,
        forj.post(
            "/oauth/userinfo",
            &[("content-type", "text/plain")],
            &format!("access_token={access}"),
        )
        .await,
    ];
    let mut bad = vec![
        forj.userinfo("x").await,
        forj.userinfo(&"x".repeat(5000)).await,
        forj.post("/oauth/userinfo", &[("content-type", FORM)], "access_token=x").await,
    ];
    for header in
        [access.clone(), format!("Token {access}"), "Bearer".to_owned(), "Basic eDp5".to_owned()]
    {
        bad.push(with_header(&forj, &header).await);
    }

    for (place, reply) in nothing.iter().enumerate() {
        assert_eq!(reply.status, 401, "{place}");
        let challenge = reply.header("www-authenticate").unwrap();
        assert!(challenge.starts_with("Bearer"), "{place} {challenge}");
        assert!(!challenge.contains("error"), "{place} {challenge}");
    }
    for (place, reply) in bad.iter().enumerate() {
        assert_eq!((reply.status, &reply["error"]), (401, &"invalid_token".into()), "{place}");
        let challenge = reply.header("www-authenticate").unwrap();
        assert!(challenge.starts_with("Bearer ") && challenge.contains("error=\"invalid_token\""));
    }
}

/// ARCHITECTURE.md 3.5, RFC 6750 §3.1.
#[tokio::test]
async fn a_token_without_openid_and_profile_opens_nothing() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);

    for scope in ["email", "groups", "phone address email groups"] {
        let access = token(&forj, &ann, scope).await;
        let reply = forj.userinfo(&access).await;

        assert_eq!((reply.status, &reply["error"]), (403, &"insufficient_scope".into()), "{scope}");
        let challenge = reply.header("www-authenticate").unwrap();
        assert!(
            challenge.starts_with("Bearer ") && challenge.contains("error=\"insufficient_scope\"")
        );
    }
}

#[tokio::test]
async fn an_access_token_lives_ten_minutes() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let access = token(&forj, &ann, "openid").await;

    novi.clock.advance(599);
    assert_eq!(forj.userinfo(&access).await.status, 200);
    novi.clock.advance(1);

    assert_eq!(forj.userinfo(&access).await.status, 401);
}

/// R71, SEC-C5, SEC-D5, SEC-D7: at once, and on every node.
#[tokio::test]
async fn a_token_dies_with_its_member_its_password_and_its_client() {
    let novi = Novi::start().await;
    let node = novi.another_node().await;
    let (site, actor) = (novi.home().await, Actor::CommandLine);
    let (ann, bob) = (novi.member("Ann").await, novi.member("Bob").await);
    let (forj, off, gone) =
        (novi.client("Forj").await, novi.client("Off").await, novi.client("Gone").await);
    let mut kept = Vec::new();
    for (client, member) in [(&forj, &ann), (&forj, &bob), (&off, &ann), (&gone, &bob)] {
        let access = token(client, member, "openid").await;
        assert_eq!(client.on(&node).userinfo(&access).await.status, 200);
        kept.push((client.clone(), access));
    }
    let cem = novi.member("Cem").await;
    let untouched = token(&forj, &cem, "openid").await;

    assert!(clients::disable(&site, &off.client_id.parse().unwrap(), "Ann", &actor).await.unwrap());
    assert!(clients::delete(&site, &gone.client_id.parse().unwrap(), &actor).await.unwrap());
    assert!(members::deactivate(&site, &ann.id, &actor).await.unwrap());
    let password = Password::typed("another kettle on monday").unwrap();
    let hash = novi.app.hashing.hash(password).await.unwrap();
    let mut tx = site.write().await.unwrap();
    assert!(members::set_password(&mut tx, &novi.app.vault, &bob.id, &hash, &actor).await.unwrap());
    tx.commit().await.unwrap();

    for (client, access) in &kept {
        assert_eq!(client.userinfo(access).await.status, 401);
        assert_eq!(client.on(&node).userinfo(access).await.status, 401);
    }
    assert_eq!(forj.userinfo(&untouched).await.status, 200);
    // What was ended stays ended.
    assert!(members::reactivate(&site, &ann.id, &actor).await.unwrap());
    assert!(clients::enable(&site, &off.client_id.parse().unwrap(), &actor).await.unwrap());
    for (client, access) in &kept {
        assert_eq!(client.userinfo(access).await.status, 401);
    }
}

/// SEC-C3: a token is good as a whole or not at all.
#[tokio::test]
async fn no_part_and_no_near_miss_of_a_token_opens_anything() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let access = token(&forj, &ann, "openid").await;
    let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    let mut wrong: Vec<String> = (0..access.len()).map(|end| access[..end].to_owned()).collect();
    wrong.extend((1..=access.len()).map(|start| access[start..].to_owned()));
    for place in 0..access.len() {
        for letter in letters.chars().filter(|letter| !access[place..].starts_with(*letter)) {
            wrong.push(format!("{}{letter}{}", &access[..place], &access[place + 1..]));
        }
    }
    for end in letters.chars().chain("=.~+/%".chars()) {
        wrong.push(format!("{access}{end}"));
        wrong.push(format!("{end}{access}"));
    }
    wrong.extend([
        access.to_uppercase(),
        access.to_lowercase(),
        access.repeat(2),
        format!("{access} {access}"),
    ]);
    wrong.retain(|other| *other != access);

    assert!(wrong.len() > 43 * 63);
    for other in wrong {
        assert_eq!(forj.userinfo(&other).await.status, 401, "{other}");
    }
    assert_eq!(forj.userinfo(&access).await.status, 200);
}

async fn with_header(forj: &Platform, authorization: &str) -> Reply {
    let request = Request::get("/oauth/userinfo").header(header::HOST, forj.host);
    let request = request.header(header::AUTHORIZATION, authorization);
    forj.send(request.body(Body::empty()).unwrap()).await
}

async fn token(client: &Platform, member: &Member, scope: &str) -> String {
    let code = client.code_for_with(member, &[("scope", scope)]).await;
    let reply = client.exchange(&code).await;
    assert_eq!(reply.status, 200, "{}", reply.json);
    reply["access_token"].as_str().unwrap().to_owned()
}

//! Machines: the client credentials grant (RFC 6749 §4.4), with `resource` (RFC 8707).

use novi_sso::clients::{self, Settings, TokenAuthMethod};
use novi_sso::events::Actor;
use novi_sso::housekeeping;
use serde_json::{Value, json};

use crate::support::{CALLBACK, ELSEWHERE, HOME, Novi, Platform};

const API: &str = "https://api.acme.example";

async fn machine(novi: &Novi) -> Platform {
    novi.client_that(HOME, "Robot", &[CALLBACK], |settings| settings.is_machine = true).await
}

async fn resource_server(novi: &Novi) -> Platform {
    let set = |settings: &mut Settings| settings.resource_url = Some(API.to_owned());
    novi.client_that(HOME, "Api", &[CALLBACK], set).await
}

async fn token(robot: &Platform, changes: &[(&str, &str)]) -> String {
    let reply = robot.acts_for_itself(changes).await;
    assert_eq!(reply.status, 200, "{}", reply.json);
    reply.text("access_token").to_owned()
}

async fn says(client: &Platform, token: &str) -> Value {
    client.introspect(token).await.json
}

fn nothing() -> Value {
    json!({ "active": false })
}

/// §4.4.3: "A refresh token SHOULD NOT be included." Nobody signed in, so there is no ID token either.
#[tokio::test]
async fn a_machine_gets_an_access_token_and_nothing_else() {
    let novi = Novi::start().await;
    let robot = machine(&novi).await;

    let reply = robot.acts_for_itself(&[]).await;

    let mut members: Vec<_> = reply.json.as_object().unwrap().keys().map(String::as_str).collect();
    members.sort_unstable();
    assert_eq!(members, ["access_token", "expires_in", "token_type"]);
    assert_eq!((&reply["token_type"], &reply["expires_in"]), (&"Bearer".into(), &600.into()));
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    assert_eq!(reply.header("pragma"), Some("no-cache"));
    let access = reply.text("access_token");
    assert_eq!(access.len(), 43);
    let now = novi.clock.now().unix_seconds();
    assert_eq!(
        says(&robot, access).await,
        json!({
            "active": true,
            "client_id": robot.client_id,
            "token_type": "Bearer",
            "iat": now,
            "exp": now + 600,
            "sub": robot.client_id,
            "iss": "https://www.acme.example",
        })
    );
    assert!(!novi.tables().await.hold(access), "kept as a hash");
}

/// §4.4: "MUST only be used by confidential clients", and by those of them that an admin registered for it.
#[tokio::test]
async fn only_a_registered_machine_acts_for_itself() {
    let novi = Novi::start().await;
    let public = |settings: &mut Settings| {
        settings.is_machine = true;
        settings.auth_method = TokenAuthMethod::None;
    };
    let (forj, app) =
        (novi.client("Forj").await, novi.client_that(HOME, "App", &[CALLBACK], public).await);
    let robot = machine(&novi).await;

    assert_eq!(forj.acts_for_itself(&[]).await.refusal(), (400, "unauthorized_client"));
    assert_eq!(app.acts_for_itself(&[]).await.refusal(), (400, "unauthorized_client"));
    let guess = robot.acts_for_itself(&[("client_secret", "guess")]).await;
    assert_eq!(guess.refusal(), (401, "invalid_client"));
    let silent = robot.acts_for_itself(&[("client_secret", "")]).await;
    assert_eq!(silent.refusal(), (401, "invalid_client"));
    assert_eq!(novi.count("select count(*) from machine_tokens").await, 0);
}

/// No member stands behind it, so there is none to tell of.
#[tokio::test]
async fn a_machine_learns_nothing_about_members() {
    let novi = Novi::start().await;
    let robot = machine(&novi).await;
    novi.member("Ann").await;
    let access = token(&robot, &[]).await;

    let told = robot.userinfo(&access).await;

    assert_eq!(told.refusal(), (401, "invalid_token"));
    assert_eq!(told["sub"], Value::Null);
    for scope in ["openid", "profile", "openid profile email", "offline_access", "anything"] {
        let refused = robot.acts_for_itself(&[("scope", scope)]).await;
        assert_eq!(refused.refusal(), (400, "invalid_scope"), "{scope}");
    }
    assert_eq!(robot.refresh(&access).await.refusal(), (400, "invalid_grant"));
    assert_eq!(robot.exchange(&access).await.refusal(), (400, "invalid_grant"));
}

/// RFC 8707 §2: "invalid_target: The requested resource is invalid, missing, unknown, or malformed."
#[tokio::test]
async fn a_machines_token_is_for_the_resource_server_that_it_names() {
    let novi = Novi::start().await;
    let (robot, api) = (machine(&novi).await, resource_server(&novi).await);
    let stranger = novi.client("Stranger").await;

    let access = token(&robot, &[("resource", API)]).await;
    let plain = token(&robot, &[]).await;

    let seen = says(&api, &access).await;
    assert_eq!(seen["active"], true);
    assert_eq!(
        (&seen["aud"], &seen["sub"]),
        (&api.client_id.as_str().into(), &robot.client_id.as_str().into())
    );
    assert_eq!(says(&api, &plain).await, nothing());
    assert_eq!(says(&stranger, &access).await, nothing());
    for unknown in
        ["https://unknown.example", "https://api.acme.example/", "HTTPS://api.acme.example", "x"]
    {
        let refused = robot.acts_for_itself(&[("resource", unknown)]).await;
        assert_eq!(refused.refusal(), (400, "invalid_target"), "{unknown}");
    }
    let site = novi.home().await;
    assert!(clients::disable(&site, &api.id(), "Ann", &Actor::CommandLine).await.unwrap());
    let off = robot.acts_for_itself(&[("resource", API)]).await;
    assert_eq!(off.refusal(), (400, "invalid_target"));
}

#[tokio::test]
async fn a_machines_token_lives_ten_minutes_and_is_forgotten() {
    let novi = Novi::start().await;
    let robot = machine(&novi).await;
    let kept = "select count(*) from machine_tokens";
    let access = token(&robot, &[]).await;

    novi.clock.advance(599);
    housekeeping::tidy(&novi.app).await.unwrap();
    assert_eq!(says(&robot, &access).await["active"], true);
    novi.clock.advance(1);
    assert_eq!(says(&robot, &access).await, nothing());
    housekeeping::tidy(&novi.app).await.unwrap();

    assert_eq!(novi.count(kept).await, 0);
}

#[tokio::test]
async fn a_machine_revokes_its_own_token() {
    let novi = Novi::start().await;
    let robot = machine(&novi).await;
    let (one, other) = (token(&robot, &[]).await, token(&robot, &[]).await);

    assert_eq!(robot.revoke(&one).await.status, 200);

    assert_eq!(says(&robot, &one).await, nothing());
    assert_eq!(says(&robot, &other).await["active"], true);
}

/// SEC-M6, SEC-D5: here and on a node that knew the client as it was; and what was ended stays ended.
#[tokio::test]
async fn what_a_machine_holds_ends_when_it_is_none_any_more_and_stays_ended() {
    let novi = Novi::start().await;
    let (robot, api) = (machine(&novi).await, resource_server(&novi).await);
    let node = novi.another_node().await;
    let (site, actor, id) = (novi.home().await, Actor::CommandLine, robot.id());
    let inactive = |token: String| {
        let all = [api.clone(), api.on(&node)];
        async move {
            for server in &all {
                assert_eq!(says(server, &token).await, nothing());
            }
        }
    };

    let held = token(&robot, &[("resource", API)]).await;
    assert_eq!(says(&api.on(&node), &held).await["active"], true);
    robot.change(|settings| settings.is_machine = false).await;
    inactive(held.clone()).await;
    assert_eq!(robot.acts_for_itself(&[]).await.refusal(), (400, "unauthorized_client"));
    robot.change(|settings| settings.is_machine = true).await;
    inactive(held).await;

    let held = token(&robot, &[("resource", API)]).await;
    assert!(clients::disable(&site, &id, "Ann", &actor).await.unwrap());
    inactive(held.clone()).await;
    assert_eq!(robot.acts_for_itself(&[]).await.refusal(), (401, "invalid_client"));
    assert!(clients::enable(&site, &id, &actor).await.unwrap());
    inactive(held).await;

    let held = token(&robot, &[("resource", API)]).await;
    assert_eq!(says(&api, &held).await["active"], true);
    assert!(clients::delete(&site, &id, &actor).await.unwrap());
    inactive(held).await;
}

/// The client of members that also works at night: one does not disturb the other.
#[tokio::test]
async fn a_machine_may_sign_members_in_too() {
    let novi = Novi::start().await;
    let (robot, ann) = (machine(&novi).await, novi.member("Ann").await);

    let (own, members) = (token(&robot, &[]).await, robot.tokens_for(&ann, "openid").await);

    assert_eq!(says(&robot, &own).await["sub"], robot.client_id.as_str());
    assert_eq!(says(&robot, members.text("access_token")).await["sub"], ann.id.as_str());
    assert_eq!(robot.userinfo(members.text("access_token")).await.status, 200);
}

/// Each association has resource servers of its own, whatever their URLs are.
#[tokio::test]
async fn a_resource_server_of_another_association_is_none() {
    let novi = Novi::start().await;
    let (robot, ann) = (machine(&novi).await, novi.member("Ann").await);
    let set = |settings: &mut Settings| settings.resource_url = Some(API.to_owned());
    let theirs = novi.client_that(ELSEWHERE, "Api", &[CALLBACK], set).await;

    let refused = robot.acts_for_itself(&[("resource", API)]).await;
    let bought = robot.tokens_for_with(&ann, &[("resource", API)]).await;
    let own = token(&robot, &[]).await;

    assert_eq!(refused.refusal(), (400, "invalid_target"));
    for token in [bought.text("access_token"), &own] {
        assert_eq!(says(&robot, token).await.get("aud"), None);
        assert_eq!(says(&theirs, token).await, nothing());
    }
    let stranger = robot.at(ELSEWHERE).acts_for_itself(&[]).await;
    assert_eq!(stranger.refusal(), (401, "invalid_client"));
}

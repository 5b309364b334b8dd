//! The token endpoint.

use novi_sso::clients;
use novi_sso::events::Actor;
use novi_sso::members::{self, Password};

use crate::support::{CALLBACK, ELSEWHERE, Novi, Platform, Reply, claims};

const FORM: &str = "application/x-www-form-urlencoded";

#[tokio::test]
async fn a_code_buys_tokens_once() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let code = forj.code_for(&ann).await;

    let first = forj.exchange(&code).await;
    assert_eq!(first.status, 200, "{}", first.json);
    assert_eq!(first["token_type"], "Bearer");
    assert_eq!(first["scope"], serde_json::Value::Null, "granted as asked");
    let id_token = claims(&first["id_token"]);
    assert_eq!(id_token["iss"], "https://www.acme.example");
    assert_eq!(id_token["sub"], ann.id.as_str());
    assert_eq!(id_token["nonce"], "n-1");
    assert_eq!(id_token["email"], "ann@acme.example");
    let access = first["access_token"].as_str().unwrap();
    assert_eq!(forj.userinfo(access).await["company_name"], "Archer Roofing");

    let replay = forj.exchange(&code).await;
    assert_eq!(replay.status, 400);
    assert_eq!(replay["error"], "invalid_grant");
    assert_eq!(forj.userinfo(access).await.status, 401, "a replay revokes what the code bought");
    assert_eq!(novi.events("grant.code_replayed").await, 1);
}

#[tokio::test]
async fn a_code_expires_after_a_minute() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let (early, late) = (forj.code_for(&ann).await, forj.code_for(&ann).await);

    novi.clock.advance(59);
    assert_eq!(forj.exchange(&early).await.status, 200);
    novi.clock.advance(1);

    assert_eq!(forj.exchange(&late).await["error"], "invalid_grant");
}

#[tokio::test]
async fn a_code_of_one_association_means_nothing_to_another() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let code = forj.code_for(&ann).await;

    let elsewhere = forj.at(ELSEWHERE).exchange(&code).await;

    assert_eq!(elsewhere.status, 401);
    assert_eq!(forj.exchange(&code).await.status, 200);
}

/// SEC-B1, RFC 6749 §4.1.2: two nodes on PostgreSQL, one on SQLite. Losers and replays revoke what was bought.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_sixteen_exchanges_of_one_code_at_once_exactly_one_wins_and_its_token_is_revoked() {
    const ROUNDS: usize = 200;
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let other = if novi.on_sqlite() { novi.clone() } else { novi.another_node().await };
    let nodes = [forj.clone(), forj.on(&other)];
    let mut browser = novi.browser();
    browser.sign_in(&ann).await;

    for round in 0..ROUNDS {
        let code = browser.get(&forj.authorize_url()).await.sent("code").unwrap();
        let exchanges = (0..16).map(|place| {
            let (node, code) = (nodes[place % 2].clone(), code.clone());
            tokio::spawn(async move { node.exchange(&code).await })
        });
        let mut replies = Vec::new();
        for exchange in exchanges.collect::<Vec<_>>() {
            replies.push(exchange.await.unwrap());
        }

        let (won, lost): (Vec<_>, Vec<_>) = replies.iter().partition(|reply| reply.status == 200);
        assert_eq!(won.len(), 1, "round {round}");
        for reply in lost {
            let expected = (400, &serde_json::json!("invalid_grant"));
            assert_eq!((reply.status, &reply["error"]), expected, "round {round}");
        }
        let access = won[0]["access_token"].as_str().unwrap();
        for node in &nodes {
            assert_eq!(node.userinfo(access).await.status, 401, "round {round}");
        }
    }
    assert_eq!(novi.events("grant.code_replayed").await, 15 * ROUNDS as i64);
}

/// SEC-B2: refused and recorded; a thief must not be able to end the grant of its owner.
#[tokio::test]
async fn a_code_in_the_hands_of_another_client_is_refused_and_stays_its_owners() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let thief = novi.client("Thief").await;
    let code = forj.code_for(&ann).await;

    let stolen = [thief.exchange(&code).await, thief.exchange(&code).await];
    let owners = forj.exchange(&code).await;
    let late = thief.exchange(&code).await;

    for reply in stolen.iter().chain([&late]) {
        assert_eq!((reply.status, &reply["error"]), (400, &"invalid_grant".into()));
    }
    assert_eq!(owners.status, 200, "{}", owners.json);
    let access = owners["access_token"].as_str().unwrap();
    assert_eq!(forj.userinfo(access).await.status, 200);
    assert_eq!(novi.events("grant.code_of_another_client").await, 3);
    assert_eq!(novi.events("grant.code_replayed").await, 0);
}

/// RFC 6749 §5.1: what a token response is, and that nobody keeps a copy.
#[tokio::test]
async fn a_token_response_is_complete_and_never_cached() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);

    let sold = forj.exchange(&forj.code_for(&ann).await).await;
    let refused = forj.exchange("nonsense").await;

    let mut members: Vec<_> = sold.json.as_object().unwrap().keys().map(String::as_str).collect();
    members.sort_unstable();
    assert_eq!(members, ["access_token", "expires_in", "id_token", "token_type"]);
    assert_eq!(sold["expires_in"], 600);
    assert_eq!(sold["access_token"].as_str().unwrap().len(), 43, "256 bits");
    assert_eq!(sold.header("pragma"), Some("no-cache"));
    for reply in [&sold, &refused] {
        assert_eq!(reply.header("content-type"), Some("application/json"));
        assert_eq!(reply.header("cache-control"), Some("no-store"));
        assert_eq!(reply.header("set-cookie"), None);
    }
    assert!(refused["error_description"].is_string());
}

/// Whatever is missing or not understood is said before the code is looked at.
#[tokio::test]
async fn a_malformed_request_does_not_consume_the_code() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let code = forj.code_for(&ann).await;

    for (changes, error) in [
        (vec![("code", &*code), ("grant_type", "")], "invalid_request"),
        (vec![("code", &*code), ("redirect_uri", "")], "invalid_request"),
        (vec![("grant_type", "authorization_code")], "invalid_request"),
        (vec![("code", &*code), ("grant_type", "password")], "unsupported_grant_type"),
        (vec![("code", &*code), ("grant_type", "client_credentials")], "unauthorized_client"),
        (vec![("code", &*code), ("grant_type", "refresh_token")], "invalid_request"),
        (vec![("code", &*code), ("grant_type", "Authorization_Code")], "unsupported_grant_type"),
    ] {
        let reply = forj.token(&changes).await;
        assert_eq!((reply.status, &reply["error"]), (400, &error.into()), "{changes:?}");
    }

    assert_eq!(forj.exchange(&code).await.status, 200);
}

/// RFC 6749 §3.2: "The client MUST use the HTTP "POST" method".
#[tokio::test]
async fn the_token_endpoint_takes_posts_only() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let code = forj.code_for(&ann).await;

    let query = format!(
        "/oauth/token?grant_type=authorization_code&code={code}&client_id={}&client_secret={}",
        forj.client_id, forj.secret
    );
    let reply = forj.get(&query).await;

    assert_eq!(reply.status, 405);
    assert_eq!(reply.header("allow"), Some("POST"));
    assert_eq!(forj.exchange(&code).await.status, 200);
}

/// R71: out at once, codes included.
#[tokio::test]
async fn the_code_of_a_member_who_went_out_is_dead() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let bob = novi.member("Bob").await;
    let (anns, bobs) = (forj.code_for(&ann).await, forj.code_for(&bob).await);
    let site = novi.home().await;

    assert!(members::deactivate(&site, &ann.id, &Actor::CommandLine).await.unwrap());
    let password = Password::typed("another kettle on monday").unwrap();
    let hash = novi.app.hashing.hash(password).await.unwrap();
    let mut tx = site.write().await.unwrap();
    let set = members::set_password(&mut tx, &novi.app.vault, &bob.id, &hash, &Actor::CommandLine);
    assert!(set.await.unwrap());
    tx.commit().await.unwrap();

    for code in [anns, bobs] {
        let reply = forj.exchange(&code).await;
        assert_eq!((reply.status, &reply["error"]), (400, &"invalid_grant".into()));
    }
    let actor = Actor::CommandLine;
    assert!(members::reactivate(&site, &ann.id, &actor).await.unwrap());
    let again = forj.code_for(&ann).await;
    assert_eq!(forj.exchange(&again).await.status, 200);
}

/// Also on a node whose cache still holds the client as it was.
#[tokio::test]
async fn a_client_that_is_off_or_gone_buys_nothing() {
    let novi = Novi::start().await;
    let ann = novi.member("Ann").await;
    let (off, gone) = (novi.client("Off").await, novi.client("Gone").await);
    let node = novi.another_node().await;
    let mut codes = Vec::new();
    for client in [&off, &gone] {
        let old = client.on(&node);
        assert_eq!(old.exchange("fills the cache").await["error"], "invalid_grant");
        codes.push((client.clone(), old, client.code_for(&ann).await, client.code_for(&ann).await));
    }

    let (site, actor) = (novi.home().await, Actor::CommandLine);
    let id = |client: &Platform| client.client_id.parse().unwrap();
    assert!(clients::disable(&site, &id(&off), "Ann", &actor).await.unwrap());
    assert!(clients::delete(&site, &id(&gone), &actor).await.unwrap());

    for (here, old, first, second) in codes {
        let reply = here.exchange(&first).await;
        assert_eq!((reply.status, &reply["error"]), (401, &"invalid_client".into()));
        let reply = old.exchange(&second).await;
        assert_eq!((reply.status, &reply["error"]), (400, &"invalid_grant".into()));
    }
    let behind = off.on(&node);
    let issued_late = behind.code_for(&ann).await;
    assert_eq!(behind.exchange(&issued_late).await["error"], "invalid_grant");
    assert!(clients::enable(&site, &id(&off), &actor).await.unwrap());
    let again = off.code_for(&ann).await;
    assert_eq!(off.exchange(&again).await.status, 200, "on again, for new codes");
}

/// SEC-B3: each secret is of one kind.
#[tokio::test]
async fn an_access_token_is_no_code_and_a_code_no_access_token() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let mut browser = novi.browser();
    let page = forj.signs_in(&mut browser, &ann).await;
    let tokens = forj.exchange(&page.sent("code").unwrap()).await;
    let access = tokens["access_token"].as_str().unwrap();
    let session = browser.session().unwrap().to_owned();
    let code = browser.get(&forj.authorize_url()).await.sent("code").unwrap();

    for other in [access, &session, &forj.secret, tokens["id_token"].as_str().unwrap()] {
        assert_eq!(forj.exchange(other).await["error"], "invalid_grant");
    }
    for other in [&*code, &session, &forj.secret, tokens["id_token"].as_str().unwrap()] {
        assert_eq!(forj.userinfo(other).await.status, 401);
    }
    assert_eq!(forj.userinfo(access).await.status, 200, "none of it was a replay");
    assert_eq!(forj.exchange(&code).await.status, 200);
}

/// PLATFORMS.md 3 and 11.4: the Ruby client sends its scope here too; anything unknown is ignored.
#[tokio::test]
async fn extra_parameters_of_a_token_request_are_ignored() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);

    for extra in [
        ("scope", "openid profile email groups"),
        ("scope", "nothing"),
        ("state", "st-1"),
        ("nonce", "other"),
        ("response_type", "code"),
        ("resource", "https://a.example"),
        ("extra", "1"),
    ] {
        let reply = forj.token(&[("code", &forj.code_for(&ann).await), extra]).await;
        assert_eq!(reply.status, 200, "{extra:?} {}", reply.json);
        assert!(reply["scope"].is_null(), "granted as asked at authorize: {}", reply.json);
        assert_eq!(claims(&reply["id_token"])["nonce"], "n-1");
    }
}

/// RFC 6749 §3.2, §4.1.3 and appendix B: a form, each parameter once, and nothing in the URL.
#[tokio::test]
async fn a_token_request_is_a_form_with_each_parameter_once() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let code = forj.code_for(&ann).await;
    let pairs = [
        ("grant_type", "authorization_code"),
        ("redirect_uri", CALLBACK),
        ("client_id", &forj.client_id),
        ("client_secret", &forj.secret),
        ("code", &code),
    ];
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    let json = serde_json::Value::Object(
        pairs.iter().map(|(n, v)| (n.to_string(), (*v).into())).collect(),
    );
    let send = |path: String, kind: &'static str, body: String| {
        let forj = &forj;
        async move { forj.post(&path, &[("content-type", kind)], &body).await }
    };
    let path = || "/oauth/token".to_owned();

    let mut refused: Vec<(String, Reply)> = Vec::new();
    for kind in [
        "application/json",
        "text/plain",
        "multipart/form-data",
        "application/x-www-form-urlencodedx",
        "",
    ] {
        refused.push((kind.to_owned(), send(path(), kind, body.clone()).await));
    }
    refused.push(("json".to_owned(), send(path(), "application/json", json.to_string()).await));
    refused.push(("no type".to_owned(), forj.post("/oauth/token", &[], &body).await));
    for (name, value) in pairs {
        for again in [value, "x"] {
            let doubled = format!("{body}&{name}={}", encoded(again));
            refused.push((doubled.clone(), send(path(), FORM, doubled).await));
        }
        let query = format!("/oauth/token?{name}={}", encoded(value));
        refused.push((query.clone(), send(query, FORM, body.clone()).await));
    }
    let all = format!("/oauth/token?{body}");
    refused.push((all.clone(), send(all, FORM, String::new()).await));
    let long = send(path(), FORM, format!("{body}&x={}", "x".repeat(20_000))).await;
    assert_eq!((long.status, &long["error"]), (413, &"invalid_request".into()));

    for (what, reply) in refused {
        assert_eq!((reply.status, &reply["error"]), (400, &"invalid_request".into()), "{what}");
    }
    let with_charset = send(path(), "Application/X-WWW-Form-URLEncoded; charset=UTF-8", body).await;
    assert_eq!(with_charset.status, 200, "none of it has consumed the code: {}", with_charset.json);
}

/// SECURITY.md 4.3: the token endpoint takes no cookies.
#[tokio::test]
async fn cookies_and_origins_change_nothing_at_the_token_endpoint() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let mut browser = novi.browser();
    let page = forj.signs_in(&mut browser, &ann).await;
    let cookie: Vec<_> =
        browser.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let cookie = cookie.join("; ");
    let body = |secret: &str, code: &str| {
        format!(
            "grant_type=authorization_code&redirect_uri={}&client_id={}&client_secret={secret}&code={code}",
            encoded(CALLBACK),
            forj.client_id
        )
    };
    let headers = [
        ("content-type", FORM),
        ("cookie", &*cookie),
        ("origin", "https://app.example"),
        ("sec-fetch-site", "cross-site"),
    ];

    let code = page.sent("code").unwrap();
    let wrong = forj.post("/oauth/token", &headers, &body("wrong", &code)).await;
    let right = forj.post("/oauth/token", &headers, &body(&forj.secret, &code)).await;

    assert_eq!(wrong.status, 401);
    assert_eq!(right.status, 200, "{}", right.json);
    assert_eq!(right.header("set-cookie"), None);
}

fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

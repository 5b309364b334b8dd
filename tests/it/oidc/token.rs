//! The token endpoint.

use crate::support::{ELSEWHERE, Novi, claims};

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
    let code = forj.code_for(&ann).await;

    novi.clock.advance(60);

    assert_eq!(forj.exchange(&code).await["error"], "invalid_grant");
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

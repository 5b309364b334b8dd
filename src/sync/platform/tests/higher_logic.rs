//! Pushes to Higher Logic: what is sent, and that HTTP 200 is believed by nobody.

use serde_json::{Value, json};

use super::super::higher_logic::{Contact, GroupEntry, Item, Kind, Pushed, Standing};
use super::super::{
    Connection, Credentials, Failure, HigherLogic, Mistake, Pace, Platform, Profile,
};
use super::{Act, KEY, Server, outbound, secret};

fn higher_logic(origin: &str) -> HigherLogic {
    higher_logic_with(origin, "{}")
}

fn connection(origin: &str, profile: &str) -> Connection {
    let platform = Platform::HigherLogic;
    let profile = Profile::of(platform, Some(profile)).unwrap();
    let credentials =
        Credentials::KeyAndTenant { api_key: secret(KEY), tenant_code: secret("ACME") };
    Connection { platform, base_url: origin.into(), profile, credentials }
}

fn higher_logic_with(origin: &str, profile: &str) -> HigherLogic {
    let connection = connection(origin, profile);
    let pace = Pace::new(connection.profile.calls());
    HigherLogic::new(&outbound(), pace, &connection).ok().unwrap()
}

fn items(platform: &HigherLogic, count: usize) -> Vec<Item> {
    let contact = |number: usize| Contact {
        key: number.to_string(),
        kind: Kind::Organization,
        standing: Standing::Member,
        email: None,
        company_name: Some(format!("Company {number}")),
        bio: None,
        image_url: None,
        social: None,
        demographics: Vec::new(),
        security_groups: vec![GroupEntry { key: "g1".into(), name: "Board".into() }],
        community_groups: Vec::new(),
    };
    (0..count).map(|number| Item::of(&contact(number), platform.profile())).collect()
}

fn success(count: impl Into<Value>) -> Act {
    Act::json(200, &json!({"success": true, "count": count.into(), "errorMessage": null}))
}

fn refusal(words: &str) -> Act {
    Act::json(200, &json!({"success": false, "count": 0, "errorMessage": words}))
}

#[tokio::test]
async fn a_push_has_key_and_tenant_and_every_item() {
    let server = Server::that_does([success(2)]).await;
    let platform = higher_logic(&server.origin);

    let pushed = platform.push(&items(&platform, 2), "job-1").await.unwrap();

    assert_eq!(pushed, Pushed::Accepted(200));
    let asked = &server.asked()[0];
    assert_eq!(asked.line, "POST /push/v1/members");
    assert_eq!(asked.header("x-api-key"), Some(KEY));
    assert_eq!(asked.header("idempotency-key"), Some("job-1"));
    assert_eq!(asked.header("authorization"), None);
    assert_eq!(asked.json["TenantCode"], "ACME");
    assert_eq!(asked.json["Items"][1]["MemberDetails"]["CompanyName"], "Company 1");
}

/// PLATFORMS.md 2.4: "never trust the status alone".
#[tokio::test]
async fn an_answer_with_status_200_is_read_to_the_end() {
    let broken = |words: &str| Err(Failure::Broken { status: Some(200), words: words.into() });
    let refused = |words: &str| Err(Failure::Refused { status: 200, words: words.into() });
    let tenant = |words: &str| Err(Failure::Unauthorized { status: 200, words: words.into() });
    let items_refused = |list: &[(usize, &str)]| {
        let list = list.iter().map(|(place, words)| (*place, (*words).to_owned()));
        Ok(Pushed::ItemsRefused(list.collect()))
    };
    for (act, expected) in [
        (success(3), Ok(Pushed::Accepted(200))),
        (success(2), broken("it says that it took 2 of 3 items")),
        (success(4), broken("it says that it took 4 of 3 items")),
        (success(Value::Null), broken("it says that it took no number of 3 items")),
        (
            refusal("Item 3: LegacyContactKey is required"),
            items_refused(&[(2, "LegacyContactKey is required")]),
        ),
        (
            refusal("Item 1: <b>GroupType</b> mismatch; Item 2: key k7Gd-key"),
            items_refused(&[(0, "GroupType mismatch"), (1, "key [hidden]")]),
        ),
        (refusal("Item 1:"), items_refused(&[(0, "refused without a word")])),
        (refusal("Invalid TenantCode"), tenant("Invalid TenantCode")),
        (refusal("The tenant code is unknown"), tenant("The tenant code is unknown")),
        (refusal("Down for maintenance"), refused("Down for maintenance")),
        (refusal(""), refused("it refused the push without a word")),
        (
            Act::json(200, &json!({"success": "true", "count": 3})),
            broken("its answer is not what was expected (line 1, column 27)"),
        ),
    ] {
        let server = Server::that_does([act]).await;
        let platform = higher_logic(&server.origin);
        let pushed = platform.push(&items(&platform, 3), "1").await;
        assert_eq!(pushed, expected);
    }
    for act in [
        Act::json(200, &json!({})),
        Act::json(200, &json!([])),
        Act::text(200, "text/html", "<p>success</p>"),
        Act::BreakOff(b"{\"success\":true".to_vec()),
    ] {
        let server = Server::that_does([act]).await;
        let platform = higher_logic(&server.origin);
        let failure = platform.push(&items(&platform, 3), "1").await.unwrap_err();
        assert!(matches!(failure, Failure::Broken { .. }), "{failure:?}");
        assert!(failure.outcome_is_unknown());
    }
}

#[tokio::test]
async fn the_gateways_own_answers_are_told_apart() {
    let words = |words: &str| words.to_owned();
    for (status, message, expected) in [
        (403, "Forbidden", Failure::Unauthorized { status: 403, words: words("Forbidden") }),
        (413, "Too Large", Failure::Refused { status: 413, words: words("Too Large") }),
        (400, "Bad", Failure::Refused { status: 400, words: words("Bad") }),
        (
            429,
            "Too Many Requests",
            Failure::Busy {
                status: Some(429),
                retry_after_seconds: None,
                words: words("Too Many Requests"),
            },
        ),
        (504, "Timeout", Failure::Broken { status: Some(504), words: words("Timeout") }),
    ] {
        let server = Server::that_does([Act::json(status, &json!({"message": message}))]).await;
        let platform = higher_logic(&server.origin);
        let failure = platform.push(&items(&platform, 1), "1").await.unwrap_err();
        assert_eq!(failure, expected);
    }
}

#[tokio::test]
async fn a_push_of_nobody_tests_key_and_tenant() {
    let item = "Items must contain at least one item";
    for (act, expected) in [
        (refusal(item), None),
        (success(0), None),
        (Act::json(400, &json!({"message": item})), None),
        (Act::json(403, &json!({"message": "Forbidden"})), Some("Forbidden")),
        (refusal("Invalid TenantCode"), Some("Invalid TenantCode")),
        (refusal("Invalid TenantCode for these Items"), Some("Invalid TenantCode for these Items")),
        (refusal("Service suspended"), Some("Service suspended")),
        (Act::json(400, &json!({"message": "Bad Request"})), Some("Bad Request")),
        (success(7), Some("it says that it took 7 of 0 items")),
    ] {
        let server = Server::that_does([act]).await;
        let tested = higher_logic(&server.origin).test().await;
        assert_eq!(tested.as_ref().err().map(Failure::words), expected);
        assert_eq!(server.asked()[0].json, json!({"TenantCode": "ACME", "Items": []}));
    }
}

#[tokio::test]
async fn batches_are_as_large_as_the_platform_takes_and_no_larger() {
    let platform = higher_logic("https://data.higherlogic.com");
    for (count, expected) in
        [(0, vec![]), (1, vec![1]), (100, vec![100]), (250, vec![100, 100, 50])]
    {
        let batches = platform.batches(items(&platform, count));
        let sizes: Vec<usize> = batches.iter().map(Vec::len).collect();
        assert_eq!(sizes, expected);
        let keys: Vec<&str> = batches.iter().flatten().map(Item::key).collect();
        assert!(keys.iter().enumerate().all(|(number, key)| *key == number.to_string()));
    }

    let server = Server::that(|asked| {
        let length: usize = asked.header("content-length").unwrap().parse().unwrap();
        assert!(length <= 10_000, "{length}");
        success(asked.json["Items"].as_array().unwrap().len())
    })
    .await;
    let narrow = higher_logic_with(&server.origin, r#"{"max_bytes": 10000}"#);
    let batches = narrow.batches(items(&narrow, 100));
    assert!(batches.len() > 1);
    for batch in &batches {
        assert_eq!(narrow.push(batch, "1").await, Ok(Pushed::Accepted(200)));
    }
    let too_large = narrow.push(&items(&narrow, 100), "1").await.unwrap_err();
    let too_many = platform.push(&items(&platform, 101), "1").await.unwrap_err();
    assert!(too_large.is_permanent() && too_many.is_permanent());
    assert_eq!(server.asked().len(), batches.len());
}

#[test]
fn a_connection_of_another_kind_is_a_mistake() {
    let mut other = connection("https://data.higherlogic.com", "{}");
    let pace = || Pace::new(other.profile.calls());
    let mobilize = super::Mobilize::new(&outbound(), pace(), &other);
    assert!(matches!(mobilize.err(), Some(Mistake::Credentials("Higher Logic"))));

    let pace = pace();
    other.base_url = "https://data.higherlogic.com.evil.example".into();
    let elsewhere = HigherLogic::new(&outbound(), pace, &other);
    assert!(matches!(elsewhere.err(), Some(Mistake::BaseUrl(_))));
}

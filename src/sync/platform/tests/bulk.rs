//! Bulks of Mobilize and Forj Community, and the jobs that carry them out.

use serde_json::json;

use super::super::mobilize::{JobState, NewPlace};
use super::super::{Failure, Field, Platform};
use super::{Act, KEY, Server, mobilize, mobilize_with};

fn places(count: usize) -> Vec<NewPlace> {
    let place = |number: usize| NewPlace {
        user_id: (number % 2 == 1).then(|| number.to_string()),
        fields: [(Field::Email, format!("{number}@x.org"))].into_iter().collect(),
    };
    (0..count).map(place).collect()
}

#[tokio::test]
async fn a_bulk_is_a_job_whose_progress_can_be_asked_for() {
    let server = Server::that_does([
        Act::json(202, &json!({"job": {"id": "b_1"}})),
        Act::json(202, &json!({"job": {"id": 2}})),
        Act::json(200, &json!({"id": "b_1", "status": "running", "total": 2, "processed": 1})),
        Act::json(
            200,
            &json!({"id": "b_1", "status": "done", "total": 2, "processed": 2, "errors": [
                {"index": 1, "email": "1@x.org", "error_message": format!("<b>no</b> {KEY}")},
                {"index": -1},
            ]}),
        ),
        Act::json(200, &json!({"id": "b_1", "status": "vanished"})),
    ])
    .await;
    let platform = mobilize(&server.origin);

    assert_eq!(platform.bulk_add("4711", &places(2), "1").await.unwrap(), "b_1");
    let ids = ["9f3c".to_owned(), "1234".to_owned()];
    assert_eq!(platform.bulk_remove("4711", &ids, "2").await.unwrap(), "2");
    let running = platform.job("b_1").await.unwrap();
    let done = platform.job("b_1").await.unwrap();
    let vanished = platform.job("b_1").await;

    let asked = server.asked();
    assert_eq!(asked[0].line, "POST /v1/groups/4711/members/bulk");
    assert_eq!(
        asked[0].json,
        json!({"members": [
            {"fields": {"email": "0@x.org"}},
            {"user_id": "1", "fields": {"email": "1@x.org"}},
        ]})
    );
    assert_eq!(asked[1].line, "DELETE /v1/groups/4711/members/bulk");
    assert_eq!(asked[1].json, json!({"user_ids": ["9f3c", "1234"]}));
    assert_eq!(asked[2].line, "GET /v1/bulk/b_1");
    assert_eq!((running.state, running.total, running.processed), (JobState::Running, 2, 1));
    assert_eq!((done.state, done.errors.len()), (JobState::Done, 2));
    assert_eq!((done.errors[0].index, &*done.errors[0].words), (Some(1), "no [hidden]"));
    assert_eq!(done.errors[1].index, None);
    assert!(!done.errors[1].words.is_empty());
    assert!(matches!(vanished, Err(Failure::Broken { .. })));
}

#[tokio::test]
async fn a_bulk_waits_for_the_one_before_it() {
    let conflict = || Act::json(409, &json!({"error_message": "another bulk is running"}));
    let server = Server::that_does([conflict(), conflict().with("retry-after", 30)]).await;
    let platform = mobilize(&server.origin);
    for retry_after_seconds in [None, Some(30)] {
        let busy = platform.bulk_add("4711", &places(1), "1").await.unwrap_err();
        let words = "another bulk is running".to_owned();
        assert_eq!(busy, Failure::Busy { status: Some(409), retry_after_seconds, words });
    }
}

#[tokio::test]
async fn a_bulk_is_neither_empty_nor_larger_than_the_platform_takes() {
    let server = Server::that_does([]).await;
    let none = mobilize_with(Platform::Forj, &server.origin, r#"{"bulk": null}"#);
    for refused in [
        mobilize(&server.origin).bulk_add("4711", &places(0), "1").await,
        mobilize(&server.origin).bulk_add("4711", &places(1001), "1").await,
        none.bulk_add("4711", &places(1), "1").await,
        mobilize(&server.origin).bulk_remove("4711", &[], "1").await,
    ] {
        assert!(refused.unwrap_err().is_permanent());
    }
    assert!(server.asked().is_empty());
}

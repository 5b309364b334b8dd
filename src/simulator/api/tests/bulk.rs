//! Mobilize's bulk jobs.

use super::super::mobilize::Pace;
use super::*;

const BULK: &str = "/v1/groups/4711/members/bulk";

fn members(count: usize) -> Value {
    let members = (0..count).map(|place| add(&format!("{place}@x.org")));
    json!({ "members": members.collect::<Vec<_>>() })
}

fn progress(answer: &Answer) -> (&str, u64) {
    (answer.json["status"].as_str().unwrap(), answer.json["processed"].as_u64().unwrap())
}

#[tokio::test]
async fn a_job_adds_its_members_step_by_step() {
    let (api, caller, _) = community_with(|settings| settings.bulk = Pace::PerPoll(2));

    let started = caller.post(BULK, &members(3)).await;
    let before = api.members(BOARD).len();
    let halfway = caller.get("/v1/bulk/b_1").await;
    let done = caller.get("/v1/bulk/b_1").await;

    assert_eq!((started.status, &started.json), (202, &json!({ "job": { "id": "b_1" } })));
    assert_eq!(before, 0);
    assert_eq!(progress(&halfway), ("running", 2));
    assert_eq!(
        done.json,
        json!({ "id": "b_1", "status": "done", "total": 3, "processed": 3, "errors": [] })
    );
    assert_eq!(api.emails(BOARD), ["0@x.org", "1@x.org", "2@x.org"]);
    assert_eq!(caller.get("/v1/bulk/b_9").await.status, 404);
}

#[tokio::test]
async fn a_job_may_go_by_the_clock() {
    let (api, caller, clock) = community_with(|settings| settings.bulk = Pace::PerSecond(2));
    caller.post(BULK, &members(3)).await;

    let at_once = caller.get("/v1/bulk/b_1").await;
    clock.advance_ms(1_000);
    let seen = api.members(BOARD).len();
    let after_a_second = caller.get("/v1/bulk/b_1").await;
    clock.advance_ms(1_000);
    let after_two = caller.get("/v1/bulk/b_1").await;

    assert_eq!(progress(&at_once), ("queued", 0));
    assert_eq!(seen, 2, "whoever looks sees what is due");
    assert_eq!(progress(&after_a_second), ("running", 2));
    assert_eq!(progress(&after_two), ("done", 3));
}

#[tokio::test]
async fn a_second_job_of_the_community_has_to_wait() {
    let (api, caller, _) = community();
    api.seed_group(Group::private(5, "Elsewhere"));
    caller.post(BULK, &members(1)).await;

    let second = caller.post("/v1/groups/5/members/bulk", &members(1)).await;
    caller.get("/v1/bulk/b_1").await;
    let third = caller.post("/v1/groups/5/members/bulk", &members(1)).await;

    assert_eq!(second.status, 409);
    assert_eq!(second.json["error_message"], "Another bulk operation is running");
    assert_eq!((third.status, &third.json["job"]["id"]), (202, &json!("b_2")));
}

#[tokio::test]
async fn a_job_has_at_most_a_thousand_members() {
    let (_, caller, _) = community();

    let answers = [members(0), members(1_001), json!({}), members(1_000)];
    let mut statuses = Vec::new();
    for body in &answers {
        statuses.push(caller.post(BULK, body).await.status);
    }

    assert_eq!(statuses, [422, 422, 400, 202]);
    assert_eq!(caller.post("/v1/groups/1/members/bulk", &members(1)).await.status, 404);
}

#[tokio::test]
async fn what_goes_wrong_with_one_member_does_not_stop_the_others() {
    let (api, caller, _) = community();
    let bad = json!({ "members": [add("bad"), add("ada@x.org"), { "user_id": "nobody" }] });

    caller.post(BULK, &bad).await;
    let done = caller.get("/v1/bulk/b_1").await;

    assert_eq!(progress(&done), ("done", 3));
    assert_eq!(
        done.json["errors"],
        json!([
            { "index": 0, "email": "bad", "error_message": "Email is invalid" },
            { "index": 2, "email": null, "error_message": "User not found" },
        ])
    );
    assert_eq!(api.emails(BOARD), ["ada@x.org"]);
}

#[tokio::test]
async fn a_job_removes_by_id() {
    let (api, caller, _) = community();
    let ids = crowd(&api, 3);

    let body = json!({ "user_ids": [ids[0], "nobody", ids[2]] });
    let started = caller.send("DELETE", BULK, &body).await;
    let done = caller.get("/v1/bulk/b_1").await;

    assert_eq!((started.status, progress(&done)), (202, ("done", 3)));
    assert_eq!(done.json["errors"][0]["error_message"], "Member not found");
    assert_eq!(api.emails(BOARD), ["1@x.org"]);
    let count = api.mutations("4711", &ids[0]);
    assert_eq!((count.tried, count.done), (1, 1));
}

#[tokio::test]
async fn a_job_may_fail_halfway() {
    let (api, caller, _) = community_with(|settings| settings.bulk_fails_after = Some(2));

    caller.post(BULK, &members(3)).await;
    let failed = caller.get("/v1/bulk/b_1").await;
    let next = caller.post(BULK, &members(1)).await;

    assert_eq!(progress(&failed), ("failed", 2));
    assert_eq!(api.members(BOARD).len(), 2);
    assert_eq!(next.status, 202, "a failed job holds up no other");
}

#[tokio::test]
async fn a_job_of_a_deleted_group_fails() {
    let (api, caller, _) = community();
    caller.post(BULK, &members(3)).await;
    api.delete_group(BOARD);

    assert_eq!(progress(&caller.get("/v1/bulk/b_1").await).0, "failed");
}

#[tokio::test]
async fn a_call_for_a_member_of_an_unfinished_job_overlaps() {
    let (api, caller, _) = community();
    let one = "/v1/groups/4711/members";

    caller.post(BULK, &members(2)).await;
    caller.post(one, &add("5@x.org")).await;
    let before = api.overlaps();
    caller.post(one, &add("1@X.org")).await;
    let during = api.overlaps();
    caller.get("/v1/bulk/b_1").await;
    caller.post(one, &add("1@x.org")).await;

    assert_eq!((before, during, api.overlaps()), (0, 1, 1));
}

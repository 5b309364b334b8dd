//! Mobilize and Forj: who may call, groups, members, people.

use super::super::RetryAfter;
use super::super::mobilize::{Access, Envelope, Lookup, Status};
use super::*;

const MEMBERS: &str = "/v1/groups/4711/members";

fn error(answer: &Answer) -> (u16, &str, &Value) {
    (
        answer.status,
        answer.json["error_message"].as_str().unwrap_or_default(),
        &answer.json["field"],
    )
}

#[tokio::test]
async fn a_wrong_key_or_secret_is_401_and_an_account_without_the_api_403() {
    let (api, caller, _) = community();
    let wrong_key = Caller::basic(api.router(), "other", "s3cret");
    let wrong_secret = Caller::basic(api.router(), "key", "S3cret");
    let nobody = Caller { headers: Vec::new(), ..caller.clone() };

    let mut answers = Vec::new();
    for caller in [&wrong_key, &wrong_secret, &nobody] {
        answers.push(caller.get("/v1/groups").await.status);
    }
    api.change_settings(|settings| settings.access = Access::NotEnabled);
    let not_enabled = caller.get("/v1/groups").await;

    assert_eq!(answers, [401, 401, 401]);
    assert_eq!(
        error(&not_enabled),
        (403, "API access is not enabled for this account", &Value::Null)
    );
    let authorized: Vec<_> = api.requests().iter().map(|request| request.authorized).collect();
    assert_eq!(authorized, [false, false, false, true]);
}

#[tokio::test]
async fn groups_show_what_decides_who_may_be_in_them() {
    let (api, caller, _) = community();
    api.seed_group(Group::open(5, "Everyone"));
    let child =
        Group { parent_group_id: Some(5), requires_approval: true, ..Group::private(6, "In") };
    api.seed_group(child);
    crowd(&api, 2);

    let groups = caller.get("/v1/groups?limit=50&offset=0").await;
    let board = caller.get("/v1/groups/4711").await;
    let unknown = caller.get("/v1/groups/1").await;

    let facts = |group: &Value| {
        let names = ["id", "privacy", "public_form", "parent_group_id", "requires_approval"];
        names.map(|name| group[name].clone()).to_vec()
    };
    let all: Vec<_> = groups.json.as_array().unwrap().iter().map(facts).collect();
    assert_eq!(
        json!(all),
        json!(
            [[5, 5, true, null, false], [6, 10, false, 5, true], [4711, 10, false, null, false],]
        )
    );
    assert_eq!(board.json["members_count"], 2);
    assert_eq!(board.json["name"], "Board");
    assert_eq!(error(&unknown), (404, "Group not found", &Value::Null));
}

#[tokio::test]
async fn adding_someone_new_creates_them() {
    let (api, caller, _) = community();
    let fields = json!({
        "email": "ada@x.org", "first_name": "Ada", "last_name": "Lovelace",
        "company_name": "Analytical Engines", "job_title": "Countess",
    });

    let answer = caller.post(MEMBERS, &json!({ "fields": fields })).await;

    assert_eq!(answer.status, 201);
    assert_eq!(answer.json["fields"], fields);
    assert_eq!(answer.json["name"], "Ada Lovelace");
    assert_eq!(answer.json["created_at"], START);
    let place =
        json!([{ "id": 4711, "is_admin": false, "last_invited_in": null, "status": "accepted" }]);
    assert_eq!(answer.json["groups"], place);
    let member = api.member(BOARD, "ADA@x.org").unwrap();
    assert_eq!(answer.json["id"], member.id);
}

#[tokio::test]
async fn an_address_that_is_known_in_any_case_and_group_is_overwritten_not_doubled() {
    let (api, caller, clock) = community();
    api.seed_group(Group::private(5, "Elsewhere"));
    let ada = Member::new("ada@x.org").named("Ada", "Byron").field("job_title", "Poet");
    let id = api.seed_member(5, ada);
    clock.advance_ms(7);

    let body = json!({ "fields": { "email": "Ada@X.org", "last_name": "Lovelace" } });
    let answer = caller.post(MEMBERS, &body).await;

    assert_eq!((answer.status, &answer.json["id"]), (201, &json!(id)));
    assert_eq!(answer.json["email"], "Ada@X.org", "as it was written last");
    assert_eq!(
        (&answer.json["created_at"], &answer.json["updated_at"]),
        (&json!(START), &json!(START + 7))
    );
    let member = api.member(5, &id).unwrap();
    assert_eq!(member.fields["last_name"], "Lovelace");
    assert_eq!(member.fields["job_title"], "Poet", "what is not sent stays");
    assert_eq!(api.user_count(), 1);
}

#[tokio::test]
async fn an_id_adds_someone_who_is_there_and_changes_their_address() {
    let (api, caller, _) = community();
    api.seed_group(Group::private(5, "Elsewhere"));
    let id = api.seed_member(5, Member::new("ada@x.org"));
    api.seed_member(5, Member::new("bob@x.org"));

    let body = json!({ "user_id": id, "fields": { "email": "countess@x.org" } });
    let added = caller.post(MEMBERS, &body).await;
    let unknown = caller.post(MEMBERS, &json!({ "user_id": "nobody" })).await;
    let taken = json!({ "user_id": id, "fields": { "email": "BOB@x.org" } });
    let taken = caller.post(MEMBERS, &taken).await;

    assert_eq!(added.status, 201);
    assert_eq!(api.emails(BOARD), ["countess@x.org"]);
    assert_eq!(api.user_id("ada@x.org"), None);
    assert_eq!(error(&unknown), (404, "User not found", &Value::Null));
    assert_eq!(error(&taken), (422, "Email has already been taken", &json!("email")));
}

#[tokio::test]
async fn the_api_accepts_who_was_pending_or_invited_and_leaves_admins_admins() {
    let (api, caller, _) = community();
    api.seed_member(BOARD, Member::new("p@x.org").status(Status::Pending));
    api.seed_member(BOARD, Member::new("i@x.org").status(Status::Invited));
    api.seed_member(BOARD, Member::new("a@x.org").admin());

    let before = caller.get(MEMBERS).await;
    for email in ["p@x.org", "i@x.org", "a@x.org"] {
        caller.post(MEMBERS, &add(email)).await;
    }

    let status = |place: usize| before.json[place]["groups"][0]["status"].as_str().unwrap();
    assert_eq!([status(2), status(1), status(0)], ["pending", "invited", "accepted"]);
    let after = api.members(BOARD);
    assert!(after.iter().all(|member| member.status == Status::Accepted));
    assert!(api.member(BOARD, "a@x.org").unwrap().is_admin);
}

#[tokio::test]
async fn removing_is_by_id_and_once() {
    let (api, caller, _) = community();
    let id = api.seed_member(BOARD, Member::new("ada@x.org").admin());

    let by_address = caller.delete(&format!("{MEMBERS}/ada@x.org")).await.status;
    let first = caller.delete(&format!("{MEMBERS}/{id}")).await.status;
    let second = caller.delete(&format!("{MEMBERS}/{id}")).await;

    assert_eq!((by_address, first), (404, 204), "the platform lets its admins be removed");
    assert_eq!(error(&second), (404, "Member not found", &Value::Null));
    assert_eq!((api.members(BOARD).len(), api.user_count()), (0, 1), "the person stays");
}

#[tokio::test]
async fn what_is_wrong_with_a_record_is_said_with_its_field() {
    let (api, caller, _) = community();
    let id = api.seed_member(BOARD, Member::new("ada@x.org"));
    let fields = |fields: Value| json!({ "fields": fields });

    for (body, expected) in [
        (add("ada"), (422, "Email is invalid", json!("email"))),
        (add("a da@x.org"), (422, "Email is invalid", json!("email"))),
        (add("ada@x"), (422, "Email is invalid", json!("email"))),
        (fields(json!({})), (422, "Email is required", json!("email"))),
        (fields(json!({ "shoe": "9" })), (422, "Unknown field shoe", json!("shoe"))),
        (fields(json!({ "job_title": 9 })), (422, "job_title must be text", json!("job_title"))),
        (json!("{"), (400, "The body is not what this call takes", Value::Null)),
        (json!([]), (400, "The body is not what this call takes", Value::Null)),
    ] {
        let answer = caller.post(MEMBERS, &body).await;
        assert_eq!(error(&answer), (expected.0, expected.1, &expected.2), "{body}");
    }
    let edit = caller.put(&format!("/v1/users/{id}"), &fields(json!({ "shoe": "9" }))).await;
    assert_eq!(error(&edit), (422, "Unknown field shoe", &json!("shoe")));
    assert_eq!(api.emails(BOARD), ["ada@x.org"]);
}

#[tokio::test]
async fn a_person_is_edited_by_id_and_only_in_the_fields_sent() {
    let (api, caller, _) = community();
    let id = api.seed_member(
        BOARD,
        Member::new("ada@x.org").named("Ada", "Byron").field("job_title", "Poet"),
    );

    let body = json!({ "fields": { "last_name": "Lovelace", "job_title": null } });
    let answer = caller.put(&format!("/v1/users/{id}"), &body).await;
    let unknown = caller.put("/v1/users/nobody", &body).await;

    assert_eq!((answer.status, unknown.status), (200, 404));
    assert_eq!(
        answer.json["fields"],
        json!({ "email": "ada@x.org", "first_name": "Ada", "last_name": "Lovelace" })
    );
    assert_eq!(api.edits("ada@x.org"), super::super::Mutations { tried: 1, done: 1 });
}

#[tokio::test]
async fn people_are_looked_up_by_address_where_that_is_offered() {
    let (api, caller, _) = community();
    let id = api.seed_member(BOARD, Member::new("Ada@x.org"));
    api.seed_member(BOARD, Member::new("bob@x.org"));

    let found = caller.get("/v1/users?email=ada%40X.org&limit=2").await;
    let nobody = caller.get("/v1/users?email=eve%40x.org").await;
    api.change_settings(|settings| settings.lookup = Lookup::Missing);
    let missing = caller.get("/v1/users?email=ada%40x.org").await;

    assert_eq!((&found.json[0]["id"], found.json.as_array().unwrap().len()), (&json!(id), 1));
    assert_eq!((nobody.status, &nobody.json), (200, &json!([])));
    assert_eq!(missing.status, 404);
}

#[tokio::test]
async fn a_page_has_fifty_rows_at_most_whatever_is_asked() {
    let (api, caller, _) = community();
    crowd(&api, 120);

    let sizes = async |query: &str| {
        caller.get(&format!("{MEMBERS}?{query}")).await.json.as_array().unwrap().len()
    };

    assert_eq!(sizes("").await, 50);
    assert_eq!(sizes("limit=500").await, 50);
    assert_eq!(sizes("limit=20").await, 20);
    assert_eq!(sizes("limit=500&offset=100").await, 20);
    assert_eq!(sizes("limit=500&offset=120").await, 0);
    assert_eq!(caller.get(&format!("{MEMBERS}?limit=all")).await.status, 422);
}

#[tokio::test]
async fn fields_come_only_when_asked_for_and_lists_may_be_wrapped() {
    let (api, caller, _) = community();
    crowd(&api, 1);

    let plain = caller.get(MEMBERS).await;
    let full = caller.get(&format!("{MEMBERS}/?include_fields=true")).await;
    api.change_settings(|settings| settings.lists = Envelope::Results);
    let wrapped = caller.get(MEMBERS).await;
    let groups = caller.get("/v1/groups/").await;

    assert!(plain.json[0].get("fields").is_none());
    assert_eq!(full.json[0]["fields"], json!({ "email": "0@x.org" }));
    assert_eq!(emails(&wrapped.json["results"]), ["0@x.org"]);
    assert_eq!(groups.json["results"][0]["id"], 4711);
}

#[tokio::test]
async fn pages_shift_while_members_come_and_go() {
    let (api, caller, _) = community();
    let ids = crowd(&api, 6);
    let page =
        async |offset: usize| caller.get(&format!("{MEMBERS}?limit=3&offset={offset}")).await;

    let first = page(0).await;
    api.remove_member(BOARD, &ids[5]);
    let after_a_removal = page(3).await;
    api.seed_member(BOARD, Member::new("6@x.org"));
    api.seed_member(BOARD, Member::new("7@x.org"));
    let after_two_more = page(3).await;

    assert_eq!(emails(&first.json), ["5@x.org", "4@x.org", "3@x.org"]);
    assert_eq!(emails(&after_a_removal.json), ["1@x.org", "0@x.org"], "2 is missed");
    assert_eq!(emails(&after_two_more.json), ["3@x.org", "2@x.org", "1@x.org"], "3 is seen twice");
}

#[tokio::test]
async fn one_member_of_a_group_can_be_asked_for() {
    let (api, caller, _) = community();
    let id = crowd(&api, 1).remove(0);

    assert_eq!(caller.get(&format!("{MEMBERS}/{id}")).await.json["email"], "0@x.org");
    assert_eq!(caller.get(&format!("{MEMBERS}/0@x.org")).await.status, 404);
    api.remove_member(BOARD, &id);
    assert_eq!(caller.get(&format!("{MEMBERS}/{id}")).await.status, 404);
}

#[tokio::test]
async fn a_deleted_group_is_404_and_no_call_makes_one() {
    let (api, caller, _) = community();
    api.delete_group(BOARD);

    let added = caller.post(MEMBERS, &add("ada@x.org")).await;
    let made = caller.post("/v1/groups", &json!({ "name": "Board" })).await;

    assert_eq!(error(&added), (404, "Group not found", &Value::Null));
    assert_eq!(made.status, 404);
    assert_eq!(api.user_count(), 0);
}

#[tokio::test]
async fn ten_calls_a_second_are_taken_and_the_eleventh_has_to_wait() {
    let stated = Settings::new("key", "s3cret").limits;
    let (api, caller, clock) = community_with(|settings| settings.limits = stated);
    let stranger = Caller::basic(api.router(), "other", "s3cret");

    for _ in 0..10 {
        stranger.get("/v1/groups").await;
        assert_eq!(caller.get("/v1/groups").await.status, 200);
    }
    let (first, second) = (caller.get("/v1/groups").await, caller.get("/v1/groups").await);
    clock.advance_ms(1_000);
    let later = caller.get("/v1/groups").await;

    assert_eq!(error(&first), (429, "Too many requests", &Value::Null));
    assert_eq!((second.status, later.status), (429, 200));
    assert_eq!(
        (&first.headers["retry-after"], second.headers.get("retry-after")),
        (&"1".parse().unwrap(), None)
    );
    assert_eq!((stated.per_second, stated.per_minute), (Some(10), Some(600)));
    assert_eq!(stated.retry_after, RetryAfter::InTurn);
}

#[tokio::test]
async fn what_was_asked_is_recorded_without_the_secret() {
    let (api, caller, clock) = community();
    caller.get(&format!("{MEMBERS}?limit=2")).await;
    clock.advance_ms(5);
    caller.post(MEMBERS, &add("ada@x.org")).await;
    caller.post(MEMBERS, &json!("not json")).await;

    let requests = serde_json::to_value(api.requests()).unwrap();

    assert_eq!(
        requests,
        json!([
            { "number": 1, "at": START, "method": "GET", "path": "/v1/groups/4711/members?limit=2", "authorized": true, "body": null, "status": 200 },
            { "number": 2, "at": START + 5, "method": "POST", "path": MEMBERS, "authorized": true, "body": add("ada@x.org"), "status": 201 },
            { "number": 3, "at": START + 5, "method": "POST", "path": MEMBERS, "authorized": true, "body": "not json", "status": 400 },
        ])
    );
    api.forget_requests();
    assert!(api.requests().is_empty());
}

#[tokio::test]
async fn changing_calls_are_counted_for_each_member_of_each_group() {
    let (api, caller, _) = community();
    caller.post(MEMBERS, &add("ada@x.org")).await;
    caller.post(MEMBERS, &add("ADA@x.org")).await;
    caller.post(MEMBERS, &add("not an address")).await;
    let id = api.user_id("ada@x.org").unwrap();
    caller.delete(&format!("{MEMBERS}/{id}")).await;

    let count = |member: &str| {
        let count = api.mutations("4711", member);
        (count.tried, count.done)
    };

    assert_eq!((count("ada@x.org"), count(&id)), ((3, 3), (3, 3)));
    assert_eq!(count("not an address"), (1, 0));
    assert_eq!(api.mutations("5", &id).tried, 0);
    assert_eq!(api.overlaps(), 0);
}

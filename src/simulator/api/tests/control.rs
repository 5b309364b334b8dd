//! The control plane.

use super::super::higher_logic::{self, Refresh, Tenant};
use super::*;

fn controlled(api: &Router, control: Router) -> Caller {
    Caller { router: api.clone().merge(control), headers: Vec::new() }
}

#[tokio::test]
async fn groups_and_members_are_seeded_and_shown() {
    let (api, _, _) = community();
    let control = controlled(&api.router(), api.control());
    let seed = json!({
        "groups": [{
            "id": 5, "name": "Everyone", "privacy": 5, "public_form": true, "parent_group_id": 4711,
            "members": [{ "email": "a@x.org", "fields": { "first_name": "A" }, "is_admin": true }],
        }],
        "members": [{ "group": 4711, "email": "p@x.org", "status": "pending" }],
    });

    let seeded = control.post("/__control/seed", &seed).await;
    let state = control.get("/__control/state").await.json;
    let wrong = control.post("/__control/seed", &json!({ "people": [] })).await;

    assert_eq!(seeded.status, 204);
    let [everyone, board] = &state["groups"].as_array().unwrap()[..] else { unreachable!() };
    assert_eq!((&everyone["privacy"], &everyone["parent_group_id"]), (&json!(5), &json!(4711)));
    assert_eq!(everyone["members"][0]["is_admin"], true);
    assert_eq!(everyone["members"][0]["fields"], json!({ "email": "a@x.org", "first_name": "A" }));
    assert_eq!(board["members"][0]["status"], "pending");
    assert_eq!((state["users"].as_array().unwrap().len(), &state["overlaps"]), (2, &json!(0)));
    assert!(wrong.status == 422 && wrong.text.contains("people"), "{}", wrong.text);
}

#[tokio::test]
async fn faults_are_set_in_writing() {
    let (api, caller, _) = community();
    let control = controlled(&api.router(), api.control());
    let faults = json!([
        { "route": "GET /v1/groups", "times": 1, "status": 429, "headers": { "retry-after": "2" }, "body": { "error_message": "Slow" } },
        { "route": "/v1", "nth": 2, "html": true },
        { "route": "/v1", "nth": 3, "redirect": "add-slash", "status": 301 },
        { "route": "/v1", "nth": 4, "times": 1, "drop": true, "after": true },
        { "route": "/v1", "nth": 5, "body": "plain words" },
        { "route": "/v1", "nth": 6, "truncate": true },
        { "route": "/v1", "nth": 7, "slow": 0, "delay_ms": 1 },
        { "route": "/v1", "nth": 8, "huge": true },
        { "route": "/v1", "nth": 9, "redirect": "https://elsewhere.example/" },
        { "route": "/v1", "nth": 10, "change": { "remove": { "group": "4711", "member": "a@x.org" } } },
    ]);
    api.seed_member(BOARD, Member::new("a@x.org"));

    let set = control.post("/__control/faults", &faults).await.status;
    let mut met = Vec::new();
    for _ in 0..11 {
        let answer = caller.try_send("GET", "/v1/groups", &Value::Null).await;
        met.push(answer.map_or(0, |answer| answer.status));
    }

    assert_eq!((set, met), (204, vec![429, 200, 301, 0, 200, 0, 200, 200, 307, 200, 200]));
    assert!(api.members(BOARD).is_empty());
    let two_at_once = json!([{ "route": "/v1", "html": true, "status": 500 }]);
    assert_eq!(control.post("/__control/faults", &two_at_once).await.status, 422);
    let misspelled = json!([{ "route": "/v1", "statsu": 500 }]);
    assert_eq!(control.post("/__control/faults", &misspelled).await.status, 422);
    control.post("/__control/faults", &json!([])).await;
    assert_eq!(caller.get("/v1/groups").await.status, 200);
}

#[tokio::test]
async fn requests_are_listed_and_a_reset_forgets_everything() {
    let (api, caller, _) = community();
    let control = controlled(&api.router(), api.control());
    caller.post("/v1/groups/4711/members", &add("ada@x.org")).await;
    let first_id = api.user_id("ada@x.org");

    let requests = control.get("/__control/requests").await.json;
    let reset = control.post("/__control/reset", &Value::Null).await.status;

    assert_eq!(requests[0]["body"], add("ada@x.org"));
    assert_eq!((reset, api.requests().len(), api.user_count()), (204, 0, 0));
    assert_eq!(api.mutations("4711", "ada@x.org").tried, 0);
    assert_eq!(caller.get("/v1/groups").await.json, json!([]));
    api.seed_group(Group::private(BOARD, "Board"));
    api.seed_member(BOARD, Member::new("ada@x.org"));
    assert_eq!(api.user_id("ada@x.org"), first_id, "ids are counted anew");
}

#[tokio::test]
async fn pending_contacts_are_higher_logics_alone() {
    let clock = Clock::new();
    let mut settings = higher_logic::Settings::new("key", "ACME");
    settings.refresh = Refresh::Held;
    let api: Api<Tenant> = Api::higher_logic(settings, clock.read());
    let mut control = controlled(&api.router(), api.control());
    control.headers.push(("x-api-key", "key".to_owned()));
    let seed = json!({
        "groups": [{ "key": "g1", "name": "Board", "list": "community" }],
        "contacts": [{ "MemberDetails": { "LegacyContactKey": "p1" } }],
    });
    let push = json!({ "TenantCode": "ACME", "Items": [{ "MemberDetails": { "LegacyContactKey": "p2" } }] });

    control.post("/__control/seed", &seed).await;
    control.post("/push/v1/members", &push).await;
    let pending = control.get("/__control/hl/pending").await.json;
    let state = control.get("/__control/state").await.json;
    let (mobilize, _, _) = community();
    let elsewhere = controlled(&mobilize.router(), mobilize.control());

    assert_eq!(pending, json!({ "pending": ["p2"] }));
    assert_eq!(
        (&state["contacts"][0]["key"], &state["groups"][0]["name"]),
        (&json!("p1"), &json!("Board"))
    );
    assert_eq!(state["pending"], json!(["p2"]));
    assert_eq!(elsewhere.get("/__control/hl/pending").await.status, 404);
}

#[tokio::test]
async fn the_api_alone_has_no_controls() {
    let (_, caller, _) = community();

    for path in ["/__control/state", "/__control/requests", "/v1/__control/state"] {
        assert_eq!(caller.get(path).await.status, 404);
    }
}

//! What goes wrong on purpose.

use super::super::{Change, Fault, Redirect};
use super::*;

const MEMBERS: &str = "/v1/groups/4711/members";

fn tried_and_done(api: &Api<Community>, member: &str) -> (u64, u64) {
    let count = api.mutations("4711", member);
    (count.tried, count.done)
}

async fn statuses<const N: usize>(caller: &Caller) -> [u16; N] {
    let mut statuses = [0; N];
    for status in &mut statuses {
        *status = caller.get("/v1/groups").await.status;
    }
    statuses
}

#[tokio::test]
async fn faults_meet_requests_in_their_order() {
    let (api, caller, _) = community();

    api.set_faults([Fault::on("/v1").times(2).answer(500), Fault::on("/v1").times(1).answer(502)]);
    let in_turn = statuses(&caller).await;
    let third = Fault::on("/v1/groups").nth(3).answer(503);
    api.set_faults([third.clone(), Fault::on("/v1").nth(2).answer(502)]);
    let numbered = statuses(&caller).await;
    api.set_faults([third.times(2)]);
    let twice_from_the_third = statuses(&caller).await;
    api.set_faults([Fault::on("/v1").answer(500)]);
    let always = statuses(&caller).await;
    api.set_faults([]);

    assert_eq!(in_turn, [500, 500, 502, 200]);
    assert_eq!(numbered, [200, 502, 503, 200]);
    assert_eq!(twice_from_the_third, [200, 200, 503, 503, 200]);
    assert_eq!(always, [500, 500, 500]);
    assert_eq!(statuses(&caller).await, [200]);
}

#[tokio::test]
async fn a_route_is_a_method_and_the_beginning_of_a_path() {
    let (api, caller, _) = community();
    let is_met = async |route: &str| {
        api.set_faults([Fault::on(route).answer(500)]);
        caller.post(MEMBERS, &add("ada@x.org")).await.status == 500
    };

    for route in ["/v1", "/v1/groups/", "POST /v1/groups/4711", "POST /v1/groups/4711/members$"] {
        assert!(is_met(route).await, "{route}");
    }
    for route in ["/v1/groups/47", "GET /v1", "/v1/groups/4711$", "/v1/groups/4711/members/bulk"] {
        assert!(!is_met(route).await, "{route}");
    }
}

#[tokio::test]
async fn an_answer_has_the_status_headers_and_body_of_the_fault() {
    let (api, caller, _) = community();
    let slow_down = json!({ "error_message": "Slow down" });
    let fault = Fault::on("/v1").answer_json(429, &slow_down).header("Retry-After", "7");

    api.set_faults([fault]);
    let answer = caller.post(MEMBERS, &add("ada@x.org")).await;

    assert_eq!((answer.status, answer.json), (429, slow_down));
    assert_eq!(answer.headers["retry-after"], "7");
    assert_eq!(api.members(BOARD).len(), 0, "the platform did nothing");
    assert_eq!(tried_and_done(&api, "ada@x.org"), (1, 0));
    assert_eq!(api.requests()[0].status, Some(429));
}

#[tokio::test]
async fn an_answer_may_be_lost_before_the_work_or_after_it() {
    let (api, caller, _) = community();
    let lost = Fault::on("POST /v1").drop_connection();

    api.set_faults([lost.clone()]);
    let before = caller.try_send("POST", MEMBERS, &add("ada@x.org")).await;
    let there_before = api.emails(BOARD);
    api.set_faults([lost.after_work()]);
    let after = caller.try_send("POST", MEMBERS, &add("ada@x.org")).await;

    assert!(before.is_err() && after.is_err());
    assert!(there_before.is_empty());
    assert_eq!(api.emails(BOARD), ["ada@x.org"]);
    assert_eq!(tried_and_done(&api, "ada@x.org"), (2, 1));
    assert_eq!(api.requests()[1].status, None);
}

#[tokio::test]
async fn a_status_may_lie_about_work_that_was_done() {
    let (api, caller, _) = community();
    api.set_faults([Fault::on("POST /v1").answer(500).after_work()]);

    let answer = caller.post(MEMBERS, &add("ada@x.org")).await;

    assert_eq!((answer.status, api.emails(BOARD)), (500, vec!["ada@x.org".to_owned()]));
}

#[tokio::test]
async fn an_answer_may_be_a_web_page_or_cut_off_or_slow_or_huge() {
    let (api, caller, _) = community();
    crowd(&api, 3);
    let whole = caller.get(MEMBERS).await.text;
    let with = async |fault: Fault| {
        api.set_faults([fault]);
        caller.try_send("GET", MEMBERS, &Value::Null).await
    };

    let html = with(Fault::on("/v1").html()).await.unwrap();
    let cut_off = with(Fault::on("/v1").truncate()).await;
    let slow = with(Fault::on("/v1").slow(0)).await.unwrap();
    let huge = with(Fault::on("/v1").huge()).await.unwrap();

    assert_eq!((html.status, &html.headers["content-type"]), (200, &"text/html".parse().unwrap()));
    assert!(html.text.starts_with("<!doctype html>"));
    assert!(cut_off.is_err());
    assert_eq!(slow.text, whole);
    assert_eq!((huge.text.len(), huge.json), (10 << 20, json!([])), "no members, at length");
}

#[tokio::test]
async fn redirects_lead_to_a_slash_or_to_another_host() {
    let (api, caller, _) = community();
    let location = async |to: Redirect, path: &str| {
        api.set_faults([Fault::on("/v1").redirect(to)]);
        let answer = caller.get(path).await;
        let location = answer.headers.get("location").map(|to| to.to_str().unwrap().to_owned());
        (answer.status, location)
    };
    let found = |path: &str| (307, Some(path.to_owned()));
    let host = Redirect::Host("https://elsewhere.example".into());

    assert_eq!(
        location(Redirect::AddSlash, "/v1/groups?limit=5").await,
        found("/v1/groups/?limit=5")
    );
    assert_eq!(location(Redirect::AddSlash, "/v1/groups/?limit=5").await, (200, None));
    assert_eq!(location(Redirect::DropSlash, "/v1/groups/").await, found("/v1/groups"));
    assert_eq!(location(Redirect::DropSlash, "/v1/groups").await, (200, None));
    assert_eq!(location(Redirect::Loop, "/v1/groups").await, found("/v1/groups"));
    assert_eq!(
        location(host, "/v1/groups?a=b").await,
        found("https://elsewhere.example/v1/groups?a=b")
    );
}

#[tokio::test]
async fn others_change_the_group_between_two_pages() {
    let (api, caller, _) = community();
    let ids = crowd(&api, 4);
    let page = async |offset: usize| {
        let page = caller.get(&format!("{MEMBERS}?limit=2&offset={offset}")).await;
        emails(&page.json).iter().map(|email| (*email).to_owned()).collect::<Vec<_>>()
    };
    let leaves = Change::Remove { group: "4711".into(), member: ids[3].clone() };
    let joins = Change::Add(json!({ "members": [{ "group": BOARD, "email": "new@x.org" }] }));
    let at_pages = |change| [Fault::on(format!("GET {MEMBERS}")).nth(1).with_change(change)];

    api.set_faults(at_pages(leaves));
    let while_one_leaves = (page(0).await, page(2).await);
    api.set_faults(at_pages(joins));
    let while_one_joins = (page(0).await, page(2).await);

    assert_eq!(while_one_leaves.0, ["3@x.org", "2@x.org"]);
    assert_eq!(while_one_leaves.1, ["0@x.org"], "1 is missed");
    assert_eq!(while_one_joins.0, ["2@x.org", "1@x.org"]);
    assert_eq!(while_one_joins.1, ["1@x.org", "0@x.org"], "1 is seen twice");
}

#[tokio::test]
async fn two_changes_of_one_member_at_once_are_noticed() {
    let (api, caller, _) = community();
    api.set_faults([Fault::on("/v1").delay_ms(10)]);

    let (one, other) = (add("ada@x.org"), add("ADA@x.org"));
    let (bob, reads) = (add("bob@x.org"), "/v1/groups");
    tokio::join!(caller.post(MEMBERS, &one), caller.post(MEMBERS, &bob), caller.get(reads));
    let apart = api.overlaps();
    tokio::join!(caller.post(MEMBERS, &one), caller.post(MEMBERS, &other));

    assert_eq!((apart, api.overlaps()), (0, 1));
    assert_eq!(api.state()["overlaps"], 1);
}

#[tokio::test]
async fn two_creations_of_one_person_at_once_are_noticed() {
    let (api, caller, _) = community();
    api.set_faults([Fault::on("/v1").times(1).after_work().delay_ms(10)]);

    let (one, other) = (add("ada@x.org"), add("ADA@x.org"));
    tokio::join!(caller.post(MEMBERS, &one), caller.post(MEMBERS, &other));

    assert_eq!(api.overlaps(), 1, "the first is done, and not yet answered");
}

#[tokio::test]
async fn who_hangs_up_while_waiting_may_have_changed_something() {
    let (api, caller, _) = community();
    let hang_up = async |fault: Fault, email: &str| {
        api.set_faults([fault]);
        let body = add(email);
        tokio::select! {
            biased;
            _ = caller.post(MEMBERS, &body) => unreachable!("an hour is not over"),
            () = async {} => {}
        }
        api.set_faults([]);
    };
    let an_hour = Fault::on("/v1").delay_ms(3_600_000);

    hang_up(an_hour.clone(), "ada@x.org").await;
    hang_up(an_hour.after_work(), "bob@x.org").await;
    caller.post(MEMBERS, &add("ada@x.org")).await;

    assert_eq!(api.emails(BOARD), ["ada@x.org", "bob@x.org"]);
    assert_eq!(tried_and_done(&api, "ada@x.org"), (2, 1));
    assert_eq!(tried_and_done(&api, "bob@x.org"), (1, 1));
    assert_eq!(api.overlaps(), 0, "a call that was given up is in nobody's way");
}

#[tokio::test]
async fn a_wrong_key_meets_faults_too_but_changes_and_counts_nothing() {
    let (api, _, _) = community();
    let stranger = Caller::basic(api.router(), "other", "s3cret");
    api.set_faults([Fault::on("/v1").times(1).answer(503).after_work()]);

    let (spoiled, usual) =
        (stranger.post(MEMBERS, &add("a@x.org")).await, stranger.get("/v1/groups").await);

    assert_eq!((spoiled.status, usual.status), (503, 401));
    assert_eq!((api.user_count(), tried_and_done(&api, "a@x.org")), (0, (0, 0)));
}

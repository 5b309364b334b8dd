//! Lists: envelopes, pages, and that half a list is none.

use serde_json::{Value, json};

use super::super::{Failure, Platform};
use super::server::Asked;
use super::{Act, Server, ada, board, mobilize, mobilize_with};

fn people(count: usize) -> Vec<Value> {
    let person = |number| {
        json!({"id": number, "email": format!("{number}@x.org"),
            "groups": [{"id": 4711, "is_admin": false, "status": "accepted"}]})
    };
    (0..count).map(person).collect()
}

/// At most 50 rows, whatever is asked.
fn page(list: &[Value], asked: &Asked) -> Act {
    let (offset, limit) = (asked.query("offset").unwrap(), asked.query("limit").unwrap());
    let rows: Vec<&Value> = list.iter().skip(offset).take(limit.min(50)).collect();
    Act::json(200, &json!(rows))
}

fn counting(count: Option<usize>) -> Act {
    let mut group = board();
    group["members_count"] = json!(count);
    Act::json(200, &group)
}

#[tokio::test]
async fn a_list_is_taken_in_both_envelopes_and_an_id_is_text() {
    for body in [json!([board()]), json!({"results": [board()], "total": 1})] {
        let again = body.clone();
        let server = Server::that(move |_| Act::json(200, &again)).await;
        let groups = mobilize(&server.origin).groups().await.unwrap();
        assert_eq!(groups.len(), 1);
        assert_eq!((&*groups[0].remote_id, &*groups[0].name), ("4711", "Board"));
        assert!(groups[0].is_private() && groups[0].is_top_level());

        let strict = r#"{"envelope": "array", "calls": {"retry": {"page_tries": 1}}}"#;
        let strict = mobilize_with(Platform::Mobilize, &server.origin, strict).groups().await;
        assert_eq!(strict.is_ok(), body.is_array());
    }
}

/// PLATFORMS.md 1.4: a cap of 50 rows, even when 500 are asked for.
#[tokio::test]
async fn all_pages_are_read_when_the_platform_gives_fewer_rows_than_asked_for() {
    for page_size in [50, 500] {
        for (count, pages) in [(0, 1), (1, 2), (49, 2), (50, 2), (51, 3), (120, 4), (150, 5)] {
            let list = people(count);
            let server = Server::that(move |asked| {
                if asked.line.ends_with("/groups/4711") {
                    return counting(Some(count));
                }
                assert!(asked.line.contains("include_fields=true"));
                page(&list, asked)
            })
            .await;
            let profile =
                format!(r#"{{"page_size": {page_size}, "calls": {{"per_second": 100}}}}"#);
            let platform = mobilize_with(Platform::Mobilize, &server.origin, &profile);

            let listing = platform.members("4711").await.ok().unwrap();

            assert_eq!(listing.members().len(), count, "pages of {page_size}");
            assert_eq!(server.asked().len(), pages + 1, "{count} members, and their group");
        }
    }
}

/// SEC-Y4: when the platform's own count does not agree, one reading is not enough.
#[tokio::test]
async fn a_list_is_read_until_two_readings_agree() {
    for told in [None, Some(119)] {
        let mut list = people(120);
        let mut readings = 0;
        let server = Server::that(move |asked| {
            if asked.line.ends_with("/groups/4711") {
                return counting(told);
            }
            if asked.query("offset") == Some(0) {
                readings += 1;
                // Somebody moves to the front, where the reader has been already.
                if readings == 2 {
                    let moved = list.remove(100);
                    list.insert(0, moved);
                    list.pop();
                }
            }
            page(&list, asked)
        })
        .await;
        let profile = r#"{"calls": {"per_second": 100}}"#;
        let listing = mobilize_with(Platform::Mobilize, &server.origin, profile)
            .members("4711")
            .await
            .ok()
            .unwrap();

        assert_eq!(listing.members().len(), 119);
        let readings = server.lines().iter().filter(|line| line.ends_with("offset=0")).count();
        assert_eq!(readings, 3);
    }
}

#[tokio::test]
async fn a_list_that_never_holds_still_is_a_failure() {
    let mut next = 0;
    let server = Server::that(move |asked| {
        if asked.line.ends_with("/groups/4711") {
            return counting(None);
        }
        if asked.query("offset") == Some(0) {
            next += 1;
        }
        page(&people(next), asked)
    })
    .await;
    let failure = mobilize(&server.origin).members("4711").await.err().unwrap();
    assert!(matches!(failure, Failure::Broken { .. }), "{failure:?}");
}

/// SEC-Y4.
#[tokio::test]
async fn one_page_that_fails_is_a_list_that_fails() {
    let broken = || -> [Act; 6] {
        [
            Act::json(500, &json!({})),
            Act::text(200, "text/html", "<p>Maintenance</p>"),
            Act::json(200, &json!({"error_message": "timeout"})),
            Act::json(200, &json!([{"name": "without an id"}])),
            Act::json(200, &json!([{"id": ".."}])),
            Act::HangUp,
        ]
    };
    for at in 0..6 {
        let list = people(120);
        let mut broken = Some(broken().into_iter().nth(at).unwrap());
        let server = Server::that(move |asked| match asked.query("offset") {
            Some(49) => broken.take().unwrap(),
            _ => page(&list, asked),
        })
        .await;
        let failure = mobilize(&server.origin).members("4711").await.err().unwrap();
        assert!(failure.outcome_is_unknown(), "{failure:?}");
        assert_eq!(server.asked().len(), 2);
    }
}

#[tokio::test]
async fn a_page_is_tried_again_before_the_list_is_given_up() {
    let list = people(60);
    let mut faults = vec![Act::HangUp, Act::json(502, &json!({}))];
    let server = Server::that(move |asked| match asked.query("offset") {
        Some(49) if !faults.is_empty() => faults.pop().unwrap(),
        Some(_) => page(&list, asked),
        None => counting(Some(60)),
    })
    .await;
    let patient = r#"{"calls": {"retry": {"page_tries": 3, "page_base_ms": 1}}}"#;
    let platform = mobilize_with(Platform::Mobilize, &server.origin, patient);
    assert_eq!(platform.members("4711").await.ok().unwrap().into_members().len(), 60);
}

#[tokio::test]
async fn a_group_that_is_not_there_is_gone_and_a_wrong_key_stays_a_wrong_key() {
    let gone = json!({"error_message": "group not found"});
    for (act, expected) in [
        (Act::json(404, &gone), Failure::GroupGone { words: "group not found".into() }),
        (
            Act::json(401, &json!({"error_message": "no"})),
            Failure::Unauthorized { status: 401, words: "no".into() },
        ),
    ] {
        let mut act = Some(act);
        let server = Server::that(move |_| act.take().unwrap()).await;
        assert_eq!(mobilize(&server.origin).members("4711").await.err(), Some(expected));
    }
    let server = Server::that_does([Act::json(200, &board())]).await;
    let other = mobilize(&server.origin).group("4712").await.unwrap_err();
    assert!(matches!(other, Failure::Broken { .. }), "{other:?}");
}

#[tokio::test]
async fn one_page_can_be_looked_at() {
    let server = Server::that_does([Act::json(200, &json!([ada()]))]).await;
    let page = mobilize(&server.origin).members_page("4711", 100).await.ok().unwrap();
    assert_eq!(page.len(), 1);
    let line = "GET /v1/groups/4711/members?include_fields=true&limit=50&offset=100";
    assert_eq!(server.lines(), [line]);
}

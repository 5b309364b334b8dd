//! People and groups of Mobilize and Forj Community: what is sent, and what is read from the answer.

use serde_json::{Value, json};

use super::super::mobilize::{Found, Removal, Role};
use super::super::{Failure, Field, Fields, Platform};
use super::{Act, IMPATIENT, Server, ada, board, mobilize, mobilize_with};

fn fields() -> Fields {
    [
        (Field::FirstName, "Ada"),
        (Field::LastName, "Lovelace"),
        (Field::Email, "ada@x.org"),
        (Field::CompanyName, "Analytical Engines"),
        (Field::JobTitle, ""),
    ]
    .into_iter()
    .collect()
}

#[tokio::test]
async fn a_member_is_read_with_their_standing_in_this_group_and_our_fields_only() {
    let mut plain = ada();
    for name in ["groups", "fields", "name"] {
        plain.as_object_mut().unwrap().remove(name);
    }
    let mut unsaid = ada();
    unsaid["groups"] = json!([{"id": 4711, "is_admin": "perhaps", "status": "invited"}]);
    let pages = json!([ada(), plain, unsaid]);
    let server = Server::that(move |_| Act::json(200, &pages)).await;
    let platform = mobilize(&server.origin);

    let page = platform.members_page("4711", 0).await.ok().unwrap();
    let [full, plain, unsaid] = &page[..] else { panic!("three rows") };
    assert_eq!((&*full.remote_id, &*full.name), ("9f3c", "Ada Lovelace"));
    assert_eq!((full.role, full.is_accepted()), (Role::Member, true));
    assert!(full.has_email(" ADA@X.ORG") && !full.has_email("ada@x.or"));
    let values: Vec<_> = full.fields.iter().map(|(_, value)| value).collect();
    assert_eq!(values, ["Ada", "Lovelace", "ada@x.org", "Analytical Engines", "Countess"]);
    assert_eq!((plain.role, &plain.status, &*plain.name), (Role::Unsaid, &None, "Ada Lovelace"));
    assert_eq!(plain.fields.get(Field::Email), Some("Ada@x.org"));
    assert_eq!((unsaid.role, unsaid.is_accepted()), (Role::Unsaid, false));

    let page = platform.members_page("4712", 0).await.ok().unwrap();
    assert_eq!((page[0].role, page[0].status.as_deref()), (Role::Admin, Some("pending")));
}

/// R55 and R56: five fields to Mobilize; to Forj Community four, and the e-mail of somebody new.
#[tokio::test]
async fn exactly_the_fields_of_each_document_are_sent() {
    for (platform, has_email) in [(Platform::Mobilize, true), (Platform::Forj, false)] {
        let server = Server::that(|_| Act::json(200, &ada())).await;
        let client = mobilize_with(platform, &server.origin, IMPATIENT);

        client.add("4711", None, &fields(), "1").await.ok().unwrap();
        client.add("4711", Some("9f3c"), &fields(), "2").await.ok().unwrap();
        client.update("9f3c", &fields(), "3").await.ok().unwrap();

        let email = json!("ada@x.org");
        let mut known = json!({
            "first_name": "Ada", "last_name": "Lovelace", "email": email,
            "company_name": "Analytical Engines", "job_title": "",
        });
        let new = json!({"fields": known});
        if !has_email {
            known.as_object_mut().unwrap().remove("email");
        }
        let sent: Vec<Value> = server.asked().into_iter().map(|asked| asked.json).collect();
        assert_eq!(
            sent,
            [new, json!({"user_id": "9f3c", "fields": known}), json!({"fields": known})]
        );
        let lines =
            ["POST /v1/groups/4711/members", "POST /v1/groups/4711/members", "PUT /v1/users/9f3c"];
        assert_eq!(server.lines(), lines);
    }
}

#[tokio::test]
async fn nobody_new_is_sent_without_an_e_mail_address() {
    let server = Server::that_does([]).await;
    let nameless: Fields = [(Field::FirstName, "Ada"), (Field::Email, " ")].into_iter().collect();
    let refused = mobilize(&server.origin).add("4711", None, &nameless, "1").await.err().unwrap();
    assert!(refused.is_permanent(), "{refused:?}");
    assert!(server.asked().is_empty());
}

/// SEC-Y14.
#[tokio::test]
async fn an_answer_about_somebody_else_is_not_taken() {
    let server = Server::that(|_| Act::json(200, &ada())).await;
    let platform = mobilize(&server.origin);
    for answer in [
        platform.update("7777", &fields(), "1").await,
        platform.add("4711", Some("7777"), &fields(), "2").await,
    ] {
        assert!(matches!(answer.err().unwrap(), Failure::Broken { .. }));
    }
}

#[tokio::test]
async fn whoever_is_not_there_is_removed_unless_it_is_the_group_that_is_not_there() {
    let gone = || Act::json(404, &json!({"error_message": "not found"}));
    for (acts, expected) in [
        (vec![Act::Answer(204, Vec::new(), Vec::new())], Ok(Removal::Removed)),
        (vec![Act::json(200, &json!({}))], Ok(Removal::Removed)),
        (vec![gone(), Act::json(200, &board())], Ok(Removal::WasNotThere)),
        (vec![gone(), gone()], Err(Failure::GroupGone { words: "not found".into() })),
    ] {
        let asked = acts.len();
        let server = Server::that_does(acts).await;
        let removed = mobilize(&server.origin).remove("4711", "a/b", "1").await;
        assert_eq!(removed.map(|removed| removed.it), expected);
        assert_eq!(server.lines()[0], "DELETE /v1/groups/4711/members/a%2Fb");
        assert_eq!(server.asked().len(), asked);
    }
    // Nobody knows what went wrong, so nobody says "removed".
    let server = Server::that_does([gone(), Act::json(500, &json!({}))]).await;
    let removed = mobilize(&server.origin).remove("4711", "9f3c", "1").await;
    assert!(matches!(removed, Err(Failure::Broken { .. })));
}

#[tokio::test]
async fn a_person_who_is_gone_is_told_apart_from_a_group_that_is_gone() {
    let gone = || Act::json(404, &json!({"error_message": "not found"}));
    let missing = Failure::Refused { status: 404, words: "not found".into() };
    let group_gone = Failure::GroupGone { words: "not found".into() };

    let server = Server::that_does([gone(), Act::json(200, &board())]).await;
    let added = mobilize(&server.origin).add("4711", Some("9f3c"), &fields(), "1").await;
    assert_eq!(added.err(), Some(missing.clone()));
    let server = Server::that_does([gone(), gone()]).await;
    let added = mobilize(&server.origin).add("4711", Some("9f3c"), &fields(), "1").await;
    assert_eq!(added.err(), Some(group_gone.clone()));
    let server = Server::that_does([gone()]).await;
    let added = mobilize(&server.origin).add("4711", None, &fields(), "1").await;
    assert_eq!(added.err(), Some(group_gone));
    let server = Server::that_does([gone()]).await;
    let updated = mobilize(&server.origin).update("9f3c", &fields(), "1").await;
    assert_eq!(updated.err(), Some(missing));
}

#[tokio::test]
async fn a_look_up_finds_one_person_nobody_or_too_many() {
    let mut other = ada();
    other["id"] = json!("1234");
    let mut stranger = other.clone();
    stranger["email"] = json!("bob@x.org");
    for (body, expected) in [
        (json!([]), "nobody"),
        (json!([ada()]), "one 9f3c"),
        (json!({"results": [ada()]}), "one 9f3c"),
        (json!([ada(), other]), "several"),
        // The platform ignores the question and lists whom it likes.
        (json!([stranger, stranger]), "nobody"),
        (json!([stranger, ada()]), "one 9f3c"),
    ] {
        let server = Server::that_does([Act::json(200, &body)]).await;
        let found = match mobilize(&server.origin).find_by_email("ada@x.org").await.ok().unwrap() {
            Found::One(member) => format!("one {}", member.remote_id),
            Found::Nobody => "nobody".into(),
            Found::Several => "several".into(),
            Found::CannotAsk => "cannot ask".into(),
        };
        assert_eq!(found, expected, "{body}");
        assert_eq!(server.lines(), ["GET /v1/users?email=ada%40x.org&limit=2"]);
    }
    let without = r#"{"routes": {"find_by_email": null}}"#;
    let platform = mobilize_with(Platform::Forj, "http://localhost:1", without);
    assert!(matches!(platform.find_by_email("a@b.c").await, Ok(Found::CannotAsk)));
}

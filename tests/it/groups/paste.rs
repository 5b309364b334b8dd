//! A pasted list: looked up first, done then, and exactly what was shown.

use novi_sso::events::Actor;
use novi_sso::groups::{self, membership};

use super::{at, company, is_in, ruth, saved};
use crate::support::{ELSEWHERE, Novi};

#[tokio::test]
async fn a_list_says_who_was_not_found_before_anything_is_done() {
    let novi = Novi::start().await;
    let (ann, bo) = (novi.member("Ann").await, novi.member("Bo").await);
    novi.member_at(ELSEWHERE, "Nora", |_| {}).await;
    let board = novi.group("Board", &[&ann]).await;
    let lumber = company(&novi, "Northshore Lumber").await;
    let mut ruth = ruth(&novi).await;
    let url = at(&board, "/members/paste");
    let list = format!(
        "Ann@Acme.example\r\nBo Baker <bo@acme.example>; bo@acme.example\r\n{}\r\nnora@other.example, nobody",
        lumber.as_str().to_uppercase()
    );
    let before = novi.tables().await;

    let page = ruth.get(&url).await;
    let check = ruth.fill(&page, &url, &[("list", &list), ("way", "in")]).await;

    assert_eq!(check.status, 200);
    let text = check.text();
    assert!(text.contains("2 of the list will be added"), "{text}");
    assert!(text.contains("Bo Archer, Northshore Lumber"), "{text}");
    assert!(text.contains("1 is in the group already."), "{text}");
    assert!(text.contains("2 were not found."), "{text}");
    assert!(check.body.contains("<code>nora@other.example</code>"), "{text}");
    assert!(check.body.contains("<code>nobody</code>"), "{text}");
    assert_eq!(novi.tables().await.changed_since(&before), [""; 0]);

    let digest = button(&check.body);
    let done = ruth.fill(&check, &url, &[("confirmed", &digest)]).await;
    saved(&done, &at(&board, "/members"));
    assert!(is_in(&novi, &board, &bo.id.clone().into()).await);
    assert!(is_in(&novi, &board, &lumber).await);
    assert_eq!(novi.events("group.member_added").await, 3);
}

/// The value of the button that goes on.
fn button(body: &str) -> String {
    let (_, rest) = body.split_once("name=\"confirmed\" value=\"").expect("a button to go on");
    rest.split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn what_is_not_the_same_any_more_is_shown_again_and_not_done() {
    let novi = Novi::start().await;
    let (ann, bo) = (novi.member("Ann").await, novi.member("Bo").await);
    let board = novi.group("Board", &[&ann, &bo]).await;
    let mut ruth = ruth(&novi).await;
    let url = at(&board, "/members/paste");
    let page = ruth.get(&url).await;
    let list = "ann@acme.example\nbo@acme.example";
    let check = ruth.fill(&page, &url, &[("list", list), ("way", "out")]).await;
    let digest = button(&check.body);
    let site = novi.home().await;
    groups::remove_member(&site, &board, &bo.id, &Actor::CommandLine).await.unwrap();

    let again = ruth.fill(&check, &url, &[("confirmed", &digest)]).await;
    let other =
        ruth.fill(&check, &url, &[("confirmed", &button(&again.body)), ("way", "in")]).await;

    assert_eq!((again.status, other.status), (422, 422));
    assert!(again.text().contains("was changed since the list was looked up"), "{}", again.text());
    assert!(again.text().contains("1 of the list will be removed"), "{}", again.text());
    assert_eq!(membership::size(&mut site.read(), &board).await.unwrap(), 1);
    let done = ruth.fill(&again, &url, &[("confirmed", &button(&again.body))]).await;
    saved(&done, &at(&board, "/members"));
    assert_eq!(membership::size(&mut site.read(), &board).await.unwrap(), 0);
}

#[tokio::test]
async fn an_empty_list_a_long_one_and_a_stale_form_are_shown_again() {
    let novi = Novi::start().await;
    let board = novi.group("Board", &[]).await;
    let mut ruth = ruth(&novi).await;
    let url = at(&board, "/members/paste");
    let page = ruth.get(&url).await;

    let empty = ruth.fill(&page, &url, &[("list", " ,\n"), ("way", "in")]).await;
    let long = ruth.fill(&page, &url, &[("list", &"x,".repeat(5001)), ("way", "in")]).await;
    let stale = ruth.post(&url, &[("form_token", "old"), ("list", "ann@acme.example")]).await;

    assert_eq!([empty.status, long.status, stale.status], [422, 422, 403]);
    assert!(empty.text().contains("There is nothing on the list."), "{}", empty.text());
    assert!(long.text().contains("more than 5,000 entries"), "{}", long.text());
    assert!(stale.body.contains(">ann@acme.example</textarea>"), "{}", stale.body);
}

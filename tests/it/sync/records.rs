//! What was sent about somebody, what became of it, and what would be sent now (GOAL-C14).

use novi_sso::events::Actor;
use novi_sso::groups;
use novi_sso::simulator::api::Fault;
use novi_sso::sync::integration;
use novi_sso::sync::link::GroupType;
use novi_sso::sync::platform::Platform;

use serde_json::json;

use crate::support::{BOARD, HOME, Member, Page, Stage};

const BY: Actor = Actor::CommandLine;

fn url(member: &Member) -> String {
    format!("/admin/members/{}/sent", member.id)
}

/// The lines below the table, the newest first.
fn lines(page: &Page) -> String {
    page.text().split("As it went out").nth(1).unwrap_or_default().to_owned()
}

/// GOAL-C14: as it went out, by its names there, and what the platform's own answer was.
#[tokio::test]
async fn what_was_sent_is_shown_by_its_names_there_with_the_answer() {
    let stage = Stage::start().await;
    let ann = stage.novi.member("Ann").await;
    let group = stage.novi.group("Committee", &[&ann]).await;
    stage.link(&group).await;
    stage.link_higher_logic(&group, GroupType::Community).await;
    stage.settle().await;
    let mut ruth = stage.ruth().await;

    let page = ruth.get(&url(&ann)).await;

    let lines = lines(&page);
    for told in [
        "Mobilize confirmed it (201).",
        "first_name Ann",
        &*format!("email {}", ann.email),
        "Higher Logic confirmed it (200).",
        "FirstName Ann",
        "CommunityGroups GroupKey:",
        "SecurityGroups nothing",
    ] {
        assert!(lines.contains(told), "{told}: {lines}");
    }
    assert!(!page.body.contains("[[") && !page.body.contains("{&#34;"), "{}", page.body);
    assert!(!page.text().contains('“'), "our own words are in no quotes: {}", page.text());
    assert!(!page.body.contains(&format!("href=\"{}\"", url(&ann))), "it leads to itself");
}

/// GOAL-C14: what was refused, or never answered, left all the same; and it counts as no removal.
#[tokio::test]
async fn what_was_refused_or_never_answered_is_shown_too() {
    let stage = Stage::start().await;
    let ann = stage.novi.member("Ann").await;
    let group = stage.novi.group("Committee", &[&ann]).await;
    let route = format!("POST /v1/groups/{BOARD}/members");
    stage.mobilize.set_faults([
        Fault::on(&*route).nth(1).answer_json(422, &json!({ "error_message": "Title is odd" })),
        Fault::on(&*route).nth(2).answer(502),
    ]);
    stage.higher_logic.set_faults([Fault::on("/push").nth(1).answer(400)]);
    stage.link(&group).await;
    stage.link_higher_logic(&group, GroupType::Community).await;
    stage.settle().await;
    let mut ruth = stage.ruth().await;

    let refused = lines(&ruth.get(&url(&ann)).await);
    assert!(refused.contains("Refused. Mobilize answered 422: “Title is odd”."), "{refused}");
    assert!(
        refused.contains("Refused. Higher Logic: it answered 400 without a word."),
        "{refused}"
    );
    assert!(refused.contains("first_name Ann") && refused.contains("FirstName Ann"), "{refused}");
    stage.passes(3600).await;
    let unknown = lines(&ruth.get(&url(&ann)).await);
    let told = "Nobody knows yet whether it was taken. Mobilize: it answered 502";
    assert!(unknown.contains(told), "{unknown}");
    for _ in 0..3 {
        stage.passes(3600).await;
    }
    let confirmed = lines(&ruth.get(&url(&ann)).await);
    assert!(confirmed.contains("Mobilize confirmed it ("), "{confirmed}");

    let route = format!("DELETE /v1/groups/{BOARD}/members");
    stage.mobilize.set_faults([Fault::on(route).nth(1).answer(422)]);
    let site = stage.site().await;
    groups::remove_member(&site, &group, &ann.id, &BY).await.unwrap();
    for _ in 0..2 {
        stage.settle().await;
        stage.passes(60).await;
    }
    let mut db = site.read();
    let long_ago = site.now.plus_seconds(-3600);
    let counted = novi_sso::sync::sent::removals(&mut db, Platform::Mobilize, long_ago).await;
    assert_eq!(counted.unwrap(), 1, "a removal that was refused is none");
    let page = ruth.get(&url(&ann)).await;
    assert!(lines(&page).contains("Removed from Committee Refused."), "{}", page.text());
}

/// GOAL-C14: what it would get now, field by field, on both sorts of platforms; and all of it, where it got
/// nothing yet.
#[tokio::test]
async fn what_a_platform_would_get_now_is_shown_beside_what_it_has() {
    let stage = Stage::start().await;
    let ann = stage.novi.member("Ann").await;
    let group = stage.novi.group("Committee", &[&ann]).await;
    stage.link(&group).await;
    stage.link_higher_logic(&group, GroupType::Community).await;
    let mut ruth = stage.ruth().await;

    let before = ruth.get(&url(&ann)).await.text();
    let told = "It would get now: First Name nothing becomes Ann";
    assert_eq!(before.matches(told).count(), 2, "{before}");
    assert!(before.contains("Communities nothing becomes Committee"), "{before}");
    stage.settle().await;
    let same = ruth.get(&url(&ann)).await.text();
    assert!(!same.contains("It would get now"), "{same}");

    let site = stage.site().await;
    for platform in [Platform::Mobilize, Platform::HigherLogic] {
        integration::pause(&site, platform, &BY).await.unwrap();
    }
    let edit = format!("/admin/members/{}/edit", ann.id);
    let page = ruth.get(&edit).await;
    let saved = ruth.fill(&page, &edit, &[("job_title", "Treasurer")]).await;
    assert_eq!(saved.status, 303, "{}", saved.text());
    let now = ruth.get(&url(&ann)).await.text();
    let told = "It would get now: Job Title Owner becomes Treasurer";
    assert_eq!(now.matches(told).count(), 2, "{now}");
    assert!(!now.contains("First Name Ann becomes"), "{now}");

    // Whoever is in no linked group would get nothing.
    let zoe = stage.novi.member_at(HOME, "Zoe", |_| {}).await;
    let nothing = ruth.get(&url(&zoe)).await.text();
    assert!(!nothing.contains("It would get now"), "{nothing}");
}

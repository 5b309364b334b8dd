//! SEC-Y13: a mass of changes waits for an admin.

use novi_sso::hooks;
use serde_json::{Value, json};

use super::{Scene, crowd, scene_of};
use crate::support::{Member, Novi};

async fn unlimited() -> Scene {
    let limited = Novi::start_with(|settings| settings.limits.hook_calls = None);
    scene_of(limited.await).await
}

fn phone(number: usize) -> Value {
    json!({ "phone": format!("555 1{number:03}") })
}

/// How many were changed before the rest had to wait.
async fn changed(scene: &Scene, people: &[Member], results: &mut Vec<String>) -> usize {
    for (number, person) in people.iter().enumerate() {
        results.push(scene.zap.updates(person, phone(number)).await);
    }
    results.iter().filter(|result| *result == "changed").count()
}

#[tokio::test]
async fn more_than_a_twentieth_of_the_people_within_an_hour_wait() {
    let scene = unlimited().await;
    let people = crowd(&scene.novi, 158).await; // 160 with Ann and Ruth
    let mut results = Vec::new();

    assert_eq!(changed(&scene, &people[..12], &mut results).await, 8);

    assert_eq!(results[8..], ["waiting"; 4]);
    let novi = &scene.novi;
    assert_eq!(novi.count("select count(*) from members where phone like '555 1%'").await, 8);
    assert_eq!(novi.events("hook.quarantined").await, 1);
    assert!(!novi.tables().await.hold("555 1009"), "what waits is sealed");
}

#[tokio::test]
async fn more_than_fifty_people_within_an_hour_wait_however_many_there_are() {
    let scene = unlimited().await;
    let people = crowd(&scene.novi, 1200).await;
    let mut results = Vec::new();

    assert_eq!(changed(&scene, &people[..52], &mut results).await, 50);

    assert_eq!(results[50..], ["waiting"; 2]);
    assert_eq!(scene.novi.events("hook.changed_member").await, 50);
}

/// The same people again and again, or others hours later, are no mass.
#[tokio::test]
async fn the_same_people_again_and_a_few_each_hour_do_not_wait() {
    let scene = unlimited().await;
    let people = crowd(&scene.novi, 20).await;

    for turn in 0..30 {
        for (number, person) in people[..5].iter().enumerate() {
            assert_eq!(scene.zap.updates(person, phone(turn * 10 + number)).await, "changed");
        }
    }
    scene.novi.clock.advance(3601);
    for (number, person) in people[5..10].iter().enumerate() {
        assert_eq!(scene.zap.updates(person, phone(number)).await, "changed");
    }
}

#[tokio::test]
async fn what_waits_is_shown_and_let_through_in_the_order_it_was_sent() {
    let mut scene = unlimited().await;
    let people = crowd(&scene.novi, 10).await;
    let mut results = Vec::new();
    assert_eq!(changed(&scene, &people, &mut results).await, 5);
    let last = &people[9];
    let clock = scene.novi.clock.clone();
    for (number, bio) in [(1, "First"), (2, "Second")] {
        clock.advance(1);
        let fields = json!({ "phone": format!("555 200{number}"), "bio": bio });
        assert_eq!(scene.zap.updates(last, fields).await, "waiting");
    }

    let zap = scene.zap.clone();
    let list = scene.ruth.get("/admin/settings/hooks").await.text();
    assert!(list.contains("Held 7 updates wait."), "{list}");
    let page = scene.ruth.get(&zap.url("/waiting")).await;
    let text = page.text();
    assert!(text.contains("Phone: nothing becomes 555 1009"), "{text}");
    assert!(text.contains("Bio: nothing becomes Second"), "{text}");
    let done = scene.ruth.fill(&page, &zap.url("/release"), &[]).await;
    assert_eq!(done.location(), Some(zap.url("")));

    let novi = &scene.novi;
    let latest = "select count(*) from members where phone = '555 2002' and bio = 'Second'";
    assert_eq!(novi.count(latest).await, 1);
    assert_eq!(novi.count("select count(*) from members where phone like '555 1%'").await, 9);
    assert_eq!(novi.events("hook.changed_member").await, 10, "once for each person");
    assert_eq!(novi.events("hook.released").await, 1);
    assert_eq!(novi.count("select count(payload) from hook_deliveries").await, 0);
    assert_eq!(scene.zap.updates(last, json!({ "bio": "Third" })).await, "changed", "it goes on");
    let site = novi.home().await;
    let all = hooks::list(&mut site.read()).await.unwrap();
    assert_eq!((all[0].waiting, all[0].quarantined_at), (0, None));
}

/// What an admin did not see is not decided with what was seen.
#[tokio::test]
async fn what_came_after_the_admin_had_looked_still_waits() {
    let mut scene = unlimited().await;
    let people = crowd(&scene.novi, 10).await;
    let mut results = Vec::new();
    changed(&scene, &people[..7], &mut results).await;
    let zap = scene.zap.clone();
    let page = scene.ruth.get(&zap.url("/waiting")).await;
    scene.novi.clock.advance(1);
    assert_eq!(zap.updates(&people[8], phone(8)).await, "waiting");

    let done = scene.ruth.fill(&page, &zap.url("/release"), &[]).await;

    assert_eq!(done.location(), Some(zap.url("/waiting")));
    let novi = &scene.novi;
    assert_eq!(novi.count("select count(*) from members where phone like '555 1%'").await, 7);
    assert_eq!(novi.count("select waiting from hooks").await, 1);
    assert_eq!(zap.updates(&people[9], phone(9)).await, "waiting");
}

#[tokio::test]
async fn what_is_thrown_away_changes_nobody_and_cannot_come_again() {
    let mut scene = unlimited().await;
    let people = crowd(&scene.novi, 120).await;
    let mut results = Vec::new();
    changed(&scene, &people[..6], &mut results).await;
    for person in &people[6..] {
        scene.zap.updates(person, json!({ "bio": "Spam" })).await;
    }
    let zap = scene.zap.clone();
    let body = json!({ "member": people[7].id.as_str(), "fields": { "bio": "Spam" } });
    scene.novi.clock.advance(1);
    let parcel = zap.parcel(&body);
    assert_eq!(parcel.sent(&scene.novi).await.status, 202);

    let page = scene.ruth.get(&zap.url("/waiting")).await;
    assert!(page.text().contains("More"), "{}", page.text());
    let next = page.body.split("/waiting?").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let more = scene.ruth.get(&zap.url(&format!("/waiting?{next}"))).await;
    assert!(more.text().contains("Spam") && more.status == 200);
    let done = scene.ruth.fill(&page, &zap.url("/discard"), &[]).await;
    assert_eq!(done.location(), Some(zap.url("")), "{}", done.text());

    let novi = &scene.novi;
    assert_eq!(novi.count("select count(*) from members where bio = 'Spam'").await, 0);
    assert_eq!(novi.events("hook.discarded").await, 1);
    assert_eq!(parcel.sent(novi).await.json()["result"], "ignored");
}

/// Letting through what was stopped asks for the password, as looking at a Secret Key does.
#[tokio::test]
async fn deciding_asks_for_the_password_when_it_was_typed_long_ago() {
    let mut scene = unlimited().await;
    let people = crowd(&scene.novi, 10).await;
    changed(&scene, &people, &mut Vec::new()).await;
    let zap = scene.zap.clone();
    scene.novi.clock.advance(601);
    let page = scene.ruth.get(&zap.url("/waiting")).await;
    let before = scene.novi.tables().await;

    let asked = scene.ruth.fill(&page, &zap.url("/release"), &[]).await;
    assert_eq!(asked.status, 200);
    assert!(asked.text().contains("Let 5 updates through"), "{}", asked.text());
    let wrong = [("password", "not her password")];
    let wrong = scene.ruth.fill(&asked, &zap.url("/release"), &wrong).await;
    assert_eq!(wrong.status, 200);
    let changed = scene.novi.tables().await;
    assert!(!changed.changed_since(&before).contains(&"members"));

    scene.novi.clock.advance(60);
    let right = [("password", crate::support::PASSWORD)];
    let done = scene.ruth.fill(&asked, &zap.url("/release"), &right).await;
    assert_eq!(done.location(), Some(zap.url("")), "{}", done.text());
    let novi = &scene.novi;
    assert_eq!(novi.count("select count(*) from members where phone like '555 1%'").await, 10);
}

/// A tool that is closed leaves nothing waiting.
#[tokio::test]
async fn closing_throws_away_what_waits() {
    let mut scene = unlimited().await;
    let people = crowd(&scene.novi, 10).await;
    changed(&scene, &people, &mut Vec::new()).await;
    let zap = scene.zap.clone();

    let page = scene.ruth.get(&zap.url("/close")).await;
    assert!(page.text().contains("5 updates that wait are thrown away."), "{}", page.text());
    scene.ruth.fill(&page, &zap.url("/close"), &[]).await;

    let novi = &scene.novi;
    assert_eq!(novi.count("select count(payload) from hook_deliveries").await, 0);
    assert_eq!(novi.count("select waiting from hooks").await, 0);
    let waiting = scene.ruth.get(&zap.url("/waiting")).await;
    assert!(waiting.text().contains("Nothing waits"), "{}", waiting.text());
}

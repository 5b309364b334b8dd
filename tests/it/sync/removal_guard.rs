//! Removals that are held, as an admin sees and decides them.

use novi_sso::events::Actor;
use novi_sso::groups;
use novi_sso::id::GroupId;
use novi_sso::members::logins;
use novi_sso::simulator::api::mobilize::Member as There;
use novi_sso::sync::release;

use super::linking::at;
use crate::support::{BOARD, Browser, Member, Page, Stage};

const BY: Actor = Actor::CommandLine;

/// A linked group with so many members, all of whom were just taken out of it.
async fn emptied(stage: &Stage, number: usize) -> (GroupId, Vec<Member>) {
    let mut members = Vec::new();
    for index in 0..number {
        members.push(stage.novi.member(&format!("Ann{index}")).await);
    }
    let group = stage.novi.group("Committee", &members.iter().collect::<Vec<_>>()).await;
    stage.link(&group).await;
    stage.settle().await;
    let site = stage.site().await;
    for member in &members {
        assert!(groups::remove_member(&site, &group, &member.id, &BY).await.unwrap());
    }
    stage.settle().await;
    stage.passes(11).await;
    (group, members)
}

/// Where the held plan of a group is.
async fn plan_of(stage: &Stage, group: &GroupId) -> String {
    let held = release::held(&mut stage.site().await.read()).await.unwrap();
    at(group, &format!("/plans/{}", held.first().expect("a plan").plan_id))
}

async fn press(ruth: &mut Browser, plan: &str, what: &str, fields: &[(&str, &str)]) -> Page {
    let page = ruth.get(plan).await;
    ruth.fill(&page, &format!("{plan}/{what}"), fields).await
}

/// SEC-Y1, R65: an emptied group is held; its page names everybody and asks for their number and the
/// password.
#[tokio::test]
async fn a_held_plan_names_everybody_and_asks_for_their_number() {
    let stage = Stage::start().await;
    let (group, members) = emptied(&stage, 20).await;
    let admin = stage.novi.admin("Ruth").await;
    let mut ruth = stage.novi.browser_of(&admin).await;

    let list = ruth.get("/admin/groups").await;
    assert!(list.text().contains("Held Would remove 20 of 20. Look first"), "{}", list.text());
    let plan = plan_of(&stage, &group).await;
    assert!(list.body.contains(&format!("href=\"{plan}\"")), "{}", list.body);
    let tab = ruth.get(&at(&group, "/members")).await.text();
    assert!(tab.contains("Held: this sync would remove 20 of 20 people"), "{tab}");
    assert!(tab.contains("No longer in this group. Nothing is removed until you decide."), "{tab}");
    let page = ruth.get(&plan).await;
    assert!(page.text().contains("This sync would remove 20 of 20 people"), "{}", page.text());
    assert!(page.text().contains("We ask before a group is emptied"), "{}", page.text());
    assert!(page.text().contains("Ann7") && page.text().contains("Not in this group"));

    let wrong = press(&mut ruth, &plan, "release", &[("count", "2")]).await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.text().contains("You typed 2. This removes 20."), "{}", wrong.text());
    stage.novi.clock.advance(700);
    let prove = press(&mut ruth, &plan, "release", &[("count", "20")]).await;
    assert!(prove.text().contains("Type your password first"), "{}", prove.text());
    let to = format!("{plan}/release");
    let mistyped = ruth.fill(&prove, &to, &[("password", "wrong")]).await;
    assert!(mistyped.text().contains("not your password"), "{}", mistyped.text());
    assert_eq!(stage.there(BOARD).len(), 20);
    let done = ruth.fill(&mistyped, &to, &[("password", &admin.password)]).await;
    assert_eq!(done.location().as_deref(), Some(&*plan), "{}", done.text());
    for _ in 0..4 {
        stage.passes(11).await;
    }

    assert_eq!(stage.there(BOARD), Vec::<String>::new());
    let after = ruth.get(&plan).await.text();
    assert!(after.contains("20 of 20 are removed") && after.contains("Bring back 20"), "{after}");
    let again = ruth.get(&plan).await;
    assert!(!again.posts_to(&to), "what was decided is not asked again");
    assert_eq!(members.len(), 20);
}

/// SECURITY.md 3.6.5, 3.6.6: stopped halfway, and brought back.
#[tokio::test]
async fn a_release_can_be_stopped_and_undone_from_its_page() {
    let stage = Stage::start().await;
    let (group, _) = emptied(&stage, 20).await;
    let mut ruth = stage.ruth().await;
    let plan = plan_of(&stage, &group).await;
    press(&mut ruth, &plan, "release", &[("count", "20")]).await;
    stage.settle().await;
    let left = stage.there(BOARD).len();
    assert!((10..20).contains(&left), "{left}");

    let running = ruth.get(&plan).await.text();
    assert!(running.contains("They are being removed"), "{running}");
    press(&mut ruth, &plan, "stop", &[]).await;
    stage.passes(60).await;
    assert_eq!(stage.there(BOARD).len(), left);
    let stopped = ruth.get(&plan).await.text();
    assert!(stopped.contains("Stopped."), "{stopped}");

    press(&mut ruth, &plan, "restore", &[]).await;
    stage.settle().await;
    assert_eq!(stage.there(BOARD).len(), 20);
    let restored = ruth.get(&plan).await.text();
    assert!(
        restored.contains("Brought back now") || restored.contains("Brought back"),
        "{restored}"
    );
}

/// SEC-Y1: everybody can be kept, and what was decided is decided once.
#[tokio::test]
async fn everybody_can_be_kept_and_a_decision_is_made_once() {
    let stage = Stage::start().await;
    let (group, _) = emptied(&stage, 20).await;
    let mut ruth = stage.ruth().await;
    let plan = plan_of(&stage, &group).await;
    let early = ruth.get(&plan).await;

    let kept = press(&mut ruth, &plan, "discard", &[]).await;
    assert_eq!(kept.status, 303, "{}", kept.text());
    stage.settle().await;
    stage.passes(11).await;

    assert_eq!(stage.there(BOARD).len(), 20);
    let late = ruth.fill(&early, &format!("{plan}/release"), &[("count", "20")]).await;
    assert_eq!(late.status, 409);
    assert!(late.text().contains("decided already"), "{}", late.text());
    let history = ruth.get(&at(&group, "/history")).await.text();
    assert!(history.contains("20 of 20 people to be removed"), "{history}");
    assert!(history.contains("Everybody stays"), "{history}");
}

/// SEC-X6: the list as a file; and a plan belongs to its group.
#[tokio::test]
async fn a_plan_can_be_downloaded_and_is_found_in_its_group_only() {
    let stage = Stage::start().await;
    let (group, _) = emptied(&stage, 20).await;
    let mut ruth = stage.ruth().await;
    let plan = plan_of(&stage, &group).await;

    let file = ruth.get(&format!("{plan}?export=csv")).await;
    assert_eq!(file.header("content-type"), Some("text/csv; charset=utf-8"));
    assert_eq!(file.body.lines().count(), 21, "{}", file.body);
    let other = stage.novi.group("Other", &[]).await;
    let id = plan.rsplit('/').next().unwrap();
    for url in [at(&other, &format!("/plans/{id}")), at(&group, "/plans/plan_none")] {
        assert_eq!(ruth.get(&url).await.status, 404, "{url}");
    }
}

/// SECURITY.md 3.6.1, R46: a dry run reads and changes nothing.
#[tokio::test]
async fn a_dry_run_names_whom_a_sync_would_add_and_remove() {
    let stage = Stage::start().await;
    let (ann, bob) = (stage.novi.member("Ann").await, stage.novi.member("Bob").await);
    let group = stage.novi.group("Committee", &[&ann]).await;
    stage.link(&group).await;
    stage.settle().await;
    stage.mobilize.seed_member(BOARD, There::new("byhand@x.org").named("By", "Hand"));
    let site = stage.site().await;
    groups::add_member(&site, &group, &bob.id, &BY).await.unwrap();
    logins::disable(&site, &ann.id, &BY).await.unwrap();
    let mut ruth = stage.ruth().await;
    let writes = |stage: &Stage| {
        stage.mobilize.requests().iter().filter(|request| request.method != "GET").count()
    };
    let (before, sent) = (stage.novi.tables().await, writes(&stage));

    let page = ruth.get(&at(&group, "/preview")).await.text();

    assert!(page.contains("2 would be removed") && page.contains("By Hand"), "{page}");
    assert!(page.contains("Does not sync any more"), "{page}");
    assert!(!page.contains("Not in this group"), "Ann is in it: {page}");
    assert!(page.contains("1 would be added") && page.contains("Bob"), "{page}");
    assert_eq!(stage.novi.tables().await.changed_since(&before), [""; 0]);
    assert_eq!(writes(&stage), sent);
}

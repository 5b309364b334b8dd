//! What the pages of groups and members say of sync, and that they say it by themselves.

use novi_sso::events::Actor;
use novi_sso::groups;
use novi_sso::id::GroupId;
use novi_sso::simulator::api::Fault;
use novi_sso::simulator::api::mobilize::Member as There;
use novi_sso::sync::integration;
use novi_sso::sync::link::GroupType;
use novi_sso::sync::platform::Platform;
use novi_sso::sync::switch::{self, Mark};

use serde_json::json;

use super::linking::at;
use crate::support::{BOARD, Browser, HOME, Stage};

const BY: Actor = Actor::CommandLine;

/// R76, R77, R78, R79: the spinner while it syncs, and Up To Date when the platform confirmed it.
#[tokio::test]
async fn a_group_shows_the_spinner_and_then_up_to_date() {
    let stage = Stage::start().await;
    let ann = stage.novi.member("Ann").await;
    let group = stage.novi.group("Committee", &[&ann]).await;
    let mut ruth = stage.ruth().await;
    let before = ruth.get("/admin/groups").await;
    assert!(before.text().contains("Not linked (1)"), "{}", before.text());
    assert!(!before.body.contains("data-live"), "nothing moves");

    stage.link(&group).await;
    let during = ruth.get("/admin/groups").await;
    let tab = ruth.get(&at(&group, "/members")).await;
    assert!(during.body.contains("icon spin") && during.text().contains("Syncing To Board"));
    assert!(during.body.contains("data-live=\"/admin/groups/sync\""), "{}", during.body);
    assert!(tab.body.contains("data-live") && tab.text().contains("Pending"), "{}", tab.text());
    stage.settle().await;

    let list = ruth.get("/admin/groups").await;
    assert!(list.text().contains("Up To Date Board"), "{}", list.text());
    assert!(!list.body.contains("data-live"), "{}", list.body);
    let tab = ruth.get(&at(&group, "/members")).await;
    assert!(tab.text().contains("Mobilize: 1 of 1 done"), "{}", tab.text());
    assert!(tab.text().contains("1 Up To Date"), "{}", tab.text());
}

/// R76, R78: a page that waits asks again, hears nothing while nothing changed, and stops when all is done.
#[tokio::test]
async fn a_page_that_waits_is_told_what_changed_and_when_to_stop() {
    let stage = Stage::start().await;
    let ann = stage.novi.member("Ann").await;
    let group = stage.novi.group("Committee", &[&ann]).await;
    stage.link(&group).await;
    let mut ruth = stage.ruth().await;
    let rows = format!("{}?rows={},nonsense", at(&group, "/sync"), ann.id);

    for url in ["/admin/groups/sync".to_owned(), rows] {
        let first = ruth.get(&url).await;
        assert_eq!(first.status, 200, "{url}");
        assert!(first.body.contains("data-live") && !first.body.contains("<html"), "{url}");
        let tag = first.header("etag").expect("a tag").to_owned();
        let asked = [("if-none-match", &*tag)];
        let same = ruth.request("GET", &url, &asked).await;
        assert_eq!((same.status, same.body.as_str()), (304, ""), "{url}");
    }
    stage.settle().await;

    let after = ruth.get(&format!("{}?rows={}", at(&group, "/sync"), ann.id)).await;
    assert!(after.body.contains(&format!("id=\"sync-mobilize-{}\"", ann.id)), "{}", after.body);
    assert!(after.text().contains("Up To Date") && !after.body.contains("data-live"));
    let list = ruth.get("/admin/groups/sync").await;
    assert!(list.body.contains(&format!("id=\"sync-mobilize-{group}\"")), "{}", list.body);
    assert!(!list.body.contains("data-live"), "{}", list.body);
}

/// R76, R78: whoever is added to a held group is sent, so its page goes on asking until they are; and it
/// asks of a failure as long as that is tried again.
#[tokio::test]
async fn a_page_of_a_held_or_failed_group_goes_on_asking_while_others_are_sent() {
    let stage = Stage::start().await;
    let mut all = Vec::new();
    for index in 0..12 {
        all.push(stage.novi.member(&format!("Ann{index}")).await);
    }
    let group = stage.novi.group("Committee", &all.iter().collect::<Vec<_>>()).await;
    stage.link(&group).await;
    stage.settle().await;
    let site = stage.site().await;
    for member in &all {
        groups::remove_member(&site, &group, &member.id, &BY).await.unwrap();
    }
    let mut ruth = stage.ruth().await;
    stage.settle().await;
    stage.passes(11).await;
    let held = ruth.get(&at(&group, "/members")).await;
    assert!(held.text().contains("Held"), "{}", held.text());
    assert!(!held.body.contains("data-live"), "nothing moves: {}", held.body);

    let zoe = stage.novi.member("Zoe").await;
    groups::add_member(&site, &group, &zoe.id, &BY).await.unwrap();
    let added = ruth.get(&at(&group, "/members")).await;
    assert!(added.text().contains("Pending") && added.body.contains("data-live"), "just added");
    let route = format!("POST /v1/groups/{BOARD}/members");
    stage.mobilize.set_faults([Fault::on(route).times(1).answer(422)]);
    stage.settle().await;
    let failed = ruth.get(&at(&group, "/members")).await;
    assert!(
        failed.text().contains("Next try:") && failed.body.contains("data-live"),
        "{}",
        failed.body
    );
    let list = ruth.get("/admin/groups").await;
    assert!(list.body.contains("data-live"), "{}", list.body);
    stage.passes(3600).await;

    let rows = format!("{}?rows={}", at(&group, "/sync"), zoe.id);
    let after = ruth.get(&rows).await;
    assert!(after.text().contains("Up To Date"), "{}", after.text());
    assert!(!after.body.contains("data-live"), "{}", after.body);
}

/// R49, R50, R51, R53, R54, R80: N/A with its reason and the link that cures it, per platform; a login cures it.
#[tokio::test]
async fn whoever_does_not_sync_is_na_with_the_reason_and_its_cure() {
    let stage = Stage::start().await;
    let bob = stage.novi.member_at(HOME, "Bob", |member| {
        (member.email, member.password) = (None, None);
        member.company = Some("Acme Works".to_owned());
    });
    let bob = bob.await;
    let group = stage.novi.group("Committee", &[&bob]).await;
    let site = stage.site().await;
    let acme = groups::company(&mut site.read(), "Acme Works").await.unwrap().unwrap();
    groups::add_all(&site, &group, std::slice::from_ref(&acme), &BY).await.unwrap();
    stage.link(&group).await;
    stage.link_higher_logic(&group, GroupType::Community).await;
    stage.settle().await;
    let mut ruth = stage.ruth().await;

    let tab = ruth.get(&at(&group, "/members")).await;

    let words = tab.text();
    assert!(words.contains("N/A Companies do not sync to Mobilize."), "{words}");
    assert!(words.contains("N/A No user account. Give them a login"), "{words}");
    assert!(tab.body.contains(&format!("href=\"/admin/members/{}\"", bob.id)), "{}", tab.body);
    assert!(words.contains("Mobilize: N/A (2)"), "{words}");
    let na = ruth.get(&at(&group, "/members?s=mobilize.na")).await.text();
    assert!(na.contains("Bob") && na.contains("Acme Works"), "{na}");
    let up = ruth.get(&at(&group, "/members?s=higher_logic.up_to_date")).await.text();
    assert!(up.contains("Acme Works"), "{up}");
    let list = ruth.get("/admin/groups").await.text();
    assert!(list.contains("N/A Nobody in this group can sync"), "{list}");

    groups::remove_member(&site, &group, &bob.id, &BY).await.unwrap();
    stage.settle().await;
    let list = ruth.get("/admin/groups").await.text();
    assert!(list.contains("Companies only: no people to sync"), "{list}");
}

/// R83: a failure in the platform's words and ours, with the next try and who it is.
#[tokio::test]
async fn a_failure_says_what_the_platform_said_and_what_is_next() {
    let stage = Stage::start().await;
    let (ann, bob) = (stage.novi.member("Ann").await, stage.novi.member("Bob").await);
    let group = stage.novi.group("Committee", &[&ann, &bob]).await;
    let route = format!("POST /v1/groups/{BOARD}/members");
    let odd = json!({ "error_message": "Title is odd" });
    stage.mobilize.set_faults([Fault::on(route).nth(1).times(100).answer_json(422, &odd)]);
    stage.link(&group).await;
    stage.settle().await;
    let mut ruth = stage.ruth().await;

    let list = ruth.get("/admin/groups?state=attention").await;
    assert!(list.text().contains("Needs attention (1)"), "{}", list.text());
    assert!(list.text().contains("Failed for"), "{}", list.text());
    assert!(list.text().contains("Next try:") && list.text().contains("See who"));
    let tab = ruth.get(&at(&group, "/members?s=mobilize.failed")).await;
    assert!(tab.text().contains("Mobilize says: “Title is odd”."), "{}", tab.text());
    assert!(tab.body.contains("/sent\">Details</a>"), "{}", tab.body);

    stage.mobilize.set_faults([]);
    let page = ruth.get(&at(&group, "/members")).await;
    let asked = ruth.fill(&page, &at(&group, "/sync"), &[]).await;
    assert_eq!(asked.location().as_deref(), Some(&*at(&group, "/members")));
    stage.passes(1).await;
    let list = ruth.get("/admin/groups").await.text();
    assert!(list.contains("Up To Date Board") && list.contains("Needs attention (0)"), "{list}");
}

/// R72, R83: why nothing is sent stands where the status would.
#[tokio::test]
async fn a_sync_that_does_not_run_says_why() {
    let stage = Stage::start().await;
    let ann = stage.novi.member("Ann").await;
    let group = stage.novi.group("Committee", &[&ann]).await;
    let mut ruth = stage.ruth().await;
    let site = stage.site().await;
    switch::mark(&site, Mark::Staging, &BY).await.unwrap();
    stage.link(&group).await;
    stage.settle().await;

    let list = ruth.get("/admin/groups").await.text();
    assert!(list.contains("Not running (staging)"), "{list}");
    let tab = ruth.get(&at(&group, "/members")).await.text();
    assert!(tab.matches("Not running (staging)").count() >= 2, "{tab}");
    switch::mark(&site, Mark::Live, &BY).await.unwrap();
    integration::pause(&site, Platform::Mobilize, &BY).await.unwrap();
    let list = ruth.get("/admin/groups").await.text();
    assert!(list.contains("Paused Resume"), "{list}");
    integration::resume(&site, Platform::Mobilize, &BY).await.unwrap();
    let refused = integration::find(&mut site.read(), Platform::Mobilize).await.unwrap().unwrap();
    integration::stop(&site, &refused, "401 unknown key").await.unwrap();
    let list = ruth.get("/admin/groups").await.text();
    assert!(list.contains("Stopped Mobilize says: “401 unknown key”."), "{list}");
    assert!(list.contains("Mobilize refuses our credentials"), "{list}");
    assert!(list.contains("Needs attention (1)"), "{list}");
    let history = ruth.get(&at(&group, "/history")).await.text();
    assert!(history.contains("Mobilize refuses our credentials"), "{history}");
}

/// R69, R81, R82: Higher Logic's first sync may take an hour, and until then nothing is called a failure.
#[tokio::test]
async fn higher_logics_first_hour_is_pending_and_not_failed() {
    let stage = Stage::start().await;
    let ann = stage.novi.member("Ann").await;
    let group = stage.novi.group("Committee", &[&ann]).await;
    stage.higher_logic.set_faults([Fault::on("/push").times(1000).answer(500)]);
    stage.link_higher_logic(&group, GroupType::Security).await;
    stage.settle().await;
    let mut ruth = stage.ruth().await;

    let list = ruth.get("/admin/groups").await.text();
    assert!(list.contains("Pending") && !list.contains("Failed"), "{list}");
    let details = ruth.get(&at(&group, "")).await.text();
    assert!(details.contains("can take an hour or more"), "{details}");
    assert!(details.contains("pending refresh is 0"), "{details}");

    stage.higher_logic.set_faults([]);
    for _ in 0..4 {
        stage.passes(1000).await;
    }
    let list = ruth.get("/admin/groups").await.text();
    assert!(list.contains("Up To Date Security Group"), "{list}");
}

/// DEC8: a manager there who is not in the group stays until an admin decides.
#[tokio::test]
async fn managers_there_are_kept_or_removed_by_an_admins_word() {
    let stage = Stage::start().await;
    let ann = stage.novi.member("Ann").await;
    let group = stage.novi.group("Committee", &[&ann]).await;
    stage.mobilize.seed_member(BOARD, There::new("boss@x.org").named("Bo", "Boss").admin());
    stage.mobilize.seed_member(BOARD, There::new("chair@x.org").named("Cy", "Chair").admin());
    stage.link(&group).await;
    stage.settle().await;
    let mut ruth = stage.ruth().await;
    let tab = at(&group, "/members");

    let page = ruth.get(&tab).await;
    assert!(page.text().contains("In Mobilize, and not in this group"), "{}", page.text());
    assert!(page.text().contains("Manager there, not in this group."), "{}", page.text());
    decide(&mut ruth, &group, "Bo Boss", "remove").await;
    decide(&mut ruth, &group, "Cy Chair", "keep").await;
    stage.settle().await;
    stage.passes(11).await;

    assert_eq!(stage.there(BOARD), [ann.email.clone(), "chair@x.org".to_owned()]);
    let page = ruth.get(&tab).await.text();
    assert!(page.contains("Kept") && !page.contains("Bo Boss"), "{page}");
    stage.passes(24 * 3600 + 1).await;
    stage.passes(11).await;
    assert_eq!(stage.there(BOARD).len(), 2, "who is kept stays, whatever a check finds");
    assert_eq!(stage.novi.events("sync.member_kept").await, 1);

    let mut ruth = stage.novi.browser_of(&stage.novi.admin("Rita").await).await;
    decide(&mut ruth, &group, "Cy Chair", "unkeep").await;
    assert_eq!(stage.novi.events("sync.member_handed_back").await, 1);
    let history = ruth.get(&at(&group, "/history")).await.text();
    assert!(history.contains("Cy Chair (chair@x.org) is not kept any longer"), "{history}");
    stage.settle().await;
    stage.passes(11).await;
    assert_eq!(stage.there(BOARD), [ann.email]);
}

/// DEC8, SEC-Y1: of whoever was added by hand there it is not said that they left this group.
#[tokio::test]
async fn strangers_who_are_held_are_told_apart_from_people_who_left() {
    let stage = Stage::start().await;
    let mut all = Vec::new();
    for index in 0..3 {
        all.push(stage.novi.member(&format!("Ann{index}")).await);
    }
    let group = stage.novi.group("Committee", &all.iter().collect::<Vec<_>>()).await;
    stage.link(&group).await;
    stage.settle().await;
    for index in 0..12 {
        stage.mobilize.seed_member(BOARD, There::new(format!("byhand{index}@x.org")));
    }
    stage.passes(2 * 24 * 3600).await;
    stage.passes(11).await;
    let mut ruth = stage.ruth().await;

    let tab = ruth.get(&at(&group, "/members")).await.text();

    let told = "Not in this group. Added by hand in Mobilize. Nothing is removed until you decide. \
                Look first";
    assert!(tab.contains(told), "{tab}");
    assert!(!tab.contains("No longer in this group"), "{tab}");
    assert!(!tab.contains("12 Held"), "the pill beside it says Held: {tab}");
}

/// Presses a button beside somebody who is there and not in the group.
async fn decide(ruth: &mut Browser, group: &GroupId, name: &str, what: &str) {
    let page = ruth.get(&at(group, "/members")).await;
    let row = page.body.split("<tr>").find(|row| row.contains(name));
    let row = row.unwrap_or_else(|| panic!("{what} {name}: {}", page.text()));
    let record = row.split("name=\"record\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let token = page.form_token();
    let fields =
        [("form_token", &*token), ("platform", "mobilize"), ("record", record), ("what", what)];
    let done = ruth.post(&at(group, "/there"), &fields).await;
    assert_eq!(done.status, 303, "{}", done.text());
}

/// GOAL-C14: what a platform got of somebody, when, and what it answered; and once more by hand.
#[tokio::test]
async fn what_was_sent_about_somebody_can_be_looked_at() {
    let stage = Stage::start().await;
    let ann = stage.novi.member("Ann").await;
    let group = stage.novi.group("Committee", &[&ann]).await;
    stage.link(&group).await;
    stage.settle().await;
    let mut ruth = stage.ruth().await;
    let url = format!("/admin/members/{}/sent", ann.id);

    let person = ruth.get(&format!("/admin/members/{}", ann.id)).await;
    let page = ruth.get(&url).await;

    let section = person.text();
    let section = section.split("What each platform has").nth(1).expect("it is on their page");
    let section = section.split("Higher Logic").next().unwrap();
    for told in ["Mobilize", "Up To Date", "Board", "First Name, Last Name"] {
        assert!(section.contains(told), "{told}: {section}");
    }
    assert!(person.body.contains(&format!("href=\"{url}\"")), "{}", person.body);
    let words = page.text();
    assert!(words.contains("Added to Committee") && words.contains(&ann.email), "{words}");
    assert!(words.contains("First Name, Last Name") && words.contains("Up To Date"), "{words}");
    let sync = format!("/admin/members/{}/sync", ann.id);
    let asked = ruth.fill(&page, &sync, &[]).await;
    assert_eq!(asked.status, 303);
    let site = stage.site().await;
    let known = novi_sso::sync::queue::known(&mut site.read(), &ann.id.clone().into()).await;
    assert!(known.unwrap().iter().any(|known| known.look_at.is_some()), "it is looked at anew");
    let unknown = ruth.get("/admin/members/3f0c9a52-7d1e-4b7e-9a41-6f2d5c8e1001/sent").await;
    assert_eq!(unknown.status, 404);
}

/// R66: the nightly check and what it found stand under the list, and the checks in the history.
#[tokio::test]
async fn the_nightly_check_says_what_it_found() {
    let stage = Stage::start().await;
    let ann = stage.novi.member("Ann").await;
    let group = stage.novi.group("Committee", &[&ann]).await;
    stage.link(&group).await;
    stage.settle().await;
    let mut ruth = stage.ruth().await;
    assert!(!ruth.get("/admin/groups").await.text().contains("nightly"));

    stage.passes(24 * 3600 + 1).await;
    let mut ruth = stage.novi.browser_of(&stage.novi.admin("Rita").await).await;
    let list = ruth.get("/admin/groups").await.text();
    assert!(list.contains("no differences."), "{list}");
    stage.mobilize.seed_member(BOARD, There::new("byhand@x.org"));
    stage.passes(24 * 3600 + 1).await;

    let mut ruth = stage.novi.browser_of(&stage.novi.admin("Rose").await).await;
    let list = ruth.get("/admin/groups").await.text();
    assert!(list.contains("1 difference, set right."), "{list}");
    // R66: "at night", whatever the hour at which somebody connected it.
    let site = stage.site().await;
    let all = integration::list(&mut site.read()).await.unwrap();
    for next in all.iter().filter_map(|it| it.next_check_at) {
        assert!((1..4).contains(&next.zoned().hour()), "{next}");
        assert!((0..=24 * 3600).contains(&next.seconds_since(site.now)), "{next}");
    }
    let history = ruth.get(&at(&group, "/history")).await.text();
    assert!(history.contains("Nightly") && history.contains("1 too many"), "{history}");
}

/// R66, R83: each platform's card says when everything was last read back, and how the last checks ended; one
/// that failed is none.
#[tokio::test]
async fn a_platforms_card_tells_its_last_full_checks() {
    let stage = Stage::start().await;
    let ann = stage.novi.member("Ann").await;
    let group = stage.novi.group("Committee", &[&ann]).await;
    let mut ruth = stage.ruth().await;
    let url = "/admin/settings/integrations";
    let before = ruth.get(url).await.text();
    assert!(before.contains("Last full check not yet"), "{before}");
    stage.link(&group).await;
    stage.settle().await;

    let page = ruth.get(url).await;
    assert!(page.text().contains("Last full check just now"), "{}", page.text());
    assert!(page.text().contains("The last full checks Committee Linked, just now. 0 there"));
    assert!(page.body.contains(&format!("href=\"{}\"", at(&group, "/history"))), "{}", page.body);

    stage.mobilize.set_faults([Fault::on("GET /v1/groups").times(1000).answer(500)]);
    let tab = ruth.get(&at(&group, "/members")).await;
    ruth.fill(&tab, &at(&group, "/sync"), &[]).await;
    stage.passes(1800).await;
    let page = ruth.get(url).await.text();
    assert!(page.contains("Last full check 30 min ago"), "a failed one is none: {page}");
    let failed = "Committee Asked for, just now. Failed Mobilize: it answered 500 without a word.";
    assert!(page.contains(failed), "{page}");
}

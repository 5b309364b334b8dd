//! Linking a group, as an admin does it on its Details tab.

use novi_sso::groups;
use novi_sso::id::GroupId;
use novi_sso::simulator::api::Fault;
use novi_sso::simulator::api::mobilize::{Group, Member as There};
use novi_sso::sync::integration::{self, Switches};
use novi_sso::sync::link::{self, GroupType};
use novi_sso::sync::platform::Platform;

use crate::support::{BOARD, Browser, Page, Stage};

pub fn at(group: &GroupId, rest: &str) -> String {
    format!("/admin/groups/{group}{rest}")
}

impl Stage {
    /// A browser in which an admin is logged in.
    pub async fn ruth(&self) -> Browser {
        let admin = self.novi.admin("Ruth").await;
        self.novi.browser_of(&admin).await
    }

    pub async fn linked(&self, platform: Platform, group: &GroupId) -> bool {
        let mut db = self.site().await.read();
        let link = link::find(&mut db, platform, group).await.unwrap();
        link.is_some_and(|link| link.is_linked())
    }

    pub async fn passes(&self, seconds: i64) {
        self.novi.clock.advance(seconds);
        self.settle().await;
    }
}

/// Saves the Details tab with these fields, as the browser sends them.
pub async fn save(ruth: &mut Browser, group: &GroupId, fields: &[(&str, &str)]) -> Page {
    let page = ruth.get(&at(group, "")).await;
    ruth.fill(&page, &at(group, ""), fields).await
}

/// The option of a group of the platform, as the page has it.
fn option<'a>(page: &'a Page, name: &str) -> &'a str {
    let options =
        page.body.split("<option").skip(1).map(|it| it.split("</option>").next().unwrap());
    { options }.find(|it| it.contains(name)).unwrap_or_else(|| panic!("{name}: {}", page.text()))
}

/// R30, R31, R32, R33, R34, R35: the platform's own groups, each with why it can or cannot be chosen.
#[tokio::test]
async fn a_groups_tab_lists_the_platforms_groups_and_explains_each() {
    let stage = Stage::start().await;
    let other = stage.novi.group("Officers", &[]).await;
    stage.link(&other).await;
    stage.mobilize.seed_group(Group::private(1, "Safety"));
    stage.mobilize.seed_group(Group::open(2, "Swap Meet"));
    stage.mobilize.seed_group(Group { parent_group_id: Some(1), ..Group::private(3, "Welders") });
    let group = stage.novi.group("Safety Committee", &[]).await;
    let mut ruth = stage.ruth().await;

    let page = ruth.get(&at(&group, "")).await;

    assert!(!option(&page, "Safety").contains("disabled"), "{}", page.body);
    assert!(option(&page, "Board (linked to Officers)").contains("disabled"));
    assert!(option(&page, "Swap Meet (not Private)").contains("disabled"));
    assert!(option(&page, "must be top-level").contains("disabled"));
    assert!(page.text().contains("Not linked"));
    let sent = save(&mut ruth, &group, &[("mobilize_group", "1")]).await;
    assert_eq!(sent.location().as_deref(), Some(&*at(&group, "")), "{}", sent.text());
    let page = ruth.get(&at(&group, "")).await;
    assert!(page.text().contains("Saved. The group is syncing."), "{}", page.text());
    assert!(option(&page, "Safety").contains("selected"));
    assert!(page.text().contains("Parent group: None") && page.text().contains("No approval"));

    stage.mobilize.change_group(1, |group| group.requires_approval = true);
    let page = ruth.get(&at(&group, "")).await.text();
    assert!(page.contains("uncheck “Joining the group requires managers approval.”"), "{page}");
}

/// R32, R33, R34: what a page does not offer is refused all the same.
#[tokio::test]
async fn a_group_that_cannot_be_linked_is_refused_in_words() {
    let stage = Stage::start().await;
    let other = stage.novi.group("Officers", &[]).await;
    stage.link(&other).await;
    stage.mobilize.seed_group(Group::open(2, "Swap Meet"));
    stage.mobilize.seed_group(Group { parent_group_id: Some(2), ..Group::private(3, "Welders") });
    let group = stage.novi.group("Safety", &[]).await;
    let mut ruth = stage.ruth().await;
    let board = BOARD.to_string();

    for (chosen, words) in [
        ("2", "is not Private"),
        ("3", "has a parent group"),
        (&*board, "is linked to Officers already"),
        ("99", "does not have this group any more"),
    ] {
        let refused = save(&mut ruth, &group, &[("mobilize_group", chosen)]).await;
        assert_eq!(refused.status, 409, "{chosen}");
        assert!(refused.text().contains(words), "{chosen}: {}", refused.text());
    }
    assert!(!stage.linked(Platform::Mobilize, &group).await);
}

/// R46, SEC-Y2, DEC20: whom a first sync would remove stands there by name, and exactly those go, once
/// their number was typed and the password proved.
#[tokio::test]
async fn people_there_are_named_before_a_link_removes_them() {
    let stage = Stage::start().await;
    let (ann, bob) = (stage.novi.member("Ann").await, stage.novi.member("Bob").await);
    let group = stage.novi.group("Board", &[&ann, &bob]).await;
    stage.mobilize.seed_member(BOARD, There::new(&bob.email));
    for index in 0..3 {
        let there = There::new(format!("hand{index}@x.org")).named("Hand", &index.to_string());
        stage.mobilize.seed_member(BOARD, there);
    }
    stage.mobilize.seed_member(BOARD, There::new("boss@x.org").named("The", "Boss").admin());
    let admin = stage.novi.admin("Ruth").await;
    let mut ruth = stage.novi.browser_of(&admin).await;

    let board = BOARD.to_string();
    let asked = save(&mut ruth, &group, &[("mobilize_group", &*board)]).await;

    let words = asked.text();
    assert_eq!(asked.status, 200, "{words}");
    assert!(words.contains("2 of 2 in the group sync. 5 are in Mobilize now."), "{words}");
    assert!(words.contains("3 would be removed") && words.contains("hand1@x.org"), "{words}");
    assert!(words.contains("1 would be added") && words.contains("1 manager there"), "{words}");
    assert!(!stage.linked(Platform::Mobilize, &group).await, "looking changes nothing");

    let to = at(&group, "/link");
    let wrong = ruth.fill(&asked, &to, &[("count", "30")]).await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.text().contains("You typed 30. This removes 3."), "{}", wrong.text());
    stage.mobilize.seed_member(BOARD, There::new("late@x.org"));
    let other = ruth.fill(&wrong, &to, &[("count", "3")]).await;
    assert_eq!(other.status, 409);
    assert!(other.text().contains("late@x.org") && other.text().contains("4 would be removed"));

    stage.novi.clock.advance(700);
    let prove = ruth.fill(&other, &to, &[("count", "4")]).await;
    assert!(prove.text().contains("Type your password first"), "{}", prove.text());
    assert!(!stage.linked(Platform::Mobilize, &group).await);
    let done = ruth.fill(&prove, &to, &[("password", &admin.password)]).await;
    assert_eq!(done.location().as_deref(), Some(&*at(&group, "")), "{}", done.text());
    stage.mobilize.seed_member(BOARD, There::new("unseen@x.org"));
    stage.settle().await;
    stage.passes(11).await;
    stage.passes(11).await;

    let mut expected = vec![ann.email, bob.email, "boss@x.org".into(), "unseen@x.org".into()];
    expected.sort();
    assert_eq!(stage.there(BOARD), expected, "whoever was not confirmed stays");
    assert_eq!(stage.novi.events("sync.released").await, 1);
}

/// R47, R48, SEC-Y7, DEC10: unlinking removes nobody and asks nothing of the platform; linking again warns.
#[tokio::test]
async fn unlinking_removes_nobody_and_linking_again_warns() {
    let stage = Stage::start().await;
    let ann = stage.novi.member("Ann").await;
    let group = stage.novi.group("Board", &[&ann]).await;
    stage.link(&group).await;
    stage.settle().await;
    let mut ruth = stage.ruth().await;

    let asked = save(&mut ruth, &group, &[("mobilize_group", "")]).await;
    assert!(asked.text().contains("Nobody is removed from Board"), "{}", asked.text());
    assert!(stage.linked(Platform::Mobilize, &group).await);
    let calls = stage.mobilize.requests().len();
    let done = ruth.fill(&asked, &at(&group, "/link"), &[]).await;
    assert_eq!(done.status, 303, "{}", done.text());
    let site = stage.site().await;
    let actor = novi_sso::events::Actor::CommandLine;
    groups::remove_member(&site, &group, &ann.id, &actor).await.unwrap();
    stage.settle().await;

    assert!(!stage.linked(Platform::Mobilize, &group).await);
    assert_eq!(stage.mobilize.requests().len(), calls, "they do not speak to each other");
    assert_eq!(stage.there(BOARD), [ann.email.as_str()]);
    let page = ruth.get(&at(&group, "")).await;
    assert!(page.text().contains("Was linked to Board before"), "{}", page.text());

    let board = BOARD.to_string();
    let again = save(&mut ruth, &group, &[("mobilize_group", &*board)]).await.text();
    assert!(again.contains("It was linked before.") && again.contains(&ann.email), "{again}");
}

/// Moving to another group there: nobody leaves the old one.
#[tokio::test]
async fn a_group_can_be_moved_to_another_counterpart() {
    let stage = Stage::start().await;
    let ann = stage.novi.member("Ann").await;
    let group = stage.novi.group("Board", &[&ann]).await;
    stage.mobilize.seed_group(Group::private(7, "New Board"));
    stage.link(&group).await;
    stage.settle().await;
    let mut ruth = stage.ruth().await;

    let asked = save(&mut ruth, &group, &[("mobilize_group", "7")]).await;
    assert!(asked.text().contains("unlinked from Board first"), "{}", asked.text());
    ruth.fill(&asked, &at(&group, "/link"), &[]).await;
    stage.settle().await;

    assert_eq!((stage.there(BOARD), stage.there(7)), (vec![ann.email.clone()], vec![ann.email]));
}

/// R39, R40, R41, R42, R43, R84, DEC3: Higher Logic makes a group of its own, of a type that is final.
#[tokio::test]
async fn higher_logic_is_a_switch_with_a_type_that_is_final() {
    let stage = Stage::start().await;
    let ann = stage.novi.member("Ann").await;
    let group = stage.novi.group("Board", &[&ann]).await;
    let mut ruth = stage.ruth().await;
    let page = ruth.get(&at(&group, "")).await;
    assert!(page.text().contains("Final once saved"), "{}", page.text());

    let untyped = save(&mut ruth, &group, &[("higher_logic", "1")]).await;
    assert_eq!(untyped.status, 422);
    assert!(untyped.text().contains("Choose a Group Type"), "{}", untyped.text());
    let typed = [("higher_logic", "1"), ("group_type", "community")];
    let done = save(&mut ruth, &group, &typed).await;
    assert_eq!(done.location().as_deref(), Some(&*at(&group, "")), "{}", done.text());
    stage.settle().await;

    let page = ruth.get(&at(&group, "")).await;
    assert!(page.text().contains("Fixed since the first sync"), "{}", page.text());
    assert!(page.text().contains("Higher Logic Sync Status: 1 of 1 sent"), "{}", page.text());
    assert!(page.text().contains("Sync External Database"), "R82: {}", page.text());
    let preview = at(&group, "/preview");
    assert!(page.body.contains(&format!("href=\"{preview}\"")), "R46: {}", page.body);
    save(&mut ruth, &group, &[("name", "Directors")]).await;
    let renamed = ruth.get(&at(&group, "")).await.text();
    assert!(renamed.contains("began with the name Board"), "{renamed}");

    let asked = ruth.get(&at(&group, "")).await;
    let mut fields = asked.form(&at(&group, ""));
    fields.retain(|(name, _)| name != "higher_logic");
    let fields: Vec<_> = fields.iter().map(|(name, value)| (&**name, &**value)).collect();
    let asked = ruth.post(&at(&group, ""), &fields).await;
    assert!(asked.text().contains("Nobody is removed"), "{}", asked.text());
    ruth.fill(&asked, &at(&group, "/link"), &[]).await;
    assert!(!stage.linked(Platform::HigherLogic, &group).await);
    let other = [("higher_logic", "1"), ("group_type", "security")];
    save(&mut ruth, &group, &other).await;
    let mut db = stage.site().await.read();
    let link = link::find(&mut db, Platform::HigherLogic, &group).await.unwrap().unwrap();
    assert_eq!((link.is_linked(), link.group_type()), (true, Some(GroupType::Community)));
    assert_eq!(link.remote_name, "Board");
}

/// R84: before the Rep's go-ahead no group can be switched on.
#[tokio::test]
async fn higher_logic_waits_for_the_reps_go_ahead() {
    let stage = Stage::start().await;
    let site = stage.site().await;
    let actor = novi_sso::events::Actor::CommandLine;
    integration::switch(&site, Platform::HigherLogic, Switches::default(), &actor).await.unwrap();
    let group = stage.novi.group("Board", &[]).await;
    let mut ruth = stage.ruth().await;

    let page = ruth.get(&at(&group, "")).await;
    assert!(page.text().contains("has not given the go-ahead yet"), "{}", page.text());
    let typed = [("higher_logic", "1"), ("group_type", "community")];
    let refused = save(&mut ruth, &group, &typed).await;

    assert_eq!(refused.status, 409);
    assert!(!stage.linked(Platform::HigherLogic, &group).await);
}

/// SEC-Y4: a platform that does not answer is not taken for one without groups.
#[tokio::test]
async fn a_platform_that_does_not_answer_leaves_the_link_as_it_is() {
    let stage = Stage::start().await;
    let group = stage.novi.group("Board", &[]).await;
    stage.link(&group).await;
    stage.settle().await;
    let mut ruth = stage.ruth().await;
    stage.mobilize.set_faults([Fault::on("GET /v1/groups").times(100).answer(500)]);

    let page = ruth.get(&at(&group, "")).await;
    assert!(page.text().contains("Mobilize answered 500"), "{}", page.text());
    assert!(page.text().contains("Linked to Board. It stays so."), "{}", page.text());
    let saved = save(&mut ruth, &group, &[("name", "Directors")]).await;

    assert_eq!(saved.status, 303, "{}", saved.text());
    assert!(stage.linked(Platform::Mobilize, &group).await);
    let fresh = stage.novi.group("Fresh", &[]).await;
    let sent = ruth.get(&at(&fresh, "")).await;
    let token = sent.form_token();
    let board = BOARD.to_string();
    let fields = [("form_token", &*token), ("name", "Fresh"), ("mobilize_group", &*board)];
    let refused = ruth.post(&at(&fresh, ""), &fields).await;
    assert_eq!(refused.status, 409);
    assert!(refused.text().contains("Try again once it answers"), "{}", refused.text());
}

/// R46, R49, R50, R51, R54, R55, R56, R59: who would sync, who does not, and what is sent, before anything is.
#[tokio::test]
async fn a_groups_tab_says_who_would_sync_and_what_is_sent() {
    let stage = Stage::start().await;
    let ann = stage.novi.member("Ann").await;
    let bob = stage.novi.member_at(crate::support::HOME, "Bob", |member| {
        (member.email, member.password) = (None, None);
        member.company = Some("Acme Works".to_owned());
    });
    let bob = bob.await;
    let group = stage.novi.group("Board", &[&ann, &bob]).await;
    let site = stage.site().await;
    let acme = groups::company(&mut site.read(), "Acme Works").await.unwrap().unwrap();
    let actor = novi_sso::events::Actor::CommandLine;
    groups::add_all(&site, &group, &[acme], &actor).await.unwrap();
    let mut ruth = stage.ruth().await;

    let page = ruth.get(&at(&group, "")).await.text();

    assert!(page.contains("3 in the group"), "{page}");
    for row in [
        "1 person with a user accountSyncSync",
        "1 person without a user accountN/AN/A",
        "1 company recordN/ASync",
    ] {
        assert!(page.contains(row), "{row}: {page}");
    }
    assert!(page.contains("First Name, Last Name, Email, Company Name, Job Title"), "{page}");
    assert!(page.contains("no custom fields"), "{page}");
}

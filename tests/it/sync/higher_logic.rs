//! Higher Logic: whole contacts with all their groups.

use novi_sso::events::Actor;
use novi_sso::id::GroupId;
use novi_sso::simulator::api::Fault;
use novi_sso::simulator::api::higher_logic::GroupList;
use novi_sso::sync::link::{GroupType, Refusal, Target};
use novi_sso::sync::platform::Platform;
use novi_sso::sync::{integration, link, linking, status};
use novi_sso::{groups, members};

use super::linking::at;
use crate::support::{HOME, Member, Stage};

const BY: Actor = Actor::CommandLine;
const HIGHER_LOGIC: Platform = Platform::HigherLogic;

impl Stage {
    async fn community(&self, name: &str, members: &[&Member]) -> GroupId {
        let group = self.novi.group(name, members).await;
        self.link_higher_logic(&group, GroupType::Community).await;
        self.settle().await;
        group
    }

    fn keys_there(&self, group: &GroupId) -> Vec<String> {
        self.higher_logic.members(group.as_str())
    }

    fn pushes(&self) -> usize {
        self.higher_logic.requests().len()
    }
}

/// R41, R42, R44, R67: a group makes its own counterpart, under its own key, with its first name.
#[tokio::test]
async fn a_group_makes_its_community_with_its_people() {
    let stage = Stage::start().await;
    let ann = stage.novi.member("Ann").await;
    let group = stage.community("Safety", &[&ann]).await;

    let there = stage.higher_logic.group(group.as_str()).unwrap();
    assert_eq!((there.name.as_str(), there.list), ("Safety", GroupList::Community));
    assert_eq!(stage.keys_there(&group), [ann.id.to_string()]);
    assert_eq!(stage.status(HIGHER_LOGIC, &group, &ann).await, "up_to_date");
    let contact = stage.higher_logic.contact(ann.id.as_str()).unwrap();
    assert_eq!(contact.field("EmailAddress"), ann.email);
    assert_eq!(contact.field("CompanyName"), "Archer Roofing");
    assert_eq!(contact.field("Title"), "Owner");
}

/// R43, DEC3: names may differ ever after, on either side.
#[tokio::test]
async fn names_may_differ_ever_after() {
    let stage = Stage::start().await;
    let (ann, bob) = (stage.novi.member("Ann").await, stage.novi.member("Bob").await);
    let group = stage.community("Safety", &[&ann]).await;
    stage.higher_logic.rename_group(group.as_str(), "Safety First");
    let site = stage.site().await;
    groups::change(&site, &group, "Safety Committee", true, &BY).await.unwrap().unwrap();

    groups::add_member(&site, &group, &bob.id, &BY).await.unwrap();
    stage.settle().await;

    assert_eq!(stage.higher_logic.group(group.as_str()).unwrap().name, "Safety First");
    assert_eq!(stage.keys_there(&group).len(), 2);
    assert_eq!(stage.higher_logic.groups().len(), 1);
}

/// R40: the Group Type is fixed by the first save, also when the sync was switched off since.
#[tokio::test]
async fn the_group_type_is_fixed_for_ever() {
    let stage = Stage::start().await;
    let group = stage.community("Safety", &[]).await;
    let site = stage.site().await;
    assert!(link::unlink(&site, HIGHER_LOGIC, &group, &BY).await.unwrap());

    let target = |group_type| Target {
        base_url: &stage.higher_logic_url,
        remote_group_id: group.as_str(),
        remote_name: "Safety",
        group_type: Some(group_type),
    };
    let security = target(GroupType::Security);
    let other = link::link(&site, HIGHER_LOGIC, &group, &security, &BY).await.unwrap();
    let community = target(GroupType::Community);
    let same = link::link(&site, HIGHER_LOGIC, &group, &community, &BY).await.unwrap();

    assert_eq!((other, same), (Err(Refusal::TypeFixed), Ok(())));
}

/// PLATFORMS.md 2.1, GOAL-C9: every push says all groups, so whoever is in two stays in both.
#[tokio::test]
async fn a_contact_is_pushed_with_all_its_groups() {
    let stage = Stage::start().await;
    let ann = stage.novi.member("Ann").await;
    let safety = stage.community("Safety", &[&ann]).await;
    let board = stage.novi.group("Board", &[&ann]).await;
    stage.link_higher_logic(&board, GroupType::Security).await;
    stage.settle().await;

    assert_eq!(stage.keys_there(&safety), [ann.id.to_string()]);
    assert_eq!(stage.keys_there(&board), [ann.id.to_string()]);
    assert_eq!(stage.higher_logic.group(board.as_str()).unwrap().list, GroupList::Security);

    groups::remove_member(&stage.site().await, &safety, &ann.id, &BY).await.unwrap();
    stage.settle().await;
    assert!(stage.keys_there(&safety).is_empty());
    assert_eq!(stage.keys_there(&board), [ann.id.to_string()]);
}

/// DEC16: whoever leaves their last group is pushed once more with none, and then no more.
#[tokio::test]
async fn leaving_the_last_group_is_told_once() {
    let stage = Stage::start().await;
    let ann = stage.novi.member("Ann").await;
    let group = stage.community("Safety", &[&ann]).await;

    groups::remove_member(&stage.site().await, &group, &ann.id, &BY).await.unwrap();
    stage.settle().await;

    assert!(stage.keys_there(&group).is_empty());
    assert!(stage.higher_logic.contact(ann.id.as_str()).is_some(), "never deleted (H:106)");
    let pushes = stage.pushes();
    stage.novi.browser_of(&ann).await;
    stage.settle().await;
    assert_eq!(stage.pushes(), pushes);
}

/// R70, DEC6, H:106: a deactivated record stays as it is at Higher Logic, and leaves Mobilize.
#[tokio::test]
async fn deactivation_leaves_higher_logic_as_it_is_and_takes_out_of_mobilize() {
    let stage = Stage::start().await;
    let (ann, bob) = (stage.novi.member("Ann").await, stage.novi.member("Bob").await);
    let group = stage.community("Safety", &[&ann, &bob]).await;
    stage.link(&group).await;
    stage.settle().await;
    let pushes = stage.pushes();

    members::deactivate(&stage.site().await, &ann.id, &BY).await.unwrap();
    stage.settle().await;

    assert_eq!(stage.there(crate::support::BOARD), [bob.email.as_str()]);
    let mut both = vec![ann.id.to_string(), bob.id.to_string()];
    both.sort();
    assert_eq!((stage.keys_there(&group), stage.pushes()), (both, pushes));
    assert_eq!(stage.status(Platform::HigherLogic, &group, &ann).await, "na");
}

/// R47: a group that was unlinked is said as it was while the tenant is the same, and never to another one.
#[tokio::test]
async fn another_tenant_hears_nothing_of_groups_that_were_unlinked() {
    let stage = Stage::start().await;
    let ann = stage.novi.member("Ann").await;
    let safety = stage.community("Safety", &[&ann]).await;
    let site = stage.site().await;
    link::unlink(&site, HIGHER_LOGIC, &safety, &BY).await.unwrap();
    let youth = stage.community("Youth", &[&ann]).await;
    assert_eq!(stage.keys_there(&safety), stage.keys_there(&youth));

    link::unlink(&site, HIGHER_LOGIC, &youth, &BY).await.unwrap();
    integration::disconnect(&site, HIGHER_LOGIC, &BY).await.unwrap();
    stage.higher_logic.reset();
    stage.higher_logic.change_settings(|settings| settings.tenant_code = "NURSES".to_owned());
    let typed =
        integration::Typed { tenant_code: Some("NURSES".to_owned()), ..stage.typed(HIGHER_LOGIC) };
    integration::save(&site, HIGHER_LOGIC, &typed, true, &BY).await.unwrap().unwrap();
    let board = stage.community("Board", &[&ann]).await;

    assert_eq!(stage.keys_there(&board), [ann.id.to_string()]);
    assert_eq!(stage.higher_logic.groups().len(), 1);
}

/// R69, H:110: Higher Logic cannot be read, so *Sync now* says everything again: of a person, and of a group.
#[tokio::test]
async fn sync_now_brings_back_what_was_lost_there() {
    let stage = Stage::start().await;
    let (ann, bob) = (stage.novi.member("Ann").await, stage.novi.member("Bob").await);
    let group = stage.community("Safety", &[&ann, &bob]).await;
    let mut ruth = stage.ruth().await;
    stage.higher_logic.reset();

    let page = ruth.get(&format!("/admin/members/{}", ann.id)).await;
    ruth.fill(&page, &format!("/admin/members/{}/sync", ann.id), &[]).await;
    stage.settle().await;
    assert_eq!(stage.keys_there(&group), [ann.id.to_string()]);
    assert_eq!(stage.pushes(), 1);

    let page = ruth.get(&at(&group, "/members")).await;
    ruth.fill(&page, &at(&group, "/sync"), &[]).await;
    stage.settle().await;
    assert_eq!(stage.keys_there(&group).len(), 2);
    assert_eq!(stage.status(HIGHER_LOGIC, &group, &bob).await, "up_to_date");
}

/// R69: nobody is pushed night after night because nothing can be read; what was not taken is.
#[tokio::test]
async fn a_night_without_changes_pushes_nobody() {
    let stage = Stage::start().await;
    let ann = stage.novi.member("Ann").await;
    let group = stage.community("Safety", &[&ann]).await;
    let pushes = stage.pushes();

    for _ in 0..3 {
        stage.novi.clock.advance(25 * 3600);
        stage.settle().await;
    }

    assert!(stage.novi.count("select count(*) from sync_runs where cause = 'nightly'").await >= 3);
    assert_eq!(stage.pushes(), pushes);
    assert_eq!(stage.status(HIGHER_LOGIC, &group, &ann).await, "up_to_date");
}

/// SEC-Y6: a database that was restored may be behind the platform, so everybody is said again.
#[tokio::test]
async fn after_a_restore_everybody_is_pushed_once_more() {
    let stage = Stage::start().await;
    let (ann, bob) = (stage.novi.member("Ann").await, stage.novi.member("Bob").await);
    let group = stage.community("Safety", &[&ann, &bob]).await;
    stage.higher_logic.reset();

    let site = stage.site().await;
    let mut tx = site.write().await.unwrap();
    integration::doubt_all(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    stage.settle().await;
    stage.novi.clock.advance(25 * 3600);
    stage.settle().await;

    assert_eq!(stage.keys_there(&group).len(), 2);
    assert_eq!(stage.pushes(), 1);
}

/// R47, DEC10, SEC-Y2: linked again, a group remembers who is there: whoever left meanwhile is named before,
/// and goes once that was confirmed.
#[tokio::test]
async fn whoever_left_while_a_group_was_unlinked_goes_when_that_is_confirmed() {
    let stage = Stage::start().await;
    let (ann, bob) = (stage.novi.member("Ann").await, stage.novi.member("Bob").await);
    let group = stage.community("Safety", &[&ann, &bob]).await;
    let site = stage.site().await;
    link::unlink(&site, HIGHER_LOGIC, &group, &BY).await.unwrap();
    groups::remove_member(&site, &group, &bob.id, &BY).await.unwrap();
    stage.settle().await;
    assert_eq!(stage.keys_there(&group).len(), 2, "nobody is removed by unlinking");

    let integration = integration::find(&mut site.read(), HIGHER_LOGIC).await.unwrap().unwrap();
    let connection = status::Connection { platform: HIGHER_LOGIC, integration, rest: None };
    let wish = linking::Wish::Push(GroupType::Community);
    let change = linking::look(&site, &connection, (&group, "Safety"), &wish).await.unwrap();
    assert_eq!(change.removes(), 1);
    linking::make(&site, &group, &change, &BY).await.unwrap().unwrap();
    stage.novi.clock.advance(61);
    stage.settle().await;

    assert_eq!(stage.keys_there(&group), [ann.id.to_string()]);
    let link = link::find(&mut site.read(), HIGHER_LOGIC, &group).await.unwrap().unwrap();
    assert_eq!(link.confirmed, 1);
    assert_eq!(stage.novi.count("select count(*) from sync_sent where what = 'remove'").await, 1);
}

/// SEC-Y2, SEC-Y7: and goes by nothing else, not even with a push about another group.
#[tokio::test]
async fn whoever_left_while_a_group_was_unlinked_stays_until_somebody_has_looked() {
    let stage = Stage::start().await;
    let (ann, bob) = (stage.novi.member("Ann").await, stage.novi.member("Bob").await);
    let group = stage.community("Safety", &[&ann, &bob]).await;
    let site = stage.site().await;
    link::unlink(&site, HIGHER_LOGIC, &group, &BY).await.unwrap();
    groups::remove_member(&site, &group, &bob.id, &BY).await.unwrap();
    stage.settle().await;

    stage.link_higher_logic(&group, GroupType::Community).await;
    stage.settle().await;
    let youth = stage.community("Youth", &[&bob]).await;

    assert_eq!(stage.keys_there(&youth), [bob.id.to_string()]);
    assert_eq!(stage.keys_there(&group).len(), 2);
    assert_eq!(stage.status(HIGHER_LOGIC, &group, &bob).await, "held");
    let link = link::find(&mut site.read(), HIGHER_LOGIC, &group).await.unwrap().unwrap();
    assert_eq!((link.confirmed, link.held_reason.as_deref()), (2, Some("first")));
}

/// R51: people without a user account do not sync, even in the group; a login makes them.
#[tokio::test]
async fn people_without_a_login_do_not_sync() {
    let stage = Stage::start().await;
    let nobody = stage.novi.member_at(HOME, "Nora", |member| member.email = None).await;
    let group = stage.community("Safety", &[&nobody]).await;

    assert_eq!(stage.status(HIGHER_LOGIC, &group, &nobody).await, "na");
    assert_eq!(stage.pushes(), 0);
}

/// R27, R64: bio, image and social pages go out only once the Rep has activated them.
#[tokio::test]
async fn the_three_properties_are_sent_once_they_are_activated() {
    let stage = Stage::start().await;
    let ann = stage.novi.member_at(HOME, "Ann", crate::support::everything).await;
    let group = stage.community("Safety", &[&ann]).await;
    let sent = |stage: &Stage| {
        let requests = stage.higher_logic.requests();
        let last = requests.last().unwrap();
        last.body["Items"][0]["MemberDetails"]["ProfileImageURL"].clone()
    };
    assert!(sent(&stage).is_null());

    let switches = integration::Switches {
        bio: true,
        image: true,
        social: true,
        go_ahead: true,
        leaves_email: false,
    };
    let site = stage.site().await;
    integration::switch(&site, HIGHER_LOGIC, switches, &BY).await.unwrap();
    stage.settle().await;

    assert_eq!(sent(&stage), "https://www.acme.example/people/ann.png");
    assert_eq!(stage.status(HIGHER_LOGIC, &group, &ann).await, "up_to_date");
}

/// PLATFORMS.md 2.4: HTTP 200 is no success; the item that is refused fails alone.
#[tokio::test]
async fn a_refused_item_does_not_hold_up_the_others() {
    let stage = Stage::start().await;
    let mut members = Vec::new();
    for index in 0..5 {
        members.push(stage.novi.member(&format!("Ann{index}")).await);
    }
    let words = serde_json::json!({
        "success": false, "count": 0, "errorMessage": "Item 2: EmailAddress is invalid"
    });
    stage.higher_logic.set_faults([Fault::on("/push").times(1).answer_json(200, &words)]);
    let group = stage.community("Safety", &members.iter().collect::<Vec<_>>()).await;

    assert_eq!(stage.keys_there(&group).len(), 4);
    let mut failed = 0;
    for member in &members {
        failed += usize::from(stage.status(HIGHER_LOGIC, &group, member).await == "failed");
    }
    assert_eq!(failed, 1);

    stage.novi.clock.advance(60);
    stage.settle().await;
    assert_eq!(stage.keys_there(&group).len(), 5);
}

/// A push that is refused as a whole, without a word of which item, is tried by halves.
#[tokio::test]
async fn a_push_that_is_refused_as_a_whole_is_halved() {
    let stage = Stage::start().await;
    let mut members = Vec::new();
    for index in 0..9 {
        members.push(stage.novi.member(&format!("Ann{index}")).await);
    }
    let words = serde_json::json!({"success": false, "count": 0, "errorMessage": "Bad data"});
    stage.higher_logic.set_faults([Fault::on("/push").times(3).answer_json(200, &words)]);
    let group = stage.community("Safety", &members.iter().collect::<Vec<_>>()).await;
    stage.novi.clock.advance(60);
    stage.settle().await;

    assert_eq!(stage.keys_there(&group).len(), 9);
}

/// SEC-Y15: what had not begun when somebody paused is not sent, in the middle of a batch either.
#[tokio::test]
async fn a_pause_is_obeyed_in_the_middle_of_a_batch() {
    let stage = Stage::start().await;
    let mut members = Vec::new();
    for index in 0..9 {
        members.push(stage.novi.member(&format!("Ann{index}")).await);
    }
    let words = serde_json::json!({"success": false, "count": 0, "errorMessage": "Bad data"});
    let refused = Fault::on("/push").times(1_000).delay_ms(50).answer_json(200, &words);
    stage.higher_logic.set_faults([refused]);
    let group = stage.novi.group("Safety", &members.iter().collect::<Vec<_>>()).await;
    stage.link_higher_logic(&group, GroupType::Community).await;
    let site = stage.site().await;

    let pause = async {
        while stage.pushes() == 0 {
            tokio::task::yield_now().await;
        }
        integration::pause(&site, HIGHER_LOGIC, &BY).await.unwrap();
    };
    tokio::join!(stage.settle(), pause);
    assert!(stage.pushes() <= 2, "{} pushes", stage.pushes());

    stage.higher_logic.set_faults([]);
    integration::resume(&site, HIGHER_LOGIC, &BY).await.unwrap();
    stage.settle().await;
    assert_eq!(stage.keys_there(&group).len(), 9);
}

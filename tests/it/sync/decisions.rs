//! What may be removed is decided once, from the whole of a change, and by the rules of all groups together.

use novi_sso::events::Actor;
use novi_sso::groups;
use novi_sso::id::GroupId;
use novi_sso::simulator::api::Fault;
use novi_sso::simulator::api::mobilize::{Group, Member as There};
use novi_sso::sync::link;
use novi_sso::sync::platform::Platform;
use novi_sso::sync::release::{self, Plan, PlanState, Refusal};
use novi_sso::sync::{integration, worker};

use crate::support::{BOARD, Stage};

const BY: Actor = Actor::CommandLine;
const MOBILIZE: Platform = Platform::Mobilize;
/// Another group there.
const SAFETY: u64 = 4712;
const DAY: i64 = 24 * 3600;

impl Stage {
    /// A linked group with these of the crowd, all of them there.
    async fn house(&self, name: &str, there: u64, members: std::ops::Range<usize>) -> GroupId {
        let group = self.novi.empty_group(name).await;
        self.novi.crowd_joins(&group, members.clone()).await;
        self.link_to(MOBILIZE, &group, there).await;
        self.settle().await;
        assert_eq!(self.there(there).len(), members.len());
        group
    }

    /// As many of the crowd, from the first one on, lose their login: they leave the groups there.
    async fn no_login(&self, members: std::ops::Range<usize>) {
        let now = self.novi.clock.now().unix_seconds() * 1000;
        for index in members {
            let id = format!("crowd-{index:06}");
            self.novi
                .tamper_with(&format!(
                    "delete from logins where member_id = '{id}';
                     update sync_records set look_at = {now}, marks = marks + 1
                     where record_id = '{id}'"
                ))
                .await;
        }
    }

    async fn held_plans(&self) -> Vec<Plan> {
        release::held(&mut self.site().await.read()).await.unwrap()
    }

    async fn under_way(&self) -> i64 {
        self.novi.count("select count(*) from sync_places where state = 'going'").await
    }
}

/// SECURITY.md 3.6.2: after a restore, a group that is in step says nothing of another one whose removals
/// are still let come to rest.
#[tokio::test]
async fn a_doubt_lasts_until_no_group_has_removals_left_to_be_decided() {
    let stage = Stage::start().await;
    stage.mobilize.seed_group(Group::private(SAFETY, "Safety"));
    stage.novi.crowd(0..200).await;
    stage.house("Board", BOARD, 0..3).await;
    stage.house("Safety", SAFETY, 0..200).await;
    for index in 0..15 {
        stage.mobilize.seed_member(SAFETY, There::new(format!("byhand{index}@x.org")));
    }
    let mut tx = stage.site().await.write().await.unwrap();
    integration::doubt_all(&mut tx).await.unwrap();
    tx.commit().await.unwrap();

    for _ in 0..4 {
        stage.settle().await;
        stage.goes_on(11).await;
    }

    assert_eq!(stage.removals(), 0);
    let held = stage.held_plans().await;
    assert_eq!((held.len(), held[0].cause.as_str(), held[0].removes), (1, "restored", 15));

    release::discard(&stage.site().await, &held[0].plan_id, &BY).await.unwrap().unwrap();
    stage.settle().await;
    let trusted = integration::find(&mut stage.site().await.read(), MOBILIZE).await.unwrap();
    assert_eq!(trusted.unwrap().doubt, None, "an admin has looked at all of it");
    assert_eq!(stage.there(SAFETY).len(), 215);
}

/// SECURITY.md 3.6.5: what an admin stopped goes on when an admin says so, and not when some days are over.
#[tokio::test]
async fn what_was_stopped_stays_so_until_an_admin_decides_anew() {
    let stage = Stage::start().await;
    stage.novi.crowd(0..40).await;
    let group = stage.house("Board", BOARD, 0..40).await;
    stage.no_login(0..20).await;
    stage.settle().await;
    stage.goes_on(11).await;
    let plan = stage.held_plans().await.remove(0);
    release::release(&stage.site().await, &plan.plan_id, "20", &BY).await.unwrap().unwrap();
    stage.settle().await;
    release::stop(&stage.site().await, &plan.plan_id, &BY).await.unwrap().unwrap();
    stage.settle().await;
    let gone = stage.removals();
    assert!((1..=10).contains(&gone), "{gone}");

    for _ in 0..5 {
        stage.goes_on(DAY + 1).await;
        stage.goes_on(11).await;
    }
    assert_eq!(stage.removals(), gone);
    let held = stage.held_plans().await.remove(0);
    assert_eq!((held.cause.as_str(), held.removes), ("stopped", 20 - gone as i64));

    let typed = held.removes.to_string();
    release::release(&stage.site().await, &held.plan_id, &typed, &BY).await.unwrap().unwrap();
    for _ in 0..4 {
        stage.goes_on(61).await;
    }
    assert_eq!(stage.there(BOARD).len(), 20);
    let site = stage.site().await;
    let before = release::find(&mut site.read(), &plan.plan_id).await.unwrap().unwrap();
    assert_eq!(before.state(), PlanState::Ended, "whoever leaves later is another matter");
    assert!(
        link::find(&mut site.read(), MOBILIZE, &group).await.unwrap().unwrap().held_at.is_none()
    );
}

/// SEC-Y10, SECURITY.md 3.6.3: people whom the platform does not let go are no reason to keep others.
#[tokio::test]
async fn removals_that_the_platform_refuses_for_good_hold_up_no_others() {
    let stage = Stage::start().await;
    stage.novi.crowd(0..200).await;
    stage.house("Board", BOARD, 0..200).await;
    let refused = Fault::on("DELETE /v1/groups/4711/members").times(10_000).answer(422);
    stage.mobilize.set_faults([refused]);
    stage.no_login(0..10).await;
    for _ in 0..20 {
        stage.goes_on(901).await;
    }
    let given_up = "select count(*) from sync_records where given_up_at is not null";
    assert_eq!(stage.novi.count(given_up).await, 10);
    assert_eq!((stage.under_way().await, stage.there(BOARD).len()), (10, 200));

    stage.mobilize.set_faults([]);
    stage.no_login(10..15).await;
    stage.settle().await;
    stage.goes_on(11).await;
    assert_eq!(stage.there(BOARD).len(), 195);

    stage.goes_on(DAY + 1).await;
    stage.goes_on(61).await;
    assert_eq!(stage.there(BOARD).len(), 185, "the next check tries them once more");
}

/// SECURITY.md 3.6.3: so many removals are on their way at once, of all groups of a platform together.
#[tokio::test]
async fn removals_of_several_groups_go_at_the_pace_of_one() {
    let stage = Stage::start().await;
    stage.novi.crowd(0..60).await;
    for index in 0..3 {
        stage.mobilize.seed_group(Group::private(SAFETY + index, "Group"));
        let from = usize::try_from(index).unwrap() * 20;
        stage.house(&format!("Group {index}"), SAFETY + index, from..from + 20).await;
    }
    let down = Fault::on("DELETE /v1/groups").times(10_000).answer(500);
    stage.mobilize.set_faults([down]);
    for from in [0, 20, 40] {
        stage.no_login(from..from + 8).await;
    }
    stage.settle().await;
    stage.goes_on(11).await;
    stage.goes_on(11).await;
    assert_eq!(stage.under_way().await, 10);

    stage.mobilize.set_faults([]);
    let mut seconds = 0;
    while stage.removals_done() < 24 && seconds < 300 {
        stage.goes_on(10).await;
        seconds += 10;
        let lately = stage.removals_within(60);
        assert!(lately <= 60, "{lately} in a minute");
    }
    assert_eq!(stage.removals_done(), 24);
}

impl Stage {
    fn removals_done(&self) -> usize {
        self.removals_within(i64::MAX / 1000)
    }

    fn removals_within(&self, seconds: i64) -> usize {
        let now = self.novi.clock.now().unix_seconds() * 1000;
        let requests = self.mobilize.requests();
        let done = requests
            .iter()
            .filter(|it| it.method == "DELETE" && it.status.is_some_and(|it| it < 300));
        done.filter(|it| it.at > now - seconds * 1000).count()
    }
}

/// SECURITY.md 3.6.2: what was decided and is not carried out yet counts like what was.
#[tokio::test]
async fn removals_that_are_under_way_count_when_more_are_to_leave() {
    let stage = Stage::start().await;
    stage.novi.crowd(0..12).await;
    stage.house("Board", BOARD, 0..12).await;
    let later = Fault::on("DELETE /v1/groups").times(10_000).header("retry-after", "600");
    stage.mobilize.set_faults([later.answer(429)]);
    stage.no_login(0..6).await;
    stage.settle().await;
    assert_eq!(stage.under_way().await, 6, "half of a small group");

    stage.no_login(6..10).await;
    stage.goes_on(601).await;
    stage.goes_on(11).await;
    let held = stage.held_plans().await;
    assert_eq!((held.len(), held[0].cause.as_str(), held[0].removes), (1, "too_many", 4));
}

/// SECURITY.md 4.13: one of two nodes decides; a decision that is asked for meanwhile is not forgotten.
#[tokio::test]
async fn a_removal_is_decided_once_and_what_is_asked_for_meanwhile_is_decided_next() {
    let stage = Stage::start().await;
    stage.novi.crowd(0..40).await;
    let group = stage.house("Board", BOARD, 0..40).await;
    stage.no_login(0..30).await;
    stage.settle().await;
    stage.novi.clock.advance(11);
    let other = stage.novi.another_node().await;
    let (one, two) = tokio::join!(worker::settle(&stage.novi.app), worker::settle(&other.app));
    one.unwrap();
    two.unwrap();
    let plans = "select count(*) from sync_plans";
    assert_eq!((stage.novi.count(plans).await, stage.held_plans().await.len()), (1, 1));

    let site = stage.site().await;
    let until = site.now.plus_seconds(120);
    let mut tx = site.write().await.unwrap();
    link::ask_decision(&mut tx, MOBILIZE, &group, site.now).await.unwrap();
    tx.commit().await.unwrap();
    assert!(link::take_decision(&site, MOBILIZE, &group, until).await.unwrap());
    assert!(!link::take_decision(&site, MOBILIZE, &group, until).await.unwrap());
    let mut tx = site.write().await.unwrap();
    link::ask_decision(&mut tx, MOBILIZE, &group, site.now).await.unwrap();
    link::decided(&mut tx, MOBILIZE, &group, until, None).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(link::to_decide(&site, MOBILIZE).await.unwrap(), [group]);
}

/// SECURITY.md 3.6.6: what was removed can be brought back for 90 days after the decision, however long it
/// was held; then nobody's name is kept for it any more.
#[tokio::test]
async fn an_undo_counts_from_the_decision_and_then_the_names_are_forgotten() {
    let stage = Stage::start().await;
    stage.novi.crowd(0..12).await;
    stage.house("Board", BOARD, 0..12).await;
    stage.no_login(0..8).await;
    stage.settle().await;
    stage.goes_on(80 * DAY).await;
    let plan = stage.held_plans().await.remove(0);
    release::release(&stage.site().await, &plan.plan_id, "8", &BY).await.unwrap().unwrap();
    stage.settle().await;
    assert_eq!(stage.there(BOARD).len(), 4);

    stage.goes_on(80 * DAY).await;
    let restored = release::restore(&stage.site().await, &plan.plan_id, &BY).await.unwrap();
    assert_eq!(restored, Ok(8));
    let names = "select count(*) from sync_plan_removals";
    assert_eq!(stage.novi.count(names).await, 8);
    stage.goes_on(91 * DAY).await;
    assert_eq!(stage.novi.count(names).await, 0);
    let restored = release::restore(&stage.site().await, &plan.plan_id, &BY).await.unwrap();
    assert_eq!(restored, Err(Refusal::TooLate));
}

/// A database that does not answer for a moment is no refusal of the credentials.
#[tokio::test]
async fn a_trouble_of_the_database_stops_no_connection() {
    let stage = Stage::start().await;
    let ann = stage.novi.member("Ann").await;
    let group = stage.novi.group("Board", &[]).await;
    stage.link(&group).await;
    stage.settle().await;
    groups::add_member(&stage.site().await, &group, &ann.id, &BY).await.unwrap();
    stage.novi.tamper("alter table integrations rename column api_secret to elsewhere").await;
    assert!(worker::settle(&stage.novi.app).await.is_err());

    stage.novi.tamper("alter table integrations rename column elsewhere to api_secret").await;
    stage.settle().await;
    let found = integration::find(&mut stage.site().await.read(), MOBILIZE).await.unwrap();
    assert_eq!(found.unwrap().stopped_at, None);
    assert_eq!(stage.there(BOARD), [ann.email]);
}

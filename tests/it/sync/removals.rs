//! Nobody is removed by mistake: the guard before removals.

use novi_sso::events::Actor;
use novi_sso::groups;
use novi_sso::id::GroupId;
use novi_sso::simulator::api::Fault;
use novi_sso::simulator::api::mobilize::Member as There;
use novi_sso::sync::link;
use novi_sso::sync::platform::Platform;
use novi_sso::sync::release::{self, Plan, PlanState, Refusal, Why};

use crate::support::{BOARD, Member, Stage};

const BY: Actor = Actor::CommandLine;

impl Stage {
    /// So many members in a linked group, all of them there.
    async fn crowd(&self, number: usize) -> (GroupId, Vec<Member>) {
        let mut members = Vec::new();
        for index in 0..number {
            members.push(self.novi.member(&format!("Ann{index}")).await);
        }
        let group = self.novi.group("Board", &members.iter().collect::<Vec<_>>()).await;
        self.link(&group).await;
        self.settle().await;
        assert_eq!(self.there(BOARD).len(), number);
        (group, members)
    }

    async fn take_out(&self, group: &GroupId, members: &[Member]) {
        let site = self.site().await;
        for member in members {
            assert!(groups::remove_member(&site, group, &member.id, &BY).await.unwrap());
        }
    }

    async fn held(&self) -> Vec<Plan> {
        release::held(&mut self.site().await.read()).await.unwrap()
    }

    fn removals_sent(&self) -> usize {
        self.mobilize.requests().iter().filter(|request| request.method == "DELETE").count()
    }

    /// Lets the clock go on, so that a large change has come to rest, and does what is due then.
    async fn later(&self, seconds: i64) {
        self.novi.clock.advance(seconds);
        self.settle().await;
    }
}

/// SEC-Y1, F-21: a group that is emptied removes nobody until an admin says how many.
#[tokio::test]
async fn an_emptied_group_is_held_until_an_admin_types_the_number() {
    let stage = Stage::start().await;
    let (group, members) = stage.crowd(30).await;

    stage.take_out(&group, &members).await;
    stage.settle().await;
    stage.later(11).await;

    assert_eq!((stage.removals_sent(), stage.there(BOARD).len()), (0, 30));
    let held = stage.held().await;
    let plan = held.first().expect("a plan waits");
    assert_eq!((plan.removes, plan.cause.as_str(), held.len()), (30, "emptied", 1));
    assert_eq!(stage.novi.events("sync.held").await, 1);

    let site = stage.site().await;
    let wrong = release::release(&site, &plan.plan_id, "3", &BY).await.unwrap();
    assert_eq!(wrong, Err(Refusal::OtherNumber { typed: "3".to_owned(), removes: 30 }));
    assert!(release::release(&site, &plan.plan_id, " 30 ", &BY).await.unwrap().is_ok());
    for _ in 0..5 {
        stage.later(11).await;
    }

    assert_eq!(stage.there(BOARD), Vec::<String>::new());
    assert_eq!(stage.held().await.len(), 0);
}

/// SECURITY.md 3.6: additions go on while removals are held, and a hold ends by itself.
#[tokio::test]
async fn additions_go_on_while_removals_are_held_and_the_hold_ends_when_they_come_back() {
    let stage = Stage::start().await;
    let (group, members) = stage.crowd(30).await;
    stage.take_out(&group, &members[..15]).await;
    stage.settle().await;
    stage.later(11).await;
    assert_eq!((stage.held().await.len(), stage.there(BOARD).len()), (1, 30));

    let late = stage.novi.member("Late").await;
    let site = stage.site().await;
    groups::add_member(&site, &group, &late.id, &BY).await.unwrap();
    stage.settle().await;
    assert_eq!(stage.there(BOARD).len(), 31);

    for member in &members[..15] {
        groups::add_member(&site, &group, &member.id, &BY).await.unwrap();
    }
    stage.later(11).await;

    assert_eq!((stage.held().await.len(), stage.removals_sent()), (0, 0));
    assert_eq!(stage.status(Platform::Mobilize, &group, &members[0]).await, "up_to_date");
}

/// SECURITY.md 3.6.3: what an admin does one by one needs no release.
#[tokio::test]
async fn single_removals_pass() {
    let stage = Stage::start().await;
    let (group, members) = stage.crowd(12).await;

    stage.take_out(&group, &members[..8]).await;
    stage.settle().await;

    assert_eq!((stage.there(BOARD).len(), stage.held().await.len()), (4, 0));
}

/// SEC-Y2, DEC20: people who were added by hand there stay at a first link, unless an admin saw and
/// confirmed exactly them.
#[tokio::test]
async fn a_first_link_removes_only_those_who_were_confirmed() {
    let stage = Stage::start().await;
    let ann = stage.novi.member("Ann").await;
    let group = stage.novi.group("Board", &[&ann]).await;
    let seen = stage.mobilize.seed_member(BOARD, There::new("seen@x.org").named("Seen", "Person"));
    stage.link(&group).await;
    let site = stage.site().await;
    let entry = release::Entry {
        record_id: novi_sso::sync::places::stranger(&seen),
        remote_id: Some(seen),
        name: "Seen Person".to_owned(),
        why: Why::Stranger,
    };
    let plan =
        release::make(&site, Platform::Mobilize, &group, "linked", (1, 0, 1), &[entry]).await;
    let mut tx = site.write().await.unwrap();
    release::confirm(&mut tx, &plan.unwrap(), &BY).await.unwrap();
    tx.commit().await.unwrap();
    stage.mobilize.seed_member(BOARD, There::new("unseen@x.org"));

    stage.settle().await;
    stage.later(11).await;

    assert_eq!(stage.there(BOARD), [ann.email, "unseen@x.org".to_owned()]);
    let held = stage.held().await;
    assert_eq!((held.len(), held[0].removes, held[0].cause.as_str()), (1, 1, "first"));
}

/// R66, DEC12: people who were added by hand there, or came by a link, go at the next check; managers stay
/// (DEC8).
#[tokio::test]
async fn manual_additions_are_overwritten_and_managers_are_not() {
    let stage = Stage::start().await;
    let (group, members) = stage.crowd(6).await;
    stage.mobilize.seed_member(BOARD, There::new("byhand@x.org"));
    stage.mobilize.seed_member(BOARD, There::new("boss@x.org").admin());

    stage.later(24 * 3600 + 1).await;
    stage.later(11).await;

    let mut expected: Vec<String> = members.iter().map(|member| member.email.clone()).collect();
    expected.push("boss@x.org".to_owned());
    expected.sort();
    assert_eq!(stage.there(BOARD), expected);
    let site = stage.site().await;
    let mut db = site.read();
    let counts = novi_sso::sync::places::counts_of(&mut db, Platform::Mobilize, &group).await;
    let managers = counts.unwrap();
    assert!(managers.contains(&(novi_sso::sync::places::State::Manager, 1)), "{managers:?}");
}

/// SEC-Y4: from a list that breaks off nothing is concluded.
#[tokio::test]
async fn half_a_list_removes_nobody() {
    let stage = Stage::start().await;
    let (group, _) = stage.crowd(60).await;
    for index in 0..5 {
        stage.mobilize.seed_member(BOARD, There::new(format!("byhand{index}@x.org")));
    }
    let route = format!("GET /v1/groups/{BOARD}/members");
    stage.mobilize.set_faults([Fault::on(route).nth(2).times(100).answer(500)]);
    let site = stage.site().await;
    let mut tx = site.write().await.unwrap();
    link::ask_check(&mut tx, Platform::Mobilize, &group, link::Cause::Asked).await.unwrap();
    tx.commit().await.unwrap();

    stage.settle().await;
    stage.later(11).await;

    assert_eq!(
        (stage.there(BOARD).len(), stage.removals_sent(), stage.held().await.len()),
        (65, 0, 0)
    );
    stage.mobilize.set_faults([]);
    stage.later(1000).await;
    stage.later(11).await;
    assert_eq!(stage.there(BOARD).len(), 60);
}

/// SECURITY.md 3.6.5 and 3.6.6: removals are paced, can be stopped halfway, and can be undone.
#[tokio::test]
async fn a_release_is_paced_stoppable_and_undoable() {
    let stage = Stage::start().await;
    let (group, members) = stage.crowd(40).await;
    stage.take_out(&group, &members).await;
    stage.settle().await;
    stage.later(11).await;
    let plan = stage.held().await.remove(0);
    let site = stage.site().await;
    release::release(&site, &plan.plan_id, "40", &BY).await.unwrap().unwrap();

    stage.settle().await;
    let first = stage.removals_sent();
    assert!((1..=10).contains(&first), "{first}");

    let stopped = release::stop(&stage.site().await, &plan.plan_id, &BY).await.unwrap();
    assert_eq!(stopped, Ok(()));
    for _ in 0..3 {
        stage.later(30).await;
    }
    assert_eq!(stage.removals_sent(), first);
    assert_eq!(stage.there(BOARD).len(), 40 - first);

    let restored = release::restore(&stage.site().await, &plan.plan_id, &BY).await.unwrap();
    assert_eq!(restored, Ok(i64::try_from(first).unwrap()));
    stage.settle().await;
    stage.later(11).await;
    assert_eq!(stage.there(BOARD).len(), 40);
    let plan = release::find(&mut site.read(), &plan.plan_id).await.unwrap().unwrap();
    assert_eq!(plan.state(), PlanState::Stopped);
}

/// SEC-Y1: a discarded plan keeps everybody where they are.
#[tokio::test]
async fn a_discarded_plan_keeps_everybody() {
    let stage = Stage::start().await;
    let (group, members) = stage.crowd(20).await;
    stage.take_out(&group, &members).await;
    stage.settle().await;
    stage.later(11).await;
    let plan = stage.held().await.remove(0);

    release::discard(&stage.site().await, &plan.plan_id, &BY).await.unwrap().unwrap();
    stage.settle().await;
    stage.later(24 * 3600 + 1).await;
    stage.later(11).await;

    assert_eq!((stage.there(BOARD).len(), stage.removals_sent()), (20, 0));
    assert_eq!(stage.held().await.len(), 0);
    assert_eq!(stage.status(Platform::Mobilize, &group, &members[0]).await, "up_to_date");
}

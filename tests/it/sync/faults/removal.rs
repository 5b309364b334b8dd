//! F-21: mass removals are held, and what is released is exactly what was shown.

use std::collections::BTreeSet;

use novi_sso::events::Actor;
use novi_sso::groups;
use novi_sso::id::{GroupId, PlanId};
use novi_sso::members::Email;
use novi_sso::simulator::api::Fault;
use novi_sso::simulator::api::mobilize::Member as There;
use novi_sso::sync::release::{self, Plan, Refusal};
use novi_sso::sync::worker;

use super::{figures, number};
use crate::support::{BOARD, HOME, Stage, crowd_email};

const BY: Actor = Actor::CommandLine;

impl Stage {
    /// A linked group of this size, all of them there.
    async fn full_house(&self, size: usize) -> GroupId {
        self.novi.crowd(0..size).await;
        let group = self.novi.empty_group("Board").await;
        self.novi.crowd_joins(&group, 0..size).await;
        self.link(&group).await;
        self.settle().await;
        assert_eq!(self.there(BOARD).len(), size);
        group
    }

    async fn the_plan(&self) -> Plan {
        let mut held = release::held(&mut self.site().await.read()).await.unwrap();
        assert_eq!(held.len(), 1);
        held.remove(0)
    }

    async fn shown(&self, plan: &PlanId) -> BTreeSet<String> {
        let site = self.site().await;
        let (mut shown, mut after) = (BTreeSet::new(), String::new());
        loop {
            let page = release::removals(&site, plan, &after, 200).await.unwrap();
            let Some(last) = page.last() else { return shown };
            after = last.record_id.to_string();
            shown.extend(page.iter().map(|one| one.record_id.to_string()));
        }
    }

    async fn release(&self, plan: &Plan) -> Result<(), Refusal> {
        let typed = plan.removes.to_string();
        release::release(&self.site().await, &plan.plan_id, &typed, &BY).await.unwrap()
    }

    /// Until everybody who was released is gone; at most sixty of them in any minute.
    async fn all_go(&self, most: usize) {
        let before = self.removals();
        for _ in 0..most / 5 + 10 {
            if self.removals() - before >= most {
                break;
            }
            self.goes_on(10).await;
        }
        let requests = self.mobilize.requests();
        let removals = requests.iter().filter(|request| request.method == "DELETE");
        let times: Vec<i64> = removals.map(|request| request.at).collect();
        for (place, at) in times.iter().enumerate() {
            let within = times[..place].iter().filter(|earlier| **earlier > at - 60_000).count();
            assert!(within < 60, "{} removals in a minute", within + 1);
        }
    }
}

/// 5,000 → 0. SEC-Y1, SECURITY.md 3.6: nothing goes while it is held, additions go on, what is released
/// is what was shown, and the undo brings everybody back.
#[tokio::test]
async fn an_emptied_group_goes_only_when_it_is_released_and_comes_back_whole() {
    let size = number(5_000, 60);
    let stage = Stage::start().await;
    let group = stage.full_house(size).await;

    stage.novi.crowd_leaves(&group, 0..size).await;
    stage.ask_check(&group).await;
    stage.settle().await;
    stage.goes_on(10).await;

    let plan = stage.the_plan().await;
    let removes = usize::try_from(plan.removes).unwrap();
    assert_eq!((removes, plan.cause.as_str()), (size, "emptied"));
    assert_eq!(stage.novi.events("sync.held").await, 1, "one alert, within ten seconds");
    let late = stage.novi.member("Late").await;
    groups::add_member(&stage.site().await, &group, &late.id, &BY).await.unwrap();
    stage.settle().await;
    assert_eq!(stage.there(BOARD).len(), size + 1, "additions go on");
    for _ in 0..3 {
        stage.goes_on(24 * 3600 + 1).await;
        stage.goes_on(10).await;
    }
    assert_eq!((stage.removals(), stage.there(BOARD).len()), (0, size + 1));

    let plan = stage.the_plan().await;
    let shown = stage.shown(&plan.plan_id).await;
    assert_eq!(shown.len(), size);
    stage.release(&plan).await.unwrap();
    stage.settle().await;
    stage.all_go(size).await;
    assert_eq!(stage.there(BOARD), [late.email.as_str()]);
    assert_eq!(stage.removals(), size);

    let site = stage.site().await;
    let restored = release::restore(&site, &plan.plan_id, &BY).await.unwrap();
    assert_eq!(restored, Ok(i64::try_from(size).unwrap()));
    stage.settle().await;
    stage.goes_on(10).await;
    assert_eq!(stage.there(BOARD).len(), size + 1, "the undo restores all of them");
    let said = format!(
        "0 removals while held for 3 days, alert within 10 s, an addition went on, {size} of \
         {size} shown went once released, undo brought {size} back"
    );
    figures(&stage.novi, &format!("F-21 ({size} → 0)"), &said);
}

/// 5,000 → 4,000, held, and grown before it is released: then it has to be looked at again. Stopped
/// from another node, nobody more goes.
#[tokio::test]
async fn a_held_plan_that_has_grown_is_looked_at_again() {
    let size = number(5_000, 100);
    let fifth = size / 5;
    let stage = Stage::start().await;
    let group = stage.full_house(size).await;
    stage.novi.crowd_leaves(&group, 0..fifth).await;
    stage.ask_check(&group).await;
    stage.settle().await;
    stage.goes_on(10).await;
    let plan = stage.the_plan().await;
    assert_eq!((plan.removes, plan.cause.as_str()), (i64::try_from(fifth).unwrap(), "too_many"));

    let more = fifth + fifth / 10;
    stage.novi.crowd_leaves(&group, fifth..more).await;
    stage.ask_check(&group).await;
    stage.settle().await;
    let refused = stage.release(&plan).await.unwrap_err();
    assert!(matches!(refused, Refusal::Grown { .. }), "{refused:?}");
    stage.goes_on(10).await;
    assert_eq!((stage.removals(), stage.there(BOARD).len()), (0, size));
    assert_eq!(stage.release(&plan).await, Err(Refusal::NotHeld), "another plan took its place");

    let plan = stage.the_plan().await;
    let removes = usize::try_from(plan.removes).unwrap();
    assert_eq!((removes, stage.shown(&plan.plan_id).await.len()), (more, more));
    stage.release(&plan).await.unwrap();
    stage.settle().await;
    let gone = stage.removals();
    assert!((1..=10).contains(&gone), "{gone}");
    let other = stage.novi.another_node().await;
    let stopped = release::stop(&other.home().await, &plan.plan_id, &BY).await.unwrap();
    assert_eq!(stopped, Ok(()));
    for _ in 0..3 {
        stage.goes_on(30).await;
        worker::settle(&other.app).await.unwrap();
    }
    assert_eq!((stage.removals(), stage.there(BOARD).len()), (gone, size - gone));

    let plan = stage.the_plan().await;
    let left = usize::try_from(plan.removes).unwrap();
    assert_eq!(left, more - gone);
    stage.release(&plan).await.unwrap();
    stage.settle().await;
    stage.all_go(left).await;
    let expected: Vec<String> = (more..size).map(crowd_email).collect();
    assert_eq!(stage.there(BOARD), expected);
    let said = format!(
        "0 removals while held, {fifth} grown to {more} refused until shown again, {gone} gone when \
         stopped from another node and 0 after, then the other {left}"
    );
    figures(&stage.novi, &format!("F-21 ({size} → {})", size - fifth), &said);
}

/// First link, +10/−4,990. SEC-Y2: the ten arrive, nobody goes. Whoever becomes one of ours meanwhile
/// is not removed as a stranger when the others are.
#[tokio::test]
async fn a_first_link_adds_and_holds_and_spares_a_stranger_who_becomes_one_of_ours() {
    let strangers = number(4_990, 50);
    let stage = Stage::start().await;
    let stranger = |index: usize| format!("byhand{index}@x.org");
    for index in 0..strangers {
        stage.mobilize.seed_member(BOARD, There::new(stranger(index)));
    }
    stage.novi.crowd(0..10).await;
    let group = stage.novi.empty_group("Board").await;
    stage.novi.crowd_joins(&group, 0..10).await;
    stage.link(&group).await;
    stage.settle().await;
    stage.goes_on(10).await;

    let plan = stage.the_plan().await;
    let removes = usize::try_from(plan.removes).unwrap();
    assert_eq!((removes, plan.cause.as_str()), (strangers, "first"));
    assert_eq!((stage.removals(), stage.there(BOARD).len()), (0, strangers + 10));

    let email = Email::parse(&stranger(3)).unwrap();
    let jane = stage.novi.member_at(HOME, "Jane", |member| member.email = Some(email)).await;
    groups::add_member(&stage.site().await, &group, &jane.id, &BY).await.unwrap();
    stage.settle().await;
    stage.goes_on(10).await;
    let plan = stage.the_plan().await;
    assert_eq!(usize::try_from(plan.removes).unwrap(), strangers - 1);
    stage.release(&plan).await.unwrap();
    stage.settle().await;
    stage.all_go(strangers - 1).await;

    let mut expected: Vec<String> = (0..10).map(crowd_email).chain([stranger(3)]).collect();
    expected.sort();
    assert_eq!(stage.there(BOARD), expected);
    let said = format!("10 added, 0 removals while held, then {} of {strangers}", strangers - 1);
    figures(&stage.novi, &format!("F-21 (first link, +10/−{strangers})"), &said);
}

/// SEC-Y3: an evaluation that fails is no empty group: the check is given up, and what was known stays.
#[tokio::test]
async fn an_evaluation_that_fails_changes_nothing() {
    let size = number(5_000, 40);
    let stage = Stage::start().await;
    let group = stage.full_house(size).await;
    let known = "select count(*) from sync_places where state = 'up_to_date'";
    let calls = stage.mobilize.requests().len();

    stage.novi.tamper("alter table companies rename to companies_gone").await;
    stage.ask_check(&group).await;
    worker::settle(&stage.novi.app).await.ok();
    stage.novi.clock.advance(10);
    worker::settle(&stage.novi.app).await.ok();
    stage.novi.tamper("alter table companies_gone rename to companies").await;

    assert_eq!(stage.mobilize.requests().len(), calls, "nothing was asked or sent");
    assert_eq!(stage.novi.count(known).await, i64::try_from(size).unwrap());
    for _ in 0..3 {
        stage.goes_on(301).await;
    }
    assert_eq!((stage.removals(), stage.there(BOARD).len()), (0, size));
    assert_eq!(release::held(&mut stage.site().await.read()).await.unwrap().len(), 0);
    assert_eq!(stage.novi.count(known).await, i64::try_from(size).unwrap());
    let said = format!("0 removals of {size}, nothing asked or sent meanwhile");
    figures(&stage.novi, "F-21 (evaluation error)", &said);
}

/// SEC-Y4: however a list breaks off, nothing is concluded from the part that came.
#[tokio::test]
async fn a_list_that_breaks_off_in_any_way_removes_nobody() {
    let size = number(5_000, 120);
    let stage = Stage::start().await;
    let group = stage.full_house(size).await;
    for index in 0..5 {
        stage.mobilize.seed_member(BOARD, There::new(format!("byhand{index}@x.org")));
    }
    let members = || Fault::on(format!("GET /v1/groups/{BOARD}/members")).nth(2).times(1_000);
    let faults = [
        members().answer(500),
        members().html(),
        members().truncate(),
        members().huge(),
        members().drop_connection(),
        members().answer_json(200, &serde_json::json!([])),
        members().answer_json(200, &serde_json::json!({ "error_message": "no" })),
    ];
    let ways = faults.len();
    for fault in faults {
        stage.mobilize.set_faults([fault.clone()]);
        stage.ask_check(&group).await;
        stage.settle().await;
        stage.goes_on(10).await;
        let all = size + 5;
        assert_eq!((stage.removals(), stage.there(BOARD).len()), (0, all), "{fault:?}");
        stage.mobilize.set_faults([]);
        stage.novi.clock.advance(3601);
        stage.novi.tamper("update integrations set failures = 0, open_until = null").await;
        stage.novi.tamper("update sync_links set check_at = null, decide_at = null").await;
    }
    stage.ask_check(&group).await;
    stage.settle().await;
    stage.goes_on(10).await;
    assert_eq!(stage.there(BOARD).len(), size, "and a whole list is acted on again");
    let said = format!("0 removals of {} in {ways} ways of breaking off", size + 5);
    figures(&stage.novi, "F-21 (partial listing)", &said);
}

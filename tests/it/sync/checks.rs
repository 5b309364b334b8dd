//! Full checks of linked groups, beside everything else that goes on meanwhile.

use novi_sso::events::Actor;
use novi_sso::groups;
use novi_sso::id::MemberId;
use novi_sso::simulator::api::Fault;
use novi_sso::simulator::api::mobilize::Group;
use novi_sso::sync::platform::Platform;
use novi_sso::sync::switch::{self, Mark};
use novi_sso::sync::{integration, link, worker};
use tokio::task::JoinHandle;

use super::faults::until;
use crate::support::{BOARD, Stage, crowd_email};

const BY: Actor = Actor::CommandLine;
const MOBILIZE: Platform = Platform::Mobilize;
/// Members of a list that has several pages.
const MANY: usize = 300;

impl Stage {
    /// How often the list of the members of "Board" was begun, and how many pages of it were read.
    fn listings(&self) -> (usize, usize) {
        let list = format!("/v1/groups/{BOARD}/members?");
        let requests = self.mobilize.requests();
        let pages: Vec<_> = requests.iter().filter(|it| it.path.starts_with(&list)).collect();
        (pages.iter().filter(|it| it.path.ends_with("offset=0")).count(), pages.len())
    }

    /// Works in the background until nothing is left to be done.
    pub fn works(&self) -> JoinHandle<()> {
        let app = self.novi.app.clone();
        tokio::spawn(async move { worker::settle(&app).await.unwrap() })
    }

    /// A linked group whose members are all there, and whose list is read page by slow page from now on.
    async fn slow_list(&self) -> novi_sso::id::GroupId {
        self.novi.crowd(0..MANY).await;
        let group = self.novi.empty_group("Board").await;
        self.novi.crowd_joins(&group, 0..MANY).await;
        self.link(&group).await;
        self.settle().await;
        assert_eq!(self.there(BOARD).len(), MANY);
        let pages = format!("GET /v1/groups/{BOARD}/members");
        self.mobilize.set_faults([Fault::on(pages).delay_ms(60)]);
        self.mobilize.forget_requests();
        group
    }
}

/// SECURITY.md 4.13: a bulk is about one group; what its people wait for in other groups is done after it,
/// additions and removals.
#[tokio::test]
async fn a_bulk_does_not_forget_what_its_people_wait_for_elsewhere() {
    let stage = Stage::start().await;
    let (youth_there, safety_there) = (4712, 4713);
    stage.mobilize.seed_group(Group::private(youth_there, "Youth"));
    stage.mobilize.seed_group(Group::private(safety_there, "Safety"));
    stage.novi.crowd(0..30).await;
    let board = stage.novi.empty_group("Board").await;
    let youth = stage.novi.empty_group("Youth").await;
    let safety = stage.novi.empty_group("Safety").await;
    stage.novi.crowd_joins(&safety, 29..30).await;
    for (group, there) in [(&board, BOARD), (&youth, youth_there), (&safety, safety_there)] {
        stage.link_to(MOBILIZE, group, there).await;
    }
    stage.settle().await;
    assert_eq!(stage.there(safety_there), [crowd_email(29)]);
    let words = serde_json::json!({ "error_message": "not now", "error_code": "x" });
    stage.mobilize.set_faults([
        Fault::on(format!("POST /v1/groups/{youth_there}/members"))
            .times(2)
            .answer_json(422, &words),
        Fault::on(format!("DELETE /v1/groups/{safety_there}/members"))
            .times(1)
            .answer_json(422, &words),
    ]);
    let site = stage.site().await;
    for number in 0..2 {
        let member = MemberId::presented(&format!("crowd-{number:06}"));
        groups::add_member(&site, &youth, &member, &BY).await.unwrap();
    }
    let last = MemberId::presented("crowd-000029");
    groups::remove_member(&site, &safety, &last, &BY).await.unwrap();
    stage.settle().await;
    assert_eq!(stage.there(safety_there), [crowd_email(29)], "to be tried again in a moment");

    stage.novi.crowd_joins(&board, 0..30).await;
    stage.ask_check(&board).await;
    stage.settle().await;
    assert_eq!(stage.there(BOARD).len(), 30);
    stage.goes_on(10).await;

    assert_eq!(stage.there(youth_there), [crowd_email(0), crowd_email(1)]);
    assert_eq!(stage.there(safety_there), Vec::<String>::new());
    let others = "select count(*) from sync_places where state <> 'up_to_date'";
    assert_eq!(stage.novi.count(others).await, 0);
}

/// SECURITY.md 4.13, F-07: a list that takes longer to read than a lease lasts is read by one node, once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_that_takes_longer_than_a_lease_is_read_by_one_node() {
    let stage = Stage::start().await;
    let group = stage.slow_list().await;
    let other = stage.novi.another_node().await;

    stage.ask_check(&group).await;
    let working = stage.works();
    for page in 1..=5 {
        until("a page", async || stage.listings().1 >= page).await;
        stage.novi.clock.advance(25);
        worker::settle(&other.app).await.unwrap();
    }
    working.await.unwrap();

    let (begun, pages) = stage.listings();
    assert!(begun == 1 && pages > 5, "{begun} readings, {pages} pages");
    let ended = "select count(*) from sync_runs where ended_at is not null and outcome is null";
    assert_eq!(stage.novi.count(ended).await, 2, "the first sync, and this one");
}

/// SEC-Y15, R47, R72: a pause, a staging mark and an unlink end a listing at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_pauses_ends_a_listing_at_its_next_page() {
    let stage = Stage::start().await;
    let group = stage.slow_list().await;
    for what in ["pause", "staging", "unlink"] {
        stage.mobilize.forget_requests();
        stage.ask_check(&group).await;
        let working = stage.works();
        until("a page", async || stage.listings().1 >= 2).await;

        let site = stage.site().await;
        match what {
            "pause" => assert!(integration::pause(&site, MOBILIZE, &BY).await.unwrap()),
            "staging" => switch::mark(&site, Mark::Staging, &BY).await.unwrap(),
            _ => assert!(link::unlink(&site, MOBILIZE, &group, &BY).await.unwrap()),
        }
        let before = stage.mobilize.requests().len();
        working.await.unwrap();

        let after = stage.mobilize.requests().len() - before;
        assert!(after <= 1, "{after} calls after {what}");
        integration::resume(&site, MOBILIZE, &BY).await.unwrap();
        switch::mark(&site, Mark::Live, &BY).await.unwrap();
    }
}

/// R69: what is asked for while a check goes on is not forgotten when that one is done.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_check_that_is_asked_for_during_another_one_comes_after_it() {
    let stage = Stage::start().await;
    let group = stage.slow_list().await;

    stage.ask_check(&group).await;
    let working = stage.works();
    until("a page", async || stage.listings().1 >= 2).await;
    stage.novi.clock.advance(1);
    let switches = integration::Switches { go_ahead: true, bio: true, ..Default::default() };
    integration::switch(&stage.site().await, MOBILIZE, switches, &BY).await.unwrap();
    working.await.unwrap();

    assert_eq!(stage.listings().0, 2, "begun before the change, and after it");
    let site = stage.site().await;
    let link = link::find(&mut site.read(), MOBILIZE, &group).await.unwrap().unwrap();
    assert_eq!((link.check_at, link.checked_at), (None, Some(site.now)));
}

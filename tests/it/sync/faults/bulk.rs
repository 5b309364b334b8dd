//! What goes wrong with a bulk, and that nobody of it is left waiting.

use novi_sso::events::Actor;
use novi_sso::id::GroupId;
use novi_sso::simulator::api::Fault;
use novi_sso::simulator::api::mobilize::{Group, Pace};
use novi_sso::sync::{integration, queue, worker};

use super::{MOBILIZE, until};
use crate::support::{BOARD, Stage, crowd_email, crowd_member};

const BY: Actor = Actor::CommandLine;
/// Enough for a bulk.
const PEOPLE: usize = 30;
/// A lease, and a moment for whoever is next.
const TAKEN_OVER_WITHIN: i64 = 60 + 15;

impl Stage {
    /// A group whose first sync is a bulk.
    async fn to_be_bulked(&self) -> GroupId {
        self.novi.crowd(0..PEOPLE).await;
        let group = self.novi.empty_group("Board").await;
        self.novi.crowd_joins(&group, 0..PEOPLE).await;
        self.link(&group).await;
        group
    }

    fn bulks(&self) -> usize {
        let requests = self.mobilize.requests();
        requests.iter().filter(|it| it.method == "POST" && it.path.ends_with("/bulk")).count()
    }

    fn polls(&self) -> usize {
        let requests = self.mobilize.requests();
        requests.iter().filter(|it| it.path.starts_with("/v1/bulk/")).count()
    }

    async fn up_to_date(&self) -> i64 {
        self.novi.count("select count(*) from sync_places where state = 'up_to_date'").await
    }

    async fn is_whole(&self) -> bool {
        self.is_whole_with(0).await
    }

    /// So many are somewhere else besides.
    async fn is_whole_with(&self, others: usize) -> bool {
        self.there(BOARD).len() == PEOPLE && self.up_to_date().await == (PEOPLE + others) as i64
    }
}

/// F-06 of a bulk, R67: whatever becomes of it, within the time of a takeover everybody is there, once.
#[tokio::test]
async fn everybody_of_a_bulk_is_there_soon_after_whatever_became_of_it() {
    let bulk = format!("POST /v1/groups/{BOARD}/members/bulk");
    let words = serde_json::json!({ "error_message": "no", "error_code": "x" });
    let poll = || Fault::on("GET /v1/bulk");
    for (what, fault, bulks) in [
        ("another bulk is on its way", Fault::on(&bulk).times(1).answer_json(409, &words), 2),
        ("it is refused", Fault::on(&bulk).answer_json(422, &words), 1),
        ("it cannot be begun", Fault::on(&bulk).answer(502), 3),
        ("a poll fails", poll().times(1).answer(502), 1),
        ("some polls fail in many ways", poll().times(2).after_work().truncate(), 1),
        ("no poll is answered", poll().answer(502), 1),
        ("its job is gone", poll().answer_json(404, &words), 1),
    ] {
        let stage = Stage::start().await;
        stage.to_be_bulked().await;
        stage.mobilize.set_faults([fault]);

        stage.settle().await;
        for _ in 0..5 {
            stage.goes_on(TAKEN_OVER_WITHIN / 5).await;
        }

        assert_eq!((stage.there(BOARD).len(), stage.up_to_date().await), (PEOPLE, 30), "{what}");
        assert_eq!(stage.mobilize.user_count(), PEOPLE, "{what}");
        assert_eq!(stage.bulks(), bulks, "{what}");
        assert_eq!(stage.left().await, (0, 0), "{what}");
    }
}

/// R67, R80: a bulk that ends halfway is made whole one by one; whom the platform refuses is told in its words.
#[tokio::test]
async fn a_bulk_that_fails_halfway_is_made_whole_one_by_one() {
    let stage = Stage::start().await;
    let group = stage.to_be_bulked().await;
    stage.mobilize.change_settings(|settings| settings.bulk_fails_after = Some(10));
    stage.novi.tamper("update logins set email = 'nowhere' where member_id = 'crowd-000003'").await;

    stage.settle().await;

    let there = stage.there(BOARD);
    assert_eq!(there.len(), PEOPLE - 1);
    assert_eq!((there[0].clone(), stage.bulks()), (crowd_email(0), 1));
    let site = stage.site().await;
    let known = queue::known(&mut site.read(), &crowd_member(3)).await.unwrap();
    assert_eq!(known[0].failure.as_deref(), Some("Email is invalid"));
    assert_eq!(stage.up_to_date().await, PEOPLE as i64 - 1);
    let link = novi_sso::sync::link::find(&mut site.read(), MOBILIZE, &group).await.unwrap();
    assert_eq!(link.unwrap().check_at, None, "the check is done");
}

/// SECURITY.md 4.13: the answer that said the id of the job was lost; the next bulk waits for that one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bulk_whose_answer_was_lost_makes_nobody_twice() {
    let stage = Stage::start().await;
    stage.to_be_bulked().await;
    stage.mobilize.change_settings(|settings| settings.bulk = Pace::PerSecond(PEOPLE));
    let lost = Fault::on(format!("POST /v1/groups/{BOARD}/members/bulk")).times(1);
    stage.mobilize.set_faults([lost.after_work().drop_connection()]);

    let working = stage.works();
    until("everybody", async || {
        stage.novi.clock.advance(1);
        stage.is_whole().await
    })
    .await;
    working.await.unwrap();

    assert_eq!(stage.mobilize.user_count(), PEOPLE);
    assert_eq!(stage.left().await, (0, 0));
}

/// F-07: a process that ends in the middle of the first sync's bulk strands nobody: another one has taken
/// over once the lease is over.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_people_of_a_bulk_are_taken_over_when_its_process_ends() {
    let stage = Stage::start().await;
    stage.to_be_bulked().await;
    stage.mobilize.change_settings(|settings| {
        settings.bulk = Pace::PerSecond(1);
        settings.bulk_fails_after = Some(10);
    });
    let working = stage.works();
    // As long as it is watched over, it is nobody else's.
    until("the bulk", async || stage.polls() >= 1).await;
    let other = stage.novi.another_node().await;
    for _ in 0..4 {
        let polls = stage.polls();
        stage.novi.clock.advance(2);
        until("a poll", async || stage.polls() > polls).await;
        worker::settle(&other.app).await.unwrap();
    }
    assert_eq!(stage.bulks(), 1);
    working.abort();
    assert!(working.await.unwrap_err().is_cancelled());
    stage.mobilize.change_settings(|settings| settings.bulk_fails_after = None);
    stage.mobilize.change_settings(|settings| settings.bulk = Pace::PerSecond(1_000));

    stage.novi.clock.advance(TAKEN_OVER_WITHIN);
    let taking_over = tokio::spawn(async move { worker::settle(&other.app).await });
    let from = stage.novi.clock.now();
    until("everybody", async || {
        let is_whole = stage.is_whole().await;
        if !is_whole {
            stage.novi.clock.advance(1);
        }
        is_whole
    })
    .await;
    taking_over.await.unwrap().unwrap();

    let took = stage.novi.clock.now().seconds_since(from);
    assert!(took < 120, "{took} s after its end they were still waited for");
    assert_eq!((stage.mobilize.user_count(), stage.left().await), (PEOPLE, (0, 0)));
}

/// SEC-Y15: whoever pauses in the middle of a bulk stops it from being asked for, and finds everybody at
/// work again when it is resumed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pause_in_the_middle_of_a_bulk_strands_nobody() {
    let stage = Stage::start().await;
    stage.to_be_bulked().await;
    stage.mobilize.change_settings(|settings| settings.bulk = Pace::PerSecond(1));
    let working = stage.works();
    until("a poll", async || stage.polls() >= 1).await;

    let site = stage.site().await;
    integration::pause(&site, MOBILIZE, &BY).await.unwrap();
    let before = stage.mobilize.requests().len();
    working.await.unwrap();
    assert!(stage.mobilize.requests().len() <= before + 1);
    integration::resume(&site, MOBILIZE, &BY).await.unwrap();
    stage.novi.clock.advance(PEOPLE as i64);
    stage.settle().await;

    assert!(stage.is_whole().await, "{} there", stage.there(BOARD).len());
    stage.goes_on(TAKEN_OVER_WITHIN).await;
    assert_eq!(stage.left().await, (0, 0));
}

/// F-06: a bulk that never ends is waited for so long and no longer: its people go one by one, and the
/// other groups of the connection are checked.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bulk_that_never_ends_holds_up_nobody_for_ever() {
    let stage = Stage::start().await;
    stage.to_be_bulked().await;
    stage.mobilize.seed_group(Group::private(4712, "Youth"));
    let youth = stage.novi.empty_group("Youth").await;
    stage.novi.crowd_joins(&youth, 0..5).await;
    stage.novi.clock.advance(1);
    stage.link_to(MOBILIZE, &youth, 4712).await;
    stage.mobilize.change_settings(|settings| settings.bulk = Pace::PerPoll(0));

    let (begun, mut polls) = (stage.novi.clock.now(), 0);
    let working = stage.works();
    until("everybody", async || {
        // As long as it is waited for, time passes.
        if stage.polls() > polls {
            polls = stage.polls();
            stage.novi.clock.advance(50);
        }
        stage.is_whole_with(5).await && stage.there(4712).len() == 5
    })
    .await;
    working.await.unwrap();

    let took = stage.novi.clock.now().seconds_since(begun);
    assert!((600..700).contains(&took), "after {took} s");
    assert_eq!((stage.bulks(), stage.left().await), (1, (0, 0)));
}

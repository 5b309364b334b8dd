//! F-07: nodes that race, are killed, and come back as if nothing had happened.

use std::collections::BTreeMap;
use std::time::Duration;

use novi_sso::simulator::api::Fault;
use novi_sso::sync::{places, queue, worker};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::{MOBILIZE, figures, is_full, number, until};
use crate::support::{BOARD, Novi, Seen, Stage, crowd_email, crowd_member};

/// Rows changed in one statement, so that it seldom meets what the nodes have locked.
const ROWS: usize = 100;

/// A node that works until it is killed.
struct Node {
    working: JoinHandle<()>,
    stop: CancellationToken,
}

impl Node {
    fn start(novi: &Novi) -> Self {
        let stop = CancellationToken::new();
        let working = tokio::spawn(worker::run(novi.app.clone(), stop.clone()));
        Self { working, stop }
    }

    /// In the middle of whatever it is at.
    async fn kill(self) {
        self.working.abort();
        self.working.await.ok();
    }

    async fn end(self) {
        self.stop.cancel();
        self.working.await.unwrap();
    }
}

impl Stage {
    /// The first so many of the crowd have another job title from now on, and so something to be sent.
    pub async fn everybody_changes(&self, number: usize, title: &str) {
        let now = self.novi.clock.now().unix_seconds() * 1000;
        for from in (0..number).step_by(ROWS) {
            let to = from + ROWS;
            self.novi
                .tamper_with(&format!(
                    "update members set job_title = '{title}'
                     where member_id >= 'crowd-{from:06}' and member_id < 'crowd-{to:06}';
                     update sync_records set look_at = {now}, marks = marks + 1
                     where record_id >= 'crowd-{from:06}' and record_id < 'crowd-{to:06}'"
                ))
                .await;
        }
    }

    /// Work that somebody could take now, and all that is left.
    pub async fn left(&self) -> (i64, i64) {
        let now = self.novi.clock.now().unix_seconds() * 1000;
        let open = format!(
            "select count(*) from sync_records where look_at is not null
                 or (send_at is not null and (lease_until is null or lease_until <= {now}))"
        );
        let all =
            "select count(*) from sync_records where look_at is not null or send_at is not null";
        (self.novi.count_with(&open).await, self.novi.count(all).await)
    }

    /// Updates that say something older than what was said of the same person before.
    pub fn gone_back(&self) -> usize {
        let (mut latest, mut back) = (BTreeMap::new(), 0);
        for seen in self.watch.seen().into_iter().filter(Seen::is_update) {
            let before = latest.insert(seen.path, seen.title.clone());
            back += usize::from(before.is_some_and(|before| before > seen.title));
        }
        back
    }
}

/// F-07: every job is done once but for those that were cut off, none is lost, what a dead node had
/// taken goes on when its lease is over, and no two calls for one person ever meet.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_nodes_share_the_work_and_lose_none_of_it_when_they_are_killed() {
    let (jobs, kills) = (number(10_000, 150), number(20, 4));
    let stage = Stage::start().await;
    stage.novi.crowd(0..jobs).await;
    let group = stage.novi.empty_group("Board").await;
    stage.novi.crowd_joins(&group, 0..jobs).await;
    stage.link(&group).await;
    stage.settle().await;
    assert_eq!(stage.there(BOARD).len(), jobs);
    stage.watch.forget();
    let each = Duration::from_millis(if is_full() { 5 } else { 20 });
    let delay = u64::try_from(each.as_millis()).unwrap();
    stage.mobilize.set_faults([Fault::on("PUT /v1/users").delay_ms(delay)]);

    // Of two digits, because what was sent is compared as text.
    let (mut version, mut changes) = (10, 1);
    stage.everybody_changes(jobs, "v10").await;
    let mut nodes = vec![Node::start(&stage.novi)];
    let mut standing = stage.novi.another_node().await;
    nodes.push(Node::start(&standing));
    let (mut killed, mut before) = (0, 0);
    loop {
        let enough = before + jobs / (kills + 1);
        until("progress", async || {
            stage.watch.updates() >= enough.max(1) || stage.left().await.0 == 0
        })
        .await;
        before = stage.watch.updates();
        let is_done = stage.left().await.1 == 0;
        if killed < kills && (is_done || killed == kills / 2 && changes == 1) {
            // Halfway; or the nodes were done before enough of them could be killed.
            (version, changes) = (version + 1, changes + 1);
            stage.everybody_changes(jobs, &format!("v{version}")).await;
        }
        if killed < kills && stage.left().await.1 > 0 {
            nodes.remove(0).kill().await;
            killed += 1;
            standing = stage.novi.another_node().await;
            nodes.push(Node::start(&standing));
            continue;
        }
        // What the dead had taken is nobody's until the lease is over. Nobody alive is at anything.
        until("rest", async || stage.left().await.0 == 0).await;
        if stage.left().await.1 == 0 {
            break;
        }
        stage.novi.clock.advance(61);
    }
    for node in nodes {
        node.end().await;
    }

    assert_eq!((killed, stage.left().await), (kills, (0, 0)));
    assert_eq!(stage.mobilize.overlaps(), 0);
    for index in 0..jobs {
        let there = stage.mobilize.member(BOARD, &crowd_email(index)).expect("nobody was lost");
        assert_eq!(there.fields["job_title"], format!("v{version}"), "{index}");
    }
    let site = stage.site().await;
    let counts = places::counts_of(&mut site.read(), MOBILIZE, &group).await.unwrap();
    assert_eq!(counts, [(places::State::UpToDate, i64::try_from(jobs).unwrap())]);
    // Versions never go back, and only what was cut off is sent again.
    let (back, repeated) = (stage.gone_back(), stage.watch.repeated());
    assert_eq!(back, 0);
    assert!(repeated <= kills * 8, "{repeated} sent again");
    figures(
        &stage.novi,
        "F-07 (nodes in one process)",
        &format!(
            "{jobs} jobs changed {changes} times, {killed} nodes killed: 0 lost, 0 overlapping calls, \
             {repeated} extra calls (at most {}), {back} versions went back",
            kills * 8
        ),
    );
}

/// F-07: a node that was held up for longer than its lease comes too late: what it learned counts no
/// more, and it calls nobody before it has seen that.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_comes_back_too_late_writes_nothing() {
    let stage = Stage::start().await;
    stage.novi.crowd(0..1).await;
    let group = stage.novi.empty_group("Board").await;
    stage.novi.crowd_joins(&group, 0..1).await;
    stage.link(&group).await;
    stage.settle().await;
    let slow = Fault::on("PUT /v1/users").times(1).after_work().delay_ms(1_500);
    stage.mobilize.set_faults([slow]);
    stage.everybody_changes(1, "v1").await;
    let app = stage.novi.app.clone();
    let late = tokio::spawn(async move { worker::settle(&app).await });
    until("the call", async || stage.watch.updates() == 1).await;

    stage.novi.clock.advance(61);
    stage.everybody_changes(1, "v2").await;
    let other = stage.novi.another_node().await;
    worker::settle(&other.app).await.unwrap();
    assert_eq!(stage.watch.updates(), 2, "the other took over");
    late.await.unwrap().unwrap();

    let site = stage.site().await;
    let known = queue::known(&mut site.read(), &crowd_member(0)).await.unwrap();
    let sent = queue::sent_fields(&site, MOBILIZE, &crowd_member(0), known[0].sent.as_deref());
    let sent = serde_json::to_value(sent.unwrap()).unwrap().to_string();
    assert!(sent.contains("v2") && !sent.contains("v1"), "{sent}");
    let updates = stage.novi.count("select count(*) from sync_sent where what = 'update'").await;
    assert_eq!((updates, stage.watch.updates(), stage.left().await), (1, 2, (0, 0)));
    let there = stage.mobilize.member(BOARD, &crowd_email(0)).unwrap();
    assert_eq!(there.fields["job_title"], "v2");
}

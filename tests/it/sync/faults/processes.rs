//! F-07 with the program itself: two processes on one PostgreSQL database. One is killed again and again
//! and comes back; the other stands still for longer than its lease, and goes on as if nothing had been.

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use novi_sso::id::GroupId;
use novi_sso::outbound::Loopback;
use novi_sso::simulator::api::Fault;
use novi_sso::sync::{places, queue};

use super::{MOBILIZE, figures, is_full, number, skipped, until};
use crate::support::{BOARD, Novi, Process, Seen, Stage, crowd_email, crowd_member};

/// A lease, and a moment for whoever is next.
const TAKEN_OVER_WITHIN: Duration = Duration::from_secs(60 + 15);
/// So many calls of one node may have to be made again.
const AT_ONCE: usize = 8;

/// What a node had taken when it was cut off. Each time it is taken it has another fence.
struct CutOff {
    at: Instant,
    path: String,
    fence: i64,
}

/// Who it is there, with which fence it was taken, who it is here, and how many versions of it were written
/// down as sent.
type Taken = (String, i64, String, i64);

fn crowd_id(index: usize) -> String {
    crowd_member(index).to_string()
}

struct Race {
    stage: Stage,
    group: GroupId,
    jobs: usize,
    /// So many changed twice.
    changed_again: usize,
    cut_off: Vec<CutOff>,
    kills: usize,
    /// Calls that were under way when a node was made to stand still.
    halted: Vec<Seen>,
}

impl Race {
    /// Everybody is there, and everybody has something to be sent.
    async fn prepare(jobs: usize, each: Duration) -> Self {
        let allowed = Loopback::Allowed;
        let novi = Novi::start_by_the_wall(|settings| settings.loopback_calls = allowed).await;
        let stage = Stage::around(novi).await;
        stage.connect(MOBILIZE).await;
        stage.novi.crowd(0..jobs).await;
        let group = stage.novi.empty_group("Board").await;
        stage.novi.crowd_joins(&group, 0..jobs).await;
        stage.link(&group).await;
        stage.settle().await;
        assert_eq!(stage.there(BOARD).len(), jobs);
        stage.watch.forget();
        let delay = u64::try_from(each.as_millis()).unwrap();
        // What is cut off has been done there all the same.
        stage.mobilize.set_faults([Fault::on("PUT /v1/users").after_work().delay_ms(delay)]);
        stage.everybody_changes(jobs, "v1").await;
        let (cut_off, halted) = (Vec::new(), Vec::new());
        Self { stage, group, jobs, changed_again: 0, cut_off, kills: 0, halted }
    }

    async fn node(&self) -> Process {
        Process::serve(&self.stage.novi).await
    }

    /// Another node takes the place of the one that is killed.
    async fn kill(&mut self, node: &mut Process) {
        let at = Instant::now();
        node.kill();
        self.kills += 1;
        let before = self.taken().await;
        *node = self.node().await;
        self.note_cut_off(at, before).await;
    }

    /// In the middle of its calls: whoever is met between them is asked again a moment later.
    async fn halt(&mut self, node: &Process) {
        for _ in 0..20 {
            let (at, known) = (Instant::now(), self.cut_off.len());
            node.halt();
            let (before, seen) = (self.taken().await, self.stage.watch.seen());
            tokio::time::sleep(Duration::from_secs(1)).await;
            self.note_cut_off(at, before).await;
            let is_its_own = |seen: &Seen| {
                seen.ended.is_none()
                    && self.cut_off[known..].iter().any(|cut| cut.path == seen.path)
            };
            self.halted = seen.into_iter().filter(is_its_own).collect();
            if !self.halted.is_empty() {
                return;
            }
            self.cut_off.truncate(known);
            node.go_on();
            tokio::time::sleep(Duration::from_millis(150)).await;
        }
        panic!("no call was under way whenever the node was made to stand still");
    }

    /// What somebody alive has is given back within a moment, and taken with another fence.
    async fn note_cut_off(&mut self, at: Instant, before: HashSet<Taken>) {
        let after = self.taken().await;
        for (id, fence, record, written) in before.intersection(&after) {
            // Cut off between what it wrote and the end of its lease: nobody has to call again.
            let versions = if *record < crowd_id(self.changed_again) { 2 } else { 1 };
            if *written >= versions {
                continue;
            }
            let (path, fence) = (format!("/v1/users/{id}"), *fence);
            // What still waits for its lease to be over was cut off earlier.
            if !self.cut_off.iter().any(|cut| (&cut.path, cut.fence) == (&path, fence)) {
                self.cut_off.push(CutOff { at, path, fence });
            }
        }
    }

    async fn taken(&self) -> HashSet<Taken> {
        let found = self.stage.novi.app.db.across_associations(
            "select r.remote_id, r.fence, r.record_id,
                 (select count(*) from sync_sent s
                  where s.association_id = r.association_id and s.record_id = r.record_id
                      and s.what = 'update')
             from sync_records r
             where r.lease_until is not null and r.remote_id is not null",
        );
        found.all::<Taken>().await.unwrap().into_iter().collect()
    }

    /// Asked seldom: the nodes need the machine.
    async fn is_done(&self) -> bool {
        tokio::time::sleep(Duration::from_millis(100)).await;
        self.stage.left().await.1 == 0
    }

    /// The first so many change once more.
    async fn change_again(&mut self, number: usize) {
        self.changed_again = number;
        self.stage.everybody_changes(number, "v2").await;
    }

    /// How long it took until somebody went on with what a node had taken when it was cut off: until the
    /// next call; or, where whoever took it was cut off before their call, until then at the latest.
    fn slowest_takeover(&self) -> Duration {
        let mut updates: HashMap<String, Vec<Instant>> = HashMap::new();
        for seen in self.stage.watch.seen().into_iter().filter(Seen::is_update) {
            updates.entry(seen.path).or_default().push(seen.began);
        }
        let again = self.cut_off.iter().filter_map(|cut| {
            let called = updates.get(&cut.path).into_iter().flatten().copied();
            let taken = self.cut_off.iter().filter(|next| next.path == cut.path);
            let taken = taken.filter(|next| next.fence > cut.fence).map(|next| next.at);
            // None where somebody alive had it after all.
            let next = called.chain(taken).filter(|next| *next > cut.at).min()?;
            Some(next - cut.at)
        });
        again.max().unwrap_or_default()
    }

    /// Answers that came to a node after its lease was over; and how many of the same version were
    /// written down twice, which says that one of them was.
    async fn late_answers(&self) -> (usize, usize) {
        let seen = self.stage.watch.seen();
        let is_again = |late: &&Seen| {
            let same = |it: &&Seen| (&it.path, &it.title) == (&late.path, &late.title);
            late.is_update() && seen.iter().filter(same).any(|it| it.began > late.began)
        };
        let late = self.halted.iter().filter(is_again).count();
        let mut versions: HashMap<String, HashSet<Option<String>>> = HashMap::new();
        for seen in seen.iter().filter(|seen| seen.is_update()) {
            versions.entry(seen.path.clone()).or_default().insert(seen.title.clone());
        }
        let written = self.stage.novi.app.db.across_associations(
            "select r.remote_id, count(*)
             from sync_sent s
             join sync_records r
                 on r.association_id = s.association_id and r.platform = s.platform
                 and r.record_id = s.record_id
             where s.what = 'update'
             group by r.remote_id",
        );
        let written = written.all::<(String, i64)>().await.unwrap();
        let twice = { written.iter() }
            .filter(|(id, times)| {
                let known = versions.get(&format!("/v1/users/{id}")).map_or(0, HashSet::len);
                usize::try_from(*times).unwrap() > known
            })
            .count();
        (late, twice)
    }

    /// The numbers of the row.
    async fn verdict(&self, what: &str, waits_for_leases: bool) {
        let (stage, jobs) = (&self.stage, self.jobs);
        let last = |index| if index < self.changed_again { "v2" } else { "v1" };
        let lost = { 0..jobs }
            .filter(|index| {
                let there = stage.mobilize.member(BOARD, &crowd_email(*index));
                there.is_none_or(|there| there.fields["job_title"] != last(*index))
            })
            .count();
        let (overlaps, repeated) = (stage.mobilize.overlaps(), stage.watch.repeated());
        let most = self.kills * AT_ONCE + AT_ONCE;
        let (takeover, back) = (self.slowest_takeover(), stage.gone_back());
        let (late, written) = self.late_answers().await;
        figures(
            &stage.novi,
            "F-07 (two processes)",
            &format!(
                "{} jobs, {} × kill -9, {what}: {lost} lost, {overlaps} \
                 overlapping calls, taken over within {:.0} s (at most 75 s), {repeated} extra \
                 calls (at most {most}), {late} answers came too late and {written} of them were \
                 written, {back} versions went back",
                jobs + self.changed_again,
                self.kills,
                takeover.as_secs_f64(),
            ),
        );
        assert_eq!((lost, overlaps, back), (0, 0, 0));
        assert!(late > 0, "no answer was under way when the node was made to stand still");
        assert_eq!(written, 0, "late answers were written");
        assert!(repeated <= most, "{repeated} extra calls");
        if waits_for_leases {
            assert!(takeover <= TAKEN_OVER_WITHIN, "taken over after {takeover:?}");
        }
        let site = stage.site().await;
        let counts = places::counts_of(&mut site.read(), MOBILIZE, &self.group).await.unwrap();
        assert_eq!(counts, [(places::State::UpToDate, i64::try_from(jobs).unwrap())]);
        for index in (0..jobs).step_by(jobs / 50) {
            let known = queue::known(&mut site.read(), &crowd_member(index)).await.unwrap();
            let sent = known[0].sent.as_deref();
            let sent = queue::sent_fields(&site, MOBILIZE, &crowd_member(index), sent).unwrap();
            assert!(serde_json::to_string(&sent).unwrap().contains(last(index)), "{index}");
        }
    }
}

/// F-07. Shortened, nobody waits for a lease to be over: while nobody is alive, what was taken is made
/// to have been taken a minute earlier.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_share_the_work_and_neither_kill_nor_standstill_loses_any() {
    if std::env::var_os("NOVI_TEST_POSTGRES").is_none() {
        skipped("F-07 with two processes", "SQLite has one, and this needs PostgreSQL");
        return;
    }
    let each = Duration::from_millis(if is_full() { 100 } else { 50 });
    let mut race = Race::prepare(number(10_000, 500), each).await;
    if is_full() {
        in_full(&mut race).await;
        race.verdict("the other stood still for 90 s", true).await;
    } else {
        shortened(&mut race).await;
        race.verdict("the other stood still", false).await;
    }
}

/// One is killed every 20 seconds; the other stands still from the 45th second on, for 90 seconds.
async fn in_full(race: &mut Race) {
    let (mut killed, halted) = (race.node().await, race.node().await);
    let begun = Instant::now();
    let seconds = || begun.elapsed().as_secs();
    let (mut is_halted, mut has_gone_on, mut is_changed) = (false, false, false);
    let mut kills = 0;
    while !(has_gone_on && is_changed && race.is_done().await) {
        assert!(seconds() < 1_200, "{:?} left after 20 minutes", race.stage.left().await);
        if !is_halted && seconds() >= 45 {
            race.halt(&halted).await;
            is_halted = true;
        }
        // By then somebody else has done what the other one had taken, and these were done long ago: a
        // job that changes while it is held goes to the end of the line, and that is no slow takeover.
        if !is_changed && seconds() >= 120 {
            race.change_again(race.jobs / 10).await;
            is_changed = true;
        }
        if !has_gone_on && seconds() >= 45 + 90 {
            halted.go_on();
            has_gone_on = true;
        }
        if seconds() >= 20 * (kills + 1) && race.stage.left().await.0 > 0 {
            race.kill(&mut killed).await;
            kills = seconds() / 20;
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
}

async fn shortened(race: &mut Race) {
    let (mut killed, halted) = tokio::join!(race.node(), race.node());
    let enough = race.jobs / 4;
    until("progress", async || race.stage.watch.updates() >= enough).await;
    race.halt(&halted).await;
    killed.kill();
    race.kills += 1;
    let over = race.stage.novi.clock.now().unix_seconds() * 1000 - 1;
    let text =
        format!("update sync_records set lease_until = {over} where lease_until is not null");
    race.stage.novi.tamper_with(&text).await;
    killed = race.node().await;
    until("what both had taken", async || race.is_done().await).await;
    halted.go_on();
    until("the other goes on", async || halted.is_ready().await).await;
    race.change_again(race.jobs / 5).await;
    until("everything", async || race.is_done().await).await;
    drop(killed);
}

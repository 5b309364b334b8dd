//! F-06 by the clock on the wall: the program in a process of its own, a platform that is bad in another
//! way every minute, and members who sign in all the while.

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use novi_sso::outbound::Loopback;
use novi_sso::simulator::api::Fault;
use novi_sso::sync::integration;

use super::platform::{BY, Community};
use super::{MOBILIZE, figures, is_full, number};
use crate::support::{Comparison, Member, Novi, Process, Seen, SignIns, Stage};

/// Three hundred changes in a minute.
const BETWEEN_CHANGES: Duration = Duration::from_millis(200);
const RECOVERS_WITHIN: Duration = Duration::from_secs(15 * 60);
const STOPPED_WITHIN: Duration = Duration::from_secs(10);
const RETRY_AFTER: u64 = 5;
/// How long a call may still be on its way that began before an answer was read.
const A_MOMENT: Duration = Duration::from_millis(250);
/// A probe comes when half a minute is over by a clock of whole milliseconds.
const A_PROBE_IN: Duration = Duration::from_millis(29_500);
const MOST_MEMORY: u64 = 64 << 20;

/// Minutes in which a call may be carried out although its answer is bad: they are told by place.
fn bad_minutes() -> Vec<(&'static str, Vec<Fault>, bool)> {
    let all = || Fault::on("/v1");
    let busy = || vec![all().answer(429).header("retry-after", RETRY_AFTER.to_string())];
    vec![
        ("401", vec![all().answer(401)], false),
        ("429", busy(), false),
        ("429", busy(), false),
        ("500", vec![all().answer(500)], false),
        ("500", vec![all().answer(500)], false),
        ("silence", vec![all().after_work().delay_ms(60_000)], true),
        ("a byte a second", vec![all().after_work().slow(1_000)], true),
        (
            "a page, half an answer, 10 MiB",
            vec![all().times(1).html(), all().times(1).after_work().truncate(), all().huge()],
            true,
        ),
        ("a reset", vec![all().after_work().drop_connection()], true),
        ("a connection closed after the request", vec![all().drop_connection()], false),
    ]
}

struct Run {
    community: Community,
    process: Process,
    memory: u64,
}

impl Run {
    async fn start() -> Self {
        let novi = Novi::start_by_the_wall(|settings| {
            settings.loopback_calls = Loopback::Allowed;
            if is_full() {
                settings.hash_cost = novi_sso::members::Cost::default();
            }
        })
        .await;
        let stage = Stage::around(novi).await;
        stage.connect(MOBILIZE).await;
        let (members, groups) = (number(2_000, 20), number(5, 2) as u64);
        let community = Community::on(stage, members, groups).await;
        // From here on as fast as the platform's contract allows, and no faster.
        let site = community.stage.site().await;
        assert!(integration::set_profile(&site, MOBILIZE, None, &BY).await.unwrap());
        community.stage.watch.forget();
        let process = Process::serve(&community.stage.novi).await;
        Self { community, process, memory: 0 }
    }

    async fn people(&self) -> Vec<Member> {
        let mut people = Vec::new();
        for name in ["Ann", "Ben", "Cas", "Dan", "Eva", "Fay", "Gil", "Hal"] {
            people.push(self.community.stage.novi.member(name).await);
        }
        people
    }

    /// Changes for so long, and whatever is to be seen meanwhile.
    async fn goes_on(&mut self, time: Duration) {
        let end = Instant::now() + time;
        let mut next = tokio::time::interval(BETWEEN_CHANGES);
        while Instant::now() < end {
            next.tick().await;
            self.community.change(1).await;
            self.memory = self.memory.max(self.process.memory());
        }
    }

    /// 401: an alert within ten seconds, and nothing more is sent in this minute.
    async fn unauthorized(&mut self, minute: Duration) -> Duration {
        let begun = Instant::now();
        let stage = |run: &Self| run.community.stage.novi.clone();
        while stage(self).events("integration.stopped").await == 0 {
            assert!(begun.elapsed() < STOPPED_WITHIN, "no alert after {:?}", begun.elapsed());
            self.goes_on(BETWEEN_CHANGES).await;
        }
        let alerted = begun.elapsed();
        let calls = self.community.stage.watch.calls();
        self.goes_on(minute.saturating_sub(alerted)).await;
        assert_eq!(self.community.stage.watch.calls(), calls, "calls after a 401");
        assert_eq!(stage(self).events("integration.stopped").await, 1);
        alerted
    }

    async fn recovers(&mut self) -> Duration {
        let begun = Instant::now();
        while !self.community.is_in_step().await {
            assert!(begun.elapsed() < RECOVERS_WITHIN, "not in step after {:?}", begun.elapsed());
            tokio::time::sleep(Duration::from_millis(500)).await;
            self.memory = self.memory.max(self.process.memory());
        }
        begun.elapsed()
    }
}

/// Updates that were carried out more than once, and those whose outcome the program could not know.
fn duplicates(seen: &[Seen], unknown: &[(Instant, Instant)]) -> (usize, usize) {
    let is_unknown = |at: Instant| unknown.iter().any(|(from, to)| (*from..*to).contains(&at));
    let mut versions = HashMap::<_, usize>::new();
    let mut unsure = HashSet::new();
    for seen in seen.iter().filter(|seen| seen.is_update()) {
        let version = (&seen.path, &seen.title);
        if is_unknown(seen.began) {
            unsure.insert(version);
        } else if seen.status.is_none_or(|status| status != 200) {
            continue;
        }
        *versions.entry(version).or_default() += 1;
    }
    let twice = versions.iter().filter(|(_, times)| **times > 1);
    let known = twice.clone().filter(|(version, _)| !unsure.contains(*version)).count();
    assert_eq!(known, 0, "sent twice although the first outcome was known");
    (twice.count(), unsure.len())
}

/// Calls that came before the time that a 429 had named.
fn too_soon(seen: &[Seen]) -> usize {
    let refused = seen.iter().filter(|seen| seen.status.is_some_and(|status| status == 429));
    let pauses: Vec<_> = refused.filter_map(|seen| seen.ended).collect();
    let within = |at: Instant| {
        pauses.iter().any(|ended| {
            (*ended + A_MOMENT..*ended + Duration::from_secs(RETRY_AFTER)).contains(&at)
        })
    };
    seen.iter().filter(|seen| within(seen.began)).count()
}

/// F-06 as it is written. Shortened, minutes are moments, and nobody waits until all is well again:
/// the tests by the manual clock see that.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn members_sign_in_as_they_do_while_the_platform_is_bad_for_ten_minutes() {
    let seconds = |full, short| Duration::from_secs(number(full, short) as u64);
    let mut run = Run::start().await;
    let signing = SignIns::start(&run.process.novi, &run.people().await);
    run.goes_on(seconds(10, 1)).await; // what is made at the first use is there then
    let begun = Instant::now();
    run.goes_on(seconds(180, 3)).await;
    let (bad, memory_before) = (Instant::now(), run.memory);
    let (minute, mut unknown, mut failing) = (seconds(60, 1), Vec::new(), bad);
    let mut alerted = Duration::ZERO;
    for (what, faults, is_unknown) in bad_minutes() {
        let from = Instant::now();
        run.community.stage.mobilize.set_faults(faults);
        match what {
            "401" => {
                // An admin tests the credentials when the minute is over.
                alerted = run.unauthorized(minute).await;
                run.community.stage.mobilize.set_faults([]);
                let site = run.community.stage.site().await;
                integration::tested(&site, MOBILIZE, "works", true, &BY).await.unwrap();
            }
            _ => run.goes_on(minute).await,
        }
        if what == "429" {
            failing = Instant::now();
        }
        if is_unknown {
            unknown.push((from, Instant::now()));
        }
    }
    run.community.stage.mobilize.set_faults([]);
    let well = Instant::now();
    let recovered = if is_full() { Some(run.recovers().await) } else { None };
    let all = signing.end().await;

    let seen = run.community.stage.watch.seen();
    let compared = Comparison::of(&all, begun..bad, bad..well);
    let more_memory = run.memory.saturating_sub(memory_before);
    let (twice, unsure) = duplicates(&seen, &unknown);
    let too_soon = too_soon(&seen);
    let while_down = { seen.iter() }
        .filter(|seen| (failing + Duration::from_secs(5)..well).contains(&seen.began))
        .map(|seen| seen.began);
    let while_down: Vec<_> = while_down.collect();
    let recovered_in = recovered.map_or("not waited for".to_owned(), |time| {
        format!("in {} min {} s (at most 15 min)", time.as_secs() / 60, time.as_secs() % 60)
    });
    figures(
        &run.community.stage.novi,
        "F-06 (by the wall)",
        &format!(
            "recovered {recovered_in}, {twice} versions sent twice ({unsure} with an unknown \
             outcome), {too_soon} calls before Retry-After was over, {} calls in the {:.0} s that \
             it was down (at most one in 30 s), 401 alerted after {:.1} s, {compared}, \
             memory + {:.1} MiB (at most 64)",
            while_down.len(),
            (well - failing).as_secs_f64(),
            alerted.as_secs_f64(),
            more_memory as f64 / f64::from(1 << 20),
        ),
    );
    assert_eq!((too_soon, run.community.stage.mobilize.overlaps()), (0, 0));
    assert!(twice <= unsure, "{twice} sent twice, {unsure} unknown");
    let too_near = while_down.windows(2).filter(|two| two[1] - two[0] < A_PROBE_IN).count();
    assert_eq!(too_near, 0, "{} calls while it was down", while_down.len());
    if is_full() {
        assert!(more_memory <= MOST_MEMORY, "{more_memory} bytes more");
        assert!(compared.is_fine(), "{compared}");
    }
}

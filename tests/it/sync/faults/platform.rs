//! F-06: the platform is bad for a while, in every way, and then well again.

use novi_sso::events::Actor;
use novi_sso::id::GroupId;
use novi_sso::simulator::api::Fault;
use novi_sso::simulator::api::mobilize::Group;
use novi_sso::sync::integration::{self, State};
use novi_sso::sync::queue;

use super::{MOBILIZE, figures, is_full, number};
use crate::support::{Stage, crowd_email, crowd_member};

pub const BY: Actor = Actor::CommandLine;

/// One bad minute: what every call meets.
struct Bad {
    what: &'static str,
    fault: Fault,
    /// Whether a change may have been carried out.
    is_unknown: bool,
    /// Whether a call takes as long as patience lasts, by the clock on the wall.
    is_slow: bool,
}

fn everything_bad() -> Vec<Bad> {
    let all = || Fault::on("/v1");
    let one = |what, fault, is_unknown| Bad { what, fault, is_unknown, is_slow: false };
    let slow = |what, fault, is_unknown| Bad { what, fault, is_unknown, is_slow: true };
    vec![
        one("429", all().answer(429).header("retry-after", "1"), false),
        one("500", all().answer(500), false),
        one("a page", all().html(), false),
        one("half an answer", all().after_work().truncate(), true),
        one("10 MiB", all().after_work().huge(), true),
        one("a reset", all().after_work().drop_connection(), true),
        one("a connection closed after the request", all().drop_connection(), false),
        slow("silence", all().after_work().delay_ms(60_000), true),
        slow("a byte a second", all().after_work().slow(1_000), true),
    ]
}

pub struct Community {
    pub stage: Stage,
    groups: Vec<(u64, GroupId)>,
    members: usize,
    version: usize,
    /// The version of each member, by number.
    titles: Vec<usize>,
}

impl Community {
    async fn start(members: usize, groups: u64) -> Self {
        Self::on(Stage::start().await, members, groups).await
    }

    pub async fn on(stage: Stage, members: usize, groups: u64) -> Self {
        stage.novi.crowd(0..members).await;
        let mut all = Vec::new();
        for index in 0..groups {
            let there = 5_000 + index;
            stage.mobilize.seed_group(Group::private(there, format!("Group {index}")));
            let group = stage.novi.empty_group(&format!("Group {index}")).await;
            stage.novi.crowd_joins(&group, 0..members).await;
            stage.link_to(MOBILIZE, &group, there).await;
            all.push((there, group));
        }
        stage.settle().await;
        let titles = vec![0; members];
        Self { stage, groups: all, members, version: 0, titles }
    }

    /// So many members get another job title.
    pub async fn change(&mut self, number: usize) {
        for _ in 0..number {
            self.version += 1;
            let member = self.version * 7 % self.members;
            self.titles[member] = self.version;
            let text = format!(
                "update members set job_title = 'v{}' where member_id = 'crowd-{member:06}'",
                self.version
            );
            self.stage.novi.tamper_with(&text).await;
            let mut tx = self.stage.site().await.write().await.unwrap();
            queue::mark_one(&mut tx, MOBILIZE, &crowd_member(member)).await.unwrap();
            tx.commit().await.unwrap();
        }
    }

    fn calls(&self) -> usize {
        self.stage.watch.calls()
    }

    /// Whether everybody is everywhere as they should be.
    pub async fn is_in_step(&self) -> bool {
        for (there, _) in &self.groups {
            let members = self.stage.mobilize.members(*there);
            if members.len() != self.members {
                return false;
            }
            for member in members {
                let number: usize = member.email[5..11].parse().unwrap();
                if member.fields["job_title"] != format!("v{}", self.titles[number]) {
                    return false;
                }
            }
        }
        let others = "select count(*) from sync_places where state <> 'up_to_date'";
        self.stage.novi.count(others).await == 0
    }

    /// At most a quarter of an hour after the platform is well again; answers after how many seconds.
    /// The clock stands still while calls are made, so each counts as it would at ten a second.
    async fn recovers(&self, from: &str) -> i64 {
        self.stage.mobilize.set_faults([]);
        let (begun, before) = (self.stage.novi.clock.now(), self.calls());
        loop {
            let calls = i64::try_from(self.calls() - before).unwrap();
            let seconds = self.stage.novi.clock.now().seconds_since(begun) + calls / 10;
            assert!(seconds <= 15 * 60, "not in step {seconds} seconds after {from}");
            if self.is_in_step().await {
                return seconds;
            }
            self.stage.goes_on(10).await;
        }
    }

    fn says(&self, what: &str, said: &str) {
        figures(&self.stage.novi, &format!("F-06 ({what})"), said);
    }

    async fn state(&self) -> integration::Integration {
        let site = self.stage.site().await;
        integration::find(&mut site.read(), MOBILIZE).await.unwrap().unwrap()
    }

    /// Changes of one member that were carried out more than once, and what may have caused it.
    fn repeated(&self, since: u64) -> (usize, usize) {
        let requests = self.stage.mobilize.requests();
        let writes = requests.iter().filter(|it| it.number > since && it.method == "PUT");
        let (mut bodies, mut repeated, mut unknown) = (Vec::new(), 0, 0);
        for write in writes {
            let said = (write.path.clone(), write.body.to_string());
            repeated += usize::from(bodies.contains(&said));
            unknown += usize::from(write.status.is_none_or(|status| status == 200));
            bodies.push(said);
        }
        (repeated, unknown)
    }
}

/// F-06, one trouble after the other, each followed by good times: everything gets there, what is
/// repeated is only what may have been lost, and a pause that was asked for is kept.
#[tokio::test]
async fn every_trouble_of_the_platform_is_got_over() {
    let mut community = Community::start(number(2_000, 12), number(5, 2) as u64).await;
    assert!(community.is_in_step().await);
    for bad in everything_bad().into_iter().filter(|bad| is_full() || !bad.is_slow) {
        let begun = community.stage.mobilize.requests().last().unwrap().number;
        community.stage.mobilize.set_faults([bad.fault.times(number(200, 3) as u64)]);
        community.change(number(300, 6)).await;
        community.stage.settle().await;

        let recovered = community.recovers(bad.what).await;
        let (repeated, _) = community.repeated(begun);
        if !bad.is_unknown {
            let carried_out: Vec<_> = { community.stage.mobilize.requests().into_iter() }
                .filter(|it| it.number > begun && it.method == "PUT" && it.status == Some(200))
                .map(|it| (it.path, it.body.to_string()))
                .collect();
            let mut once = carried_out.clone();
            once.sort();
            once.dedup();
            let is_page = bad.what == "a page";
            assert!(is_page || once.len() == carried_out.len(), "{}: sent twice", bad.what);
        }
        assert!(repeated <= number(200, 3), "{}: {repeated} repeated", bad.what);
        let said = format!("in step after {recovered} s (at most 900), {repeated} sent again");
        community.says(bad.what, &said);
    }
    assert_eq!(community.stage.mobilize.overlaps(), 0);
}

/// F-06: "Retry-After honoured 100 %": no call comes before the time that was named.
#[tokio::test]
async fn a_pause_that_the_platform_asks_for_is_kept() {
    let mut community = Community::start(12, 1).await;
    let pause = Fault::on("/v1").times(4).answer(429).header("retry-after", "2");
    community.stage.mobilize.set_faults([pause]);
    community.change(8).await;
    for _ in 0..20 {
        community.stage.goes_on(1).await;
    }

    let requests = community.stage.mobilize.requests();
    for refused in requests.iter().filter(|request| request.status == Some(429)) {
        let too_soon = { requests.iter() }
            .filter(|it| it.at > refused.at && it.at < refused.at + 2_000)
            .count();
        let same_moment =
            requests.iter().filter(|it| it.at == refused.at && it.number > refused.number).count();
        assert!(too_soon == 0 && same_moment < 4, "{too_soon} {same_moment}");
    }
    let recovered = community.recovers("a pause").await;
    community.says("Retry-After", &format!("0 calls too soon, in step after {recovered} s"));
}

/// F-06: while it is down, it gets one call in half a minute at most; signing in goes on.
#[tokio::test]
async fn a_platform_that_is_down_gets_one_call_in_half_a_minute() {
    let mut community = Community::start(number(2_000, 20), number(5, 2) as u64).await;
    community.stage.mobilize.set_faults([Fault::on("/v1").answer(500)]);
    community.change(number(300, 12)).await;
    community.stage.settle().await;
    let opened = community.calls();
    let ann = community.stage.novi.member("Ann").await;
    for ten in 1..=60 {
        community.stage.goes_on(10).await;
        if ten % 6 == 0 {
            community.change(number(300, 2)).await;
        }
        let calls = community.calls() - opened;
        assert!(calls <= ten / 3, "{calls} calls in {ten}0 seconds");
    }
    assert!(community.stage.novi.browser_of(&ann).await.is_signed_in());
    let calls = community.calls() - opened;
    let recovered = community.recovers("ten minutes of errors").await;
    let said = format!("{calls} calls in 600 s (at most 20), in step after {recovered} s");
    community.says("down", &said);
}

/// F-06: 401 stops everything at once, says so once, and nothing is written until an admin has tested
/// the credentials.
#[tokio::test]
async fn a_401_stops_all_writing() {
    let mut community = Community::start(number(2_000, 20), number(5, 2) as u64).await;
    community.stage.mobilize.set_faults([Fault::on("/v1").times(1).answer(401)]);
    community.change(number(300, 10)).await;
    community.stage.settle().await;

    assert_eq!(community.state().await.state(), State::Stopped);
    assert_eq!(community.stage.novi.events("integration.stopped").await, 1);
    let calls = community.calls();
    for _ in 0..10 {
        community.change(number(300, 3)).await;
        community.stage.goes_on(60).await;
    }
    assert_eq!(community.calls(), calls);

    let site = community.stage.site().await;
    integration::tested(&site, MOBILIZE, "works", true, &BY).await.unwrap();
    let recovered = community.recovers("a 401").await;
    let said = format!("one alert at once, 0 calls in ten minutes, in step after {recovered} s");
    community.says("401", &said);
    assert_eq!(crowd_email(0), community.stage.there(community.groups[0].0)[0]);
}

/// F-06 as it is written: minute after minute of something else, changes all the while, then well.
#[tokio::test]
async fn ten_bad_minutes_are_over_a_quarter_of_an_hour_later() {
    let mut community = Community::start(number(2_000, 20), number(5, 2) as u64).await;
    for bad in everything_bad().into_iter().filter(|bad| is_full() || !bad.is_slow) {
        community.stage.mobilize.set_faults([bad.fault]);
        for _ in 0..6 {
            community.change(number(50, 1)).await;
            community.stage.goes_on(10).await;
        }
    }
    let recovered = community.recovers("ten bad minutes").await;
    community.says("ten bad minutes", &format!("in step after {recovered} s (at most 900)"));
    assert_eq!(community.stage.mobilize.overlaps(), 0);
}

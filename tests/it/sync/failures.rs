//! What the platform does wrong, and what becomes of it.

use novi_sso::events::Actor;
use novi_sso::simulator::api::Fault;
use novi_sso::simulator::api::mobilize::{Access, Member as There};
use novi_sso::sync::integration::{self, State};
use novi_sso::sync::platform::Platform;
use novi_sso::sync::{link, queue};

use crate::support::{BOARD, Stage};

const BY: Actor = Actor::CommandLine;
const MOBILIZE: Platform = Platform::Mobilize;

impl Stage {
    async fn integration(&self) -> integration::Integration {
        let site = self.site().await;
        integration::find(&mut site.read(), MOBILIZE).await.unwrap().unwrap()
    }

    fn calls(&self) -> usize {
        self.mobilize.requests().len()
    }
}

/// F-06: 401 and 403 stop the connection with one clear notice, and nothing more is sent.
#[tokio::test]
async fn a_refusal_of_the_credentials_stops_everything_once() {
    let stage = Stage::start().await;
    let (ann, bob) = (stage.novi.member("Ann").await, stage.novi.member("Bob").await);
    let group = stage.novi.group("Board", &[&ann]).await;
    stage.link(&group).await;
    stage.settle().await;
    stage.mobilize.change_settings(|settings| settings.access = Access::NotEnabled);

    let site = stage.site().await;
    novi_sso::groups::add_member(&site, &group, &bob.id, &BY).await.unwrap();
    stage.settle().await;
    let calls = stage.calls();
    for _ in 0..5 {
        stage.novi.clock.advance(3600);
        stage.settle().await;
    }

    let stopped = stage.integration().await;
    assert_eq!(stopped.state(), State::Stopped);
    assert!(stopped.stopped_answer.unwrap().starts_with("403 "));
    assert_eq!((stage.calls(), stage.novi.events("integration.stopped").await), (calls, 1));
    assert!(stage.novi.browser_of(&bob).await.is_signed_in(), "R75");

    stage.mobilize.change_settings(|settings| settings.access = Access::Enabled);
    integration::tested(&stage.site().await, MOBILIZE, "works", true, &BY).await.unwrap();
    stage.settle().await;
    assert_eq!(stage.there(BOARD), [ann.email, bob.email]);
}

/// SEC-Y5: a refusal that is about credentials which were replaced meanwhile does not stop the new ones.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_late_refusal_of_the_old_credentials_leaves_the_new_ones_alone() {
    let stage = Stage::start().await;
    let ann = stage.novi.member("Ann").await;
    let group = stage.novi.group("Board", &[]).await;
    stage.link(&group).await;
    stage.settle().await;
    let route = format!("POST /v1/groups/{BOARD}/members");
    stage.mobilize.set_faults([Fault::on(&route).times(1).delay_ms(700).answer(401)]);
    novi_sso::groups::add_member(&stage.site().await, &group, &ann.id, &BY).await.unwrap();
    let sending = stage.works();
    super::faults::until("the addition", async || stage.watch.seen().iter().any(|it| it.is_write))
        .await;

    let mut typed = stage.typed(MOBILIZE);
    typed.credentials.api_secret = "s3cret-that-is-new".to_owned().into();
    stage.mobilize.change_settings(|settings| {
        settings.secret = novi_sso::simulator::AppSecret::new("s3cret-that-is-new");
    });
    let site = stage.site().await;
    integration::save(&site, MOBILIZE, &typed, true, &BY).await.unwrap().unwrap();
    sending.await.unwrap();

    assert_eq!(stage.integration().await.state(), State::Running);
    assert_eq!(stage.novi.events("integration.stopped").await, 0);
    stage.novi.clock.advance(61);
    stage.settle().await;
    assert_eq!(stage.there(BOARD), [ann.email]);
}

/// SEC-Y10: a record that the platform refuses for ever fails after eight tries and holds up nobody.
#[tokio::test]
async fn a_poison_record_fails_with_the_platforms_words_and_the_others_go_on() {
    let stage = Stage::start().await;
    let ann = stage.novi.member("Ann").await;
    let group = stage.novi.group("Board", &[]).await;
    stage.link(&group).await;
    stage.settle().await;
    let route = format!("POST /v1/groups/{BOARD}/members");
    let words = serde_json::json!({
        "error_message": "email has already been taken", "error_code": "x", "field": "email"
    });
    let refused = |times| Fault::on(&*route).times(times).answer_json(422, &words);
    stage.mobilize.set_faults([refused(2)]);

    let site = stage.site().await;
    novi_sso::groups::add_member(&site, &group, &ann.id, &BY).await.unwrap();
    stage.settle().await;
    let tries = async || {
        let known = queue::known(&mut site.read(), &ann.id.clone().into()).await.unwrap();
        known[0].tries
    };
    while tries().await < 2 {
        stage.novi.clock.advance(100);
        stage.settle().await;
    }
    // Between two of its tries.
    let bob = stage.novi.member("Bob").await;
    novi_sso::groups::add_member(&stage.site().await, &group, &bob.id, &BY).await.unwrap();
    stage.settle().await;
    assert_eq!((stage.there(BOARD), tries().await), (vec![bob.email.clone()], 2));
    stage.mobilize.set_faults([refused(6)]);
    for _ in 0..20 {
        stage.settle().await;
        stage.novi.clock.advance(1000);
    }
    let eve = stage.novi.member("Eve").await;
    novi_sso::groups::add_member(&stage.site().await, &group, &eve.id, &BY).await.unwrap();
    stage.settle().await;

    assert_eq!(stage.there(BOARD), [bob.email.as_str(), eve.email.as_str()]);
    assert_eq!(stage.status(MOBILIZE, &group, &ann).await, "failed");
    let known = queue::known(&mut site.read(), &ann.id.clone().into()).await.unwrap();
    let known = &known[0];
    assert_eq!(known.failure.as_deref(), Some("email has already been taken"));
    assert_eq!((known.tries, known.given_up_at.is_some(), known.send_at), (8, true, None));

    let mut tx = stage.site().await.write().await.unwrap();
    queue::mark_one(&mut tx, MOBILIZE, &ann.id.clone().into()).await.unwrap();
    tx.commit().await.unwrap();
    stage.settle().await;
    assert_eq!(stage.status(MOBILIZE, &group, &ann).await, "up_to_date");
}

/// PLATFORMS.md 7: how often a platform is tried is in its profile.
#[tokio::test]
async fn a_profile_says_how_often_a_record_is_tried() {
    let stage = Stage::start().await;
    let ann = stage.novi.member("Ann").await;
    let group = stage.novi.group("Board", &[]).await;
    stage.link(&group).await;
    stage.settle().await;
    let site = stage.site().await;
    let profile = Some(r#"{"calls":{"retry":{"tries":2,"base_ms":1000,"cap_ms":2000}}}"#);
    integration::set_profile(&site, MOBILIZE, profile, &BY).await.unwrap();
    let route = format!("POST /v1/groups/{BOARD}/members");
    stage.mobilize.set_faults([Fault::on(route).times(100).answer(422)]);

    novi_sso::groups::add_member(&site, &group, &ann.id, &BY).await.unwrap();
    for _ in 0..5 {
        stage.settle().await;
        stage.novi.clock.advance(4);
    }
    let known = queue::known(&mut site.read(), &ann.id.clone().into()).await.unwrap();
    assert_eq!((known[0].tries, known[0].given_up_at.is_some()), (2, true));
}

/// SEC-Y14: an account there that belongs to another member is not written to.
#[tokio::test]
async fn an_e_mail_that_leads_to_another_members_account_is_a_conflict() {
    let stage = Stage::start().await;
    let (ann, bob) = (stage.novi.member("Ann").await, stage.novi.member("Bob").await);
    let group = stage.novi.group("Board", &[&ann]).await;
    stage.link(&group).await;
    stage.settle().await;
    let id = stage.mobilize.user_id(&ann.email).unwrap();
    // On the platform Ann took Bob's address meanwhile.
    stage.mobilize.remove_member(BOARD, &id);
    stage.mobilize.reset();
    stage.mobilize.seed_group(novi_sso::simulator::api::mobilize::Group::private(BOARD, "Board"));
    let id = stage.mobilize.seed_member(BOARD, There::new(bob.email.clone()));
    let site = stage.site().await;
    let mut tx = site.write().await.unwrap();
    assert!(queue::bind(&mut tx, MOBILIZE, &ann.id.clone().into(), &id).await.unwrap());
    tx.commit().await.unwrap();
    stage.mobilize.forget_requests();

    novi_sso::groups::add_member(&site, &group, &bob.id, &BY).await.unwrap();
    stage.settle().await;

    assert_eq!(stage.status(MOBILIZE, &group, &bob).await, "failed");
    let changes = stage.mobilize.requests();
    assert!(changes.iter().all(|request| request.method == "GET"), "{changes:?}");
}

/// SECURITY.md 4.13: an outcome that is unknown is tried again, and makes nobody twice.
#[tokio::test]
async fn an_answer_that_is_lost_makes_nobody_twice() {
    let stage = Stage::start().await;
    let ann = stage.novi.member("Ann").await;
    let group = stage.novi.group("Board", &[]).await;
    stage.link(&group).await;
    stage.settle().await;
    let route = format!("POST /v1/groups/{BOARD}/members");
    stage.mobilize.set_faults([Fault::on(route).times(1).after_work().drop_connection()]);

    novi_sso::groups::add_member(&stage.site().await, &group, &ann.id, &BY).await.unwrap();
    stage.settle().await;
    stage.novi.clock.advance(60);
    stage.settle().await;

    assert_eq!(stage.there(BOARD), [ann.email.as_str()]);
    assert_eq!(stage.mobilize.user_count(), 1);
    assert_eq!(stage.status(MOBILIZE, &group, &ann).await, "up_to_date");
}

/// F-06, SECURITY.md 3.6.7: after five failures in a row the breaker opens; one call tries it again.
#[tokio::test]
async fn a_platform_that_is_down_is_tried_by_one_call_at_a_time() {
    let stage = Stage::start().await;
    let group = stage.novi.group("Board", &[]).await;
    stage.link(&group).await;
    stage.settle().await;
    let site = stage.site().await;
    let mut members = Vec::new();
    for index in 0..10 {
        let member = stage.novi.member(&format!("Ann{index}")).await;
        novi_sso::groups::add_member(&site, &group, &member.id, &BY).await.unwrap();
        members.push(member);
    }
    stage.mobilize.set_faults([Fault::on("GET /v1/users").times(1_000).answer(500)]);

    stage.settle().await;
    let opened = stage.integration().await;
    assert!(opened.failures >= 5 && opened.open_until.is_some());
    let before = stage.calls();
    stage.settle().await;
    assert_eq!(stage.calls(), before, "the breaker is open");
    stage.novi.clock.advance(31);
    stage.settle().await;
    assert!(stage.calls() - before <= 2, "{} calls", stage.calls() - before);

    stage.mobilize.set_faults([]);
    for _ in 0..12 {
        stage.novi.clock.advance(601);
        stage.settle().await;
    }
    assert_eq!(stage.there(BOARD).len(), 10);
    assert_eq!(stage.integration().await.failures, 0);
}

/// PLATFORMS.md 1.4: a group that is gone there is never made again; the link says so.
#[tokio::test]
async fn a_group_that_is_gone_there_fails_its_link() {
    let stage = Stage::start().await;
    let ann = stage.novi.member("Ann").await;
    let group = stage.novi.group("Board", &[]).await;
    stage.link(&group).await;
    stage.settle().await;
    stage.mobilize.delete_group(BOARD);

    novi_sso::groups::add_member(&stage.site().await, &group, &ann.id, &BY).await.unwrap();
    stage.settle().await;

    let site = stage.site().await;
    let link = link::find(&mut site.read(), MOBILIZE, &group).await.unwrap().unwrap();
    assert!(link.failed_at.is_some() && link.failure.is_some());
    let calls = stage.calls();
    for _ in 0..3 {
        stage.novi.clock.advance(61);
        stage.settle().await;
    }
    assert_eq!(stage.calls(), calls, "nothing is sent to it until somebody looked at the link");
    assert!(
        stage
            .mobilize
            .requests()
            .iter()
            .all(|it| !it.path.ends_with("/groups") || it.method == "GET")
    );
}

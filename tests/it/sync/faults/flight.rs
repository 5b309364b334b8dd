//! What happens to a record while something about it is on its way.

use novi_sso::db;
use novi_sso::events::Actor;
use novi_sso::groups;
use novi_sso::id::GroupId;
use novi_sso::members::{self, Email};
use novi_sso::simulator::api::Fault;
use novi_sso::sync::link::GroupType;
use novi_sso::sync::{integration, queue, worker};

use tokio::task::JoinHandle;

use super::{MOBILIZE, number, until};
use crate::support::{BOARD, Member, Stage};

const BY: Actor = Actor::CommandLine;
/// One more failure, and the connection rests.
const RESTING: &str = "update integrations set failures = 20";

impl Stage {
    fn changes(&self) -> usize {
        self.mobilize.requests().iter().filter(|request| request.method != "GET").count()
    }

    /// Somebody was added there, and the answer takes so long.
    async fn is_adding(
        &self,
        group: &GroupId,
        member: &Member,
        millis: u64,
    ) -> JoinHandle<Result<(), db::Error>> {
        let route = format!("POST /v1/groups/{BOARD}/members");
        self.mobilize.set_faults([Fault::on(route).times(1).after_work().delay_ms(millis)]);
        groups::add_member(&self.site().await, group, &member.id, &BY).await.unwrap();
        let app = self.novi.app.clone();
        let sending = tokio::spawn(async move { worker::settle(&app).await });
        until("the addition", async || self.there(BOARD).len() == 1).await;
        sending
    }

    /// The next such call is carried out, and its answer is lost.
    fn loses_the_answer(&self, route: &str) {
        self.mobilize.set_faults([Fault::on(route).times(1).after_work().drop_connection()]);
    }
}

/// SEC-Y8: whoever is deactivated while their addition is on its way ends up removed.
#[tokio::test]
async fn a_member_who_is_deactivated_while_being_added_is_not_left_there() {
    let stage = Stage::start().await;
    let ann = stage.novi.member("Ann").await;
    let group = stage.novi.group("Board", &[]).await;
    stage.link(&group).await;
    stage.settle().await;

    let sending = stage.is_adding(&group, &ann, 700).await;
    members::deactivate(&stage.site().await, &ann.id, &BY).await.unwrap();
    sending.await.unwrap().unwrap();
    for _ in 0..3 {
        stage.goes_on(10).await;
    }

    assert_eq!(stage.there(BOARD), Vec::<String>::new());
    assert_eq!(stage.status(MOBILIZE, &group, &ann).await, "na");
    assert_eq!(stage.mobilize.overlaps(), 0);
}

/// SEC-Y8: nor when the answer to their addition was lost, and nobody knows whether they were added.
/// Whether the connection rests by then or not, they are looked for and taken out again.
#[tokio::test]
async fn a_member_whose_addition_was_never_answered_is_taken_out_again() {
    let stage = Stage::start().await;
    let group = stage.novi.group("Board", &[]).await;
    stage.link(&group).await;
    stage.settle().await;
    for (name, failures) in [("Ann", "update integrations set failures = 0"), ("Bob", RESTING)] {
        let member = stage.novi.member(name).await;
        stage.novi.tamper(failures).await;
        stage.loses_the_answer(&format!("POST /v1/groups/{BOARD}/members"));
        groups::add_member(&stage.site().await, &group, &member.id, &BY).await.unwrap();
        stage.settle().await;
        assert_eq!(stage.there(BOARD), [member.email.as_str()], "added, and not known to be");

        members::deactivate(&stage.site().await, &member.id, &BY).await.unwrap();
        for _ in 0..3 {
            stage.goes_on(601).await;
        }

        assert_eq!(stage.there(BOARD), Vec::<String>::new(), "{name}");
        assert_eq!(stage.status(MOBILIZE, &group, &member).await, "na");
    }
}

/// The same where the platform cannot be asked for one person: the group's list tells.
#[tokio::test]
async fn somebody_who_cannot_be_asked_for_is_found_in_the_list() {
    let stage = Stage::start().await;
    let profile =
        r#"{"routes":{"find_by_email":null},"calls":{"per_second":1000,"per_minute":60000}}"#;
    let site = stage.site().await;
    integration::set_profile(&site, MOBILIZE, Some(profile), &BY).await.unwrap();
    let group = stage.novi.group("Board", &[]).await;
    stage.link(&group).await;
    stage.settle().await;
    let ann = stage.novi.member("Ann").await;
    stage.loses_the_answer(&format!("POST /v1/groups/{BOARD}/members"));
    groups::add_member(&stage.site().await, &group, &ann.id, &BY).await.unwrap();
    stage.settle().await;
    assert_eq!(stage.there(BOARD), [ann.email.as_str()]);

    members::deactivate(&stage.site().await, &ann.id, &BY).await.unwrap();
    for _ in 0..3 {
        stage.goes_on(601).await;
    }

    assert_eq!(stage.there(BOARD), Vec::<String>::new());
}

/// And where the process ended before the answer came: what it had in hand may have been carried out.
#[tokio::test]
async fn a_member_who_was_being_added_when_the_process_ended_is_taken_out_again() {
    let stage = Stage::start().await;
    let ann = stage.novi.member("Ann").await;
    let group = stage.novi.group("Board", &[]).await;
    stage.link(&group).await;
    stage.settle().await;
    let sending = stage.is_adding(&group, &ann, 60_000).await;
    sending.abort();
    assert!(sending.await.unwrap_err().is_cancelled());

    members::deactivate(&stage.site().await, &ann.id, &BY).await.unwrap();
    for _ in 0..3 {
        stage.goes_on(queue::LEASE_SECONDS).await;
    }

    assert_eq!(stage.there(BOARD), Vec::<String>::new());
    assert_eq!(stage.status(MOBILIZE, &group, &ann).await, "na");
}

/// SEC-Y8 at Higher Logic, which nobody can ask: the contact goes once more, without the group. Of whoever
/// was refused, nothing is sent.
#[tokio::test]
async fn a_contact_whose_push_was_never_answered_leaves_the_group_again() {
    let stage = Stage::start().await;
    let group = stage.novi.group("Safety", &[]).await;
    stage.link_higher_logic(&group, GroupType::Community).await;
    stage.settle().await;
    let (ann, bob) = (stage.novi.member("Ann").await, stage.novi.member("Bob").await);
    stage.higher_logic.set_faults([Fault::on("/push").times(1).after_work().drop_connection()]);
    groups::add_member(&stage.site().await, &group, &ann.id, &BY).await.unwrap();
    stage.settle().await;
    assert_eq!(stage.higher_logic.members(group.as_str()), [ann.id.to_string()]);
    groups::remove_member(&stage.site().await, &group, &ann.id, &BY).await.unwrap();
    for _ in 0..3 {
        stage.goes_on(601).await;
    }
    assert!(stage.higher_logic.members(group.as_str()).is_empty());

    let words = serde_json::json!({
        "success": false, "count": 0, "errorMessage": "Item 1: EmailAddress is invalid"
    });
    stage.higher_logic.set_faults([Fault::on("/push").times(1).answer_json(200, &words)]);
    groups::add_member(&stage.site().await, &group, &bob.id, &BY).await.unwrap();
    stage.settle().await;
    groups::remove_member(&stage.site().await, &group, &bob.id, &BY).await.unwrap();
    for _ in 0..3 {
        stage.goes_on(601).await;
    }
    assert!(stage.higher_logic.contact(bob.id.as_str()).is_none());
}

/// SEC-Y9: an e-mail that changes while the old one waits to be sent makes one person, not two.
#[tokio::test]
async fn an_e_mail_that_changes_on_its_way_makes_nobody_twice() {
    let stage = Stage::start().await;
    let ann = stage.novi.member("Ann").await;
    let group = stage.novi.group("Board", &[]).await;
    stage.link(&group).await;
    stage.settle().await;
    let route = format!("POST /v1/groups/{BOARD}/members");
    stage.mobilize.set_faults([Fault::on(&route).times(1).answer(502)]);
    groups::add_member(&stage.site().await, &group, &ann.id, &BY).await.unwrap();
    stage.settle().await;

    let email = Email::parse("ann.new@acme.example").unwrap();
    let site = stage.site().await;
    members::logins::change_email(&site, &ann.id, &email, &BY).await.unwrap().unwrap();
    stage.goes_on(30).await;
    assert_eq!(stage.there(BOARD), ["ann.new@acme.example"]);

    // And once more while the answer to the first one is lost: they are found by who they are.
    let email = Email::parse("ann.newer@acme.example").unwrap();
    stage.mobilize.set_faults([Fault::on("PUT /v1/users").times(1).after_work().drop_connection()]);
    let site = stage.site().await;
    members::logins::change_email(&site, &ann.id, &email, &BY).await.unwrap().unwrap();
    stage.goes_on(30).await;
    stage.goes_on(30).await;

    assert_eq!(stage.there(BOARD), ["ann.newer@acme.example"]);
    assert_eq!(stage.mobilize.user_count(), 1);
    assert_eq!(stage.status(MOBILIZE, &group, &ann).await, "up_to_date");
}

/// SEC-Y12, as far as our own side goes: marks that bring nothing new write nothing.
#[tokio::test]
async fn an_echo_of_what_was_sent_settles() {
    let stage = Stage::start().await;
    let ann = stage.novi.member("Ann").await;
    let group = stage.novi.group("Board", &[&ann]).await;
    stage.link(&group).await;
    stage.settle().await;
    let changes = stage.changes();

    for _ in 0..number(1_000, 100) {
        let mut tx = stage.site().await.write().await.unwrap();
        queue::mark_one(&mut tx, MOBILIZE, &ann.id.clone().into()).await.unwrap();
        tx.commit().await.unwrap();
        stage.settle().await;
    }

    assert_eq!(stage.changes(), changes);
    assert!(stage.mobilize.edits(&ann.email).done <= 1);
}

//! What happens to a record while something about it is on its way.

use novi_sso::events::Actor;
use novi_sso::groups;
use novi_sso::members::{self, Email};
use novi_sso::simulator::api::Fault;
use novi_sso::sync::{queue, worker};

use super::{MOBILIZE, number, until};
use crate::support::{BOARD, Stage};

const BY: Actor = Actor::CommandLine;

impl Stage {
    fn changes(&self) -> usize {
        self.mobilize.requests().iter().filter(|request| request.method != "GET").count()
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
    let route = format!("POST /v1/groups/{BOARD}/members");
    stage.mobilize.set_faults([Fault::on(route).times(1).after_work().delay_ms(700)]);

    groups::add_member(&stage.site().await, &group, &ann.id, &BY).await.unwrap();
    let app = stage.novi.app.clone();
    let sending = tokio::spawn(async move { worker::settle(&app).await });
    until("the addition", async || stage.there(BOARD).len() == 1).await;
    members::deactivate(&stage.site().await, &ann.id, &BY).await.unwrap();
    sending.await.unwrap().unwrap();
    for _ in 0..3 {
        stage.goes_on(10).await;
    }

    assert_eq!(stage.there(BOARD), Vec::<String>::new());
    assert_eq!(stage.status(MOBILIZE, &group, &ann).await, "na");
    assert_eq!(stage.mobilize.overlaps(), 0);
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

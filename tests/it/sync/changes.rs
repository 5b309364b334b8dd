//! What changes here shows there, and nothing else does.

use novi_sso::events::{self, Actor, Subscriber};
use novi_sso::groups;
use novi_sso::id::RecordId;
use novi_sso::members::{Email, NewMember, Password, logins, records};
use novi_sso::sync::link::GroupType;
use novi_sso::sync::platform::Platform;
use novi_sso::sync::{integration, queue};

use crate::support::{BOARD, HOME, Stage};

const BY: Actor = Actor::CommandLine;
/// All that Mobilize is told of a person (R55).
const FIELDS: [&str; 5] = ["company_name", "email", "first_name", "job_title", "last_name"];

impl Stage {
    async fn edit(&self, id: &RecordId, name: &str, value: &str) {
        let site = self.site().await;
        let before = records::find(&mut site.read(), id).await.unwrap().unwrap();
        let mut after = before.sheet.clone();
        after.set(name, value);
        let seen = before.sheet.fingerprint();
        records::change(&site, id, &seen, &after, &BY).await.unwrap().unwrap();
        self.settle().await;
    }
}

/// Nobody is held up: who changes while many wait stays in line.
#[tokio::test]
async fn whoever_changes_again_while_they_wait_keeps_their_place_in_the_line() {
    let stage = Stage::start().await;
    let ann = stage.novi.member("Ann").await;
    let group = stage.novi.group("Board", &[&ann]).await;
    stage.link(&group).await;
    stage.settle().await;
    let (site, person) = (stage.site().await, RecordId::from(ann.id.clone()));
    integration::pause(&site, Platform::Mobilize, &BY).await.unwrap();
    let waits_since = async || {
        let site = stage.site().await;
        let known = queue::known(&mut site.read(), &person).await.unwrap();
        known.into_iter().find(|it| it.platform == "mobilize").unwrap().send_at.unwrap()
    };

    stage.edit(&person, "job_title", "Chair").await;
    let first = waits_since().await;
    stage.novi.clock.advance(60);
    stage.edit(&person, "job_title", "Treasurer").await;
    assert_eq!(waits_since().await, first);

    integration::resume(&stage.site().await, Platform::Mobilize, &BY).await.unwrap();
    stage.settle().await;
    let there = stage.mobilize.member(BOARD, &ann.email).unwrap();
    assert_eq!(there.fields["job_title"], "Treasurer");
}

/// R58, R68: a company that is renamed has its new name on all its people, on both platforms.
#[tokio::test]
async fn a_renamed_company_shows_through_on_its_people() {
    let stage = Stage::start().await;
    let (ann, bob) = (stage.novi.member("Ann").await, stage.novi.member("Bob").await);
    let group = stage.novi.group("Board", &[&ann, &bob]).await;
    stage.link(&group).await;
    stage.link_higher_logic(&group, GroupType::Community).await;
    stage.settle().await;
    let site = stage.site().await;
    let person: RecordId = ann.id.clone().into();
    let company = groups::company(&mut site.read(), "Archer Roofing").await.unwrap().unwrap();

    stage.edit(&company, "name", "Archer and Daughters").await;

    for member in [&ann, &bob] {
        let id = stage.mobilize.user_id(&member.email).unwrap();
        let there = stage.mobilize.member(BOARD, &id).unwrap();
        assert_eq!(there.fields["company_name"], "Archer and Daughters");
        let contact = stage.higher_logic.contact(member.id.as_str()).unwrap();
        assert_eq!(contact.field("CompanyName"), "Archer and Daughters");
        assert_eq!(stage.status(Platform::Mobilize, &group, member).await, "up_to_date");
    }
    stage.edit(&person, "job_title", "Chair").await;
    let id = stage.mobilize.user_id(&ann.email).unwrap();
    assert_eq!(stage.mobilize.member(BOARD, &id).unwrap().fields["job_title"], "Chair");
    assert_eq!(stage.higher_logic.contact(ann.id.as_str()).unwrap().field("Title"), "Chair");
}

/// SEC-Y9, DEC1: whoever gets another e-mail stays one person there.
#[tokio::test]
async fn another_e_mail_makes_no_second_person() {
    let stage = Stage::start().await;
    let ann = stage.novi.member("Ann").await;
    let group = stage.novi.group("Board", &[&ann]).await;
    stage.link(&group).await;
    stage.settle().await;
    let email = Email::parse("ann@new.example").unwrap();

    let site = stage.site().await;
    logins::change_email(&site, &ann.id, &email, &BY).await.unwrap().unwrap();
    stage.settle().await;

    assert_eq!(stage.there(BOARD), ["ann@new.example"]);
    assert_eq!(stage.mobilize.user_count(), 1);
    assert_eq!(stage.status(Platform::Mobilize, &group, &ann).await, "up_to_date");
}

/// R29, R55, R57, R74: the platform is told five fields and never asked for any; the same version is not
/// sent twice.
#[tokio::test]
async fn nothing_but_the_five_fields_leaves_and_nothing_leaves_twice() {
    let stage = Stage::start().await;
    let ann = stage.novi.member_at(HOME, "Ann", crate::support::everything).await;
    let group = stage.novi.group("Board", &[&ann]).await;
    stage.link(&group).await;
    stage.settle().await;

    let sent = stage.mobilize.requests();
    let bodies: Vec<_> = sent.iter().filter(|request| request.body.is_object()).collect();
    assert!(!bodies.is_empty());
    for request in &bodies {
        let keys: Vec<&String> = request.body["fields"].as_object().unwrap().keys().collect();
        assert_eq!(keys, FIELDS, "{}", request.path);
    }

    for _ in 0..3 {
        stage.novi.browser_of(&ann).await;
        stage.settle().await;
    }
    let again = stage.mobilize.requests();
    assert_eq!(again.iter().filter(|request| request.method != "GET").count(), bodies.len());
}

/// R53 (M:154): the first log-in makes an N/A person eligible at once, should their account have gone unheard.
#[tokio::test]
async fn a_first_log_in_makes_a_person_eligible_at_once() {
    let stage = Stage::start().await;
    let nora = stage.novi.member_at(HOME, "Nora", |member| member.email = None).await;
    let group = stage.novi.group("Board", &[&nora]).await;
    stage.link(&group).await;
    stage.settle().await;
    let site = stage.site().await;
    let email = Email::parse(&nora.email).unwrap();
    let password = Password::typed(&nora.password).unwrap();
    let hash = stage.novi.app.hashing.hash(password).await.unwrap();
    logins::add(&site, &nora.id, &email, Some(&hash), &BY).await.unwrap().unwrap();
    for hint in events::hints(&mut site.read(), Subscriber::Sync, 100).await.unwrap() {
        let mut tx = site.write().await.unwrap();
        events::clear(&mut tx, Subscriber::Sync, &hint).await.unwrap();
        tx.commit().await.unwrap();
    }
    stage.settle().await;
    assert_eq!(stage.status(Platform::Mobilize, &group, &nora).await, "na");

    stage.novi.browser_of(&nora).await;
    stage.settle().await;

    assert_eq!(stage.there(BOARD), [nora.email.as_str()]);
    assert_eq!(stage.status(Platform::Mobilize, &group, &nora).await, "up_to_date");
}

/// DEC14: whose membership lapsed goes on syncing as long as they have an account.
#[tokio::test]
async fn a_lapsed_membership_changes_nothing_at_mobilize() {
    let stage = Stage::start().await;
    let lapsed = |member: &mut NewMember| member.member_status = Some("lapsed".to_owned());
    let ann = stage.novi.member_at(HOME, "Ann", lapsed).await;
    let group = stage.novi.group("Board", &[&ann]).await;
    stage.link(&group).await;
    stage.settle().await;
    assert_eq!(stage.there(BOARD), [ann.email]);
}

/// DEC15: a job title that is not known is left out, and one that was cleared is sent blank.
#[tokio::test]
async fn what_is_unknown_is_left_out_and_what_was_cleared_is_blank() {
    let stage = Stage::start().await;
    let ann = stage.novi.member_at(HOME, "Ann", |member| member.job_title = None).await;
    let bob = stage.novi.member("Bob").await;
    let group = stage.novi.group("Board", &[&ann]).await;
    stage.link(&group).await;
    stage.settle().await;
    let fields = |stage: &Stage| {
        let last = stage.mobilize.requests().into_iter().rfind(|it| it.body.is_object());
        last.expect("somebody was sent").body["fields"].clone()
    };
    assert_eq!(fields(&stage).get("job_title"), None, "{}", fields(&stage));

    groups::add_member(&stage.site().await, &group, &bob.id, &BY).await.unwrap();
    stage.settle().await;
    assert_eq!(fields(&stage)["job_title"], "Owner");
    stage.edit(&bob.id.clone().into(), "job_title", "").await;
    assert_eq!(fields(&stage)["job_title"], "");
}

/// R53, R75: an account makes an N/A person eligible at once.
#[tokio::test]
async fn an_account_makes_a_person_eligible_at_once() {
    let stage = Stage::start().await;
    let nora = stage.novi.member_at(HOME, "Nora", |member| member.email = None).await;
    let group = stage.novi.group("Board", &[&nora]).await;
    stage.link(&group).await;
    stage.settle().await;
    assert_eq!(stage.status(Platform::Mobilize, &group, &nora).await, "na");
    assert_eq!(stage.there(BOARD), [""; 0]);

    let site = stage.site().await;
    let email = Email::parse("nora@acme.example").unwrap();
    logins::add(&site, &nora.id, &email, None, &BY).await.unwrap().unwrap();
    stage.settle().await;
    assert_eq!(stage.there(BOARD), ["nora@acme.example"]);

    logins::disable(&stage.site().await, &nora.id, &BY).await.unwrap();
    stage.settle().await;
    assert_eq!(stage.there(BOARD), [""; 0], "losing the account makes her ineligible");
}

/// R45: one group after another.
#[tokio::test]
async fn several_groups_are_connected_one_after_another() {
    let stage = Stage::start().await;
    let ann = stage.novi.member("Ann").await;
    for (name, kind) in [
        ("Safety", GroupType::Community),
        ("Board", GroupType::Security),
        ("Everybody", GroupType::Community),
    ] {
        let group = stage.novi.group(name, &[&ann]).await;
        stage.link_higher_logic(&group, kind).await;
        stage.settle().await;
        assert_eq!(stage.higher_logic.members(group.as_str()), [ann.id.to_string()]);
    }
    assert_eq!(stage.higher_logic.groups().len(), 3);
}

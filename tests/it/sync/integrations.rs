//! Association Settings › Integrations: what connects an association to a platform.

use novi_sso::events::Actor;
use novi_sso::simulator::api::Fault;
use novi_sso::sync::integration::{self, State, Switches};
use novi_sso::sync::platform::Platform;
use novi_sso::sync::switch::{self, Mark};
use novi_sso::sync::{link, queue, worker};
use novi_sso::web::locale::Locale;
use novi_sso::web::page::Page;

use crate::support::{self, BOARD, Browser, ELSEWHERE, Stage};

const HERE: &str = "/admin/settings/integrations";
const MOBILIZE: &str = "/admin/settings/integrations/mobilize";
const FORJ: &str = "/admin/settings/integrations/forj";
const HIGHER_LOGIC: &str = "/admin/settings/integrations/higher-logic";
const SECRET: &str = "s3cret-of-mobilize";
const TEST: (&str, &str) = ("do", "test");
const SAVE: (&str, &str) = ("do", "save");

/// A stage with nothing connected, and an admin who looks at the tab.
struct Desk {
    stage: Stage,
    ruth: Browser,
}

async fn desk() -> Desk {
    let stage = Stage::unconnected().await;
    let admin = stage.novi.admin("Ruth").await;
    let ruth = stage.novi.browser_of(&admin).await;
    Desk { stage, ruth }
}

impl Desk {
    /// What an admin types for Mobilize, here on the stand-in.
    async fn mobilize(&mut self, more: &[(&str, &str)]) -> support::Page {
        let url = self.stage.mobilize_url.clone();
        self.fill(MOBILIZE, &[("base_url", &url)], more).await
    }

    async fn higher_logic(&mut self, more: &[(&str, &str)]) -> support::Page {
        let url = self.stage.higher_logic_url.clone();
        self.fill(HIGHER_LOGIC, &[("base_url", &url)], more).await
    }

    async fn fill(
        &mut self,
        action: &str,
        some: &[(&str, &str)],
        more: &[(&str, &str)],
    ) -> support::Page {
        let page = self.ruth.get(HERE).await;
        let some = some.iter().filter(|(name, _)| more.iter().all(|(given, _)| given != name));
        let all: Vec<_> = some.chain(more).copied().collect();
        self.ruth.fill(&page, action, &all).await
    }

    async fn state(&self, platform: Platform) -> State {
        let site = self.stage.site().await;
        let found = integration::find(&mut site.read(), platform).await.unwrap();
        found.map_or(State::Disconnected, |found| found.state())
    }

    async fn text(&mut self) -> String {
        self.ruth.get(HERE).await.text()
    }
}

/// R20, R21, R22, R25: tested as it was typed, then saved; what was typed is never sent back.
#[tokio::test]
async fn credentials_are_tested_before_they_are_saved_and_never_shown() {
    let mut desk = desk().await;

    let tested = desk.mobilize(&[("api_key", "key"), ("api_secret", SECRET), TEST]).await;
    assert_eq!(desk.state(Platform::Mobilize).await, State::Disconnected);
    let saved = desk.ruth.fill(&tested, MOBILIZE, &[SAVE]).await;

    assert_eq!(tested.status, 200, "{}", tested.text());
    let text = tested.text();
    assert!(text.contains("Connection works. Mobilize answered in "), "{text}");
    assert!(text.contains("Typed just now, not saved. Leave this empty to keep it."), "{text}");
    assert_eq!(saved.location().as_deref(), Some(HERE), "{}", saved.text());
    assert_eq!(desk.state(Platform::Mobilize).await, State::Running);
    let after = desk.ruth.get(HERE).await;
    assert!(after.text().ends_with("Saved."), "{}", after.text());
    assert!(after.text().contains("It cannot be shown again."), "{}", after.text());
    for page in [&tested, &saved, &after] {
        assert!(!page.body.contains(SECRET) && !page.body.contains("value=\"key\""));
    }
}

/// R25, R26: the key and the tenant of Higher Logic, each told apart.
#[tokio::test]
async fn a_key_and_a_tenant_of_higher_logic_are_tested_each() {
    let mut desk = desk().await;

    let wrong_key =
        desk.higher_logic(&[("api_key", "another-key"), ("tenant_code", "ACME"), TEST]).await;
    let key = ("api_key", "key-of-higher-logic");
    let wrong_tenant = desk.higher_logic(&[key, ("tenant_code", "NURSES"), TEST]).await;
    let right = desk.higher_logic(&[key, ("tenant_code", "ACME"), TEST]).await;

    assert!(
        wrong_key.text().contains("Higher Logic does not take this API Key."),
        "{}",
        wrong_key.text()
    );
    let text = wrong_tenant.text();
    assert!(text.contains("The API Key is known, the Tenant Code is not."), "{text}");
    assert!(right.text().contains(", for tenant ACME."), "{}", right.text());
    let saved = desk.ruth.fill(&right, HIGHER_LOGIC, &[SAVE]).await;
    assert_eq!(saved.status, 303, "{}", saved.text());
    assert_eq!(desk.state(Platform::HigherLogic).await, State::Running);
}

/// R21, R23, R24: a failed test says what was answered, and what to do.
#[tokio::test]
async fn a_failed_test_says_in_words_what_happened_and_what_to_do() {
    let mut desk = desk().await;
    let typed = [("api_key", "key"), ("api_secret", SECRET), TEST];

    let wrong = desk.mobilize(&[("api_key", "key"), ("api_secret", "wrong-secret"), TEST]).await;
    assert!(wrong.text().contains("Connection test failed. Mobilize answered 401 “"));
    let hint = "Paste both again, without blanks at the end. The secret is shown only once there";
    assert!(wrong.text().contains(hint), "{}", wrong.text());
    assert!(!wrong.body.contains("wrong-secret"));

    for (fault, words) in [
        (Fault::on("GET /v1/groups").answer(403), "has to be made by the Account Owner"),
        (Fault::on("GET /v1/groups").html(), "is not the API of Mobilize"),
        (Fault::on("GET /v1/groups").answer(500), "answered 500"),
        (Fault::on("GET /v1/groups").answer(429), "asks for patience"),
        (Fault::on("GET /v1/groups").answer(422), "refused the question itself"),
    ] {
        desk.stage.mobilize.set_faults([fault]);
        let failed = desk.mobilize(&typed).await;
        assert!(failed.text().contains("Connection test failed."), "{}", failed.text());
        assert!(failed.text().contains(words), "{words}: {}", failed.text());
        desk.stage.mobilize.set_faults([]);
    }
    let elsewhere = [("base_url", "http://127.0.0.1:9/v1"), typed[0], typed[1], TEST];
    let nowhere = desk.mobilize(&elsewhere).await;
    assert!(nowhere.text().contains("could not be reached"), "{}", nowhere.text());
}

/// What cannot be right is refused where it was typed, and nothing is called.
#[tokio::test]
async fn what_cannot_be_right_is_said_beside_its_field() {
    let mut desk = desk().await;
    for (typed, words) in [
        (vec![SAVE], "Paste the API Key. "),
        (vec![("api_key", "key"), SAVE], "Paste the API Secret."),
        (
            vec![("api_key", "k\u{200b}ey"), ("api_secret", SECRET), TEST],
            "characters that no key has",
        ),
        (vec![("api_key", "k:ey"), ("api_secret", SECRET), SAVE], "no colon"),
        (
            vec![
                ("api_key", "key"),
                ("api_secret", SECRET),
                ("base_url", "https://evil.example"),
                SAVE,
            ],
            "is not a host of this platform",
        ),
        (
            vec![("api_key", "key"), ("api_secret", SECRET), ("profile", "{\"pages\": 1}"), SAVE],
            "unknown field",
        ),
        // SECURITY.md 3.5: credentials go to hosts of the platform, whatever an admin's form says.
        (
            vec![
                ("api_key", "key"),
                ("api_secret", SECRET),
                ("base_url", "https://evil.example"),
                ("profile", "{\"calls\": {\"hosts\": [\"evil.example\"]}}"),
                SAVE,
            ],
            "calls.hosts is your operator's to change",
        ),
    ] {
        let page = desk.mobilize(&typed).await;
        assert_eq!(page.status, 422, "{typed:?}: {}", page.text());
        assert!(page.text().contains(words), "{words}: {}", page.text());
        assert!(!page.body.contains(SECRET));
    }
    let page = desk.higher_logic(&[("api_key", "key-of-higher-logic"), SAVE]).await;
    assert!(page.text().contains("Enter the Tenant Code."), "{}", page.text());
    assert_eq!(desk.stage.novi.count("select count(*) from integrations").await, 0);
}

/// DEC9: untested credentials may be saved, and nothing is sent until a test passed.
#[tokio::test]
async fn sync_waits_until_untested_credentials_passed_a_test() {
    let mut desk = desk().await;
    let ann = desk.stage.novi.member("Ann").await;
    let group = desk.stage.novi.group("Board", &[&ann]).await;

    let saved = desk.mobilize(&[("api_key", "key"), ("api_secret", SECRET), SAVE]).await;
    assert_eq!(saved.status, 303, "{}", saved.text());
    desk.stage.link(&group).await;
    desk.stage.settle().await;

    assert_eq!(desk.state(Platform::Mobilize).await, State::Untested);
    assert!(desk.text().await.contains("Sync waits until a test of the connection succeeds."));
    let text = desk.text().await;
    assert!(text.contains("Mobilize Not tested"), "{text}");
    assert!(text.contains("Sync waits for a good test."), "{text}");
    assert!(desk.stage.there(BOARD).is_empty());

    let tested = desk.mobilize(&[TEST]).await;
    desk.stage.settle().await;

    assert!(tested.text().contains("Connection works."), "{}", tested.text());
    assert_eq!(desk.state(Platform::Mobilize).await, State::Running);
    assert_eq!(desk.stage.there(BOARD), [ann.email]);
}

/// SECURITY.md 3.5: a kept secret goes to the address that it was typed for, and nowhere else.
#[tokio::test]
async fn a_change_of_address_clears_the_secret() {
    let mut desk = desk().await;
    let typed = [("api_key", "key"), ("api_secret", SECRET), TEST];
    let tested = desk.mobilize(&typed).await;
    let elsewhere = ("base_url", "http://localhost:9/v1");

    let moved = desk.ruth.fill(&tested, MOBILIZE, &[elsewhere, SAVE]).await;
    assert_eq!(moved.status, 422, "{}", moved.text());
    assert!(moved.text().contains("The address was changed."), "{}", moved.text());

    let saved = desk.mobilize(&[SAVE]).await;
    assert_eq!(saved.status, 303, "{}", saved.text());
    for way in [TEST, SAVE] {
        let moved = desk.mobilize(&[elsewhere, way]).await;
        assert_eq!(moved.status, 422, "{}", moved.text());
        assert!(moved.text().contains("The address was changed."), "{}", moved.text());
    }
    assert_eq!(desk.state(Platform::Mobilize).await, State::Running);
}

/// R23: a lost secret is replaced without breaking what is linked; back is possible until it is saved.
#[tokio::test]
async fn credentials_are_replaced_and_links_stay() {
    let mut desk = desk().await;
    desk.stage.connect(Platform::Mobilize).await;
    let ann = desk.stage.novi.member("Ann").await;
    let group = desk.stage.novi.group("Board", &[&ann]).await;
    desk.stage.link(&group).await;
    desk.stage.settle().await;

    let page = desk.ruth.get(&format!("{HERE}?replace=mobilize")).await;
    let wrong = [("api_key", "key"), ("api_secret", "mistyped"), TEST];
    let wrong = desk.ruth.fill(&page, MOBILIZE, &wrong).await;
    assert!(wrong.text().contains("answered 401"), "{}", wrong.text());
    let back = desk.ruth.fill(&wrong, MOBILIZE, &[("do", "forget")]).await;
    assert_eq!(back.status, 303);
    assert!(!desk.text().await.contains("Typed just now"));
    assert_eq!(desk.state(Platform::Mobilize).await, State::Running);

    let again = [("api_key", "key"), ("api_secret", SECRET), SAVE];
    let page = desk.ruth.get(&format!("{HERE}?replace=mobilize")).await;
    let empty = desk.ruth.fill(&page, MOBILIZE, &[SAVE]).await;
    assert!(empty.text().contains("Paste the API Key."), "{}", empty.text());
    // The same values once more change nothing, so sync goes on.
    assert_eq!(desk.ruth.fill(&page, MOBILIZE, &again).await.status, 303);
    assert_eq!(desk.state(Platform::Mobilize).await, State::Running);
    let site = desk.stage.site().await;
    let links = link::list(&mut site.read(), Platform::Mobilize).await.unwrap();
    assert!(links.iter().all(|link| link.is_linked()) && links.len() == 1);
}

/// SEC-Y5: other credentials that open another community stop before anything is sent there.
#[tokio::test]
async fn credentials_of_another_community_stop_the_sync() {
    let mut desk = desk().await;
    desk.stage.connect(Platform::Mobilize).await;
    let ann = desk.stage.novi.member("Ann").await;
    let group = desk.stage.novi.group("Board", &[&ann]).await;
    desk.stage.link(&group).await;
    desk.stage.settle().await;
    let other = Stage::around(desk.stage.novi.clone()).await;
    other.mobilize.seed_group(novi_sso::simulator::api::mobilize::Group::private(7, "Elsewhere"));
    other.mobilize.delete_group(BOARD);
    let url = other.mobilize_url.clone();

    let page = desk.ruth.get(&format!("{HERE}?replace=mobilize")).await;
    let typed = [("base_url", &*url), ("api_key", "key"), ("api_secret", SECRET), TEST];
    let tested = desk.ruth.fill(&page, MOBILIZE, &typed).await;
    assert!(tested.text().contains("Connection works."), "{}", tested.text());
    assert_eq!(desk.ruth.fill(&tested, MOBILIZE, &[SAVE]).await.status, 303);
    let bob = desk.stage.novi.member("Bob").await;
    let site = desk.stage.site().await;
    novi_sso::groups::add_member(&site, &group, &bob.id, &Actor::CommandLine).await.unwrap();
    desk.stage.settle().await;

    assert_eq!(desk.state(Platform::Mobilize).await, State::Stopped);
    let text = desk.text().await;
    assert!(text.contains("Mobilize refused these credentials"), "{text}");
    assert!(other.there(7).is_empty());
}

/// A refusal stops everything once, with the platform's words; a good test of the saved ones goes on.
#[tokio::test]
async fn a_good_test_of_what_is_saved_ends_a_stop() {
    let mut desk = desk().await;
    desk.stage.connect(Platform::Mobilize).await;
    let site = desk.stage.site().await;
    let refused = integration::find(&mut site.read(), Platform::Mobilize).await.unwrap().unwrap();
    integration::stop(&site, &refused, "401 invalid_client").await.unwrap();
    assert!(desk.text().await.contains("“401 invalid_client”"));

    let tested = desk.mobilize(&[TEST]).await;

    assert!(tested.text().contains("Connection works."), "{}", tested.text());
    assert_eq!(desk.state(Platform::Mobilize).await, State::Running);
    assert_eq!(desk.stage.novi.events("integration.tested").await, 1);
}

/// R28, SEC-Y5: one platform community belongs to one association, and goes by one name.
#[tokio::test]
async fn a_community_belongs_to_one_association_and_one_name() {
    let mut desk = desk().await;
    let typed = [("api_key", "key"), ("api_secret", SECRET), SAVE];
    assert_eq!(desk.mobilize(&typed).await.status, 303);

    let page = desk.ruth.get(HERE).await;
    assert!(!page.posts_to(FORJ), "{}", page.text());
    assert!(page.text().contains("only one of them can be connected"), "{}", page.text());
    let token = page.form_token();
    let url = desk.stage.mobilize_url.clone();
    let forced = [("form_token", &*token), ("base_url", &url), typed[0], typed[1], SAVE];
    let forj = desk.ruth.post(FORJ, &forced).await;
    assert_eq!(forj.status, 422);

    let nora = desk.stage.novi.member_at(ELSEWHERE, "Nora", |member| member.is_admin = true).await;
    let mut nora_at = desk.stage.novi.browser_at(ELSEWHERE);
    nora_at.sign_in(&nora).await;
    let page = nora_at.get(HERE).await;
    let taken = [("base_url", &*url), typed[0], typed[1], SAVE];
    let taken = nora_at.fill(&page, MOBILIZE, &taken).await;
    assert_eq!(taken.status, 422);
    let words = "Another association of this installation is connected to this community already.";
    assert!(taken.text().contains(words), "{}", taken.text());
}

/// A tenant with linked groups is not swapped for another one under them.
#[tokio::test]
async fn a_tenant_with_linked_groups_stays() {
    let mut desk = desk().await;
    desk.stage.connect(Platform::HigherLogic).await;
    let group = desk.stage.novi.group("Board", &[]).await;
    desk.stage.link_higher_logic(&group, link::GroupType::Community).await;

    let refused = desk.higher_logic(&[("tenant_code", "NURSES"), SAVE]).await;

    assert_eq!(refused.status, 422);
    assert!(refused.text().contains("Groups are linked in another tenant."), "{}", refused.text());
}

/// R27, R84: what the Rep activated, and their go-ahead, without which no group is linked.
#[tokio::test]
async fn properties_and_the_go_ahead_of_higher_logic_are_switches() {
    let mut desk = desk().await;
    let typed = [("api_key", "key-of-higher-logic"), ("tenant_code", "ACME"), SAVE];
    assert_eq!(desk.higher_logic(&typed).await.status, 303);
    let find = async |desk: &Desk| {
        let site = desk.stage.site().await;
        integration::find(&mut site.read(), Platform::HigherLogic).await.unwrap().unwrap()
    };
    assert!(!find(&desk).await.may_link());
    assert!(desk.text().await.contains("Groups wait for this."));

    let switched = desk.higher_logic(&[("bio", "1"), ("go_ahead", "1"), SAVE]).await;

    assert_eq!(switched.status, 303, "{}", switched.text());
    let found = find(&desk).await;
    assert!(found.may_link());
    let expected = Switches { bio: true, go_ahead: true, ..Switches::default() };
    assert_eq!(found.switches(), expected);
    assert!(!desk.text().await.contains("Groups wait for this."));
    let log = desk.ruth.get("/admin/events").await;
    assert!(log.text().contains("MembershipIntegrateBio: yes"), "{}", log.text());
}

/// DEC1: on by default, and a switch.
#[tokio::test]
async fn keeping_the_e_mail_of_forj_in_step_is_a_switch_that_is_on() {
    let mut desk = desk().await;
    let url = desk.stage.mobilize_url.clone();
    let typed = [("base_url", &*url), ("api_key", "key"), ("api_secret", SECRET)];
    let page = desk.ruth.get(HERE).await;
    assert!(page.form(FORJ).contains(&("email_in_step".to_owned(), "1".to_owned())));
    let tested = desk.fill(FORJ, &typed, &[TEST]).await;
    assert!(tested.text().contains("Test Connection to Forj Community"), "{}", tested.text());
    assert_eq!(desk.ruth.fill(&tested, FORJ, &[SAVE]).await.status, 303);
    let leaves = async |desk: &Desk| {
        let site = desk.stage.site().await;
        let found = integration::find(&mut site.read(), Platform::Forj).await.unwrap();
        found.unwrap().switches().leaves_email
    };
    assert!(!leaves(&desk).await);

    let page = desk.ruth.get(HERE).await;
    let mut fields = page.form(FORJ);
    fields.retain(|(name, _)| name != "email_in_step");
    fields.push(("do".to_owned(), "save".to_owned()));
    let borrowed: Vec<_> = fields.iter().map(|(name, value)| (&**name, &**value)).collect();
    assert_eq!(desk.ruth.post(FORJ, &borrowed).await.status, 303);

    assert!(leaves(&desk).await);
}

/// SEC-Y15: a paused integration makes no call, on any node, though work waits.
#[tokio::test]
async fn a_paused_integration_sends_nothing_until_it_is_resumed() {
    let mut desk = desk().await;
    desk.stage.connect(Platform::Mobilize).await;
    let ann = desk.stage.novi.member("Ann").await;
    let group = desk.stage.novi.group("Board", &[&ann]).await;
    let page = desk.ruth.get(HERE).await;
    let paused = desk.ruth.fill(&page, &format!("{MOBILIZE}/pause"), &[]).await;
    assert_eq!(paused.status, 303);

    desk.stage.link(&group).await;
    desk.stage.settle().await;
    let other = desk.stage.novi.another_node().await;
    worker::settle(&other.app).await.unwrap();
    assert!(desk.stage.there(BOARD).is_empty());
    let page = desk.ruth.get(HERE).await;
    assert!(page.text().contains("Paused"), "{}", page.text());

    desk.ruth.fill(&page, &format!("{MOBILIZE}/resume"), &[]).await;
    desk.stage.settle().await;
    assert_eq!(desk.stage.there(BOARD), [ann.email]);
}

/// SEC-Y15: what had not begun when somebody paused is not sent, in the middle of a round either.
#[tokio::test]
async fn a_pause_is_obeyed_in_the_middle_of_a_round() {
    const MANY: usize = 12;
    let stage = Stage::unconnected().await;
    stage.connect(Platform::Mobilize).await;
    let mut members = Vec::new();
    for number in 0..MANY {
        members.push(stage.novi.member(&format!("Ann{number}")).await);
    }
    let group = stage.novi.group("Board", &members.iter().collect::<Vec<_>>()).await;
    stage.link(&group).await;
    let site = stage.site().await;
    stage.mobilize.set_faults([Fault::on("POST /v1/groups/4711/members").delay_ms(50)]);

    let pause = async {
        while !stage.mobilize.requests().iter().any(|request| request.method == "POST") {
            tokio::task::yield_now().await;
        }
        integration::pause(&site, Platform::Mobilize, &Actor::CommandLine).await.unwrap();
    };
    tokio::join!(stage.settle(), pause);

    let sent = stage.there(BOARD).len();
    assert!(sent <= MANY / 2, "{sent} of {MANY} went out");
    integration::resume(&site, Platform::Mobilize, &Actor::CommandLine).await.unwrap();
    stage.settle().await;
    assert_eq!(stage.there(BOARD).len(), MANY);
}

/// R47: its groups are unlinked, and nobody is removed.
#[tokio::test]
async fn disconnecting_asks_first_and_removes_nobody() {
    let mut desk = desk().await;
    desk.stage.connect(Platform::Mobilize).await;
    let ann = desk.stage.novi.member("Ann").await;
    let group = desk.stage.novi.group("Board", &[&ann]).await;
    desk.stage.link(&group).await;
    desk.stage.settle().await;
    let text = desk.text().await;
    assert!(text.contains("Board 1 there"), "{text}");
    let ask = format!("{MOBILIZE}/disconnect");

    let asked = desk.ruth.get(&ask).await;
    assert!(asked.text().contains("1 group is unlinked: Board"), "{}", asked.text());
    assert_eq!(desk.ruth.fill(&asked, &ask, &[]).await.status, 303);
    let site = desk.stage.site().await;
    novi_sso::groups::remove_member(&site, &group, &ann.id, &Actor::CommandLine).await.unwrap();
    desk.stage.settle().await;

    assert_eq!(desk.state(Platform::Mobilize).await, State::Disconnected);
    assert_eq!(desk.stage.there(BOARD), [ann.email]);
    let links = link::list(&mut site.read(), Platform::Mobilize).await.unwrap();
    assert!(!links.iter().any(|link| link.is_linked()));
    assert!(integration::credentials(&site, Platform::Mobilize).await.unwrap().is_none());
    // The other name of the platform is free again.
    assert!(desk.ruth.get(HERE).await.posts_to(FORJ));
}

/// R72, DEC5: on staging a test works, nothing is sent, and no page can change that.
#[tokio::test]
async fn a_staging_association_tests_and_does_not_sync() {
    let mut desk = desk().await;
    let site = desk.stage.site().await;
    switch::mark(&site, Mark::Staging, &Actor::CommandLine).await.unwrap();
    let typed = [("api_key", "key"), ("api_secret", SECRET), TEST];
    let tested = desk.mobilize(&typed).await;
    assert!(tested.text().contains("Connection works."), "{}", tested.text());
    assert_eq!(desk.ruth.fill(&tested, MOBILIZE, &[SAVE]).await.status, 303);
    let ann = desk.stage.novi.member("Ann").await;
    let group = desk.stage.novi.group("Board", &[&ann]).await;
    desk.stage.link(&group).await;
    desk.stage.settle().await;

    let text = desk.text().await;
    assert!(text.contains("This is a staging site."), "{text}");
    assert!(text.contains("Not running (staging)"), "{text}");
    assert!(desk.stage.there(BOARD).is_empty());

    switch::mark(&site, Mark::StagingThatSyncs, &Actor::CommandLine).await.unwrap();
    desk.stage.settle().await;
    assert_eq!(desk.stage.there(BOARD), [ann.email]);
    assert!(desk.text().await.contains("Connected"));
}

/// The card says how much waits.
#[tokio::test]
async fn the_queue_of_an_integration_is_on_its_card() {
    let mut desk = desk().await;
    desk.stage.connect(Platform::Mobilize).await;
    assert!(desk.text().await.contains("Waiting nothing"));
    let site = desk.stage.site().await;
    integration::pause(&site, Platform::Mobilize, &Actor::CommandLine).await.unwrap();
    let ann = desk.stage.novi.member("Ann").await;
    let group = desk.stage.novi.group("Board", &[]).await;
    desk.stage.link(&group).await;
    novi_sso::groups::add_member(&site, &group, &ann.id, &Actor::CommandLine).await.unwrap();
    desk.stage.settle().await;

    let length = queue::length(&mut site.read(), Platform::Mobilize).await.unwrap();
    let words = if length == 1 { "Waiting 1 record" } else { "Waiting nothing" };
    assert!(desk.text().await.contains(words), "{length}: {}", desk.text().await);
}

/// SECURITY.md 3.5: neither key nor secret stands in a page, an event, or the database as it is.
#[tokio::test]
async fn secrets_stand_in_no_page_no_event_and_no_row() {
    let mut desk = desk().await;
    let (key, secret) = ("canary-key-7Gd", "canary-secret-9Xk");
    let typed = [("api_key", key), ("api_secret", secret), TEST];
    let tested = desk.mobilize(&typed).await;
    let saved = desk.ruth.fill(&tested, MOBILIZE, &[SAVE]).await;
    let token = desk.ruth.get(HERE).await.form_token();
    let old = [("form_token", "old"), ("api_key", key), ("api_secret", secret)];
    let stale = desk.ruth.post(MOBILIZE, &old).await;
    let wrong =
        [("form_token", &*token), ("api_key", key), ("api_secret", secret), ("base_url", "x")];
    let wrong = desk.ruth.post(MOBILIZE, &wrong).await;

    assert_eq!((saved.status, stale.status, wrong.status), (303, 403, 422));
    assert!(stale.text().contains("This page was open for too long."), "{}", stale.text());
    let mut pages = vec![tested, saved, stale, wrong];
    for path in [
        HERE,
        "/admin/settings/integrations?replace=mobilize",
        "/admin/events",
        "/admin/connect/mobilize",
    ] {
        pages.push(desk.ruth.get(path).await);
    }
    for page in &pages {
        assert!(!page.body.contains(key) && !page.body.contains(secret));
    }
    assert!(!desk.stage.novi.tables().await.hold(key));
    assert!(!desk.stage.novi.tables().await.hold(secret));
}

/// R59 to R61: a custom field is offered to Higher Logic once its key is saved, while it is shown.
#[tokio::test]
async fn a_custom_field_is_offered_once_a_key_of_higher_logic_is_saved() {
    let desk = desk().await;
    let site = desk.stage.site().await;
    let offered = async |is_shown, is_on| {
        let page = Page::bare(&site, Locale::english());
        integration::field::switch(&site, page, is_shown, is_on).await.unwrap().0
    };

    assert_eq!(offered(true, false).await.trim(), "");
    desk.stage.connect(Platform::HigherLogic).await;

    assert!(offered(true, false).await.contains("name=\"higher_logic\""));
    assert!(!offered(true, false).await.contains(" checked"));
    assert!(offered(true, true).await.contains(" checked"));
    let hidden = offered(false, false).await;
    assert!(hidden.contains("Members section") && !hidden.contains("<input"), "{hidden}");
    // What was chosen rests while the field is not shown: no form says anything about it, so it is kept.
    assert!(!offered(false, true).await.contains("name=\"higher_logic\""));
}

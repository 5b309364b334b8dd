//! `sync`, and what `association add` and `association move` have to do with it: R72, DEC5, SEC-Y6.

use std::fs;

use novi_sso::app::App;
use novi_sso::associations::{self, Site};
use novi_sso::clock::Clock;
use novi_sso::db::Db;
use novi_sso::events::Actor;
use novi_sso::outbound::Loopback;
use novi_sso::settings::Settings;
use novi_sso::signing::KeySource;
use novi_sso::simulator::api::mobilize::{self, Community, Group, Member};
use novi_sso::simulator::api::{Api, Limits};
use novi_sso::sync::integration::{self, Credentials, Switches, Typed};
use novi_sso::sync::link::{self, Target};
use novi_sso::sync::platform::Platform;
use novi_sso::sync::switch;
use novi_sso::vault::Vault;
use tokio::net::TcpListener;

use super::place::{HOST, Place};
use crate::support::{BOARD, database_url};

const BY: Actor = Actor::CommandLine;

/// A place whose association is connected to a community on loopback: Ann is in the linked group here,
/// and a stranger is in its counterpart.
struct Connected {
    place: Place,
    community: Api<Community>,
}

impl Connected {
    async fn new() -> Self {
        let place = Place::with_association().await;
        fs::write(place.folder.join("novi-sso.toml"), "allow_loopback_calls = true\n").unwrap();
        let add = ["member", "add", "--email", "ann@acme.example"];
        let names = ["--first-name", "Ann", "--last-name", "Archer"];
        place.run(&[&add[..], &names].concat()).succeeded();
        place.run(&["group", "add", "--name", "Board"]).succeeded();
        place.run(&joins("ann@acme.example")).succeeded();
        let mut settings = mobilize::Settings::new("key", "s3cret");
        settings.limits = Limits::OFF;
        let community = Api::mobilize(settings, || Clock::System.now().unix_seconds() * 1000);
        community.seed_group(Group::private(BOARD, "Board"));
        community.seed_member(BOARD, Member::new("zoe@elsewhere.example").named("Zoe", "Zimmer"));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/v1", listener.local_addr().unwrap());
        let router = community.router();
        tokio::spawn(async { axum::serve(listener, router).await });
        link(&site(&place).await, &url).await;
        Self { place, community }
    }

    fn there(&self) -> Vec<String> {
        let mut there: Vec<_> =
            self.community.members(BOARD).into_iter().map(|member| member.email).collect();
        there.sort();
        there
    }

    fn status(&self) -> serde_json::Value {
        self.place.json(&["sync", "status"])
    }
}

fn joins(email: &str) -> [&str; 6] {
    ["group", "add-member", "--group", "Board", "--member", email]
}

/// The association of a place, from another node.
async fn site(place: &Place) -> Site {
    let db = Db::open(&place.database_url).await.unwrap();
    let vault = Vault::open(&place.folder.join("keys")).unwrap();
    let settings = Settings {
        database_url: place.database_url.clone(),
        loopback_calls: Loopback::Allowed,
        ..Settings::default()
    };
    let app = App::new(db, Clock::System, settings, vault, KeySource::Fresh).await.unwrap();
    let association = associations::list(&app).await.unwrap().pop().unwrap();
    let now = app.clock.now();
    Site::new(app, association.into(), now)
}

/// As an admin does it on the pages.
async fn link(site: &Site, url: &str) {
    let typed = Typed {
        credentials: Credentials {
            api_key: "key".to_owned().into(),
            api_secret: "s3cret".to_owned().into(),
        },
        tenant_code: None,
        base_url: url.to_owned(),
        profile: None,
    };
    let platform = Platform::Mobilize;
    integration::save(site, platform, &typed, true, &BY).await.unwrap().unwrap();
    integration::switch(site, platform, Switches::default(), &BY).await.unwrap();
    switch::settle_here(&site.app).await.unwrap();
    let group = novi_sso::groups::find(&mut site.read(), "Board").await.unwrap().unwrap();
    let there = BOARD.to_string();
    let target =
        Target { base_url: url, remote_group_id: &there, remote_name: "Board", group_type: None };
    link::link(site, platform, &group, &target, &BY).await.unwrap().unwrap();
}

/// SEC-Y2, DEC20: what a sync would do is shown without being done; additions go, and removals wait until
/// exactly that plan is released by its number.
#[tokio::test(flavor = "multi_thread")]
async fn an_operator_sees_what_a_sync_would_do_and_releases_what_is_held() {
    let it = Connected::new().await;
    let plan = it.place.json(&["sync", "plan", "--group", "Board", "--platform", "mobilize"]);
    assert_eq!(plan["adds"], serde_json::json!(["Ann Archer"]));
    assert_eq!(plan["removes"], serde_json::json!(["Zoe Zimmer (zoe@elsewhere.example)"]));
    assert_eq!(it.there(), ["zoe@elsewhere.example"], "nothing was done");

    let ran = it.place.json(&["sync", "run"]);
    let status = it.status();

    assert_eq!(ran["checked"], 1);
    assert_eq!(it.there(), ["ann@acme.example", "zoe@elsewhere.example"]);
    assert_eq!(status["runs"], true);
    assert_eq!(status["integrations"][0]["state"], "running");
    let board = &status["links"][0];
    assert_eq!((&board["group"], &board["held"]), (&"Board".into(), &"first".into()), "{status}");
    assert_eq!(board["counts"]["up_to_date"], 1);

    let plan = board["plan_id"].as_str().unwrap();
    let release = |removes| ["sync", "release", "--plan", plan, "--removes", removes];
    let wrong = it.place.run(&release("2")).failed();
    assert!(wrong.contains('1'), "{wrong}");
    it.place.run(&release("1")).succeeded();
    it.place.run(&["sync", "run", "--group", "Board", "--platform", "mobilize"]).succeeded();
    assert_eq!(it.there(), ["ann@acme.example"]);
    assert_eq!(it.status()["links"][0]["held"], serde_json::Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_platform_is_paused_and_resumed_and_called_as_its_profile_says() {
    let it = Connected::new().await;
    it.place.run(&["sync", "pause", "--platform", "mobilize"]).succeeded();
    it.place.run(&["sync", "run"]).succeeded();
    assert_eq!(it.status()["integrations"][0]["state"], "paused");
    assert_eq!(it.there(), ["zoe@elsewhere.example"]);

    it.place.run(&["sync", "resume", "--platform", "mobilize"]).succeeded();
    let file = it.place.folder.join("profile.json");
    let profile = ["sync", "profile", "--platform", "mobilize", "--file", "profile.json"];
    fs::write(&file, r#"{"routes": {"members": {"method": "GET", "path": "/nowhere"}}}"#).unwrap();
    let wrong = it.place.run(&profile).failed();
    fs::write(&file, r#"{"calls": {"per_second": 50}}"#).unwrap();
    it.place.run(&profile).succeeded();
    it.place.run(&["sync", "run"]).succeeded();

    assert!(wrong.contains("should have {group_id}"), "{wrong}");
    assert_eq!(it.there(), ["ann@acme.example", "zoe@elsewhere.example"]);
    let forj = it.place.run(&["sync", "pause", "--platform", "forj"]).failed();
    assert_eq!(forj, "Forj Community is not connected");
    let nobody = it.place.run(&["sync", "run", "--platform", "higher-logic"]).failed();
    assert!(nobody.starts_with("no such group is linked"), "{nobody}");
}

/// R72, DEC5: staging does not sync until the operator says so, and the move takes it live.
#[tokio::test(flavor = "multi_thread")]
async fn a_staging_association_syncs_when_the_operator_says_so_or_when_it_moves() {
    let it = Connected::new().await;
    it.place.run(&["sync", "staging", "off"]).succeeded();
    let refused = it.place.run(&["sync", "run"]).failed();
    assert!(refused.contains("sync staging on"), "{refused}");
    assert_eq!(it.status()["runs"], false);
    assert_eq!(it.there(), ["zoe@elsewhere.example"]);

    it.place.run(&["sync", "staging", "on"]).succeeded();
    assert_eq!(it.status()["runs"], true);
    it.place.run(&["sync", "staging", "off"]).succeeded();
    let again = "https://staging.acme.example";
    let kept = ["association", "move", "--site-url", again, "--keep-staging"];
    assert_eq!(it.place.json(&kept)["went_live"], false);
    assert_eq!(it.status()["runs"], false);

    let live = ["association", "move", "--site-url", "https://live.acme.example"];
    assert_eq!(it.place.json(&live)["went_live"], true);
    assert_eq!(it.status()["runs"], true);
    it.place.run(&["sync", "run"]).succeeded();
    assert_eq!(it.there(), ["ann@acme.example", "zoe@elsewhere.example"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_association_can_be_added_as_a_staging_one() {
    let place = Place::with_association().await;
    let add = ["association", "add", "--site-url", "https://staging.nurses.example"];
    let added = [&add[..], &["--name", "Nurses", "--staging"]].concat();
    assert!(place.json(&added)["set_up_link"].is_string());

    let runs = |host| place.json(&["sync", "status", "--association", host])["runs"].clone();
    assert_eq!(runs("staging.nurses.example"), false);
    assert_eq!(runs(HOST), true);
}

/// SEC-Y6: what was restored elsewhere sends nothing before the operator says that it is the one.
#[tokio::test(flavor = "multi_thread")]
async fn a_restored_database_sends_nothing_until_it_is_released() {
    let it = Connected::new().await;
    it.place.run(&["backup", "backup.db"]).succeeded();
    let copy = it.place.beside(database_url().await).await;
    copy.run(&["restore", "backup.db"]).succeeded();
    let refused = copy.run(&["sync", "run"]).failed();
    assert!(refused.contains("restored or copied"), "{refused}");

    assert_eq!(copy.json(&["sync", "release", "--database"])["released"], true);
    copy.run(&["sync", "run"]).succeeded();
    assert_eq!(it.there(), ["ann@acme.example", "zoe@elsewhere.example"]);
    assert_eq!(copy.json(&["sync", "release", "--database"])["released"], false);
}

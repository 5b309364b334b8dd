//! What other processes change beside a running server: the command line, or another node.

use std::time::Duration;

use novi_sso::app::App;
use novi_sso::associations::Site;
use novi_sso::clients;
use novi_sso::db::Db;
use novi_sso::events::Actor;
use novi_sso::id::ClientId;
use novi_sso::signing::KeySource;
use novi_sso::vault::Vault;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::until;
use crate::support::{HOME, Novi, Platform};

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_another_process_switches_off_is_off_here_soon_after() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let (first, second) = (forj.code_for(&ann).await, forj.code_for(&ann).await);
    assert_eq!(forj.exchange(&first).await.status, 200, "the client is known here by now");
    let stop = watching(&novi).await;
    let epoch = novi.app.db.config_epoch();

    switch_off(&beside(&novi).await, &forj).await;
    // The watch over PostgreSQL also looks every five seconds, but this is faster.
    let news = until("the news", async || novi.app.db.config_epoch() > epoch);
    timeout(Duration::from_secs(4), news).await.expect("it is told, not found");

    let refused = forj.exchange(&second).await;
    assert_eq!((refused.status, &refused["error"]), (401, &"invalid_client".into()));
    let page = novi.browser().get(&forj.authorize_url()).await;
    assert_eq!(page.status, 403);
    assert!(page.body.contains("Forj"));
    assert_eq!(page.location(), None);
    stop.cancel();
}

/// The statements that decide ask the database again, whatever is cached (ARCHITECTURE.md 3.5).
#[tokio::test]
async fn a_client_that_another_process_switches_off_gets_no_token_before_the_news_is_here() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let (first, second) = (forj.code_for(&ann).await, forj.code_for(&ann).await);
    let bought = forj.exchange(&first).await;
    let access = bought["access_token"].as_str().unwrap();

    switch_off(&beside(&novi).await, &forj).await;

    let refused = forj.exchange(&second).await;
    assert_eq!((refused.status, &refused["error"]), (400, &"invalid_grant".into()));
    assert_eq!(forj.userinfo(access).await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_association_that_another_process_adds_is_served_soon_after() {
    let novi = Novi::start().await;
    let host = "www.third.example";
    let stop = watching(&novi).await;
    assert_eq!(novi.browser_at(host).get("/log-in").await.status, 421);

    let issuer = novi_sso::associations::Issuer::parse("https://www.third.example").unwrap();
    let other = beside(&novi).await.app;
    let added = novi_sso::associations::add(&other, &issuer, "Third", &Actor::CommandLine).await;
    assert!(added.unwrap().is_ok());

    until("the host", async || novi.browser_at(host).get("/log-in").await.status == 200).await;
    stop.cancel();
}

/// What changed while nobody was looking is unknown.
#[tokio::test(flavor = "multi_thread")]
async fn a_watch_that_begins_trusts_nothing_that_was_cached_before() {
    let novi = Novi::start().await;
    let forj = novi.client("Forj").await;
    assert_eq!(novi.browser().get(&forj.authorize_url()).await.status, 303);
    switch_off(&beside(&novi).await, &forj).await;
    assert_eq!(novi.browser().get(&forj.authorize_url()).await.status, 303, "still cached");

    let stop = watching(&novi).await;

    assert_eq!(novi.browser().get(&forj.authorize_url()).await.status, 403);
    stop.cancel();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watch_stops_when_it_is_told_to() {
    let novi = Novi::start().await;
    let stop = CancellationToken::new();
    let watch = tokio::spawn(novi.app.db.clone().watch_config(stop.clone()));

    stop.cancel();

    watch.await.unwrap();
}

/// Answers once the watch looks.
async fn watching(novi: &Novi) -> CancellationToken {
    let (stop, epoch) = (CancellationToken::new(), novi.app.db.config_epoch());
    tokio::spawn(novi.app.db.clone().watch_config(stop.clone()));
    until("the watch", async || novi.app.db.config_epoch() > epoch).await;
    stop
}

/// The same installation as another process has it: handles, caches and epoch of its own.
async fn beside(novi: &Novi) -> Site {
    let db = Db::open(&novi.url).await.unwrap();
    let vault = Vault::open(&novi.keys_dir).unwrap();
    let settings = novi.app.settings.clone();
    let app = App::new(db, novi.clock.clone(), settings, vault, KeySource::Fresh).await.unwrap();
    let home = app.directory.find(&app.db, HOME).await.unwrap().expect("it is in the database");
    Site::new(app, home, novi.clock.now())
}

async fn switch_off(site: &Site, platform: &Platform) {
    let id: ClientId = platform.client_id.parse().unwrap();
    assert!(clients::disable(site, &id, "the command line", &Actor::CommandLine).await.unwrap());
}

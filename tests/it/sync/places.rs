//! Where sync may run at all.

use novi_sso::events::Actor;
use novi_sso::sync::integration;
use novi_sso::sync::platform::Platform;
use novi_sso::sync::switch::{self, Leave, Mark};

use crate::support::{BOARD, Stage};

const BY: Actor = Actor::CommandLine;

/// R72, DEC5: a staging association sends nothing until the operator says so; signing in works.
#[tokio::test]
async fn a_staging_association_does_not_sync_until_the_operator_says_so() {
    let stage = Stage::start().await;
    let ann = stage.novi.member("Ann").await;
    let group = stage.novi.group("Board", &[&ann]).await;
    switch::mark(&stage.site().await, Mark::Staging, &BY).await.unwrap();
    stage.link(&group).await;
    stage.settle().await;

    assert_eq!(stage.mobilize.requests().len(), 0);
    assert_eq!(switch::leave(&stage.site().await).await.unwrap(), Leave::Staging);
    assert!(stage.novi.browser_of(&ann).await.is_signed_in());

    switch::mark(&stage.site().await, Mark::StagingThatSyncs, &BY).await.unwrap();
    stage.settle().await;
    assert_eq!(stage.there(BOARD), [ann.email]);
}

/// SEC-Y6: a database that is not where sync was switched on sends nothing until it is released; then
/// removals are held first.
#[tokio::test]
async fn a_copied_database_is_inert_until_it_is_released() {
    let stage = Stage::start().await;
    let app = &stage.novi.app;
    switch::settle_here(app).await.unwrap();
    assert_eq!(switch::leave(&stage.site().await).await.unwrap(), Leave::Runs);
    let (ann, bob) = (stage.novi.member("Ann").await, stage.novi.member("Bob").await);
    let group = stage.novi.group("Board", &[&ann]).await;
    stage.link(&group).await;
    stage.settle().await;
    stage.mobilize.forget_requests();
    let moved = "update installation set value = 'elsewhere' where name = 'place of the database'";
    stage.novi.tamper(moved).await;

    let site = stage.site().await;
    novi_sso::groups::add_member(&site, &group, &bob.id, &BY).await.unwrap();
    stage.settle().await;
    assert_eq!(stage.mobilize.requests().len(), 0);
    assert_eq!(switch::leave(&site).await.unwrap(), Leave::Copied);
    assert!(stage.novi.browser_of(&bob).await.is_signed_in());

    assert!(switch::release_database(app).await.unwrap());
    let doubted = integration::find(&mut site.read(), Platform::Mobilize).await.unwrap().unwrap();
    assert_eq!(doubted.doubt.as_deref(), Some("restored"));
    stage.settle().await;
    assert_eq!(stage.there(BOARD), [ann.email, bob.email]);
    assert!(!switch::release_database(app).await.unwrap());
    let trusted = integration::find(&mut site.read(), Platform::Mobilize).await.unwrap().unwrap();
    assert_eq!(trusted.doubt, None, "a full check found nothing to be removed");
}

//! Step 2: Initial Setup & Connection: Generate your API (F:39–66).

use novi_sso::simulator::AppSecret;
use novi_sso::simulator::api::mobilize::Access;

use crate::journeys::office::{Office, in_order};
use crate::support::BOARD;

const TEST: &str = "Test Connection to Forj Community";
const TAB: [&str; 2] = ["Association Settings", "Integrations"];

/// R20 to R22, R24, R87 (F:39–66).
#[tokio::test]
async fn the_two_systems_are_connected() {
    let mut office = Office::open().await;

    // F:40 "you will need to be the Account Owner and have access to the Forj Community API", F:43–55.
    let guide = office.goes(&["Connect", "Connect Forj Community"]).await;
    in_order(
        &guide.text(),
        &[
            "Click your community’s name (top left) › Authentication › Integrations › Create API Key.",
            "You need to be the Account Owner and have access to the Forj Community API.",
            "write to support-community@forj.ai",
            "The secret is shown only once: if it is lost, a new key has to be made.",
        ],
    );
    // F:53 "something like [Association]-Novi AMS."
    assert!(guide.body.contains("value=\"Acme Builders-Novi AMS\""), "{}", guide.body);

    // F:58 "Association Settings", F:60 "In the Integrations tab, copy/paste your Forj Community API Key
    // and API Secret into the appropriate sections."
    let tab = office.goes(&TAB).await;
    let keys = office.keys("Forj Community");
    let typed: Vec<_> = keys.iter().map(|(name, value)| (*name, &**value)).collect();
    // F:62 "Before saving, click Test Connection to Forj Community button".
    let tested = office.presses(&tab, TEST, &typed).await;
    assert!(tested.text().contains("Connection works. Forj Community answered"));
    let before = office.reads(&TAB).await;
    assert!(before.contains("Forj Community Not connected"), "a test saves nothing: {before}");

    // F:64 "Once the connection is verified, save your changes.", F:66 "the two systems are now connected".
    let saved = office.presses(&tested, "Save Forj Community", &[]).await;
    assert!(saved.text().contains("Forj Community Connected"), "{}", saved.text());
    assert!(saved.text().contains("Mobilize is connected.") || saved.text().contains("two names"));
    assert_eq!(office.changes_sent(), 0);
}

/// R24 (F:40): "For more information about adding the API to your account, contact
/// support-community@forj.ai."
#[tokio::test]
async fn an_account_without_the_api_is_told_whom_to_ask() {
    let mut office = Office::open().await;
    office.stage.mobilize.change_settings(|settings| settings.access = Access::NotEnabled);
    let tab = office.goes(&TAB).await;
    let keys = office.keys("Forj Community");
    let typed: Vec<_> = keys.iter().map(|(name, value)| (*name, &**value)).collect();

    let tested = office.presses(&tab, TEST, &typed).await.text();

    assert!(tested.contains("Connection test failed."), "{tested}");
    assert!(tested.contains("Ask support-community@forj.ai to add it."), "{tested}");
}

/// R23 (F:52): "The secret is only shown once. If lost, new keys will need to be generated".
#[tokio::test]
async fn new_keys_take_the_place_of_lost_ones() {
    let mut office = Office::connected_to("Forj Community").await;
    let (ann, bob) = (office.member("Ann").await, office.member("Bob").await);
    office.makes("Safety", &["Ann Archer"]).await;
    office.links("Safety", "forj_group", "Board").await;
    office.settles().await;
    office.stage.mobilize.change_settings(|settings| {
        settings.key = "key-2".to_owned();
        settings.secret = AppSecret::new("second-secret");
    });

    let replace = office.goes(&[TAB[0], TAB[1], "Replace Forj Community"]).await;
    let typed = [("api_key", "key-2"), ("api_secret", "second-secret")];
    let tested = office.presses(&replace, TEST, &typed).await;
    assert!(tested.text().contains("Connection works."), "{}", tested.text());
    let saved = office.presses(&tested, "Save Forj Community", &[]).await;
    assert!(saved.text().contains("It cannot be shown again."), "{}", saved.text());
    assert!(!saved.body.contains("second-secret"));
    office.adds("Safety", "Bob Archer").await;
    office.settles().await;
    office.later(11).await;

    assert_eq!(office.stage.there(BOARD), [ann.email, bob.email]);
}

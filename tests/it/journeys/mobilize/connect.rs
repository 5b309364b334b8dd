//! Step 1: Initial Setup & Connection (M:10–51).

use novi_sso::simulator::AppSecret;
use novi_sso::simulator::api::mobilize::Access;

use crate::journeys::office::{Office, in_order};
use crate::support::BOARD;

const TEST: &str = "Test Connection to Mobilize";

/// R20 to R22, R24, R85, R87 (M:10–51).
#[tokio::test]
async fn the_two_systems_are_connected() {
    let mut office = Office::open().await;

    // M:14 "This will encompass all of your Mobilize Groups", M:19 "Enterprise-level", M:27–39.
    let guide = office.goes(&["Connect", "Connect Mobilize"]).await;
    in_order(
        &guide.text(),
        &[
            "In Mobilize you set up one Community. It holds Groups, and a group there mirrors a group",
            "Click your community’s name (top left) › Authentication › Integrations › Create API Key.",
            "You need an Enterprise-level account",
            "Your API Key and API Secret appear. The secret is shown only once",
            "Description of the API key",
        ],
    );
    // M:37 "something like (Association)-Novi Connection".
    assert!(guide.body.contains("value=\"Acme Builders-Novi Connection\""), "{}", guide.body);

    // M:43 "Navigate to Association Settings", M:45 "In the Integrations tab, copy/paste".
    let tab = office.goes(&["Association Settings", "Integrations"]).await;
    let keys = office.keys("Mobilize");
    let mut typed: Vec<_> = keys.iter().map(|(name, value)| (*name, &**value)).collect();
    typed.retain(|(name, _)| *name != "api_secret");
    typed.push(("api_secret", "mistyped"));
    // M:47 "Before saving, click Test Connection to Mobilize button to ensure you've entered the
    // correct information."
    let mistyped = office.presses(&tab, TEST, &typed).await;
    let text = mistyped.text();
    assert!(text.contains("Connection test failed. Mobilize answered 401"), "{text}");
    let right = [("api_secret", "s3cret-of-mobilize")];
    let tested = office.presses(&mistyped, TEST, &right).await;
    assert!(tested.text().contains("Connection works."), "{}", tested.text());
    let before = office.reads(&["Association Settings", "Integrations"]).await;
    assert!(before.contains("Mobilize Not connected"), "a test saves nothing: {before}");

    // M:49 "Once the connection is verified, save your changes."
    let saved = office.presses(&tested, "Save Mobilize", &[]).await;

    // M:51 "At this point, the two systems are now connected! Next, you'll want to create groups in
    // Mobilize": nothing is made there from here.
    assert!(saved.text().contains("Mobilize Connected"), "{}", saved.text());
    assert!(office.stage.mobilize.requests().iter().any(|request| request.authorized));
    assert_eq!(office.changes_sent(), 0);
}

/// R23 (M:35): "Once you click save, you won't see these again, just that they exist."
#[tokio::test]
async fn a_lost_key_is_replaced_and_the_links_stay() {
    let mut office = Office::connected_to("Mobilize").await;
    let (ann, bob) = (office.member("Ann").await, office.member("Bob").await);
    office.makes("Safety", &["Ann Archer"]).await;
    office.links("Safety", "mobilize_group", "Board").await;
    office.settles().await;
    let tab = office.goes(&["Association Settings", "Integrations"]).await;
    assert!(tab.text().contains("It cannot be shown again."), "{}", tab.text());
    assert!(!tab.body.contains("s3cret-of-mobilize"));

    office.stage.mobilize.change_settings(|settings| {
        settings.key = "key-2".to_owned();
        settings.secret = AppSecret::new("second-secret");
    });
    office.adds("Safety", "Bob Archer").await;
    office.settles().await;
    let stopped = office.reads(&["Association Settings", "Integrations"]).await;
    assert!(stopped.contains("Mobilize refused these credentials"), "{stopped}");
    assert_eq!(office.stage.there(BOARD), [ann.email.as_str()]);

    let replace = office.goes(&["Association Settings", "Integrations", "Replace Mobilize"]).await;
    let typed = [("api_key", "key-2"), ("api_secret", "second-secret")];
    let tested = office.presses(&replace, TEST, &typed).await;
    assert!(tested.text().contains("Connection works."), "{}", tested.text());
    office.presses(&tested, "Save Mobilize", &[]).await;
    office.settles().await;
    office.later(11).await;

    assert_eq!(office.stage.there(BOARD), [ann.email, bob.email]);
}

/// R24 (M:19): without an Enterprise-level account the key is known and may do nothing.
#[tokio::test]
async fn an_account_without_the_api_is_told_apart_from_a_wrong_key() {
    let mut office = Office::open().await;
    office.stage.mobilize.change_settings(|settings| settings.access = Access::NotEnabled);
    let tab = office.goes(&["Association Settings", "Integrations"]).await;
    let keys = office.keys("Mobilize");
    let typed: Vec<_> = keys.iter().map(|(name, value)| (*name, &**value)).collect();

    let tested = office.presses(&tab, TEST, &typed).await.text();

    assert!(tested.contains("Connection test failed."), "{tested}");
    assert!(tested.contains("the account needs the API (Enterprise level)"), "{tested}");
}

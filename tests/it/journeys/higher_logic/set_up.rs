//! Integration Setup, steps 1 to 4, and the go-ahead (H:9–43, H:65–67).

use novi_sso::simulator::api::higher_logic::Property;

use crate::journeys::office::{Office, in_order};
use crate::support::HOME;

const TEST: &str = "Test Connection to Higher Logic";
const TAB: [&str; 2] = ["Association Settings", "Integrations"];

/// R84, R86 (H:9–43).
#[tokio::test]
async fn the_guide_begins_with_higher_logic_and_has_six_steps() {
    let mut office = Office::open().await;

    let guide = office.reads(&["Connect", "Connect Higher Logic"]).await;

    in_order(
        &guide,
        &[
            // H:12 "Before completing any steps below, you’ll need to consult Higher Logic."
            "Speak to Higher Logic before anything else. Even if you are only considering it: they plan",
            // H:19–27.
            "1. Ask your Rep for the API information and the worksheet",
            "API Key",
            "Tenant Code",
            "OAuth Code Flow Offering and Technical Worksheet",
            // H:29–31.
            "2. Add the API Key and the Tenant Code",
            // H:33–41.
            "3. Ask for three properties",
            "MembershipIntegrateBio",
            "IntegrateProfileImage",
            "IntegrateSocialMediaSites",
            // H:43.
            "4. Confirm that the connection is on and working",
            // H:45–51.
            "5. Set up single sign-on",
            "6. Choose custom fields",
        ],
    );
}

/// R25, R26 (H:21–31, H:43).
#[tokio::test]
async fn the_api_key_and_the_tenant_code_are_added() {
    let mut office = Office::open().await;
    // H:31 "add the API Key and Tenant Code to Association Settings > Integrations section".
    let tab = office.goes(&TAB).await;
    let keys = office.keys("Higher Logic");
    let mut typed: Vec<_> = keys.iter().map(|(name, value)| (*name, &**value)).collect();
    typed.retain(|(name, _)| !["go_ahead", "tenant_code"].contains(name));

    // H:43 "Confirm with your Higher Logic Rep to make sure the connection is on and working": what can
    // be asked from here is asked before.
    let wrong = [&typed[..], &[("tenant_code", "NURSES")]].concat();
    let wrong = office.presses(&tab, TEST, &wrong).await;
    let text = wrong.text();
    assert!(text.contains("The API Key is known, the Tenant Code is not."), "{text}");
    let right = office.presses(&wrong, TEST, &[("tenant_code", "ACME")]).await;
    assert!(right.text().contains("Connection works."), "{}", right.text());
    let saved = office.presses(&right, "Save Higher Logic", &[]).await;

    assert!(saved.text().contains("Higher Logic Connected"), "{}", saved.text());
    assert!(!saved.body.contains("key-of-higher-logic"));
    assert_eq!(office.stage.higher_logic.contact_count(), 0, "a test makes nobody");
}

/// R84 (H:67): "Once your Higher Logic Rep gives you the go-ahead, follow the steps below to create and
/// connect a Novi group."
#[tokio::test]
async fn groups_wait_for_the_go_ahead() {
    let mut office = Office::connected_to("Higher Logic").await;
    let tab = office.goes(&TAB).await;
    let waits = office.unticks(&tab, "go_ahead", "Save Higher Logic").await;
    assert!(waits.text().contains("Groups wait for this."), "{}", waits.text());
    office.member("Ann").await;
    office.makes("Safety", &["Ann Archer"]).await;

    let details = office.goes(&["Groups", "Safety"]).await;
    let text = details.text();
    assert!(text.contains("Your Higher Logic Rep has not given the go-ahead yet."), "{text}");
    let typed = [("higher_logic", "1"), ("group_type", "community")];
    let refused = office.presses(&details, "Save", &typed).await;
    assert!(refused.text().contains("It was not linked"), "{}", refused.text());
    office.settles().await;
    assert!(office.stage.higher_logic.groups().is_empty());

    let tab = office.goes(&TAB).await;
    office.presses(&tab, "Save Higher Logic", &[("go_ahead", "1")]).await;
    office.switches_on("Safety", "community").await;
    office.settles().await;
    assert_eq!(office.stage.higher_logic.groups().len(), 1);
}

/// R27, R64 (H:33–41): "Ask for these three properties to be activated by your Higher Logic Rep", so each
/// is sent once it is, and not before.
#[tokio::test]
async fn properties_are_sent_once_they_are_activated() {
    let mut office = Office::connected_to("Higher Logic").await;
    let ann = office.novi().member_at(HOME, "Ann", crate::support::everything).await;
    let pages = [("bio", "Roofs."), ("linkedin", "https://linkedin.com/in/ann")];
    office.edits("Ann Archer", &pages).await;
    office.makes("Safety", &["Ann Archer"]).await;
    office.switches_on("Safety", "community").await;
    office.settles().await;
    let names = ["Bio", "ProfileImageURL", "WebsiteURL", "LinkedInURL"];
    let sent = |office: &Office| {
        let requests = office.stage.higher_logic.requests();
        let item = requests.last().unwrap().body["Items"][0]["MemberDetails"].clone();
        names.map(|name| item[name].as_str().map(str::to_owned))
    };
    assert_eq!(sent(&office), [const { None }; 4]);

    // The Rep activates them, and says so; the admin ticks what is on.
    office.stage.higher_logic.change_settings(|settings| {
        settings.bio = Property::Active;
        settings.profile_image = Property::Active;
        settings.social_media_sites = Property::Active;
    });
    let tab = office.goes(&TAB).await;
    office.presses(&tab, "Save Higher Logic", &[("bio", "1")]).await;
    office.settles().await;
    assert_eq!(sent(&office), [Some("Roofs.".to_owned()), None, None, None]);
    let tab = office.goes(&TAB).await;
    office.presses(&tab, "Save Higher Logic", &[("image", "1"), ("social", "1")]).await;
    office.settles().await;

    let contact = office.stage.higher_logic.contact(ann.id.as_str()).unwrap();
    let there = names.map(|name| contact.field(name).to_owned());
    let here = [
        "Roofs.",
        "https://www.acme.example/people/ann.png",
        "https://archer.example/",
        "https://linkedin.com/in/ann",
    ];
    assert_eq!(there, here);
    let details = office.reads(&["Groups", "Safety"]).await;
    assert!(details.contains("Bio, ProfileImage, SocialMediaSites"), "{details}");
    let guide = office.reads(&["Connect", "Connect Higher Logic"]).await;
    assert!(guide.contains("All three are on"), "{guide}");
}

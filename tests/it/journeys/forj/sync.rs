//! Step 4: Sync Novi Groups to Your Forj Community Groups (F:104–117).

use novi_sso::simulator::api::mobilize::Member as There;
use novi_sso::sync::switch::Mark;

use crate::journeys::office::{MEMBERS, Office, in_order};
use crate::support::BOARD;

/// R30, R32, R46, R67 (F:105–111).
#[tokio::test]
async fn a_group_is_linked_on_its_details_tab_and_begins_to_sync() {
    let mut office = Office::connected_to("Forj Community").await;
    let (ann, bob) = (office.member("Ann").await, office.member("Bob").await);
    // F:105 "navigate to your Groups section", F:106 "create a group(s) for each different community".
    office.makes("Safety", &["Ann Archer", "Bob Archer"]).await;
    office.makes("Welders", &["Bob Archer"]).await;

    // F:109 "head to its Details tab and simply find the Forj Community section here".
    let details = office.reads(&["Groups", "Safety", "Details"]).await;
    in_order(&details, &["2 people with a user account", "Forj Community Group"]);
    // F:111 "In the dropdown, select the appropriate Forj Community Group and save your Novi Group. This
    // will automatically begin syncing".
    office.links("Safety", "forj_group", "Board").await;
    office.settles().await;

    assert_eq!(office.stage.there(BOARD), [ann.email, bob.email]);
    // F:106 "Each Forj Community community can be connected to one Novi group."
    let choices = office.goes(&["Groups", "Welders"]).await.choices("forj_group");
    let taken = choices.iter().find(|choice| choice.words == "Board (linked to Safety)");
    assert!(!taken.expect("it is listed all the same").is_possible);
}

/// R72, DEC5 (F:107).
#[tokio::test]
async fn staging_does_not_sync_until_the_operator_says_so() {
    let mut office = Office::open().await;
    let ann = office.member("Ann").await;
    office.operator_marks(Mark::Staging).await;
    office.connects("Forj Community").await;
    office.makes("Safety", &["Ann Archer"]).await;
    office.links("Safety", "forj_group", "Board").await;
    office.settles().await;
    office.overnight().await;

    assert_eq!((office.stage.there(BOARD), office.changes_sent()), (vec![], 0));
    let status = office.group_status("Safety", "Forj Community").await;
    assert!(status.starts_with("Not running (staging)"), "{status}");

    office.operator_marks(Mark::StagingThatSyncs).await;
    office.settles().await;
    assert_eq!(office.stage.there(BOARD), [ann.email]);
}

/// R65, R66, DEC8 (F:113).
#[tokio::test]
async fn the_group_here_decides_who_is_in_the_group_there() {
    let mut office = Office::connected_to("Forj Community").await;
    let (ann, bob) = (office.member("Ann").await, office.member("Bob").await);
    office.makes("Safety", &["Ann Archer"]).await;
    office.links("Safety", "forj_group", "Board").await;
    office.settles().await;

    // "If someone is added or removed to/from the Novi group, the same will happen".
    office.adds("Safety", "Bob Archer").await;
    office.removes("Safety", "Ann Archer").await;
    office.settles().await;
    office.later(11).await;
    assert_eq!(office.stage.there(BOARD), [bob.email.as_str()]);

    // "any manually added Forj Community group members will be overwritten the next time".
    let forj = office.stage.mobilize.clone();
    forj.seed_member(BOARD, There::new(&ann.email));
    forj.seed_member(BOARD, There::new("hand@x.org").named("Hand", "Made"));
    forj.seed_member(BOARD, There::new("boss@x.org").named("Bo", "Boss").admin());
    forj.remove_member(BOARD, &bob.email);
    office.overnight().await;
    assert_eq!(office.stage.there(BOARD), [bob.email.as_str(), "boss@x.org"]);
}

/// R76 to R80 (F:114–115).
#[tokio::test]
async fn the_status_is_a_column_of_both_lists() {
    let mut office = Office::connected_to("Forj Community").await;
    office.member("Ann").await;
    office.without_login("Nora").await;
    office.makes("Safety", &["Ann Archer", "Nora Archer"]).await;
    office.links("Safety", "forj_group", "Board").await;

    // F:114 "As the group is syncing you'll see the spinner".
    let list = office.goes(&["Groups"]).await;
    assert!(list.cell("Safety", "Forj Community").starts_with("Syncing"), "{}", list.text());
    assert!(list.body.contains("icon spin"), "{}", list.body);
    office.settles().await;

    // F:115 "an Up To Date message", "its status will appear as N/A".
    let status = office.group_status("Safety", "Forj Community").await;
    assert_eq!(status, "Up To Date Board, 1 N/A");
    let tab = office.goes(&["Groups", "Safety", MEMBERS]).await;
    assert!(tab.cell("Ann Archer", "Forj Community").starts_with("Up To Date"));
    assert!(tab.cell("Nora Archer", "Forj Community").starts_with("N/A"), "{}", tab.text());
    assert!(!tab.body.contains("icon spin"), "{}", tab.body);
}

/// R47, R48 (F:117).
#[tokio::test]
async fn unlinking_removes_nobody() {
    let mut office = Office::connected_to("Forj Community").await;
    let (ann, bob) = (office.member("Ann").await, office.member("Bob").await);
    office.makes("Safety", &["Ann Archer", "Bob Archer"]).await;
    office.links("Safety", "forj_group", "Board").await;
    office.settles().await;

    let asked = office.chooses("Safety", "forj_group", "Not linked").await;
    let words = "Nobody is removed from Board. The two only stop speaking to each other.";
    assert!(asked.text().contains(words), "{}", asked.text());
    let talk = office.talk();
    office.presses(&asked, "Unlink it", &[]).await;
    office.removes("Safety", "Bob Archer").await;
    office.overnight().await;
    assert_eq!(office.stage.there(BOARD), [ann.email.as_str(), bob.email.as_str()]);
    assert_eq!(office.talk(), talk);

    // "If you need to remove members, you'll want to be sure to do so through the Novi group".
    let asked = office.chooses("Safety", "forj_group", "Board").await;
    in_order(&asked.text(), &["1 would be removed", "Bob Archer"]);
    office.presses(&asked, "Link it and remove 1", &[("count", "1")]).await;
    office.settles().await;
    office.later(11).await;
    assert_eq!(office.stage.there(BOARD), [ann.email]);
}

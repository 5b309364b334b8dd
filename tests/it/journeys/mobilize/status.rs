//! How Group Syncs Work: the status in Novi (M:172–174).

use novi_sso::simulator::api::Fault;

use crate::journeys::office::{MEMBERS, Office};
use crate::support::BOARD;

/// R76 to R80 (M:172–174).
#[tokio::test]
async fn the_status_is_a_column_of_both_lists() {
    let mut office = Office::connected_to("Mobilize").await;
    office.member("Ann").await;
    office.without_login("Nora").await;
    office.makes("Safety", &["Ann Archer", "Nora Archer", "Archer Roofing"]).await;
    assert_eq!(office.group_status("Safety", "Mobilize").await, "Not linked");
    office.links("Safety", "mobilize_group", "Board").await;

    // M:172 "As the group is syncing you'll see the spinner that indicates the changes being made within
    // the column."
    let list = office.goes(&["Groups"]).await;
    assert!(list.cell("Safety", "Mobilize").starts_with("Syncing"), "{}", list.text());
    let spins = list.body.split("data-th=\"Mobilize\"").nth(1).unwrap();
    assert!(spins.split("</td>").next().unwrap().contains("icon spin"), "{spins}");
    assert!(list.body.contains("data-live"), "it goes on without a reload");
    let tab = office.goes(&["Groups", "Safety", MEMBERS]).await;
    assert!(tab.cell("Ann Archer", "Mobilize").starts_with("Pending"), "{}", tab.text());
    office.settles().await;

    // M:172 "the status of the Mobilize sync in Novi in a column on both the main Groups list and within
    // the Members tab", M:174 "Up To Date", "its status will appear as N/A".
    assert_eq!(office.group_status("Safety", "Mobilize").await, "Up To Date Board, 2 N/A");
    let tab = office.goes(&["Groups", "Safety", MEMBERS]).await;
    assert!(tab.cell("Ann Archer", "Mobilize").starts_with("Up To Date"), "{}", tab.text());
    for out in ["Nora Archer", "Archer Roofing"] {
        assert!(tab.cell(out, "Mobilize").starts_with("N/A"), "{out}: {}", tab.text());
    }
    assert!(!tab.body.contains("icon spin") && !tab.body.contains("data-live"));

    // "the changes being made": it spins with each of them, not only with the first.
    office.member("Bob").await;
    office.adds("Safety", "Bob Archer").await;
    let tab = office.goes(&["Groups", "Safety", MEMBERS]).await;
    assert!(tab.cell("Bob Archer", "Mobilize").starts_with("Pending"), "{}", tab.text());
    office.settles().await;
    let status = office.status("Safety", "Bob Archer", "Mobilize").await;
    assert!(status.starts_with("Up To Date"), "{status}");
}

/// R79, R83 (M:174): "Successfully synced members" are those that Mobilize confirmed, and nobody else.
#[tokio::test]
async fn up_to_date_is_said_only_of_what_mobilize_confirmed() {
    let mut office = Office::connected_to("Mobilize").await;
    let ann = office.member("Ann").await;
    office.makes("Safety", &["Ann Archer"]).await;
    let route = format!("POST /v1/groups/{BOARD}/members");
    office.stage.mobilize.set_faults([Fault::on(route).times(1000).answer(422)]);
    office.links("Safety", "mobilize_group", "Board").await;
    office.settles().await;
    let status = office.status("Safety", "Ann Archer", "Mobilize").await;
    assert!(status.starts_with("Failed Mobilize: it answered 422 without a word."), "{status}");
    assert!(office.group_status("Safety", "Mobilize").await.starts_with("Failed for 1"));

    office.stage.mobilize.set_faults([]);
    let tab = office.goes(&["Groups", "Safety", MEMBERS]).await;
    office.presses(&tab, "Sync now", &[]).await;
    office.later(1).await;
    assert_eq!(office.stage.there(BOARD), [ann.email]);
    assert_eq!(office.group_status("Safety", "Mobilize").await, "Up To Date Board");
}

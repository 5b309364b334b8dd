//! Confirm the sync was successful (H:100, H:108–116).

use novi_sso::simulator::api::Fault;
use novi_sso::simulator::api::higher_logic::Refresh;

use crate::journeys::office::Office;

const HIGHER_LOGIC: &str = "Higher Logic";
const STATUS: &str = "Higher Logic Sync Status: ";

/// R69, R81, R82 (H:100, H:110–116).
#[tokio::test]
async fn the_sync_status_is_here_and_pending_refresh_is_there() {
    let mut office = Office::connected_to(HIGHER_LOGIC).await;
    let (ann, bob) = (office.member("Ann").await, office.member("Bob").await);
    office.without_login("Nora").await;
    office.makes("Safety", &["Ann Archer", "Bob Archer", "Nora Archer"]).await;
    // H:100 "it can take an hour or more to fully sync over to Higher Logic because they run some checks
    // on the incoming data."
    office.stage.higher_logic.change_settings(|settings| settings.refresh = Refresh::Held);
    office.switches_on("Safety", "community").await;
    office.settles().await;

    // H:110 "In Novi, confirm the sync is up to date by checking the Higher Logic Sync Status message on
    // the group page."
    let page = office.reads(&["Groups", "Safety"]).await;
    let status = page.split(STATUS).nth(1).expect("the message");
    assert!(status.starts_with("2 of 2 sent, 1 N/A. Higher Logic checks what it gets"), "{page}");
    assert!(status.contains("a first sync can take an hour or more to show there"), "{page}");
    // H:112 "go to Admin > Settings > Sync External Database", H:114 "Check the number of contacts
    // pending refresh. If it equals 0, the sync is complete."
    let words = "To check there: Admin › Settings › Sync External Database; pending refresh is 0";
    assert!(status.contains(words), "{page}");
    assert_eq!(office.stage.higher_logic.pending().len(), 2);
    assert!(office.stage.higher_logic.contact(ann.id.as_str()).is_none());

    office.stage.higher_logic.refresh(2);
    office.later(3601).await;

    assert_eq!(office.stage.higher_logic.pending().len(), 0);
    let key = office.id_of("Safety").await;
    for member in [&ann, &bob] {
        let contact = office.stage.higher_logic.contact(member.id.as_str()).unwrap();
        assert!(contact.is_in(&key));
    }
    let page = office.reads(&["Groups", "Safety"]).await;
    let status = page.split(STATUS).nth(1).expect("the message");
    assert!(status.starts_with("2 of 2 sent, 1 N/A. To check there"), "{page}");
    let status = office.group_status("Safety", HIGHER_LOGIC).await;
    assert_eq!(status, "Up To Date Community, 1 N/A");
}

/// R69 (H:100): "The first time you toggle the sync on, it can take an hour or more": until then nothing is
/// called a failure, and after that it is.
#[tokio::test]
async fn the_first_hour_is_patient() {
    let mut office = Office::connected_to(HIGHER_LOGIC).await;
    let ann = office.member("Ann").await;
    office.makes("Safety", &["Ann Archer"]).await;
    office.stage.higher_logic.set_faults([Fault::on("/push").times(100_000).answer(500)]);
    office.switches_on("Safety", "community").await;
    office.settles().await;

    let status = office.group_status("Safety", HIGHER_LOGIC).await;
    assert!(status.starts_with("Pending"), "{status}");
    office.later(1800).await;
    let status = office.group_status("Safety", HIGHER_LOGIC).await;
    assert!(status.starts_with("Pending"), "{status}");
    let page = office.reads(&["Groups", "Safety"]).await;
    assert!(page.contains("Higher Logic Sync Status: 0 of 1 sent, 0 N/A."), "{page}");

    office.stage.higher_logic.set_faults([]);
    office.later(3600).await;
    office.later(3600).await;
    let status = office.group_status("Safety", HIGHER_LOGIC).await;
    assert_eq!(status, "Up To Date Community");
    assert_eq!(office.stage.higher_logic.contact_count(), 1);
    assert!(office.stage.higher_logic.contact(ann.id.as_str()).is_some());
}

//! Create & Connect a Group in Novi to Higher Logic, its members (H:84, H:100, H:106).

use crate::journeys::office::{Office, in_order};

const HIGHER_LOGIC: &str = "Higher Logic";

/// R51, R53, R54, DEC2 (H:84): "only companies and people with user accounts will sync over to Higher
/// Logic. People who do not have a user account will not be synced over, even if they're included in the
/// Group list."
#[tokio::test]
async fn companies_and_people_with_a_login_are_synced() {
    let mut office = Office::connected_to(HIGHER_LOGIC).await;
    let ann = office.member("Ann").await;
    let nora = office.without_login("Nora").await;
    office.makes("Safety", &["Ann Archer", "Nora Archer", "Archer Roofing"]).await;
    let details = office.reads(&["Groups", "Safety"]).await;
    in_order(
        &details,
        &[
            "1 person with a user accountSync",
            "1 person without a user accountN/A",
            "1 company recordSync",
        ],
    );
    office.switches_on("Safety", "community").await;
    office.settles().await;

    let key = office.id_of("Safety").await;
    let company = office.goes(&["Members"]).await.link("Archer Roofing").unwrap();
    let company = company.rsplit('/').next().unwrap().to_owned();
    let mut both = vec![ann.id.to_string(), company.clone()];
    both.sort();
    assert_eq!(office.stage.higher_logic.members(&key), both);
    let there = office.stage.higher_logic.contact(&company).unwrap();
    assert_eq!(there.field("CompanyName"), "Archer Roofing");
    assert_eq!(there.field("IsOrganization"), "True");
    let person = office.stage.higher_logic.contact(ann.id.as_str()).unwrap();
    assert_eq!((person.field("FirstName"), person.field("IsOrganization")), ("Ann", "False"));
    let status = office.status("Safety", "Nora Archer", HIGHER_LOGIC).await;
    assert_eq!(status, "N/A No user account. Give them a login");
    assert!(
        office.status("Safety", "Archer Roofing", HIGHER_LOGIC).await.starts_with("Up To Date")
    );

    office.gives_login("Nora Archer", "nora@acme.example").await;
    office.settles().await;
    assert!(office.stage.higher_logic.contact(nora.id.as_str()).unwrap().is_in(&key));
}

/// R58, R65, R68, DEC16 (H:100): "After this initial sync, Higher Logic will be updated every time a
/// person, company, or group change occurs that affects the group being synced in near real-time."
#[tokio::test]
async fn changes_of_people_companies_and_groups_arrive_at_once() {
    let mut office = Office::connected_to(HIGHER_LOGIC).await;
    let (ann, bob) = (office.member("Ann").await, office.member("Bob").await);
    office.makes("Safety", &["Ann Archer"]).await;
    office.switches_on("Safety", "community").await;
    office.settles().await;
    let key = office.id_of("Safety").await;
    let higher_logic = office.stage.higher_logic.clone();
    let field = |name: &str| higher_logic.contact(ann.id.as_str()).unwrap().field(name).to_owned();

    office.edits("Ann Archer", &[("job_title", "Chair"), ("first_name", "Anna")]).await;
    office.settles().await;
    assert_eq!((field("FirstName"), field("Title")), ("Anna".to_owned(), "Chair".to_owned()));
    office.changes_email("Anna Archer", "anna@new.example").await;
    office.settles().await;
    assert_eq!(field("EmailAddress"), "anna@new.example");
    office.edits("Archer Roofing", &[("name", "Archer and Daughters")]).await;
    office.settles().await;
    assert_eq!(field("CompanyName"), "Archer and Daughters");

    office.adds("Safety", "Bob Archer").await;
    office.settles().await;
    assert_eq!(higher_logic.members(&key).len(), 2);
    office.removes("Safety", "Anna Archer").await;
    office.settles().await;
    assert_eq!(higher_logic.members(&key), [bob.id.to_string()]);
    assert_eq!(higher_logic.contact_count(), 2, "whoever leaves is taken out, and not deleted");
    // What affects no group that is synced is nobody's business there.
    let pushes = higher_logic.requests().len();
    office.member("Cy").await;
    office.edits("Cy Archer", &[("job_title", "Clerk")]).await;
    office.edits("Bob Archer", &[("phone", "+1 555 0177")]).await;
    office.settles().await;
    assert_eq!(higher_logic.requests().len(), pushes);
}

/// R70, R71, DEC6 (H:106): "Deactivating a record in Novi will not remove the record from Higher Logic, but
/// they would no longer be able to log in because they no longer have a user account in Novi."
#[tokio::test]
async fn a_deactivated_record_stays_and_cannot_log_in() {
    let mut office = Office::connected_to(HIGHER_LOGIC).await;
    let (ann, bob) = (office.member("Ann").await, office.member("Bob").await);
    office.makes("Safety", &["Ann Archer", "Bob Archer", "Archer Roofing"]).await;
    office.switches_on("Safety", "community").await;
    office.settles().await;
    let key = office.id_of("Safety").await;
    assert_eq!(office.stage.higher_logic.members(&key).len(), 3);
    let before = office.stage.higher_logic.contact(ann.id.as_str()).unwrap();
    let mut hers = office.novi().browser_of(&ann).await;

    office.deactivates("Ann Archer").await;
    office.deactivates("Archer Roofing").await;
    office.settles().await;
    office.overnight().await;

    assert_eq!(office.stage.higher_logic.contact(ann.id.as_str()).unwrap(), before);
    assert_eq!(office.stage.higher_logic.members(&key).len(), 3, "nor does a company's record go");
    assert_eq!(hers.get("/account").await.location().as_deref(), Some("/log-in"));
    let refused = office.novi().browser().sign_in(&ann).await;
    assert!(refused.text().contains("do not go together"), "{}", refused.text());
    let status = office.status("Safety", "Ann Archer", HIGHER_LOGIC).await;
    assert_eq!(status, "N/A The record is deactivated. Reactivate");

    // Others go on, and so does she once she is back.
    office.edits("Bob Archer", &[("job_title", "Chair")]).await;
    office.reactivates("Ann Archer").await;
    office.edits("Ann Archer", &[("job_title", "Treasurer")]).await;
    office.settles().await;
    let title = |id: &str| office.stage.higher_logic.contact(id).unwrap().field("Title").to_owned();
    assert_eq!(
        (title(bob.id.as_str()), title(ann.id.as_str())),
        ("Chair".into(), "Treasurer".into())
    );
    assert!(office.novi().browser_of(&ann).await.is_signed_in());
}

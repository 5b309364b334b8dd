//! How the Forj Community & Novi AMS integration Works (F:3–14).

use novi_sso::simulator::api::mobilize::Member as There;
use serde_json::json;

use crate::hooks::Tool;
use crate::journeys::office::{MEMBERS, Office};
use crate::support::{BOARD, HOME};

/// R49, R50, R52 to R54 (F:3–7, F:13).
#[tokio::test]
async fn a_record_must_meet_two_criteria() {
    let mut office = Office::connected_to("Forj Community").await;
    let ann = office.member("Ann").await;
    office.without_login("Nora").await;
    office.makes("Safety", &["Ann Archer", "Nora Archer", "Archer Roofing"]).await;
    office.links("Safety", "forj_group", "Board").await;
    office.settles().await;

    // F:5 "It must be an individual's record, not a company."
    let tab = office.goes(&["Groups", "Safety", MEMBERS]).await;
    let company = tab.cell("Archer Roofing", "Forj Community");
    assert_eq!(company, "N/A Companies do not sync to Forj Community.");
    // F:7 "The individual must have a Novi login/user account already created."
    let nora = tab.cell("Nora Archer", "Forj Community");
    assert_eq!(nora, "N/A No user account. Give them a login");
    assert_eq!(office.stage.there(BOARD), [ann.email.as_str()]);

    // F:13 "As long as an individual is in your synced Novi group and they have a Novi login/user
    // account, they will be in your connected Forj Community group."
    office.gives_login("Nora Archer", "nora@acme.example").await;
    office.settles().await;
    assert_eq!(office.stage.there(BOARD), [ann.email.clone(), "nora@acme.example".to_owned()]);
    office.deactivates("Nora Archer").await;
    office.settles().await;
    office.later(11).await;
    assert_eq!(office.stage.there(BOARD), [ann.email.as_str()]);
    office.reactivates("Nora Archer").await;
    office.settles().await;
    assert_eq!(office.stage.there(BOARD), [ann.email, "nora@acme.example".to_owned()]);
}

/// R56, R57, DEC1 (F:8–12): four fields, and the e-mail by which Forj Community knows people.
#[tokio::test]
async fn four_fields_are_sent_and_the_e_mail_says_who_it_is() {
    let mut office = Office::connected_to("Forj Community").await;
    office.novi().member_at(HOME, "Ann", crate::support::everything).await;
    office.makes("Safety", &["Ann Archer"]).await;
    let details = office.reads(&["Groups", "Safety"]).await;
    let said =
        "First Name, Last Name, Company Name, Job Title, and the Email that people are known by";
    assert!(details.contains(said), "{details}");
    office.links("Safety", "forj_group", "Board").await;
    office.settles().await;
    let fields = |office: &Office, email: &str| {
        let there = office.stage.mobilize.member(BOARD, email).unwrap();
        there.fields.into_iter().map(|(key, value)| format!("{key}: {value}")).collect::<Vec<_>>()
    };
    let arrived = fields(&office, "ann@acme.example");
    let four = ["first_name: Ann", "last_name: Archer", "company_name: Archer Roofing"];
    for field in four.iter().chain(&["job_title: Owner", "email: ann@acme.example"]) {
        assert!(arrived.contains(&(*field).to_owned()), "{field}: {arrived:?}");
    }
    assert_eq!(arrived.len(), 5);

    // The e-mail is kept in step, or is not, as the association wishes.
    office.changes_email("Ann Archer", "ann@new.example").await;
    office.settles().await;
    assert_eq!(office.stage.there(BOARD), ["ann@new.example"]);
    let tab = office.goes(&["Association Settings", "Integrations"]).await;
    office.unticks(&tab, "email_in_step", "Save Forj Community").await;
    office.changes_email("Ann Archer", "ann@newer.example").await;
    office.edits("Ann Archer", &[("job_title", "Chair")]).await;
    office.settles().await;
    let arrived = fields(&office, "ann@new.example");
    assert!(arrived.contains(&"job_title: Chair".to_owned()), "{arrived:?}");
    let tab = office.goes(&["Association Settings", "Integrations"]).await;
    office.presses(&tab, "Save Forj Community", &[("email_in_step", "1")]).await;
    office.settles().await;
    assert_eq!(office.stage.there(BOARD), ["ann@newer.example"]);
    assert_eq!(office.stage.mobilize.user_count(), 1);
}

/// R29, R73, SEC-Y13 (F:14): "if you would like updated information from Forj Community to update in Novi,
/// a Zap to update community member information in an external database will need to be set up."
#[tokio::test]
async fn what_changes_in_forj_community_comes_back_by_a_zap_only() {
    let mut office = Office::connected_to("Forj Community").await;
    let ann = office.member("Ann").await;
    office.makes("Safety", &["Ann Archer"]).await;
    office.links("Safety", "forj_group", "Board").await;
    office.settles().await;

    // Without one, what is changed there stays there, and is set right from here.
    let changed = There::new(&ann.email).field("job_title", "Astronaut");
    office.stage.mobilize.seed_member(BOARD, changed);
    office.overnight().await;
    let record = office.reads(&["Members", "Ann Archer"]).await;
    assert!(record.contains("Owner") && !record.contains("Astronaut"), "{record}");
    let there = office.stage.mobilize.member(BOARD, &ann.email).unwrap();
    assert_eq!(there.fields["job_title"], "Owner");

    let asked = ["Association Settings", "Updates from automation tools", "Add a tool"];
    assert!(office.goes(&asked).await.posts_to("/admin/settings/hooks/new"));
    let novi = office.novi().clone();
    let zap = Tool::added(&mut office.ruth, &novi, &["phone", "bio"]).await;
    let sent = office.changes_sent();
    let fields = json!({ "phone": "+1 555 0199", "bio": "Roofs.", "job_title": "Astronaut" });
    assert_eq!(zap.updates(&ann, fields).await, "changed");
    office.settles().await;

    let record = office.reads(&["Members", "Ann Archer"]).await;
    assert!(record.contains("+1 555 0199") && record.contains("Roofs."), "{record}");
    assert!(!record.contains("Astronaut"), "a field that the tool may not write: {record}");
    assert_eq!(office.changes_sent(), sent, "nothing goes back to where it came from");
}

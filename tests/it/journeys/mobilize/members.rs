//! How Group Syncs Work: who is synced, and what of them (M:148–170).

use novi_sso::simulator::api::mobilize::Member as There;

use crate::journeys::office::{MEMBERS, Office, in_order};
use crate::support::{BOARD, HOME};

/// R49, R50, R52 to R54 (M:150–154, M:168).
#[tokio::test]
async fn people_with_a_login_are_synced_and_nobody_else() {
    let mut office = Office::connected_to("Mobilize").await;
    let ann = office.member("Ann").await;
    office.without_login("Nora").await;
    office.makes("Safety", &["Ann Archer", "Nora Archer", "Archer Roofing"]).await;
    let details = office.reads(&["Groups", "Safety"]).await;
    in_order(
        &details,
        &[
            "3 in the group",
            "1 person with a user accountSync",
            "1 person without a user accountN/A",
            "1 company recordN/A",
        ],
    );
    office.links("Safety", "mobilize_group", "Board").await;
    office.settles().await;

    // M:152 "It must be an individual's record, not a company."
    assert_eq!(office.stage.there(BOARD), [ann.email.as_str()]);
    let company = office.status("Safety", "Archer Roofing", "Mobilize").await;
    assert_eq!(company, "N/A Companies do not sync to Mobilize.");
    // M:154 "The individual must have a Novi login/user account already created."
    let nora = office.status("Safety", "Nora Archer", "Mobilize").await;
    assert_eq!(nora, "N/A No user account. Give them a login");

    // M:168 "As long as an individual is in your synced Novi group and they have a Novi login/user
    // account, they will be in your connected Mobilize group."
    office.goes(&["Groups", "Safety", MEMBERS, "Give them a login"]).await;
    office.gives_login("Nora Archer", "nora@acme.example").await;
    office.settles().await;
    assert_eq!(office.stage.there(BOARD), [ann.email.clone(), "nora@acme.example".to_owned()]);
    let nora = office.status("Safety", "Nora Archer", "Mobilize").await;
    assert!(nora.starts_with("Up To Date"), "{nora}");
}

/// R52, R53, R71, DEC6 (M:168): "As long as": without a login no longer, and again with it.
#[tokio::test]
async fn a_deactivated_member_leaves_and_comes_back() {
    let mut office = Office::connected_to("Mobilize").await;
    let (ann, bob) = (office.member("Ann").await, office.member("Bob").await);
    office.makes("Safety", &["Ann Archer", "Bob Archer"]).await;
    office.links("Safety", "mobilize_group", "Board").await;
    office.settles().await;

    office.deactivates("Bob Archer").await;
    let asked = office.goes(&["Members", "Ann Archer", "Switch login off"]).await;
    office.presses(&asked, "Switch login off", &[]).await;
    office.settles().await;
    office.later(11).await;
    assert!(office.stage.there(BOARD).is_empty());
    let status = office.status("Safety", "Bob Archer", "Mobilize").await;
    assert_eq!(status, "N/A The record is deactivated. Reactivate");
    let status = office.status("Safety", "Ann Archer", "Mobilize").await;
    assert_eq!(status, "N/A The user account is disabled. Enable the login");

    office.reactivates("Bob Archer").await;
    let page = office.goes(&["Members", "Ann Archer"]).await;
    office.presses(&page, "Switch login on", &[]).await;
    office.settles().await;
    office.later(11).await;
    assert_eq!(office.stage.there(BOARD), [ann.email, bob.email]);
    assert_eq!(office.stage.mobilize.user_count(), 2, "they are the people they were");
}

/// R55, R57, R58, SEC-Y9 (M:156–166): "We send the following information", and nothing else.
#[tokio::test]
async fn five_fields_are_sent_and_follow_their_changes() {
    let mut office = Office::connected_to("Mobilize").await;
    office.novi().member_at(HOME, "Ann", crate::support::everything).await;
    office.makes("Safety", &["Ann Archer"]).await;
    let details = office.reads(&["Groups", "Safety"]).await;
    let said = "MobilizeFirst Name, Last Name, Email, Company Name, Job Title";
    assert!(details.contains(said), "{details}");
    office.links("Safety", "mobilize_group", "Board").await;
    office.settles().await;
    let fields = |office: &Office, email: &str| {
        let there = office.stage.mobilize.member(BOARD, email).unwrap();
        there.fields.into_iter().map(|(key, value)| format!("{key}: {value}")).collect::<Vec<_>>()
    };
    assert_eq!(
        fields(&office, "ann@acme.example"),
        [
            "company_name: Archer Roofing",
            "email: ann@acme.example",
            "first_name: Ann",
            "job_title: Owner",
            "last_name: Archer",
        ]
    );

    let changes = [("first_name", "Anna"), ("last_name", "Baker"), ("job_title", "Chair")];
    office.edits("Ann Archer", &changes).await;
    office.edits("Archer Roofing", &[("name", "Archer and Daughters")]).await;
    office.changes_email("Anna Baker", "anna@new.example").await;
    office.settles().await;

    assert_eq!(
        fields(&office, "anna@new.example"),
        [
            "company_name: Archer and Daughters",
            "email: anna@new.example",
            "first_name: Anna",
            "job_title: Chair",
            "last_name: Baker",
        ]
    );
    assert_eq!(office.stage.mobilize.user_count(), 1, "another e-mail is no second person");
    office.edits("Anna Baker", &[("phone", "+1 555 0177"), ("city", "Port")]).await;
    office.settles().await;
    for request in office.stage.mobilize.requests() {
        let told = request.body.to_string();
        for private in ["0100", "0177", "Quay", "Harbor", "Port", "1970", "ann.png"] {
            assert!(!told.contains(private), "{private}: {told}");
        }
    }
}

/// R65 (M:170): "If someone is added or removed to/from the Novi group, the same will happen in the
/// Mobilize group."
#[tokio::test]
async fn whoever_is_added_or_removed_here_is_there() {
    let mut office = Office::connected_to("Mobilize").await;
    let (ann, bob) = (office.member("Ann").await, office.member("Bob").await);
    office.makes("Safety", &["Ann Archer"]).await;
    office.links("Safety", "mobilize_group", "Board").await;
    office.settles().await;

    office.adds("Safety", "Bob Archer").await;
    office.settles().await;
    assert_eq!(office.stage.there(BOARD), [ann.email.clone(), bob.email.clone()]);

    office.removes("Safety", "Ann Archer").await;
    office.settles().await;
    office.later(11).await;
    assert_eq!(office.stage.there(BOARD), [bob.email]);
    let list = office.goes(&["Groups", "Safety", MEMBERS]).await;
    assert!(!list.text().contains("Ann Archer"), "{}", list.text());
}

/// R65, SEC-Y1 (M:170): "the same will happen", only that many at once wait until an admin has looked.
#[tokio::test]
async fn many_removals_at_once_wait_for_an_admins_word() {
    let mut office = Office::connected_to("Mobilize").await;
    let mut members = Vec::new();
    for number in 10..22 {
        members.push(office.member(&format!("Ann{number}")).await);
    }
    let names: Vec<_> = (10..22).map(|number| format!("Ann{number} Archer")).collect();
    office.makes("Safety", &names.iter().map(String::as_str).collect::<Vec<_>>()).await;
    office.links("Safety", "mobilize_group", "Board").await;
    office.settles().await;
    assert_eq!(office.stage.there(BOARD).len(), 12);

    let tab = office.goes(&["Groups", "Safety", MEMBERS]).await;
    let ticked: Vec<_> = members.iter().map(|member| ("record", member.id.as_str())).collect();
    office.presses(&tab, "Remove the ticked ones", &ticked).await;
    office.settles().await;
    office.later(11).await;
    assert_eq!(office.stage.there(BOARD).len(), 12);
    let status = office.group_status("Safety", "Mobilize").await;
    assert_eq!(status, "Held Would remove 12 of 12. Look first");

    let plan = office.goes(&["Groups", "Look first"]).await;
    assert!(plan.text().contains("Ann10 Archer"), "{}", plan.text());
    office.presses(&plan, "Remove 12", &[("count", "12")]).await;
    office.settles().await;
    for _ in 0..3 {
        office.later(11).await;
    }
    assert!(office.stage.there(BOARD).is_empty());
}

/// R46, R66, DEC8, DEC20 (M:170): "Keep in mind, any manually added Mobilize group members will be
/// overwritten the next time the Novi group syncs to Mobilize."
#[tokio::test]
async fn manual_additions_are_overwritten_and_managers_stay() {
    let mut office = Office::connected_to("Mobilize").await;
    let ann = office.member("Ann").await;
    let mobilize = office.stage.mobilize.clone();
    mobilize.seed_member(BOARD, There::new("old@x.org").named("Olaf", "Old"));
    mobilize.seed_member(BOARD, There::new("boss@x.org").named("Bo", "Boss").admin());
    office.makes("Safety", &["Ann Archer"]).await;

    // Whoever was added before the first sync is named before it, and goes by an admin's word.
    let asked = office.chooses("Safety", "mobilize_group", "Board").await;
    in_order(
        &asked.text(),
        &["1 would be removed", "Olaf Old", "Added by hand in Mobilize", "1 manager there"],
    );
    assert_eq!(office.changes_sent(), 0, "looking changes nothing");
    office.presses(&asked, "Link it and remove 1", &[("count", "1")]).await;
    office.settles().await;
    office.later(11).await;
    assert_eq!(office.stage.there(BOARD), [ann.email.as_str(), "boss@x.org"]);

    // From then on the nightly check overwrites them.
    mobilize.seed_member(BOARD, There::new("hand@x.org").named("Hand", "Made"));
    office.overnight().await;
    assert_eq!(office.stage.there(BOARD), [ann.email.as_str(), "boss@x.org"]);
    let history = office.reads(&["Groups", "Safety", "History"]).await;
    assert!(history.contains("1 too many"), "{history}");
    let tab = office.reads(&["Groups", "Safety", MEMBERS]).await;
    assert!(tab.contains("Manager there, not in this group. Stays until you decide."), "{tab}");
}

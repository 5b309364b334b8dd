//! Create & Connect a Group in Novi to Higher Logic, the group (H:70–98, H:102–104, H:118).

use novi_sso::simulator::api::higher_logic::{Group, GroupList};

use crate::journeys::office::{MEMBERS, Office, in_order};

/// R39, R41, R44, R46, R67 (H:74, H:82–98).
#[tokio::test]
async fn a_group_is_toggled_on_and_makes_its_community() {
    let mut office = Office::connected_to("Higher Logic").await;
    let (ann, bob) = (office.member("Ann").await, office.member("Bob").await);
    // H:82 "Create a Group in Novi".
    office.makes("Safety", &["Ann Archer", "Bob Archer"]).await;

    // H:88 "Once you confirm the correct member records are being included in the Group": they are looked
    // at before anything is sent.
    let members = office.reads(&["Groups", "Safety", MEMBERS]).await;
    in_order(&members, &["Ann Archer", "Bob Archer"]);
    let details = office.goes(&["Groups", "Safety", "Details"]).await;
    in_order(
        &details.text(),
        &[
            "2 people with a user accountSync",
            "Sync to Higher Logic",
            "Group Type",
            "Community",
            "Security Group",
        ],
    );
    assert!(office.stage.higher_logic.groups().is_empty());

    // H:90–92 "Options: Community or Security Group": nobody chooses for the admin.
    let untyped = office.presses(&details, "Save", &[("higher_logic", "1")]).await;
    assert!(untyped.text().contains("Choose a Group Type"), "{}", untyped.text());
    // H:88 "toggle Sync to Higher Logic to ON", H:96 "click the Save button (top right)".
    let button = details.body.find("form=\"details\">Save</button>").expect("a Save button");
    assert!(button < details.body.find("class=\"tabs\"").unwrap(), "above everything else");
    office.switches_on("Safety", "community").await;
    office.settles().await;

    // H:74 "One group in Novi creates one Community or Security Group in Higher Logic.", H:102 "Your Novi
    // group name will sync over as the name of your Higher Logic community or security group."
    let key = office.id_of("Safety").await;
    let made = Group { key: key.clone(), name: "Safety".to_owned(), list: GroupList::Community };
    assert_eq!(office.stage.higher_logic.groups().into_values().collect::<Vec<_>>(), [made]);
    let mut both = vec![ann.id.to_string(), bob.id.to_string()];
    both.sort();
    assert_eq!(office.stage.higher_logic.members(&key), both);
}

/// R42 (H:76): "You cannot sync a new group in Novi to an existing Community or Security Group in Higher
/// Logic."
#[tokio::test]
async fn a_community_that_is_there_already_is_not_taken_over() {
    let mut office = Office::connected_to("Higher Logic").await;
    office.member("Ann").await;
    let there = |key: &str| Group {
        key: key.to_owned(),
        name: "Safety".to_owned(),
        list: GroupList::Community,
    };
    office.stage.higher_logic.seed_group(there("OLD-1"));
    office.makes("Safety", &["Ann Archer"]).await;

    let details = office.goes(&["Groups", "Safety"]).await;
    let text = details.text();
    let words = "Higher Logic makes a new group; one that is there already cannot be taken.";
    assert!(text.contains(words), "{text}");
    assert!(!details.body.contains("<select"), "there is nothing to choose from: {}", details.body);
    office.switches_on("Safety", "community").await;
    office.settles().await;

    assert!(office.stage.higher_logic.members("OLD-1").is_empty());
    assert_eq!(office.stage.higher_logic.groups().len(), 2, "a new one of the same name");
}

/// R40 (H:94): "Once you turn on the sync and save, the Group Type cannot be changed."
#[tokio::test]
async fn the_group_type_is_final_once_saved() {
    let mut office = Office::connected_to("Higher Logic").await;
    let ann = office.member("Ann").await;
    office.makes("Safety", &["Ann Archer"]).await;
    let before = office.reads(&["Groups", "Safety"]).await;
    assert!(before.contains("Final once saved."), "{before}");
    office.switches_on("Safety", "security").await;
    office.settles().await;

    let details = office.goes(&["Groups", "Safety"]).await;
    assert!(details.text().contains("Fixed since the first sync"), "{}", details.text());
    let choices = details.body.split("name=\"group_type\"").skip(1);
    assert!(choices.map(|it| it.split('>').next().unwrap()).all(|it| it.contains(" disabled")));
    // Sent all the same, another type changes nothing; nor does switching off and on again.
    office.presses(&details, "Save", &[("group_type", "community")]).await;
    let details = office.goes(&["Groups", "Safety"]).await;
    let asked = office.unticks(&details, "higher_logic", "Save").await;
    office.presses(&asked, "Unlink it", &[]).await;
    let details = office.goes(&["Groups", "Safety"]).await;
    let again = [("higher_logic", "1"), ("group_type", "community")];
    office.presses(&details, "Save", &again).await;
    office.edits("Ann Archer", &[("job_title", "Chair")]).await;
    office.settles().await;

    let key = office.id_of("Safety").await;
    let groups = office.stage.higher_logic.groups();
    assert_eq!((groups.len(), groups[&key].list), (1, GroupList::Security));
    assert_eq!(office.stage.higher_logic.members(&key), [ann.id.to_string()]);
    assert_eq!(office.group_status("Safety", "Higher Logic").await, "Up To Date Security Group");
}

/// R43, DEC3 (H:78, H:102–104).
#[tokio::test]
async fn names_and_members_may_change_and_the_sync_goes_on() {
    let mut office = Office::connected_to("Higher Logic").await;
    let (ann, bob) = (office.member("Ann").await, office.member("Bob").await);
    office.makes("Safety", &["Ann Archer"]).await;
    office.switches_on("Safety", "community").await;
    office.settles().await;
    let key = office.id_of("Safety").await;

    // H:78 "You CAN change the group name + conditions in Novi or Higher Logic after the group has been
    // created.", H:102 "You can edit the name in Higher Logic and it will not break your sync."
    office.stage.higher_logic.rename_group(&key, "Safety First");
    let details = office.goes(&["Groups", "Safety"]).await;
    office.presses(&details, "Save", &[("name", "Safety Committee")]).await;
    office.adds("Safety Committee", "Bob Archer").await;
    office.removes("Safety Committee", "Ann Archer").await;
    office.settles().await;
    office.later(11).await;

    // H:104 "This group will continue to sync to the community/security group even if the names are
    // mismatched after the initial sync."
    let groups = office.stage.higher_logic.groups();
    assert_eq!((groups.len(), groups[&key].name.as_str()), (1, "Safety First"));
    assert_eq!(office.stage.higher_logic.members(&key), [bob.id.to_string()]);
    assert!(office.stage.higher_logic.contact(ann.id.as_str()).is_some());
    let details = office.reads(&["Groups", "Safety Committee"]).await;
    let words = "Higher Logic began with the name Safety. Names may differ; the sync goes on.";
    assert!(details.contains(words), "{details}");
}

/// R45 (H:118): "Repeat these steps as needed to create additional Communities and/or Security Groups in
/// Higher Logic."
#[tokio::test]
async fn further_groups_are_added_one_after_another() {
    let mut office = Office::connected_to("Higher Logic").await;
    let ann = office.member("Ann").await;

    for (name, kind) in [("Safety", "community"), ("Board", "security"), ("Youth", "community")] {
        office.makes(name, &["Ann Archer"]).await;
        office.switches_on(name, kind).await;
        office.settles().await;
    }

    let mut kinds: Vec<_> = Vec::new();
    for (key, group) in office.stage.higher_logic.groups() {
        assert_eq!(office.stage.higher_logic.members(&key), [ann.id.to_string()], "{}", group.name);
        kinds.push((group.name, group.list));
    }
    kinds.sort_by(|one, other| one.0.cmp(&other.0));
    let expected = [
        ("Board".to_owned(), GroupList::Security),
        ("Safety".to_owned(), GroupList::Community),
        ("Youth".to_owned(), GroupList::Community),
    ];
    assert_eq!(kinds, expected);
}

/// GOAL-C9, R47: switched off, a group keeps its members there, though each push says all groups of a person.
#[tokio::test]
async fn switching_the_sync_off_removes_nobody() {
    let mut office = Office::connected_to("Higher Logic").await;
    let ann = office.member("Ann").await;
    for name in ["Safety", "Youth"] {
        office.makes(name, &["Ann Archer"]).await;
        office.switches_on(name, "community").await;
    }
    office.settles().await;

    let details = office.goes(&["Groups", "Safety"]).await;
    let asked = office.unticks(&details, "higher_logic", "Save").await;
    let words = "Nobody is removed from Safety. The two only stop speaking to each other.";
    assert!(asked.text().contains(words), "{}", asked.text());
    office.presses(&asked, "Unlink it", &[]).await;
    office.edits("Ann Archer", &[("job_title", "Chair")]).await;
    office.settles().await;

    let contact = office.stage.higher_logic.contact(ann.id.as_str()).unwrap();
    assert_eq!(contact.field("Title"), "Chair");
    for name in ["Safety", "Youth"] {
        let key = office.id_of(name).await;
        assert!(contact.is_in(&key), "{name}");
    }
}

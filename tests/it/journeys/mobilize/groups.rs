//! Step 3: Create Groups in Mobilize (M:95–131).

use novi_sso::simulator::api::mobilize::{Group, Member as There};

use crate::journeys::office::{Office, in_order};
use crate::support::BOARD;

const SAFETY: u64 = 21;

/// R31, R33 to R36, R38 (M:95–119, M:123–131): what is said of the screens there.
#[tokio::test]
async fn the_guide_walks_through_the_screens() {
    let mut office = Office::open().await;

    let guide = office.reads(&["Connect", "Connect Mobilize"]).await;

    in_order(
        &guide,
        &[
            // M:97 "you'll want to create the Mobilize group to match it to", M:99.
            "it is never made from here",
            "Press ( + ) next to Groups in the main navigation bar",
            // M:103–109.
            "Name your group.",
            "Parent Group: None",
            "The group’s e-mail address fills itself in. Click Next.",
            // M:113–119.
            "Group permissions: Private",
            "Uncheck Joining the group requires managers approval.",
            "Who can post on this group? Members and group managers",
            "Click Create Group.",
            // M:121 "That's when you'd use the Closed visibility setting".
            "Groups and sub-groups that you do not link stay as they are.",
            "choose Closed and check Joining the group requires manager approval.",
            // M:127–131.
            "Switch Events off",
            "A Registration Form is not needed in a synced group.",
            "Give it a logo, say who its managers are, and how often members get e-mail.",
        ],
    );
}

/// R30, R31, R33 to R35 (M:97–119): each setting that "MUST be" is looked at, and said where it is not.
#[tokio::test]
async fn a_group_made_as_the_screens_say_can_be_chosen() {
    let mut office = Office::connected_to("Mobilize").await;
    office.makes("Safety Committee", &[]).await;
    let details = ["Groups", "Safety Committee"];
    let found = async |office: &mut Office| {
        let choices = office.goes(&details).await.choices("mobilize_group");
        let choice = choices.into_iter().find(|choice| choice.words.starts_with("Safety"));
        choice.map(|choice| (choice.words, choice.is_possible))
    };
    // M:97 "Before syncing Novi groups into Mobilize, you'll want to create the Mobilize group".
    assert_eq!(found(&mut office).await, None);

    // M:105 "Any groups that will be synced with Novi MUST be a top-level group".
    let below = Group { parent_group_id: Some(BOARD), ..Group::private(SAFETY, "Safety") };
    office.stage.mobilize.seed_group(below);
    let words = "Safety (has a parent group: must be top-level)".to_owned();
    assert_eq!(found(&mut office).await, Some((words, false)));

    // M:113 "Groups synced with Novi MUST be set to Private."
    office.stage.mobilize.change_group(SAFETY, |group| {
        (group.parent_group_id, group.privacy) = (None, 5);
    });
    assert_eq!(found(&mut office).await, Some(("Safety (not Private)".to_owned(), false)));

    // M:115 "uncheck Joining the group requires managers approval": not needed, so it is only said.
    office.stage.mobilize.change_group(SAFETY, |group| {
        (group.privacy, group.requires_approval) = (10, true);
    });
    assert_eq!(found(&mut office).await, Some(("Safety".to_owned(), true)));
    office.links("Safety Committee", "mobilize_group", "Safety").await;
    let page = office.reads(&details).await;
    assert!(page.contains("uncheck “Joining the group requires managers approval.”"), "{page}");
    office.stage.mobilize.change_group(SAFETY, |group| group.requires_approval = false);
    let page = office.reads(&details).await;
    in_order(&page, &["Private", "Parent group: None", "No approval"]);

    // R31: the groups there are read, and neither made nor changed.
    assert_eq!(office.changes_sent(), 0);
    let name = office.stage.mobilize.group(SAFETY).unwrap().name;
    assert_eq!(name, "Safety", "M:103: it need not be called like the one here");
}

/// R37, R66 (M:121): "All groups connected to Novi should follow this pattern so the sync does not
/// override additional Mobilize self-added group members. However, keep in mind that you can create
/// groups that aren't synced to Novi that people can join on their own."
#[tokio::test]
async fn groups_that_are_not_synced_are_joined_freely() {
    let mut office = Office::connected_to("Mobilize").await;
    let ann = office.member("Ann").await;
    let mobilize = office.stage.mobilize.clone();
    let closed = Group { requires_approval: true, public_form: false, ..Group::open(31, "Swap") };
    mobilize.seed_group(closed);
    mobilize.seed_group(Group { parent_group_id: Some(BOARD), ..Group::open(32, "Helpers") });
    office.makes("Directors", &["Ann Archer"]).await;
    office.links("Directors", "mobilize_group", "Board").await;
    office.settles().await;

    for group in [BOARD, 31, 32] {
        mobilize.seed_member(group, There::new("joined@x.org").named("Jo", "Joiner"));
    }
    office.overnight().await;

    assert_eq!(office.stage.there(BOARD), [ann.email]);
    assert_eq!(office.stage.there(31), ["joined@x.org"]);
    assert_eq!(office.stage.there(32), ["joined@x.org"]);
}

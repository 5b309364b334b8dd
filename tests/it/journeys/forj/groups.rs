//! Step 1: Create Your Group in Forj Community (F:15–38).

use novi_sso::simulator::api::mobilize::{Group, Member as There};

use crate::journeys::office::{Office, in_order};
use crate::support::BOARD;

const SAFETY: u64 = 21;

/// R31, R33 to R36, R86 (F:15–36): it is the first step here, and its screens are Mobilize's.
#[tokio::test]
async fn the_guide_begins_with_the_group() {
    let mut office = Office::open().await;

    let guide = office.reads(&["Connect", "Connect Forj Community"]).await;

    in_order(
        &guide,
        &[
            "1. Create your group in Forj Community",
            // F:16 "you'll want to create the Forj Community group to match it to", F:17.
            "its counterpart in Forj Community has to be there: it is never made from here.",
            "Press ( + ) next to Groups in the main navigation bar of Forj Community.",
            // F:18–26.
            "Name your group.",
            "Parent Group: None",
            "The group’s e-mail address fills itself in. Click Next.",
            // F:27–35.
            "Group permissions: Private",
            "Uncheck Joining the group requires managers approval.",
            "Who can post on this group? Members and group managers",
            "Click Create Group.",
            // F:36, F:38 "It's important to set up your group settings."
            "choose Closed and check Joining the group requires manager approval.",
            "Then look through the group’s settings once.",
            "2. Initial setup and connection",
        ],
    );
}

/// R30, R31, R33 to R35 (F:16–35).
#[tokio::test]
async fn a_group_can_be_chosen_once_it_is_top_level_and_private() {
    let mut office = Office::connected_to("Forj Community").await;
    office.makes("Safety Committee", &[]).await;
    // F:22 "MUST be a top-level group", F:29 "MUST be set to Private".
    for (group, words) in [
        (
            Group { parent_group_id: Some(BOARD), ..Group::private(SAFETY, "Safety") },
            "Safety (has a parent group: must be top-level)",
        ),
        (Group::open(SAFETY, "Safety"), "Safety (not Private)"),
    ] {
        office.stage.mobilize.seed_group(group);
        let choices = office.goes(&["Groups", "Safety Committee"]).await.choices("forj_group");
        let choice = choices.iter().find(|choice| choice.words == words);
        assert!(!choice.expect(words).is_possible);
    }

    // F:31 "uncheck Joining the group requires managers approval": "this is not needed".
    let asks = Group { requires_approval: true, ..Group::private(SAFETY, "Safety") };
    office.stage.mobilize.seed_group(asks);
    office.links("Safety Committee", "forj_group", "Safety").await;
    let page = office.reads(&["Groups", "Safety Committee"]).await;
    let advice = "In Forj Community, uncheck “Joining the group requires managers approval.”";
    assert!(page.contains(advice), "{page}");
    assert_eq!(office.changes_sent(), 0, "groups there are neither made nor changed");
}

/// R37, R66 (F:22, F:36).
#[tokio::test]
async fn groups_that_are_not_synced_are_joined_freely() {
    let mut office = Office::connected_to("Forj Community").await;
    let ann = office.member("Ann").await;
    let forj = office.stage.mobilize.clone();
    forj.seed_group(Group { public_form: false, ..Group::open(31, "Swap") });
    forj.seed_group(Group { parent_group_id: Some(BOARD), ..Group::open(32, "Helpers") });
    office.makes("Directors", &["Ann Archer"]).await;
    office.links("Directors", "forj_group", "Board").await;
    office.settles().await;

    for group in [BOARD, 31, 32] {
        forj.seed_member(group, There::new("joined@x.org").named("Jo", "Joiner"));
    }
    office.overnight().await;

    assert_eq!(office.stage.there(BOARD), [ann.email]);
    assert_eq!(office.stage.there(31), ["joined@x.org"]);
    assert_eq!(office.stage.there(32), ["joined@x.org"]);
}

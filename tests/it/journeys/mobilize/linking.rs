//! Step 4: Sync Novi Groups to Your Mobilize Groups, and how they are unlinked (M:134–146, M:176).

use novi_sso::simulator::api::mobilize::{Group, Member as There};
use novi_sso::sync::switch::Mark;

use crate::journeys::office::{Office, in_order};
use crate::support::BOARD;

/// R30, R46, R67, R76 (M:136–146).
#[tokio::test]
async fn a_group_is_linked_on_its_details_tab_and_begins_to_sync() {
    let mut office = Office::connected_to("Mobilize").await;
    let (ann, bob) = (office.member("Ann").await, office.member("Bob").await);

    // M:136 "navigate to your Groups section", M:138 "create a group(s) for each different community
    // that includes the individuals you'd like to be in that community".
    office.makes("Safety", &["Ann Archer", "Bob Archer"]).await;
    assert!(office.stage.there(BOARD).is_empty(), "nothing is sent before a group is linked");

    // M:144 "head to its Details tab and simply find the Mobilize section here".
    let details = office.goes(&["Groups", "Safety", "Details"]).await;
    in_order(
        &details.text(),
        &["2 people with a user account", "Mobilize Group", "Saving starts the sync."],
    );
    let choices = details.choices("mobilize_group");
    let words: Vec<_> = choices.iter().map(|choice| choice.words.as_str()).collect();
    assert_eq!(words, ["Not linked", "Board"]);

    // M:146 "In the dropdown, select the appropriate Mobilize Group and save your Novi Group. This will
    // automatically begin syncing the group members' information to Mobilize."
    office.links("Safety", "mobilize_group", "Board").await;
    office.settles().await;

    assert_eq!(office.stage.there(BOARD), [ann.email.clone(), bob.email]);
    let there = office.stage.mobilize.member(BOARD, &ann.email).unwrap();
    assert_eq!(there.fields["last_name"], "Archer");
    let choices = office.goes(&["Groups", "Safety"]).await.choices("mobilize_group");
    assert!(choices.iter().any(|choice| choice.words == "Board" && choice.is_chosen));
}

/// R32, DEC4 (M:138): "Each Mobilize community can be connected to one Novi group."
#[tokio::test]
async fn one_group_there_goes_with_one_group_here() {
    let mut office = Office::connected_to("Mobilize").await;
    office.stage.mobilize.seed_group(Group::private(22, "Welders"));
    let (ann, bob) = (office.member("Ann").await, office.member("Bob").await);
    office.makes("Directors", &["Ann Archer"]).await;
    office.makes("Weld Shops", &["Bob Archer"]).await;
    office.links("Directors", "mobilize_group", "Board").await;

    let choices = office.goes(&["Groups", "Weld Shops"]).await.choices("mobilize_group");
    let taken = choices.iter().find(|choice| choice.words == "Board (linked to Directors)");
    assert!(!taken.expect("it is listed all the same").is_possible);
    office.links("Weld Shops", "mobilize_group", "Welders").await;
    office.settles().await;

    assert_eq!(office.stage.there(BOARD), [ann.email]);
    assert_eq!(office.stage.there(22), [bob.email]);
}

/// R72, DEC5 (M:140): "If Mobilize is being set up on your staging website prior to launch, the sync will
/// not run unless a Novi admin updates a setting for you."
#[tokio::test]
async fn staging_does_not_sync_until_the_operator_says_so() {
    let mut office = Office::open().await;
    let ann = office.member("Ann").await;
    office.operator_marks(Mark::Staging).await;
    office.connects("Mobilize").await;
    office.makes("Safety", &["Ann Archer"]).await;
    office.links("Safety", "mobilize_group", "Board").await;
    office.settles().await;
    office.overnight().await;

    assert_eq!((office.stage.there(BOARD), office.changes_sent()), (vec![], 0));
    let status = office.group_status("Safety", "Mobilize").await;
    assert!(status.starts_with("Not running (staging)"), "{status}");
    let status = office.status("Safety", "Ann Archer", "Mobilize").await;
    assert!(status.starts_with("Not running (staging)"), "{status}");
    assert!(office.novi().browser_of(&ann).await.is_signed_in(), "logging in does work");

    office.operator_marks(Mark::StagingThatSyncs).await;
    office.settles().await;
    assert_eq!(office.stage.there(BOARD), [ann.email]);
}

/// R47, R48, DEC10 (M:176).
#[tokio::test]
async fn unlinking_removes_nobody_and_the_group_does() {
    let mut office = Office::connected_to("Mobilize").await;
    let (ann, bob) = (office.member("Ann").await, office.member("Bob").await);
    office.makes("Safety", &["Ann Archer", "Bob Archer"]).await;
    office.links("Safety", "mobilize_group", "Board").await;
    office.settles().await;

    // "Unlinking the Mobilize group from the Novi group will not remove all members of the group in
    // Mobilize, it will simply unlink the two systems from speaking to each other."
    let asked = office.chooses("Safety", "mobilize_group", "Not linked").await;
    let words = "Nobody is removed from Board. The two only stop speaking to each other.";
    assert!(asked.text().contains(words), "{}", asked.text());
    let talk = office.talk();
    office.presses(&asked, "Unlink it", &[]).await;
    office.removes("Safety", "Bob Archer").await;
    office.edits("Ann Archer", &[("job_title", "Chair")]).await;
    office.overnight().await;
    // "This means that the members would remain in the Mobilize group unless you manually removed them".
    assert_eq!(office.stage.there(BOARD), [ann.email.clone(), bob.email.clone()]);
    office.stage.mobilize.remove_member(BOARD, &bob.email);
    let hand = There::new("hand@x.org").named("Hand", "Made");
    office.stage.mobilize.seed_member(BOARD, hand);
    assert_eq!(office.talk(), talk, "they do not speak to each other");

    // Linked again, whoever came there meanwhile is named first, and their number typed.
    let asked = office.chooses("Safety", "mobilize_group", "Board").await;
    in_order(&asked.text(), &["It was linked before.", "1 would be removed", "Hand Made"]);
    office.presses(&asked, "Link it and remove 1", &[("count", "1")]).await;
    office.settles().await;
    office.later(11).await;
    assert_eq!(office.stage.there(BOARD), [ann.email.as_str()]);

    // "If you need to remove members, you'll want to be sure to do so through the Novi group's
    // conditions."
    office.removes("Safety", "Ann Archer").await;
    office.settles().await;
    office.later(11).await;
    assert!(office.stage.there(BOARD).is_empty());
}

/// DEC11, R47 (M:176): a group that is deleted here is unlinked, and nobody is removed there.
#[tokio::test]
async fn deleting_a_group_is_unlinking_it() {
    let mut office = Office::connected_to("Mobilize").await;
    let ann = office.member("Ann").await;
    office.makes("Safety", &["Ann Archer"]).await;
    office.links("Safety", "mobilize_group", "Board").await;
    office.settles().await;

    let asked = office.goes(&["Groups", "Safety", "Delete group"]).await;
    let list = office.presses(&asked, "Delete Safety", &[]).await;
    assert!(list.text().ends_with("Deleted."), "{}", list.text());
    office.settles().await;
    let talk = office.talk();
    office.overnight().await;

    assert_eq!((office.stage.there(BOARD), office.talk()), (vec![ann.email], talk));
    // Its counterpart can be chosen for another group.
    office.makes("Directors", &["Ann Archer"]).await;
    office.links("Directors", "mobilize_group", "Board").await;
}

//! Who is in a linked group here is in its counterpart there.

use novi_sso::sync::platform::Platform;

use crate::support::{BOARD, Stage};

/// R30, R52, R65, R67, R79: saving the link starts the sync, and from then on it follows the group.
#[tokio::test]
async fn people_of_a_linked_group_are_in_its_counterpart() {
    let stage = Stage::start().await;
    let novi = &stage.novi;
    let (ann, bob) = (novi.member("Ann").await, novi.member("Bob").await);
    let group = novi.group("Board", &[&ann]).await;

    stage.link(&group).await;
    stage.settle().await;

    assert_eq!(stage.there(BOARD), [ann.email.as_str()]);
    assert_eq!(stage.status(Platform::Mobilize, &group, &ann).await, "up_to_date");

    let site = stage.site().await;
    let actor = novi_sso::events::Actor::CommandLine;
    novi_sso::groups::add_member(&site, &group, &bob.id, &actor).await.unwrap();
    stage.settle().await;

    assert_eq!(stage.there(BOARD), [ann.email.clone(), bob.email.clone()]);
    assert_eq!(stage.status(Platform::Mobilize, &group, &bob).await, "up_to_date");

    novi_sso::groups::remove_member(&site, &group, &ann.id, &actor).await.unwrap();
    stage.settle().await;

    assert_eq!(stage.there(BOARD), [bob.email.as_str()]);
    assert_eq!(stage.status(Platform::Mobilize, &group, &ann).await, "none");
}

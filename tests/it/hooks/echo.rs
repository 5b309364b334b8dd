//! SEC-Y12: what we sent out comes back, and that is the end of it.

use novi_sso::events::{self, Subscriber};
use serde_json::json;

use super::{Scene, scene_of};
use crate::support::Novi;

/// A loop of 1,000: each delivery says what stands there already, as an echo does.
#[tokio::test]
async fn a_loop_of_a_thousand_deliveries_writes_a_member_at_most_twice() {
    let novi = Novi::start_with(|settings| settings.limits.hook_calls = None).await;
    let Scene { novi, ann, zap, .. } = scene_of(novi).await;
    let site = novi.home().await;
    let mut tx = site.write().await.unwrap();
    events::subscribe(&mut tx, Subscriber::Sync).await.unwrap();
    tx.commit().await.unwrap();

    let mut writes = 0;
    for turn in 0..1000 {
        novi.clock.advance(1);
        // The platform keeps values in its own way: the same with other blanks around them.
        let bio = format!("Roofs.{}And walls.{}", ["\n", "\r\n"][turn % 2], " ".repeat(turn % 7));
        let fields = json!({ "phone": "555 0199", "bio": bio });
        match &*zap.updates(&ann, fields).await {
            "changed" => writes += 1,
            result => assert_eq!(result, "same"),
        }
    }

    assert!(writes <= 2, "{writes} writes");
    assert_eq!(novi.events("hook.changed_member").await, writes);
    assert_eq!(novi.count("select count(*) from outbox").await, writes, "sync looks no more often");
}

#[tokio::test]
async fn a_delivery_that_changes_nothing_writes_no_member_and_no_event() {
    let Scene { novi, ann, zap, .. } = scene_of(Novi::start().await).await;
    zap.updates(&ann, json!({ "phone": "555 0199", "youtube": null })).await;
    let before = novi.tables().await;
    novi.clock.advance(1);

    assert_eq!(zap.updates(&ann, json!({ "phone": "555 0199", "youtube": "" })).await, "same");

    assert_eq!(novi.tables().await.changed_since(&before), ["hook_deliveries", "hooks"]);
}

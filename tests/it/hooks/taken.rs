//! What a tool may write, and what it may not.

use novi_sso::events::Actor;
use novi_sso::members;
use serde_json::json;

use super::{Scene, Tool, scene};
use crate::support::Novi;

/// R73: what changed in the community comes back, and whoever follows records hears of it.
#[tokio::test]
async fn an_update_changes_the_fields_it_names_and_no_others() {
    let Scene { novi, ann, zap, mut ruth } = scene().await;
    let fields = json!({
        "phone": " 555 0199 ",
        "bio": "Roofs.\r\nAnd walls.",
        "website": "https://ann.example/",
        "linkedin": "https://linkedin.com/in/ann",
    });

    let page = zap.sends(json!({ "member": ann.id.as_str(), "fields": fields })).await;

    assert_eq!((page.status, page.json()), (200, json!({ "result": "changed" })));
    let tables = novi.tables().await;
    assert!(tables.hold("555 0199") && tables.hold("https://linkedin.com/in/ann"));
    let written = "select count(*) from members where phone = '555 0199' and bio like 'Roofs._And%'
        and social like '%linkedin%' and details like '%https://ann.example/%'";
    assert_eq!(novi.count(written).await, 1);
    assert_eq!(novi.events("hook.changed_member").await, 1);
    let about = "select count(*) from events e join members m on m.member_id = e.subject
        join hooks h on h.hook_id = e.object where e.kind = 'hook.changed_member'";
    assert_eq!(novi.count(about).await, 1, "about the member, through the hook");
    let told = ruth.get("/admin/events").await.text();
    assert!(told.contains("Ann Archer was changed through Zap"), "{told}");
}

#[tokio::test]
async fn a_member_is_found_by_the_e_mail_of_the_login_and_null_empties_a_field() {
    let Scene { novi, ann, zap, .. } = scene().await;

    let page =
        zap.sends(json!({ "email": " ANN@acme.example", "fields": { "phone": null } })).await;

    assert_eq!(page.json(), json!({ "result": "changed" }));
    assert_eq!(novi.count("select count(*) from members where phone is null").await, 1);
    let login = "select count(*) from logins where email = 'ann@acme.example'";
    assert_eq!(novi.count(login).await, 1);
    assert_eq!(zap.updates(&ann, json!({ "phone": "" })).await, "same");
}

/// SEC-Y11: a field outside the allow-list is ignored and counted; some are on nobody's.
#[tokio::test]
async fn fields_that_it_may_not_write_are_ignored_and_counted() {
    let Scene { novi, ann, mut ruth, .. } = scene().await;
    let zap = Tool::added(&mut ruth, &novi, &["phone"]).await;
    let before = novi.tables().await;
    let body = json!({
        "member": ann.id.as_str(),
        "role": "admin",
        "fields": {
            "bio": "not chosen",
            "email": "mallory@evil.example",
            "admin_since": "1",
            "member_status": "current",
            "groups": ["Board"],
            "first_name": "Mallory",
            "company": "Evil",
            "epoch": 7,
        },
    });

    let page = zap.sends(body).await;

    assert_eq!(page.status, 200, "{}", page.body);
    assert_eq!(page.json()["result"], "same");
    assert_eq!(page.json()["ignored_fields"].as_array().unwrap().len(), 9);
    assert_eq!(novi.tables().await.changed_since(&before), ["hook_deliveries", "hooks"]);
    assert_eq!(novi.count("select cast(sum(ignored) as bigint) from hooks").await, 9);
    let list = ruth.get("/admin/settings/hooks").await.text();
    assert!(list.contains("Zap Phone") && list.contains(" 9 Open"), "{list}");
}

/// A wrong value is told in words; what was right beside it is not written either. The call itself counts.
#[tokio::test]
async fn a_wrong_value_is_422_in_words_and_nothing_is_written() {
    let Scene { novi, ann, zap, .. } = scene().await;
    let before = novi.tables().await;
    let long = "x".repeat(2001);

    for (fields, words) in [
        (json!({ "phone": "555 0199", "website": "http://a.example" }), "website is not a URL"),
        (json!({ "picture": "javascript:alert(1)" }), "picture is not a URL"),
        (json!({ "phone": "call\u{7}me" }), "phone holds control characters"),
        (json!({ "phone": "\u{0}" }), "phone holds control characters"),
        (json!({ "phone": "ask Ann" }), "phone is not a phone number"),
        (json!({ "bio": long }), "bio is longer than 2000 characters"),
        (json!({ "bio": ["x"] }), "bio must be text, or null"),
    ] {
        let page = zap.sends(json!({ "member": ann.id.as_str(), "fields": fields })).await;
        assert_eq!((page.status, &page.json()["error"]), (422, &json!("invalid_fields")));
        assert!(page.json()["message"].as_str().unwrap().contains(words), "{}", page.body);
        assert_eq!(novi.tables().await.changed_since(&before), ["hooks"], "{words}");
    }
    for body in [
        json!({ "fields": {} }),
        json!({ "member": "someone", "fields": {} }),
        json!({ "member": ann.id.as_str(), "email": "ann@acme.example", "fields": {} }),
        json!({ "email": "nobody@acme.example", "fields": {} }),
        json!({ "member": "8c1f6a2e-4b7d-4f0e-9a53-2d6e7c90b1f4", "fields": { "phone": "5550" } }),
        json!([ann.id.as_str()]),
        json!("text"),
    ] {
        let page = zap.sends(body).await;
        assert_eq!(page.status, 422, "{}", page.body);
        assert_eq!(novi.tables().await.changed_since(&before), ["hooks"]);
    }
    let calls = "select calls from hooks";
    assert_eq!(novi.count(calls).await, 14, "the use of a secret shows, whatever came of it");
}

#[tokio::test]
async fn nobody_who_is_deactivated_is_written() {
    let Scene { novi, ann, zap, .. } = scene().await;
    let site = novi.home().await;
    assert!(members::deactivate(&site, &ann.id, &Actor::CommandLine).await.unwrap());
    let before = novi.tables().await;

    let page =
        zap.sends(json!({ "member": ann.id.as_str(), "fields": { "phone": "555 0199" } })).await;

    assert_eq!((page.status, &page.json()["error"]), (422, &json!("unknown_member")));
    assert_eq!(novi.tables().await.changed_since(&before), ["hooks"]);
}

/// What an association keeps beside these fields survives them.
#[tokio::test]
async fn details_that_no_tool_may_write_stay_when_others_are_written() {
    let Scene { novi, zap, .. } = scene().await;
    let beth = novi.member_at(crate::support::HOME, "Beth", crate::support::everything).await;

    assert_eq!(zap.updates(&beth, json!({ "website": null, "picture": null })).await, "changed");

    let kept = "select count(*) from members where details like '%\"birthdate\":\"1970-12-31\"%'
        and details like '%\"zoneinfo\":\"America/New_York\"%' and details not like '%picture%'";
    assert_eq!(novi.count(kept).await, 1);
}

/// The rows hold no secret and no payload in the clear.
#[tokio::test]
async fn the_secret_stands_nowhere_in_the_database() {
    let Scene { novi: Novi { .. }, zap, .. } = scene().await;

    assert_eq!(zap.secret.len(), 43);
    assert!(!zap.novi.tables().await.hold(&zap.secret));
}

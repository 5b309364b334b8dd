//! Whatever a tool sends, nothing but its fields changes (SECURITY.md table Z, Z-9).

use serde_json::{Map, Value, json};

use super::{Scene, Tool, scene_of};
use crate::fuzz::Mutator;
use crate::support::Novi;

const TURNS: usize = 250;

/// Names that would hurt, and those that are allowed.
const NAMES: [&str; 22] = [
    "phone",
    "picture",
    "bio",
    "website",
    "facebook",
    "linkedin",
    "twitter",
    "youtube",
    "instagram",
    "email",
    "contact_email",
    "role",
    "admin_since",
    "member_status",
    "first_name",
    "last_name",
    "company_id",
    "epoch",
    "password_hash",
    "details",
    "social",
    "member_id = 'x' or 1=1; --",
];

/// What a tool may write, away: then everything else about people has to be as it was.
const WITHOUT: &str =
    "update members set phone = null, bio = null, social = null, details = null, updated_at = 0";

#[tokio::test]
async fn no_delivery_changes_anything_but_the_fields_that_were_chosen() {
    let novi = Novi::start_with(|settings| settings.limits.hook_calls = None).await;
    let Scene { novi, ann, mut ruth, zap } = scene_of(novi).await;
    let shy = Tool::added(&mut ruth, &novi, &["phone", "linkedin"]).await;
    let mut random = Mutator::new("hooks");
    novi.tamper(WITHOUT).await;
    let before = novi.tables().await;
    let (mut changed, mut refused) = (0, 0);

    for turn in 0..TURNS {
        novi.clock.advance(1);
        let body = body(&mut random, ann.id.as_str());
        let tool = if turn % 2 == 0 { &zap } else { &shy };
        let page = tool.parcel_at(&body, novi.clock.now().unix_seconds()).sent(&novi).await;
        match (page.status, page.json()["result"].as_str()) {
            (200, Some("changed")) => changed += 1,
            (200, Some("same" | "ignored")) | (202, Some("waiting")) => {}
            (422, None) => refused += 1,
            other => panic!("{other:?} for {}", body.escape_ascii()),
        }
    }

    assert!(changed > 10 && refused > 10, "{changed} changed, {refused} refused");
    let written = novi.tables().await;
    assert!(written.changed_since(&before).contains(&"members"));
    novi.tamper(WITHOUT).await;
    let after = novi.tables().await;
    assert_eq!(after.changed_since(&before), ["events", "hook_deliveries", "hooks"]);
    let shy =
        "select count(*) from events where kind <> 'hook.changed_member' and at > 1800000000000";
    assert_eq!(novi.count(shy).await, 0, "nothing else has happened");
}

/// One delivery's body: mostly well-formed, of names and values that somebody might try.
fn body(random: &mut Mutator, member: &str) -> Vec<u8> {
    let mut fields = Map::new();
    let is_fine = random.below(2) == 0;
    for _ in 0..random.below(5) {
        let name = NAMES[random.below(NAMES.len())];
        let value = match random.below(9) {
            _ if is_fine && name == "phone" => json!(format!("555 {}", 1000 + random.below(1000))),
            _ if is_fine => json!(format!("https://a.example/{}", random.below(1000))),
            0 => Value::Null,
            1 => json!(random.below(1000)),
            2 => json!({ "phone": "555 0100" }),
            3 => json!("\u{0}"),
            4 => json!("admin"),
            5 => json!(format!("https://a.example/{}", random.below(1000))),
            6 => json!(format!("555 {}", 1000 + random.below(1000))),
            7 => json!("'); drop table members; --"),
            _ => json!(""),
        };
        fields.insert(name.to_owned(), value);
    }
    let mut body = json!({ "member": member, "fields": fields });
    if random.below(4) == 0 {
        body[NAMES[9 + random.below(NAMES.len() - 9)]] = json!("ann@acme.example");
    }
    let mut bytes = body.to_string().into_bytes();
    if random.below(6) == 0 {
        let place = random.below(bytes.len());
        bytes[place] = random.below(256) as u8;
    }
    bytes
}

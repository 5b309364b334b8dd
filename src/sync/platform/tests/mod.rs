//! The clients against a platform that does as it is told.

mod bulk;
mod higher_logic;
mod mobilize;
mod reading;
mod server;
mod wire;

use serde_json::{Value, json};

use super::{Connection, Credentials, Mobilize, Pace, Platform, Profile, Secret};
use crate::outbound::{Loopback, Outbound};
use server::{Act, Server};

const KEY: &str = "k7Gd-key";
const SECRET: &str = "s3cret-of-acme";

fn secret(text: &str) -> Secret {
    Secret::parse(text).ok().unwrap()
}

fn outbound() -> Outbound {
    Outbound::new(Loopback::Allowed).unwrap()
}

/// One try, unless a test is about more.
const IMPATIENT: &str = r#"{"calls": {"retry": {"page_tries": 1, "page_base_ms": 1}}}"#;

fn mobilize(origin: &str) -> Mobilize {
    mobilize_with(Platform::Mobilize, origin, IMPATIENT)
}

fn mobilize_with(platform: Platform, origin: &str, profile: &str) -> Mobilize {
    let profile = Profile::of(platform, Some(profile)).unwrap();
    let pace = Pace::new(profile.calls());
    let credentials =
        Credentials::KeyAndSecret { api_key: secret(KEY), api_secret: secret(SECRET) };
    let base_url = format!("{origin}/v1");
    let connection = Connection { platform, base_url, profile, credentials };
    Mobilize::new(&outbound(), pace, &connection).ok().unwrap()
}

fn ada() -> Value {
    json!({
        "id": "9f3c", "first_name": "Ada", "last_name": "Lovelace", "name": "Ada Lovelace",
        "email": "Ada@x.org", "is_registered": false, "created_at": 1_763_770_000_000_i64,
        "groups": [
            {"id": 4711, "is_admin": false, "last_invited_in": null, "status": "accepted"},
            {"id": 4712, "is_admin": true, "status": "pending"},
        ],
        "fields": {
            "email": "ada@x.org", "first_name": "Ada", "last_name": "Lovelace",
            "company_name": "Analytical Engines", "job_title": "Countess", "phone": "555",
        },
    })
}

fn board() -> Value {
    json!({
        "id": 4711, "name": "Board", "alias_name": "board", "parent_group_id": null,
        "privacy": 10, "public_form": false, "requires_approval": false,
        "invite_members_enabled": false, "members_visible": true, "members_count": 2,
    })
}

/// A worker makes many calls at once, each a task of its own.
#[tokio::test]
async fn calls_can_be_made_from_tasks() {
    let server = Server::that(|_| Act::json(404, &json!({}))).await;
    let platform = mobilize(&server.origin);
    let reading = tokio::spawn({
        let platform = platform.clone();
        async move { platform.members("4711").await.err() }
    });
    let adding = tokio::spawn(async move {
        let fields = [(super::Field::Email, "ada@x.org")].into_iter().collect();
        platform.add("4711", None, &fields, "1").await.err()
    });
    for failure in [reading.await.unwrap(), adding.await.unwrap()] {
        assert!(matches!(failure, Some(super::Failure::GroupGone { .. })));
    }
}

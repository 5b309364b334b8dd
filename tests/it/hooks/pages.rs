//! The admin's side: adding a tool, what its page says, and what is forgotten.

use novi_sso::housekeeping;
use serde_json::json;

use super::{Scene, Tool, scene, secret_on};
use crate::support::Novi;

#[tokio::test]
async fn a_tool_is_added_with_its_address_and_a_secret_that_is_shown_once() {
    let novi = Novi::start().await;
    let admin = novi.admin("Ruth").await;
    let mut ruth = novi.browser_of(&admin).await;
    let page = ruth.get("/admin/settings/hooks").await;
    assert!(page.text().contains("No tool may write here"), "{}", page.text());
    let page = ruth.get("/admin/settings/hooks/new").await;
    let typed = [("name", "Forj, by Zapier")];

    let made = ruth.fill(&page, "/admin/settings/hooks/new", &typed).await;

    let (secret, id) = (secret_on(&made), page.field("hook_id").unwrap());
    let url = format!("https://www.acme.example/hooks/{id}");
    assert!(made.body.contains(&format!("value=\"{url}\"")), "{}", made.body);
    assert!(made.text().contains(&format!("curl {url}")), "{}", made.text());
    assert_eq!(made.header("cache-control"), Some("no-store"));
    let again = ruth.fill(&page, "/admin/settings/hooks/new", &typed).await;
    assert_eq!(again.location(), Some(format!("/admin/settings/hooks/{id}")), "one form, one tool");
    for path in ["", &*format!("/{id}"), &*format!("/{id}/new-secret")] {
        let page = ruth.get(&format!("/admin/settings/hooks{path}")).await;
        assert!(page.text().contains("Forj, by Zapier") && !page.body.contains(&secret), "{path}");
    }
    assert_eq!(novi.events("hook.added").await, 1);
}

#[tokio::test]
async fn a_tool_without_a_name_or_a_field_is_not_added() {
    let Scene { novi, mut ruth, .. } = scene().await;
    let page = ruth.get("/admin/settings/hooks/new").await;
    let token = page.form_token();
    let long = "x".repeat(101);

    for (name, field, words) in [
        ("", "phone", "Enter a name."),
        (&*long, "phone", "Use at most 100 characters."),
        ("a\u{7}b", "phone", "Remove the characters that cannot be seen."),
        ("Zap", "email", "Choose at least one field."),
        ("Zap", "role", "Choose at least one field."),
    ] {
        let form = [("form_token", &*token), ("name", name), ("field", field)];
        let page = ruth.post("/admin/settings/hooks/new", &form).await;
        assert_eq!(page.status, 422);
        assert!(page.text().contains(words), "{words}: {}", page.text());
    }
    assert_eq!(novi.count("select count(*) from hooks").await, 1);
}

/// The command that the page shows is taken, as it stands there.
#[tokio::test]
async fn the_body_of_the_example_is_taken() {
    let Scene { novi, mut ruth, zap, .. } = scene().await;
    let page = ruth.get(&zap.url("")).await;
    let example = page.body.split("<pre>").nth(1).unwrap().split("</pre>").next().unwrap();
    let example = example.replace("&#34;", "\"").replace("&quot;", "\"");
    let body = example.replace("ann@example.org", "ann@acme.example");

    let sent = zap.parcel_at(body.as_bytes(), novi.clock.now().unix_seconds()).sent(&novi).await;

    assert_eq!(sent.json()["result"], "changed", "{body}: {}", sent.body);
}

#[tokio::test]
async fn the_page_of_a_tool_lists_what_came_and_what_became_of_it() {
    let Scene { ann, zap, mut ruth, .. } = scene().await;
    zap.updates(&ann, json!({ "phone": "555 0199" })).await;
    zap.updates(&ann, json!({ "phone": "555 0199", "bio": null })).await;

    let text = ruth.get(&zap.url("")).await.text();

    assert!(text.contains("Phone Changed"), "{text}");
    assert!(text.contains("Phone, Bio The same already"), "{text}");
}

/// Deliveries are kept for a month, and what waits until it is decided.
#[tokio::test]
async fn old_deliveries_are_forgotten() {
    let Scene { novi, ann, zap, .. } = scene().await;
    zap.updates(&ann, json!({ "phone": "555 0199" })).await;

    novi.clock.advance(29 * 24 * 3600);
    housekeeping::tidy(&novi.app).await.unwrap();
    assert_eq!(novi.count("select count(*) from hook_deliveries").await, 1);
    novi.clock.advance(2 * 24 * 3600);
    housekeeping::tidy(&novi.app).await.unwrap();
    assert_eq!(novi.count("select count(*) from hook_deliveries").await, 0);
}

/// SEC-X4: what a tool sends, and what it is called, stands on the pages as it was written.
#[tokio::test]
async fn names_and_values_stand_on_the_pages_as_they_were_written() {
    const CANARY: &str = "\"><img src=x onerror=1>'{{7*7}}";
    let Scene { novi, mut ruth, .. } = scene().await;
    let page = ruth.get("/admin/settings/hooks/new").await;
    let (token, id) = (page.form_token(), page.field("hook_id").unwrap());
    let form = [("form_token", &*token), ("hook_id", &*id), ("name", CANARY), ("field", "bio")];
    let made = ruth.post("/admin/settings/hooks/new", &form).await;
    let zap = Tool { novi: novi.clone(), host: crate::support::HOME, id, secret: secret_on(&made) };
    let people = super::crowd(&novi, 6).await;
    for person in &people {
        zap.updates(person, json!({ "bio": CANARY })).await;
    }

    let list = ruth.get("/admin/settings/hooks").await;
    let mut pages = vec![made, list];
    for rest in ["", "/new-secret", "/close", "/waiting"] {
        pages.push(ruth.get(&zap.url(rest)).await);
    }
    pages.push(ruth.get("/admin/events").await);
    for page in pages {
        assert!(page.text().contains(CANARY), "{}", page.text());
        assert!(!page.body.contains("<img") && !page.body.contains("onerror=1>"), "{}", page.body);
    }
}

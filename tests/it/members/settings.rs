//! Association Settings: the association's name, and whom members may ask.

use super::{fill, ruth};
use crate::support::Novi;

const HERE: &str = "/admin/settings";

#[tokio::test]
async fn a_new_name_and_contact_stand_on_every_page_at_once() {
    let novi = Novi::start().await;
    let mut ruth = ruth(&novi).await;

    let typed = [
        ("name", "Harbor Trades"),
        ("help_email", "help@acme.example"),
        ("help_phone", "(555) 010-0142"),
    ];
    let saved = fill(&mut ruth, HERE, &typed).await;
    let page = ruth.get(HERE).await;
    let log_in = novi.browser().get("/log-in").await;

    assert_eq!(saved.location().as_deref(), Some(HERE));
    assert!(page.text().contains("Saved."), "{}", page.text());
    assert_eq!(page.field("help_phone").as_deref(), Some("(555) 010-0142"));
    assert!(log_in.text().contains("Harbor Trades"), "{}", log_in.text());
    assert!(log_in.text().contains("help@acme.example"), "{}", log_in.text());
    assert_eq!(novi.events("association.changed").await, 1);
    fill(&mut ruth, HERE, &[]).await;
    assert_eq!(novi.events("association.changed").await, 1, "nothing changed");
}

#[tokio::test]
async fn settings_with_mistakes_are_not_saved() {
    let novi = Novi::start().await;
    let mut ruth = ruth(&novi).await;
    let before = novi.tables().await;

    for (name, value, sentence) in [
        ("name", " ", "Enter the name that members know."),
        ("name", "a\u{0}b", "100"),
        ("help_email", "help@", "e-mail"),
        ("help_phone", "ask Ruth", "phone"),
    ] {
        let page = fill(&mut ruth, HERE, &[(name, value)]).await;
        assert_eq!(page.status, 422, "{name}={value:?}");
        assert!(page.text().contains(sentence), "{sentence} in {}", page.text());
        assert!(page.body.contains("aria-invalid=\"true\""), "{}", page.body);
    }
    assert_eq!(novi.tables().await.changed_since(&before), [""; 0]);
}

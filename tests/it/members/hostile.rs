//! What an attacker, or a careless import by hand, could type: refused in words or kept as text, and
//! never an error of ours (SEC-M10, SEC-M11).

use super::{fill, path, record, ruth};
use crate::support::Novi;

/// Control characters would break PostgreSQL, terminals and CSV files.
#[tokio::test]
async fn no_field_of_a_record_takes_control_characters_or_more_than_it_can_hold() {
    let novi = Novi::start().await;
    let (mut ruth, ann) = (ruth(&novi).await, novi.member("Ann").await);
    let edit = path(&ann.id, "/edit");
    let fields: Vec<String> = { ruth.get(&edit).await.form(&edit) }
        .into_iter()
        .map(|(name, _)| name)
        .filter(|name| !matches!(&**name, "form_token" | "seen"))
        .collect();
    assert!(fields.len() >= 20, "{fields:?}");
    let before = novi.tables().await;

    for field in &fields {
        for value in ["a\u{0}b", "a\u{1b}[2Jb", "\u{7f}\u{85}x", &"x".repeat(3000)] {
            let page = fill(&mut ruth, &edit, &[(field, value)]).await;
            assert_eq!(page.status, 422, "{field} took {value:?}");
        }
    }
    assert_eq!(novi.tables().await.changed_since(&before), [""; 0]);
}

/// Formulas and markup are text like any other; whoever writes a CSV file neutralises them there.
#[tokio::test]
async fn formulas_and_markup_are_kept_and_shown_as_they_were_typed() {
    let novi = Novi::start().await;
    let (mut ruth, ann) = (ruth(&novi).await, novi.member("Ann").await);
    let edit = path(&ann.id, "/edit");

    for value in [
        "=cmd|' /C calc'!A0",
        "@SUM(1+1)",
        "\"><img src=x onerror=1>'{{7*7}}",
        "'; drop table members; --",
        "Robert%00",
        "\u{202e}txt.exe",
        "🎈 Ünïcödé 名前",
    ] {
        let saved = fill(&mut ruth, &edit, &[("job_title", value)]).await;
        let page = ruth.get(&path(&ann.id, "")).await;
        assert_eq!(saved.status, 303, "{value}");
        assert!(page.text().contains(value), "{value} in {}", page.text());
        assert!(!page.body.contains("<img"), "{}", page.body);
        assert_eq!(record(&novi, ann.id.clone()).await.sheet.get("job_title"), Some(value));
    }
}

/// SEC-M10, SEC-M9: cursors, filters and ids are values of their type, or nothing.
#[tokio::test]
async fn forged_cursors_filters_and_ids_are_nothing() {
    let novi = Novi::start().await;
    let mut ruth = ruth(&novi).await;

    for query in [
        "after=%00",
        "after='%20or%201=1--",
        "after=00000000-0000-4000-8000-000000000000",
        "after=",
        "login=%00",
        "q=%00&q=x&after=x",
        "q=%ff%fe",
        "kind=company&kind=person",
        &format!("q={}", "%25".repeat(2000)),
    ] {
        let page = ruth.get(&format!("/admin/members?{query}")).await;
        assert_eq!(page.status, 200, "{query}");
    }
    for id in ["x", "%00", "..%2f..", "00000000-0000-4000-8000-000000000000", "{id}"] {
        for rest in ["", "/edit", "/login", "/deactivate", "/login/disable"] {
            let page = ruth.get(&format!("/admin/members/{id}{rest}")).await;
            assert_eq!(page.status, 404, "{id}{rest}");
        }
        let page = ruth.get(&format!("/admin/settings/fields/{id}")).await;
        assert_eq!(page.status, 404, "{id}");
    }
}

/// A field that the form does not have cannot be written by naming it.
#[tokio::test]
async fn a_form_writes_the_fields_it_shows_and_no_others() {
    let novi = Novi::start().await;
    let (mut ruth, ann) = (ruth(&novi).await, novi.member("Ann").await);
    let more = [
        ("admin_since", "1"),
        ("epoch", "0"),
        ("member_id", "x"),
        ("association_id", "x"),
        ("login_email", "mine@evil.example"),
        ("password", "three anchors and a rope"),
        ("custom.nothing", "x"),
        ("name", "x"),
    ];
    let before = novi.tables().await;

    let saved = fill(&mut ruth, &path(&ann.id, "/edit"), &more).await;

    assert_eq!(saved.status, 303);
    assert_eq!(novi.tables().await.changed_since(&before), [""; 0]);
}

//! Custom fields: made, filled in, hidden, deleted, and the switch that the companion adds.

use novi_sso::id::FieldId;
use novi_sso::members::fields::{self, Field};

use super::companion::Fake;
use super::{fill, path, press, record, ruth};
use crate::support::{Browser, Novi};

const NEW: &str = "/admin/settings/fields/new";

async fn all(novi: &Novi) -> Vec<Field> {
    fields::list(&mut novi.home().await.read()).await.unwrap()
}

async fn field(novi: &Novi, key: &str) -> Field {
    all(novi).await.into_iter().find(|field| field.key == key).unwrap()
}

async fn add(browser: &mut Browser, label: &str, kind: &str) {
    let added = fill(browser, NEW, &[("label", label), ("kind", kind)]).await;
    assert_eq!(added.location().as_deref(), Some("/admin/settings/fields"), "{}", added.text());
}

fn at(id: &FieldId, rest: &str) -> String {
    format!("/admin/settings/fields/{id}{rest}")
}

/// R62, R63: a stable key and a label that may change.
#[tokio::test]
async fn a_field_keeps_its_key_when_its_label_changes() {
    let novi = Novi::start().await;
    let mut ruth = ruth(&novi).await;

    add(&mut ruth, "Year of Graduation", "number").await;
    let before = field(&novi, "year_of_graduation").await;
    let renamed = [("label", "Class of")];
    let saved = fill(&mut ruth, &at(&before.field_id, ""), &renamed).await;
    let list = ruth.get("/admin/settings/fields").await;

    assert_eq!(saved.status, 303);
    let after = field(&novi, "year_of_graduation").await;
    assert_eq!((&*after.label, &*after.kind), ("Class of", "number"));
    assert!(list.text().contains("Class of Number Yes year_of_graduation"), "{}", list.text());
    assert_eq!(novi.events("custom_field.changed").await, 1);
}

#[tokio::test]
async fn a_label_is_said_once_and_is_short() {
    let novi = Novi::start().await;
    let mut ruth = ruth(&novi).await;
    add(&mut ruth, "Key", "text").await;

    for (label, sentence) in [
        ("", "Give the field a label."),
        ("Key", "Another field is called that already."),
        (&*"x".repeat(61), "Use at most 60 characters"),
        ("a\u{0}b", "on one line"),
    ] {
        let page = fill(&mut ruth, NEW, &[("label", label)]).await;
        assert_eq!(page.status, 422, "{label:?}");
        assert!(page.text().contains(sentence), "{label:?}: {}", page.text());
    }
    assert_eq!(all(&novi).await.len(), 1);
}

#[tokio::test]
async fn people_and_companies_have_values_of_every_kind_and_the_history_tells_them() {
    let novi = Novi::start().await;
    let (mut ruth, ann) = (ruth(&novi).await, novi.member("Ann").await);
    for (label, kind) in [
        ("Nick", "text"),
        ("Age", "number"),
        ("Joined", "date"),
        ("Site", "url"),
        ("Helps", "yes_no"),
    ] {
        add(&mut ruth, label, kind).await;
    }
    let edit = path(&ann.id, "/edit");

    let wrong = [
        ("custom.age", "many"),
        ("custom.joined", "31.12.2020"),
        ("custom.site", "ftp://x.example"),
        ("custom.helps", "perhaps"),
    ];
    let refused = fill(&mut ruth, &edit, &wrong).await;
    let right = [
        ("custom.nick", "=Annie"),
        ("custom.age", "41"),
        ("custom.joined", "2020-12-31"),
        ("custom.site", "https://annie.example/"),
        ("custom.helps", "yes"),
    ];
    let saved = fill(&mut ruth, &edit, &right).await;
    let page = ruth.get(&path(&ann.id, "")).await;
    let cleared = fill(&mut ruth, &edit, &[("custom.nick", ""), ("custom.helps", "no")]).await;

    assert_eq!((refused.status, saved.status, cleared.status), (422, 303, 303));
    assert!(refused.text().contains("Not saved yet: 4 things to correct."), "{}", refused.text());
    let text = page.text();
    for shown in ["Age 41", "Joined 2020-12-31", "Helps Yes", "Age: nothing becomes 41"] {
        assert!(text.contains(shown), "{shown} in {text}");
    }
    let sheet = record(&novi, ann.id).await.sheet;
    assert_eq!((sheet.get("custom.nick"), sheet.get("custom.helps")), (None, Some("no")));
    assert_eq!(novi.count("select count(*) from custom_values").await, 4);
    let typed = [("name", "Lim Carpentry"), ("custom.age", "7")];
    let company = fill(&mut ruth, "/admin/members/new?kind=company", &typed).await;
    let company = record(&novi, super::id_in(&company)).await;
    assert_eq!(company.sheet.get("custom.age"), Some("7"));
}

/// Hidden, a field is on no page and in no form, and its values stay.
#[tokio::test]
async fn a_hidden_field_is_nowhere_and_loses_nothing() {
    let novi = Novi::start().await;
    let (mut ruth, ann) = (ruth(&novi).await, novi.member("Ann").await);
    add(&mut ruth, "Age", "number").await;
    fill(&mut ruth, &path(&ann.id, "/edit"), &[("custom.age", "41")]).await;
    let id = field(&novi, "age").await.field_id;

    let page = ruth.get(&at(&id, "")).await;
    let hidden = page.form(&at(&id, "")).into_iter().filter(|(name, _)| name != "shown");
    let hidden: Vec<_> = hidden.collect();
    let hidden: Vec<_> = hidden.iter().map(|(name, value)| (&**name, &**value)).collect();
    ruth.post(&at(&id, ""), &hidden).await;
    let edit = ruth.get(&path(&ann.id, "/edit")).await;
    let saved =
        ruth.fill(&edit, &path(&ann.id, "/edit"), &[("city", "Port"), ("custom.age", "1")]).await;
    let while_hidden = record(&novi, ann.id.clone()).await;
    fill(&mut ruth, &at(&id, ""), &[("shown", "1")]).await;

    assert!(!edit.text().contains("Age"), "{}", edit.text());
    assert_eq!(saved.status, 303);
    assert_eq!(while_hidden.sheet.get("custom.age"), None);
    assert_eq!(record(&novi, ann.id).await.sheet.get("custom.age"), Some("41"));
}

#[tokio::test]
async fn deleting_a_field_says_how_many_values_are_lost_and_loses_them_all() {
    let novi = Novi::start().await;
    let (mut ruth, ann) = (ruth(&novi).await, novi.member("Ann").await);
    add(&mut ruth, "Age", "number").await;
    add(&mut ruth, "Nick", "text").await;
    fill(&mut ruth, &path(&ann.id, "/edit"), &[("custom.age", "41"), ("custom.nick", "A")]).await;
    let id = field(&novi, "age").await.field_id;
    let site = novi.home().await;
    for number in 0..450 {
        let mut tx = site.write().await.unwrap();
        tx.change(
            "insert into custom_values (association_id, record_id, field_id, value, updated_at)
             values ($1, $2, $3, 'x', 0)",
        )
        .bind(format!("record {number}"))
        .bind(&id)
        .run()
        .await
        .unwrap();
        tx.commit().await.unwrap();
    }

    let asks = ruth.get(&at(&id, "/delete")).await;
    let done = ruth.fill(&asks, &at(&id, "/delete"), &[]).await;

    assert!(asks.text().contains("The values of 451 records are lost"), "{}", asks.text());
    assert_eq!(done.status, 303);
    assert_eq!(novi.count("select count(*) from custom_values").await, 1);
    assert_eq!(all(&novi).await.len(), 1);
    assert_eq!(ruth.get(&at(&id, "")).await.status, 404);
    assert_eq!(novi.events("custom_field.deleted").await, 1);
}

/// R59, R60: the switch is the companion's; without one it is neither shown nor stored.
#[tokio::test]
async fn without_a_companion_there_is_no_switch_for_higher_logic() {
    let novi = Novi::start().await;
    let mut ruth = ruth(&novi).await;

    let page = ruth.get(NEW).await;
    ruth.fill(&page, NEW, &[("label", "Key"), ("higher_logic", "1")]).await;

    assert_eq!(page.field("higher_logic"), None);
    assert_eq!(field(&novi, "key").await.higher_logic_since, None);
}

/// R59 to R61: the switch is stored while the field is shown; hidden, it does nothing and is kept.
#[tokio::test]
async fn the_switch_for_higher_logic_belongs_to_shown_fields_and_survives_their_hiding() {
    let novi = Novi::start_beside(Fake).await;
    let mut ruth = ruth(&novi).await;

    fill(&mut ruth, NEW, &[("label", "Key"), ("higher_logic", "1")]).await;
    let on = field(&novi, "key").await;
    let here = at(&on.field_id, "");
    let token = ruth.get(&here).await.form_token();
    let post = [("form_token", &*token), ("label", "Key")];
    ruth.post(&here, &post).await;
    let hidden = field(&novi, "key").await;
    ruth.post(&here, &[&post[..], &[("shown", "1")]].concat()).await;
    let back = field(&novi, "key").await;
    ruth.post(&here, &[&post[..], &[("shown", "1")]].concat()).await;
    let off = field(&novi, "key").await;

    assert!(on.is_shown() && on.higher_logic_since.is_some());
    assert!(!hidden.is_shown() && hidden.higher_logic_since.is_some(), "kept");
    assert!(
        back.is_shown() && back.higher_logic_since.is_some(),
        "it was not offered, so it stays"
    );
    assert_eq!(off.higher_logic_since, None, "offered, and left off");
}

#[tokio::test]
async fn the_companion_adds_its_section_to_the_pages_of_records() {
    let novi = Novi::start_beside(Fake).await;
    let (mut ruth, ann) = (ruth(&novi).await, novi.member("Ann").await);

    let page = ruth.get(&path(&ann.id, "")).await;
    let tabs = ruth.get("/admin/settings").await;

    assert!(page.body.contains(&format!("<p id=\"platforms\">{}</p>", ann.id)), "{}", page.body);
    assert!(tabs.body.contains("href=\"/admin/settings/integrations\""), "{}", tabs.body);
}

/// A field that was deleted meanwhile takes nothing from a form that still has it.
#[tokio::test]
async fn a_form_with_a_field_that_is_gone_is_saved_without_it() {
    let novi = Novi::start().await;
    let (mut ruth, ann) = (ruth(&novi).await, novi.member("Ann").await);
    add(&mut ruth, "Age", "number").await;
    let id = field(&novi, "age").await.field_id;
    let edit = path(&ann.id, "/edit");
    let open = ruth.get(&edit).await;

    press(&mut ruth, &at(&id, "/delete"), &at(&id, "/delete")).await;
    let saved = ruth.fill(&open, &edit, &[("custom.age", "41"), ("city", "Port")]).await;

    assert_eq!(saved.status, 303, "{}", saved.text());
    assert_eq!(record(&novi, ann.id).await.sheet.get("city"), Some("Port"));
    assert_eq!(novi.count("select count(*) from custom_values").await, 0);
}

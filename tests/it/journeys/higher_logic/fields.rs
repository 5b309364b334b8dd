//! Step 6: Update Custom Field Settings in Novi (H:51–63).

use serde_json::Value;

use crate::journeys::office::Office;

const FIELDS: [&str; 2] = ["Association Settings", "Custom Fields"];
const SWITCH: &str = "Sync to Higher Logic";

async fn adds_field(office: &mut Office, label: &str) {
    let blank = office.goes(&[FIELDS[0], FIELDS[1], "Add field"]).await;
    let saved = office.presses(&blank, "Save", &[("label", label), ("kind", "text")]).await;
    assert!(saved.text().contains(label), "{}", saved.text());
}

/// Label and value of the custom fields that a contact has there.
fn there(office: &Office, key: &str) -> Vec<(String, String)> {
    let contact = office.stage.higher_logic.contact(key).unwrap();
    let text = |field: &Value, name: &str| field[name].as_str().unwrap().to_owned();
    let pair =
        |field: &Value| (text(field, "DemographicTypeValue"), text(field, "DemographicValue"));
    contact.demographics.iter().map(pair).collect()
}

fn pair(label: &str, value: &str) -> (String, String) {
    (label.to_owned(), value.to_owned())
}

/// R60 (H:53): "After adding the API Key in Novi, there will be an additional option in the settings of
/// your custom fields to Sync to Higher Logic."
#[tokio::test]
async fn the_option_is_there_once_the_api_key_is_added() {
    let mut office = Office::open().await;
    adds_field(&mut office, "Key").await;
    let before = office.reads(&[FIELDS[0], FIELDS[1], "Key"]).await;
    assert!(!before.contains(SWITCH), "{before}");

    office.connects("Higher Logic").await;

    let after = office.reads(&[FIELDS[0], FIELDS[1], "Key"]).await;
    assert!(after.contains(SWITCH), "{after}");
    assert!(
        after.contains("Your Rep maps it to a field there; the names need not match."),
        "{after}"
    );
}

/// R59, R61 to R63 (H:53–63).
#[tokio::test]
async fn ticked_fields_are_part_of_the_feed_while_they_are_shown() {
    let mut office = Office::connected_to("Higher Logic").await;
    let ann = office.member("Ann").await;
    for label in ["Key", "Shoe Size"] {
        adds_field(&mut office, label).await;
    }
    let values = [("custom.key", "OLD-17"), ("custom.shoe_size", "41")];
    office.edits("Ann Archer", &values).await;
    office.edits("Archer Roofing", &[("custom.key", "C-3")]).await;
    let company = office.goes(&["Members"]).await.link("Archer Roofing").unwrap();
    let company = company.rsplit('/').next().unwrap().to_owned();
    office.makes("Safety", &["Ann Archer", "Archer Roofing"]).await;
    office.switches_on("Safety", "community").await;
    office.settles().await;
    assert_eq!(there(&office, ann.id.as_str()), []);

    // H:53 "Check this box on any fields that should be included in your Higher Logic API feed." H:61
    // "At a minimum, this will probably include a Key field."
    let field = office.goes(&[FIELDS[0], FIELDS[1], "Key"]).await;
    office.presses(&field, "Save", &[("higher_logic", "1")]).await;
    office.settles().await;
    assert_eq!(there(&office, ann.id.as_str()), [pair("Key", "OLD-17")]);
    assert_eq!(there(&office, &company), [pair("Key", "C-3")]);
    let list = office.reads(&FIELDS).await;
    assert_eq!(list.matches("Synced to Higher Logic").count(), 1, "{list}");
    let details = office.reads(&["Groups", "Safety"]).await;
    assert!(details.contains("1 custom field marked Sync to Higher Logic"), "{details}");

    // H:63 "the field names do not need to match": another label is the same field there.
    let type_key = |office: &Office| {
        let contact = office.stage.higher_logic.contact(ann.id.as_str()).unwrap();
        contact.demographics[0]["DemographicTypeKey"].clone()
    };
    let before = type_key(&office);
    let field = office.goes(&[FIELDS[0], FIELDS[1], "Key"]).await;
    office.presses(&field, "Save", &[("label", "Old Number")]).await;
    office.edits("Ann Archer", &[("custom.key", "OLD-18")]).await;
    office.settles().await;
    assert_eq!(there(&office, ann.id.as_str()), [pair("Old Number", "OLD-18")]);
    assert_eq!(type_key(&office), before);

    // H:57 "This setting is only available when the field is set to show in the Members section".
    let field = office.goes(&[FIELDS[0], FIELDS[1], "Old Number"]).await;
    office.unticks(&field, "shown", "Save").await;
    office.settles().await;
    assert_eq!(there(&office, ann.id.as_str()), [], "hidden, it is not sent");
    let hidden = office.goes(&[FIELDS[0], FIELDS[1], "Old Number"]).await;
    let words = "can be chosen once the field is shown in the Members section";
    assert!(hidden.text().contains(words), "{}", hidden.text());
    assert!(hidden.field("higher_logic").is_none());
    office.presses(&hidden, "Save", &[("shown", "1")]).await;
    office.settles().await;
    assert_eq!(there(&office, ann.id.as_str()), [pair("Old Number", "OLD-18")]);
}

/// R59 (H:53): a box that is no longer checked takes the field out of the feed.
#[tokio::test]
async fn a_field_that_is_unticked_is_sent_no_more() {
    let mut office = Office::connected_to("Higher Logic").await;
    let ann = office.member("Ann").await;
    adds_field(&mut office, "Key").await;
    let field = office.goes(&[FIELDS[0], FIELDS[1], "Key"]).await;
    office.presses(&field, "Save", &[("higher_logic", "1")]).await;
    office.edits("Ann Archer", &[("custom.key", "OLD-17")]).await;
    office.makes("Safety", &["Ann Archer"]).await;
    office.switches_on("Safety", "security").await;
    office.settles().await;
    assert_eq!(there(&office, ann.id.as_str()), [pair("Key", "OLD-17")]);

    let field = office.goes(&[FIELDS[0], FIELDS[1], "Key"]).await;
    office.unticks(&field, "higher_logic", "Save").await;
    office.settles().await;

    assert_eq!(there(&office, ann.id.as_str()), []);
}

//! `member change`, `member login`, `company` and `field`.

use super::place::Place;

const ANN: &str = "ann@acme.example";
const ADD: [&str; 10] = [
    "member",
    "add",
    "--email",
    ANN,
    "--first-name",
    "Ann",
    "--last-name",
    "Archer",
    "--company",
    "Archer Roofing",
];

#[tokio::test]
async fn a_member_is_changed_field_by_field() {
    let place = Place::with_association().await;
    place.run(&ADD).succeeded();
    let change = |pairs: &[&'static str]| {
        let sets = pairs.iter().flat_map(|pair| ["--set", pair]);
        place.run(&["member", "change", ANN].into_iter().chain(sets).collect::<Vec<_>>())
    };

    let once = change(&["job_title=Owner", "company=Lim Carpentry"]).succeeded();
    let again = change(&["job_title=Owner"]).succeeded();
    let unknown = change(&["epoch=0"]).failed();
    let wrong = change(&["website=archer.example"]).failed();
    let malformed = change(&["job_title"]).failed();

    assert_eq!(once.trim(), "ann@acme.example is changed");
    assert_eq!(again.trim(), "ann@acme.example is like that already");
    assert!(unknown.starts_with("epoch is none of: first_name, last_name"), "{unknown}");
    assert_eq!(wrong, "website is not a URL that begins with https://");
    assert_eq!(malformed, "write job_title as NAME=VALUE");
    let ann = &place.json(&["member", "list"])["members"][0];
    assert_eq!(
        (&ann["job_title"], &ann["company_name"]),
        (&"Owner".into(), &"Lim Carpentry".into())
    );
}

/// DEC18.
#[tokio::test]
async fn a_login_is_added_changed_switched_off_and_on() {
    let place = Place::with_association().await;
    place.run(&ADD).succeeded();
    let bo = place.json(&["member", "add", "--first-name", "Bo", "--last-name", "Baker"]);
    let bo = bo["member_id"].as_str().unwrap();
    let login = |rest: &[&str]| place.run(&[&["member", "login", bo][..], rest].concat());

    let none = login(&["--disable"]).failed();
    let taken = login(&["--email", ANN]).failed();
    let added = login(&["--email", "bo@acme.example"]).succeeded();
    let changed = login(&["--email", "robert@acme.example"]).succeeded();
    let off = place.json(&["member", "login", bo, "--disable"]);
    let still = place.json(&["member", "login", bo, "--disable"]);
    let on = place.json(&["member", "login", bo, "--enable"]);
    let nothing = login(&[]).failed_with(2);

    assert!(none.contains("has no login"), "{none}");
    assert!(taken.starts_with("ann@acme.example is another member's login already"), "{taken}");
    assert!(added.contains("no password yet"), "{added}");
    assert!(changed.contains("logs in with robert@acme.example"), "{changed}");
    assert_eq!([&off["changed"], &still["changed"], &on["changed"]], [true, false, true]);
    assert!(nothing.contains("--email"), "{nothing}");
}

/// R58: the new name shows on all its people.
#[tokio::test]
async fn a_company_is_added_renamed_and_put_out_of_use() {
    let place = Place::with_association().await;
    place.run(&ADD).succeeded();
    let name = "Archer Roofing";

    let website = "website=https://lim.example/";
    let added = place.json(&["company", "add", "--name", "Lim Carpentry", "--set", website]);
    let out = place.json(&["company", "deactivate", "Lim Carpentry"]);
    let back = place.run(&["company", "reactivate", "Lim Carpentry"]).succeeded();
    place.run(&["company", "change", name, "--set", "name=Archer & Daughters"]).succeeded();
    let listed = place.json(&["company", "list"]);
    place.run(&["company", "add", "--name", "Lim Carpentry"]).succeeded();
    let two = place.run(&["company", "deactivate", "Lim Carpentry"]).failed();
    let unknown = place.run(&["company", "deactivate", name]).failed();

    assert_eq!(out["changed"], true);
    assert_eq!(back.trim(), "Lim Carpentry is now active");
    let names = listed["companies"].as_array().unwrap().iter().map(|it| it["name"].clone());
    assert_eq!(names.collect::<Vec<_>>(), ["Archer & Daughters", "Lim Carpentry"]);
    assert_eq!(listed["companies"][1]["company_id"], added["company_id"]);
    let ann = &place.json(&["member", "list"])["members"][0];
    assert_eq!(ann["company_name"], "Archer & Daughters");
    assert!(two.starts_with("several companies are called \"Lim Carpentry\""), "{two}");
    assert!(unknown.starts_with("there is no company \"Archer Roofing\""), "{unknown}");
}

#[tokio::test]
async fn a_custom_field_is_added_filled_in_hidden_and_deleted() {
    let place = Place::with_association().await;
    place.run(&ADD).succeeded();

    let added = place.json(&["field", "add", "--label", "Class of", "--kind", "number"]);
    let taken = place.run(&["field", "add", "--label", "Class of"]).failed();
    let kind = place.run(&["field", "add", "--label", "X", "--kind", "colour"]).failed_with(2);
    place.run(&["member", "change", ANN, "--set", "custom.class_of=1998"]).succeeded();
    place.run(&["field", "change", "class_of", "--label", "Year", "--hidden"]).succeeded();
    let hidden = place.run(&["member", "change", ANN, "--set", "custom.class_of=1999"]).failed();
    let listed = place.json(&["field", "list"]);
    let deleted = place.json(&["field", "delete", "class_of"]);

    assert_eq!(added["key"], "class_of");
    assert_eq!(taken, "there is a custom field called \"Class of\" already");
    assert!(kind.contains("colour is none of: text, number, date, url, yes_no"), "{kind}");
    assert!(hidden.starts_with("custom.class_of is none of"), "{hidden}");
    let field = &listed["fields"][0];
    assert_eq!((&field["label"], &field["shown"]), (&"Year".into(), &false.into()));
    assert_eq!(deleted["values"], 1);
    assert_eq!(place.json(&["field", "list"])["fields"].as_array().unwrap().len(), 0);
}

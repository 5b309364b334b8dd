//! `member` and `group`.

use super::place::Place;

const PASSWORD: &str = "copper kettle on friday\n";
const ANN: [&str; 6] =
    ["--email", "Ann@Acme.example", "--first-name", "Ann", "--last-name", "Archer"];

fn add<'a>(rest: &[&'a str]) -> Vec<&'a str> {
    [&["member", "add"][..], &ANN, rest].concat()
}

#[tokio::test]
async fn a_member_is_added_with_one_object_and_listed() {
    let place = Place::with_association().await;
    let more = ["--company", "Archer Roofing", "--job-title", "Owner", "--admin"];

    let added = place.json_with(&add(&[&more[..], &["--password-stdin"]].concat()), PASSWORD);
    let listed = place.json(&["member", "list"]);
    let shown = place.run(&["member", "list"]).succeeded();

    let ann = &listed["members"][0];
    assert_eq!(ann["member_id"], added["member_id"]);
    assert_eq!(added["member_id"].as_str().unwrap().len(), 36);
    assert_eq!(ann["email"], "ann@acme.example", "e-mails are kept in lower case");
    assert_eq!((&ann["company_name"], &ann["admin"]), (&"Archer Roofing".into(), &true.into()));
    assert!(shown.contains("Ann Archer  ann@acme.example  Archer Roofing  admin"), "{shown}");
}

/// SECURITY 4.6: a password is long, also from here, unless somebody says that a weak one is meant.
#[tokio::test]
async fn a_weak_password_is_taken_only_where_it_is_said_to_be_meant() {
    let place = Place::with_association().await;

    let short = place.run_with(&add(&["--password-stdin"]), "secret\n").failed();
    let own = place.run_with(&add(&["--password-stdin"]), "Acme Builders Ann\n").failed();
    let nobody = place.json(&["member", "list"]);
    let weak = add(&["--password-stdin", "--weak-password-ok"]);
    place.run_with(&weak, "secret\n").succeeded();
    let set = ["member", "set-password", "ann@acme.example", "--password-stdin"];
    let still_short = place.run_with(&set, "secret\n").failed();
    place.run_with(&set, PASSWORD).succeeded();

    assert!(short.contains("shorter than 15 characters"), "{short}");
    assert!(own.contains("of your name"), "{own}");
    assert_eq!(nobody["members"].as_array().unwrap().len(), 0);
    assert!(still_short.ends_with("or say --weak-password-ok"), "{still_short}");
}

#[tokio::test]
async fn a_login_is_unique_and_a_person_without_one_has_no_password() {
    let place = Place::with_association().await;
    let nobody = ["member", "add", "--first-name", "Bo", "--last-name", "Baker"];

    place.run(&add(&[])).succeeded();
    let twice = place.run(&add(&[])).failed();
    let bo = place.json(&nobody);
    let bo = bo["member_id"].as_str().unwrap();
    let no_login = place.run_with(&["member", "set-password", bo, "--password-stdin"], PASSWORD);
    let no_email = place.run(&[&nobody[..], &["--password-stdin"]].concat()).failed_with(2);

    assert!(twice.starts_with("ann@acme.example is another member's login already"), "{twice}");
    assert!(no_login.failed().contains("has no login"));
    assert!(no_email.contains("--email"), "{no_email}");
    let listed = place.json(&["member", "list"]);
    assert_eq!(listed["members"].as_array().unwrap().len(), 2, "a refusal leaves nothing behind");
}

/// R71: out at once; and back.
#[tokio::test]
async fn a_member_is_put_out_and_brought_back() {
    let place = Place::with_association().await;
    place.run(&add(&[])).succeeded();
    let ann = "ann@acme.example";

    let out = place.json(&["member", "deactivate", ann]);
    let again = place.json(&["member", "deactivate", ann]);
    let since = place.json(&["member", "list"])["members"][0]["deactivated_at"].clone();
    let back = place.json(&["member", "reactivate", ann]);
    let stranger = place.run(&["member", "deactivate", "bo@acme.example"]).failed();

    assert_eq!((&out["changed"], &again["changed"]), (&true.into(), &false.into()));
    assert!(since.is_string(), "{since}");
    assert_eq!(back["changed"], true);
    assert!(place.json(&["member", "list"])["members"][0]["deactivated_at"].is_null());
    assert_eq!(stranger, "there is no member bo@acme.example; novi-sso member list shows them");
}

#[tokio::test]
async fn members_join_and_leave_groups() {
    let place = Place::with_association().await;
    place.run(&add(&[])).succeeded();
    let who = ["--group", "Board", "--member", "ann@acme.example"];
    let change = |what| place.json(&[&["group", what][..], &who].concat())["changed"].clone();

    let board = place.json(&["group", "add", "--name", "Board", "--visible-to-clients"]);
    let taken = place.run(&["group", "add", "--name", "Board"]).failed();
    let changes = [change("add-member"), change("add-member")];
    let listed = place.json(&["group", "list"]);
    let undone = [change("remove-member"), change("remove-member")];
    let unknown = ["group", "add-member", "--group", "Bored", "--member", "ann@acme.example"];

    assert_eq!(taken, "there is a group called \"Board\" already");
    assert_eq!((&changes, &undone), (&[true.into(), false.into()], &[true.into(), false.into()]));
    let group = &listed["groups"][0];
    assert_eq!(group["group_id"], board["group_id"]);
    assert_eq!((&group["size"], &group["visible_to_clients"]), (&1.into(), &true.into()));
    assert!(place.run(&unknown).failed().starts_with("there is no group \"Bored\""));
}

#[tokio::test]
async fn companies_are_in_groups_too_and_a_group_is_renamed_shown_and_deleted() {
    let place = Place::with_association().await;
    place.run(&add(&["--company", "Archer Roofing"])).succeeded();
    let board = place.json(&["group", "add", "--name", "Board"]);
    let group = ["--group", "Board"];
    let change = |what, who: [&str; 2]| place.json(&[&["group", what][..], &group, &who].concat());
    let ann = ["--member", "ann@acme.example"];

    let company = change("add-member", ["--company", "Archer Roofing"]);
    change("add-member", ann);
    let members = place.json(&[&["group", "members"][..], &group].concat());
    let shown = place.run(&[&["group", "members"][..], &group].concat()).succeeded();
    let id = company["company_id"].as_str().unwrap();
    let removed = change("remove-member", ["--company", id]);
    let both = [&["group", "add-member"][..], &group, &ann, &["--company", id]].concat();
    let renamed = place.json(&[&["group", "rename"][..], &group, &["--name", "Staff"]].concat());
    let gone = place.run(&[&["group", "delete"][..], &group].concat()).failed();
    let unknown = ["group", "add-member", "--group", "Staff", "--company", "Nobody"];

    assert_eq!((&company["changed"], &removed["changed"]), (&true.into(), &true.into()));
    let mut kinds: Vec<_> = members["members"].as_array().unwrap().iter().collect();
    kinds.sort_by_key(|member| member["kind"].as_str().unwrap().to_owned());
    assert_eq!(
        (&kinds[0]["kind"], &kinds[0]["name"]),
        (&"company".into(), &"Archer Roofing".into())
    );
    assert_eq!(kinds[1]["email"], "ann@acme.example");
    assert!(shown.contains("Ann Archer      ann@acme.example  Archer Roofing"), "{shown}");
    assert_eq!(renamed["group_id"], board["group_id"]);
    assert!(gone.starts_with("there is no group \"Board\""), "{gone}");
    assert_eq!(place.run(&unknown).failed(), "there is no company \"Nobody\"");
    assert!(place.run(&both).failed_with(2).contains("cannot be used with"));
    place.run(&["group", "delete", "--group", "Staff"]).succeeded();
    assert_eq!(place.json(&["group", "list"])["groups"].as_array().unwrap().len(), 0);
}

#[tokio::test]
async fn a_permitted_group_stays_and_the_command_says_whose_it_is() {
    let place = Place::with_association().await;
    place.run(&["group", "add", "--name", "Board"]).succeeded();
    let client = ["client", "add", "--name", "Forj", "--redirect-url", "https://f.example/cb"];
    place.run(&[&client[..], &["--permitted-group", "Board"]].concat()).succeeded();

    let refused = place.run(&["group", "delete", "--group", "Board"]).failed();

    assert!(
        refused.starts_with("the group Board stays: it is a Permitted Group of Forj;"),
        "{refused}"
    );
}

//! `backup` and `restore`.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use super::place::Place;
use crate::support::database_url;

const ANN: [&str; 8] = [
    "member",
    "add",
    "--email",
    "ann@acme.example",
    "--first-name",
    "Ann",
    "--last-name",
    "Archer",
];
const COPY: &str = "copy.backup";

/// GOAL-A13, F-14: what was written before the backup is in it, and its keys open.
#[tokio::test]
async fn a_backup_made_while_serving_restores() {
    let place = Place::with_association().await;
    let server = place.serve(&[]);
    place.run(&ANN).succeeded();
    let client = ["client", "add", "--name", "Forj", "--redirect-url", "https://forj.example/cb"];
    let client = place.json(&client);
    let id = client["client_id"].as_str().unwrap();

    place.run(&["backup", COPY]).succeeded();
    server.stop();
    let other = place.beside(database_url().await).await;
    let restored = other.run(&["restore", COPY]).succeeded();

    let mode = fs::metadata(place.folder.join(COPY)).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(restored, format!("restored {COPY}; the master key opens it\n"));
    assert_eq!(other.json(&["member", "list"]), place.json(&["member", "list"]));
    let shown = other.json(&["client", "show", id, "--secret"]);
    assert_eq!(shown["client_secret"], client["client_secret"]);
    assert_eq!(other.json(&["keys", "list"]), place.json(&["keys", "list"]));
    other.serve(&[]).stop();
}

/// F-14: a single flipped byte is detected, wherever it is.
#[tokio::test]
async fn a_backup_that_was_changed_or_cut_is_not_restored() {
    let place = Place::with_association().await;
    place.run(&ANN).succeeded();
    place.run(&["backup", COPY]).succeeded();
    let sound = fs::read(place.folder.join(COPY)).unwrap();
    let name = sound.windows(6).position(|bytes| bytes == b"Archer").unwrap();
    let other = place.beside(database_url().await).await;

    for at in [0, 100, name, sound.len() / 2, sound.len() - 1] {
        let mut broken = sound.clone();
        broken[at] ^= 1;
        fs::write(place.folder.join("broken"), broken).unwrap();
        let said = other.run(&["restore", "broken"]).failed();
        assert!(said.starts_with("broken is not a sound backup"), "byte {at}: {said}");
    }
    fs::write(place.folder.join("broken"), &sound[..sound.len() - 4096]).unwrap();
    let cut = other.run(&["restore", "broken"]).failed();

    assert!(cut.starts_with("broken is not a sound backup"), "{cut}");
    other.run(&["restore", COPY]).succeeded();
}

#[tokio::test]
async fn nothing_is_overwritten() {
    let place = Place::with_association().await;
    place.run(&["backup", COPY]).succeeded();

    let again = place.run(&["backup", COPY]).failed();
    let full = place.run(&["restore", COPY]).failed();
    let other = place.beside(database_url().await).await;
    let missing = other.run(&["restore", "nothing"]).failed();

    assert_eq!(again, "copy.backup exists already; name a new file");
    let expected =
        if place.on_sqlite() { "exists already" } else { "holds an association already" };
    assert!(full.contains(expected), "{full}");
    assert_eq!(missing, "there is no file nothing");
}

/// F-14: without its key a backup is of no use, and that is said at once.
#[tokio::test]
async fn a_restore_without_the_right_key_says_so() {
    let place = Place::with_association().await;
    place.run(&["backup", COPY]).succeeded();
    let elsewhere = Place::empty().await;
    elsewhere.run(&["keys", "init"]).succeeded();
    let copy = place.folder.join(COPY);

    let restored = elsewhere.json(&["restore", copy.to_str().unwrap()]);

    assert_eq!(restored["master_key_opens_it"], false);
    let said = elsewhere.run(&["serve"]).failed_with(78);
    assert!(said.contains("is not the one this database was sealed with"), "{said}");
}

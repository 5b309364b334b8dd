//! `keys`.

use std::fs;

use serde_json::Value;

use super::place::Place;

fn states(place: &Place) -> Vec<String> {
    let listed = place.json(&["keys", "list"]);
    let keys = listed["keys"].as_array().unwrap().iter();
    keys.map(|key| key["state"].as_str().unwrap().to_owned()).collect()
}

/// SEC-K1: two fresh installations share no key, and none is ever replaced.
#[tokio::test]
async fn every_installation_has_a_key_of_its_own_and_keeps_it() {
    let (one, other) = (Place::empty().await, Place::empty().await);
    one.run(&["keys", "init"]).succeeded();
    other.run(&["keys", "init"]).succeeded();
    let made = fs::read(one.key()).unwrap();

    let again = one.run(&["keys", "init"]).failed();

    assert_ne!(made, fs::read(other.key()).unwrap());
    assert_eq!(made, fs::read(one.key()).unwrap());
    assert_eq!(again, "there is a master key at keys/master.key already; it stays as it is");
}

/// Issue: two rotating at once make one key.
#[tokio::test]
async fn two_rotations_at_once_make_one_key() {
    let place = Place::with_association().await;

    let rotations = [place.begin(&["keys", "rotate"], ""), place.begin(&["keys", "rotate"], "")];
    let said = rotations.map(|rotation| rotation.end().failed());

    for said in said {
        assert!(said.starts_with("the next key is published since"), "{said}");
    }
    assert_eq!(states(&place), ["current", "next"]);
}

/// SECURITY 4.8: in an emergency the old key is gone at once.
#[tokio::test]
async fn an_emergency_rotation_withdraws_the_old_key() {
    let place = Place::with_association().await;
    let before = place.json(&["keys", "list"])["keys"][0]["kid"].clone();

    let after = place.json(&["keys", "rotate", "--emergency"])["kid"].clone();

    assert_ne!(after, before);
    let keys = place.json(&["keys", "list"])["keys"].as_array().unwrap().clone();
    let state = |kid: &Value| {
        let key = keys.iter().find(|key| key["kid"] == *kid).unwrap();
        key["state"].as_str().unwrap().to_owned()
    };
    assert_eq!((&*state(&before), &*state(&after)), ("withdrawn", "current"));
}

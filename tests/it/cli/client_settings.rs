//! `client add` and `client change`: every setting of an SSO client, and its two Secret Keys.

use std::fs;

use serde_json::{Value, json};

use super::place::Place;

const CALLBACK: &str = "https://acme.mobilize.io/users/auth/openidconnect/callback";
const P256: &str = r#"{"keys":[{"kty":"EC","crv":"P-256","kid":"1","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}]}"#;

fn add<'a>(rest: &[&'a str]) -> Vec<&'a str> {
    [&["client", "add", "--name", "Forj", "--redirect-url", CALLBACK][..], rest].concat()
}

fn id(added: &Value) -> String {
    added["client_id"].as_str().unwrap().to_owned()
}

/// ARCHITECTURE.md 2: with everything that can be said.
#[tokio::test]
async fn a_client_is_added_with_every_setting_and_shows_them() {
    let place = Place::with_association().await;
    let staff = place.json(&["group", "add", "--name", "Staff"]);
    place.run(&["group", "add", "--name", "Board"]).succeeded();
    let staff = staff["group_id"].as_str().unwrap();
    let everything = [
        "--post-logout-redirect-url",
        "https://a.example/out, https://b.example/out",
        "--backchannel-logout-url",
        "https://a.example/backchannel",
        "--token-auth-method",
        "client_secret_basic",
        "--grant",
        "authorization_code",
        "--grant",
        "client_credentials",
        "--permitted-group",
        staff,
        "--permitted-group",
        "Board",
        "--permitted-group",
        "Staff",
        "--consent",
        "--require-pkce",
        "--resource-server",
        "https://api.a.example",
        "--legacy-sso",
        "--lean-id-token",
    ];

    let added = place.json(&add(&everything));
    let shown = place.json(&["client", "show", &id(&added)]);
    let said = place.run(&["client", "show", &id(&added)]).succeeded();

    let out = json!(["https://a.example/out", "https://b.example/out"]);
    for (name, value) in [
        ("redirect_urls", json!([CALLBACK])),
        ("post_logout_redirect_urls", out),
        ("backchannel_logout_url", json!("https://a.example/backchannel")),
        ("token_auth_method", json!("client_secret_basic")),
        ("grants", json!(["authorization_code", "client_credentials"])),
        ("consent", json!(true)),
        ("require_pkce", json!(true)),
        ("resource_server", json!("https://api.a.example")),
        ("legacy_sso", json!(true)),
        ("lean_id_token", json!(true)),
    ] {
        assert_eq!(shown[name], value, "{name}");
    }
    let groups = shown["permitted_groups"].as_array().unwrap();
    let names: Vec<_> = groups.iter().map(|group| group["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["Board", "Staff"], "each once");
    for line in [
        "after log-out: https://b.example/out",
        "back-channel:  https://a.example/backchannel",
        "who may in:    Board, Staff",
        "asks members:  yes",
        "resource URL:  https://api.a.example",
    ] {
        assert!(said.contains(line), "{line} in {said}");
    }
}

/// RFC 6749 §4.4: software that calls software.
#[tokio::test]
async fn a_machine_needs_no_redirect_url_and_everybody_else_does() {
    let place = Place::with_association().await;
    let robot = ["client", "add", "--name", "Robot"];

    let refused = place.run(&robot).failed();
    let added = place.json(&[&robot[..], &["--grant", "client_credentials"]].concat());
    let public = ["--grant", "client_credentials", "--token-auth-method", "none"];
    let public = place.run(&[&robot[..], &public].concat()).failed();

    assert!(refused.contains("there is no redirect URL; say --redirect-url"), "{refused}");
    assert!(added["client_secret"].is_string());
    let shown = place.json(&["client", "show", &id(&added)]);
    assert_eq!(shown["grants"], json!(["client_credentials"]));
    assert_eq!(public, "a public client cannot fetch tokens for itself");
}

/// RFC 7523: the public keys come in a file.
#[tokio::test]
async fn a_client_that_signs_brings_its_public_keys_in_a_file() {
    let place = Place::with_association().await;
    let (good, wrong) = (place.folder.join("good.json"), place.folder.join("wrong.json"));
    fs::write(&good, P256).unwrap();
    fs::write(&wrong, P256.replace("\"kid\"", "\"d\":\"x\",\"kid\"")).unwrap();
    let (good, wrong) = (good.to_str().unwrap(), wrong.to_str().unwrap());
    let signed = ["--token-auth-method", "private_key_jwt"];
    let with = |file| [&signed[..], &["--jwks-file", file]].concat();

    let added = place.json(&add(&with(good)));

    assert!(added["client_secret"].is_null(), "{added}");
    let shown = place.json(&["client", "show", &id(&added)]);
    assert_eq!((&shown["jwks"], &shown["secrets"]), (&json!(P256), &json!([])));
    for (flags, sentence) in [
        (with(wrong), "it holds a private or a shared key"),
        (with("/nowhere"), "cannot read /nowhere"),
        (signed.to_vec(), "private_key_jwt needs the client's public keys"),
        (vec!["--jwks-file", good], "--jwks-file goes with --token-auth-method private_key_jwt"),
        ([&with(good)[..], &["--legacy-sso"]].concat(), "is signed with the Secret Key"),
    ] {
        let said = place.run(&add(&flags)).failed();
        assert!(said.contains(sentence), "{said}");
    }
}

/// Every mistake is one sentence, and nothing is added.
#[tokio::test]
async fn a_wrong_setting_is_refused_in_one_sentence() {
    let place = Place::with_association().await;
    let many: Vec<String> = (0..21).map(|n| format!("https://a.example/{n}")).collect();
    let many = many.join(",");

    for (flags, sentence) in [
        (["--post-logout-redirect-url", "http://a.example/"], "log-out URL http://a.example/: use"),
        (["--post-logout-redirect-url", &many], "21 log-out URLs are too many; 20 are allowed"),
        (["--redirect-url", &many], "22 redirect URLs are too many; 20 are allowed"),
        (["--backchannel-logout-url", "a.example"], "back-channel log-out URL a.example: this is"),
        (["--resource-server", "urn:api"], "resource URL urn:api: it is a whole https address"),
        (["--permitted-group", "Nurses"], "there is no group \"Nurses\""),
    ] {
        let said = place.run(&add(&flags)).failed();
        assert!(said.contains(sentence), "{said}");
    }
    assert_eq!(place.json(&["client", "list"])["clients"], json!([]));
}

/// What is not said stays; a list that is said replaces the one before.
#[tokio::test]
async fn a_client_is_changed_where_it_is_said_and_nowhere_else() {
    let place = Place::with_association().await;
    place.run(&["group", "add", "--name", "Staff"]).succeeded();
    let member = ["--email", "ann@acme.example", "--first-name", "Ann", "--last-name", "Archer"];
    let member = [&["member", "add"][..], &member, &["--password-stdin"]].concat();
    place.run_with(&member, "copper kettle on friday\n").succeeded();
    let added =
        place.json(&add(&["--consent", "--post-logout-redirect-url", "https://a.example/"]));
    let client = id(&added);
    let change = |flags: &[&str]| place.json(&[&["client", "change", &client][..], flags].concat());
    let shown = || place.json(&["client", "show", &client]);
    let before = shown();

    let closed = change(&["--permitted-group", "Staff", "--name", "Forj Community"]);
    assert_eq!((&closed["lose_access"], &closed["gain_access"]), (&json!(1), &json!(0)));
    let now = shown();
    assert_eq!(now["name"], "Forj Community");
    for kept in ["redirect_urls", "post_logout_redirect_urls", "consent", "secrets"] {
        assert_eq!(now[kept], before[kept], "{kept}");
    }
    let opened = change(&["--everybody", "--consent=false", "--require-pkce"]);
    assert_eq!(opened["gain_access"], 1);
    change(&["--post-logout-redirect-url", "", "--token-auth-method", "client_secret_post"]);
    let now = shown();
    assert_eq!(now["permitted_groups"], json!([]));
    assert_eq!((&now["consent"], &now["require_pkce"]), (&json!(false), &json!(true)));
    assert_eq!(now["post_logout_redirect_urls"], json!([]));
    assert_eq!(now["token_auth_method"], "client_secret_post");
    change(&["--token-auth-method", "either", "--require-pkce=false"]);
    assert_eq!(shown()["token_auth_method"], before["token_auth_method"]);
    let unknown = "8c1f6a2e-4b7d-4f0e-9a53-2d6e7c90b1f4";
    let said = place.run(&["client", "change", unknown, "--consent"]).failed();
    assert!(said.contains("there is no SSO client"), "{said}");
}

/// Issue 3, part 4: two keys, named, until the old one is removed.
#[tokio::test]
async fn a_second_secret_key_lives_beside_the_first_until_it_is_removed() {
    let place = Place::with_association().await;
    let added = place.json(&add(&[]));
    let client = id(&added);
    let old = place.json(&["client", "show", &client])["secrets"][0]["secret_id"].clone();
    let new = ["client", "new-secret", &client, "--name", "Summer", "--old-works-days", "7"];

    let fresh = place.json(&new);
    let both = place.json(&["client", "show", &client, "--secret"]);
    let third = place.run(&new).failed();
    let remove = ["client", "remove-secret", &client, old.as_str().unwrap()];
    place.run(&remove).succeeded();
    let last = place.json(&["client", "show", &client]);
    let only = last["secrets"][0]["secret_id"].as_str().unwrap().to_owned();

    assert_ne!(fresh["client_secret"], added["client_secret"]);
    assert_eq!(both["client_secret"], fresh["client_secret"], "the newest");
    assert_eq!(both["secrets"].as_array().unwrap().len(), 2);
    assert!(both["secrets"][0]["expires_at"].is_string(), "{both}");
    assert_eq!(both["secrets"][1]["name"], "Summer");
    assert!(third.contains("two live Secret Keys already; remove one first"), "{third}");
    assert!(last["secrets"][0]["expires_at"].is_null(), "{last}");
    assert!(place.run(&remove).failed().contains("no such Secret Key"));
    let kept = place.run(&["client", "remove-secret", &client, &only]).failed();
    assert_eq!(kept, "a client keeps one Secret Key at least");
}

/// SEC-DOS9, SECURITY.md 4.5.
#[tokio::test]
async fn the_51st_client_is_refused_in_one_sentence() {
    let place = Place::with_association().await;
    for _ in 0..50 {
        place.run(&add(&[])).succeeded();
    }

    let said = place.run(&add(&[])).failed();

    assert!(said.contains("this association has 50 SSO clients already; delete one"), "{said}");
}

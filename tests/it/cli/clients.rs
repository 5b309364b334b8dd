//! `client`.

use super::place::Place;

const CALLBACK: &str = "https://acme.mobilize.io/users/auth/openidconnect/callback";

fn add<'a>(url: &'a str, rest: &[&'a str]) -> Vec<&'a str> {
    [&["client", "add", "--name", "Forj Community", "--redirect-url", url][..], rest].concat()
}

/// R1: what the admin's page does, and with one object what a script needs.
#[tokio::test]
async fn a_client_is_added_shown_and_given_a_new_secret() {
    let place = Place::with_association().await;
    let second = ["--redirect-url", "https://other.example/cb,https://third.example/cb"];

    let added = place.json(&add(CALLBACK, &second));
    let (id, secret) = (added["client_id"].as_str().unwrap(), added["client_secret"].clone());
    let shown = place.json(&["client", "show", id]);
    let with_secret = place.json(&["client", "show", id, "--secret"]);
    let fresh = place.json(&["client", "new-secret", id]);
    let listed = place.json(&["client", "list"]);

    assert_eq!(shown["redirect_urls"][0], CALLBACK);
    assert_eq!(shown["redirect_urls"].as_array().unwrap().len(), 3, "a pasted list splits");
    assert!(shown.get("client_secret").is_none(), "{shown}");
    assert_eq!(with_secret["client_secret"], secret);
    assert_ne!(fresh["client_secret"], secret);
    assert_eq!(listed["clients"][0]["client_id"], id);
}

/// DEC7: each showing is recorded, with who it was.
#[tokio::test]
async fn showing_a_secret_is_recorded() {
    let place = Place::with_association().await;
    let added = place.json(&add(CALLBACK, &[]));
    let id = added["client_id"].as_str().unwrap();

    place.run(&["client", "show", id, "--secret"]).succeeded();

    let db = novi_sso::db::Db::open(&place.database_url).await.unwrap();
    let recorded =
        "select actor from events where kind = 'client.secret_key_shown' and subject = $1";
    let shown: Vec<(String,)> = db.across_associations(recorded).bind(id).all().await.unwrap();
    assert_eq!(shown, [("command line".to_owned(),)]);
}

#[tokio::test]
async fn a_public_client_has_no_secret() {
    let place = Place::with_association().await;

    let added = place.json(&add(CALLBACK, &["--token-auth-method", "none"]));
    let id = added["client_id"].as_str().unwrap();
    let secret = place.run(&["client", "show", id, "--secret"]).failed();

    assert!(added["client_secret"].is_null());
    assert_eq!(secret, "this is a public client; it has no Secret Key");
}

/// DEC21: a platform's Client Id and Secret Key go on working.
#[tokio::test]
async fn what_a_platform_has_already_can_be_taken_over() {
    let place = Place::with_association().await;
    let id = "8c1f6a2e-4b7d-4f0e-9a53-2d6e7c90b1f4";
    let other = "9c1f6a2e-4b7d-4f0e-9a53-2d6e7c90b1f4";
    let theirs = add(CALLBACK, &["--client-id", id, "--client-secret-stdin"]);

    let said = place.run_with(&theirs, "their+own/secret=2019\n").succeeded();
    let shown = place.json(&["client", "show", id, "--secret"]);
    let twice = place.run_with(&theirs, "their+own/secret=2019\n").failed();
    let short = add(CALLBACK, &["--client-id", other, "--client-secret-stdin"]);

    assert!(!said.contains("their+own"), "who has the secret need not see it: {said}");
    assert_eq!(shown["client_secret"], "their+own/secret=2019");
    assert!(twice.contains("exists already"), "{twice}");
    let short = place.run_with(&short, "x\n").failed();
    assert_eq!(short, "the Secret Key is shorter than 16 characters");
}

/// R4: a sentence for each mistake, and nothing is added.
#[tokio::test]
async fn a_wrong_redirect_url_is_refused_with_its_mistake() {
    let place = Place::with_association().await;

    for (url, mistake) in [
        (CALLBACK.replace("acme", "my_community"), "replace my_community"),
        (CALLBACK.replace("https", "http"), &format!("use {CALLBACK}")),
        (format!("{CALLBACK}#top"), "remove the part from # on"),
        ("/users/auth".to_owned(), "this is not a full URL"),
        (" ".to_owned(), "there is no redirect URL"),
    ] {
        let said = place.run(&add(&url, &[])).failed();
        assert!(said.contains(mistake), "{said}");
    }

    assert_eq!(place.json(&["client", "list"])["clients"].as_array().unwrap().len(), 0);
}

#[tokio::test]
async fn a_client_is_switched_off_and_on_and_deleted() {
    let place = Place::with_association().await;
    let added = place.json(&add(CALLBACK, &[]));
    let id = added["client_id"].as_str().unwrap();
    let changed = |what| place.json(&["client", what, id])["changed"].clone();

    let off = [changed("disable"), changed("disable")];
    let since = place.json(&["client", "show", id])["disabled_at"].clone();
    let on = [changed("enable"), changed("enable")];
    place.run(&["client", "delete", id]).succeeded();
    let gone = place.run(&["client", "delete", id]).failed();

    assert_eq!((&off, &on), (&[true.into(), false.into()], &[true.into(), false.into()]));
    assert!(since.is_string(), "{since}");
    assert_eq!(gone, format!("there is no SSO client {id}; novi-sso client list shows them"));
}

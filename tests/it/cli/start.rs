//! The first start, the next ones, and those that must not happen.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::time::{Duration, Instant};

use super::place::{HOST, ISSUER, Place};

const DISCOVERY: &str = "/.well-known/openid-configuration";

/// SEC-K1: no default key exists; the first start makes one.
#[tokio::test]
async fn the_first_start_makes_a_key_for_its_owner_alone_and_invites_the_first_admin() {
    let place = Place::empty().await;

    let mut server = place.serve(&["--site-url", "https://www.acme.example/"]);
    let link = server.line_with(ISSUER);
    let (found, page) = server.get(HOST, &link);
    let (stranger, _) = server.get("www.other.example", DISCOVERY);
    let log = server.stop();

    assert_eq!(fs::metadata(place.key()).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(link.starts_with("/set-up?link="), "{link}");
    assert_eq!(found, 200, "{page}");
    assert_eq!(stranger, 421);
    assert!(log.contains("0001_core"), "{log}");
    let secret = link.split('=').nth(1).unwrap();
    assert!(!log.contains(secret), "the link is in the log");
}

#[tokio::test]
async fn the_next_start_finds_its_association_again_and_needs_no_site_url() {
    let place = Place::with_association().await;

    let server = place.serve(&[]);
    let (status, document) = server.get(HOST, DISCOVERY);
    server.stop();

    assert_eq!(status, 200);
    assert!(document.contains(&format!("\"issuer\":\"{ISSUER}\"")), "{document}");
}

/// Nobody is invited where an admin is at home.
#[tokio::test]
async fn an_association_with_an_admin_gets_no_set_up_link() {
    let place = Place::with_association().await;
    let ann = ["--email", "ann@acme.example", "--first-name", "Ann", "--last-name", "Archer"];
    place.run(&[&["member", "add", "--admin"][..], &ann].concat()).succeeded();
    let other = ["--site-url", "https://www.other.example", "--name", "Other"];
    let added = place.json(&[&["association", "add"][..], &other].concat());

    let mut server = place.serve(&[]);
    let first_link = server.line_with(" has no admin yet");
    server.stop();

    let link = added["set_up_link"].as_str().unwrap();
    assert!(link.starts_with("https://www.other.example/set-up?link="), "{link}");
    assert!(first_link.contains("https://www.other.example/set-up"), "{first_link}");
}

/// SEC-K1.
#[tokio::test]
async fn a_database_without_its_key_is_not_served() {
    let place = Place::with_association().await;
    fs::remove_file(place.key()).unwrap();

    let said = place.run(&["serve"]).failed_with(78);

    assert!(said.starts_with("there is no master key at keys/master.key"), "{said}");
    assert!(!place.key().exists(), "a new key would hide what is wrong");
    assert_eq!(place.run(&["member", "list"]).failed_with(78), said);
}

/// SEC-K1.
#[tokio::test]
async fn a_key_that_others_can_read_is_refused_with_the_command_that_helps() {
    let place = Place::with_association().await;
    fs::set_permissions(place.key(), Permissions::from_mode(0o640)).unwrap();

    let said = place.run(&["serve"]).failed_with(78);

    assert!(
        said.contains("mode 640") && said.ends_with("run: chmod 600 keys/master.key"),
        "{said}"
    );
}

/// SEC-K1.
#[tokio::test]
async fn a_key_of_another_database_is_refused() {
    let place = Place::with_association().await;
    fs::remove_file(place.key()).unwrap();
    place.run(&["keys", "init"]).succeeded();

    let said = place.run(&["serve"]).failed_with(78);

    assert!(said.contains("is not the one this database was sealed with"), "{said}");
}

/// R14: the issuer changes on purpose or not at all.
#[tokio::test]
async fn a_site_url_that_is_not_hosted_here_stops_the_start_and_says_how_to_do_it_on_purpose() {
    let place = Place::with_association().await;
    let live = "https://live.acme.example";

    let said = place.run(&["serve", "--site-url", live]).failed();
    place.run(&["association", "move", "--site-url", live]).succeeded();
    let server = place.serve(&["--site-url", live]);

    assert!(said.contains(&format!("association move --site-url {live}")), "{said}");
    assert!(said.contains(&format!("association add --site-url {live}")), "{said}");
    assert_eq!(server.get("live.acme.example", DISCOVERY).0, 200);
    assert_eq!(server.get(HOST, DISCOVERY).0, 421);
    server.stop();
}

#[tokio::test]
async fn a_first_start_without_a_site_url_says_what_is_missing() {
    let place = Place::empty().await;

    let said = place.run(&["serve"]).failed();

    assert!(said.contains("serve --site-url https://www.example.org"), "{said}");
    assert!(!place.key().exists(), "nothing was sealed, so no key is needed yet");
}

#[tokio::test]
async fn a_second_server_on_the_same_file_is_refused() {
    let place = Place::with_association().await;
    if !place.on_sqlite() {
        return;
    }
    let first = place.serve(&[]);

    let said = place.run(&["serve"]).failed();

    assert!(said.starts_with("another novi-sso serves this SQLite file"), "{said}");
    first.stop();
}

/// The command line works beside a running server, which notices.
#[tokio::test]
async fn an_association_added_beside_a_running_server_is_served() {
    let place = Place::with_association().await;
    let server = place.serve(&[]);
    let other = ["--site-url", "https://www.other.example", "--name", "Other Nurses"];

    place.run(&[&["association", "add"][..], &other].concat()).succeeded();
    let added = Instant::now();
    while server.get("www.other.example", DISCOVERY).0 != 200 {
        assert!(added.elapsed() < Duration::from_secs(20), "it is not noticed");
    }

    let listed = place.json(&["association", "list"]);
    assert_eq!(listed["associations"][1]["issuer"], "https://www.other.example");
    let said = place.run(&["member", "list"]).failed();
    assert!(said.contains("--association HOST: www.acme.example, www.other.example"), "{said}");
    place.run(&["member", "list", "--association", "www.other.example"]).succeeded();
    server.stop();
}

#[tokio::test]
async fn metrics_have_a_listener_of_their_own() {
    let place = Place::with_association().await;

    let mut server = place.serve(&["--metrics-listen", "127.0.0.1:0"]);
    let (answered, _) = server.get(HOST, DISCOVERY);
    let (in_public, _) = server.get(HOST, "/metrics");
    let own = server.line_with("metrics on http://");
    server.address = own.trim_end_matches("/metrics").to_owned();
    let (status, figures) = server.get("localhost", "/metrics");

    assert_eq!((answered, in_public, status), (200, 404, 200));
    assert!(figures.contains("http_requests_total{route=\"/.well-known/openid-configuration\""));
    server.stop();
}

/// A log collector that dies takes nobody along.
#[tokio::test]
async fn a_server_whose_log_nobody_reads_answers_and_stops_when_asked() {
    let place = Place::with_association().await;
    let mut server = place.serve(&["--log-filter", "debug"]);

    server.close_log();
    let (status, _) = server.get(HOST, DISCOVERY);

    assert_eq!(status, 200);
    assert_eq!(server.stop(), "");
}

#[tokio::test]
async fn migrate_says_what_it_did_and_does_it_once() {
    let place = Place::empty().await;

    let first = place.json(&["migrate"]);
    let second = place.run(&["migrate"]).succeeded();

    assert_eq!(first["applied"][0], "0001_core");
    assert_eq!(second, "the database is up to date\n");
}

#[tokio::test]
async fn a_mistake_on_the_command_line_is_one_line() {
    let place = Place::empty().await;

    let missing = place.run(&["group", "add"]).failed_with(2);
    let unknown = place.run(&["sreve"]).failed_with(2);
    let wrong = place.run(&["serve", "--site-url", "www.acme.example"]).failed();
    fs::write(place.folder.join("novi-sso.toml"), "[limits]\nfailed_log_in = 1\n").unwrap();
    let file = place.run(&["serve"]).failed();

    assert_eq!(missing, "the following required arguments were not provided: --name <NAME>");
    assert!(unknown.starts_with("unrecognized subcommand 'sreve'"), "{unknown}");
    assert!(wrong.contains("write it like https://www.example.org"), "{wrong}");
    assert!(file.contains("novi-sso.toml") && file.contains("line 2"), "{file}");
}

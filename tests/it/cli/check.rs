//! `check`.

use std::fs::{self, Permissions};
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::thread::{self, JoinHandle};

use serde_json::Value;

use super::place::Place;

/// The verdict and the words of one check.
fn found(report: &Value, name: &str) -> (String, String) {
    let checks = report["checks"].as_array().unwrap();
    let check = checks.iter().find(|check| check["check"] == name);
    let check = check.unwrap_or_else(|| panic!("no {name} in {report}"));
    let text = |key: &str| check[key].as_str().unwrap().to_owned();
    (text("verdict"), text("what"))
}

/// Moves the association to a free port of this machine, where one request gets this answer.
fn answering(place: &Place, answer: impl Fn(&str) -> String + Send + 'static) -> JoinHandle<()> {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let issuer = format!("http://{}", listener.local_addr().unwrap());
    place.run(&["association", "move", "--site-url", &issuer]).succeeded();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = [0; 4096];
        assert_ne!(stream.read(&mut request).unwrap(), 0);
        stream.write_all(answer(&issuer).as_bytes()).unwrap();
    })
}

fn document(issuer: &str) -> String {
    let body = format!("{{\"issuer\":\"{issuer}\"}}");
    format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
}

#[tokio::test]
async fn all_is_well_where_the_world_is_told_the_very_issuer() {
    let place = Place::with_association().await;
    let world = answering(&place, document);

    let report = place.json(&["check"]);

    world.join().unwrap();
    assert_eq!(report["ok"], true, "{report}");
    let names = ["database", "migrations", "master key", "canary", "signing keys", "clock"];
    for name in names.iter().chain(&["settings", "public URL"]) {
        assert_eq!(found(&report, name).0, "ok", "{report}");
    }
}

/// R10: issuers are compared as text, so a slash at the end is another one.
#[tokio::test]
async fn an_issuer_that_differs_by_a_slash_is_wrong() {
    let place = Place::with_association().await;
    let world = answering(&place, |issuer| document(&format!("{issuer}/")));

    let report = place.fails_with_json(&["check"]);

    world.join().unwrap();
    let (verdict, what) = found(&report, "public URL");
    assert_eq!(verdict, "wrong", "{what}");
    assert!(what.contains("letter by letter"), "{what}");
}

/// Platforms follow no redirect.
#[tokio::test]
async fn a_redirect_is_not_followed_and_is_wrong() {
    let place = Place::with_association().await;
    let world = answering(&place, |_| {
        let to = "http://127.0.0.1:9/";
        format!(
            "HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        )
    });

    let report = place.fails_with_json(&["check"]);

    world.join().unwrap();
    assert_eq!(found(&report, "public URL").0, "wrong", "{report}");
}

#[tokio::test]
async fn a_world_that_does_not_answer_is_worth_a_warning() {
    let place = Place::with_association().await;
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let issuer = format!("http://{closed}");
    place.run(&["association", "move", "--site-url", &issuer]).succeeded();

    let report = place.json(&["check"]);

    let (verdict, what) = found(&report, "public URL");
    assert_eq!(verdict, "warning", "{what}");
    assert!(what.contains("cannot be reached from here"), "{what}");
}

/// SEC-K1.
#[tokio::test]
async fn a_key_that_others_can_read_is_found() {
    let place = Place::with_association().await;
    fs::set_permissions(place.key(), Permissions::from_mode(0o644)).unwrap();

    let report = place.fails_with_json(&["check"]);

    let (verdict, what) = found(&report, "master key");
    assert_eq!((&*verdict, report["ok"].as_bool()), ("wrong", Some(false)));
    assert!(what.contains("chmod 600"), "{what}");
}

#[tokio::test]
async fn a_check_makes_nothing() {
    let place = Place::empty().await;

    let report = place.fails_with_json(&["check"]);

    if place.on_sqlite() {
        assert!(found(&report, "database").1.contains("there is no database"), "{report}");
        let file = place.database_url.trim_start_matches("sqlite://");
        assert!(!fs::exists(file).unwrap());
    } else {
        assert!(found(&report, "migrations").1.contains("0001_core"), "{report}");
    }
    assert!(!place.key().exists());
}

/// SECURITY 4.11: a clock that was set back would make keys and codes live again.
#[tokio::test]
async fn a_clock_behind_what_is_recorded_is_found() {
    let place = Place::with_association().await;
    let db = novi_sso::db::Db::open(&place.database_url).await.unwrap();
    let all = novi_sso::associations::all(&db).await.unwrap();
    let ahead =
        "update signing_keys set created_at = created_at + 100000000 where association_id = $1";
    db.once(&all[0].association_id, ahead).run().await.unwrap();

    let report = place.fails_with_json(&["check"]);

    assert_eq!(found(&report, "clock").0, "wrong", "{report}");
}

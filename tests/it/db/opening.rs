//! Opening a database: which SQLite, which URL, and who else serves it.

use novi_sso::db::{Db, Error};
use sqlx::{Connection as _, SqliteConnection};

use crate::support::{Novi, temporary};

/// SECURITY.md 0.1, finding 4: before 3.51.3, a write-ahead log may lose what was committed.
#[tokio::test]
async fn the_sqlite_of_this_program_keeps_what_it_commits() {
    let mut conn = SqliteConnection::connect("sqlite::memory:").await.unwrap();
    let asked = sqlx::query_scalar("select sqlite_version()").fetch_one(&mut conn);
    let version: String = asked.await.unwrap();

    let numbers: Vec<u32> = version.split('.').map(|part| part.parse().unwrap()).collect();
    assert!(numbers >= vec![3, 51, 3], "{version}");
}

/// The second wall behind [`super::cancellation`] (SECURITY.md 0.1, finding 1).
#[tokio::test]
async fn postgresql_ends_a_transaction_that_was_forgotten_and_a_statement_that_hangs() {
    let novi = Novi::start().await;
    if novi.on_sqlite() {
        return;
    }
    let settings: Option<(String, String)> = novi
        .app
        .db
        .across_associations(
            "select current_setting('idle_in_transaction_session_timeout'),
                 current_setting('statement_timeout')",
        )
        .optional()
        .await
        .unwrap();

    assert_eq!(settings, Some(("5s".to_owned(), "10s".to_owned())));
}

#[tokio::test]
async fn a_second_server_on_the_same_file_is_refused_until_the_first_has_gone() {
    let novi = Novi::start().await;
    let second = Db::open(&novi.url).await.unwrap();

    let first = novi.app.db.serve_alone().unwrap();
    if !novi.on_sqlite() {
        assert!(second.serve_alone().is_ok(), "several nodes may share PostgreSQL");
        return;
    }
    let refused = second.serve_alone();
    drop(first);

    let error = refused.expect_err("one file, one server");
    assert!(matches!(error, Error::Served(_)), "{error}");
    assert!(error.to_string().contains("novi.db.lock"), "{error}");
    assert!(second.serve_alone().unwrap().is_some());
}

#[tokio::test]
async fn a_url_of_another_database_is_refused_and_its_password_not_repeated() {
    let error = Db::open("mysql://novi:hunter2@db.example/novi").await.err().expect("refused");

    assert!(matches!(error, Error::Url(_)));
    assert!(error.to_string().contains("mysql://novi:***@db.example/novi"), "{error}");
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused_and_left_alone() {
    let path = temporary("db").join("letter.txt");
    std::fs::write(&path, "Dear Ann, this is a letter and no database at all.\n".repeat(99))
        .unwrap();
    let before = std::fs::read(&path).unwrap();

    let opened = Db::open(&format!("sqlite://{}", path.display())).await;

    assert!(matches!(opened.err(), Some(Error::Failed(_))));
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

//! The way forward only, on a database of this version or an older one. (What is copied before is
//! told beside the code, `src/db/migrations.rs`.)

use novi_sso::db::{Db, Error, MIGRATIONS};

use crate::support::{Novi, database_url};

#[tokio::test]
async fn an_empty_database_lacks_every_migration_and_afterwards_none() {
    let db = Db::open(&database_url().await).await.unwrap();
    let names: Vec<_> = MIGRATIONS.iter().map(|(name, _)| *name).collect();
    assert_eq!(db.pending_migrations().await.unwrap(), names);

    let migrated = db.migrate().await.unwrap();

    assert_eq!(migrated.applied, names);
    assert_eq!(migrated.snapshot, None, "there was nothing to copy");
    assert!(db.pending_migrations().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_database_of_this_version_is_left_as_it_is() {
    let novi = Novi::start().await;

    let migrated = novi.app.db.migrate().await.unwrap();

    assert!(migrated.applied.is_empty());
    assert_eq!(migrated.snapshot, None);
}

#[tokio::test]
async fn a_database_of_a_newer_program_is_refused_and_left_as_it_is() {
    let novi = Novi::start().await;
    novi.tamper(
        "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
         select 9999, 'of tomorrow', success, checksum, execution_time from _sqlx_migrations
         where version = 1",
    )
    .await;

    let refused = novi.app.db.migrate().await.expect_err("newer than this program");

    assert!(matches!(refused, Error::Migration(_)));
    let told = refused.to_string();
    assert!(told.contains("newer novi-sso (migration 9999)"), "{told}");
    let count = "select count(*) from _sqlx_migrations";
    assert_eq!(novi.count(count).await, 1 + MIGRATIONS.len() as i64);
}

/// Several nodes may start at the same moment.
#[tokio::test]
async fn of_several_that_migrate_at_once_on_postgresql_none_fails() {
    let url = database_url().await;
    if url.starts_with("sqlite:") {
        return; // `serve_alone` comes before
    }
    let (one, two) = (Db::open(&url).await.unwrap(), Db::open(&url).await.unwrap());

    let (first, second) = tokio::join!(one.migrate(), two.migrate());

    first.unwrap();
    second.unwrap();
    assert!(one.pending_migrations().await.unwrap().is_empty());
}

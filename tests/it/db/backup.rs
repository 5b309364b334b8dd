//! A backup while others write, and an empty place filled from it, on either database and across (F-14).

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use novi_sso::app::App;
use novi_sso::db::Db;
use novi_sso::router::router;
use novi_sso::signing::KeySource;
use novi_sso::vault::Vault;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, SqliteConnection};

use super::{Pairs, assert_paired, names};
use crate::support::{HOME, Novi, Platform, claims, database_url, temporary};

/// Who was on the way in starts again.
const LEFT_OUT: [&str; 5] = ["grants", "sessions", "sign_ins", "set_up_links", "throttles"];

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_taken_while_others_write_holds_whole_transactions_and_all_that_came_before() {
    let novi = Novi::start().await;
    let pairs = Pairs::of(&novi).await;
    for n in 0..50 {
        pairs.add(&format!("before {n:02}")).await.unwrap();
    }
    let stop = Arc::new(AtomicBool::new(false));
    let writers = (0..4).map(|writer| {
        let (pairs, stop) = (pairs.clone(), stop.clone());
        tokio::spawn(async move {
            for n in 0.. {
                if stop.load(Ordering::Relaxed) {
                    return n;
                }
                pairs.add(&format!("during {writer} {n:05}")).await.unwrap();
                pairs.novi.client("Forj").await; // rows in three tables
            }
            0
        })
    });
    let writers: Vec<_> = writers.collect();

    let file = new_file();
    novi.app.db.backup(&file).await.unwrap();
    stop.store(true, Ordering::Relaxed);
    let mut written = 0;
    for writer in writers {
        written += writer.await.unwrap();
    }
    let restored = Db::open(&empty_place(Kind::Same).await).await.unwrap();
    restored.restore(&file).await.unwrap();

    let found = names(&restored, &pairs.home).await;
    assert_paired(&found);
    assert_eq!(found.iter().filter(|name| name.starts_with("before")).count(), 100);
    let during = found.iter().filter(|name| name.starts_with("during")).count();
    assert!(written > 0 && during <= 2 * written, "{during} of {written} pairs");
    let clients = count(&restored, "select count(*) from clients").await;
    let events = "select count(*) from events where kind = 'client.added'";
    assert_eq!(clients, count(&restored, "select count(*) from redirect_urls").await);
    assert_eq!(clients, count(&restored, events).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_place_holds_every_row_but_those_of_whoever_was_on_the_way_in() {
    let novi = lively().await;
    let file = new_file();
    novi.app.db.backup(&file).await.unwrap();
    let tables = tables_of(&file).await;
    assert!(tables.len() > 10, "{tables:?}");
    for table in LEFT_OUT {
        assert!(tables.iter().any(|(known, _)| known == table), "{table} is gone");
        assert!(!rows(&novi.url, table, "*").await.is_empty(), "{table} would prove nothing");
    }

    for kind in Kind::all() {
        let url = empty_place(kind).await;
        Db::open(&url).await.unwrap().restore(&file).await.unwrap();

        for (table, columns) in &tables {
            let restored = rows(&url, table, columns).await;
            if LEFT_OUT.contains(&&**table) {
                assert!(restored.is_empty(), "{table} in {url}");
            } else {
                assert_eq!(restored, rows(&novi.url, table, columns).await, "{table} in {url}");
            }
        }
    }
}

/// There and back again: PostgreSQL to a file to SQLite to a file to PostgreSQL, or SQLite all the way.
#[tokio::test(flavor = "multi_thread")]
async fn a_backup_of_a_restored_place_is_the_same_again() {
    let novi = lively().await;
    let first = new_file();
    novi.app.db.backup(&first).await.unwrap();
    let between = Db::open(&empty_place(Kind::Sqlite).await).await.unwrap();
    between.restore(&first).await.unwrap();

    let second = new_file();
    between.backup(&second).await.unwrap();
    let url = empty_place(Kind::Same).await;
    Db::open(&url).await.unwrap().restore(&second).await.unwrap();

    for (table, columns) in tables_of(&first).await {
        if !LEFT_OUT.contains(&&*table) {
            let (original, restored) =
                (rows(&novi.url, &table, &columns).await, rows(&url, &table, &columns).await);
            assert_eq!(restored, original, "{table}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_place_goes_on_with_the_same_keys_and_passwords_and_none_of_the_old_sessions() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let mut browser = novi.browser();
    browser.sign_in(&ann).await;
    let (used, unused) = (forj.code_for(&ann).await, forj.code_for(&ann).await);
    let bought = forj.exchange(&used).await;
    let access = bought["access_token"].as_str().unwrap();
    let file = new_file();
    novi.app.db.backup(&file).await.unwrap();

    let there = served_from(&novi, &file).await;
    let forj = Platform { novi: there.clone(), ..forj };

    assert_eq!(forj.exchange(&unused).await["error"], "invalid_grant");
    assert_eq!(forj.exchange(&used).await["error"], "invalid_grant");
    assert_eq!(forj.userinfo(access).await.status, 401);
    let mut old = there.browser();
    old.cookies = browser.cookies;
    assert_eq!(old.get("/account").await.location().as_deref(), Some("/log-in"));
    let anew = forj.exchange(&forj.code_for(&ann).await).await;
    assert_eq!(anew.status, 200, "{}", anew.json);
    assert_eq!(header(&anew["id_token"]), header(&bought["id_token"]), "the same kid");
    assert_eq!(claims(&anew["id_token"])["sub"], ann.id.as_str());
}

/// SQLite's own check would miss a changed letter in a name.
#[tokio::test(flavor = "multi_thread")]
async fn a_single_flipped_bit_anywhere_in_a_backup_is_noticed() {
    let novi = Novi::start().await;
    novi.member("Ann").await;
    let file = new_file();
    novi.app.db.backup(&file).await.unwrap();
    let sound = fs::read(&file).unwrap();
    let place = Db::open(&empty_place(Kind::Same).await).await.unwrap();
    let name = sound.windows(6).position(|bytes| bytes == b"Archer").expect("names are in it");

    let spread = (0..sound.len()).step_by(sound.len() / 100);
    for at in spread.chain([0, name, sound.len() - 1]) {
        let mut flipped = sound.clone();
        flipped[at] ^= 1;
        fs::write(&file, &flipped).unwrap();
        let refused = place.restore(&file).await;
        let told = refused.expect_err(&format!("byte {at} of {}", sound.len())).to_string();
        assert!(told.contains("is not a sound backup"), "{told}");
    }

    fs::write(&file, &sound).unwrap();
    place.restore(&file).await.unwrap();
}

#[tokio::test]
async fn half_a_backup_is_refused_and_so_is_what_was_never_one() {
    let novi = Novi::start().await;
    let file = new_file();
    novi.app.db.backup(&file).await.unwrap();
    let sound = fs::read(&file).unwrap();
    let place = Db::open(&empty_place(Kind::Same).await).await.unwrap();

    for half in [&sound[..sound.len() / 2], &sound[..sound.len() - 1], b"Dear Ann,\n", b""] {
        fs::write(&file, half).unwrap();
        assert!(place.restore(&file).await.is_err(), "{} bytes", half.len());
    }
    fs::remove_file(&file).unwrap();
    let missing = place.restore(&file).await.unwrap_err().to_string();

    assert!(missing.contains("there is no file"), "{missing}");
    assert!(!file.exists(), "nothing was made in its place");
    assert_eq!(count(&place, "select count(*) from associations").await, 0);
}

#[tokio::test]
async fn a_place_that_is_in_use_is_not_written_over() {
    let (novi, other) = (Novi::start().await, Novi::start().await);
    let file = new_file();
    novi.app.db.backup(&file).await.unwrap();
    let before = rows(&other.url, "associations", "association_id").await;

    let refused = other.app.db.restore(&file).await.unwrap_err().to_string();

    assert!(refused.contains("restore into an empty one"), "{refused}");
    assert_eq!(rows(&other.url, "associations", "association_id").await, before);
}

#[tokio::test]
async fn a_backup_replaces_no_file_and_only_its_owner_may_read_it() {
    use std::os::unix::fs::PermissionsExt as _;
    let novi = Novi::start().await;
    let file = new_file();
    novi.app.db.backup(&file).await.unwrap();
    let first = fs::read(&file).unwrap();

    let refused = novi.app.db.backup(&file).await.unwrap_err().to_string();

    assert!(refused.contains("exists already"), "{refused}");
    assert_eq!(fs::read(&file).unwrap(), first);
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o077, 0);
}

#[tokio::test]
async fn a_backup_that_cannot_be_written_says_where() {
    let novi = Novi::start().await;
    let nowhere = temporary("backup").join("missing").join("novi.backup");

    let refused = novi.app.db.backup(&nowhere).await.unwrap_err().to_string();

    assert!(refused.contains("missing/novi.backup"), "{refused}");
}

/// Which database an empty place is.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    /// That of this run.
    Same,
    Sqlite,
}

impl Kind {
    fn all() -> &'static [Self] {
        let on_sqlite = std::env::var_os("NOVI_TEST_POSTGRES").is_none();
        if on_sqlite { &[Self::Same] } else { &[Self::Same, Self::Sqlite] }
    }
}

async fn empty_place(kind: impl std::borrow::Borrow<Kind>) -> String {
    let url = match kind.borrow() {
        Kind::Same => database_url().await,
        Kind::Sqlite => format!("sqlite://{}", temporary("db").join("novi.db").display()),
    };
    Db::open(&url).await.unwrap().migrate().await.unwrap();
    url
}

fn new_file() -> PathBuf {
    temporary("backup").join("novi.backup")
}

/// At least one row in every table.
async fn lively() -> Novi {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let umlauts = novi.member_at(HOME, "Zoë", |zoe| zoe.last_name = "Žižek'; --\n💡".to_owned());
    novi.group("Board", &[&ann, &umlauts.await]).await;
    forj.exchange(&forj.code_for(&ann).await).await;
    novi.browser().visit(&forj.authorize_url()).await;
    let wrong = crate::support::Member { password: "wrong".to_owned(), ..ann };
    novi.browser().sign_in(&wrong).await;
    let site = novi.home().await;
    novi_sso::associations::set_up::link(&site).await.unwrap().expect("there is no admin yet");
    novi
}

/// What a fresh process answers over a place that was filled from this backup.
async fn served_from(novi: &Novi, file: &Path) -> Novi {
    let url = empty_place(Kind::Same).await;
    let db = Db::open(&url).await.unwrap();
    db.restore(file).await.unwrap();
    let vault = Vault::open(&novi.keys_dir).unwrap();
    let settings = novi.app.settings.clone();
    let app = App::new(db, novi.clock.clone(), settings, vault, KeySource::Fresh).await.unwrap();
    Novi { url, router: router(app.clone()), app, ..novi.clone() }
}

/// Tables with their columns, as one text each.
async fn tables_of(file: &Path) -> Vec<(String, String)> {
    let url = format!("sqlite://{}?mode=ro", file.display());
    let mut conn = SqliteConnection::connect(&url).await.unwrap();
    let tables = sqlx::query_as(
        "select t.name, group_concat('coalesce(cast(' || c.name || ' as text), ''-'')', ' || '','' || ')
         from sqlite_master t, pragma_table_info(t.name) c
         where t.type = 'table' and t.name not like 'sqlite_%' and t.name <> '_sqlx_migrations'
         group by t.name",
    );
    tables.fetch_all(&mut conn).await.unwrap()
}

/// Each row as one text, in order.
async fn rows(url: &str, table: &str, columns: &str) -> Vec<String> {
    let columns = if columns == "*" { "association_id" } else { columns };
    let text = AssertSqlSafe(format!("select {columns} from {table}"));
    let mut rows: Vec<String> = if url.starts_with("sqlite:") {
        let mut conn = SqliteConnection::connect(url).await.unwrap();
        sqlx::query_scalar(text).fetch_all(&mut conn).await.unwrap()
    } else {
        let mut conn = PgConnection::connect(url).await.unwrap();
        sqlx::query_scalar(text).fetch_all(&mut conn).await.unwrap()
    };
    rows.sort();
    rows
}

async fn count(db: &Db, text: &'static str) -> i64 {
    db.across_associations(text).optional::<(i64,)>().await.unwrap().unwrap().0
}

fn header(jwt: &serde_json::Value) -> String {
    jwt.as_str().unwrap().split('.').next().unwrap().to_owned()
}

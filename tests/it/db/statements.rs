//! Every statement of the product, found in its source, prepares on the database of this run.

use std::fs;
use std::path::{Path, PathBuf};

use novi_sso::db::MIGRATIONS;
use sqlx::{
    AssertSqlSafe, Connection as _, Executor as _, PgConnection, SqlSafeStr as _, SqliteConnection,
};

use crate::support::Novi;

const DOORS: [&str; 4] = [".find(", ".change(", ".once(", "across_associations("];

/// SEC-T4: and each was bound to its association, or the first test that ran it would have panicked.
#[tokio::test]
async fn every_statement_prepares() {
    let novi = Novi::start().await;
    let sources = sources();
    let found: Vec<_> = holding_sql(&sources).flat_map(Source::statements).collect();
    let statements: Vec<_> = found.iter().map(|statement| statement.on(novi.on_sqlite())).collect();
    assert!(statements.len() > 60, "the search finds them: {statements:#?}");
    assert!(found.iter().any(|statement| matches!(statement, Statement::Picked(..))));

    let mut wrong = Vec::new();
    for statement in statements {
        let text = AssertSqlSafe(statement).into_sql_str();
        let prepared = if novi.on_sqlite() {
            let mut conn = SqliteConnection::connect(&novi.url).await.unwrap();
            conn.prepare(text).await.map(drop)
        } else {
            let mut conn = PgConnection::connect(&novi.url).await.unwrap();
            conn.prepare(text).await.map(drop)
        };
        wrong.extend(prepared.err().map(|error| format!("{error}\n{statement}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// Tables with a row for each member, and more. Their names begin those of their indexes.
const LARGE: [&str; 8] = [
    "sync_places",
    "sync_records",
    "sync_sent",
    "sync_plan_removals",
    "group_members",
    "group_companies",
    "custom_values",
    "logins",
];

/// One change costs the same in a group of a hundred thousand: no statement of sync reads a large table
/// from end to end. PostgreSQL chooses by what it has counted; SQLite chooses by the text alone, so that it
/// can be tested on an empty database.
#[tokio::test]
async fn sync_asks_for_few_rows_by_an_index_that_leads_to_them() {
    let novi = Novi::start().await;
    if !novi.on_sqlite() {
        return;
    }
    let sources = sources();
    let of_sync = holding_sql(&sources).filter(|source| source.path.starts_with("sync"));
    // What the list of all groups says of each of them.
    let whole = "select p.platform, p.group_id, p.state, count(*) as number";
    let mut conn = SqliteConnection::connect(&novi.url).await.unwrap();
    let mut slow = Vec::new();
    for statement in of_sync.flat_map(Source::statements) {
        let text = statement.on(true);
        if text.starts_with(whole) {
            continue;
        }
        let explain = AssertSqlSafe(format!("explain query plan {text}"));
        let plan: Vec<(i64, i64, i64, String)> =
            sqlx::query_as(explain).fetch_all(&mut conn).await.unwrap();
        let steps = plan.into_iter().map(|(_, _, _, step)| step);
        slow.extend(steps.filter(|step| is_walk(step)).map(|step| format!("{step}\n{text}")));
    }
    assert!(slow.is_empty(), "{}", slow.join("\n\n"));
}

/// `SCAN p USING INDEX sync_places_by_record`, or `SEARCH p USING … (association_id=? AND platform=?)`.
fn is_walk(step: &str) -> bool {
    let index = step.split("INDEX ").nth(1).unwrap_or_default();
    let index = index.trim_start_matches("sqlite_autoindex_");
    let by = index.split_once(" (").map_or("", |(_, by)| by);
    let is_wide = matches!(by, "" | "association_id=?)" | "association_id=? AND platform=?)");
    is_wide && LARGE.iter().any(|table| index.starts_with(table))
}

/// STYLE.md 3.
#[test]
fn sql_stands_in_files_called_store_and_nowhere_else() {
    let sources = sources();
    let elsewhere = sources.iter().filter(|source| !source.may_hold_sql());
    let strays: Vec<_> = elsewhere.flat_map(Source::strays).collect();

    assert!(strays.is_empty(), "move them into a store.rs:\n{}", strays.join("\n"));
}

/// A statement in a variable would get past the search.
#[test]
fn every_statement_is_written_where_it_is_used() {
    let sources = sources();
    let stores = sources.iter().filter(|source| source.path.ends_with("store.rs"));
    let hidden: Vec<_> = stores.flat_map(Source::hidden).collect();

    assert!(hidden.is_empty(), "write the text into the call:\n{}", hidden.join("\n"));
}

#[test]
fn every_migration_is_in_the_list() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let files = fs::read_dir(folder).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> =
        names.filter_map(|name| name.strip_suffix(".sql").map(str::to_owned)).collect();
    names.sort();

    assert_eq!(names, MIGRATIONS.map(|(name, _)| name));
}

/// STYLE.md 20 and migrations/README.md: what the two databases do not share stays out.
#[test]
fn statements_keep_to_the_dialect_of_both_databases() {
    let foreign =
        ["select *", "now()", "random()", "any($1)", "json_each", "collate ", "::text", "?"];
    let sources = sources();
    let statements = holding_sql(&sources).flat_map(Source::statements);
    let shared = statements.filter_map(|statement| match statement {
        Statement::Shared(text) => Some(text),
        Statement::Picked(..) => None,
    });

    for text in shared {
        for word in foreign {
            assert!(!text.contains(word), "{word} in:\n{text}");
        }
    }
}

struct Source {
    /// Below `src`.
    path: PathBuf,
    text: String,
}

#[derive(Debug)]
enum Statement {
    Shared(String),
    /// `db.pick(sqlite, postgres)`.
    Picked(String, String),
}

impl Statement {
    fn on(&self, sqlite: bool) -> &str {
        match self {
            Self::Shared(text) => text,
            Self::Picked(on_sqlite, _) if sqlite => on_sqlite,
            Self::Picked(_, on_postgres) => on_postgres,
        }
    }
}

impl Source {
    fn may_hold_sql(&self) -> bool {
        self.path.ends_with("store.rs") || self.path.starts_with("db")
    }

    /// What stands behind each door, and on which line.
    fn calls(&self) -> impl Iterator<Item = (usize, &'static str, &str)> {
        DOORS.into_iter().flat_map(move |door| {
            self.text.match_indices(door).map(move |(at, _)| {
                let line = self.text[..at].matches('\n').count() + 1;
                (line, door, self.text[at + door.len()..].trim_start())
            })
        })
    }

    fn statements(&self) -> Vec<Statement> {
        let calls = self.calls().filter_map(|(_, _, argument)| shared(argument));
        let picks = self.text.split(".pick(").skip(1).filter_map(picked);
        calls.chain(picks).collect()
    }

    fn strays(&self) -> Vec<String> {
        let strays = self.calls().filter(|(_, door, argument)| match *door {
            // Iterators and strings have a `find` too.
            ".find(" => argument.starts_with("\"select"),
            // `Site::once` is such a door itself.
            _ => !argument.starts_with("self.id(), text)"),
        });
        strays.map(|(line, door, _)| format!("{}:{line} {door}…)", self.path.display())).collect()
    }

    fn hidden(&self) -> Vec<String> {
        // A closure belongs to an iterator, `db.pick(…)` holds its texts.
        let hidden = self.calls().filter(|(_, _, argument)| {
            let called = argument.split('(').next().unwrap_or_default();
            !argument.starts_with(['"', '|']) && !called.ends_with(".pick")
        });
        hidden.map(|(line, door, _)| format!("{}:{line} {door}…)", self.path.display())).collect()
    }
}

fn shared(argument: &str) -> Option<Statement> {
    let text = argument.strip_prefix('"')?;
    Some(Statement::Shared(text.split_once('"')?.0.to_owned()))
}

fn picked(arguments: &str) -> Option<Statement> {
    let (sqlite, rest) = arguments.trim_start().strip_prefix('"')?.split_once('"')?;
    let rest = rest.trim_start_matches([',', ' ', '\n', '\t']);
    let (postgres, _) = rest.strip_prefix('"')?.split_once('"')?;
    Some(Statement::Picked(sqlite.to_owned(), postgres.to_owned()))
}

fn holding_sql(sources: &[Source]) -> impl Iterator<Item = &Source> {
    sources.iter().filter(|source| source.may_hold_sql())
}

fn sources() -> Vec<Source> {
    let (src, mut found) = (Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), Vec::new());
    let mut folders = vec![src.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                found.push(Source { path: path.strip_prefix(&src).unwrap().to_owned(), text });
            }
        }
    }
    found
}

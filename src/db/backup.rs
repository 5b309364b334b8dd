//! A backup is one SQLite file, whichever database it came from and whichever it goes to.

use std::fs::OpenOptions;
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode};
use sqlx::{
    AssertSqlSafe, Connection as _, PgPool, Row as _, SqliteConnection, query, query_scalar,
};
use tokio::task::spawn_blocking;

use super::{Db, Error, Pool, migrations, trailer};

/// What a backup holds but a restored database does not honour: who was on the way in starts again.
const SHORT_LIVED: [&str; 12] = [
    "grants",
    "sessions",
    "sign_ins",
    "set_up_links",
    "throttles",
    "machine_tokens",
    "client_assertions",
    "pushed_requests",
    "log_outs",
    "session_clients",
    "logout_notices",
    "integration_drafts",
];
const PAGE: i64 = 500;

impl Db {
    /// Writes a consistent copy to a file that does not exist yet, while others go on writing, and
    /// checks it.
    pub async fn backup(&self, to: &Path) -> Result<(), Error> {
        make(to)?;
        let written = self.write_to(to).await;
        if written.is_err() {
            std::fs::remove_file(to).ok(); // half a backup must not pass for one
        }
        written
    }

    async fn write_to(&self, to: &Path) -> Result<(), Error> {
        match &self.pool {
            Pool::Sqlite(db) => {
                let mut conn = SqliteConnection::connect_with(&db.options).await?;
                query("vacuum into $1").bind(text(to)?).execute(&mut conn).await?;
                conn.close().await?;
            }
            Pool::Postgres(pool) => from_postgres(pool, to).await?,
        }
        with_file(to, trailer::append).await?;
        check(to).await
    }

    /// Fills this migrated and empty database from a backup. Sessions, codes and tokens of the
    /// backup's time are not taken over.
    pub async fn restore(&self, from: &Path) -> Result<(), Error> {
        if !from.exists() {
            return Err(Error::Backup(format!("there is no file {}", from.display())));
        }
        check(from).await?;
        let taken: Option<(String,)> = self
            .across_associations("select association_id from associations limit 1")
            .optional()
            .await?;
        if taken.is_some() {
            let why = "this database holds an association already; restore into an empty one";
            return Err(Error::Backup(why.to_owned()));
        }
        match &self.pool {
            Pool::Sqlite(db) => into_sqlite(&db.options, from).await,
            Pool::Postgres(pool) => into_postgres(pool, from).await,
        }
    }
}

struct Table {
    name: String,
    columns: Vec<Column>,
}

/// The dialect knows two kinds of columns (migrations/README.md).
struct Column {
    name: String,
    is_text: bool,
}

impl Table {
    fn columns(&self) -> String {
        self.columns.iter().map(|column| &*column.name).collect::<Vec<_>>().join(", ")
    }

    fn insert(&self) -> String {
        let places: Vec<_> = (1..=self.columns.len()).map(|n| format!("${n}")).collect();
        format!("insert into {} ({}) values ({})", self.name, self.columns(), places.join(", "))
    }
}

/// Binds the columns of one row, whatever database it comes from and goes to.
macro_rules! carried {
    ($table:expr, $insert:expr, $row:expr) => {{
        let mut insert = query(AssertSqlSafe($insert.clone()));
        for column in &$table.columns {
            let name = &*column.name;
            insert = if column.is_text {
                insert.bind($row.try_get::<Option<String>, _>(name)?)
            } else {
                insert.bind($row.try_get::<Option<i64>, _>(name)?)
            };
        }
        insert
    }};
}

async fn into_sqlite(options: &SqliteConnectOptions, from: &Path) -> Result<(), Error> {
    let mut conn = SqliteConnection::connect_with(options).await?;
    query("attach $1 as source").bind(text(from)?).execute(&mut conn).await?;
    let mut source = SqliteConnection::connect_with(&file(from).read_only(true)).await?;
    let tables = tables(&mut source).await?;
    source.close().await?;
    let mut tx = conn.begin().await?;
    for table in tables {
        let (name, columns) = (&table.name, table.columns());
        let copy =
            format!("insert into main.{name} ({columns}) select {columns} from source.{name}");
        query(AssertSqlSafe(copy)).execute(&mut *tx).await?;
    }
    tx.commit().await?;
    conn.close().await?;
    Ok(())
}

async fn into_postgres(pool: &PgPool, from: &Path) -> Result<(), Error> {
    let mut source = SqliteConnection::connect_with(&file(from).read_only(true)).await?;
    let mut tx = pool.begin().await?;
    for table in tables(&mut source).await? {
        let insert = table.insert();
        let page = format!(
            "select rowid as row_number, {} from {} where rowid > $1 order by rowid limit {PAGE}",
            table.columns(),
            table.name
        );
        let mut after = 0_i64;
        loop {
            let page = query(AssertSqlSafe(page.clone())).bind(after);
            let rows = page.fetch_all(&mut source).await?;
            let Some(last) = rows.last() else { break };
            after = last.try_get("row_number")?;
            for row in &rows {
                carried!(table, insert, row).execute(&mut *tx).await?;
            }
        }
    }
    tx.commit().await?;
    source.close().await?;
    Ok(())
}

async fn from_postgres(pool: &PgPool, to: &Path) -> Result<(), Error> {
    let fresh = file(to).create_if_missing(true).journal_mode(SqliteJournalMode::Delete);
    let mut target = SqliteConnection::connect_with(&fresh).await?;
    Migrator::with_migrations(migrations::all()).run(&mut target).await?;
    let tables = tables(&mut target).await?;
    let mut copy = target.begin().await?;
    // One snapshot for all tables, so that what one row points at is in it too.
    let mut tx = pool.begin().await?;
    query("set transaction isolation level repeatable read, read only").execute(&mut *tx).await?;
    for table in tables {
        let insert = table.insert();
        let (name, columns) = (&table.name, table.columns());
        // Each cursor has its own name: a statement of the same text would be taken for the one
        // that was prepared for the columns of another table.
        let declare =
            format!("declare rows_of_{name} no scroll cursor for select {columns} from {name}");
        query(AssertSqlSafe(declare)).execute(&mut *tx).await?;
        loop {
            let fetch = AssertSqlSafe(format!("fetch {PAGE} from rows_of_{name}"));
            let rows = query(fetch).fetch_all(&mut *tx).await?;
            if rows.is_empty() {
                break;
            }
            for row in &rows {
                carried!(table, insert, row).execute(&mut *copy).await?;
            }
        }
        query(AssertSqlSafe(format!("close rows_of_{name}"))).execute(&mut *tx).await?;
    }
    tx.commit().await?;
    copy.commit().await?;
    target.close().await?;
    Ok(())
}

/// In the order of their making, so that what a row points at is there before it.
async fn tables(source: &mut SqliteConnection) -> Result<Vec<Table>, Error> {
    let names: Vec<String> = query_scalar(
        "select name from sqlite_master
         where type = 'table' and name not like 'sqlite_%' and name <> '_sqlx_migrations'
         order by rowid",
    )
    .fetch_all(&mut *source)
    .await?;
    let mut tables = Vec::new();
    for name in names.into_iter().filter(|name| !SHORT_LIVED.contains(&&**name)) {
        let columns = query("select name, type from pragma_table_info($1)").bind(name.clone());
        let columns = columns.fetch_all(&mut *source).await?;
        let columns = columns.iter().map(|row| {
            let kind: String = row.try_get("type")?;
            Ok(Column { name: row.try_get("name")?, is_text: kind.eq_ignore_ascii_case("text") })
        });
        tables.push(Table { columns: columns.collect::<Result<_, sqlx::Error>>()?, name });
    }
    Ok(tables)
}

/// Reads every page once: a copy that nobody can restore is no backup.
async fn check(path: &Path) -> Result<(), Error> {
    let broken =
        |why: String| Error::Backup(format!("{} is not a sound backup: {why}", path.display()));
    if !with_file(path, trailer::holds).await? {
        return Err(broken("it was cut or changed after it was written".to_owned()));
    }
    let mut conn = SqliteConnection::connect_with(&file(path).read_only(true)).await?;
    let verdict: Result<String, _> =
        query_scalar("pragma integrity_check(1)").fetch_one(&mut conn).await;
    match verdict {
        Ok(verdict) if verdict == "ok" => {}
        Ok(verdict) => return Err(broken(verdict)),
        Err(error) => return Err(broken(error.to_string())),
    }
    let associations: Result<i64, _> =
        query_scalar("select count(*) from associations").fetch_one(&mut conn).await;
    associations.map_err(|error| broken(error.to_string()))?;
    conn.close().await?;
    Ok(())
}

/// An empty file that only its owner can read: what goes into it is personal.
fn make(path: &Path) -> Result<(), Error> {
    let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    made.map(drop).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => {
            Error::Backup(format!("{} exists already; name a new file", path.display()))
        }
        _ => unusable(path, &error),
    })
}

fn unusable(path: &Path, error: &io::Error) -> Error {
    Error::Backup(format!("cannot use {}: {error}", path.display()))
}

/// A backup may be large; it is read off the runtime's workers.
async fn with_file<T: Send + 'static>(
    path: &Path,
    work: fn(&Path) -> io::Result<T>,
) -> Result<T, Error> {
    let owned = path.to_owned();
    let done = spawn_blocking(move || work(&owned)).await;
    done.map_err(io::Error::other).flatten().map_err(|error| unusable(path, &error))
}

fn file(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new().filename(path).foreign_keys(true)
}

fn text(path: &Path) -> Result<&str, Error> {
    path.to_str().ok_or_else(|| Error::Backup(format!("{} is not UTF-8", path.display())))
}

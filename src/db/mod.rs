//! The database, always seen through one association at one moment.
//!
//! [`Reader`] runs `select`s, [`Writer`] is a transaction that also changes rows, and
//! [`Db::once`] is a single statement that decides by itself. All three bind the association as
//! `$1`, so a query that forgets it does not get past the first test that runs it. Which database
//! is underneath is known in this folder and nowhere else.
#![expect(clippy::disallowed_methods, reason = "this folder is the one that knows the database")]

mod backup;
mod migrations;
mod postgres;
mod sql;
mod sqlite;
mod trailer;
mod watch;

use std::ops::{Deref, DerefMut};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use sqlx::{PgPool, query};
use tokio::sync::Notify;

use crate::clock::Timestamp;
use crate::id::AssociationId;
pub use migrations::{MIGRATIONS, Migrated};
use sql::On;
pub use sql::{Many, Row, Sql, Value};
pub(crate) use sql::{column, joined, rows};

/// Cheap to clone, because one failed flush is told to everyone who waited for it.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    #[error("the database failed: {0}")]
    Failed(#[source] Arc<sqlx::Error>),
    #[error("the transaction is over: a statement failed or was cancelled, or it paused too long")]
    Over,
    #[error("the database did not answer within {0} s")]
    Silent(u64),
    #[error("SQLite {0} may lose committed writes (the WAL-reset bug); 3.51.3 or later is needed")]
    Sqlite(String),
    #[error(
        "{0:?} is not a database URL: write sqlite://FILE or postgres://USER:PASSWORD@HOST/NAME"
    )]
    Url(String),
    #[error("cannot use the database file {path}: {source}")]
    File { path: PathBuf, source: Arc<std::io::Error> },
    #[error("the database cannot be migrated: {0}")]
    Migration(String),
    #[error(
        "another novi-sso serves this SQLite file: it holds {0}; stop it first, or use PostgreSQL for several nodes"
    )]
    Served(PathBuf),
    #[error("{0}")]
    Backup(String),
}

impl From<sqlx::Error> for Error {
    fn from(source: sqlx::Error) -> Self {
        Self::Failed(Arc::new(source))
    }
}

#[derive(Clone)]
pub struct Db {
    pool: Pool,
    /// One more with every change that the caches must see.
    config_epoch: Arc<AtomicU64>,
    /// Told when something was put into an outbox, here or on another node.
    roused: Arc<Notify>,
}

#[derive(Clone)]
enum Pool {
    Sqlite(sqlite::Database),
    Postgres(PgPool),
}

impl Db {
    pub async fn open(url: &str) -> Result<Self, Error> {
        let pool = if url.starts_with("sqlite:") {
            Pool::Sqlite(sqlite::Database::open(url).await?)
        } else if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            Pool::Postgres(postgres::open(url).await?)
        } else {
            return Err(Error::Url(without_password(url)));
        };
        Ok(Self { pool, config_epoch: Arc::default(), roused: Arc::default() })
    }

    /// Whether there is anything to open: an embedded database that is missing would be made.
    pub fn exists(url: &str) -> Result<bool, Error> {
        if !url.starts_with("sqlite:") {
            return Ok(true);
        }
        Ok(sqlite::file_of(url)?.exists())
    }

    /// Its name and version, for people: `SQLite 3.51.3`.
    pub async fn version(&self) -> Result<String, Error> {
        let asked = self.across_associations(self.pick(
            "select 'SQLite ' || sqlite_version()",
            "select 'PostgreSQL ' || current_setting('server_version')",
        ));
        let version: Option<(String,)> = asked.optional().await?;
        Ok(version.map_or_else(String::new, |(version,)| version))
    }

    /// The file of an embedded database.
    pub fn sqlite_file(&self) -> Option<&Path> {
        match &self.pool {
            Pool::Sqlite(db) => Some(db.options.get_filename()),
            Pool::Postgres(_) => None,
        }
    }

    /// Keeps a second server away from an embedded database, as long as what it answers lives.
    pub fn serve_alone(&self) -> Result<Option<std::fs::File>, Error> {
        let Some(file) = self.sqlite_file() else { return Ok(None) };
        let mut path = file.as_os_str().to_owned();
        path.push(".lock");
        let path = PathBuf::from(path);
        let lock = std::fs::OpenOptions::new().create(true).append(true).open(&path);
        match lock.map_err(sqlx::Error::Io)? {
            lock if lock.try_lock().is_ok() => Ok(Some(lock)),
            _ => Err(Error::Served(path)),
        }
    }

    /// For the few texts that must differ.
    pub fn pick(&self, sqlite: &'static str, postgres: &'static str) -> &'static str {
        match self.pool {
            Pool::Sqlite(_) => sqlite,
            Pool::Postgres(_) => postgres,
        }
    }

    /// What a cached value was loaded under; when this has moved, load it again.
    pub fn config_epoch(&self) -> u64 {
        self.config_epoch.load(Ordering::Acquire)
    }

    fn bump_config_epoch(&self) {
        self.config_epoch.fetch_add(1, Ordering::AcqRel);
    }

    /// Until something is put into an outbox. One that nobody waits for is remembered.
    pub async fn roused(&self) {
        self.roused.notified().await;
    }

    /// Holds a connection only while a statement runs, so it may live as long as it likes.
    pub fn read(&self, association: &AssociationId, now: Timestamp) -> Reader {
        Reader { via: Via::Pool(self.clone()), association: association.clone(), now }
    }

    /// Begins a transaction once every other writer of this association is done, so that what it
    /// reads stays true until it commits. Keep it short: no password hashing and no HTTP in it.
    pub async fn write(
        &self,
        association: &AssociationId,
        now: Timestamp,
    ) -> Result<Writer, Error> {
        let via = match &self.pool {
            Pool::Sqlite(db) => Via::Turn(db.turn().await?),
            Pool::Postgres(pool) => {
                Via::Transaction(postgres::Transaction::begin(pool, association).await?)
            }
        };
        let reader = Reader { via, association: association.clone(), now };
        Ok(Writer { reader, changed_config: None, rouses: false, db: self.clone() })
    }

    /// A statement that is its own transaction and waits for no other. What may happen only once
    /// is written like this: `update … where … is null returning …`.
    pub fn once(&self, association: &AssociationId, text: &'static str) -> Sql<'_> {
        let on = match &self.pool {
            Pool::Sqlite(db) => On::Line(db, query(text)),
            Pool::Postgres(pool) => On::Postgres(pool, query(text)),
        };
        Sql(on, text).scoped(association)
    }

    /// A value of the whole installation: the one that is kept, or this one from now on.
    pub async fn installation(&self, name: &'static str, first: &str) -> Result<String, Error> {
        let insert =
            "insert into installation (name, value) values ($1, $2) on conflict do nothing";
        let on = match &self.pool {
            Pool::Sqlite(db) => On::Line(db, query(insert)),
            Pool::Postgres(pool) => On::Postgres(pool, query(insert)),
        };
        Sql(on, insert).bind(name).bind(first).run().await?;
        Ok(self.kept(name).await?.unwrap_or_else(|| first.to_owned()))
    }

    /// A value of the whole installation, if there is one already.
    pub async fn kept(&self, name: &'static str) -> Result<Option<String>, Error> {
        let kept: Option<(String,)> = self
            .across_associations("select value from installation where name = $1")
            .bind(name)
            .optional()
            .await?;
        Ok(kept.map(|(value,)| value))
    }

    /// Keeps another value of the whole installation from now on.
    pub async fn keep(&self, name: &'static str, value: &str) -> Result<(), Error> {
        let upsert = "insert into installation (name, value) values ($1, $2)
             on conflict (name) do update set value = excluded.value";
        let on = match &self.pool {
            Pool::Sqlite(db) => On::Line(db, query(upsert)),
            Pool::Postgres(pool) => On::Postgres(pool, query(upsert)),
        };
        Sql(on, upsert).bind(name).bind(value).run().await
    }

    /// Where this database is, so that a copy of it can be told from it: the file itself, or the cluster
    /// and the database in it.
    pub async fn place(&self) -> Result<String, Error> {
        if let Some(file) = self.sqlite_file() {
            let path = file.canonicalize().map_err(sqlx::Error::Io)?;
            let inode = std::fs::metadata(&path).map_err(sqlx::Error::Io)?.ino();
            return Ok(format!("{} {inode}", path.display()));
        }
        let asked = self.across_associations(self.pick(
            "select '', ''",
            "select cast(s.system_identifier as text), cast(d.oid as text)
             from pg_control_system() s, pg_database d
             where d.datname = current_database()",
        ));
        let found: Option<(String, String)> = asked.optional().await?;
        let (cluster, database) = found.unwrap_or_default();
        Ok(format!("{cluster} {database}"))
    }

    /// Whether the database answers at all, within a second.
    pub async fn answers(&self) -> bool {
        let asked = self.across_associations("select name from installation limit 1");
        let answer = tokio::time::timeout(Duration::from_secs(1), asked.optional::<(String,)>());
        matches!(answer.await, Ok(Ok(_)))
    }

    /// For the few questions asked before an association is known: which one owns this host?
    pub fn across_associations(&self, text: &'static str) -> Sql<'_> {
        Sql(
            match &self.pool {
                Pool::Sqlite(db) => On::Sqlite(&db.readers, query(text)),
                Pool::Postgres(pool) => On::Postgres(pool, query(text)),
            },
            text,
        )
    }
}

pub struct Reader {
    via: Via,
    association: AssociationId,
    now: Timestamp,
}

enum Via {
    Pool(Db),
    Turn(sqlite::Turn),
    Transaction(postgres::Transaction),
}

impl Reader {
    pub fn now(&self) -> Timestamp {
        self.now
    }

    pub fn find(&mut self, text: &'static str) -> Sql<'_> {
        debug_assert!(text.trim_start().starts_with("select"), "find() is for selects: {text}");
        self.sql(text)
    }

    fn sql(&mut self, text: &'static str) -> Sql<'_> {
        let association = self.association.clone();
        self.unscoped(text).scoped(&association)
    }

    fn unscoped(&mut self, text: &'static str) -> Sql<'_> {
        Sql(
            match &mut self.via {
                Via::Pool(db) => db.across_associations(text).0,
                Via::Turn(turn) => On::Turn(turn, query(text)),
                Via::Transaction(tx) => On::Transaction(tx, query(text)),
            },
            text,
        )
    }
}

/// A transaction. Dropping it without [`Writer::commit`], wherever that happens, rolls it back; so
/// does a statement that fails, after which it answers [`Error::Over`].
pub struct Writer {
    reader: Reader,
    /// The epoch to move once this is committed.
    changed_config: Option<Arc<AtomicU64>>,
    /// Whether subscribers are to look into their outbox once this is committed.
    rouses: bool,
    db: Db,
}

impl Writer {
    pub fn change(&mut self, text: &'static str) -> Sql<'_> {
        self.reader.sql(text)
    }

    pub fn association(&self) -> &AssociationId {
        &self.reader.association
    }

    /// Tells every cache, here and on other nodes, once this is committed.
    pub async fn config_changed(&mut self) -> Result<(), Error> {
        self.change(
            "insert into config_versions (association_id, version)
             values ($1, 1)
             on conflict (association_id) do update set version = config_versions.version + 1",
        )
        .run()
        .await?;
        if let Pool::Postgres(_) = &self.db.pool {
            self.reader.unscoped("select pg_notify('novi_config', '')").run().await?;
        }
        self.changed_config = Some(self.db.config_epoch.clone());
        Ok(())
    }

    /// Wakes whoever waits for an outbox, here and on other nodes, once this is committed.
    pub async fn rouse(&mut self) -> Result<(), Error> {
        if !self.rouses && matches!(self.db.pool, Pool::Postgres(_)) {
            self.reader.unscoped("select pg_notify('novi_outbox', '')").run().await?;
        }
        self.rouses = true;
        Ok(())
    }

    pub async fn commit(self) -> Result<(), Error> {
        match self.reader.via {
            Via::Pool(_) => unreachable!("a Writer always holds a transaction"),
            Via::Turn(turn) => turn.commit().await?,
            Via::Transaction(tx) => tx.commit().await?,
        }
        if let Some(epoch) = self.changed_config {
            epoch.fetch_add(1, Ordering::AcqRel);
        }
        if self.rouses {
            self.db.roused.notify_one();
        }
        Ok(())
    }
}

impl Deref for Writer {
    type Target = Reader;

    fn deref(&self) -> &Reader {
        &self.reader
    }
}

impl DerefMut for Writer {
    fn deref_mut(&mut self) -> &mut Reader {
        &mut self.reader
    }
}

/// A database URL that may be shown.
pub fn without_password(url: &str) -> String {
    match url::Url::parse(url) {
        Ok(mut url) if url.password().is_some() => {
            url.set_password(Some("***")).ok();
            url.to_string()
        }
        _ => url.to_owned(),
    }
}

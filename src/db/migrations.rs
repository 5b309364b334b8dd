//! The way forward: one set of migrations for both databases, and a snapshot of the file before.

use std::path::PathBuf;

use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::{Connection as _, SqlSafeStr as _, SqliteConnection};

use super::{Db, Error, Pool};

macro_rules! migrations {
    ($($name:literal,)*) => {
        [$(($name, include_str!(concat!("../../migrations/", $name, ".sql")))),*]
    };
}

/// Every file of `migrations/`, in order; a test compares.
pub const MIGRATIONS: [(&str, &str); 1] = migrations!["0001_core",];

/// What `migrate` did.
#[derive(Debug, Default)]
pub struct Migrated {
    pub applied: Vec<&'static str>,
    /// The embedded database as it was before, when there was one.
    pub snapshot: Option<PathBuf>,
}

impl Db {
    /// Applies what is missing, forward only. Refuses a database that a newer program has migrated.
    pub async fn migrate(&self) -> Result<Migrated, Error> {
        let before = self.applied().await?;
        let known = MIGRATIONS.map(|(name, _)| version(name));
        if let Some(newer) = before.iter().find(|found| !known.contains(found)) {
            return Err(Error::Migration(format!(
                "it was made by a newer novi-sso (migration {newer}); run that version, or restore the backup from before"
            )));
        }
        let missing = MIGRATIONS.iter().filter(|(name, _)| !before.contains(&version(name)));
        let applied: Vec<_> = missing.map(|(name, _)| *name).collect();
        let Some(first) = applied.first() else { return Ok(Migrated::default()) };
        let snapshot = match self.sqlite_file() {
            Some(file) if !before.is_empty() => {
                let mut path = file.as_os_str().to_owned();
                path.push(format!(".before-{first}"));
                let path = PathBuf::from(path);
                self.backup(&path).await?;
                Some(path)
            }
            _ => None,
        };
        let migrator = Migrator::with_migrations(all().into());
        match &self.pool {
            Pool::Sqlite(db) => {
                let mut conn = SqliteConnection::connect_with(&db.options).await?;
                migrator.run(&mut conn).await?;
                conn.close().await?;
            }
            Pool::Postgres(pool) => migrator.run(pool).await?,
        }
        Ok(Migrated { applied, snapshot })
    }

    /// The names of the migrations that this database still lacks.
    pub async fn pending_migrations(&self) -> Result<Vec<&'static str>, Error> {
        let applied = self.applied().await?;
        let missing = MIGRATIONS.iter().filter(|(name, _)| !applied.contains(&version(name)));
        Ok(missing.map(|(name, _)| *name).collect())
    }

    async fn applied(&self) -> Result<Vec<i64>, Error> {
        let table: Option<(String,)> = self
            .across_associations(self.pick(
                "select name from sqlite_master where type = 'table' and name = '_sqlx_migrations'",
                "select table_name::text from information_schema.tables
                 where table_schema = current_schema() and table_name = '_sqlx_migrations'",
            ))
            .optional()
            .await?;
        if table.is_none() {
            return Ok(Vec::new());
        }
        let rows: Vec<(i64,)> = self
            .across_associations("select version from _sqlx_migrations order by version")
            .all()
            .await?;
        Ok(rows.into_iter().map(|(version,)| version).collect())
    }
}

impl From<MigrateError> for Error {
    fn from(error: MigrateError) -> Self {
        Self::Migration(error.to_string())
    }
}

fn version(name: &str) -> i64 {
    let (version, _) = name.split_once('_').expect("a migration is called 0001_core");
    version.parse().expect("a migration begins with its number")
}

pub(super) fn all() -> Vec<Migration> {
    MIGRATIONS.map(migration).into()
}

fn migration((name, text): (&'static str, &'static str)) -> Migration {
    let (_, label) = name.split_once('_').expect("a migration is called 0001_core");
    Migration::new(version(name), label.into(), MigrationType::Simple, text.into_sql_str(), false)
}

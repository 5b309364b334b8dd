//! The way forward: one set of migrations for both databases, and a snapshot of the file before.

use std::path::{Path, PathBuf};

use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::{Connection as _, SqlSafeStr as _, SqliteConnection};

use super::{Db, Error, Pool};

/// Its name, and its statements.
type Named = (&'static str, &'static str);

macro_rules! migrations {
    ($($name:literal,)*) => {
        [$(($name, include_str!(concat!("../../migrations/", $name, ".sql")))),*]
    };
}

/// Every file of `migrations/`, in order; a test compares.
pub const MIGRATIONS: [Named; 5] =
    migrations!["0001_core", "0002_provider", "0003_sync", "0004_sync_pace", "0005_sync_unsure",];

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
        self.migrate_to(&MIGRATIONS).await
    }

    async fn migrate_to(&self, known: &[Named]) -> Result<Migrated, Error> {
        let before = self.applied().await?;
        let is_known = |found: &i64| known.iter().any(|(name, _)| version(name) == *found);
        if let Some(newer) = before.iter().find(|found| !is_known(found)) {
            return Err(Error::Migration(format!(
                "it was made by a newer novi-sso (migration {newer}); run that version, or restore the backup from before"
            )));
        }
        let missing = known.iter().filter(|(name, _)| !before.contains(&version(name)));
        let applied: Vec<_> = missing.map(|(name, _)| *name).collect();
        let Some(first) = applied.first() else { return Ok(Migrated::default()) };
        let snapshot = match self.sqlite_file() {
            Some(file) if !before.is_empty() => {
                let path = free_beside(file, &format!("before-{first}"));
                self.backup(&path).await?;
                Some(path)
            }
            _ => None,
        };
        let migrations = known.iter().copied().map(migration).collect();
        let migrator = Migrator::with_migrations(migrations);
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

/// A file that is not there yet: what an earlier try has left may be all that is left of the data.
fn free_beside(file: &Path, purpose: &str) -> PathBuf {
    let named = |end: &str| {
        let mut path = file.as_os_str().to_owned();
        path.push(format!(".{purpose}{end}"));
        PathBuf::from(path)
    };
    let (mut path, mut number) = (named(""), 1);
    while path.exists() {
        number += 1;
        path = named(&format!(".{number}"));
    }
    path
}

pub(super) fn all() -> Vec<Migration> {
    MIGRATIONS.map(migration).into()
}

fn migration((name, text): Named) -> Migration {
    let (_, label) = name.split_once('_').expect("a migration is called 0001_core");
    Migration::new(version(name), label.into(), MigrationType::Simple, text.into_sql_str(), false)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BROKEN: Named =
        ("0002_more", "create table more (name text); insert into nowhere values (1)");
    const SOUND: Named = ("0002_more", "create table more (name text)");

    async fn existing(name: &str) -> (Db, PathBuf) {
        let folder = std::env::temp_dir().join(format!("novi-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let db = Db::open(&format!("sqlite://{}/novi.db", folder.display())).await.unwrap();
        let first = db.migrate_to(&MIGRATIONS[..1]).await.unwrap();
        assert_eq!((first.applied.len(), first.snapshot), (1, None));
        db.installation("canary", "sings").await.unwrap();
        (db, folder)
    }

    #[tokio::test]
    async fn an_existing_file_is_copied_before_it_is_changed() {
        let (db, folder) = existing("snapshot").await;

        let migrated = db.migrate_to(&[MIGRATIONS[0], SOUND]).await.unwrap();

        assert_eq!(migrated.applied, ["0002_more"]);
        let snapshot = migrated.snapshot.unwrap();
        assert_eq!(snapshot, folder.join("novi.db.before-0002_more"));
        let before = Db::open(&format!("sqlite://{}", snapshot.display())).await.unwrap();
        assert_eq!(before.applied().await.unwrap(), [1]);
        assert_eq!(before.kept("canary").await.unwrap().as_deref(), Some("sings"));
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[tokio::test]
    async fn a_migration_that_failed_changes_nothing_and_does_not_stand_in_the_way_of_the_next() {
        let (db, folder) = existing("failed").await;

        let failed = db.migrate_to(&[MIGRATIONS[0], BROKEN]).await;
        assert!(matches!(failed, Err(Error::Migration(_))), "{failed:?}");
        assert_eq!(db.applied().await.unwrap(), [1]);
        let migrated = db.migrate_to(&[MIGRATIONS[0], SOUND]).await.unwrap();

        assert_eq!(migrated.snapshot, Some(folder.join("novi.db.before-0002_more.2")));
        assert!(folder.join("novi.db.before-0002_more").exists());
        assert_eq!(db.applied().await.unwrap(), [1, 2]);
        std::fs::remove_dir_all(folder).unwrap();
    }
}

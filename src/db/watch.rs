//! Notices what others changed: the command line beside a running server, or another node.

use std::time::Duration;

use sqlx::postgres::PgListener;
use sqlx::{Connection as _, PgPool, SqliteConnection, query_scalar};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::{Db, Error, Pool, sqlite};

const LOOK: Duration = Duration::from_millis(250);
const POLL: Duration = Duration::from_secs(5);

impl Db {
    /// Moves the config epoch whenever somebody else has changed what is cached. Runs until stopped.
    pub async fn watch_config(self, stop: CancellationToken) {
        stop.run_until_cancelled_owned(async {
            loop {
                let seen = match &self.pool {
                    Pool::Sqlite(db) => self.watch_sqlite(db).await,
                    Pool::Postgres(pool) => self.watch_postgres(pool).await,
                };
                if let Err(error) = seen {
                    tracing::warn!(%error, "cannot see what other processes change; trying again");
                }
                sleep(POLL).await;
            }
        })
        .await;
    }

    /// `data_version` moves when another connection has changed the file; it costs no disk read.
    async fn watch_sqlite(&self, db: &sqlite::Database) -> Result<(), Error> {
        let options = (*db.options).clone().read_only(true);
        let mut conn = SqliteConnection::connect_with(&options).await?;
        let (mut data_version, mut config) = (-1_i64, self.begin_watch().await?);
        loop {
            let now: i64 = query_scalar("pragma data_version").fetch_one(&mut conn).await?;
            if now != data_version {
                data_version = now;
                self.compare(&mut config).await?;
                self.roused.notify_one(); // what changed may be an outbox
            }
            sleep(LOOK).await;
        }
    }

    async fn watch_postgres(&self, pool: &PgPool) -> Result<(), Error> {
        let mut listener = PgListener::connect_with(pool).await?;
        listener.listen_all(["novi_config", "novi_outbox"]).await?;
        let mut config = self.begin_watch().await?;
        loop {
            match timeout(POLL, listener.recv()).await {
                Ok(Ok(told)) if told.channel() == "novi_outbox" => self.roused.notify_one(),
                Ok(Ok(_)) => self.bump_config_epoch(),
                Ok(Err(error)) => return Err(error.into()),
                Err(_) => self.compare(&mut config).await?,
            }
        }
    }

    /// What changed while nobody looked is unknown, so what is cached from then is dropped. From
    /// here on every change either is in the answer or will be noticed.
    async fn begin_watch(&self) -> Result<i64, Error> {
        let config = self.config_version().await?;
        self.bump_config_epoch();
        Ok(config)
    }

    async fn compare(&self, known: &mut i64) -> Result<(), Error> {
        let now = self.config_version().await?;
        if *known != now {
            *known = now;
            self.bump_config_epoch();
        }
        Ok(())
    }

    async fn config_version(&self) -> Result<i64, Error> {
        let sum: Option<(i64,)> = self
            .across_associations(
                "select cast(coalesce(sum(version), 0) as bigint) from config_versions",
            )
            .optional()
            .await?;
        Ok(sum.map_or(0, |(sum,)| sum))
    }
}

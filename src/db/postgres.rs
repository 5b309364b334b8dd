//! PostgreSQL: one pool, and transactions that take their turn per association.

use std::mem;
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgArguments, PgConnectOptions, PgPoolOptions, PgRow};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, PgPool, Postgres};
use tokio::time::timeout;

use super::Error;
use crate::id::AssociationId;

/// How long a connection may take.
const PATIENCE: Duration = Duration::from_secs(5);

pub async fn open(url: &str) -> Result<PgPool, Error> {
    let options = url
        .parse::<PgConnectOptions>()?
        .options([("idle_in_transaction_session_timeout", "5s"), ("statement_timeout", "10s")]);
    // A pool that cannot connect only says that it waited; one connection says why.
    let first = timeout(PATIENCE, PgConnection::connect_with(&options)).await;
    first.map_err(|_| Error::Silent(PATIENCE.as_secs()))??.close().await?;
    let pool = PgPoolOptions::new()
        .max_connections(16)
        .acquire_timeout(PATIENCE)
        .test_before_acquire(false)
        .before_acquire(|conn, meta| {
            Box::pin(async move {
                // One that worked a moment ago is not asked again.
                Ok(meta.idle_for < Duration::from_secs(1) || conn.ping().await.is_ok())
            })
        });
    Ok(pool.connect_with(options).await?)
}

pub type Query = sqlx::query::Query<'static, Postgres, PgArguments>;

/// A transaction that is rolled back wherever its owner is dropped, even inside `begin`: sqlx
/// 0.9.0's own would go back to the pool still open (sqlx #4385).
pub struct Transaction {
    conn: Option<PoolConnection<Postgres>>,
    sound: bool,
}

impl Transaction {
    pub async fn begin(pool: &PgPool, association: &AssociationId) -> Result<Self, Error> {
        let digest = crate::token::sha256(association.as_str());
        let key = i64::from_be_bytes(*digest.first_chunk().expect("a digest has 32 bytes"));
        let mut tx = Self { conn: Some(pool.acquire().await?), sound: true };
        tx.send(format!("begin; select pg_advisory_xact_lock({key})")).await?;
        Ok(tx)
    }

    pub async fn rows(&mut self, query: Query) -> Result<Vec<PgRow>, Error> {
        // Until the answer is here, the transaction counts as failed: PostgreSQL answers `commit`
        // with a quiet rollback if a statement has failed before.
        let sound = mem::replace(&mut self.sound, false);
        let conn = self.conn.as_mut().filter(|_| sound).ok_or(Error::Over)?;
        let rows = query.fetch_all(&mut **conn).await?;
        self.sound = true;
        Ok(rows)
    }

    pub async fn commit(mut self) -> Result<(), Error> {
        self.send("commit".to_owned()).await?;
        self.conn = None;
        Ok(())
    }

    async fn send(&mut self, text: String) -> Result<(), Error> {
        let conn = self.conn.as_mut().filter(|_| self.sound).ok_or(Error::Over)?;
        conn.execute(sqlx::raw_sql(AssertSqlSafe(text))).await?;
        Ok(())
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        if let Some(mut conn) = self.conn.take() {
            tokio::spawn(async move {
                if conn.execute("rollback").await.is_err() {
                    conn.close_on_drop();
                }
            });
        }
    }
}

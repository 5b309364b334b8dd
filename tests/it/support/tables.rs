//! All rows of the database, to see what a request has changed.

use std::collections::BTreeMap;

use sqlx::{AssertSqlSafe, Connection as _, PgConnection, SqliteConnection};

use super::Novi;

/// Every table with its rows as text.
#[derive(Clone, PartialEq, Eq)]
pub struct Tables(BTreeMap<String, Vec<String>>);

impl Tables {
    /// The tables that hold something else than before.
    pub fn changed_since(&self, before: &Tables) -> Vec<&str> {
        let changed = self.0.iter().filter(|(table, rows)| before.0.get(*table) != Some(*rows));
        changed.map(|(table, _)| &**table).collect()
    }

    /// Whether a text stands anywhere in the database.
    pub fn hold(&self, text: &str) -> bool {
        self.0.values().flatten().any(|row| row.contains(text))
    }
}

impl Novi {
    pub async fn tables(&self) -> Tables {
        let tables = if self.on_sqlite() { self.on_disk().await } else { self.on_server().await };
        assert!(tables.len() > 10, "the schema was not found");
        Tables(tables)
    }

    async fn on_disk(&self) -> BTreeMap<String, Vec<String>> {
        let mut conn = SqliteConnection::connect(&self.url).await.unwrap();
        let names = "select name from sqlite_master where type = 'table' order by name";
        let names: Vec<String> = sqlx::query_scalar(names).fetch_all(&mut conn).await.unwrap();
        let mut tables = BTreeMap::new();
        for table in names {
            let columns = sqlx::query_scalar("select name from pragma_table_info($1)").bind(&table);
            let columns: Vec<String> = columns.fetch_all(&mut conn).await.unwrap();
            let row: Vec<_> = columns.iter().map(|column| format!("quote({column})")).collect();
            let all = format!("select {} from {table} order by 1", row.join(" || ',' || "));
            let rows = sqlx::query_scalar(AssertSqlSafe(all)).fetch_all(&mut conn).await.unwrap();
            tables.insert(table, rows);
        }
        tables
    }

    async fn on_server(&self) -> BTreeMap<String, Vec<String>> {
        let mut conn = PgConnection::connect(&self.url).await.unwrap();
        let names = "select table_name::text from information_schema.tables \
                     where table_schema = 'public' order by 1";
        let names: Vec<String> = sqlx::query_scalar(names).fetch_all(&mut conn).await.unwrap();
        let mut tables = BTreeMap::new();
        for table in names {
            let all = AssertSqlSafe(format!("select t::text from {table} t order by 1"));
            let rows = sqlx::query_scalar(all).fetch_all(&mut conn).await.unwrap();
            tables.insert(table, rows);
        }
        tables
    }
}

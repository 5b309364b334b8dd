//! One statement, the same text on both databases: bind values, get typed rows.

use std::time::{Duration, Instant};

use serde_json::{Map, Value as Json};
use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::postgres::types::Oid;
use sqlx::postgres::{PgArgumentBuffer, PgRow, PgTypeInfo};
use sqlx::sqlite::{SqliteRow, SqliteTypeInfo};
use sqlx::{Encode, FromRow, PgPool, Postgres, Sqlite, SqlitePool, Type};

use super::{Error, postgres, sqlite};
use crate::id::AssociationId;

/// A statement, and its text for whoever wants to know which one was slow.
pub struct Sql<'c>(pub(super) On<'c>, pub(super) &'static str);

/// Where the statement runs, in the form that is understood there.
pub(super) enum On<'c> {
    Sqlite(&'c SqlitePool, sqlite::Query),
    Turn(&'c mut sqlite::Turn, sqlite::Query),
    Line(&'c sqlite::Database, sqlite::Query),
    Postgres(&'c PgPool, postgres::Query),
    Transaction(&'c mut postgres::Transaction, postgres::Query),
}

enum Rows {
    Sqlite(Vec<SqliteRow>),
    Postgres(Vec<PgRow>),
}

impl Sql<'_> {
    pub(super) fn scoped(self, association: &AssociationId) -> Self {
        let text = self.1;
        debug_assert!(is_scoped(text), "$1 must be the association: {text}");
        self.bind(association)
    }

    pub fn bind<'t>(mut self, value: impl Value<'t>) -> Self {
        let bound = match &mut self.0 {
            On::Sqlite(_, query) | On::Turn(_, query) | On::Line(_, query) => query.try_bind(value),
            On::Postgres(_, query) | On::Transaction(_, query) => query.try_bind(value),
        };
        bound.expect("text, integers and booleans always encode");
        self
    }

    /// The first row, if there is one.
    pub async fn optional<T: Row>(self) -> Result<Option<T>, Error> {
        Ok(match self.rows().await? {
            Rows::Sqlite(rows) => rows.first().map(T::from_row).transpose()?,
            Rows::Postgres(rows) => rows.first().map(T::from_row).transpose()?,
        })
    }

    pub async fn all<T: Row>(self) -> Result<Vec<T>, Error> {
        Ok(match self.rows().await? {
            Rows::Sqlite(rows) => rows.iter().map(T::from_row).collect::<Result<_, _>>()?,
            Rows::Postgres(rows) => rows.iter().map(T::from_row).collect::<Result<_, _>>()?,
        })
    }

    /// For a statement that answers nothing. To learn what it touched, write `returning`.
    pub async fn run(self) -> Result<(), Error> {
        self.rows().await.map(drop)
    }

    async fn rows(self) -> Result<Rows, Error> {
        let (text, begun) = (self.1, Instant::now());
        let rows = self.fetched().await;
        let took = begun.elapsed();
        if took > SLOW {
            metrics::counter!("database_slow_statements_total").increment(1);
            tracing::warn!(took_ms = took.as_millis(), text, "a slow statement");
        }
        if let Err(Error::Failed(error)) = &rows {
            metrics::counter!("database_failed_statements_total").increment(1);
            tracing::warn!(%error, text, "a failed statement");
        }
        rows
    }

    /// Always to the last row: a statement left halfway would stay open on its connection.
    async fn fetched(self) -> Result<Rows, Error> {
        Ok(match self.0 {
            On::Sqlite(pool, query) => Rows::Sqlite(query.fetch_all(pool).await?),
            On::Turn(turn, query) => Rows::Sqlite(turn.rows(query).await?),
            On::Line(db, query) => Rows::Sqlite(db.once(query).await?),
            On::Postgres(pool, query) => Rows::Postgres(query.fetch_all(pool).await?),
            On::Transaction(tx, query) => Rows::Postgres(tx.rows(query).await?),
        })
    }
}

/// From here on a statement is worth a line in the log.
const SLOW: Duration = Duration::from_millis(250);

fn is_scoped(text: &str) -> bool {
    let inserts = text.contains("($1,") || text.contains("select $1,");
    text.contains("association_id = $1") || (text.contains("(association_id,") && inserts)
}

/// What both databases can keep: text, integers, booleans, and newtypes of them (see [`column!`]).
pub trait Value<'t>:
    Encode<'t, Sqlite> + Type<Sqlite> + Encode<'t, Postgres> + Type<Postgres>
{
}

impl<'t, T> Value<'t> for T where
    T: Encode<'t, Sqlite> + Type<Sqlite> + Encode<'t, Postgres> + Type<Postgres>
{
}

/// Rows for one statement about many: a JSON object that `jsonb_each($2)` takes apart again, on both
/// databases, into `key` and `value`. `value ->> 'name'` is text, or null.
#[derive(Clone)]
pub struct Many(String);

/// `jsonb` and the version of its binary form.
const JSONB: Oid = Oid(3802);
const JSONB_VERSION: u8 = 1;

impl Many {
    /// Each of them is a `key`.
    pub fn keys<K: ToString>(keys: impl IntoIterator<Item = K>) -> Self {
        Self::pairs(keys.into_iter().map(|key| (key, Json::Null)))
    }

    /// A key that comes twice stands as it came last.
    pub fn pairs<K: ToString>(pairs: impl IntoIterator<Item = (K, Json)>) -> Self {
        let object: Map<String, Json> =
            pairs.into_iter().map(|(key, value)| (key.to_string(), value)).collect();
        Self(Json::Object(object).to_string())
    }

    /// Each of them is a `value`, whatever the others are.
    pub fn values(values: impl IntoIterator<Item = Json>) -> Self {
        Self::pairs(values.into_iter().enumerate())
    }
}

impl Type<Sqlite> for Many {
    fn type_info() -> SqliteTypeInfo {
        <String as Type<Sqlite>>::type_info()
    }
}

impl Encode<'_, Sqlite> for Many {
    fn encode_by_ref(
        &self,
        buffer: &mut <Sqlite as sqlx::Database>::ArgumentBuffer,
    ) -> Result<IsNull, BoxDynError> {
        Encode::<Sqlite>::encode_by_ref(&self.0, buffer)
    }
}

impl Type<Postgres> for Many {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_oid(JSONB)
    }
}

impl Encode<'_, Postgres> for Many {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        buffer.push(JSONB_VERSION);
        buffer.extend_from_slice(self.0.as_bytes());
        Ok(IsNull::No)
    }
}

/// What both databases can answer: tuples, and structs defined in [`rows!`].
pub trait Row: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> {}

impl<T> Row for T where T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> {}

/// Structs whose fields are columns of the same name. Does the work of `derive(FromRow)`, for which
/// sqlx would compile both drivers a second time.
macro_rules! rows {
    ($( $(#[$meta:meta])* $vis:vis struct $name:ident {
        $( $(#[$doc:meta])* $field_vis:vis $field:ident: $type:ty, )*
    } )*) => { $(
        $(#[$meta])*
        $vis struct $name { $( $(#[$doc])* $field_vis $field: $type, )* }

        impl<'r, R: sqlx::Row> sqlx::FromRow<'r, R> for $name
        where
            &'static str: sqlx::ColumnIndex<R>,
            $( $type: sqlx::Decode<'r, R::Database> + sqlx::Type<R::Database>, )*
        {
            fn from_row(row: &'r R) -> sqlx::Result<Self> {
                Ok(Self { $( $field: row.try_get(stringify!($field))?, )* })
            }
        }
    )* };
}
pub(crate) use rows;

/// Structs whose fields are structs of [`rows!`], read from one row that has the columns of all.
macro_rules! joined {
    ($( $(#[$meta:meta])* $vis:vis struct $name:ident {
        $( $field_vis:vis $field:ident: $type:ty, )*
    } )*) => { $(
        $(#[$meta])*
        $vis struct $name { $( $field_vis $field: $type, )* }

        impl<'r, R: sqlx::Row> sqlx::FromRow<'r, R> for $name
        where
            $( $type: sqlx::FromRow<'r, R>, )*
        {
            fn from_row(row: &'r R) -> sqlx::Result<Self> {
                Ok(Self { $( $field: <$type as sqlx::FromRow<'r, R>>::from_row(row)?, )* })
            }
        }
    )* };
}
pub(crate) use joined;

/// Lets a newtype be a column: `column!(ClientId: String)` for `struct ClientId(String)`.
macro_rules! column {
    ($name:ident: $inner:ty) => {
        impl<DB: sqlx::Database> sqlx::Type<DB> for $name
        where
            $inner: sqlx::Type<DB>,
        {
            fn type_info() -> DB::TypeInfo {
                <$inner as sqlx::Type<DB>>::type_info()
            }

            fn compatible(found: &DB::TypeInfo) -> bool {
                <$inner as sqlx::Type<DB>>::compatible(found)
            }
        }

        impl<'q, DB: sqlx::Database> sqlx::Encode<'q, DB> for $name
        where
            $inner: sqlx::Encode<'q, DB>,
        {
            fn encode_by_ref(
                &self,
                buffer: &mut DB::ArgumentBuffer,
            ) -> Result<sqlx::encode::IsNull, sqlx::error::BoxDynError> {
                self.0.encode_by_ref(buffer)
            }
        }

        impl<'r, DB: sqlx::Database> sqlx::Decode<'r, DB> for $name
        where
            $inner: sqlx::Decode<'r, DB>,
        {
            fn decode(value: DB::ValueRef<'r>) -> Result<Self, sqlx::error::BoxDynError> {
                <$inner as sqlx::Decode<'r, DB>>::decode(value).map(Self)
            }
        }
    };
}
pub(crate) use column;

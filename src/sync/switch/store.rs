//! `associations`: whether it is a staging one.

use super::Staging;
use crate::clock::Timestamp;
use crate::db::{Error, Reader, Writer};

pub async fn staging(db: &mut Reader) -> Result<Option<Staging>, Error> {
    db.find("select staging_since, staging_sync_at from associations where association_id = $1")
        .optional()
        .await
}

pub async fn mark(
    tx: &mut Writer,
    staging: Option<Timestamp>,
    syncs: Option<Timestamp>,
) -> Result<(), Error> {
    tx.change(
        "update associations
         set staging_since = case when cast($2 as bigint) is null then null else coalesce(staging_since, $2) end,
             staging_sync_at = $3
         where association_id = $1",
    )
    .bind(staging)
    .bind(syncs)
    .run()
    .await
}

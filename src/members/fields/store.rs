//! `custom_fields`, `custom_values`.

use super::{Field, Value};
use crate::db::{Error, Reader, Writer};
use crate::id::{FieldId, RecordId};

pub async fn all(db: &mut Reader) -> Result<Vec<Field>, Error> {
    db.find(
        "select field_id, key, label, kind, shown_since, higher_logic_since
         from custom_fields
         where association_id = $1
         order by position, field_id",
    )
    .all()
    .await
}

pub async fn find(db: &mut Reader, id: &FieldId) -> Result<Option<Field>, Error> {
    db.find(
        "select field_id, key, label, kind, shown_since, higher_logic_since
         from custom_fields
         where association_id = $1 and field_id = $2",
    )
    .bind(id)
    .optional()
    .await
}

/// The last one of the list.
pub async fn insert(tx: &mut Writer, field: &Field) -> Result<(), Error> {
    let now = tx.now();
    tx.change(
        "insert into custom_fields
             (association_id, field_id, key, label, kind, shown_since, higher_logic_since,
              position, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7,
                 (select coalesce(max(f.position), 0) + 1 from custom_fields f
                  where f.association_id = $1),
                 $8, $8)",
    )
    .bind(&field.field_id)
    .bind(&field.key)
    .bind(&field.label)
    .bind(&field.kind)
    .bind(field.shown_since)
    .bind(field.higher_logic_since)
    .bind(now)
    .run()
    .await
}

pub async fn update(tx: &mut Writer, field: &Field) -> Result<(), Error> {
    let now = tx.now();
    tx.change(
        "update custom_fields
         set label = $3, shown_since = $4, higher_logic_since = $5, updated_at = $6
         where association_id = $1 and field_id = $2",
    )
    .bind(&field.field_id)
    .bind(&field.label)
    .bind(field.shown_since)
    .bind(field.higher_logic_since)
    .bind(now)
    .run()
    .await
}

pub async fn delete(tx: &mut Writer, id: &FieldId) -> Result<(), Error> {
    tx.change("delete from custom_fields where association_id = $1 and field_id = $2")
        .bind(id)
        .run()
        .await
}

pub async fn delete_values(tx: &mut Writer, id: &FieldId, most: i64) -> Result<usize, Error> {
    let gone: Vec<(RecordId,)> = tx
        .change(
            "delete from custom_values
             where association_id = $1 and field_id = $2 and record_id in (
                 select record_id from custom_values
                 where association_id = $1 and field_id = $2
                 limit $3)
             returning record_id",
        )
        .bind(id)
        .bind(most)
        .all()
        .await?;
    Ok(gone.len())
}

pub async fn size(db: &mut Reader, id: &FieldId) -> Result<i64, Error> {
    let counted: Option<(i64,)> = db
        .find(
            "select count(*) from custom_values
             where association_id = $1 and field_id = $2",
        )
        .bind(id)
        .optional()
        .await?;
    Ok(counted.map_or(0, |(size,)| size))
}

pub async fn values(db: &mut Reader, record: &RecordId) -> Result<Vec<Value>, Error> {
    db.find(
        "select field_id, value from custom_values
         where association_id = $1 and record_id = $2",
    )
    .bind(record)
    .all()
    .await
}

pub async fn set_value(
    tx: &mut Writer,
    record: &RecordId,
    field: &FieldId,
    value: &str,
) -> Result<(), Error> {
    let now = tx.now();
    tx.change(
        "insert into custom_values (association_id, record_id, field_id, value, updated_at)
         values ($1, $2, $3, $4, $5)
         on conflict (association_id, record_id, field_id)
             do update set value = excluded.value, updated_at = excluded.updated_at",
    )
    .bind(record)
    .bind(field)
    .bind(value)
    .bind(now)
    .run()
    .await
}

pub async fn clear_value(tx: &mut Writer, record: &RecordId, field: &FieldId) -> Result<(), Error> {
    tx.change(
        "delete from custom_values
         where association_id = $1 and record_id = $2 and field_id = $3",
    )
    .bind(record)
    .bind(field)
    .run()
    .await
}

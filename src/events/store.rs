//! `events`: inserted, never changed.

use super::Kind;
use crate::clock::Timestamp;
use crate::db::{Error, Reader, Writer};
use crate::id::EventId;

pub async fn insert(
    tx: &mut Writer,
    id: &EventId,
    kind: Kind,
    actor: &str,
    subject: &str,
    sealed_details: &str,
) -> Result<(), Error> {
    let now = tx.now();
    tx.change(
        "insert into events (association_id, event_id, at, kind, actor, subject, details)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict do nothing",
    )
    .bind(id)
    .bind(now)
    .bind(kind.as_text())
    .bind(actor)
    .bind(subject)
    .bind(sealed_details)
    .run()
    .await
}

pub async fn last_actor(
    db: &mut Reader,
    subject: &str,
    kinds: [Kind; 4],
) -> Result<Option<String>, Error> {
    let [first, second, third, fourth] = kinds.map(Kind::as_text);
    let found: Option<(String,)> = db
        .find(
            "select actor from events
             where association_id = $1 and subject = $2 and kind in ($3, $4, $5, $6)
             order by at desc
             limit 1",
        )
        .bind(subject)
        .bind(first)
        .bind(second)
        .bind(third)
        .bind(fourth)
        .optional()
        .await?;
    Ok(found.map(|(actor,)| actor))
}

pub async fn latest(db: &mut Reader) -> Result<Option<Timestamp>, Error> {
    let newest: Option<(Timestamp,)> = db
        .find("select at from events where association_id = $1 order by at desc limit 1")
        .optional()
        .await?;
    Ok(newest.map(|(at,)| at))
}

//! `events`: inserted, never changed. `subscriptions` and `outbox`: who wants to hear of them.

use super::{About, Cursor, Event, Hint, Kind, Named, Subscriber};
use crate::clock::Timestamp;
use crate::db::{Db, Error, Reader, Writer};
use crate::id::{AssociationId, EventId};

pub async fn insert(
    tx: &mut Writer,
    id: &EventId,
    kind: Kind,
    actor: &str,
    about: About<'_>,
    sealed_details: &str,
) -> Result<(), Error> {
    let now = tx.now();
    tx.change(
        "insert into events
             (association_id, event_id, at, kind, actor, subject, details, object)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict do nothing",
    )
    .bind(id)
    .bind(now)
    .bind(kind.as_text())
    .bind(actor)
    .bind(about.subject)
    .bind(sealed_details)
    .bind(about.object)
    .run()
    .await
}

/// Puts it into the outbox of everybody who subscribed; false where nobody did.
pub async fn tell(
    tx: &mut Writer,
    id: &EventId,
    kind: Kind,
    about: About<'_>,
) -> Result<bool, Error> {
    let now = tx.now();
    let told: Vec<(EventId,)> = tx
        .change(
            "insert into outbox (association_id, subscriber, event_id, at, kind, subject, object)
             select s.association_id, s.subscriber, $2, $3, $4, $5, $6
             from subscriptions s
             where s.association_id = $1
             on conflict do nothing
             returning event_id",
        )
        .bind(id)
        .bind(now)
        .bind(kind.as_text())
        .bind(about.subject)
        .bind(about.object)
        .all()
        .await?;
    Ok(!told.is_empty())
}

pub async fn subscribe(tx: &mut Writer, subscriber: Subscriber) -> Result<(), Error> {
    let now = tx.now();
    tx.change(
        "insert into subscriptions (association_id, subscriber, since)
         values ($1, $2, $3)
         on conflict do nothing",
    )
    .bind(subscriber.as_text())
    .bind(now)
    .run()
    .await
}

pub async fn unsubscribe(tx: &mut Writer, subscriber: Subscriber) -> Result<(), Error> {
    tx.change("delete from subscriptions where association_id = $1 and subscriber = $2")
        .bind(subscriber.as_text())
        .run()
        .await?;
    tx.change("delete from outbox where association_id = $1 and subscriber = $2")
        .bind(subscriber.as_text())
        .run()
        .await
}

pub async fn waiting(db: &Db, subscriber: Subscriber) -> Result<Vec<AssociationId>, Error> {
    let found: Vec<(AssociationId,)> = db
        .across_associations("select distinct association_id from outbox where subscriber = $1")
        .bind(subscriber.as_text())
        .all()
        .await?;
    Ok(found.into_iter().map(|(id,)| id).collect())
}

pub async fn hints(db: &mut Reader, subscriber: Subscriber, most: i64) -> Result<Vec<Hint>, Error> {
    db.find(
        "select event_id, kind, subject, object from outbox
         where association_id = $1 and subscriber = $2
         order by at, event_id
         limit $3",
    )
    .bind(subscriber.as_text())
    .bind(most)
    .all()
    .await
}

pub async fn clear(tx: &mut Writer, subscriber: Subscriber, id: &EventId) -> Result<(), Error> {
    tx.change("delete from outbox where association_id = $1 and subscriber = $2 and event_id = $3")
        .bind(subscriber.as_text())
        .bind(id)
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

pub async fn cursor(db: &mut Reader, event: &EventId) -> Result<Option<Cursor>, Error> {
    db.find("select at, event_id from events where association_id = $1 and event_id = $2")
        .bind(event)
        .optional()
        .await
}

pub async fn by_time(db: &mut Reader, before: &Cursor, most: i64) -> Result<Vec<Event>, Error> {
    db.find(
        "select event_id, at, kind, actor, subject, object, details
         from events
         where association_id = $1 and (at, event_id) < ($2, $3)
         order by at desc, event_id desc
         limit $4",
    )
    .bind(before.at)
    .bind(&before.event_id)
    .bind(most)
    .all()
    .await
}

pub async fn by_kind(
    db: &mut Reader,
    kind: Kind,
    before: &Cursor,
    most: i64,
) -> Result<Vec<Event>, Error> {
    db.find(
        "select event_id, at, kind, actor, subject, object, details
         from events
         where association_id = $1 and kind = $2 and (at, event_id) < ($3, $4)
         order by at desc, event_id desc
         limit $5",
    )
    .bind(kind.as_text())
    .bind(before.at)
    .bind(&before.event_id)
    .bind(most)
    .all()
    .await
}

/// `kinds` is a list with commas around each, or empty for all. What is known of one id is never so
/// much that it could not be looked through.
pub async fn by_subject(
    db: &mut Reader,
    id: &str,
    kinds: &str,
    before: &Cursor,
    most: i64,
) -> Result<Vec<Event>, Error> {
    db.find(
        "select event_id, at, kind, actor, subject, object, details
         from events
         where association_id = $1 and subject = $2 and (at, event_id) < ($3, $4)
             and ($5 = '' or $5 like '%,' || kind || ',%')
         order by at desc, event_id desc
         limit $6",
    )
    .bind(id)
    .bind(before.at)
    .bind(&before.event_id)
    .bind(kinds)
    .bind(most)
    .all()
    .await
}

pub async fn by_object(
    db: &mut Reader,
    id: &str,
    kinds: &str,
    before: &Cursor,
    most: i64,
) -> Result<Vec<Event>, Error> {
    db.find(
        "select event_id, at, kind, actor, subject, object, details
         from events
         where association_id = $1 and object = $2 and (at, event_id) < ($3, $4)
             and ($5 = '' or $5 like '%,' || kind || ',%')
         order by at desc, event_id desc
         limit $6",
    )
    .bind(id)
    .bind(before.at)
    .bind(&before.event_id)
    .bind(kinds)
    .bind(most)
    .all()
    .await
}

pub async fn by_actor(
    db: &mut Reader,
    id: &str,
    kinds: &str,
    before: &Cursor,
    most: i64,
) -> Result<Vec<Event>, Error> {
    db.find(
        "select event_id, at, kind, actor, subject, object, details
         from events
         where association_id = $1 and actor = $2 and (at, event_id) < ($3, $4)
             and ($5 = '' or $5 like '%,' || kind || ',%')
         order by at desc, event_id desc
         limit $6",
    )
    .bind(id)
    .bind(before.at)
    .bind(&before.event_id)
    .bind(kinds)
    .bind(most)
    .all()
    .await
}

/// What an id belongs to, as it is called today.
pub async fn named(db: &mut Reader, id: &str) -> Result<Option<Named>, Error> {
    db.find(
        "select 'group' as what, name, deleted_at as gone_at
         from groups where association_id = $1 and group_id = $2
         union all
         select 'person', trim(first_name || ' ' || last_name), null
         from members where association_id = $1 and member_id = $2
         union all
         select 'company', name, null
         from companies where association_id = $1 and company_id = $2
         union all
         select 'client', name, null
         from clients where association_id = $1 and client_id = $2
         union all
         select 'field', label, null
         from custom_fields where association_id = $1 and field_id = $2
         union all
         select 'hook', name, null
         from hooks where association_id = $1 and hook_id = $2",
    )
    .bind(id)
    .optional()
    .await
}

//! The outbox: a row for each subscriber and each change to records, in the transaction of the change,
//! gone once the subscriber has taken note. It says where to look again, never what to do.

use super::{Kind, store};
use crate::db::{self, Db, Reader, Writer, rows};
use crate::id::{AssociationId, EventId};

/// Who hears of changes to records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subscriber {
    Sync,
}

impl Subscriber {
    pub(super) fn as_text(self) -> &'static str {
        match self {
            Self::Sync => "sync",
        }
    }
}

rows! {
    /// Something happened to `subject`, and concerns `object`.
    pub struct Hint {
        pub event_id: EventId,
        pub kind: String,
        pub subject: String,
        pub object: Option<String>,
    }
}

impl Hint {
    /// None for a kind that only a newer release knows.
    pub fn kind(&self) -> Option<Kind> {
        Kind::of_text(&self.kind)
    }
}

/// From the commit on, changes to records are put into this subscriber's outbox.
pub async fn subscribe(tx: &mut Writer, subscriber: Subscriber) -> Result<(), db::Error> {
    store::subscribe(tx, subscriber).await
}

/// Ends that, and forgets what was still in the outbox.
pub async fn unsubscribe(tx: &mut Writer, subscriber: Subscriber) -> Result<(), db::Error> {
    store::unsubscribe(tx, subscriber).await
}

/// The associations with something in this outbox.
pub async fn waiting(db: &Db, subscriber: Subscriber) -> Result<Vec<AssociationId>, db::Error> {
    store::waiting(db, subscriber).await
}

/// The oldest ones first.
pub async fn hints(
    db: &mut Reader,
    subscriber: Subscriber,
    most: i64,
) -> Result<Vec<Hint>, db::Error> {
    store::hints(db, subscriber, most).await
}

/// Done with one, in the transaction that took note of it.
pub async fn clear(tx: &mut Writer, subscriber: Subscriber, hint: &Hint) -> Result<(), db::Error> {
    store::clear(tx, subscriber, &hint.event_id).await
}

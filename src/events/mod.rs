//! What happened to whom, appended in the transaction of the change; and the outbox beside it, for
//! those who want to hear of changes to records.

mod history;
mod kind;
mod outbox;
pub mod pages;
mod store;
mod told;
pub mod views;
pub mod words;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::db::{self, Reader, Writer};
use crate::id::{EventId, MemberId};
use crate::vault::{Place, Vault};

pub use history::{Cursor, Event, Filter, cursor, history, named, page};
pub use kind::{Kind, Topic};
pub use outbox::{Hint, Subscriber, clear, hints, subscribe, unsubscribe, waiting};
pub use told::{By, Named, Thing, Told, What, told};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    Member(MemberId),
    CommandLine,
    /// The holder of the one-time set-up link.
    SetUp,
    /// The server itself, on its timer.
    System,
}

impl Actor {
    /// As the log keeps it.
    pub fn as_text(&self) -> &str {
        match self {
            Self::Member(member) => member.as_str(),
            Self::CommandLine => "command line",
            Self::SetUp => "set-up link",
            Self::System => "system",
        }
    }
}

/// One field of a record, before and after. Blank is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    pub field: String,
    pub before: Option<String>,
    pub after: Option<String>,
}

impl Change {
    /// None when nothing changed.
    pub fn of(field: &str, before: Option<&str>, after: Option<&str>) -> Option<Self> {
        let told = |value: Option<&str>| value.filter(|it| !it.is_empty()).map(str::to_owned);
        let (before, after) = (told(before), told(after));
        (before != after).then(|| Self { field: field.to_owned(), before, after })
    }
}

/// `details` (before, after, names) are sealed: they may name people, and secrets never belong in
/// them. `subject` is an id.
pub async fn record(
    tx: &mut Writer,
    vault: &Vault,
    kind: Kind,
    actor: &Actor,
    subject: &str,
    details: &impl Serialize,
) -> Result<(), db::Error> {
    record_as(tx, vault, &EventId::random(), kind, actor, subject, details).await
}

/// As one particular event: what goes on happening is recorded once.
pub async fn record_as(
    tx: &mut Writer,
    vault: &Vault,
    id: &EventId,
    kind: Kind,
    actor: &Actor,
    subject: &str,
    details: &impl Serialize,
) -> Result<(), db::Error> {
    let about = About { subject, object: None };
    insert(tx, vault, id, kind, actor, about, details).await
}

/// What a thing happened to, and who else it concerns: a group, and who was added to it.
#[derive(Clone, Copy)]
pub struct About<'a> {
    pub subject: &'a str,
    pub object: Option<&'a str>,
}

/// The same for what happens between two: it stands in the history of both.
pub async fn record_between(
    tx: &mut Writer,
    vault: &Vault,
    kind: Kind,
    actor: &Actor,
    (subject, object): (&str, &str),
    details: &impl Serialize,
) -> Result<(), db::Error> {
    let about = About { subject, object: Some(object) };
    insert(tx, vault, &EventId::random(), kind, actor, about, details).await
}

async fn insert(
    tx: &mut Writer,
    vault: &Vault,
    id: &EventId,
    kind: Kind,
    actor: &Actor,
    about: About<'_>,
    details: &impl Serialize,
) -> Result<(), db::Error> {
    let details = serde_json::to_vec(details).expect("details are text, numbers and lists of them");
    let place = Place { table: "events", column: "details", row: id.as_str() };
    let sealed = vault.seal(&tx.association().clone(), &place, &details);
    store::insert(tx, id, kind, actor.as_text(), about, &sealed).await?;
    if kind.concerns_records() && store::tell(tx, id, kind, about).await? {
        tx.rouse().await?;
    }
    Ok(())
}

/// Who did the last of these things to a subject: a member's id, or the words for one that is not a
/// member.
pub async fn last_actor(
    db: &mut Reader,
    subject: &str,
    kinds: [Kind; 4],
) -> Result<Option<String>, db::Error> {
    store::last_actor(db, subject, kinds).await
}

/// When the newest one happened.
pub async fn latest(db: &mut Reader) -> Result<Option<Timestamp>, db::Error> {
    store::latest(db).await
}

//! What happened to a record lately, as its page tells it.

use super::store;
use crate::associations::Site;
use crate::clock::Timestamp;
use crate::db::{self, rows};
use crate::events::{self, Actor, Change, Kind};
use crate::id::{EventId, RecordId};

/// Looked through, and told of them.
const MOST: i64 = 40;
const TOLD: usize = 12;

rows! {
    pub struct Row {
        pub event_id: EventId,
        pub at: Timestamp,
        pub kind: String,
        pub actor: String,
        pub actor_first: Option<String>,
        pub actor_last: Option<String>,
        pub subject: String,
        pub details: String,
        pub group_name: Option<String>,
    }
}

/// Who did it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum By {
    /// Whom the record is about.
    Themselves,
    Somebody(String),
    CommandLine,
    SetUp,
    System,
}

pub struct Happening {
    pub at: Timestamp,
    pub kind: Kind,
    pub by: By,
    pub changes: Vec<Change>,
    /// The group that it is about, where it is about one.
    pub group: Option<Group>,
}

pub struct Group {
    pub id: String,
    pub name: String,
}

/// The newest first.
pub async fn lately(site: &Site, id: &RecordId) -> Result<Vec<Happening>, db::Error> {
    let rows = store::lately(&mut site.read(), id, MOST).await?;
    let told = rows.into_iter().filter_map(|row| happening(site, id, row));
    Ok(told.take(TOLD).collect())
}

/// Of a person, a company, a login, or who is in a group; the rest is told elsewhere.
fn is_told(kind: Kind) -> bool {
    let mut topics = ["member.", "company.", "login.", "group.member_"].into_iter();
    topics.any(|topic| kind.as_text().starts_with(topic))
}

fn happening(site: &Site, id: &RecordId, row: Row) -> Option<Happening> {
    let kind = Kind::of_text(&row.kind).filter(|kind| is_told(*kind))?;
    let name = || match (&row.actor_first, &row.actor_last) {
        (Some(first), Some(last)) => format!("{first} {last}").trim().to_owned(),
        _ => row.actor.clone(),
    };
    let by = match Actor::of_text(&row.actor) {
        Actor::Member(member) if member.as_str() == id.as_str() => By::Themselves,
        Actor::Member(_) => By::Somebody(name()),
        Actor::CommandLine => By::CommandLine,
        Actor::SetUp => By::SetUp,
        Actor::System => By::System,
    };
    let changes = events::changes(&site.app.vault, site.id(), &row.event_id, &row.details);
    let group = row.group_name.map(|name| Group { id: row.subject, name });
    Some(Happening { at: row.at, kind, by, changes, group })
}

//! What happened to a record lately, as its page tells it.

use crate::associations::Site;
use crate::clock::Timestamp;
use crate::db;
use crate::events::{self, By as Doer, Change, Kind, Told};
use crate::id::RecordId;

/// Looked through, and told of them.
const MOST: i64 = 40;
const TOLD: usize = 12;

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
    let mut found = events::history(&mut site.read(), id.as_str(), None, MOST).await?;
    found.retain(|event| event.kind().is_some_and(is_told));
    found.truncate(TOLD);
    let told = events::told(site, found).await?;
    Ok(told.into_iter().filter_map(|told| happening(id, told)).collect())
}

/// Of a person, a company, a login, or who is in a group; the rest is told elsewhere.
fn is_told(kind: Kind) -> bool {
    let mut topics = ["member.", "company.", "login.", "group.member_"].into_iter();
    topics.any(|topic| kind.as_text().starts_with(topic))
}

fn happening(id: &RecordId, told: Told) -> Option<Happening> {
    let by = match told.by {
        Doer::Member(_) if told.event.actor == id.as_str() => By::Themselves,
        Doer::Member(name) => By::Somebody(name),
        Doer::CommandLine => By::CommandLine,
        Doer::SetUp => By::SetUp,
        Doer::System => By::System,
    };
    let kind = told.kind?;
    let is_of_group = kind.as_text().starts_with("group.") && !told.subject.is_gone;
    let group = is_of_group.then_some(Group { id: told.subject.id, name: told.subject.name });
    Some(Happening { at: told.event.at, kind, by, changes: told.changes, group })
}

//! Events as they are read: newest first, keyset by keyset, by whom and what they concern.

use std::collections::BTreeSet;

use super::{Kind, Named, Topic, store};
use crate::clock::Timestamp;
use crate::db::{self, Reader, rows};
use crate::id::EventId;

rows! {
    #[derive(Debug, Clone)]
    pub struct Event {
        pub event_id: EventId,
        pub at: Timestamp,
        pub kind: String,
        pub actor: String,
        pub subject: String,
        pub object: Option<String>,
        /// Sealed.
        pub(super) details: String,
    }

    /// Where an event stands among the others.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Cursor {
        pub at: Timestamp,
        pub event_id: EventId,
    }
}

impl Event {
    /// None for a kind that only a newer release knows.
    pub fn kind(&self) -> Option<Kind> {
        Kind::of_text(&self.kind)
    }

    pub fn cursor(&self) -> Cursor {
        Cursor { at: self.at, event_id: self.event_id.clone() }
    }
}

impl Cursor {
    /// Before which everything stands.
    fn end() -> Self {
        let at = Timestamp::from_unix_seconds(i64::MAX / 1000);
        Self { at, event_id: EventId::presented("") }
    }
}

/// Which events are asked for. All of it must hold.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub topic: Option<Topic>,
    pub only_problems: bool,
    /// Ids: one of them did it, or it was done to one of them. None is anybody.
    pub about: Option<Vec<String>>,
}

impl Filter {
    /// None is every kind there is, or will be.
    fn kinds(&self) -> Option<Vec<Kind>> {
        if self.topic.is_none() && !self.only_problems {
            return None;
        }
        let wanted = |kind: &&Kind| {
            self.topic.is_none_or(|topic| kind.topic() == topic)
                && (!self.only_problems || kind.is_problem())
        };
        Some(Kind::ALL.iter().filter(wanted).copied().collect())
    }
}

/// Where an event stands, to go on from there.
pub async fn cursor(db: &mut Reader, event: &EventId) -> Result<Option<Cursor>, db::Error> {
    store::cursor(db, event).await
}

/// The events before a place. Each index answers its own part and the newest of all are kept, so that
/// a page costs the same however long the log is and however rare what is asked for.
pub async fn page(
    db: &mut Reader,
    filter: &Filter,
    before: Option<&Cursor>,
    most: i64,
) -> Result<Vec<Event>, db::Error> {
    let end = Cursor::end();
    let before = before.unwrap_or(&end);
    let kinds = filter.kinds();
    let mut found = Vec::new();
    match (&filter.about, kinds) {
        (None, None) => return store::by_time(db, before, most).await,
        (None, Some(kinds)) => {
            for kind in kinds {
                found.extend(store::by_kind(db, kind, before, most).await?);
            }
        }
        (Some(_), Some(kinds)) if kinds.is_empty() => {}
        (Some(ids), kinds) => {
            let kinds = listed(kinds.as_deref().unwrap_or_default());
            for id in ids {
                found.extend(store::by_subject(db, id, &kinds, before, most).await?);
                found.extend(store::by_object(db, id, &kinds, before, most).await?);
                found.extend(store::by_actor(db, id, &kinds, before, most).await?);
            }
        }
    }
    Ok(newest(found, most))
}

/// What happened to a thing, or concerned it: the history of a person, a company, a group.
pub async fn history(
    db: &mut Reader,
    about: &str,
    before: Option<&Cursor>,
    most: i64,
) -> Result<Vec<Event>, db::Error> {
    let end = Cursor::end();
    let before = before.unwrap_or(&end);
    let mut found = store::by_subject(db, about, "", before, most).await?;
    found.extend(store::by_object(db, about, "", before, most).await?);
    Ok(newest(found, most))
}

/// What an id belongs to.
pub async fn named(db: &mut Reader, id: &str) -> Result<Option<Named>, db::Error> {
    store::named(db, id).await
}

fn listed(kinds: &[Kind]) -> String {
    let mut list = String::new();
    for kind in kinds {
        list.push(',');
        list.push_str(kind.as_text());
    }
    if !list.is_empty() {
        list.push(',');
    }
    list
}

fn newest(mut found: Vec<Event>, most: i64) -> Vec<Event> {
    found.sort_by(|one, other| (other.at, &other.event_id).cmp(&(one.at, &one.event_id)));
    let mut seen = BTreeSet::new();
    found.retain(|event| seen.insert(event.event_id.clone()));
    found.truncate(usize::try_from(most).unwrap_or(0));
    found
}

#[cfg(test)]
impl Event {
    /// One for samples of pages.
    pub fn sample(kind: Kind) -> Self {
        Self {
            event_id: EventId::presented("event_1"),
            at: Timestamp::from_unix_seconds(0),
            kind: kind.as_text().to_owned(),
            actor: "system".to_owned(),
            subject: "g-1".to_owned(),
            object: None,
            details: String::new(),
        }
    }
}

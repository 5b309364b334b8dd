//! A pasted list of e-mails and UniqueIDs: whom it names, before anything is done with it.

use std::collections::BTreeSet;

use super::membership::{self, Record};
use crate::db::{self, Reader};
use crate::id::{GroupId, RecordId};
use crate::members::Email;

/// More at once is looked through by nobody.
pub const MOST: usize = 5_000;

/// What is to be done with those who are named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    In,
    Out,
}

/// Whom a list names.
#[derive(Default)]
pub struct Sorted {
    /// To be added, or removed; each once.
    pub ready: Vec<Record>,
    /// They are in already, or were not in.
    pub done: usize,
    /// What is nobody's login e-mail and no UniqueID, as it was written.
    pub unknown: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    #[error("the list is empty")]
    Empty,
    #[error("the list is longer than {MOST}")]
    Long,
}

/// What stands between line ends, commas, semicolons and tabs; of `Ann Archer <ann@acme.example>` what
/// is in the brackets.
pub fn entries(text: &str) -> Result<Vec<&str>, Unreadable> {
    let pieces = text.split(['\n', '\r', ',', ';', '\t']).map(|piece| {
        let inner = piece.rsplit_once('<').and_then(|(_, rest)| rest.split_once('>'));
        let inner = inner.map_or(piece, |(inner, _)| inner);
        inner.trim_matches(|it: char| it.is_whitespace() || it == '"' || it == '\'')
    });
    let entries: Vec<&str> = pieces.filter(|piece| !piece.is_empty()).take(MOST + 1).collect();
    match entries.len() {
        0 => Err(Unreadable::Empty),
        length if length > MOST => Err(Unreadable::Long),
        _ => Ok(entries),
    }
}

/// Looks everybody up, and changes nothing.
pub async fn sorted(
    db: &mut Reader,
    group: &GroupId,
    entries: &[&str],
    way: Way,
) -> Result<Sorted, db::Error> {
    let mut sorted = Sorted::default();
    let mut seen = BTreeSet::new();
    for entry in entries {
        let Some(record) = named(db, entry).await? else {
            sorted.unknown.push((*entry).to_owned());
            continue;
        };
        if !seen.insert(record.record_id.clone()) {
            continue;
        }
        let is_in = membership::contains(db, group, &record.record_id).await?;
        if is_in == (way == Way::Out) {
            sorted.ready.push(record);
        } else {
            sorted.done += 1;
        }
    }
    Ok(sorted)
}

/// By login e-mail or by UniqueID.
async fn named(db: &mut Reader, entry: &str) -> Result<Option<Record>, db::Error> {
    let id = match (Email::parse(entry), entry.parse::<RecordId>()) {
        (Ok(email), _) => membership::of_login(db, &email).await?,
        (_, Ok(id)) => Some(id),
        _ => None,
    };
    match id {
        Some(id) => membership::record(db, &id).await,
        None => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_however_it_was_copied() {
        let list = "ann@acme.example\r\n Bo Baker <bo@acme.example>;\"cy@acme.example\"\t,\n\n d ";
        let read = entries(list).unwrap();
        assert_eq!(read, ["ann@acme.example", "bo@acme.example", "cy@acme.example", "d"]);
        assert_eq!(entries(" ,;\n").unwrap_err(), Unreadable::Empty);
        assert_eq!(entries(&"x\n".repeat(MOST)).unwrap().len(), MOST);
        assert_eq!(entries(&"x\n".repeat(MOST + 1)).unwrap_err(), Unreadable::Long);
    }
}

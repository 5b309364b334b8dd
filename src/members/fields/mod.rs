//! Custom fields: what an association keeps of its people and companies beyond the standard fields.

pub mod pages;
mod store;
pub mod views;

use super::names::fold;
use crate::associations::Site;
use crate::clock::Timestamp;
use crate::db::{self, Reader, rows};
use crate::events::{self, Actor, Change, Kind as Event};
use crate::id::{FieldId, RecordId};

/// More than a form can hold are a database of their own.
pub const MOST: usize = 100;
const LONGEST_LABEL: usize = 60;
const LONGEST_KEY: usize = 40;
/// Rows per step, so that sign-ins pass in between.
const STEP: i64 = 200;

/// What its values are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Text,
    Number,
    Date,
    Url,
    YesNo,
}

impl Kind {
    pub const ALL: [Self; 5] = [Self::Text, Self::Number, Self::Date, Self::Url, Self::YesNo];

    pub fn as_text(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "number",
            Self::Date => "date",
            Self::Url => "url",
            Self::YesNo => "yes_no",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_text() == text)
    }
}

rows! {
    #[derive(Debug, Clone)]
    pub struct Field {
        pub field_id: FieldId,
        /// Made from the first label, and never changed: platforms know the field by it.
        pub key: String,
        pub label: String,
        pub kind: String,
        /// In the Members section: on the pages of people and companies.
        pub shown_since: Option<Timestamp>,
        /// In the feed of Higher Logic, as long as it is shown (R59, R61).
        pub higher_logic_since: Option<Timestamp>,
    }

    /// What a record has in one of them.
    pub struct Value {
        pub field_id: FieldId,
        pub value: String,
    }
}

impl Field {
    pub fn kind(&self) -> Kind {
        Kind::parse(&self.kind).unwrap_or(Kind::Text)
    }

    /// Where its value stands on a record's sheet.
    pub fn place(&self) -> String {
        format!("custom.{}", self.key)
    }

    pub fn is_shown(&self) -> bool {
        self.shown_since.is_some()
    }
}

/// What an admin decides about a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    pub label: String,
    pub is_shown: bool,
    /// None leaves the switch as it was: it was not offered, or the field is not shown (R60, R61).
    pub higher_logic: Option<bool>,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("give the field a label")]
    LabelEmpty,
    #[error("the label is longer than {LONGEST_LABEL} characters, or holds control characters")]
    LabelWrong,
    #[error("there is a custom field called {0:?} already")]
    LabelTaken(String),
    #[error("there are {MOST} custom fields already; delete one that is no longer used first")]
    TooMany,
    #[error("there is no custom field {0:?}; novi-sso field list shows them")]
    Unknown(String),
}

impl Settings {
    fn check(&self) -> Result<(), Refusal> {
        match self.label.chars().count() {
            0 => Err(Refusal::LabelEmpty),
            1..=LONGEST_LABEL if !self.label.chars().any(char::is_control) => Ok(()),
            _ => Err(Refusal::LabelWrong),
        }
    }
}

pub async fn list(db: &mut Reader) -> Result<Vec<Field>, db::Error> {
    store::all(db).await
}

/// Those that stand on the pages of people and companies.
pub async fn shown(db: &mut Reader) -> Result<Vec<Field>, db::Error> {
    let mut all = store::all(db).await?;
    all.retain(Field::is_shown);
    Ok(all)
}

pub async fn find(db: &mut Reader, id: &FieldId) -> Result<Option<Field>, db::Error> {
    store::find(db, id).await
}

/// By key, label or UniqueID, as the command line takes them.
pub async fn named(db: &mut Reader, named: &str) -> Result<Result<Field, Refusal>, db::Error> {
    let mut all = store::all(db).await?.into_iter();
    let found = all.find(|field| {
        field.key == named || field.label == named || field.field_id.as_str() == named
    });
    Ok(found.ok_or_else(|| Refusal::Unknown(named.to_owned())))
}

/// How many records have a value in it.
pub async fn size(db: &mut Reader, id: &FieldId) -> Result<i64, db::Error> {
    store::size(db, id).await
}

pub async fn values(db: &mut Reader, record: &RecordId) -> Result<Vec<Value>, db::Error> {
    store::values(db, record).await
}

/// What a record has in a field from now on; none is nothing.
pub(super) async fn set_value(
    tx: &mut db::Writer,
    record: &RecordId,
    field: &FieldId,
    value: Option<&str>,
) -> Result<(), db::Error> {
    match value {
        Some(value) => store::set_value(tx, record, field, value).await,
        None => store::clear_value(tx, record, field).await,
    }
}

pub async fn add(
    site: &Site,
    settings: &Settings,
    kind: Kind,
    actor: &Actor,
) -> Result<Result<FieldId, Refusal>, db::Error> {
    if let Err(refusal) = settings.check() {
        return Ok(Err(refusal));
    }
    let mut tx = site.write().await?;
    let all = store::all(&mut tx).await?;
    if all.len() >= MOST {
        return Ok(Err(Refusal::TooMany));
    }
    if all.iter().any(|other| other.label == settings.label) {
        return Ok(Err(Refusal::LabelTaken(settings.label.clone())));
    }
    let id = FieldId::random();
    let field = Field {
        field_id: id.clone(),
        key: free_key(&settings.label, &all),
        label: settings.label.clone(),
        kind: kind.as_text().to_owned(),
        shown_since: settings.is_shown.then_some(site.now),
        higher_logic_since: (settings.is_shown && settings.higher_logic == Some(true))
            .then_some(site.now),
    };
    store::insert(&mut tx, &field).await?;
    let changes = told(None, &field);
    let event = Event::CustomFieldAdded;
    events::record(&mut tx, &site.app.vault, event, actor, id.as_str(), &changes).await?;
    tx.commit().await?;
    Ok(Ok(id))
}

/// The Higher Logic switch is taken only while the field is shown; when it is hidden later, the switch
/// stays as it is and does nothing (R61).
pub async fn change(
    site: &Site,
    id: &FieldId,
    settings: &Settings,
    actor: &Actor,
) -> Result<Result<(), Refusal>, db::Error> {
    if let Err(refusal) = settings.check() {
        return Ok(Err(refusal));
    }
    let mut tx = site.write().await?;
    let all = store::all(&mut tx).await?;
    if all.iter().any(|other| other.label == settings.label && other.field_id != *id) {
        return Ok(Err(Refusal::LabelTaken(settings.label.clone())));
    }
    let Some(before) = all.into_iter().find(|field| field.field_id == *id) else {
        return Ok(Err(Refusal::Unknown(id.to_string())));
    };
    let since = |was: Option<Timestamp>, is: bool| is.then(|| was.unwrap_or(site.now));
    let wanted = settings.higher_logic.filter(|_| settings.is_shown);
    let after = Field {
        label: settings.label.clone(),
        shown_since: since(before.shown_since, settings.is_shown),
        higher_logic_since: match wanted {
            Some(wanted) => since(before.higher_logic_since, wanted),
            None => before.higher_logic_since,
        },
        ..before.clone()
    };
    let changes = told(Some(&before), &after);
    if changes.is_empty() {
        return Ok(Ok(()));
    }
    store::update(&mut tx, &after).await?;
    let event = Event::CustomFieldChanged;
    events::record(&mut tx, &site.app.vault, event, actor, id.as_str(), &changes).await?;
    tx.commit().await?;
    Ok(Ok(()))
}

/// Deletes a field with all its values, step by step; whoever is stopped halfway deletes it again.
pub async fn delete(site: &Site, id: &FieldId, actor: &Actor) -> Result<bool, db::Error> {
    loop {
        let mut tx = site.write().await?;
        let gone = store::delete_values(&mut tx, id, STEP).await?;
        if gone < STEP as usize {
            let Some(field) = store::find(&mut tx, id).await? else { return Ok(false) };
            store::delete(&mut tx, id).await?;
            let event = Event::CustomFieldDeleted;
            let label = &field.label;
            events::record(&mut tx, &site.app.vault, event, actor, id.as_str(), label).await?;
            tx.commit().await?;
            return Ok(true);
        }
        tx.commit().await?;
    }
}

/// What the history says of it.
fn told(before: Option<&Field>, after: &Field) -> Vec<Change> {
    let change =
        |name, value: fn(&Field) -> &str| Change::of(name, before.map(value), Some(value(after)));
    let switch = |name, since: fn(&Field) -> Option<Timestamp>| {
        let on = |since: Option<Timestamp>| since.map(|_| "on");
        Change::of(name, on(before.and_then(since)), on(since(after)))
    };
    [
        change("label", |field| &field.label),
        change("kind", |field| &field.kind),
        switch("shown", |field| field.shown_since),
        switch("higher_logic", |field| field.higher_logic_since),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// `Year of graduation` is `year_of_graduation`, and the second one of that key has a number.
fn free_key(label: &str, all: &[Field]) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    let words: String = fold(label).chars().map(plain).collect();
    let words: Vec<_> = words.split('_').filter(|word| !word.is_empty()).collect();
    let mut key: String = words.join("_").chars().take(LONGEST_KEY).collect();
    if !key.starts_with(|c: char| c.is_ascii_lowercase()) {
        key = format!("field_{key}").trim_end_matches('_').to_owned();
    }
    let is_free = |key: &str| all.iter().all(|field| field.key != key);
    let numbered = (2..).map(|number| format!("{key}_{number}"));
    let mut keys = std::iter::once(key.clone()).chain(numbered);
    keys.find(|key| is_free(key)).unwrap_or(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(key: &str) -> Field {
        Field {
            field_id: FieldId::random(),
            key: key.to_owned(),
            label: key.to_owned(),
            kind: "text".to_owned(),
            shown_since: None,
            higher_logic_since: None,
        }
    }

    #[test]
    fn a_key_is_made_of_the_label_and_is_its_own() {
        for (label, key) in [
            ("Year of graduation", "year_of_graduation"),
            ("  Größe (m²) ", "gro_e_m2"),
            ("2nd address", "field_2nd_address"),
            ("名前", "field"),
            ("=cmd|' /C calc'!A0", "cmd_c_calc_a0"),
        ] {
            assert_eq!(free_key(label, &[]), key, "{label}");
        }
        assert_eq!(free_key("Key", &[field("key"), field("key_2")]), "key_3");
        assert!(free_key(&"x".repeat(200), &[]).len() <= LONGEST_KEY);
    }
}

//! Events with what they hold opened, and the names of whom they concern as they are today.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Change, Event, Kind, store};
use crate::associations::Site;
use crate::db::{self, Reader, rows};
use crate::vault::Place;

rows! {
    /// What an id belongs to.
    #[derive(Debug, Clone)]
    pub struct Named {
        pub what: String,
        pub name: String,
        pub gone_at: Option<crate::clock::Timestamp>,
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    Person,
    Company,
    Group,
    Client,
    Field,
    Hook,
    /// A platform, a signing key, an address; or something that is gone.
    Other,
}

/// What an event is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thing {
    pub id: String,
    pub name: String,
    pub what: What,
    /// It can be looked at no more.
    pub is_gone: bool,
}

/// Who did it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum By {
    Member(String),
    CommandLine,
    SetUp,
    System,
}

/// An event that can be told.
#[derive(Debug, Clone)]
pub struct Told {
    pub event: Event,
    pub kind: Option<Kind>,
    pub by: By,
    pub subject: Thing,
    pub object: Option<Thing>,
    pub changes: Vec<Change>,
    /// What else it says, where that is one text.
    pub note: Option<String>,
    /// What the subject was called then, where that is not its name today.
    pub called: Option<String>,
}

/// Opens what the events hold, and finds the names.
pub async fn told(site: &Site, events: Vec<Event>) -> Result<Vec<Told>, db::Error> {
    let mut names = Names { db: site.read(), known: BTreeMap::new() };
    let mut all = Vec::with_capacity(events.len());
    for event in events {
        all.push(names.told(site, event).await?);
    }
    Ok(all)
}

struct Names {
    db: Reader,
    known: BTreeMap<String, Option<Named>>,
}

impl Names {
    async fn told(&mut self, site: &Site, event: Event) -> Result<Told, db::Error> {
        let kind = event.kind();
        let details = opened(site, &event);
        let by = self.by(&event.actor).await?;
        let mut subject = self.thing(&event.subject).await?;
        let mut object = match &event.object {
            Some(object) => Some(self.thing(object).await?),
            None => None,
        };
        let (mut changes, mut note, mut called) = (Vec::new(), None, None);
        match details {
            Value::String(text) => match kind {
                // Gone since, and called so when it was.
                Some(Kind::ClientDeleted | Kind::CustomFieldDeleted) => subject.name = text,
                // Before the release that kept an object, the id of who it was stood here.
                Some(
                    Kind::GroupMemberAdded
                    | Kind::GroupMemberRemoved
                    | Kind::RemovalAsked
                    | Kind::MemberKept
                    | Kind::MemberHandedBack,
                ) => match &mut object {
                    Some(object) if object.what == What::Other => object.name = text,
                    Some(_) => {}
                    None => object = Some(self.thing(&text).await?),
                },
                Some(Kind::CodeOfAnotherClient | Kind::RefreshOfAnotherClient) => {
                    object = Some(self.thing(&text).await?);
                }
                Some(Kind::SecretKeyShown | Kind::SecretKeyRemoved) => {}
                _ if subject.what == What::Other && event.object.is_none() => note = Some(text),
                _ if text == subject.name => {}
                Some(
                    Kind::GroupAdded
                    | Kind::GroupDeleted
                    | Kind::MemberAdded
                    | Kind::CompanyAdded
                    | Kind::CustomFieldAdded,
                ) => called = Some(text),
                _ => note = Some(text),
            },
            Value::Object(fields) => match fields.get("client_id").and_then(Value::as_str) {
                Some(client) => object = Some(self.thing(client).await?),
                None if kind == Some(Kind::ClientAdded) => {}
                None => changes = listed(&fields),
            },
            Value::Array(parts) => changes = changed(&parts),
            _ => {}
        }
        for change in changes.iter_mut().filter(|change| change.field == "permitted_groups") {
            change.before = self.named(change.before.take()).await?;
            change.after = self.named(change.after.take()).await?;
        }
        Ok(Told { event, kind, by, subject, object, changes, note, called })
    }

    async fn find(&mut self, id: &str) -> Result<Option<Named>, db::Error> {
        if let Some(known) = self.known.get(id) {
            return Ok(known.clone());
        }
        let found = store::named(&mut self.db, id).await?;
        self.known.insert(id.to_owned(), found.clone());
        Ok(found)
    }

    async fn by(&mut self, actor: &str) -> Result<By, db::Error> {
        Ok(match actor {
            "command line" => By::CommandLine,
            "set-up link" => By::SetUp,
            "system" => By::System,
            id => By::Member(self.thing(id).await?.name),
        })
    }

    async fn thing(&mut self, id: &str) -> Result<Thing, db::Error> {
        let found = self.find(id).await?;
        let what = match found.as_ref().map(|found| &*found.what) {
            Some("person") => What::Person,
            Some("company") => What::Company,
            Some("group") => What::Group,
            Some("client") => What::Client,
            Some("field") => What::Field,
            Some("hook") => What::Hook,
            _ => What::Other,
        };
        let is_gone = found.as_ref().is_none_or(|found| found.gone_at.is_some());
        let name = found.map(|found| found.name).filter(|name| !name.is_empty());
        Ok(Thing { id: id.to_owned(), name: name.unwrap_or(id.to_owned()), what, is_gone })
    }

    /// Ids with commas between them, by name.
    async fn named(&mut self, ids: Option<String>) -> Result<Option<String>, db::Error> {
        let Some(ids) = ids else { return Ok(None) };
        let mut names = Vec::new();
        for id in ids.split(", ") {
            names.push(self.thing(id).await?.name);
        }
        Ok(Some(names.join(", ")))
    }
}

/// Nothing where it does not open: the rest of the event still says what happened.
fn opened(site: &Site, event: &Event) -> Value {
    let row = event.event_id.as_str();
    let place = Place { table: "events", column: "details", row };
    match site.app.vault.open_sealed(site.id(), &place, &event.details) {
        Ok(bytes) => serde_json::from_slice(&bytes).unwrap_or(Value::Null),
        Err(error) => {
            tracing::warn!(event = row, %error, "the details of an event are unreadable");
            Value::Null
        }
    }
}

/// Changes field by field; or two states of one thing, which are compared.
fn changed(parts: &[Value]) -> Vec<Change> {
    match parts {
        [Value::Object(before), Value::Object(after)] if !before.contains_key("field") => {
            let fields = before.keys().chain(after.keys().filter(|it| !before.contains_key(*it)));
            let change = |field: &String| {
                let (before, after) = (before.get(field).map(text), after.get(field).map(text));
                Change::of(field, before.as_deref(), after.as_deref())
            };
            fields.filter_map(change).collect()
        }
        [Value::String(before), Value::String(after)] => {
            Change::of("", Some(before), Some(after)).into_iter().collect()
        }
        parts => {
            let change = |part: &Value| serde_json::from_value(part.clone()).ok();
            parts.iter().filter_map(change).collect()
        }
    }
}

fn listed(fields: &serde_json::Map<String, Value>) -> Vec<Change> {
    let change = |(field, value): (&String, &Value)| Change::of(field, None, Some(&text(value)));
    fields.iter().filter_map(change).collect()
}

fn text(value: &Value) -> String {
    match value {
        Value::Null | Value::Bool(false) => String::new(),
        Value::Bool(true) => "yes".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(list) => list.iter().map(text).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(details: Value) -> Vec<(String, Option<String>, Option<String>)> {
        let Value::Array(parts) = details else { panic!("not a list") };
        let changes = changed(&parts).into_iter();
        changes.map(|it| (it.field, it.before, it.after)).collect()
    }

    #[test]
    fn changes_are_read_as_they_were_kept_and_states_are_compared() {
        let some = |text: &str| Some(text.to_owned());
        let kept = json!([{ "field": "name", "before": "A", "after": null }]);
        let two = json!([{ "field": "a", "before": null, "after": "1" },
                         { "field": "b", "before": "2", "after": "3" }]);
        let states = json!([{ "name": "A", "urls": ["x"], "pkce": false, "same": 1 },
                            { "name": "A", "urls": ["x", "y"], "pkce": true, "same": 1 }]);

        assert_eq!(of(kept), [("name".to_owned(), some("A"), None)]);
        assert_eq!(of(two).len(), 2);
        let states = of(states);
        assert!(states.contains(&("urls".to_owned(), some("x"), some("x, y"))), "{states:?}");
        assert!(states.contains(&("pkce".to_owned(), None, some("yes"))), "{states:?}");
        assert_eq!(states.len(), 2);
        assert_eq!(of(json!(["a", "b"])), [(String::new(), some("a"), some("b"))]);
        assert_eq!(of(json!([1, "x", null])), []);
    }
}

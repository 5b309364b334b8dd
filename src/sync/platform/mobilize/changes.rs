//! What changes people and groups at Mobilize and Forj Community. Every call carries the caller's
//! idempotency key, and only the fields that the profile keeps (R55 to R57).

use serde_json::{Map, Value, json};

use super::super::failure::Failure;
use super::super::fields::{Field, Fields};
use super::super::wire::{Answered, Request};
use super::schema::{MemberThere, Started};
use super::{Member, Mobilize, filled, group_gone};

/// Somebody to be put into a group by a bulk.
#[derive(Clone)]
pub struct NewPlace {
    /// Who they are there, if they are known.
    pub user_id: Option<String>,
    pub fields: Fields,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removal {
    Removed,
    WasNotThere,
}

impl Mobilize {
    /// Puts somebody into a group and sets their fields. Without `user_id` the platform finds them by
    /// e-mail, or makes a new person; a person it finds is overwritten (FOUND-1).
    pub async fn add(
        &self,
        group_id: &str,
        user_id: Option<&str>,
        fields: &Fields,
        idempotency_key: &str,
    ) -> Result<Answered<Member>, Failure> {
        let route = &self.profile.routes.add;
        let path = filled(route, &[("group_id", group_id)])?;
        let mut request = Request::change(route.method, path, idempotency_key);
        request.json = Some(body(&self.item(user_id, fields)?));
        let added: Answered<MemberThere> = match self.wire.answered(&request).await {
            // Either the group or the person is not there.
            Err(failure @ Failure::Refused { status: 404 | 410, .. }) if user_id.is_some() => {
                self.group(group_id).await?;
                return Err(failure);
            }
            other => other.map_err(group_gone)?,
        };
        let member = added.it.read(Some(group_id), &self.profile.fields);
        Ok(Answered { status: added.status, it: self.same(user_id, member)? })
    }

    /// Sets the fields of a person, in all their groups. 404 is `Refused`: they are not there any more.
    pub async fn update(
        &self,
        user_id: &str,
        fields: &Fields,
        idempotency_key: &str,
    ) -> Result<Answered<Member>, Failure> {
        let route = &self.profile.routes.update;
        let path = filled(route, &[("user_id", user_id)])?;
        let mut request = Request::change(route.method, path, idempotency_key);
        request.json = Some(body(&self.updated_to(fields)));
        let updated: Answered<MemberThere> = self.wire.answered(&request).await?;
        let member = updated.it.read(None, &self.profile.fields);
        Ok(Answered { status: updated.status, it: self.same(Some(user_id), member)? })
    }

    /// Takes somebody out of a group. Whoever is not in it is out of it.
    pub async fn remove(
        &self,
        group_id: &str,
        user_id: &str,
        idempotency_key: &str,
    ) -> Result<Answered<Removal>, Failure> {
        let route = &self.profile.routes.remove;
        let path = filled(route, &[("group_id", group_id), ("user_id", user_id)])?;
        let request = Request::change(route.method, path, idempotency_key);
        match self.wire.call(&request).await {
            Ok(answer) => Ok(Answered { status: answer.status, it: Removal::Removed }),
            Err(Failure::Refused { status: status @ (404 | 410), .. }) => {
                self.group(group_id).await?;
                Ok(Answered { status, it: Removal::WasNotThere })
            }
            Err(failure) => Err(failure),
        }
    }

    /// Starts a bulk; its id is for [`Mobilize::job`]. Busy while another one goes on.
    pub async fn bulk_add(
        &self,
        group_id: &str,
        places: &[NewPlace],
        idempotency_key: &str,
    ) -> Result<String, Failure> {
        let item = |place: &NewPlace| self.item(place.user_id.as_deref(), &place.fields);
        let items = places.iter().map(item).collect::<Result<Vec<_>, _>>()?;
        let route = &self.profile.routes.bulk_add;
        let path = filled(route, &[("group_id", group_id)])?;
        let request = Request::change(route.method, path, idempotency_key);
        self.start(request, places.len(), &json!({ "members": items })).await
    }

    /// As [`Mobilize::bulk_add`], the other way.
    pub async fn bulk_remove(
        &self,
        group_id: &str,
        user_ids: &[String],
        idempotency_key: &str,
    ) -> Result<String, Failure> {
        let route = &self.profile.routes.bulk_remove;
        let path = filled(route, &[("group_id", group_id)])?;
        let request = Request::change(route.method, path, idempotency_key);
        self.start(request, user_ids.len(), &json!({ "user_ids": user_ids })).await
    }

    async fn start(
        &self,
        request: Request,
        count: usize,
        items: &Value,
    ) -> Result<String, Failure> {
        let Some(bulk) = &self.profile.bulk else {
            return Err(never_sent("it has no bulk calls, by its profile".to_owned()));
        };
        if count == 0 || count > usize::from(bulk.max) {
            return Err(never_sent(format!(
                "it takes bulks of 1 to {} items, not of {count}",
                bulk.max
            )));
        }
        let request = Request { json: Some(body(items)), is_exclusive: bulk.exclusive, ..request };
        let started: Started = self.wire.json(&request).await.map_err(group_gone)?;
        Ok(started.id())
    }

    /// What an update says, as it goes out.
    pub fn updated_to(&self, fields: &Fields) -> Value {
        json!({ "fields": self.named(fields, Kept::Only) })
    }

    /// What an addition says, as it goes out.
    pub fn item(&self, user_id: Option<&str>, fields: &Fields) -> Result<Value, Failure> {
        match user_id {
            Some(user_id) => {
                Ok(json!({ "user_id": user_id, "fields": self.named(fields, Kept::Only) }))
            }
            None if fields.get(Field::Email).is_none_or(|email| email.trim().is_empty()) => {
                Err(never_sent("it needs an e-mail address of whoever is new there".to_owned()))
            }
            None => Ok(json!({ "fields": self.named(fields, Kept::AndEmail) })),
        }
    }

    /// By their names there.
    fn named(&self, fields: &Fields, kept: Kept) -> Map<String, Value> {
        let sent = fields.iter().filter(|(field, _)| {
            self.profile.keeps(*field) || (kept == Kept::AndEmail && *field == Field::Email)
        });
        sent.map(|(field, value)| (self.profile.fields.key(field).to_owned(), value.into()))
            .collect()
    }

    /// SEC-Y14: an answer about somebody else is none.
    fn same(&self, user_id: Option<&str>, member: Member) -> Result<Member, Failure> {
        if user_id.is_some_and(|user_id| user_id != member.remote_id) {
            return Err(Failure::Broken {
                status: Some(200),
                words: "it answered about another person than was asked for".to_owned(),
            });
        }
        Ok(member)
    }
}

/// Which fields go out: those that are kept the same, and for a new person the e-mail address, which
/// says who they are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kept {
    Only,
    AndEmail,
}

fn body(value: &Value) -> Vec<u8> {
    value.to_string().into_bytes()
}

/// Refused on our side, as the platform would.
fn never_sent(words: String) -> Failure {
    Failure::Unsendable { words }
}

//! The calls of the REST API.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use super::super::Platform as _;
use super::super::call::{Answer, Call};
use super::bulk::Work;
use super::community::User;
use super::errors::Refusal;
use super::fields::Fields;
use super::{Access, Community, Envelope, Lookup, Status};

/// Whatever `limit` asks for.
const LONGEST_PAGE: usize = 50;

type Answered = Result<Answer, Refusal>;

impl Community {
    pub fn dispatch(&mut self, call: &Call, now: i64) -> Answered {
        if !self.is_authorized(call) {
            return Err(Refusal::unauthorized());
        }
        if self.settings.access == Access::NotEnabled {
            return Err(Refusal::not_enabled());
        }
        let parts = call.below(Self::PREFIX);
        match (&call.method, &parts[..]) {
            (&Method::GET, ["groups"]) => {
                self.page(call, self.groups(), |group| Some(self.group_json(group)))
            }
            (&Method::GET, ["groups", group]) => {
                let group = self.group(self.group_id(group)?).ok_or_else(no_group)?;
                Ok(Answer::json(StatusCode::OK, &self.group_json(group)))
            }
            (&Method::GET, ["groups", group, "members"]) => {
                let group = self.group_id(group)?;
                self.page(call, self.ids_in(group), |id| {
                    Some(self.member_json(call, self.user(id)?))
                })
            }
            (&Method::POST, ["groups", group, "members"]) => {
                let group = self.group_id(group)?;
                let body = call.json().ok_or_else(Refusal::bad_body)?;
                let id = self.add(group, &body, now)?;
                self.user_answer(StatusCode::CREATED, &id)
            }
            (&Method::POST | &Method::DELETE, ["groups", group, "members", "bulk"]) => {
                let group = self.group_id(group)?;
                let id = self.start(group, work(call)?, now)?;
                Ok(Answer::json(StatusCode::ACCEPTED, &json!({ "job": { "id": id } })))
            }
            (&Method::GET, ["groups", group, "members", user]) => {
                let group = self.group_id(group)?;
                let member = self.member(group, user).filter(|member| member.id == *user);
                let user = member.as_ref().and_then(|member| self.user(&member.id));
                let user = user.ok_or_else(|| Refusal::not_found("Member"))?;
                Ok(Answer::json(StatusCode::OK, &self.user_json(user)))
            }
            (&Method::DELETE, ["groups", group, "members", user]) => {
                let group = self.group_id(group)?;
                // By id only: an address is not an id.
                match self.user(user).is_some() && self.leave(group, user) {
                    true => Ok(Answer::empty(StatusCode::NO_CONTENT)),
                    false => Err(Refusal::not_found("Member")),
                }
            }
            (&Method::GET, ["users"]) if self.settings.lookup == Lookup::Offered => {
                let json = |user: &User| Some(self.user_json(user));
                match call.parameter("email") {
                    Some(email) => self.page(call, self.by_email(&email).into_iter(), json),
                    None => self.page(call, self.users(), json),
                }
            }
            (&Method::PUT, ["users", user]) => {
                self.user(user).ok_or_else(|| Refusal::not_found("User"))?;
                let body = call.json().ok_or_else(Refusal::bad_body)?;
                let fields = self.fields(&body)?;
                self.check_free(&fields, user)?;
                self.write(user, &fields, now);
                self.user_answer(StatusCode::OK, user)
            }
            (&Method::GET, ["bulk", job]) => {
                let job = self.poll(job, now).ok_or_else(|| Refusal::not_found("Job"))?;
                Ok(Answer::json(StatusCode::OK, &job))
            }
            _ => Err(Refusal::not_found("Page")),
        }
    }

    /// Creates or overwrites by address, or adds an existing user by id; answers the id.
    pub fn add(&mut self, group: u64, body: &Value, now: i64) -> Result<String, Refusal> {
        self.group(group).ok_or_else(no_group)?;
        let fields = self.fields(body)?;
        let id = match &body["user_id"] {
            Value::Null => {
                let email = fields.email();
                let email = email.ok_or_else(|| Refusal::invalid("Email is required", "email"))?;
                match self.find(email) {
                    Some(id) => id.to_owned(),
                    None => self.create(email.to_owned(), now),
                }
            }
            id => {
                let user = id.as_str().and_then(|id| self.user(id));
                user.ok_or_else(|| Refusal::not_found("User"))?.id.clone()
            }
        };
        self.check_free(&fields, &id)?;
        self.write(&id, &fields, now);
        self.place(group, &id, Status::Accepted, None);
        Ok(id)
    }

    fn fields(&self, body: &Value) -> Result<Fields, Refusal> {
        match &body["fields"] {
            Value::Null if body.is_object() => Ok(Fields::default()),
            Value::Object(fields) => Fields::parse(fields, &self.settings.fields),
            _ => Err(Refusal::bad_body()),
        }
    }

    /// An address belongs to one person.
    fn check_free(&self, fields: &Fields, id: &str) -> Result<(), Refusal> {
        let owner = fields.email().and_then(|email| self.find(email));
        match owner.is_none_or(|owner| owner == id) {
            true => Ok(()),
            false => Err(Refusal::invalid("Email has already been taken", "email")),
        }
    }

    fn group_id(&self, text: &str) -> Result<u64, Refusal> {
        let id = text.parse().ok().filter(|id| self.group(*id).is_some());
        id.ok_or_else(no_group)
    }

    /// A list without `include_fields` has no `fields`.
    fn member_json(&self, call: &Call, user: &User) -> Value {
        let mut json = self.user_json(user);
        let with_fields = call.parameter("include_fields").is_some_and(|value| value == "true");
        if let (false, Some(members)) = (with_fields, json.as_object_mut()) {
            members.remove("fields");
        }
        json
    }

    fn user_answer(&self, status: StatusCode, id: &str) -> Answered {
        let user = self.user(id).ok_or_else(|| Refusal::not_found("User"))?;
        Ok(Answer::json(status, &self.user_json(user)))
    }

    /// Only the rows of the page are written out: groups may be large.
    fn page<T>(
        &self,
        call: &Call,
        rows: impl Iterator<Item = T>,
        json: impl Fn(T) -> Option<Value>,
    ) -> Answered {
        let number = |name: &str, default: usize| match call.parameter(name) {
            None => Ok(default),
            Some(text) => {
                text.parse().map_err(|_| Refusal::invalid(format!("{name} must be a number"), name))
            }
        };
        let limit = number("limit", LONGEST_PAGE)?.min(LONGEST_PAGE);
        let rows = rows.skip(number("offset", 0)?).take(limit);
        let rows: Vec<_> = rows.filter_map(json).collect();
        let body = match self.settings.lists {
            Envelope::Bare => json!(rows),
            Envelope::Results => json!({ "results": rows }),
        };
        Ok(Answer::json(StatusCode::OK, &body))
    }
}

fn no_group() -> Refusal {
    Refusal::not_found("Group")
}

fn work(call: &Call) -> Result<Work, Refusal> {
    let body = call.json().ok_or_else(Refusal::bad_body)?;
    if call.method == Method::POST {
        let members = body["members"].as_array().cloned().ok_or_else(Refusal::bad_body)?;
        return Ok(Work::Add(members));
    }
    let ids = body["user_ids"].as_array().ok_or_else(Refusal::bad_body)?;
    let ids: Option<Vec<_>> = ids.iter().map(|id| id.as_str().map(str::to_owned)).collect();
    ids.map(Work::Remove).ok_or_else(Refusal::bad_body)
}

//! Steps that ask for the password again: whoever typed it within 10 minutes goes on, and so does
//! whoever types it now; everybody else is shown the page that asks, with the step waiting in its form.

use std::ops::Deref;

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::{BUSY_SECONDS, Proof, SignedIn};
use crate::associations::Site;
use crate::web::page::Page;
use crate::web::{self, Error, Form};

/// What is done once the password is proved. `why` and `button` are in the language of the page.
pub struct Step {
    pub page: Page,
    pub why: String,
    /// Names the result.
    pub button: String,
    pub action_url: String,
    /// Fields of the step that waits, handed on as they are: [`carried`].
    pub carried: Vec<(String, String)>,
    /// Where somebody goes who would rather not.
    pub cancel_url: String,
}

/// An admin whose password is fresh; the session may have a new id since.
pub struct Proved {
    admin: SignedIn,
    is_new_session: bool,
}

impl Deref for Proved {
    type Target = SignedIn;

    fn deref(&self) -> &SignedIn {
        &self.admin
    }
}

impl Proved {
    pub fn keep_session(&self, site: &Site, response: Response) -> Response {
        if self.is_new_session { self.admin.give(site, response) } else { response }
    }
}

/// The fields of these names that the form has.
pub fn carried(form: &Form, names: &[&str]) -> Vec<(String, String)> {
    let there = names.iter().filter(|name| form.fields.has(name));
    there.map(|name| ((*name).to_owned(), form.fields.text(name).to_owned())).collect()
}

/// Goes on, or answers the page that asks for the password and then does the same thing.
pub async fn proved(
    site: &Site,
    admin: SignedIn,
    form: &Form,
    step: Step,
) -> Result<Result<Proved, Response>, Error> {
    if admin.session.is_fresh(site.now) {
        return Ok(Ok(Proved { admin, is_new_session: false }));
    }
    let mut problem = None;
    if form.fields.has("password") {
        let (password, address) = (form.fields.raw("password"), admin.visitor.address.key());
        match super::prove(site, &admin.session, &admin.token, password, &address).await? {
            Ok(Proof::Proved(token)) => {
                return Ok(Ok(Proved { admin: admin.renewed(token), is_new_session: true }));
            }
            Ok(Proof::Wrong) => problem = Some(Problem::WrongPassword),
            Ok(Proof::TooManyTries { seconds }) => {
                problem = Some(Problem::TooManyTries { seconds });
            }
            Err(_busy) => problem = Some(Problem::Busy),
        }
    }
    let email = admin.session.member.email.clone();
    let Step { page, why, button, action_url, carried, cancel_url } = step;
    let view = Prove { page, email, why, button, action_url, carried, cancel_url, problem };
    let page = admin.visitor.shown(site, StatusCode::OK, &view)?;
    Ok(Err(match problem {
        Some(Problem::TooManyTries { seconds }) => {
            web::later(page, StatusCode::TOO_MANY_REQUESTS, seconds)
        }
        Some(Problem::Busy) => web::later(page, StatusCode::SERVICE_UNAVAILABLE, BUSY_SECONDS),
        _ => page,
    }))
}

#[derive(Template)]
#[template(path = "sessions/prove.html")]
struct Prove {
    page: Page,
    email: String,
    why: String,
    button: String,
    action_url: String,
    carried: Vec<(String, String)>,
    cancel_url: String,
    problem: Option<Problem>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Problem {
    WrongPassword,
    TooManyTries { seconds: i64 },
    Busy,
}

impl Prove {
    fn wrong_password(&self) -> bool {
        self.problem == Some(Problem::WrongPassword)
    }

    /// The sentence above the field, where the password is not to blame.
    fn form_problem(&self) -> Option<String> {
        let page = &self.page;
        match self.problem? {
            Problem::WrongPassword => None,
            Problem::TooManyTries { seconds } => {
                Some(page.t1("prove-too-many", "wait", &page.wait(seconds)))
            }
            Problem::Busy => Some(page.t("prove-busy")),
        }
    }
}

#[cfg(test)]
pub mod samples {
    use super::*;
    use crate::web::page::{
        Here,
        samples::{CANARY, hostile, page},
    };

    fn prove(problem: Option<Problem>) -> String {
        let page = page(Here::SsoClients);
        let prove = Prove {
            email: "ruth@harbortrades.example".to_owned(),
            why: page.t1("prove-reveal", "client", "Forj Community"),
            button: page.t("prove-reveal-button"),
            action_url: "/admin/sso-clients/5d2f4c1e/reveal".to_owned(),
            carried: vec![("version".to_owned(), "7".to_owned())],
            cancel_url: "/admin/sso-clients/5d2f4c1e".to_owned(),
            problem,
            page,
        };
        prove.render().unwrap()
    }

    /// Every state of the page, by name.
    pub fn all() -> Vec<(&'static str, String)> {
        vec![
            ("prove", prove(None)),
            ("prove-wrong", prove(Some(Problem::WrongPassword))),
            ("prove-too-many", prove(Some(Problem::TooManyTries { seconds: 20 }))),
            ("prove-busy", prove(Some(Problem::Busy))),
        ]
    }

    /// With the canary in every text that somebody may type.
    pub fn hostile_pages() -> Vec<String> {
        let canary = || CANARY.to_owned();
        let prove = Prove {
            page: hostile(Here::SsoClients),
            email: canary(),
            why: canary(),
            button: canary(),
            action_url: canary(),
            carried: vec![(canary(), canary())],
            cancel_url: canary(),
            problem: None,
        };
        vec![prove.render().unwrap()]
    }
}

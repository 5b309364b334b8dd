//! Whoever typed the password within 10 minutes goes on, and so does whoever types it now; everybody else
//! is shown the page that asks, with the step waiting in its form.

use std::ops::Deref;

use axum::http::StatusCode;
use axum::response::Response;

use super::views::{Problem, Prove};
use crate::associations::Site;
use crate::sessions::{self, BUSY_SECONDS, Proof, SignedIn};
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
        match sessions::prove(site, &admin.session, &admin.token, password, &address).await? {
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

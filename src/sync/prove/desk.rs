//! Whether an admin proved the password within 10 minutes; who did not is asked for it first.

use axum::http::StatusCode;
use axum::response::Response;

use super::views::{Problem, Prove};
use crate::associations::Site;
use crate::sessions::{self, BUSY_SECONDS, Proof, SignedIn};
use crate::web::page::Here;
use crate::web::{self, Error, Form};

/// What is done once the password is proved, and where its form goes.
pub struct Step<'a> {
    pub removes: i64,
    pub action_url: String,
    /// Fields of the form that wait with it.
    pub carried: &'a [&'a str],
    pub cancel_url: String,
}

/// An admin whose password is fresh; the session may have a new id since.
pub struct Proved {
    admin: SignedIn,
    is_new_session: bool,
}

impl std::ops::Deref for Proved {
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

pub async fn proved(
    site: &Site,
    admin: SignedIn,
    form: &Form,
    step: Step<'_>,
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
    let carried = step.carried.iter().filter(|name| form.fields.has(name));
    let carried = carried.map(|name| ((*name).to_owned(), form.fields.text(name).to_owned()));
    let view = Prove {
        page: admin.visitor.page(site, Here::Groups),
        email: admin.session.member.email.clone(),
        removes: step.removes,
        action_url: step.action_url,
        carried: carried.collect(),
        cancel_url: step.cancel_url,
        problem,
    };
    let page = admin.visitor.shown(site, StatusCode::OK, &view)?;
    Ok(Err(match problem {
        Some(Problem::TooManyTries { seconds }) => {
            web::later(page, StatusCode::TOO_MANY_REQUESTS, seconds)
        }
        Some(Problem::Busy) => web::later(page, StatusCode::SERVICE_UNAVAILABLE, BUSY_SECONDS),
        _ => page,
    }))
}

//! What the pages of hooks share: the hook that is asked for, and the password that the dangerous steps
//! ask for.

use axum::http::StatusCode;
use axum::response::Response;

use super::Hook;
use super::views::{Prove, ProveProblem, Purpose};
use crate::associations::Site;
use crate::id::HookId;
use crate::sessions::{self, BUSY_SECONDS, Proof, SignedIn};
use crate::web::page::Here;
use crate::web::{self, Error, Form};

pub async fn found(site: &Site, id: &str) -> Result<Hook, Error> {
    let id = id.parse::<HookId>().map_err(|_| Error::not_found())?;
    super::find(&mut site.read(), &id).await?.ok_or_else(Error::not_found)
}

/// What is done once the password is proved, and where its form goes.
pub struct Step<'a> {
    pub purpose: Purpose,
    /// Below the hook: `release`.
    pub path: &'a str,
    /// Where somebody goes who would rather not.
    pub back: &'a str,
    /// Fields of the form that wait with it.
    pub carried: &'a [&'a str],
}

/// An admin whose password was typed within 10 minutes; the session may have a new id since.
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

/// Goes on when the password is fresh, or stands in the form; otherwise answers the page that asks for
/// it and then does the same thing.
pub async fn proved(
    site: &Site,
    admin: SignedIn,
    form: &Form,
    hook: &Hook,
    step: Step<'_>,
) -> Result<Result<Proved, Response>, Error> {
    if admin.session.is_fresh(site.now) {
        return Ok(Ok(Proved { admin, is_new_session: false }));
    }
    let problem = if form.fields.has("password") {
        let (password, address) = (form.fields.raw("password"), admin.visitor.address.key());
        match sessions::prove(site, &admin.session, &admin.token, password, &address).await? {
            Ok(Proof::Proved(token)) => {
                return Ok(Ok(Proved { admin: admin.renewed(token), is_new_session: true }));
            }
            Ok(Proof::Wrong) => Some(ProveProblem::WrongPassword),
            Ok(Proof::TooManyTries { seconds }) => Some(ProveProblem::TooManyTries { seconds }),
            Err(_busy) => Some(ProveProblem::Busy),
        }
    } else {
        None
    };
    let base = format!("/admin/settings/hooks/{}", hook.hook_id);
    let carried = step.carried.iter().filter(|name| form.fields.has(name));
    let carried = carried.map(|name| ((*name).to_owned(), form.fields.text(name).to_owned()));
    let view = Prove {
        page: admin.visitor.page(site, Here::Settings),
        email: admin.session.member.email.clone(),
        purpose: step.purpose,
        hook: hook.name.clone(),
        action_url: format!("{base}/{}", step.path),
        carried: carried.collect(),
        cancel_url: format!("{base}{}", step.back),
        problem,
    };
    let page = admin.visitor.shown(site, StatusCode::OK, &view)?;
    Ok(Err(match problem {
        Some(ProveProblem::TooManyTries { seconds }) => {
            web::later(page, StatusCode::TOO_MANY_REQUESTS, seconds)
        }
        Some(ProveProblem::Busy) => web::later(page, StatusCode::SERVICE_UNAVAILABLE, BUSY_SECONDS),
        _ => page,
    }))
}

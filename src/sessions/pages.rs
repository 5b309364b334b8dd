//! The log-in page and the log-out page.

use askama::Template as _;
use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::views::{Asking, LogIn, LogInProblem};
use super::{Attempt, BUSY_SECONDS, From, Visitor};
use crate::associations::Site;
use crate::clients;
use crate::id::{ClientId, SignInId};
use crate::oidc::authorize;
use crate::web::locale::Locale;
use crate::web::page::{Here, html, initials};
use crate::web::{self, CheckedForm, Error, frame};

/// What the log-in page was opened for; both may be stale, and nothing is decided by them.
#[derive(Deserialize, Default)]
pub struct Asked {
    request: Option<String>,
    client_id: Option<String>,
    /// A fresh log-in is asked for, whoever is logged in.
    again: Option<String>,
}

pub async fn log_in(
    site: Site,
    visitor: Visitor,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Error> {
    let Query(asked) = asked.unwrap_or_default();
    if visitor.session.is_some() && asked.again.is_none() {
        // Back button, bookmark, second tab: nothing to ask.
        return Ok(visitor.keep_browser(&site, go_on(&site, &visitor, &asked).await?));
    }
    form(&site, &visitor, &asked, "", None).await
}

/// What the request that waits says of whoever is to log in.
async fn hints(site: &Site, visitor: &Visitor, asked: &Asked) -> Result<authorize::Hints, Error> {
    let Some(id) = asked.request.as_deref() else { return Ok(authorize::Hints::default()) };
    let pending = super::pending(site, &SignInId::presented(id), &visitor.browser).await?;
    Ok(pending.as_ref().map(authorize::hints).unwrap_or_default())
}

pub async fn sign_in(site: Site, posted: CheckedForm) -> Result<Response, Error> {
    let CheckedForm { visitor, fields, is_current } = posted;
    let asked = Asked {
        request: fields.optional("request"),
        client_id: fields.optional("client_id"),
        again: fields.optional("again"),
    };
    let email = fields.text("email");
    if !is_current {
        if visitor.session.is_some() && asked.again.is_none() {
            // A page from before somebody signed in here: whoever is in, is in.
            return go_on(&site, &visitor, &asked).await;
        }
        let problem = if visitor.is_new_browser {
            LogInProblem::CookiesBlocked
        } else {
            LogInProblem::FormStale
        };
        return form(&site, &visitor, &asked, email, Some(problem)).await;
    }
    let address = visitor.address.key();
    let from = From {
        address: &address,
        device: visitor.device.as_ref(),
        session: visitor.session_token.as_ref(),
    };
    let (problem, status, seconds) =
        match super::sign_in(&site, email, fields.raw("password"), &from).await? {
            Ok(Attempt::In(entered)) => {
                if let Some(id) = &asked.request {
                    let id = SignInId::presented(id);
                    super::entered(&site, &id, &visitor.browser).await?;
                }
                site.app.notices.notify_one(); // somebody else's session may have ended here
                let to = entered_at(&site, &asked, &entered.member_id).await?;
                let response = entered.give(&site, Redirect::to(&to));
                return Ok(frame::leading_out(&site, response));
            }
            Ok(Attempt::Wrong) => {
                return form(&site, &visitor, &asked, email, Some(LogInProblem::WrongPair)).await;
            }
            Ok(Attempt::TooManyTries { seconds }) => {
                let problem = LogInProblem::TooManyTries { seconds };
                (problem, StatusCode::TOO_MANY_REQUESTS, seconds)
            }
            Err(_busy) => (LogInProblem::Busy, StatusCode::SERVICE_UNAVAILABLE, BUSY_SECONDS),
        };
    let response = form(&site, &visitor, &asked, email, Some(problem)).await?;
    Ok(web::later(response, status, seconds))
}

async fn form(
    site: &Site,
    visitor: &Visitor,
    asked: &Asked,
    email: &str,
    problem: Option<LogInProblem>,
) -> Result<Response, Error> {
    let client = match asked.client_id.as_deref().and_then(|id| id.parse::<ClientId>().ok()) {
        Some(id) => clients::find(site, &id).await?.filter(|client| client.disabled_at.is_none()),
        None => None,
    };
    let hints = hints(site, visitor, asked).await?;
    let hinted = hints.login_hint.unwrap_or_default();
    let mut page = visitor.page(site, Here::Elsewhere);
    // OpenID Connect Core §3.1.2.1: languages in order of preference, separated by blanks.
    if let Some(languages) = hints.ui_locales {
        page.locale = Locale::preferred(&languages.replace(' ', ","));
    }
    let view = LogIn {
        page,
        client: client.as_ref().map(|client| Asking {
            name: client.name.clone(),
            host: client.host(),
            initials: initials(&client.name),
        }),
        request: asked.request.clone(),
        client_id: client.as_ref().map(|client| client.client_id.to_string()),
        email: if email.is_empty() { hinted } else { email.to_owned() },
        is_again: asked.again.is_some() && visitor.session.is_some(),
        problem,
    };
    let body = view.render().map_err(Error::broken)?;
    let response = visitor.keep_browser(site, html(body));
    Ok(frame::leading_out(site, response))
}

/// Back to the request that waits, or to where its client starts, or home.
async fn go_on(site: &Site, visitor: &Visitor, asked: &Asked) -> Result<Response, Error> {
    let waiting = match asked.request.as_deref() {
        Some(id) => super::pending(site, &SignInId::presented(id), &visitor.browser).await?,
        None => None,
    };
    match (waiting, &asked.client_id) {
        (Some(waiting), _) => {
            Ok(Redirect::to(&resumption(&waiting.id, &waiting.client_id)).into_response())
        }
        (None, Some(client)) => authorize::start_anew(site, Some(client)).await,
        (None, None) => {
            let is_admin =
                visitor.session.as_ref().is_some_and(|session| session.member.is_admin());
            Ok(Redirect::to(home(is_admin)).into_response())
        }
    }
}

async fn entered_at(
    site: &Site,
    asked: &Asked,
    member: &crate::id::MemberId,
) -> Result<String, Error> {
    Ok(match (&asked.request, &asked.client_id) {
        (Some(request), Some(client)) => {
            resumption(&SignInId::presented(request), &ClientId::presented(client))
        }
        (_, Some(client)) => resumption(&SignInId::presented("none"), &ClientId::presented(client)),
        _ => home(crate::members::is_admin(&mut site.read(), member).await?).to_owned(),
    })
}

fn home(is_admin: bool) -> &'static str {
    if is_admin { "/admin/sso-clients" } else { "/account" }
}

/// Where a request that was kept goes on: it is looked up anew, and a stale one starts again there.
fn resumption(id: &SignInId, client: &ClientId) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("request_id", id.as_str()).append_pair("client_id", client.as_str());
    format!("/oauth/authorize?{}", query.finish())
}

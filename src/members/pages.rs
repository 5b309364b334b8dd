//! A member's own page.

use askama::Template as _;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};

use super::views::{Account, Community, PasswordProblem};
use super::{Password, Weak, password};
use crate::associations::Site;
use crate::clients;
use crate::sessions::{self, BUSY_SECONDS, Proof, Session, SignedIn, Visitor, with_toast};
use crate::web::cookies::Cookie;
use crate::web::page::{Here, Toast, html, initials};
use crate::web::{self, CheckedForm, Error, Form};

pub async fn account(site: Site, signed_in: SignedIn) -> Result<Response, Error> {
    page(&site, &signed_in.visitor, &signed_in.session, None).await
}

/// A new password ends every session of the member; this browser begins a new one.
pub async fn change_password(
    site: Site,
    signed_in: SignedIn,
    form: CheckedForm,
) -> Result<Response, Error> {
    let SignedIn { visitor, session, token } = &signed_in;
    let again = |problem| page(&site, visitor, session, Some(problem));
    let busy = async |visitor| {
        let page = page(&site, visitor, session, Some(PasswordProblem::Busy)).await?;
        Ok(web::later(page, StatusCode::SERVICE_UNAVAILABLE, BUSY_SECONDS))
    };
    if !form.is_current {
        return again(PasswordProblem::FormStale).await;
    }
    let (current, new) = (form.fields.raw("current_password"), form.fields.raw("new_password"));
    let member = &session.member;
    let known = [&*member.first_name, &member.last_name, &member.email, &site.association.name];
    let chosen = match Password::choose(new, &known) {
        Ok(_) if new == current => return again(PasswordProblem::Unchanged).await,
        Ok(chosen) => chosen,
        Err(weak) => return again(PasswordProblem::of(weak)).await,
    };
    let address = visitor.address.key();
    let renewed = match sessions::prove(&site, session, token, current, &address).await? {
        Ok(Proof::Proved(token)) => signed_in.clone().renewed(token),
        Ok(Proof::Wrong) => return again(PasswordProblem::CurrentWrong).await,
        Ok(Proof::TooManyTries { seconds }) => {
            let page = again(PasswordProblem::TooManyTries { seconds }).await?;
            return Ok(web::later(page, StatusCode::TOO_MANY_REQUESTS, seconds));
        }
        Err(_busy) => return busy(visitor).await,
    };
    let Ok(hash) = site.app.hashing.hash(chosen).await else {
        return Ok(renewed.give(&site, busy(&renewed.visitor).await?));
    };
    let mut tx = site.write().await?;
    let (id, vault) = (&member.member_id, &site.app.vault);
    super::set_password(&mut tx, vault, id, &hash, &signed_in.actor()).await?;
    tx.commit().await?;
    let response = with_toast(&site, Toast::PasswordChanged, Redirect::to("/account"));
    match sessions::begin(&site, id).await? {
        Some(entered) => Ok(entered.give(&site, response)),
        None => Ok(Redirect::to("/log-in").into_response()),
    }
}

/// This browser is out as well: whoever asks for it may be on a borrowed device.
pub async fn log_out_everywhere(
    site: Site,
    signed_in: SignedIn,
    _form: Form,
) -> Result<Response, Error> {
    let member = &signed_in.session.member.member_id;
    super::sign_out_everywhere(&site, member, &signed_in.actor()).await?;
    let mut response = with_toast(&site, Toast::LoggedOutEverywhere, Redirect::to("/log-out"));
    response.headers_mut().append(header::SET_COOKIE, Cookie::Session.clear(&site));
    Ok(response)
}

async fn page(
    site: &Site,
    visitor: &Visitor,
    session: &Session,
    problem: Option<PasswordProblem>,
) -> Result<Response, Error> {
    let member = &session.member;
    let listed = clients::list(&mut site.read()).await?;
    let communities = listed.into_iter().filter(|client| client.disabled_at.is_none());
    let communities = communities.filter_map(|client| {
        let url = client.first_url?;
        Some(Community {
            initials: initials(&client.name),
            name: client.name,
            host: url.host(),
            start_url: url.start(),
        })
    });
    let view = Account {
        page: visitor.page(site, Here::Account),
        first_name: member.first_name.clone(),
        name: member.name(),
        email: member.email.clone(),
        company: member.company_name.clone(),
        job_title: member.job_title.clone(),
        communities: communities.collect(),
        shortest_password: password::SHORTEST as u64,
        password_problem: problem,
    };
    let body = view.render().map_err(Error::broken)?;
    Ok(visitor.keep_browser(site, html(body)))
}

impl PasswordProblem {
    fn of(weak: Weak) -> Self {
        match weak {
            Weak::Short => Self::TooShort,
            Weak::Long => Self::TooLong { most: password::LONGEST as u64 },
            Weak::Guessable => Self::Guessable,
        }
    }
}

//! A person's login: added, its e-mail changed, switched off and on.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;

use super::views::{ConfirmDisable, LoginForm};
use super::{Refusal, State};
use crate::associations::Site;
use crate::members::Email;
use crate::members::desk::{self, PasswordWrong, back_to, found_person, is_self, shown};
use crate::members::records::Record;
use crate::members::records::form::EmailWrong;
use crate::sessions::{Admin, SignedIn};
use crate::web::page::Toast;
use crate::web::{CheckedForm, Error, Form};

pub async fn blank(
    site: Site,
    Admin(admin): Admin,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    let record = found_person(&site, &id).await?;
    let login = login(&site, &record).await?;
    shown(&site, &admin, StatusCode::OK, &form(&site, &admin, &record, login.as_ref()))
}

async fn login(site: &Site, record: &Record) -> Result<Option<State>, Error> {
    let Some(member) = record.member() else { return Ok(None) };
    Ok(super::state(&mut site.read(), member).await?)
}

fn form(site: &Site, admin: &SignedIn, record: &Record, login: Option<&State>) -> LoginForm {
    LoginForm {
        page: desk::page(site, admin),
        id: record.id.to_string(),
        name: record.name(),
        has_login: login.is_some(),
        takes_password: login.is_none_or(|login| login.has_password == 0),
        email: login.map_or_else(String::new, |login| login.email.to_string()),
        email_wrong: None,
        password_wrong: None,
        is_stale: false,
    }
}

pub async fn save(
    site: Site,
    Admin(admin): Admin,
    Path(id): Path<String>,
    posted: CheckedForm,
) -> Result<Response, Error> {
    let record = found_person(&site, &id).await?;
    let login = login(&site, &record).await?;
    let mut view = form(&site, &admin, &record, login.as_ref());
    view.email = posted.fields.text("login_email").to_owned();
    if !posted.is_current {
        view.is_stale = true;
        return shown(&site, &admin, StatusCode::FORBIDDEN, &view);
    }
    let email = Email::parse(&view.email);
    let name = record.name();
    let known = [&*name, &view.email, &site.association.name];
    let password = desk::chosen(&posted.fields, &known).filter(|_| view.takes_password);
    view.email_wrong = email.is_err().then_some(EmailWrong::NotAnEmail);
    view.password_wrong = password.as_ref().and_then(|chosen| chosen.as_ref().err().copied());
    let wrong = StatusCode::UNPROCESSABLE_ENTITY;
    let (Ok(email), None, Some(member)) = (email, view.password_wrong, record.member()) else {
        return shown(&site, &admin, wrong, &view);
    };
    let hash = match password {
        Some(Ok(password)) => match site.app.hashing.hash(password).await {
            Ok(hash) => Some(hash),
            Err(_busy) => {
                view.password_wrong = Some(PasswordWrong::Busy);
                return shown(&site, &admin, StatusCode::SERVICE_UNAVAILABLE, &view);
            }
        },
        _ => None,
    };
    let actor = admin.actor();
    let done = match (&login, &hash) {
        (None, hash) => super::add(&site, member, &email, hash.as_ref(), &actor).await?,
        (Some(_), None) => super::change_email(&site, member, &email, &actor).await?,
        (Some(_), Some(hash)) => match super::change_email(&site, member, &email, &actor).await? {
            Ok(()) => super::first_password(&site, member, hash, &actor).await?,
            refused => refused,
        },
    };
    match done {
        Ok(()) => Ok(back_to(&site, &record.id, Toast::Saved)),
        Err(Refusal::EmailTaken(_)) => {
            view.email_wrong = Some(EmailWrong::Taken);
            shown(&site, &admin, wrong, &view)
        }
        // Somebody else was first: what there is now is shown.
        Err(_) => {
            let login = self::login(&site, &record).await?;
            let view = form(&site, &admin, &record, login.as_ref());
            shown(&site, &admin, StatusCode::CONFLICT, &view)
        }
    }
}

pub async fn ask(
    site: Site,
    Admin(admin): Admin,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    let record = found_person(&site, &id).await?;
    asked_disable(&site, &admin, &record, StatusCode::OK).await
}

async fn asked_disable(
    site: &Site,
    admin: &SignedIn,
    record: &Record,
    status: StatusCode,
) -> Result<Response, Error> {
    let login = login(site, record).await?.ok_or_else(Error::not_found)?;
    let view = ConfirmDisable {
        page: desk::page(site, admin),
        id: record.id.to_string(),
        name: record.name(),
        is_self: is_self(admin, record),
        sessions: login.sessions,
    };
    shown(site, admin, status, &view)
}

/// Nobody locks themselves out.
pub async fn disable(
    site: Site,
    Admin(admin): Admin,
    Path(id): Path<String>,
    _form: Form,
) -> Result<Response, Error> {
    let record = found_person(&site, &id).await?;
    if is_self(&admin, &record) {
        let refused = StatusCode::UNPROCESSABLE_ENTITY;
        return asked_disable(&site, &admin, &record, refused).await;
    }
    if let Some(member) = record.member() {
        super::disable(&site, member, &admin.actor()).await?;
        site.app.notices.notify_one(); // somebody's sessions may have ended here
    }
    Ok(back_to(&site, &record.id, Toast::LoginDisabled))
}

pub async fn enable(
    site: Site,
    Admin(admin): Admin,
    Path(id): Path<String>,
    _form: Form,
) -> Result<Response, Error> {
    let record = found_person(&site, &id).await?;
    if let Some(member) = record.member() {
        super::enable(&site, member, &admin.actor()).await?;
    }
    Ok(back_to(&site, &record.id, Toast::LoginEnabled))
}

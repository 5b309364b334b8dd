//! What all pages of people and companies share: the record that is asked for, and an answer to the
//! admin.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};

use super::records::{self, Record};
use super::{Password, Weak, password};
use crate::associations::Site;
use crate::id::RecordId;
use crate::sessions::{SignedIn, with_toast};
use crate::web::page::{Here, Page, Toast, html};
use crate::web::{Error, Fields};

pub async fn found(site: &Site, id: &str) -> Result<Record, Error> {
    let id = id.parse::<RecordId>().map_err(|_| Error::not_found())?;
    records::find(&mut site.read(), &id).await?.ok_or_else(Error::not_found)
}

/// A person; a company has no login.
pub async fn found_person(site: &Site, id: &str) -> Result<Record, Error> {
    let record = found(site, id).await?;
    if record.is_company() { Err(Error::not_found()) } else { Ok(record) }
}

pub fn page(site: &Site, admin: &SignedIn) -> Page {
    admin.visitor.page(site, Here::Members)
}

pub fn shown(
    site: &Site,
    admin: &SignedIn,
    status: StatusCode,
    view: &impl Template,
) -> Result<Response, Error> {
    let body = view.render().map_err(Error::broken)?;
    Ok(admin.visitor.keep_browser(site, (status, html(body)).into_response()))
}

/// To the page of a record, with what went well.
pub fn back_to(site: &Site, id: &RecordId, toast: Toast) -> Response {
    with_toast(site, toast, Redirect::to(&format!("/admin/members/{id}")))
}

pub fn is_self(admin: &SignedIn, record: &Record) -> bool {
    record.id.as_str() == admin.session.member.member_id.as_str()
}

/// The password that a form chooses for somebody; None where its field is blank.
pub fn chosen(fields: &Fields, known: &[&str]) -> Option<Result<Password, PasswordWrong>> {
    let typed = Some(fields.raw("password")).filter(|typed| !typed.is_empty())?;
    Some(Password::choose(typed, known).map_err(PasswordWrong::of))
}

/// Why a password was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordWrong {
    TooShort,
    TooLong,
    Guessable,
    /// The hash pool is full at this moment.
    Busy,
    /// There is no login that it could be for.
    WithoutLogin,
}

impl PasswordWrong {
    fn of(weak: Weak) -> Self {
        match weak {
            Weak::Short => Self::TooShort,
            Weak::Long => Self::TooLong,
            Weak::Guessable => Self::Guessable,
        }
    }

    pub fn words(self, page: &Page) -> String {
        match self {
            Self::TooShort => page.t1("password-too-short", "number", password::SHORTEST as i64),
            Self::TooLong => page.t1("password-too-long", "number", password::LONGEST as i64),
            Self::Guessable => page.t("password-guessable"),
            Self::Busy => page.t("password-busy"),
            Self::WithoutLogin => page.t("login-password-alone"),
        }
    }
}

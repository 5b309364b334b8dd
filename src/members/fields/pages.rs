//! Custom fields in the Association Settings.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{Redirect, Response};

use super::views::{ConfirmDelete, FieldForm, Known, List, Problem, Row};
use super::{Field, Kind, MOST, Refusal, Settings};
use crate::associations::Site;
use crate::id::FieldId;
use crate::members::desk::shown;
use crate::sessions::{Admin, SignedIn, with_toast};
use crate::web::companion::Markup;
use crate::web::page::{Here, Toast};
use crate::web::{CheckedForm, Error, Form};

const LIST: &str = "/admin/settings/fields";
/// The name of the companion's switch.
const SWITCH: &str = "higher_logic";

pub async fn list(site: Site, Admin(admin): Admin) -> Result<Response, Error> {
    let all = super::list(&mut site.read()).await?;
    let view = List {
        page: admin.visitor.page(&site, Here::Settings),
        has_integrations: site.app.companion().is_some(),
        is_full: all.len() >= MOST,
        rows: all.iter().map(row).collect(),
    };
    shown(&site, &admin, StatusCode::OK, &view)
}

fn row(field: &Field) -> Row {
    Row {
        id: field.field_id.to_string(),
        key: field.key.clone(),
        label: field.label.clone(),
        kind: field.kind(),
        is_shown: field.is_shown(),
        is_sent: field.is_shown() && field.higher_logic_since.is_some(),
    }
}

async fn found(site: &Site, id: &str) -> Result<Field, Error> {
    let id = id.parse::<FieldId>().map_err(|_| Error::not_found())?;
    super::find(&mut site.read(), &id).await?.ok_or_else(Error::not_found)
}

/// What the companion offers beside a field.
async fn switches(
    site: &Site,
    admin: &SignedIn,
    is_shown: bool,
    is_on: bool,
) -> Result<Option<Markup>, Error> {
    match site.app.companion() {
        Some(companion) => Ok(Some(companion.field_switches(site, admin, is_shown, is_on).await?)),
        None => Ok(None),
    }
}

/// Whether its switch was there to be left off: a checkbox that is off is not sent.
fn is_offered(switches: Option<&Markup>) -> bool {
    switches.is_some_and(|markup| markup.0.contains(&format!("name=\"{SWITCH}\"")))
}

fn form(site: &Site, admin: &SignedIn, switches: Option<Markup>) -> FieldForm {
    FieldForm {
        page: admin.visitor.page(site, Here::Settings),
        has_integrations: site.app.companion().is_some(),
        known: None,
        label: String::new(),
        kind: Kind::Text,
        is_shown: true,
        problem: None,
        is_stale: false,
        switches,
    }
}

fn form_of(site: &Site, admin: &SignedIn, field: &Field, switches: Option<Markup>) -> FieldForm {
    FieldForm {
        known: Some(Known {
            id: field.field_id.to_string(),
            key: field.key.clone(),
            label: field.label.clone(),
        }),
        label: field.label.clone(),
        kind: field.kind(),
        is_shown: field.is_shown(),
        ..form(site, admin, switches)
    }
}

pub async fn blank(site: Site, Admin(admin): Admin) -> Result<Response, Error> {
    let switches = switches(&site, &admin, true, false).await?;
    shown(&site, &admin, StatusCode::OK, &form(&site, &admin, switches))
}

pub async fn show(
    site: Site,
    Admin(admin): Admin,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    let field = found(&site, &id).await?;
    let is_on = field.higher_logic_since.is_some();
    let switches = switches(&site, &admin, field.is_shown(), is_on).await?;
    shown(&site, &admin, StatusCode::OK, &form_of(&site, &admin, &field, switches))
}

pub async fn add(site: Site, Admin(admin): Admin, posted: CheckedForm) -> Result<Response, Error> {
    let switches = switches(&site, &admin, true, posted.fields.has(SWITCH)).await?;
    let settings = typed(&posted, is_offered(switches.as_ref()));
    let kind = Kind::parse(posted.fields.text("kind")).unwrap_or(Kind::Text);
    let view = FieldForm {
        label: settings.label.clone(),
        kind,
        is_shown: settings.is_shown,
        ..form(&site, &admin, switches)
    };
    if !posted.is_current {
        return stale(&site, &admin, view);
    }
    match super::add(&site, &settings, kind, &admin.actor()).await? {
        Ok(_) => Ok(with_toast(&site, Toast::RecordAdded, Redirect::to(LIST))),
        Err(refusal) => refused(&site, &admin, view, &refusal),
    }
}

pub async fn change(
    site: Site,
    Admin(admin): Admin,
    Path(id): Path<String>,
    posted: CheckedForm,
) -> Result<Response, Error> {
    let field = found(&site, &id).await?;
    let is_on = posted.fields.has(SWITCH);
    let switches = switches(&site, &admin, field.is_shown(), is_on).await?;
    let settings = typed(&posted, is_offered(switches.as_ref()));
    let view = FieldForm {
        label: settings.label.clone(),
        is_shown: settings.is_shown,
        ..form_of(&site, &admin, &field, switches)
    };
    if !posted.is_current {
        return stale(&site, &admin, view);
    }
    match super::change(&site, &field.field_id, &settings, &admin.actor()).await? {
        Ok(()) => Ok(with_toast(&site, Toast::Saved, Redirect::to(LIST))),
        Err(refusal) => refused(&site, &admin, view, &refusal),
    }
}

fn typed(posted: &CheckedForm, is_offered: bool) -> Settings {
    Settings {
        label: posted.fields.text("label").to_owned(),
        is_shown: posted.fields.has("shown"),
        higher_logic: is_offered.then(|| posted.fields.has(SWITCH)),
    }
}

fn stale(site: &Site, admin: &SignedIn, view: FieldForm) -> Result<Response, Error> {
    let view = FieldForm { is_stale: true, ..view };
    shown(site, admin, StatusCode::FORBIDDEN, &view)
}

fn refused(
    site: &Site,
    admin: &SignedIn,
    mut view: FieldForm,
    refusal: &Refusal,
) -> Result<Response, Error> {
    view.problem = Some(match refusal {
        Refusal::LabelEmpty => Problem::LabelEmpty,
        Refusal::LabelWrong => Problem::LabelWrong,
        Refusal::LabelTaken(_) => Problem::LabelTaken,
        Refusal::TooMany => Problem::TooMany,
        Refusal::Unknown(_) => return Err(Error::not_found()),
    });
    shown(site, admin, StatusCode::UNPROCESSABLE_ENTITY, &view)
}

pub async fn ask(
    site: Site,
    Admin(admin): Admin,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    let field = found(&site, &id).await?;
    let view = ConfirmDelete {
        page: admin.visitor.page(&site, Here::Settings),
        has_integrations: site.app.companion().is_some(),
        id: field.field_id.to_string(),
        size: super::size(&mut site.read(), &field.field_id).await?,
        is_sent: field.is_shown() && field.higher_logic_since.is_some(),
        label: field.label,
    };
    shown(&site, &admin, StatusCode::OK, &view)
}

pub async fn delete(
    site: Site,
    Admin(admin): Admin,
    Path(id): Path<String>,
    _form: Form,
) -> Result<Response, Error> {
    let field = found(&site, &id).await?;
    super::delete(&site, &field.field_id, &admin.actor()).await?;
    Ok(with_toast(&site, Toast::FieldDeleted, Redirect::to(LIST)))
}

//! SSO Clients, as an admin sees them: the list, the modal over it, and the steps that ask twice.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{Redirect, Response};
use serde::Deserialize;

use super::desk::{Step, found, proved, shown};
use super::draft::Draft;
use super::modal::{edited, rows, stale};
use super::steps::{self, ConfirmDelete, ConfirmSwitchOff, Conflict, Impact, Purpose};
use super::views::List;
use super::{Client, Identity, Settings};
use crate::associations::Site;
use crate::sessions::{Admin, with_toast};
use crate::web::page::{Here, Toast};
use crate::web::{CheckedForm, Error, Form};

#[derive(Deserialize, Default)]
pub struct Search {
    #[serde(default)]
    q: String,
}

pub async fn list(
    site: Site,
    Admin(admin): Admin,
    search: Result<Query<Search>, QueryRejection>,
) -> Result<Response, Error> {
    let Query(Search { q }) = search.unwrap_or_default();
    let search = q.trim().to_owned();
    let rows = rows(&site, &admin, &search).await?;
    let page = admin.visitor.page(&site, Here::SsoClients);
    shown(&site, &admin, StatusCode::OK, &List { page, search, rows })
}

/// The modal for a new client.
pub async fn blank(site: Site, Admin(admin): Admin) -> Result<Response, Error> {
    let draft = Draft::blank();
    edited(&site, &admin, draft, None, StatusCode::OK).await
}

pub async fn add(site: Site, Admin(admin): Admin, form: CheckedForm) -> Result<Response, Error> {
    let mut draft = Draft::of(&site, &form.fields);
    if !form.is_current {
        return stale(&site, &admin, draft, None).await;
    }
    if form.fields.has("add") || form.fields.has("remove") {
        draft.rearrange(&form.fields);
        return edited(&site, &admin, draft, None, StatusCode::OK).await;
    }
    let Some((settings, identity)) = draft.complete(true) else {
        return edited(&site, &admin, draft, None, StatusCode::UNPROCESSABLE_ENTITY).await;
    };
    let identity = identity.unwrap_or(Identity::Fresh);
    match super::add(&site, &settings, identity, &admin.actor()).await? {
        Ok(_) => Ok(with_toast(&site, Toast::ClientAdded, Redirect::to("/admin/sso-clients"))),
        Err(_taken) => {
            draft.client_id_is_taken();
            edited(&site, &admin, draft, None, StatusCode::UNPROCESSABLE_ENTITY).await
        }
    }
}

pub async fn show(
    site: Site,
    Admin(admin): Admin,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    let client = found(&site, &id).await?;
    let draft = Draft::saved(&client);
    edited(&site, &admin, draft, Some(client), StatusCode::OK).await
}

/// Saves what was changed, unless somebody else was first: then the difference is shown.
pub async fn change(
    site: Site,
    Admin(admin): Admin,
    Path(id): Path<String>,
    form: CheckedForm,
) -> Result<Response, Error> {
    let client = found(&site, &id).await?;
    let mut draft = Draft::of(&site, &form.fields);
    if !form.is_current {
        return stale(&site, &admin, draft, Some(client)).await;
    }
    if form.fields.has("add") || form.fields.has("remove") {
        draft.rearrange(&form.fields);
        return edited(&site, &admin, draft, Some(client), StatusCode::OK).await;
    }
    let Some((settings, _)) = draft.complete(false) else {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return edited(&site, &admin, draft, Some(client), status).await;
    };
    let version = form.fields.text("version").parse().unwrap_or(0);
    let before = client.settings.clone();
    let id = &client.client_id;
    match super::change(&site, id, version, &before, &settings, &admin.actor()).await? {
        Ok(()) => {
            let to = Redirect::to(&format!("/admin/sso-clients/{id}"));
            Ok(with_toast(&site, Toast::Saved, to))
        }
        Err(_) => {
            let theirs = found(&site, id.as_str()).await?;
            let view = Conflict {
                page: admin.visitor.page(&site, Here::SsoClients),
                client_id: id.to_string(),
                by: super::last_changed_by(&site, id).await?,
                at: admin.visitor.locale.moment(theirs.updated_at, site.now),
                yours: steps::Draft::of(&settings),
                theirs: steps::Draft::of(&theirs.settings),
                version: theirs.version,
            };
            shown(&site, &admin, StatusCode::CONFLICT, &view)
        }
    }
}

pub async fn ask_switch_off(
    site: Site,
    Admin(admin): Admin,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    let client = found(&site, &id).await?;
    let view = ConfirmSwitchOff {
        page: admin.visitor.page(&site, Here::SsoClients),
        client_id: client.client_id.to_string(),
        impact: impact(&site, &client).await?,
        version: client.version,
        name: client.settings.name,
    };
    shown(&site, &admin, StatusCode::OK, &view)
}

pub async fn switch_off(
    site: Site,
    Admin(admin): Admin,
    Path(id): Path<String>,
    _form: Form,
) -> Result<Response, Error> {
    let id = found(&site, &id).await?.client_id;
    let by = admin.session.member.name();
    super::disable(&site, &id, &by, &admin.actor()).await?;
    let to = Redirect::to(&format!("/admin/sso-clients/{id}"));
    Ok(with_toast(&site, Toast::ClientSwitchedOff, to))
}

pub async fn switch_on(
    site: Site,
    Admin(admin): Admin,
    Path(id): Path<String>,
    _form: Form,
) -> Result<Response, Error> {
    let id = found(&site, &id).await?.client_id;
    super::enable(&site, &id, &admin.actor()).await?;
    let to = Redirect::to(&format!("/admin/sso-clients/{id}"));
    Ok(with_toast(&site, Toast::ClientSwitchedOn, to))
}

pub async fn ask_delete(
    site: Site,
    Admin(admin): Admin,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    let client = found(&site, &id).await?;
    let view = ConfirmDelete {
        page: admin.visitor.page(&site, Here::SsoClients),
        client_id: client.client_id.to_string(),
        impact: impact(&site, &client).await?,
        version: client.version,
        name: client.settings.name,
    };
    shown(&site, &admin, StatusCode::OK, &view)
}

pub async fn delete(
    site: Site,
    Admin(admin): Admin,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Error> {
    let client = found(&site, &id).await?;
    let purpose = Purpose::Delete { client: client.name.clone() };
    let step = Step { purpose, path: "delete", carried: &[] };
    let admin = match proved(&site, admin, &form, &client, step).await? {
        Ok(admin) => admin,
        Err(asked) => return Ok(asked),
    };
    super::delete(&site, &client.client_id, &admin.actor()).await?;
    let to = Redirect::to("/admin/sso-clients");
    let response = with_toast(&site, Toast::ClientDeleted, to);
    Ok(admin.keep_session(&site, response))
}

async fn impact(site: &Site, client: &Client) -> Result<Impact, Error> {
    let stake = super::at_stake(site, &client.client_id).await?;
    Ok(Impact { people: stake.people, tokens: stake.tokens })
}

impl steps::Draft {
    fn of(settings: &Settings) -> Self {
        let urls = settings.redirect_urls.iter().map(ToString::to_string);
        Self { name: settings.name.clone(), redirect_urls: urls.collect() }
    }
}

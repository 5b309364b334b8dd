//! SSO Clients, as an admin sees them: the list, the modal over it, and the steps that ask twice.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{Redirect, Response};
use serde::Deserialize;

use super::conflict::Conflict;
use super::desk::{Step, found, proved, shown};
use super::draft::{Draft, Offer};
use super::modal::{self, edited, rows, stale};
use super::permitted::{self, views::ConfirmPermitted};
use super::steps::{ConfirmDelete, ConfirmSwitchOff, Impact, Purpose};
use super::views::List;
use super::{Client, Identity, Refusal, Settings};
use crate::associations::Site;
use crate::id::GroupId;
use crate::sessions::{Admin, SignedIn, with_toast};
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
    let (draft, _) = modal::draft(&site, &admin, None).await?;
    edited(&site, &admin, draft, None, StatusCode::OK).await
}

pub async fn add(site: Site, Admin(admin): Admin, form: CheckedForm) -> Result<Response, Error> {
    let (draft, _) = modal::draft(&site, &admin, None).await?;
    let mut draft = draft.typed(&form.fields);
    if !form.is_current {
        return stale(&site, &admin, draft, None).await;
    }
    if draft.rearrange(&form.fields) {
        return edited(&site, &admin, draft, None, StatusCode::OK).await;
    }
    let wrong = StatusCode::UNPROCESSABLE_ENTITY;
    let Some((settings, identity)) = draft.complete(&site, true) else {
        return edited(&site, &admin, draft, None, wrong).await;
    };
    let identity = identity.unwrap_or(Identity::Fresh);
    match super::add(&site, &settings, identity, &admin.actor()).await? {
        Ok(_) => Ok(with_toast(&site, Toast::ClientAdded, Redirect::to("/admin/sso-clients"))),
        Err(Refusal::TooMany) => {
            let mut view = modal::editor(&site, &admin, draft, None).await?;
            view.is_full = true;
            shown(&site, &admin, StatusCode::CONFLICT, &view)
        }
        Err(Refusal::ResourceTaken) => {
            draft.resource_is_taken();
            edited(&site, &admin, draft, None, wrong).await
        }
        Err(_taken) => {
            draft.client_id_is_taken();
            edited(&site, &admin, draft, None, wrong).await
        }
    }
}

pub async fn show(
    site: Site,
    Admin(admin): Admin,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    let client = found(&site, &id).await?;
    let (draft, _) = modal::draft(&site, &admin, Some(&client)).await?;
    edited(&site, &admin, draft, Some(client), StatusCode::OK).await
}

/// Saves what was changed, unless somebody else was first: then the difference is shown. Whoever
/// would shut members out sees how many before.
pub async fn change(
    site: Site,
    Admin(admin): Admin,
    Path(id): Path<String>,
    form: CheckedForm,
) -> Result<Response, Error> {
    let client = found(&site, &id).await?;
    let (draft, offer) = modal::draft(&site, &admin, Some(&client)).await?;
    let mut draft = draft.typed(&form.fields);
    if !form.is_current {
        return stale(&site, &admin, draft, Some(client)).await;
    }
    if draft.rearrange(&form.fields) {
        return edited(&site, &admin, draft, Some(client), StatusCode::OK).await;
    }
    let wrong = StatusCode::UNPROCESSABLE_ENTITY;
    let Some((settings, _)) = draft.complete(&site, false) else {
        return edited(&site, &admin, draft, Some(client), wrong).await;
    };
    let version = form.fields.text("version").parse().unwrap_or(0);
    if version != client.version {
        return conflict(&site, &admin, client, settings, &draft, &offer).await;
    }
    let confirmed = form.fields.text("confirmed");
    if let Some(view) = losing(&site, &admin, &client, &settings, &draft, &offer, confirmed).await?
    {
        return shown(&site, &admin, StatusCode::OK, &view);
    }
    let (id, before) = (&client.client_id, client.settings.clone());
    match super::change(&site, id, version, &before, &settings, &admin.actor()).await? {
        Ok(()) => {
            let to = Redirect::to(&format!("/admin/sso-clients/{id}"));
            Ok(with_toast(&site, Toast::Saved, to))
        }
        Err(Refusal::ResourceTaken) => {
            draft.resource_is_taken();
            edited(&site, &admin, draft, Some(client), wrong).await
        }
        Err(_changed) => {
            let theirs = found(&site, id.as_str()).await?;
            conflict(&site, &admin, theirs, settings, &draft, &offer).await
        }
    }
}

async fn conflict(
    site: &Site,
    admin: &SignedIn,
    theirs: Client,
    yours: Settings,
    draft: &Draft,
    offer: &Offer,
) -> Result<Response, Error> {
    let groups = offer.names().into_iter().map(|(id, name)| (id.to_string(), name));
    let view = Conflict {
        page: admin.visitor.page(site, Here::SsoClients),
        client_id: theirs.client_id.to_string(),
        by: super::last_changed_by(site, &theirs.client_id).await?,
        at: admin.visitor.locale.moment(theirs.updated_at, site.now),
        yours,
        version: theirs.version,
        theirs: theirs.settings,
        groups: groups.collect(),
        carried: draft.carried(),
    };
    shown(site, admin, StatusCode::CONFLICT, &view)
}

/// The page to confirm, where members would lose access and exactly that number is not confirmed.
async fn losing(
    site: &Site,
    admin: &SignedIn,
    client: &Client,
    settings: &Settings,
    draft: &Draft,
    offer: &Offer,
    confirmed: &str,
) -> Result<Option<ConfirmPermitted>, Error> {
    let groups = &settings.permitted_groups;
    let change = permitted::change(site, Some(&client.client_id), groups).await?;
    let confirmed = confirmed.parse().ok();
    if change.lose == 0 || confirmed == Some(change.lose) {
        return Ok(None);
    }
    let known = offer.names();
    let names = |groups: &[GroupId]| {
        let named = known.iter().filter(|(id, _)| groups.contains(id));
        named.map(|(_, name)| name.clone()).collect()
    };
    Ok(Some(ConfirmPermitted {
        page: admin.visitor.page(site, Here::SsoClients),
        client_id: client.client_id.to_string(),
        name: client.name.clone(),
        version: client.version,
        change,
        before: names(&client.permitted_groups),
        after: names(groups),
        confirmed,
        carried: draft.carried(),
    }))
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

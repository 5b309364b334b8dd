//! Groups, as an admin sees them: the list, a new one, and the tabs Details and History of one.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{Redirect, Response};
use serde::Deserialize;

use super::desk::{found, head};
use super::views::{Delete, Details, Form, History, List, NameProblem, New, Row};
use super::{Group, Refusal, permitted_at};
use crate::associations::Site;
use crate::events::{self, words};
use crate::id::{EventId, GroupId};
use crate::sessions::{Admin, SignedIn, with_toast};
use crate::web::companion::{GroupDetails, GroupList, Markup, Taken};
use crate::web::page::{Here, Toast};
use crate::web::{self, CheckedForm, Error, Fields};

const A_PAGE: i64 = 50;

#[derive(Deserialize, Default)]
pub struct Search {
    #[serde(default)]
    q: String,
    #[serde(default)]
    state: String,
}

pub async fn list(
    site: Site,
    Admin(admin): Admin,
    search: Result<Query<Search>, QueryRejection>,
) -> Result<Response, Error> {
    let Query(Search { q, state }) = search.unwrap_or_default();
    let search = q.trim().to_owned();
    let groups = super::list(&mut site.read()).await?;
    let beside = match site.app.companion() {
        Some(companion) => {
            let ids: Vec<GroupId> = groups.iter().map(|group| group.group_id.clone()).collect();
            companion.group_list(&site, &admin, &ids, &state).await?
        }
        None => GroupList::default(),
    };
    let GroupList { banners, choices, left, columns, note } = beside;
    let wanted = search.to_lowercase();
    let is_shown = |group: &Group| {
        let is_found =
            group.name.to_lowercase().contains(&wanted) || group.group_id.as_str() == wanted;
        is_found && left.as_ref().is_none_or(|left| left.contains(&group.group_id))
    };
    let mut cells = columns.rows.into_iter();
    let all = groups.into_iter().map(|group| (group, cells.next().unwrap_or_default()));
    let rows = all.filter(|(group, _)| is_shown(group)).map(|(group, cells)| Row {
        id: group.group_id.to_string(),
        name: group.name,
        size: group.size,
        cells,
    });
    let view = List {
        rows: rows.collect(),
        page: admin.visitor.page(&site, Here::Groups),
        headings: columns.headings,
        state: if left.is_some() { state } else { String::new() },
        search,
        choices,
        banners,
        note,
    };
    admin.visitor.shown(&site, StatusCode::OK, &view)
}

/// The form of a new group.
pub async fn blank(site: Site, Admin(admin): Admin) -> Result<Response, Error> {
    new(&site, &admin, Form::default(), StatusCode::OK)
}

fn new(site: &Site, admin: &SignedIn, form: Form, status: StatusCode) -> Result<Response, Error> {
    let view = New { page: admin.visitor.page(site, Here::Groups), form };
    admin.visitor.shown(site, status, &view)
}

pub async fn add(site: Site, Admin(admin): Admin, sent: CheckedForm) -> Result<Response, Error> {
    let mut form = typed(&sent.fields);
    if !sent.is_current {
        form.is_stale = true;
        return new(&site, &admin, form, StatusCode::FORBIDDEN);
    }
    let wrong = StatusCode::UNPROCESSABLE_ENTITY;
    let name = match super::name(&form.name) {
        Ok(name) => name,
        Err(problem) => {
            form.problem = Some(NameProblem::Not(problem));
            return new(&site, &admin, form, wrong);
        }
    };
    match super::add(&site, name, form.is_visible, &admin.actor()).await? {
        Ok(id) => {
            let to = Redirect::to(&format!("/admin/groups/{id}/members"));
            Ok(with_toast(&site, Toast::GroupAdded, to))
        }
        Err(_taken) => {
            form.problem = Some(NameProblem::Taken);
            new(&site, &admin, form, wrong)
        }
    }
}

fn typed(fields: &Fields) -> Form {
    Form {
        name: fields.text("name").to_owned(),
        is_visible: fields.has("visible_to_clients"),
        ..Form::default()
    }
}

pub async fn show(
    site: Site,
    Admin(admin): Admin,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    let group = found(&site, &id).await?;
    let is_visible = group.visible_to_clients_since.is_some();
    let form = Form { name: group.name.clone(), is_visible, ..Form::default() };
    details(&site, &admin, &group, form, None, StatusCode::OK).await
}

async fn details(
    site: &Site,
    admin: &SignedIn,
    group: &Group,
    form: Form,
    typed: Option<&Fields>,
    status: StatusCode,
) -> Result<Response, Error> {
    let more = match site.app.companion() {
        Some(companion) => companion.group_details(site, admin, &group.group_id, typed).await?,
        None => GroupDetails::default(),
    };
    let page = admin.visitor.page(site, Here::Groups);
    let view = Details { page, group: head(group), form, more };
    admin.visitor.shown(site, status, &view)
}

/// Saves the group, and then what the companion's part of the form says.
pub async fn change(
    site: Site,
    Admin(admin): Admin,
    Path(id): Path<String>,
    sent: CheckedForm,
) -> Result<Response, Error> {
    let group = found(&site, &id).await?;
    let (id, fields) = (&group.group_id, &sent.fields);
    let mut form = typed(fields);
    if !sent.is_current {
        form.is_stale = true;
        return details(&site, &admin, &group, form, Some(fields), StatusCode::FORBIDDEN).await;
    }
    let wrong = StatusCode::UNPROCESSABLE_ENTITY;
    let name = match super::name(&form.name) {
        Ok(name) => name.to_owned(),
        Err(problem) => {
            form.problem = Some(NameProblem::Not(problem));
            return details(&site, &admin, &group, form, Some(fields), wrong).await;
        }
    };
    match super::change(&site, id, &name, form.is_visible, &admin.actor()).await? {
        Ok(()) => {}
        Err(Refusal::NameTaken(_)) => {
            form.problem = Some(NameProblem::Taken);
            return details(&site, &admin, &group, form, Some(fields), wrong).await;
        }
        Err(_gone) => return Err(Error::not_found()),
    }
    if let Some(companion) = site.app.companion()
        && let Taken::Asks(response) = companion.save_group(&site, &admin, id, fields).await?
    {
        return Ok(*response);
    }
    let to = Redirect::to(&format!("/admin/groups/{id}"));
    Ok(with_toast(&site, Toast::Saved, to))
}

#[derive(Deserialize, Default)]
pub struct From {
    #[serde(default)]
    before: String,
}

pub async fn history(
    site: Site,
    Admin(admin): Admin,
    Path(id): Path<String>,
    from: Result<Query<From>, QueryRejection>,
) -> Result<Response, Error> {
    let group = found(&site, &id).await?;
    let Query(From { before }) = from.unwrap_or_default();
    let mut db = site.read();
    let before = match &*before {
        "" => None,
        event => events::cursor(&mut db, &EventId::presented(event)).await?,
    };
    let mut found = events::history(&mut db, &id, before.as_ref(), A_PAGE + 1).await?;
    let has_more = found.len() > A_PAGE as usize;
    found.truncate(A_PAGE as usize);
    let last = found.last().filter(|_| has_more);
    let older = last.map(|last| format!("/admin/groups/{id}/history?before={}", last.event_id));
    let above = match site.app.companion() {
        Some(companion) => companion.group_history(&site, &admin, &group.group_id).await?,
        None => Markup::default(),
    };
    let told = events::told(&site, found).await?;
    let view = History {
        page: admin.visitor.page(&site, Here::Groups),
        group: head(&group),
        above,
        lines: words::lines(&told, admin.visitor.locale, site.now),
        older_url: older,
    };
    admin.visitor.shown(&site, StatusCode::OK, &view)
}

pub async fn ask_delete(
    site: Site,
    Admin(admin): Admin,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    let group = found(&site, &id).await?;
    let clients = permitted_at(&mut site.read(), &group.group_id).await?;
    asked(&site, &admin, &group, clients, StatusCode::OK)
}

fn asked(
    site: &Site,
    admin: &SignedIn,
    group: &Group,
    clients: Vec<String>,
    status: StatusCode,
) -> Result<Response, Error> {
    let page = admin.visitor.page(site, Here::Groups);
    let view = Delete { page, group: head(group), clients };
    admin.visitor.shown(site, status, &view)
}

pub async fn delete(
    site: Site,
    Admin(admin): Admin,
    Path(id): Path<String>,
    _form: web::Form,
) -> Result<Response, Error> {
    let group = found(&site, &id).await?;
    match super::delete(&site, &group.group_id, &admin.actor()).await? {
        Ok(()) => Ok(with_toast(&site, Toast::GroupDeleted, Redirect::to("/admin/groups"))),
        Err(Refusal::Permitted(clients)) => {
            asked(&site, &admin, &group, clients, StatusCode::CONFLICT)
        }
        Err(_gone) => Err(Error::not_found()),
    }
}

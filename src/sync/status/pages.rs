//! Pages that wait for a status to change, a sync by hand, and what an admin says of one who is there.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::Overview;
use super::desk::{cell, group_cell, is_live, rendered};
use super::members::{cards, member_columns};
use super::views::{Again, Live};
use crate::associations::Site;
use crate::groups;
use crate::groups::desk::found;
use crate::id::RecordId;
use crate::sessions::{Admin, with_toast};
use crate::sync::platform::Platform;
use crate::sync::{check, release};
use crate::token::{base64url, sha256};
use crate::web::companion::Markup;
use crate::web::page::{Here, Toast};
use crate::web::{Error, Form};

/// Rows that a page may ask for again.
const MOST_ROWS: usize = 200;

/// The list of groups again, as far as it changes by itself.
pub async fn list_again(
    site: Site,
    Admin(admin): Admin,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let overview = Overview::of_all(&site).await?;
    let page = admin.visitor.page(&site, Here::Groups);
    let mut cells = Vec::new();
    for (platform, group) in overview.linked() {
        let Some(connection) = overview.connection(platform) else { continue };
        let shown = group_cell(&site, &page, &overview, connection, group).await?;
        cells.push(cell(&page, platform, group.as_str(), "", shown)?);
    }
    cells.sort_by(|one, other| one.0.cmp(&other.0));
    let rest = rendered(&Live { is_live: is_live(&site, &overview).await? })?;
    Ok(fragment(&headers, rendered(&Again { cells, rest })?))
}

/// 304 as long as nothing changed since this browser asked last.
fn fragment(asked: &HeaderMap, body: Markup) -> Response {
    let tag = format!("\"{}\"", base64url(sha256(&body.0)));
    let is_known = asked.get(header::IF_NONE_MATCH).is_some_and(|known| known == tag.as_str());
    let mut response = match is_known {
        true => StatusCode::NOT_MODIFIED.into_response(),
        false => axum::response::Html(body.0).into_response(),
    };
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

#[derive(Deserialize, Default)]
pub struct Rows {
    /// Ids with commas between them.
    #[serde(default)]
    rows: String,
}

/// A group's Members tab again, as far as it changes by itself.
pub async fn group_again(
    site: Site,
    Admin(admin): Admin,
    Path(id): Path<String>,
    rows: Result<Query<Rows>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let group = found(&site, &id).await?.group_id;
    let Query(Rows { rows }) = rows.unwrap_or_default();
    let ids = rows.split(',').filter_map(|id| id.parse::<RecordId>().ok()).take(MOST_ROWS);
    let mut shown = Vec::new();
    for id in ids {
        if groups::membership::contains(&mut site.read(), &group, &id).await? {
            shown.push(id);
        }
    }
    let cells = member_columns(&site, &admin, &group, &shown).await?.rows.concat();
    let page = admin.visitor.page(&site, Here::Groups);
    let overview = Overview::of_group(&site, &group).await?;
    let rest = cards(&site, &page, &overview, &group).await?;
    Ok(fragment(&headers, rendered(&Again { cells, rest })?))
}

/// Has a group checked from end to end, now.
pub async fn sync_now(
    site: Site,
    Admin(_): Admin,
    Path(id): Path<String>,
    _form: Form,
) -> Result<Response, Error> {
    let group = found(&site, &id).await?.group_id;
    for platform in Platform::ALL {
        check::ask(&site, platform, &group).await?;
    }
    let to = Redirect::to(&format!("/admin/groups/{group}/members"));
    Ok(with_toast(&site, Toast::SyncAsked, to))
}

/// What an admin says of one who is there and not in the group.
pub async fn decide(
    site: Site,
    Admin(admin): Admin,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Error> {
    let group = found(&site, &id).await?.group_id;
    let fields = &form.fields;
    let record = fields.text("record");
    if !record.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Error::not_found());
    }
    let record = RecordId::presented(record);
    if let Some(platform) = Platform::of_text(fields.text("platform")) {
        let actor = admin.actor();
        match fields.text("what") {
            "remove" => release::let_go(&site, platform, &group, &record, &actor).await?,
            "keep" => release::keep(&site, platform, &group, &record, &actor).await?,
            "unkeep" => release::unkeep(&site, platform, &group, &record, &actor).await?,
            _ => {}
        }
    }
    let to = Redirect::to(&format!("/admin/groups/{group}/members"));
    Ok(with_toast(&site, Toast::Saved, to))
}

//! Linking a group once an admin was asked, and a dry run of its sync.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};

use super::Change;
use super::desk::{CARRIED, confirm, done, refusal, removes, wished};
use super::impact::{impact, silence};
use super::views::{ConfirmProblem, DryRun, Part};
use crate::associations::Site;
use crate::groups::desk::found;
use crate::sessions::Admin;
use crate::sessions::prove::desk::{carried, proved};
use crate::sync::preview;
use crate::sync::release::desk::removal_step;
use crate::sync::status::Overview;
use crate::sync::status::views::Piece;
use crate::sync::status::words::Words;
use crate::web::page::Here;
use crate::web::{Error, Form};

/// What an admin answered to the page that asks.
pub async fn link(
    site: Site,
    Admin(admin): Admin,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Error> {
    let group = found(&site, &id).await?;
    let fields = &form.fields;
    let changes = match wished(&site, &group, fields).await? {
        Ok(changes) => changes,
        Err(refused) => return refusal(&site, &admin, &group, refused),
    };
    let home = format!("/admin/groups/{}", group.group_id);
    if changes.is_empty() {
        return Ok(Redirect::to(&home).into_response());
    }
    let is_shown = |change: &Change| {
        fields.text(&format!("shown_{}", change.platform.as_text())) == change.digest()
    };
    if !changes.iter().all(is_shown) {
        let (problem, status) = (Some(ConfirmProblem::Changed), StatusCode::CONFLICT);
        return confirm(&site, &admin, &group, &changes, fields, problem, status);
    }
    let removes = removes(&changes);
    if removes > 0 && fields.text("count") != removes.to_string() {
        let typed = fields.text("count").chars().take(20).collect();
        let problem = Some(ConfirmProblem::OtherNumber { typed });
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return confirm(&site, &admin, &group, &changes, fields, problem, status);
    }
    if removes == 0 {
        return done(&site, &admin, &group, &changes).await;
    }
    let action_url = format!("{home}/link");
    let page = admin.visitor.page(&site, Here::Groups);
    let step = removal_step(page, removes, action_url, carried(&form, &CARRIED), home);
    let admin = match proved(&site, admin, &form, step).await? {
        Ok(admin) => admin,
        Err(asked) => return Ok(asked),
    };
    let response = done(&site, &admin, &group, &changes).await?;
    Ok(admin.keep_session(&site, response))
}

/// The same plan as a sync's, without effect.
pub async fn preview(
    site: Site,
    Admin(admin): Admin,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    let group = found(&site, &id).await?;
    let page = admin.visitor.page(&site, Here::Groups);
    let overview = Overview::of_group(&site, &group.group_id).await?;
    let (mut parts, mut silent) = (Vec::new(), Vec::new());
    for connection in overview.connections_of(&group.group_id) {
        let platform = connection.platform;
        let words = Words { page: &page, platform, now: site.now };
        let Some(link) = overview.link(platform, &group.group_id) else { continue };
        let remote = &link.remote_group_id;
        match preview::of(&site, &connection.integration, &group.group_id, remote).await {
            Ok(preview) => parts.push(Part {
                slug: platform.as_text(),
                title: words.one("sync-preview-of", "name", &link.remote_name),
                notes: Vec::new(),
                impact: Some(impact(&words, &preview)),
            }),
            Err(preview::Error::Database(error)) => return Err(error.into()),
            Err(error) => silent.push(vec![Piece::text(silence(&words, &error))]),
        }
    }
    let (group_id, group) = (group.group_id.to_string(), group.name);
    let view = DryRun { group_id, group, parts, silent, page };
    admin.visitor.shown(&site, StatusCode::OK, &view)
}

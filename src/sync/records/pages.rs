//! Everything that was sent about a person or a company, and sending it once more.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{Redirect, Response};

use super::desk::{On, table};
use super::views::{Line, SentPage};
use crate::associations::Site;
use crate::groups;
use crate::id::RecordId;
use crate::sessions::{Admin, with_toast};
use crate::sync::platform::Platform;
use crate::sync::sent::{self, Sent};
use crate::sync::status::words::Words;
use crate::sync::{places, queue, status};
use crate::web::page::{Here, Page, Toast};
use crate::web::{Error, Form};

/// How much of what was sent one page shows.
const MOST_SENT: i64 = 100;

async fn record(site: &Site, id: &str) -> Result<(RecordId, groups::Record), Error> {
    let id = id.parse::<RecordId>().map_err(|_| Error::not_found())?;
    let known = groups::membership::record(&mut site.read(), &id).await?;
    Ok((id, known.ok_or_else(Error::not_found)?))
}

/// Everything that was sent about somebody, as it went out.
pub async fn sent(
    site: Site,
    Admin(admin): Admin,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    let (id, known) = record(&site, &id).await?;
    let page = admin.visitor.page(&site, Here::Members);
    let section = table(&site, &page, &id, On::ItsOwn).await?;
    let all = sent::of_record(&mut site.read(), &id, MOST_SENT).await?;
    let mut lines = Vec::with_capacity(all.len());
    for one in all {
        lines.push(line(&site, &page, one).await?);
    }
    let view = SentPage { record_id: id.to_string(), name: known.name, section, lines, page };
    admin.visitor.shown(&site, StatusCode::OK, &view)
}

async fn line(site: &Site, page: &Page, one: Sent) -> Result<Line, Error> {
    let group = match &one.group_id {
        None => None,
        Some(group) => {
            let names = groups::names(&mut site.read(), std::slice::from_ref(group)).await?;
            names.into_iter().next().map(|name| (name, format!("/admin/groups/{group}")))
        }
    };
    let platform = Platform::of_text(&one.platform).unwrap_or(Platform::Mobilize);
    let words = Words { page, platform, now: site.now };
    let what = page.t(match one.what().0 {
        "add" => "sync-sent-add",
        "update" => "sync-sent-update",
        "remove" => "sync-sent-remove",
        "push" => "sync-sent-push",
        _ => "sync-sent-confirmed",
    });
    Ok(Line {
        at: one.at.to_string(),
        when: page.locale.moment(one.at, site.now),
        platform: platform.name(),
        what,
        group,
        fields: sent::payload(site, &one).map(|it| sent::shown::fields(&it)).unwrap_or_default(),
        answer: words.outcome(&one),
    })
}

/// Looks at somebody anew on every platform, and sends what differs; what was given up is tried again.
pub async fn sync_now(
    site: Site,
    Admin(_): Admin,
    Path(id): Path<String>,
    _form: Form,
) -> Result<Response, Error> {
    let (id, known) = record(&site, &id).await?;
    let connections = status::connections(&site).await?;
    let mut tx = site.write().await?;
    for connection in &connections {
        let platform = connection.platform;
        if !places::groups_of(&mut tx, platform, &[&id]).await?.is_empty()
            || !places::of_record(&mut tx, platform, &id).await?.is_empty()
        {
            // It cannot be read, so it is told once more.
            if platform == Platform::HigherLogic {
                queue::doubt_fields(&mut tx, platform, &[&id]).await?;
            }
            queue::mark_one(&mut tx, platform, &id).await?;
        }
    }
    tx.rouse().await?;
    tx.commit().await?;
    let base = if known.is_company() { "/admin/companies" } else { "/admin/members" };
    Ok(with_toast(&site, Toast::SyncAsked, Redirect::to(&format!("{base}/{id}"))))
}

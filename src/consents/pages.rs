//! Who sees a member's details, and how that member puts an end to it.

use askama::Template as _;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};

use super::views::{Apps, Row};
use super::{App, ShareOf, shared};
use crate::associations::Site;
use crate::clients;
use crate::id::ClientId;
use crate::sessions::{SignedIn, with_toast};
use crate::web::page::{Here, Toast, html, initials};
use crate::web::{Error, Form};

pub async fn list(site: Site, signed_in: SignedIn) -> Result<Response, Error> {
    let SignedIn { visitor, session, .. } = &signed_in;
    let page = visitor.page(&site, Here::Account);
    let mut rows = Vec::new();
    for app in super::apps(&mut site.read(), &session.member.member_id).await? {
        let client = clients::find(&site, &app.client_id).await?;
        let host = client.map(|client| client.host()).unwrap_or_default();
        let moment = |at| page.locale.moment(at, site.now);
        let (since, last_used) = (moment(app.since), app.last_used_at.map(moment));
        let mut row = row(app, host, since, last_used);
        // What the association does not keep of a member, nobody sees.
        if session.member.details.is_none() {
            row.sees.retain(|share| *share != ShareOf::About);
        }
        rows.push(row);
    }
    let body = Apps { page, apps: rows }.render().map_err(Error::broken)?;
    Ok(visitor.keep_browser(&site, html(body)))
}

fn row(app: App, host: String, since: String, last_used: Option<String>) -> Row {
    Row {
        client_id: app.client_id.to_string(),
        initials: initials(&app.name),
        sees: shared(&app.scope, &app.claims),
        name: app.name,
        host,
        stays: app.stays,
        allowed_by: app.allowed_by,
        since,
        last_used,
    }
}

/// What was stopped in another tab already is stopped: no complaint about that.
pub async fn withdraw(
    site: Site,
    signed_in: SignedIn,
    Path(id): Path<String>,
    _form: Form,
) -> Result<Response, Error> {
    let id = id.parse::<ClientId>().map_err(|_| Error::not_found())?;
    if clients::find(&site, &id).await?.is_none() {
        return Err(Error::not_found());
    }
    let (member, actor) = (&signed_in.session.member.member_id, signed_in.actor());
    let response = Redirect::to("/account/apps");
    if super::withdraw(&site, member, &id, &actor).await? {
        return Ok(with_toast(&site, Toast::SharingStopped, response));
    }
    Ok(response.into_response())
}

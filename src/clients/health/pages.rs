//! What failed today at an SSO client, and what to do about it.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;

use super::views::{FailureRow, Failures};
use crate::associations::Site;
use crate::clients::desk::{found, shown};
use crate::clients::modal;
use crate::sessions::Admin;
use crate::web::Error;
use crate::web::page::Here;

pub async fn failures(
    site: Site,
    Admin(admin): Admin,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    let client = found(&site, &id).await?;
    let id = client.client_id.to_string();
    let rows = modal::rows(&site, &admin, "").await?;
    let row = rows.into_iter().find(|row| row.id == id).ok_or_else(Error::not_found)?;
    let today = super::today(&site, &client.client_id).await?;
    let failures = today.failures.into_iter().map(|failed| FailureRow {
        why: failed.why,
        times: failed.times,
        last: admin.visitor.locale.moment(failed.last_at, site.now),
    });
    let view = Failures {
        page: admin.visitor.page(&site, Here::SsoClients),
        client_id: id,
        name: client.settings.name,
        status: row.status,
        today: row.today,
        failures: failures.collect(),
    };
    shown(&site, &admin, StatusCode::OK, &view)
}

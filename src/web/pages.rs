//! What belongs to no noun: static files, health, and whatever is not there.

use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};

use super::{Error, assets};
use crate::app::App;
use crate::associations::Site;

/// The content's hash stands in the URL, so a browser may keep it for ever.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

pub async fn asset(Path((hash, name)): Path<(String, String)>) -> Result<Response, Error> {
    if hash == "brand" {
        let colour = name.strip_suffix(".css").ok_or_else(Error::not_found)?;
        let css = assets::brand_css(colour).ok_or_else(Error::not_found)?;
        let kind = HeaderValue::from_static("text/css; charset=utf-8");
        return Ok(([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, FOR_EVER)], css)
            .into_response());
    }
    let (bytes, kind) = assets::find(&hash, &name).ok_or_else(Error::not_found)?;
    let kind = HeaderValue::from_static(kind);
    Ok(([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, FOR_EVER)], bytes).into_response())
}

/// Only where no website stands behind this host; elsewhere the proxy never sends `/` here.
pub async fn root(site: Site) -> Result<Redirect, Error> {
    let no_website = site.app.settings.no_website || site.association.issuer.is_loopback();
    if no_website { Ok(Redirect::to("/account")) } else { Err(Error::not_found()) }
}

pub async fn not_found() -> Error {
    Error::not_found()
}

pub async fn method_not_allowed() -> Error {
    Error::method_not_allowed()
}

/// The process is alive.
pub async fn healthz() -> &'static str {
    "ok\n"
}

/// This node can serve: not draining, and its database answers. No details in public.
pub async fn readyz(State(app): State<App>) -> Response {
    if !app.is_draining() && app.db.answers().await {
        "ok\n".into_response()
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "not ready\n").into_response()
    }
}

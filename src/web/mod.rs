//! What all pages share: language, frame, forms, errors, headers, cookies, static files.

mod address;
pub mod assets;
pub mod companion;
pub mod cookies;
pub mod csv;
mod error;
mod form;
pub mod frame;
pub mod locale;
pub mod page;
pub mod pages;
mod task;
pub mod views;
#[cfg(test)]
mod wording;

pub use address::{ClientAddress, TrustedProxies, subscriber};
pub use error::Error;
pub use form::{CheckedForm, Fields, Form, is_foreign};
pub use page::html;
pub use task::own_task;

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::Response;

use crate::app::App;
use crate::serve::Peer;

/// A page that asks somebody to try again later, and tells software when.
pub fn later(mut response: Response, status: StatusCode, seconds: i64) -> Response {
    *response.status_mut() = status;
    response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    response
}

/// Whom a request is counted under. Without a socket, as in tests, everybody is on loopback.
pub fn client_address(parts: &Parts, app: &App) -> ClientAddress {
    let peer = parts.extensions.get::<Peer>();
    let peer = peer.map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |peer| peer.0.ip());
    ClientAddress::of(peer, &parts.headers, &app.settings.trusted_proxies)
}

impl FromRequestParts<App> for ClientAddress {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        Ok(client_address(parts, app))
    }
}

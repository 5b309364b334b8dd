//! The public signing keys (RFC 7517 §5): prebuilt bytes, the key that signs first.

use axum::http::HeaderMap;
use axum::response::Response;

use super::discovery::cached;
use super::error::Error;
use crate::associations::Site;

pub async fn get(site: Site, headers: HeaderMap) -> Result<Response, Error> {
    let ring = site.ring().await?;
    Ok(cached(&headers, ring.jwks.clone(), &ring.etag))
}

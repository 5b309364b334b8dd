//! One association at the moment of one request: the first argument of every handler, and the only
//! way from a handler to the database.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;

use super::Association;
use crate::app::App;
use crate::clock::Timestamp;
use crate::db::{self, Reader, Sql, Writer};
use crate::id::AssociationId;
use crate::signing::{self, Ring};
use crate::web::Error;

#[derive(Clone)]
pub struct Site {
    pub app: App,
    pub association: Arc<Association>,
    pub now: Timestamp,
}

impl Site {
    pub fn new(app: App, association: Arc<Association>, now: Timestamp) -> Self {
        Self { app, association, now }
    }

    pub fn id(&self) -> &AssociationId {
        &self.association.association_id
    }

    pub fn read(&self) -> Reader {
        self.app.db.read(self.id(), self.now)
    }

    pub async fn write(&self) -> Result<Writer, db::Error> {
        self.app.db.write(self.id(), self.now).await
    }

    pub fn once(&self, text: &'static str) -> Sql<'_> {
        self.app.db.once(self.id(), text)
    }

    /// An absolute URL of this association; `path` begins with a slash.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.association.issuer)
    }

    pub async fn ring(&self) -> Result<Arc<Ring>, signing::Error> {
        let epoch = self.app.db.config_epoch();
        if let Some(ring) = self.app.rings.get(epoch, self.id()) {
            return Ok(ring);
        }
        let ring = signing::load(self).await?;
        Ok(self.app.rings.put(epoch, self.id().clone(), ring))
    }
}

impl FromRequestParts<App> for Site {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        if let Some(site) = parts.extensions.get::<Self>() {
            return Ok(site.clone()); // another extractor of this request has asked already
        }
        let mut hosts = parts.headers.get_all(header::HOST).iter();
        let host = match (hosts.next(), hosts.next()) {
            (Some(host), None) => host.to_str().map_err(|_| Error::unknown_host())?,
            _ => return Err(Error::unknown_host()),
        };
        // An absolute request target names a host too (RFC 9112 §3.2.2); two names are none.
        if parts.uri.authority().is_some_and(|named| !named.as_str().eq_ignore_ascii_case(host)) {
            return Err(Error::unknown_host());
        }
        let association =
            app.directory.find(&app.db, host).await?.ok_or_else(Error::unknown_host)?;
        let site = Self::new(app.clone(), association, app.clock.now());
        parts.extensions.insert(site.clone());
        Ok(site)
    }
}

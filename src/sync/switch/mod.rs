//! Whether an association may sync at all: a staging association, and a database that was restored or
//! copied, send nothing until the operator says so from the command line (R72, DEC5, SEC-Y6). Signing in
//! is not touched by any of this.

mod store;

use super::integration;
use crate::app::App;
use crate::associations::{self, Site};
use crate::clock::Timestamp;
use crate::db::{self, rows};
use crate::events::{self, Actor, Kind};

/// What the installation remembers: where its database was when sync was switched on.
const PLACE: &str = "place of the database";

rows! {
    #[derive(Debug, Clone)]
    pub struct Staging {
        pub staging_since: Option<Timestamp>,
        /// Since when sync runs on staging all the same.
        pub staging_sync_at: Option<Timestamp>,
    }
}

/// Whether sync may run here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leave {
    Runs,
    Staging,
    /// This is not the database that sync was switched on for, but a copy of it.
    Copied,
}

/// Asked before anything is sent.
pub async fn leave(site: &Site) -> Result<Leave, db::Error> {
    if is_copied(&site.app).await? {
        return Ok(Leave::Copied);
    }
    let staging = staging(site).await?;
    let waits = staging.staging_since.is_some() && staging.staging_sync_at.is_none();
    Ok(if waits { Leave::Staging } else { Leave::Runs })
}

pub async fn staging(site: &Site) -> Result<Staging, db::Error> {
    let found = store::staging(&mut site.read()).await?;
    Ok(found.unwrap_or(Staging { staging_since: None, staging_sync_at: None }))
}

/// Remembers where the database is, at the first integration.
pub async fn settle_here(app: &App) -> Result<(), db::Error> {
    let place = app.db.place().await?;
    app.db.installation(PLACE, &place).await?;
    Ok(())
}

async fn is_copied(app: &App) -> Result<bool, db::Error> {
    match app.db.kept(PLACE).await? {
        None => Ok(false),
        Some(kept) => Ok(kept != app.db.place().await?),
    }
}

/// The operator says that this database is the one to sync from. Removals are held until each group was
/// checked and an admin has looked at them.
pub async fn release_database(app: &App) -> Result<bool, db::Error> {
    if !is_copied(app).await? {
        return Ok(false);
    }
    for association in associations::list(app).await? {
        let site = Site::new(app.clone(), association.into(), app.clock.now());
        let mut tx = site.write().await?;
        integration::doubt_all(&mut tx).await?;
        let (kind, actor) = (Kind::DatabaseReleased, Actor::CommandLine);
        events::record(&mut tx, &app.vault, kind, &actor, "sync", &()).await?;
        tx.rouse().await?;
        tx.commit().await?;
    }
    let place = app.db.place().await?;
    app.db.keep(PLACE, &place).await?;
    Ok(true)
}

/// How an association is marked, from the command line only (DEC5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// A live association: it syncs.
    Live,
    /// A staging association: it does not.
    Staging,
    /// A staging association that syncs all the same.
    StagingThatSyncs,
}

pub async fn mark(site: &Site, mark: Mark, actor: &Actor) -> Result<(), db::Error> {
    let (staging, syncs) = match mark {
        Mark::Live => (None, None),
        Mark::Staging => (Some(site.now), None),
        Mark::StagingThatSyncs => (Some(site.now), Some(site.now)),
    };
    let mut tx = site.write().await?;
    store::mark(&mut tx, staging, syncs).await?;
    let word = match mark {
        Mark::Live => "live",
        Mark::Staging => "staging",
        Mark::StagingThatSyncs => "staging, sync on",
    };
    let kind = Kind::StagingChanged;
    events::record(&mut tx, &site.app.vault, kind, actor, "sync", &word).await?;
    tx.rouse().await?;
    tx.commit().await
}

//! The associations hosted here, told apart by host name; each with its own issuer, keys and data.

mod directory;
mod form;
pub mod issuer;
pub mod pages;
pub mod set_up;
pub mod settings;
mod site;
mod store;
pub mod views;

use crate::app::App;
use crate::clock::Timestamp;
use crate::db::{self, Db, Reader, rows};
use crate::events::{self, Actor, Kind};
use crate::id::AssociationId;
use crate::signing;

pub use directory::Directory;
pub use issuer::Issuer;
pub use site::Site;

rows! {
    #[derive(Debug, Clone)]
    pub struct Association {
        pub association_id: AssociationId,
        pub host: String,
        pub issuer: Issuer,
        pub name: String,
        /// Six hexadecimal digits.
        pub colour: Option<String>,
        pub help_email: Option<String>,
        pub help_phone: Option<String>,
    }

    /// Where it moved away from, until an admin said that every platform knows.
    pub struct Moved {
        pub moved_from: Issuer,
        pub moved_at: Timestamp,
    }
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Database(#[from] db::Error),
    #[error(transparent)]
    Keys(#[from] signing::Error),
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("{0} is taken by another association of this installation")]
    Taken(Issuer),
    #[error("there is no association at {0}; novi-sso association list shows them")]
    Unknown(String),
}

/// Adds an association and makes its first signing key.
pub async fn add(
    app: &App,
    issuer: &Issuer,
    name: &str,
    actor: &Actor,
) -> Result<Result<Site, Refusal>, Error> {
    let now = app.clock.now();
    let association = Association {
        association_id: AssociationId::random(),
        host: issuer.host().to_owned(),
        issuer: issuer.clone(),
        name: name.to_owned(),
        colour: None,
        help_email: None,
        help_phone: None,
    };
    let mut tx = app.db.write(&association.association_id, now).await?;
    if !store::insert(&mut tx, &association).await? {
        return Ok(Err(Refusal::Taken(issuer.clone())));
    }
    let kind = Kind::AssociationAdded;
    events::record(&mut tx, &app.vault, kind, actor, issuer.as_str(), &()).await?;
    tx.config_changed().await?;
    tx.commit().await?;
    let site = Site::new(app.clone(), association.into(), now);
    signing::tend(&site).await?;
    Ok(Ok(site))
}

/// Changes the issuer on purpose. Every platform that keeps the old one must be told.
pub async fn move_to(
    site: &Site,
    issuer: &Issuer,
    actor: &Actor,
) -> Result<Result<(), Refusal>, db::Error> {
    let mut tx = site.write().await?;
    if !store::change_issuer(&mut tx, issuer).await? {
        return Ok(Err(Refusal::Taken(issuer.clone())));
    }
    let change = (site.association.issuer.as_str(), issuer.as_str());
    let kind = Kind::IssuerChanged;
    events::record(&mut tx, &site.app.vault, kind, actor, issuer.as_str(), &change).await?;
    tx.config_changed().await?;
    tx.commit().await?;
    Ok(Ok(()))
}

/// What platforms may still hold, if the association moved and nobody said yet that all of them know.
pub async fn moved(db: &mut Reader) -> Result<Option<Moved>, db::Error> {
    store::moved(db).await
}

/// An admin says that every platform has the new issuer.
pub async fn finish_move(site: &Site, actor: &Actor) -> Result<bool, db::Error> {
    let mut tx = site.write().await?;
    if !store::finish_move(&mut tx).await? {
        return Ok(false);
    }
    let (kind, issuer) = (Kind::MoveFinished, site.association.issuer.as_str());
    events::record(&mut tx, &site.app.vault, kind, actor, issuer, &()).await?;
    tx.commit().await?;
    Ok(true)
}

pub async fn list(app: &App) -> Result<Vec<Association>, db::Error> {
    all(&app.db).await
}

/// The same before there is an app.
pub async fn all(db: &Db) -> Result<Vec<Association>, db::Error> {
    store::all(db).await
}

rows! {
    /// What an admin may change at `/set-up` and in the settings.
    pub struct Contact {
        pub name: String,
        pub help_email: Option<String>,
        pub help_phone: Option<String>,
    }
}

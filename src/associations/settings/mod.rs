//! Association Settings: what an admin may change of the association itself.

pub mod pages;
pub mod views;

use super::{Contact, Site, store};
use crate::db;
use crate::events::{self, Actor, Change, Kind};

/// Changes its name and whom members may ask; every page shows it from the commit on.
pub async fn change(site: &Site, contact: &Contact, actor: &Actor) -> Result<(), db::Error> {
    let mut tx = site.write().await?;
    let Some(before) = store::contact(&mut tx).await? else { return Ok(()) };
    let changes = [
        Change::of("name", Some(&before.name), Some(&contact.name)),
        Change::of("help_email", before.help_email.as_deref(), contact.help_email.as_deref()),
        Change::of("help_phone", before.help_phone.as_deref(), contact.help_phone.as_deref()),
    ];
    let changes: Vec<Change> = changes.into_iter().flatten().collect();
    if changes.is_empty() {
        return Ok(());
    }
    store::set_contact(&mut tx, contact).await?;
    let (kind, subject) = (Kind::AssociationChanged, site.association.issuer.as_str());
    events::record(&mut tx, &site.app.vault, kind, actor, subject, &changes).await?;
    tx.config_changed().await?;
    tx.commit().await
}

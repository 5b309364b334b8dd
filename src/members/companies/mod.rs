//! Companies: records that people belong to. They have no login.

mod store;

use super::names::{Names, fold};
use super::records;
use super::sheet::Sheet;
use crate::associations::Site;
use crate::db::{self, Reader, Writer, rows};
use crate::events::{self, Actor, Kind};
use crate::id::CompanyId;
use crate::vault::Vault;

rows! {
    /// What a list shows of a company.
    pub struct Listed {
        pub company_id: CompanyId,
        pub name: String,
        pub email: Option<String>,
        pub deactivated_at: Option<crate::clock::Timestamp>,
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("there is no company {0:?}; novi-sso company list shows them")]
    Unknown(String),
    #[error("several companies are called {0:?}; say which one by its UniqueID")]
    Several(String),
}

/// The active one of this name, whatever its case and accents, or a new one.
pub(super) async fn named(
    tx: &mut Writer,
    vault: &Vault,
    name: &str,
    actor: &Actor,
) -> Result<CompanyId, db::Error> {
    match store::by_name(tx, name, &fold(name)).await? {
        Some(id) => Ok(id),
        None => {
            let mut sheet = Sheet::default();
            sheet.set("name", name);
            insert(tx, vault, &sheet, actor).await
        }
    }
}

async fn insert(
    tx: &mut Writer,
    vault: &Vault,
    sheet: &Sheet,
    actor: &Actor,
) -> Result<CompanyId, db::Error> {
    let id = CompanyId::random();
    let name = sheet.text("name");
    store::insert(tx, &id, sheet, &Names::company(name, sheet.get("email"))).await?;
    events::record(tx, vault, Kind::CompanyAdded, actor, id.as_str(), &name).await?;
    Ok(id)
}

/// Adds a company of a sheet without mistakes.
pub async fn add(site: &Site, sheet: &Sheet, actor: &Actor) -> Result<CompanyId, db::Error> {
    let mut tx = site.write().await?;
    let id = insert(&mut tx, &site.app.vault, sheet, actor).await?;
    records::begin_custom(&mut tx, &id.clone().into(), sheet).await?;
    tx.commit().await?;
    Ok(id)
}

pub(super) async fn write(
    tx: &mut Writer,
    id: &CompanyId,
    sheet: &Sheet,
    names: &Names,
) -> Result<(), db::Error> {
    store::write(tx, id, sheet, names).await
}

/// Puts a company out of use. Its people stay what they are.
pub async fn deactivate(site: &Site, id: &CompanyId, actor: &Actor) -> Result<bool, db::Error> {
    let mut tx = site.write().await?;
    if !store::deactivate(&mut tx, id).await? {
        return Ok(false);
    }
    let kind = Kind::CompanyDeactivated;
    events::record(&mut tx, &site.app.vault, kind, actor, id.as_str(), &()).await?;
    tx.commit().await?;
    Ok(true)
}

pub async fn reactivate(site: &Site, id: &CompanyId, actor: &Actor) -> Result<bool, db::Error> {
    let mut tx = site.write().await?;
    if !store::reactivate(&mut tx, id).await? {
        return Ok(false);
    }
    let kind = Kind::CompanyReactivated;
    events::record(&mut tx, &site.app.vault, kind, actor, id.as_str(), &()).await?;
    tx.commit().await?;
    Ok(true)
}

/// By name or by UniqueID, as the command line takes them.
pub async fn find(db: &mut Reader, named: &str) -> Result<Result<CompanyId, Refusal>, db::Error> {
    let mut found = store::find(db, named).await?;
    Ok(match (found.pop(), found.is_empty()) {
        (Some((id,)), true) => Ok(id),
        (Some(_), false) => Err(Refusal::Several(named.to_owned())),
        (None, _) => Err(Refusal::Unknown(named.to_owned())),
    })
}

/// Name by name, `limit` at a time; `after` is the last one seen.
pub async fn list(
    db: &mut Reader,
    after: Option<&Listed>,
    limit: i64,
) -> Result<Vec<Listed>, db::Error> {
    store::page(db, after, limit).await
}

pub(super) async fn fill_names(tx: &mut Writer, most: i64) -> Result<usize, db::Error> {
    let unnamed = store::unnamed(tx, most).await?;
    for found in &unnamed {
        let names = Names::company(&found.name, found.email.as_deref());
        store::set_names(tx, &found.company_id, &names).await?;
    }
    Ok(unnamed.len())
}

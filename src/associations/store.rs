//! `associations`, `set_up_links`.

use super::{Association, Contact, Issuer, Moved, Site};
use crate::clock::Timestamp;
use crate::db::{Db, Error, Reader, Writer};
use crate::token::TokenHash;

pub async fn all(db: &Db) -> Result<Vec<Association>, Error> {
    db.across_associations(
        "select association_id, host, issuer, name, colour, help_email, help_phone
         from associations
         order by created_at, host",
    )
    .all()
    .await
}

/// False when the host is taken.
pub async fn insert(tx: &mut Writer, association: &Association) -> Result<bool, Error> {
    let now = tx.now();
    let inserted: Option<(String,)> = tx
        .change(
            "insert into associations (association_id, host, issuer, name, created_at)
             values ($1, $2, $3, $4, $5)
             on conflict do nothing
             returning host",
        )
        .bind(&association.host)
        .bind(&association.issuer)
        .bind(&association.name)
        .bind(now)
        .optional()
        .await?;
    Ok(inserted.is_some())
}

/// False when another association has that host.
pub async fn change_issuer(tx: &mut Writer, issuer: &Issuer) -> Result<bool, Error> {
    let now = tx.now();
    let changed: Option<(String,)> = tx
        .change(
            "update associations
             set host = $2, issuer = $3,
                 moved_from = case when coalesce(moved_from, issuer) = $3 then null
                                   else coalesce(moved_from, issuer) end,
                 moved_at = case when coalesce(moved_from, issuer) = $3 then null
                                 else cast($4 as bigint) end
             where association_id = $1
                 and not exists (select 1 from associations other
                                 where other.host = $2 and other.association_id <> $1)
             returning host",
        )
        .bind(issuer.host())
        .bind(issuer)
        .bind(now)
        .optional()
        .await?;
    Ok(changed.is_some())
}

pub async fn moved(db: &mut Reader) -> Result<Option<Moved>, Error> {
    db.find(
        "select moved_from, moved_at from associations
         where association_id = $1 and moved_from is not null",
    )
    .optional()
    .await
}

/// False when there was nothing left to be told.
pub async fn finish_move(tx: &mut Writer) -> Result<bool, Error> {
    let finished: Option<(String,)> = tx
        .change(
            "update associations set moved_from = null, moved_at = null
             where association_id = $1 and moved_from is not null
             returning host",
        )
        .optional()
        .await?;
    Ok(finished.is_some())
}

pub async fn contact(db: &mut Reader) -> Result<Option<Contact>, Error> {
    db.find("select name, help_email, help_phone from associations where association_id = $1")
        .optional()
        .await
}

pub async fn set_contact(tx: &mut Writer, contact: &Contact) -> Result<(), Error> {
    tx.change(
        "update associations set name = $2, help_email = $3, help_phone = $4
         where association_id = $1",
    )
    .bind(&contact.name)
    .bind(&contact.help_email)
    .bind(&contact.help_phone)
    .run()
    .await
}

pub async fn mark_set_up(tx: &mut Writer) -> Result<(), Error> {
    let now = tx.now();
    tx.change(
        "update associations set set_up_at = $2 where association_id = $1 and set_up_at is null",
    )
    .bind(now)
    .run()
    .await
}

/// Only the newest link is good.
pub async fn replace_link(
    tx: &mut Writer,
    link: &TokenHash,
    expires_at: Timestamp,
) -> Result<(), Error> {
    let now = tx.now();
    tx.change("delete from set_up_links where association_id = $1").run().await?;
    tx.change(
        "insert into set_up_links (association_id, link_hash, created_at, expires_at)
         values ($1, $2, $3, $4)",
    )
    .bind(link)
    .bind(now)
    .bind(expires_at)
    .run()
    .await
}

/// A link is good once, for its hour, and as long as there is no admin.
pub async fn link_expires_at(
    db: &mut Reader,
    link: &TokenHash,
) -> Result<Option<Timestamp>, Error> {
    let now = db.now();
    let found: Option<(Timestamp,)> = db
        .find(
            "select expires_at from set_up_links
             where association_id = $1 and link_hash = $2 and expires_at > $3 and used_at is null
                 and not exists (select 1 from members m
                                 where m.association_id = $1 and m.admin_since is not null
                                     and m.deactivated_at is null)",
        )
        .bind(link)
        .bind(now)
        .optional()
        .await?;
    Ok(found.map(|(expires_at,)| expires_at))
}

/// True for the one who is first.
pub async fn use_link(tx: &mut Writer, link: &TokenHash) -> Result<bool, Error> {
    let now = tx.now();
    let used: Option<(String,)> = tx
        .change(
            "update set_up_links set used_at = $3
             where association_id = $1 and link_hash = $2 and expires_at > $3 and used_at is null
                 and not exists (select 1 from members m
                                 where m.association_id = $1 and m.admin_since is not null
                                     and m.deactivated_at is null)
             returning link_hash",
        )
        .bind(link)
        .bind(now)
        .optional()
        .await?;
    Ok(used.is_some())
}

pub async fn forget_links(site: &Site, most: i64) -> Result<usize, Error> {
    let gone: Vec<(String,)> = site
        .once(
            "delete from set_up_links
             where association_id = $1 and link_hash in (
                 select link_hash from set_up_links
                 where association_id = $1 and expires_at <= $2
                 limit $3)
             returning link_hash",
        )
        .bind(site.now)
        .bind(most)
        .all()
        .await?;
    Ok(gone.len())
}

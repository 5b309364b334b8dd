//! `client_secrets`.

use super::{ClientSecret, Row};
use crate::associations::Site;
use crate::clock::Timestamp;
use crate::db::{Error, Reader, Writer};
use crate::id::{ClientId, SecretId};

/// A Secret Key on its way into the database.
pub struct NewSecret<'a> {
    pub id: &'a SecretId,
    pub name: &'a str,
    pub sealed: &'a str,
    pub secret: &'a ClientSecret,
}

/// The oldest first.
pub async fn all(db: &mut Reader, id: &ClientId) -> Result<Vec<Row>, Error> {
    db.find(
        "select secret_id, name, secret_hash, secret_start, made_at, expires_at, last_used_at,
             shown_at, shown_by
         from client_secrets
         where association_id = $1 and client_id = $2
         order by made_at, secret_id",
    )
    .bind(id)
    .all()
    .await
}

pub async fn insert(tx: &mut Writer, id: &ClientId, new: &NewSecret<'_>) -> Result<(), Error> {
    let now = tx.now();
    tx.change(
        "insert into client_secrets
             (association_id, client_id, secret_id, name, secret_hash, secret_sealed, secret_start,
              made_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(id)
    .bind(new.id)
    .bind(new.name)
    .bind(new.secret.hash())
    .bind(new.sealed)
    .bind(new.secret.start())
    .bind(now)
    .run()
    .await
}

/// Those without an end get this one; a nearer end stays.
pub async fn expire(tx: &mut Writer, id: &ClientId, end: Timestamp) -> Result<(), Error> {
    tx.change(
        "update client_secrets set expires_at = $3
         where association_id = $1 and client_id = $2
             and (expires_at is null or expires_at > $3)",
    )
    .bind(id)
    .bind(end)
    .run()
    .await
}

pub async fn forget(tx: &mut Writer, id: &ClientId) -> Result<(), Error> {
    let now = tx.now();
    tx.change(
        "delete from client_secrets
         where association_id = $1 and client_id = $2 and expires_at <= $3",
    )
    .bind(id)
    .bind(now)
    .run()
    .await
}

/// What the release before reads of them ends with them.
pub async fn delete_all(tx: &mut Writer, id: &ClientId) -> Result<(), Error> {
    tx.change("delete from client_secrets where association_id = $1 and client_id = $2")
        .bind(id)
        .run()
        .await?;
    tx.change(
        "update clients set secret_hash = null, secret_sealed = null, secret_start = null
         where association_id = $1 and client_id = $2",
    )
    .bind(id)
    .run()
    .await
}

pub async fn delete(tx: &mut Writer, id: &ClientId, secret: &SecretId) -> Result<(), Error> {
    tx.change(
        "update clients set secret_hash = null, secret_sealed = null, secret_start = null
         where association_id = $1 and client_id = $2
             and secret_hash = (select s.secret_hash from client_secrets s
                                where s.association_id = $1 and s.client_id = $2
                                    and s.secret_id = $3)",
    )
    .bind(id)
    .bind(secret)
    .run()
    .await?;
    tx.change(
        "delete from client_secrets
         where association_id = $1 and client_id = $2 and secret_id = $3",
    )
    .bind(id)
    .bind(secret)
    .run()
    .await
}

/// The one that is left has no end any more.
pub async fn keep_last(tx: &mut Writer, id: &ClientId) -> Result<(), Error> {
    let now = tx.now();
    tx.change(
        "update client_secrets set expires_at = null
         where association_id = $1 and client_id = $2 and expires_at > $3",
    )
    .bind(id)
    .bind(now)
    .run()
    .await
}

/// Notes who looks, and answers the sealed secret.
pub async fn shown(
    tx: &mut Writer,
    id: &ClientId,
    secret: &SecretId,
    by: &str,
) -> Result<Option<String>, Error> {
    let now = tx.now();
    let sealed: Option<(String,)> = tx
        .change(
            "update client_secrets set shown_at = $4, shown_by = $5
             where association_id = $1 and client_id = $2 and secret_id = $3
             returning secret_sealed",
        )
        .bind(id)
        .bind(secret)
        .bind(now)
        .bind(by)
        .optional()
        .await?;
    Ok(sealed.map(|(sealed,)| sealed))
}

pub async fn sealed(
    db: &mut Reader,
    id: &ClientId,
    secret: &SecretId,
) -> Result<Option<String>, Error> {
    let sealed: Option<(String,)> = db
        .find(
            "select secret_sealed from client_secrets
             where association_id = $1 and client_id = $2 and secret_id = $3",
        )
        .bind(id)
        .bind(secret)
        .optional()
        .await?;
    Ok(sealed.map(|(sealed,)| sealed))
}

pub async fn used(site: &Site, id: &ClientId, secret: &SecretId) -> Result<(), Error> {
    site.once(
        "update client_secrets set last_used_at = $4
         where association_id = $1 and client_id = $2 and secret_id = $3
             and (last_used_at is null or last_used_at < $4)",
    )
    .bind(id)
    .bind(secret)
    .bind(site.now)
    .run()
    .await
}

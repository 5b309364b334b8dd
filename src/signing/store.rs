//! `signing_keys`.

use super::Kept;
use crate::clock::Timestamp;
use crate::db::{Error, Reader, Writer, rows};

rows! {
    pub struct Published {
        pub kid: String,
        pub private_key: Option<String>,
        pub public_key: String,
        pub activated_at: Option<Timestamp>,
        pub retired_at: Option<Timestamp>,
    }

    struct Instants {
        kid: String,
        created_at: Timestamp,
        activated_at: Option<Timestamp>,
        retired_at: Option<Timestamp>,
        withdrawn_at: Option<Timestamp>,
    }
}

pub async fn published(db: &mut Reader) -> Result<Vec<Published>, Error> {
    db.find(
        "select kid, private_key, public_key, activated_at, retired_at from signing_keys
         where association_id = $1 and withdrawn_at is null
         order by created_at, kid",
    )
    .all()
    .await
}

pub async fn all(db: &mut Reader) -> Result<Vec<Kept>, Error> {
    let rows: Vec<Instants> = db
        .find(
            "select kid, created_at, activated_at, retired_at, withdrawn_at from signing_keys
             where association_id = $1
             order by created_at, kid",
        )
        .all()
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| Kept {
            kid: row.kid,
            created_at: row.created_at,
            activated_at: row.activated_at,
            retired_at: row.retired_at,
            withdrawn_at: row.withdrawn_at,
        })
        .collect())
}

/// False when there is a key in that place already: of two that make one at once, one is kept.
pub async fn insert(
    tx: &mut Writer,
    kid: &str,
    sealed: &str,
    public: &str,
    activated_at: Option<Timestamp>,
) -> Result<bool, Error> {
    let now = tx.now();
    let kept: Option<(String,)> = tx
        .change(
            "insert into signing_keys (association_id, kid, private_key, public_key, created_at, activated_at)
             values ($1, $2, $3, $4, $5, $6)
             on conflict do nothing
             returning kid",
        )
        .bind(kid)
        .bind(sealed)
        .bind(public)
        .bind(now)
        .bind(activated_at)
        .optional()
        .await?;
    Ok(kept.is_some())
}

pub async fn activate(tx: &mut Writer, kid: &str) -> Result<bool, Error> {
    let now = tx.now();
    let changed: Option<(String,)> = tx
        .change(
            "update signing_keys set activated_at = $3
             where association_id = $1 and kid = $2 and activated_at is null
             returning kid",
        )
        .bind(kid)
        .bind(now)
        .optional()
        .await?;
    Ok(changed.is_some())
}

pub async fn retire(tx: &mut Writer, kid: &str) -> Result<bool, Error> {
    let now = tx.now();
    let changed: Option<(String,)> = tx
        .change(
            "update signing_keys set retired_at = $3
             where association_id = $1 and kid = $2 and activated_at is not null and retired_at is null
             returning kid",
        )
        .bind(kid)
        .bind(now)
        .optional()
        .await?;
    Ok(changed.is_some())
}

pub async fn withdraw(tx: &mut Writer, kid: &str) -> Result<bool, Error> {
    let now = tx.now();
    let changed: Option<(String,)> = tx
        .change(
            "update signing_keys set withdrawn_at = $3, private_key = null
             where association_id = $1 and kid = $2 and retired_at is not null and withdrawn_at is null
             returning kid",
        )
        .bind(kid)
        .bind(now)
        .optional()
        .await?;
    Ok(changed.is_some())
}

pub async fn compromise(tx: &mut Writer, kid: &str) -> Result<(), Error> {
    let now = tx.now();
    tx.change(
        "update signing_keys set compromised_at = $3
         where association_id = $1 and kid = $2 and compromised_at is null",
    )
    .bind(kid)
    .bind(now)
    .run()
    .await
}

/// The public half of a key that has signed ID tokens, and was withdrawn after `oldest` if at all.
pub async fn signed_with(
    db: &mut Reader,
    kid: &str,
    oldest: Timestamp,
) -> Result<Option<String>, Error> {
    let found: Option<(String,)> = db
        .find(
            "select public_key from signing_keys
             where association_id = $1 and kid = $2 and activated_at is not null
                 and compromised_at is null and (withdrawn_at is null or withdrawn_at > $3)",
        )
        .bind(kid)
        .bind(oldest)
        .optional()
        .await?;
    Ok(found.map(|(key,)| key))
}

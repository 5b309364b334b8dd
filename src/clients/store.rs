//! `clients`, `redirect_urls`, `post_logout_urls`.

use super::{Asked, AtStake, Kept, Listed, RedirectUrl, Settings};
use crate::associations::Site;
use crate::clock::Timestamp;
use crate::db::{Error, Reader, Writer};
use crate::id::ClientId;

pub async fn find(db: &mut Reader, id: &ClientId) -> Result<Option<Kept>, Error> {
    db.find(
        "select client_id, name, token_auth_method, consent_asked_since, pkce_required_since,
             lean_id_token_since, legacy_sso_since, machine_since, resource_url, jwks,
             backchannel_logout_url, auth_method_used, auth_method_used_at, disabled_at,
             disabled_by, version, updated_at
         from clients
         where association_id = $1 and client_id = $2",
    )
    .bind(id)
    .optional()
    .await
}

pub async fn resource_server(db: &mut Reader, url: &str) -> Result<Option<ClientId>, Error> {
    let found: Option<(ClientId,)> = db
        .find(
            "select client_id from clients
             where association_id = $1 and resource_url = $2 and disabled_at is null",
        )
        .bind(url)
        .optional()
        .await?;
    Ok(found.map(|(id,)| id))
}

pub async fn redirect_urls(db: &mut Reader, id: &ClientId) -> Result<Vec<RedirectUrl>, Error> {
    let urls: Vec<(RedirectUrl,)> = db
        .find(
            "select url from redirect_urls
             where association_id = $1 and client_id = $2
             order by position",
        )
        .bind(id)
        .all()
        .await?;
    Ok(urls.into_iter().map(|(url,)| url).collect())
}

pub async fn post_logout_urls(db: &mut Reader, id: &ClientId) -> Result<Vec<RedirectUrl>, Error> {
    let urls: Vec<(RedirectUrl,)> = db
        .find(
            "select url from post_logout_urls
             where association_id = $1 and client_id = $2
             order by position",
        )
        .bind(id)
        .all()
        .await?;
    Ok(urls.into_iter().map(|(url,)| url).collect())
}

/// Those that have this URL on their log-out list; two are as good as none, so no more are read.
pub async fn with_post_logout_url(db: &mut Reader, url: &str) -> Result<Vec<ClientId>, Error> {
    let found: Vec<(ClientId,)> = db
        .find(
            "select u.client_id
             from post_logout_urls u
             join clients c on c.association_id = u.association_id and c.client_id = u.client_id
             where u.association_id = $1 and u.url = $2 and c.disabled_at is null
             limit 2",
        )
        .bind(url)
        .all()
        .await?;
    Ok(found.into_iter().map(|(id,)| id).collect())
}

/// All of an association, by name; there are at most some dozens.
pub async fn all(db: &mut Reader) -> Result<Vec<Listed>, Error> {
    db.find(
        "select c.client_id, c.name, u.url as first_url, c.disabled_at, c.disabled_by,
             coalesce((select max(g.created_at) from grants g
                       where g.association_id = c.association_id and g.client_id = c.client_id),
                      c.last_log_in_at) as last_log_in_at
         from clients c
         left join redirect_urls u
             on u.association_id = c.association_id and u.client_id = c.client_id and u.position = 0
         where c.association_id = $1
         order by c.name, c.client_id",
    )
    .all()
    .await
}

/// False when the Client Id is taken. The rest of it follows with [`save`].
pub async fn insert(tx: &mut Writer, id: &ClientId, name: &str) -> Result<bool, Error> {
    let now = tx.now();
    let inserted: Option<(ClientId,)> = tx
        .change(
            "insert into clients (association_id, client_id, name, version, created_at, updated_at)
             values ($1, $2, $3, 1, $4, $4)
             on conflict do nothing
             returning client_id",
        )
        .bind(id)
        .bind(name)
        .bind(now)
        .optional()
        .await?;
    Ok(inserted.is_some())
}

/// A switch keeps the moment it was put on.
pub async fn save(tx: &mut Writer, id: &ClientId, settings: &Settings) -> Result<(), Error> {
    let now = tx.now();
    let since = |is_on: bool| is_on.then_some(now);
    tx.change(
        "update clients
         set token_auth_method = $3, jwks = $4, resource_url = $5, backchannel_logout_url = $6,
             consent_asked_since = case when cast($7 as bigint) is null then null
                                        else coalesce(consent_asked_since, $7) end,
             pkce_required_since = case when cast($8 as bigint) is null then null
                                        else coalesce(pkce_required_since, $8) end,
             lean_id_token_since = case when cast($9 as bigint) is null then null
                                        else coalesce(lean_id_token_since, $9) end,
             legacy_sso_since = case when cast($10 as bigint) is null then null
                                     else coalesce(legacy_sso_since, $10) end,
             machine_since = case when cast($11 as bigint) is null then null
                                  else coalesce(machine_since, $11) end
         where association_id = $1 and client_id = $2",
    )
    .bind(id)
    .bind(settings.auth_method.as_text())
    .bind(settings.jwks())
    .bind(settings.resource_url.as_deref())
    .bind(settings.backchannel_logout_url.as_ref())
    .bind(since(!settings.is_trusted()))
    .bind(since(settings.requires_pkce))
    .bind(since(settings.has_lean_id_token))
    .bind(since(settings.has_legacy_sso))
    .bind(since(settings.is_machine))
    .run()
    .await
}

pub async fn set_redirect_urls(
    tx: &mut Writer,
    id: &ClientId,
    urls: &[RedirectUrl],
) -> Result<(), Error> {
    tx.change("delete from redirect_urls where association_id = $1 and client_id = $2")
        .bind(id)
        .run()
        .await?;
    for (position, url) in (0_i64..).zip(urls) {
        tx.change(
            "insert into redirect_urls (association_id, client_id, position, url)
             values ($1, $2, $3, $4)",
        )
        .bind(id)
        .bind(position)
        .bind(url)
        .run()
        .await?;
    }
    Ok(())
}

pub async fn set_post_logout_urls(
    tx: &mut Writer,
    id: &ClientId,
    urls: &[RedirectUrl],
) -> Result<(), Error> {
    tx.change("delete from post_logout_urls where association_id = $1 and client_id = $2")
        .bind(id)
        .run()
        .await?;
    for (position, url) in (0_i64..).zip(urls) {
        tx.change(
            "insert into post_logout_urls (association_id, client_id, position, url)
             values ($1, $2, $3, $4)",
        )
        .bind(id)
        .bind(position)
        .bind(url)
        .run()
        .await?;
    }
    Ok(())
}

/// False when it is not the version that the admin saw.
pub async fn change(
    tx: &mut Writer,
    id: &ClientId,
    version: i64,
    name: &str,
) -> Result<bool, Error> {
    let now = tx.now();
    let changed: Option<(ClientId,)> = tx
        .change(
            "update clients set name = $4, version = version + 1, updated_at = $5
             where association_id = $1 and client_id = $2 and version = $3
             returning client_id",
        )
        .bind(id)
        .bind(version)
        .bind(name)
        .bind(now)
        .optional()
        .await?;
    Ok(changed.is_some())
}

pub async fn disable(tx: &mut Writer, id: &ClientId, by: &str) -> Result<bool, Error> {
    let now = tx.now();
    let changed: Option<(ClientId,)> = tx
        .change(
            "update clients
             set disabled_at = $3, disabled_by = $4, updated_at = $3, version = version + 1
             where association_id = $1 and client_id = $2 and disabled_at is null
             returning client_id",
        )
        .bind(id)
        .bind(now)
        .bind(by)
        .optional()
        .await?;
    Ok(changed.is_some())
}

pub async fn enable(tx: &mut Writer, id: &ClientId) -> Result<bool, Error> {
    let now = tx.now();
    let changed: Option<(ClientId,)> = tx
        .change(
            "update clients
             set disabled_at = null, disabled_by = null, updated_at = $3, version = version + 1
             where association_id = $1 and client_id = $2 and disabled_at is not null
             returning client_id",
        )
        .bind(id)
        .bind(now)
        .optional()
        .await?;
    Ok(changed.is_some())
}

pub async fn revoke_grants(tx: &mut Writer, id: &ClientId) -> Result<(), Error> {
    let now = tx.now();
    tx.change(
        "update grants set revoked_at = $3
         where association_id = $1 and client_id = $2 and revoked_at is null",
    )
    .bind(id)
    .bind(now)
    .run()
    .await?;
    revoke_machine_tokens(tx, id).await
}

pub async fn revoke_machine_tokens(tx: &mut Writer, id: &ClientId) -> Result<(), Error> {
    let now = tx.now();
    tx.change(
        "update machine_tokens set revoked_at = $3
         where association_id = $1 and client_id = $2 and revoked_at is null",
    )
    .bind(id)
    .bind(now)
    .run()
    .await
}

/// What belongs to it goes with it. Answers the name of what was there.
pub async fn delete(tx: &mut Writer, id: &ClientId) -> Result<Option<String>, Error> {
    tx.change("delete from grants where association_id = $1 and client_id = $2")
        .bind(id)
        .run()
        .await?;
    tx.change("delete from sign_ins where association_id = $1 and client_id = $2")
        .bind(id)
        .run()
        .await?;
    tx.change("delete from redirect_urls where association_id = $1 and client_id = $2")
        .bind(id)
        .run()
        .await?;
    tx.change("delete from post_logout_urls where association_id = $1 and client_id = $2")
        .bind(id)
        .run()
        .await?;
    tx.change("delete from client_groups where association_id = $1 and client_id = $2")
        .bind(id)
        .run()
        .await?;
    tx.change("delete from client_secrets where association_id = $1 and client_id = $2")
        .bind(id)
        .run()
        .await?;
    tx.change("delete from client_days where association_id = $1 and client_id = $2")
        .bind(id)
        .run()
        .await?;
    tx.change("delete from consents where association_id = $1 and client_id = $2")
        .bind(id)
        .run()
        .await?;
    tx.change("delete from machine_tokens where association_id = $1 and client_id = $2")
        .bind(id)
        .run()
        .await?;
    tx.change("delete from client_assertions where association_id = $1 and client_id = $2")
        .bind(id)
        .run()
        .await?;
    tx.change("delete from pushed_requests where association_id = $1 and client_id = $2")
        .bind(id)
        .run()
        .await?;
    tx.change("delete from session_clients where association_id = $1 and client_id = $2")
        .bind(id)
        .run()
        .await?;
    tx.change("delete from logout_notices where association_id = $1 and client_id = $2")
        .bind(id)
        .run()
        .await?;
    let deleted: Option<(String,)> = tx
        .change("delete from clients where association_id = $1 and client_id = $2 returning name")
        .bind(id)
        .optional()
        .await?;
    Ok(deleted.map(|(name,)| name))
}

pub async fn method_used(site: &Site, id: &ClientId, method: Option<&str>) -> Result<(), Error> {
    site.once(
        "update clients set auth_method_used = $3, auth_method_used_at = $4
         where association_id = $1 and client_id = $2",
    )
    .bind(id)
    .bind(method)
    .bind(site.now)
    .run()
    .await
}

pub async fn challenges(db: &mut Reader, id: &ClientId, since: Timestamp) -> Result<Asked, Error> {
    let asked: Option<Asked> = db
        .find(
            "select count(*) as requests, count(challenge) as challenges from grants
             where association_id = $1 and client_id = $2 and created_at > $3",
        )
        .bind(id)
        .bind(since)
        .optional()
        .await?;
    Ok(asked.unwrap_or(Asked { requests: 0, challenges: 0 }))
}

/// Another version: whoever has its page open is told.
pub async fn touch(tx: &mut Writer, id: &ClientId) -> Result<(), Error> {
    let now = tx.now();
    tx.change(
        "update clients set version = version + 1, updated_at = $3
         where association_id = $1 and client_id = $2",
    )
    .bind(id)
    .bind(now)
    .run()
    .await
}

/// Who came by it within the last day, and how many of its access tokens work now.
pub async fn at_stake(db: &mut Reader, id: &ClientId) -> Result<AtStake, Error> {
    let now = db.now();
    let found: Option<AtStake> = db
        .find(
            "select count(distinct member_id) as people,
                 count(case when access_expires_at > $3 then 1 end) as tokens
             from grants
             where association_id = $1 and client_id = $2 and created_at > $4
                 and revoked_at is null",
        )
        .bind(id)
        .bind(now)
        .bind(now.plus_seconds(-24 * 3600))
        .optional()
        .await?;
    Ok(found.unwrap_or(AtStake { people: 0, tokens: 0 }))
}

pub async fn logged_in(tx: &mut Writer, id: &ClientId, at: Timestamp) -> Result<(), Error> {
    tx.change(
        "update clients set last_log_in_at = $3
         where association_id = $1 and client_id = $2
             and (last_log_in_at is null or last_log_in_at < $3)",
    )
    .bind(id)
    .bind(at)
    .run()
    .await
}

//! First run: a one-time link lets one person name the association and become its first admin.

use super::{Contact, store};
use crate::associations::Site;
use crate::clock::Timestamp;
use crate::db;
use crate::events::{self, Actor, Kind};
use crate::id::MemberId;
use crate::members::{self, NewMember};
use crate::token::{Purpose, Token};

const LINK_SECONDS: i64 = 3600;

/// A fresh link, unless there is an admin already; earlier links stop working.
pub async fn link(site: &Site) -> Result<Option<String>, db::Error> {
    if members::has_admin(&mut site.read()).await? {
        return Ok(None);
    }
    let token = Token::random();
    let mut tx = site.write().await?;
    let expires_at = site.now.plus_seconds(LINK_SECONDS);
    store::replace_link(&mut tx, &token.hash(Purpose::SetUp), expires_at).await?;
    tx.commit().await?;
    Ok(Some(site.url(&format!("/set-up?link={}", token.expose()))))
}

/// Until when the link works; None when it is unknown, used or expired.
pub async fn good_until(site: &Site, link: &Token) -> Result<Option<Timestamp>, db::Error> {
    store::link_expires_at(&mut site.read(), &link.hash(Purpose::SetUp)).await
}

/// Keeps what the first step says. The link stays good.
pub async fn name(site: &Site, link: &Token, contact: &Contact) -> Result<bool, db::Error> {
    let mut tx = site.write().await?;
    if store::link_expires_at(&mut tx, &link.hash(Purpose::SetUp)).await?.is_none() {
        return Ok(false);
    }
    store::set_contact(&mut tx, contact).await?;
    tx.config_changed().await?;
    tx.commit().await?;
    Ok(true)
}

/// What an operator says of the association, without a link.
pub async fn describe(site: &Site, contact: &Contact) -> Result<(), db::Error> {
    let mut tx = site.write().await?;
    store::set_contact(&mut tx, contact).await?;
    tx.config_changed().await?;
    tx.commit().await
}

/// Uses up the link and makes the first admin. None when somebody else was first.
pub async fn finish(
    site: &Site,
    link: &Token,
    admin: &NewMember,
) -> Result<Option<Result<MemberId, members::Refusal>>, db::Error> {
    let mut tx = site.write().await?;
    if !store::use_link(&mut tx, &link.hash(Purpose::SetUp)).await? {
        return Ok(None);
    }
    let member = match members::add(&mut tx, &site.app.vault, admin, &Actor::SetUp).await? {
        Ok(member) => member,
        Err(refusal) => return Ok(Some(Err(refusal))),
    };
    store::mark_set_up(&mut tx).await?;
    let kind = Kind::AssociationSetUp;
    events::record(&mut tx, &site.app.vault, kind, &Actor::SetUp, member.as_str(), &()).await?;
    tx.commit().await?;
    Ok(Some(Ok(member)))
}

/// Forgets up to `most` links that have expired; answers how many.
pub async fn forget_expired(site: &Site, most: i64) -> Result<usize, db::Error> {
    store::forget_links(site, most).await
}

//! Logins: what a person signs in with. Given, changed, switched off and on by an admin.

pub mod pages;
mod store;
pub mod views;

use super::{Email, PasswordHash, end_everything, records};
use crate::associations::Site;
use crate::clock::Timestamp;
use crate::db::{self, Reader, Writer, rows};
use crate::events::{self, Actor, Change, Kind};
use crate::id::MemberId;

rows! {
    /// A login as an admin sees it.
    #[derive(Debug, Clone)]
    pub struct State {
        pub email: Email,
        pub email_verified_at: Option<Timestamp>,
        /// 1 where there is a password, which nobody sees.
        pub has_password: i64,
        pub disabled_at: Option<Timestamp>,
        pub last_log_in_at: Option<Timestamp>,
        /// Browsers in which the person is signed in now.
        pub sessions: i64,
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("{0} is another member's login already; logins are unique within an association")]
    EmailTaken(Email),
    #[error("there is no such member any more")]
    Unknown,
    #[error("this member has a login already")]
    HasLogin,
    #[error("this member has no login")]
    NoLogin,
    #[error("this member has a password already, which only they may change")]
    HasPassword,
}

pub async fn state(db: &mut Reader, member: &MemberId) -> Result<Option<State>, db::Error> {
    store::state(db, member).await
}

pub(super) async fn email(db: &mut Reader, member: &MemberId) -> Result<Option<Email>, db::Error> {
    Ok(store::state(db, member).await?.map(|state| state.email))
}

/// Gives a login to a person who has none. Without a password nobody can sign in with it yet.
pub async fn add(
    site: &Site,
    member: &MemberId,
    email: &Email,
    password: Option<&PasswordHash>,
    actor: &Actor,
) -> Result<Result<(), Refusal>, db::Error> {
    let mut tx = site.write().await?;
    if records::find(&mut tx, &member.clone().into()).await?.is_none_or(|it| it.is_company()) {
        return Ok(Err(Refusal::Unknown));
    }
    if store::state(&mut tx, member).await?.is_some() {
        return Ok(Err(Refusal::HasLogin));
    }
    if !store::insert(&mut tx, member, email, password).await? {
        return Ok(Err(Refusal::EmailTaken(email.clone())));
    }
    changed(&mut tx, site, member, Kind::LoginAdded, None, email, actor).await?;
    tx.commit().await?;
    Ok(Ok(()))
}

/// The new address is nobody's until somebody proves that it is theirs (DEC18).
pub async fn change_email(
    site: &Site,
    member: &MemberId,
    email: &Email,
    actor: &Actor,
) -> Result<Result<(), Refusal>, db::Error> {
    let mut tx = site.write().await?;
    let Some(before) = store::state(&mut tx, member).await? else {
        return Ok(Err(Refusal::NoLogin));
    };
    if before.email == *email {
        return Ok(Ok(()));
    }
    if !store::set_email(&mut tx, member, email).await? {
        return Ok(Err(Refusal::EmailTaken(email.clone())));
    }
    let kind = Kind::LoginEmailChanged;
    changed(&mut tx, site, member, kind, Some(&before.email), email, actor).await?;
    tx.commit().await?;
    Ok(Ok(()))
}

async fn changed(
    tx: &mut Writer,
    site: &Site,
    member: &MemberId,
    kind: Kind,
    before: Option<&Email>,
    after: &Email,
    actor: &Actor,
) -> Result<(), db::Error> {
    records::index_person(tx, member).await?;
    let change = Change::of("login_email", before.map(Email::as_str), Some(after.as_str()));
    let changes: Vec<Change> = change.into_iter().collect();
    events::record(tx, &site.app.vault, kind, actor, member.as_str(), &changes).await
}

/// A password for a login that has none. One that is there is its owner's alone.
pub async fn first_password(
    site: &Site,
    member: &MemberId,
    hash: &PasswordHash,
    actor: &Actor,
) -> Result<Result<(), Refusal>, db::Error> {
    let mut tx = site.write().await?;
    match store::state(&mut tx, member).await? {
        None => return Ok(Err(Refusal::NoLogin)),
        Some(state) if state.has_password == 1 => return Ok(Err(Refusal::HasPassword)),
        Some(_) => {}
    }
    super::set_password(&mut tx, &site.app.vault, member, hash, actor).await?;
    tx.commit().await?;
    Ok(Ok(()))
}

/// Out at once, as a member who is deactivated; the record stays in use.
pub async fn disable(site: &Site, member: &MemberId, actor: &Actor) -> Result<bool, db::Error> {
    let mut tx = site.write().await?;
    if !store::disable(&mut tx, member).await? {
        return Ok(false);
    }
    end_everything(&mut tx, member).await?;
    let kind = Kind::LoginDisabled;
    events::record(&mut tx, &site.app.vault, kind, actor, member.as_str(), &()).await?;
    tx.commit().await?;
    Ok(true)
}

/// What was ended stays ended.
pub async fn enable(site: &Site, member: &MemberId, actor: &Actor) -> Result<bool, db::Error> {
    let mut tx = site.write().await?;
    if !store::enable(&mut tx, member).await? {
        return Ok(false);
    }
    let kind = Kind::LoginEnabled;
    events::record(&mut tx, &site.app.vault, kind, actor, member.as_str(), &()).await?;
    tx.commit().await?;
    Ok(true)
}

/// Notes a sign-in, in its transaction.
pub async fn used(tx: &mut Writer, member: &MemberId) -> Result<(), db::Error> {
    store::used(tx, member).await
}

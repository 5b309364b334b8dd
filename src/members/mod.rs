//! People and companies: their records, and their logins.

mod details;
pub mod email;
pub mod hashing;
pub mod pages;
pub mod password;
mod profile;
mod store;
pub mod views;

use crate::associations::Site;
use crate::clock::Timestamp;
use crate::db::{self, Reader, Writer, rows};
use crate::events::{self, Actor, Kind};
use crate::id::{CompanyId, MemberId};
use crate::logouts;
use crate::vault::Vault;

pub use details::{Details, KeptDetails, NotADetail};
pub use email::Email;
pub use hashing::{Busy, Caller, HashPool};
pub use password::{Cost, Password, PasswordHash, Weak};
pub use profile::Profile;

/// A person to be added. Without a login, `email` is None.
#[derive(Default)]
pub struct NewMember {
    pub first_name: String,
    pub last_name: String,
    pub email: Option<Email>,
    /// The association knows that the address is theirs; platforms are told so.
    pub email_is_verified: bool,
    pub password: Option<PasswordHash>,
    pub company: Option<String>,
    pub job_title: Option<String>,
    pub phone: Option<String>,
    pub address: Address,
    pub member_status: Option<String>,
    pub details: Details,
    pub is_admin: bool,
}

impl NewMember {
    fn kept_details(&self) -> Option<KeptDetails> {
        KeptDetails::of(&self.details)
    }
}

#[derive(Default, Clone)]
pub struct Address {
    pub street: Option<String>,
    pub city: Option<String>,
    pub region: Option<String>,
    pub postal_code: Option<String>,
    pub country: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("{0} is another member's login already; logins are unique within an association")]
    EmailTaken(Email),
    #[error("there is no member {0}; novi-sso member list shows them")]
    Unknown(String),
    #[error("{0} has no login; add one with: novi-sso member add --email")]
    NoLogin(String),
}

rows! {
    /// What a list shows of a member.
    pub struct Listed {
        pub member_id: MemberId,
        pub first_name: String,
        pub last_name: String,
        pub email: Option<String>,
        pub company_name: Option<String>,
        pub job_title: Option<String>,
        pub admin_since: Option<Timestamp>,
        pub deactivated_at: Option<Timestamp>,
    }

    /// What signing in needs to know of a login.
    pub struct Login {
        pub member_id: MemberId,
        pub password_hash: Option<PasswordHash>,
        pub epoch: i64,
        pub deactivated_at: Option<Timestamp>,
    }
}

/// Adds a person; the company is found by its name, or made.
pub async fn add(
    tx: &mut Writer,
    vault: &Vault,
    member: &NewMember,
    actor: &Actor,
) -> Result<Result<MemberId, Refusal>, db::Error> {
    let id = MemberId::random();
    let company = match &member.company {
        Some(name) => Some(company(tx, name).await?),
        None => None,
    };
    store::insert(tx, &id, company.as_ref(), member).await?;
    if let Some(email) = &member.email
        && !store::insert_login(tx, &id, email, member).await?
    {
        return Ok(Err(Refusal::EmailTaken(email.clone())));
    }
    let name = format!("{} {}", member.first_name, member.last_name);
    events::record(tx, vault, Kind::MemberAdded, actor, id.as_str(), &name).await?;
    Ok(Ok(id))
}

async fn company(tx: &mut Writer, name: &str) -> Result<CompanyId, db::Error> {
    match store::company_by_name(tx, name).await? {
        Some(id) => Ok(id),
        None => {
            let id = CompanyId::random();
            store::insert_company(tx, &id, name).await?;
            Ok(id)
        }
    }
}

/// A new password ends every session, code and token of the member, in the same transaction
/// (SEC-D7).
pub async fn set_password(
    tx: &mut Writer,
    vault: &Vault,
    member: &MemberId,
    hash: &PasswordHash,
    actor: &Actor,
) -> Result<bool, db::Error> {
    if !store::set_password(tx, member, hash).await? {
        return Ok(false);
    }
    end_everything(tx, member).await?;
    events::record(tx, vault, Kind::PasswordChanged, actor, member.as_str(), &()).await?;
    Ok(true)
}

/// Out at once: no sign-in, and every session, code and token is void (R71).
pub async fn deactivate(site: &Site, member: &MemberId, actor: &Actor) -> Result<bool, db::Error> {
    let mut tx = site.write().await?;
    if !store::deactivate(&mut tx, member).await? {
        return Ok(false);
    }
    end_everything(&mut tx, member).await?;
    let kind = Kind::MemberDeactivated;
    events::record(&mut tx, &site.app.vault, kind, actor, member.as_str(), &()).await?;
    tx.commit().await?;
    Ok(true)
}

/// Every session, code and token is void from the commit on, and the clients are told.
async fn end_everything(tx: &mut Writer, member: &MemberId) -> Result<(), db::Error> {
    store::end_everything(tx, member).await?;
    logouts::member_ended(tx, member).await
}

/// Ends every session, code and token of a member, who may sign in again at once.
pub async fn sign_out_everywhere(
    site: &Site,
    member: &MemberId,
    actor: &Actor,
) -> Result<(), db::Error> {
    let mut tx = site.write().await?;
    end_everything(&mut tx, member).await?;
    let kind = Kind::SignedOutEverywhere;
    events::record(&mut tx, &site.app.vault, kind, actor, member.as_str(), &()).await?;
    tx.commit().await
}

/// Brings a member back. What was ended stays ended.
pub async fn reactivate(site: &Site, member: &MemberId, actor: &Actor) -> Result<bool, db::Error> {
    let mut tx = site.write().await?;
    if !store::reactivate(&mut tx, member).await? {
        return Ok(false);
    }
    let kind = Kind::MemberReactivated;
    events::record(&mut tx, &site.app.vault, kind, actor, member.as_str(), &()).await?;
    tx.commit().await?;
    Ok(true)
}

pub async fn has_admin(db: &mut Reader) -> Result<bool, db::Error> {
    store::first_admin(db).await.map(|admin| admin.is_some())
}

pub async fn login(db: &mut Reader, email: &Email) -> Result<Option<Login>, db::Error> {
    store::login(db, email).await
}

pub async fn login_of(db: &mut Reader, member: &MemberId) -> Result<Option<Login>, db::Error> {
    store::login_of(db, member).await
}

pub async fn email_of(db: &mut Reader, member: &MemberId) -> Result<Option<Email>, db::Error> {
    store::email_of(db, member).await
}

pub async fn name(db: &mut Reader, member: &MemberId) -> Result<Option<String>, db::Error> {
    store::name(db, member).await
}

pub async fn is_admin(db: &mut Reader, member: &MemberId) -> Result<bool, db::Error> {
    store::is_admin(db, member).await
}

/// By login e-mail or by UniqueID, as the command line takes them.
pub async fn find(db: &mut Reader, named: &str) -> Result<Result<MemberId, Refusal>, db::Error> {
    let found = match (Email::parse(named), named.parse::<MemberId>()) {
        (Ok(email), _) => store::login(db, &email).await?.map(|login| login.member_id),
        (_, Ok(id)) => store::exists(db, &id).await?.then_some(id),
        _ => None,
    };
    Ok(found.ok_or_else(|| Refusal::Unknown(named.to_owned())))
}

/// Name by name, `limit` at a time; `after` is the last one seen.
pub async fn list(
    db: &mut Reader,
    after: Option<&Listed>,
    limit: i64,
) -> Result<Vec<Listed>, db::Error> {
    store::page(db, after, limit).await
}

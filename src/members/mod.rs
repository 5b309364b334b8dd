//! People and companies: their records, and their logins.

pub mod companies;
mod desk;
mod details;
pub mod email;
pub mod fields;
pub mod hashing;
pub mod logins;
mod names;
pub mod pages;
pub mod password;
mod profile;
pub mod records;
pub mod sheet;
mod store;
pub mod views;

use crate::associations::Site;
use crate::clock::Timestamp;
use crate::db::{self, Reader, Writer, rows};
use crate::events::{self, Actor, Kind};
use crate::id::MemberId;
use crate::logouts;
use crate::vault::Vault;

pub use details::{Details, KeptDetails, NotADetail};
pub use email::Email;
pub use hashing::{Busy, Caller, HashPool};
pub use password::{Cost, Password, PasswordHash, Weak};
pub use profile::Profile;
pub use sheet::Sheet;

use names::Names;

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

    fn names(&self) -> Names {
        let email = self.email.as_ref().map(Email::as_str);
        Names::person(&self.first_name, &self.last_name, &[email])
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
        pub disabled_at: Option<Timestamp>,
    }
}

impl Login {
    /// Neither the member nor the login is out.
    pub fn is_open(&self) -> bool {
        self.deactivated_at.is_none() && self.disabled_at.is_none()
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
        Some(name) => Some(companies::named(tx, vault, name, actor).await?),
        None => None,
    };
    store::insert(tx, &id, company.as_ref(), member, &member.names()).await?;
    if let Some(email) = &member.email
        && !store::insert_login(tx, &id, email, member).await?
    {
        return Ok(Err(Refusal::EmailTaken(email.clone())));
    }
    let name = format!("{} {}", member.first_name, member.last_name);
    events::record(tx, vault, Kind::MemberAdded, actor, id.as_str(), &name).await?;
    Ok(Ok(id))
}

/// Adds a person of a sheet without mistakes, with a login where there is an e-mail for it.
pub async fn add_person(
    site: &Site,
    sheet: &Sheet,
    email: Option<Email>,
    password: Option<PasswordHash>,
    actor: &Actor,
) -> Result<Result<MemberId, Refusal>, db::Error> {
    let text = |name: &str| sheet.get(name).map(str::to_owned);
    let member = NewMember {
        first_name: sheet.text("first_name").to_owned(),
        last_name: sheet.text("last_name").to_owned(),
        email,
        password,
        company: text("company"),
        job_title: text("job_title"),
        phone: text("phone"),
        address: Address {
            street: text("street"),
            city: text("city"),
            region: text("region"),
            postal_code: text("postal_code"),
            country: text("country"),
        },
        member_status: text("member_status"),
        details: Details {
            picture: text("picture"),
            website: text("website"),
            ..Details::default()
        },
        ..NewMember::default()
    };
    let mut tx = site.write().await?;
    let id = match add(&mut tx, &site.app.vault, &member, actor).await? {
        Ok(id) => id,
        Err(refusal) => return Ok(Err(refusal)),
    };
    records::begin_person(&mut tx, &id, sheet).await?;
    records::index_person(&mut tx, &id).await?;
    tx.commit().await?;
    Ok(Ok(id))
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

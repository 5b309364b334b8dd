//! `members`, `logins`.

use super::{Email, Listed, Login, Names, NewMember, PasswordHash};
use crate::db::{Error, Reader, Writer};
use crate::id::{CompanyId, MemberId};

pub async fn insert(
    tx: &mut Writer,
    id: &MemberId,
    company: Option<&CompanyId>,
    member: &NewMember,
    names: &Names,
) -> Result<(), Error> {
    let now = tx.now();
    let address = &member.address;
    let details = member.kept_details();
    tx.change(
        "insert into members
             (association_id, member_id, company_id, first_name, last_name, job_title, phone,
              street, city, region, postal_code, country, member_status, admin_since, epoch,
              created_at, updated_at, details, sort_name, search_text)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 1, $15, $15, $16,
                 $17, $18)",
    )
    .bind(id)
    .bind(company)
    .bind(&member.first_name)
    .bind(&member.last_name)
    .bind(&member.job_title)
    .bind(&member.phone)
    .bind(&address.street)
    .bind(&address.city)
    .bind(&address.region)
    .bind(&address.postal_code)
    .bind(&address.country)
    .bind(&member.member_status)
    .bind(member.is_admin.then_some(now))
    .bind(now)
    .bind(details)
    .bind(&names.sort_name)
    .bind(&names.search_text)
    .run()
    .await
}

/// False when the e-mail is somebody's login already.
pub async fn insert_login(
    tx: &mut Writer,
    id: &MemberId,
    email: &Email,
    member: &NewMember,
) -> Result<bool, Error> {
    let now = tx.now();
    let inserted: Option<(String,)> = tx
        .change(
            "insert into logins
                 (association_id, member_id, email, password_hash, created_at, updated_at,
                  email_verified_at)
             values ($1, $2, $3, $4, $5, $5, $6)
             on conflict do nothing
             returning email",
        )
        .bind(id)
        .bind(email)
        .bind(&member.password)
        .bind(now)
        .bind(member.email_is_verified.then_some(now))
        .optional()
        .await?;
    Ok(inserted.is_some())
}

pub async fn set_password(
    tx: &mut Writer,
    member: &MemberId,
    hash: &PasswordHash,
) -> Result<bool, Error> {
    let now = tx.now();
    let changed: Option<(String,)> = tx
        .change(
            "update logins set password_hash = $3, updated_at = $4
             where association_id = $1 and member_id = $2
             returning email",
        )
        .bind(member)
        .bind(hash)
        .bind(now)
        .optional()
        .await?;
    Ok(changed.is_some())
}

pub async fn deactivate(tx: &mut Writer, member: &MemberId) -> Result<bool, Error> {
    let now = tx.now();
    let changed: Option<(MemberId,)> = tx
        .change(
            "update members set deactivated_at = $3, updated_at = $3
             where association_id = $1 and member_id = $2 and deactivated_at is null
             returning member_id",
        )
        .bind(member)
        .bind(now)
        .optional()
        .await?;
    Ok(changed.is_some())
}

pub async fn reactivate(tx: &mut Writer, member: &MemberId) -> Result<bool, Error> {
    let now = tx.now();
    let changed: Option<(MemberId,)> = tx
        .change(
            "update members set deactivated_at = null, updated_at = $3
             where association_id = $1 and member_id = $2 and deactivated_at is not null
             returning member_id",
        )
        .bind(member)
        .bind(now)
        .optional()
        .await?;
    Ok(changed.is_some())
}

/// One more epoch voids what exists; deleting the sessions and devices only tidies up.
pub async fn end_everything(tx: &mut Writer, member: &MemberId) -> Result<(), Error> {
    tx.change(
        "update members set epoch = epoch + 1
         where association_id = $1 and member_id = $2",
    )
    .bind(member)
    .run()
    .await?;
    tx.change("delete from sessions where association_id = $1 and member_id = $2")
        .bind(member)
        .run()
        .await?;
    tx.change("delete from devices where association_id = $1 and member_id = $2")
        .bind(member)
        .run()
        .await
}

pub async fn login(db: &mut Reader, email: &Email) -> Result<Option<Login>, Error> {
    db.find(
        "select l.member_id, l.password_hash, l.disabled_at, m.epoch, m.deactivated_at
         from logins l
         join members m on m.association_id = l.association_id and m.member_id = l.member_id
         where l.association_id = $1 and l.email = $2",
    )
    .bind(email)
    .optional()
    .await
}

pub async fn login_of(db: &mut Reader, member: &MemberId) -> Result<Option<Login>, Error> {
    db.find(
        "select l.member_id, l.password_hash, l.disabled_at, m.epoch, m.deactivated_at
         from logins l
         join members m on m.association_id = l.association_id and m.member_id = l.member_id
         where l.association_id = $1 and l.member_id = $2",
    )
    .bind(member)
    .optional()
    .await
}

pub async fn exists(db: &mut Reader, member: &MemberId) -> Result<bool, Error> {
    let found: Option<(MemberId,)> = db
        .find("select member_id from members where association_id = $1 and member_id = $2")
        .bind(member)
        .optional()
        .await?;
    Ok(found.is_some())
}

pub async fn name(db: &mut Reader, member: &MemberId) -> Result<Option<String>, Error> {
    let found: Option<(String, String)> = db
        .find(
            "select first_name, last_name from members
             where association_id = $1 and member_id = $2",
        )
        .bind(member)
        .optional()
        .await?;
    Ok(found.map(|(first, last)| format!("{first} {last}").trim().to_owned()))
}

pub async fn email_of(db: &mut Reader, member: &MemberId) -> Result<Option<Email>, Error> {
    let found: Option<(Email,)> = db
        .find("select email from logins where association_id = $1 and member_id = $2")
        .bind(member)
        .optional()
        .await?;
    Ok(found.map(|(email,)| email))
}

pub async fn first_admin(db: &mut Reader) -> Result<Option<MemberId>, Error> {
    let found: Option<(MemberId,)> = db
        .find(
            "select member_id from members
             where association_id = $1 and admin_since is not null and deactivated_at is null
             limit 1",
        )
        .optional()
        .await?;
    Ok(found.map(|(id,)| id))
}

pub async fn is_admin(db: &mut Reader, member: &MemberId) -> Result<bool, Error> {
    let found: Option<(MemberId,)> = db
        .find(
            "select member_id from members
             where association_id = $1 and member_id = $2 and admin_since is not null
                 and deactivated_at is null",
        )
        .bind(member)
        .optional()
        .await?;
    Ok(found.is_some())
}

/// By last name, first name and id; keyset, so that a page costs the same wherever it is.
pub async fn page(
    db: &mut Reader,
    after: Option<&Listed>,
    limit: i64,
) -> Result<Vec<Listed>, Error> {
    let (last, first, id) = after.map_or(("", "", ""), |seen| {
        (seen.last_name.as_str(), seen.first_name.as_str(), seen.member_id.as_str())
    });
    db.find(
        "select m.member_id, m.first_name, m.last_name, l.email, c.name as company_name,
             m.job_title, m.admin_since, m.deactivated_at
         from members m
         left join logins l on l.association_id = m.association_id and l.member_id = m.member_id
         left join companies c
             on c.association_id = m.association_id and c.company_id = m.company_id
         where m.association_id = $1 and (m.last_name, m.first_name, m.member_id) > ($2, $3, $4)
         order by m.last_name, m.first_name, m.member_id
         limit $5",
    )
    .bind(last)
    .bind(first)
    .bind(id)
    .bind(limit)
    .all()
    .await
}

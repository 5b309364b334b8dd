//! `logins`, as an admin changes them.

use super::{Email, PasswordHash, State};
use crate::db::{Error, Reader, Writer};
use crate::id::MemberId;

pub async fn state(db: &mut Reader, member: &MemberId) -> Result<Option<State>, Error> {
    let now = db.now();
    db.find(
        "select l.email, l.email_verified_at, l.disabled_at, l.last_log_in_at,
             cast(case when l.password_hash is null then 0 else 1 end as bigint) as has_password,
             (select count(*) from sessions s
              where s.association_id = $1 and s.member_id = l.member_id and s.epoch = m.epoch
                  and s.expires_at > $3) as sessions
         from logins l
         join members m on m.association_id = l.association_id and m.member_id = l.member_id
         where l.association_id = $1 and l.member_id = $2",
    )
    .bind(member)
    .bind(now)
    .optional()
    .await
}

/// False when the e-mail is somebody's login already.
pub async fn insert(
    tx: &mut Writer,
    member: &MemberId,
    email: &Email,
    password: Option<&PasswordHash>,
) -> Result<bool, Error> {
    let now = tx.now();
    let inserted: Option<(MemberId,)> = tx
        .change(
            "insert into logins
                 (association_id, member_id, email, password_hash, created_at, updated_at)
             values ($1, $2, $3, $4, $5, $5)
             on conflict do nothing
             returning member_id",
        )
        .bind(member)
        .bind(email)
        .bind(password)
        .bind(now)
        .optional()
        .await?;
    Ok(inserted.is_some())
}

/// False when the e-mail is somebody else's login.
pub async fn set_email(tx: &mut Writer, member: &MemberId, email: &Email) -> Result<bool, Error> {
    let now = tx.now();
    let changed: Option<(MemberId,)> = tx
        .change(
            "update logins set email = $3, email_verified_at = null, updated_at = $4
             where association_id = $1 and member_id = $2
                 and not exists (select 1 from logins other
                                 where other.association_id = $1 and other.email = $3
                                     and other.member_id <> $2)
             returning member_id",
        )
        .bind(member)
        .bind(email)
        .bind(now)
        .optional()
        .await?;
    Ok(changed.is_some())
}

pub async fn disable(tx: &mut Writer, member: &MemberId) -> Result<bool, Error> {
    let now = tx.now();
    let changed: Option<(MemberId,)> = tx
        .change(
            "update logins set disabled_at = $3, updated_at = $3
             where association_id = $1 and member_id = $2 and disabled_at is null
             returning member_id",
        )
        .bind(member)
        .bind(now)
        .optional()
        .await?;
    Ok(changed.is_some())
}

pub async fn enable(tx: &mut Writer, member: &MemberId) -> Result<bool, Error> {
    let now = tx.now();
    let changed: Option<(MemberId,)> = tx
        .change(
            "update logins set disabled_at = null, updated_at = $3
             where association_id = $1 and member_id = $2 and disabled_at is not null
             returning member_id",
        )
        .bind(member)
        .bind(now)
        .optional()
        .await?;
    Ok(changed.is_some())
}

pub async fn used(tx: &mut Writer, member: &MemberId) -> Result<(), Error> {
    let now = tx.now();
    tx.change(
        "update logins set last_log_in_at = $3
         where association_id = $1 and member_id = $2",
    )
    .bind(member)
    .bind(now)
    .run()
    .await
}

//! `members` and `logins`, as the preview looks for them.

use super::Found;
use crate::db::{Error, Reader};
use crate::id::MemberId;
use crate::members::Profile;

/// An admin asks for it now and then; it reads every name of the association.
pub async fn search(
    db: &mut Reader,
    lower: &str,
    typed: &str,
    limit: i64,
) -> Result<Vec<Found>, Error> {
    db.find(
        "select m.member_id, m.first_name, m.last_name, l.email, m.deactivated_at,
             l.disabled_at as login_disabled_at
         from members m
         left join logins l on l.association_id = m.association_id and l.member_id = m.member_id
         where m.association_id = $1
             and (lower(m.first_name || ' ' || m.last_name) like $2 escape '!'
                 or (m.first_name || ' ' || m.last_name) like $3 escape '!'
                 or l.email like $2 escape '!')
         order by m.last_name, m.first_name, m.member_id
         limit $4",
    )
    .bind(lower)
    .bind(typed)
    .bind(limit)
    .all()
    .await
}

pub async fn find(db: &mut Reader, member: &MemberId) -> Result<Option<Found>, Error> {
    db.find(
        "select m.member_id, m.first_name, m.last_name, l.email, m.deactivated_at,
             l.disabled_at as login_disabled_at
         from members m
         left join logins l on l.association_id = m.association_id and l.member_id = m.member_id
         where m.association_id = $1 and m.member_id = $2",
    )
    .bind(member)
    .optional()
    .await
}

pub async fn profile(db: &mut Reader, member: &MemberId) -> Result<Option<Profile>, Error> {
    db.find(
        "select m.member_id, m.epoch, m.first_name, m.last_name, m.job_title, m.phone, m.street,
             m.city, m.region, m.postal_code, m.country, m.member_status, m.admin_since,
             m.updated_at, m.details, o.name as company_name, l.email, l.email_verified_at
         from members m
         join logins l on l.association_id = m.association_id and l.member_id = m.member_id
         left join companies o
             on o.association_id = m.association_id and o.company_id = m.company_id
         where m.association_id = $1 and m.member_id = $2",
    )
    .bind(member)
    .optional()
    .await
}

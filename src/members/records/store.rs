//! `records`, `group_records`; `members` and `companies` as their sheets are read and written.

use super::{
    Called, CompanyRow, KeptDetails, Listed, LoginFilter, Membership, Names, PersonRow, Sheet,
};
use crate::db::{Error, Reader, Writer};
use crate::id::{CompanyId, MemberId, RecordId};

/// Where a record stands in the list.
pub async fn place(db: &mut Reader, id: &RecordId) -> Result<Option<(String, RecordId)>, Error> {
    db.find(
        "select sort_name, record_id from records
         where association_id = $1 and record_id = $2 and sort_name is not null",
    )
    .bind(id)
    .optional()
    .await
}

/// By sort name and id; keyset, so that a page costs the same wherever it is. A company's name is
/// looked for in its people too.
pub async fn page(
    db: &mut Reader,
    words: &[String],
    login: LoginFilter,
    (after_name, after_id): (&str, &str),
    limit: i64,
) -> Result<Vec<Listed>, Error> {
    let mut asked = db
        .find(
            "select p.record_id, p.kind, m.first_name, m.last_name, o.name as company_name, c.name,
                 c.email as company_email, m.contact_email, l.email as login_email,
                 l.disabled_at as login_disabled_at, l.last_log_in_at, p.deactivated_at
             from (select r.record_id, r.kind, r.sort_name, r.deactivated_at
                   from records r
                   where r.association_id = $1 and (r.sort_name, r.record_id) > ($2, $3)
                       and ($4 = '' or ($4 = 'deactivated' and r.deactivated_at is not null)
                            or ($4 <> 'deactivated' and r.deactivated_at is null
                                and r.kind = 'person'
                                and (case when exists (
                                              select 1 from logins x
                                              where x.association_id = $1
                                                  and x.member_id = r.record_id
                                                  and x.disabled_at is null) then 'has'
                                          when exists (
                                              select 1 from logins x
                                              where x.association_id = $1
                                                  and x.member_id = r.record_id) then 'disabled'
                                          else 'none' end) = $4))
                       and ($6 = '%%' or r.search_text like $6 escape '!'
                            or exists (select 1 from members y
                                       join companies z on z.association_id = y.association_id
                                           and z.company_id = y.company_id
                                       where y.association_id = $1 and y.member_id = r.record_id
                                           and z.search_text like $6 escape '!'))
                       and ($7 = '%%' or r.search_text like $7 escape '!'
                            or exists (select 1 from members y
                                       join companies z on z.association_id = y.association_id
                                           and z.company_id = y.company_id
                                       where y.association_id = $1 and y.member_id = r.record_id
                                           and z.search_text like $7 escape '!'))
                       and ($8 = '%%' or r.search_text like $8 escape '!'
                            or exists (select 1 from members y
                                       join companies z on z.association_id = y.association_id
                                           and z.company_id = y.company_id
                                       where y.association_id = $1 and y.member_id = r.record_id
                                           and z.search_text like $8 escape '!'))
                   order by r.sort_name, r.record_id
                   limit $5) p
             left join members m on m.association_id = $1 and m.member_id = p.record_id
             left join logins l on l.association_id = $1 and l.member_id = p.record_id
             left join companies o on o.association_id = $1 and o.company_id = m.company_id
             left join companies c on c.association_id = $1 and c.company_id = p.record_id
             order by p.sort_name, p.record_id",
        )
        .bind(after_name)
        .bind(after_id)
        .bind(login.as_text())
        .bind(limit);
    for word in words {
        asked = asked.bind(word);
    }
    asked.all().await
}

/// A list of any length cannot be bound on both databases, so it has as many places as are asked for
/// at once.
pub async fn groups(db: &mut Reader, records: &[RecordId]) -> Result<Vec<Membership>, Error> {
    let place = |number: usize| records.get(number).map_or("", RecordId::as_str).to_owned();
    let mut asked = db.find(
        "select gr.record_id, g.group_id, g.name
         from group_records gr
         join groups g on g.association_id = gr.association_id and g.group_id = gr.group_id
         where gr.association_id = $1 and g.deleted_at is null
             and gr.record_id in ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15,
                                  $16, $17, $18, $19, $20, $21)
         order by g.name, g.group_id",
    );
    for number in 0..super::AT_ONCE {
        asked = asked.bind(place(number));
    }
    asked.all().await
}

pub async fn person(db: &mut Reader, id: &RecordId) -> Result<Option<PersonRow>, Error> {
    db.find(
        "select m.first_name, m.last_name, m.job_title, m.company_id, o.name as company_name,
             m.contact_email, m.phone, m.street, m.city, m.region, m.postal_code, m.country,
             m.member_status, m.bio, m.social, m.details, m.admin_since, m.deactivated_at
         from members m
         left join companies o
             on o.association_id = m.association_id and o.company_id = m.company_id
         where m.association_id = $1 and m.member_id = $2",
    )
    .bind(id)
    .optional()
    .await
}

pub async fn company(db: &mut Reader, id: &RecordId) -> Result<Option<CompanyRow>, Error> {
    db.find(
        "select name, email, phone, website, deactivated_at from companies
         where association_id = $1 and company_id = $2",
    )
    .bind(id)
    .optional()
    .await
}

pub async fn write_person(
    tx: &mut Writer,
    id: &MemberId,
    company: Option<&CompanyId>,
    sheet: &Sheet,
    (social, details): (Option<String>, Option<KeptDetails>),
    names: &Names,
) -> Result<(), Error> {
    let now = tx.now();
    tx.change(
        "update members
         set first_name = $3, last_name = $4, job_title = $5, company_id = $6,
             contact_email = $7, phone = $8, street = $9, city = $10, region = $11,
             postal_code = $12, country = $13, member_status = $14, bio = $15, social = $16,
             details = $17, sort_name = $18, search_text = $19, updated_at = $20
         where association_id = $1 and member_id = $2",
    )
    .bind(id)
    .bind(sheet.text("first_name"))
    .bind(sheet.text("last_name"))
    .bind(sheet.get("job_title"))
    .bind(company)
    .bind(sheet.get("contact_email"))
    .bind(sheet.get("phone"))
    .bind(sheet.get("street"))
    .bind(sheet.get("city"))
    .bind(sheet.get("region"))
    .bind(sheet.get("postal_code"))
    .bind(sheet.get("country"))
    .bind(sheet.get("member_status"))
    .bind(sheet.get("bio"))
    .bind(social)
    .bind(details)
    .bind(&names.sort_name)
    .bind(&names.search_text)
    .bind(now)
    .run()
    .await
}

pub async fn begin_person(
    tx: &mut Writer,
    id: &MemberId,
    contact_email: Option<&str>,
    bio: Option<&str>,
    social: Option<String>,
) -> Result<(), Error> {
    tx.change(
        "update members set contact_email = $3, bio = $4, social = $5
         where association_id = $1 and member_id = $2",
    )
    .bind(id)
    .bind(contact_email)
    .bind(bio)
    .bind(social)
    .run()
    .await
}

pub async fn called(db: &mut Reader, id: &MemberId) -> Result<Option<Called>, Error> {
    db.find(
        "select m.member_id, m.first_name, m.last_name, m.contact_email, l.email as login_email
         from members m
         left join logins l on l.association_id = m.association_id and l.member_id = m.member_id
         where m.association_id = $1 and m.member_id = $2",
    )
    .bind(id)
    .optional()
    .await
}

pub async fn unnamed_people(db: &mut Reader, most: i64) -> Result<Vec<Called>, Error> {
    db.find(
        "select m.member_id, m.first_name, m.last_name, m.contact_email, l.email as login_email
         from members m
         left join logins l on l.association_id = m.association_id and l.member_id = m.member_id
         where m.association_id = $1 and m.sort_name is null
         limit $2",
    )
    .bind(most)
    .all()
    .await
}

pub async fn set_person_names(tx: &mut Writer, id: &MemberId, names: &Names) -> Result<(), Error> {
    tx.change(
        "update members set sort_name = $3, search_text = $4
         where association_id = $1 and member_id = $2",
    )
    .bind(id)
    .bind(&names.sort_name)
    .bind(&names.search_text)
    .run()
    .await
}

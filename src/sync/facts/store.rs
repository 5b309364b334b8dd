//! `members`, `logins`, `companies`, `custom_values`: what platforms may hear of.

use super::{Custom, Facts, Kind, Login, Social, Sort};
use crate::clock::Timestamp;
use crate::db::{Error, Many, Reader, rows};
use crate::id::{CompanyId, FieldId, GroupId, RecordId};
use crate::members::KeptDetails;

rows! {
    struct Person {
        record_id: RecordId,
        first_name: String,
        last_name: String,
        job_title: Option<String>,
        company_id: Option<CompanyId>,
        company_name: Option<String>,
        member_status: Option<String>,
        bio: Option<String>,
        social: Option<String>,
        details: Option<KeptDetails>,
        deactivated_at: Option<Timestamp>,
        email: Option<String>,
        login_email: Option<String>,
        disabled_at: Option<Timestamp>,
    }

    struct Company {
        record_id: RecordId,
        name: String,
        email: Option<String>,
        website: Option<String>,
        deactivated_at: Option<Timestamp>,
    }
}

impl From<Person> for Facts {
    fn from(person: Person) -> Self {
        let details = person.details.as_ref().map(KeptDetails::read).unwrap_or_default();
        let social = person.social.as_deref().map(serde_json::from_str).and_then(Result::ok);
        let login = match (&person.login_email, person.disabled_at) {
            (None, _) => Login::None,
            (Some(_), Some(_)) => Login::Disabled,
            (Some(_), None) => Login::Active,
        };
        Self {
            record: person.record_id,
            kind: Kind::Person,
            first_name: person.first_name,
            last_name: person.last_name,
            email: person.email,
            company: person.company_id,
            company_name: person.company_name,
            job_title: person.job_title,
            member_status: person.member_status,
            bio: person.bio,
            image_url: details.picture,
            website: details.website,
            social: social.unwrap_or_default(),
            custom: Vec::new(),
            login,
            is_deactivated: person.deactivated_at.is_some(),
        }
    }
}

impl From<Company> for Facts {
    fn from(company: Company) -> Self {
        Self {
            record: company.record_id,
            kind: Kind::Company,
            first_name: String::new(),
            last_name: company.name.clone(),
            email: company.email,
            company: None,
            company_name: Some(company.name),
            job_title: None,
            member_status: None,
            bio: None,
            image_url: None,
            website: company.website,
            social: Social::default(),
            custom: Vec::new(),
            login: Login::None,
            is_deactivated: company.deactivated_at.is_some(),
        }
    }
}

pub async fn people(db: &mut Reader, records: Many) -> Result<Vec<Facts>, Error> {
    let found: Vec<Person> = db
        .find(
            "select m.member_id as record_id, m.first_name, m.last_name, m.job_title, m.company_id,
                 c.name as company_name, m.member_status, m.bio, m.social, m.details,
                 m.deactivated_at, l.email, l.email as login_email, l.disabled_at
             from members m
             left join logins l
                 on l.association_id = m.association_id and l.member_id = m.member_id
             left join companies c
                 on c.association_id = m.association_id and c.company_id = m.company_id
             where m.association_id = $1 and m.member_id in (select key from jsonb_each($2))",
        )
        .bind(records)
        .all()
        .await?;
    Ok(found.into_iter().map(Facts::from).collect())
}

pub async fn companies(db: &mut Reader, records: Many) -> Result<Vec<Facts>, Error> {
    let found: Vec<Company> = db
        .find(
            "select company_id as record_id, name, email, website, deactivated_at
             from companies
             where association_id = $1 and company_id in (select key from jsonb_each($2))",
        )
        .bind(records)
        .all()
        .await?;
    Ok(found.into_iter().map(Facts::from).collect())
}

pub async fn people_of(
    db: &mut Reader,
    group: &GroupId,
    after: &str,
    most: i64,
) -> Result<Vec<Facts>, Error> {
    let found: Vec<Person> = db
        .find(
            "select m.member_id as record_id, m.first_name, m.last_name, m.job_title, m.company_id,
                 c.name as company_name, m.member_status, m.bio, m.social, m.details,
                 m.deactivated_at, l.email, l.email as login_email, l.disabled_at
             from members m
             left join logins l
                 on l.association_id = m.association_id and l.member_id = m.member_id
             left join companies c
                 on c.association_id = m.association_id and c.company_id = m.company_id
             where m.association_id = $1 and m.member_id in (
                 select g.record_id from group_records g
                 where g.association_id = $1 and g.group_id = $2 and g.kind = 'person'
                     and g.record_id > $3
                 order by g.record_id
                 limit $4)
             order by m.member_id",
        )
        .bind(group)
        .bind(after)
        .bind(most)
        .all()
        .await?;
    Ok(found.into_iter().map(Facts::from).collect())
}

pub async fn companies_of(
    db: &mut Reader,
    group: &GroupId,
    after: &str,
    most: i64,
) -> Result<Vec<Facts>, Error> {
    let found: Vec<Company> = db
        .find(
            "select c.company_id as record_id, c.name, c.email, c.website, c.deactivated_at
             from companies c
             where c.association_id = $1 and c.company_id in (
                 select g.record_id from group_records g
                 where g.association_id = $1 and g.group_id = $2 and g.kind = 'company'
                     and g.record_id > $3
                 order by g.record_id
                 limit $4)
             order by c.company_id",
        )
        .bind(group)
        .bind(after)
        .bind(most)
        .all()
        .await?;
    Ok(found.into_iter().map(Facts::from).collect())
}

/// How many people of a group are deactivated or not, with a login, without one, or with one that is off.
pub async fn sorts_of_people(db: &mut Reader, group: &GroupId) -> Result<Vec<(Sort, i64)>, Error> {
    let found: Vec<(String, String, i64)> = db
        .find(
            "select case when m.deactivated_at is null then 'in' else 'out' end as is_out,
                 case when l.email is null then 'none' when l.disabled_at is null then 'active'
                      else 'disabled' end as login,
                 count(*)
             from group_members g
             join members m
                 on m.association_id = g.association_id and m.member_id = g.member_id
             left join logins l
                 on l.association_id = g.association_id and l.member_id = g.member_id
             where g.association_id = $1 and g.group_id = $2
             group by 1, 2",
        )
        .bind(group)
        .all()
        .await?;
    let sort = |(is_out, login, number): (String, String, i64)| {
        let login = match login.as_str() {
            "active" => Login::Active,
            "disabled" => Login::Disabled,
            _ => Login::None,
        };
        (Sort { kind: Kind::Person, login, is_deactivated: is_out == "out" }, number)
    };
    Ok(found.into_iter().map(sort).collect())
}

pub async fn sorts_of_companies(
    db: &mut Reader,
    group: &GroupId,
) -> Result<Vec<(Sort, i64)>, Error> {
    let found: Vec<(String, i64)> = db
        .find(
            "select case when c.deactivated_at is null then 'in' else 'out' end as is_out, count(*)
             from group_companies g
             join companies c
                 on c.association_id = g.association_id and c.company_id = g.company_id
             where g.association_id = $1 and g.group_id = $2
             group by 1",
        )
        .bind(group)
        .all()
        .await?;
    let sort = |(is_out, number): (String, i64)| {
        let is_deactivated = is_out == "out";
        (Sort { kind: Kind::Company, login: Login::None, is_deactivated }, number)
    };
    Ok(found.into_iter().map(sort).collect())
}

pub async fn custom(db: &mut Reader, records: Many) -> Result<Vec<(RecordId, Custom)>, Error> {
    let found: Vec<(RecordId, FieldId, String, String)> = db
        .find(
            "select v.record_id, v.field_id, f.label, v.value
             from custom_values v
             join custom_fields f
                 on f.association_id = v.association_id and f.field_id = v.field_id
             where v.association_id = $1 and v.record_id in (select key from jsonb_each($2))
                 and f.shown_since is not null and f.higher_logic_since is not null
             order by f.position, v.field_id",
        )
        .bind(records)
        .all()
        .await?;
    let named = |(record, field, label, value)| (record, Custom { field, label, value });
    Ok(found.into_iter().map(named).collect())
}

pub async fn flagged(db: &mut Reader) -> Result<i64, Error> {
    let counted: Option<(i64,)> = db
        .find(
            "select count(*) from custom_fields
             where association_id = $1 and shown_since is not null
                 and higher_logic_since is not null",
        )
        .optional()
        .await?;
    Ok(counted.map_or(0, |(counted,)| counted))
}

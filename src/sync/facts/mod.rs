//! What the association knows of a record, as far as platforms may hear of it, and what of that each
//! platform gets: exactly the fields of its help document, and nothing else (R55, R56, R57, R64).

mod store;

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::platform::{Field, Fields, Platform};
use crate::db::{self, Many, Reader};
use crate::id::{CompanyId, FieldId, GroupId, RecordId};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Person,
    Company,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Login {
    None,
    Disabled,
    Active,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    pub record: RecordId,
    pub kind: Kind,
    /// Blank for a company.
    pub first_name: String,
    /// The name of a company.
    pub last_name: String,
    /// The login's (DEC18); a company's contact address.
    pub email: Option<String>,
    pub company: Option<CompanyId>,
    pub company_name: Option<String>,
    pub job_title: Option<String>,
    pub member_status: Option<String>,
    pub bio: Option<String>,
    pub image_url: Option<String>,
    pub website: Option<String>,
    pub social: Social,
    pub custom: Vec<Custom>,
    pub login: Login,
    pub is_deactivated: bool,
}

/// What decides whether a record syncs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sort {
    pub kind: Kind,
    /// None of a company.
    pub login: Login,
    pub is_deactivated: bool,
}

/// The pages of a record elsewhere.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Social {
    pub facebook: Option<String>,
    pub linkedin: Option<String>,
    pub twitter: Option<String>,
    pub youtube: Option<String>,
}

/// The value of a custom field that is shown and flagged (R59, R61).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Custom {
    pub field: FieldId,
    pub label: String,
    pub value: String,
}

/// As they are now. None where the record is gone.
pub async fn of(
    db: &mut Reader,
    platform: Platform,
    record: &RecordId,
) -> Result<Option<Facts>, db::Error> {
    Ok(of_all(db, platform, &[record]).await?.remove(record))
}

/// Of those of these records that are there. Higher Logic gets custom fields too (R59).
pub async fn of_all(
    db: &mut Reader,
    platform: Platform,
    records: &[&RecordId],
) -> Result<HashMap<RecordId, Facts>, db::Error> {
    let by_record = |facts: Facts| (facts.record.clone(), facts);
    let people = store::people(db, Many::keys(records)).await?;
    let mut all: HashMap<RecordId, Facts> = people.into_iter().map(by_record).collect();
    if all.len() < records.len() {
        let others = records.iter().filter(|record| !all.contains_key(**record));
        let companies = store::companies(db, Many::keys(others)).await?;
        all.extend(companies.into_iter().map(by_record));
    }
    if platform == Platform::HigherLogic {
        for (record, custom) in store::custom(db, Many::keys(records)).await? {
            if let Some(facts) = all.get_mut(&record) {
                facts.custom.push(custom);
            }
        }
    }
    Ok(all)
}

/// Up to `most` people or companies of a group, by their ids, after the last one seen; blank begins.
/// Without custom fields.
pub async fn of_group(
    db: &mut Reader,
    group: &GroupId,
    after: &str,
    kind: Kind,
    most: i64,
) -> Result<Vec<Facts>, db::Error> {
    match kind {
        Kind::Person => store::people_of(db, group, after, most).await,
        Kind::Company => store::companies_of(db, group, after, most).await,
    }
}

/// How many of each sort a group has, whatever its size.
pub async fn sorts(db: &mut Reader, group: &GroupId) -> Result<Vec<(Sort, i64)>, db::Error> {
    let mut sorts = Vec::new();
    for is_deactivated in [false, true] {
        for (kind, login) in [
            (Kind::Person, Login::Active),
            (Kind::Person, Login::None),
            (Kind::Person, Login::Disabled),
            (Kind::Company, Login::None),
        ] {
            sorts.push((Sort { kind, login, is_deactivated }, 0));
        }
    }
    let people = store::sorts_of_people(db, group).await?;
    let companies = store::sorts_of_companies(db, group).await?;
    for (found, number) in people.into_iter().chain(companies) {
        for (sort, known) in &mut sorts {
            if *sort == found {
                *known += number;
            }
        }
    }
    sorts.retain(|(_, number)| *number > 0);
    Ok(sorts)
}

/// How many custom fields go to Higher Logic (R59, R61).
pub async fn flagged(db: &mut Reader) -> Result<i64, db::Error> {
    store::flagged(db).await
}

impl Facts {
    pub fn sort(&self) -> Sort {
        Sort { kind: self.kind, login: self.login, is_deactivated: self.is_deactivated }
    }

    pub fn name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name).trim().to_owned()
    }

    /// What a person is on Mobilize and Forj Community. `sent` is what they got last: a company or a job
    /// title that is gone since is sent as blank, one that never was is left out (DEC15).
    pub fn fields(&self, platform: Platform, sent: Option<&Fields>, email: EmailRule) -> Fields {
        let mut fields = Fields::default();
        let mut set = |field: Field, value: Option<&str>| {
            let value = value.unwrap_or_default().trim();
            if !value.is_empty() || sent.is_some_and(|sent| sent.get(field).is_some()) {
                fields.set(field, value);
            }
        };
        set(Field::FirstName, Some(&self.first_name));
        set(Field::LastName, Some(&self.last_name));
        set(Field::CompanyName, self.company_name.as_deref());
        set(Field::JobTitle, self.job_title.as_deref());
        // DEC1: the e-mail is how a person is known there; Forj Community may be told to keep its own.
        let kept = sent.and_then(|sent| sent.get(Field::Email));
        let email = match (platform, email) {
            (Platform::Forj, EmailRule::LeaveAsItIs) => kept.or(self.email.as_deref()),
            _ => self.email.as_deref(),
        };
        set(Field::Email, email);
        fields
    }
}

/// What becomes of the e-mail at Forj Community when it changes here (DEC1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EmailRule {
    KeepInStep,
    LeaveAsItIs,
}

#[cfg(test)]
impl Facts {
    pub fn sample() -> Self {
        Self {
            record: RecordId::presented("0b8f2c9e-2f6d-4c53-9f3e-5f7f0a1c2d3e"),
            kind: Kind::Person,
            first_name: "Ada".to_owned(),
            last_name: "Lovelace".to_owned(),
            email: Some("ada@x.org".to_owned()),
            company: None,
            company_name: Some("Analytical Engines".to_owned()),
            job_title: Some("Countess".to_owned()),
            member_status: Some("current".to_owned()),
            bio: None,
            image_url: None,
            website: None,
            social: Social::default(),
            custom: Vec::new(),
            login: Login::Active,
            is_deactivated: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R55, R56: these five, and nothing else that is known.
    #[test]
    fn a_platform_gets_the_fields_of_its_document() {
        let facts = Facts { bio: Some("secret".to_owned()), ..Facts::sample() };
        for platform in [Platform::Mobilize, Platform::Forj] {
            let fields = facts.fields(platform, None, EmailRule::KeepInStep);
            let names: Vec<Field> = fields.iter().map(|(field, _)| field).collect();
            assert_eq!(names, Field::ALL);
        }
    }

    /// DEC15.
    #[test]
    fn an_unknown_company_is_left_out_and_one_that_was_cleared_is_blank() {
        let without = Facts { company_name: None, ..Facts::sample() };

        let first = without.fields(Platform::Mobilize, None, EmailRule::KeepInStep);
        assert_eq!(first.get(Field::CompanyName), None);

        let sent = Facts::sample().fields(Platform::Mobilize, None, EmailRule::KeepInStep);
        let cleared = without.fields(Platform::Mobilize, Some(&sent), EmailRule::KeepInStep);
        assert_eq!(cleared.get(Field::CompanyName), Some(""));
        let again = without.fields(Platform::Mobilize, Some(&cleared), EmailRule::KeepInStep);
        assert_eq!(again, cleared);
    }

    /// DEC1.
    #[test]
    fn forj_keeps_its_e_mail_where_the_association_says_so() {
        let sent = Facts::sample().fields(Platform::Forj, None, EmailRule::LeaveAsItIs);
        let moved = Facts { email: Some("ada@new.org".to_owned()), ..Facts::sample() };
        let email = |platform, rule| {
            let fields = moved.fields(platform, Some(&sent), rule);
            fields.get(Field::Email).unwrap().to_owned()
        };

        assert_eq!(email(Platform::Forj, EmailRule::LeaveAsItIs), "ada@x.org");
        assert_eq!(email(Platform::Forj, EmailRule::KeepInStep), "ada@new.org");
        assert_eq!(email(Platform::Mobilize, EmailRule::LeaveAsItIs), "ada@new.org");
    }
}

//! Records: people and companies alike, as an admin lists them, looks at them and changes them.

pub mod form;
pub mod lately;
pub mod pages;
mod store;
pub mod views;

use super::fields::{self, Field};
use super::names::{Names, fold, pattern};
use super::sheet::{self, Place, SOCIAL, Sheet};
use super::{KeptDetails, companies, logins};
use crate::associations::Site;
use crate::clock::Timestamp;
use crate::db::{self, Reader, Writer, rows};
use crate::events::{self, Actor, Kind};
use crate::id::{CompanyId, GroupId, MemberId, RecordId};

/// Records on a page of the list.
pub const PAGE: usize = 40;
/// Records whose groups are asked for at once: a list of any length cannot be bound.
const AT_ONCE: usize = 20;
/// Words that are looked for; more say nothing new.
const WORDS: usize = 3;

rows! {
    /// One line of the list.
    pub struct Listed {
        pub record_id: RecordId,
        pub kind: String,
        pub first_name: Option<String>,
        pub last_name: Option<String>,
        /// A person's company.
        pub company_name: Option<String>,
        /// A company's own name.
        pub name: Option<String>,
        pub company_email: Option<String>,
        pub contact_email: Option<String>,
        pub login_email: Option<String>,
        pub login_disabled_at: Option<Timestamp>,
        pub last_log_in_at: Option<Timestamp>,
        pub deactivated_at: Option<Timestamp>,
    }

    /// A group that a record is in.
    pub struct Membership {
        pub record_id: RecordId,
        pub group_id: GroupId,
        pub name: String,
    }

    struct PersonRow {
        first_name: String,
        last_name: String,
        job_title: Option<String>,
        company_id: Option<CompanyId>,
        company_name: Option<String>,
        contact_email: Option<String>,
        phone: Option<String>,
        street: Option<String>,
        city: Option<String>,
        region: Option<String>,
        postal_code: Option<String>,
        country: Option<String>,
        member_status: Option<String>,
        bio: Option<String>,
        social: Option<String>,
        details: Option<KeptDetails>,
        admin_since: Option<Timestamp>,
        deactivated_at: Option<Timestamp>,
    }

    struct CompanyRow {
        name: String,
        email: Option<String>,
        phone: Option<String>,
        website: Option<String>,
        deactivated_at: Option<Timestamp>,
    }
}

impl Listed {
    pub fn is_company(&self) -> bool {
        self.kind == "company"
    }

    pub fn full_name(&self) -> String {
        let text = |name: &Option<String>| name.clone().unwrap_or_default();
        match &self.name {
            Some(name) => name.clone(),
            None => {
                format!("{} {}", text(&self.first_name), text(&self.last_name)).trim().to_owned()
            }
        }
    }

    /// Of the login, or the contact e-mail of who has none.
    pub fn email(&self) -> Option<&str> {
        let known = [&self.login_email, &self.contact_email, &self.company_email];
        known.into_iter().flatten().next().map(String::as_str)
    }
}

/// Which of them the list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LoginFilter {
    #[default]
    Any,
    Has,
    Disabled,
    None,
    Deactivated,
}

impl LoginFilter {
    pub const ALL: [Self; 5] =
        [Self::Any, Self::Has, Self::None, Self::Disabled, Self::Deactivated];

    pub fn as_text(self) -> &'static str {
        match self {
            Self::Any => "",
            Self::Has => "has",
            Self::Disabled => "disabled",
            Self::None => "none",
            Self::Deactivated => "deactivated",
        }
    }

    /// Anything else is no filter.
    pub fn parse(text: &str) -> Self {
        Self::ALL.into_iter().find(|it| it.as_text() == text).unwrap_or_default()
    }
}

/// A person, or a company.
#[derive(Debug, Clone)]
pub enum Whose {
    Person {
        member: MemberId,
        company: Option<CompanyId>,
        is_admin: bool,
        details: Option<KeptDetails>,
    },
    Company(CompanyId),
}

/// All that an admin sees of a record.
#[derive(Debug, Clone)]
pub struct Record {
    pub id: RecordId,
    pub whose: Whose,
    pub sheet: Sheet,
    /// The custom fields that are shown.
    pub custom: Vec<Field>,
    pub deactivated_at: Option<Timestamp>,
}

impl Record {
    pub fn name(&self) -> String {
        match self.whose {
            Whose::Person { .. } => {
                let (first, last) = (self.sheet.text("first_name"), self.sheet.text("last_name"));
                format!("{first} {last}").trim().to_owned()
            }
            Whose::Company(_) => self.sheet.text("name").to_owned(),
        }
    }

    pub fn places(&self) -> Vec<Place> {
        match self.whose {
            Whose::Person { .. } => sheet::person(&self.custom),
            Whose::Company(_) => sheet::company(&self.custom),
        }
    }

    pub fn member(&self) -> Option<&MemberId> {
        match &self.whose {
            Whose::Person { member, .. } => Some(member),
            Whose::Company(_) => None,
        }
    }

    pub fn is_company(&self) -> bool {
        matches!(self.whose, Whose::Company(_))
    }
}

/// Why a record was not changed.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    #[error("there is no such record any more")]
    Unknown,
    #[error("somebody else has changed this record meanwhile")]
    Changed(Box<Record>),
}

/// What is looked for: every word of `search` in the name, an e-mail or the company's name.
pub struct Wanted<'a> {
    pub search: &'a str,
    pub login: LoginFilter,
    /// The last one seen.
    pub after: Option<RecordId>,
}

/// One page by sort name, and one more where there is a next page.
pub async fn list(db: &mut Reader, wanted: &Wanted<'_>) -> Result<Vec<Listed>, db::Error> {
    let place = match &wanted.after {
        Some(id) => store::place(db, id).await?,
        None => None,
    };
    // PostgreSQL cannot look for control characters, and nobody has any.
    let plain: String = wanted.search.chars().filter(|c| !c.is_control()).collect();
    let mut words: Vec<String> = fold(&plain).split(' ').map(pattern).take(WORDS).collect();
    words.resize(WORDS, pattern(""));
    let (name, id) = place.as_ref().map_or(("", ""), |(name, id)| (name, id.as_str()));
    store::page(db, &words, wanted.login, (name, id), PAGE as i64 + 1).await
}

/// The groups that these records are in, by name.
pub async fn groups(db: &mut Reader, records: &[RecordId]) -> Result<Vec<Membership>, db::Error> {
    let mut all = Vec::new();
    for some in records.chunks(AT_ONCE) {
        all.extend(store::groups(db, some).await?);
    }
    Ok(all)
}

/// A person's or a company's: the UniqueID decides.
pub async fn find(db: &mut Reader, id: &RecordId) -> Result<Option<Record>, db::Error> {
    let (whose, mut sheet, deactivated_at) = match store::person(db, id).await? {
        Some(row) => of_person(id, row),
        None => match store::company(db, id).await? {
            Some(row) => of_company(id, row),
            None => return Ok(None),
        },
    };
    let custom = fields::shown(db).await?;
    let values = if custom.is_empty() { Vec::new() } else { fields::values(db, id).await? };
    for field in &custom {
        let value = values.iter().find(|value| value.field_id == field.field_id);
        sheet.set_some(&field.place(), value.map(|value| &*value.value));
    }
    Ok(Some(Record { id: id.clone(), whose, sheet, custom, deactivated_at }))
}

fn of_person(id: &RecordId, row: PersonRow) -> (Whose, Sheet, Option<Timestamp>) {
    let mut sheet = Sheet::default();
    sheet.set("first_name", &row.first_name);
    sheet.set("last_name", &row.last_name);
    for (name, value) in [
        ("job_title", &row.job_title),
        ("company", &row.company_name),
        ("contact_email", &row.contact_email),
        ("phone", &row.phone),
        ("street", &row.street),
        ("city", &row.city),
        ("region", &row.region),
        ("postal_code", &row.postal_code),
        ("country", &row.country),
        ("member_status", &row.member_status),
        ("bio", &row.bio),
    ] {
        sheet.set_some(name, value.as_deref());
    }
    sheet.set_json(row.social.as_deref().unwrap_or_default());
    let details = row.details.as_ref().map(KeptDetails::read).unwrap_or_default();
    sheet.set_some("picture", details.picture.as_deref());
    sheet.set_some("website", details.website.as_deref());
    let whose = Whose::Person {
        member: MemberId::presented(id.as_str()),
        company: row.company_id,
        is_admin: row.admin_since.is_some(),
        details: row.details,
    };
    (whose, sheet, row.deactivated_at)
}

fn of_company(id: &RecordId, row: CompanyRow) -> (Whose, Sheet, Option<Timestamp>) {
    let mut sheet = Sheet::default();
    sheet.set("name", &row.name);
    for (name, value) in [("email", &row.email), ("phone", &row.phone), ("website", &row.website)] {
        sheet.set_some(name, value.as_deref());
    }
    (Whose::Company(CompanyId::presented(id.as_str())), sheet, row.deactivated_at)
}

/// Writes a sheet that has no mistakes over what was `seen`; whoever saw something else than what
/// stands there now changes nothing, and is told what does.
pub async fn change(
    site: &Site,
    id: &RecordId,
    seen: &str,
    after: &Sheet,
    actor: &Actor,
) -> Result<Result<(), Refusal>, db::Error> {
    let mut tx = site.write().await?;
    let Some(before) = find(&mut tx, id).await? else { return Ok(Err(Refusal::Unknown)) };
    if before.sheet.fingerprint() != seen {
        return Ok(Err(Refusal::Changed(Box::new(before))));
    }
    let changes = before.sheet.changes(after, &before.places());
    if changes.is_empty() {
        return Ok(Ok(()));
    }
    let kind = match &before.whose {
        Whose::Person { .. } => {
            write_person(&mut tx, site, &before, after, actor).await?;
            Kind::MemberChanged
        }
        Whose::Company(company) => {
            let names = Names::company(after.text("name"), after.get("email"));
            companies::write(&mut tx, company, after, &names).await?;
            Kind::CompanyChanged
        }
    };
    set_custom(&mut tx, &before, after).await?;
    events::record(&mut tx, &site.app.vault, kind, actor, id.as_str(), &changes).await?;
    tx.commit().await?;
    Ok(Ok(()))
}

async fn write_person(
    tx: &mut Writer,
    site: &Site,
    before: &Record,
    after: &Sheet,
    actor: &Actor,
) -> Result<(), db::Error> {
    let Whose::Person { member, company, details, .. } = &before.whose else { return Ok(()) };
    // Who keeps the company's name keeps the company, however many are called that.
    let company = match after.get("company") {
        Some(_) if before.sheet.get("company") == after.get("company") => company.clone(),
        Some(name) => Some(companies::named(tx, &site.app.vault, name, actor).await?),
        None => None,
    };
    let mut details = details.as_ref().map(KeptDetails::read).unwrap_or_default();
    details.picture = after.get("picture").map(str::to_owned);
    details.website = after.get("website").map(str::to_owned);
    let login = logins::email(tx, member).await?;
    let login = login.as_ref().map(super::Email::as_str);
    let names = Names::person(
        after.text("first_name"),
        after.text("last_name"),
        &[login, after.get("contact_email")],
    );
    let social = after.json_of(&SOCIAL);
    let kept = KeptDetails::of(&details);
    store::write_person(tx, member, company.as_ref(), after, (social, kept), &names).await
}

/// The values of the custom fields that are shown; the others stay as they are.
async fn set_custom(tx: &mut Writer, before: &Record, after: &Sheet) -> Result<(), db::Error> {
    for field in &before.custom {
        let place = field.place();
        if before.sheet.get(&place) != after.get(&place) {
            fields::set_value(tx, &before.id, &field.field_id, after.get(&place)).await?;
        }
    }
    Ok(())
}

/// The custom values of a record that was just made.
pub(super) async fn begin_custom(
    tx: &mut Writer,
    id: &RecordId,
    sheet: &Sheet,
) -> Result<(), db::Error> {
    for field in fields::shown(tx).await? {
        if let Some(value) = sheet.get(&field.place()) {
            fields::set_value(tx, id, &field.field_id, Some(value)).await?;
        }
    }
    Ok(())
}

/// Fills in what a person of this sheet has beyond what [`super::add`] writes.
pub(super) async fn begin_person(
    tx: &mut Writer,
    id: &MemberId,
    sheet: &Sheet,
) -> Result<(), db::Error> {
    let social = sheet.json_of(&SOCIAL);
    store::begin_person(tx, id, sheet.get("contact_email"), sheet.get("bio"), social).await?;
    begin_custom(tx, &id.clone().into(), sheet).await
}

/// Lists and finds this person by what they are called now.
pub(super) async fn index_person(tx: &mut Writer, id: &MemberId) -> Result<(), db::Error> {
    let Some(found) = store::called(tx, id).await? else { return Ok(()) };
    let emails = [found.login_email.as_deref(), found.contact_email.as_deref()];
    let names = Names::person(&found.first_name, &found.last_name, &emails);
    store::set_person_names(tx, id, &names).await
}

rows! {
    /// What a person is found by.
    struct Called {
        member_id: MemberId,
        first_name: String,
        last_name: String,
        contact_email: Option<String>,
        login_email: Option<String>,
    }
}

/// Makes up to `most` people and as many companies comparable that a release before this one added;
/// answers how many there were of the more frequent ones.
pub async fn fill_names(site: &Site, most: i64) -> Result<usize, db::Error> {
    let mut tx = site.write().await?;
    let people = store::unnamed_people(&mut tx, most).await?;
    for found in &people {
        let emails = [found.login_email.as_deref(), found.contact_email.as_deref()];
        let names = Names::person(&found.first_name, &found.last_name, &emails);
        store::set_person_names(&mut tx, &found.member_id, &names).await?;
    }
    let filled = companies::fill_names(&mut tx, most).await?;
    tx.commit().await?;
    Ok(people.len().max(filled))
}

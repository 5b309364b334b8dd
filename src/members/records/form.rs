//! The form of a record: one for people and companies, new and old.

use askama::Template;

use super::views::field_label;
use crate::members::desk::PasswordWrong;
use crate::members::sheet::{Form, Place, SOCIAL, Sheet, Wrong};
use crate::web::page::Page;

#[derive(Template)]
#[template(path = "members/form.html")]
pub struct RecordForm {
    pub page: Page,
    pub is_company: bool,
    /// Of the record as it is; None for a new one.
    pub known: Option<Known>,
    pub sections: Vec<Section>,
    /// Offered with a new person.
    pub login: Option<NewLogin>,
    /// The form token was old.
    pub is_stale: bool,
    /// Somebody else saved meanwhile; empty where nobody did.
    pub differences: Vec<Difference>,
}

/// A record that is there already.
pub struct Known {
    pub id: String,
    pub name: String,
    /// The fingerprint of what the form shows as its ground.
    pub seen: String,
}

/// Fields under one heading.
pub struct Section {
    /// A key of the catalogue.
    pub title: &'static str,
    pub inputs: Vec<Input>,
}

pub struct Input {
    pub place: Place,
    pub value: String,
    pub wrong: Option<Wrong>,
}

/// What stands there now, and what was typed instead.
pub struct Difference {
    pub place: Place,
    pub theirs: String,
    pub yours: String,
}

#[derive(Default)]
pub struct NewLogin {
    pub email: String,
    pub email_wrong: Option<EmailWrong>,
    pub password_wrong: Option<PasswordWrong>,
}

/// Why a log-in e-mail was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EmailWrong {
    NotAnEmail,
    /// It is another member's (DEC18).
    Taken,
}

impl EmailWrong {
    pub fn words(self, page: &Page) -> String {
        match self {
            Self::NotAnEmail => page.t("record-wrong-email"),
            Self::Taken => page.t("login-email-taken"),
        }
    }
}

impl Section {
    /// The fields of a sheet in their sections, with what is wrong with each.
    pub fn of(places: Vec<Place>, sheet: &Sheet, mistakes: &[(String, Wrong)]) -> Vec<Self> {
        let mut sections: Vec<Self> = Vec::new();
        for place in places {
            let title = section(&place);
            let wrong = mistakes.iter().find(|(name, _)| *name == place.name);
            let input = Input {
                value: sheet.text(&place.name).to_owned(),
                wrong: wrong.map(|(_, wrong)| *wrong),
                place,
            };
            match sections.iter_mut().find(|section| section.title == title) {
                Some(section) => section.inputs.push(input),
                None => sections.push(Self { title, inputs: vec![input] }),
            }
        }
        sections
    }
}

fn section(place: &Place) -> &'static str {
    match &*place.name {
        name if name.starts_with("custom.") => "record-section-custom",
        name if SOCIAL.contains(&name) => "record-section-social",
        "first_name" | "last_name" | "job_title" | "company" | "member_status" | "name" => {
            "record-section-name"
        }
        "bio" | "picture" | "website" => "record-section-about",
        _ => "record-section-contact",
    }
}

impl Input {
    pub fn id(&self) -> String {
        let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
        self.place.name.chars().map(plain).collect()
    }

    pub fn label(&self, page: &Page) -> String {
        label(page, &self.place)
    }

    pub fn hint(&self, page: &Page) -> Option<String> {
        match (&*self.place.name, self.place.form) {
            ("company", _) => Some(page.t("record-hint-company")),
            ("contact_email", _) => Some(page.t("record-hint-contact-email")),
            // The first of a row of them says it for all.
            (name, Form::Url) if !SOCIAL[1..].contains(&name) => Some(page.t("record-hint-url")),
            _ => None,
        }
    }

    /// What the field is described by: its hint, and what is wrong with it.
    pub fn described_by(&self, page: &Page) -> String {
        let hint = self.hint(page).map(|_| format!("{}-hint", self.id()));
        let error = self.wrong.map(|_| format!("{}-error", self.id()));
        hint.into_iter().chain(error).collect::<Vec<_>>().join(" ")
    }

    pub fn kind(&self) -> &'static str {
        match self.place.form {
            Form::Email => "email",
            Form::Phone => "tel",
            Form::Date => "date",
            _ => "text",
        }
    }

    pub fn mode(&self) -> Option<&'static str> {
        match self.place.form {
            Form::Url => Some("url"),
            Form::Number => Some("decimal"),
            _ => None,
        }
    }

    pub fn is_paragraph(&self) -> bool {
        self.place.form == Form::Paragraph
    }

    pub fn is_yes_or_no(&self) -> bool {
        self.place.form == Form::YesNo
    }

    pub fn is(&self, value: &str) -> bool {
        self.value == value
    }

    pub fn problem(&self, page: &Page) -> Option<String> {
        Some(match self.wrong? {
            Wrong::Missing => page.t("record-wrong-missing"),
            Wrong::TooLong { most } => page.t1("record-wrong-long", "most", most as i64),
            Wrong::Control => page.t("record-wrong-control"),
            Wrong::NotAnEmail => page.t("record-wrong-email"),
            Wrong::NotAPhone => page.t("record-wrong-phone"),
            Wrong::NotAUrl => page.t("record-wrong-url"),
            Wrong::NotANumber => page.t("record-wrong-number"),
            Wrong::NotADate => page.t("record-wrong-date"),
            Wrong::NotYesOrNo => page.t("record-wrong-yes-no"),
        })
    }
}

impl Difference {
    pub fn label(&self, page: &Page) -> String {
        label(page, &self.place)
    }
}

fn label(page: &Page, place: &Place) -> String {
    match &place.label {
        Some(label) => label.clone(),
        None => field_label(page, &place.name),
    }
}

impl NewLogin {
    pub fn email_problem(&self, page: &Page) -> Option<String> {
        self.email_wrong.map(|wrong| wrong.words(page))
    }

    pub fn password_problem(&self, page: &Page) -> Option<String> {
        self.password_wrong.map(|wrong| wrong.words(page))
    }
}

impl RecordForm {
    fn title(&self) -> String {
        match (&self.known, self.is_company) {
            (Some(known), _) => self.page.t1("record-edit-title", "name", &known.name),
            (None, true) => self.page.t("record-new-company"),
            (None, false) => self.page.t("record-new-person"),
        }
    }

    fn action(&self) -> String {
        match (&self.known, self.is_company) {
            (Some(known), _) => format!("/admin/members/{}/edit", known.id),
            (None, true) => "/admin/members/new?kind=company".to_owned(),
            (None, false) => "/admin/members/new".to_owned(),
        }
    }

    fn cancel(&self) -> String {
        match &self.known {
            Some(known) => format!("/admin/members/{}", known.id),
            None => "/admin/members".to_owned(),
        }
    }

    /// What there is to correct.
    fn mistakes(&self) -> usize {
        let inputs = self.sections.iter().flat_map(|section| &section.inputs);
        let wrong = inputs.filter(|input| input.wrong.is_some()).count();
        let login = self.login.as_ref();
        let email = login.is_some_and(|login| login.email_wrong.is_some());
        let password = login.is_some_and(|login| login.password_wrong.is_some());
        wrong + usize::from(email) + usize::from(password)
    }
}

#[cfg(test)]
pub mod samples {
    use super::*;
    use crate::members::fields::Field;
    use crate::members::records::views::samples::ID;
    use crate::members::sheet;
    use crate::web::page::{
        Here,
        samples::{CANARY, hostile, page},
    };

    fn custom(label: &str, kind: &str) -> Field {
        Field {
            field_id: crate::id::FieldId::random(),
            key: kind.to_owned(),
            label: label.to_owned(),
            kind: kind.to_owned(),
            shown_since: None,
            higher_logic_since: None,
        }
    }

    fn every_kind(label: &str) -> Vec<Field> {
        let kinds = ["text", "number", "date", "url", "yes_no"];
        kinds.map(|kind| custom(&format!("{label} {kind}"), kind)).into()
    }

    fn form(places: Vec<Place>, sheet: &Sheet, mistakes: &[(String, Wrong)]) -> RecordForm {
        RecordForm {
            page: page(Here::Members),
            is_company: false,
            known: Some(Known {
                id: ID.to_owned(),
                name: "Marta Lindqvist".to_owned(),
                seen: "sample".to_owned(),
            }),
            sections: Section::of(places, sheet, mistakes),
            login: None,
            is_stale: false,
            differences: Vec::new(),
        }
    }

    fn marta() -> Sheet {
        let mut sheet = Sheet::default();
        for (name, value) in [
            ("first_name", "Marta"),
            ("last_name", "Lindqvist"),
            ("company", "Lindqvist Roofing"),
            ("bio", "Roofs.\nAnd boats."),
            ("custom.yes_no", "yes"),
        ] {
            sheet.set(name, value);
        }
        sheet
    }

    fn new_login(email: Option<EmailWrong>, password: Option<PasswordWrong>) -> NewLogin {
        let typed = "marta@lindqvistroofing.example".to_owned();
        NewLogin { email: typed, email_wrong: email, password_wrong: password }
    }

    /// Every state of the form, by name.
    pub fn all() -> Vec<(&'static str, String)> {
        let person = || sheet::person(&every_kind("Our"));
        let wrongs = [
            ("first_name", Wrong::Missing),
            ("last_name", Wrong::TooLong { most: 100 }),
            ("job_title", Wrong::Control),
            ("contact_email", Wrong::NotAnEmail),
            ("phone", Wrong::NotAPhone),
            ("website", Wrong::NotAUrl),
            ("custom.number", Wrong::NotANumber),
            ("custom.date", Wrong::NotADate),
            ("custom.yes_no", Wrong::NotYesOrNo),
        ];
        let mistakes = wrongs.map(|(name, wrong)| (name.to_owned(), wrong));
        let blank = RecordForm {
            known: None,
            login: Some(NewLogin::default()),
            ..form(person(), &Sheet::default(), &[])
        };
        let taken = RecordForm {
            known: None,
            login: Some(new_login(Some(EmailWrong::Taken), Some(PasswordWrong::TooShort))),
            ..form(person(), &marta(), &[])
        };
        let company = RecordForm {
            known: None,
            is_company: true,
            ..form(sheet::company(&[]), &Sheet::default(), &[])
        };
        let one = |place: usize, theirs: &str, yours: &str| Difference {
            place: person().swap_remove(place),
            theirs: theirs.to_owned(),
            yours: yours.to_owned(),
        };
        let both = vec![one(2, "Foreman", "Owner"), one(3, "", "Lim"), one(20, "x", "")];
        let conflict = RecordForm { differences: both, ..form(person(), &marta(), &[]) };
        let stale = RecordForm { is_stale: true, ..form(person(), &marta(), &[]) };
        vec![
            ("person-new", blank.render().unwrap()),
            ("person-new-taken", taken.render().unwrap()),
            ("company-new", company.render().unwrap()),
            ("person-edit", form(person(), &marta(), &[]).render().unwrap()),
            ("person-mistakes", form(person(), &marta(), &mistakes).render().unwrap()),
            ("person-conflict", conflict.render().unwrap()),
            ("person-stale", stale.render().unwrap()),
        ]
    }

    /// The form with the canary in every text that somebody may type.
    pub fn hostile_pages() -> Vec<String> {
        let canary = || CANARY.to_owned();
        let places = || sheet::person(&every_kind(CANARY));
        let mut sheet = Sheet::default();
        for place in places() {
            sheet.set(&place.name, CANARY);
        }
        let difference =
            Difference { place: places().pop().unwrap(), theirs: canary(), yours: canary() };
        let known = Known { id: canary(), name: canary(), seen: canary() };
        let login = NewLogin { email: canary(), ..NewLogin::default() };
        let form = RecordForm {
            page: hostile(Here::Members),
            known: Some(known),
            login: Some(login),
            differences: vec![difference],
            ..form(places(), &sheet, &[])
        };
        vec![form.render().unwrap()]
    }
}

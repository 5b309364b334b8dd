//! The list of people and companies, and the page of one of them.

use askama::Template;

use super::LoginFilter;
use super::lately::{By, Happening};
use crate::members::sheet::Form;
use crate::web::companion::Markup;
use crate::web::page::Page;

#[derive(Template)]
#[template(path = "members/list.html")]
pub struct List {
    pub page: Page,
    pub search: String,
    pub login: LoginFilter,
    pub rows: Vec<Row>,
    /// The address of the page after this one.
    pub next: Option<String>,
    /// Not the first page.
    pub is_later: bool,
}

/// One line of the list. Times are ready to read, like "today at 9:12".
pub struct Row {
    pub id: String,
    pub name: String,
    pub email: Option<String>,
    pub company: Option<String>,
    pub login: LoginState,
    pub last_log_in: Option<String>,
    /// The groups, by name.
    pub groups: Vec<String>,
    pub is_out: bool,
}

/// How a record stands with logging in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoginState {
    Company,
    Deactivated,
    None,
    Disabled,
    Has,
}

impl LoginState {
    pub fn kind(self) -> &'static str {
        match self {
            Self::Has => "ok",
            Self::Company | Self::Deactivated | Self::None | Self::Disabled => "na",
        }
    }

    pub fn words(self, page: &Page) -> String {
        match self {
            Self::Company => page.t("login-state-company"),
            Self::Deactivated => page.t("login-state-deactivated"),
            Self::None => page.t("login-state-none"),
            Self::Disabled => page.t("login-state-disabled"),
            Self::Has => page.t("login-state-has"),
        }
    }
}

impl Row {
    fn is_company(&self) -> bool {
        self.login == LoginState::Company
    }

    /// A company that is out of use says so beside its name, where there is no login to say it of.
    fn is_company_out(&self) -> bool {
        self.is_company() && self.is_out
    }

    fn last(&self, page: &Page) -> String {
        match (&self.last_log_in, self.login) {
            (Some(at), _) => at.clone(),
            (None, LoginState::Has) => page.t("members-never"),
            (None, _) => String::new(),
        }
    }

    /// The first one, and how many more there are.
    fn groups(&self, page: &Page) -> String {
        match &*self.groups {
            [] => String::new(),
            [only] => only.clone(),
            [first, more @ ..] => {
                let args = [("group", first.into()), ("more", (more.len() as i64).into())];
                page.locale.text("members-groups", &args)
            }
        }
    }
}

impl List {
    fn is_filtered(&self) -> bool {
        !self.search.is_empty() || self.login != LoginFilter::Any
    }

    fn filters(&self) -> impl Iterator<Item = (&'static str, String, bool)> {
        LoginFilter::ALL.into_iter().map(|filter| {
            let words = match filter {
                LoginFilter::Any => self.page.t("members-login-any"),
                LoginFilter::Has => self.page.t("members-login-has"),
                LoginFilter::None => self.page.t("members-login-none"),
                LoginFilter::Disabled => self.page.t("members-login-disabled"),
                LoginFilter::Deactivated => self.page.t("members-login-deactivated"),
            };
            (filter.as_text(), words, filter == self.login)
        })
    }
}

#[derive(Template)]
#[template(path = "members/record.html")]
pub struct RecordPage {
    pub page: Page,
    pub id: String,
    pub name: String,
    pub initials: String,
    pub is_company: bool,
    pub is_admin: bool,
    /// Whoever looks at it.
    pub is_self: bool,
    pub is_deactivated: bool,
    pub facts: Vec<Fact>,
    pub login: Option<Login>,
    pub groups: Vec<Group>,
    /// For a person, where there are SSO clients.
    pub access: Vec<Access>,
    pub lately: Vec<Line>,
    /// What the companion adds.
    pub section: Option<Markup>,
}

pub struct Fact {
    pub label: String,
    pub value: String,
    pub form: Form,
    /// Where it leads.
    pub url: Option<String>,
}

impl Fact {
    fn lines(&self, page: &Page) -> Vec<String> {
        match (self.form, &*self.value) {
            (Form::YesNo, "yes") => vec![page.t("record-yes")],
            (Form::YesNo, "no") => vec![page.t("record-no")],
            (_, value) => value.lines().map(str::to_owned).collect(),
        }
    }
}

pub struct Login {
    pub email: String,
    pub is_verified: bool,
    pub has_password: bool,
    pub is_disabled: bool,
    pub last_log_in: Option<String>,
    pub sessions: i64,
}

pub struct Group {
    pub id: String,
    pub name: String,
}

/// Whether a person can log in at an SSO client.
pub struct Access {
    pub client_id: String,
    pub client: String,
    pub answer: Answer,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    Yes,
    ClientOff,
    NoLogin,
    LoginDisabled,
    Deactivated,
    /// Only for these groups.
    NotPermitted(Vec<String>),
}

impl Access {
    fn kind(&self) -> &'static str {
        if self.answer == Answer::Yes { "ok" } else { "na" }
    }

    fn words(&self, page: &Page) -> String {
        page.t(if self.answer == Answer::Yes { "record-yes" } else { "record-no" })
    }

    fn why(&self, page: &Page) -> Option<String> {
        Some(match &self.answer {
            Answer::Yes => return None,
            Answer::ClientOff => page.t("access-client-off"),
            Answer::NoLogin => page.t("access-no-login"),
            Answer::LoginDisabled => page.t("access-login-disabled"),
            Answer::Deactivated => page.t("access-deactivated"),
            Answer::NotPermitted(groups) => {
                page.t1("access-not-permitted", "groups", &groups.join(", "))
            }
        })
    }
}

/// One thing that happened.
pub struct Line {
    pub happening: Happening,
    pub at: String,
}

/// One field of it, before and after.
pub struct Changed {
    pub label: String,
    pub before: Option<String>,
    pub after: Option<String>,
}

impl Line {
    fn words(&self, page: &Page) -> String {
        let kind = self.happening.kind.as_text();
        page.t(match kind {
            "member.added" | "company.added" => "lately-added",
            "member.changed" | "company.changed" => "lately-changed",
            "member.deactivated" | "company.deactivated" => "lately-deactivated",
            "member.reactivated" | "company.reactivated" => "lately-reactivated",
            "member.password_changed" => "lately-password-changed",
            "login.added" => "lately-login-added",
            "login.email_changed" => "lately-login-email-changed",
            "login.disabled" => "lately-login-disabled",
            "login.enabled" => "lately-login-enabled",
            "login.succeeded" => "lately-logged-in",
            "login.ended" => "lately-logged-out",
            "login.ended_everywhere" => "lately-logged-out-everywhere",
            "group.member_added" => "lately-joined",
            "group.member_removed" => "lately-left",
            _ => "lately-other",
        })
    }

    fn kind(&self) -> &'static str {
        match self.happening.kind.as_text() {
            "login.succeeded" => "ok",
            "member.deactivated" | "company.deactivated" | "login.disabled" => "na",
            _ => "wait",
        }
    }

    fn by(&self, page: &Page) -> Option<String> {
        Some(match &self.happening.by {
            By::Themselves => return None,
            By::Somebody(name) => page.t1("lately-by", "name", name),
            By::CommandLine => page.t("lately-by-command-line"),
            By::SetUp => page.t("lately-by-set-up"),
            By::System => page.t("lately-by-system"),
        })
    }

    fn changes(&self, page: &Page) -> Vec<Changed> {
        let changes = self.happening.changes.iter();
        let changed = changes.map(|change| Changed {
            label: field_label(page, &change.field),
            before: change.before.clone(),
            after: change.after.clone(),
        });
        changed.collect()
    }
}

/// What a field is called. The association's own fields are called as it calls them.
pub fn field_label(page: &Page, name: &str) -> String {
    page.t(match name {
        "first_name" => "field-first-name",
        "last_name" => "field-last-name",
        "job_title" => "field-job-title",
        "company" => "field-company",
        "member_status" => "field-member-status",
        "contact_email" => "field-contact-email",
        "login_email" => "field-login-email",
        "email" => "field-email",
        "phone" => "field-phone",
        "street" => "field-street",
        "city" => "field-city",
        "region" => "field-region",
        "postal_code" => "field-postal-code",
        "country" => "field-country",
        "bio" => "field-bio",
        "picture" => "field-picture",
        "website" => "field-website",
        "facebook" => "field-facebook",
        "linkedin" => "field-linkedin",
        "twitter" => "field-twitter",
        "youtube" => "field-youtube",
        "instagram" => "field-instagram",
        "name" => "field-name",
        _ => return name.to_owned(),
    })
}

impl RecordPage {
    /// To look for the people of a company.
    fn name_in_url(&self) -> String {
        url::form_urlencoded::byte_serialize(self.name.as_bytes()).collect()
    }
}

/// Before a record is put out of use.
#[derive(Template)]
#[template(path = "members/deactivate.html")]
pub struct ConfirmDeactivate {
    pub page: Page,
    pub id: String,
    pub name: String,
    pub is_company: bool,
    /// Whoever asks may not put themselves out.
    pub is_self: bool,
    pub sessions: i64,
    pub has_login: bool,
}

#[cfg(test)]
pub mod samples {
    use super::*;
    use crate::clock::Timestamp;
    use crate::events::{Change, Kind};
    use crate::members::records::lately;
    use crate::web::page::{
        Here,
        samples::{CANARY, hostile, page},
    };

    pub const ID: &str = "3f0c9a52-7d1e-4b7e-9a41-6f2d5c8e10b7";

    fn text(text: &str) -> String {
        text.to_owned()
    }

    fn rows() -> Vec<Row> {
        let row = |name, login| Row {
            id: text(ID),
            name: text(name),
            email: None,
            company: None,
            login,
            last_log_in: None,
            groups: Vec::new(),
            is_out: false,
        };
        vec![
            Row {
                email: Some(text("marta@lindqvistroofing.example")),
                company: Some(text("Lindqvist Roofing")),
                last_log_in: Some(text("today at 8:02")),
                groups: ["Safety Committee", "Staff", "Board"].map(text).into(),
                ..row("Marta Lindqvist", LoginState::Has)
            },
            Row {
                groups: vec![text("Suppliers")],
                ..row("Lindqvist Roofing", LoginState::Company)
            },
            Row { is_out: true, ..row("Lind Ropes", LoginState::Company) },
            row("Oliver Lim", LoginState::Has),
            row("Alice Moreau", LoginState::None),
            row("Felix Linden", LoginState::Disabled),
            row("Zoë Álvarez", LoginState::Deactivated),
        ]
    }

    fn list(search: &str, rows: Vec<Row>) -> List {
        let (page, login) = (page(Here::Members), LoginFilter::Any);
        List { page, search: text(search), login, rows, next: None, is_later: false }
    }

    fn lines() -> Vec<Line> {
        let at = Timestamp::from_unix_seconds(1_800_000_000);
        let line = |kind, by, changes: Vec<Option<Change>>, group: Option<&str>| Line {
            happening: Happening {
                at,
                kind,
                by,
                changes: changes.into_iter().flatten().collect(),
                group: group.map(|name| lately::Group { id: text(ID), name: text(name) }),
            },
            at: text("12 May 2026 at 9:12"),
        };
        let ruth = || By::Somebody(text("Ruth Okafor"));
        let title = Change::of("job_title", Some("Foreman"), Some("Owner"));
        let phone = Change::of("phone", Some("(555) 010-0142"), None);
        let custom = Change::of("Volunteers", None, Some("yes"));
        let told = Kind::ALL.iter().map(|kind| line(*kind, By::System, Vec::new(), None));
        let mut all = vec![
            line(Kind::SignedIn, By::Themselves, Vec::new(), None),
            line(Kind::MemberChanged, ruth(), vec![title, phone, custom], None),
            line(Kind::GroupMemberAdded, By::CommandLine, Vec::new(), Some("Safety Committee")),
            line(Kind::MemberAdded, By::SetUp, Vec::new(), None),
        ];
        all.extend(told.filter(|line| !line.happening.kind.as_text().contains("client")));
        all
    }

    fn record() -> RecordPage {
        let fact =
            |label, value, form| Fact { label: text(label), value: text(value), form, url: None };
        let url = Some(format!("/admin/members/{ID}"));
        let answers = [
            Answer::Yes,
            Answer::ClientOff,
            Answer::NoLogin,
            Answer::LoginDisabled,
            Answer::Deactivated,
            Answer::NotPermitted(vec![text("Board of Directors"), text("Staff")]),
        ];
        let access = answers.into_iter().map(|answer| Access {
            client_id: text(ID),
            client: text("Forj Community"),
            answer,
        });
        RecordPage {
            page: page(Here::Members),
            id: text(ID),
            name: text("Marta Lindqvist"),
            initials: text("ML"),
            is_company: false,
            is_admin: true,
            is_self: false,
            is_deactivated: false,
            facts: vec![
                Fact { url, ..fact("Company", "Lindqvist Roofing", Form::Name) },
                fact("Bio", "Roofs.\nAnd boats.", Form::Paragraph),
                fact("Volunteers", "yes", Form::YesNo),
                fact("Insured", "no", Form::YesNo),
            ],
            login: Some(login()),
            groups: vec![Group { id: text(ID), name: text("Safety Committee") }],
            access: access.collect(),
            lately: lines(),
            section: None,
        }
    }

    fn login() -> Login {
        Login {
            email: text("marta@lindqvistroofing.example"),
            is_verified: false,
            has_password: true,
            is_disabled: false,
            last_log_in: Some(text("today at 8:02")),
            sessions: 3,
        }
    }

    fn company() -> RecordPage {
        RecordPage {
            name: text("Lindqvist Roofing"),
            is_company: true,
            is_admin: false,
            login: None,
            access: Vec::new(),
            ..record()
        }
    }

    fn deactivate(is_company: bool, is_self: bool) -> ConfirmDeactivate {
        ConfirmDeactivate {
            page: page(Here::Members),
            id: text(ID),
            name: text("Marta Lindqvist"),
            is_company,
            is_self,
            sessions: 1,
            has_login: true,
        }
    }

    /// Every state of every page, by name.
    pub fn all() -> Vec<(&'static str, String)> {
        let later = List { next: Some(text("/admin/members?after=x")), ..list("", rows()) };
        let last = List { is_later: true, ..list("", rows()) };
        let unused = Login {
            is_verified: true,
            has_password: false,
            is_disabled: true,
            last_log_in: None,
            sessions: 0,
            ..login()
        };
        let bare = RecordPage {
            is_admin: false,
            login: None,
            groups: Vec::new(),
            access: Vec::new(),
            lately: Vec::new(),
            is_deactivated: true,
            ..record()
        };
        let disabled = RecordPage { login: Some(unused), ..record() };
        let oneself = RecordPage { is_self: true, ..record() };
        let gone = RecordPage { is_deactivated: true, ..company() };
        let more = Some(Markup(text("<section></section>")));
        let accompanied = RecordPage { section: more, ..record() };
        vec![
            ("members", later.render().unwrap()),
            ("members-last", last.render().unwrap()),
            ("people-no-match", list("lindqist", Vec::new()).render().unwrap()),
            ("members-end", list("", Vec::new()).render().unwrap()),
            ("person", record().render().unwrap()),
            ("person-bare", bare.render().unwrap()),
            ("person-disabled", disabled.render().unwrap()),
            ("person-oneself", oneself.render().unwrap()),
            ("person-accompanied", accompanied.render().unwrap()),
            ("company", company().render().unwrap()),
            ("company-deactivated", gone.render().unwrap()),
            ("deactivate", deactivate(false, false).render().unwrap()),
            ("deactivate-company", deactivate(true, false).render().unwrap()),
            ("deactivate-self", deactivate(false, true).render().unwrap()),
        ]
    }

    /// Every page with the canary in every text that somebody may type.
    pub fn hostile_pages() -> Vec<String> {
        let canary = || CANARY.to_owned();
        let page = || hostile(Here::Members);
        let row = Row {
            id: canary(),
            name: canary(),
            email: Some(canary()),
            company: Some(canary()),
            login: LoginState::Has,
            last_log_in: Some(canary()),
            groups: vec![canary(), canary()],
            is_out: false,
        };
        let list = List { page: page(), ..list(CANARY, vec![row]) };
        let change = || Change::of(CANARY, Some(CANARY), Some(&format!("{CANARY}!")));
        let mut line = lines().remove(1);
        line.happening.changes = change().into_iter().collect();
        line.happening.by = By::Somebody(canary());
        line.happening.group = Some(lately::Group { id: canary(), name: canary() });
        let (form, url) = (Form::Line, Some(canary()));
        let linked = Fact { label: canary(), value: canary(), form, url };
        let plain = Fact { label: canary(), value: canary(), form, url: None };
        let record = RecordPage {
            page: page(),
            id: canary(),
            name: canary(),
            initials: canary(),
            facts: vec![linked, plain],
            login: Some(Login { email: canary(), ..login() }),
            groups: vec![Group { id: canary(), name: canary() }],
            access: vec![Access {
                client_id: canary(),
                client: canary(),
                answer: Answer::NotPermitted(vec![canary()]),
            }],
            lately: vec![line],
            ..record()
        };
        let company = RecordPage {
            page: page(),
            id: canary(),
            name: canary(),
            facts: Vec::new(),
            ..company()
        };
        let deactivate = ConfirmDeactivate {
            page: page(),
            id: canary(),
            name: canary(),
            ..deactivate(false, false)
        };
        vec![
            list.render().unwrap(),
            record.render().unwrap(),
            company.render().unwrap(),
            deactivate.render().unwrap(),
        ]
    }
}

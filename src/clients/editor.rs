//! The modal over the list of SSO clients, for a new client and for an existing one.

use askama::Template;

use super::form::{ClientForm, Mistake};
use super::health::views::Today;
use super::mistakes::{ClientIdProblem, SecretKeyProblem};
use super::notices::views::NoticeRow;
use super::secrets::views::KeyRow;
use super::views::{Row, Status};
use crate::web::{locale::Rich, page::Page};

/// The modal over the list, for a new client and for an existing one.
#[derive(Template)]
#[template(path = "clients/editor.html")]
pub struct Editor {
    pub page: Page,
    /// The list behind the modal.
    pub rows: Vec<Row>,
    pub subject: Subject,
    pub form: ClientForm,
    /// The form was too old; what was typed is still there.
    pub form_stale: bool,
    /// The association has as many clients as it may.
    pub is_full: bool,
}

pub enum Subject {
    New(TakeOver),
    Existing(Box<Existing>),
}

/// A Client Id and Secret Key that a platform already has. The secret is never shown again.
#[derive(Default)]
pub struct TakeOver {
    pub client_id: String,
    pub client_id_problem: Option<ClientIdProblem>,
    pub secret_key_problem: Option<SecretKeyProblem>,
    /// A secret was typed, and must be typed again.
    pub secret_key_typed: bool,
}

/// What an existing client has and a new one lacks.
pub struct Existing {
    pub client_id: String,
    /// The name as it is saved, while the field may hold another one.
    pub saved_name: String,
    pub version: i64,
    pub status: Status,
    pub today: Today,
    pub secret_key: SecretKey,
    /// It has an address to be told of log-outs, or had one.
    pub is_told_of_log_outs: bool,
    /// The last ones, the newest first.
    pub notices: Vec<NoticeRow>,
    pub endpoints: Endpoints,
}

pub enum SecretKey {
    /// The live ones, the oldest first.
    These(Vec<KeyRow>),
    /// It signs assertions with a key of its own.
    SignsInstead,
    /// A public client has none; PKCE stands in for it.
    Public,
}

/// The addresses that go into a platform's settings.
pub struct Endpoints {
    pub directory_document: String,
    pub authorization: String,
    pub token: String,
    pub userinfo: String,
    pub scope: String,
}

impl TakeOver {
    /// Whether the fields have to be seen.
    fn is_touched(&self) -> bool {
        !self.client_id.is_empty()
            || self.secret_key_typed
            || self.client_id_problem.is_some()
            || self.secret_key_problem.is_some()
    }
}

impl Existing {
    /// The live Secret Keys, the oldest first.
    fn keys(&self) -> &[KeyRow] {
        match &self.secret_key {
            SecretKey::These(keys) => keys,
            SecretKey::SignsInstead | SecretKey::Public => &[],
        }
    }

    /// Puts a Secret Key in full into the page that was asked for it.
    pub fn reveal(&mut self, id: &str, plain: &str) {
        if let SecretKey::These(keys) = &mut self.secret_key
            && let Some(key) = keys.iter_mut().find(|key| key.id == id)
        {
            key.revealed = Some(plain.to_owned());
        }
    }
}

impl Editor {
    fn existing(&self) -> Option<&Existing> {
        match &self.subject {
            Subject::Existing(existing) => Some(existing),
            Subject::New(_) => None,
        }
    }

    fn take_over(&self) -> Option<&TakeOver> {
        match &self.subject {
            Subject::New(take_over) => Some(take_over),
            Subject::Existing(_) => None,
        }
    }

    fn title(&self) -> String {
        match self.existing() {
            Some(client) => self.page.t1("clients-edit-title", "client", &client.saved_name),
            None => self.page.t("clients-add"),
        }
    }

    fn heading(&self) -> String {
        self.existing().map_or_else(|| self.page.t("clients-add"), |it| it.saved_name.clone())
    }

    fn action(&self) -> String {
        let client = self.existing().map_or("new", |existing| &existing.client_id);
        format!("/admin/sso-clients/{client}")
    }

    fn client_id_sentence(&self) -> Option<Rich> {
        self.take_over()?.client_id_problem.map(|problem| problem.sentence(&self.page))
    }

    fn secret_key_sentence(&self) -> Option<Rich> {
        self.take_over()?.secret_key_problem.map(|problem| problem.sentence(&self.page))
    }

    /// All that is wrong, in the order of the fields.
    fn mistakes(&self) -> Vec<Mistake> {
        let page = &self.page;
        let mistake = |field: &str, label: &str, sentence: Option<Rich>| {
            sentence.map(|it| Mistake {
                field: field.to_owned(),
                label: page.t(label),
                sentence: it,
            })
        };
        let identity = mistake("client_id", "client-id", self.client_id_sentence())
            .into_iter()
            .chain(mistake("secret_key", "secret-key", self.secret_key_sentence()));
        self.form.mistakes(page).into_iter().chain(identity).collect()
    }
}

#[cfg(test)]
pub mod samples {
    use super::*;
    use crate::clients::form::samples::{form, full, hostile as hostile_form, public, wrong};
    use crate::clients::mistakes::{NameProblem, UrlsProblem};
    use crate::clients::{
        mistakes::samples::every_mistake,
        notices::views::samples::{hostile_rows, rows as notice_rows},
        secrets::views::samples::{hostile_key, keys},
        views::samples::{ID, hostile_row, rows},
    };
    use crate::web::page::{
        Here, Toast,
        samples::{CANARY, hostile, page},
    };

    fn existing(secret_key: SecretKey, status: Status) -> Subject {
        let site = "https://www.harbortrades.example";
        Subject::Existing(Box::new(Existing {
            client_id: ID.to_owned(),
            saved_name: "Forj Community".to_owned(),
            version: 7,
            status,
            today: Today { sign_ins: 112, failures: 41 },
            is_told_of_log_outs: true,
            notices: notices(&secret_key),
            secret_key,
            endpoints: Endpoints {
                directory_document: site.to_owned(),
                authorization: format!("{site}/oauth/authorize"),
                token: format!("{site}/oauth/token"),
                userinfo: format!("{site}/oauth/userinfo"),
                scope: "openid profile email".to_owned(),
            },
        }))
    }

    /// Where there are two Secret Keys, there was a lot going on.
    fn notices(secret_key: &SecretKey) -> Vec<NoticeRow> {
        match secret_key {
            SecretKey::These(keys) if keys.len() > 1 => notice_rows(),
            _ => Vec::new(),
        }
    }

    pub fn editor(subject: Subject, form: ClientForm) -> Editor {
        Editor {
            page: page(Here::SsoClients),
            rows: rows(),
            subject,
            form,
            form_stale: false,
            is_full: false,
        }
    }

    /// The newest alone, as most clients have it.
    fn one(change: impl FnOnce(&mut KeyRow)) -> SecretKey {
        let mut key = keys().pop().unwrap();
        change(&mut key);
        SecretKey::These(vec![key])
    }

    /// Every state of every page, by name.
    pub fn all() -> Vec<(&'static str, String)> {
        let good = || form(every_mistake().into_iter().take(1).collect());
        let used = || Status::LastLogIn { at: "2 min ago".to_owned() };
        let plain = "k7GdTq4Xv0mB9sLrYwE2uJc8";
        let revealed = one(|key| key.revealed = Some(plain.to_owned()));
        let two = || SecretKey::These(keys());
        let mut older_revealed = keys();
        older_revealed[0].revealed = Some("Zp2vTq4Xv0mB9sLrYwE2uJc8".to_owned());
        let off = Status::SwitchedOff { by: None, at: "2 April".to_owned() };
        let new = |take_over, name_problem, urls_problem| {
            let mut form = form(Vec::new());
            (form.name, form.name_problem) = (String::new(), name_problem);
            form.redirect.problem = urls_problem;
            editor(Subject::New(take_over), form)
        };
        let take_over = |client_id, secret_key| TakeOver {
            client_id: "8c1f6a2e".to_owned(),
            client_id_problem: Some(client_id),
            secret_key_problem: Some(secret_key),
            secret_key_typed: true,
        };
        let mut long_name = public();
        long_name.name_problem = Some(NameProblem::TooLong { most: 100 });
        let stale = Editor {
            page: Page { toast: Some(Toast::SecretReplaced), ..page(Here::SsoClients) },
            form_stale: true,
            ..editor(existing(SecretKey::Public, off), long_name)
        };
        let too_many = Editor { is_full: true, ..new(TakeOver::default(), None, None) };
        vec![
            ("client", editor(existing(one(|_| {}), used()), good()).render().unwrap()),
            ("client-two-keys", editor(existing(two(), used()), good()).render().unwrap()),
            (
                "client-older-revealed",
                editor(existing(SecretKey::These(older_revealed), used()), good())
                    .render()
                    .unwrap(),
            ),
            (
                "client-signs",
                editor(existing(SecretKey::SignsInstead, used()), good()).render().unwrap(),
            ),
            ("client-revealed", editor(existing(revealed, used()), good()).render().unwrap()),
            (
                "client-wrong",
                editor(
                    existing(one(|key| key.last_shown = None), Status::NotUsedYet),
                    form(every_mistake()),
                )
                .render()
                .unwrap(),
            ),
            ("client-public-stale", stale.render().unwrap()),
            ("client-full", editor(existing(two(), used()), full()).render().unwrap()),
            (
                "client-all-wrong",
                editor(existing(SecretKey::SignsInstead, used()), wrong()).render().unwrap(),
            ),
            ("client-too-many", too_many.render().unwrap()),
            ("client-new", new(TakeOver::default(), None, None).render().unwrap()),
            (
                "client-new-wrong",
                new(
                    take_over(ClientIdProblem::NotAGuid, SecretKeyProblem::TooShort { least: 16 }),
                    Some(NameProblem::Empty),
                    Some(UrlsProblem::Missing),
                )
                .render()
                .unwrap(),
            ),
            (
                "client-new-taken",
                new(
                    take_over(ClientIdProblem::Taken, SecretKeyProblem::Characters),
                    None,
                    Some(UrlsProblem::TooMany { most: 20 }),
                )
                .render()
                .unwrap(),
            ),
            (
                "client-new-half",
                new(take_over(ClientIdProblem::Missing, SecretKeyProblem::Missing), None, None)
                    .render()
                    .unwrap(),
            ),
        ]
    }

    /// Every page with the canary in every text that somebody may type.
    pub fn hostile_pages() -> Vec<String> {
        let canary = || CANARY.to_owned();
        let status = || Status::SwitchedOff { by: Some(canary()), at: canary() };
        let subject = |secret_key| {
            Subject::Existing(Box::new(Existing {
                client_id: ID.to_owned(),
                saved_name: canary(),
                version: 7,
                status: status(),
                today: Today { sign_ins: 1, failures: 1 },
                is_told_of_log_outs: true,
                notices: hostile_rows(),
                secret_key,
                endpoints: Endpoints {
                    directory_document: canary(),
                    authorization: canary(),
                    token: canary(),
                    userinfo: canary(),
                    scope: canary(),
                },
            }))
        };
        let show = |subject| {
            let editor = Editor {
                page: hostile(Here::SsoClients),
                rows: vec![hostile_row()],
                subject,
                form: hostile_form(),
                form_stale: false,
                is_full: true,
            };
            editor.render().unwrap()
        };
        let newest = || KeyRow { is_newest: true, ..hostile_key() };
        let masked = KeyRow { revealed: None, ..newest() };
        vec![
            show(subject(SecretKey::These(vec![hostile_key(), newest()]))),
            show(subject(SecretKey::These(vec![masked]))),
            show(Subject::New(TakeOver { client_id: canary(), ..TakeOver::default() })),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(name: &str) -> String {
        samples::all().into_iter().find(|(it, _)| *it == name).unwrap().1
    }

    #[test]
    fn a_mistake_is_told_in_the_summary_and_beside_its_field() {
        let html = sample("client-wrong");

        assert!(html.contains("Not saved yet: 15 things to correct."), "{html}");
        for line in 2..=16 {
            assert!(html.contains(&format!("href=\"#url-{line}\"")), "{line}");
            assert!(html.contains(&format!("id=\"url-{line}-error\"")), "{line}");
        }
    }

    #[test]
    fn the_secret_stands_only_in_the_answer_that_reveals_it() {
        assert!(sample("client-revealed").contains("k7GdTq4Xv0mB9sLrYwE2uJc8"));
        assert!(sample("client").contains("k7Gd ••••"));
        assert!(!sample("client").contains("k7GdT"));
        assert!(!sample("client").contains(r#"data-copy="secret-key""#));
    }

    #[test]
    fn enter_saves_and_does_not_remove_a_url() {
        let html = sample("client");

        let form = html.split(r#"id="client">"#).nth(1).unwrap();
        let first = form.split("<button").nth(1).unwrap();

        assert!(!first.split('>').next().unwrap().contains("name="), "{first}");
    }

    #[test]
    fn the_list_behind_the_modal_cannot_be_reached_by_keyboard() {
        let html = sample("client");

        assert!(html.find("<div inert>").unwrap() < html.find("Older event site").unwrap());
        assert!(html.find("Older event site").unwrap() < html.find("<dialog open").unwrap());
    }
}

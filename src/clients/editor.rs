//! The modal over the list of SSO clients, for a new client and for an existing one.

use askama::Template;

use super::mistakes::{
    ClientIdProblem, NameProblem, SecretKeyProblem, UrlField, UrlsProblem, community_of,
};
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
    pub name: String,
    pub name_problem: Option<NameProblem>,
    /// One per field; an empty list shows one empty field.
    pub redirect_urls: Vec<UrlField>,
    /// More than can be kept, or none at all.
    pub urls_problem: Option<UrlsProblem>,
    /// The form was too old; what was typed is still there.
    pub form_stale: bool,
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
    pub secret_key: SecretKey,
    pub endpoints: Endpoints,
}

pub enum SecretKey {
    /// The first characters, like `k7Gd`.
    Masked {
        start: String,
        last_shown: Option<Shown>,
    },
    Revealed {
        value: String,
    },
    /// A public client has none; PKCE stands in for it.
    Public,
}

/// When somebody last looked at a Secret Key.
pub struct Shown {
    pub by: String,
    pub at: String,
}

/// The addresses that go into a platform's settings.
pub struct Endpoints {
    pub directory_document: String,
    pub authorization: String,
    pub token: String,
    pub userinfo: String,
    pub scope: String,
}

/// One line of the summary above the form.
struct Mistake {
    /// The id of the field, for the link.
    field: String,
    label: String,
    sentence: Rich,
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
    fn has_secret(&self) -> bool {
        !matches!(self.secret_key, SecretKey::Public)
    }
}

impl Shown {
    fn words(&self, page: &Page) -> String {
        let args = [("by", (&self.by).into()), ("at", (&self.at).into())];
        page.locale.text("clients-last-shown", &args)
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

    /// The fields to show: at least one, even when there is no URL yet.
    fn url_fields(&self) -> &[UrlField] {
        const EMPTY: &[UrlField] = &[UrlField { value: String::new(), mistake: None }];
        if self.redirect_urls.is_empty() { EMPTY } else { &self.redirect_urls }
    }

    fn name_sentence(&self) -> Option<Rich> {
        self.name_problem.map(|problem| problem.sentence(&self.page))
    }

    fn urls_sentence(&self) -> Option<Rich> {
        self.urls_problem.map(|problem| problem.sentence(&self.page))
    }

    /// No URL at all: then the empty field is what is wrong.
    fn is_missing(&self) -> bool {
        self.urls_problem == Some(UrlsProblem::Missing)
    }

    fn url_sentence(&self, url: &UrlField) -> Option<Rich> {
        let good = self.redirect_urls.iter().filter(|url| url.mistake.is_none());
        url.sentence(good.filter_map(|url| community_of(&url.value)).next(), &self.page)
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
        let urls = self.redirect_urls.iter().zip(1_usize..).filter_map(|(url, line)| {
            Some(Mistake {
                field: format!("url-{line}"),
                label: page.t1("clients-url-line", "number", line),
                sentence: self.url_sentence(url)?,
            })
        });
        mistake("name", "clients-name", self.name_sentence())
            .into_iter()
            .chain(mistake("url-1", "clients-urls", self.urls_sentence()))
            .chain(urls)
            .chain(mistake("client_id", "client-id", self.client_id_sentence()))
            .chain(mistake("secret_key", "secret-key", self.secret_key_sentence()))
            .collect()
    }
}

#[cfg(test)]
pub mod samples {
    use super::*;
    use crate::clients::{
        mistakes::samples::every_mistake,
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

    pub fn editor(subject: Subject, redirect_urls: Vec<UrlField>) -> Editor {
        Editor {
            page: page(Here::SsoClients),
            rows: rows(),
            subject,
            name: "Forj Community".to_owned(),
            name_problem: None,
            redirect_urls,
            urls_problem: None,
            form_stale: false,
        }
    }

    fn masked(last_shown: Option<Shown>) -> SecretKey {
        SecretKey::Masked { start: "k7Gd".to_owned(), last_shown }
    }

    /// Every state of every page, by name.
    pub fn all() -> Vec<(&'static str, String)> {
        let good = || every_mistake().into_iter().take(1).collect::<Vec<_>>();
        let used = || Status::LastLogIn { at: "2 min ago".to_owned() };
        let shown = Shown { by: "Ruth Okafor".to_owned(), at: "today at 9:12".to_owned() };
        let revealed = SecretKey::Revealed { value: "k7GdTq4Xv0mB9sLrYwE2uJc8".to_owned() };
        let off = Status::SwitchedOff { by: None, at: "2 April".to_owned() };
        let new = |take_over, name_problem, urls_problem| Editor {
            name: String::new(),
            name_problem,
            urls_problem,
            ..editor(Subject::New(take_over), Vec::new())
        };
        let take_over = |client_id, secret_key| TakeOver {
            client_id: "8c1f6a2e".to_owned(),
            client_id_problem: Some(client_id),
            secret_key_problem: Some(secret_key),
            secret_key_typed: true,
        };
        let stale = Editor {
            page: Page { toast: Some(Toast::SecretReplaced), ..page(Here::SsoClients) },
            form_stale: true,
            name_problem: Some(NameProblem::TooLong { most: 100 }),
            ..editor(existing(SecretKey::Public, off), good())
        };
        vec![
            ("client", editor(existing(masked(Some(shown)), used()), good()).render().unwrap()),
            ("client-revealed", editor(existing(revealed, used()), good()).render().unwrap()),
            (
                "client-wrong",
                editor(existing(masked(None), Status::NotUsedYet), every_mistake())
                    .render()
                    .unwrap(),
            ),
            ("client-public-stale", stale.render().unwrap()),
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
                name: canary(),
                name_problem: None,
                redirect_urls: vec![UrlField { value: canary(), mistake: None }],
                urls_problem: None,
                form_stale: false,
            };
            editor.render().unwrap()
        };
        let shown = Some(Shown { by: canary(), at: canary() });
        vec![
            show(subject(SecretKey::Revealed { value: canary() })),
            show(subject(SecretKey::Masked { start: canary(), last_shown: shown })),
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

        assert!(html.contains("Not saved yet: 17 things to correct."), "{html}");
        for line in 2..=18 {
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

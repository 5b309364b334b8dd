//! Steps around an SSO client that ask twice: two people saving at once, ending it, and proving
//! that it is you.

use askama::Template;

use crate::web::page::Page;

/// Somebody else saved the client meanwhile. Nothing is lost: the admin chooses.
#[derive(Template)]
#[template(path = "clients/conflict.html")]
pub struct Conflict {
    pub page: Page,
    pub client_id: String,
    pub by: Option<String>,
    pub at: String,
    pub yours: Draft,
    pub theirs: Draft,
    /// Their version: saving over it is a choice made after having seen it.
    pub version: i64,
}

/// What the form of a client holds.
pub struct Draft {
    pub name: String,
    pub redirect_urls: Vec<String>,
}

#[derive(Template)]
#[template(path = "clients/confirm_delete.html")]
pub struct ConfirmDelete {
    pub page: Page,
    pub client_id: String,
    pub name: String,
    pub version: i64,
    pub impact: Impact,
}

#[derive(Template)]
#[template(path = "clients/confirm_switch_off.html")]
pub struct ConfirmSwitchOff {
    pub page: Page,
    pub client_id: String,
    pub name: String,
    pub version: i64,
    pub impact: Impact,
}

/// What ends at once.
#[derive(Clone, Copy)]
pub struct Impact {
    /// People who are logged in there now.
    pub people: i64,
    pub tokens: i64,
}

/// Asks for the password again; then what was begun goes on.
#[derive(Template)]
#[template(path = "clients/prove.html")]
pub struct Prove {
    pub page: Page,
    pub email: String,
    pub purpose: Purpose,
    pub action_url: String,
    /// Fields of the step that waits, handed on as they are.
    pub carried: Vec<(String, String)>,
    pub cancel_url: String,
    pub problem: Option<ProveProblem>,
}

/// What waits for the password.
pub enum Purpose {
    RevealSecretKey { client: String },
    NewSecretKey { client: String },
    RemoveSecretKey { client: String, start: String },
    Delete { client: String },
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum ProveProblem {
    WrongPassword,
    TooManyTries { seconds: i64 },
    FormStale,
    Busy,
}

/// One row of the comparison.
struct Difference {
    label: String,
    theirs: Vec<Value>,
    yours: Vec<Value>,
}

struct Value {
    text: String,
    differs: bool,
}

impl Conflict {
    fn who(&self) -> String {
        match &self.by {
            Some(by) => {
                let args = [("by", by.into()), ("at", (&self.at).into())];
                self.page.locale.text("conflict-who", &args)
            }
            None => self.page.t1("conflict-somebody", "at", &self.at),
        }
    }

    fn differences(&self) -> Vec<Difference> {
        let compare = |label: &str, theirs: &[String], yours: &[String]| Difference {
            label: self.page.t(label),
            theirs: values(theirs, yours),
            yours: values(yours, theirs),
        };
        let names = [&self.theirs.name, &self.yours.name].map(|name| [name.clone()]);
        vec![
            compare("clients-name", &names[0], &names[1]),
            compare("clients-urls", &self.theirs.redirect_urls, &self.yours.redirect_urls),
        ]
    }
}

/// What one side holds, marked where the other side lacks it.
fn values(ours: &[String], others: &[String]) -> Vec<Value> {
    ours.iter().map(|it| Value { text: it.clone(), differs: !others.contains(it) }).collect()
}

impl ConfirmDelete {
    fn button(&self) -> String {
        sized(&self.page, "delete-button", &self.name, self.impact)
    }
}

impl ConfirmSwitchOff {
    fn button(&self) -> String {
        sized(&self.page, "switch-off-button", &self.name, self.impact)
    }
}

/// A button that names its result with its size.
fn sized(page: &Page, key: &str, client: &str, impact: Impact) -> String {
    page.locale.text(key, &[("client", client.into()), ("tokens", impact.tokens.into())])
}

impl Prove {
    fn why(&self) -> String {
        let (key, client) = match &self.purpose {
            Purpose::RevealSecretKey { client } => ("prove-reveal", client),
            Purpose::NewSecretKey { client } => ("prove-new-secret", client),
            Purpose::RemoveSecretKey { client, .. } => ("prove-remove-secret", client),
            Purpose::Delete { client } => ("prove-delete", client),
        };
        self.page.t1(key, "client", client)
    }

    fn button(&self) -> String {
        match &self.purpose {
            Purpose::RevealSecretKey { .. } => self.page.t("prove-reveal-button"),
            Purpose::NewSecretKey { .. } => self.page.t("prove-new-secret-button"),
            Purpose::RemoveSecretKey { start, .. } => {
                self.page.t1("prove-remove-secret-button", "start", start)
            }
            Purpose::Delete { client } => self.page.t1("prove-delete-button", "client", client),
        }
    }

    fn wrong_password(&self) -> bool {
        self.problem == Some(ProveProblem::WrongPassword)
    }

    /// The sentence above the field, where the password is not to blame.
    fn form_problem(&self) -> Option<String> {
        let page = &self.page;
        match self.problem? {
            ProveProblem::WrongPassword => None,
            ProveProblem::TooManyTries { seconds } => {
                Some(page.t1("prove-too-many", "wait", &page.wait(seconds)))
            }
            ProveProblem::FormStale => Some(page.t("prove-form-stale")),
            ProveProblem::Busy => Some(page.t("prove-busy")),
        }
    }
}

#[cfg(test)]
pub mod samples {
    use super::*;
    use crate::clients::views::samples::ID;
    use crate::web::page::{
        Here,
        samples::{CANARY, hostile, page},
    };

    fn forj() -> String {
        "Forj Community".to_owned()
    }

    pub fn conflict(by: Option<&str>) -> Conflict {
        let draft = |name: &str, urls: &[&str]| Draft {
            name: name.to_owned(),
            redirect_urls: urls.iter().map(|url| format!("https://{url}/callback")).collect(),
        };
        Conflict {
            page: page(Here::SsoClients),
            client_id: ID.to_owned(),
            by: by.map(str::to_owned),
            at: "2 min ago".to_owned(),
            yours: draft("Forj Community", &["harbortrades.mobilize.io", "community.example"]),
            theirs: draft("Forj", &["harbortrades.mobilize.io", "forum.example"]),
            version: 8,
        }
    }

    fn prove(purpose: Purpose, problem: Option<ProveProblem>) -> String {
        let prove = Prove {
            page: page(Here::SsoClients),
            email: "ruth@harbortrades.example".to_owned(),
            purpose,
            action_url: format!("/admin/sso-clients/{ID}/reveal"),
            carried: vec![("version".to_owned(), "7".to_owned())],
            cancel_url: format!("/admin/sso-clients/{ID}"),
            problem,
        };
        prove.render().unwrap()
    }

    pub fn delete(impact: Impact) -> ConfirmDelete {
        ConfirmDelete {
            page: page(Here::SsoClients),
            client_id: ID.to_owned(),
            name: forj(),
            version: 7,
            impact,
        }
    }

    fn switch_off(impact: Impact) -> ConfirmSwitchOff {
        let ConfirmDelete { page, client_id, name, version, impact } = delete(impact);
        ConfirmSwitchOff { page, client_id, name, version, impact }
    }

    /// Every state of every page, by name.
    pub fn all() -> Vec<(&'static str, String)> {
        let none = Impact { people: 0, tokens: 0 };
        let many = Impact { people: 12, tokens: 1284 };
        let reveal = || Purpose::RevealSecretKey { client: forj() };
        let tries = ProveProblem::TooManyTries { seconds: 20 };
        vec![
            ("client-conflict", conflict(Some("Dan Abara")).render().unwrap()),
            ("client-conflict-somebody", conflict(None).render().unwrap()),
            ("client-delete", delete(many).render().unwrap()),
            ("client-delete-idle", delete(none).render().unwrap()),
            ("client-switch-off", switch_off(many).render().unwrap()),
            ("client-switch-off-idle", switch_off(none).render().unwrap()),
            ("prove", prove(reveal(), None)),
            ("prove-wrong", prove(reveal(), Some(ProveProblem::WrongPassword))),
            ("prove-too-many", prove(Purpose::NewSecretKey { client: forj() }, Some(tries))),
            (
                "prove-stale",
                prove(Purpose::Delete { client: forj() }, Some(ProveProblem::FormStale)),
            ),
            (
                "prove-remove",
                prove(Purpose::RemoveSecretKey { client: forj(), start: "k7Gd".to_owned() }, None),
            ),
            ("prove-busy", prove(reveal(), Some(ProveProblem::Busy))),
        ]
    }

    /// Every page with the canary in every text that somebody may type.
    pub fn hostile_pages() -> Vec<String> {
        let canary = || CANARY.to_owned();
        let draft = || Draft { name: canary(), redirect_urls: vec![canary()] };
        let impact = Impact { people: 1, tokens: 1 };
        let conflict = Conflict {
            page: hostile(Here::SsoClients),
            by: Some(canary()),
            at: canary(),
            yours: draft(),
            theirs: Draft { redirect_urls: Vec::new(), ..draft() },
            ..conflict(None)
        };
        let page = || hostile(Here::SsoClients);
        let prove = Prove {
            page: page(),
            email: canary(),
            purpose: Purpose::Delete { client: canary() },
            action_url: canary(),
            carried: vec![(canary(), canary())],
            cancel_url: canary(),
            problem: None,
        };
        let delete = ConfirmDelete { page: page(), name: canary(), ..delete(impact) };
        let switch_off = ConfirmSwitchOff { page: page(), name: canary(), ..switch_off(impact) };
        vec![
            conflict.render().unwrap(),
            prove.render().unwrap(),
            delete.render().unwrap(),
            switch_off.render().unwrap(),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_conflict_marks_what_differs_and_nothing_else() {
        let html = samples::conflict(Some("Dan Abara")).render().unwrap();

        assert!(html.contains("<del>Forj</del>") && html.contains("<ins>Forj Community</ins>"));
        assert!(html.contains("<del>https://forum.example/callback</del>"), "{html}");
        assert!(html.contains("<ins>https://community.example/callback</ins>"), "{html}");
        assert!(html.contains("<code>https://harbortrades.mobilize.io/callback</code>"), "{html}");
        assert!(html.contains("Dan Abara saved it 2 min ago"), "{html}");
    }

    #[test]
    fn a_dangerous_button_names_its_result_with_its_size() {
        let label = |tokens| samples::delete(Impact { people: 0, tokens }).button();

        assert_eq!(label(0), "Delete Forj Community");
        assert_eq!(label(1), "Delete Forj Community and 1 access token");
        assert_eq!(label(1284), "Delete Forj Community and 1,284 access tokens");
    }
}

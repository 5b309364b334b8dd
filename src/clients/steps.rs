//! Steps around an SSO client that ask twice: ending it, and proving that it is you.

use askama::Template;

use crate::web::page::Page;

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
        let impact = Impact { people: 1, tokens: 1 };
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
        vec![prove.render().unwrap(), delete.render().unwrap(), switch_off.render().unwrap()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dangerous_button_names_its_result_with_its_size() {
        let label = |tokens| samples::delete(Impact { people: 0, tokens }).button();

        assert_eq!(label(0), "Delete Forj Community");
        assert_eq!(label(1), "Delete Forj Community and 1 access token");
        assert_eq!(label(1284), "Delete Forj Community and 1,284 access tokens");
    }
}

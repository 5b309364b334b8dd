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

/// What waits for the password.
pub enum Purpose {
    RevealSecretKey { client: String },
    NewSecretKey { client: String },
    RemoveSecretKey { client: String, start: String },
    Delete { client: String },
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

impl Purpose {
    pub fn why(&self, page: &Page) -> String {
        let (key, client) = match self {
            Self::RevealSecretKey { client } => ("prove-reveal", client),
            Self::NewSecretKey { client } => ("prove-new-secret", client),
            Self::RemoveSecretKey { client, .. } => ("prove-remove-secret", client),
            Self::Delete { client } => ("prove-delete", client),
        };
        page.t1(key, "client", client)
    }

    pub fn button(&self, page: &Page) -> String {
        match self {
            Self::RevealSecretKey { .. } => page.t("prove-reveal-button"),
            Self::NewSecretKey { .. } => page.t("prove-new-secret-button"),
            Self::RemoveSecretKey { start, .. } => {
                page.t1("prove-remove-secret-button", "start", start)
            }
            Self::Delete { client } => page.t1("prove-delete-button", "client", client),
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
        vec![
            ("client-delete", delete(many).render().unwrap()),
            ("client-delete-idle", delete(none).render().unwrap()),
            ("client-switch-off", switch_off(many).render().unwrap()),
            ("client-switch-off-idle", switch_off(none).render().unwrap()),
        ]
    }

    /// Every page with the canary in every text that somebody may type.
    pub fn hostile_pages() -> Vec<String> {
        let canary = || CANARY.to_owned();
        let impact = Impact { people: 1, tokens: 1 };
        let page = || hostile(Here::SsoClients);
        let delete = ConfirmDelete { page: page(), name: canary(), ..delete(impact) };
        let switch_off = ConfirmSwitchOff { page: page(), name: canary(), ..switch_off(impact) };
        vec![delete.render().unwrap(), switch_off.render().unwrap()]
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

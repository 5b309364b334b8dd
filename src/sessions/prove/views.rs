//! Asks for the password again; then what was begun goes on.

use askama::Template;

use crate::web::page::Page;

#[derive(Template)]
#[template(path = "sessions/prove.html")]
pub struct Prove {
    pub page: Page,
    pub email: String,
    pub why: String,
    pub button: String,
    pub action_url: String,
    pub carried: Vec<(String, String)>,
    pub cancel_url: String,
    pub problem: Option<Problem>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    WrongPassword,
    TooManyTries { seconds: i64 },
    Busy,
}

impl Prove {
    fn wrong_password(&self) -> bool {
        self.problem == Some(Problem::WrongPassword)
    }

    /// The sentence above the field, where the password is not to blame.
    fn form_problem(&self) -> Option<String> {
        let page = &self.page;
        match self.problem? {
            Problem::WrongPassword => None,
            Problem::TooManyTries { seconds } => {
                Some(page.t1("prove-too-many", "wait", &page.wait(seconds)))
            }
            Problem::Busy => Some(page.t("prove-busy")),
        }
    }
}

#[cfg(test)]
pub mod samples {
    use super::*;
    use crate::web::page::{
        Here,
        samples::{CANARY, hostile, page},
    };

    fn prove(problem: Option<Problem>) -> String {
        let page = page(Here::SsoClients);
        let prove = Prove {
            email: "ruth@harbortrades.example".to_owned(),
            why: page.t1("prove-reveal", "client", "Forj Community"),
            button: page.t("prove-reveal-button"),
            action_url: "/admin/sso-clients/5d2f4c1e/reveal".to_owned(),
            carried: vec![("version".to_owned(), "7".to_owned())],
            cancel_url: "/admin/sso-clients/5d2f4c1e".to_owned(),
            problem,
            page,
        };
        prove.render().unwrap()
    }

    /// Every state of the page, by name.
    pub fn all() -> Vec<(&'static str, String)> {
        vec![
            ("prove", prove(None)),
            ("prove-wrong", prove(Some(Problem::WrongPassword))),
            ("prove-too-many", prove(Some(Problem::TooManyTries { seconds: 20 }))),
            ("prove-busy", prove(Some(Problem::Busy))),
        ]
    }

    /// With the canary in every text that somebody may type.
    pub fn hostile_pages() -> Vec<String> {
        let canary = || CANARY.to_owned();
        let prove = Prove {
            page: hostile(Here::SsoClients),
            email: canary(),
            why: canary(),
            button: canary(),
            action_url: canary(),
            carried: vec![(canary(), canary())],
            cancel_url: canary(),
            problem: None,
        };
        vec![prove.render().unwrap()]
    }
}

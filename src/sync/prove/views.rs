//! Asks for the password again; then what was begun goes on.

use askama::Template;

use crate::web::page::Page;

#[derive(Template)]
#[template(path = "clients/prove.html")]
pub struct Prove {
    pub page: Page,
    pub email: String,
    /// How many people are removed by what waits.
    pub removes: i64,
    pub action_url: String,
    /// Fields of the step that waits, handed on as they are.
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
    fn why(&self) -> String {
        self.page.t1("sync-prove-why", "number", self.removes)
    }

    fn button(&self) -> String {
        self.page.t1("sync-remove-number", "number", self.removes)
    }

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
        let prove = Prove {
            page: page(Here::Groups),
            email: "ruth@harbortrades.example".to_owned(),
            removes: 9,
            action_url: "/admin/groups/5d2f4c1e/plans/plan_1/release".to_owned(),
            carried: vec![("count".to_owned(), "9".to_owned())],
            cancel_url: "/admin/groups/5d2f4c1e/plans/plan_1".to_owned(),
            problem,
        };
        prove.render().unwrap()
    }

    /// Every state of the page, by name.
    pub fn all() -> Vec<(&'static str, String)> {
        vec![
            ("sync-prove", prove(None)),
            ("sync-prove-wrong", prove(Some(Problem::WrongPassword))),
            ("sync-prove-too-many", prove(Some(Problem::TooManyTries { seconds: 30 }))),
            ("sync-prove-busy", prove(Some(Problem::Busy))),
        ]
    }

    /// With the canary in every text that somebody may type.
    pub fn hostile_pages() -> Vec<String> {
        let canary = || CANARY.to_owned();
        let prove = Prove {
            page: hostile(Here::Groups),
            email: canary(),
            removes: 1,
            action_url: canary(),
            carried: vec![(canary(), canary())],
            cancel_url: canary(),
            problem: None,
        };
        vec![prove.render().unwrap()]
    }
}

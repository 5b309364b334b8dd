//! A member's own page.

use askama::Template;

use crate::web::page::Page;

#[derive(Template)]
#[template(path = "members/account.html")]
pub struct Account {
    pub page: Page,
    pub first_name: String,
    pub name: String,
    pub email: String,
    pub company: Option<String>,
    pub job_title: Option<String>,
    pub communities: Vec<Community>,
    /// The fewest characters of a new password.
    pub shortest_password: u64,
    pub password_problem: Option<PasswordProblem>,
}

/// A client as a member knows it: a place to go to.
pub struct Community {
    pub name: String,
    pub initials: String,
    pub host: String,
    pub start_url: String,
}

/// Why the password was not changed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum PasswordProblem {
    CurrentWrong,
    TooShort,
    TooLong {
        most: u64,
    },
    /// On the list of common passwords, or made of the member's or the association's name.
    Guessable,
    Unchanged,
    TooManyTries {
        seconds: i64,
    },
    FormStale,
    Busy,
}

impl PasswordProblem {
    fn place(self) -> Place {
        use PasswordProblem as P;
        match self {
            P::CurrentWrong => Place::Current,
            P::TooShort | P::TooLong { .. } | P::Guessable | P::Unchanged => Place::New,
            P::TooManyTries { .. } | P::FormStale | P::Busy => Place::Form,
        }
    }
}

/// Where a sentence stands: under the field that is to blame, or above all of them.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Form,
    Current,
    New,
}

impl Account {
    fn form_problem(&self) -> Option<String> {
        self.sentence(Place::Form)
    }

    fn current_problem(&self) -> Option<String> {
        self.sentence(Place::Current)
    }

    fn new_problem(&self) -> Option<String> {
        self.sentence(Place::New)
    }

    fn sentence(&self, place: Place) -> Option<String> {
        let problem = self.password_problem.filter(|problem| problem.place() == place)?;
        let page = &self.page;
        Some(match problem {
            PasswordProblem::CurrentWrong => page.t("password-current-wrong"),
            PasswordProblem::TooShort => {
                page.t1("password-too-short", "number", self.shortest_password)
            }
            PasswordProblem::TooLong { most } => page.t1("password-too-long", "number", most),
            PasswordProblem::Guessable => page.t("password-guessable"),
            PasswordProblem::Unchanged => page.t("password-unchanged"),
            PasswordProblem::TooManyTries { seconds } => {
                page.t1("password-too-many", "wait", &page.wait(seconds))
            }
            PasswordProblem::FormStale => page.t("password-form-stale"),
            PasswordProblem::Busy => page.t("password-busy"),
        })
    }
}

#[cfg(test)]
pub mod samples {
    use super::*;
    use crate::web::page::{
        Here, Toast, Viewer,
        samples::{CANARY, hostile, page},
    };

    pub fn account(problem: Option<PasswordProblem>) -> Account {
        let community = |name: &str, initials: &str, host: &str| Community {
            name: name.to_owned(),
            initials: initials.to_owned(),
            host: host.to_owned(),
            start_url: format!("https://{host}"),
        };
        let viewer = Viewer { name: "Marta Lindqvist".to_owned(), is_admin: false };
        Account {
            page: Page { viewer: Some(viewer), ..page(Here::Account) },
            first_name: "Marta".to_owned(),
            name: "Marta Lindqvist".to_owned(),
            email: "marta@lindqvistroofing.example".to_owned(),
            company: Some("Lindqvist Roofing".to_owned()),
            job_title: Some("Owner".to_owned()),
            communities: vec![
                community("Harbor Community", "HC", "harbortrades.mobilize.io"),
                community("Learning Hub", "LH", "learn.harbortrades.example"),
            ],
            shortest_password: 15,
            password_problem: problem,
        }
    }

    /// Every state of the page, by name.
    pub fn all() -> Vec<(&'static str, String)> {
        let problem = |problem| account(Some(problem)).render().unwrap();
        let changed = Page { toast: Some(Toast::PasswordChanged), ..account(None).page };
        let admin = Account {
            page: page(Here::Account),
            company: None,
            job_title: None,
            communities: Vec::new(),
            ..account(None)
        };
        vec![
            ("account", account(None).render().unwrap()),
            ("account-changed", Account { page: changed, ..account(None) }.render().unwrap()),
            ("account-admin", admin.render().unwrap()),
            ("account-current-wrong", problem(PasswordProblem::CurrentWrong)),
            ("account-too-short", problem(PasswordProblem::TooShort)),
            ("account-too-long", problem(PasswordProblem::TooLong { most: 128 })),
            ("account-guessable", problem(PasswordProblem::Guessable)),
            ("account-unchanged", problem(PasswordProblem::Unchanged)),
            ("account-too-many", problem(PasswordProblem::TooManyTries { seconds: 300 })),
            ("account-form-stale", problem(PasswordProblem::FormStale)),
            ("account-busy", problem(PasswordProblem::Busy)),
        ]
    }

    /// The page with the canary in every text that somebody may type.
    pub fn hostile_pages() -> Vec<String> {
        let canary = || CANARY.to_owned();
        let community = Community {
            name: canary(),
            initials: canary(),
            host: canary(),
            start_url: "https://learn.harbortrades.example".to_owned(),
        };
        let account = Account {
            page: hostile(Here::Account),
            first_name: canary(),
            name: canary(),
            email: canary(),
            company: Some(canary()),
            job_title: Some(canary()),
            communities: vec![community],
            shortest_password: 15,
            password_problem: None,
        };
        vec![account.render().unwrap()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_stands_under_the_field_it_is_about() {
        let html = samples::account(Some(PasswordProblem::TooShort)).render().unwrap();

        assert!(html.contains(r#"aria-describedby="new-hint new-error""#), "{html}");
        assert!(html.contains("Use at least 15 characters"), "{html}");
        assert!(!html.contains("current-error"), "{html}");
    }

    #[test]
    fn only_admins_are_shown_the_way_to_the_administration() {
        let member = samples::account(None);
        let admin = Account {
            page: crate::web::page::samples::page(member.page.here),
            ..samples::account(None)
        };

        assert!(!member.render().unwrap().contains("/admin/"));
        assert!(admin.render().unwrap().contains("/admin/sso-clients"));
    }
}

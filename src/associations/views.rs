//! The first run: two short steps from an empty database to an association with one admin.

use askama::Template;

use crate::web::page::Page;

/// Step 1. The website's address is shown, not asked: it is fixed when the server starts.
#[derive(Template)]
#[template(path = "associations/set_up_association.html")]
pub struct SetUpAssociation {
    pub page: Page,
    /// What the one-time link carries; the form hands it on.
    pub ticket: String,
    pub minutes_left: Option<u64>,
    pub site_url: String,
    pub name: String,
    pub help_email: String,
    pub help_phone: String,
    pub problems: Vec<AssociationProblem>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum AssociationProblem {
    NameEmpty,
    NameTooLong { most: u64 },
    HelpEmailWrong,
    HelpPhoneWrong,
    FormStale,
}

/// Step 2. The first admin.
#[derive(Template)]
#[template(path = "associations/set_up_login.html")]
pub struct SetUpLogin {
    pub page: Page,
    pub ticket: String,
    pub first_name: String,
    pub last_name: String,
    pub email: String,
    /// The fewest characters of the password.
    pub shortest_password: u64,
    pub problems: Vec<LoginProblem>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum LoginProblem {
    FirstNameEmpty,
    LastNameEmpty,
    EmailWrong,
    /// There is a member with this e-mail already.
    EmailTaken,
    PasswordTooShort,
    PasswordTooLong {
        most: u64,
    },
    PasswordGuessable,
    FormStale,
    Busy,
}

/// The one-time link was used, or its hour is over.
#[derive(Template)]
#[template(path = "associations/set_up_link_dead.html")]
pub struct SetUpLinkDead {
    pub page: Page,
    /// Somebody finished the set-up, so logging in is the way on.
    pub is_set_up: bool,
}

impl AssociationProblem {
    /// The sentence under the name, if it is to blame.
    pub fn of_name(self, page: &Page) -> Option<String> {
        match self {
            Self::NameEmpty => Some(page.t("set-up-name-empty")),
            Self::NameTooLong { most } => Some(page.t1("set-up-name-long", "most", most)),
            _ => None,
        }
    }
}

impl SetUpAssociation {
    fn has(&self, problem: AssociationProblem) -> bool {
        self.problems.contains(&problem)
    }

    fn stale(&self) -> Option<(String, String)> {
        let page = &self.page;
        self.has(AssociationProblem::FormStale)
            .then(|| (page.t("set-up-stale"), page.t("set-up-stale-next")))
    }

    fn name_problem(&self) -> Option<String> {
        self.problems.iter().find_map(|problem| problem.of_name(&self.page))
    }

    fn email_problem(&self) -> Option<String> {
        self.has(AssociationProblem::HelpEmailWrong).then(|| self.page.t("set-up-help-email-wrong"))
    }

    fn phone_problem(&self) -> Option<String> {
        self.has(AssociationProblem::HelpPhoneWrong).then(|| self.page.t("set-up-help-phone-wrong"))
    }
}

impl SetUpLogin {
    fn has(&self, problem: LoginProblem) -> bool {
        self.problems.contains(&problem)
    }

    fn form_problem(&self) -> Option<(String, String)> {
        let page = &self.page;
        if self.has(LoginProblem::FormStale) {
            Some((page.t("set-up-stale"), page.t("set-up-stale-next")))
        } else if self.has(LoginProblem::Busy) {
            Some((page.t("set-up-busy"), page.t("set-up-busy-next")))
        } else {
            None
        }
    }

    fn first_name_problem(&self) -> Option<String> {
        self.has(LoginProblem::FirstNameEmpty).then(|| self.page.t("set-up-first-name-empty"))
    }

    fn last_name_problem(&self) -> Option<String> {
        self.has(LoginProblem::LastNameEmpty).then(|| self.page.t("set-up-last-name-empty"))
    }

    fn email_problem(&self) -> Option<String> {
        self.problems.iter().find_map(|problem| match problem {
            LoginProblem::EmailWrong => Some(self.page.t("set-up-email-wrong")),
            LoginProblem::EmailTaken => Some(self.page.t("set-up-email-taken")),
            _ => None,
        })
    }

    fn password_problem(&self) -> Option<String> {
        let page = &self.page;
        self.problems.iter().find_map(|problem| match problem {
            LoginProblem::PasswordTooShort => {
                Some(page.t1("password-too-short", "number", self.shortest_password))
            }
            LoginProblem::PasswordTooLong { most } => {
                Some(page.t1("password-too-long", "number", most))
            }
            LoginProblem::PasswordGuessable => Some(page.t("password-guessable")),
            _ => None,
        })
    }
}

#[cfg(test)]
pub mod samples {
    use super::*;
    use crate::web::page::{
        Here,
        samples::{CANARY, hostile, stranger},
    };

    fn association(problems: Vec<AssociationProblem>) -> SetUpAssociation {
        SetUpAssociation {
            page: stranger(),
            ticket: "sample-ticket".to_owned(),
            minutes_left: Some(43),
            site_url: "https://www.harbortrades.example".to_owned(),
            name: "Harbor Trades Association".to_owned(),
            help_email: "help@harbortrades.example".to_owned(),
            help_phone: String::new(),
            problems,
        }
    }

    fn login(problems: Vec<LoginProblem>) -> SetUpLogin {
        SetUpLogin {
            page: stranger(),
            ticket: "sample-ticket".to_owned(),
            first_name: "Ruth".to_owned(),
            last_name: "Okafor".to_owned(),
            email: "ruth@harbortrades.example".to_owned(),
            shortest_password: 15,
            problems,
        }
    }

    /// Every state of every page, by name.
    pub fn all() -> Vec<(&'static str, String)> {
        use AssociationProblem as A;
        use LoginProblem as L;
        let link_once = SetUpAssociation { minutes_left: None, ..association(vec![A::FormStale]) };
        let dead = |is_set_up| SetUpLinkDead { page: stranger(), is_set_up }.render().unwrap();
        vec![
            ("set-up", association(Vec::new()).render().unwrap()),
            ("set-up-stale", link_once.render().unwrap()),
            (
                "set-up-wrong",
                association(vec![A::NameEmpty, A::HelpEmailWrong, A::HelpPhoneWrong])
                    .render()
                    .unwrap(),
            ),
            ("set-up-long", association(vec![A::NameTooLong { most: 100 }]).render().unwrap()),
            ("set-up-login", login(Vec::new()).render().unwrap()),
            (
                "set-up-login-wrong",
                login(vec![
                    L::FirstNameEmpty,
                    L::LastNameEmpty,
                    L::EmailWrong,
                    L::PasswordTooShort,
                ])
                .render()
                .unwrap(),
            ),
            (
                "set-up-login-taken",
                login(vec![L::EmailTaken, L::PasswordGuessable, L::FormStale]).render().unwrap(),
            ),
            (
                "set-up-login-busy",
                login(vec![L::Busy, L::PasswordTooLong { most: 128 }]).render().unwrap(),
            ),
            ("set-up-dead", dead(false)),
            ("set-up-done", dead(true)),
        ]
    }

    /// Every page with the canary in every text that somebody may type.
    pub fn hostile_pages() -> Vec<String> {
        let canary = || CANARY.to_owned();
        let association = SetUpAssociation {
            page: hostile(Here::Elsewhere),
            ticket: canary(),
            minutes_left: None,
            site_url: canary(),
            name: canary(),
            help_email: canary(),
            help_phone: canary(),
            problems: Vec::new(),
        };
        let login = SetUpLogin {
            page: hostile(Here::Elsewhere),
            ticket: canary(),
            first_name: canary(),
            last_name: canary(),
            email: canary(),
            shortest_password: 15,
            problems: Vec::new(),
        };
        let dead = SetUpLinkDead { page: hostile(Here::Elsewhere), is_set_up: false };
        vec![association.render().unwrap(), login.render().unwrap(), dead.render().unwrap()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_never_sent_back_to_the_page() {
        for (name, html) in samples::all() {
            for field in html.split("<input").filter(|it| it.contains(r#"type="password""#)) {
                let field = field.split('>').next().unwrap();
                assert!(!field.contains("value="), "{name}: {field}");
            }
        }
    }

    #[test]
    fn a_dead_link_leads_to_log_in_only_where_somebody_can() {
        let html = |is_set_up| {
            SetUpLinkDead { page: crate::web::page::samples::stranger(), is_set_up }
                .render()
                .unwrap()
        };

        assert!(html(true).contains("/log-in") && !html(true).contains("novi-sso serve"));
        assert!(!html(false).contains("/log-in") && html(false).contains("novi-sso serve"));
    }
}

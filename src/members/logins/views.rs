//! A person's login, as an admin gives it, changes it and switches it off.

use askama::Template;

use crate::members::desk::PasswordWrong;
use crate::members::records::form::EmailWrong;
use crate::web::page::Page;

#[derive(Template)]
#[template(path = "members/login.html")]
pub struct LoginForm {
    pub page: Page,
    pub id: String,
    pub name: String,
    /// Otherwise one is added.
    pub has_login: bool,
    /// One that is there is its owner's alone.
    pub takes_password: bool,
    pub email: String,
    pub email_wrong: Option<EmailWrong>,
    pub password_wrong: Option<PasswordWrong>,
    pub is_stale: bool,
}

impl LoginForm {
    fn title(&self) -> String {
        let key = if self.has_login { "login-change-title" } else { "login-add-title" };
        self.page.t1(key, "name", &self.name)
    }

    fn email_problem(&self) -> Option<String> {
        self.email_wrong.map(|wrong| wrong.words(&self.page))
    }

    fn password_problem(&self) -> Option<String> {
        self.password_wrong.map(|wrong| wrong.words(&self.page))
    }
}

/// Before a login is switched off.
#[derive(Template)]
#[template(path = "members/disable.html")]
pub struct ConfirmDisable {
    pub page: Page,
    pub id: String,
    pub name: String,
    pub is_self: bool,
    pub sessions: i64,
}

#[cfg(test)]
pub mod samples {
    use super::*;
    use crate::members::records::views::samples::ID;
    use crate::web::page::{
        Here,
        samples::{CANARY, hostile, page},
    };

    fn login(has_login: bool) -> LoginForm {
        LoginForm {
            page: page(Here::Members),
            id: ID.to_owned(),
            name: "Marta Lindqvist".to_owned(),
            has_login,
            takes_password: !has_login,
            email: if has_login { "marta@lindqvistroofing.example" } else { "" }.to_owned(),
            email_wrong: None,
            password_wrong: None,
            is_stale: false,
        }
    }

    fn disable(is_self: bool) -> ConfirmDisable {
        ConfirmDisable {
            page: page(Here::Members),
            id: ID.to_owned(),
            name: "Marta Lindqvist".to_owned(),
            is_self,
            sessions: 3,
        }
    }

    /// Every state of every page, by name.
    pub fn all() -> Vec<(&'static str, String)> {
        let wrong = |email_wrong, password_wrong| {
            LoginForm { email_wrong, password_wrong, ..login(false) }.render().unwrap()
        };
        let stale = LoginForm { is_stale: true, takes_password: true, ..login(true) };
        vec![
            ("login-add", login(false).render().unwrap()),
            ("login-change", login(true).render().unwrap()),
            ("login-stale", stale.render().unwrap()),
            ("login-taken", wrong(Some(EmailWrong::Taken), Some(PasswordWrong::TooShort))),
            ("login-wrong", wrong(Some(EmailWrong::NotAnEmail), Some(PasswordWrong::TooLong))),
            ("login-guessable", wrong(None, Some(PasswordWrong::Guessable))),
            ("login-busy", wrong(None, Some(PasswordWrong::Busy))),
            ("login-alone", wrong(None, Some(PasswordWrong::WithoutLogin))),
            ("login-disable", disable(false).render().unwrap()),
            ("login-disable-self", disable(true).render().unwrap()),
        ]
    }

    /// Every page with the canary in every text that somebody may type.
    pub fn hostile_pages() -> Vec<String> {
        let canary = || CANARY.to_owned();
        let login = LoginForm {
            page: hostile(Here::Members),
            id: canary(),
            name: canary(),
            email: canary(),
            ..login(true)
        };
        let disable = ConfirmDisable {
            page: hostile(Here::Members),
            id: canary(),
            name: canary(),
            ..disable(false)
        };
        vec![login.render().unwrap(), disable.render().unwrap()]
    }
}

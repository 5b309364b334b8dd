//! Logging in and out, as a person sees it.

use askama::Template;

use crate::web::{
    locale::{Arg, Rich},
    page::Page,
};

/// The log-in form. It is also the answer to a failed try, with the reason above the fields.
#[derive(Template)]
#[template(path = "sessions/log_in.html")]
pub struct LogIn {
    pub page: Page,
    /// The platform that waits for this log-in.
    pub client: Option<Asking>,
    /// Names the stored authorization request, so that the log-in goes on where it began.
    pub request: Option<String>,
    /// Where to start anew when that request is gone.
    pub client_id: Option<String>,
    /// Filled in by an earlier try or by a login hint; may be empty.
    pub email: String,
    pub problem: Option<LogInProblem>,
}

/// The client on whose behalf somebody is asked to log in.
pub struct Asking {
    pub name: String,
    pub host: String,
    pub initials: String,
}

/// Why the form is back. None of them tells whether an account exists.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum LogInProblem {
    WrongPair,
    TooManyTries { seconds: i64 },
    FormStale,
    Busy,
    CookiesBlocked,
}

/// Asks before the session ends. `page.viewer` is whom it logs out.
#[derive(Template)]
#[template(path = "sessions/log_out.html")]
pub struct LogOut {
    pub page: Page,
}

#[derive(Template)]
#[template(path = "sessions/logged_out.html")]
pub struct LoggedOut {
    pub page: Page,
}

impl LogIn {
    fn title_key(&self) -> &'static str {
        if self.wrong_pair() { "log-in-again-title" } else { "log-in-title" }
    }

    /// With which login, and to continue where.
    fn invitation(&self) -> Rich {
        let association = ("association", Arg::from(&self.page.association.name));
        let locale = self.page.locale;
        match &self.client {
            None => locale.rich("log-in-with", &[association]),
            Some(client) => {
                let args = [
                    association,
                    ("client", (&client.name).into()),
                    ("host", (&client.host).into()),
                ];
                locale.rich("log-in-with-to", &args)
            }
        }
    }

    /// What happened, and what to do.
    fn problem_words(&self) -> Option<(String, String)> {
        let (what, next) = match self.problem? {
            LogInProblem::WrongPair => ("log-in-wrong-pair", "log-in-wrong-pair-next"),
            LogInProblem::TooManyTries { seconds } => {
                let wait = self.page.wait(seconds);
                let next = self.page.t1("log-in-too-many-next", "wait", &wait);
                return Some((self.page.t("log-in-too-many"), next));
            }
            LogInProblem::FormStale => ("log-in-form-stale", "log-in-form-stale-next"),
            LogInProblem::Busy => ("log-in-busy", "log-in-busy-next"),
            LogInProblem::CookiesBlocked => {
                ("log-in-cookies-blocked", "log-in-cookies-blocked-next")
            }
        };
        Some((self.page.t(what), self.page.t(next)))
    }

    fn wrong_pair(&self) -> bool {
        self.problem == Some(LogInProblem::WrongPair)
    }

    /// Whether the password is all that is missing.
    fn password_again(&self) -> bool {
        self.problem.is_some() && !self.email.is_empty()
    }
}

#[cfg(test)]
pub mod samples {
    use super::*;
    use crate::web::page::Here;
    use crate::web::page::samples::{CANARY, hostile, page, stranger};

    fn log_in(client: Option<Asking>, email: &str, problem: Option<LogInProblem>) -> LogIn {
        LogIn {
            page: stranger(),
            client,
            request: Some("req_4711".to_owned()),
            client_id: Some("8c1f6a2e-4b7d-4f0e-9a53-2d6e7c90b1f4".to_owned()),
            email: email.to_owned(),
            problem,
        }
    }

    fn harbor() -> Option<Asking> {
        Some(Asking {
            name: "Harbor Community".to_owned(),
            host: "harbortrades.mobilize.io".to_owned(),
            initials: "HC".to_owned(),
        })
    }

    /// Every state of every page, by name.
    pub fn all() -> Vec<(&'static str, String)> {
        let marta = "marta@lindqvistroofing.example";
        let again = |problem| log_in(harbor(), marta, Some(problem)).render().unwrap();
        vec![
            ("log-in", log_in(harbor(), "", None).render().unwrap()),
            ("log-in-alone", log_in(None, "", None).render().unwrap()),
            ("log-in-wrong-pair", again(LogInProblem::WrongPair)),
            ("log-in-too-many", again(LogInProblem::TooManyTries { seconds: 20 })),
            ("log-in-form-stale", again(LogInProblem::FormStale)),
            ("log-in-busy", again(LogInProblem::Busy)),
            ("log-in-cookies-blocked", again(LogInProblem::CookiesBlocked)),
            ("log-out", LogOut { page: page(Here::Elsewhere) }.render().unwrap()),
            ("logged-out", LoggedOut { page: stranger() }.render().unwrap()),
        ]
    }

    /// Every page with the canary in every text that somebody may type.
    pub fn hostile_pages() -> Vec<String> {
        let canary = || CANARY.to_owned();
        let client = Asking { name: canary(), host: canary(), initials: canary() };
        let log_in = LogIn {
            page: hostile(Here::Elsewhere),
            client: Some(client),
            request: Some(canary()),
            client_id: Some(canary()),
            email: canary(),
            problem: Some(LogInProblem::WrongPair),
        };
        vec![
            log_in.render().unwrap(),
            LogOut { page: hostile(Here::Elsewhere) }.render().unwrap(),
            LoggedOut { page: hostile(Here::Elsewhere) }.render().unwrap(),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_in_form_says_who_asks_and_keeps_what_was_typed() {
        let pages = samples::all();

        let (_, first) = &pages[0];
        let (_, again) = &pages[2];

        assert!(first.contains("to continue to <strong>Harbor Community</strong>"), "{first}");
        assert!(first.contains(r#"name="request" value="req_4711""#), "{first}");
        assert!(!first.contains("role=\"alert\""), "{first}");
        assert!(again.contains(r#"value="marta@lindqvistroofing.example""#), "{again}");
        assert!(again.contains("That e-mail and password do not go together."), "{again}");
        assert!(!again.contains(r#"type="password" value"#), "{again}");
    }
}

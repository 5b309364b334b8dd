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
    /// Somebody is logged in (`page.viewer`), and a fresh log-in is asked for all the same.
    pub is_again: bool,
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
    /// The client that asks for it.
    pub client: Option<Asking>,
    /// What came with the request, handed on as it is.
    pub carried: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "sessions/logged_out.html")]
pub struct LoggedOut {
    pub page: Page,
    pub back: Option<Back>,
    /// The request for this log-out was not valid, so nobody is sent on.
    pub problem: bool,
}

/// Where the person came from. The URL is one that was registered.
pub struct Back {
    pub name: String,
    pub url: String,
}

impl LogIn {
    fn title_key(&self) -> &'static str {
        if self.wrong_pair() { "log-in-again-title" } else { self.heading_key() }
    }

    fn heading_key(&self) -> &'static str {
        if self.is_again { "log-in-afresh-title" } else { "log-in-title" }
    }

    /// Who is logged in while a log-in is asked for.
    fn already_in(&self) -> Option<Rich> {
        let viewer = self.page.viewer.as_ref().filter(|_| self.is_again)?;
        Some(self.page.rich1("log-in-afresh-who", "name", &viewer.name))
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

impl LogOut {
    fn asks(&self) -> Option<Rich> {
        let client = self.client.as_ref()?;
        let args = [("client", (&client.name).into()), ("host", (&client.host).into())];
        Some(self.page.locale.rich("log-out-asks", &args))
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
            is_again: false,
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
        let afresh = |client| LogIn {
            page: page(Here::Elsewhere),
            is_again: true,
            ..log_in(client, "ruth@harbortrades.example", None)
        };
        let asked = LogOut {
            page: page(Here::Elsewhere),
            client: harbor(),
            carried: vec![("state".to_owned(), "af0ifjsldkj".to_owned())],
        };
        let alone = LogOut { page: page(Here::Elsewhere), client: None, carried: Vec::new() };
        let logged_out = |back, problem| LoggedOut { page: stranger(), back, problem };
        let back = Back {
            name: "Harbor Community".to_owned(),
            url: "https://harbortrades.mobilize.io/logged-out".to_owned(),
        };
        vec![
            ("log-in", log_in(harbor(), "", None).render().unwrap()),
            ("log-in-alone", log_in(None, "", None).render().unwrap()),
            ("log-in-wrong-pair", again(LogInProblem::WrongPair)),
            ("log-in-too-many", again(LogInProblem::TooManyTries { seconds: 20 })),
            ("log-in-form-stale", again(LogInProblem::FormStale)),
            ("log-in-busy", again(LogInProblem::Busy)),
            ("log-in-cookies-blocked", again(LogInProblem::CookiesBlocked)),
            ("log-in-afresh", afresh(harbor()).render().unwrap()),
            ("log-in-afresh-alone", afresh(None).render().unwrap()),
            ("log-out", alone.render().unwrap()),
            ("log-out-asked", asked.render().unwrap()),
            ("logged-out", logged_out(None, false).render().unwrap()),
            ("logged-out-back", logged_out(Some(back), false).render().unwrap()),
            ("logged-out-problem", logged_out(None, true).render().unwrap()),
        ]
    }

    /// Every page with the canary in every text that somebody may type.
    pub fn hostile_pages() -> Vec<String> {
        let canary = || CANARY.to_owned();
        let client = || Some(Asking { name: canary(), host: canary(), initials: canary() });
        let log_in = LogIn {
            page: hostile(Here::Elsewhere),
            client: client(),
            request: Some(canary()),
            client_id: Some(canary()),
            email: canary(),
            is_again: true,
            problem: Some(LogInProblem::WrongPair),
        };
        let log_out = LogOut {
            page: hostile(Here::Elsewhere),
            client: client(),
            carried: vec![(canary(), canary())],
        };
        let logged_out = LoggedOut {
            page: hostile(Here::Elsewhere),
            back: Some(Back { name: canary(), url: canary() }),
            problem: true,
        };
        vec![log_in.render().unwrap(), log_out.render().unwrap(), logged_out.render().unwrap()]
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
    #[test]
    fn a_fresh_log_in_names_who_is_logged_in() {
        let pages = samples::all();
        let page = |name| &pages.iter().find(|(known, _)| *known == name).unwrap().1;

        let (afresh, first) = (page("log-in-afresh"), page("log-in"));

        assert!(afresh.contains("<h1>Log in again</h1>"), "{afresh}");
        assert!(afresh.contains("logged in as <strong>Ruth Okafor</strong>"), "{afresh}");
        assert!(!first.contains("Ruth Okafor"), "{first}");
    }

    #[test]
    fn a_log_out_that_is_asked_for_says_by_whom_and_hands_the_request_on() {
        let pages = samples::all();
        let page = |name| &pages.iter().find(|(known, _)| *known == name).unwrap().1;

        let (asked, alone) = (page("log-out-asked"), page("log-out"));

        assert!(asked.contains("<strong>Harbor Community</strong>"), "{asked}");
        assert!(asked.contains(r#"name="state" value="af0ifjsldkj""#), "{asked}");
        assert!(!alone.contains("Harbor Community") && !alone.contains("af0ifjsldkj"), "{alone}");
        for html in [asked, alone] {
            assert!(html.contains(r#"href="/account">Stay logged in</a>"#), "{html}");
        }
    }
}

//! How an SSO client does, in words: the line in the list and the modal, and the page that says why
//! something failed.

use askama::Template;

use super::Failure;
use crate::clients::views::Status;
use crate::web::page::Page;

/// Of today.
#[derive(Clone, Copy, Default)]
pub struct Today {
    pub sign_ins: i64,
    pub failures: i64,
}

impl Today {
    pub fn words(&self, page: &Page) -> String {
        page.t1("health-today", "count", self.sign_ins)
    }

    pub fn failed(&self, page: &Page) -> String {
        page.t1("health-failed", "count", self.failures)
    }
}

#[derive(Template)]
#[template(path = "clients/failures.html")]
pub struct Failures {
    pub page: Page,
    pub client_id: String,
    pub name: String,
    pub status: Status,
    pub today: Today,
    /// The most frequent first.
    pub failures: Vec<FailureRow>,
}

pub struct FailureRow {
    pub why: Failure,
    pub times: i64,
    /// Ready to read.
    pub last: String,
}

/// Who can end a failure.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Acts {
    You,
    Platform,
    Nobody,
}

impl FailureRow {
    fn what(&self, page: &Page, client: &str) -> String {
        page.t1(self.keys().0, "client", client)
    }

    fn next(&self, page: &Page, client: &str) -> String {
        page.t1(self.keys().1, "client", client)
    }

    fn kind(&self) -> &'static str {
        match self.acts() {
            Acts::You => "held",
            Acts::Platform => "wait",
            Acts::Nobody => "na",
        }
    }

    fn who(&self, page: &Page, client: &str) -> String {
        match self.acts() {
            Acts::You => page.t("failure-you"),
            Acts::Platform => page.t1("failure-platform", "client", client),
            Acts::Nobody => page.t("failure-nobody"),
        }
    }

    fn acts(&self) -> Acts {
        match self.why {
            Failure::RedirectUrl
            | Failure::LogOutUrl
            | Failure::Pkce
            | Failure::SecretKey
            | Failure::SecretKeyExpired
            | Failure::Method
            | Failure::NotPermitted
            | Failure::SwitchedOff => Acts::You,
            Failure::Request
            | Failure::Assertion
            | Failure::CodeExpired
            | Failure::CodeReplayed
            | Failure::CodeMismatch
            | Failure::CodeUnknown
            | Failure::RefreshReplayed => Acts::Platform,
            Failure::Declined | Failure::Ended => Acts::Nobody,
        }
    }

    /// What happened, and what to do.
    fn keys(&self) -> (&'static str, &'static str) {
        match self.why {
            Failure::RedirectUrl => ("failure-redirect-url", "failure-redirect-url-next"),
            Failure::LogOutUrl => ("failure-log-out-url", "failure-log-out-url-next"),
            Failure::Request => ("failure-request", "failure-request-next"),
            Failure::Pkce => ("failure-pkce", "failure-pkce-next"),
            Failure::SecretKey => ("failure-secret-key", "failure-secret-key-next"),
            Failure::SecretKeyExpired => {
                ("failure-secret-key-expired", "failure-secret-key-expired-next")
            }
            Failure::Method => ("failure-method", "failure-method-next"),
            Failure::Assertion => ("failure-assertion", "failure-assertion-next"),
            Failure::NotPermitted => ("failure-not-permitted", "failure-not-permitted-next"),
            Failure::Declined => ("failure-declined", "failure-declined-next"),
            Failure::CodeExpired => ("failure-code-expired", "failure-code-expired-next"),
            Failure::CodeReplayed => ("failure-code-replayed", "failure-code-replayed-next"),
            Failure::CodeMismatch => ("failure-code-mismatch", "failure-code-mismatch-next"),
            Failure::CodeUnknown => ("failure-code-unknown", "failure-code-unknown-next"),
            Failure::RefreshReplayed => {
                ("failure-refresh-replayed", "failure-refresh-replayed-next")
            }
            Failure::Ended => ("failure-ended", "failure-ended-next"),
            Failure::SwitchedOff => ("failure-switched-off", "failure-switched-off-next"),
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

    pub fn row(why: Failure) -> FailureRow {
        FailureRow { why, times: 1284, last: "2 min ago".to_owned() }
    }

    fn failures(failures: Vec<FailureRow>) -> Failures {
        Failures {
            page: page(Here::SsoClients),
            client_id: ID.to_owned(),
            name: "Forj Community".to_owned(),
            status: Status::LastLogIn { at: "2 min ago".to_owned() },
            today: Today { sign_ins: 112, failures: 41 },
            failures,
        }
    }

    /// Every state of the page, by name.
    pub fn all() -> Vec<(&'static str, String)> {
        let none = Failures { today: Today::default(), ..failures(Vec::new()) };
        vec![
            ("client-failures", failures(Failure::ALL.map(row).into()).render().unwrap()),
            ("client-failures-none", none.render().unwrap()),
        ]
    }

    pub fn hostile_pages() -> Vec<String> {
        let canary = || CANARY.to_owned();
        let rows = Failure::ALL.map(|why| FailureRow { last: canary(), ..row(why) });
        let failures = Failures {
            page: hostile(Here::SsoClients),
            name: canary(),
            status: Status::LastLogIn { at: canary() },
            ..failures(rows.into())
        };
        vec![failures.render().unwrap()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::page::samples::stranger;

    #[test]
    fn every_failure_says_what_happened_who_acts_and_what_to_do() {
        let page = stranger();

        let mut sentences: Vec<_> = Failure::ALL
            .into_iter()
            .map(samples::row)
            .flat_map(|row| [row.what(&page, "Forj"), row.next(&page, "Forj")])
            .collect();
        sentences.sort();
        sentences.dedup();

        assert_eq!(sentences.len(), 2 * Failure::ALL.len(), "{sentences:#?}");
        assert!(sentences.iter().all(|it| it.ends_with('.')), "{sentences:#?}");
    }
}

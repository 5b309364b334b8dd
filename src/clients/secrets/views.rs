//! The Secret Keys of an SSO client, as an admin sees them: the list in the modal, and the pages that
//! ask before one is made or ended.

use askama::Template;

use crate::web::page::Page;

/// One live Secret Key. Times are ready to read.
pub struct KeyRow {
    pub id: String,
    /// What an admin calls it; empty where nobody named it.
    pub name: String,
    /// The first characters, like `k7Gd`.
    pub start: String,
    pub made: String,
    pub last_used: Option<String>,
    pub stops: Option<String>,
    pub usage: Usage,
    pub last_shown: Option<Shown>,
    /// In the answer that reveals this one, and nowhere else.
    pub revealed: Option<String>,
    /// The newest one stands among the platform's settings too.
    pub is_newest: bool,
}

/// Whether a Secret Key is needed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Usage {
    InUse,
    NotYet,
    /// Nobody came with it for a week, and with the other one somebody did.
    SafeToRemove,
    /// Nobody came with any for a week.
    Quiet,
}

/// When somebody last looked at a Secret Key.
pub struct Shown {
    pub by: String,
    pub at: String,
}

impl KeyRow {
    pub fn title(&self, page: &Page) -> String {
        if self.name.is_empty() { page.t("secret-key") } else { self.name.clone() }
    }

    pub fn history(&self, page: &Page) -> String {
        let made = page.t1("keys-made", "at", &self.made);
        let used = match &self.last_used {
            Some(at) => page.t1("keys-last-used", "at", at),
            None => page.t("keys-never-used"),
        };
        let stops = self.stops.as_ref().map(|at| page.t1("keys-stops", "at", at));
        [Some(made), Some(used), stops].into_iter().flatten().collect::<Vec<_>>().join(" ")
    }

    pub fn kind(&self) -> &'static str {
        match self.usage {
            Usage::InUse => "ok",
            Usage::NotYet => "wait",
            Usage::SafeToRemove => "held",
            Usage::Quiet => "na",
        }
    }

    pub fn words(&self, page: &Page) -> String {
        page.t(match self.usage {
            Usage::InUse => "keys-in-use",
            Usage::NotYet => "keys-not-yet",
            Usage::SafeToRemove => "keys-safe",
            Usage::Quiet => "keys-quiet",
        })
    }
}

impl Shown {
    pub fn words(&self, page: &Page) -> String {
        let args = [("by", (&self.by).into()), ("at", (&self.at).into())];
        page.locale.text("clients-last-shown", &args)
    }
}

#[derive(Template)]
#[template(path = "clients/confirm_new_secret.html")]
pub struct ConfirmNewSecret {
    pub page: Page,
    pub client_id: String,
    pub name: String,
    pub version: i64,
    /// When the present Secret Key was last used.
    pub last_used: Option<String>,
    /// Two are live already: then both stop, or one is removed first.
    pub is_full: bool,
    /// What becomes of the present one, as the form has it.
    pub old: Old,
    pub key_name: String,
    pub problem: Option<NewSecretProblem>,
}

/// A choice of the form.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Old {
    StopsAtOnce,
    StopsIn { days: i64 },
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum NewSecretProblem {
    /// There is no room for a third one.
    TwoSecrets,
    NameTooLong {
        most: usize,
    },
}

/// One line of the choice.
struct Choice {
    value: String,
    words: String,
    is_chosen: bool,
}

impl ConfirmNewSecret {
    fn choices(&self) -> Vec<Choice> {
        let later = [1, 7, 30].map(|days| Choice {
            value: days.to_string(),
            words: self.page.t1("new-secret-old-days", "days", days),
            is_chosen: self.old == Old::StopsIn { days },
        });
        let at_once = Choice {
            value: "now".to_owned(),
            words: self.page.t(match self.is_full {
                true => "new-secret-old-now-both",
                false => "new-secret-old-now",
            }),
            is_chosen: self.is_full || self.old == Old::StopsAtOnce,
        };
        let later = later.into_iter().filter(|_| !self.is_full);
        later.chain([at_once]).collect()
    }

    fn name_problem(&self) -> Option<String> {
        match self.problem? {
            NewSecretProblem::NameTooLong { most } => {
                Some(self.page.t1("new-secret-name-long", "most", most))
            }
            NewSecretProblem::TwoSecrets => None,
        }
    }

    fn is_refused(&self) -> bool {
        self.problem == Some(NewSecretProblem::TwoSecrets)
    }
}

#[derive(Template)]
#[template(path = "clients/confirm_remove_secret.html")]
pub struct ConfirmRemoveSecret {
    pub page: Page,
    pub client_id: String,
    pub name: String,
    pub version: i64,
    pub key: KeyRow,
    /// The one that stays; none where this is the last one, which stays itself.
    pub other: Option<KeyRow>,
}

impl ConfirmRemoveSecret {
    fn title(&self) -> String {
        let args = [("start", (&self.key.start).into()), ("client", (&self.name).into())];
        self.page.locale.text("remove-secret-title", &args)
    }

    fn used(&self) -> String {
        match &self.key.last_used {
            Some(at) => self.page.t1("remove-secret-last-used", "at", at),
            None => self.page.t("remove-secret-never-used"),
        }
    }

    fn stays(&self, other: &KeyRow) -> String {
        let (start, client) = ((&other.start).into(), (&self.name).into());
        match &other.last_used {
            Some(at) => {
                let args = [("start", start), ("client", client), ("at", at.into())];
                self.page.locale.text("remove-secret-stays", &args)
            }
            None => {
                let args = [("start", start), ("client", client)];
                self.page.locale.text("remove-secret-stays-unused", &args)
            }
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

    /// The older one first, as the modal has them.
    pub fn keys() -> Vec<KeyRow> {
        let text = str::to_owned;
        let shown = Shown { by: text("Ruth Okafor"), at: text("today at 9:12") };
        vec![
            KeyRow {
                id: ID.to_owned(),
                name: String::new(),
                start: text("Zp2v"),
                made: text("3 March 2026 at 9:12"),
                last_used: Some(text("14 March 2026 at 7:30")),
                stops: Some(text("12 May 2026 at 9:12")),
                usage: Usage::SafeToRemove,
                last_shown: None,
                revealed: None,
                is_newest: false,
            },
            KeyRow {
                id: "secret_2".to_owned(),
                name: text("Launch"),
                start: text("k7Gd"),
                made: text("5 May 2026 at 9:12"),
                last_used: Some(text("2 min ago")),
                stops: None,
                usage: Usage::InUse,
                last_shown: Some(shown),
                revealed: None,
                is_newest: true,
            },
        ]
    }

    /// A key whose every text is the canary.
    pub fn hostile_key() -> KeyRow {
        let canary = || CANARY.to_owned();
        KeyRow {
            id: canary(),
            name: canary(),
            start: canary(),
            made: canary(),
            last_used: Some(canary()),
            stops: Some(canary()),
            usage: Usage::NotYet,
            last_shown: Some(Shown { by: canary(), at: canary() }),
            revealed: Some(canary()),
            is_newest: false,
        }
    }

    fn new_secret(last_used: Option<&str>) -> ConfirmNewSecret {
        ConfirmNewSecret {
            page: page(Here::SsoClients),
            client_id: ID.to_owned(),
            name: "Forj Community".to_owned(),
            version: 7,
            last_used: last_used.map(str::to_owned),
            is_full: false,
            old: Old::StopsIn { days: 7 },
            key_name: String::new(),
            problem: None,
        }
    }

    fn remove(key: KeyRow, other: Option<KeyRow>) -> ConfirmRemoveSecret {
        ConfirmRemoveSecret {
            page: page(Here::SsoClients),
            client_id: ID.to_owned(),
            name: "Forj Community".to_owned(),
            version: 7,
            key,
            other,
        }
    }

    /// Every state of every page, by name.
    pub fn all() -> Vec<(&'static str, String)> {
        let key = |place: usize| keys().into_iter().nth(place).unwrap();
        let unused = || KeyRow { last_used: None, usage: Usage::NotYet, ..key(1) };
        let full = ConfirmNewSecret {
            is_full: true,
            problem: Some(NewSecretProblem::TwoSecrets),
            ..new_secret(None)
        };
        let long = ConfirmNewSecret {
            old: Old::StopsAtOnce,
            key_name: "Launch".repeat(20),
            problem: Some(NewSecretProblem::NameTooLong { most: 100 }),
            ..new_secret(None)
        };
        vec![
            ("client-new-secret", new_secret(Some("2 min ago")).render().unwrap()),
            ("client-new-secret-unused", new_secret(None).render().unwrap()),
            ("client-new-secret-full", full.render().unwrap()),
            ("client-new-secret-long", long.render().unwrap()),
            ("client-remove-secret", remove(key(0), Some(key(1))).render().unwrap()),
            ("client-remove-secret-unused", remove(unused(), Some(unused())).render().unwrap()),
            ("client-remove-secret-last", remove(key(1), None).render().unwrap()),
        ]
    }

    /// Every page with the canary in every text that somebody may type.
    pub fn hostile_pages() -> Vec<String> {
        let page = || hostile(Here::SsoClients);
        let canary = || CANARY.to_owned();
        let new_secret = ConfirmNewSecret {
            page: page(),
            name: canary(),
            key_name: canary(),
            ..new_secret(Some(CANARY))
        };
        let remove = ConfirmRemoveSecret {
            page: page(),
            name: canary(),
            ..remove(hostile_key(), Some(hostile_key()))
        };
        vec![new_secret.render().unwrap(), remove.render().unwrap()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::page::samples::stranger;

    #[test]
    fn a_key_tells_when_it_was_made_used_and_when_it_stops() {
        let page = stranger();
        let keys = samples::keys();

        assert_eq!(
            keys[0].history(&page),
            "Made 3 March 2026 at 9:12. Last used 14 March 2026 at 7:30. Stops 12 May 2026 at 9:12."
        );
        assert_eq!(keys[0].title(&page), "Secret Key");
        assert_eq!(keys[0].words(&page), "Safe to remove");
        assert_eq!(keys[1].history(&page), "Made 5 May 2026 at 9:12. Last used 2 min ago.");
    }

    #[test]
    fn where_two_keys_are_live_the_only_choice_is_to_stop_both() {
        let (_, html) = &samples::all()[2];

        assert_eq!(html.matches("type=\"radio\"").count(), 1, "{html}");
        assert!(html.contains("value=\"now\" checked"), "{html}");
    }
}

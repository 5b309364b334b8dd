//! The list of SSO clients, as an admin sees it.

use askama::Template;

use super::health::views::Today;
use crate::web::page::Page;

#[derive(Template)]
#[template(path = "clients/list.html")]
pub struct List {
    pub page: Page,
    /// What was searched for; empty without a search.
    pub search: String,
    pub rows: Vec<Row>,
}

/// One line of the list.
pub struct Row {
    pub id: String,
    pub name: String,
    /// The host of the first redirect URL.
    pub host: String,
    pub status: Status,
    pub today: Today,
    /// The Permitted Groups by name; none is everybody.
    pub groups: Vec<String>,
}

/// How a client is doing. Times are ready to read, like "today at 9:12".
#[derive(Clone)]
pub enum Status {
    SwitchedOff { by: Option<String>, at: String },
    NotUsedYet,
    LastLogIn { at: String },
}

impl List {
    /// Nobody has added a client yet.
    fn is_untouched(&self) -> bool {
        self.rows.is_empty() && self.search.is_empty()
    }
}

impl Row {
    pub fn who(&self, page: &Page) -> String {
        match &*self.groups {
            _ if self.status.is_off() => page.t("clients-who-nobody"),
            [] => page.t("clients-who-all"),
            groups => groups.join(", "),
        }
    }
}

impl Status {
    pub fn is_off(&self) -> bool {
        matches!(self, Status::SwitchedOff { .. })
    }

    pub fn kind(&self) -> &'static str {
        match self {
            Status::SwitchedOff { .. } => "na",
            Status::NotUsedYet => "wait",
            Status::LastLogIn { .. } => "ok",
        }
    }

    pub fn words(&self, page: &Page) -> String {
        match self {
            Status::SwitchedOff { .. } => page.t("clients-off"),
            Status::NotUsedYet => page.t("clients-unused"),
            Status::LastLogIn { at } => page.t1("clients-last-log-in", "at", at),
        }
    }

    pub fn small(&self, page: &Page) -> Option<String> {
        match self {
            Status::SwitchedOff { by: Some(by), at } => {
                let args = [("by", by.into()), ("at", at.into())];
                Some(page.locale.text("clients-off-by", &args))
            }
            Status::SwitchedOff { by: None, at } => Some(page.t1("clients-off-at", "at", at)),
            Status::NotUsedYet => Some(page.t("clients-unused-next")),
            Status::LastLogIn { .. } => None,
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

    pub const ID: &str = "8c1f6a2e-4b7d-4f0e-9a53-2d6e7c90b1f4";

    pub fn rows() -> Vec<Row> {
        let row = |name: &str, host: &str, status| Row {
            id: ID.to_owned(),
            name: name.to_owned(),
            host: host.to_owned(),
            status,
            today: Today::default(),
            groups: Vec::new(),
        };
        let text = str::to_owned;
        let busy = Row {
            today: Today { sign_ins: 1112, failures: 41 },
            groups: vec![text("Members in good standing"), text("Staff")],
            ..row(
                "Forj Community",
                "harbortrades.mobilize.io",
                Status::LastLogIn { at: text("2 min ago") },
            )
        };
        let off = Status::SwitchedOff { by: Some(text("Ruth Okafor")), at: text("2 April") };
        let off_by_command = Status::SwitchedOff { by: None, at: text("2 April") };
        vec![
            busy,
            row("Higher Logic", "learn.harbortrades.example", Status::NotUsedYet),
            row("Old event site", "events.harbortrades.example", off),
            row("Older event site", "old.harbortrades.example", off_by_command),
        ]
    }

    fn list(search: &str, rows: Vec<Row>) -> String {
        List { page: page(Here::SsoClients), search: search.to_owned(), rows }.render().unwrap()
    }

    /// Every state of the page, by name.
    pub fn all() -> Vec<(&'static str, String)> {
        vec![
            ("clients", list("", rows())),
            ("clients-none", list("", Vec::new())),
            ("clients-no-match", list("lindqist", Vec::new())),
        ]
    }

    /// A line whose every text is the canary.
    pub fn hostile_row() -> Row {
        let canary = || CANARY.to_owned();
        let status = Status::SwitchedOff { by: Some(canary()), at: canary() };
        let today = Today { sign_ins: 1, failures: 1 };
        let groups = vec![canary()];
        Row { id: ID.to_owned(), name: canary(), host: canary(), status, today, groups }
    }

    /// The page with the canary in every text that somebody may type.
    pub fn hostile_pages() -> Vec<String> {
        let list = |rows| List { page: hostile(Here::SsoClients), search: CANARY.to_owned(), rows };
        vec![list(vec![hostile_row()]).render().unwrap(), list(Vec::new()).render().unwrap()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_list_says_whether_nobody_added_or_nobody_matches() {
        let pages = samples::all();

        let (_, none) = &pages[1];
        let (_, no_match) = &pages[2];

        assert!(none.contains("No SSO clients yet") && !none.contains("type=\"search\""));
        assert!(no_match.contains("No SSO client matches “lindqist”"), "{no_match}");
    }

    #[test]
    fn a_client_that_is_switched_off_is_open_to_nobody() {
        let (_, html) = &samples::all()[0];

        assert_eq!(html.matches("<small>By Ruth Okafor, 2 April</small>").count(), 1, "{html}");
        assert_eq!(html.matches(">Nobody</td>").count(), 2, "{html}");
    }
}

//! The list of groups, and the tabs of one of them, as an admin sees them.

use askama::Template;

use super::{LONGEST_NAME, NotAName};
use crate::events::words::Line;
use crate::web::companion::{Choice, GroupDetails, Markup};
use crate::web::page::Page;

#[derive(Template)]
#[template(path = "groups/list.html")]
pub struct List {
    pub page: Page,
    /// What was searched for; empty without a search.
    pub search: String,
    /// What was chosen of `choices`.
    pub state: String,
    pub choices: Vec<Choice>,
    pub banners: Markup,
    /// Of the companion's columns.
    pub headings: Vec<String>,
    pub rows: Vec<Row>,
    pub note: Markup,
}

/// One line of the list; a cell for each of the companion's headings.
pub struct Row {
    pub id: String,
    pub name: String,
    pub size: i64,
    pub cells: Vec<Markup>,
}

/// The top of each page of a group.
pub struct Head {
    pub id: String,
    pub name: String,
    pub size: i64,
}

/// What an admin says of a group.
#[derive(Default)]
pub struct Form {
    pub name: String,
    pub is_visible: bool,
    pub problem: Option<NameProblem>,
    /// The page was open for too long.
    pub is_stale: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameProblem {
    Not(NotAName),
    Taken,
}

#[derive(Template)]
#[template(path = "groups/new.html")]
pub struct New {
    pub page: Page,
    pub form: Form,
}

#[derive(Template)]
#[template(path = "groups/details.html")]
pub struct Details {
    pub page: Page,
    pub group: Head,
    pub form: Form,
    /// The companion's parts.
    pub more: GroupDetails,
}

#[derive(Template)]
#[template(path = "groups/history.html")]
pub struct History {
    pub page: Page,
    pub group: Head,
    /// The companion's part.
    pub above: Markup,
    pub lines: Vec<Line>,
    pub older_url: Option<String>,
}

#[derive(Template)]
#[template(path = "groups/delete.html")]
pub struct Delete {
    pub page: Page,
    pub group: Head,
    /// Whose Permitted Group it is; with any, it stays.
    pub clients: Vec<String>,
}

impl List {
    /// Nobody has added a group yet.
    fn is_untouched(&self) -> bool {
        self.rows.is_empty() && self.search.is_empty() && self.state.is_empty()
    }
}

impl Delete {
    fn whose(&self) -> String {
        self.page.t1("group-permitted", "clients", &self.clients.join(", "))
    }
}

impl Form {
    fn sentence(&self, page: &Page) -> Option<String> {
        Some(match self.problem? {
            NameProblem::Not(NotAName::Empty) => page.t("groups-name-empty"),
            NameProblem::Not(NotAName::Long) => page.t1("groups-name-long", "most", LONGEST_NAME),
            NameProblem::Not(NotAName::Controls) => page.t("groups-name-controls"),
            NameProblem::Taken => page.t1("groups-name-taken", "group", &self.name),
        })
    }
}

#[cfg(test)]
pub mod samples {
    use super::*;
    use crate::events::views::samples::{hostile_lines, some_lines};
    use crate::web::page::{
        Here,
        samples::{CANARY, hostile, page},
    };

    pub const ID: &str = "5d2f4c1e-0b6a-4f7d-8e35-9a7c1b2d3e4f";

    pub fn head() -> Head {
        Head { id: ID.to_owned(), name: "Safety Committee".to_owned(), size: 48 }
    }

    pub fn hostile_head() -> Head {
        Head { id: ID.to_owned(), name: CANARY.to_owned(), size: 1 }
    }

    pub fn markup(text: &str) -> Markup {
        Markup(text.to_owned())
    }

    pub fn choice(value: &str, words: &str) -> Choice {
        Choice { value: value.to_owned(), words: words.to_owned() }
    }

    fn list(rows: Vec<Row>) -> List {
        List {
            page: page(Here::Groups),
            search: String::new(),
            state: String::new(),
            choices: Vec::new(),
            banners: Markup::default(),
            headings: Vec::new(),
            rows,
            note: Markup::default(),
        }
    }

    fn row(name: &str, size: i64, cells: Vec<Markup>) -> Row {
        Row { id: ID.to_owned(), name: name.to_owned(), size, cells }
    }

    fn lists() -> Vec<(&'static str, String)> {
        let bare = list(vec![row("Safety Committee", 48, vec![]), row("Board", 1284, vec![])]);
        let accompanied = List {
            state: "attention".to_owned(),
            choices: vec![choice("attention", "Needs attention (1)")],
            headings: vec!["Mobilize".to_owned()],
            note: markup("<p class=\"soft\">Last check today at 2:00.</p>"),
            ..list(vec![row(
                "Safety Committee",
                48,
                vec![markup("<span class=\"soft\">Held</span>")],
            )])
        };
        let no_match = List { search: "saftey".to_owned(), ..list(Vec::new()) };
        vec![
            ("groups", bare.render().unwrap()),
            ("groups-accompanied", accompanied.render().unwrap()),
            ("groups-none", list(Vec::new()).render().unwrap()),
            ("groups-no-match", no_match.render().unwrap()),
        ]
    }

    fn new(form: Form) -> String {
        New { page: page(Here::Groups), form }.render().unwrap()
    }

    fn details(form: Form, more: &str) -> String {
        let (page, group) = (page(Here::Groups), head());
        let more = GroupDetails { beside: markup(more), ..GroupDetails::default() };
        Details { page, group, form, more }.render().unwrap()
    }

    fn form(name: &str, problem: Option<NameProblem>) -> Form {
        Form { name: name.to_owned(), is_visible: true, problem, is_stale: false }
    }

    /// Every state of the pages, by name.
    pub fn all() -> Vec<(&'static str, String)> {
        let history = |above: &str, lines, older: Option<&str>| History {
            page: page(Here::Groups),
            group: head(),
            above: markup(above),
            lines,
            older_url: older.map(str::to_owned),
        };
        let delete = |clients: &[&str]| Delete {
            page: page(Here::Groups),
            group: head(),
            clients: clients.iter().map(|it| (*it).to_owned()).collect(),
        };
        let stale = Form { is_stale: true, ..form("Board", None) };
        let card = "<section class=\"card\"><h2>Mobilize</h2></section>";
        let mut all = lists();
        all.extend([
            ("group-new", new(Form::default())),
            ("group-new-empty", new(form("", Some(NameProblem::Not(NotAName::Empty))))),
            ("group-new-taken", new(form("Board", Some(NameProblem::Taken)))),
            ("group-new-stale", new(stale)),
            ("group-details", details(form("Safety Committee", None), "")),
            ("group-details-accompanied", details(form("Safety Committee", None), card)),
            ("group-details-long", details(form("x", Some(NameProblem::Not(NotAName::Long))), "")),
            (
                "group-details-controls",
                details(form("x", Some(NameProblem::Not(NotAName::Controls))), ""),
            ),
            ("group-history", history("", some_lines(), None).render().unwrap()),
            (
                "group-history-more",
                history(card, some_lines(), Some("?before=event_1")).render().unwrap(),
            ),
            ("group-delete", delete(&[]).render().unwrap()),
            ("group-delete-refused", delete(&["Forj Community", "Board Room"]).render().unwrap()),
        ]);
        all
    }

    /// Every page with the canary in every text that somebody may type.
    pub fn hostile_pages() -> Vec<String> {
        let canary = || CANARY.to_owned();
        let page = || hostile(Here::Groups);
        let typed = || form(CANARY, Some(NameProblem::Taken));
        let list = |rows| List {
            page: page(),
            search: canary(),
            state: canary(),
            choices: vec![choice(CANARY, CANARY)],
            banners: Markup::default(),
            headings: vec![canary()],
            rows,
            note: Markup::default(),
        };
        let history = History {
            page: page(),
            group: hostile_head(),
            above: Markup::default(),
            lines: hostile_lines(),
            older_url: Some(canary()),
        };
        let (group, more) = (hostile_head(), GroupDetails::default());
        let details = Details { page: page(), group, form: typed(), more };
        let delete = |clients| Delete { page: page(), group: hostile_head(), clients };
        vec![
            list(vec![row(CANARY, 1, vec![Markup::default()])]).render().unwrap(),
            list(Vec::new()).render().unwrap(),
            New { page: page(), form: typed() }.render().unwrap(),
            details.render().unwrap(),
            history.render().unwrap(),
            delete(vec![canary()]).render().unwrap(),
            delete(Vec::new()).render().unwrap(),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(name: &str) -> String {
        samples::all().into_iter().find(|(known, _)| *known == name).unwrap().1
    }

    #[test]
    fn without_a_companion_the_list_is_whole() {
        let html = sample("groups");

        assert!(html.contains("Safety Committee") && html.contains(">1,284</td>"), "{html}");
        assert!(html.contains("Specific records") && !html.contains("name=\"state\""), "{html}");
        assert!(sample("groups-none").contains("No groups yet"));
        assert!(sample("groups-no-match").contains("No group matches"));
    }

    #[test]
    fn a_companion_adds_its_columns_its_filter_and_its_note() {
        let html = sample("groups-accompanied");

        assert!(html.contains("<th scope=\"col\">Mobilize</th>"), "{html}");
        assert!(html.contains("data-th=\"Mobilize\"><span class=\"soft\">Held</span>"), "{html}");
        assert!(html.contains("value=\"attention\" selected"), "{html}");
        assert!(html.contains("Last check today"), "{html}");
    }

    #[test]
    fn a_group_that_a_client_counts_on_cannot_be_deleted_and_the_page_says_whose() {
        let (free, kept) = (sample("group-delete"), sample("group-delete-refused"));

        assert!(free.contains("<button class=\"danger\">"), "{free}");
        assert!(!kept.contains("<button class=\"danger\">"), "{kept}");
        assert!(kept.contains("Forj Community, Board Room"), "{kept}");
    }
}

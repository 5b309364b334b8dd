//! Who is in a group, as an admin sees it; adding one, and adding or removing many.

use askama::Template;

use super::Record;
use crate::groups::paste::{MOST, Unreadable, Way};
use crate::groups::views::Head;
use crate::web::companion::{Choice, GroupMembers, Markup};
use crate::web::page::Page;

#[derive(Template)]
#[template(path = "groups/members.html")]
pub struct Members {
    pub page: Page,
    pub group: Head,
    /// The companion's part.
    pub around: GroupMembers,
    pub search: String,
    /// What was chosen of `choices`.
    pub state: String,
    pub choices: Vec<Choice>,
    pub headings: Vec<String>,
    pub rows: Vec<Row>,
    /// Where this page begins; empty for the first one.
    pub after: String,
    pub next_url: Option<String>,
    pub export_url: String,
}

/// A record, and a cell for each of the companion's headings.
pub struct Row {
    pub record: Record,
    pub cells: Vec<Markup>,
}

#[derive(Template)]
#[template(path = "groups/add.html")]
pub struct Add {
    pub page: Page,
    pub group: Head,
    pub search: String,
    pub found: Vec<Candidate>,
    /// More match than are shown.
    pub is_cut: bool,
}

pub struct Candidate {
    pub record: Record,
    pub is_in: bool,
}

#[derive(Template)]
#[template(path = "groups/paste.html")]
pub struct Paste {
    pub page: Page,
    pub group: Head,
    pub list: String,
    pub way: Way,
    pub problem: Option<Problem>,
    pub check: Option<Check>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    Unreadable(Unreadable),
    Stale,
    /// Somebody changed the group since the list was looked up.
    Changed,
}

/// Whom a list names, before anything is done.
pub struct Check {
    /// Stands for exactly this.
    pub digest: String,
    pub ready: usize,
    /// The first of them.
    pub names: Vec<String>,
    pub done: usize,
    pub unknown: Vec<String>,
    /// More that are not shown.
    pub more_unknown: usize,
}

impl Record {
    /// Where an admin looks at it.
    fn url(&self) -> String {
        format!("/admin/members/{}", self.record_id)
    }

    fn small(&self, page: &Page) -> String {
        let email = match &self.email {
            Some(email) => email.clone(),
            None if self.is_company() => page.t("record-company"),
            None => page.t("record-no-email"),
        };
        if self.deactivated_at.is_some() {
            page.t1("record-deactivated", "email", &email)
        } else {
            email
        }
    }
}

impl Members {
    fn is_filtered(&self) -> bool {
        !self.search.is_empty() || !self.state.is_empty() || !self.after.is_empty()
    }
}

impl Paste {
    fn problem_words(&self) -> Option<(String, String)> {
        let page = &self.page;
        Some(match self.problem? {
            Problem::Unreadable(Unreadable::Empty) => {
                (page.t("paste-empty"), page.t("paste-empty-next"))
            }
            Problem::Unreadable(Unreadable::Long) => {
                (page.t1("paste-long", "most", MOST), page.t("paste-long-next"))
            }
            Problem::Stale => (page.t("form-stale"), page.t("form-stale-next")),
            Problem::Changed => (page.t("paste-changed"), page.t("paste-changed-next")),
        })
    }

    fn is_out(&self) -> bool {
        self.way == Way::Out
    }

    fn done_words(&self, check: &Check) -> String {
        let key = if self.is_out() { "paste-not-in" } else { "paste-in-already" };
        self.page.t1(key, "count", check.done)
    }

    fn ready_words(&self, check: &Check) -> String {
        let key = if self.is_out() { "paste-will-remove" } else { "paste-will-add" };
        self.page.t1(key, "count", check.ready)
    }

    fn button(&self, check: &Check) -> String {
        let key = if self.is_out() { "paste-remove-button" } else { "paste-add-button" };
        self.page.t1(key, "count", check.ready)
    }
}

#[cfg(test)]
pub mod samples {
    use super::*;
    use crate::clock::Timestamp;
    use crate::groups::views::samples::{choice, head, hostile_head, markup};
    use crate::id::RecordId;
    use crate::web::page::{
        Here,
        samples::{CANARY, hostile, page},
    };

    fn record(number: u8, kind: &str, name: &str, email: Option<&str>) -> Record {
        let id = format!("3f0c9a52-7d1e-4b7e-9a41-6f2d5c8e10{number:02x}");
        Record {
            record_id: RecordId::presented(&id),
            kind: kind.to_owned(),
            name: name.to_owned(),
            email: email.map(str::to_owned),
            company: (kind == "person").then(|| "Lindqvist Roofing".to_owned()),
            deactivated_at: None,
        }
    }

    fn records() -> Vec<Record> {
        let off = Some(Timestamp::from_unix_seconds(0));
        vec![
            record(1, "person", "Marta Lindqvist", Some("marta@lindqvistroofing.example")),
            record(2, "person", "Tomás Rivera", None),
            record(3, "company", "Northshore Lumber", None),
            Record {
                deactivated_at: off,
                ..record(4, "person", "Paul Brandt", Some("p@b.example"))
            },
        ]
    }

    fn members(rows: Vec<Row>) -> Members {
        Members {
            page: page(Here::Groups),
            group: head(),
            around: GroupMembers::default(),
            search: String::new(),
            state: String::new(),
            choices: Vec::new(),
            headings: Vec::new(),
            rows,
            after: String::new(),
            next_url: None,
            export_url: "?export=csv".to_owned(),
        }
    }

    fn rows(cells: &[&str]) -> Vec<Row> {
        let cells = || cells.iter().map(|cell| markup(cell)).collect();
        records().into_iter().map(|record| Row { record, cells: cells() }).collect()
    }

    fn paste(way: Way, problem: Option<Problem>, check: Option<Check>) -> String {
        let list = "ann@acme.example\nnobody@acme.example".to_owned();
        let page = page(Here::Groups);
        Paste { page, group: head(), list, way, problem, check }.render().unwrap()
    }

    fn check(ready: usize, done: usize, unknown: &[&str], more_unknown: usize) -> Option<Check> {
        Some(Check {
            digest: "abc".to_owned(),
            ready,
            names: vec!["Ann Archer".to_owned(), "Bo Baker".to_owned()],
            done,
            unknown: unknown.iter().map(|it| (*it).to_owned()).collect(),
            more_unknown,
        })
    }

    /// Every state of the pages, by name.
    pub fn all() -> Vec<(&'static str, String)> {
        let accompanied = Members {
            around: GroupMembers {
                head: Markup::default(),
                above: markup("<section class=\"card\"><p>31 of 48 done</p></section>"),
            },
            state: "failed".to_owned(),
            choices: vec![choice("failed", "Failed (1)")],
            headings: vec!["Mobilize".to_owned()],
            next_url: Some("?after=x".to_owned()),
            ..members(rows(&["<span class=\"soft\">N/A</span>"]))
        };
        let no_match = Members { search: "lindqist".to_owned(), ..members(Vec::new()) };
        let add = |search: &str, is_cut, found: Vec<Candidate>| Add {
            page: page(Here::Groups),
            group: head(),
            search: search.to_owned(),
            found,
            is_cut,
        };
        let candidates = || {
            let all = records().into_iter().enumerate();
            all.map(|(number, record)| Candidate { record, is_in: number == 1 }).collect()
        };
        let empty = Some(Problem::Unreadable(Unreadable::Empty));
        let long = Some(Problem::Unreadable(Unreadable::Long));
        let unknown = ["nobody@acme.example", "Bo"];
        vec![
            ("group-members", members(rows(&[])).render().unwrap()),
            ("group-members-accompanied", accompanied.render().unwrap()),
            ("group-members-none", members(Vec::new()).render().unwrap()),
            ("group-members-no-match", no_match.render().unwrap()),
            ("group-add", add("", false, Vec::new()).render().unwrap()),
            ("group-add-found", add("a", true, candidates()).render().unwrap()),
            ("group-add-no-match", add("lindqist", false, Vec::new()).render().unwrap()),
            ("group-paste", paste(Way::In, None, None)),
            ("group-paste-empty", paste(Way::In, empty, None)),
            ("group-paste-long", paste(Way::Out, long, None)),
            ("group-paste-stale", paste(Way::In, Some(Problem::Stale), None)),
            ("group-paste-check", paste(Way::In, None, check(1284, 2, &unknown, 7))),
            ("group-paste-check-remove", paste(Way::Out, None, check(1, 0, &[], 0))),
            ("group-paste-nobody", paste(Way::Out, None, check(0, 1, &unknown, 0))),
            ("group-paste-changed", paste(Way::In, Some(Problem::Changed), check(2, 0, &[], 0))),
        ]
    }

    /// Every page with the canary in every text that somebody may type.
    pub fn hostile_pages() -> Vec<String> {
        let canary = || CANARY.to_owned();
        let page = || hostile(Here::Groups);
        let nasty =
            || Record { company: Some(canary()), ..record(1, "person", CANARY, Some(CANARY)) };
        let view = |rows| Members {
            page: page(),
            group: hostile_head(),
            search: canary(),
            state: canary(),
            after: canary(),
            choices: vec![choice(CANARY, CANARY)],
            headings: vec![canary()],
            next_url: Some(canary()),
            export_url: canary(),
            ..members(rows)
        };
        let row = Row { record: nasty(), cells: vec![Markup::default()] };
        let found = vec![Candidate { record: nasty(), is_in: false }];
        let add = |found| {
            let (page, group) = (page(), hostile_head());
            Add { page, group, search: canary(), found, is_cut: false }
        };
        let names = vec![canary()];
        let check = Check { names, digest: canary(), ..check(1, 1, &[CANARY], 1).unwrap() };
        let paste = Paste {
            page: page(),
            group: hostile_head(),
            list: canary(),
            way: Way::In,
            problem: None,
            check: Some(check),
        };
        vec![
            view(vec![row]).render().unwrap(),
            view(Vec::new()).render().unwrap(),
            add(found).render().unwrap(),
            add(Vec::new()).render().unwrap(),
            paste.render().unwrap(),
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
    fn a_list_of_members_tells_people_from_companies_and_who_is_deactivated() {
        let html = sample("group-members");

        assert!(html.contains("/admin/members/3f0c9a52-7d1e-4b7e-9a41-6f2d5c8e1001"), "{html}");
        assert!(html.contains("/admin/members/3f0c9a52-7d1e-4b7e-9a41-6f2d5c8e1003"), "{html}");
        assert!(html.contains("<small>Company record</small>"), "{html}");
        assert!(html.contains("<small>no e-mail</small>"), "{html}");
        assert!(html.contains("<small>Deactivated, p@b.example</small>"), "{html}");
    }

    #[test]
    fn a_pasted_list_says_who_was_not_found_before_it_offers_to_go_on() {
        let html = sample("group-paste-check");

        assert!(html.contains("<code>nobody@acme.example</code>"), "{html}");
        assert!(html.contains("and 7 more") && html.contains("Add 1,284"), "{html}");
        assert!(sample("group-paste-check-remove").contains("Remove 1"), "{html}");
        assert!(!sample("group-paste-nobody").contains("name=\"confirmed\""));
        assert!(!sample("group-paste").contains("name=\"confirmed\""));
    }
}

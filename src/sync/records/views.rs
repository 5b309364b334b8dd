//! What each platform has of a person or a company, on their page and on one of its own.

use askama::Template;

use crate::sync::status::views::Cell;
use crate::web::companion::Markup;
use crate::web::page::Page;

/// On the page of a person or a company.
#[derive(Template)]
#[template(path = "sync/record.html")]
pub struct Section<'a> {
    pub page: &'a Page,
    pub record_id: String,
    pub rows: Vec<Row>,
    /// There is a page with all that was sent, and this is not it.
    pub leads_on: bool,
}

pub struct Row {
    pub platform: &'static str,
    pub status: Cell,
    pub groups: String,
    pub sent: Option<String>,
    pub fields: String,
    /// What came of the last that was sent.
    pub answer: Option<String>,
    /// Fields that differ from what was sent last, or all of them where nothing was.
    pub diff: Vec<Diff>,
}

pub struct Diff {
    pub field: String,
    pub before: Option<String>,
    pub after: Option<String>,
}

#[derive(Template)]
#[template(path = "sync/sent.html")]
pub struct SentPage {
    pub page: Page,
    pub record_id: String,
    pub name: String,
    pub section: Markup,
    pub lines: Vec<Line>,
}

/// One thing that a platform was sent.
pub struct Line {
    pub at: String,
    pub when: String,
    pub platform: &'static str,
    pub what: String,
    pub group: Option<(String, String)>,
    pub answer: String,
    /// By their names there.
    pub fields: Vec<(String, String)>,
}

#[cfg(test)]
pub mod samples {
    use super::*;
    use crate::sync::status::views::Piece;
    use crate::web::page::{
        Here,
        samples::{CANARY, hostile, page},
    };

    const ID: &str = "3f0c9a52-7d1e-4b7e-9a41-6f2d5c8e1001";

    fn row(text: &str) -> Row {
        Row {
            platform: "Mobilize",
            status: Cell {
                small: vec![Piece::text(text.to_owned())],
                ..Cell::of("ok", "Up To Date".to_owned())
            },
            groups: text.to_owned(),
            sent: Some("today at 9:44".to_owned()),
            fields: "First Name, Last Name".to_owned(),
            answer: Some(text.to_owned()),
            diff: vec![
                Diff {
                    field: "Job Title".to_owned(),
                    before: Some(text.to_owned()),
                    after: Some("Owner".to_owned()),
                },
                Diff { field: "Company Name".to_owned(), before: None, after: None },
            ],
        }
    }

    fn line(text: &str) -> Line {
        Line {
            at: "2027-01-15T08:00:00Z".to_owned(),
            when: "today at 9:44".to_owned(),
            platform: "Mobilize",
            what: "Added".to_owned(),
            group: Some((text.to_owned(), "/admin/groups/x".to_owned())),
            answer: text.to_owned(),
            fields: vec![(text.to_owned(), text.to_owned()), ("Title".to_owned(), String::new())],
        }
    }

    fn section(page: &Page, rows: Vec<Row>) -> Markup {
        let section = Section { page, record_id: ID.to_owned(), rows, leads_on: true };
        Markup(section.render().unwrap())
    }

    fn sent(page: Page, text: &str, lines: Vec<Line>) -> String {
        let section = section(&page, vec![row(text)]);
        let name = text.to_owned();
        SentPage { page, record_id: ID.to_owned(), name, section, lines }.render().unwrap()
    }

    /// Every state of the pages, by name.
    pub fn all() -> Vec<(&'static str, String)> {
        let bare = Line { group: None, fields: Vec::new(), ..line("x") };
        vec![
            ("sync-sent", sent(page(Here::Members), "Marta", vec![line("Board"), bare])),
            ("sync-sent-none", sent(page(Here::Members), "Marta", Vec::new())),
        ]
    }

    /// With the canary in every text that somebody may type.
    pub fn hostile_pages() -> Vec<String> {
        vec![sent(hostile(Here::Members), CANARY, vec![line(CANARY)])]
    }
}

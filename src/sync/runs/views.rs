//! The full checks of a group and what was held, above what happened to the group itself.

use askama::Template;

use crate::sync::status::views::{Banner, Cell};
use crate::web::page::Page;

#[derive(Template)]
#[template(path = "sync/history.html")]
pub struct History<'a> {
    pub page: &'a Page,
    pub banners: Vec<Banner>,
    pub plans: Vec<PlanLine>,
    pub runs: Vec<RunLine>,
}

pub struct PlanLine {
    pub when: String,
    pub platform: &'static str,
    pub title: String,
    pub url: String,
    pub status: Cell,
}

pub struct RunLine {
    pub when: String,
    pub platform: &'static str,
    pub cause: String,
    pub found: String,
    pub outcome: Cell,
}

#[cfg(test)]
pub mod samples {
    use super::*;
    use crate::groups::views::History as Tab;
    use crate::groups::views::samples::{head, hostile_head};
    use crate::sync::status::views::Piece;
    use crate::sync::status::views::samples::markup;
    use crate::web::page::{
        Here,
        samples::{CANARY, hostile, page},
    };

    fn tab(of: fn(Here) -> Page, text: &str) -> String {
        let page = of(Here::Groups);
        let failed = Cell {
            small: vec![Piece::text(text.to_owned())],
            ..Cell::of("bad", "Failed".to_owned())
        };
        let run = |outcome| RunLine {
            when: "today at 2:00".to_owned(),
            platform: "Mobilize",
            cause: "Nightly".to_owned(),
            found: text.to_owned(),
            outcome,
        };
        let plan = PlanLine {
            when: "today at 8:55".to_owned(),
            platform: "Mobilize",
            title: text.to_owned(),
            url: text.to_owned(),
            status: Cell::of("held", "Held".to_owned()),
        };
        let history = History {
            page: &page,
            banners: Vec::new(),
            plans: vec![plan],
            runs: vec![run(Cell::of("ok", "Done".to_owned())), run(failed)],
        };
        let tab = Tab {
            above: markup(&history),
            page: of(Here::Groups),
            group: if text == CANARY { hostile_head() } else { head() },
            lines: Vec::new(),
            older_url: None,
        };
        tab.render().unwrap()
    }

    /// The page, by name.
    pub fn all() -> Vec<(&'static str, String)> {
        vec![("sync-history", tab(page, "9 of 11 people to be removed"))]
    }

    /// With the canary in every text that somebody may type.
    pub fn hostile_pages() -> Vec<String> {
        vec![tab(hostile, CANARY)]
    }
}

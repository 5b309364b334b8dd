//! Removals that were held, as an admin sees them: who would go and why, and what to do about it.

use askama::Template;

use crate::sync::status::views::{Cell, Piece};
use crate::web::page::Page;

#[derive(Template)]
#[template(path = "sync/plan.html")]
pub struct PlanPage {
    pub page: Page,
    pub group_id: String,
    pub group: String,
    pub plan_id: String,
    pub title: String,
    /// What became of it.
    pub status: Cell,
    pub cause: Vec<Piece>,
    pub removes: i64,
    pub rows: Vec<Row>,
    pub adds: Vec<String>,
    pub more_adds: i64,
    pub adds_title: String,
    pub next_url: Option<String>,
    pub export_url: String,
    pub step: Step,
    pub problem: Option<Problem>,
}

pub struct Row {
    pub name: String,
    pub url: Option<String>,
    pub why: String,
    /// Removed, or brought back; blank before.
    pub state: String,
}

/// What an admin can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Decide,
    /// On its way: so many are gone. It can be stopped.
    Stop {
        removed: i64,
    },
    Restore {
        removed: i64,
    },
    None,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    OtherNumber {
        typed: String,
    },
    Grown {
        then: i64,
        now: i64,
    },
    /// Somebody decided already, or another plan took its place.
    Decided,
    TooLate,
}

impl PlanPage {
    fn number_problem(&self) -> Option<String> {
        match self.problem.as_ref()? {
            Problem::OtherNumber { typed } => {
                let args = [("typed", typed.into()), ("removes", self.removes.into())];
                Some(self.page.locale.text("sync-other-number", &args))
            }
            _ => None,
        }
    }

    /// What stands above the page: what happened, and what to do.
    fn page_problem(&self) -> Option<(String, String)> {
        let page = &self.page;
        match self.problem.as_ref()? {
            Problem::OtherNumber { .. } => None,
            Problem::Grown { then, now } => {
                let args = [("then", (*then).into()), ("now", (*now).into())];
                Some((page.locale.text("sync-grown", &args), page.t("sync-grown-next")))
            }
            Problem::Decided => Some((page.t("sync-decided"), page.t("sync-decided-next"))),
            Problem::TooLate => Some((page.t("sync-too-late"), page.t("sync-too-late-next"))),
        }
    }

    fn decides(&self) -> bool {
        self.step == Step::Decide
    }

    fn stops(&self) -> bool {
        matches!(self.step, Step::Stop { .. })
    }

    /// How many can be brought back.
    fn restores(&self) -> i64 {
        match self.step {
            Step::Stop { removed } | Step::Restore { removed } => removed,
            Step::Decide | Step::None => 0,
        }
    }
}

#[cfg(test)]
pub mod samples {
    use super::*;
    use crate::groups::views::samples::ID;
    use crate::web::page::{
        Here,
        samples::{CANARY, hostile, page},
    };

    fn row(name: &str, why: &str, state: &str) -> Row {
        let url = Some(format!("/admin/members/{ID}"));
        Row { name: name.to_owned(), url, why: why.to_owned(), state: state.to_owned() }
    }

    fn plan(step: Step, problem: Option<Problem>) -> PlanPage {
        let held = Cell {
            small: vec![Piece::text("Nothing was removed.".to_owned())],
            ..Cell::of("held", "Held".to_owned())
        };
        let left = "No longer in the group";
        let by_hand = Row { url: None, ..row("Kofi Mensah", "Added by hand in Mobilize", "") };
        PlanPage {
            page: page(Here::Groups),
            group_id: ID.to_owned(),
            group: "Board of Directors".to_owned(),
            plan_id: "plan_1".to_owned(),
            title: "This sync would remove 9 of 11 people".to_owned(),
            status: held,
            cause: vec![Piece::text("We ask before more than 5 are removed.".to_owned())],
            removes: 9,
            rows: vec![row("Ben Whitaker", left, ""), row("Carla Mendes", left, ""), by_hand],
            adds: vec!["Amara Diallo".to_owned(), "Joe Kowalski".to_owned()],
            more_adds: 0,
            adds_title: "2 waiting to be added".to_owned(),
            next_url: None,
            export_url: "?export=csv".to_owned(),
            step,
            problem,
        }
    }

    /// Every state of the page, by name.
    pub fn all() -> Vec<(&'static str, String)> {
        let other = Problem::OtherNumber { typed: "11".to_owned() };
        let grown = Problem::Grown { then: 9, now: 10 };
        let more = PlanPage {
            more_adds: 40,
            next_url: Some("?after=x".to_owned()),
            ..plan(Step::Restore { removed: 4 }, None)
        };
        vec![
            ("sync-plan", plan(Step::Decide, None).render().unwrap()),
            ("sync-plan-number", plan(Step::Decide, Some(other)).render().unwrap()),
            ("sync-plan-grown", plan(Step::Decide, Some(grown)).render().unwrap()),
            ("sync-plan-running", plan(Step::Stop { removed: 4 }, None).render().unwrap()),
            ("sync-plan-done", more.render().unwrap()),
            ("sync-plan-over", plan(Step::None, Some(Problem::Decided)).render().unwrap()),
            ("sync-plan-late", plan(Step::None, Some(Problem::TooLate)).render().unwrap()),
        ]
    }

    /// With the canary in every text that somebody may type.
    pub fn hostile_pages() -> Vec<String> {
        let canary = || CANARY.to_owned();
        let plan = PlanPage {
            page: hostile(Here::Groups),
            group: canary(),
            title: canary(),
            cause: vec![Piece::link(canary(), canary())],
            rows: vec![row(CANARY, CANARY, CANARY)],
            adds: vec![canary()],
            next_url: Some(canary()),
            ..plan(Step::Decide, Some(Problem::OtherNumber { typed: canary() }))
        };
        vec![plan.render().unwrap()]
    }
}

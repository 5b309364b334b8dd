//! A group's Details tab beside its name: what it is linked to on each platform, who would sync and what
//! is sent; and the pages that ask before a link is made or ended.

use askama::Template;

use crate::sync::status::views::{Cell, Piece};
use crate::web::companion::Markup;
use crate::web::page::Page;

#[derive(Template)]
#[template(path = "sync/details.html")]
pub struct Details<'a> {
    pub page: &'a Page,
    pub group_id: String,
    pub cards: Vec<Card>,
}

/// Under the group's own fields.
#[derive(Template)]
#[template(path = "sync/who.html")]
pub struct Below<'a> {
    pub page: &'a Page,
    pub who: Option<Who>,
    /// A platform, and the fields that it gets.
    pub sent: Vec<(String, String)>,
}

pub struct Card {
    /// `mobilize`
    pub slug: &'static str,
    pub name: &'static str,
    pub status: Cell,
    /// There is something to preview.
    pub is_linked: bool,
    pub body: Body,
}

pub enum Body {
    /// Mobilize and Forj Community: one of their groups.
    Choose(Choose),
    /// It did not answer, so the link stays as it is.
    Silent {
        problem: Vec<Piece>,
        current: Option<String>,
    },
    HigherLogic(Switch),
}

pub struct Choose {
    /// `mobilize_group`
    pub field: &'static str,
    pub label: String,
    pub hint: String,
    pub options: Vec<Choice>,
    pub ticks: Vec<Cell>,
    pub again: Option<String>,
}

pub struct Choice {
    pub value: String,
    pub words: String,
    pub is_chosen: bool,
    pub is_possible: bool,
}

pub struct Switch {
    pub is_on: bool,
    /// `community` or `security`; blank before one was chosen.
    pub group_type: String,
    /// What is said of the type: that it is final, or since when it is.
    pub type_hint: String,
    pub is_fixed: bool,
    /// Why it cannot be switched on yet.
    pub waits: Option<String>,
    pub status: Option<String>,
    pub names: Option<String>,
}

/// Who would sync today: rows of sorts of records, a column for each platform.
pub struct Who {
    pub heading: String,
    pub platforms: Vec<&'static str>,
    pub rows: Vec<Sort>,
}

pub struct Sort {
    pub words: String,
    pub next: Option<Piece>,
    pub cells: Vec<Cell>,
}

/// What saving would do, before it is done.
#[derive(Template)]
#[template(path = "sync/confirm.html")]
pub struct Confirm {
    pub page: Page,
    pub group_id: String,
    pub group: String,
    /// Fields of the form, handed on as they are.
    pub carried: Vec<(String, String)>,
    pub parts: Vec<Part>,
    pub removes: i64,
    pub problem: Option<ConfirmProblem>,
    pub button: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConfirmProblem {
    OtherNumber {
        typed: String,
    },
    /// Others would be removed now than were shown.
    Changed,
}

pub struct Part {
    pub slug: &'static str,
    pub title: String,
    pub notes: Vec<String>,
    pub impact: Option<Impact>,
}

/// What a sync would do, in numbers and names.
pub struct Impact {
    pub syncs: String,
    pub not: Vec<String>,
    pub adds: Names,
    pub updates: Names,
    pub removes: Vec<Removed>,
    pub removes_title: String,
    pub more_removes: i64,
    pub managers: Names,
    pub conflicts: Names,
}

/// The first few names, and how many more there are.
pub struct Names {
    pub title: String,
    pub shown: Vec<String>,
    pub more: i64,
    pub number: i64,
}

pub struct Removed {
    pub name: String,
    pub why: String,
}

/// A dry run: what a sync would do now.
#[derive(Template)]
#[template(path = "sync/preview.html")]
pub struct DryRun {
    pub page: Page,
    pub group_id: String,
    pub group: String,
    pub parts: Vec<Part>,
    /// Platforms that did not answer.
    pub silent: Vec<Vec<Piece>>,
}

/// Nothing was linked, and why.
#[derive(Template)]
#[template(path = "sync/refused.html")]
pub struct Refusal {
    pub page: Page,
    pub group_id: String,
    pub group: String,
    pub what: String,
    pub next: Vec<Piece>,
}

/// The parts of a preview, for the page that asks and the one that only shows.
#[derive(Template)]
#[template(path = "sync/impact.html")]
pub struct ImpactView<'a> {
    pub page: &'a Page,
    pub slug: &'static str,
    pub impact: &'a Impact,
}

impl ImpactView<'_> {
    fn lists(&self) -> [&Names; 4] {
        let it = self.impact;
        [&it.adds, &it.updates, &it.managers, &it.conflicts]
    }
}

impl Part {
    fn shown(&self, page: &Page) -> Markup {
        let Some(impact) = &self.impact else { return Markup::default() };
        let view = ImpactView { page, slug: self.slug, impact };
        Markup(view.render().unwrap_or_default())
    }
}

impl Confirm {
    fn number_problem(&self) -> Option<String> {
        match self.problem.as_ref()? {
            ConfirmProblem::OtherNumber { typed } => {
                let args = [("typed", typed.into()), ("removes", self.removes.into())];
                Some(self.page.locale.text("sync-other-number", &args))
            }
            ConfirmProblem::Changed => None,
        }
    }

    fn is_other_now(&self) -> bool {
        self.problem == Some(ConfirmProblem::Changed)
    }
}

#[cfg(test)]
pub mod samples {
    use super::*;
    use crate::groups::views::samples::{ID, head, hostile_head};
    use crate::groups::views::{Details as Tab, Form};
    use crate::sync::status::views::samples::markup;
    use crate::sync::status::views::{Banner, Banners};
    use crate::web::companion::GroupDetails;
    use crate::web::page::{
        Here,
        samples::{CANARY, hostile, page},
    };

    fn option(value: &str, words: &str, is_possible: bool) -> Choice {
        let (value, words) = (value.to_owned(), words.to_owned());
        Choice { is_chosen: value == "4711", value, words, is_possible }
    }

    fn card(slug: &'static str, name: &'static str, body: Body) -> Card {
        let status = Cell::of("ok", "Up To Date".to_owned());
        Card { slug, name, status, is_linked: true, body }
    }

    fn choose(text: &str) -> Body {
        let approval = Cell {
            small: vec![Piece::text(text.to_owned())],
            ..Cell::of("held", "Asks managers for approval".to_owned())
        };
        Body::Choose(Choose {
            field: "mobilize_group",
            label: "Mobilize Group".to_owned(),
            hint: "Saving starts the sync.".to_owned(),
            options: vec![
                option("4711", text, true),
                option("4712", "Welders (has a parent group: must be top-level)", false),
            ],
            ticks: vec![Cell::of("ok", "Private".to_owned()), approval],
            again: Some(text.to_owned()),
        })
    }

    fn switch(is_on: bool, text: &str) -> Body {
        Body::HigherLogic(Switch {
            is_on,
            group_type: if is_on { "community".to_owned() } else { String::new() },
            type_hint: "Final once saved.".to_owned(),
            is_fixed: is_on,
            waits: (!is_on).then(|| text.to_owned()),
            status: is_on.then(|| "47 of 47 sent, 1 N/A.".to_owned()),
            names: is_on.then(|| text.to_owned()),
        })
    }

    fn tab(of: fn(Here) -> Page, cards: Vec<Card>, text: &str) -> String {
        let page = of(Here::Groups);
        let row = |words: &str, next: Option<Piece>| Sort {
            words: words.to_owned(),
            next,
            cells: vec![Cell::of("na", "N/A".to_owned()), Cell::of("ok", "Sync".to_owned())],
        };
        let see = Piece::link("See who".to_owned(), "/x".to_owned());
        let details = Details { page: &page, group_id: ID.to_owned(), cards };
        let banners = vec![Banner {
            kind: "held",
            what: text.to_owned(),
            next: vec![Piece::link(text.to_owned(), "/x".to_owned())],
        }];
        let below = Below {
            page: &page,
            who: Some(Who {
                heading: "48 in the group".to_owned(),
                platforms: vec!["Mobilize", "Higher Logic"],
                rows: vec![
                    row("1 person without a user account", Some(see)),
                    row("1 company record", None),
                ],
            }),
            sent: vec![("Mobilize".to_owned(), text.to_owned())],
        };
        let form = Form { name: text.to_owned(), ..Form::default() };
        let group = if text == CANARY { hostile_head() } else { head() };
        let more = GroupDetails {
            above: markup(&Banners { page: &page, banners }),
            below: markup(&below),
            beside: markup(&details),
        };
        Tab { more, page: of(Here::Groups), group, form }.render().unwrap()
    }

    fn names(title: &str, text: &str) -> Names {
        Names { title: title.to_owned(), shown: vec![text.to_owned()], more: 3, number: 4 }
    }

    fn part(text: &str) -> Part {
        let removed = |why: &str| Removed { name: text.to_owned(), why: why.to_owned() };
        Part {
            slug: "mobilize",
            title: text.to_owned(),
            notes: vec![text.to_owned()],
            impact: Some(Impact {
                syncs: "45 of 48 in the group sync.".to_owned(),
                not: vec![text.to_owned()],
                adds: names("4 would be added", text),
                updates: names("4 would be updated", text),
                removes: vec![removed("Added by hand in Mobilize"), removed("Not in this group")],
                removes_title: "9 would be removed".to_owned(),
                more_removes: 7,
                managers: names("4 managers there", text),
                conflicts: names("4 conflicts", text),
            }),
        }
    }

    fn confirm(
        page: Page,
        parts: Vec<Part>,
        removes: i64,
        problem: Option<ConfirmProblem>,
    ) -> String {
        let text = parts.first().map(|part| part.title.clone()).unwrap_or_default();
        let view = Confirm {
            page,
            group_id: ID.to_owned(),
            group: text.clone(),
            carried: vec![("mobilize_group".to_owned(), text)],
            parts,
            removes,
            problem,
            button: "Link it and remove 9".to_owned(),
        };
        view.render().unwrap()
    }

    fn refused(page: Page, text: &str) -> String {
        let next = vec![Piece::text(text.to_owned())];
        let (group, what) = (text.to_owned(), text.to_owned());
        Refusal { page, group_id: ID.to_owned(), group, what, next }.render().unwrap()
    }

    fn dry_run(page: Page, parts: Vec<Part>, silent: Vec<Vec<Piece>>, text: &str) -> String {
        DryRun { page, group_id: ID.to_owned(), group: text.to_owned(), parts, silent }
            .render()
            .unwrap()
    }

    /// Every state of the pages, by name.
    pub fn all() -> Vec<(&'static str, String)> {
        let of = || page(Here::Groups);
        let unlink = || Part { impact: None, ..part("Unlink from Board") };
        let other = ConfirmProblem::OtherNumber { typed: "11".to_owned() };
        let silent = || Body::Silent {
            problem: vec![Piece::text("Mobilize did not answer: “timed out”.".to_owned())],
            current: Some("Safety Committee".to_owned()),
        };
        let linked = vec![
            card("mobilize", "Mobilize", choose("Safety Committee")),
            card("higher_logic", "Higher Logic", switch(true, "Began as Safety")),
        ];
        let waits = vec![
            card("mobilize", "Mobilize", silent()),
            card("higher_logic", "Higher Logic", switch(false, "No go-ahead yet.")),
        ];
        vec![
            ("sync-details", tab(page, linked, "Safety Committee")),
            ("sync-details-silent", tab(page, waits, "Safety Committee")),
            ("sync-confirm", confirm(of(), vec![part("Link to Board")], 9, None)),
            ("sync-confirm-number", confirm(of(), vec![part("Link")], 9, Some(other))),
            (
                "sync-confirm-changed",
                confirm(of(), vec![part("Link")], 9, Some(ConfirmProblem::Changed)),
            ),
            ("sync-confirm-unlink", confirm(of(), vec![unlink()], 0, None)),
            ("sync-preview", dry_run(of(), vec![part("Mobilize: Board")], Vec::new(), "Board")),
            (
                "sync-preview-silent",
                dry_run(of(), Vec::new(), vec![vec![Piece::text("No answer.".to_owned())]], "B"),
            ),
            ("sync-preview-none", dry_run(of(), Vec::new(), Vec::new(), "Board")),
            ("sync-refused", refused(of(), "This group has a parent group.")),
        ]
    }

    /// Every page with the canary in every text that somebody may type.
    pub fn hostile_pages() -> Vec<String> {
        let of = || hostile(Here::Groups);
        let other = ConfirmProblem::OtherNumber { typed: CANARY.to_owned() };
        let canary = || Piece::link(CANARY.to_owned(), CANARY.to_owned());
        let silent = Body::Silent { problem: vec![canary()], current: Some(CANARY.to_owned()) };
        let cards = vec![
            card("mobilize", "Mobilize", choose(CANARY)),
            card("forj", "Forj Community", silent),
            card("higher_logic", "Higher Logic", switch(true, CANARY)),
        ];
        vec![
            tab(hostile, cards, CANARY),
            confirm(of(), vec![part(CANARY)], 9, Some(other)),
            dry_run(of(), vec![part(CANARY)], vec![vec![canary()]], CANARY),
            refused(of(), CANARY),
        ]
    }
}

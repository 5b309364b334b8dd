//! A status in words: the pill of a group or a record on a platform, with its reason and what to do.

use askama::Template;

use crate::web::companion::Markup;
use crate::web::page::Page;

/// A pill and the small print behind it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cell {
    /// The pill's class and icon; blank for plain words.
    pub kind: &'static str,
    pub is_spinning: bool,
    pub words: String,
    pub small: Vec<Piece>,
}

/// A sentence of the small print; it may lead somewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    pub text: String,
    pub url: Option<String>,
}

/// A cell of somebody else's table. Asked for again while something moves, by its id.
#[derive(Template)]
#[template(path = "sync/cell.html")]
pub struct CellView<'a> {
    pub page: &'a Page,
    /// `sync-mobilize-` and the group's or record's id.
    pub id: String,
    /// The record whose status this is; blank where it is a group's.
    pub row: String,
    pub cell: Cell,
}

/// Beside the name of a linked group.
#[derive(Template)]
#[template(path = "sync/sync_now.html")]
pub struct SyncNow<'a> {
    pub page: &'a Page,
    pub group_id: String,
}

/// Above a group's members: how far each platform is.
#[derive(Template)]
#[template(path = "sync/progress.html")]
pub struct Progress<'a> {
    pub page: &'a Page,
    pub group_id: String,
    pub banners: Vec<Banner>,
    pub is_linked: bool,
    pub cards: Markup,
    pub others: Vec<Others>,
    pub has_more_others: bool,
}

/// What of it changes by itself.
#[derive(Template)]
#[template(path = "sync/cards.html")]
pub struct Cards<'a> {
    pub page: &'a Page,
    pub group_id: String,
    pub cards: Vec<Card>,
    /// Said aloud when it changes.
    pub summary: String,
    /// Something is on its way, so that it is worth looking again.
    pub is_live: bool,
}

pub struct Card {
    /// `mobilize`
    pub slug: &'static str,
    pub title: String,
    pub pills: Vec<Cell>,
    pub done: i64,
    pub of: i64,
    pub notes: Vec<Piece>,
}

/// Something that an admin should decide or mend.
pub struct Banner {
    pub kind: &'static str,
    pub what: String,
    pub next: Vec<Piece>,
}

/// Those who are in the group there and not in the one here.
pub struct Others {
    pub slug: &'static str,
    pub title: String,
    pub rows: Vec<Other>,
}

pub struct Other {
    pub record_id: String,
    pub name: String,
    pub url: Option<String>,
    pub cell: Cell,
    /// An admin may say that they go, or stay.
    pub can_go: bool,
    pub can_stay: bool,
    /// Somebody whom an admin keeps may be handed back to the group.
    pub can_be_handed_back: bool,
}

/// Above the list of groups, once something waits for an admin.
#[derive(Template)]
#[template(path = "sync/banners.html")]
pub struct Banners<'a> {
    pub page: &'a Page,
    pub banners: Vec<Banner>,
}

/// Under the list of groups: what the last nightly check found.
#[derive(Template)]
#[template(path = "sync/note.html")]
pub struct Note {
    pub line: Option<String>,
    pub live: Markup,
}

/// Where the script of a page asks again, as long as something moves.
#[derive(Template)]
#[template(path = "sync/live.html")]
pub struct Live {
    pub is_live: bool,
}

/// Only what changes by itself, of the list of groups.
#[derive(Template)]
#[template(path = "sync/again.html")]
pub struct Again {
    pub cells: Vec<Markup>,
    pub rest: Markup,
}

impl Piece {
    pub fn text(text: String) -> Self {
        Self { text, url: None }
    }

    pub fn link(text: String, url: String) -> Self {
        Self { text, url: Some(url) }
    }
}

impl Cell {
    pub fn of(kind: &'static str, words: String) -> Self {
        Self { kind, words, ..Self::default() }
    }

    pub fn with(mut self, small: String) -> Self {
        self.small.push(Piece::text(small));
        self
    }

    pub fn leading(mut self, words: String, url: String) -> Self {
        self.small.push(Piece::link(words, url));
        self
    }

    pub fn spinning(mut self) -> Self {
        self.is_spinning = true;
        self
    }
}

#[cfg(test)]
pub mod samples {
    use super::super::words::Words;
    use super::super::{Counts, Member, Rest, Standing};
    use super::*;
    use crate::clock::Timestamp;
    use crate::groups::Record;
    use crate::groups::membership::views::{Members, Row as MemberRow};
    use crate::groups::views::samples::{ID, head, hostile_head};
    use crate::groups::views::{List, Row};
    use crate::id::{GroupId, PlanId, RecordId};
    use crate::sync::eligibility::Reason;
    use crate::sync::link::GroupType;
    use crate::sync::places::State;
    use crate::sync::platform::Platform;
    use crate::sync::release::Plan;
    use crate::web::companion::GroupMembers;
    use crate::web::page::{
        Here,
        samples::{CANARY, hostile, page},
    };

    const RECORD: &str = "3f0c9a52-7d1e-4b7e-9a41-6f2d5c8e1001";

    fn now() -> Timestamp {
        Timestamp::from_unix_seconds(1_800_000_000)
    }

    pub fn markup(view: &impl Template) -> Markup {
        Markup(view.render().unwrap())
    }

    fn plan() -> Plan {
        Plan {
            plan_id: PlanId::presented("plan_1"),
            platform: "mobilize".to_owned(),
            group_id: GroupId::presented(ID),
            made_at: now(),
            cause: "too_many".to_owned(),
            adds: 2,
            updates: 0,
            removes: 9,
            size_before: 11,
            state: "held".to_owned(),
            decided_at: None,
            decided_by: None,
        }
    }

    pub fn standings(text: &str) -> Vec<Standing> {
        let words = || text.to_owned();
        vec![
            Standing::NotLinked,
            Standing::Resting(Rest::Staging),
            Standing::Resting(Rest::Copied),
            Standing::Resting(Rest::Untested),
            Standing::Resting(Rest::Stopped(words())),
            Standing::Resting(Rest::Paused),
            Standing::Broken(words()),
            Standing::Held(plan()),
            Standing::CheckFailed { words: words(), next: now() },
            Standing::Failed { number: 2, next: Some(now()) },
            Standing::Syncing { done: 31, of: 48 },
            Standing::Syncing { done: 0, of: 0 },
            Standing::Waiting(now()),
            Standing::FirstSync,
            Standing::NotApplicable { companies_only: true },
            Standing::NotApplicable { companies_only: false },
            Standing::UpToDate { na: 0 },
            Standing::UpToDate { na: 6 },
        ]
    }

    fn members(text: &str) -> Vec<Member> {
        let words = || text.to_owned();
        vec![
            Member::UpToDate(Some(now())),
            Member::UpToDate(None),
            Member::Syncing,
            Member::Pending,
            Member::Waiting(now()),
            Member::Resting(Rest::Staging),
            Member::NotApplicable(Some(Reason::Company)),
            Member::NotApplicable(Some(Reason::NoAccount)),
            Member::NotApplicable(Some(Reason::AccountDisabled)),
            Member::NotApplicable(Some(Reason::Deactivated)),
            Member::NotApplicable(None),
            Member::Failed { words: words(), next: Some(now()) },
            Member::Failed { words: String::new(), next: None },
            Member::Leaving,
            Member::Held,
            Member::Manager,
            Member::Kept,
        ]
    }

    fn words(page: &Page, platform: Platform) -> Words<'_> {
        Words { page, platform, now: now() }
    }

    fn cell(page: &Page, id: usize, cell: Cell) -> Markup {
        markup(&CellView { page, id: format!("sync-{id}"), row: RECORD.to_owned(), cell })
    }

    fn list(of: fn(Here) -> Page, text: &str) -> String {
        let page = of(Here::Groups);
        let words = words(&page, Platform::Mobilize);
        let all = standings(text);
        let banners = all.iter().filter_map(|it| words.banner(ID, it)).collect();
        let rows = all.iter().enumerate().map(|(at, standing)| {
            let community = (at % 2 == 0).then_some(GroupType::Community);
            let shown = words.group(ID, text, community, standing);
            let cells = vec![cell(&page, at, shown)];
            Row { id: ID.to_owned(), name: text.to_owned(), size: 48, cells }
        });
        let rows = rows.collect();
        let live = markup(&Live { is_live: true });
        let line = Some("Last nightly check today at 2:00: no differences.".to_owned());
        let note = markup(&Note { line, live });
        let list = List {
            page: of(Here::Groups),
            search: String::new(),
            state: String::new(),
            choices: Vec::new(),
            headings: vec!["Mobilize".to_owned()],
            rows,
            banners: markup(&Banners { page: &page, banners }),
            note,
        };
        list.render().unwrap()
    }

    fn record(name: &str) -> Record {
        Record {
            record_id: RecordId::presented(RECORD),
            kind: "person".to_owned(),
            name: name.to_owned(),
            email: None,
            company: None,
            deactivated_at: None,
        }
    }

    fn other(words: &Words<'_>, name: &str, member: &Member) -> Other {
        Other {
            record_id: RECORD.to_owned(),
            name: name.to_owned(),
            url: (*member == Member::Held).then(|| format!("/admin/members/{RECORD}")),
            cell: words.member(RECORD, member, Some("/admin/groups/x/plans/plan_1")),
            can_go: *member == Member::Manager,
            can_stay: *member == Member::Manager,
            can_be_handed_back: *member == Member::Kept,
        }
    }

    fn tab(of: fn(Here) -> Page, text: &str) -> String {
        let page = of(Here::Groups);
        let words = words(&page, Platform::Mobilize);
        let mut counts = Counts::default();
        for state in State::ALL {
            counts.add(state, 3);
        }
        let card = Card {
            slug: "mobilize",
            title: words.two("sync-progress", ("done", 31_i64), ("of", 48_i64)),
            pills: words.pills(counts, &Standing::UpToDate { na: 0 }),
            done: 31,
            of: 48,
            notes: vec![
                Piece::text(text.to_owned()),
                Piece::link(text.to_owned(), "/x".to_owned()),
            ],
        };
        let cards = Cards {
            page: &page,
            group_id: ID.to_owned(),
            cards: vec![card],
            summary: words.one("sync-summary", "status", text),
            is_live: true,
        };
        let held = Standing::Held(plan());
        let states = [Member::Manager, Member::Held, Member::Kept];
        let rows = states.iter().map(|state| other(&words, text, state)).collect();
        let others = Others { slug: "mobilize", title: words.t("sync-others"), rows };
        let progress = Progress {
            page: &page,
            group_id: ID.to_owned(),
            banners: words.banner(ID, &held).into_iter().collect(),
            is_linked: true,
            cards: markup(&cards),
            others: vec![others],
            has_more_others: true,
        };
        let cells = members(text).into_iter().enumerate().map(|(at, member)| MemberRow {
            record: record(text),
            cells: vec![cell(&page, at, words.member(RECORD, &member, Some("/x")))],
        });
        let rows = cells.collect();
        let tab = Members {
            page: of(Here::Groups),
            group: if text == CANARY { hostile_head() } else { head() },
            around: GroupMembers {
                head: markup(&SyncNow { page: &page, group_id: ID.to_owned() }),
                above: markup(&progress),
            },
            search: String::new(),
            state: String::new(),
            choices: Vec::new(),
            headings: vec!["Mobilize".to_owned()],
            rows,
            after: String::new(),
            next_url: None,
            export_url: "?export=csv".to_owned(),
        };
        tab.render().unwrap()
    }

    /// Every status of a group and of a member, by name.
    pub fn all() -> Vec<(&'static str, String)> {
        vec![("sync-groups", list(page, "Safety Committee")), ("sync-members", tab(page, "Marta"))]
    }

    /// With the canary in every text that somebody may type.
    pub fn hostile_pages() -> Vec<String> {
        vec![list(hostile, CANARY), tab(hostile, CANARY)]
    }
}

//! The pages of hooks, as an admin sees them.

use askama::Template;

use super::how::How;
use super::{Field, LONGEST_NAME, OVERLAP_DAYS, State};
use crate::events::Change;
use crate::web::page::Page;

/// A hook, as each of its pages knows it.
pub struct Row {
    pub id: String,
    pub name: String,
    /// Where its tool sends to.
    pub url: String,
    pub fields: Vec<Field>,
    pub state: State,
    pub made: String,
    pub made_by: String,
    pub last_used: Option<String>,
    pub calls_today: i64,
    pub ignored: i64,
    pub waiting: i64,
    pub closed: Option<String>,
    /// Until when the secret before the present one works, and when it was used last.
    pub old_until: Option<String>,
    pub old_used: Option<String>,
}

#[derive(Template)]
#[template(path = "hooks/list.html")]
pub struct List {
    pub page: Page,
    pub has_integrations: bool,
    pub rows: Vec<Row>,
}

#[derive(Template)]
#[template(path = "hooks/new.html")]
pub struct New {
    pub page: Page,
    /// What it is going to be: a form that is sent twice adds one.
    pub hook_id: String,
    pub name: String,
    pub fields: Vec<Field>,
    pub problem: Option<NameProblem>,
    pub lacks_fields: bool,
    /// The page was open for too long.
    pub is_stale: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameProblem {
    Empty,
    Long,
    Controls,
}

/// The only page that ever shows a secret.
#[derive(Template)]
#[template(path = "hooks/made.html")]
pub struct Made {
    pub page: Page,
    pub hook: Row,
    pub secret: String,
    pub is_new: bool,
}

#[derive(Template)]
#[template(path = "hooks/show.html")]
pub struct Show {
    pub page: Page,
    pub hook: Row,
    pub past: Vec<PastRow>,
}

/// A delivery that was taken.
pub struct PastRow {
    pub when: String,
    pub who: String,
    pub fields: Vec<Field>,
    pub outcome: Outcome,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Changed,
    Same,
    Waiting,
    Applied,
    Discarded,
}

#[derive(Template)]
#[template(path = "hooks/new_secret.html")]
pub struct NewSecret {
    pub page: Page,
    pub hook: Row,
    pub version: String,
}

#[derive(Template)]
#[template(path = "hooks/close.html")]
pub struct Close {
    pub page: Page,
    pub hook: Row,
}

#[derive(Template)]
#[template(path = "hooks/waiting.html")]
pub struct Wait {
    pub page: Page,
    pub hook: Row,
    pub rows: Vec<WaitingRow>,
    /// Whatever comes after this moment is not decided with this page.
    pub until: String,
    pub next_url: Option<String>,
}

/// What one delivery would change about somebody as they are now.
pub struct WaitingRow {
    pub who: String,
    pub url: String,
    pub when: String,
    pub changes: Vec<Change>,
}

/// What waits for the password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    NewSecret,
    Release { count: i64 },
    Discard { count: i64 },
}

/// As an admin knows it.
fn label(page: &Page, field: Field) -> String {
    page.t(match field {
        Field::Phone => "hooks-field-phone",
        Field::Picture => "hooks-field-picture",
        Field::Bio => "hooks-field-bio",
        Field::Website => "hooks-field-website",
        Field::Facebook => "hooks-field-facebook",
        Field::Linkedin => "hooks-field-linkedin",
        Field::Twitter => "hooks-field-twitter",
        Field::Youtube => "hooks-field-youtube",
        Field::Instagram => "hooks-field-instagram",
    })
}

fn labels(page: &Page, fields: &[Field]) -> String {
    fields.iter().map(|field| label(page, *field)).collect::<Vec<_>>().join(", ")
}

impl Row {
    fn kind(&self) -> &'static str {
        match self.state {
            State::Unused => "wait",
            State::Open => "ok",
            State::Quarantined => "held",
            State::Closed => "na",
        }
    }

    fn words(&self, page: &Page) -> String {
        page.t(match self.state {
            State::Unused => "hooks-state-unused",
            State::Open => "hooks-state-open",
            State::Quarantined => "hooks-state-held",
            State::Closed => "hooks-state-closed",
        })
    }

    fn labels(&self, page: &Page) -> String {
        labels(page, &self.fields)
    }

    fn is_held(&self) -> bool {
        self.state == State::Quarantined
    }

    fn is_closed(&self) -> bool {
        self.state == State::Closed
    }

    fn made(&self, page: &Page) -> String {
        let args = [("at", (&self.made).into()), ("by", (&self.made_by).into())];
        page.locale.text("hooks-made-by", &args)
    }

    /// What is said of the secret before this one, while it works.
    fn old(&self, page: &Page) -> Option<String> {
        let until = self.old_until.as_ref()?;
        Some(match &self.old_used {
            Some(used) => {
                let args = [("until", until.into()), ("used", used.into())];
                page.locale.text("hooks-old-used", &args)
            }
            None => page.t1("hooks-old-unused", "until", until),
        })
    }

    fn how(&self) -> How<'_> {
        How { url: &self.url, fields: &self.fields }
    }
}

/// One box of the form.
struct Choice {
    name: &'static str,
    words: String,
    is_chosen: bool,
}

impl New {
    fn choices(&self) -> Vec<Choice> {
        let choice = |field: Field| Choice {
            name: field.name(),
            words: label(&self.page, field),
            is_chosen: self.fields.contains(&field),
        };
        Field::ALL.into_iter().map(choice).collect()
    }

    fn sentence(&self) -> Option<String> {
        Some(match self.problem? {
            NameProblem::Empty => self.page.t("hooks-name-empty"),
            NameProblem::Long => self.page.t1("hooks-name-long", "most", LONGEST_NAME),
            NameProblem::Controls => self.page.t("hooks-name-controls"),
        })
    }
}

impl PastRow {
    fn labels(&self, page: &Page) -> String {
        labels(page, &self.fields)
    }

    fn words(&self, page: &Page) -> String {
        page.t(match self.outcome {
            Outcome::Changed => "hooks-outcome-changed",
            Outcome::Same => "hooks-outcome-same",
            Outcome::Waiting => "hooks-outcome-waiting",
            Outcome::Applied => "hooks-outcome-applied",
            Outcome::Discarded => "hooks-outcome-discarded",
        })
    }
}

impl Outcome {
    pub fn of_text(text: &str) -> Self {
        match text {
            "changed" => Self::Changed,
            "waiting" => Self::Waiting,
            "applied" => Self::Applied,
            "discarded" => Self::Discarded,
            _ => Self::Same,
        }
    }
}

impl NewSecret {
    fn days(&self) -> i64 {
        OVERLAP_DAYS
    }
}

impl WaitingRow {
    fn label(&self, page: &Page, change: &Change) -> String {
        Field::of_name(&change.field).map_or_else(String::new, |field| label(page, field))
    }

    fn value(&self, page: &Page, value: &Option<String>) -> String {
        value.clone().unwrap_or_else(|| page.t("hooks-nothing"))
    }
}

impl Purpose {
    pub fn why(self, page: &Page, hook: &str) -> String {
        let key = match self {
            Self::NewSecret => "hooks-prove-secret",
            Self::Release { .. } => "hooks-prove-release",
            Self::Discard { .. } => "hooks-prove-discard",
        };
        page.t1(key, "hook", hook)
    }

    pub fn button(self, page: &Page) -> String {
        match self {
            Self::NewSecret => page.t("hooks-secret-button"),
            Self::Release { count } => page.t1("hooks-release-button", "count", count),
            Self::Discard { count } => page.t1("hooks-discard-button", "count", count),
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

    const ID: &str = "5d2f4c1e-0b6a-4f7d-8e35-9a7c1b2d3e4f";

    fn text(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    fn row(state: State) -> Row {
        Row {
            id: ID.to_owned(),
            name: "Forj, by Zapier".to_owned(),
            url: format!("https://www.harbortrades.example/hooks/{ID}"),
            fields: vec![Field::Phone, Field::Picture, Field::Bio],
            state,
            made: "3 March 2026 at 9:12".to_owned(),
            made_by: "Ruth Okafor".to_owned(),
            last_used: (state != State::Unused).then(|| "2 min ago".to_owned()),
            calls_today: if state == State::Unused { 0 } else { 1284 },
            ignored: 3,
            waiting: if state == State::Quarantined { 12 } else { 0 },
            closed: (state == State::Closed).then(|| "today at 9:12".to_owned()),
            old_until: None,
            old_used: None,
        }
    }

    fn hostile_row() -> Row {
        let canary = || CANARY.to_owned();
        Row {
            name: canary(),
            url: canary(),
            made: canary(),
            made_by: canary(),
            last_used: text(CANARY),
            closed: text(CANARY),
            old_until: text(CANARY),
            old_used: text(CANARY),
            waiting: 1,
            ..row(State::Quarantined)
        }
    }

    fn list(rows: Vec<Row>) -> String {
        List { page: page(Here::Settings), has_integrations: true, rows }.render().unwrap()
    }

    fn new() -> New {
        New {
            page: page(Here::Settings),
            hook_id: ID.to_owned(),
            name: "Forj, by Zapier".to_owned(),
            fields: vec![Field::Phone],
            problem: None,
            lacks_fields: false,
            is_stale: false,
        }
    }

    fn made(is_new: bool) -> String {
        let secret = "Zp2vQ0mN7rT4xK9bL1cW6yH3dF8gJ5sA2eU0iO7pR4q".to_owned();
        Made { page: page(Here::Settings), hook: row(State::Unused), secret, is_new }
            .render()
            .unwrap()
    }

    fn past(outcome: Outcome) -> PastRow {
        PastRow {
            when: "today at 9:12".to_owned(),
            who: "Ann Archer".to_owned(),
            fields: vec![Field::Phone, Field::Linkedin],
            outcome,
        }
    }

    fn show(hook: Row, past: Vec<PastRow>) -> String {
        Show { page: page(Here::Settings), hook, past }.render().unwrap()
    }

    fn change(field: &str, before: Option<&str>, after: Option<&str>) -> Change {
        Change {
            field: field.to_owned(),
            before: before.map(str::to_owned),
            after: after.map(str::to_owned),
        }
    }

    fn waiting(changes: Vec<Change>) -> WaitingRow {
        WaitingRow {
            who: "Ann Archer".to_owned(),
            url: format!("/admin/members/{ID}"),
            when: "today at 9:12".to_owned(),
            changes,
        }
    }

    fn wait(hook: Row, rows: Vec<WaitingRow>, next: Option<&str>) -> String {
        let next_url = next.map(str::to_owned);
        let until = "1800000000000".to_owned();
        Wait { page: page(Here::Settings), hook, rows, until, next_url }.render().unwrap()
    }

    /// Every state of every page, by name.
    pub fn all() -> Vec<(&'static str, String)> {
        let all = [State::Quarantined, State::Open, State::Unused, State::Closed];
        let outcomes = [
            Outcome::Changed,
            Outcome::Same,
            Outcome::Waiting,
            Outcome::Applied,
            Outcome::Discarded,
        ];
        let overlapping = || Row { old_until: text("12 May 2026 at 9:12"), ..row(State::Open) };
        let used = || Row { old_used: text("today at 9:12"), ..overlapping() };
        let wrong = |problem| New { problem: Some(problem), name: String::new(), ..new() };
        let phone = change("phone", text("555 0100").as_deref(), Some("555 0199"));
        let rows = vec![
            waiting(vec![phone, change("bio", None, Some("Roofs.\nAnd walls."))]),
            waiting(vec![change("linkedin", Some("https://linkedin.com/in/ann"), None)]),
            waiting(Vec::new()),
        ];
        vec![
            ("hooks", list(all.map(row).into())),
            ("hooks-none", list(Vec::new())),
            ("hooks-new", new().render().unwrap()),
            ("hooks-new-empty", wrong(NameProblem::Empty).render().unwrap()),
            ("hooks-new-long", wrong(NameProblem::Long).render().unwrap()),
            ("hooks-new-controls", wrong(NameProblem::Controls).render().unwrap()),
            (
                "hooks-new-no-fields",
                New { fields: Vec::new(), lacks_fields: true, is_stale: true, ..new() }
                    .render()
                    .unwrap(),
            ),
            ("hooks-made", made(true)),
            ("hooks-made-again", made(false)),
            ("hook", show(row(State::Open), outcomes.map(past).into())),
            ("hook-unused", show(row(State::Unused), Vec::new())),
            ("hook-held", show(row(State::Quarantined), vec![past(Outcome::Waiting)])),
            ("hook-closed", show(row(State::Closed), vec![past(Outcome::Changed)])),
            ("hook-overlap", show(overlapping(), Vec::new())),
            ("hook-overlap-used", show(used(), Vec::new())),
            ("hook-new-secret", secret(row(State::Open))),
            ("hook-new-secret-overlap", secret(used())),
            ("hook-close", close(row(State::Open))),
            ("hook-close-held", close(row(State::Quarantined))),
            ("hook-waiting", wait(row(State::Quarantined), rows, Some("/admin/settings/hooks"))),
            ("hook-waiting-none", wait(row(State::Open), Vec::new(), None)),
        ]
    }

    fn secret(hook: Row) -> String {
        let version = "1".to_owned();
        NewSecret { page: page(Here::Settings), hook, version }.render().unwrap()
    }

    fn close(hook: Row) -> String {
        Close { page: page(Here::Settings), hook }.render().unwrap()
    }

    /// Every page with the canary in every text that somebody may type.
    pub fn hostile_pages() -> Vec<String> {
        let page = || hostile(Here::Settings);
        let canary = || CANARY.to_owned();
        let past = PastRow { who: canary(), when: canary(), ..past(Outcome::Changed) };
        let change = change("bio", Some(CANARY), Some(CANARY));
        let waiting = WaitingRow { who: canary(), when: canary(), ..waiting(vec![change]) };
        let new = New { page: page(), hook_id: canary(), name: canary(), ..new() };
        let made = Made { page: page(), hook: hostile_row(), secret: canary(), is_new: true };
        let secret = NewSecret { page: page(), hook: hostile_row(), version: canary() };
        let wait = Wait {
            page: page(),
            hook: hostile_row(),
            rows: vec![waiting],
            until: canary(),
            next_url: text(CANARY),
        };
        vec![
            List { page: page(), has_integrations: true, rows: vec![hostile_row()] }
                .render()
                .unwrap(),
            new.render().unwrap(),
            made.render().unwrap(),
            Show { page: page(), hook: hostile_row(), past: vec![past] }.render().unwrap(),
            secret.render().unwrap(),
            Close { page: page(), hook: hostile_row() }.render().unwrap(),
            wait.render().unwrap(),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whoever copies the example gets something that is taken.
    #[test]
    fn the_example_is_a_delivery_that_the_hook_takes() {
        let page = samples::all();
        let (_, html) = page.iter().find(|(name, _)| *name == "hooks-made").unwrap();
        assert!(html.contains("openssl dgst -sha256 -hmac"), "{html}");
        assert!(html.contains("createHmac"), "{html}");
        assert!(html.contains("Zp2vQ0mN7rT4xK9bL1cW6yH3dF8gJ5sA2eU0iO7pR4q"), "{html}");

        for (name, html) in page.iter().filter(|(name, _)| !name.starts_with("hooks-made")) {
            assert!(!html.contains("Zp2vQ0mN7rT4"), "{name} shows a secret");
        }
    }
}

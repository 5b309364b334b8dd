//! Custom fields in the Association Settings: the list, one of them, and before it is deleted.

use askama::Template;

use super::Kind;
use crate::web::companion::Markup;
use crate::web::page::Page;

#[derive(Template)]
#[template(path = "members/custom_fields.html")]
pub struct List {
    pub page: Page,
    /// Whether there is a page of integrations to lead to.
    pub has_integrations: bool,
    pub rows: Vec<Row>,
    pub is_full: bool,
}

pub struct Row {
    pub id: String,
    pub key: String,
    pub label: String,
    pub kind: Kind,
    pub is_shown: bool,
    /// In the feed of Higher Logic: switched on, and shown.
    pub is_sent: bool,
}

impl Row {
    fn kind(&self, page: &Page) -> String {
        kind_words(page, self.kind)
    }
}

#[derive(Template)]
#[template(path = "members/custom_field.html")]
pub struct FieldForm {
    pub page: Page,
    pub has_integrations: bool,
    /// None for a new one.
    pub known: Option<Known>,
    pub label: String,
    pub kind: Kind,
    pub is_shown: bool,
    pub problem: Option<Problem>,
    pub is_stale: bool,
    /// What the companion offers for this field.
    pub switches: Option<Markup>,
}

/// A field that is there already.
pub struct Known {
    pub id: String,
    pub key: String,
    pub label: String,
}

/// What is wrong with a label, or with one more field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    LabelEmpty,
    LabelWrong,
    LabelTaken,
    TooMany,
}

impl FieldForm {
    fn title(&self) -> String {
        match &self.known {
            Some(known) => known.label.clone(),
            None => self.page.t("fields-new"),
        }
    }

    fn action(&self) -> String {
        match &self.known {
            Some(known) => format!("/admin/settings/fields/{}", known.id),
            None => "/admin/settings/fields/new".to_owned(),
        }
    }

    fn label_problem(&self) -> Option<String> {
        let page = &self.page;
        Some(match self.problem? {
            Problem::LabelEmpty => page.t("fields-label-empty"),
            Problem::LabelWrong => page.t("fields-label-wrong"),
            Problem::LabelTaken => page.t("fields-label-taken"),
            Problem::TooMany => page.t("fields-full"),
        })
    }

    fn kinds(&self) -> impl Iterator<Item = (&'static str, String, bool)> {
        let words = |kind| kind_words(&self.page, kind);
        Kind::ALL.into_iter().map(move |kind| (kind.as_text(), words(kind), kind == self.kind))
    }

    fn kind_words(&self) -> String {
        kind_words(&self.page, self.kind)
    }
}

fn kind_words(page: &Page, kind: Kind) -> String {
    page.t(match kind {
        Kind::Text => "fields-kind-text",
        Kind::Number => "fields-kind-number",
        Kind::Date => "fields-kind-date",
        Kind::Url => "fields-kind-url",
        Kind::YesNo => "fields-kind-yes-no",
    })
}

#[derive(Template)]
#[template(path = "members/custom_field_delete.html")]
pub struct ConfirmDelete {
    pub page: Page,
    pub has_integrations: bool,
    pub id: String,
    pub label: String,
    /// Records that have a value in it.
    pub size: i64,
    pub is_sent: bool,
}

#[cfg(test)]
pub mod samples {
    use super::*;
    use crate::members::records::views::samples::ID;
    use crate::web::page::{
        Here,
        samples::{CANARY, hostile, page},
    };

    fn rows() -> Vec<Row> {
        let row = |label: &str, key: &str, kind, is_shown, is_sent| Row {
            id: ID.to_owned(),
            key: key.to_owned(),
            label: label.to_owned(),
            kind,
            is_shown,
            is_sent,
        };
        vec![
            row("Key", "key", Kind::Text, true, true),
            row("Year of graduation", "year_of_graduation", Kind::Number, true, false),
            row("Member since", "member_since", Kind::Date, false, false),
            row("Portfolio", "portfolio", Kind::Url, true, false),
            row("Volunteers", "volunteers", Kind::YesNo, true, false),
        ]
    }

    fn list(rows: Vec<Row>, is_full: bool) -> String {
        let page = page(Here::Settings);
        List { page, has_integrations: true, rows, is_full }.render().unwrap()
    }

    fn form(is_new: bool, problem: Option<Problem>) -> FieldForm {
        let known = Known {
            id: ID.to_owned(),
            key: "year_of_graduation".to_owned(),
            label: "Year of graduation".to_owned(),
        };
        FieldForm {
            page: page(Here::Settings),
            has_integrations: true,
            known: (!is_new).then_some(known),
            label: if is_new { "" } else { "Year of graduation" }.to_owned(),
            kind: Kind::Number,
            is_shown: true,
            problem,
            is_stale: false,
            switches: None,
        }
    }

    fn delete(size: i64) -> ConfirmDelete {
        ConfirmDelete {
            page: page(Here::Settings),
            has_integrations: false,
            id: ID.to_owned(),
            label: "Year of graduation".to_owned(),
            size,
            is_sent: size > 0,
        }
    }

    /// Every state of every page, by name.
    pub fn all() -> Vec<(&'static str, String)> {
        let wrong = |problem| form(true, Some(problem)).render().unwrap();
        let stale = FieldForm { is_stale: true, ..form(false, None) };
        vec![
            ("fields", list(rows(), false)),
            ("fields-none", list(Vec::new(), false)),
            ("fields-full", list(rows(), true)),
            ("field-new", form(true, None).render().unwrap()),
            ("field", form(false, None).render().unwrap()),
            ("field-stale", stale.render().unwrap()),
            ("field-label-empty", wrong(Problem::LabelEmpty)),
            ("field-label-wrong", wrong(Problem::LabelWrong)),
            ("field-label-taken", wrong(Problem::LabelTaken)),
            ("field-too-many", wrong(Problem::TooMany)),
            ("field-delete", delete(412).render().unwrap()),
            ("field-delete-unused", delete(0).render().unwrap()),
        ]
    }

    /// Every page with the canary in every text that somebody may type.
    pub fn hostile_pages() -> Vec<String> {
        let canary = || CANARY.to_owned();
        let page = || hostile(Here::Settings);
        let row = Row { id: canary(), key: canary(), label: canary(), ..rows().remove(0) };
        let known = Known { id: canary(), key: canary(), label: canary() };
        let list = List { page: page(), has_integrations: true, rows: vec![row], is_full: false };
        let form =
            FieldForm { page: page(), known: Some(known), label: canary(), ..form(false, None) };
        let delete = ConfirmDelete { page: page(), id: canary(), label: canary(), ..delete(1) };
        vec![list.render().unwrap(), form.render().unwrap(), delete.render().unwrap()]
    }
}

//! What linking a group would do, in words and names; and what a platform answered instead.

use super::Change;
use super::views::{Impact, Names, Part, Removed};
use crate::associations::Site;
use crate::groups::Group;
use crate::sync::platform::Failure;
use crate::sync::preview::{self, Person, Preview};
use crate::sync::release::{Entry, Why};
use crate::sync::status::words::Words;
use crate::web::page::Page;

/// Names that a page shows of each sort, and of those who would go.
const NAMES: usize = 20;
const MOST_REMOVED: usize = 1_000;

/// That a platform did not answer, in its words.
pub fn silence(words: &Words<'_>, error: &preview::Error) -> String {
    match error {
        preview::Error::Platform(failure) => refusal_of(words, failure),
        error => words.one("sync-cannot-ask", "words", &error.to_string()),
    }
}

pub fn refusal_of(words: &Words<'_>, failure: &Failure) -> String {
    match failure.status() {
        Some(status) => {
            let status = status.to_string();
            words.two("sync-answered", ("status", status.as_str()), ("words", failure.words()))
        }
        None => words.one("sync-silent", "words", failure.words()),
    }
}

pub fn part(page: &Page, site: &Site, group: &Group, change: &Change) -> Part {
    let words = Words { page, platform: change.platform, now: site.now };
    let mut notes = Vec::new();
    let title = match (&change.from, &change.to) {
        (Some(from), None) => {
            notes.push(words.one("sync-unlink-keeps", "name", from));
            notes.push(words.t("sync-unlink-again"));
            words.one("sync-unlink-title", "name", from)
        }
        (from, Some(to)) => {
            if let Some(from) = from {
                notes.push(words.one("sync-move-keeps", "name", from));
            }
            if change.is_again && change.removes() > 0 {
                notes.push(words.t("sync-again-warns"));
            }
            if to.asks_approval {
                notes.push(words.t("sync-tick-approval-next"));
            }
            if let Some(kind) = to.group_type {
                let kind = words.group_type(kind);
                notes.push(words.one("sync-type-final", "kind", &kind));
            }
            words.one("sync-link-title", "name", &to.name)
        }
        (None, None) => words.one("sync-unlink-title", "name", &group.name),
    };
    let impact = change.to.as_ref().map(|to| impact(&words, &to.preview));
    Part { slug: change.platform.as_text(), title, notes, impact }
}

pub fn impact(words: &Words<'_>, preview: &Preview) -> Impact {
    let page = words.page;
    let removes: Vec<Removed> =
        preview.removes.iter().take(MOST_REMOVED).map(|entry| removed(words, entry)).collect();
    let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    let number = count(preview.removes.len());
    let not = preview.not.iter().map(|(reason, number)| {
        let why = words.reason(Some(*reason));
        words.page.locale.text("sync-not", &[("number", (*number).into()), ("why", (&why).into())])
    });
    let args = [
        ("syncs", preview.syncs.into()),
        ("of", preview.size.into()),
        ("there", preview.there.into()),
        ("platform", words.platform.name().into()),
    ];
    Impact {
        syncs: page.locale.text("sync-impact", &args),
        not: not.collect(),
        adds: names(page, "sync-adds", &preview.adds),
        updates: names(page, "sync-updates", &preview.updates),
        removes_title: page.t1("sync-removes", "number", number),
        more_removes: number - count(removes.len()),
        removes,
        managers: names(page, "sync-managers", &preview.managers),
        conflicts: names(page, "sync-conflicts", &preview.conflicts),
    }
}

fn removed(words: &Words<'_>, entry: &Entry) -> Removed {
    let name = match entry.name.is_empty() {
        true => words.page.t("sync-somebody"),
        false => entry.name.clone(),
    };
    Removed { name, why: why(words, entry.why) }
}

pub fn why(words: &Words<'_>, why: Why) -> String {
    words.t(match why {
        Why::LeftGroup => "sync-why-left",
        Why::NotEligible => "sync-why-not-eligible",
        Why::Stranger => "sync-why-stranger",
    })
}

fn names(page: &Page, key: &str, people: &[Person]) -> Names {
    let number = i64::try_from(people.len()).unwrap_or(i64::MAX);
    let shown: Vec<String> = people.iter().take(NAMES).map(|it| it.name.clone()).collect();
    let more = number - i64::try_from(shown.len()).unwrap_or(i64::MAX);
    Names { title: page.t1(key, "number", number), shown, more, number }
}

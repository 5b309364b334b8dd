//! What each platform has of a person or a company, as a table.

use std::collections::HashMap;

use serde_json::Value;

use super::views::{Diff, Row, Section};
use crate::associations::Site;
use crate::id::RecordId;
use crate::sessions::SignedIn;
use crate::sync::look::{self, Attempt, Version};
use crate::sync::places::State;
use crate::sync::platform::{Field, Fields};
use crate::sync::queue::{self, Known};
use crate::sync::status::desk::rendered;
use crate::sync::status::views::Cell;
use crate::sync::status::words::Words;
use crate::sync::status::{self, Connection, Member};
use crate::sync::{link, places, sent};
use crate::web::Error;
use crate::web::companion::Markup;
use crate::web::page::{Here, Page};

/// The worst of the places of a record stands for all.
const WORST_FIRST: [State; 8] = [
    State::Failed,
    State::Held,
    State::Manager,
    State::Going,
    State::Leaving,
    State::Pending,
    State::UpToDate,
    State::NotApplicable,
];

/// The page that the table stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum On {
    /// The record's, which leads to the other one.
    Record,
    /// The one with everything that was sent.
    ItsOwn,
}

/// Of what was sent last to each platform.
const LATEST: i64 = 30;

pub async fn section(site: &Site, admin: &SignedIn, record: &RecordId) -> Result<Markup, Error> {
    let page = admin.visitor.page(site, Here::Members);
    table(site, &page, record, On::Record).await
}

pub async fn table(site: &Site, page: &Page, record: &RecordId, on: On) -> Result<Markup, Error> {
    let connections = status::connections(site).await?;
    if connections.is_empty() {
        return Ok(Markup::default());
    }
    let known = queue::known(&mut site.read(), record).await?;
    let sent = sent::of_record(&mut site.read(), record, LATEST).await?;
    let mut rows = Vec::with_capacity(connections.len());
    for connection in &connections {
        let known = known.iter().find(|it| it.platform == connection.platform.as_text());
        let last = sent.iter().find(|it| it.platform == connection.platform.as_text());
        let mut row = row(site, page, connection, record, known).await?;
        let words = Words { page, platform: connection.platform, now: site.now };
        row.answer = last.map(|last| words.outcome(last));
        rows.push(row);
    }
    let leads_on = on == On::Record && !sent.is_empty();
    rendered(&Section { page, record_id: record.to_string(), rows, leads_on })
}

async fn row(
    site: &Site,
    page: &Page,
    connection: &Connection,
    record: &RecordId,
    known: Option<&Known>,
) -> Result<Row, Error> {
    let platform = connection.platform;
    let words = Words { page, platform, now: site.now };
    let all = places::of_record(&mut site.read(), platform, record).await?;
    let rank = |state: State| WORST_FIRST.iter().position(|known| *known == state);
    let worst = all.iter().min_by_key(|place| rank(place.state()));
    let status = match worst {
        None => Cell::of("", page.t("sync-in-no-group")),
        Some(place) => {
            let seen = status::seen(&mut site.read(), &place.group_id, record).await?;
            let seen = seen.iter().find(|seen| seen.platform == platform.as_text());
            let link = link::find(&mut site.read(), platform, &place.group_id).await?;
            let member = match &link {
                Some(link) => status::member(site, connection, link, record, seen).await?,
                None => Member::Pending,
            };
            words.member(record.as_str(), &member, None)
        }
    };
    let mut names = Vec::new();
    for place in all.iter().filter(|place| place.confirmed_at.is_some()) {
        let link = link::find(&mut site.read(), platform, &place.group_id).await?;
        names.extend(link.map(|link| link.remote_name));
    }
    let last = known.map_or((None, None), |it| (it.sent.as_deref(), it.sent_hash.as_deref()));
    let (mut db, integration) = (site.read(), &connection.integration);
    let now = look::view(&mut db, site, integration, record, last, Attempt::None).await?;
    let sent = known.and_then(|it| Some((it, it.sent_at?)));
    let fields = match (&now.version, sent) {
        (Some(Version::Fields(_)), Some((known, _))) => {
            let fields = queue::sent_fields(site, platform, record, known.sent.as_deref());
            fields.map(|fields| field_names(page, &fields)).unwrap_or_default()
        }
        (_, Some(_)) => page.t("sync-whole-record"),
        (_, None) => String::new(),
    };
    let is_meant = sent.is_some() || !now.outcome.stays.is_empty();
    let diff = match &now.version {
        Some(next) if is_meant && !now.is_current => {
            let kept = known.and_then(|known| known.sent.as_deref());
            let last = queue::sent_version(site, platform, record, kept);
            diff(page, last.as_ref(), next)
        }
        _ => Vec::new(),
    };
    Ok(Row {
        platform: platform.name(),
        status,
        groups: names.join(", "),
        sent: sent.map(|(_, at)| page.locale.moment(at, site.now)),
        fields,
        answer: None,
        diff,
    })
}

fn field_name(page: &Page, field: Field) -> String {
    page.t(match field {
        Field::FirstName => "sync-field-first-name",
        Field::LastName => "sync-field-last-name",
        Field::Email => "sync-field-email",
        Field::CompanyName => "sync-field-company-name",
        Field::JobTitle => "sync-field-job-title",
    })
}

fn field_names(page: &Page, fields: &Fields) -> String {
    let names: Vec<String> = fields.iter().map(|(field, _)| field_name(page, field)).collect();
    names.join(", ")
}

/// What a platform has of a record, and what it would get now, field by field.
fn diff(page: &Page, last: Option<&Value>, next: &Version) -> Vec<Diff> {
    let next = serde_json::from_slice(&next.json()).unwrap_or_default();
    let (last, next) = (last.map(named).unwrap_or_default(), named(&next));
    let told = |value: Option<&String>| value.filter(|it| !it.is_empty()).cloned();
    let names = NAMES.iter().filter(|(name, _)| told(last.get(*name)) != told(next.get(*name)));
    names
        .map(|(name, key)| Diff {
            field: page.t(key),
            before: told(last.get(*name)),
            after: told(next.get(*name)),
        })
        .collect()
}

/// Of what is kept of a version, that which is somebody's; the rest says who they are.
const NAMES: [(&str, &str); 13] = [
    ("first_name", "sync-field-first-name"),
    ("last_name", "sync-field-last-name"),
    ("email", "sync-field-email"),
    ("company_name", "sync-field-company-name"),
    ("job_title", "sync-field-job-title"),
    ("is_member", "sync-field-member"),
    ("bio", "sync-field-bio"),
    ("image_url", "sync-field-image"),
    ("social", "sync-field-social"),
    ("website", "sync-field-website"),
    ("custom", "sync-field-custom"),
    ("communities", "sync-field-communities"),
    ("security_groups", "sync-field-security-groups"),
];

/// The values of a version by their names.
fn named(version: &Value) -> HashMap<String, String> {
    let pairs: Vec<(String, String)> = match version {
        Value::Object(members) => {
            members.iter().map(|(name, value)| (name.clone(), text(value))).collect()
        }
        Value::Array(pairs) => {
            let pair = |pair: &Value| Some((text(pair.get(0)?), text(pair.get(1)?)));
            pairs.iter().filter_map(pair).collect()
        }
        _ => Vec::new(),
    };
    pairs.into_iter().collect()
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(list) => list.iter().map(text).collect::<Vec<_>>().join(", "),
        Value::Object(members) => {
            // A group by its name, a custom field by its label and value, social sites one by one.
            let part = |name: &str| members.get(name).map(text);
            match (part("name"), part("label"), part("value")) {
                (Some(name), ..) => name,
                (None, Some(label), Some(value)) => format!("{label}: {value}"),
                _ => {
                    let each = members.values().map(text).filter(|it| !it.is_empty());
                    each.collect::<Vec<_>>().join(", ")
                }
            }
        }
        other => other.to_string(),
    }
}

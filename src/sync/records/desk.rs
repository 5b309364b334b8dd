//! What each platform has of a person or a company, as a table.

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

pub async fn section(site: &Site, admin: &SignedIn, record: &RecordId) -> Result<Markup, Error> {
    let page = admin.visitor.page(site, Here::Members);
    table(site, &page, record).await
}

pub async fn table(site: &Site, page: &Page, record: &RecordId) -> Result<Markup, Error> {
    let connections = status::connections(site).await?;
    if connections.is_empty() {
        return Ok(Markup::default());
    }
    let known = queue::known(&mut site.read(), record).await?;
    let mut rows = Vec::with_capacity(connections.len());
    for connection in &connections {
        let known = known.iter().find(|it| it.platform == connection.platform.as_text());
        rows.push(row(site, page, connection, record, known).await?);
    }
    let has_sent = !sent::of_record(&mut site.read(), record, 1).await?.is_empty();
    rendered(&Section { page, record_id: record.to_string(), rows, has_sent })
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
    let diff = match (&now.version, sent) {
        (Some(Version::Fields(next)), Some((known, _))) if !now.is_current => {
            let last = queue::sent_fields(site, platform, record, known.sent.as_deref());
            diff(page, &last.unwrap_or_default(), next)
        }
        _ => Vec::new(),
    };
    Ok(Row {
        platform: platform.name(),
        status,
        groups: names.join(", "),
        sent: sent.map(|(_, at)| page.locale.moment(at, site.now)),
        fields,
        answer: known.and_then(|it| it.failure.clone().or_else(|| it.answer.clone())),
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

fn diff(page: &Page, last: &Fields, next: &Fields) -> Vec<Diff> {
    let told = |value: Option<&str>| value.filter(|it| !it.is_empty()).map(str::to_owned);
    let differs = Field::ALL.into_iter().filter(|field| last.get(*field) != next.get(*field));
    differs
        .map(|field| Diff {
            field: field_name(page, field),
            before: told(last.get(field)),
            after: told(next.get(field)),
        })
        .collect()
}

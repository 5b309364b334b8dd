//! What a stopped tool sent: it waits, sealed, until an admin lets it through or throws it away.

use std::collections::BTreeMap;

use serde_json::json;

use super::message::unsealed;
use super::{Person, Values, store};
use crate::associations::Site;
use crate::clock::Timestamp;
use crate::db::{self, Writer, joined, rows};
use crate::events::{self, Actor, Kind};
use crate::id::{HookId, MemberId};
use crate::vault::Place;

/// Deliveries in one transaction.
const STEP: i64 = 50;

rows! {
    #[derive(Debug, Clone)]
    pub struct Kept {
        pub delivery_id: String,
        pub at: Timestamp,
        pub sent_at: Timestamp,
        payload: Option<String>,
    }
}

joined! {
    /// A delivery that waits, and whom it is about as they are now.
    #[derive(Debug, Clone)]
    pub struct Waiting {
        pub kept: Kept,
        pub person: Person,
    }
}

impl Waiting {
    /// Nothing where it does not open.
    pub fn values(&self, site: &Site) -> Values {
        let place = place(&self.kept.delivery_id);
        let sealed = self.kept.payload.as_deref().unwrap_or_default();
        match site.app.vault.open_sealed(site.id(), &place, sealed) {
            Ok(bytes) => unsealed(&bytes),
            Err(error) => {
                tracing::error!(delivery = self.kept.delivery_id, %error, "a delivery is lost");
                Values::new()
            }
        }
    }
}

pub(super) fn place(delivery: &str) -> Place<'_> {
    Place { table: "hook_deliveries", column: "payload", row: delivery }
}

/// What became of what waited.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Decided {
    pub deliveries: usize,
    /// People whose fields are others now.
    pub changed: usize,
    /// What came after the admin had looked still waits.
    pub still_waits: bool,
}

pub(super) async fn begin(site: &Site, tx: &mut Writer, hook: &HookId) -> Result<(), db::Error> {
    store::quarantine(tx, hook).await?;
    let (kind, actor) = (Kind::HookQuarantined, Actor::System);
    events::record(tx, &site.app.vault, kind, &actor, hook.as_str(), &()).await
}

/// In the order they were sent, from one on.
pub async fn page(
    site: &Site,
    hook: &HookId,
    after: &str,
    most: i64,
) -> Result<Vec<Waiting>, db::Error> {
    let mut db = site.read();
    let from = store::kept(&mut db, hook, after).await?;
    let from = from.as_ref().map(|kept| (kept.sent_at, &*kept.delivery_id));
    store::waiting(&mut db, hook, from, site.now, most).await
}

/// Applies what came until then, in the order it was sent: of two values for a field, the later one.
pub async fn release(
    site: &Site,
    hook: &HookId,
    until: Timestamp,
    actor: &Actor,
) -> Result<Decided, db::Error> {
    let mut decided = Decided::default();
    loop {
        let mut tx = site.write().await?;
        let step = store::waiting(&mut tx, hook, None, until, STEP).await?;
        for (mut person, values) in merged(site, &step).into_values() {
            let changes = person.changes(&values);
            if !changes.is_empty() {
                person.set(&values);
                store::write(&mut tx, &person).await?;
                let between = (person.member_id.as_str(), hook.as_str());
                let (vault, kind) = (&site.app.vault, Kind::HookChanged);
                events::record_between(&mut tx, vault, kind, actor, between, &changes).await?;
                decided.changed += 1;
            }
        }
        decide(&mut tx, hook, until, "applied", &mut decided).await?;
        if step.len() == STEP as usize {
            tx.commit().await?;
            continue;
        }
        if end(&mut tx, hook, &mut decided).await? || decided.deliveries > 0 {
            record(site, &mut tx, Kind::HookReleased, actor, hook, decided).await?;
        }
        tx.commit().await?;
        return Ok(decided);
    }
}

pub async fn discard(
    site: &Site,
    hook: &HookId,
    until: Timestamp,
    actor: &Actor,
) -> Result<Decided, db::Error> {
    let mut decided = throw_away(site, hook, until).await?;
    let mut tx = site.write().await?;
    if end(&mut tx, hook, &mut decided).await? || decided.deliveries > 0 {
        record(site, &mut tx, Kind::HookDiscarded, actor, hook, decided).await?;
    }
    tx.commit().await?;
    Ok(decided)
}

pub(super) async fn throw_away(
    site: &Site,
    hook: &HookId,
    until: Timestamp,
) -> Result<Decided, db::Error> {
    let mut decided = Decided::default();
    loop {
        let mut tx = site.write().await?;
        let gone = decide(&mut tx, hook, until, "discarded", &mut decided).await?;
        tx.commit().await?;
        if gone < STEP as usize {
            return Ok(decided);
        }
    }
}

/// Of each person all values of a step, the later over the earlier.
fn merged(site: &Site, step: &[Waiting]) -> BTreeMap<MemberId, (Person, Values)> {
    let mut people = BTreeMap::new();
    for waiting in step {
        let of = people
            .entry(waiting.person.member_id.clone())
            .or_insert_with(|| (waiting.person.clone(), Values::new()));
        of.1.extend(waiting.values(site));
    }
    people
}

async fn decide(
    tx: &mut Writer,
    hook: &HookId,
    until: Timestamp,
    outcome: &'static str,
    decided: &mut Decided,
) -> Result<usize, db::Error> {
    let count = store::decide(tx, hook, until, outcome, STEP).await?;
    decided.deliveries += count;
    Ok(count)
}

/// Lets the tool go on, unless something still waits. True where it was stopped until now.
async fn end(tx: &mut Writer, hook: &HookId, decided: &mut Decided) -> Result<bool, db::Error> {
    let ended = store::end_quarantine(tx, hook).await?;
    let now = store::find(tx, hook).await?;
    decided.still_waits = now.is_some_and(|hook| hook.waiting > 0);
    Ok(ended)
}

async fn record(
    site: &Site,
    tx: &mut Writer,
    kind: Kind,
    actor: &Actor,
    hook: &HookId,
    decided: Decided,
) -> Result<(), db::Error> {
    let details = json!({ "deliveries": decided.deliveries, "people": decided.changed });
    events::record(tx, &site.app.vault, kind, actor, hook.as_str(), &details).await
}

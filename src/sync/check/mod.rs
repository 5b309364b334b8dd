//! A full check of a linked group: everybody in it is looked at, the platform's list is read to its end,
//! and what differs is set right: additions at once (in bulks where there are many), removals through the
//! gate. The first sync of a group is its first check; later ones find what changed behind our back.
//!
//! Any error ends the check with nothing removed (SEC-Y3, SEC-Y4): it begins anew later.

mod bulk;
mod compare;
mod listed;

use super::channel::{self, Channel};
use super::integration::{self, Integration};
use super::link::{self, Claim, Link};
use super::look::{self, Attempt, STEP};
use super::places;
use super::platform::{Failure, Mobilize, Platform};
use super::queue;
use super::runs::{self, Tally};
use super::send;
use crate::associations::Site;
use crate::db;
use crate::id::{GroupId, RecordId};

/// From so many additions on, a bulk is worth reading the list once more.
const BULK_FROM: usize = 20;
/// A check that failed begins anew after this.
const AGAIN_SECONDS: i64 = 300;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Database(#[from] db::Error),
    #[error("{0}")]
    Platform(Failure),
    #[error(transparent)]
    Channel(#[from] channel::Error),
    #[error("another node took over")]
    TakenOver,
    #[error("it was paused meanwhile")]
    Paused,
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        Self::Platform(failure)
    }
}

/// Does one check that is due. False when there is none.
pub async fn step(site: &Site, integration: &Integration) -> Result<bool, db::Error> {
    let Some(platform) = integration.platform() else { return Ok(false) };
    let Some(claim) = link::claim(site, platform).await? else { return Ok(false) };
    let run = runs::begin(site, platform, &claim).await?;
    let mut tally = Tally::default();
    let outcome = whole(site, integration, platform, &claim, &mut tally).await;
    let site = &fresh(site);
    match &outcome {
        Ok(()) => {
            link::checked(site, platform, &claim, None).await?;
            let mut tx = site.write().await?;
            link::ask_decision(&mut tx, platform, &claim.group_id, site.now).await?;
            tx.commit().await?;
        }
        Err(Error::TakenOver) => {}
        Err(Error::Database(error)) => {
            tracing::warn!(%error, "a linked group was not checked");
            let again = site.now.plus_seconds(AGAIN_SECONDS);
            link::checked(site, platform, &claim, Some(again)).await?;
        }
        Err(error) => {
            if let Error::Platform(Failure::GroupGone { words }) = error {
                link::failed(site, platform, &claim.group_id, words).await?;
            }
            let until = match error {
                Error::Platform(failure) => send::connection(site, integration, failure).await?,
                // At once when it is resumed: nothing is checked before.
                Error::Paused => Some(site.now),
                _ => None,
            };
            let again = until.unwrap_or(site.now.plus_seconds(AGAIN_SECONDS)).max(site.now);
            link::checked(site, platform, &claim, Some(again)).await?;
        }
    }
    let words = outcome.as_ref().err().map(ToString::to_string);
    runs::end(site, &run, &tally, words.as_deref()).await?;
    Ok(true)
}

async fn whole(
    site: &Site,
    integration: &Integration,
    platform: Platform,
    claim: &Claim,
    tally: &mut Tally,
) -> Result<(), Error> {
    sweep(site, integration, platform, claim).await?;
    let Channel::Mobilize(client) = channel::open(site, integration).await? else {
        return Ok(()); // Higher Logic cannot be read; what differs is sent record by record.
    };
    let link = link::find(&mut site.read(), platform, &claim.group_id).await?;
    let link = link.filter(Link::is_linked).ok_or(Error::TakenOver)?;
    let check = Check { site, integration, platform, claim, link, client: &client };
    let adds = check.compare(tally).await?;
    tally.added = i64::try_from(adds.len()).unwrap_or(i64::MAX);
    if adds.len() < BULK_FROM {
        return Ok(check.send(&adds).await?);
    }
    let bulked = check.bulk(adds).await?;
    let missing = check.compare(&mut Tally::default()).await?;
    check.give_back(&bulked).await?;
    Ok(check.send(&missing).await?)
}

/// Looks at everybody who is in the group or has a place in its counterpart.
async fn sweep(
    site: &Site,
    integration: &Integration,
    platform: Platform,
    claim: &Claim,
) -> Result<(), Error> {
    let (group, most) = (&claim.group_id, STEP as i64);
    let mut after = String::new();
    loop {
        let page = places::members(&mut site.read(), group, &after, most).await?;
        let Some(last) = page.last() else { break };
        after = last.to_string();
        look_at(site, integration, platform, claim, &page).await?;
    }
    after.clear();
    loop {
        let page = places::left(&mut site.read(), platform, group, &after, most).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.to_string();
        look_at(site, integration, platform, claim, &page).await?;
    }
}

async fn look_at(
    site: &Site,
    integration: &Integration,
    platform: Platform,
    claim: &Claim,
    records: &[RecordId],
) -> Result<(), Error> {
    let site = &fresh(site);
    let mut tx = site.write().await?;
    // Higher Logic cannot be read, so the only way to be sure of a contact is to say it again. That is done
    // when somebody asks: at night, with nothing to compare, it would be done to everybody every night.
    if platform == Platform::HigherLogic && claim.doubts_all() {
        queue::doubt_fields(&mut tx, platform, &records.iter().collect::<Vec<_>>()).await?;
    }
    let known = queue::all(&mut tx, platform, records).await?;
    let views = look::views(&mut tx, site, integration, &known, Attempt::None).await?;
    look::write(&mut tx, platform, &views).await?;
    // What Higher Logic does not have is sent; at Mobilize the list says what is missing.
    if platform == Platform::HigherLogic {
        let unsettled = records.iter().zip(&views).filter(|(_, view)| !view.is_settled());
        let unsettled: Vec<&RecordId> = unsettled.map(|(record, _)| record).collect();
        queue::send_all(&mut tx, platform, &unsettled).await?;
    }
    tx.commit().await?;
    match link::keep(site, platform, claim).await? {
        true => Ok(()),
        false => Err(Error::TakenOver),
    }
}

struct Check<'a> {
    site: &'a Site,
    integration: &'a Integration,
    platform: Platform,
    claim: &'a Claim,
    link: Link,
    client: &'a Mobilize,
}

/// The community behind new credentials must have every linked group, or it is another one (SEC-Y5).
pub async fn recognise(
    site: &Site,
    integration: &Integration,
    client: &Mobilize,
) -> Result<bool, Error> {
    let Some(platform) = integration.platform() else { return Ok(false) };
    let links = link::list(&mut site.read(), platform).await?;
    let there = client.groups().await?;
    let missing: Vec<&Link> = links
        .iter()
        .filter(|link| link.is_linked() && link.failed_at.is_none())
        .filter(|link| there.iter().all(|group| group.remote_id != link.remote_group_id))
        .collect();
    let linked = links.iter().filter(|link| link.is_linked()).count();
    if missing.is_empty() || missing.len() < linked {
        integration::recognised(site, integration).await?;
        return Ok(true);
    }
    let words = format!(
        "these credentials open another community: {} is not in it",
        missing.iter().map(|link| link.remote_name.as_str()).collect::<Vec<_>>().join(", ")
    );
    integration::stop(site, integration, &words).await?;
    Ok(false)
}

/// The association now: a check takes longer than a moment.
fn fresh(site: &Site) -> Site {
    Site { now: site.app.clock.now(), ..site.clone() }
}

/// Wants a check of every linked group once a day.
pub async fn nightly(site: &Site, platform: Platform) -> Result<(), db::Error> {
    if integration::check_is_due(site, platform).await? {
        let mut tx = site.write().await?;
        link::ask_all(&mut tx, platform, link::Cause::Nightly).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// The groups that a check is to be made of, for `sync run`.
pub async fn ask(site: &Site, platform: Platform, group: &GroupId) -> Result<(), db::Error> {
    let mut tx = site.write().await?;
    link::ask_check(&mut tx, platform, group, link::Cause::Asked).await?;
    tx.commit().await
}

//! Sending: the work that is due for a record goes to its platform, and what the platform confirmed is
//! written down. What should be is read here, at the last moment (SEC-Y8).

pub mod higher_logic;
pub mod mobilize;

use super::integration::{self, Integration};
use super::look::{self, Attempt, View};
use super::platform::{Failure, Platform, Profile};
use super::queue::{self, Outlook, Work};
use super::{link, places};
use crate::associations::Site;
use crate::clock::Timestamp;
use crate::db::{self, Writer};
use crate::id::GroupId;

/// Asked to wait without being told how long.
const BUSY_SECONDS: i64 = 2;

/// Why a record was not sent.
pub enum Trouble {
    Failure(Failure),
    /// It is another record's (SEC-Y14).
    Conflict(String),
    /// Somebody paused the connection, or it was stopped, before all of it went out.
    Paused,
    /// Another node took it over, and does what is left.
    TakenOver,
}

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

/// What came of it means for the whole connection. The worst counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Next {
    /// The platform was not called.
    Quiet,
    /// The platform answered as it should, if only to refuse a record.
    Well,
    Stumbled,
    /// Nothing more is to be sent now.
    Rest,
}

/// What is left of a record after it was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rest {
    Nothing,
    /// It waits for its link: the next check that goes well sends it.
    Waits,
}

/// Everything about a record went out: its places get their status, and it rests until it is marked.
pub async fn done(
    site: &Site,
    integration: &Integration,
    work: &Work,
    answer: &str,
    rest: Rest,
) -> Result<(), db::Error> {
    let Some(platform) = integration.platform() else { return Ok(()) };
    let mut tx = site.write().await?;
    if !queue::holds(&mut tx, platform, work).await? {
        return Ok(());
    }
    let view = look_again(&mut tx, site, integration, work, Attempt::None).await?;
    view.write(&mut tx, platform).await?;
    if view.is_settled() || rest == Rest::Waits {
        queue::done(&mut tx, platform, work, answer).await?;
    } else {
        // It changed while it was sent.
        queue::postpone(&mut tx, platform, work, site.now).await?;
    }
    tx.commit().await
}

/// Looks at a record as it is now, with what was confirmed meanwhile.
async fn look_again(
    tx: &mut Writer,
    site: &Site,
    integration: &Integration,
    work: &Work,
    attempt: Attempt,
) -> Result<View, db::Error> {
    let platform = integration.platform().unwrap_or(Platform::Mobilize);
    let known = queue::one(tx, platform, &work.record_id).await?;
    let sent = known.as_ref().and_then(|known| known.sent.as_deref());
    let hash = known.as_ref().and_then(|known| known.sent_hash.as_deref());
    look::view(tx, site, integration, &work.record_id, (sent, hash), attempt).await
}

/// It did not go out: counts, and says when it is tried again; a trouble of the whole connection counts
/// against no record.
pub async fn failed(
    site: &Site,
    integration: &Integration,
    work: &Work,
    trouble: &Trouble,
) -> Result<Next, db::Error> {
    let Some(platform) = integration.platform() else { return Ok(Next::Rest) };
    let attempt = match trouble {
        Trouble::Failure(failure) => Attempt::of(failure),
        _ => Attempt::Failed,
    };
    let (words, outlook, next) = match trouble {
        Trouble::Paused => {
            postpone(site, platform, work, site.now).await?;
            return Ok(Next::Rest);
        }
        Trouble::TakenOver => return Ok(Next::Stumbled),
        Trouble::Conflict(words) => (words.clone(), Outlook::Refused, Next::Well),
        Trouble::Failure(failure) => {
            let words = failure.words().to_owned();
            match connection(site, integration, failure).await? {
                Some(until) => {
                    if failure.outcome_is_unknown() {
                        unsure(site, integration, work).await?;
                    }
                    postpone(site, platform, work, until).await?;
                    return Ok(Next::Rest);
                }
                None if failure.is_permanent() => (words, Outlook::Refused, Next::Well),
                None => (words, Outlook::MayPass, Next::Stumbled),
            }
        }
    };
    let again_at = next_try(site, integration, work, outlook);
    give_back(site, integration, work, &words, again_at, attempt).await?;
    Ok(next)
}

/// When this work is tried again after one failure more, as the profile of the platform has it.
fn next_try(
    site: &Site,
    integration: &Integration,
    work: &Work,
    outlook: Outlook,
) -> Option<Timestamp> {
    let platform = integration.platform()?;
    let profile = Profile::of(platform, integration.profile.as_deref()).ok()?;
    queue::next_try(work.tries + 1, outlook, &profile.calls().retry, site.now)
}

/// No try that counts, but it may have been carried out: that is remembered (SEC-Y8).
pub async fn unsure(site: &Site, integration: &Integration, work: &Work) -> Result<(), db::Error> {
    let Some(platform) = integration.platform() else { return Ok(()) };
    let mut tx = site.write().await?;
    if queue::holds(&mut tx, platform, work).await? {
        let view = look_again(&mut tx, site, integration, work, Attempt::Unsure).await?;
        view.write(&mut tx, platform).await?;
    }
    tx.commit().await
}

/// A try that counts, with the words of what went wrong and when the next one is.
pub async fn give_back(
    site: &Site,
    integration: &Integration,
    work: &Work,
    words: &str,
    again_at: Option<Timestamp>,
    attempt: Attempt,
) -> Result<(), db::Error> {
    let Some(platform) = integration.platform() else { return Ok(()) };
    let mut tx = site.write().await?;
    if queue::failed(&mut tx, platform, work, words, again_at).await? {
        let view = look_again(&mut tx, site, integration, work, attempt).await?;
        view.write(&mut tx, platform).await?;
    }
    tx.commit().await
}

/// What a failure does to the connection: when it is a trouble of the connection and not of a record,
/// answers until when to rest.
pub async fn connection(
    site: &Site,
    integration: &Integration,
    failure: &Failure,
) -> Result<Option<Timestamp>, db::Error> {
    let Some(platform) = integration.platform() else { return Ok(None) };
    let word = match failure {
        Failure::Unreachable { .. } => "unreachable",
        Failure::Unknown { .. } => "unknown",
        Failure::Busy { .. } => "busy",
        Failure::Refused { .. } => "refused",
        Failure::Unsendable { .. } => "unsendable",
        Failure::Unauthorized { .. } => "unauthorized",
        Failure::GroupGone { .. } => "group_gone",
        Failure::Broken { .. } => "broken",
    };
    metrics::counter!("sync_failures_total", "platform" => platform.as_text(), "kind" => word)
        .increment(1);
    Ok(match failure {
        Failure::Unauthorized { status, words } => {
            let answer = format!("{status} {words}");
            integration::stop(site, integration, &answer).await?;
            Some(site.now)
        }
        Failure::Busy { retry_after_seconds, .. } => {
            let seconds = retry_after_seconds.unwrap_or(BUSY_SECONDS).max(1);
            integration::wait(site, platform, seconds).await?;
            Some(site.now.plus_seconds(seconds))
        }
        Failure::Unreachable { .. } | Failure::Unknown { .. } | Failure::Broken { .. } => {
            integration::failed(site, platform).await?
        }
        Failure::Refused { .. } | Failure::Unsendable { .. } | Failure::GroupGone { .. } => None,
    })
}

/// Gives a record back untried.
pub async fn postpone(
    site: &Site,
    platform: Platform,
    work: &Work,
    until: Timestamp,
) -> Result<(), db::Error> {
    let mut tx = site.write().await?;
    queue::postpone(&mut tx, platform, work, until).await?;
    tx.commit().await
}

/// The platform says that a record is in a group now.
pub async fn is_there(
    tx: &mut Writer,
    platform: Platform,
    work: &Work,
    group: &GroupId,
) -> Result<(), db::Error> {
    if !places::confirm(tx, platform, group, &[&work.record_id]).await?.is_empty() {
        link::count(tx, platform, group, 1).await?;
    }
    Ok(())
}

/// The platform says that it is not there any more.
pub async fn is_gone(
    tx: &mut Writer,
    platform: Platform,
    work: &Work,
    group: &GroupId,
) -> Result<(), db::Error> {
    if !places::unconfirm(tx, platform, group, &[&work.record_id]).await?.is_empty() {
        return link::count(tx, platform, group, -1).await;
    }
    places::not_there(tx, platform, group, &work.record_id).await
}

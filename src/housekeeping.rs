//! Housekeeping: forgets what expired, and does what the timeline of signing keys asks for.
//!
//! It may run at any time, on any node and on several at once: each step is a short transaction that
//! looks for itself what is left to do, and what one node has done another does not find.

use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::associations::{self, Site, set_up};
use crate::clock::Timestamp;
use crate::grants::Forgotten;
use crate::id::ClientId;
use crate::{clients, db, grants, hooks, logouts, members, sessions, signing};

const OFTEN: Duration = Duration::from_mins(5);
/// Rows per step, so that sign-ins pass in between.
const STEP: usize = 200;
/// A code that comes again is told from an unknown one for this long.
const GRANT_SECONDS: i64 = 3600;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Database(#[from] db::Error),
    #[error(transparent)]
    Keys(#[from] signing::Error),
}

/// At once, and then every few minutes until stopped. To be stopped halfway does no harm: a
/// transaction that is dropped is rolled back.
pub async fn run(app: App, stop: CancellationToken) {
    let mut often = interval(OFTEN);
    often.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let work = async {
        loop {
            often.tick().await;
            tidy(&app).await.ok(); // it has said what went wrong, and will be tried again
        }
    };
    stop.run_until_cancelled(work).await;
}

/// One round through all associations. What fails in one does not keep the others waiting; each
/// failure is logged, and the first is the answer.
pub async fn tidy(app: &App) -> Result<(), Error> {
    let mut outcome = Ok(());
    let all = associations::list(app).await.inspect_err(|error| {
        tracing::warn!(%error, "housekeeping cannot begin");
    });
    for association in all? {
        let host = association.host.clone();
        let site = Site::new(app.clone(), association.into(), app.clock.now());
        for done in [tend(&site).await, forget(&site).await, fill(&site).await] {
            if let Err(error) = &done {
                tracing::warn!(%host, %error, "housekeeping left something undone");
            }
            outcome = outcome.and(done);
        }
    }
    outcome
}

async fn tend(site: &Site) -> Result<(), Error> {
    for step in signing::tend(site).await? {
        tracing::info!(host = %site.association.host, ?step, "signing keys");
    }
    Ok(())
}

async fn forget(site: &Site) -> Result<(), Error> {
    let most = STEP as i64;
    while sessions::forget_expired(site, most).await? == STEP {}
    while logouts::forget_old(site, most).await? == STEP {}
    while grants::machine::forget_expired(site, most).await? == STEP {}
    while clients::assertions::forget_expired(site, most).await? == STEP {}
    while clients::health::forget_old(site, most).await? == STEP {}
    while set_up::forget_expired(site, most).await? == STEP {}
    while hooks::forget_old(site, most).await? == STEP {}
    while forget_grants(site, most).await? == STEP {}
    Ok(())
}

/// Moves what a release before this one wrote into the form that this one reads.
async fn fill(site: &Site) -> Result<(), Error> {
    while members::records::fill_names(site, STEP as i64).await? == STEP {}
    Ok(())
}

/// Before a client's grants go, their count and the last one's time stay with the client.
async fn forget_grants(site: &Site, most: i64) -> Result<usize, db::Error> {
    let mut tx = site.write().await?;
    let oldest = site.now.plus_seconds(-GRANT_SECONDS);
    let gone = grants::forget_expired(&mut tx, oldest, most).await?;
    for (client, at) in newest(&gone) {
        clients::logged_in(&mut tx, client, at).await?;
    }
    for grant in &gone {
        if let Some(at) = grant.consumed_at {
            clients::health::signed_in(&mut tx, &grant.client_id, at).await?;
        }
    }
    tx.commit().await?;
    Ok(gone.len())
}

fn newest(grants: &[Forgotten]) -> Vec<(&ClientId, Timestamp)> {
    let mut sorted: Vec<_> =
        grants.iter().map(|grant| (&grant.client_id, grant.created_at)).collect();
    sorted.sort_unstable_by(|one, other| one.0.cmp(other.0).then(other.1.cmp(&one.1)));
    sorted.dedup_by(|later, first| later.0 == first.0);
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_each_client_the_newest_log_in_is_kept() {
        let (forj, mobilize) = (ClientId::presented("forj"), ClientId::presented("mobilize"));
        let at = Timestamp::from_unix_seconds;
        let grant = |client: &ClientId, second| Forgotten {
            client_id: client.clone(),
            created_at: at(second),
            consumed_at: None,
        };
        let grants = [grant(&mobilize, 3), grant(&forj, 1), grant(&mobilize, 5), grant(&forj, 2)];

        assert_eq!(newest(&grants), [(&forj, at(2)), (&mobilize, at(5))]);
    }
}

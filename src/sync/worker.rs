//! The worker: hears of changes, looks at what was marked, and sends what is due, of all associations.
//!
//! Each connection of an association is served by itself, so that a platform that is slow or down holds up
//! nobody else. Several nodes may run it: what one has taken, the others do not find.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::channel::{self, Channel};
use super::integration::{self, Integration, State};
use super::platform::Platform;
use super::send::{self, Next};
use super::switch::{self, Leave};
use super::{check, gate, hear, link, look, queue, release, runs, sent};
use crate::app::App;
use crate::associations::{self, Site};
use crate::db;
use crate::events::{self, Subscriber};
use crate::id::AssociationId;

/// The safety net; a commit wakes the worker at once.
const OFTEN: Duration = Duration::from_millis(500);
/// How long what was begun gets to end when the process is told to stop.
const LAST_MOMENTS: Duration = Duration::from_secs(3);
/// Rows forgotten in one statement, so that sign-ins pass in between.
const FORGOTTEN: i64 = 200;
/// Records sent in one round, and of those side by side.
const ROUND: usize = 16;
const SIDE_BY_SIDE: usize = 4;

/// What is done for one connection at a time: sending, or checking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Task {
    Send,
    Check,
}

type Key = (AssociationId, Platform, Task);

/// What this process is at, so that it begins nothing twice.
#[derive(Clone, Default)]
struct Running(Arc<Mutex<HashSet<Key>>>);

struct Begun {
    key: Key,
    running: Running,
}

impl Running {
    fn begin(&self, key: Key) -> Option<Begun> {
        let mut keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        keys.insert(key.clone()).then(|| Begun { key, running: self.clone() })
    }
}

impl Drop for Begun {
    fn drop(&mut self) {
        self.running.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.key);
    }
}

/// Until stopped. Work that is cut off is taken up again when its lease has run out.
pub async fn run(app: App, stop: CancellationToken) {
    let (running, mut tasks) = (Running::default(), JoinSet::new());
    while !stop.is_cancelled() {
        if let Err(error) = begin(&app, &running, &mut tasks, &stop).await {
            tracing::warn!(%error, "sync cannot see what is to be done; trying again");
        }
        while tasks.try_join_next().is_some() {}
        let woken = tokio::time::timeout(OFTEN, app.db.roused());
        stop.run_until_cancelled(woken).await;
    }
    let ended = async { while tasks.join_next().await.is_some() {} };
    tokio::time::timeout(LAST_MOMENTS, ended).await.ok();
}

async fn begin(
    app: &App,
    running: &Running,
    tasks: &mut JoinSet<()>,
    stop: &CancellationToken,
) -> Result<(), db::Error> {
    hear_all(app).await?;
    for (association, platform) in due(app).await? {
        for task in [Task::Send, Task::Check] {
            let key = (association.clone(), platform, task);
            let Some(begun) = running.begin(key) else { continue };
            let (app, stop) = (app.clone(), stop.clone());
            tasks.spawn(async move {
                let (association, platform, task) = &begun.key;
                let served = serve(&app, association, *platform, *task, &stop).await;
                if let Err(error) = served {
                    tracing::warn!(%error, platform = platform.as_text(), "sync stopped short");
                }
                drop(begun);
            });
        }
    }
    Ok(())
}

/// Does everything that is due now, to its end: for tests and for `sync run`.
pub async fn settle(app: &App) -> Result<(), db::Error> {
    let go_on = CancellationToken::new();
    loop {
        let heard = hear_all(app).await?;
        let due = due(app).await?;
        let mut did = heard > 0;
        for (association, platform) in due {
            for task in [Task::Check, Task::Send] {
                did |= serve(app, &association, platform, task, &go_on).await?;
            }
        }
        if !did {
            return Ok(());
        }
    }
}

async fn hear_all(app: &App) -> Result<usize, db::Error> {
    let mut heard = 0;
    let waiting = events::waiting(&app.db, Subscriber::Sync).await?;
    for association in waiting {
        let Some(site) = site(app, &association).await? else { continue };
        loop {
            match hear::step(&site).await? {
                0 => break,
                step => heard += step,
            }
        }
    }
    let now = app.clock.now();
    for (association, platform) in integration::due_checks(&app.db, now).await? {
        if let (Some(site), Some(platform)) =
            (site(app, &association).await?, Platform::of_text(&platform))
        {
            check::nightly(&site, platform).await?;
            forget_old(&site).await?;
        }
    }
    Ok(heard)
}

/// Once a day: what was sent and checked long ago is of no use any more.
async fn forget_old(site: &Site) -> Result<(), db::Error> {
    while sent::forget_old(site, FORGOTTEN).await? == FORGOTTEN as usize {}
    while runs::forget_old(site, FORGOTTEN).await? == FORGOTTEN as usize {}
    while release::forget_old(site, FORGOTTEN).await? == FORGOTTEN as usize {}
    integration::forget_drafts(site).await
}

async fn due(app: &App) -> Result<HashSet<(AssociationId, Platform)>, db::Error> {
    let now = app.clock.now();
    let mut due = queue::due(&app.db, now).await?;
    due.extend(link::due(&app.db, now).await?);
    let known = due.into_iter().filter_map(|(id, text)| Some((id, Platform::of_text(&text)?)));
    Ok(known.collect())
}

async fn site(app: &App, association: &AssociationId) -> Result<Option<Site>, db::Error> {
    let all = associations::list(app).await?;
    let found = all.into_iter().find(|it| it.association_id == *association);
    Ok(found.map(|found| Site::new(app.clone(), found.into(), app.clock.now())))
}

/// Works at one connection until nothing is due or nothing may be done. Answers whether anything was.
async fn serve(
    app: &App,
    association: &AssociationId,
    platform: Platform,
    task: Task,
    stop: &CancellationToken,
) -> Result<bool, db::Error> {
    let mut did = false;
    while !stop.is_cancelled() {
        let Some(site) = site(app, association).await? else { return Ok(did) };
        let found = integration::find(&mut site.read(), platform).await?;
        let Some(integration) = found else { return Ok(did) };
        let step = match task {
            Task::Send => round(&site, &integration, platform).await?,
            Task::Check => checks(&site, &integration).await?,
        };
        if !step {
            return Ok(did);
        }
        did = true;
    }
    Ok(did)
}

/// Whether the platform may be called now. What is looked at here needs no leave.
async fn may_call(site: &Site, integration: &Integration) -> Result<bool, db::Error> {
    Ok(integration.state() == State::Running
        && integration.waits_until(site.now).is_none()
        && switch::leave(site).await? == Leave::Runs)
}

async fn checks(site: &Site, integration: &Integration) -> Result<bool, db::Error> {
    if !may_call(site, integration).await? || integration.is_half_open() {
        return Ok(false);
    }
    if !is_recognised(site, integration).await? {
        return Ok(false);
    }
    check::step(site, integration).await
}

/// One round: look at what was marked, decide what waits, send what is due.
async fn round(
    site: &Site,
    integration: &Integration,
    platform: Platform,
) -> Result<bool, db::Error> {
    let mut did = false;
    while look::step(site, integration).await? > 0 {
        did = true;
    }
    if !may_call(site, integration).await? || !is_recognised(site, integration).await? {
        return Ok(did);
    }
    // Only once everything was heard and looked at does the guard see a change as a whole.
    let unheard = events::hints(&mut site.read(), Subscriber::Sync, 1).await?;
    if unheard.is_empty() {
        for group in link::to_decide(site, platform).await? {
            gate::decide(site, integration, &group).await?;
            did = true;
        }
    }
    Ok(send_due(site, integration, platform).await? || did)
}

async fn is_recognised(site: &Site, integration: &Integration) -> Result<bool, db::Error> {
    if integration.recognised_at.is_some() {
        return Ok(true);
    }
    match channel::open(site, integration).await {
        Ok(Channel::Mobilize(client)) => match check::recognise(site, integration, &client).await {
            Ok(recognised) => Ok(recognised),
            Err(check::Error::Database(error)) => Err(error),
            Err(check::Error::Platform(failure)) => {
                send::connection(site, integration, &failure).await?;
                Ok(false)
            }
            Err(_) => Ok(false),
        },
        // The tenant code says which community it is, and it cannot be changed under linked groups.
        Ok(Channel::HigherLogic(_)) => {
            integration::recognised(site, integration).await?;
            Ok(true)
        }
        Err(error) => unusable(site, integration, error).await.map(|()| false),
    }
}

/// What is saved cannot be used, so somebody has to look at it; a database that does not answer is no
/// reason to.
async fn unusable(
    site: &Site,
    integration: &Integration,
    error: channel::Error,
) -> Result<(), db::Error> {
    match error {
        channel::Error::Integration(integration::Error::Database(error)) => Err(error),
        error => integration::stop(site, integration, &error.to_string()).await,
    }
}

async fn send_due(
    site: &Site,
    integration: &Integration,
    platform: Platform,
) -> Result<bool, db::Error> {
    let is_probe = integration.is_half_open();
    if !queue::is_due(&mut site.read(), platform).await? {
        return Ok(false);
    }
    if is_probe && !integration::may_probe(site, platform).await? {
        return Ok(false);
    }
    let channel = match channel::open(site, integration).await {
        Ok(channel) => channel,
        Err(error) => {
            unusable(site, integration, error).await?;
            return Ok(false);
        }
    };
    let sent = match &channel {
        Channel::HigherLogic(client) => {
            let most = if is_probe { 1 } else { send::higher_logic::TAKEN };
            match claim_if_running(site, platform, most).await? {
                taken if taken.is_empty() => None,
                taken => Some(send::higher_logic::batch(site, integration, client, taken).await?),
            }
        }
        Channel::Mobilize(client) => {
            let most = if is_probe { 1 } else { ROUND };
            side_by_side(site, integration, platform, client, most).await?
        }
    };
    match sent {
        Some(Next::Well) => integration::went_well(site, integration).await?,
        Some(Next::Stumbled) if channel.is_shaky() => {
            integration::mostly_fails(site, platform).await?;
        }
        _ => {}
    }
    Ok(sent.is_some())
}

async fn claim_if_running(
    site: &Site,
    platform: Platform,
    most: i64,
) -> Result<Vec<queue::Work>, db::Error> {
    if !integration::is_running(site, platform).await? {
        return Ok(Vec::new());
    }
    let mut tx = site.write().await?;
    let taken = queue::claim(&mut tx, platform, most).await?;
    tx.commit().await?;
    Ok(taken)
}

/// Sends up to `most` records, and takes each only when its call can begin: what a node has taken when it
/// ends is nobody's for a minute. None when nothing was left to be taken.
async fn side_by_side(
    site: &Site,
    integration: &Integration,
    platform: Platform,
    client: &super::platform::Mobilize,
    mut most: usize,
) -> Result<Option<Next>, db::Error> {
    let integration = Arc::new(integration.clone());
    let mut sending = JoinSet::new();
    let (mut next, mut outcome) = (None, Ok(()));
    loop {
        let free = SIDE_BY_SIDE.saturating_sub(sending.len()).min(most);
        if free > 0 && next != Some(Next::Rest) && outcome.is_ok() {
            let site = Site { now: site.app.clock.now(), ..site.clone() };
            let taken = match claim_if_running(&site, platform, free as i64).await {
                Ok(taken) => taken,
                Err(error) => {
                    outcome = Err(error);
                    Vec::new()
                }
            };
            most = if taken.is_empty() { 0 } else { most - taken.len() };
            for work in taken {
                let (site, integration, client) =
                    (site.clone(), integration.clone(), client.clone());
                sending.spawn(async move {
                    send::mobilize::record(&site, &integration, &client, work).await
                });
            }
        }
        match sending.join_next().await {
            None => return outcome.map(|()| next),
            Some(Ok(Ok(one))) => next = next.max(Some(one)),
            Some(Ok(Err(error))) => outcome = Err(error),
            Some(Err(panicked)) => tracing::error!(%panicked, "a record was not sent"),
        }
    }
}

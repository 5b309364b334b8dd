//! What connects an association to a platform: credentials, what was learned of them, and whether they
//! may be used just now.

pub mod field;
pub mod pages;
mod store;
pub mod testing;
pub mod views;

use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::platform::Platform;
use crate::associations::Site;
use crate::clock::Timestamp;
use crate::db::{self, Reader, Writer, rows};
use crate::events::{self, Actor, Change, Kind, Subscriber};
use crate::id::AssociationId;
use crate::token::{base64url, sha256};
use crate::vault::{Place, Unsealable};

/// Failures in a row that open the breaker.
const FAILURES: i64 = 5;
/// How long the breaker stays open, longer with each probe that failed, too.
const OPEN_SECONDS: [i64; 6] = [30, 60, 120, 240, 480, 600];
/// A typed secret that was tested and not saved is kept so long.
const DRAFT_SECONDS: i64 = 3600;
/// How exact the time of the last success is.
const SUCCESS_SECONDS: i64 = 30;
/// Everything is read back and compared once a night: from this hour on where the server stands, and over
/// so many minutes, each association at a minute of its own.
const NIGHT_HOUR: i64 = 1;
const NIGHT_MINUTES: i64 = 180;

rows! {
    #[derive(Debug, Clone)]
    pub struct Integration {
        pub platform: String,
        pub base_url: String,
        /// What differs from the documented contract, as JSON.
        pub profile: Option<String>,
        pub tenant_code: Option<String>,
        /// Counts up with every change of key, secret or address.
        pub credentials: i64,
        pub is_connected: i64,
        pub saved_at: Timestamp,
        pub saved_by: String,
        pub tested_at: Option<Timestamp>,
        pub test_answer: Option<String>,
        /// When these credentials last passed the test.
        pub proved_at: Option<Timestamp>,
        pub recognised_at: Option<Timestamp>,
        pub doubt: Option<String>,
        pub bio_since: Option<Timestamp>,
        pub image_since: Option<Timestamp>,
        pub social_since: Option<Timestamp>,
        pub go_ahead_at: Option<Timestamp>,
        pub email_left_since: Option<Timestamp>,
        pub paused_at: Option<Timestamp>,
        pub paused_by: Option<String>,
        pub failures: i64,
        pub open_until: Option<Timestamp>,
        pub stopped_at: Option<Timestamp>,
        pub stopped_answer: Option<String>,
        pub not_before: Option<Timestamp>,
        pub last_success_at: Option<Timestamp>,
        pub next_check_at: Option<Timestamp>,
    }

    struct Sealed {
        api_key: String,
        api_secret: String,
    }

    struct SealedDraft {
        sealed: String,
        made_at: Timestamp,
    }
}

/// Whether an integration is in use, and if not, why not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Disconnected,
    /// No test of these credentials has passed yet (DEC9).
    Untested,
    /// The platform refused them.
    Stopped,
    Paused,
    Running,
}

impl Integration {
    pub fn platform(&self) -> Option<Platform> {
        Platform::of_text(&self.platform)
    }

    pub fn state(&self) -> State {
        if self.is_connected == 0 {
            State::Disconnected
        } else if self.stopped_at.is_some() {
            State::Stopped
        } else if self.paused_at.is_some() {
            State::Paused
        } else if self.proved_at.is_none() {
            State::Untested
        } else {
            State::Running
        }
    }

    /// Groups may be linked: always, but at Higher Logic only once the Rep gave the go-ahead (R84).
    pub fn may_link(&self) -> bool {
        let waits = self.platform() == Some(Platform::HigherLogic) && self.go_ahead_at.is_none();
        self.is_connected != 0 && !waits
    }

    /// From when on the platform may be called again; None is now.
    pub fn waits_until(&self, now: Timestamp) -> Option<Timestamp> {
        let open = self.open_until.filter(|_| self.failures >= FAILURES);
        [open, self.not_before].into_iter().flatten().filter(|until| *until > now).max()
    }

    pub fn switches(&self) -> Switches {
        Switches {
            bio: self.bio_since.is_some(),
            image: self.image_since.is_some(),
            social: self.social_since.is_some(),
            go_ahead: self.go_ahead_at.is_some(),
            leaves_email: self.email_left_since.is_some(),
        }
    }

    /// The breaker was open and may be tried by one call.
    pub fn is_half_open(&self) -> bool {
        self.failures >= FAILURES
    }
}

/// Key and secret as the platform gave them out. They cannot be printed.
#[derive(Clone)]
pub struct Credentials {
    pub api_key: Zeroizing<String>,
    /// Blank for Higher Logic, which has none.
    pub api_secret: Zeroizing<String>,
}

/// What an admin typed.
#[derive(Clone)]
pub struct Typed {
    pub credentials: Credentials,
    pub tenant_code: Option<String>,
    pub base_url: String,
    pub profile: Option<String>,
}

impl Typed {
    /// The same connection by the same credentials.
    pub fn is(&self, other: &Self) -> bool {
        let same = |one: &str, other: &str| bool::from(one.as_bytes().ct_eq(other.as_bytes()));
        let (ours, theirs) = (&self.credentials, &other.credentials);
        same(&ours.api_key, &theirs.api_key)
            && same(&ours.api_secret, &theirs.api_secret)
            && self.tenant_code == other.tenant_code
            && self.base_url == other.base_url
            && self.profile == other.profile
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("another association of this installation is connected to this community already")]
    CommunityTaken,
    #[error("Mobilize and Forj Community are the same platform, and the other one is connected")]
    FamilyTaken,
    #[error("it is connected to another tenant, and groups are linked there; disconnect it first")]
    OtherTenant,
    #[error("nothing is connected")]
    NotConnected,
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Database(#[from] db::Error),
    #[error("the stored credentials do not open; paste them again")]
    Sealed(#[from] Unsealable),
}

pub async fn list(db: &mut Reader) -> Result<Vec<Integration>, db::Error> {
    store::all(db).await
}

pub async fn find(db: &mut Reader, platform: Platform) -> Result<Option<Integration>, db::Error> {
    store::find(db, platform.as_text()).await
}

/// Opened where they are used, and nowhere else.
pub async fn credentials(site: &Site, platform: Platform) -> Result<Option<Credentials>, Error> {
    let Some(sealed) = store::sealed(&mut site.read(), platform.as_text()).await? else {
        return Ok(None);
    };
    if sealed.api_key.is_empty() {
        return Ok(None);
    }
    let api_key = open(site, platform, "api_key", &sealed.api_key)?;
    let api_secret = open(site, platform, "api_secret", &sealed.api_secret)?;
    Ok(Some(Credentials { api_key, api_secret }))
}

/// Asked between one call and the next, so that whoever pauses has their way at once (SEC-Y15).
pub async fn is_running(site: &Site, platform: Platform) -> Result<bool, db::Error> {
    let found = find(&mut site.read(), platform).await?;
    Ok(found.is_some_and(|found| found.state() == State::Running))
}

/// All that is saved. None where it does not open any more: then it has to be typed anew.
pub async fn saved(site: &Site, integration: &Integration) -> Result<Option<Typed>, db::Error> {
    let Some(platform) = integration.platform() else { return Ok(None) };
    let credentials = match credentials(site, platform).await {
        Ok(Some(credentials)) => credentials,
        Ok(None) | Err(Error::Sealed(_)) => return Ok(None),
        Err(Error::Database(error)) => return Err(error),
    };
    Ok(Some(Typed {
        credentials,
        tenant_code: integration.tenant_code.clone(),
        base_url: integration.base_url.clone(),
        profile: integration.profile.clone(),
    }))
}

fn open(
    site: &Site,
    platform: Platform,
    column: &'static str,
    sealed: &str,
) -> Result<Zeroizing<String>, Unsealable> {
    let place = Place { table: "integrations", column, row: platform.as_text() };
    let opened = site.app.vault.open_sealed(site.id(), &place, sealed)?;
    Ok(Zeroizing::new(String::from_utf8_lossy(&opened).into_owned()))
}

fn seal(site: &Site, platform: Platform, column: &'static str, value: &str) -> String {
    let place = Place { table: "integrations", column, row: platform.as_text() };
    site.app.vault.seal(site.id(), &place, value.as_bytes())
}

/// Which community these credentials open, as far as one can tell without asking: Higher Logic has a
/// tenant code; a key of Mobilize belongs to one community.
fn community(platform: Platform, typed: &Typed) -> String {
    match &typed.tenant_code {
        Some(code) => format!("{} {}", typed.base_url, code.to_uppercase()),
        None => {
            let secret = [platform.family(), &typed.base_url, &typed.credentials.api_key];
            format!("{} {}", typed.base_url, base64url(sha256(secret.join("\n"))))
        }
    }
}

/// Saves what was typed. `proved`: these very values have just passed the test. Other credentials for
/// linked groups are doubted until a full check found the same community behind them (SEC-Y5).
pub async fn save(
    site: &Site,
    platform: Platform,
    typed: &Typed,
    proved: bool,
    actor: &Actor,
) -> Result<Result<(), Refusal>, db::Error> {
    let mut tx = site.write().await?;
    for other in store::all(&mut tx).await? {
        let is_other = other.is_connected != 0 && other.platform != platform.as_text();
        if is_other && other.platform().map(Platform::family) == Some(platform.family()) {
            return Ok(Err(Refusal::FamilyTaken));
        }
    }
    let before = store::find(&mut tx, platform.as_text()).await?;
    let linked = store::has_links(&mut tx, platform.as_text()).await?;
    let is_other_tenant =
        before.as_ref().is_some_and(|before| before.tenant_code != typed.tenant_code);
    if is_other_tenant && linked {
        return Ok(Err(Refusal::OtherTenant));
    }
    let community = community(platform, typed);
    if store::community_is_taken(&site.app.db, site.id(), platform.family(), &community).await? {
        return Ok(Err(Refusal::CommunityTaken));
    }
    let row = store::Saved {
        platform: platform.as_text(),
        family: platform.family(),
        community: &community,
        base_url: &typed.base_url,
        profile: typed.profile.as_deref(),
        api_key: seal(site, platform, "api_key", &typed.credentials.api_key),
        api_secret: seal(site, platform, "api_secret", &typed.credentials.api_secret),
        tenant_code: typed.tenant_code.as_deref(),
        by: actor.as_text(),
        proved_at: proved.then_some(site.now),
        recognised_at: (!linked).then_some(site.now),
        doubt: linked.then_some("credentials"),
        next_check_at: next_night(site, platform),
    };
    if !store::save(&mut tx, &row).await? {
        return Ok(Err(Refusal::CommunityTaken));
    }
    if is_other_tenant {
        store::forget_places(&mut tx, platform.as_text()).await?;
    }
    events::subscribe(&mut tx, Subscriber::Sync).await?;
    let kind = Kind::IntegrationSaved;
    let what = typed.tenant_code.as_deref().unwrap_or(&typed.base_url);
    events::record(&mut tx, &site.app.vault, kind, actor, platform.as_text(), &what).await?;
    tx.rouse().await?;
    tx.commit().await?;
    Ok(Ok(()))
}

/// How a test of the saved credentials went. A good one ends what a refusal of the platform stopped.
pub async fn tested(
    site: &Site,
    platform: Platform,
    answer: &str,
    is_good: bool,
    actor: &Actor,
) -> Result<(), db::Error> {
    let mut tx = site.write().await?;
    store::tested(&mut tx, platform.as_text(), answer, is_good).await?;
    let details = (answer, is_good);
    let kind = Kind::IntegrationProved;
    events::record(&mut tx, &site.app.vault, kind, actor, platform.as_text(), &details).await?;
    tx.rouse().await?;
    tx.commit().await
}

/// Nothing is sent until it is resumed; on every node from the next call on.
pub async fn pause(site: &Site, platform: Platform, actor: &Actor) -> Result<bool, db::Error> {
    let mut tx = site.write().await?;
    if !store::pause(&mut tx, platform.as_text(), actor.as_text()).await? {
        return Ok(false);
    }
    let kind = Kind::IntegrationPaused;
    events::record(&mut tx, &site.app.vault, kind, actor, platform.as_text(), &()).await?;
    tx.commit().await?;
    Ok(true)
}

pub async fn resume(site: &Site, platform: Platform, actor: &Actor) -> Result<bool, db::Error> {
    let mut tx = site.write().await?;
    if !store::resume(&mut tx, platform.as_text()).await? {
        return Ok(false);
    }
    let kind = Kind::IntegrationResumed;
    events::record(&mut tx, &site.app.vault, kind, actor, platform.as_text(), &()).await?;
    tx.rouse().await?;
    tx.commit().await?;
    Ok(true)
}

/// The platform refused the credentials that this integration was read with: nothing more is sent, and it
/// is said once. Those that were saved meanwhile are others, of which nothing is known yet.
pub async fn stop(site: &Site, integration: &Integration, answer: &str) -> Result<(), db::Error> {
    let platform = integration.platform.as_str();
    let mut tx = site.write().await?;
    if store::stop(&mut tx, platform, integration.credentials, answer).await? {
        let kind = Kind::IntegrationStopped;
        let (vault, actor) = (&site.app.vault, Actor::System);
        events::record(&mut tx, vault, kind, &actor, platform, &answer).await?;
        tracing::error!(
            host = %site.association.host,
            platform,
            answer,
            "sync stopped: the platform refuses the credentials"
        );
    }
    tx.commit().await
}

/// The platform answers as it should. Written down when it was not so before, and now and then.
pub async fn went_well(site: &Site, integration: &Integration) -> Result<(), db::Error> {
    let last = integration.last_success_at;
    let is_old = last.is_none_or(|last| site.now.seconds_since(last) >= SUCCESS_SECONDS);
    if integration.failures == 0 && !is_old {
        return Ok(());
    }
    store::succeeded(site, &integration.platform).await
}

/// Counts towards the breaker. Answers until when it is open, if it is. Calls that were under way when
/// it opened count for nothing more: only probes make it stay open longer.
pub async fn failed(site: &Site, platform: Platform) -> Result<Option<Timestamp>, db::Error> {
    let failures = store::failed(site, platform.as_text(), FAILURES).await?;
    if failures < FAILURES {
        return Ok(None);
    }
    let place = usize::try_from(failures - FAILURES).unwrap_or(usize::MAX);
    let seconds = OPEN_SECONDS[place.min(OPEN_SECONDS.len() - 1)];
    let until = site.now.plus_seconds(seconds);
    store::open_until(site, platform.as_text(), until).await?;
    Ok(Some(until))
}

/// The breaker opens although no failures came in a row: most calls fail (SECURITY.md 3.6.7).
pub async fn mostly_fails(site: &Site, platform: Platform) -> Result<(), db::Error> {
    let until = site.app.clock.now().plus_seconds(OPEN_SECONDS[0]);
    store::open(site, platform.as_text(), FAILURES, until).await
}

/// One call may try whether the platform is back; of several nodes one gets the leave to. It counts as
/// failed until it went well.
pub async fn may_probe(site: &Site, platform: Platform) -> Result<bool, db::Error> {
    let until = site.now.plus_seconds(OPEN_SECONDS[0]);
    store::may_probe(site, platform.as_text(), until).await
}

/// The platform asked to wait.
pub async fn wait(site: &Site, platform: Platform, seconds: i64) -> Result<(), db::Error> {
    let until = site.app.clock.now().plus_seconds(seconds);
    store::wait(site, platform.as_text(), until).await
}

/// The community behind the credentials that this integration was read with is the one that the groups
/// are linked to.
pub async fn recognised(site: &Site, integration: &Integration) -> Result<(), db::Error> {
    store::recognised(site, &integration.platform, integration.credentials).await
}

/// A full check of everything went through without removals that wait: no doubt is left.
pub async fn trust(tx: &mut Writer, platform: Platform) -> Result<(), db::Error> {
    store::trust(tx, platform.as_text()).await
}

/// The next nightly check is due: moves it on, and answers whether this caller is to begin it.
pub async fn check_is_due(site: &Site, platform: Platform) -> Result<bool, db::Error> {
    store::check_is_due(site, platform.as_text(), next_night(site, platform)).await
}

fn next_night(site: &Site, platform: Platform) -> Timestamp {
    let hash = sha256(format!("{} {}", site.id(), platform.as_text()));
    let minute = i64::from(u16::from_be_bytes([hash[0], hash[1]])) % NIGHT_MINUTES;
    site.now.next_at(NIGHT_HOUR * 60 + minute)
}

/// Everything is doubted: the database was restored or copied (SECURITY.md 3.6).
pub async fn doubt_all(tx: &mut Writer) -> Result<(), db::Error> {
    store::doubt_all(tx).await
}

pub async fn due_checks(
    db: &db::Db,
    now: Timestamp,
) -> Result<Vec<(AssociationId, String)>, db::Error> {
    store::due_checks(db, now).await
}

/// What was typed and tested, kept until it is saved.
#[derive(Serialize, Deserialize)]
struct Draft {
    api_key: String,
    api_secret: String,
    tenant_code: Option<String>,
    base_url: String,
    profile: Option<String>,
    is_good: bool,
}

/// Keeps what an admin typed and tested, sealed, for an hour: it is never sent back to a page.
pub async fn keep_draft(
    site: &Site,
    platform: Platform,
    admin: &str,
    typed: &Typed,
    is_good: bool,
) -> Result<(), db::Error> {
    let draft = Draft {
        api_key: typed.credentials.api_key.to_string(),
        api_secret: typed.credentials.api_secret.to_string(),
        tenant_code: typed.tenant_code.clone(),
        base_url: typed.base_url.clone(),
        profile: typed.profile.clone(),
        is_good,
    };
    let json = Zeroizing::new(serde_json::to_vec(&draft).expect("a draft is text"));
    let row = format!("{} {admin}", platform.as_text());
    let place = Place { table: "integration_drafts", column: "sealed", row: &row };
    let sealed = site.app.vault.seal(site.id(), &place, &json);
    store::keep_draft(site, platform.as_text(), admin, &sealed).await
}

/// What the admin typed last, and whether its test was good.
pub async fn draft(
    site: &Site,
    platform: Platform,
    admin: &str,
) -> Result<Option<(Typed, bool)>, db::Error> {
    let Some(kept) = store::draft(&mut site.read(), platform.as_text(), admin).await? else {
        return Ok(None);
    };
    if site.now.seconds_since(kept.made_at) > DRAFT_SECONDS {
        return Ok(None);
    }
    let row = format!("{} {admin}", platform.as_text());
    let place = Place { table: "integration_drafts", column: "sealed", row: &row };
    let opened = site.app.vault.open_sealed(site.id(), &place, &kept.sealed).ok();
    let draft: Option<Draft> = opened.and_then(|json| serde_json::from_slice(&json).ok());
    Ok(draft.map(|draft| {
        let credentials = Credentials {
            api_key: Zeroizing::new(draft.api_key),
            api_secret: Zeroizing::new(draft.api_secret),
        };
        let Draft { tenant_code, base_url, profile, is_good, .. } = draft;
        (Typed { credentials, tenant_code, base_url, profile }, is_good)
    }))
}

/// Drafts that nobody came back to.
pub async fn forget_drafts(site: &Site) -> Result<(), db::Error> {
    store::forget_drafts(site, site.now.plus_seconds(-DRAFT_SECONDS)).await
}

pub async fn drop_draft(site: &Site, platform: Platform, admin: &str) -> Result<(), db::Error> {
    store::drop_draft(site, platform.as_text(), admin).await
}

/// The switches of a platform that are not credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Switches {
    pub bio: bool,
    pub image: bool,
    pub social: bool,
    pub go_ahead: bool,
    /// Forj Community keeps its own e-mail when it changes here (DEC1).
    pub leaves_email: bool,
}

impl Switches {
    /// By the names that the platform, or our page, has for them.
    fn changes(self, before: Self) -> Vec<Change> {
        let word = |on: bool| on.then_some("yes");
        [
            ("MembershipIntegrateBio", before.bio, self.bio),
            ("IntegrateProfileImage", before.image, self.image),
            ("IntegrateSocialMediaSites", before.social, self.social),
            ("go_ahead", before.go_ahead, self.go_ahead),
            ("email_in_step", !before.leaves_email, !self.leaves_email),
        ]
        .into_iter()
        .filter_map(|(name, before, after)| Change::of(name, word(before), word(after)))
        .collect()
    }
}

/// Every linked group is checked afterwards, because other fields may go out.
pub async fn switch(
    site: &Site,
    platform: Platform,
    switches: Switches,
    actor: &Actor,
) -> Result<(), db::Error> {
    let mut tx = site.write().await?;
    let Some(before) = store::find(&mut tx, platform.as_text()).await? else { return Ok(()) };
    store::switch(&mut tx, platform.as_text(), switches).await?;
    let changes = switches.changes(before.switches());
    let kind = Kind::IntegrationSaved;
    events::record(&mut tx, &site.app.vault, kind, actor, platform.as_text(), &changes).await?;
    tx.rouse().await?;
    tx.commit().await
}

/// The operator's own settings of a platform's contract; None is as documented.
pub async fn set_profile(
    site: &Site,
    platform: Platform,
    profile: Option<&str>,
    actor: &Actor,
) -> Result<bool, db::Error> {
    let mut tx = site.write().await?;
    if !store::set_profile(&mut tx, platform.as_text(), profile).await? {
        return Ok(false);
    }
    let (vault, kind) = (&site.app.vault, Kind::IntegrationSaved);
    events::record(&mut tx, vault, kind, actor, platform.as_text(), &"profile").await?;
    tx.commit().await?;
    Ok(true)
}

/// Forgets the credentials. Groups are to be unlinked before.
pub async fn disconnect(site: &Site, platform: Platform, actor: &Actor) -> Result<(), db::Error> {
    let mut tx = site.write().await?;
    let gone = format!("disconnected {} {}", site.id(), platform.as_text());
    store::disconnect(&mut tx, platform.as_text(), &gone).await?;
    if store::all(&mut tx).await?.iter().all(|it| it.is_connected == 0) {
        events::unsubscribe(&mut tx, Subscriber::Sync).await?;
    }
    let kind = Kind::IntegrationRemoved;
    events::record(&mut tx, &site.app.vault, kind, actor, platform.as_text(), &()).await?;
    tx.commit().await
}

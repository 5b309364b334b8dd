//! A group and its counterpart on a platform.

mod store;

use super::guard::Hold;
use super::platform::Platform;
use crate::associations::Site;
use crate::clock::Timestamp;
use crate::db::{self, Db, Reader, Writer, rows};
use crate::events::{self, Actor, Kind};
use crate::id::{AssociationId, GroupId, PlanId};

/// Until somebody who works at a link is taken for gone.
const LEASE_SECONDS: i64 = 60;
/// Longer than it takes to write down what an admin confirmed.
const MOMENT_SECONDS: i64 = 60;

rows! {
    #[derive(Debug, Clone)]
    pub struct Link {
        pub platform: String,
        pub group_id: GroupId,
        /// Ours, as it is called now.
        pub group_name: String,
        pub remote_group_id: String,
        /// As it was called when it was linked; what Higher Logic is told for ever (DEC3).
        pub remote_name: String,
        /// `community` or `security`, at Higher Logic (R39).
        pub group_type: Option<String>,
        pub linked_at: Timestamp,
        pub linked_by: String,
        pub unlinked_at: Option<Timestamp>,
        /// How many the platform confirmed to be there.
        pub confirmed: i64,
        pub check_at: Option<Timestamp>,
        pub check_cause: Option<String>,
        pub checked_at: Option<Timestamp>,
        pub first_done_at: Option<Timestamp>,
        pub lease_until: Option<Timestamp>,
        pub held_at: Option<Timestamp>,
        pub held_reason: Option<String>,
        pub plan_id: Option<PlanId>,
        pub failed_at: Option<Timestamp>,
        pub failure: Option<String>,
        /// When removals of it are to be decided, or decided again.
        pub decide_at: Option<Timestamp>,
    }

    /// A right to work at a link, until somebody else takes it over.
    #[derive(Debug, Clone)]
    pub struct Claim {
        pub group_id: GroupId,
        pub cause: Option<String>,
        /// From when it was wanted. A check that is asked for meanwhile is another one.
        pub asked_at: Timestamp,
        pub fence: i64,
    }
}

/// Why a group is checked from end to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    Linked,
    Nightly,
    Asked,
    Settings,
    Restored,
    ManyChanges,
    /// Somebody may have been added who is not wanted any more, and cannot be asked for alone.
    Unsure,
}

impl Cause {
    pub fn as_text(self) -> &'static str {
        match self {
            Self::Linked => "linked",
            Self::Nightly => "nightly",
            Self::Asked => "asked",
            Self::Settings => "settings",
            Self::Restored => "restored",
            Self::ManyChanges => "many_changes",
            Self::Unsure => "unsure",
        }
    }
}

impl Claim {
    /// Whether what was confirmed before is not to be believed: somebody asks, or our database is an older
    /// one than it was.
    pub fn doubts_all(&self) -> bool {
        let causes = [Cause::Asked, Cause::Restored].map(Cause::as_text);
        self.cause.as_deref().is_some_and(|cause| causes.contains(&cause))
    }
}

/// What Higher Logic makes of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupType {
    Community,
    Security,
}

impl GroupType {
    pub fn as_text(self) -> &'static str {
        match self {
            Self::Community => "community",
            Self::Security => "security",
        }
    }

    pub fn of_text(text: &str) -> Option<Self> {
        [Self::Community, Self::Security].into_iter().find(|kind| kind.as_text() == text)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("this group of the platform is linked already, to {0}")]
    TargetTaken(String),
    #[error("this group of the platform belongs to another association of this installation")]
    TargetElsewhere,
    #[error("the group is linked already")]
    Linked,
    #[error("the Group Type cannot be changed once the sync was turned on (R40)")]
    TypeFixed,
}

/// When one of these was last read back and compared to its end.
pub fn last_checked(links: &[Link]) -> Option<Timestamp> {
    links.iter().filter(|link| link.is_linked()).filter_map(|link| link.checked_at).max()
}

impl Link {
    pub fn platform(&self) -> Option<Platform> {
        Platform::of_text(&self.platform)
    }

    pub fn is_linked(&self) -> bool {
        self.unlinked_at.is_none()
    }

    pub fn group_type(&self) -> Option<GroupType> {
        self.group_type.as_deref().and_then(GroupType::of_text)
    }

    pub fn is_being_checked(&self, now: Timestamp) -> bool {
        self.check_at.is_some_and(|at| at <= now) || self.lease_until.is_some_and(|it| it > now)
    }
}

/// The counterpart of a group that is to be linked.
pub struct Target<'a> {
    pub base_url: &'a str,
    pub remote_group_id: &'a str,
    pub remote_name: &'a str,
    pub group_type: Option<GroupType>,
}

/// Of one platform, unlinked ones too.
pub async fn list(db: &mut Reader, platform: Platform) -> Result<Vec<Link>, db::Error> {
    store::all(db, platform.as_text()).await
}

pub async fn find(
    db: &mut Reader,
    platform: Platform,
    group: &GroupId,
) -> Result<Option<Link>, db::Error> {
    store::find(db, platform.as_text(), group).await
}

/// All links of a group, unlinked ones too.
pub async fn of_group(db: &mut Reader, group: &GroupId) -> Result<Vec<Link>, db::Error> {
    store::of_group(db, group).await
}

/// Links a group; the first sync begins at once (R30, R67). One here for one there (R32, R41, DEC4).
pub async fn link(
    site: &Site,
    platform: Platform,
    group: &GroupId,
    target: &Target<'_>,
    actor: &Actor,
) -> Result<Result<(), Refusal>, db::Error> {
    link_from(site, platform, group, target, actor, site.now).await
}

/// The same, with a first sync that waits a moment: for what an admin confirmed with the link, which is
/// written down next. Whoever is done with that asks for the check.
pub async fn link_first(
    site: &Site,
    platform: Platform,
    group: &GroupId,
    target: &Target<'_>,
    actor: &Actor,
) -> Result<Result<(), Refusal>, db::Error> {
    let begins = site.now.plus_seconds(MOMENT_SECONDS);
    link_from(site, platform, group, target, actor, begins).await
}

async fn link_from(
    site: &Site,
    platform: Platform,
    group: &GroupId,
    target: &Target<'_>,
    actor: &Actor,
    begins: Timestamp,
) -> Result<Result<(), Refusal>, db::Error> {
    let mut tx = site.write().await?;
    if let Some(before) = store::find(&mut tx, platform.as_text(), group).await? {
        if before.is_linked() {
            return Ok(Err(Refusal::Linked));
        }
        let fixed = before.group_type();
        if fixed.is_some() && fixed != target.group_type {
            return Ok(Err(Refusal::TypeFixed));
        }
    }
    let (url, remote) = (target.base_url, target.remote_group_id);
    if let Some(other) = store::group_linked_to(&mut tx, url, remote, group).await? {
        return Ok(Err(Refusal::TargetTaken(other)));
    }
    if store::is_linked_elsewhere(&site.app.db, site.id(), url, remote).await? {
        return Ok(Err(Refusal::TargetElsewhere));
    }
    let text = platform.as_text();
    // What Higher Logic confirmed is all that is ever known of who is there; elsewhere the list says it anew.
    let is_remembered = platform == Platform::HigherLogic
        && store::was_linked_to(&mut tx, text, group, url, remote).await?;
    let confirmed = match is_remembered {
        true => store::remember_places(&mut tx, text, group).await?,
        false => {
            store::forget_places(&mut tx, text, group).await?;
            0
        }
    };
    store::link(&mut tx, text, group, target, actor.as_text(), begins, confirmed).await?;
    let (vault, kind) = (&site.app.vault, Kind::GroupLinked);
    let about = (platform.as_text(), group.as_str());
    events::record_between(&mut tx, vault, kind, actor, about, &target.remote_name).await?;
    tx.rouse().await?;
    tx.commit().await?;
    Ok(Ok(()))
}

/// The two systems stop speaking to each other, and nobody is removed (R47, SEC-Y7).
pub async fn unlink(
    site: &Site,
    platform: Platform,
    group: &GroupId,
    actor: &Actor,
) -> Result<bool, db::Error> {
    let mut tx = site.write().await?;
    let Some(name) = store::unlink(&mut tx, platform.as_text(), group, actor.as_text()).await?
    else {
        return Ok(false);
    };
    let (vault, kind) = (&site.app.vault, Kind::GroupUnlinked);
    let about = (platform.as_text(), group.as_str());
    events::record_between(&mut tx, vault, kind, actor, about, &name).await?;
    tx.commit().await?;
    Ok(true)
}

/// Wants a full check, now.
pub async fn ask_check(
    tx: &mut Writer,
    platform: Platform,
    group: &GroupId,
    cause: Cause,
) -> Result<(), db::Error> {
    store::ask_check(tx, platform.as_text(), group, cause.as_text()).await?;
    tx.rouse().await
}

/// Wants a full check of every linked group.
pub async fn ask_all(tx: &mut Writer, platform: Platform, cause: Cause) -> Result<(), db::Error> {
    store::ask_all(tx, platform.as_text(), cause.as_text()).await?;
    tx.rouse().await
}

/// Takes one check that is due.
pub async fn claim(site: &Site, platform: Platform) -> Result<Option<Claim>, db::Error> {
    let until = site.now.plus_seconds(LEASE_SECONDS);
    store::claim(site, platform.as_text(), until).await
}

/// Still at work. False when somebody else took over: whoever holds this stops.
pub async fn keep(site: &Site, platform: Platform, claim: &Claim) -> Result<bool, db::Error> {
    // A check takes longer than a moment, so the time is asked anew.
    let until = site.app.clock.now().plus_seconds(LEASE_SECONDS);
    store::keep(site, platform.as_text(), claim, until).await
}

/// How many are there, as a complete list said.
pub async fn set_count(
    site: &Site,
    platform: Platform,
    claim: &Claim,
    confirmed: i64,
) -> Result<(), db::Error> {
    store::set_count(site, platform.as_text(), claim, confirmed).await
}

/// The check is over: done, or to be tried again. One that was asked for since it began is still wanted.
pub async fn checked(
    site: &Site,
    platform: Platform,
    claim: &Claim,
    again_at: Option<Timestamp>,
) -> Result<(), db::Error> {
    store::checked(site, platform.as_text(), claim, again_at).await
}

/// The link itself does not work, in words.
pub async fn failed(
    site: &Site,
    platform: Platform,
    group: &GroupId,
    words: &str,
) -> Result<(), db::Error> {
    store::failed(site, platform.as_text(), group, words).await
}

/// Wants a decision about removals, at this time at the latest.
pub async fn ask_decision(
    tx: &mut Writer,
    platform: Platform,
    group: &GroupId,
    at: Timestamp,
) -> Result<(), db::Error> {
    store::ask_decision(tx, platform.as_text(), group, at).await
}

pub async fn to_decide(site: &Site, platform: Platform) -> Result<Vec<GroupId>, db::Error> {
    store::to_decide(&mut site.read(), platform.as_text()).await
}

/// Takes a decision that is due: nobody else decides until this time. False when somebody has it.
pub async fn take_decision(
    site: &Site,
    platform: Platform,
    group: &GroupId,
    until: Timestamp,
) -> Result<bool, db::Error> {
    store::take_decision(site, platform.as_text(), group, until).await
}

/// Decided what was taken until then, and when to decide again; unless another decision was asked for
/// meanwhile.
pub async fn decided(
    tx: &mut Writer,
    platform: Platform,
    group: &GroupId,
    until: Timestamp,
    again_at: Option<Timestamp>,
) -> Result<(), db::Error> {
    store::decided(tx, platform.as_text(), group, until, again_at).await
}

pub async fn hold(
    tx: &mut Writer,
    platform: Platform,
    group: &GroupId,
    why: Hold,
    plan: &PlanId,
) -> Result<(), db::Error> {
    store::hold(tx, platform.as_text(), group, why.as_text(), plan).await
}

pub async fn unhold(tx: &mut Writer, platform: Platform, group: &GroupId) -> Result<(), db::Error> {
    store::unhold(tx, platform.as_text(), group).await
}

pub async fn first_done(
    tx: &mut Writer,
    platform: Platform,
    group: &GroupId,
) -> Result<(), db::Error> {
    store::first_done(tx, platform.as_text(), group).await
}

/// One more confirmed there, or one less.
pub async fn count(
    tx: &mut Writer,
    platform: Platform,
    group: &GroupId,
    by: i64,
) -> Result<(), db::Error> {
    store::count(tx, platform.as_text(), group, by).await
}

/// Platforms of associations with a check or a decision that is due.
pub async fn due(db: &Db, now: Timestamp) -> Result<Vec<(AssociationId, String)>, db::Error> {
    store::due(db, now).await
}

//! One who is in a group there and not in the one here, and whom nothing removes by itself: a manager
//! there (DEC8), or somebody who is held. An admin says whether they go or stay.

use super::places::{self, Place};
use super::store;
use crate::associations::Site;
use crate::db::{self, Reader};
use crate::events::{self, Actor, Kind};
use crate::id::{GroupId, RecordId};
use crate::sync::platform::Platform;
use crate::sync::{facts, link, queue};

/// They leave, as one whom an admin takes out of the group by hand: a few in an hour pass, more of them
/// are counted by the guard.
pub async fn let_go(
    site: &Site,
    platform: Platform,
    group: &GroupId,
    record: &RecordId,
    actor: &Actor,
) -> Result<(), db::Error> {
    let mut tx = site.write().await?;
    if store::let_go(&mut tx, platform.as_text(), group, record).await? {
        link::ask_decision(&mut tx, platform, group, site.now).await?;
        tell(site, &mut tx, Kind::RemovalAsked, platform, group, record, actor).await?;
        tx.rouse().await?;
    }
    tx.commit().await
}

/// They stay, whatever the group says, until an admin hands them back to it.
pub async fn keep(
    site: &Site,
    platform: Platform,
    group: &GroupId,
    record: &RecordId,
    actor: &Actor,
) -> Result<(), db::Error> {
    let mut tx = site.write().await?;
    let places = places::of_record(&mut tx, platform, record).await?;
    if places.iter().any(|place| place.group_id == *group && place.state().is_removal()) {
        store::keep(&mut tx, platform.as_text(), group, record).await?;
        queue::mark_one(&mut tx, platform, record).await?;
        tell(site, &mut tx, Kind::MemberKept, platform, group, record, actor).await?;
        tx.rouse().await?;
    }
    tx.commit().await
}

/// A kept one is in the hands of its group again, which may remove them.
pub async fn unkeep(
    site: &Site,
    platform: Platform,
    group: &GroupId,
    record: &RecordId,
    actor: &Actor,
) -> Result<(), db::Error> {
    let mut tx = site.write().await?;
    if store::unkeep(&mut tx, platform.as_text(), group, record).await? {
        queue::mark_one(&mut tx, platform, record).await?;
        tell(site, &mut tx, Kind::MemberHandedBack, platform, group, record, actor).await?;
        tx.rouse().await?;
    }
    tx.commit().await
}

async fn tell(
    site: &Site,
    tx: &mut db::Writer,
    kind: Kind,
    platform: Platform,
    group: &GroupId,
    record: &RecordId,
    actor: &Actor,
) -> Result<(), db::Error> {
    let places = places::of_record(tx, platform, record).await?;
    let place = places.into_iter().find(|place| place.group_id == *group);
    let name = match place {
        Some(place) if place.is_stranger() => places::open_name(site, platform, &place),
        _ => facts::of(tx, platform, record).await?.map(|facts| facts.name()),
    };
    let about = (group.as_str(), record.as_str());
    let name = name.unwrap_or_default();
    events::record_between(tx, &site.app.vault, kind, actor, about, &name).await
}

/// Those who stay because an admin said so.
pub async fn kept(
    db: &mut Reader,
    platform: Platform,
    group: &GroupId,
    most: i64,
) -> Result<Vec<Place>, db::Error> {
    store::kept(db, platform.as_text(), group, most).await
}

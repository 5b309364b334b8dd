//! Taking a delivery: once, in the order it was sent, and only as far as it changes something. A tool
//! that changes too many people at once is stopped here.

use super::message::sealable;
use super::{Hook, Known, Message, Person, Who, day, quarantine, store};
use crate::associations::Site;
use crate::clock::Timestamp;
use crate::db::{self, Writer};
use crate::events::{self, Actor, Kind};
use crate::id::{HookId, MemberId};

/// SEC-Y13: more people than this within an hour is a mass change …
const MOST_PEOPLE: usize = 50;
/// … and so is a larger part of the active ones, in percent …
const MOST_PERCENT: usize = 5;
/// … but a handful is never one: a small association could not use a tool at all.
const HANDFUL: usize = 5;
const HOUR: i64 = 3600;
/// Beyond this a tool is told to come later.
const MOST_WAITING: i64 = 5000;

/// A delivery that proved who sent it.
pub struct Delivery<'a> {
    pub id: &'a str,
    /// The same delivery under another id has the same.
    pub mark: &'a str,
    pub sent_at: Timestamp,
    pub known: Known,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    Changed,
    /// Everything was so already, or newer news came first.
    Same,
    /// An admin looks at it first.
    Waiting,
    /// It came before.
    Again,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("no active member has this UniqueID or login e-mail")]
    NoMember,
    #[error("too much waits for an admin of the association already")]
    Full,
    #[error("the hook is closed")]
    Closed,
}

/// Whether it came before. Asked without waiting for anybody, so that replays cost little.
pub async fn is_known(
    site: &Site,
    hook: &HookId,
    delivery: &Delivery<'_>,
) -> Result<bool, db::Error> {
    store::is_known(&mut site.read(), hook, delivery).await
}

pub async fn take(
    site: &Site,
    hook: &HookId,
    delivery: &Delivery<'_>,
    message: &Message,
) -> Result<Result<Taken, Refused>, db::Error> {
    let mut tx = site.write().await?;
    // As it is now: it may have been closed, or stopped, since it was looked at.
    let hook = store::find(&mut tx, hook).await?.filter(|hook| hook.closed_at.is_none());
    let Some(hook) = hook else { return Ok(Err(Refused::Closed)) };
    let Some(mut person) = person(&mut tx, &message.who).await? else {
        return Ok(Err(Refused::NoMember));
    };
    let mut values = message.values.clone();
    for newer in store::said_since(&mut tx, &hook.hook_id, &person.member_id, delivery).await? {
        values.retain(|field, _| !newer.split(',').any(|name| name == field.name()));
    }
    let changes = person.changes(&values);
    let taken = match hook.quarantined_at {
        Some(_) if values.is_empty() => Taken::Same,
        Some(_) if hook.waiting >= MOST_WAITING => return Ok(Err(Refused::Full)),
        Some(_) => Taken::Waiting,
        None if changes.is_empty() => Taken::Same,
        None if is_mass(&mut tx, &hook, &person.member_id).await? => {
            quarantine::begin(site, &mut tx, &hook.hook_id).await?;
            Taken::Waiting
        }
        None => Taken::Changed,
    };
    let payload = (taken == Taken::Waiting).then(|| {
        let place = quarantine::place(delivery.id);
        site.app.vault.seal(site.id(), &place, &sealable(&values))
    });
    let new = store::NewDelivery {
        delivery,
        member: &person.member_id,
        fields: format!(
            ",{},",
            message.values.keys().map(|it| it.name()).collect::<Vec<_>>().join(",")
        ),
        outcome: match taken {
            Taken::Changed => "changed",
            Taken::Waiting => "waiting",
            Taken::Same | Taken::Again => "same",
        },
        payload,
    };
    if !store::insert_delivery(&mut tx, &hook.hook_id, &new).await? {
        return Ok(Ok(Taken::Again));
    }
    if taken == Taken::Changed {
        person.set(&values);
        store::write(&mut tx, &person).await?;
        // About the member, so that whoever follows records looks at them again.
        let between = (person.member_id.as_str(), hook.hook_id.as_str());
        let (kind, actor) = (Kind::HookChanged, Actor::System);
        events::record_between(&mut tx, &site.app.vault, kind, &actor, between, &changes).await?;
    }
    let waiting = i64::from(taken == Taken::Waiting);
    let used = store::Use { day: day(site.now), ignored: message.ignored.len(), waiting };
    store::used(&mut tx, &hook.hook_id, delivery.known, used).await?;
    tx.commit().await?;
    Ok(Ok(taken))
}

/// A call that proved whose it is and was refused counts all the same: the use of a secret shows.
pub async fn refused(site: &Site, hook: &HookId, known: Known) -> Result<(), db::Error> {
    let mut tx = site.write().await?;
    let used = store::Use { day: day(site.now), ignored: 0, waiting: 0 };
    store::used(&mut tx, hook, known, used).await?;
    tx.commit().await
}

async fn person(tx: &mut Writer, who: &Who) -> Result<Option<Person>, db::Error> {
    match who {
        Who::Id(member) => store::person(tx, member).await,
        Who::Login(email) => store::person_of_login(tx, email).await,
    }
}

/// Whether one person more would be too many for an hour.
async fn is_mass(tx: &mut Writer, hook: &Hook, member: &MemberId) -> Result<bool, db::Error> {
    let since = tx.now().plus_seconds(-HOUR).max(hook.counted_from);
    let most = MOST_PEOPLE as i64 + 1;
    let changed = store::changed_since(tx, &hook.hook_id, since, most).await?;
    if changed.contains(member) || changed.len() < HANDFUL {
        return Ok(false);
    }
    let enough = (MOST_PEOPLE * 100 / MOST_PERCENT) as i64;
    Ok(changed.len() + 1 > allowed(store::active(tx, enough).await?))
}

fn allowed(people: usize) -> usize {
    (people * MOST_PERCENT / 100).clamp(HANDFUL, MOST_PEOPLE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_twentieth_of_the_people_may_change_in_an_hour_a_handful_at_least_and_fifty_at_most() {
        let cases = [(0, 5), (100, 5), (119, 5), (120, 6), (999, 49), (1000, 50), (100_000, 50)];
        assert_eq!(cases.map(|(people, _)| allowed(people)), cases.map(|(_, most)| most));
    }
}

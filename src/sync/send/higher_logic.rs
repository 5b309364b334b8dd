//! Higher Logic: whole contacts with all their groups, up to a hundred in a push.

use super::{Next, Trouble, connection, done, failed, give_back, is_gone, is_there, postpone};
use crate::associations::Site;
use crate::db;
use crate::sync::contact::Contact;
use crate::sync::integration::Integration;
use crate::sync::look::{self, Version, View};
use crate::sync::platform::higher_logic::{Item, Pushed};
use crate::sync::platform::{Failure, HigherLogic, Platform};
use crate::sync::queue::{self, Work};
use crate::sync::sent::{self, Entry, What};
use crate::sync::{places, release};

/// Taken together; a push holds no more.
pub const TAKEN: i64 = 100;

const PLATFORM: Platform = Platform::HigherLogic;

/// One record on its way, as it is to be.
struct One {
    work: Work,
    view: View,
    contact: Contact,
}

/// Sends what was taken, in as few pushes as the platform takes.
pub async fn batch(
    site: &Site,
    integration: &Integration,
    client: &HigherLogic,
    taken: Vec<Work>,
) -> Result<Next, db::Error> {
    let mut all = Vec::with_capacity(taken.len());
    for work in taken {
        let sent = (work.sent.as_deref(), work.sent_hash.as_deref());
        let mut db = site.read();
        let view = look::view(&mut db, site, integration, &work.record_id, sent, false).await?;
        let contact = match &view.version {
            Some(Version::Contact(contact)) if !view.is_settled() => (**contact).clone(),
            _ => {
                done(site, integration, &work, "nothing to send").await?;
                continue;
            }
        };
        all.push(One { work, view, contact });
    }
    let mut next = Next::Well;
    let mut batches = vec![all];
    while let Some(batch) = batches.pop() {
        if batch.is_empty() {
            continue;
        }
        let items: Vec<Item> = batch.iter().map(|one| client.item(&one.contact)).collect();
        let fits = client.first_batch(&items);
        let mut batch = batch;
        if fits < batch.len() {
            let rest = batch.split_off(fits.max(1));
            batches.push(rest);
        }
        let items = &items[..batch.len()];
        if next == Next::Rest {
            for one in batch {
                postpone(site, PLATFORM, &one.work, site.now).await?;
            }
            continue;
        }
        let first = batch.first().map(|one| (one.work.record_id.as_str(), one.work.marks));
        let (record, marks) = first.unwrap_or_default();
        let key = format!("push-{record}-{marks}-{}", batch.len());
        match client.push(items, &key).await {
            Ok(Pushed::Accepted) => {
                for one in &batch {
                    accepted(site, integration, one).await?;
                }
            }
            Ok(Pushed::ItemRefused { index, words }) if index < batch.len() => {
                // Nothing of the push was taken; the others go again without it.
                let one = batch.remove(index);
                let trouble = refused(words);
                next = next.max(failed(site, integration, &one.work, &trouble).await?);
                batches.push(batch);
            }
            Ok(Pushed::ItemRefused { words, .. } | Pushed::Refused { words }) => {
                if batch.len() > 1 {
                    // Which of them it is shows when they go by halves.
                    let half = batch.split_off(batch.len() / 2);
                    batches.push(half);
                    batches.push(batch);
                } else {
                    for one in &batch {
                        let trouble = refused(words.clone());
                        next = next.max(failed(site, integration, &one.work, &trouble).await?);
                    }
                }
            }
            Err(failure) => next = next.max(went_wrong(site, integration, &batch, failure).await?),
        }
    }
    Ok(next)
}

fn refused(words: String) -> Trouble {
    Trouble::Failure(Failure::Refused { status: 200, words })
}

/// A failure of the whole push is no record's fault, unless it goes on and on.
async fn went_wrong(
    site: &Site,
    integration: &Integration,
    batch: &[One],
    failure: Failure,
) -> Result<Next, db::Error> {
    if let Some(until) = connection(site, PLATFORM, &failure).await? {
        for one in batch {
            postpone(site, PLATFORM, &one.work, until).await?;
        }
        return Ok(Next::Rest);
    }
    for one in batch {
        let again = queue::next_try(one.work.tries + 1, queue::Outlook::MayPass, site.now);
        give_back(site, integration, &one.work, failure.words(), again).await?;
    }
    Ok(Next::Stumbled)
}

/// The platform took the contact as it is: it is in the groups that were listed, and in no other.
async fn accepted(site: &Site, integration: &Integration, one: &One) -> Result<(), db::Error> {
    let (record, json) = (&one.work.record_id, Version::Contact(Box::new(one.contact.clone())));
    let json = json.json();
    let mut tx = site.write().await?;
    if !queue::holds(&mut tx, PLATFORM, &one.work).await? {
        return Ok(());
    }
    for group in &one.view.outcome.adds {
        is_there(&mut tx, PLATFORM, &one.work, group).await?;
    }
    let known = places::of_record(&mut tx, PLATFORM, record).await?;
    let fields = one.contact.field_names();
    for group in &one.view.outcome.removes {
        let plan = release::is_released(&mut tx, PLATFORM, group, record).await?;
        if let Some(plan) = plan {
            release::removed(&mut tx, &plan, record).await?;
        }
        is_gone(&mut tx, PLATFORM, &one.work, group).await?;
        let place = known.iter().find(|place| place.group_id == *group);
        let entry = Entry {
            platform: PLATFORM,
            group: Some(group),
            record,
            what: What::Remove,
            fields: &[],
            payload: None,
            answer: "confirmed",
            uncounted_why: place.and_then(|place| place.leaves_why.as_deref()),
        };
        sent::record(&mut tx, site, &entry).await?;
    }
    let sealed = queue::seal_sent(site, PLATFORM, record, &json);
    // The version that is kept says where it is, as the next look will find it.
    let hash = queue::hash(site, record, &json);
    queue::remember(&mut tx, PLATFORM, record, &sealed, &hash).await?;
    let entry = Entry {
        platform: PLATFORM,
        group: None,
        record,
        what: What::Push,
        fields: &fields,
        payload: Some(&json),
        answer: "confirmed",
        uncounted_why: None,
    };
    sent::record(&mut tx, site, &entry).await?;
    tx.commit().await?;
    done(site, integration, &one.work, "confirmed").await
}

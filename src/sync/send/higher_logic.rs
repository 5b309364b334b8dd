//! Higher Logic: whole contacts with all their groups, up to a hundred in a push.

use super::super::contact::Contact;
use super::super::integration::{self, Integration};
use super::super::look::{self, Attempt, Version, View};
use super::super::platform::higher_logic::{Item, Pushed};
use super::super::platform::{Failure, HigherLogic, Platform};
use super::super::queue::{self, Marked, Work};
use super::super::sent::{self, Answer, Entry, What};
use super::super::{places, release};
use super::{
    Next, Rest, Trouble, connection, done, failed, give_back, is_gone, is_there, next_try,
    postpone, unsure,
};
use crate::associations::Site;
use crate::db;
use crate::token::{base64url, sha256};

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
    let marked: Vec<Marked> = taken.iter().map(Marked::from).collect();
    let views = look::views(&mut site.read(), site, integration, &marked, Attempt::None).await?;
    for (work, view) in taken.into_iter().zip(views) {
        let contact = match &view.version {
            Some(Version::Contact(contact)) if !view.is_settled() => (**contact).clone(),
            _ => {
                done(site, integration, &work, "nothing to send", Rest::Nothing).await?;
                continue;
            }
        };
        all.push(One { work, view, contact });
    }
    let mut next = Next::Quiet;
    let mut waiting = vec![all];
    while let Some(batch) = waiting.pop() {
        if next != Next::Rest && !integration::is_running(site, PLATFORM).await? {
            next = Next::Rest;
        }
        if next == Next::Rest {
            for one in batch {
                postpone(site, PLATFORM, &one.work, site.now).await?;
            }
            continue;
        }
        let mut ours = Vec::with_capacity(batch.len());
        for mut one in batch {
            if queue::keep(site, PLATFORM, &mut one.work).await? {
                ours.push(one);
            }
        }
        let mut batch = ours;
        let items: Vec<Item> = batch.iter().map(|one| one.contact.item(client.profile())).collect();
        let Some(items) = client.batches(items).into_iter().next() else { continue };
        if items.len() < batch.len() {
            waiting.push(batch.split_off(items.len()));
        }
        let pushed = client.push(&items, &key(&batch)).await;
        note_failures(site, &batch, &items, &pushed).await?;
        match pushed {
            Ok(Pushed::Accepted(status)) => {
                next = next.max(Next::Well);
                for (one, item) in batch.iter().zip(&items) {
                    accepted(site, integration, one, item, status).await?;
                }
            }
            Ok(Pushed::ItemsRefused(refusals)) => {
                // Nobody else is at fault; the others go again without these.
                for (place, words) in refusals.into_iter().rev() {
                    if place < batch.len() {
                        let one = batch.remove(place);
                        let trouble = refused(words);
                        next = next.max(failed(site, integration, &one.work, &trouble).await?);
                    }
                }
                waiting.push(batch);
            }
            // Which of them it is shows when they go by halves.
            Err(Failure::Refused { .. }) if batch.len() > 1 => {
                let half = batch.split_off(batch.len() / 2);
                waiting.push(half);
                waiting.push(batch);
            }
            Err(failure @ (Failure::Refused { .. } | Failure::Unsendable { .. })) => {
                for one in &batch {
                    let trouble = Trouble::Failure(failure.clone());
                    next = next.max(failed(site, integration, &one.work, &trouble).await?);
                }
            }
            Err(failure) => next = next.max(went_wrong(site, integration, &batch, failure).await?),
        }
    }
    Ok(next)
}

/// Whatever was refused or never answered left all the same. Of the others of a push in which some were
/// refused nobody knows whether they were taken; they go again.
async fn note_failures(
    site: &Site,
    batch: &[One],
    items: &[Item],
    pushed: &Result<Pushed, Failure>,
) -> Result<(), db::Error> {
    let answer = |place: usize| match pushed {
        Ok(Pushed::Accepted(_)) => None,
        Ok(Pushed::ItemsRefused(refused)) => {
            let words = refused.iter().find(|(refused, _)| *refused == place);
            let words = words.map(|(_, words)| words.as_str());
            Some(words.map_or(Answer::Unknown(Some(200), ""), |it| Answer::Refused(Some(200), it)))
        }
        Err(failure) => Answer::of(failure),
    };
    let fields: Vec<Vec<&str>> = batch.iter().map(|one| one.contact.field_names()).collect();
    let all = batch.iter().zip(items).zip(&fields).enumerate();
    let entries: Vec<Entry<'_>> = all
        .filter_map(|(place, ((one, item), fields))| {
            Some(Entry {
                platform: PLATFORM,
                group: None,
                record: &one.work.record_id,
                what: What::Push,
                fields,
                payload: Some(item.json().as_bytes()),
                answer: answer(place)?,
                uncounted_why: None,
            })
        })
        .collect();
    if entries.is_empty() {
        return Ok(());
    }
    let mut tx = site.write().await?;
    sent::record_all(&mut tx, site, PLATFORM, &entries).await?;
    tx.commit().await
}

/// The same push has the same key, so that one that arrived twice can be known again.
fn key(batch: &[One]) -> String {
    let mut bytes = Vec::new();
    for one in batch {
        bytes.extend_from_slice(one.work.record_id.as_str().as_bytes());
        bytes.extend_from_slice(&one.work.marks.to_be_bytes());
    }
    format!("push-{}", base64url(sha256(bytes)))
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
    if let Some(until) = connection(site, integration, &failure).await? {
        for one in batch {
            if failure.outcome_is_unknown() {
                unsure(site, integration, &one.work).await?;
            }
            postpone(site, PLATFORM, &one.work, until).await?;
        }
        return Ok(Next::Rest);
    }
    for one in batch {
        let again = next_try(site, integration, &one.work, queue::Outlook::MayPass);
        give_back(site, integration, &one.work, failure.words(), again, Attempt::of(&failure))
            .await?;
    }
    Ok(Next::Stumbled)
}

/// The platform took the contact as it is: it is in the groups that were listed, and in no other.
async fn accepted(
    site: &Site,
    integration: &Integration,
    one: &One,
    item: &Item,
    status: u16,
) -> Result<(), db::Error> {
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
            answer: Answer::Taken(status),
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
        payload: Some(item.json().as_bytes()),
        answer: Answer::Taken(status),
        uncounted_why: None,
    };
    sent::record(&mut tx, site, &entry).await?;
    tx.commit().await?;
    done(site, integration, &one.work, "confirmed", Rest::Nothing).await
}

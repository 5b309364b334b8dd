//! The Push API V1 of Higher Logic (PLATFORMS.md 2): whole contacts, up to a hundred at a time, and an
//! answer whose status alone says nothing.

mod item;

pub use item::{Contact, Demographic, GroupEntry, Item, Kind, Social, Standing};

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use zeroize::Zeroizing;

use super::connection::{Connection, Credentials, Mistake, base_url};
use super::failure::Failure;
use super::pace::Pace;
use super::profile::{HigherLogicProfile, Profile};
use super::secret::Secret;
use super::wire::{Answered, Request, Wire};
use crate::outbound::Outbound;

/// Clones share the connection and its pace.
#[derive(Clone)]
pub struct HigherLogic {
    wire: Arc<Wire>,
    profile: Arc<HigherLogicProfile>,
    tenant_code: Secret,
}

/// What became of a push.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pushed {
    /// All of it was taken; with what HTTP said.
    Accepted(u16),
    /// These were refused, by their place in what was pushed, from 0, each with the platform's words.
    /// The others may have been taken or not: they are to be pushed again without these.
    ItemsRefused(Vec<(usize, String)>),
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Body<'a> {
    tenant_code: &'a str,
    items: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Said {
    success: bool,
    count: Option<u64>,
    error_message: Option<String>,
}

impl HigherLogic {
    pub fn new(outbound: &Outbound, pace: Pace, connection: &Connection) -> Result<Self, Mistake> {
        let wrong = || Mistake::Credentials(connection.platform.name());
        let Profile::HigherLogic(profile) = &connection.profile else { return Err(wrong()) };
        let Credentials::KeyAndTenant { api_key, tenant_code } = &connection.credentials else {
            return Err(wrong());
        };
        let url = base_url(&connection.base_url, &connection.profile, outbound.loopback())?;
        let key = || Zeroizing::new(api_key.expose().to_owned());
        let wire = Wire::new(outbound.clone(), pace, url, ("x-api-key", key()), vec![key()])?;
        let profile = Arc::new(profile.clone());
        Ok(Self { wire: Arc::new(wire), profile, tenant_code: tenant_code.clone() })
    }

    /// Whether more than half of its calls failed lately.
    pub fn is_shaky(&self) -> bool {
        self.wire.is_shaky()
    }

    pub fn profile(&self) -> &HigherLogicProfile {
        &self.profile
    }

    /// Whether key and tenant are good. ASSUMED: no call for this is documented, so nobody is pushed, and
    /// the words of the refusal are read. 403 is a wrong key and "Invalid TenantCode" a wrong tenant; who
    /// complains of the items has looked at both before. A gateway that answers 400 or 422 about items
    /// counts too; it may not have looked at the tenant, and then the first push says so.
    pub async fn test(&self) -> Result<(), Failure> {
        match self.post(&[], None).await.map(|said| said.it) {
            Ok(Said { success: true, count: None | Some(0), .. }) => Ok(()),
            Ok(said) if said.success => Err(miscounted(said.count, 0)),
            Ok(said) => match self.judged(said) {
                Failure::Refused { words, .. } if is_about_items(&words) => Ok(()),
                failure => Err(failure),
            },
            Err(Failure::Refused { status: 400 | 422, words }) if is_about_items(&words) => Ok(()),
            Err(failure) => Err(failure),
        }
    }

    /// Cuts what is to be pushed into pieces that the platform takes at once.
    pub fn batches(&self, items: Vec<Item>) -> Vec<Vec<Item>> {
        let most = usize::from(self.profile.max_items);
        let (mut batches, mut batch, mut size) = (Vec::new(), Vec::new(), self.empty());
        for item in items {
            let more = item.json().len() + 1;
            if !batch.is_empty() && (batch.len() == most || size + more > self.largest()) {
                batches.push(std::mem::take(&mut batch));
                size = self.empty();
            }
            size += more;
            batch.push(item);
        }
        if !batch.is_empty() {
            batches.push(batch);
        }
        batches
    }

    /// Pushes one batch. HTTP 200 is no success: that is what the answer says, with the right count.
    pub async fn push(&self, items: &[Item], idempotency_key: &str) -> Result<Pushed, Failure> {
        let size = items.iter().map(|item| item.json().len() + 1).sum::<usize>() + self.empty();
        if items.is_empty() || items.len() > usize::from(self.profile.max_items) {
            let words = format!("it takes pushes of 1 to {} items", self.profile.max_items);
            return Err(Failure::Unsendable { words });
        }
        if size > self.largest() {
            let words = format!("it takes pushes of at most {} bytes", self.profile.max_bytes);
            return Err(Failure::Unsendable { words });
        }
        let Answered { status, it: said } = self.post(items, Some(idempotency_key)).await?;
        if said.success {
            let all = said.count.and_then(|count| usize::try_from(count).ok()) == Some(items.len());
            return if all {
                Ok(Pushed::Accepted(status))
            } else {
                Err(miscounted(said.count, items.len()))
            };
        }
        let refused = refused_items(said.error_message.as_deref().unwrap_or_default(), items.len());
        if refused.is_empty() {
            return Err(self.judged(said));
        }
        let shown =
            |words: &str| self.wire.words(Some(words), || "refused without a word".to_owned());
        let refused = refused.into_iter().map(|(place, words)| (place, shown(words))).collect();
        Ok(Pushed::ItemsRefused(refused))
    }

    async fn post(
        &self,
        items: &[Item],
        idempotency_key: Option<&str>,
    ) -> Result<Answered<Said>, Failure> {
        let items = items.iter().map(Item::raw).collect();
        let body = Body { tenant_code: self.tenant_code.expose(), items };
        let json = serde_json::to_vec(&body).expect("text and JSON are JSON");
        let route = &self.profile.push;
        self.wire
            .answered(&Request {
                method: route.method,
                json: Some(json),
                idempotency_key: idempotency_key.map(str::to_owned),
                ..Request::read(route.path.clone())
            })
            .await
    }

    /// What it means that all of it was refused, with HTTP 200.
    fn judged(&self, said: Said) -> Failure {
        let words = self.wire.words(said.error_message.as_deref(), || {
            "it refused the push without a word".to_owned()
        });
        // "Invalid TenantCode" (ASSUMED): nothing of this connection will work.
        let plain = words.to_ascii_lowercase().replace(' ', "");
        match plain.contains("tenantcode") {
            true => Failure::Unauthorized { status: 200, words },
            false => Failure::Refused { status: 200, words },
        }
    }

    /// Bytes of a push with nobody in it.
    fn empty(&self) -> usize {
        let body = Body { tenant_code: self.tenant_code.expose(), items: Vec::new() };
        serde_json::to_vec(&body).map_or(0, |body| body.len())
    }

    fn largest(&self) -> usize {
        usize::try_from(self.profile.max_bytes).unwrap_or(usize::MAX)
    }
}

fn miscounted(count: Option<u64>, pushed: usize) -> Failure {
    let count = count.map_or_else(|| "no number".to_owned(), |count| count.to_string());
    Failure::Broken {
        status: Some(200),
        words: format!("it says that it took {count} of {pushed} items"),
    }
}

/// "Items is empty", "at least one item": about what was pushed, and so not about who pushed it.
fn is_about_items(words: &str) -> bool {
    words.to_ascii_lowercase().contains("item")
}

/// "Item 3: LegacyContactKey is required", any number of them. They count from 1. Empty if any of them
/// is out of range, or none is there: then it is not known what the words are about.
fn refused_items(message: &str, pushed: usize) -> Vec<(usize, &str)> {
    let starts: Vec<(usize, usize, usize)> = message
        .match_indices("Item ")
        .filter_map(|(at, word)| {
            let rest = &message[at + word.len()..];
            let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            let number: usize = rest[..digits].parse().ok()?;
            rest[digits..].starts_with(':').then_some((at, at + word.len() + digits + 1, number))
        })
        .collect();
    if starts.iter().any(|(.., number)| *number == 0 || *number > pushed) {
        return Vec::new();
    }
    let mut found: Vec<(usize, &str)> = Vec::new();
    for (place, (_, from, number)) in starts.iter().enumerate() {
        let to = starts.get(place + 1).map_or(message.len(), |(at, ..)| *at);
        let words = message[*from..to].trim().trim_end_matches([';', ',']);
        if found.iter().all(|(known, _)| *known != number - 1) {
            found.push((number - 1, words));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_names_its_items_counting_from_one() {
        for (message, found) in [
            ("Item 3: LegacyContactKey is required", vec![(2, "LegacyContactKey is required")]),
            ("Item 1: a; Item 3: b", vec![(0, "a"), (2, "b")]),
            ("Errors: Item 2: a\nItem 2: again", vec![(1, "a")]),
            ("Item 4: out of range", vec![]),
            ("Item 0: out of range", vec![]),
            ("Item 1: a, Item 9: b", vec![]),
            ("Items must not be empty", vec![]),
            ("Item three: no", vec![]),
            ("Item 3 is wrong", vec![]),
            ("Invalid TenantCode", vec![]),
            ("Item 99999999999999999999: no", vec![]),
            ("", vec![]),
        ] {
            assert_eq!(refused_items(message, 3), found, "{message}");
        }
    }
}

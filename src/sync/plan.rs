//! What has to be done, as the difference of what should be and what is. Pure: it knows neither the
//! platforms nor the database (STYLE.md 31).

use std::collections::{BTreeMap, BTreeSet};

/// What one record should have on a platform, against what the platform confirmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference<G> {
    pub adds: Vec<G>,
    pub removes: Vec<G>,
    /// The fields are others than were sent last.
    pub updates: bool,
}

impl<G> Difference<G> {
    pub fn is_empty(&self) -> bool {
        self.adds.is_empty() && self.removes.is_empty() && !self.updates
    }
}

/// A record that is nowhere and should be nowhere has no fields to keep in step either.
pub fn record<G: Ord + Clone>(
    wanted: &BTreeSet<G>,
    confirmed: &BTreeSet<G>,
    fields_differ: bool,
) -> Difference<G> {
    Difference {
        adds: wanted.difference(confirmed).cloned().collect(),
        removes: confirmed.difference(wanted).cloned().collect(),
        updates: fields_differ && !wanted.is_empty(),
    }
}

/// Somebody whom the group wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted<R> {
    pub record: R,
    /// Who they are on the platform, where that is known.
    pub remote_id: Option<String>,
    /// Lower case; how they are found where it is not.
    pub email: Option<String>,
}

/// Somebody whom the platform lists in the group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    pub remote_id: String,
    pub email: Option<String>,
    /// A manager there: never removed without a word (DEC8).
    pub is_manager: bool,
    /// In the group, and not merely invited to it.
    pub is_in: bool,
}

/// A group here against the complete list of its counterpart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupPlan<R> {
    /// There already: who each is on the platform.
    pub matches: Vec<(R, String)>,
    pub adds: Vec<R>,
    /// Those there whom the group does not want, by their ids there.
    pub removes: Vec<String>,
    /// The same, but managers.
    pub managers: Vec<String>,
    /// Two records that are one person there: an e-mail that leads to somebody else's id (SEC-Y14).
    pub conflicts: Vec<R>,
}

/// `bound` says to whom each known id belongs, wanted here or not.
pub fn group<R: Ord + Clone>(
    wanted: &[Wanted<R>],
    listed: &[Listed],
    bound: &BTreeMap<String, R>,
) -> GroupPlan<R> {
    let by_id: BTreeMap<&str, &Listed> =
        listed.iter().map(|it| (it.remote_id.as_str(), it)).collect();
    let by_email: BTreeMap<String, &Listed> =
        listed.iter().filter_map(|it| Some((it.email.as_ref()?.to_lowercase(), it))).collect();
    let mut plan = GroupPlan {
        matches: Vec::new(),
        adds: Vec::new(),
        removes: Vec::new(),
        managers: Vec::new(),
        conflicts: Vec::new(),
    };
    let (mut found, mut spared) = (BTreeSet::new(), BTreeSet::new());
    for person in wanted {
        let same_email = person.email.as_ref().and_then(|email| by_email.get(email).copied());
        let there = match &person.remote_id {
            Some(id) => by_id.get(id.as_str()).copied(),
            None => same_email,
        };
        match there {
            None => {
                // Known there by an id that is not in the list: whoever has the e-mail may be the same
                // person under a new id. Which it is shows when the addition is answered.
                let double = same_email.filter(|it| !bound.contains_key(&it.remote_id));
                spared.extend(double.map(|it| it.remote_id.as_str()));
                plan.adds.push(person.record.clone());
            }
            Some(there) => {
                let owner = bound.get(&there.remote_id);
                let is_theirs = owner.is_none_or(|owner| *owner == person.record);
                if !is_theirs || !found.insert(there.remote_id.as_str()) {
                    plan.conflicts.push(person.record.clone());
                } else if there.is_in {
                    plan.matches.push((person.record.clone(), there.remote_id.clone()));
                } else {
                    plan.adds.push(person.record.clone());
                }
            }
        }
    }
    for there in listed.iter().filter(|there| there.is_in) {
        let id = there.remote_id.as_str();
        if found.contains(id) || spared.contains(id) {
            continue;
        }
        let left = if there.is_manager { &mut plan.managers } else { &mut plan.removes };
        left.push(there.remote_id.clone());
    }
    plan
}

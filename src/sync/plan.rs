//! What has to be done, as the difference of what should be and what is. Pure: it knows neither the
//! platforms nor the database (STYLE.md 31).

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

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

/// What has to be known of somebody whom the platform lists in the group.
pub trait There {
    fn remote_id(&self) -> &str;
    fn email(&self) -> Option<&str>;
    /// A manager there: never removed without a word (DEC8).
    fn is_manager(&self) -> bool;
    /// In the group, and not merely invited to it.
    fn is_in(&self) -> bool;
}

/// Somebody whom the platform lists in the group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    pub remote_id: String,
    pub email: Option<String>,
    pub is_manager: bool,
    pub is_in: bool,
}

impl There for Listed {
    fn remote_id(&self) -> &str {
        &self.remote_id
    }

    fn email(&self) -> Option<&str> {
        self.email.as_deref()
    }

    fn is_manager(&self) -> bool {
        self.is_manager
    }

    fn is_in(&self) -> bool {
        self.is_in
    }
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
    let mut comparison = Comparison::new(listed);
    let mut plan = GroupPlan {
        matches: Vec::new(),
        adds: Vec::new(),
        removes: Vec::new(),
        managers: Vec::new(),
        conflicts: Vec::new(),
    };
    for person in wanted {
        let record = person.record.clone();
        match comparison.find(person, |id| bound.get(id)) {
            Finding::There(there) => plan.matches.push((record, there.remote_id.clone())),
            Finding::Missing => plan.adds.push(record),
            Finding::SomebodyElse => plan.conflicts.push(record),
        }
    }
    for there in comparison.left() {
        let left = if there.is_manager { &mut plan.managers } else { &mut plan.removes };
        left.push(there.remote_id.clone());
    }
    plan
}

/// What comes of somebody who is wanted.
#[derive(Debug, PartialEq, Eq)]
pub enum Finding<'a, L> {
    There(&'a L),
    Missing,
    /// One person there is two records here.
    SomebodyElse,
}

/// The complete list of a group there, against those who are wanted, one after the other.
pub struct Comparison<'a, L> {
    listed: &'a [L],
    by_id: HashMap<&'a str, usize>,
    by_email: HashMap<Cow<'a, str>, usize>,
    /// Those whom somebody wanted is.
    found: Vec<bool>,
    /// Those whom somebody wanted may be.
    spared: Vec<bool>,
}

impl<'a, L: There> Comparison<'a, L> {
    pub fn new(listed: &'a [L]) -> Self {
        let email = |(place, there): (usize, &'a L)| Some((lower(there.email()?), place));
        Self {
            listed,
            by_id: listed.iter().enumerate().map(|(place, it)| (it.remote_id(), place)).collect(),
            by_email: listed.iter().enumerate().filter_map(email).collect(),
            found: vec![false; listed.len()],
            spared: vec![false; listed.len()],
        }
    }

    /// The ids there that somebody wanted may have: [`Self::find`] asks whose they are.
    pub fn ids_of<R>(&self, person: &Wanted<R>) -> impl Iterator<Item = &'a str> {
        let places = [self.by_id(person), self.by_email(person)];
        places.into_iter().flatten().map(|place| self.listed[place].remote_id())
    }

    /// `owner` says to whom a known id belongs, wanted here or not.
    pub fn find<'r, R: Eq + 'r>(
        &mut self,
        person: &Wanted<R>,
        owner: impl Fn(&str) -> Option<&'r R>,
    ) -> Finding<'a, L> {
        let same_email = self.by_email(person);
        let place = match &person.remote_id {
            Some(_) => self.by_id(person),
            None => same_email,
        };
        let Some(place) = place else {
            // Known there by an id that is not in the list: whoever has the e-mail may be the same
            // person under a new id. Which it is shows when the addition is answered.
            if let Some(double) = same_email
                && owner(self.listed[double].remote_id()).is_none()
            {
                self.spared[double] = true;
            }
            return Finding::Missing;
        };
        let there = &self.listed[place];
        let is_theirs = owner(there.remote_id()).is_none_or(|owner| *owner == person.record);
        if !is_theirs || std::mem::replace(&mut self.found[place], true) {
            return Finding::SomebodyElse;
        }
        if there.is_in() { Finding::There(there) } else { Finding::Missing }
    }

    /// Once everybody wanted was looked for: those in the group whom nobody is.
    pub fn left(&self) -> impl Iterator<Item = &'a L> {
        let claimed = self.found.iter().zip(&self.spared);
        let those = self.listed.iter().zip(claimed);
        those.filter(|(it, (found, spared))| it.is_in() && !**found && !**spared).map(|(it, _)| it)
    }

    fn by_id<R>(&self, person: &Wanted<R>) -> Option<usize> {
        self.by_id.get(person.remote_id.as_deref()?).copied()
    }

    fn by_email<R>(&self, person: &Wanted<R>) -> Option<usize> {
        self.by_email.get(person.email.as_deref()?).copied()
    }
}

/// Most are in lower case already, and there may be a hundred thousand.
fn lower(text: &str) -> Cow<'_, str> {
    match text.chars().any(char::is_uppercase) {
        true => Cow::Owned(text.to_lowercase()),
        false => Cow::Borrowed(text),
    }
}

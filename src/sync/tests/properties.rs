//! Z-12 (SECURITY.md 5.3): what is planned, held and removed, against models that say the same in
//! another way. Worlds are thrown by dice; a failure names the seed of its world.

use std::collections::{BTreeMap, BTreeSet};

use super::super::facts::{Facts, Kind, Login};
use super::super::guard::{self, Doubt, Question};
use super::super::look::{Attempt, Situation, decide, finish};
use super::super::places::{Place, State};
use super::super::plan::{self, Listed, Wanted};
use super::super::platform::Platform;
use crate::clock::Timestamp;
use crate::id::GroupId;

/// Worlds of each kind; `cargo xtask faults` throws a hundred times as many.
fn seeds() -> std::ops::Range<u64> {
    let is_full = std::env::var("NOVI_FAULTS").is_ok_and(|which| which == "full");
    0..if is_full { 500_000 } else { 5_000 }
}

/// SplitMix64: the same seed throws the same.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    fn below(&mut self, most: u64) -> u64 {
        self.next() % most
    }

    fn one_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }

    fn of<T: Clone>(&mut self, all: &[T]) -> T {
        let place = self.below(all.len() as u64);
        all[usize::try_from(place).unwrap()].clone()
    }
}

/// A community and a group of it: ids and addresses belong to one person each.
#[derive(Debug, Clone, Default)]
struct There {
    /// By id: the address as it is written there.
    people: BTreeMap<String, String>,
    /// Who is in the group: whether as a manager, and whether only invited.
    group: BTreeMap<String, (bool, bool)>,
    made: u64,
}

impl There {
    fn by_email(&self, email: &str) -> Option<String> {
        let mut people = self.people.iter();
        people.find(|(_, theirs)| theirs.to_lowercase() == email).map(|(id, _)| id.clone())
    }

    fn listed(&self) -> Vec<Listed> {
        let one = |(id, (is_manager, is_invited)): (&String, &(bool, bool))| Listed {
            remote_id: id.clone(),
            email: self.people.get(id).cloned(),
            is_manager: *is_manager,
            is_in: !is_invited,
        };
        self.group.iter().map(one).collect()
    }
}

/// Ours: records with an address (several may share one) and the id they are known by, if any.
#[derive(Debug, Clone)]
struct Here {
    wanted: BTreeSet<u64>,
    emails: BTreeMap<u64, String>,
    bound: BTreeMap<String, u64>,
}

impl Here {
    fn id_of(&self, record: u64) -> Option<&String> {
        self.bound.iter().find(|(_, owner)| **owner == record).map(|(id, _)| id)
    }

    fn wanted(&self) -> Vec<Wanted<u64>> {
        let one = |record: &u64| Wanted {
            record: *record,
            remote_id: self.id_of(*record).cloned(),
            email: self.emails.get(record).cloned(),
        };
        self.wanted.iter().map(one).collect()
    }
}

fn world(dice: &mut Dice) -> (Here, There) {
    let address = |number: u64| format!("p{number}@x.org");
    let mut there = There::default();
    for number in 0..dice.below(8) {
        let email = address(number);
        let email = if dice.one_in(3) { email.to_uppercase() } else { email };
        there.people.insert(format!("id{number}"), email);
    }
    for id in there.people.keys() {
        if dice.one_in(2) {
            there.group.insert(id.clone(), (dice.one_in(5), dice.one_in(5)));
        }
    }
    let mut here =
        Here { wanted: BTreeSet::new(), emails: BTreeMap::new(), bound: BTreeMap::new() };
    for record in 0..dice.below(8) {
        here.emails.insert(record, address(dice.below(10)));
        if dice.one_in(2) {
            // Some are known by an id that is no more, and some by one whose address is another's.
            let id = format!("id{}", dice.below(9));
            here.bound.entry(id).or_insert(record);
        }
        if !dice.one_in(4) {
            here.wanted.insert(record);
        }
    }
    (here, there)
}

/// As the worker does it: additions by id or address, whoever is gone there is looked for anew.
fn apply(plan: &plan::GroupPlan<u64>, here: &mut Here, there: &mut There) {
    for (record, id) in &plan.matches {
        if here.id_of(*record).is_none() {
            assert_eq!(here.bound.insert(id.clone(), *record), None, "bound to two");
        }
    }
    for record in &plan.adds {
        if let Some(id) = here.id_of(*record).cloned() {
            if there.people.contains_key(&id) {
                there.group.entry(id).or_insert((false, false)).1 = false;
                continue;
            }
            here.bound.remove(&id);
        }
        let email = &here.emails[record];
        let id = there.by_email(email).unwrap_or_else(|| {
            there.made += 1;
            let id = format!("new{}", there.made);
            there.people.insert(id.clone(), email.clone());
            id
        });
        if here.bound.get(&id).is_none_or(|owner| owner == record) {
            here.bound.insert(id.clone(), *record);
            there.group.entry(id).or_insert((false, false)).1 = false;
        }
    }
    for id in &plan.removes {
        there.group.remove(id);
    }
}

/// Who each wanted record is there, told by people and not by lists: their id where it exists, else
/// whoever has the address, unless that is somebody else's.
fn persons(here: &Here, there: &There) -> BTreeMap<u64, String> {
    let mut persons = BTreeMap::new();
    let mut taken: BTreeSet<String> = BTreeSet::new();
    for record in &here.wanted {
        if let Some(id) = here.id_of(*record).filter(|id| there.people.contains_key(*id)) {
            taken.insert(id.clone());
            persons.insert(*record, id.clone());
        }
    }
    for record in here.wanted.iter() {
        let email = &here.emails[record];
        let id = there.by_email(email).unwrap_or_else(|| format!("new {email}"));
        let is_free = here.bound.get(&id).is_none_or(|owner| owner == record);
        if !persons.contains_key(record) && is_free && taken.insert(id.clone()) {
            persons.insert(*record, id);
        }
    }
    persons
}

fn planned(here: &Here, there: &There) -> plan::GroupPlan<u64> {
    plan::group(&here.wanted(), &there.listed(), &here.bound)
}

/// apply(plan) = desired: everybody whom the group wants and who is somebody there, the managers, and
/// nobody else; and nobody who is wanted is ever taken out on the way.
#[test]
fn a_plan_that_is_carried_out_leaves_exactly_those_who_are_wanted() {
    for seed in seeds() {
        let (mut here, mut there) = world(&mut Dice(seed));
        let before = there.clone();
        let is_settled = |plan: &plan::GroupPlan<u64>| plan.removes.is_empty();
        let mut rounds = 0;
        loop {
            let plan = planned(&here, &there);
            let wanted: BTreeSet<String> = persons(&here, &there).into_values().collect();
            let lost: Vec<_> = plan.removes.iter().filter(|id| wanted.contains(*id)).collect();
            assert!(lost.is_empty(), "seed {seed}: {lost:?} are wanted\n{here:?}\n{there:?}");
            let (ours, theirs) = (here.bound.clone(), there.group.clone());
            apply(&plan, &mut here, &mut there);
            if is_settled(&plan) && ours == here.bound && theirs == there.group {
                break;
            }
            rounds += 1;
            assert!(rounds <= 3, "seed {seed}: it goes on and on\n{here:?}\n{there:?}");
        }

        let mut desired: BTreeSet<String> = persons(&here, &there).into_values().collect();
        let managers =
            before.group.iter().filter(|(_, (is_manager, is_invited))| *is_manager && !is_invited);
        desired.extend(managers.map(|(id, _)| id.clone()));
        let group: BTreeSet<String> = { there.group.iter() }
            .filter(|(_, (_, is_invited))| !is_invited)
            .map(|(id, _)| id.clone())
            .collect();
        assert_eq!(group, desired, "seed {seed}\n{here:?}\n{there:?}");
        assert!(before.people.iter().all(|one| there.people.contains_key(one.0)), "seed {seed}");
    }
}

/// The same of one record: what is added and removed makes of where it is where it should be.
#[test]
fn a_difference_that_is_carried_out_leaves_a_record_where_it_is_wanted() {
    for seed in seeds() {
        let mut dice = Dice(seed);
        let mut some = || (0..6).filter(|_| dice.one_in(2)).collect::<BTreeSet<u8>>();
        let (wanted, confirmed) = (some(), some());
        let differs = dice.one_in(2);
        let difference = plan::record(&wanted, &confirmed, differs);
        let mut there = confirmed.clone();
        assert!(difference.adds.iter().all(|group| there.insert(*group)), "seed {seed}");
        assert!(difference.removes.iter().all(|group| there.remove(group)), "seed {seed}");
        assert_eq!(there, wanted, "seed {seed}");
        assert_eq!(difference.updates, differs && !wanted.is_empty(), "seed {seed}");
        let is_same = wanted == confirmed && !difference.updates;
        assert_eq!(difference.is_empty(), is_same, "seed {seed}");
    }
}

#[test]
fn a_plan_speaks_of_everybody_once() {
    for seed in seeds() {
        let (here, there) = world(&mut Dice(seed));
        let plan = planned(&here, &there);
        let mut records: Vec<u64> = plan.matches.iter().map(|(record, _)| *record).collect();
        records.extend(plan.adds.iter().chain(&plan.conflicts));
        records.sort_unstable();
        assert_eq!(records, here.wanted.iter().copied().collect::<Vec<_>>(), "seed {seed}");
        let mut ids: Vec<&String> = plan.matches.iter().map(|(_, id)| id).collect();
        ids.extend(plan.removes.iter().chain(&plan.managers));
        let number = ids.len();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), number, "seed {seed}: {plan:?}");
        for id in &plan.removes {
            assert_eq!(there.group.get(id), Some(&(false, false)), "seed {seed}: {id}");
        }
    }
}

/// SECURITY.md 3.6 with DEC20, sentence by sentence.
fn is_held(question: &Question) -> bool {
    let Question { size, waiting, removed_today, .. } = *question;
    // "in one plan or in any rolling 24 h"
    let leaving = waiting + removed_today;
    let by_size = match size {
        // DEC20: "Groups of fewer than five people are not held for their size alone."
        ..=4 => false,
        // "Groups < 20 members: hold when > 50 %."
        5..=19 => leaving * 2 > size,
        // "removes > max(10 members, 10 % of the last confirmed size)"
        _ => leaving > 10 && leaving * 10 > size,
    };
    // "or the result is empty"
    let is_empty = question.is_emptied && size > 4;
    // "or the group's condition changed < 10 min ago"
    let is_settling = question.seconds_since_conditions_changed.is_some_and(|it| it < 10 * 60);
    // "> 500 removals/day per tenant, or held plans in > 3 tenants at once"
    let is_ours =
        question.removed_today_everywhere + waiting > 500 || question.associations_held > 3;
    // "or first link; or after restore/clone/credential change"
    let is_doubted = question.is_first || question.doubt.is_some() || question.is_stopped;
    waiting > 0 && (by_size || is_empty || is_settling || is_ours || is_doubted)
}

#[test]
fn removals_are_held_exactly_when_the_rules_say_so() {
    let mut held = 0;
    for seed in seeds() {
        let mut dice = Dice(seed);
        let size = dice.of(&[3, 4, 5, 9, 19, 20, 21, 100, 119, 500, 5_000]);
        let number = |dice: &mut Dice| i64::try_from(dice.below(40)).unwrap();
        let near = |dice: &mut Dice, edge: i64| edge + i64::try_from(dice.below(5)).unwrap() - 2;
        let question = Question {
            size: near(&mut dice, size),
            is_emptied: dice.one_in(6),
            waiting: if dice.one_in(2) { near(&mut dice, size / 10) } else { number(&mut dice) },
            removed_today: if dice.one_in(3) { number(&mut dice) } else { 0 },
            is_first: dice.one_in(10),
            doubt: dice.of(&[None, None, None, None, Some(Doubt::Credentials)]),
            is_stopped: dice.one_in(12),
            seconds_since_conditions_changed: dice.of(&[None, None, Some(599), Some(600)]),
            removed_today_everywhere: dice.of(&[0, 0, 0, 480, 499, 500]),
            associations_held: dice.of(&[0, 1, 3, 4]),
        };
        let question = Question { waiting: question.waiting.max(0), ..question };
        let judged = guard::judge(&question).is_some();
        held += u64::from(judged);
        assert_eq!(judged, is_held(&question), "seed {seed}: {question:?}");
    }
    let share = held * 100 / (seeds().end - seeds().start);
    assert!((20..80).contains(&share), "{share} % of the questions were held");
}

fn now() -> Timestamp {
    Timestamp::from_unix_seconds(1_800_000_000)
}

fn group_id(number: u64) -> GroupId {
    GroupId::presented(&format!("grp_{number}"))
}

/// A record in some groups, with places as they may have become.
fn record(dice: &mut Dice) -> (Platform, Option<Facts>, Vec<GroupId>, Vec<Place>) {
    let platform = dice.of(&[Platform::Mobilize, Platform::Forj, Platform::HigherLogic]);
    let facts = Facts {
        kind: dice.of(&[Kind::Person, Kind::Person, Kind::Company]),
        login: dice.of(&[Login::Active, Login::Active, Login::Disabled, Login::None]),
        is_deactivated: dice.one_in(5),
        ..Facts::sample()
    };
    let facts = (!dice.one_in(8)).then_some(facts);
    let mut groups = Vec::new();
    let mut places = Vec::new();
    for number in 0..4 {
        if facts.is_some() && dice.one_in(2) {
            groups.push(group_id(number));
        }
        if dice.one_in(2) {
            continue;
        }
        let mut instant = |times| dice.one_in(times).then_some(now());
        let (wanted_at, confirmed_at, kept_at) = (instant(2), instant(2), instant(6));
        let unsure_at = instant(4);
        places.push(Place {
            group_id: group_id(number),
            record_id: Facts::sample().record,
            remote_id: None,
            name: None,
            wanted_at,
            confirmed_at,
            state: dice.of(&State::ALL).as_text().to_owned(),
            reason: None,
            leaves_why: None,
            kept_at,
            unsure_at,
            changed_at: now(),
        });
    }
    (platform, facts, groups, places)
}

fn syncs(platform: Platform, facts: &Facts) -> bool {
    let is_company = facts.kind == Kind::Company;
    let has_a_right = match platform {
        Platform::HigherLogic => is_company || facts.login == Login::Active,
        Platform::Mobilize | Platform::Forj => !is_company && facts.login == Login::Active,
    };
    has_a_right && !facts.is_deactivated
}

/// What should be, in sets: kept ones, and those of a record that syncs.
fn wanted(
    platform: Platform,
    facts: Option<&Facts>,
    groups: &[GroupId],
    places: &[Place],
) -> BTreeSet<GroupId> {
    let syncs = facts.is_some_and(|facts| syncs(platform, facts));
    let kept = places.iter().filter(|place| place.kept_at.is_some());
    let mut wanted: BTreeSet<GroupId> = kept.map(|place| place.group_id.clone()).collect();
    wanted.extend(groups.iter().filter(|_| syncs).cloned());
    wanted
}

/// Where it is, or may be for all that is known.
fn there(places: &[Place], attempt: Attempt) -> BTreeSet<GroupId> {
    let is_unsure = matches!(attempt, Attempt::Unsure | Attempt::UnderWay);
    let confirmed = places
        .iter()
        .filter(|place| place.may_be_there() || (is_unsure && place.wanted_at.is_some()));
    confirmed.map(|place| place.group_id.clone()).collect()
}

/// A record's groups there become those it should be in, once each removal was let go; and nothing is
/// removed that nobody let go.
#[test]
fn a_record_comes_to_be_where_it_is_wanted_and_is_removed_only_where_that_was_decided() {
    for seed in seeds() {
        let mut dice = Dice(seed);
        let (platform, facts, groups, mut places) = record(&mut dice);
        let wanted = wanted(platform, facts.as_ref(), &groups, &places);
        let gate_is_open = dice.one_in(2);
        let (first, mut removed) = (places.clone(), BTreeSet::new());
        let attempts = [Attempt::None, Attempt::Failed, Attempt::Unsure, Attempt::UnderWay];
        for attempt in [dice.of(&attempts), Attempt::None, Attempt::None] {
            let situation = Situation {
                platform,
                now: now(),
                attempt,
                facts: facts.as_ref(),
                groups: &groups,
                places: &places,
            };
            let mut outcome = decide(&situation);
            finish(&mut outcome, true, attempt);
            let decided: BTreeSet<GroupId> = { places.iter() }
                .filter(|place| place.state() == State::Going)
                .map(|place| place.group_id.clone())
                .collect();
            for group in &outcome.removes {
                assert!(decided.contains(group), "seed {seed}: nobody let {group} go");
                assert!(!wanted.contains(group), "seed {seed}: {group} is wanted");
            }
            let mut after = there(&places, attempt);
            after.extend(outcome.adds.iter().cloned());
            after.retain(|group| !outcome.removes.contains(group));
            assert_eq!(outcome.stays, after, "seed {seed}");
            removed.extend(outcome.removes.iter().cloned());
            places = outcome.places.clone();
            for place in &mut places {
                if outcome.adds.contains(&place.group_id) {
                    (place.confirmed_at, place.unsure_at) = (Some(now()), None);
                } else if outcome.removes.contains(&place.group_id) {
                    (place.confirmed_at, place.unsure_at) = (None, None);
                }
                if gate_is_open && outcome.undecided.contains(&place.group_id) {
                    place.state = State::Going.as_text().to_owned();
                }
            }
        }

        let there_now = there(&places, Attempt::None);
        assert!(there_now.is_superset(&wanted), "seed {seed}: {there_now:?}");
        for place in places.iter().filter(|place| !wanted.contains(&place.group_id)) {
            // H:106: Higher Logic keeps whoever does not sync any more as they are.
            let is_left = facts.as_ref().is_some_and(|facts| !syncs(platform, facts));
            let stays = platform == Platform::HigherLogic && is_left;
            let is_manager = place.state() == State::Manager;
            let waits = !gate_is_open && place.state().is_removal();
            let is_there = there_now.contains(&place.group_id);
            assert!(!is_there || stays || is_manager || waits, "seed {seed}: {place:?}");
        }
        if !gate_is_open {
            let going = first.iter().filter(|place| place.state() == State::Going);
            let going: BTreeSet<GroupId> = going.map(|place| place.group_id.clone()).collect();
            assert!(removed.is_subset(&going), "seed {seed}: {removed:?}");
        }
    }
}

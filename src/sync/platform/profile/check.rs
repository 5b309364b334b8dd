//! What a profile must not say: the mistakes that would only be noticed in the middle of a sync.

use std::ops::RangeInclusive;

use super::super::fields::Field;
use super::super::route::Route;
use super::{Calls, HigherLogicProfile, MobilizeProfile, NotAProfile, Profile};
use crate::outbound::call::Method;

pub fn profile(profile: &Profile) -> Result<(), NotAProfile> {
    calls(profile.calls())?;
    match profile {
        Profile::Mobilize(profile) => mobilize(profile),
        Profile::HigherLogic(profile) => higher_logic(profile),
    }
}

fn calls(calls: &Calls) -> Result<(), NotAProfile> {
    let retry = &calls.retry;
    within("per_second", u64::from(calls.per_second), 1..=1_000)?;
    within("per_minute", u64::from(calls.per_minute), 1..=60_000)?;
    within("max_in_flight", u64::from(calls.max_in_flight), 1..=16)?;
    within("tries", u64::from(retry.tries), 1..=100)?;
    within("base_ms", retry.base_ms, 1..=600_000)?;
    within("cap_ms", retry.cap_ms, retry.base_ms..=86_400_000)?;
    within("page_tries", u64::from(retry.page_tries), 1..=10)?;
    within("page_base_ms", retry.page_base_ms, 1..=60_000)?;
    if calls.hosts.is_empty() {
        return Err(NotAProfile("hosts names no host that may be called".to_owned()));
    }
    match calls.hosts.iter().find(|host| !is_host(host)) {
        Some(host) => Err(NotAProfile(format!(
            "{host} is not a host such as api.example.com or *.example.com"
        ))),
        None => Ok(()),
    }
}

/// `*.io` would be half the internet.
fn is_host(host: &str) -> bool {
    let (name, fewest) = host.strip_prefix("*.").map_or((host, 1), |domain| (domain, 2));
    let labels: Vec<&str> = name.split('.').collect();
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    labels.len() >= fewest
        && labels.iter().all(|label| !label.is_empty() && label.bytes().all(is_plain))
}

fn mobilize(profile: &MobilizeProfile) -> Result<(), NotAProfile> {
    // Pages overlap by one row, so a page of one would not get anywhere.
    within("page_size", u64::from(profile.page_size), 2..=1_000)?;
    if let Some(bulk) = &profile.bulk {
        within("max of bulk", u64::from(bulk.max), 1..=1_000)?;
    }
    keys(profile)?;
    let routes = &profile.routes;
    let reads = [
        (Some(&routes.groups), &[][..]),
        (Some(&routes.group), &["group_id"]),
        (Some(&routes.members), &["group_id"]),
        (routes.find_by_email.as_ref(), &[]),
        (Some(&routes.job), &["job_id"]),
    ];
    let changes = [
        (&routes.add, &["group_id"][..]),
        (&routes.remove, &["group_id", "user_id"]),
        (&routes.update, &["user_id"]),
        (&routes.bulk_add, &["group_id"]),
        (&routes.bulk_remove, &["group_id"]),
    ];
    for (read, places) in reads {
        let Some(read) = read else { continue };
        route(read, places, read.method == Method::Get, "is read, so its method is GET")?;
    }
    for (change, places) in changes {
        let may = change.method != Method::Get;
        route(change, places, may, "is changed, so its method is not GET")?;
    }
    Ok(())
}

fn keys(profile: &MobilizeProfile) -> Result<(), NotAProfile> {
    let keys = Field::ALL.map(|field| profile.fields.key(field));
    for (place, (field, key)) in Field::ALL.into_iter().zip(keys).enumerate() {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        if key.is_empty() || key.len() > 64 || !key.bytes().all(is_plain) {
            let name = super::WireKeys::assumed().key(field).to_owned();
            return Err(NotAProfile(format!("the key of {name} is not a plain word: {key:?}")));
        }
        if keys[..place].contains(&key) {
            return Err(NotAProfile(format!("two fields have the key {key}")));
        }
    }
    for (place, field) in profile.enabled.iter().enumerate() {
        if profile.enabled[..place].contains(field) {
            return Err(NotAProfile(format!("enabled names {} twice", profile.fields.key(*field))));
        }
    }
    Ok(())
}

fn higher_logic(profile: &HigherLogicProfile) -> Result<(), NotAProfile> {
    within("max_items", u64::from(profile.max_items), 1..=100)?;
    within("max_bytes", u64::from(profile.max_bytes), 10_000..=5_000_000)?;
    route(&profile.push, &[], profile.push.method == Method::Post, "is only ever POSTed")?;
    let types = [&profile.security_type, &profile.community_type];
    if types.iter().any(|name| name.trim().is_empty()) || types[0] == types[1] {
        let words = "security_type and community_type should be two names";
        return Err(NotAProfile(words.to_owned()));
    }
    Ok(())
}

fn route(route: &Route, places: &[&str], may: bool, words: &str) -> Result<(), NotAProfile> {
    match route.mistake(places) {
        Some(mistake) => Err(NotAProfile(mistake)),
        None if !may => Err(NotAProfile(format!("{} {words}", route.path))),
        None => Ok(()),
    }
}

fn within(name: &str, value: u64, range: RangeInclusive<u64>) -> Result<(), NotAProfile> {
    if range.contains(&value) {
        return Ok(());
    }
    let (least, most) = range.into_inner();
    Err(NotAProfile(format!("{name} should be from {least} to {most}, not {value}")))
}

//! How an SSO client does: sign-ins by day, and what failed, by reason.

pub mod pages;
mod store;
pub mod views;

use std::collections::BTreeMap;

use crate::associations::Site;
use crate::clock::Timestamp;
use crate::db::{self, Writer, rows};
use crate::id::ClientId;

const DAY_SECONDS: i64 = 24 * 3600;
/// Days are kept this long.
const KEPT_DAYS: i64 = 400;

/// Why a member did not get in, or the platform not on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// It asked for a redirect URL that is not on its list.
    RedirectUrl,
    /// It asked for a log-out URL that is not on its list.
    LogOutUrl,
    /// Its request was not one: a parameter is wrong or missing.
    Request,
    /// PKCE is required of it and was missing.
    Pkce,
    /// Its Secret Key is not one of those here.
    SecretKey,
    /// Its Secret Key has expired.
    SecretKeyExpired,
    /// It authenticated in another way than the pinned one.
    Method,
    /// Its signed assertion was refused.
    Assertion,
    /// The member is in none of the Permitted Groups.
    NotPermitted,
    /// The member did not want to share.
    Declined,
    /// Its code came too late.
    CodeExpired,
    /// Its code came a second time.
    CodeReplayed,
    /// Its code came with another redirect URL, or with a wrong proof.
    CodeMismatch,
    /// It presented a code, or a refresh token, that is unknown or another client's.
    CodeUnknown,
    /// A refresh token came again after its successor was used.
    RefreshReplayed,
    /// Its code or refresh token is of a log-in that has ended: by time, by the member, or by an admin.
    Ended,
    /// It is switched off.
    SwitchedOff,
}

impl Failure {
    pub const ALL: [Self; 17] = [
        Self::RedirectUrl,
        Self::LogOutUrl,
        Self::Request,
        Self::Pkce,
        Self::SecretKey,
        Self::SecretKeyExpired,
        Self::Method,
        Self::Assertion,
        Self::NotPermitted,
        Self::Declined,
        Self::CodeExpired,
        Self::CodeReplayed,
        Self::CodeMismatch,
        Self::CodeUnknown,
        Self::RefreshReplayed,
        Self::Ended,
        Self::SwitchedOff,
    ];

    pub fn as_text(self) -> &'static str {
        match self {
            Self::RedirectUrl => "redirect_url",
            Self::LogOutUrl => "log_out_url",
            Self::Request => "request",
            Self::Pkce => "pkce",
            Self::SecretKey => "secret_key",
            Self::SecretKeyExpired => "secret_key_expired",
            Self::Method => "method",
            Self::Assertion => "assertion",
            Self::NotPermitted => "not_permitted",
            Self::Declined => "declined",
            Self::CodeExpired => "code_expired",
            Self::CodeReplayed => "code_replayed",
            Self::CodeMismatch => "code_mismatch",
            Self::CodeUnknown => "code_unknown",
            Self::RefreshReplayed => "refresh_replayed",
            Self::Ended => "ended",
            Self::SwitchedOff => "switched_off",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|failure| failure.as_text() == text)
    }
}

rows! {
    pub struct Counted {
        pub outcome: String,
        pub times: i64,
        pub last_at: Timestamp,
    }

    pub struct SignIns {
        pub times: i64,
        pub last_at: Option<Timestamp>,
    }

    /// The same of one client among all.
    pub struct CountedOf {
        pub client_id: ClientId,
        pub outcome: String,
        pub times: i64,
    }

    pub struct SignInsOf {
        pub client_id: ClientId,
        pub times: i64,
    }
}

/// Today, which is the day in UTC.
pub struct Health {
    pub sign_ins: i64,
    pub last_sign_in_at: Option<Timestamp>,
    /// The most frequent first.
    pub failures: Vec<Failed>,
}

pub struct Failed {
    pub why: Failure,
    pub times: i64,
    pub last_at: Timestamp,
}

/// Counts a failure. A client that does not exist has none, so this says nothing of strangers.
pub async fn failed(site: &Site, client: &ClientId, why: Failure) -> Result<(), db::Error> {
    store::count_failure(site, client, day(site.now), why.as_text()).await
}

/// Counts sign-ins whose grants are about to be forgotten.
pub async fn signed_in(tx: &mut Writer, client: &ClientId, at: Timestamp) -> Result<(), db::Error> {
    store::count_sign_in(tx, client, day(at), at).await
}

pub async fn today(site: &Site, client: &ClientId) -> Result<Health, db::Error> {
    let (day, mut db) = (day(site.now), site.read());
    let counted = store::counted(&mut db, client, day).await?;
    let start = Timestamp::from_unix_seconds(day * DAY_SECONDS);
    let live = store::sign_ins_since(&mut db, client, start).await?;
    let mut health =
        Health { sign_ins: live.times, last_sign_in_at: live.last_at, failures: Vec::new() };
    for row in counted {
        match Failure::parse(&row.outcome) {
            Some(why) => {
                health.failures.push(Failed { why, times: row.times, last_at: row.last_at });
            }
            None => {
                health.sign_ins += row.times;
                health.last_sign_in_at = health.last_sign_in_at.max(Some(row.last_at));
            }
        }
    }
    Ok(health)
}

/// How today is for a client, in two numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    pub sign_ins: i64,
    /// Without those that a member chose.
    pub failures: i64,
}

/// Every client that somebody came by today.
pub async fn today_of_all(site: &Site) -> Result<BTreeMap<ClientId, Tally>, db::Error> {
    let (day, mut db) = (day(site.now), site.read());
    let mut all = BTreeMap::<ClientId, Tally>::new();
    for row in store::counted_of_all(&mut db, day).await? {
        let tally = all.entry(row.client_id).or_default();
        match Failure::parse(&row.outcome) {
            Some(Failure::Declined | Failure::Ended) => {}
            Some(_) => tally.failures += row.times,
            None => tally.sign_ins += row.times,
        }
    }
    let start = Timestamp::from_unix_seconds(day * DAY_SECONDS);
    for row in store::sign_ins_of_all(&mut db, start).await? {
        all.entry(row.client_id).or_default().sign_ins += row.times;
    }
    Ok(all)
}

/// Forgets up to `most` days that are long past.
pub async fn forget_old(site: &Site, most: i64) -> Result<usize, db::Error> {
    store::forget_days(site, day(site.now) - KEPT_DAYS, most).await
}

fn day(at: Timestamp) -> i64 {
    at.unix_seconds().div_euclid(DAY_SECONDS)
}

//! What slows down guessing, without ever locking anybody out (SECURITY.md 0.0 on 4.5).
//!
//! Tries for one login name from one place are spaced after five failures; an address has a number
//! of failures in ten minutes. A browser in which the member has signed in before has a place of its
//! own, so that somebody else's failures are not theirs (SEC-L12).

use super::store;
use crate::associations::Site;
use crate::clock::Timestamp;
use crate::db::{self, Writer, rows};
use crate::token::{Token, base64url, sha256};

const FREE_TRIES: i64 = 5;
const LONGEST_WAIT: i64 = 60;
/// Failures are counted together as long as they follow each other within this.
const NAME_WINDOW: i64 = 24 * 3600;
const ADDRESS_WINDOW: i64 = 600;
const CLIENT_WINDOW: i64 = 300;

rows! {
    pub struct Count {
        pub failures: i64,
        pub since: Timestamp,
        pub free_at: Timestamp,
    }
}

/// What one try is counted under.
pub struct Keys {
    name: String,
    address: Option<String>,
}

impl Keys {
    /// `known` is a device (or session) of this very login; then the address does not count.
    pub fn of(login_name: &str, address: &str, known: Option<&Token>) -> Self {
        let place = known.map_or(address, Token::expose);
        let name = [login_name.trim().to_lowercase().as_str(), place].join("\n");
        let address = known.is_none().then(|| format!("address {address}"));
        Self { name: format!("login {}", base64url(sha256(name))), address }
    }
}

/// Seconds until the next try is free, None if it is now.
pub async fn wait(site: &Site, keys: &Keys) -> Result<Option<i64>, db::Error> {
    let mut seconds = 0;
    if let Some(count) = store::throttle(&mut site.read(), &keys.name).await? {
        seconds = seconds.max(count.free_at.seconds_after(site.now));
    }
    if let (Some(key), Some(most)) = (&keys.address, site.app.settings.limits.failed_log_ins)
        && let Some(count) = store::throttle(&mut site.read(), key).await?
    {
        let end = count.since.plus_seconds(ADDRESS_WINDOW);
        if count.failures >= i64::from(most) {
            seconds = seconds.max(end.seconds_after(site.now));
        }
    }
    Ok((seconds > 0).then_some(seconds))
}

/// Counts a failure, before anybody is told of it.
pub async fn failed(site: &Site, keys: &Keys) -> Result<(), db::Error> {
    let failures = store::count_failure(site, &keys.name, since(site, NAME_WINDOW)).await?;
    if failures >= FREE_TRIES {
        let doubled = 1_i64 << (failures - FREE_TRIES).min(6);
        let free_at = site.now.plus_seconds(doubled.min(LONGEST_WAIT));
        store::space(site, &keys.name, free_at).await?;
    }
    if let Some(key) = &keys.address {
        store::count_failure(site, key, since(site, ADDRESS_WINDOW)).await?;
    }
    Ok(())
}

/// After a success the login's failures from this place count no more; the address's do.
pub async fn forget(tx: &mut Writer, keys: &Keys) -> Result<(), db::Error> {
    store::forget_throttle(tx, &keys.name).await
}

/// Counts a failed client authentication; answers the seconds to wait once there are too many. A
/// client with the right secret is never asked: guessing 256 bits is hopeless, being locked out by
/// a stranger who knows a Client Id is not.
pub async fn client_failed(
    site: &Site,
    client_id: &str,
    address: &str,
) -> Result<Option<i64>, db::Error> {
    let Some(most) = site.app.settings.limits.failed_client_authentications else {
        return Ok(None);
    };
    let key = format!("client {}", base64url(sha256([client_id, address].join("\n"))));
    let failures = store::count_failure(site, &key, since(site, CLIENT_WINDOW)).await?;
    Ok((failures > i64::from(most)).then_some(60))
}

/// Forgets counts that are older than every window.
pub async fn forget_old(site: &Site, most: i64) -> Result<usize, db::Error> {
    store::forget_throttles(site, since(site, NAME_WINDOW), most).await
}

fn since(site: &Site, window: i64) -> Timestamp {
    site.now.plus_seconds(-window)
}

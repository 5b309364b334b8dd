//! How an SSO client took it when it was told that somebody logged out: the last notices of its queue.

mod store;
pub mod views;

use crate::associations::Site;
use crate::clock::Timestamp;
use crate::db::{self, rows};
use crate::id::ClientId;

/// As many as an admin looks through.
const SHOWN: i64 = 5;

rows! {
    pub struct Notice {
        pub created_at: Timestamp,
        pub next_try_at: Option<Timestamp>,
        pub tries: i64,
        /// What came back, in the client's own words.
        pub answer: Option<String>,
        pub answered_at: Option<Timestamp>,
        pub done_at: Option<Timestamp>,
        pub given_up_at: Option<Timestamp>,
    }
}

/// The newest first.
pub async fn latest(site: &Site, client: &ClientId) -> Result<Vec<Notice>, db::Error> {
    store::latest(&mut site.read(), client, SHOWN).await
}

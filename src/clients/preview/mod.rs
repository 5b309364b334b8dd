//! What an SSO client would learn about a member: the admin's preview.

mod answers;
pub mod pages;
mod store;
pub mod views;

use crate::clock::Timestamp;
use crate::db::{self, Reader, rows};
use crate::id::MemberId;
use crate::members::Profile;

/// More are found with a longer search.
pub const MOST: i64 = 20;

rows! {
    /// A member whom a search found. Without a login there is no e-mail.
    pub struct Found {
        pub member_id: MemberId,
        pub first_name: String,
        pub last_name: String,
        pub email: Option<String>,
        pub deactivated_at: Option<Timestamp>,
        pub login_disabled_at: Option<Timestamp>,
    }
}

impl Found {
    pub fn name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name).trim().to_owned()
    }

    pub fn may_log_in(&self) -> bool {
        let is_out = self.deactivated_at.or(self.login_disabled_at).is_some();
        self.email.is_some() && !is_out
    }
}

/// By a part of the name or of the e-mail, in name order; one more than [`MOST`] when there are more.
pub async fn search(db: &mut Reader, wanted: &str) -> Result<Vec<Found>, db::Error> {
    let escaped = |text: &str| {
        let text = text.replace('!', "!!").replace('%', "!%").replace('_', "!_");
        format!("%{text}%")
    };
    // Only ASCII has a lower case in both databases.
    store::search(db, &escaped(&wanted.to_lowercase()), &escaped(wanted), MOST + 1).await
}

pub async fn find(db: &mut Reader, member: &MemberId) -> Result<Option<Found>, db::Error> {
    store::find(db, member).await
}

/// As claims are made of it; none without a login.
pub async fn profile(db: &mut Reader, member: &MemberId) -> Result<Option<Profile>, db::Error> {
    store::profile(db, member).await
}

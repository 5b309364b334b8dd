//! What an association knows of a member, as claims are made of it.

use super::{Details, KeptDetails};
use crate::clock::Timestamp;
use crate::db::rows;
use crate::id::MemberId;

rows! {
    #[derive(Debug, Clone)]
    pub struct Profile {
        pub member_id: MemberId,
        pub epoch: i64,
        pub first_name: String,
        pub last_name: String,
        pub job_title: Option<String>,
        pub phone: Option<String>,
        pub street: Option<String>,
        pub city: Option<String>,
        pub region: Option<String>,
        pub postal_code: Option<String>,
        pub country: Option<String>,
        pub member_status: Option<String>,
        pub admin_since: Option<Timestamp>,
        pub updated_at: Timestamp,
        pub details: Option<KeptDetails>,
        pub company_name: Option<String>,
        pub email: String,
        pub email_verified_at: Option<Timestamp>,
    }
}

impl Profile {
    pub fn name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name).trim().to_owned()
    }

    pub fn details(&self) -> Details {
        self.details.as_ref().map(KeptDetails::read).unwrap_or_default()
    }

    pub fn is_admin(&self) -> bool {
        self.admin_since.is_some()
    }
}

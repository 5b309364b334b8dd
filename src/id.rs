//! Typed ids. Those that others see are bare UUIDs; the prefix of the rest makes a stray one explain itself.

use std::fmt;
use std::str::FromStr;

/// The text is not an id of this kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a UUID such as 8c1f6a2e-4b7d-4f0e-9a53-2d6e7c90b1f4")]
pub struct NotAUuid(String);

macro_rules! ids {
    ($( $(#[$doc:meta])* $name:ident; )*) => { $(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        crate::db::column!($name: String);

        impl $name {
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )* };
}

macro_rules! uuids {
    ($( $(#[$doc:meta])* $name:ident; )*) => {
        ids! { $( $(#[$doc])* $name; )* }
        $(
        impl $name {
            pub fn random() -> Self {
                Self(crate::token::random_uuid())
            }

            /// What a request brought: it is only ever looked up.
            pub fn presented(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl FromStr for $name {
            type Err = NotAUuid;

            /// Any version, kept in lower case: records that come from elsewhere keep their ids.
            fn from_str(text: &str) -> Result<Self, NotAUuid> {
                match uuid::Uuid::try_parse(text) {
                    Ok(uuid) if text.len() == 36 => Ok(Self(uuid.to_string())),
                    _ => Err(NotAUuid(text.to_owned())),
                }
            }
        }
        )*
    };
}

macro_rules! prefixed {
    ($( $(#[$doc:meta])* $name:ident = $prefix:literal; )*) => {
        ids! { $( $(#[$doc])* $name; )* }
        $(
        impl $name {
            pub fn random() -> Self {
                Self(format!(concat!($prefix, "_{}"), crate::token::random_text()))
            }

            /// What a request brought: it is only ever looked up. What cannot be an id is none:
            /// PostgreSQL would refuse to look for some of it.
            pub fn presented(text: &str) -> Self {
                let possible = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
                Self(if possible { text } else { "none" }.to_owned())
            }
        }
        )*
    };
}

uuids! {
    /// A member's UniqueID; also the `sub` every platform sees. Never reused, never derived.
    MemberId;
    CompanyId;
    GroupId;
    /// A member's or a company's UniqueID, where both are meant.
    RecordId;
    /// A custom field's UniqueID; platforms know the field by it.
    FieldId;
    /// An automation tool that may write; stands in its URL, `/hooks/{connection}`.
    HookId;
    /// The "Client Id" an admin copies into the community platform.
    ClientId;
}

impl EventId {
    /// The same for the same words, so that what happens again is known again.
    pub fn made_of(words: &[&str]) -> Self {
        use crate::token::{base64url, sha256};
        Self(format!("event_{}", base64url(sha256(words.join("\n")))))
    }
}

prefixed! {
    /// One association hosted by this process.
    AssociationId = "assoc";
    /// A sign-in on its way; short-lived.
    SignInId = "signin";
    /// A log-out on its way; short-lived.
    LogOutId = "logout";
    /// One Secret Key of an SSO client.
    SecretId = "secret";
    /// What clients know a session by: the `sid` of OpenID Connect. It opens nothing.
    Sid = "sid";
    EventId = "event";
    /// What a sync would do, as it was shown and decided.
    PlanId = "plan";
    /// One full check of a linked group.
    RunId = "run";
    /// One thing that was sent to a platform.
    SentId = "sent";
}

impl From<MemberId> for RecordId {
    fn from(member: MemberId) -> Self {
        Self(member.0)
    }
}

impl From<CompanyId> for RecordId {
    fn from(company: CompanyId) -> Self {
        Self(company.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_imported_id_is_kept_in_lower_case_and_anything_else_is_refused() {
        let id: ClientId = "8C1F6A2E-4B7D-4F0E-9A53-2D6E7C90B1F4".parse().unwrap();
        assert_eq!(id.as_str(), "8c1f6a2e-4b7d-4f0e-9a53-2d6e7c90b1f4");
        for wrong in
            ["", "8c1f6a2e4b7d4f0e9a532d6e7c90b1f4", "{8c1f6a2e-4b7d-4f0e-9a53-2d6e7c90b1f4}", "x"]
        {
            assert!(wrong.parse::<ClientId>().is_err(), "{wrong}");
        }
    }
}

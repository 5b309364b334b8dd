//! What is kept of everybody whom a platform lists, while it is compared.

use super::super::plan::There;
use super::super::platform::Fields;
use super::super::platform::mobilize::{Member, Role, Row};

/// A member there, as small as can be: a listing may hold a hundred thousand of them.
pub struct Listed {
    remote_id: Box<str>,
    email: Option<Box<str>>,
    role: Role,
    is_in: bool,
    /// The name and the fields, which are looked at for a few at a time.
    packed: Box<str>,
}

impl Listed {
    pub fn of(member: Member) -> Self {
        let is_in = member.is_accepted();
        let packed = serde_json::to_string(&(&member.name, &member.fields));
        Self {
            remote_id: member.remote_id.into(),
            email: member.email.map(Into::into),
            role: member.role,
            is_in,
            packed: packed.expect("names are text").into(),
        }
    }

    /// As they were listed, but for the word for their standing.
    pub fn member(&self) -> Member {
        let packed: Result<(String, Fields), _> = serde_json::from_str(&self.packed);
        let (name, fields) = packed.expect("it was packed here");
        Member {
            remote_id: self.remote_id.to_string(),
            email: self.email.as_deref().map(str::to_owned),
            name,
            fields,
            role: self.role,
            status: None,
        }
    }
}

impl Row for Listed {
    fn id(&self) -> &str {
        &self.remote_id
    }
}

impl There for Listed {
    fn remote_id(&self) -> &str {
        &self.remote_id
    }

    fn email(&self) -> Option<&str> {
        self.email.as_deref()
    }

    fn is_manager(&self) -> bool {
        self.role != Role::Member
    }

    fn is_in(&self) -> bool {
        self.is_in
    }
}

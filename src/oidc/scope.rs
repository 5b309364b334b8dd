//! Scopes: what a client may learn (RFC 6749 §3.3, OpenID Connect Core §5.4, DEC19).

use std::fmt;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    Openid,
    Profile,
    Email,
    Address,
    Phone,
    Groups,
    /// A refresh token: the client may look again while the member is away (§11).
    OfflineAccess,
}

impl Scope {
    pub const ALL: [Self; 7] = [
        Self::Openid,
        Self::Profile,
        Self::Email,
        Self::Address,
        Self::Phone,
        Self::Groups,
        Self::OfflineAccess,
    ];

    pub fn as_text(self) -> &'static str {
        match self {
            Self::Openid => "openid",
            Self::Profile => "profile",
            Self::Email => "email",
            Self::Address => "address",
            Self::Phone => "phone",
            Self::Groups => "groups",
            Self::OfflineAccess => "offline_access",
        }
    }
}

/// The scopes granted: those asked for that we know. "Scope values used that are not understood by
/// an implementation SHOULD be ignored" (OpenID Connect Core §3.1.2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scopes(u8);

impl Scopes {
    /// Nothing asked for is plain OAuth 2.0 with its usual `profile` (PLATFORMS.md 2.3).
    pub fn requested(asked: Option<&str>) -> Self {
        match asked {
            Some(asked) => Self::parse(asked),
            None => Self::of(&[Scope::Profile]),
        }
    }

    pub fn parse(text: &str) -> Self {
        let mut scopes = Self(0);
        for word in text.split(' ') {
            if let Some(scope) = Scope::ALL.into_iter().find(|scope| scope.as_text() == word) {
                scopes.0 |= 1 << scope as u8;
            }
        }
        scopes
    }

    pub fn of(scopes: &[Scope]) -> Self {
        Self(scopes.iter().fold(0, |all, scope| all | 1 << *scope as u8))
    }

    pub fn has(self, scope: Scope) -> bool {
        self.0 & (1 << scope as u8) != 0
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let granted = Scope::ALL.into_iter().filter(|scope| self.has(*scope));
        for (place, scope) in granted.enumerate() {
            if place > 0 {
                f.write_str(" ")?;
            }
            f.write_str(scope.as_text())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_scopes_are_ignored_and_none_means_profile() {
        let scopes = Scopes::requested(Some("groups openid sing offline_access openid"));
        assert_eq!(scopes.to_string(), "openid groups offline_access");
        assert_eq!(Scopes::requested(None).to_string(), "profile");
        assert_eq!(Scopes::parse(&scopes.to_string()), scopes);
    }
}

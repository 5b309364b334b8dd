//! The kinds of things that happen, each with the word that is kept and what it is about.

/// What an event is about, as the filter of the Events page asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Topic {
    /// People, companies, groups, custom fields, and log-ins: what platforms may have to hear of.
    Records,
    LogIns,
    Settings,
    Sync,
    Security,
}

impl Topic {
    pub const ALL: [Self; 5] =
        [Self::Records, Self::LogIns, Self::Settings, Self::Sync, Self::Security];

    /// As it stands in an address.
    pub fn as_text(self) -> &'static str {
        match self {
            Self::Records => "records",
            Self::LogIns => "log-ins",
            Self::Settings => "settings",
            Self::Sync => "sync",
            Self::Security => "security",
        }
    }

    pub fn of_text(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|topic| topic.as_text() == text)
    }
}

macro_rules! kinds {
    ($($kind:ident = $text:literal, $topic:ident;)*) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Kind {
            $($kind,)*
        }

        impl Kind {
            pub const ALL: &[Kind] = &[$(Kind::$kind,)*];

            pub fn as_text(self) -> &'static str {
                match self {
                    $(Self::$kind => $text,)*
                }
            }

            pub fn topic(self) -> Topic {
                match self {
                    $(Self::$kind => Topic::$topic,)*
                }
            }
        }
    };
}

kinds! {
    AssociationAdded = "association.added", Settings;
    AssociationSetUp = "association.set_up", Settings;
    AssociationChanged = "association.changed", Settings;
    IssuerChanged = "association.issuer_changed", Settings;
    MoveFinished = "association.move_finished", Settings;
    StagingChanged = "association.staging_changed", Sync;
    SigningKeyMade = "signing_key.made", Security;
    SigningKeyActivated = "signing_key.activated", Security;
    MemberAdded = "member.added", Records;
    MemberChanged = "member.changed", Records;
    MemberDeactivated = "member.deactivated", Records;
    MemberReactivated = "member.reactivated", Records;
    PasswordChanged = "member.password_changed", Security;
    LoginAdded = "login.added", Records;
    LoginEmailChanged = "login.email_changed", Records;
    LoginDisabled = "login.disabled", Records;
    LoginEnabled = "login.enabled", Records;
    CompanyAdded = "company.added", Records;
    CompanyChanged = "company.changed", Records;
    CompanyDeactivated = "company.deactivated", Records;
    CompanyReactivated = "company.reactivated", Records;
    CustomFieldAdded = "custom_field.added", Records;
    CustomFieldChanged = "custom_field.changed", Records;
    CustomFieldDeleted = "custom_field.deleted", Records;
    GroupAdded = "group.added", Records;
    GroupChanged = "group.changed", Records;
    GroupDeleted = "group.deleted", Records;
    GroupMemberAdded = "group.member_added", Records;
    GroupMemberRemoved = "group.member_removed", Records;
    ClientAdded = "client.added", Settings;
    ClientChanged = "client.changed", Settings;
    ClientDisabled = "client.disabled", Settings;
    ClientEnabled = "client.enabled", Settings;
    ClientDeleted = "client.deleted", Settings;
    SecretKeyShown = "client.secret_key_shown", Security;
    SecretKeyReplaced = "client.secret_key_replaced", Security;
    SecretKeyRemoved = "client.secret_key_removed", Security;
    SignedIn = "login.succeeded", LogIns;
    SignedOut = "login.ended", LogIns;
    SignedOutEverywhere = "login.ended_everywhere", LogIns;
    ConsentGiven = "consent.given", LogIns;
    ConsentWithdrawn = "consent.withdrawn", LogIns;
    CodeReplayed = "grant.code_replayed", Security;
    CodeOfAnotherClient = "grant.code_of_another_client", Security;
    RefreshReplayed = "grant.refresh_token_replayed", Security;
    RefreshOfAnotherClient = "grant.refresh_token_of_another_client", Security;
    SessionOfAnotherAssociation = "session.of_another_association", Security;
    IntegrationSaved = "integration.saved", Sync;
    IntegrationProved = "integration.tested", Sync;
    IntegrationRemoved = "integration.removed", Sync;
    IntegrationPaused = "integration.paused", Sync;
    IntegrationResumed = "integration.resumed", Sync;
    IntegrationStopped = "integration.stopped", Sync;
    GroupLinked = "sync.linked", Sync;
    GroupUnlinked = "sync.unlinked", Sync;
    SyncChecked = "sync.checked", Sync;
    SyncFailed = "sync.failed", Sync;
    RemovalsHeld = "sync.held", Sync;
    RemovalsReleased = "sync.released", Sync;
    RemovalsDiscarded = "sync.discarded", Sync;
    RemovalsStopped = "sync.stopped", Sync;
    MembersRestored = "sync.restored", Sync;
    RemovalAsked = "sync.removal_asked", Sync;
    MemberKept = "sync.member_kept", Sync;
    MemberHandedBack = "sync.member_handed_back", Sync;
    DatabaseReleased = "sync.database_released", Sync;
    HookAdded = "hook.added", Settings;
    HookClosed = "hook.closed", Settings;
    HookSecretReplaced = "hook.secret_replaced", Security;
    HookChanged = "hook.changed_member", Records;
    HookQuarantined = "hook.quarantined", Security;
    HookReleased = "hook.released", Security;
    HookDiscarded = "hook.discarded", Security;
}

impl Kind {
    pub fn of_text(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_text() == text)
    }

    /// Somebody should look at it: an attack that failed, or work that stopped.
    pub fn is_problem(self) -> bool {
        matches!(
            self,
            Self::CodeReplayed
                | Self::CodeOfAnotherClient
                | Self::RefreshReplayed
                | Self::RefreshOfAnotherClient
                | Self::SessionOfAnotherAssociation
                | Self::IntegrationStopped
                | Self::SyncFailed
                | Self::RemovalsHeld
                | Self::HookQuarantined
        )
    }

    /// Whether subscribers hear of it: it may change who is in a group, or what is known of somebody.
    pub fn concerns_records(self) -> bool {
        self.topic() == Topic::Records || self == Self::SignedIn
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_word_of_its_own() {
        for kind in Kind::ALL {
            assert_eq!(Kind::of_text(kind.as_text()), Some(*kind));
        }
        assert_eq!(Kind::of_text("nothing"), None);
        for topic in Topic::ALL {
            assert_eq!(Topic::of_text(topic.as_text()), Some(topic));
            assert!(Kind::ALL.iter().any(|kind| kind.topic() == topic));
        }
    }
}

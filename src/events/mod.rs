//! What happened to whom, appended in the transaction of the change.

mod store;

use serde::Serialize;

use crate::clock::Timestamp;
use crate::db::{self, Reader, Writer};
use crate::id::{EventId, MemberId};
use crate::vault::{Place, Vault};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    Member(MemberId),
    CommandLine,
    /// The holder of the one-time set-up link.
    SetUp,
    /// The server itself, on its timer.
    System,
}

impl Actor {
    fn as_text(&self) -> &str {
        match self {
            Self::Member(member) => member.as_str(),
            Self::CommandLine => "command line",
            Self::SetUp => "set-up link",
            Self::System => "system",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    AssociationAdded,
    AssociationSetUp,
    IssuerChanged,
    SigningKeyMade,
    SigningKeyActivated,
    MemberAdded,
    MemberDeactivated,
    MemberReactivated,
    PasswordChanged,
    GroupAdded,
    GroupMemberAdded,
    GroupMemberRemoved,
    ClientAdded,
    ClientChanged,
    ClientDisabled,
    ClientEnabled,
    ClientDeleted,
    SecretKeyShown,
    SecretKeyReplaced,
    SecretKeyRemoved,
    SignedIn,
    SignedOut,
    SignedOutEverywhere,
    ConsentGiven,
    ConsentWithdrawn,
    CodeReplayed,
    CodeOfAnotherClient,
    RefreshReplayed,
    RefreshOfAnotherClient,
    SessionOfAnotherAssociation,
}

impl Kind {
    pub fn as_text(self) -> &'static str {
        match self {
            Self::AssociationAdded => "association.added",
            Self::AssociationSetUp => "association.set_up",
            Self::IssuerChanged => "association.issuer_changed",
            Self::SigningKeyMade => "signing_key.made",
            Self::SigningKeyActivated => "signing_key.activated",
            Self::MemberAdded => "member.added",
            Self::MemberDeactivated => "member.deactivated",
            Self::MemberReactivated => "member.reactivated",
            Self::PasswordChanged => "member.password_changed",
            Self::GroupAdded => "group.added",
            Self::GroupMemberAdded => "group.member_added",
            Self::GroupMemberRemoved => "group.member_removed",
            Self::ClientAdded => "client.added",
            Self::ClientChanged => "client.changed",
            Self::ClientDisabled => "client.disabled",
            Self::ClientEnabled => "client.enabled",
            Self::ClientDeleted => "client.deleted",
            Self::SecretKeyShown => "client.secret_key_shown",
            Self::SecretKeyReplaced => "client.secret_key_replaced",
            Self::SecretKeyRemoved => "client.secret_key_removed",
            Self::SignedIn => "login.succeeded",
            Self::SignedOut => "login.ended",
            Self::SignedOutEverywhere => "login.ended_everywhere",
            Self::ConsentGiven => "consent.given",
            Self::ConsentWithdrawn => "consent.withdrawn",
            Self::CodeReplayed => "grant.code_replayed",
            Self::CodeOfAnotherClient => "grant.code_of_another_client",
            Self::RefreshReplayed => "grant.refresh_token_replayed",
            Self::RefreshOfAnotherClient => "grant.refresh_token_of_another_client",
            Self::SessionOfAnotherAssociation => "session.of_another_association",
        }
    }
}

/// `details` (before, after, names) are sealed: they may name people, and secrets never belong in
/// them. `subject` is an id.
pub async fn record(
    tx: &mut Writer,
    vault: &Vault,
    kind: Kind,
    actor: &Actor,
    subject: &str,
    details: &impl Serialize,
) -> Result<(), db::Error> {
    record_as(tx, vault, &EventId::random(), kind, actor, subject, details).await
}

/// As one particular event: what goes on happening is recorded once.
pub async fn record_as(
    tx: &mut Writer,
    vault: &Vault,
    id: &EventId,
    kind: Kind,
    actor: &Actor,
    subject: &str,
    details: &impl Serialize,
) -> Result<(), db::Error> {
    let details = serde_json::to_vec(details).expect("details are text, numbers and lists of them");
    let place = Place { table: "events", column: "details", row: id.as_str() };
    let sealed = vault.seal(&tx.association().clone(), &place, &details);
    store::insert(tx, id, kind, actor.as_text(), subject, &sealed).await
}

/// Who did the last of these things to a subject: a member's id, or the words for one that is not a
/// member.
pub async fn last_actor(
    db: &mut Reader,
    subject: &str,
    kinds: [Kind; 4],
) -> Result<Option<String>, db::Error> {
    store::last_actor(db, subject, kinds).await
}

/// When the newest one happened.
pub async fn latest(db: &mut Reader) -> Result<Option<Timestamp>, db::Error> {
    store::latest(db).await
}

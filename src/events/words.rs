//! What an event says to a person: a sentence in which the names are links, before and after.

use super::told::{By, Thing, Told, What};
use super::{Change, Kind};
use crate::clock::Timestamp;
use crate::web::locale::Locale;

/// One event as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// For software: `2027-01-15T08:00:00Z`.
    pub at: String,
    /// For people: "today at 9:12".
    pub when: String,
    pub is_problem: bool,
    pub what: Vec<Piece>,
    pub changes: Vec<Changed>,
    pub note: Option<String>,
    pub who: String,
}

/// A part of the sentence; a name leads to what it names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    pub text: String,
    pub url: Option<String>,
}

/// One field, before and after. Blank is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    pub field: String,
    pub before: Option<String>,
    pub after: Option<String>,
}

/// Stand in a sentence where names belong, until it is cut up there. No text of ours holds them.
const SUBJECT: char = '\u{e000}';
const OBJECT: char = '\u{e001}';

impl Line {
    pub fn of(told: &Told, locale: Locale, now: Timestamp) -> Self {
        Self {
            at: told.event.at.to_string(),
            when: locale.moment(told.event.at, now),
            is_problem: told.kind.is_some_and(Kind::is_problem),
            what: sentence(told, locale),
            changes: told.changes.iter().map(|change| changed(change, locale)).collect(),
            note: note(told, locale),
            who: match &told.by {
                By::Member(name) => name.clone(),
                By::CommandLine => locale.text("event-by-command-line", &[]),
                By::SetUp => locale.text("event-by-set-up", &[]),
                By::System => locale.text("event-by-system", &[]),
            },
        }
    }

    /// The sentence without its links.
    pub fn words(&self) -> String {
        self.what.iter().map(|piece| &*piece.text).collect()
    }
}

pub fn lines(told: &[Told], locale: Locale, now: Timestamp) -> Vec<Line> {
    told.iter().map(|told| Line::of(told, locale, now)).collect()
}

impl Changed {
    /// In one line, for tables of text.
    pub fn words(&self, locale: Locale) -> String {
        let nothing = locale.text("event-nothing", &[]);
        let value = |value: &Option<String>| value.clone().unwrap_or_else(|| nothing.clone());
        let (before, after) = (value(&self.before), value(&self.after));
        let args = [
            ("field", (&self.field).into()),
            ("before", (&before).into()),
            ("after", (&after).into()),
        ];
        locale.text("event-change", &args)
    }
}

fn sentence(told: &Told, locale: Locale) -> Vec<Piece> {
    // A newer release wrote it; its word says more than nothing.
    let Some(kind) = told.kind else {
        return vec![Piece { text: told.event.kind.clone(), url: None }];
    };
    let (subject, object) = (SUBJECT.to_string(), OBJECT.to_string());
    let args = [("subject", (&subject).into()), ("object", (&object).into())];
    let text = locale.text(key(kind), &args);
    let mut pieces = Vec::new();
    let mut rest = &*text;
    while let Some(at) = rest.find([SUBJECT, OBJECT]) {
        let (words, marked) = rest.split_at(at);
        let thing = match marked.chars().next() {
            Some(SUBJECT) => Some(&told.subject),
            _ => told.object.as_ref(),
        };
        if !words.is_empty() {
            pieces.push(Piece { text: words.to_owned(), url: None });
        }
        pieces.push(thing.map_or_else(
            || Piece { text: locale.text("event-somebody", &[]), url: None },
            |thing| Piece { text: name(thing, locale), url: link(thing) },
        ));
        rest = &marked[SUBJECT.len_utf8()..];
    }
    if !rest.is_empty() {
        pieces.push(Piece { text: rest.to_owned(), url: None });
    }
    pieces
}

fn note(told: &Told, locale: Locale) -> Option<String> {
    let called = told.called.as_ref();
    let called = called.map(|name| locale.text("event-called", &[("name", name.into())]));
    called.or_else(|| told.note.clone())
}

fn name(thing: &Thing, locale: Locale) -> String {
    match &*thing.name {
        "mobilize" => locale.text("event-platform-mobilize", &[]),
        "forj" => locale.text("event-platform-forj", &[]),
        "higher_logic" => locale.text("event-platform-higher-logic", &[]),
        name => name.to_owned(),
    }
}

/// Where an admin looks at a thing.
pub fn link(thing: &Thing) -> Option<String> {
    let base = match thing.what {
        _ if thing.is_gone => return None,
        What::Person | What::Company => "/admin/members",
        What::Group => "/admin/groups",
        What::Client => "/admin/sso-clients",
        What::Hook => "/admin/settings/hooks",
        What::Field | What::Other => return None,
    };
    Some(format!("{base}/{}", thing.id))
}

fn changed(change: &Change, locale: Locale) -> Changed {
    let value = |value: &Option<String>| {
        let value = value.as_deref()?;
        Some(if value == "yes" { locale.text("event-yes", &[]) } else { value.to_owned() })
    };
    let field = field(&change.field).map(|key| locale.text(key, &[]));
    Changed {
        // What the association itself added is called as it called it.
        field: field.unwrap_or_else(|| {
            change.field.strip_prefix("custom.").unwrap_or(&change.field).replace('_', " ")
        }),
        before: value(&change.before),
        after: value(&change.after),
    }
}

fn field(name: &str) -> Option<&'static str> {
    Some(match name {
        "name" => "field-name",
        "visible_to_clients" => "event-field-visible-to-clients",
        "redirect_urls" => "event-field-redirect-urls",
        "post_logout_urls" => "event-field-post-logout-urls",
        "backchannel_logout_url" => "event-field-backchannel-logout-url",
        "permitted_groups" => "event-field-permitted-groups",
        "consent" => "event-field-consent",
        "auth_method" => "event-field-auth-method",
        "keys" => "event-field-keys",
        "requires_pkce" => "event-field-requires-pkce",
        "has_lean_id_token" => "event-field-has-lean-id-token",
        "has_legacy_sso" => "event-field-has-legacy-sso",
        "is_machine" => "event-field-is-machine",
        "resource_url" => "event-field-resource-url",
        "first_name" => "field-first-name",
        "last_name" => "field-last-name",
        "job_title" => "field-job-title",
        "email" => "field-email",
        "contact_email" => "field-contact-email",
        "login_email" => "field-login-email",
        "phone" => "field-phone",
        "website" => "field-website",
        "company" => "field-company",
        "street" => "field-street",
        "city" => "field-city",
        "region" => "field-region",
        "postal_code" => "field-postal-code",
        "country" => "field-country",
        "member_status" => "field-member-status",
        "label" => "event-field-label",
        "kind" => "event-field-kind",
        "key" => "event-field-key",
        "shown" => "event-field-shown",
        "higher_logic" => "event-field-higher-logic",
        "bio" => "field-bio",
        "picture" => "field-picture",
        "facebook" => "field-facebook",
        "linkedin" => "field-linkedin",
        "twitter" => "field-twitter",
        "youtube" => "field-youtube",
        "instagram" => "field-instagram",
        "go_ahead" => "integrations-go-ahead",
        "email_in_step" => "integrations-email",
        "admin" => "event-field-admin",
        _ => return None,
    })
}

fn key(kind: Kind) -> &'static str {
    match kind {
        Kind::AssociationAdded => "event-association-added",
        Kind::AssociationChanged => "event-association-changed",
        Kind::AssociationSetUp => "event-association-set-up",
        Kind::IssuerChanged => "event-association-issuer-changed",
        Kind::MoveFinished => "event-association-move-finished",
        Kind::StagingChanged => "event-association-staging-changed",
        Kind::SigningKeyMade => "event-signing-key-made",
        Kind::SigningKeyActivated => "event-signing-key-activated",
        Kind::MemberAdded => "event-member-added",
        Kind::MemberChanged => "event-member-changed",
        Kind::MemberDeactivated => "event-member-deactivated",
        Kind::MemberReactivated => "event-member-reactivated",
        Kind::PasswordChanged => "event-member-password-changed",
        Kind::LoginAdded => "event-login-added",
        Kind::LoginEmailChanged => "event-login-email-changed",
        Kind::LoginDisabled => "event-login-disabled",
        Kind::LoginEnabled => "event-login-enabled",
        Kind::CompanyAdded => "event-company-added",
        Kind::CompanyChanged => "event-company-changed",
        Kind::CompanyDeactivated => "event-company-deactivated",
        Kind::CompanyReactivated => "event-company-reactivated",
        Kind::CustomFieldAdded => "event-custom-field-added",
        Kind::CustomFieldChanged => "event-custom-field-changed",
        Kind::CustomFieldDeleted => "event-custom-field-deleted",
        Kind::GroupAdded => "event-group-added",
        Kind::GroupChanged => "event-group-changed",
        Kind::GroupDeleted => "event-group-deleted",
        Kind::GroupMemberAdded => "event-group-member-added",
        Kind::GroupMemberRemoved => "event-group-member-removed",
        Kind::ClientAdded => "event-client-added",
        Kind::ClientChanged => "event-client-changed",
        Kind::ClientDisabled => "event-client-disabled",
        Kind::ClientEnabled => "event-client-enabled",
        Kind::ClientDeleted => "event-client-deleted",
        Kind::SecretKeyShown => "event-client-secret-key-shown",
        Kind::SecretKeyReplaced => "event-client-secret-key-replaced",
        Kind::SecretKeyRemoved => "event-client-secret-key-removed",
        Kind::SignedIn => "event-login-succeeded",
        Kind::SignedOut => "event-login-ended",
        Kind::SignedOutEverywhere => "event-login-ended-everywhere",
        Kind::ConsentGiven => "event-consent-given",
        Kind::ConsentWithdrawn => "event-consent-withdrawn",
        Kind::CodeReplayed => "event-grant-code-replayed",
        Kind::CodeOfAnotherClient => "event-grant-code-of-another-client",
        Kind::RefreshReplayed => "event-grant-refresh-token-replayed",
        Kind::RefreshOfAnotherClient => "event-grant-refresh-token-of-another-client",
        Kind::SessionOfAnotherAssociation => "event-session-of-another-association",
        Kind::IntegrationSaved => "event-integration-saved",
        Kind::IntegrationProved => "event-integration-tested",
        Kind::IntegrationRemoved => "event-integration-removed",
        Kind::IntegrationPaused => "event-integration-paused",
        Kind::IntegrationResumed => "event-integration-resumed",
        Kind::IntegrationStopped => "event-integration-stopped",
        Kind::GroupLinked => "event-sync-linked",
        Kind::GroupUnlinked => "event-sync-unlinked",
        Kind::SyncChecked => "event-sync-checked",
        Kind::SyncFailed => "event-sync-failed",
        Kind::RemovalsHeld => "event-sync-held",
        Kind::RemovalsReleased => "event-sync-released",
        Kind::RemovalsDiscarded => "event-sync-discarded",
        Kind::RemovalsStopped => "event-sync-stopped",
        Kind::MembersRestored => "event-sync-restored",
        Kind::RemovalAsked => "event-sync-removal-asked",
        Kind::MemberKept => "event-sync-member-kept",
        Kind::MemberHandedBack => "event-sync-member-handed-back",
        Kind::DatabaseReleased => "event-sync-database-released",
        Kind::HookAdded => "event-hook-added",
        Kind::HookClosed => "event-hook-closed",
        Kind::HookSecretReplaced => "event-hook-secret-replaced",
        Kind::HookChanged => "event-hook-changed-member",
        Kind::HookQuarantined => "event-hook-quarantined",
        Kind::HookReleased => "event-hook-released",
        Kind::HookDiscarded => "event-hook-discarded",
    }
}

#[cfg(test)]
mod tests {
    use super::super::views::samples::told;
    use super::*;

    #[test]
    fn every_kind_has_a_sentence_that_names_whom_it_is_about() {
        let locale = Locale::english();
        for kind in Kind::ALL {
            let line = Line::of(&told(*kind), locale, Timestamp::from_unix_seconds(0));
            let words = line.words();
            let expected = format!("event-{}", kind.as_text().replace(['.', '_'], "-"));
            assert_eq!(key(*kind), expected);
            assert!(!words.contains([SUBJECT, OBJECT]) && !words.ends_with('.'), "{words}");
        }
    }

    #[test]
    fn a_name_in_a_sentence_leads_to_what_it_names_while_that_is_there() {
        let mut told = told(Kind::GroupMemberAdded);
        let there = Line::of(&told, Locale::english(), told.event.at);
        told.subject.is_gone = true;
        let gone = Line::of(&told, Locale::english(), told.event.at);

        assert_eq!(there.words(), "Marta Lindqvist was added to Safety Committee");
        let links: Vec<_> = there.what.iter().filter_map(|piece| piece.url.as_deref()).collect();
        assert_eq!(links, ["/admin/members/m-1", "/admin/groups/g-1"]);
        let links: Vec<_> = gone.what.iter().filter_map(|piece| piece.url.as_deref()).collect();
        assert_eq!(links, ["/admin/members/m-1"]);
    }

    #[test]
    fn a_change_names_its_field_and_says_yes_and_nothing() {
        let locale = Locale::english();
        let change = |field: &str, before: Option<&str>, after: Option<&str>| {
            changed(&Change::of(field, before, after).unwrap(), locale).words(locale)
        };

        let title = change("job_title", Some("Foreman"), Some("Owner"));
        let visible = change("visible_to_clients", None, Some("yes"));
        let custom = change("custom.shirt_size", Some("L"), None);

        assert_eq!(title, "Job title: Foreman becomes Owner");
        assert_eq!(visible, "Visible to SSO clients: nothing becomes yes");
        assert_eq!(custom, "shirt size: L becomes nothing");
    }
}

//! What every page is given: its language, its association, who looks at it, and its addresses.

use axum::response::Html;

use super::assets;
use super::locale::{Arg, Locale, Rich};
use crate::associations::Site;

/// The frame around every page. Templates ask it for texts (`t`, `rich`) and for addresses.
pub struct Page {
    pub locale: Locale,
    pub association: Brand,
    pub viewer: Option<Viewer>,
    pub here: Here,
    /// Every form on the page carries it (see `token` in fields.html).
    pub form_token: String,
    pub toast: Option<Toast>,
}

/// How an association presents itself.
#[derive(Clone)]
pub struct Brand {
    pub name: String,
    /// One or two letters, for the mark.
    pub initials: String,
    /// Six hexadecimal digits, like `0b5f6b`.
    pub colour: Option<String>,
    pub help_email: Option<String>,
    pub help_phone: Option<String>,
}

/// Who is logged in.
#[derive(Debug, Clone)]
pub struct Viewer {
    pub name: String,
    pub is_admin: bool,
}

/// The entry of a menu that leads to this page.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Here {
    Members,
    Groups,
    Connect,
    Events,
    SsoClients,
    Settings,
    Account,
    Elsewhere,
}

/// What just went well, told once on the next page. Its code travels in the flash cookie, so that
/// no text ever comes from a cookie.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Toast {
    Saved,
    ClientAdded,
    ClientDeleted,
    ClientSwitchedOff,
    ClientSwitchedOn,
    SecretReplaced,
    SecretRemoved,
    PasswordChanged,
    LoggedOutEverywhere,
    SharingStopped,
    SetUpDone,
    GroupAdded,
    GroupDeleted,
    RecordsAdded,
    RecordsRemoved,
    RecordAdded,
    RecordDeactivated,
    RecordReactivated,
    RecordLoggedOut,
    LoginDisabled,
    LoginEnabled,
    FieldDeleted,
    GroupLinked,
    GroupUnlinked,
    SyncAsked,
    RemovalsReleased,
    RemovalsDiscarded,
    RemovalsStopped,
    MembersRestored,
    SavedUntested,
    IntegrationPaused,
    IntegrationResumed,
    IntegrationDisconnected,
    EverythingMoved,
    HookClosed,
    HookReleased,
    HookDiscarded,
}

impl Page {
    /// A page of this association that nobody is logged in on.
    pub fn bare(site: &Site, locale: Locale) -> Self {
        let association = &site.association;
        let brand = Brand {
            name: association.name.clone(),
            initials: initials(&association.name),
            colour: association.colour.clone(),
            help_email: association.help_email.clone(),
            help_phone: association.help_phone.clone(),
        };
        Page { locale, ..Page::homeless(brand) }
    }

    /// In English, for nobody in particular.
    pub fn homeless(association: Brand) -> Self {
        Page {
            locale: Locale::english(),
            association,
            viewer: None,
            here: Here::Elsewhere,
            form_token: String::new(),
            toast: None,
        }
    }

    /// The language of the page, for the `lang` attribute.
    pub fn language(&self) -> String {
        self.locale.tag()
    }

    pub fn t(&self, key: &str) -> String {
        self.locale.text(key, &[])
    }

    pub fn t1<'a>(&self, key: &str, name: &str, value: impl Into<Arg<'a>>) -> String {
        self.locale.text(key, &[(name, value.into())])
    }

    pub fn rich(&self, key: &str) -> Rich {
        self.locale.rich(key, &[])
    }

    pub fn rich1<'a>(&self, key: &str, name: &str, value: impl Into<Arg<'a>>) -> Rich {
        self.locale.rich(key, &[(name, value.into())])
    }

    pub fn asset(&self, name: &str) -> String {
        assets::url(name)
    }

    /// The association's colour as a style sheet, if it has one.
    pub fn brand_css(&self) -> Option<String> {
        self.association.colour.as_deref().map(assets::brand_url)
    }

    pub fn is(&self, here: &str) -> bool {
        match self.here {
            Here::Members => here == "members",
            Here::Groups => here == "groups",
            Here::Connect => here == "connect",
            Here::Events => here == "events",
            Here::Settings => here == "settings",
            Here::SsoClients => here == "sso-clients",
            Here::Account => here == "account",
            Here::Elsewhere => false,
        }
    }

    pub fn by_admin(&self) -> bool {
        self.viewer.as_ref().is_some_and(|viewer| viewer.is_admin)
    }

    /// A stretch of time to wait, like "20 seconds".
    pub fn wait(&self, seconds: i64) -> String {
        match seconds {
            ..90 => self.t1("wait-seconds", "number", seconds.max(1)),
            _ => self.t1("wait-minutes", "number", (seconds + 59) / 60),
        }
    }

    /// Whom members may ask, and how, as one sentence; nothing where the association named nobody.
    pub fn contact(&self) -> Option<Rich> {
        let phone = self.association.help_phone.as_deref();
        let email = self.association.help_email.as_deref();
        let dial: String =
            phone.unwrap_or("").chars().filter(|it| it.is_ascii_digit() || *it == '+').collect();
        let args = [
            ("phone", phone.unwrap_or("").into()),
            ("dial", Arg::Text(&dial)),
            ("email", email.unwrap_or("").into()),
        ];
        let key = match (phone, email) {
            (Some(_), Some(_)) => "contact-phone-and-email",
            (Some(_), None) => "contact-phone",
            (None, Some(_)) => "contact-email",
            (None, None) => return None,
        };
        Some(self.locale.rich(key, &args))
    }
}

impl Brand {
    /// For pages of no association: an unknown host, a set-up that has not begun.
    pub fn none() -> Self {
        Brand {
            name: "novi-sso".to_owned(),
            initials: "N".to_owned(),
            colour: None,
            help_email: None,
            help_phone: None,
        }
    }
}

/// A rendered page as an answer.
pub fn html(body: String) -> Html<String> {
    Html(body)
}

/// The letters that stand for a name: "Harbor Trades Association" is HT, "Mobilize" is M.
pub fn initials(name: &str) -> String {
    name.split_whitespace()
        .filter_map(|word| word.chars().find(|it| it.is_alphanumeric()))
        .take(2)
        .flat_map(char::to_uppercase)
        .collect()
}

impl Toast {
    const ALL: [Toast; 37] = [
        Toast::Saved,
        Toast::ClientAdded,
        Toast::ClientDeleted,
        Toast::ClientSwitchedOff,
        Toast::ClientSwitchedOn,
        Toast::SecretReplaced,
        Toast::SecretRemoved,
        Toast::PasswordChanged,
        Toast::LoggedOutEverywhere,
        Toast::SharingStopped,
        Toast::SetUpDone,
        Toast::GroupAdded,
        Toast::GroupDeleted,
        Toast::RecordsAdded,
        Toast::RecordsRemoved,
        Toast::RecordAdded,
        Toast::RecordDeactivated,
        Toast::RecordReactivated,
        Toast::RecordLoggedOut,
        Toast::LoginDisabled,
        Toast::LoginEnabled,
        Toast::FieldDeleted,
        Toast::GroupLinked,
        Toast::GroupUnlinked,
        Toast::SyncAsked,
        Toast::RemovalsReleased,
        Toast::RemovalsDiscarded,
        Toast::RemovalsStopped,
        Toast::MembersRestored,
        Toast::SavedUntested,
        Toast::IntegrationPaused,
        Toast::IntegrationResumed,
        Toast::IntegrationDisconnected,
        Toast::EverythingMoved,
        Toast::HookClosed,
        Toast::HookReleased,
        Toast::HookDiscarded,
    ];

    /// What the flash cookie holds; also the key of the sentence.
    pub fn code(self) -> &'static str {
        match self {
            Toast::Saved => "toast-saved",
            Toast::ClientAdded => "toast-client-added",
            Toast::ClientDeleted => "toast-client-deleted",
            Toast::ClientSwitchedOff => "toast-client-switched-off",
            Toast::ClientSwitchedOn => "toast-client-switched-on",
            Toast::SecretReplaced => "toast-secret-replaced",
            Toast::SecretRemoved => "toast-secret-removed",
            Toast::PasswordChanged => "toast-password-changed",
            Toast::LoggedOutEverywhere => "toast-logged-out-everywhere",
            Toast::SharingStopped => "toast-sharing-stopped",
            Toast::SetUpDone => "toast-set-up-done",
            Toast::GroupAdded => "toast-group-added",
            Toast::GroupDeleted => "toast-group-deleted",
            Toast::RecordsAdded => "toast-records-added",
            Toast::RecordsRemoved => "toast-records-removed",
            Toast::RecordAdded => "toast-record-added",
            Toast::RecordDeactivated => "toast-record-deactivated",
            Toast::RecordReactivated => "toast-record-reactivated",
            Toast::RecordLoggedOut => "toast-record-logged-out",
            Toast::LoginDisabled => "toast-login-disabled",
            Toast::LoginEnabled => "toast-login-enabled",
            Toast::FieldDeleted => "toast-field-deleted",
            Toast::GroupLinked => "toast-group-linked",
            Toast::GroupUnlinked => "toast-group-unlinked",
            Toast::SyncAsked => "toast-sync-asked",
            Toast::RemovalsReleased => "toast-removals-released",
            Toast::RemovalsDiscarded => "toast-removals-discarded",
            Toast::RemovalsStopped => "toast-removals-stopped",
            Toast::MembersRestored => "toast-members-restored",
            Toast::SavedUntested => "toast-saved-untested",
            Toast::IntegrationPaused => "toast-integration-paused",
            Toast::IntegrationResumed => "toast-integration-resumed",
            Toast::IntegrationDisconnected => "toast-integration-disconnected",
            Toast::EverythingMoved => "toast-everything-moved",
            Toast::HookClosed => "toast-hook-closed",
            Toast::HookReleased => "toast-hook-released",
            Toast::HookDiscarded => "toast-hook-discarded",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|toast| toast.code() == code)
    }
}

#[cfg(test)]
pub mod samples {
    use super::*;

    /// What a member or an admin could type to break out of a page.
    pub const CANARY: &str = r#""><img src=x onerror=1>'{{7*7}}"#;

    pub fn page(here: Here) -> Page {
        Page {
            locale: Locale::english(),
            association: Brand {
                name: "Harbor Trades Association".to_owned(),
                initials: "HT".to_owned(),
                colour: Some("0b5f6b".to_owned()),
                help_email: Some("help@harbortrades.example".to_owned()),
                help_phone: Some("(555) 010-0142".to_owned()),
            },
            viewer: Some(Viewer { name: "Ruth Okafor".to_owned(), is_admin: true }),
            here,
            form_token: "sample-form-token".to_owned(),
            toast: None,
        }
    }

    pub fn stranger() -> Page {
        Page { viewer: None, ..page(Here::Elsewhere) }
    }

    /// A page whose every free text is the canary.
    pub fn hostile(here: Here) -> Page {
        let canary = || CANARY.to_owned();
        Page {
            association: Brand {
                name: canary(),
                initials: canary(),
                colour: None,
                help_email: Some(canary()),
                help_phone: Some(canary()),
            },
            viewer: Some(Viewer { name: canary(), is_admin: true }),
            form_token: canary(),
            ..page(here)
        }
    }

    /// Panics where the canary, or half of it, stands in the page as it was typed.
    pub fn assert_escaped(html: &str) {
        assert!(html.contains("img src=x"), "the canary did not reach the page: {html}");
        assert!(!html.contains("<img src=x"), "{html}");
        assert!(!html.contains("=1>") && !html.contains("1>'"), "{html}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_toast_is_found_again_by_its_code_and_has_a_text() {
        let page = samples::stranger();

        for toast in Toast::ALL {
            assert_eq!(Toast::from_code(toast.code()), Some(toast));
            assert!(!page.t(toast.code()).is_empty());
        }
        assert_eq!(Toast::from_code(samples::CANARY), None);
    }

    #[test]
    fn the_contact_names_what_the_association_gave() {
        let mut page = samples::stranger();

        let both = page.contact().unwrap().to_string();
        page.association.help_phone = None;
        let email = page.contact().unwrap().to_string();
        page.association.help_email = None;

        assert!(both.contains("tel:5550100142") && both.contains("mailto:help@"), "{both}");
        assert!(!email.contains("tel:") && email.contains("mailto:help@"), "{email}");
        assert!(page.contact().is_none());
    }

    #[test]
    fn a_wait_is_told_in_seconds_then_in_minutes() {
        let page = samples::stranger();

        let waits: Vec<_> = [0, 1, 20, 90, 600].map(|seconds| page.wait(seconds)).into();

        assert_eq!(waits, ["1 second", "1 second", "20 seconds", "2 minutes", "10 minutes"]);
    }

    #[test]
    fn initials_are_the_first_letters_of_two_words() {
        assert_eq!(initials("Harbor Trades Association"), "HT");
        assert_eq!(initials("Mobilize"), "M");
        assert_eq!(initials("(the) élan"), "TÉ");
        assert_eq!(initials(" "), "");
    }
}

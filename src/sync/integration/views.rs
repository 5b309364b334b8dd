//! The tab Integrations of the Association Settings: a card for each platform.

use askama::Template;

use super::super::platform::Platform;
use super::super::runs::views::RunLine;
use super::Refusal;
use crate::web::page::Page;

#[derive(Template)]
#[template(path = "sync/integrations/list.html")]
pub struct Integrations {
    pub page: Page,
    pub notice: Option<Notice>,
    pub cards: Vec<Card>,
}

/// Why nothing syncs here, whatever is connected.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    Staging,
    Copied,
}

pub struct Card {
    pub platform: Platform,
    pub status: Status,
    /// The other name of the same platform is connected, so this one cannot be.
    pub is_taken: bool,
    pub saved: Option<Saved>,
    pub form: Form,
    pub test: Option<Test>,
    pub health: Option<Health>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    NotConnected,
    Connected,
    NotTested,
    /// With the platform's words.
    Stopped(String),
    Paused,
    /// Asked to wait, or not to be reached; until then.
    Waits(String),
    Staging,
    Copied,
}

pub struct Saved {
    pub when: String,
    /// Key and secret are about to be typed anew.
    pub is_replaced: bool,
}

/// What the form says. Neither key nor secret ever stands in it.
#[derive(Default)]
pub struct Form {
    pub tenant_code: String,
    pub base_url: String,
    pub profile: String,
    pub bio: bool,
    pub image: bool,
    pub social: bool,
    pub go_ahead: bool,
    pub email_in_step: bool,
    /// Key and secret were typed and tested, and are kept until they are saved.
    pub is_draft: bool,
    pub is_stale: bool,
    pub problems: Vec<Problem>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    KeyMissing,
    SecretMissing,
    /// What was kept was typed for another address, and goes nowhere else.
    AddressChanged,
    Key(String),
    Secret(String),
    TenantMissing,
    Tenant(String),
    Address(String),
    Profile(String),
    Refused(Refusal),
}

/// How a test went.
pub struct Test {
    pub cause: Option<Cause>,
    pub status: Option<u16>,
    /// The platform's, or ours.
    pub words: String,
    pub tenths: u64,
    pub tenant_code: Option<String>,
}

/// What a failed test comes from, as far as it can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    Mistake,
    Unauthorized,
    Forbidden,
    Tenant,
    Unreachable,
    Silent,
    Busy,
    Refused,
    /// Not JSON, an error of theirs, a redirect elsewhere.
    NotTheApi,
}

pub struct Health {
    pub waiting: i64,
    pub last_success: Option<String>,
    pub last_check: Option<String>,
    pub groups: Vec<Linked>,
    pub runs: Vec<Checked>,
    pub is_paused: bool,
    /// Removals wait until a full check of everything went well.
    pub is_doubted: bool,
}

/// A full check of a linked group.
pub struct Checked {
    pub id: String,
    pub name: String,
    pub line: RunLine,
}

pub struct Linked {
    pub id: String,
    pub name: String,
    pub confirmed: i64,
}

#[derive(Template)]
#[template(path = "sync/integrations/disconnect.html")]
pub struct Disconnect {
    pub page: Page,
    pub platform: Platform,
    pub groups: Vec<String>,
}

#[derive(Template)]
#[template(path = "sync/integrations/field_switch.html")]
pub struct FieldSwitch {
    pub page: Page,
    pub is_connected: bool,
    pub is_shown: bool,
    pub is_on: bool,
}

impl Card {
    fn slug(&self) -> &'static str {
        self.platform.slug()
    }

    fn name(&self) -> &'static str {
        self.platform.name()
    }

    fn is_higher_logic(&self) -> bool {
        self.platform == Platform::HigherLogic
    }

    fn is_forj(&self) -> bool {
        self.platform == Platform::Forj
    }

    /// The other name of the same platform.
    fn twin(&self) -> &'static str {
        match self.platform {
            Platform::Mobilize => Platform::Forj.name(),
            _ => Platform::Mobilize.name(),
        }
    }

    fn where_from(&self, page: &Page) -> String {
        let key = match self.platform {
            Platform::Mobilize => "integrations-where-mobilize",
            Platform::Forj => "integrations-where-forj",
            Platform::HigherLogic => "integrations-where-higher-logic",
        };
        page.t(key)
    }

    /// The fields for key and secret are there to be typed in.
    fn asks_for_keys(&self) -> bool {
        self.saved.as_ref().is_none_or(|saved| saved.is_replaced)
    }

    fn is_connected(&self) -> bool {
        self.saved.is_some()
    }

    fn pill(&self, page: &Page) -> (&'static str, String) {
        match &self.status {
            Status::NotConnected => ("na", page.t("integrations-not-connected")),
            Status::Connected => ("ok", page.t("integrations-connected")),
            Status::NotTested => ("held", page.t("integrations-not-tested")),
            Status::Stopped(_) => ("bad", page.t("integrations-stopped")),
            Status::Paused => ("wait", page.t("integrations-paused")),
            Status::Waits(_) => ("wait", page.t("integrations-waits")),
            Status::Staging => ("wait", page.t("integrations-staging")),
            Status::Copied => ("held", page.t("integrations-copied")),
        }
    }

    /// What stands below the pill: what happened, and what to do.
    fn why(&self, page: &Page) -> Option<(&'static str, String, String)> {
        let name = self.name();
        Some(match &self.status {
            Status::Stopped(words) => {
                let args = [("platform", name.into()), ("words", words.into())];
                let what = page.locale.text("integrations-stopped-what", &args);
                ("bad", what, page.t1("integrations-stopped-next", "platform", name))
            }
            Status::NotTested => (
                "held",
                page.t("integrations-not-tested-what"),
                page.t1("integrations-not-tested-next", "platform", name),
            ),
            Status::Waits(until) => {
                let args = [("platform", name.into()), ("until", until.into())];
                let what = page.locale.text("integrations-waits-what", &args);
                ("", what, page.t("integrations-waits-next"))
            }
            _ => return None,
        })
    }

    /// The go-ahead of the Rep is missing, so no group can be linked (R84).
    fn waits_for_rep(&self) -> bool {
        self.is_higher_logic() && self.is_connected() && !self.form.go_ahead
    }
}

impl Form {
    fn sentence(&self, page: &Page, field: &str) -> Option<String> {
        self.problems.iter().find(|it| it.field() == field).map(|it| it.sentence(page))
    }

    /// The ids of what explains a field for key or secret.
    fn described_by(&self, slug: &str, field: &str, is_wrong: bool) -> Option<String> {
        let hint = self.is_draft.then(|| format!("{slug}-{field}-hint"));
        let error = is_wrong.then(|| format!("{slug}-{field}-error"));
        let ids: Vec<String> = hint.into_iter().chain(error).collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    }

    /// What is about no field.
    fn refusal(&self, page: &Page) -> Option<String> {
        self.sentence(page, "")
    }

    /// "For your operator" is shown where something in it is not as usual.
    fn is_open(&self, card: &Card) -> bool {
        let usual = self.base_url == card.platform.base_url() && self.profile.is_empty();
        !usual || ["address", "profile"].iter().any(|field| self.has(field))
    }

    fn has(&self, field: &str) -> bool {
        self.problems.iter().any(|problem| problem.field() == field)
    }
}

impl Problem {
    fn field(&self) -> &'static str {
        match self {
            Self::KeyMissing | Self::Key(_) | Self::AddressChanged => "key",
            Self::SecretMissing | Self::Secret(_) => "secret",
            Self::TenantMissing | Self::Tenant(_) => "tenant",
            Self::Address(_) => "address",
            Self::Profile(_) => "profile",
            Self::Refused(_) => "",
        }
    }

    fn sentence(&self, page: &Page) -> String {
        match self {
            Self::KeyMissing => page.t("integrations-key-missing"),
            Self::SecretMissing => page.t("integrations-secret-missing"),
            Self::AddressChanged => page.t("integrations-address-changed"),
            Self::TenantMissing => page.t("integrations-tenant-missing"),
            Self::Key(words) | Self::Secret(words) | Self::Tenant(words) => {
                page.t1("integrations-not-a-secret", "words", words)
            }
            Self::Address(words) => page.t1("integrations-address-wrong", "words", words),
            Self::Profile(words) => page.t1("integrations-profile-wrong", "words", words),
            Self::Refused(Refusal::CommunityTaken) => page.t("integrations-community-taken"),
            Self::Refused(Refusal::FamilyTaken) => page.t("integrations-family-taken"),
            Self::Refused(Refusal::OtherTenant) => page.t("integrations-other-tenant"),
            Self::Refused(Refusal::NotConnected) => page.t("integrations-gone"),
        }
    }
}

impl Test {
    fn seconds(&self) -> String {
        format!("{}.{}", self.tenths / 10, self.tenths % 10)
    }

    fn what(&self, page: &Page, platform: Platform) -> String {
        let seconds = self.seconds();
        let status = self.status.map(|status| status.to_string()).unwrap_or_default();
        let tenant = self.tenant_code.clone().unwrap_or_default();
        let args = [
            ("platform", platform.name().into()),
            ("seconds", (&seconds).into()),
            ("status", (&status).into()),
            ("words", (&self.words).into()),
            ("tenant", (&tenant).into()),
        ];
        let key = match (self.cause, self.status) {
            (None, _) if self.tenant_code.is_some() => "test-works-tenant",
            (None, _) => "test-works",
            (Some(Cause::Mistake), _) => "test-not-sent",
            (Some(Cause::Unreachable), _) => "test-not-reached",
            (Some(Cause::Silent), _) => "test-silent",
            (Some(_), Some(_)) => "test-answered",
            (Some(_), None) => "test-said",
        };
        page.locale.text(key, &args)
    }

    fn next(&self, page: &Page, platform: Platform) -> String {
        let higher_logic = platform == Platform::HigherLogic;
        let key = match self.cause {
            None => return page.t("test-works-next"),
            Some(Cause::Mistake) => "test-next-mistake",
            Some(Cause::Unauthorized | Cause::Forbidden) if higher_logic => {
                "test-next-higher-logic-key"
            }
            Some(Cause::Tenant) => "test-next-tenant",
            Some(Cause::Unauthorized) => "test-next-unauthorized",
            Some(Cause::Forbidden) if platform == Platform::Forj => "test-next-forbidden-forj",
            Some(Cause::Forbidden) => "test-next-forbidden",
            Some(Cause::Unreachable) => "test-next-unreachable",
            Some(Cause::Silent) => "test-next-silent",
            Some(Cause::Busy) => "test-next-busy",
            Some(Cause::Refused) => "test-next-refused",
            Some(Cause::NotTheApi) => "test-next-not-the-api",
        };
        page.t1(key, "platform", platform.name())
    }
}

impl Linked {
    fn count(&self, page: &Page) -> String {
        page.t1("integrations-confirmed", "count", self.confirmed)
    }
}

#[cfg(test)]
pub mod samples {
    use super::*;
    use crate::sync::status::views::Cell;
    use crate::web::page::{
        Here,
        samples::{CANARY, hostile, page},
    };

    const ID: &str = "5d2f4c1e-0b6a-4f7d-8e35-9a7c1b2d3e4f";

    fn form(platform: Platform) -> Form {
        let base_url = platform.base_url().to_owned();
        Form { base_url, email_in_step: true, ..Form::default() }
    }

    fn blank(platform: Platform) -> Card {
        Card {
            platform,
            status: Status::NotConnected,
            is_taken: false,
            saved: None,
            form: form(platform),
            test: None,
            health: None,
        }
    }

    fn connected(platform: Platform, status: Status) -> Card {
        let when = || "3 March 2027, 9:12".to_owned();
        Card {
            saved: Some(Saved { when: when(), is_replaced: false }),
            health: Some(Health {
                waiting: 3,
                last_success: Some("2 min ago".to_owned()),
                last_check: Some(when()),
                groups: vec![Linked {
                    id: ID.to_owned(),
                    name: "Safety Committee".to_owned(),
                    confirmed: 48,
                }],
                runs: vec![Checked {
                    id: ID.to_owned(),
                    name: "Safety Committee".to_owned(),
                    line: RunLine {
                        when: when(),
                        platform: "Mobilize",
                        cause: "Nightly".to_owned(),
                        found: "48 there: 0 missing".to_owned(),
                        outcome: Cell::of("ok", "Done".to_owned()),
                    },
                }],
                is_paused: status == Status::Paused,
                is_doubted: status == Status::Copied,
            }),
            status,
            ..blank(platform)
        }
    }

    fn test(cause: Option<Cause>, status: Option<u16>, words: &str) -> Test {
        Test { cause, status, words: words.to_owned(), tenths: 4, tenant_code: None }
    }

    fn shown(notice: Option<Notice>, cards: Vec<Card>) -> String {
        Integrations { page: page(Here::Settings), notice, cards }.render().unwrap()
    }

    fn after(platform: Platform, test: Test) -> Card {
        let form = Form { is_draft: true, ..form(platform) };
        Card { test: Some(test), form, ..blank(platform) }
    }

    fn with_problems(platform: Platform, problems: Vec<Problem>) -> Card {
        let form = Form { problems, is_stale: true, ..form(platform) };
        Card { form, ..blank(platform) }
    }

    fn field(is_connected: bool, is_shown: bool, is_on: bool) -> String {
        let page = page(Here::Settings);
        FieldSwitch { page, is_connected, is_shown, is_on }.render().unwrap()
    }

    fn tests() -> Vec<String> {
        let causes = [
            (None, None),
            (Some(Cause::Mistake), None),
            (Some(Cause::Unauthorized), Some(401)),
            (Some(Cause::Forbidden), Some(403)),
            (Some(Cause::Tenant), Some(200)),
            (Some(Cause::Unreachable), None),
            (Some(Cause::Silent), None),
            (Some(Cause::Busy), None),
            (Some(Cause::Refused), Some(422)),
            (Some(Cause::NotTheApi), Some(200)),
        ];
        let cards = causes.into_iter().map(|(cause, status)| {
            let all = Platform::ALL.map(|it| after(it, test(cause, status, "invalid_client")));
            shown(None, all.into())
        });
        cards.collect()
    }

    /// Every state of the pages, by name.
    pub fn all() -> Vec<(&'static str, String)> {
        use Platform::{Forj, HigherLogic, Mobilize};
        let stopped = Status::Stopped("401 invalid_client".to_owned());
        let waits = Status::Waits("today at 9:30".to_owned());
        let replaced = Card {
            saved: Some(Saved { when: "2 min ago".to_owned(), is_replaced: true }),
            ..connected(Mobilize, Status::Connected)
        };
        let taken = Card { is_taken: true, ..blank(Forj) };
        let rep = Form {
            tenant_code: "HARBORTRADES".to_owned(),
            bio: true,
            go_ahead: true,
            ..form(HigherLogic)
        };
        let ready = Card { form: rep, ..connected(HigherLogic, Status::Connected) };
        let tenant = Test { tenant_code: Some("HARBORTRADES".to_owned()), ..test(None, None, "") };
        let wrong = |words: &str| words.to_owned();
        let mobilize = vec![
            Problem::Key(wrong("it is longer than 512 characters")),
            Problem::SecretMissing,
            Problem::Address(wrong("this is not a URL")),
            Problem::Profile(wrong("unknown field")),
            Problem::Refused(Refusal::CommunityTaken),
        ];
        let others = [Refusal::FamilyTaken, Refusal::OtherTenant, Refusal::NotConnected];
        let disconnect = |groups: &[&str]| Disconnect {
            page: page(Here::Settings),
            platform: Mobilize,
            groups: groups.iter().map(|it| (*it).to_owned()).collect(),
        };
        let mut all = vec![
            ("integrations", shown(None, Platform::ALL.map(blank).into())),
            (
                "integrations-connected",
                shown(None, vec![connected(Mobilize, Status::Connected), taken, ready]),
            ),
            (
                "integrations-replace",
                shown(Some(Notice::Staging), vec![replaced, connected(HigherLogic, waits)]),
            ),
            (
                "integrations-stopped",
                shown(None, vec![connected(Forj, stopped), after(HigherLogic, tenant)]),
            ),
            (
                "integrations-paused",
                shown(
                    Some(Notice::Copied),
                    vec![
                        connected(Mobilize, Status::Paused),
                        connected(HigherLogic, Status::Copied),
                    ],
                ),
            ),
            (
                "integrations-untested",
                shown(
                    None,
                    vec![
                        connected(Mobilize, Status::NotTested),
                        connected(HigherLogic, Status::Staging),
                    ],
                ),
            ),
            (
                "integrations-mistakes",
                shown(
                    None,
                    vec![
                        with_problems(Mobilize, mobilize),
                        with_problems(Forj, vec![Problem::KeyMissing]),
                        with_problems(
                            HigherLogic,
                            vec![Problem::AddressChanged, Problem::TenantMissing],
                        ),
                    ],
                ),
            ),
            ("disconnect", disconnect(&["Board", "Safety Committee"]).render().unwrap()),
            ("disconnect-none", disconnect(&[]).render().unwrap()),
            ("field-switch", field(true, true, true)),
            ("field-switch-hidden", field(true, false, true)),
            ("field-switch-none", field(false, true, false)),
        ];
        all.extend(tests().into_iter().map(|html| ("integrations-test", html)));
        all.extend(others.map(|refusal| {
            let card = with_problems(HigherLogic, vec![Problem::Refused(refusal)]);
            ("integrations-refused", shown(None, vec![card]))
        }));
        all
    }

    /// Pages with the canary in every text that somebody may type, or a platform may answer.
    pub fn hostile_pages() -> Vec<String> {
        let canary = || CANARY.to_owned();
        let hostile_card = |platform, status| {
            let form = Form {
                tenant_code: canary(),
                base_url: canary(),
                profile: canary(),
                problems: vec![
                    Problem::Key(canary()),
                    Problem::Secret(canary()),
                    Problem::Tenant(canary()),
                    Problem::Address(canary()),
                    Problem::Profile(canary()),
                ],
                ..Form::default()
            };
            let test = Test {
                tenant_code: Some(canary()),
                ..test(Some(Cause::Unauthorized), Some(401), CANARY)
            };
            let mut card = Card { form, test: Some(test), ..connected(platform, status) };
            let groups = card.health.iter_mut().flat_map(|health| &mut health.groups);
            groups.for_each(|group| group.name = canary());
            card.saved = Some(Saved { when: canary(), is_replaced: true });
            card
        };
        let cards = vec![
            hostile_card(Platform::Mobilize, Status::Stopped(canary())),
            hostile_card(Platform::HigherLogic, Status::Waits(canary())),
        ];
        let list = Integrations { page: hostile(Here::Settings), notice: None, cards };
        let disconnect = Disconnect {
            page: hostile(Here::Settings),
            platform: Platform::Forj,
            groups: vec![canary()],
        };
        vec![list.render().unwrap(), disconnect.render().unwrap()]
    }
}

//! A Novi that is connected to stand-ins of the community platforms, on loopback.

use novi_sso::associations::Site;
use novi_sso::events::Actor;
use novi_sso::groups;
use novi_sso::id::GroupId;
use novi_sso::outbound::Loopback;
use novi_sso::simulator::api::higher_logic::{self, Tenant};
use novi_sso::simulator::api::mobilize::{self, Community};
use novi_sso::simulator::api::{Api, Limits};
use novi_sso::sync::integration::{self, Credentials, Typed};
use novi_sso::sync::link::{self, GroupType, Target};
use novi_sso::sync::platform::Platform;
use novi_sso::sync::{places, worker};
use tokio::net::TcpListener;
use tokio::task::AbortHandle;
use zeroize::Zeroizing;

use super::{Member, Novi, Watch};

/// The group there that most tests link.
pub const BOARD: u64 = 4711;
/// As fast as it goes: the stand-ins of tests have no limits.
const UNLIMITED: &str =
    r#"{"calls":{"per_second":1000,"per_minute":60000,"retry":{"page_tries":1}}}"#;

pub struct Stage {
    pub novi: Novi,
    pub mobilize: Api<Community>,
    pub higher_logic: Api<Tenant>,
    /// Sees every call to Mobilize.
    pub watch: Watch,
    pub mobilize_url: String,
    pub higher_logic_url: String,
    serving: Vec<AbortHandle>,
}

impl Stage {
    /// Both platforms connected and tested, no group linked; a community with the group "Board".
    pub async fn start() -> Self {
        let stage = Self::unconnected().await;
        stage.connect(Platform::Mobilize).await;
        stage.connect(Platform::HigherLogic).await;
        stage
    }

    /// The stand-ins are there, and nothing is connected to them.
    pub async fn unconnected() -> Self {
        let novi = Novi::start_with(|settings| settings.loopback_calls = Loopback::Allowed).await;
        Self::around(novi).await
    }

    pub async fn around(novi: Novi) -> Self {
        let clock = novi.clock.clone();
        let now = move || clock.now().unix_seconds() * 1000;
        let mut settings = mobilize::Settings::new("key", "s3cret-of-mobilize");
        settings.limits = Limits::OFF;
        let mobilize = Api::mobilize(settings, now.clone());
        mobilize.seed_group(mobilize::Group::private(BOARD, "Board"));
        let settings = higher_logic::Settings::new("key-of-higher-logic", "ACME");
        let higher_logic = Api::higher_logic(settings, now);
        let watch = Watch::default();
        let (mobilize_url, one) = served(watch.around(mobilize.router())).await;
        let (higher_logic_url, other) = served(higher_logic.router()).await;
        Self {
            novi,
            mobilize,
            higher_logic,
            watch,
            mobilize_url: format!("{mobilize_url}/v1"),
            higher_logic_url,
            serving: vec![one, other],
        }
    }

    pub async fn site(&self) -> Site {
        self.novi.home().await
    }

    pub fn typed(&self, platform: Platform) -> Typed {
        let text = |text: &str| Zeroizing::new(text.to_owned());
        match platform {
            Platform::Mobilize | Platform::Forj => Typed {
                credentials: Credentials {
                    api_key: text("key"),
                    api_secret: text("s3cret-of-mobilize"),
                },
                tenant_code: None,
                base_url: self.mobilize_url.clone(),
                profile: Some(UNLIMITED.to_owned()),
            },
            Platform::HigherLogic => Typed {
                credentials: Credentials {
                    api_key: text("key-of-higher-logic"),
                    api_secret: text(""),
                },
                tenant_code: Some("ACME".to_owned()),
                base_url: self.higher_logic_url.clone(),
                profile: Some(UNLIMITED.to_owned()),
            },
        }
    }

    pub async fn connect(&self, platform: Platform) {
        let site = self.site().await;
        let typed = self.typed(platform);
        let saved = integration::save(&site, platform, &typed, true, &Actor::CommandLine).await;
        saved.unwrap().unwrap();
        let switches = integration::Switches { go_ahead: true, ..Default::default() };
        integration::switch(&site, platform, switches, &Actor::CommandLine).await.unwrap();
    }

    /// Links a group to "Board" there, as an admin who was shown nobody to be removed.
    pub async fn link(&self, group: &GroupId) {
        self.link_to(Platform::Mobilize, group, BOARD).await;
    }

    pub async fn link_to(&self, platform: Platform, group: &GroupId, there: u64) {
        let there = there.to_string();
        let target = Target {
            base_url: &self.mobilize_url,
            remote_group_id: &there,
            remote_name: "Board",
            group_type: None,
        };
        let site = self.site().await;
        link::link(&site, platform, group, &target, &Actor::CommandLine).await.unwrap().unwrap();
    }

    /// Switches "Sync to Higher Logic" on.
    pub async fn link_higher_logic(&self, group: &GroupId, group_type: GroupType) {
        let site = self.site().await;
        let name = groups::names(&mut site.read(), std::slice::from_ref(group)).await.unwrap();
        let target = Target {
            base_url: &self.higher_logic_url,
            remote_group_id: group.as_str(),
            remote_name: &name[0],
            group_type: Some(group_type),
        };
        let linked =
            link::link(&site, Platform::HigherLogic, group, &target, &Actor::CommandLine).await;
        linked.unwrap().unwrap();
    }

    /// Until nothing is left to be done at this moment.
    pub async fn settle(&self) {
        worker::settle(&self.novi.app).await.unwrap();
    }

    /// E-mails of those who are in the group there, sorted.
    pub fn there(&self, group: u64) -> Vec<String> {
        let mut emails: Vec<String> =
            self.mobilize.members(group).into_iter().map(|member| member.email).collect();
        emails.sort();
        emails
    }

    /// The status of a member in a group: `up_to_date`, `na` …; `none` where there is no place.
    pub async fn status(&self, platform: Platform, group: &GroupId, member: &Member) -> String {
        let site = self.site().await;
        let record = member.id.clone().into();
        let places = places::of_record(&mut site.read(), platform, &record).await.unwrap();
        let place = places.into_iter().find(|place| place.group_id == *group);
        place.map_or_else(|| "none".to_owned(), |place| place.state)
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        for serving in &self.serving {
            serving.abort();
        }
    }
}

async fn served(router: axum::Router) -> (String, AbortHandle) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let serving = tokio::spawn(async { axum::serve(listener, router).await });
    (url, serving.abort_handle())
}

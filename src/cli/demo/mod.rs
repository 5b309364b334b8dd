//! `demo`: a sample association with stand-in communities, on loopback, ready to be clicked through.

#[cfg(feature = "sync")]
mod platforms;
mod seed;

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use clap::Args;

use super::context::Context;
use super::serve::{Beside, listen, up};
use crate::app::App;
use crate::associations::{Issuer, Site};
use crate::clock::Clock;
use crate::db::Db;
use crate::outbound::Loopback;
use crate::settings::Settings;
use crate::signing::KeySource;
use crate::simulator::{
    self, HIGHER_LOGIC_SCOPE, MOBILIZE_SCOPE, TokenAuthMethod, Transport, sample,
};
use crate::telemetry;
use crate::vault::{self, Vault};

#[derive(Args)]
pub struct Flags {
    /// The first of four ports: novi-sso, Mobilize, its second origin, Higher Logic
    #[arg(long, value_name = "PORT", default_value_t = 8080, value_parser = clap::value_parser!(u16).range(1..=65532))]
    port: u16,
    /// Where its database and keys are kept; the next start finds them again
    #[arg(long, value_name = "DIR", default_value = "demo")]
    dir: PathBuf,
}

/// What each of the four ports serves.
struct Places {
    novi: String,
    mobilize: String,
    custom_domain: String,
    higher_logic: String,
}

pub async fn run(context: &Context, flags: &Flags) -> Result<()> {
    let places = Places::from(flags.port);
    let settings = Settings {
        listen: at(flags.port),
        database_url: format!("sqlite://{}", flags.dir.join("novi-sso.db").display()),
        keys_dir: flags.dir.join("keys"),
        drain_grace: 0,
        hash_cost: context.settings.hash_cost,
        // The stand-ins are on this machine.
        loopback_calls: Loopback::Allowed,
        log_filter: "warn".to_owned(),
        ..Settings::default()
    };
    telemetry::start(settings.log_format, &settings.log_filter)?;
    std::fs::create_dir_all(&flags.dir)
        .with_context(|| format!("cannot use the folder {}", flags.dir.display()))?;
    let db = Db::open(&settings.database_url).await?;
    let _alone = db.serve_alone()?;
    db.migrate().await?;
    match Vault::init(&settings.keys_dir) {
        Ok(_) | Err(vault::Error::Exists(_)) => {}
        Err(error) => return Err(error.into()),
    }
    let vault = Vault::open(&settings.keys_dir)?;
    let app = App::new(db, Clock::System, settings, vault, KeySource::Fresh).await?;

    // Before anything is written, so that a taken port is the only thing said about it.
    let taken = "choose other ports with --port";
    let (mobilize, _) = listen(at(flags.port + 1)).await.context(taken)?;
    let (custom_domain, _) = listen(at(flags.port + 2)).await.context(taken)?;
    let (higher_logic, _) = listen(at(flags.port + 3)).await.context(taken)?;

    let issuer = Issuer::parse(&places.novi)?;
    let site = seed::association(&app, &issuer).await?;
    let community = places.mobilize(&site).await?;
    let beside = vec![
        Beside { name: "Mobilize", listener: mobilize, router: community.clone() },
        Beside { name: "its second origin", listener: custom_domain, router: community },
        Beside {
            name: "Higher Logic",
            listener: higher_logic,
            router: places.higher_logic(&site).await?,
        },
    ];
    #[cfg(feature = "sync")]
    platforms::connect(&site, &places.mobilize, &places.higher_logic).await?;
    println!("{}", places.guide());
    up(&app, Vec::new(), context.output, beside).await
}

impl Places {
    fn from(port: u16) -> Self {
        let place = |offset| format!("http://localhost:{}", port + offset);
        Self { novi: place(0), mobilize: place(1), custom_domain: place(2), higher_logic: place(3) }
    }

    async fn mobilize(&self, site: &Site) -> Result<axum::Router> {
        let callback = format!("{}/users/auth/openidconnect/callback", self.mobilize);
        let (client_id, client_secret) =
            seed::client(site, "Harbor Community", &self.mobilize, &callback).await?;
        let settings = simulator::Settings {
            name: "Harbor Community".to_owned(),
            origin: self.mobilize.clone(),
            second_origin: Some(self.custom_domain.clone()),
            issuer: self.novi.clone(),
            client_id: client_id.to_string(),
            client_secret,
            scope: format!("{MOBILIZE_SCOPE} groups"),
            button_label: "Log in with your Harbor Trades login".to_owned(),
            token_auth_method: TokenAuthMethod::PostBody,
        };
        let transport = Transport::network()?;
        #[cfg(feature = "sync")]
        let router = simulator::mobilize_with_api(settings, transport, &platforms::mobilize(), now);
        #[cfg(not(feature = "sync"))]
        let router = simulator::mobilize(settings, transport, now);
        Ok(router)
    }

    async fn higher_logic(&self, site: &Site) -> Result<axum::Router> {
        let path = "/HigherLogic/Security/OAuth/Authentication.aspx";
        let callback = format!("{}{path}", self.higher_logic);
        let (client_id, client_secret) =
            seed::client(site, "Harbor Learning", &self.higher_logic, &callback).await?;
        let settings = simulator::Settings {
            name: "Harbor Learning".to_owned(),
            origin: self.higher_logic.clone(),
            second_origin: None,
            issuer: self.novi.clone(),
            client_id: client_id.to_string(),
            client_secret,
            scope: HIGHER_LOGIC_SCOPE.to_owned(),
            button_label: "Sign in with Harbor Trades".to_owned(),
            token_auth_method: TokenAuthMethod::PostBody,
        };
        let transport = Transport::network()?;
        #[cfg(feature = "sync")]
        let router =
            simulator::higher_logic_with_api(settings, transport, &platforms::higher_logic(), now);
        #[cfg(not(feature = "sync"))]
        let router = simulator::higher_logic(settings, transport, now);
        Ok(router)
    }

    fn guide(&self) -> String {
        let (password, member, admin) = (seed::PASSWORD, sample::MEMBER_EMAIL, sample::ADMIN_EMAIL);
        let Self { novi, mobilize, custom_domain, higher_logic } = self;
        let groups = match cfg!(feature = "sync") {
            true => format!(
                "  Group sync       open {novi}/admin/groups,
                   and beside it {mobilize}/groups and {higher_logic}/groups
"
            ),
            false => String::new(),
        };
        format!(
            "Harbor Trades Association, with two stand-in communities.

  As a member      open {mobilize} (Mobilize) or {higher_logic} (Higher Logic),
                   or {custom_domain}, the community's custom domain;
                   log in as {member}
  As an admin      open {novi}/admin/sso-clients, log in as {admin}
{groups}  Password         {password} (for both)

Ctrl-C ends it; the next start finds everything again.
"
        )
    }
}

fn at(port: u16) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], port))
}

fn now() -> i64 {
    Clock::System.now().unix_seconds()
}

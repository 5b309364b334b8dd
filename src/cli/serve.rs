//! `serve`: from the settings to a process that answers, and back down.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use axum::Router;
use clap::Args;
use serde_json::json;
use tokio::net::TcpListener;

use super::association::invitation;
use super::context::Context;
use super::migrate;
use super::output::Output;
use crate::app::App;
use crate::associations::{self, Association, Issuer, Refusal, Site, set_up};
use crate::db::Db;
use crate::events::Actor;
use crate::lifecycle::Lifecycle;
use crate::oidc::backchannel;
use crate::router::router;
use crate::serve::{Rules, serve};
use crate::settings::Layer;
use crate::vault::{self, Vault};
use crate::{housekeeping, telemetry};

/// How long background tasks may take to end.
const LAST_MOMENTS: Duration = Duration::from_secs(5);

#[derive(Args)]
pub struct Flags {
    /// Where to listen [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDR", env = "NOVI_SSO_LISTEN")]
    listen: Option<SocketAddr>,
    /// Where to answer /metrics, for nobody outside [default: nowhere]
    #[arg(long, value_name = "ADDR", env = "NOVI_SSO_METRICS_LISTEN")]
    metrics_listen: Option<SocketAddr>,
    /// The association's website, which is its issuer; the first start makes it
    #[arg(long, value_name = "URL", env = "NOVI_SSO_SITE_URL")]
    site_url: Option<String>,
    /// Whose X-Forwarded-For is believed, as in 10.0.0.7, 10.1.0.0/16 [default: nobody's]
    #[arg(long, value_name = "LIST", env = "NOVI_SSO_TRUSTED_PROXIES")]
    trusted_proxies: Option<String>,
    /// No website stands behind the hosts: / leads to the member's own page
    #[arg(long, value_name = "BOOL", env = "NOVI_SSO_NO_WEBSITE")]
    #[arg(num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    no_website: Option<bool>,
    /// text or json [default: text]
    #[arg(long, value_name = "FORMAT", env = "NOVI_SSO_LOG_FORMAT")]
    log_format: Option<String>,
    /// What is worth a line, as in info or info,sqlx=warn [default: info]
    #[arg(long, value_name = "FILTER", env = "NOVI_SSO_LOG_FILTER")]
    log_filter: Option<String>,
    /// How long load balancers get to notice that this process stops [default: 5]
    #[arg(long, value_name = "SECONDS", env = "NOVI_SSO_DRAIN_GRACE")]
    drain_grace: Option<u64>,
    /// Let calls to the outside (back-channel log-out) reach this machine, for development
    #[arg(long, value_name = "BOOL", env = "NOVI_SSO_ALLOW_LOOPBACK_CALLS")]
    #[arg(num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    allow_loopback_calls: Option<bool>,
}

impl Flags {
    pub fn layer(&self) -> Layer {
        Layer {
            listen: self.listen,
            metrics_listen: self.metrics_listen,
            site_url: self.site_url.clone(),
            trusted_proxies: self.trusted_proxies.clone(),
            no_website: self.no_website,
            log_format: self.log_format.clone(),
            log_filter: self.log_filter.clone(),
            drain_grace: self.drain_grace,
            allow_loopback_calls: self.allow_loopback_calls,
            ..Layer::default()
        }
    }
}

pub async fn run(context: &Context) -> Result<()> {
    let settings = &context.settings;
    telemetry::start(settings.log_format, &settings.log_filter)?;
    let db = context.open().await?;
    let _alone = db.serve_alone()?;
    let migrated = db.migrate().await?;
    let site_url = settings.site_url.as_ref();
    agree(&associations::all(&db).await?, site_url)?;
    if !migrated.applied.is_empty() {
        tracing::info!("{}", migrate::sentence(&migrated));
    }
    let vault = master_key(&db, &settings.keys_dir).await?;
    let app = context.app_with(db, vault).await?;
    let associations = hosted(&app, site_url).await?;
    up(&app, associations, context.output, Vec::new()).await
}

/// Whether the site URL goes with what is hosted here. An issuer never changes because a setting
/// did: every platform compares it letter by letter.
fn agree(all: &[Association], site_url: Option<&Issuer>) -> Result<()> {
    let Some(issuer) = site_url else {
        ensure!(
            !all.is_empty(),
            "there is no association yet; name its website: novi-sso serve --site-url https://www.example.org"
        );
        return Ok(());
    };
    if all.is_empty() || all.iter().any(|association| association.issuer == *issuer) {
        return Ok(());
    }
    let issuers: Vec<_> = all.iter().map(|association| association.issuer.as_str()).collect();
    bail!(
        "the site URL {issuer} is none of the issuers hosted here ({}); to change an issuer on purpose run: novi-sso association move --site-url {issuer}; to host another association as well run: novi-sso association add --site-url {issuer} --name NAME",
        issuers.join(", ")
    );
}

/// The master key; the first start makes it. A database that was sealed with one needs that very
/// one, so a new one would only hide what is wrong.
async fn master_key(db: &Db, keys_dir: &Path) -> Result<Vault, vault::Error> {
    if !Vault::exists(keys_dir) && !Vault::has_sealed(db).await? {
        match Vault::init(keys_dir) {
            Ok(path) => tracing::info!(
                "made the master key {}; keep a copy of it apart from the database's",
                path.display()
            ),
            // Another node of the same first start was faster.
            Err(vault::Error::Exists(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Vault::open(keys_dir)
}

/// The associations to serve; the first start makes one from the site URL.
async fn hosted(app: &App, site_url: Option<&Issuer>) -> Result<Vec<Association>> {
    let all = associations::list(app).await?;
    let Some(issuer) = site_url.filter(|_| all.is_empty()) else { return Ok(all) };
    // Until an admin names it, its host has to do.
    match associations::add(app, issuer, issuer.host(), &Actor::System).await? {
        Ok(_) => tracing::info!(%issuer, "added the first association"),
        // Another node of the same first start was faster.
        Err(Refusal::Taken(_)) => {}
        Err(refusal) => return Err(refusal.into()),
    }
    Ok(associations::list(app).await?)
}

/// What is served beside the associations, on a listener of its own.
pub struct Beside {
    pub name: &'static str,
    pub listener: TcpListener,
    pub router: Router,
}

/// Serves until a signal says stop, with all that runs in the background.
pub async fn up(
    app: &App,
    associations: Vec<Association>,
    output: Output,
    mut beside: Vec<Beside>,
) -> Result<()> {
    let settings = &app.settings;
    let (listener, address) = listen(settings.listen).await?;
    let metrics = match settings.metrics_listen {
        Some(address) => Some(listen(address).await?),
        None => None,
    };
    let has_metrics = metrics.is_some();
    if let Some((listener, address)) = metrics {
        let router = telemetry::metrics_router();
        beside.push(Beside { name: "metrics", listener, router });
        say(output, &format!("metrics on http://{address}/metrics"), "metrics", address);
    }
    let lifecycle = Lifecycle::new();
    let grace = Duration::from_secs(settings.drain_grace);
    lifecycle.obey_signals(grace).context("cannot listen to signals")?;
    let rules = Rules {
        trusted_proxies: settings.trusted_proxies.clone(),
        draining: lifecycle.draining(),
        ..Rules::default()
    };
    let rules = rules.within_open_files();

    for Beside { name, listener, router } in beside {
        let (rules, stop) = (rules.clone(), lifecycle.stop());
        lifecycle.spawn(name, async move {
            serve(listener, router, rules, stop).await;
        });
    }
    if has_metrics {
        lifecycle.spawn("upkeep of metrics", telemetry::keep_metrics(lifecycle.stop()));
    }
    let (draining, app_draining) = (lifecycle.draining(), app.draining.clone());
    lifecycle.spawn("draining", async move {
        draining.cancelled().await;
        app_draining.cancel();
    });
    lifecycle.spawn("watch over settings", app.db.clone().watch_config(lifecycle.stop()));

    say(output, &format!("listening on http://{address}"), "listening", address);
    lifecycle.ready();
    // Nothing of this may keep the first request waiting.
    lifecycle.spawn("set-up links", invite(app.clone(), associations, output));
    lifecycle.spawn("housekeeping", housekeeping::run(app.clone(), lifecycle.stop()));
    lifecycle.spawn("back-channel log-out", backchannel::run(app.clone(), lifecycle.stop()));
    #[cfg(feature = "sync")]
    lifecycle.spawn("sync", crate::sync::worker::run(app.clone(), lifecycle.stop()));

    let drained = serve(listener, router(app.clone()), rules, lifecycle.stop()).await;
    if drained.cut > 0 {
        tracing::warn!(requests = drained.cut, "some requests were not answered in time");
    }
    if let Err(unfinished) = lifecycle.finish(LAST_MOMENTS).await {
        tracing::warn!(%unfinished, "some tasks did not end in time");
    }
    tracing::info!("stopped");
    Ok(())
}

pub async fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind(address).await;
    let listener = listener.with_context(|| format!("cannot listen on {address}"))?;
    let address = listener.local_addr().context("cannot tell where this listens")?;
    Ok((listener, address))
}

/// That nobody can hear it is no reason not to serve.
fn say(output: Output, line: &str, name: &str, address: SocketAddr) {
    if let Err(error) = output.say(line, &json!({ name: address.to_string() })) {
        tracing::warn!(%error, "cannot say: {line}");
    }
}

/// Prints a one-time link for each association without an admin: to standard output and never into
/// the log, for it opens the door.
async fn invite(app: App, associations: Vec<Association>, output: Output) {
    for association in associations {
        let site = Site::new(app.clone(), association.into(), app.clock.now());
        let host = &site.association.host;
        let said = match set_up::link(&site).await {
            Ok(None) => continue,
            Ok(Some(link)) => {
                let object = json!({ "association": host, "set_up_link": link });
                output.say(&invitation(&site, &link), &object)
            }
            Err(error) => Err(error.into()),
        };
        if let Err(error) = said {
            tracing::warn!(%host, %error, "cannot make a set-up link");
        }
    }
}

//! `check`: whether settings, database, keys, clock and public URL are as they should be. Changes
//! nothing.

mod findings;
mod public;

use anyhow::{Result, bail};

use super::context::Context;
use crate::app::App;
use crate::associations::{self, Issuer, Site};
use crate::clock::Timestamp;
use crate::db::{self, Db, without_password};
use crate::vault::Vault;
use crate::{events, settings, signing};
use findings::Findings;

/// Clocks of different nodes are never quite the same.
const SKEW_SECONDS: i64 = 60;

pub async fn run(context: &Context) -> Result<()> {
    let mut findings = Findings::default();
    look(context, &mut findings).await?;
    context.output.list(&[], &findings.rows(), &findings.object())?;
    match findings.count_wrong() {
        0 => Ok(()),
        1 => bail!("1 thing is wrong"),
        many => bail!("{many} things are wrong"),
    }
}

/// Stops where what follows needs what is missing.
async fn look(context: &Context, findings: &mut Findings) -> Result<()> {
    findings.ok("settings", what_was_read(context));
    let Some(db) = database(context, findings).await else { return Ok(()) };
    let Some(vault) = master_key(context, &db, findings).await? else { return Ok(()) };
    let app = match context.app_with(db, vault).await {
        Ok(app) => app,
        Err(error) => {
            findings.wrong_because("canary", &error);
            return Ok(());
        }
    };
    findings.ok("canary", "the master key opens it".to_owned());
    let mut sites = sites(&app).await?;
    if let Some(issuer) = &context.settings.site_url {
        site_url(issuer, &sites, findings);
    }
    if context.association.is_some() {
        sites = vec![context.site().await?];
    }
    for site in &sites {
        keys(site, findings).await;
        clock(site, findings).await?;
    }
    public::look(sites, findings).await;
    Ok(())
}

fn what_was_read(context: &Context) -> String {
    match &context.config {
        Some(file) => format!("read from {}", file.display()),
        None if std::path::Path::new(settings::FILE).exists() => {
            format!("read from {}", settings::FILE)
        }
        None => "no file, so defaults, environment and flags".to_owned(),
    }
}

async fn database(context: &Context, findings: &mut Findings) -> Option<Db> {
    let url = without_password(&context.settings.database_url);
    let opened = match context.database().await {
        Ok(db) => db.version().await.map(|version| (db, version)).map_err(Into::into),
        Err(error) => Err(error),
    };
    let (db, version) = match opened {
        Ok(opened) => opened,
        Err(error) => {
            findings.wrong_because("database", &error);
            return None;
        }
    };
    findings.ok("database", format!("{url} answers; it is {version}"));
    match db.pending_migrations().await {
        Ok(pending) if pending.is_empty() => {
            findings.ok("migrations", "all applied".to_owned());
            Some(db)
        }
        Ok(pending) => {
            let pending = pending.join(", ");
            let what = format!("not applied: {pending}; serve does it, and novi-sso migrate");
            findings.wrong("migrations", what);
            None
        }
        Err(error) => {
            findings.wrong_because("migrations", &error.into());
            None
        }
    }
}

async fn master_key(context: &Context, db: &Db, findings: &mut Findings) -> Result<Option<Vault>> {
    let dir = &context.settings.keys_dir;
    if !Vault::has_sealed(db).await? {
        let none = "nothing is sealed yet; the first start does it with the key in";
        findings.warning("master key", format!("{none} {}", dir.display()));
        return Ok(None);
    }
    Ok(match Vault::open(dir) {
        Ok(vault) => {
            let what = format!("in {}, and readable by its owner alone", dir.display());
            findings.ok("master key", what);
            Some(vault)
        }
        Err(error) => {
            findings.wrong_because("master key", &error.into());
            None
        }
    })
}

async fn sites(app: &App) -> Result<Vec<Site>, db::Error> {
    let all = associations::list(app).await?.into_iter();
    Ok(all.map(|found| Site::new(app.clone(), found.into(), app.clock.now())).collect())
}

fn site_url(issuer: &Issuer, sites: &[Site], findings: &mut Findings) {
    if sites.iter().any(|site| site.association.issuer == *issuer) {
        findings.ok("site URL", format!("{issuer} is hosted here"));
    } else if sites.is_empty() {
        findings.ok("site URL", format!("{issuer} is made by the first start"));
    } else {
        findings.wrong("site URL", format!("{issuer} is none of the issuers hosted here"));
    }
}

/// The keys open, and nothing of their timeline is overdue.
async fn keys(site: &Site, findings: &mut Findings) {
    let host = &site.association.host;
    let ring = match signing::load(site).await {
        Ok(ring) => ring,
        Err(error) => {
            findings.wrong("signing keys", format!("{host}: {error}"));
            return;
        }
    };
    let kid = &ring.current.jwk.kid;
    match signing::list(site).await {
        Ok(keys) if signing::due(&keys, site.now).is_empty() => {
            findings.ok("signing keys", format!("{host}: {kid} signs"));
        }
        Ok(_) => {
            let what =
                "the next step of the timeline is due; a running server takes it within minutes";
            findings.warning("signing keys", format!("{host}: {kid} signs; {what}"));
        }
        Err(error) => findings.wrong("signing keys", format!("{host}: {error}")),
    }
}

/// A clock that was set back would make keys and codes live again.
async fn clock(site: &Site, findings: &mut Findings) -> Result<(), db::Error> {
    let host = &site.association.host;
    let mut known: Vec<Timestamp> = events::latest(&mut site.read()).await?.into_iter().collect();
    known.extend(signing::list(site).await?.iter().map(|key| key.created_at));
    let ahead = known.iter().max().filter(|at| at.seconds_since(site.now) > SKEW_SECONDS);
    match ahead {
        Some(at) => {
            let what = format!("{host}: it says {}, but something was recorded at {at}", site.now);
            findings.wrong("clock", format!("{what}; set it right"));
        }
        None => findings.ok("clock", format!("{host}: {} is after all that is recorded", site.now)),
    }
    Ok(())
}

//! `association`: the associations hosted here.

use anyhow::Result;
use clap::Subcommand;
use serde_json::{Value, json};

use super::context::{ACTOR, Context};
use super::input;
use crate::associations::{self, Issuer, Site, set_up};

#[derive(Subcommand)]
pub enum Command {
    /// Host an association, beside those that are here
    Add {
        /// Its website, which is its issuer: https://www.example.org
        #[arg(long, value_name = "URL", value_parser = Issuer::parse)]
        site_url: Issuer,
        #[arg(long, value_parser = input::name)]
        name: String,
        /// A staging association: members sign in, and nothing is sent to the platforms
        #[cfg(feature = "sync")]
        #[arg(long)]
        staging: bool,
    },
    /// Show the associations hosted here
    List,
    /// Change the issuer on purpose: every platform must be told the new one; staging goes live by it
    Move {
        #[arg(long, value_name = "URL", value_parser = Issuer::parse)]
        site_url: Issuer,
        /// A staging association stays one, under its new name
        #[cfg(feature = "sync")]
        #[arg(long)]
        keep_staging: bool,
    },
}

pub async fn run(context: &Context, command: Command) -> Result<()> {
    match command {
        Command::Add {
            site_url,
            name,
            #[cfg(feature = "sync")]
            staging,
        } => {
            let site = add(context, &site_url, &name).await?;
            #[cfg(feature = "sync")]
            if staging {
                super::sync::begin_on_staging(&site).await?;
            }
            added(context, &site).await
        }
        Command::List => list(context).await,
        Command::Move {
            site_url,
            #[cfg(feature = "sync")]
            keep_staging,
        } => {
            let site = context.site().await?;
            associations::move_to(&site, &site_url, &ACTOR).await??;
            #[cfg(feature = "sync")]
            let goes_live = !keep_staging && super::sync::go_live(&site).await?;
            #[cfg(not(feature = "sync"))]
            let goes_live = false;
            moved(context, &site, &site_url, goes_live)
        }
    }
}

async fn add(context: &Context, issuer: &Issuer, name: &str) -> Result<Site> {
    let app = context.app().await?;
    Ok(associations::add(&app, issuer, name, &ACTOR).await??)
}

async fn added(context: &Context, site: &Site) -> Result<()> {
    let link = set_up::link(site).await?;
    let (name, issuer) = (&site.association.name, &site.association.issuer);
    let mut line = format!("added {name} at {issuer}");
    if let Some(link) = &link {
        line = format!("{line}\n{}", invitation(site, link));
    }
    let object = json!({
        "association_id": site.id(),
        "issuer": issuer.as_str(),
        "set_up_link": link,
    });
    context.output.say(&line, &object)
}

/// How the first admin comes in.
pub fn invitation(site: &Site, link: &str) -> String {
    let host = &site.association.host;
    format!(
        "{host} has no admin yet; whoever opens this link within an hour becomes the first: {link}"
    )
}

async fn list(context: &Context) -> Result<()> {
    let app = context.app().await?;
    let all = associations::list(&app).await?;
    let rows = all.iter().map(|it| vec![it.host.clone(), it.issuer.to_string(), it.name.clone()]);
    let objects: Vec<Value> = all
        .iter()
        .map(|it| {
            json!({
                "association_id": it.association_id,
                "host": it.host,
                "issuer": it.issuer.as_str(),
                "name": it.name,
            })
        })
        .collect();
    let rows: Vec<_> = rows.collect();
    let object = json!({ "associations": objects });
    context.output.list(&["host", "issuer", "name"], &rows, &object)
}

/// `site` as it was before.
fn moved(context: &Context, site: &Site, issuer: &Issuer, goes_live: bool) -> Result<()> {
    let before = &site.association.issuer;
    let mut line = format!(
        "the issuer is {issuer} and no longer {before}; tell every platform, and serve with --site-url {issuer}"
    );
    if goes_live {
        line.push_str("\nit was a staging association and is live now: group sync runs");
    }
    let object = json!({
        "before": before.as_str(),
        "issuer": issuer.as_str(),
        "went_live": goes_live,
    });
    context.output.say(&line, &object)
}

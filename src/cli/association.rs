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
    },
    /// Show the associations hosted here
    List,
    /// Change the issuer on purpose: every platform must be told the new one
    Move {
        #[arg(long, value_name = "URL", value_parser = Issuer::parse)]
        site_url: Issuer,
    },
}

pub async fn run(context: &Context, command: Command) -> Result<()> {
    match command {
        Command::Add { site_url, name } => add(context, &site_url, &name).await,
        Command::List => list(context).await,
        Command::Move { site_url } => move_to(context, &site_url).await,
    }
}

async fn add(context: &Context, issuer: &Issuer, name: &str) -> Result<()> {
    let app = context.app().await?;
    let site = associations::add(&app, issuer, name, &ACTOR).await??;
    let link = set_up::link(&site).await?;
    let mut line = format!("added {name} at {issuer}");
    if let Some(link) = &link {
        line = format!("{line}\n{}", invitation(&site, link));
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

async fn move_to(context: &Context, issuer: &Issuer) -> Result<()> {
    let site = context.site().await?;
    let before = &site.association.issuer;
    associations::move_to(&site, issuer, &ACTOR).await??;
    let line = format!(
        "the issuer is {issuer} and no longer {before}; tell every platform, and serve with --site-url {issuer}"
    );
    let object = json!({ "before": before.as_str(), "issuer": issuer.as_str() });
    context.output.say(&line, &object)
}

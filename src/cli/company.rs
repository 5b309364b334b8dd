//! `company`: what people belong to.

use anyhow::Result;
use clap::Subcommand;
use serde_json::json;

use super::context::{ACTOR, Context};
use super::{input, member};
use crate::associations::Site;
use crate::members::companies::{self, Listed};
use crate::members::{Sheet, fields, sheet};

const PAGE: i64 = 200;

#[derive(Subcommand)]
pub enum Command {
    /// Add a company
    Add {
        #[arg(long, value_parser = input::name)]
        name: String,
        /// Another field, as in website=https://acme.example/; may stand more than once
        #[arg(long, value_name = "NAME=VALUE")]
        set: Vec<String>,
    },
    /// Change what is known of a company; a new name shows on all its people
    Change {
        #[arg(value_name = "NAME|ID")]
        company: String,
        /// A field and its new value, as in name=Acme; blank clears it; may stand more than once
        #[arg(long, value_name = "NAME=VALUE", required = true)]
        set: Vec<String>,
    },
    /// Put a company out of use; its people stay what they are
    Deactivate {
        #[arg(value_name = "NAME|ID")]
        company: String,
    },
    /// Bring a company back
    Reactivate {
        #[arg(value_name = "NAME|ID")]
        company: String,
    },
    /// Show the companies, by name
    List,
}

pub async fn run(context: &Context, command: Command) -> Result<()> {
    let site = context.site().await?;
    match command {
        Command::Add { name, set } => add(context, &site, &name, &set).await,
        Command::Change { company, set } => change(context, &site, &company, &set).await,
        Command::Deactivate { company } => switch(context, &site, &company, false).await,
        Command::Reactivate { company } => switch(context, &site, &company, true).await,
        Command::List => list(context, &site).await,
    }
}

async fn add(context: &Context, site: &Site, name: &str, set: &[String]) -> Result<()> {
    let places = sheet::company(&fields::shown(&mut site.read()).await?);
    let mut sheet = Sheet::default();
    sheet.set("name", name);
    input::fill(&mut sheet, &places, set)?;
    let id = companies::add(site, &sheet, &ACTOR).await?;
    context.output.say(&format!("added the company {name}: {id}"), &json!({ "company_id": id }))
}

async fn change(context: &Context, site: &Site, named: &str, set: &[String]) -> Result<()> {
    let id = companies::find(&mut site.read(), named).await??;
    let changed = member::set_fields(site, &id.clone().into(), set).await?;
    let line = format!("{named} is {}", if changed { "changed" } else { "like that already" });
    context.output.say(&line, &json!({ "company_id": id, "changed": changed }))
}

async fn switch(context: &Context, site: &Site, named: &str, on: bool) -> Result<()> {
    let id = companies::find(&mut site.read(), named).await??;
    let changed = match on {
        true => companies::reactivate(site, &id, &ACTOR).await?,
        false => companies::deactivate(site, &id, &ACTOR).await?,
    };
    let (when, state) =
        (if changed { "now" } else { "already" }, if on { "active" } else { "out" });
    let object = json!({ "company_id": id, "changed": changed });
    context.output.say(&format!("{named} is {when} {state}"), &object)
}

async fn list(context: &Context, site: &Site) -> Result<()> {
    let mut all: Vec<Listed> = Vec::new();
    loop {
        let page = companies::list(&mut site.read(), all.last(), PAGE).await?;
        if page.is_empty() {
            break;
        }
        all.extend(page);
    }
    let rows = all.iter().map(|it| {
        let out = it.deactivated_at.map(|since| format!("out since {since}"));
        let email = it.email.clone().unwrap_or_default();
        vec![it.company_id.to_string(), it.name.clone(), email, out.unwrap_or_default()]
    });
    let object = |it: &Listed| {
        json!({
            "company_id": it.company_id,
            "name": it.name,
            "email": it.email,
            "deactivated_at": it.deactivated_at.map(|at| at.to_string()),
        })
    };
    let objects = json!({ "companies": all.iter().map(object).collect::<Vec<_>>() });
    context.output.list(&["id", "name", "e-mail", ""], &rows.collect::<Vec<_>>(), &objects)
}

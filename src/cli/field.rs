//! `field`: custom fields of people and companies.

use anyhow::{Result, anyhow};
use clap::Subcommand;
use serde_json::json;

use super::context::{ACTOR, Context};
use super::input;
use crate::associations::Site;
use crate::members::fields::{self, Field, Kind, Settings};

#[derive(Subcommand)]
pub enum Command {
    /// Add a custom field; its key is made from the label
    Add {
        #[arg(long, value_parser = input::name)]
        label: String,
        /// text, number, date, url or yes_no; it stays
        #[arg(long, default_value = "text", value_parser = kind)]
        kind: Kind,
        /// Keep it off the pages of people and companies
        #[arg(long)]
        hidden: bool,
    },
    /// Change a custom field; its key and kind stay
    Change {
        #[arg(value_name = "KEY|ID")]
        field: String,
        #[arg(long, value_parser = input::name)]
        label: Option<String>,
        /// On the pages of people and companies
        #[arg(long, conflicts_with = "hidden")]
        shown: bool,
        #[arg(long)]
        hidden: bool,
    },
    /// Delete a custom field with all its values
    Delete {
        #[arg(value_name = "KEY|ID")]
        field: String,
    },
    /// Show the custom fields
    List,
}

fn kind(text: &str) -> Result<Kind> {
    let known = || Kind::ALL.map(Kind::as_text).join(", ");
    Kind::parse(text).ok_or_else(|| anyhow!("{text} is none of: {}", known()))
}

pub async fn run(context: &Context, command: Command) -> Result<()> {
    let site = context.site().await?;
    match command {
        Command::Add { label, kind, hidden } => {
            let settings = Settings { label, is_shown: !hidden, higher_logic: None };
            let id = fields::add(&site, &settings, kind, &ACTOR).await??;
            let field = fields::named(&mut site.read(), id.as_str()).await??;
            let line = format!("added the field {} with the key {}: {id}", field.label, field.key);
            context.output.say(&line, &json!({ "field_id": id, "key": field.key }))
        }
        Command::Change { field, label, shown, hidden } => {
            change(context, &site, &field, label, shown, hidden).await
        }
        Command::Delete { field } => {
            let field = fields::named(&mut site.read(), &field).await??;
            let size = fields::size(&mut site.read(), &field.field_id).await?;
            fields::delete(&site, &field.field_id, &ACTOR).await?;
            let line = format!("deleted the field {} and {size} values", field.label);
            context.output.say(&line, &json!({ "field_id": field.field_id, "values": size }))
        }
        Command::List => list(context, &site).await,
    }
}

async fn change(
    context: &Context,
    site: &Site,
    named: &str,
    label: Option<String>,
    shown: bool,
    hidden: bool,
) -> Result<()> {
    let field = fields::named(&mut site.read(), named).await??;
    let settings = Settings {
        label: label.unwrap_or_else(|| field.label.clone()),
        is_shown: (field.is_shown() || shown) && !hidden,
        higher_logic: None,
    };
    fields::change(site, &field.field_id, &settings, &ACTOR).await??;
    let line = format!("changed the field {}", settings.label);
    context.output.say(&line, &json!({ "field_id": field.field_id }))
}

async fn list(context: &Context, site: &Site) -> Result<()> {
    let all = fields::list(&mut site.read()).await?;
    let rows = all.iter().map(|field| {
        let shown = if field.is_shown() { "shown" } else { "hidden" };
        let texts = [field.field_id.as_str(), &field.key, &field.label, &field.kind, shown];
        texts.map(str::to_owned).to_vec()
    });
    let object = |field: &Field| {
        json!({
            "field_id": field.field_id,
            "key": field.key,
            "label": field.label,
            "kind": field.kind,
            "shown": field.is_shown(),
            "higher_logic": field.higher_logic_since.is_some(),
        })
    };
    let objects = json!({ "fields": all.iter().map(object).collect::<Vec<_>>() });
    let heading = ["id", "key", "label", "kind", ""];
    context.output.list(&heading, &rows.collect::<Vec<_>>(), &objects)
}

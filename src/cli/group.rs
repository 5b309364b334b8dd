//! `group`: groups, and who is in them.

use anyhow::{Context as _, Result, bail};
use clap::Subcommand;
use serde_json::{Value, json};

use super::context::{ACTOR, Context};
use super::input;
use crate::groups::{self, membership};
use crate::id::RecordId;
use crate::members;

const A_PAGE: i64 = 500;

#[derive(Subcommand)]
pub enum Command {
    /// Add a group
    Add {
        #[arg(long, value_parser = input::name)]
        name: String,
        /// SSO clients may see its name in the claim `groups`
        #[arg(long)]
        visible_to_clients: bool,
    },
    /// Give a group another name
    Rename {
        /// The group's name or UniqueID
        #[arg(long, value_name = "NAME|ID")]
        group: String,
        #[arg(long, value_parser = input::name)]
        name: String,
    },
    /// Delete a group; whoever is in it stays as they are
    Delete {
        /// The group's name or UniqueID
        #[arg(long, value_name = "NAME|ID")]
        group: String,
    },
    /// Put a person or a company into a group
    AddMember(Membership),
    /// Take a person or a company out of a group
    RemoveMember(Membership),
    /// Show who is in a group
    Members {
        /// The group's name or UniqueID
        #[arg(long, value_name = "NAME|ID")]
        group: String,
    },
    /// Show the groups
    List,
}

#[derive(clap::Args)]
pub struct Membership {
    /// The group's name or UniqueID
    #[arg(long, value_name = "NAME|ID")]
    group: String,
    #[command(flatten)]
    who: Who,
}

#[derive(clap::Args)]
#[group(required = true, multiple = false)]
pub struct Who {
    /// The person's e-mail or UniqueID
    #[arg(long, value_name = "EMAIL|ID")]
    member: Option<String>,
    /// The company's name or UniqueID
    #[arg(long, value_name = "NAME|ID")]
    company: Option<String>,
}

pub async fn run(context: &Context, command: Command) -> Result<()> {
    match command {
        Command::Add { name, visible_to_clients } => add(context, &name, visible_to_clients).await,
        Command::Rename { group, name } => rename(context, &group, &name).await,
        Command::Delete { group } => delete(context, &group).await,
        Command::Members { group } => list_members(context, &group).await,
        Command::AddMember(who) => change(context, &who, Change::In).await,
        Command::RemoveMember(who) => change(context, &who, Change::Out).await,
        Command::List => list(context).await,
    }
}

async fn add(context: &Context, name: &str, visible_to_clients: bool) -> Result<()> {
    let site = context.site().await?;
    let id = groups::add(&site, name, visible_to_clients, &ACTOR).await??;
    context.output.say(&format!("added the group {name}: {id}"), &json!({ "group_id": id }))
}

enum Change {
    In,
    Out,
}

async fn change(context: &Context, asked: &Membership, change: Change) -> Result<()> {
    let site = context.site().await?;
    let group = groups::find(&mut site.read(), &asked.group).await??;
    let (named, key, record) = match (&asked.who.member, &asked.who.company) {
        (Some(member), _) => {
            let id = members::find(&mut site.read(), member).await??;
            (member, "member_id", RecordId::from(id))
        }
        (None, Some(company)) => {
            let id = groups::company(&mut site.read(), company).await??;
            (company, "company_id", id)
        }
        (None, None) => bail!("say whom: --member or --company"),
    };
    let (changed, state) = match change {
        Change::In => (groups::add_member(&site, &group, &record, &ACTOR).await?, "in"),
        Change::Out => (groups::remove_member(&site, &group, &record, &ACTOR).await?, "not in"),
    };
    let when = if changed { "now" } else { "already" };
    let line = format!("{named} is {when} {state} {}", asked.group);
    let object = json!({ "group_id": group, key: record, "changed": changed });
    context.output.say(&line, &object)
}

async fn rename(context: &Context, named: &str, name: &str) -> Result<()> {
    let site = context.site().await?;
    let id = groups::find(&mut site.read(), named).await??;
    let group = groups::load(&mut site.read(), &id).await?;
    let is_visible = group.is_some_and(|group| group.visible_to_clients_since.is_some());
    groups::change(&site, &id, name, is_visible, &ACTOR).await??;
    let object = json!({ "group_id": id, "name": name });
    context.output.say(&format!("{named} is called {name} now"), &object)
}

async fn delete(context: &Context, named: &str) -> Result<()> {
    let site = context.site().await?;
    let id = groups::find(&mut site.read(), named).await??;
    let refused = format!("the group {named} stays");
    groups::delete(&site, &id, &ACTOR).await?.context(refused)?;
    context.output.say(&format!("deleted the group {named}"), &json!({ "group_id": id }))
}

async fn list_members(context: &Context, named: &str) -> Result<()> {
    let site = context.site().await?;
    let group = groups::find(&mut site.read(), named).await??;
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let page = membership::page(&mut site.read(), &group, "", after.as_ref(), A_PAGE).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.record_id.clone());
        all.extend(page);
    }
    let rows = all.iter().map(|record| {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let id = record.record_id.to_string();
        let (kind, name) = (record.kind.clone(), record.name.clone());
        vec![id, kind, name, text(&record.email), text(&record.company)]
    });
    let rows: Vec<_> = rows.collect();
    let object = |record: &groups::Record| {
        json!({
            "record_id": record.record_id,
            "kind": record.kind,
            "name": record.name,
            "email": record.email,
            "company_name": record.company,
            "deactivated": record.deactivated_at.is_some(),
        })
    };
    let members: Vec<Value> = all.iter().map(object).collect();
    let object = json!({ "group_id": group, "members": members });
    context.output.list(&["id", "", "name", "e-mail", "company"], &rows, &object)
}

async fn list(context: &Context) -> Result<()> {
    let site = context.site().await?;
    let groups = groups::list(&mut site.read()).await?;
    let rows = groups.iter().map(|group| {
        let visible =
            if group.visible_to_clients_since.is_some() { "visible to clients" } else { "" };
        let size = group.size.to_string();
        vec![group.group_id.to_string(), group.name.clone(), size, visible.to_owned()]
    });
    let rows: Vec<_> = rows.collect();
    let object = |group: &groups::Group| {
        json!({
            "group_id": group.group_id,
            "name": group.name,
            "size": group.size,
            "visible_to_clients": group.visible_to_clients_since.is_some(),
        })
    };
    let object = json!({ "groups": groups.iter().map(object).collect::<Vec<Value>>() });
    context.output.list(&["id", "name", "members", ""], &rows, &object)
}

//! `group`: groups, and who is in them.

use anyhow::Result;
use clap::Subcommand;
use serde_json::{Value, json};

use super::context::{ACTOR, Context};
use super::input;
use crate::{groups, members};

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
    /// Put a member into a group
    AddMember(Membership),
    /// Take a member out of a group
    RemoveMember(Membership),
    /// Show the groups
    List,
}

#[derive(clap::Args)]
pub struct Membership {
    /// The group's name or UniqueID
    #[arg(long, value_name = "NAME|ID")]
    group: String,
    /// The member's e-mail or UniqueID
    #[arg(long, value_name = "EMAIL|ID")]
    member: String,
}

pub async fn run(context: &Context, command: Command) -> Result<()> {
    match command {
        Command::Add { name, visible_to_clients } => add(context, &name, visible_to_clients).await,
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

async fn change(context: &Context, who: &Membership, change: Change) -> Result<()> {
    let site = context.site().await?;
    let group = groups::find(&mut site.read(), &who.group).await??;
    let member = members::find(&mut site.read(), &who.member).await??;
    let (changed, state) = match change {
        Change::In => (groups::add_member(&site, &group, &member, &ACTOR).await?, "in"),
        Change::Out => (groups::remove_member(&site, &group, &member, &ACTOR).await?, "not in"),
    };
    let when = if changed { "now" } else { "already" };
    let line = format!("{} is {when} {state} {}", who.member, who.group);
    let object = json!({ "group_id": group, "member_id": member, "changed": changed });
    context.output.say(&line, &object)
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

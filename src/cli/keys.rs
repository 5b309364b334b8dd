//! `keys`: the master key of the installation, and the signing keys of an association.

use anyhow::Result;
use clap::Subcommand;
use serde_json::json;

use super::context::{ACTOR, Context};
use crate::associations::Site;
use crate::signing::{self, Kept};
use crate::vault::Vault;
use crate::{grants, sessions};

/// Rows per step.
const STEP: i64 = 200;

#[derive(Subcommand)]
pub enum Command {
    /// Make the master key; it never replaces one
    Init,
    /// Let the next signing key take over
    Rotate {
        /// Also before platforms had time to fetch it, and withdraw the old one at once
        #[arg(long)]
        emergency: bool,
    },
    /// Show the signing keys
    List,
}

pub async fn run(context: &Context, command: Command) -> Result<()> {
    match command {
        Command::Init => init(context),
        Command::Rotate { emergency } => rotate(context, emergency).await,
        Command::List => list(context).await,
    }
}

fn init(context: &Context) -> Result<()> {
    let path = Vault::init(&context.settings.keys_dir)?;
    let line = format!(
        "made {}; keep a copy of it apart from the database's: without it nothing sealed opens again",
        path.display()
    );
    context.output.say(&line, &json!({ "file": path }))
}

async fn rotate(context: &Context, emergency: bool) -> Result<()> {
    let site = context.site().await?;
    let kid = signing::rotate(&site, emergency, ACTOR).await??;
    let mut line = format!("{kid} signs for {} from now on", site.association.host);
    if emergency {
        end_everything(&site).await?;
        line.push_str("; everybody is signed out, and every code and token is void");
    }
    context.output.say(&line, &json!({ "kid": kid }))
}

/// Whoever has the old key may have signed anything, so nothing from before counts (SECURITY.md 4.8).
/// In steps, so that others get their turn in between.
async fn end_everything(site: &Site) -> Result<()> {
    while grants::revoke_all(site, STEP).await? > 0 {}
    while sessions::end_all(site, STEP).await? > 0 {}
    Ok(())
}

async fn list(context: &Context) -> Result<()> {
    let site = context.site().await?;
    let keys = signing::list(&site).await?;
    let rows = keys.iter().map(|key| {
        let (state, since) = state(key);
        vec![key.kid.clone(), state.to_owned(), since]
    });
    let rows: Vec<_> = rows.collect();
    let objects = keys.iter().map(|key| {
        json!({
            "kid": key.kid,
            "state": state(key).0,
            "created_at": key.created_at.to_string(),
            "activated_at": key.activated_at.map(|at| at.to_string()),
            "retired_at": key.retired_at.map(|at| at.to_string()),
            "withdrawn_at": key.withdrawn_at.map(|at| at.to_string()),
        })
    });
    let object = json!({ "keys": objects.collect::<Vec<_>>() });
    context.output.list(&["key", "state", "since"], &rows, &object)
}

fn state(key: &Kept) -> (&'static str, String) {
    let (state, since) = match (key.activated_at, key.retired_at, key.withdrawn_at) {
        (_, _, Some(at)) => ("withdrawn", at),
        (_, Some(at), None) => ("retired", at),
        (Some(at), None, None) => ("current", at),
        (None, None, None) => ("next", key.created_at),
    };
    (state, since.to_string())
}

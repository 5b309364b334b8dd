//! `sync`: group sync to the community platforms, from the command line. It works beside a running
//! server: both take work from the same queue, and none takes what the other has.

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail, ensure};
use clap::{Subcommand, ValueEnum};
use serde_json::{Value, json};

use super::context::{ACTOR, Context};
use crate::associations::Site;
use crate::groups;
use crate::id::PlanId;
use crate::sync::integration::{self, Integration, State};
use crate::sync::link::{self, Cause, Link};
use crate::sync::platform::{Platform, Profile};
use crate::sync::switch::{self, Leave, Mark};
use crate::sync::{places, preview, queue, release, worker};

#[derive(Subcommand)]
pub enum Command {
    /// Show the integrations, the linked groups and what waits
    Status,
    /// Check every linked group from end to end now, and do what is due
    Run {
        #[command(flatten)]
        which: Which,
    },
    /// Show what a sync of a linked group would do, without doing it
    Plan {
        /// The group's name or UniqueID
        #[arg(long, value_name = "NAME|ID")]
        group: String,
        #[arg(long)]
        platform: Named,
    },
    /// Let removals go that are held; or let a restored or copied database sync again
    Release(Release),
    /// Send nothing to a platform until it is resumed
    Pause {
        #[arg(long)]
        platform: Named,
    },
    /// Send to a platform again
    Resume {
        #[arg(long)]
        platform: Named,
    },
    /// Say whether this is a staging association, and whether it syncs
    Staging {
        /// off: staging, and nothing is sent; on: staging, and sync runs; live: no staging
        state: Staging,
    },
    /// Set what differs from a platform's documented contract, from a JSON file
    Profile {
        #[arg(long)]
        platform: Named,
        /// The file; without it, everything is as documented again
        #[arg(long, value_name = "FILE")]
        file: Option<PathBuf>,
    },
}

#[derive(clap::Args)]
pub struct Which {
    /// Only this group, by name or UniqueID
    #[arg(long, value_name = "NAME|ID")]
    group: Option<String>,
    #[arg(long)]
    platform: Option<Named>,
}

#[derive(clap::Args)]
#[group(skip)]
pub struct Release {
    /// The plan, as `sync status` names it
    #[arg(long, value_name = "PLAN", requires = "removes")]
    #[arg(required_unless_present = "database", conflicts_with = "database")]
    plan: Option<String>,
    /// How many people the plan removes
    #[arg(long, value_name = "NUMBER", requires = "plan")]
    removes: Option<String>,
    /// This database is the one to sync from, although it was restored or copied
    #[arg(long)]
    database: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Named {
    Mobilize,
    Forj,
    HigherLogic,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Staging {
    Off,
    On,
    Live,
}

impl Named {
    fn platform(self) -> Platform {
        match self {
            Self::Mobilize => Platform::Mobilize,
            Self::Forj => Platform::Forj,
            Self::HigherLogic => Platform::HigherLogic,
        }
    }
}

pub async fn run(context: &Context, command: Command) -> Result<()> {
    match command {
        Command::Status => status(context).await,
        Command::Run { which } => check(context, &which).await,
        Command::Plan { group, platform } => plan(context, &group, platform.platform()).await,
        Command::Release(asked) if asked.database => database(context).await,
        Command::Release(asked) => release(context, &asked).await,
        Command::Pause { platform } => pause(context, platform.platform()).await,
        Command::Resume { platform } => resume(context, platform.platform()).await,
        Command::Staging { state } => staging(context, state).await,
        Command::Profile { platform, file } => profile(context, platform.platform(), file).await,
    }
}

/// In words, and as one word of JSON.
fn state(integration: &Integration) -> &'static str {
    match integration.state() {
        State::Disconnected => "not connected",
        State::Untested => "not tested",
        State::Stopped => "stopped",
        State::Paused => "paused",
        State::Running => "running",
    }
}

fn leave(leave: Leave) -> &'static str {
    match leave {
        Leave::Runs => "sync runs",
        Leave::Staging => "staging: nothing is sent; novi-sso sync staging on changes that",
        Leave::Copied => {
            "this database was restored or copied: nothing is sent; novi-sso sync release --database changes that"
        }
    }
}

async fn status(context: &Context) -> Result<()> {
    let site = context.site().await?;
    let may = switch::leave(&site).await?;
    let mut db = site.read();
    let (mut rows, mut integrations, mut links) = (Vec::new(), Vec::new(), Vec::new());
    for integration in integration::list(&mut db).await? {
        let Some(platform) = integration.platform() else { continue };
        let waiting = queue::length(&mut db, platform).await?;
        let linked = link::list(&mut db, platform).await?;
        let words = integration.stopped_answer.clone().unwrap_or_default();
        rows.push(vec![
            platform.name().to_owned(),
            String::new(),
            format!("{} {words}", state(&integration)).trim().to_owned(),
            format!("{waiting} waiting"),
        ]);
        integrations.push(json!({
            "platform": platform.as_text(),
            "state": state(&integration),
            "answer": integration.stopped_answer,
            "waiting": waiting,
            "failures": integration.failures,
            "last_success_at": integration.last_success_at.map(|at| at.to_string()),
            "last_check_at": link::last_checked(&linked).map(|at| at.to_string()),
        }));
        for link in linked.iter().filter(|link| link.is_linked()) {
            let counts = places::counts_of(&mut db, platform, &link.group_id).await?;
            let counted: Vec<String> = counts
                .iter()
                .map(|(state, number)| format!("{number} {}", state.as_text().replace('_', " ")))
                .collect();
            rows.push(vec![
                platform.name().to_owned(),
                link.group_name.clone(),
                standing(link, &counted),
                link.plan_id.as_ref().map(ToString::to_string).unwrap_or_default(),
            ]);
            let counts: serde_json::Map<String, Value> = counts
                .into_iter()
                .map(|(state, number)| (state.as_text().to_owned(), json!(number)))
                .collect();
            links.push(json!({
                "platform": platform.as_text(),
                "group_id": link.group_id,
                "group": link.group_name,
                "there": link.remote_name,
                "confirmed": link.confirmed,
                "counts": counts,
                "held": link.held_reason,
                "plan_id": link.plan_id,
                "failure": link.failure,
                "checked_at": link.checked_at.map(|at| at.to_string()),
            }));
        }
    }
    rows.push(vec![String::new(), String::new(), leave(may).to_owned(), String::new()]);
    let object = json!({
        "runs": may == Leave::Runs,
        "why": leave(may),
        "integrations": integrations,
        "links": links,
    });
    context.output.list(&["platform", "group", "state", ""], &rows, &object)
}

fn standing(link: &Link, counted: &[String]) -> String {
    if let Some(failure) = &link.failure {
        return format!("failed: {failure}");
    }
    let mut words = counted.join(", ");
    if words.is_empty() {
        words.push_str("nobody");
    }
    match &link.held_reason {
        Some(why) => format!("{words}; removals are held ({})", why.replace('_', " ")),
        None => words,
    }
}

async fn check(context: &Context, which: &Which) -> Result<()> {
    let site = context.site().await?;
    let group = match &which.group {
        Some(named) => Some(groups::find(&mut site.read(), named).await??),
        None => None,
    };
    let mut asked = 0;
    for platform in Platform::ALL {
        if which.platform.is_some_and(|named| named.platform() != platform) {
            continue;
        }
        let mut tx = site.write().await?;
        for link in link::list(&mut tx, platform).await? {
            let is_meant = group.as_ref().is_none_or(|group| *group == link.group_id);
            if link.is_linked() && is_meant {
                link::ask_check(&mut tx, platform, &link.group_id, Cause::Asked).await?;
                asked += 1;
            }
        }
        tx.commit().await?;
    }
    ensure!(asked > 0, "no such group is linked; novi-sso sync status shows those that are");
    let may = switch::leave(&site).await?;
    ensure!(may == Leave::Runs, "{}", leave(may));
    worker::settle(&site.app).await?;
    let line = format!("checked {asked}; novi-sso sync status shows how they stand");
    context.output.say(&line, &json!({ "checked": asked }))
}

async fn plan(context: &Context, named: &str, platform: Platform) -> Result<()> {
    let site = context.site().await?;
    let group = groups::find(&mut site.read(), named).await??;
    let mut db = site.read();
    let link = link::find(&mut db, platform, &group).await?.filter(Link::is_linked);
    let link = link.with_context(|| format!("{named} is not linked to {}", platform.name()))?;
    let integration = connected(&site, platform).await?;
    let preview = preview::of(&site, &integration, &group, &link.remote_group_id).await?;
    let mut rows = Vec::new();
    let mut people = |what: &str, names: Vec<String>| {
        rows.extend(names.iter().map(|name| vec![what.to_owned(), name.clone()]));
        names
    };
    let names = |people: &[preview::Person]| -> Vec<String> {
        people.iter().map(|person| person.name.clone()).collect()
    };
    let adds = people("add", names(&preview.adds));
    let updates = people("update", names(&preview.updates));
    let removes = people("remove", preview.removes.iter().map(|it| it.name.clone()).collect());
    let managers = people("manager, stays", names(&preview.managers));
    let conflicts = people("conflict", names(&preview.conflicts));
    let object = json!({
        "group_id": group,
        "platform": platform.as_text(),
        "in_group": preview.size,
        "syncs": preview.syncs,
        "there": preview.there,
        "adds": adds,
        "updates": updates,
        "removes": removes,
        "managers": managers,
        "conflicts": conflicts,
        "held_plan_id": link.plan_id,
    });
    context.output.list(&["what", "who"], &rows, &object)
}

async fn connected(site: &Site, platform: Platform) -> Result<Integration> {
    let found = integration::find(&mut site.read(), platform).await?;
    let connected = found.filter(|found| found.state() != State::Disconnected);
    connected.with_context(|| format!("{} is not connected", platform.name()))
}

async fn release(context: &Context, asked: &Release) -> Result<()> {
    let site = context.site().await?;
    let (Some(plan), Some(removes)) = (&asked.plan, &asked.removes) else {
        bail!("say which plan, and how many people it removes: --plan PLAN --removes NUMBER");
    };
    let id = PlanId::presented(plan);
    release::release(&site, &id, removes, &ACTOR).await??;
    let line = format!("released: {removes} people are removed, up to 60 a minute");
    context.output.say(&line, &json!({ "plan_id": id, "removes": removes }))
}

async fn database(context: &Context) -> Result<()> {
    let app = context.app().await?;
    let released = switch::release_database(&app).await?;
    let line = match released {
        true => "sync runs from this database now; removals wait until an admin has seen them",
        false => "this database was neither restored nor copied; nothing to release",
    };
    context.output.say(line, &json!({ "released": released }))
}

async fn pause(context: &Context, platform: Platform) -> Result<()> {
    let site = context.site().await?;
    connected(&site, platform).await?;
    let changed = integration::pause(&site, platform, &ACTOR).await?;
    let line = format!("nothing is sent to {} until it is resumed", platform.name());
    context.output.say(&line, &json!({ "platform": platform.as_text(), "changed": changed }))
}

async fn resume(context: &Context, platform: Platform) -> Result<()> {
    let site = context.site().await?;
    connected(&site, platform).await?;
    let changed = integration::resume(&site, platform, &ACTOR).await?;
    let line = format!("{} is sent to again", platform.name());
    context.output.say(&line, &json!({ "platform": platform.as_text(), "changed": changed }))
}

/// Of an association that was just added, before anything of it could be sent.
pub async fn begin_on_staging(site: &Site) -> Result<()> {
    Ok(switch::mark(site, Mark::Staging, &ACTOR).await?)
}

/// Ends staging; false where there was none.
pub async fn go_live(site: &Site) -> Result<bool> {
    let was_staging = switch::staging(site).await?.staging_since.is_some();
    if was_staging {
        switch::mark(site, Mark::Live, &ACTOR).await?;
    }
    Ok(was_staging)
}

async fn staging(context: &Context, state: Staging) -> Result<()> {
    let site = context.site().await?;
    let (mark, line) = match state {
        Staging::Off => (Mark::Staging, "a staging association: nothing is sent to the platforms"),
        Staging::On => (Mark::StagingThatSyncs, "a staging association, and sync runs"),
        Staging::Live => (Mark::Live, "a live association: sync runs"),
    };
    switch::mark(&site, mark, &ACTOR).await?;
    let line = format!("{} is {line}", site.association.host);
    let runs = switch::leave(&site).await? == Leave::Runs;
    context.output.say(&line, &json!({ "host": site.association.host, "runs": runs }))
}

async fn profile(context: &Context, platform: Platform, file: Option<PathBuf>) -> Result<()> {
    let site = context.site().await?;
    let text = match &file {
        Some(file) => Some(
            std::fs::read_to_string(file)
                .with_context(|| format!("cannot read {}", file.display()))?,
        ),
        None => None,
    };
    Profile::of(platform, text.as_deref())?;
    ensure!(
        integration::set_profile(&site, platform, text.as_deref(), &ACTOR).await?,
        "{} is not connected",
        platform.name()
    );
    let what = if text.is_some() { "as the file says" } else { "as documented" };
    let line = format!("{} is called {what}", platform.name());
    context.output.say(&line, &json!({ "platform": platform.as_text(), "profile": text }))
}

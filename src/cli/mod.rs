//! The command line: one file per subcommand. Each prints a line for people or one JSON object for
//! programs, and fails with one line on standard error.

mod association;
mod backup;
mod check;
mod client;
mod client_settings;
mod company;
mod context;
#[cfg(feature = "simulator")]
mod demo;
mod failure;
mod field;
mod group;
mod input;
mod keys;
mod member;
mod migrate;
mod output;
mod restore;
mod serve;
#[cfg(feature = "sync")]
mod sync;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, Result};
use clap::builder::BoolishValueParser;
use clap::{Args, Parser, Subcommand};

use crate::settings::Layer;
use context::Context;

/// Single sign-on for associations: their OpenID Connect provider.
#[derive(Parser)]
#[command(name = "novi-sso", version)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// What every subcommand takes.
#[derive(Args)]
#[command(next_help_heading = "Options of every command")]
struct Global {
    /// sqlite://FILE or postgres://USER:PASSWORD@HOST/NAME [default: sqlite://novi-sso.db]
    #[arg(long, global = true, value_name = "URL")]
    #[arg(env = "NOVI_SSO_DATABASE_URL", hide_env_values = true)]
    database_url: Option<String>,
    /// Where the master key lives [default: keys]
    #[arg(long, global = true, value_name = "DIR", env = "NOVI_SSO_KEYS_DIR")]
    keys_dir: Option<PathBuf>,
    /// The association that is meant, by its host, where there are several
    #[arg(long, global = true, value_name = "HOST", env = "NOVI_SSO_ASSOCIATION")]
    association: Option<String>,
    /// The file with settings [default: novi-sso.toml, if there is one]
    #[arg(long, global = true, value_name = "FILE", env = "NOVI_SSO_CONFIG")]
    config: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long, global = true, env = "NOVI_SSO_JSON", value_parser = BoolishValueParser::new())]
    json: bool,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the associations of this installation
    Serve(serve::Flags),
    /// Serve a sample association and stand-in communities, to try it out
    #[cfg(feature = "simulator")]
    Demo(demo::Flags),
    /// Bring the database up to this version; serve does so too
    Migrate,
    /// Copy the database to a new file, also while it is served
    Backup(backup::Arguments),
    /// Fill an empty place from a backup
    Restore(restore::Arguments),
    /// Look whether settings, database, keys, clock and public URL are as they should be
    Check(serve::Flags),
    /// The master key and the signing keys
    #[command(subcommand)]
    Keys(keys::Command),
    /// The associations hosted here
    #[command(subcommand)]
    Association(association::Command),
    /// People, with login or without
    #[command(subcommand)]
    Member(member::Command),
    /// Companies that people belong to
    #[command(subcommand)]
    Company(company::Command),
    /// Custom fields of people and companies
    #[command(subcommand)]
    Field(field::Command),
    /// Groups and who is in them
    #[command(subcommand)]
    Group(group::Command),
    /// SSO clients: the websites that members open with their login
    #[command(subcommand)]
    Client(client::Command),
    /// Group sync to the community platforms
    #[cfg(feature = "sync")]
    #[command(subcommand)]
    Sync(sync::Command),
}

pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return failure::usage(&error),
    };
    match start(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failure::report(&error),
    }
}

fn start(cli: Cli) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.context("cannot start threads")?;
    let outcome = runtime.block_on(run(cli));
    // A key in the making is not worth waiting for.
    runtime.shutdown_timeout(Duration::from_millis(100));
    outcome
}

async fn run(cli: Cli) -> Result<()> {
    let flags = match &cli.command {
        Command::Serve(flags) | Command::Check(flags) => flags.layer(),
        _ => Layer::default(),
    };
    let context = Context::new(cli.global, flags)?;
    match cli.command {
        Command::Serve(_) => serve::run(&context).await,
        #[cfg(feature = "simulator")]
        Command::Demo(flags) => demo::run(&context, &flags).await,
        Command::Migrate => migrate::run(&context).await,
        Command::Backup(arguments) => backup::run(&context, &arguments).await,
        Command::Restore(arguments) => restore::run(&context, &arguments).await,
        Command::Check(_) => check::run(&context).await,
        Command::Keys(command) => keys::run(&context, command).await,
        Command::Association(command) => association::run(&context, command).await,
        Command::Member(command) => member::run(&context, command).await,
        Command::Company(command) => company::run(&context, command).await,
        Command::Field(command) => field::run(&context, command).await,
        Command::Group(command) => group::run(&context, command).await,
        Command::Client(command) => client::run(&context, command).await,
        #[cfg(feature = "sync")]
        Command::Sync(command) => sync::run(&context, command).await,
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_sound() {
        super::Cli::command().debug_assert();
    }
}

//! The options of the load program.

use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;

use crate::scenario::Scenario;

/// Measures the novi-sso server of this build under load, on a fresh SQLite database.
#[derive(Parser)]
#[command(name = "load")]
pub struct Options {
    /// Print one JSON object instead of the table.
    #[arg(long)]
    pub json: bool,
    /// Short rounds, to see that everything runs; too short to judge by.
    #[arg(long)]
    pub quick: bool,
    /// Measure group sync instead: one change, the first sync of a group, memory, by the group's size.
    #[arg(long)]
    pub sync: bool,
    /// With `--sync`: groups of this size instead of 100, 10,000 and 100,000. May be repeated.
    #[arg(long, value_name = "MEMBERS", requires = "sync")]
    pub size: Vec<usize>,
    /// Measure only this, and what it is compared with. May be repeated.
    #[arg(long, value_name = "NAME")]
    pub only: Vec<Scenario>,
    /// How often everything is measured; the figures are medians.
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u16).range(1..))]
    rounds: Option<u16>,
    /// How long each scenario is driven in a round.
    #[arg(long, value_name = "SECONDS")]
    seconds: Option<f64>,
    /// Connections that ask at the same time.
    #[arg(long, value_name = "COUNT", default_value_t = 64)]
    pub connections: usize,
    /// The same for password sign-ins: fewer, so that the server's queue of 32 waiting hashes never overflows.
    #[arg(long, value_name = "COUNT", default_value_t = 16)]
    pub sign_in_connections: usize,
    /// Keep the servers on the first CPU and the driver off it, for figures per core.
    #[arg(long)]
    pub pin: bool,
    /// Where the database is put, instead of the target directory; it must be a real disk, or flushes cost nothing.
    #[arg(long, value_name = "DIR", hide_default_value = true, default_value = env!("CARGO_TARGET_TMPDIR"))]
    pub dir: PathBuf,
    /// Measure this server instead of the one just built.
    #[arg(long, value_name = "FILE", hide_default_value = true, default_value = env!("CARGO_BIN_EXE_novi-sso"))]
    pub server: PathBuf,
    /// `cargo bench` says so.
    #[arg(long, hide = true)]
    pub bench: bool,
    /// Be the hello world that the server is compared with.
    #[arg(long, hide = true)]
    pub answer_hello: bool,
}

impl Options {
    pub fn rounds(&self) -> u16 {
        self.rounds.unwrap_or(if self.quick { 1 } else { 7 })
    }

    pub fn window(&self) -> Duration {
        let seconds = self.seconds.unwrap_or(if self.quick { 0.5 } else { 1.5 });
        Duration::from_secs_f64(seconds.clamp(0.1, 60.0))
    }

    pub fn wants(&self, scenario: Scenario) -> bool {
        let compared = |chosen: &Scenario| chosen.yardstick() == Some(scenario);
        self.only.is_empty() || self.only.contains(&scenario) || self.only.iter().any(compared)
    }

    pub fn wants_any(&self, scenarios: &[Scenario]) -> bool {
        scenarios.iter().any(|&scenario| self.wants(scenario))
    }
}

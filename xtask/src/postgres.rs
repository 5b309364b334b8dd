//! `cargo xtask postgres -- COMMAND`: any command beside a PostgreSQL server that lives as long as it does.

use std::process::Command;

use crate::cluster::Cluster;
use crate::find::POSTGRES;
use crate::process::{self, Failure};

pub fn run(words: &[String]) -> Result<(), Failure> {
    let Some((program, arguments)) = words.split_first() else { return Ok(()) };
    let server = POSTGRES.find().map_err(Failure::Broken)?;
    let cluster = Cluster::start(&server)?;

    let mut command = Command::new(program);
    command.args(arguments).env("NOVI_TEST_POSTGRES", cluster.url());
    process::run_in_front(command)
}

//! `cargo xtask test`: the same tests on both databases.

use crate::cluster::Cluster;
use crate::find::POSTGRES;
use crate::process::{Failure, cargo};
use crate::setup;
use crate::steps::{self, Done, Skips, Step, passes};

const STEPS: &[Step<Vec<String>>] = &[
    Step { name: "tests on SQLite", run: on_sqlite },
    Step { name: "tests on PostgreSQL", run: on_postgres },
];

pub fn run(mut arguments: Vec<String>) -> Result<(), Failure> {
    setup::require_compiler()?;
    steps::walk(STEPS, &mut arguments, Skips::from_environment())
}

fn on_sqlite(arguments: &mut Vec<String>) -> Result<Done, Failure> {
    let mut test = cargo("test");
    test.args(arguments).env_remove("NOVI_TEST_POSTGRES");
    passes(test)
}

fn on_postgres(arguments: &mut Vec<String>) -> Result<Done, Failure> {
    let server = match POSTGRES.find() {
        Ok(server) => server,
        Err(complaint) => {
            return Ok(Done::Skipped(format!("{complaint} `cargo xtask setup` can do it, too.")));
        }
    };
    let cluster = Cluster::start(&server)?;
    let mut test = cargo("test");
    test.args(arguments).env("NOVI_TEST_POSTGRES", cluster.url());
    passes(test)
}

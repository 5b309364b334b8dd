//! Everything that has to pass before a change lands: `cargo xtask ci`, which is all that `.ci/run` runs.

use crate::browser;
use crate::cluster::Cluster;
use crate::process::{Failure, cargo};
use crate::rp;
use crate::setup::{self, Tools};
use crate::steps::{self, Done, Skips, Step, passes};

/// What the steps leave for those after them.
#[derive(Default)]
struct Ci {
    tools: Option<Tools>,
    cluster: Option<Cluster>,
}

const STEPS: &[Step<Ci>] = &[
    Step { name: "setup", run: set_up },
    Step { name: "PostgreSQL server", run: start_postgres },
    Step { name: "formatting", run: |_| passes(cargo("fmt --all --check")) },
    Step {
        name: "lints",
        run: |_| passes(cargo("clippy --workspace --all-targets --locked -- -D warnings")),
    },
    Step { name: "tests on SQLite", run: tests_on_sqlite },
    Step { name: "tests on PostgreSQL", run: tests_on_postgres },
    Step {
        name: "build without default features",
        run: |_| passes(cargo("build --no-default-features --locked")),
    },
    Step {
        name: "lints without default features",
        run: |_| passes(cargo("clippy --no-default-features --locked -- -D warnings")),
    },
    Step {
        name: "unit tests without default features",
        run: |_| passes(cargo("test --lib --no-default-features --locked")),
    },
    Step { name: "browser tests", run: browser_tests },
    Step { name: "relying parties: openid-client", run: |_| rp::openid_client() },
    Step { name: "relying parties: OmniAuth", run: |_| rp::omniauth() },
];

pub fn run() -> Result<(), Failure> {
    steps::walk(STEPS, &mut Ci::default(), Skips::from_environment())
}

fn set_up(ci: &mut Ci) -> Result<Done, Failure> {
    let tools = setup::install()?;
    if let Err(complaint) = &tools.compiler {
        return Err(Failure::Broken(complaint.clone()));
    }
    // Now rather than after the long tests, when that will be a failure anyway.
    if Skips::from_environment() == Skips::Fail {
        tools.require_all()?;
    }
    ci.tools = Some(tools);
    Ok(Done::Passed)
}

fn start_postgres(ci: &mut Ci) -> Result<Done, Failure> {
    let Some(tools) = &ci.tools else { return Ok(Done::Passed) };
    match &tools.postgres {
        Ok(server) => {
            let cluster = Cluster::start(server)?;
            println!("PostgreSQL {} answers at {}.", server.version, cluster.url());
            ci.cluster = Some(cluster);
            Ok(Done::Passed)
        }
        Err(complaint) => Ok(Done::Skipped(complaint.clone())),
    }
}

fn tests_on_sqlite(_: &mut Ci) -> Result<Done, Failure> {
    let mut test = cargo("test --workspace --locked");
    test.env_remove("NOVI_TEST_POSTGRES");
    passes(test)
}

fn tests_on_postgres(ci: &mut Ci) -> Result<Done, Failure> {
    let Some(cluster) = &ci.cluster else {
        return Ok(Done::Skipped("There is no PostgreSQL server, as said above.".into()));
    };
    let mut test = cargo("test --locked --test it");
    test.env("NOVI_TEST_POSTGRES", cluster.url());
    passes(test)
}

fn browser_tests(ci: &mut Ci) -> Result<Done, Failure> {
    match &ci.tools {
        Some(Tools { chromium: Ok(chromium), node: Ok(_), npm: Ok(_), .. }) => {
            browser::test(&chromium.path)
        }
        _ => Ok(Done::Skipped("Chromium, Node or npm is missing, as said above.".into())),
    }
}

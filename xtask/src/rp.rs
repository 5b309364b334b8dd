//! `cargo xtask rp`: relying parties of other makers sign members in at the development build (`tests/rp`).

use std::process::Command;

use crate::find::{NODE, NPM, OMNIAUTH};
use crate::node;
use crate::process::{self, Failure, cargo};
use crate::program;
use crate::setup;
use crate::steps::{self, Done, Skips, Step, passes};

const STEPS: &[Step<()>] = &[
    Step { name: "openidconnect", run: |()| openidconnect() },
    Step { name: "openid-client", run: |()| openid_client() },
    Step { name: "OmniAuth", run: |()| omniauth() },
];

pub fn run() -> Result<(), Failure> {
    setup::require_compiler()?;
    steps::walk(STEPS, &mut (), Skips::from_environment())
}

/// Part of the tests on both databases, too.
fn openidconnect() -> Result<Done, Failure> {
    let mut test = cargo("test --locked --test it relying_party");
    test.env_remove("NOVI_TEST_POSTGRES");
    passes(test)
}

pub fn openid_client() -> Result<Done, Failure> {
    for tool in [&NODE, &NPM] {
        if let Err(complaint) = tool.find() {
            return Ok(skipped(complaint));
        }
    }
    passes(node::tests("tests/rp/openid-client")?)
}

pub fn omniauth() -> Result<Done, Failure> {
    let found = match OMNIAUTH.find() {
        Ok(found) => found,
        Err(complaint) => return Ok(skipped(complaint)),
    };
    println!("{} {} is driven.", OMNIAUTH.name, found.version);
    let mut test = Command::new(found.path);
    test.arg("tests/rp/omniauth/sign_in_test.rb").current_dir(process::root());
    test.env("NOVI_SSO_BIN", program::built()?);
    passes(test)
}

fn skipped(complaint: String) -> Done {
    Done::Skipped(format!("{complaint} `cargo xtask setup` can do it, too."))
}

//! `cargo xtask faults`: the fault plan of group sync with its own numbers, on both databases. The ordinary
//! tests run the same, shortened.

use std::time::{Duration, Instant};

use crate::cluster::Cluster;
use crate::find::POSTGRES;
use crate::process::{Failure, cargo};
use crate::setup;
use crate::steps::{self, Done, Skips, Step, passes};

/// How long to go on.
#[derive(Debug, PartialEq)]
pub struct Wish {
    /// Once, if none are named.
    minutes: Option<u64>,
}

impl Wish {
    pub fn parse(words: &[String]) -> Result<Self, String> {
        match words {
            [] => Ok(Self { minutes: None }),
            [option, number] if option == "--minutes" => {
                let minutes = number.parse().ok().filter(|minutes| *minutes > 0);
                let minutes = minutes.ok_or("`--minutes` needs a number of minutes")?;
                Ok(Self { minutes: Some(minutes) })
            }
            [option] if option == "--minutes" => {
                Err("`--minutes` needs a number of minutes".to_owned())
            }
            [word, ..] => Err(format!("`faults` takes no `{word}`")),
        }
    }
}

const STEPS: &[Step<()>] = &[
    Step { name: "plans and the guard, by dice", run: by_dice },
    Step { name: "faults on SQLite", run: on_sqlite },
    Step { name: "faults on PostgreSQL", run: on_postgres },
];

pub fn run(wish: &Wish) -> Result<(), Failure> {
    setup::require_compiler()?;
    let limit = Duration::from_secs(wish.minutes.unwrap_or(0) * 60);
    let begun = Instant::now();
    loop {
        steps::walk(STEPS, &mut (), Skips::from_environment())?;
        if begun.elapsed() >= limit {
            return Ok(());
        }
    }
}

/// Group sync, and the updates that come in from automation tools (F-22). One after another, because some
/// measure how long sign-ins take.
const PLAN: &str = "--test it -- --test-threads 1 sync::faults hooks::";

/// Optimised, because in full it is ten thousand members again and again.
fn full(words: &str) -> std::process::Command {
    let mut test = cargo(&format!("test --release --locked {words}"));
    test.env("NOVI_FAULTS", "full").env_remove("NOVI_TEST_POSTGRES");
    test
}

fn by_dice(_: &mut ()) -> Result<Done, Failure> {
    passes(full("--lib sync::properties"))
}

fn on_sqlite(_: &mut ()) -> Result<Done, Failure> {
    passes(full(PLAN))
}

fn on_postgres(_: &mut ()) -> Result<Done, Failure> {
    let server = match POSTGRES.find() {
        Ok(server) => server,
        Err(complaint) => {
            return Ok(Done::Skipped(format!("{complaint} `cargo xtask setup` can do it, too.")));
        }
    };
    let cluster = Cluster::start(&server)?;
    let mut test = full(PLAN);
    test.env("NOVI_TEST_POSTGRES", cluster.url());
    passes(test)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(line: &str) -> Result<Wish, String> {
        Wish::parse(&line.split_whitespace().map(String::from).collect::<Vec<_>>())
    }

    #[test]
    fn a_wish_is_a_number_of_minutes_or_once() {
        assert_eq!(wish(""), Ok(Wish { minutes: None }));
        assert_eq!(wish("--minutes 30"), Ok(Wish { minutes: Some(30) }));
        for wrong in ["--minutes", "--minutes 0", "--minutes x", "--hours 1", "f-06"] {
            assert!(wish(wrong).is_err(), "{wrong}");
        }
    }
}

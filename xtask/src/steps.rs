//! Steps one after another, each with a headline and its time, up to the first that fails; a table closes.

use std::env;
use std::time::{Duration, Instant};

use crate::process::{self, Failure};

pub struct Step<C> {
    pub name: &'static str,
    pub run: fn(&mut C) -> Result<Done, Failure>,
}

pub enum Done {
    Passed,
    /// With the sentence that says why.
    Skipped(String),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Skips {
    Allowed,
    Fail,
}

impl Skips {
    /// Where `CI` is set, nobody reads what was skipped.
    pub fn from_environment() -> Skips {
        Skips::from_value(env::var("CI").ok().as_deref())
    }

    fn from_value(ci: Option<&str>) -> Skips {
        match ci {
            None | Some("" | "0" | "false") => Skips::Allowed,
            Some(_) => Skips::Fail,
        }
    }
}

/// A command as a whole step.
pub fn passes(command: std::process::Command) -> Result<Done, Failure> {
    process::run(command).map(|()| Done::Passed)
}

pub fn walk<C>(steps: &[Step<C>], context: &mut C, skips: Skips) -> Result<(), Failure> {
    let mut rows = Vec::new();
    let mut failure = None;
    let beginning = Instant::now();
    for (index, step) in steps.iter().enumerate() {
        println!("\n== {} of {}: {}", index + 1, steps.len(), step.name);
        let start = Instant::now();
        let result = (step.run)(context).and_then(|done| checked(done, skips));
        let time = start.elapsed();
        match &result {
            Ok(Done::Passed) => println!("-- {}, {}", step.name, in_words(time)),
            Ok(Done::Skipped(reason)) => println!("-- {} skipped: {reason}", step.name),
            Err(Failure::Signal(_)) => {
                println!("-- {} stopped after {}", step.name, in_words(time))
            }
            Err(failure) => println!("-- {} FAILED after {}: {failure}", step.name, in_words(time)),
        }
        rows.push(row(step.name, &result, time));
        if let Err(reason) = result {
            failure = Some((step.name, reason));
            break;
        }
    }

    println!("\n{}\n{}", table(steps, &rows), line("in all", "", beginning.elapsed()));
    match failure {
        None => Ok(()),
        Some((_, Failure::Signal(number))) => Err(Failure::Signal(number)),
        Some((name, reason)) => Err(Failure::Broken(format!("{name}: {reason}"))),
    }
}

fn checked(done: Done, skips: Skips) -> Result<Done, Failure> {
    process::stop_if_told()?;
    match (done, skips) {
        (Done::Skipped(reason), Skips::Fail) => {
            Err(Failure::Broken(format!("{reason} Because CI is set, nothing may be skipped.")))
        }
        (done, _) => Ok(done),
    }
}

fn row(name: &str, result: &Result<Done, Failure>, time: Duration) -> String {
    let ending = match result {
        Ok(Done::Passed) => "passed",
        Ok(Done::Skipped(_)) => "SKIPPED",
        Err(Failure::Signal(_)) => "stopped",
        Err(_) => "FAILED",
    };
    line(name, ending, time)
}

fn line(name: &str, ending: &str, time: Duration) -> String {
    format!("{name:<38} {ending:<8} {:>13}", in_words(time))
}

/// The steps that had their turn, and those that had not.
fn table<C>(steps: &[Step<C>], rows: &[String]) -> String {
    let left = steps.iter().skip(rows.len()).map(|step| format!("{:<38} not run", step.name));
    rows.iter().cloned().chain(left).collect::<Vec<_>>().join("\n")
}

fn in_words(time: Duration) -> String {
    match time.as_secs() {
        seconds if seconds < 60 => format!("{:.1} s", time.as_secs_f64()),
        seconds => format!("{} min {:02} s", seconds / 60, seconds % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEPS: &[Step<Vec<&str>>] = &[
        Step { name: "one", run: |log| note(log, "one", Ok(Done::Passed)) },
        Step {
            name: "two",
            run: |log| note(log, "two", Ok(Done::Skipped("No cat is here.".into()))),
        },
        Step { name: "three", run: |log| note(log, "three", Err(Failure::Broken("no".into()))) },
        Step { name: "four", run: |log| note(log, "four", Ok(Done::Passed)) },
    ];

    fn note<'a>(
        log: &mut Vec<&'a str>,
        name: &'a str,
        result: Result<Done, Failure>,
    ) -> Result<Done, Failure> {
        log.push(name);
        result
    }

    #[test]
    fn the_first_failure_ends_the_walk_and_names_its_step() {
        let mut log = Vec::new();

        let failure = walk(STEPS, &mut log, Skips::Allowed).unwrap_err();

        assert_eq!(log, ["one", "two", "three"]);
        assert_eq!(failure.to_string(), "three: no");
    }

    #[test]
    fn a_skip_is_a_failure_in_ci() {
        let mut log = Vec::new();

        let failure = walk(STEPS, &mut log, Skips::Fail).unwrap_err();

        assert_eq!(log, ["one", "two"]);
        assert_eq!(
            failure.to_string(),
            "two: No cat is here. Because CI is set, nothing may be skipped."
        );
    }

    #[test]
    fn ci_is_on_unless_it_says_no() {
        assert_eq!(Skips::from_value(Some("true")), Skips::Fail);
        assert_eq!(Skips::from_value(Some("1")), Skips::Fail);
        assert_eq!(Skips::from_value(Some("false")), Skips::Allowed);
        assert_eq!(Skips::from_value(None), Skips::Allowed);
    }

    #[test]
    fn steps_without_a_turn_are_in_the_table() {
        let rows = [row("one", &Ok(Done::Passed), Duration::from_millis(1_250))];

        let table = table(STEPS, &rows);

        let lines: Vec<&str> = table.lines().collect();
        assert_eq!(lines.len(), 4);
        assert!(lines[0].starts_with("one ") && lines[0].ends_with(" 1.2 s"));
        assert!(lines[3].starts_with("four ") && lines[3].ends_with("not run"));
    }

    #[test]
    fn times_read_well() {
        assert_eq!(in_words(Duration::from_millis(420)), "0.4 s");
        assert_eq!(in_words(Duration::from_secs(125)), "2 min 05 s");
    }
}

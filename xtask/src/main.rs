//! What a developer runs besides cargo: prepare the machine, test on both databases, do all that CI does.

mod apt;
mod browser;
mod ci;
mod cluster;
mod faults;
mod find;
mod fuzz;
mod node;
mod postgres;
mod process;
mod program;
mod rp;
mod setup;
mod signals;
mod steps;
mod test;
mod version;

use std::process::ExitCode;

use process::Failure;

const USAGE: &str = "\
Usage: cargo xtask COMMAND

  setup                 find, or install from Debian, what the tests need:
                        a C compiler, PostgreSQL, Chromium, Node, npm, and
                        Ruby with OmniAuth
  test [ARGS...]        cargo test ARGS on SQLite, then on a private PostgreSQL
  ci                    everything that has to pass before a change lands
  rp                    relying parties of other makers against the program
  bench [ARGS...]       the load scenarios on SQLite
  bench sync [ARGS...]  how long a change takes to a community platform, by the
                        size of the group
  faults [--minutes N]  the fault plan in full on both databases, with a line of
                        figures for each row: platforms that are bad, nodes that
                        die, mass removals, floods; it takes an hour or two, and
                        with N goes over and over until that many have passed
  fuzz [TARGET] [--seconds N]
                        each fuzz target for N seconds (60), with cargo-fuzz and
                        a nightly toolchain; without them its seeds are replayed
  postgres -- COMMAND   run COMMAND beside a private PostgreSQL,
                        its address in NOVI_TEST_POSTGRES
  help                  this text
";

#[derive(Debug, PartialEq)]
enum Task {
    Setup,
    Test(Vec<String>),
    Ci,
    Rp,
    Bench(Vec<String>),
    Fuzz(fuzz::Wish),
    Faults(faults::Wish),
    Postgres(Vec<String>),
    Help,
}

fn main() -> ExitCode {
    let task = match parse(std::env::args().skip(1).collect()) {
        Ok(task) => task,
        Err(wrong) => {
            eprintln!("error: {wrong}\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    signals::listen();

    let result = match task {
        Task::Setup => setup::run(),
        Task::Test(arguments) => test::run(arguments),
        Task::Ci => ci::run(),
        Task::Rp => rp::run(),
        Task::Bench(arguments) => bench(&arguments),
        Task::Fuzz(wish) => fuzz::run(&wish),
        Task::Faults(wish) => faults::run(&wish),
        Task::Postgres(command) => postgres::run(&command),
        Task::Help => {
            print!("{USAGE}");
            Ok(())
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {failure}");
            failure.exit_code()
        }
    }
}

fn parse(mut words: Vec<String>) -> Result<Task, String> {
    if words.is_empty() {
        return Err("no command given".into());
    }
    let command = words.remove(0);
    match command.as_str() {
        "test" => Ok(Task::Test(words)),
        "bench" => Ok(Task::Bench(words)),
        "fuzz" => fuzz::Wish::parse(words).map(Task::Fuzz),
        "faults" => faults::Wish::parse(&words).map(Task::Faults),
        "postgres" => {
            if words.first().is_some_and(|word| word == "--") {
                words.remove(0);
            }
            match words.first() {
                Some(_) => Ok(Task::Postgres(words)),
                None => Err("`postgres` needs a command to run beside the server".into()),
            }
        }
        "setup" | "ci" | "rp" | "help" | "--help" | "-h" => match (command.as_str(), words.first())
        {
            (_, Some(word)) => Err(format!("`{command}` takes no arguments, but got `{word}`")),
            ("setup", None) => Ok(Task::Setup),
            ("ci", None) => Ok(Task::Ci),
            ("rp", None) => Ok(Task::Rp),
            (_, None) => Ok(Task::Help),
        },
        _ => Err(format!("there is no command `{command}`")),
    }
}

fn bench(arguments: &[String]) -> Result<(), Failure> {
    setup::require_compiler()?;
    let mut bench = process::cargo("bench --locked --bench load --");
    let arguments = match arguments.split_first() {
        Some((first, rest)) if first == "sync" => {
            bench.arg("--sync");
            rest
        }
        _ => arguments,
    };
    bench.args(arguments).env_remove("NOVI_TEST_POSTGRES");
    process::run(bench)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Task, String> {
        parse(line.split_whitespace().map(String::from).collect())
    }

    fn words(line: &str) -> Vec<String> {
        line.split_whitespace().map(String::from).collect()
    }

    #[test]
    fn each_command_is_known() {
        assert_eq!(parsed("setup"), Ok(Task::Setup));
        assert_eq!(parsed("ci"), Ok(Task::Ci));
        assert_eq!(parsed("rp"), Ok(Task::Rp));
        assert_eq!(parsed("--help"), Ok(Task::Help));
    }

    #[test]
    fn arguments_pass_through_as_they_are() {
        assert_eq!(
            parsed("test pkce -- --nocapture"),
            Ok(Task::Test(words("pkce -- --nocapture")))
        );
        assert!(matches!(parsed("fuzz"), Ok(Task::Fuzz(_))));
        assert!(matches!(parsed("faults --minutes 10"), Ok(Task::Faults(_))));
        assert_eq!(parsed("bench --short"), Ok(Task::Bench(words("--short"))));
    }

    #[test]
    fn the_command_beside_postgres_starts_after_the_dashes() {
        assert_eq!(
            parsed("postgres -- cargo test -- pkce"),
            Ok(Task::Postgres(words("cargo test -- pkce")))
        );
        assert_eq!(parsed("postgres env"), Ok(Task::Postgres(words("env"))));
        assert!(parsed("postgres --").is_err());
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        assert!(parsed("").is_err());
        assert!(parsed("tset").is_err());
        assert!(parsed("ci --fast").is_err());
        assert!(parsed("rp openid-client").is_err());
        assert!(parsed("fuzz --seconds").is_err());
        assert!(parsed("faults --minutes").is_err());
    }
}

//! `cargo xtask fuzz`: the targets of `fuzz/` under libFuzzer, or their replay where that cannot be had.

use std::fs;
use std::io;
use std::path::Path;
use std::process::Command;

use crate::process::{self, Failure, cargo, root};
use crate::setup;

const SECONDS: u32 = 60;
/// Input that takes longer than this many seconds is reported as a hang.
const HANG: u32 = 5;
/// Resident memory, in MiB.
const MEMORY: u32 = 512;

/// What is to be fuzzed.
#[derive(Debug, PartialEq)]
pub struct Wish {
    /// All of them, if none is named.
    target: Option<String>,
    seconds: u32,
}

impl Wish {
    pub fn parse(words: Vec<String>) -> Result<Self, String> {
        let mut wish = Wish { target: None, seconds: SECONDS };
        let mut words = words.into_iter();
        while let Some(word) = words.next() {
            match word.as_str() {
                "--seconds" => {
                    let number = words.next().and_then(|number| number.parse().ok());
                    let number = number.filter(|seconds| *seconds > 0);
                    wish.seconds = number.ok_or("`--seconds` needs a number of seconds")?;
                }
                option if option.starts_with('-') => {
                    return Err(format!("`fuzz` has no option `{option}`"));
                }
                target if wish.target.is_none() => wish.target = Some(target.to_owned()),
                _ => return Err(format!("`fuzz` takes one target, but got `{word}` too")),
            }
        }
        Ok(wish)
    }
}

pub fn run(wish: &Wish) -> Result<(), Failure> {
    setup::require_compiler()?;
    let targets = chosen(targets()?, wish.target.as_deref()).map_err(Failure::Broken)?;
    match toolchain() {
        Ok(nightly) => {
            keep_to_our_versions().map_err(broken)?;
            for target in targets {
                println!("\n== {target}, {} seconds", wish.seconds);
                fs::create_dir_all(root().join(corpus(&target))).map_err(broken)?;
                process::run(fuzzing(&nightly, &target, wish.seconds))?;
            }
            Ok(())
        }
        Err(complaint) => {
            println!("{complaint} Replaying the seeds instead.");
            process::run(replay())
        }
    }
}

/// Each file of `fuzz/fuzz_targets` is one.
fn targets() -> Result<Vec<String>, Failure> {
    let entries = fs::read_dir(root().join("fuzz/fuzz_targets")).map_err(broken)?;
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let mut names: Vec<_> =
        paths.filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned())).collect();
    names.sort();
    Ok(names)
}

fn chosen(targets: Vec<String>, wanted: Option<&str>) -> Result<Vec<String>, String> {
    match wanted {
        None => Ok(targets),
        Some(wanted) if targets.iter().any(|target| target == wanted) => Ok(vec![wanted.into()]),
        Some(wanted) => {
            Err(format!("there is no fuzz target `{wanted}`; there are {}", targets.join(", ")))
        }
    }
}

/// A nightly toolchain that has cargo-fuzz, or the sentence that says what is missing.
fn toolchain() -> Result<String, String> {
    let listed = process::output(Command::new("rustup").args(["toolchain", "list"]));
    let nightly = nightly(&listed.unwrap_or_default()).ok_or(
        "There is no nightly toolchain here, and cargo-fuzz cannot do without; `rustup toolchain install nightly` installs it.",
    )?;
    let asked = process::output(in_toolchain(&nightly).args(["fuzz", "--version"]));
    match asked {
        Some(_) => Ok(nightly),
        None => {
            Err("There is no cargo-fuzz here; `cargo install cargo-fuzz` installs it.".to_owned())
        }
    }
}

/// The first nightly of what `rustup toolchain list` prints.
fn nightly(listed: &str) -> Option<String> {
    let names = listed.lines().filter_map(|line| line.split_whitespace().next());
    { names }.find(|name| name.starts_with("nightly")).map(str::to_owned)
}

/// `rustup run` installs nothing by itself, as `cargo +nightly` may.
fn in_toolchain(name: &str) -> Command {
    let mut cargo = Command::new("rustup");
    cargo.args(["run", name, "cargo"]).current_dir(root());
    cargo
}

fn fuzzing(nightly: &str, target: &str, seconds: u32) -> Command {
    let mut command = in_toolchain(nightly);
    let seeds = format!("fuzz/seeds/{target}");
    command.args(["fuzz", "run", target, &corpus(target), &seeds, "--"]).args([
        format!("-max_total_time={seconds}"),
        format!("-dict=fuzz/dictionaries/{target}.dict"),
        format!("-timeout={HANG}"),
        format!("-rss_limit_mb={MEMORY}"),
    ]);
    command
}

/// What libFuzzer finds worth keeping goes there; the seeds stay as they are.
fn corpus(target: &str) -> String {
    format!("fuzz/corpus/{target}")
}

fn replay() -> Command {
    cargo("test --locked --test it fuzz::")
}

/// What is fuzzed is what ships: `fuzz/` is a workspace of its own, and begins with the product's versions.
fn keep_to_our_versions() -> io::Result<()> {
    let (ours, theirs) = (root().join("Cargo.lock"), root().join("fuzz/Cargo.lock"));
    let changed = |path: &Path| fs::metadata(path).and_then(|file| file.modified());
    if changed(&theirs).is_ok_and(|theirs| changed(&ours).is_ok_and(|ours| ours <= theirs)) {
        return Ok(());
    }
    fs::copy(ours, theirs).map(drop)
}

fn broken(error: io::Error) -> Failure {
    Failure::Broken(format!("fuzz/: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(line: &str) -> Result<Wish, String> {
        Wish::parse(line.split_whitespace().map(String::from).collect())
    }

    #[test]
    fn a_wish_is_a_target_and_a_time_and_both_may_be_left_out() {
        assert_eq!(wish(""), Ok(Wish { target: None, seconds: 60 }));
        let one = Wish { target: Some("z4_jwt".to_owned()), seconds: 1200 };
        assert_eq!(wish("z4_jwt --seconds 1200").as_ref(), Ok(&one));
        assert_eq!(wish("--seconds 1200 z4_jwt"), Ok(one));
        for wrong in ["--seconds", "--seconds x", "--seconds 0", "--minutes 1", "z1 z2"] {
            assert!(wish(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_command_line_has_time_seeds_and_dictionary() {
        let command = fuzzing("nightly-2026-05-19", "z4_jwt", 20);

        assert_eq!(
            process::in_words(&command),
            "rustup run nightly-2026-05-19 cargo fuzz run z4_jwt fuzz/corpus/z4_jwt fuzz/seeds/z4_jwt -- \
             -max_total_time=20 -dict=fuzz/dictionaries/z4_jwt.dict -timeout=5 -rss_limit_mb=512"
        );
    }

    #[test]
    fn the_first_nightly_is_taken() {
        let listed = "stable-x86_64-unknown-linux-gnu (active, default)\nnightly-2026-05-19-x86_64\nnightly\n";
        assert_eq!(nightly(listed).as_deref(), Some("nightly-2026-05-19-x86_64"));
        assert_eq!(nightly("stable-x86_64-unknown-linux-gnu (default)\n"), None);
        assert_eq!(nightly(""), None);
    }

    #[test]
    fn an_unknown_target_is_told_with_those_that_there_are() {
        let targets = targets().unwrap();
        assert!(targets.len() > 4 && targets.contains(&"z1_redirect_url".to_owned()));

        let complaint = chosen(targets, Some("z9")).unwrap_err();

        assert!(complaint.starts_with("there is no fuzz target `z9`; there are z1_redirect_url, "));
    }
}

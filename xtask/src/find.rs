//! Finding the programs that the tests need, and saying what is wrong with those that will not do.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process;
use crate::version::Version;

/// A kind of program that this machine may have.
pub struct Tool {
    pub name: &'static str,
    /// What does not work without it.
    pub needed_by: &'static str,
    pub packages: &'static [&'static str],
    oldest: Version,
    candidates: fn() -> Vec<PathBuf>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    pub version: Version,
    /// The program itself; for PostgreSQL its server, with the other programs beside it.
    pub path: PathBuf,
}

#[derive(Debug, PartialEq)]
enum Unusable {
    TooOld(Found),
    Missing,
}

pub const C_COMPILER: Tool = Tool {
    name: "C compiler",
    needed_by: "cargo",
    packages: &["gcc", "libc6-dev"],
    oldest: Version::new(0, 0),
    candidates: || on_path("cc"),
};

pub const POSTGRES: Tool = Tool {
    name: "PostgreSQL",
    needed_by: "the tests on PostgreSQL",
    packages: &["postgresql"],
    oldest: Version::new(14, 0),
    candidates: postgres_servers,
};

pub const CHROMIUM: Tool = Tool {
    name: "Chromium",
    needed_by: "the browser tests",
    packages: &["chromium"],
    oldest: Version::new(0, 0),
    candidates: chromiums,
};

pub const NODE: Tool = Tool {
    name: "Node",
    needed_by: "the browser tests",
    packages: &["nodejs"],
    // Its test runner takes `--test-reporter` from here on.
    oldest: Version::new(18, 15),
    // `npm` starts the first one and no other.
    candidates: || on_path("node").into_iter().take(1).collect(),
};

pub const NPM: Tool = Tool {
    name: "npm",
    needed_by: "the browser tests",
    packages: &["npm"],
    oldest: Version::new(0, 0),
    candidates: || on_path("npm"),
};

impl Tool {
    /// The program, or a sentence for a person: what is wrong, and what to do by hand.
    pub fn find(&self) -> Result<Found, String> {
        let candidates = (self.candidates)().into_iter().filter_map(|path| {
            let printed = process::output(Command::new(&path).arg("--version"))?;
            Some(Found { version: Version::parse(&printed)?, path })
        });
        choose(candidates, self.oldest).map_err(|unusable| self.complaint(&unusable))
    }

    fn complaint(&self, unusable: &Unusable) -> String {
        let Tool { name, needed_by, oldest, .. } = self;
        let install = format!("`apt-get install {}`", self.packages.join(" "));
        match unusable {
            Unusable::Missing => {
                format!(
                    "There is no {name} here, and {needed_by} cannot do without; as root, {install} installs it."
                )
            }
            Unusable::TooOld(Found { version, path }) => format!(
                "{name} {version} at {} is too old: {needed_by} need {oldest} or newer. \
                 Debian 12 and later have one ({install}); it has to come first in PATH.",
                path.display()
            ),
        }
    }
}

/// The newest; of equally new ones the first.
fn choose(candidates: impl Iterator<Item = Found>, oldest: Version) -> Result<Found, Unusable> {
    let newest =
        candidates.reduce(|best, next| if next.version > best.version { next } else { best });
    match newest {
        Some(found) if found.version >= oldest => Ok(found),
        Some(found) => Err(Unusable::TooOld(found)),
        None => Err(Unusable::Missing),
    }
}

pub fn on_path(program: &str) -> Vec<PathBuf> {
    env::var_os("PATH").map_or_else(Vec::new, |path| in_folders(env::split_paths(&path), program))
}

fn in_folders(folders: impl Iterator<Item = PathBuf>, program: &str) -> Vec<PathBuf> {
    folders.map(|folder| folder.join(program)).filter(|path| path.is_file()).collect()
}

/// Debian keeps its servers out of PATH, one folder for each major version.
fn postgres_servers() -> Vec<PathBuf> {
    let of_debian = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = of_debian.map(|entry| entry.path().join("bin")).collect();

    folders.extend(
        process::output(Command::new("pg_config").arg("--bindir"))
            .map(|line| PathBuf::from(line.trim())),
    );

    let linked = on_path("postgres").into_iter().filter_map(|path| path.canonicalize().ok());
    folders.extend(linked.filter_map(|path| path.parent().map(Path::to_path_buf)));

    folders.retain(|folder| folder.join("initdb").is_file());
    in_folders(folders.into_iter(), "postgres")
}

fn chromiums() -> Vec<PathBuf> {
    let named = env::var_os("CHROMIUM").filter(|path| !path.is_empty());
    if let Some(path) = named.as_deref().map(OsStr::new) {
        return vec![PathBuf::from(path)];
    }
    let mut paths = vec![PathBuf::from("/usr/bin/chromium")];
    paths.extend(on_path("chromium"));
    paths.retain(|path| path.is_file());
    paths
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(major: u32, minor: u32, path: &str) -> Found {
        Found { version: Version::new(major, minor), path: path.into() }
    }

    #[test]
    fn the_newest_is_taken() {
        let candidates =
            [found(9, 6, "/usr/lib/postgresql/9.6"), found(15, 18, "/a"), found(14, 2, "/b")];

        let finding = choose(candidates.into_iter(), Version::new(14, 0));

        assert_eq!(finding, Ok(found(15, 18, "/a")));
    }

    #[test]
    fn of_equally_new_ones_the_first_is_taken() {
        let candidates = [found(15, 18, "/first"), found(15, 18, "/second")];

        let finding = choose(candidates.into_iter(), Version::new(14, 0));

        assert_eq!(finding, Ok(found(15, 18, "/first")));
    }

    #[test]
    fn one_that_is_too_old_is_told_with_its_place_and_what_is_needed() {
        let unusable = choose([found(16, 4, "/opt/node")].into_iter(), NODE.oldest).unwrap_err();

        let sentence = NODE.complaint(&unusable);

        assert_eq!(
            sentence,
            "Node 16.4 at /opt/node is too old: the browser tests need 18.15 or newer. \
             Debian 12 and later have one (`apt-get install nodejs`); it has to come first in PATH."
        );
    }

    #[test]
    fn a_missing_one_is_told_with_what_installs_it() {
        let unusable = choose(std::iter::empty(), C_COMPILER.oldest).unwrap_err();

        let sentence = C_COMPILER.complaint(&unusable);

        assert_eq!(
            sentence,
            "There is no C compiler here, and cargo cannot do without; as root, `apt-get install gcc libc6-dev` installs it."
        );
    }
}

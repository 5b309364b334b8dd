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
    versions: Versions,
    candidates: fn() -> Vec<PathBuf>,
    /// What makes a candidate print its version.
    asked: &'static [&'static str],
}

/// Those that will do.
#[derive(Clone, Copy)]
enum Versions {
    From(Version),
    /// What the tests were written for.
    Only(Version),
}

#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    pub version: Version,
    /// The program itself; for PostgreSQL its server, with the other programs beside it.
    pub path: PathBuf,
}

#[derive(Debug, PartialEq)]
enum Unusable {
    Unfit(Found),
    Missing,
}

const VERSION: &[&str] = &["--version"];

pub const C_COMPILER: Tool = Tool {
    name: "C compiler",
    needed_by: "cargo",
    packages: &["gcc", "libc6-dev"],
    versions: Versions::From(Version::new(0, 0)),
    candidates: || on_path("cc"),
    asked: VERSION,
};

pub const POSTGRES: Tool = Tool {
    name: "PostgreSQL",
    needed_by: "the tests on PostgreSQL",
    packages: &["postgresql"],
    versions: Versions::From(Version::new(14, 0)),
    candidates: postgres_servers,
    asked: VERSION,
};

pub const CHROMIUM: Tool = Tool {
    name: "Chromium",
    needed_by: "the browser tests",
    packages: &["chromium"],
    versions: Versions::From(Version::new(0, 0)),
    candidates: chromiums,
    asked: VERSION,
};

pub const NODE: Tool = Tool {
    name: "Node",
    needed_by: "the browser tests",
    packages: &["nodejs"],
    // Its test runner takes `--test-reporter` from here on.
    versions: Versions::From(Version::new(18, 15)),
    // `npm` starts the first one and no other.
    candidates: || on_path("node").into_iter().take(1).collect(),
    asked: VERSION,
};

pub const NPM: Tool = Tool {
    name: "npm",
    needed_by: "the browser tests",
    packages: &["npm"],
    versions: Versions::From(Version::new(0, 0)),
    candidates: || on_path("npm"),
    asked: VERSION,
};

/// With the server of the community that uses it; for Debian's own Ruby, which is not always the first in PATH.
pub const OMNIAUTH: Tool = Tool {
    name: "OmniAuth OpenID Connect",
    needed_by: "the relying party in Ruby",
    packages: &["ruby-omniauth-openid-connect", "puma"],
    versions: Versions::Only(Version::new(0, 10)),
    candidates: || in_folders(["/usr/bin".into()].into_iter(), "ruby"),
    asked: &["-rpuma", "-romniauth_openid_connect", "-e", "puts OmniAuth::OpenIDConnect::VERSION"],
};

impl Tool {
    /// The program, or a sentence for a person: what is wrong, and what to do by hand.
    pub fn find(&self) -> Result<Found, String> {
        let candidates = (self.candidates)().into_iter().filter_map(|path| {
            let printed = process::output(Command::new(&path).args(self.asked))?;
            Some(Found { version: Version::parse(&printed)?, path })
        });
        choose(candidates, self.versions).map_err(|unusable| self.complaint(&unusable))
    }

    fn complaint(&self, unusable: &Unusable) -> String {
        let Tool { name, needed_by, .. } = self;
        let install = format!("`apt-get install {}`", self.packages.join(" "));
        let Unusable::Unfit(Found { version, path }) = unusable else {
            return format!(
                "There is no {name} here, and {needed_by} cannot do without; as root, {install} installs it."
            );
        };
        let path = path.display();
        match self.versions {
            Versions::From(oldest) => format!(
                "{name} {version} at {path} is too old: {needed_by} need {oldest} or newer. \
                 Debian 12 and later have one ({install}); it has to come first in PATH."
            ),
            Versions::Only(expected) => format!(
                "{name} {version} at {path} is not {expected}, which {needed_by} was written for. \
                 Debian 12 has it ({install}); elsewhere, look what the other version changes, \
                 and then write it down in {}.",
                file!()
            ),
        }
    }
}

impl Versions {
    fn include(self, version: Version) -> bool {
        match self {
            Versions::From(oldest) => version >= oldest,
            Versions::Only(expected) => version == expected,
        }
    }
}

/// The newest; of equally new ones the first.
fn choose(candidates: impl Iterator<Item = Found>, versions: Versions) -> Result<Found, Unusable> {
    let newest =
        candidates.reduce(|best, next| if next.version > best.version { next } else { best });
    match newest {
        Some(found) if versions.include(found.version) => Ok(found),
        Some(found) => Err(Unusable::Unfit(found)),
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

        let finding = choose(candidates.into_iter(), POSTGRES.versions);

        assert_eq!(finding, Ok(found(15, 18, "/a")));
    }

    #[test]
    fn of_equally_new_ones_the_first_is_taken() {
        let candidates = [found(15, 18, "/first"), found(15, 18, "/second")];

        let finding = choose(candidates.into_iter(), POSTGRES.versions);

        assert_eq!(finding, Ok(found(15, 18, "/first")));
    }

    #[test]
    fn one_that_is_too_old_is_told_with_its_place_and_what_is_needed() {
        let unusable = choose([found(16, 4, "/opt/node")].into_iter(), NODE.versions).unwrap_err();

        let sentence = NODE.complaint(&unusable);

        assert_eq!(
            sentence,
            "Node 16.4 at /opt/node is too old: the browser tests need 18.15 or newer. \
             Debian 12 and later have one (`apt-get install nodejs`); it has to come first in PATH."
        );
    }

    #[test]
    fn another_version_than_the_expected_one_is_told_with_what_to_do() {
        let newer = [found(0, 14, "/usr/bin/ruby")].into_iter();
        let unusable = choose(newer, OMNIAUTH.versions).unwrap_err();

        let sentence = OMNIAUTH.complaint(&unusable);

        assert_eq!(
            sentence,
            "OmniAuth OpenID Connect 0.14 at /usr/bin/ruby is not 0.10, which the relying party in Ruby was written for. \
             Debian 12 has it (`apt-get install ruby-omniauth-openid-connect puma`); elsewhere, look what the other \
             version changes, and then write it down in xtask/src/find.rs."
        );
    }

    #[test]
    fn the_expected_version_is_taken() {
        let expected = found(0, 10, "/usr/bin/ruby");

        assert_eq!(choose([expected.clone()].into_iter(), OMNIAUTH.versions), Ok(expected));
    }

    #[test]
    fn a_missing_one_is_told_with_what_installs_it() {
        let unusable = choose(std::iter::empty(), C_COMPILER.versions).unwrap_err();

        let sentence = C_COMPILER.complaint(&unusable);

        assert_eq!(
            sentence,
            "There is no C compiler here, and cargo cannot do without; as root, `apt-get install gcc libc6-dev` installs it."
        );
    }
}

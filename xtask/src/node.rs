//! Tests that Node runs: the `*.test.mjs` of a folder with a package-lock.json.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::{self, Failure};
use crate::program;

/// The command that runs them on the development build, once their packages are installed as the lock file names them.
pub fn tests(folder: &str) -> Result<Command, Failure> {
    let folder = process::root().join(folder);
    let files = test_files(&folder).map_err(|error| {
        Failure::Broken(format!("could not list {}: {error}", folder.display()))
    })?;
    if files.is_empty() {
        return Err(Failure::Broken(format!("{} has no *.test.mjs", folder.display())));
    }
    let binary = program::built()?;
    let mut packages = Command::new("npm");
    packages.args(["ci", "--no-audit", "--no-fund"]).current_dir(&folder);
    process::run(packages)?;

    let mut tests = Command::new("node");
    tests.args(["--test", "--test-reporter=spec"]).args(files).current_dir(&folder);
    tests.env("NOVI_SSO_BIN", binary);
    Ok(tests)
}

/// Named one by one, because older versions of Node take no patterns.
fn test_files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name();
        if name.to_string_lossy().ends_with(".test.mjs") {
            files.push(PathBuf::from(name));
        }
    }
    files.sort();
    Ok(files)
}

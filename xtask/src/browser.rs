//! The browser tests: a real Chromium against the development build, driven from `tests/browser`.

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::{self, Failure, cargo};
use crate::steps::Done;

pub fn test(chromium: &Path) -> Result<Done, Failure> {
    let folder = process::root().join("tests/browser");
    let files = test_files(&folder).map_err(|error| {
        Failure::Broken(format!("could not list {}: {error}", folder.display()))
    })?;
    if files.is_empty() {
        return Err(Failure::Broken(format!("{} has no *.test.mjs", folder.display())));
    }

    // Before this, a build without the default features may lie there.
    process::run(cargo("build --locked"))?;
    let mut packages = Command::new("npm");
    packages.args(["ci", "--no-audit", "--no-fund"]).current_dir(&folder);
    process::run(packages)?;

    let mut tests = Command::new("node");
    tests.args(["--test", "--test-reporter=spec"]).args(files).current_dir(&folder);
    tests.env("NOVI_SSO_BIN", development_build()?).env("CHROMIUM", chromium);
    process::run(tests)?;
    Ok(Done::Passed)
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

/// Cargo puts it beside us, whatever the target directory is.
fn development_build() -> Result<PathBuf, Failure> {
    let ours = env::current_exe()
        .map_err(|error| Failure::Broken(format!("could not tell where we are: {error}")))?;
    let binary = ours.with_file_name("novi-sso");
    if !binary.is_file() {
        return Err(Failure::Broken(format!(
            "{} is not there; run this through cargo",
            binary.display()
        )));
    }
    Ok(binary)
}

//! The development build of the program, which tests from the outside start.

use std::env;
use std::path::PathBuf;

use crate::process::{self, Failure, cargo};

/// Builds it, because one without the default features may lie there; answers where it is.
pub fn built() -> Result<PathBuf, Failure> {
    process::run(cargo("build --locked"))?;
    // Cargo puts it beside us, whatever the target directory is.
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

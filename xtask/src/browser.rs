//! The browser tests: a real Chromium against the development build, driven from `tests/browser`.

use std::path::Path;

use crate::node;
use crate::process::{self, Failure};
use crate::steps::Done;

pub fn test(chromium: &Path) -> Result<Done, Failure> {
    let mut tests = node::tests("tests/browser")?;
    tests.env("CHROMIUM", chromium);
    process::run(tests)?;
    Ok(Done::Passed)
}

//! What comes in: names on the command line, secrets on standard input.

use std::io::{self, Read as _};

use anyhow::{Context as _, Result, bail};
use zeroize::Zeroizing;

use crate::members::sheet::{Place, Sheet};

const LONGEST_NAME: usize = 100;
const LONGEST_SECRET: u64 = 4096;

/// Without blanks around it, not empty, one line.
pub fn name(typed: &str) -> Result<String, String> {
    let text = typed.trim();
    if text.is_empty() {
        Err("it is empty".to_owned())
    } else if text.chars().count() > LONGEST_NAME {
        Err(format!("it is longer than {LONGEST_NAME} characters"))
    } else if text.chars().any(char::is_control) {
        Err("it holds control characters".to_owned())
    } else {
        Ok(text.to_owned())
    }
}

/// `NAME=VALUE` onto a record's sheet, where there is a field of that name; without a value it is
/// blank from now on.
pub fn fill(sheet: &mut Sheet, places: &[Place], set: &[String]) -> Result<()> {
    for pair in set {
        let (name, value) =
            pair.split_once('=').with_context(|| format!("write {pair} as NAME=VALUE"))?;
        let known = || places.iter().map(|place| &*place.name).collect::<Vec<_>>().join(", ");
        if !places.iter().any(|place| place.name == name) {
            bail!("{name} is none of: {}", known());
        }
        sheet.set(name, value);
    }
    match sheet.mistakes(places).first() {
        Some((name, wrong)) => bail!("{name} {wrong}"),
        None => Ok(()),
    }
}

/// All of standard input but the line end that `echo` adds: a secret on the command line would
/// show in the list of processes.
pub fn secret() -> Result<Zeroizing<String>> {
    let mut text = Zeroizing::new(String::new());
    io::stdin()
        .lock()
        .take(LONGEST_SECRET + 1)
        .read_to_string(&mut text)
        .context("cannot read the secret from standard input")?;
    if text.len() as u64 > LONGEST_SECRET {
        bail!("standard input holds more than a secret");
    }
    let length = text
        .strip_suffix('\n')
        .map_or(text.len(), |text| text.strip_suffix('\r').unwrap_or(text).len());
    text.truncate(length);
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_line_with_something_on_it() {
        assert_eq!(name(" Forj Community "), Ok("Forj Community".to_owned()));
        for wrong in ["", "  ", "two\nlines", "\u{1b}[2J", &"x".repeat(LONGEST_NAME + 1)] {
            assert!(name(wrong).is_err(), "{wrong:?}");
        }
    }
}

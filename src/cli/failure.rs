//! How a command fails: one line on standard error, and an exit code.

use std::process::ExitCode;

use clap::error::ErrorKind;

use crate::vault;

/// `EX_CONFIG` of sysexits.h: the master key is not as it must be, and starting again will not help.
const BAD_KEY: u8 = 78;
const USAGE: u8 = 2;

pub fn report(error: &anyhow::Error) -> ExitCode {
    eprintln!("error: {}", one_line(error));
    ExitCode::from(code(error))
}

fn code(error: &anyhow::Error) -> u8 {
    use vault::Error as Key;
    match error.downcast_ref::<Key>() {
        Some(Key::Missing(_) | Key::Readable { .. } | Key::Malformed(_) | Key::Wrong(_)) => BAD_KEY,
        _ => 1,
    }
}

/// The causes joined by colons. Many errors repeat their cause in their own text already.
pub fn one_line(error: &anyhow::Error) -> String {
    let mut line = String::new();
    for cause in error.chain() {
        let text = joined(&cause.to_string());
        if line.is_empty() {
            line = text;
        } else if !line.contains(&text) {
            line = format!("{line}: {text}");
        }
    }
    line
}

fn joined(text: &str) -> String {
    let visible: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Help goes out as it is; a mistake in the arguments becomes one line.
pub fn usage(error: &clap::Error) -> ExitCode {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            error.print().ok(); // nobody is there to read it
            ExitCode::SUCCESS
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            error.print().ok();
            ExitCode::from(USAGE)
        }
        _ => {
            eprintln!("{}", mistake(&error.render().to_string()));
            ExitCode::from(USAGE)
        }
    }
}

/// What clap says before it explains the usage.
fn mistake(rendered: &str) -> String {
    let said = rendered.lines().map(str::trim).filter(|line| !line.is_empty());
    let said = said.take_while(|line| {
        !line.starts_with("Usage:") && !line.starts_with("For more information")
    });
    let said: Vec<_> = said.collect();
    joined(&said.join(" ").replace(" tip: ", "; "))
}

#[cfg(test)]
mod tests {
    use anyhow::{Context as _, anyhow};

    use super::*;

    #[test]
    fn causes_are_joined_and_said_once() {
        let repeating = std::io::Error::other("no such table");
        let error =
            anyhow!(repeating).context("the database failed: no such table").context("it\nbroke");
        assert_eq!(one_line(&error), "it broke: the database failed: no such table");
    }

    #[test]
    fn only_a_bad_key_has_the_code_of_a_bad_configuration() {
        let missing: anyhow::Result<()> =
            Err(vault::Error::Missing("keys/master.key".into()).into());
        assert_eq!(code(&missing.context("cannot start").unwrap_err()), BAD_KEY);
        assert_eq!(code(&vault::Error::Exists("keys/master.key".into()).into()), 1);
        assert_eq!(code(&anyhow!("anything else")), 1);
    }

    #[test]
    fn a_mistake_in_the_arguments_is_one_line() {
        let rendered = "error: the following required arguments were not provided:\n  --name <NAME>\n\n\
                        Usage: novi-sso group add --name <NAME>\n\nFor more information, try '--help'.\n";
        let line = "error: the following required arguments were not provided: --name <NAME>";
        assert_eq!(mistake(rendered), line);
    }
}

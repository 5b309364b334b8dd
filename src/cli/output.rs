//! Where a command's answer goes: lines for people, or one JSON object for programs.

use std::io::{self, Write as _};

use anyhow::{Context as _, Result};
use serde_json::Value;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Output {
    Lines,
    Json,
}

impl Output {
    /// Both say the same; one of them is printed.
    pub fn say(self, line: &str, object: &Value) -> Result<()> {
        match self {
            Self::Lines => print(&visible(line)),
            Self::Json => print(&object.to_string()),
        }
    }

    /// Rows in columns, under their heading if there is one; or the object.
    pub fn list(self, heading: &[&str], rows: &[Vec<String>], object: &Value) -> Result<()> {
        match self {
            Self::Lines => print(&columns(heading, rows)),
            Self::Json => print(&object.to_string()),
        }
    }
}

fn print(text: &str) -> Result<()> {
    match writeln!(io::stdout().lock(), "{text}") {
        // Whoever reads only the first lines has what they wanted.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written.context("cannot write to standard output"),
    }
}

fn columns(heading: &[&str], rows: &[Vec<String>]) -> String {
    let heading: Vec<_> = heading.iter().map(|name| (*name).to_owned()).collect();
    let heading = Some(heading).filter(|heading| !heading.is_empty());
    let cells = |row: &Vec<String>| row.iter().map(|cell| visible(cell)).collect::<Vec<_>>();
    let rows: Vec<_> = heading.into_iter().chain(rows.iter().map(cells)).collect();
    let mut widths = Vec::new();
    for row in &rows {
        widths.resize(widths.len().max(row.len()), 0);
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    let line = |row: &Vec<String>| {
        let padded = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Without what a terminal would obey: names are typed by many people.
fn visible(text: &str) -> String {
    let shown = |c: char| if c.is_control() && c != '\n' { '\u{fffd}' } else { c };
    text.chars().map(shown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_and_controls_do_not_reach_the_terminal() {
        let row = |cells: [&str; 3]| cells.map(str::to_owned).to_vec();
        let rows = [row(["Ann", "ann@acme.example", ""]), row(["Zo\u{eb}\u{1b}[2J", "", "admin"])];

        let shown = columns(&["name", "e-mail", "role"], &rows);

        let expected = "name     e-mail            role\n\
                        Ann      ann@acme.example\n\
                        Zo\u{eb}\u{fffd}[2J                    admin";
        assert_eq!(shown, expected);
    }
}

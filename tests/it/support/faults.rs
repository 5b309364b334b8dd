//! How the fault plan of SECURITY.md 5.2 runs: shortened in the ordinary tests, and with its own numbers, and a line of
//! figures for each row, by `cargo xtask faults`.

use std::io::Write as _;

use super::Novi;

pub fn is_full() -> bool {
    std::env::var("NOVI_FAULTS").is_ok_and(|which| which == "full")
}

/// A number of the fault plan, or what the ordinary run has in its place.
pub fn number(full: usize, short: usize) -> usize {
    if is_full() { full } else { short }
}

/// Figures of one row. In full they go past the harness, which would keep them from whoever reads.
pub fn figures(novi: &Novi, row: &str, figures: &str) {
    let database = if novi.on_sqlite() { "SQLite" } else { "PostgreSQL" };
    if is_full() {
        writeln!(std::io::stderr(), "{row} {database}: {figures}").ok();
    } else {
        println!("{row} {database}, shortened: {figures}");
    }
}

/// What cannot be seen here, and why.
pub fn skipped(row: &str, why: &str) {
    writeln!(std::io::stderr(), "{row} skipped: {why}").ok();
}

//! The program: one command of the command line, then the end.

use std::process::ExitCode;

fn main() -> ExitCode {
    novi_sso::cli::main()
}

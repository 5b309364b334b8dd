//! What the built server costs under load: requests a second, waiting times, CPU time and memory, next to what the
//! machine itself can do in the same run.
//!
//! `cargo bench --bench load -- --help` lists the options; `benches/README.md` explains the figures.

mod aims;
mod cpu;
mod drive;
mod hello;
mod http;
mod jobs;
mod machine;
mod member;
mod options;
mod place;
mod raw;
mod ready;
mod report;
mod results;
mod rounds;
mod sample;
mod scenario;
mod server;
mod sync;

use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::Parser as _;

use options::Options;

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("load: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<ExitCode> {
    if options.answer_hello {
        hello::answer()?;
        return Ok(ExitCode::SUCCESS);
    }
    // `cargo test --all-targets` runs this program too, without the word `cargo bench` adds.
    if !options.bench {
        println!("load: nothing measured; start it with `cargo bench --bench load`");
        return Ok(ExitCode::SUCCESS);
    }
    // One thread, so that the driver takes little from the server it measures.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    if options.sync {
        runtime.block_on(async {
            tokio::select! {
                measured = sync::run(options) => measured,
                _ = tokio::signal::ctrl_c() => bail!("interrupted"),
            }
        })?;
        return Ok(ExitCode::SUCCESS);
    }
    let results = runtime.block_on(async {
        tokio::select! {
            results = rounds::run(options) => results,
            // So that the servers and the folder of this run go with it.
            _ = tokio::signal::ctrl_c() => bail!("interrupted"),
        }
    })?;
    if options.json {
        println!("{}", report::object(options, &results));
    } else {
        print!("{}", report::table(options, &results));
    }
    // Figures of requests that went wrong are no figures.
    Ok(if results.wrong() == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

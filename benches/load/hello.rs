//! The least an HTTP answer can cost here: an axum server that says hello and serves a static JSON document, run as a
//! process of its own so that its CPU time can be told from the driver's.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::SocketAddr;
use std::process::Stdio;

use anyhow::{Context as _, Result};
use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use bytes::Bytes;
use tokio::net::TcpListener;

use crate::place::Place;
use crate::server::Process;

/// About as long as a discovery document.
const DOCUMENT_BYTES: usize = 1800;

/// Serves until it is ended; says on its output where it listens.
pub fn answer() -> Result<()> {
    // The same kind of runtime as the server has.
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        println!("{}", listener.local_addr()?);
        std::io::stdout().flush()?;
        let document = document();
        let json = async move || ([(CONTENT_TYPE, "application/json")], document.clone());
        let router = Router::new()
            .route("/hello", get(async || "Hello, World!"))
            .route("/static.json", get(json));
        axum::serve(listener, router).await?;
        Ok(())
    })
}

fn document() -> Bytes {
    let mut text = String::from("{\"names\":[");
    while text.len() < DOCUMENT_BYTES - 20 {
        text.push_str("\"authorization\",");
    }
    text.push_str("\"end\"]}");
    Bytes::from(text)
}

/// A second run of this program, answering hello.
pub struct Hello {
    pub process: Process,
    pub address: SocketAddr,
}

impl Hello {
    pub fn start(place: &Place) -> Result<Self> {
        let program = std::env::current_exe().context("cannot find this program's own file")?;
        let mut command = place.command(&program);
        command.arg("--answer-hello").stdout(Stdio::piped());
        let mut process = Process::spawn(&mut command)?;
        let output = process.child.stdout.take().context("the hello world has no output")?;
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line)?;
        let address =
            line.trim().parse().context("the hello world did not say where it listens")?;
        Ok(Self { process, address })
    }
}

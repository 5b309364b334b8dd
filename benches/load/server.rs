//! The server that is measured: started, prepared through its command line, stopped.

use std::fs::File;
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;

use crate::http::{self, Connection};
use crate::place::Place;

const START_LIMIT: Duration = Duration::from_secs(60);
/// A server that drains may take a while.
const STOP_LIMIT: Duration = Duration::from_secs(40);

/// A child process that does not outlive its owner.
pub struct Process {
    pub child: Child,
}

impl Process {
    pub fn spawn(command: &mut Command) -> Result<Self> {
        let child = command
            .spawn()
            .with_context(|| format!("cannot start {}", command.get_program().display()))?;
        Ok(Self { child })
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Asks it to end, as an operator does, and waits until it has.
    fn stop(mut self) -> Result<ExitStatus> {
        let ask = format!("kill -TERM {}", self.pid());
        Command::new("sh").args(["-c", &ask]).status().context("cannot run sh")?;
        let asked = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status);
            }
            ensure!(asked.elapsed() < STOP_LIMIT, "a process did not end when it was asked to");
            thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Only fails if it has ended already.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// Where a server keeps its data and listens; the same for every start on that database.
pub struct Home {
    folder: PathBuf,
    pub address: SocketAddr,
    /// Whether the server may call this machine, where a stand-in answers.
    calls_loopback: bool,
}

pub struct Server<'a> {
    place: &'a Place,
    pub home: Home,
    pub process: Process,
    /// From the start of the process to its first answer.
    pub started_in: Duration,
}

impl Home {
    pub fn new(folder: PathBuf, address: SocketAddr) -> Self {
        Self { folder, address, calls_loopback: false }
    }

    pub fn that_calls_loopback(self) -> Self {
        Self { calls_loopback: true, ..self }
    }

    pub fn database_url(&self) -> String {
        format!("sqlite://{}", self.folder.join("novi-sso.db").display())
    }

    pub fn keys_dir(&self) -> PathBuf {
        self.folder.join("keys")
    }

    fn storage(&self, command: &mut Command) {
        command.args(["--database-url", &self.database_url()]);
        command.arg("--keys-dir").arg(self.keys_dir());
    }

    fn log(&self) -> PathBuf {
        self.folder.join("server.log")
    }
}

impl<'a> Server<'a> {
    /// Comes back with the first discovery answer.
    pub async fn start(place: &'a Place, home: Home) -> Result<Self> {
        let log = File::create(home.log())?;
        let mut command = place.command(&place.server);
        command.arg("serve").args(["--listen", &home.address.to_string()]);
        command.args(["--site-url", &format!("http://{}", home.address)]);
        if home.calls_loopback {
            command.arg("--allow-loopback-calls");
        }
        home.storage(&mut command);
        command.stdout(log.try_clone()?).stderr(log);
        let began = Instant::now();
        let mut process = Process::spawn(&mut command)?;
        first_answer(&mut process, &home, began).await?;
        Ok(Self { place, home, process, started_in: began.elapsed() })
    }

    pub fn stop(self) -> Result<Home> {
        let log = self.home.log();
        let status = self.process.stop()?;
        ensure!(status.success(), "the server ended with {status}: {}", last_line(&log));
        Ok(self.home)
    }

    /// Runs a subcommand on the server's database, beside it, and gives back what it printed.
    pub fn command_line(&self, arguments: &[&str], input: &str) -> Result<Value> {
        let mut command = self.place.command(&self.place.server);
        command.args(arguments).arg("--json");
        self.home.storage(&mut command);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().context("cannot start the command line")?;
        if let Some(mut stdin) = child.stdin.take() {
            stdin.write_all(input.as_bytes())?;
        }
        let output = child.wait_with_output()?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "`{}` failed: {}", arguments.join(" "), said.trim());
        serde_json::from_slice(&output.stdout)
            .with_context(|| format!("`{}` printed no JSON object", arguments.join(" ")))
    }
}

async fn first_answer(process: &mut Process, home: &Home, began: Instant) -> Result<()> {
    let request = http::get(home.address, "/.well-known/openid-configuration", "");
    loop {
        if let Ok(mut connection) = Connection::open(home.address).await
            && let Ok(answer) = connection.send(&request).await
            && answer.status == 200
        {
            return Ok(());
        }
        if let Some(status) = process.child.try_wait()? {
            bail!("the server ended at once with {status}: {}", last_line(&home.log()));
        }
        let waited = began.elapsed();
        ensure!(waited < START_LIMIT, "no discovery answer within {START_LIMIT:?} of the start");
        thread::sleep(Duration::from_millis(1));
    }
}

fn last_line(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    text.lines().last().unwrap_or("it said nothing").to_owned()
}

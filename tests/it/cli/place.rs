//! A place where the program runs: a folder with keys, and a database of its own.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use serde_json::Value;
use tokio::sync::OnceCell;

use crate::support::{copy_of_database, database_url, temporary};

pub const HOST: &str = "www.acme.example";
pub const ISSUER: &str = "https://www.acme.example";
/// Far more than any command takes.
const LIMIT: Duration = Duration::from_secs(60);

pub struct Place {
    pub folder: PathBuf,
    pub database_url: String,
}

/// How a command ended.
pub struct Said {
    status: ExitStatus,
    out: String,
    err: String,
}

impl Place {
    /// No key, and a database without a table.
    pub async fn empty() -> Self {
        Self { folder: temporary("place"), database_url: database_url().await }
    }

    /// With the association at [`HOST`], as `association add` leaves it. Made once for all tests,
    /// because a signing key takes long.
    pub async fn with_association() -> Self {
        static FIRST: OnceCell<Place> = OnceCell::const_new();
        let first = FIRST
            .get_or_init(async || {
                let place = Place::empty().await;
                place.run(&["migrate"]).succeeded();
                place.run(&["keys", "init"]).succeeded();
                let add = ["association", "add", "--site-url", ISSUER, "--name", "Acme Builders"];
                place.run(&add).succeeded();
                place
            })
            .await;
        let folder = temporary("place");
        fs::create_dir(folder.join("keys")).unwrap();
        fs::copy(first.key(), folder.join("keys/master.key")).unwrap();
        Self { folder, database_url: copy_of_database(&first.database_url).await }
    }

    /// The same keys, and another database.
    pub async fn beside(&self, database_url: String) -> Self {
        Self { folder: self.folder.clone(), database_url }
    }

    pub fn on_sqlite(&self) -> bool {
        self.database_url.starts_with("sqlite:")
    }

    pub fn key(&self) -> PathBuf {
        self.folder.join("keys/master.key")
    }

    pub fn run(&self, arguments: &[&str]) -> Said {
        self.run_with(arguments, "")
    }

    /// With this on standard input.
    pub fn run_with(&self, arguments: &[&str], input: &str) -> Said {
        self.begin(arguments, input).end()
    }

    /// With `--json`; answers the object.
    pub fn json(&self, arguments: &[&str]) -> Value {
        self.json_with(arguments, "")
    }

    pub fn json_with(&self, arguments: &[&str], input: &str) -> Value {
        let out = self.run_with(&[arguments, &["--json"]].concat(), input).succeeded();
        serde_json::from_str(&out).unwrap_or_else(|_| panic!("not one object: {out}"))
    }

    /// The object of a command that fails with one line all the same.
    pub fn fails_with_json(&self, arguments: &[&str]) -> Value {
        let said = self.run(&[arguments, &["--json"]].concat());
        let object = serde_json::from_str(&said.out);
        let object = object.unwrap_or_else(|_| panic!("{}{}", said.out, said.err));
        said.failed();
        object
    }

    /// Begins a command and does not wait for its end.
    pub fn begin(&self, arguments: &[&str], input: &str) -> Running {
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // A command that takes no input may have ended already.
        child.stdin.take().unwrap().write_all(input.as_bytes()).ok();
        Running(child)
    }

    /// Starts a server on a free port, and waits until it listens.
    pub fn serve(&self, flags: &[&str]) -> Server {
        let free = ["serve", "--listen", "127.0.0.1:0", "--drain-grace", "0"];
        let mut command = self.command(&[&free, flags].concat());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        let mut server = Server { child, lines, seen: Vec::new(), address: String::new() };
        server.address = server.line_with("listening on http://");
        server
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_novi-sso"));
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("NOVI_SSO_")) {
            command.env_remove(name);
        }
        command
            .args(arguments)
            .current_dir(&self.folder)
            .env("NOVI_SSO_DATABASE_URL", &self.database_url)
            .env("NOVI_SSO_TEST_HASH_COST", "low");
        command
    }
}

impl Said {
    /// What it printed; it must have succeeded, in silence on standard error.
    pub fn succeeded(self) -> String {
        assert!(self.status.success(), "{}: {}{}", self.status, self.out, self.err);
        assert_eq!(self.err, "");
        self.out
    }

    /// The one line that it failed with.
    pub fn failed(self) -> String {
        self.failed_with(1)
    }

    pub fn failed_with(self, code: i32) -> String {
        assert_eq!(self.status.code(), Some(code), "{}{}", self.out, self.err);
        let lines: Vec<_> = self.err.lines().collect();
        let [line] = lines[..] else { panic!("not one line: {}", self.err) };
        let what = line.strip_prefix("error: ");
        what.unwrap_or_else(|| panic!("no error: {line}")).to_owned()
    }
}

pub struct Running(Child);

impl Running {
    /// Ends a command that goes on for ever, as a server does that should have refused to start.
    pub fn end(self) -> Said {
        let pid = self.0.id().to_string();
        let (send, ended) = mpsc::channel();
        thread::spawn(move || send.send(self.0.wait_with_output()));
        let output = ended.recv_timeout(LIMIT).unwrap_or_else(|_| {
            Command::new("kill").args(["-KILL", &pid]).status().unwrap();
            ended.recv().unwrap()
        });
        let output = output.unwrap();
        Said {
            status: output.status,
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

pub struct Server {
    child: Child,
    lines: BufReader<ChildStdout>,
    seen: Vec<String>,
    pub address: String,
}

impl Server {
    /// What follows this in the first line that holds it; waits until it is said.
    pub fn line_with(&mut self, mark: &str) -> String {
        let after = |line: &str| line.split_once(mark).map(|(_, rest)| rest.trim_end().to_owned());
        if let Some(rest) = self.seen.iter().find_map(|line| after(line)) {
            return rest;
        }
        loop {
            let mut line = String::new();
            if self.lines.read_line(&mut line).unwrap() == 0 {
                let mut log = String::new();
                self.child.stderr.take().unwrap().read_to_string(&mut log).unwrap();
                panic!("the server ended before it said {mark:?}: {log}");
            }
            let found = after(&line);
            self.seen.push(line);
            if let Some(rest) = found {
                return rest;
            }
        }
    }

    /// The status and the whole answer of a GET for this host.
    pub fn get(&self, host: &str, path: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok());
        (status.unwrap_or_else(|| panic!("no answer: {answer}")), answer)
    }

    /// From now on nobody reads what it logs.
    pub fn close_log(&mut self) {
        drop(self.child.stderr.take());
    }

    /// Asks the server to end, as systemd does; answers what it logged.
    pub fn stop(mut self) -> String {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        let mut log = String::new();
        if let Some(mut stderr) = self.child.stderr.take() {
            stderr.read_to_string(&mut log).unwrap();
        }
        let status = self.child.wait().unwrap();
        assert!(status.success(), "{status}: {log}");
        log
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().ok(); // it has ended already
        self.child.wait().ok();
    }
}

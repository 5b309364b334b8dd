//! How PostgreSQL's programs are called: with which options, as whom, and where.

use std::fs::{self, File};
use std::io::Write;
use std::net::Ipv4Addr;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::account::Account;
use super::{SUPERUSER, broken};
use crate::find;
use crate::process::{self, Failure};

/// For tests: nothing here has to survive a power cut, and every test has a database and a pool of its own.
const OPTIONS: [&str; 5] = [
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "max_connections=400",
    "shared_buffers=128MB",
];

pub struct Programs<'a> {
    pub server: &'a Path,
    pub account: Option<Account>,
    pub folder: &'a Path,
}

impl Programs<'_> {
    pub fn make_data(&self) -> Result<(), Failure> {
        let mut initdb = self.command(&self.server.with_file_name("initdb"));
        initdb.args([
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            "--no-sync",
            "--no-instructions",
        ]);
        initdb.arg(format!("--username={SUPERUSER}")).arg("--pgdata").arg(self.data());
        self.finish(initdb, "")?;

        let mut alone = self.command(self.server);
        alone.args(["--single", "-c", "fsync=off", "-D"]).arg(self.data()).arg("postgres");
        self.finish(alone, &format!("create database {SUPERUSER}\n"))
    }

    pub fn postmaster(&self, port: u16) -> Result<Child, Failure> {
        // Should we be killed without a chance to stop it, Linux tells it to stop.
        let mut command = match find::on_path("setpriv").first() {
            Some(setpriv) => {
                let mut command = self.command(setpriv);
                command.args(["--pdeathsig", "INT", "--"]).arg(self.server);
                command
            }
            None => self.command(self.server),
        };
        command.arg("-D").arg(self.data()).args(["-p", &port.to_string()]);
        command.arg("-c").arg(format!("listen_addresses={}", Ipv4Addr::LOCALHOST));
        command.arg("-c").arg(format!("unix_socket_directories={}", self.folder.display()));
        for option in OPTIONS {
            command.args(["-c", option]);
        }
        let log =
            File::create(self.log()).map_err(|error| broken("write PostgreSQL's log", &error))?;
        let errors = log.try_clone().map_err(|error| broken("write PostgreSQL's log", &error))?;
        command.stdin(Stdio::null()).stdout(log).stderr(errors);
        command.spawn().map_err(|error| broken("start PostgreSQL", &error))
    }

    /// False when the port was taken after all.
    pub fn wait_until_ready(&self, postmaster: &mut Child) -> Result<bool, Failure> {
        let until = Instant::now() + Duration::from_secs(60);
        while Instant::now() < until {
            process::stop_if_told()?;
            if process::has_ended(postmaster) {
                let log = fs::read_to_string(self.log()).unwrap_or_default();
                if log.contains("Address already in use") {
                    return Ok(false);
                }
                return Err(Failure::Broken(format!(
                    "PostgreSQL did not start:\n{}",
                    last_lines(&log)
                )));
            }
            if says_ready(
                &fs::read_to_string(self.data().join("postmaster.pid")).unwrap_or_default(),
            ) {
                return Ok(true);
            }
            sleep(Duration::from_millis(20));
        }
        let log = fs::read_to_string(self.log()).unwrap_or_default();
        Err(Failure::Broken(format!(
            "PostgreSQL was not ready after a minute:\n{}",
            last_lines(&log)
        )))
    }

    /// In a process group of its own: a Ctrl-C is for us, who stop it after those who use it.
    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.folder).env("LC_ALL", "C").process_group(0);
        if let Some(Account { user, group }) = self.account {
            // Also gives up root's other groups.
            command.uid(user).gid(group);
        }
        command
    }

    fn finish(&self, mut command: Command, input: &str) -> Result<(), Failure> {
        let words = process::in_words(&command);
        let failed =
            |error: &dyn std::fmt::Display| Failure::Broken(format!("`{words}` failed: {error}"));

        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|error| failed(&error))?;
        if let Some(mut stdin) = child.stdin.take() {
            // One that ended early says why below.
            let _ = stdin.write_all(input.as_bytes());
        }
        let output = child.wait_with_output().map_err(|error| failed(&error))?;
        match output.status.success() {
            true => Ok(()),
            false => Err(failed(&last_lines(&String::from_utf8_lossy(&output.stderr)))),
        }
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn log(&self) -> PathBuf {
        self.folder.join("log")
    }
}

/// The eighth line of `postmaster.pid` is the server's state, padded with blanks.
fn says_ready(pid_file: &str) -> bool {
    pid_file.lines().nth(7).is_some_and(|line| line.trim() == "ready")
}

fn last_lines(log: &str) -> String {
    let lines: Vec<&str> = log.lines().collect();
    lines[lines.len().saturating_sub(20)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_ready_when_its_pid_file_says_so() {
        let starting =
            "4711\n/tmp/data\n1700000000\n54321\n/tmp\n127.0.0.1\n  9183     1\nstarting\n";

        assert!(!says_ready(""));
        assert!(!says_ready(starting));
        assert!(says_ready(&starting.replace("starting", "ready   ")));
    }

    #[test]
    fn of_a_long_log_the_end_is_shown() {
        let log: String = (1..=50).map(|number| format!("line {number}\n")).collect();

        let shown = last_lines(&log);

        assert!(shown.starts_with("line 31\n"));
        assert!(shown.ends_with("line 50"));
    }
}

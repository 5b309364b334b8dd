//! A PostgreSQL server of our own: fresh, on a free port of this machine alone, fast instead of durable, gone when dropped.

mod account;
mod folder;
mod programs;

use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::process::Child;
use std::time::Duration;

use account::Account;
use folder::Folder;
use programs::Programs;

use crate::find::Found;
use crate::process::{self, Failure};
use crate::signals;

const SUPERUSER: &str = "novi";
const ATTEMPTS: usize = 5;

pub struct Cluster {
    port: u16,
    // In this order they are dropped: stop the server, remove its folder.
    _postmaster: Postmaster,
    _folder: Folder,
}

impl Cluster {
    pub fn start(server: &Found) -> Result<Cluster, Failure> {
        let account = Account::unprivileged()?;
        let folder =
            Folder::new(account).map_err(|error| broken("make a folder for PostgreSQL", &error))?;
        let programs = Programs { server: &server.path, account, folder: folder.path() };

        programs.make_data()?;
        process::stop_if_told()?;
        for _ in 0..ATTEMPTS {
            let port = free_port().map_err(|error| broken("find a free port", &error))?;
            let mut postmaster = Postmaster(programs.postmaster(port)?);
            if programs.wait_until_ready(&mut postmaster.0)? {
                return Ok(Cluster { port, _postmaster: postmaster, _folder: folder });
            }
        }
        Err(Failure::Broken(format!(
            "PostgreSQL found its port taken {ATTEMPTS} times in a row; try again"
        )))
    }

    /// Without a database: the superuser's own, which is there and empty.
    pub fn url(&self) -> String {
        format!("postgres://{SUPERUSER}@{}:{}", Ipv4Addr::LOCALHOST, self.port)
    }
}

struct Postmaster(Child);

impl Drop for Postmaster {
    fn drop(&mut self) {
        // To PostgreSQL, SIGINT means: disconnect everybody and stop in order; SIGQUIT: stop at once.
        for (number, seconds) in [(signals::INTERRUPT, 30), (signals::QUIT, 5), (signals::KILL, 5)]
        {
            if process::has_ended(&mut self.0) {
                return;
            }
            signals::send(self.0.id(), number);
            process::ends_within(&mut self.0, Duration::from_secs(seconds));
        }
    }
}

fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

fn broken(what: &str, error: &io::Error) -> Failure {
    Failure::Broken(format!("could not {what}: {error}"))
}

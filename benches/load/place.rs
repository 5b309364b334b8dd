//! Where a run happens: its folder, its programs' surroundings, and the CPUs they may use.

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::available_parallelism;

use anyhow::{Context as _, Result, ensure};

use crate::options::Options;

/// The folder of this run, removed with everything in it when the run ends.
pub struct Place {
    folder: PathBuf,
    pub server: PathBuf,
    pin: bool,
}

impl Place {
    pub fn make(options: &Options) -> Result<Self> {
        let folder = options.dir.join(format!("load-{}", std::process::id()));
        fs::create_dir_all(&folder)
            .with_context(|| format!("cannot make the folder {}", folder.display()))?;
        let place = Self {
            folder: fs::canonicalize(folder)?,
            server: options.server.clone(),
            pin: options.pin,
        };
        if options.pin {
            keep_off_the_first_cpu()?;
        }
        Ok(place)
    }

    pub fn path(&self) -> &Path {
        &self.folder
    }

    /// A folder for one server's database and keys.
    pub fn home(&self, name: &str) -> Result<PathBuf> {
        let home = self.folder.join(name);
        fs::create_dir(&home).with_context(|| format!("cannot make {}", home.display()))?;
        Ok(home)
    }

    /// Runs `program` without the settings of whoever started this, and on the first CPU where asked for.
    pub fn command(&self, program: &Path) -> Command {
        let mut command = if self.pin {
            let mut command = Command::new("taskset");
            command.args(["-c", "0"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        let ours = |name: &str| name.starts_with("NOVI_SSO_") || name == "RUST_LOG";
        for (name, _) in std::env::vars().filter(|(name, _)| ours(name)) {
            command.env_remove(name);
        }
        command.current_dir(&self.folder).stdin(Stdio::null());
        command
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // What cannot be removed stays in the target directory, where it is in nobody's way.
        fs::remove_dir_all(&self.folder).ok();
    }
}

/// An address of this machine where nobody listens.
pub fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?)
}

fn keep_off_the_first_cpu() -> Result<()> {
    let cpus = available_parallelism()?.get();
    ensure!(cpus > 1, "--pin needs two CPUs, and there is one");
    let (list, pid) = (format!("1-{}", cpus - 1), std::process::id().to_string());
    let done = Command::new("taskset").args(["-acp", &list, &pid]).stdout(Stdio::null()).status();
    let done = done.context("--pin needs the program taskset, of Debian's util-linux")?;
    ensure!(done.success(), "taskset could not move this program to the CPUs {list}");
    Ok(())
}

//! Installing Debian packages, where this user may.

use std::process::{Command, Stdio};

use crate::find;
use crate::process::{self, Failure};
use crate::signals;

pub struct Apt {
    /// Words before `apt-get`: none as root.
    prefix: &'static [&'static str],
    updated: bool,
}

impl Apt {
    /// Or why this user cannot install packages, to follow a "but".
    pub fn allowed() -> Result<Apt, &'static str> {
        if find::on_path("apt-get").is_empty() {
            return Err("this system has no apt-get");
        }
        if signals::we_are_root() {
            return Ok(Apt { prefix: &[], updated: false });
        }
        match process::output(Command::new("sudo").args(["-n", "true"])) {
            Some(_) => Ok(Apt { prefix: &["sudo", "-n"], updated: false }),
            None => Err("this user is not root and may not use sudo without a password"),
        }
    }

    pub fn install(&mut self, packages: &[&str]) -> Result<(), Failure> {
        if !self.updated {
            self.run(&["update"])?;
            self.updated = true;
        }
        let mut words = vec!["install", "--yes", "--no-install-recommends"];
        words.extend(packages);
        self.run(&words)
    }

    fn run(&self, words: &[&str]) -> Result<(), Failure> {
        // `env`, because sudo passes no variables on. A machine that has just started often updates itself: wait for it.
        let mut all = self.prefix.to_vec();
        all.extend(["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"]);
        all.extend(["-o", "DPkg::Lock::Timeout=300", "-o", "Dpkg::Use-Pty=0"]);
        all.extend(words);

        let mut command = Command::new(all[0]);
        // Thousands of lines go by; what went wrong comes on the other stream.
        command.args(&all[1..]).stdin(Stdio::null()).stdout(Stdio::null());
        // In front, so that it is never killed halfway through a package.
        let result = process::run_in_front(command);
        process::stop_if_told()?;
        result
    }
}

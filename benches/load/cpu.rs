//! CPU time and memory of a process, as the kernel counts them.

use std::collections::HashMap;
use std::fs;
use std::time::Duration;

use anyhow::{Context as _, Result};

/// CPU time of all threads of a process, from now on.
pub struct Meter {
    pid: u32,
    before: HashMap<u32, u64>,
}

impl Meter {
    pub fn start(pid: u32) -> Result<Self> {
        Ok(Self { pid, before: threads(pid)? })
    }

    /// A thread that ended meanwhile is missing; the servers' threads live much longer than a round.
    pub fn micros(&self) -> Result<f64> {
        let spent: u64 = threads(self.pid)?
            .iter()
            .map(|(thread, nanos)| {
                nanos.saturating_sub(self.before.get(thread).copied().unwrap_or(0))
            })
            .sum();
        Ok(spent as f64 / 1000.0)
    }
}

/// Nanoseconds on a CPU, by thread: `schedstat` counts them exactly, `stat` in ticks of 10 ms.
fn threads(pid: u32) -> Result<HashMap<u32, u64>> {
    let folder = format!("/proc/{pid}/task");
    let tasks = fs::read_dir(&folder).with_context(|| format!("cannot read {folder}"))?;
    let spent = tasks.filter_map(|task| {
        let task = task.ok()?;
        let thread = task.file_name().to_str()?.parse().ok()?;
        let stat = fs::read_to_string(task.path().join("schedstat")).ok()?;
        Some((thread, on_cpu(&stat)?))
    });
    let spent: HashMap<_, _> = spent.collect();
    anyhow::ensure!(!spent.is_empty(), "{folder} shows no CPU times: is the process still there?");
    Ok(spent)
}

/// CPU time of the calling thread since it began.
pub fn this_thread() -> Result<Duration> {
    let stat = fs::read_to_string("/proc/thread-self/schedstat")
        .context("cannot read the CPU time of this thread, which needs Linux")?;
    let nanos = on_cpu(&stat).context("/proc/thread-self/schedstat is not as expected")?;
    Ok(Duration::from_nanos(nanos))
}

fn on_cpu(schedstat: &str) -> Option<u64> {
    schedstat.split(' ').next()?.parse().ok()
}

/// Memory of a process in MB of a million bytes.
pub struct Memory {
    pub resident: f64,
    /// The most it has had at any moment.
    pub peak: f64,
}

pub fn memory(pid: u32) -> Result<Memory> {
    let file = format!("/proc/{pid}/status");
    let status = fs::read_to_string(&file).with_context(|| format!("cannot read {file}"))?;
    let megabytes = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        let kibibytes: f64 = line.trim_end_matches("kB").trim().parse().ok()?;
        Some(kibibytes * 1024.0 / 1e6)
    };
    let resident = megabytes("VmRSS:").context("the process has no memory: it has ended")?;
    Ok(Memory { resident, peak: megabytes("VmHWM:").unwrap_or(resident) })
}

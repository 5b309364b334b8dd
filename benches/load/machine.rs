//! What the figures were measured on.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::Duration;

use serde::Serialize;

const LOOK: Duration = Duration::from_millis(500);

#[derive(Serialize)]
pub struct Machine {
    pub cpu: String,
    pub cpus: usize,
    pub kernel: String,
    /// Of the folder the database lies in.
    pub file_system: String,
    /// The part of the CPUs that others took just before the run, the host of a virtual machine included.
    pub taken_by_others: f64,
}

impl Machine {
    /// Takes a moment; nothing of the run may be under way yet.
    pub fn look(folder: &Path) -> Self {
        let cpus = read("/proc/cpuinfo");
        let model = cpus.lines().find_map(|line| line.strip_prefix("model name"));
        let model = model.map(|name| name.trim_matches([' ', '\t', ':']).to_owned());
        let count = cpus.lines().filter(|line| line.starts_with("processor")).count();
        Self {
            cpu: model.unwrap_or_else(|| std::env::consts::ARCH.to_owned()),
            cpus: count,
            kernel: read("/proc/sys/kernel/osrelease").trim().to_owned(),
            file_system: file_system(folder).unwrap_or_else(|| "an unknown file system".to_owned()),
            taken_by_others: taken().unwrap_or_default(),
        }
    }

    /// Reasons to doubt the figures.
    pub fn doubts(&self) -> Vec<String> {
        let mut doubts = Vec::new();
        if matches!(self.file_system.as_str(), "tmpfs" | "ramfs") {
            let kind = &self.file_system;
            doubts.push(format!("the database lies on {kind}: flushes cost nothing; give --dir"));
        }
        if self.taken_by_others > 0.05 {
            let percent = self.taken_by_others * 100.0;
            doubts.push(format!("others took {percent:.0} % of the CPUs: trust the ratios only"));
        }
        doubts
    }
}

/// Of the innermost mount that holds the folder.
fn file_system(folder: &Path) -> Option<String> {
    let mounts = read("/proc/mounts");
    let mounts = mounts.lines().filter_map(|line| {
        let mut words = line.split(' ').skip(1);
        Some((words.next()?, words.next()?))
    });
    let holding = mounts.filter(|(point, _)| folder.starts_with(point));
    holding.max_by_key(|(point, _)| point.len()).map(|(_, kind)| kind.to_owned())
}

fn taken() -> Option<f64> {
    let (idle_before, all_before) = ticks()?;
    thread::sleep(LOOK);
    let (idle, all) = ticks()?;
    let all = all.checked_sub(all_before).filter(|&all| all > 0)? as f64;
    Some(1.0 - idle.saturating_sub(idle_before) as f64 / all)
}

/// Idle and all ticks of all CPUs since the machine started.
fn ticks() -> Option<(u64, u64)> {
    let stat = read("/proc/stat");
    let ticks = stat.lines().next()?.split_whitespace().skip(1).take(8);
    let ticks: Vec<u64> = ticks.map(|ticks| ticks.parse().ok()).collect::<Option<_>>()?;
    Some((ticks.get(3)? + ticks.get(4)?, ticks.iter().sum()))
}

fn read(file: &str) -> String {
    fs::read_to_string(file).unwrap_or_default()
}

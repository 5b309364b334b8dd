//! Asks a server from many connections at once, for a bounded time and a bounded number of requests, and takes down
//! what it cost.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use tokio::task::JoinSet;

use crate::cpu::Meter;
use crate::http::Connection;
use crate::sample::Sample;

/// Something to ask for again and again.
pub trait Job: Send + Sync + 'static {
    /// Does it for the `n`th time, counted over all connections.
    fn run(&self, connection: &mut Connection, n: usize) -> impl Future<Output = Outcome> + Send;
}

pub enum Outcome {
    Good,
    /// Turned away by 503.
    Busy,
    /// Not the answer there should be, or none.
    Wrong(String),
    /// There is nothing left to ask.
    NoMore,
}

pub struct Target {
    pub address: SocketAddr,
    /// The process whose CPU time is counted.
    pub pid: u32,
}

pub struct Bounds {
    pub connections: usize,
    pub requests: usize,
    pub window: Duration,
}

#[derive(Default)]
struct Tally {
    waits: Vec<Duration>,
    busy: usize,
    wrong: usize,
    first_wrong: Option<String>,
}

pub async fn drive(target: &Target, bounds: &Bounds, job: Arc<impl Job>) -> Result<Sample> {
    let mut connections = Vec::new();
    for _ in 0..bounds.connections {
        let connection = Connection::open(target.address).await.context("cannot connect")?;
        connections.push(connection);
    }
    let next = Arc::new(AtomicUsize::new(0));
    let mut workers = JoinSet::new();
    let meter = Meter::start(target.pid)?;
    let began = Instant::now();
    for connection in connections {
        let (job, next) = (job.clone(), next.clone());
        workers.spawn(work(job, connection, next, bounds.requests, began + bounds.window));
    }
    let tallies = workers.join_all().await;
    let (wall, cpu) = (began.elapsed(), meter.micros()?);
    let (busy, wrong) = tallies.iter().fold((0, 0), |(b, w), t| (b + t.busy, w + t.wrong));
    let first_wrong = tallies.iter().find_map(|tally| tally.first_wrong.clone());
    let waits = tallies.into_iter().flat_map(|tally| tally.waits).collect();
    Ok(Sample { busy, wrong, first_wrong, ..Sample::new(waits, wall, cpu) })
}

/// Whatever is under way when the time is up is waited for and counted, so that its CPU time has its answer.
async fn work(
    job: Arc<impl Job>,
    mut connection: Connection,
    next: Arc<AtomicUsize>,
    requests: usize,
    until: Instant,
) -> Tally {
    let mut tally = Tally::default();
    loop {
        let began = Instant::now();
        let n = next.fetch_add(1, Ordering::Relaxed);
        if began >= until || n >= requests {
            return tally;
        }
        match job.run(&mut connection, n).await {
            Outcome::Good => tally.waits.push(began.elapsed()),
            Outcome::Busy => tally.busy += 1,
            Outcome::Wrong(what) => {
                tally.wrong += 1;
                tally.first_wrong.get_or_insert(what);
            }
            Outcome::NoMore => return tally,
        }
    }
}

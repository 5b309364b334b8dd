//! The hash pool: threads of its own for password hashing, a short queue, and a limit on waiting.
//!
//! A hash takes some 15 ms and 19 MiB, and more of them at once only make each slower. So there is
//! one thread less than cores, and who would wait too long is told so at once (SECURITY.md 4.6).
//! Nothing on the protocol's path ever waits here.

use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use tokio::sync::oneshot;
use tokio::time::timeout;
use zeroize::Zeroizing;

use super::password::{Cost, Hasher, Password, PasswordHash};

const QUEUE: usize = 32;
/// The last quarter of the queue is for browsers in which the member has signed in before.
const FOR_STRANGERS: usize = QUEUE - QUEUE / 4;
const LONGEST_WAIT: Duration = Duration::from_secs(2);

/// Too many people are signing in at this moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the hash pool is busy")]
pub struct Busy;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Caller {
    Stranger,
    KnownDevice,
}

type Job = Box<dyn FnOnce(&mut Hasher) + Send>;

#[derive(Clone)]
pub struct HashPool(Arc<Shared>);

struct Shared {
    jobs: SyncSender<Job>,
    waiting: AtomicUsize,
    evaluations: AtomicU64,
}

impl HashPool {
    pub fn start(pepper: &Zeroizing<[u8; 32]>, cost: Cost) -> Self {
        let (jobs, line) = sync_channel::<Job>(QUEUE);
        let line = Arc::new(Mutex::new(line));
        let cores = thread::available_parallelism().map_or(1, usize::from);
        for n in 0..cores.saturating_sub(1).max(1) {
            let (line, mut hasher) = (line.clone(), Hasher::new(pepper.clone(), cost));
            let work = move || {
                loop {
                    let next = line.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).recv();
                    match next {
                        Ok(job) => job(&mut hasher),
                        Err(_) => break, // the pool is gone
                    }
                }
            };
            thread::Builder::new()
                .name(format!("hash-{n}"))
                .spawn(work)
                .expect("the system has room for one more thread");
        }
        Self(Arc::new(Shared {
            jobs,
            waiting: AtomicUsize::new(0),
            evaluations: AtomicU64::new(0),
        }))
    }

    pub async fn hash(&self, password: Password) -> Result<PasswordHash, Busy> {
        self.run(Caller::KnownDevice, move |hasher| hasher.hash(&password)).await
    }

    /// One evaluation, also when there is nothing to compare with, so that nobody learns who has a
    /// login (SEC-L11).
    pub async fn verify(
        &self,
        caller: Caller,
        password: Password,
        kept: Option<PasswordHash>,
    ) -> Result<bool, Busy> {
        self.run(caller, move |hasher| hasher.verify(&password, kept.as_ref())).await
    }

    /// How many hashes were computed since the start.
    pub fn evaluations(&self) -> u64 {
        self.0.evaluations.load(Ordering::Relaxed)
    }

    async fn run<T: Send + 'static>(
        &self,
        caller: Caller,
        work: impl FnOnce(&mut Hasher) -> T + Send + 'static,
    ) -> Result<T, Busy> {
        let shared = &self.0;
        let ahead = shared.waiting.load(Ordering::Relaxed);
        if caller == Caller::Stranger && ahead >= FOR_STRANGERS {
            return Err(Busy);
        }
        let (answer, result) = oneshot::channel();
        let pool = self.clone();
        let job: Job = Box::new(move |hasher| {
            pool.0.waiting.fetch_sub(1, Ordering::Relaxed);
            if !answer.is_closed() {
                pool.0.evaluations.fetch_add(1, Ordering::Relaxed);
                answer.send(work(hasher)).ok(); // who no longer waits needs no answer
            }
        });
        shared.waiting.fetch_add(1, Ordering::Relaxed);
        match shared.jobs.try_send(job) {
            Ok(()) => {}
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => {
                shared.waiting.fetch_sub(1, Ordering::Relaxed);
                return Err(Busy);
            }
        }
        match timeout(LONGEST_WAIT, result).await {
            Ok(Ok(done)) => Ok(done),
            _ => Err(Busy),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn whoever_finds_the_queue_full_is_told_at_once_and_a_known_device_still_gets_in() {
        let cost = Cost { memory_kib: 4096, passes: 1 };
        let pool = HashPool::start(&Zeroizing::new([0; 32]), cost);
        let password = || Password::typed("copper kettle on friday").unwrap();
        let mut line = tokio::task::JoinSet::new();
        for _ in 0..QUEUE + 8 {
            let pool = pool.clone();
            line.spawn(async move { pool.verify(Caller::Stranger, password(), None).await });
        }
        tokio::task::yield_now().await;

        let known = pool.verify(Caller::KnownDevice, password(), None).await;
        let answers = line.join_all().await;

        assert_eq!(known, Ok(false));
        assert!(answers.contains(&Err(Busy)), "nobody was turned away");
        assert!(answers.contains(&Ok(false)), "nobody was served");
    }
}

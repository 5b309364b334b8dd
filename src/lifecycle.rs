//! The life of the process: signals, the way down in two steps, and the background tasks that go
//! along.

use std::{
    fmt, io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    signal::unix::{SignalKind, signal},
    sync::mpsc,
    time::timeout,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// First `draining`: `/readyz` says no, everything else goes on. Then `stop`: nothing new begins.
#[derive(Clone, Default)]
pub struct Lifecycle {
    draining: CancellationToken,
    stop: CancellationToken,
    tasks: TaskTracker,
    running: Running,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Signal {
    Interrupt,
    Terminate,
}

/// The tasks that did not end in time.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("still running after {waited:?}: {}", .tasks.join(", "))]
pub struct Unfinished {
    pub tasks: Vec<&'static str>,
    waited: Duration,
}

impl Lifecycle {
    pub fn new() -> Lifecycle {
        Lifecycle::default()
    }

    pub fn draining(&self) -> CancellationToken {
        self.draining.clone()
    }

    pub fn stop(&self) -> CancellationToken {
        self.stop.clone()
    }

    /// From now on SIGTERM and SIGINT begin the way down; `grace` is how long load balancers get to
    /// notice. A second signal ends the process at once.
    pub fn obey_signals(&self, grace: Duration) -> io::Result<()> {
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        let (sender, signals) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            loop {
                let next = tokio::select! {
                    _ = interrupt.recv() => Signal::Interrupt,
                    _ = terminate.recv() => Signal::Terminate,
                };
                if sender.send(next).is_err() {
                    return;
                }
            }
        });
        let lifecycle = self.clone();
        tokio::spawn(async move {
            if let Some(second) = lifecycle.obey(signals, grace).await {
                std::process::exit(second.exit_code());
            }
        });
        Ok(())
    }

    /// Answers with the second signal.
    async fn obey(
        &self,
        mut signals: mpsc::UnboundedReceiver<Signal>,
        grace: Duration,
    ) -> Option<Signal> {
        let first = signals.recv().await?;
        tracing::info!(signal = %first, ?grace, "stopping");
        notify(sd_notify::NotifyState::Stopping);
        self.draining.cancel();
        if let Ok(Some(second)) = timeout(grace, signals.recv()).await {
            return Some(second);
        }
        self.stop.cancel();
        signals.recv().await
    }

    /// Tells systemd that requests are being answered.
    pub fn ready(&self) {
        notify(sd_notify::NotifyState::Ready);
    }

    /// A task that ends by itself soon after `stop`.
    pub fn spawn(&self, name: &'static str, task: impl Future<Output = ()> + Send + 'static) {
        let running = self.running.begin(name);
        self.tasks.spawn(async move {
            task.await;
            drop(running);
        });
    }

    /// Says stop, if nobody has, and waits for the background tasks.
    pub async fn finish(&self, limit: Duration) -> Result<(), Unfinished> {
        self.draining.cancel();
        self.stop.cancel();
        self.tasks.close();
        match timeout(limit, self.tasks.wait()).await {
            Ok(()) => Ok(()),
            Err(_) => Err(Unfinished { tasks: self.running.names().clone(), waited: limit }),
        }
    }
}

impl Signal {
    /// As a shell reports a process that a signal ended.
    fn exit_code(self) -> i32 {
        match self {
            Signal::Interrupt => 130,
            Signal::Terminate => 143,
        }
    }
}

impl fmt::Display for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Signal::Interrupt => "SIGINT",
            Signal::Terminate => "SIGTERM",
        })
    }
}

fn notify(state: sd_notify::NotifyState<'_>) {
    if let Err(error) = sd_notify::notify(&[state]) {
        tracing::warn!(%error, "cannot reach systemd");
    }
}

/// The names of the tasks that have begun and not ended.
#[derive(Clone, Default)]
struct Running(Arc<Mutex<Vec<&'static str>>>);

struct Begun {
    name: &'static str,
    running: Running,
}

impl Running {
    fn begin(&self, name: &'static str) -> Begun {
        self.names().push(name);
        Begun { name, running: self.clone() }
    }

    fn names(&self) -> MutexGuard<'_, Vec<&'static str>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Begun {
    fn drop(&mut self) {
        let mut names = self.running.names();
        if let Some(place) = names.iter().position(|name| *name == self.name) {
            names.swap_remove(place);
        }
        drop(names);
        // Nobody awaits a background task, so nobody else would say that it is gone.
        if std::thread::panicking() {
            tracing::error!(task = self.name, "a background task panicked");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use super::*;

    const FOR_EVER: Duration = Duration::from_hours(1);

    #[tokio::test]
    async fn the_first_signal_drains_and_stops_after_the_grace() {
        let lifecycle = Lifecycle::new();
        let (sender, signals) = mpsc::unbounded_channel();

        sender.send(Signal::Terminate).unwrap();
        drop(sender);
        let second = lifecycle.obey(signals, Duration::ZERO).await;

        assert_eq!(second, None);
        assert!(lifecycle.draining().is_cancelled());
        assert!(lifecycle.stop().is_cancelled());
    }

    #[tokio::test]
    async fn a_second_signal_does_not_wait_for_the_grace() {
        let lifecycle = Lifecycle::new();
        let (sender, signals) = mpsc::unbounded_channel();

        sender.send(Signal::Terminate).unwrap();
        sender.send(Signal::Interrupt).unwrap();
        let second = lifecycle.obey(signals, FOR_EVER).await;

        assert_eq!(second, Some(Signal::Interrupt));
        assert!(lifecycle.draining().is_cancelled());
        assert!(!lifecycle.stop().is_cancelled());
    }

    #[tokio::test]
    async fn a_second_signal_counts_during_the_drain_too() {
        let lifecycle = Lifecycle::new();
        let (sender, signals) = mpsc::unbounded_channel();
        let stop = lifecycle.stop();

        sender.send(Signal::Interrupt).unwrap();
        tokio::spawn(async move {
            stop.cancelled().await;
            sender.send(Signal::Terminate).unwrap();
        });
        let second = lifecycle.obey(signals, Duration::ZERO).await;

        assert_eq!(second.map(Signal::exit_code), Some(143));
    }

    #[tokio::test]
    async fn finishing_stops_the_tasks_and_waits_for_them() {
        let lifecycle = Lifecycle::new();
        let stop = lifecycle.stop();

        lifecycle.spawn("housekeeping", async move { stop.cancelled().await });

        assert_eq!(lifecycle.finish(FOR_EVER).await, Ok(()));
    }

    #[tokio::test]
    async fn a_task_that_does_not_end_is_named() {
        let lifecycle = Lifecycle::new();

        lifecycle.spawn("quick", async {});
        lifecycle.spawn("deaf", pending());
        tokio::task::yield_now().await;
        let unfinished = lifecycle.finish(Duration::from_millis(1)).await.unwrap_err();

        assert_eq!(unfinished.tasks, ["deaf"]);
        assert_eq!(unfinished.to_string(), "still running after 1ms: deaf");
    }

    #[tokio::test]
    async fn a_task_that_panics_does_not_hold_up_the_end() {
        let lifecycle = Lifecycle::new();

        lifecycle.spawn("broken", async { panic!("on purpose") });

        assert_eq!(lifecycle.finish(FOR_EVER).await, Ok(()));
    }
}

//! Work that is finished even if nobody waits for it any more.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use tokio::runtime::Handle;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// Runs inside the task that awaits it, at no cost; dropped halfway, because the client hung up, it
/// moves into a task of its own. So a client that disconnects cancels nothing.
pub struct Finish<'a, F: Future<Output: Send> + Send + 'static> {
    work: Option<Pin<Box<F>>>,
    tasks: &'a TaskTracker,
    cut: &'a CancellationToken,
}

impl<'a, F: Future<Output: Send> + Send + 'static> Finish<'a, F> {
    pub fn new(work: F, tasks: &'a TaskTracker, cut: &'a CancellationToken) -> Finish<'a, F> {
        Finish { work: Some(Box::pin(work)), tasks, cut }
    }
}

impl<F: Future<Output: Send> + Send + 'static> Future for Finish<'_, F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.get_mut();
        // Taken out meanwhile: work that panics is not begun again by the drop.
        let mut work = this.work.take().expect("a finished future is not polled again");
        let outcome = work.as_mut().poll(cx);
        if outcome.is_pending() {
            this.work = Some(work);
        }
        outcome
    }
}

impl<F: Future<Output: Send> + Send + 'static> Drop for Finish<'_, F> {
    fn drop(&mut self) {
        let Some(work) = self.work.take() else { return };
        // Without a runtime the process is ending, and nothing can be finished.
        if let Ok(runtime) = Handle::try_current() {
            let cut = self.cut.clone();
            self.tasks.spawn_on(async move { drop(cut.run_until_cancelled(work).await) }, &runtime);
        }
    }
}

//! Bodies that come in pieces, with pauses between them, or break off.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use hyper::body::{Body, Frame};
use tokio::time::{Sleep, sleep};

enum Step {
    Piece(Bytes),
    Wait(Duration),
    /// Lets what was written so far go out.
    Flush,
    Break,
}

pub struct Trickle {
    steps: VecDeque<Step>,
    sleep: Option<Pin<Box<Sleep>>>,
}

impl Trickle {
    /// Nothing at all: the server has not yet written the head and closes the connection without one.
    pub fn broken() -> Self {
        Self::from([Step::Break])
    }

    pub fn broken_after(piece: Bytes) -> Self {
        Self::from([Step::Piece(piece), Step::Flush, Step::Break])
    }

    pub fn byte_by_byte(body: &Bytes, pause: Duration) -> Self {
        let steps = (0..body.len())
            .flat_map(|place| [Step::Wait(pause), Step::Piece(body.slice(place..=place))]);
        Self { steps: steps.collect(), sleep: None }
    }

    fn from<const N: usize>(steps: [Step; N]) -> Self {
        Self { steps: steps.into(), sleep: None }
    }
}

impl Body for Trickle {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        loop {
            if let Some(pause) = &mut self.sleep {
                if pause.as_mut().poll(context).is_pending() {
                    return Poll::Pending;
                }
                self.sleep = None;
            }
            return match self.steps.pop_front() {
                None => Poll::Ready(None),
                Some(Step::Piece(piece)) => Poll::Ready(Some(Ok(Frame::data(piece)))),
                Some(Step::Break) => {
                    Poll::Ready(Some(Err(io::Error::other("broken off on purpose"))))
                }
                Some(Step::Flush) => {
                    context.waker().wake_by_ref();
                    Poll::Pending
                }
                Some(Step::Wait(pause)) => {
                    self.sleep = Some(Box::pin(sleep(pause)));
                    continue;
                }
            };
        }
    }
}

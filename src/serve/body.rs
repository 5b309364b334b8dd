//! The bodies of a connection: the one that must arrive in time, and the one that tells when it is
//! done.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use axum::{BoxError, body::Body};
use bytes::Bytes;
use hyper::body::{Body as _, Frame, Incoming, SizeHint};
use tokio::time::{Duration, Instant, Sleep, sleep_until};

use super::watch::{Watch, in_time};

#[derive(Debug, thiserror::Error)]
#[error("the request's body did not arrive in time")]
pub struct Late;

/// A request's body, as a whole due by one moment: a peer cannot win time by sending it byte by
/// byte.
pub struct Timely {
    incoming: Incoming,
    due: Instant,
    /// Made when there is something to wait for; most bodies come together with their header.
    timer: Option<Pin<Box<Sleep>>>,
    ended: bool,
    watch: Arc<Watch>,
}

impl Timely {
    pub fn body(incoming: Incoming, allowed: Duration, watch: &Arc<Watch>) -> Body {
        if incoming.is_end_stream() {
            return Body::empty();
        }
        let watch = Arc::clone(watch);
        Body::new(Timely { incoming, due: in_time(allowed), timer: None, ended: false, watch })
    }
}

impl hyper::body::Body for Timely {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = self.get_mut();
        if let Poll::Ready(frame) = Pin::new(&mut this.incoming).poll_frame(cx) {
            this.ended = frame.is_none();
            return Poll::Ready(frame.map(|frame| frame.map_err(BoxError::from)));
        }
        let timer = this.timer.get_or_insert_with(|| Box::pin(sleep_until(this.due)));
        ready!(timer.as_mut().poll(cx));
        this.watch.body_was_late();
        Poll::Ready(Some(Err(Late.into())))
    }

    fn is_end_stream(&self) -> bool {
        self.incoming.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.incoming.size_hint()
    }
}

impl Drop for Timely {
    fn drop(&mut self) {
        if !self.ended && !self.incoming.is_end_stream() {
            self.watch.left_unread();
        }
    }
}

/// An answer's body. hyper drops it once it has taken the last of it.
pub struct Answer {
    body: Body,
    watch: Arc<Watch>,
}

impl Answer {
    pub fn new(body: Body, watch: &Arc<Watch>) -> Answer {
        Answer { body, watch: Arc::clone(watch) }
    }
}

impl hyper::body::Body for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        self.watch.answer_complete();
    }
}

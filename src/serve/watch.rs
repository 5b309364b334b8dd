//! What a connection is doing, and by when it must be doing something else.

use std::{
    pin::Pin,
    sync::atomic::{AtomicBool, AtomicU8, AtomicU32, Ordering::Relaxed},
    task::{Context, Poll, ready},
};

use tokio::time::{Duration, Instant, Sleep};

use super::Rules;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Phase {
    /// A request has begun to arrive.
    Header,
    /// A handler is at work, or its answer is still coming.
    Busy,
    /// The whole answer has been handed over for sending.
    Answered,
    /// The answer is out; the next request has not begun.
    Idle,
}

/// Shared by the parts of one connection, which all run in its task; only a body may be read
/// elsewhere.
pub struct Watch {
    pub born: Instant,
    phase: AtomicU8,
    stalled: AtomicBool,
    /// Goes up with every change, so that coming back to the same phase is seen as well.
    moves: AtomicU32,
    last: AtomicBool,
    body_late: AtomicBool,
    unread: AtomicBool,
}

impl Watch {
    pub fn new() -> Watch {
        Watch {
            born: Instant::now(),
            phase: AtomicU8::new(Phase::Header as u8),
            stalled: AtomicBool::new(false),
            moves: AtomicU32::new(0),
            last: AtomicBool::new(false),
            body_late: AtomicBool::new(false),
            unread: AtomicBool::new(false),
        }
    }

    pub fn phase(&self) -> Phase {
        match self.phase.load(Relaxed) {
            phase if phase == Phase::Header as u8 => Phase::Header,
            phase if phase == Phase::Busy as u8 => Phase::Busy,
            phase if phase == Phase::Answered as u8 => Phase::Answered,
            _ => Phase::Idle,
        }
    }

    fn enter(&self, phase: Phase) {
        self.phase.store(phase as u8, Relaxed);
        self.moved();
    }

    fn moved(&self) {
        self.moves.store(self.moves.load(Relaxed).wrapping_add(1), Relaxed);
    }

    pub fn bytes_arrived(&self) {
        if self.phase() == Phase::Idle {
            self.enter(Phase::Header);
        }
    }

    pub fn request_began(&self) {
        self.body_late.store(false, Relaxed);
        self.unread.store(false, Relaxed);
        self.enter(Phase::Busy);
    }

    pub fn answer_complete(&self) {
        self.enter(Phase::Answered);
    }

    pub fn everything_sent(&self) {
        if self.phase() == Phase::Answered {
            self.enter(Phase::Idle);
        }
    }

    /// The peer takes nothing (any more), or takes again.
    pub fn stalled(&self, stalled: bool) {
        if self.stalled.load(Relaxed) != stalled {
            self.stalled.store(stalled, Relaxed);
            self.moved();
        }
    }

    /// The next answer will be the last.
    pub fn close_soon(&self) {
        self.last.store(true, Relaxed);
    }

    pub fn closes_soon(&self) -> bool {
        self.last.load(Relaxed)
    }

    pub fn body_was_late(&self) {
        self.body_late.store(true, Relaxed);
    }

    pub fn is_body_late(&self) -> bool {
        self.body_late.load(Relaxed)
    }

    /// Nobody will read the rest of the request.
    pub fn left_unread(&self) {
        self.unread.store(true, Relaxed);
    }

    pub fn is_unread(&self) -> bool {
        self.unread.load(Relaxed)
    }

    fn allowance(&self, rules: &Rules) -> Option<Duration> {
        if self.stalled.load(Relaxed) {
            return Some(rules.write);
        }
        match self.phase() {
            Phase::Header => Some(rules.header),
            Phase::Idle => Some(rules.idle),
            Phase::Busy | Phase::Answered => None,
        }
    }

    /// The name of the deadline that has run out, for the metrics.
    pub fn waiting_for(&self) -> &'static str {
        match self.phase() {
            _ if self.stalled.load(Relaxed) => "write",
            Phase::Header => "header",
            _ => "idle",
        }
    }
}

/// One timer for all deadlines of a connection. It is set forward only when it rings, so a busy
/// connection costs no timer operations at all.
pub struct Alarm<'a> {
    rules: &'a Rules,
    watch: &'a Watch,
    seen: u32,
    due: Option<Instant>,
    timer: Pin<&'a mut Sleep>,
}

impl<'a> Alarm<'a> {
    /// `timer` is one that rings when the header is due.
    pub fn new(rules: &'a Rules, watch: &'a Watch, timer: Pin<&'a mut Sleep>) -> Alarm<'a> {
        Alarm { rules, watch, seen: 0, due: Some(timer.deadline()), timer }
    }

    /// Ready when a deadline has run out. To be polled after whatever moves the watch.
    pub fn poll_late(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let moves = self.watch.moves.load(Relaxed);
        if moves != self.seen {
            self.seen = moves;
            self.due = self.watch.allowance(self.rules).map(in_time);
        }
        if let Some(due) = self.due
            && due < self.timer.deadline()
        {
            self.timer.as_mut().reset(due);
        }
        loop {
            ready!(self.timer.as_mut().poll(cx));
            match self.due {
                Some(due) if due <= Instant::now() => return Poll::Ready(()),
                Some(due) => self.timer.as_mut().reset(due),
                None => self.timer.as_mut().reset(in_time(self.rules.idle)),
            }
        }
    }
}

/// "Never" (a lifted limit) must not overflow.
pub fn in_time(allowed: Duration) -> Instant {
    const A_YEAR: Duration = Duration::from_hours(365 * 24);
    Instant::now() + allowed.min(A_YEAR)
}

//! Signals: those sent to this process are noted, so that it can stop in order what it started; and sending them.

use std::sync::atomic::{AtomicI32, AtomicUsize, Ordering};

pub const HANG_UP: i32 = 1;
pub const INTERRUPT: i32 = 2;
pub const QUIT: i32 = 3;
pub const KILL: i32 = 9;
pub const TERMINATE: i32 = 15;

const IGNORED: usize = 1;

static LAST: AtomicI32 = AtomicI32::new(0);
static COUNT: AtomicUsize = AtomicUsize::new(0);

// SAFETY: the signatures are those of POSIX, and the standard library links libc on every Unix. `kill` and `geteuid`
// take plain numbers and touch no memory of ours.
unsafe extern "C" {
    fn signal(number: i32, handler: usize) -> usize;
    safe fn kill(pid: i32, number: i32) -> i32;
    safe fn geteuid() -> u32;
}

extern "C" fn note(number: i32) {
    LAST.store(number, Ordering::SeqCst);
    COUNT.fetch_add(1, Ordering::SeqCst);
}

/// From here on Ctrl-C, SIGTERM and a closed terminal no longer end this process: whoever waits asks [`received`].
pub fn listen() {
    let handler = note as extern "C" fn(i32);
    for number in [HANG_UP, INTERRUPT, TERMINATE] {
        // SAFETY: the handler only stores to atomics, which is allowed in a signal handler.
        let before = unsafe { signal(number, handler as usize) };
        if number == HANG_UP && before == IGNORED {
            // Started under `nohup`: that wish stands.
            // SAFETY: SIG_IGN is a valid disposition.
            unsafe { signal(number, IGNORED) };
        }
    }
}

/// The last signal that asked us to stop, if one did.
pub fn received() -> Option<i32> {
    match LAST.load(Ordering::SeqCst) {
        0 => None,
        number => Some(number),
    }
}

/// How often we were asked to stop: the second time a person means it.
pub fn count() -> usize {
    COUNT.load(Ordering::SeqCst)
}

pub fn send(pid: u32, number: i32) -> bool {
    i32::try_from(pid).is_ok_and(|pid| pid > 0 && kill(pid, number) == 0)
}

/// To every process of the group that `leader` leads.
pub fn send_to_group(leader: u32, number: i32) -> bool {
    i32::try_from(leader).is_ok_and(|leader| leader > 1 && kill(-leader, number) == 0)
}

pub fn group_lives(leader: u32) -> bool {
    send_to_group(leader, 0)
}

pub fn we_are_root() -> bool {
    geteuid() == 0
}

pub fn name(number: i32) -> String {
    match number {
        HANG_UP => "SIGHUP".into(),
        INTERRUPT => "SIGINT".into(),
        TERMINATE => "SIGTERM".into(),
        other => format!("signal {other}"),
    }
}

//! The accept loop: HTTP/1.1 with a deadline on every way a peer can be slow, caps on connections,
//! and a drain.
//!
//! hyper has a timer for headers, but it also runs while a connection is idle between two requests,
//! and it is made anew for each request. So the deadlines are kept here (`watch`), one timer per
//! connection.

mod body;
mod connection;
mod finish;
mod rules;
mod slots;
mod socket;
mod watch;

use std::{future::pending, io, net::SocketAddr, sync::Arc, time::Duration};

use axum::Router;
use hyper::server::conn::http1;
use tokio::{
    net::{TcpListener, TcpStream},
    time::{sleep, timeout},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

pub use rules::Rules;
use slots::Slots;

/// hyper's own lower bound.
const SMALLEST_BUFFER: usize = 8 * 1024;
const BUFFER: usize = 64 * 1024;

/// Who is at the other end of the socket, in the request's extensions. IPv4 is IPv4, also on an
/// IPv6 socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer(pub SocketAddr);

/// How the end went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drained {
    /// Requests that were still being answered when the time to drain was over.
    pub cut: usize,
}

struct Server {
    router: Router,
    http: http1::Builder,
    rules: Rules,
    slots: Arc<Slots>,
    /// The connections, and the handlers whose connection is gone.
    tasks: TaskTracker,
    last_answers: CancellationToken,
    stop: CancellationToken,
    cut: CancellationToken,
}

/// Serves until `stop`, then finishes what is in flight.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    rules: Rules,
    stop: CancellationToken,
) -> Drained {
    let server = Arc::new(Server::new(router, rules, stop));
    tokio::select! {
        biased;
        () = server.stop.cancelled() => {}
        () = server.announce_the_end() => {}
        () = accept(&server, &listener) => {}
    }
    drop(listener);
    server.drain().await
}

async fn accept(server: &Arc<Server>, listener: &TcpListener) {
    let mut pause = Duration::ZERO;
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                pause = Duration::ZERO;
                server.take_in(stream, peer);
            }
            Err(error) => {
                pause = pause_after(&error, pause);
                if !pause.is_zero() {
                    tracing::warn!(%error, ?pause, "cannot accept connections for the moment");
                    sleep(pause).await;
                }
            }
        }
    }
}

/// An error of one connection says nothing about the next. Anything else (no more files, no memory)
/// would come back at once, so wait, up to a second.
fn pause_after(error: &io::Error, last: Duration) -> Duration {
    match error.kind() {
        io::ErrorKind::ConnectionAborted
        | io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionRefused
        | io::ErrorKind::Interrupted => Duration::ZERO,
        _ => (last * 2).clamp(Duration::from_millis(10), Duration::from_secs(1)),
    }
}

impl Server {
    fn new(router: Router, rules: Rules, stop: CancellationToken) -> Server {
        let mut http = http1::Builder::new();
        http.header_read_timeout(None)
            .max_headers(rules.header_fields)
            .max_header_size(rules.header_bytes)
            .max_buf_size(rules.header_bytes.clamp(SMALLEST_BUFFER, BUFFER));
        Server {
            // Makes the routes now instead of once per request.
            router: router.with_state(()),
            http,
            slots: Slots::new(&rules),
            rules,
            tasks: TaskTracker::new(),
            last_answers: CancellationToken::new(),
            stop,
            cut: CancellationToken::new(),
        }
    }

    async fn announce_the_end(&self) {
        self.rules.draining.cancelled().await;
        self.last_answers.cancel();
        pending().await
    }

    fn take_in(self: &Arc<Self>, stream: TcpStream, peer: SocketAddr) {
        let peer = Peer(SocketAddr::new(peer.ip().to_canonical(), peer.port()));
        let Some(slot) = self.slots.take(peer.0.ip()) else { return };
        if stream.set_nodelay(true).is_err() {
            return;
        }
        let server = Arc::clone(self);
        self.tasks.spawn(async move {
            connection::run(&server, stream, peer).await;
            drop(slot);
        });
    }

    async fn drain(&self) -> Drained {
        self.last_answers.cancel();
        self.tasks.close();
        let cut = match timeout(self.rules.drain, self.tasks.wait()).await {
            Ok(()) => 0,
            Err(_) => self.tasks.len(),
        };
        self.cut.cancel();
        Drained { cut }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lack_of_files_is_waited_out_a_broken_connection_is_not() {
        let no_files = io::Error::from_raw_os_error(24);
        let aborted = io::Error::from(io::ErrorKind::ConnectionAborted);
        let ms = Duration::from_millis;

        assert_eq!(pause_after(&no_files, Duration::ZERO), ms(10));
        assert_eq!(pause_after(&no_files, ms(10)), ms(20));
        assert_eq!(pause_after(&no_files, ms(900)), ms(1000));
        assert_eq!(pause_after(&aborted, ms(900)), Duration::ZERO);
    }
}

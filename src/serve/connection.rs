//! One connection, from its first byte to its end.

use std::{convert::Infallible, future::poll_fn, pin::pin, sync::Arc};

use axum::{
    extract::Request,
    http::{HeaderValue, Response, StatusCode, header::CONNECTION},
    response::IntoResponse,
};
use hyper::{body::Incoming, service::service_fn};
use tokio::{
    io::{AsyncReadExt, copy, sink},
    net::TcpStream,
    time::{Duration, sleep_until, timeout},
};
use tower::Service;

use super::{
    Peer, Server,
    body::{Answer, Timely},
    finish::Finish,
    socket::Socket,
    watch::{Alarm, Phase, Watch, in_time},
};

/// As much of an unread request as is still listened to.
const LEFTOVER_BYTES: u64 = 1024 * 1024;

/// How far a connection has come on its way to an orderly end.
enum Stage {
    Open,
    LastAnswer,
    Draining,
}

pub async fn run(server: &Server, stream: TcpStream, peer: Peer) {
    if !speaks(server, &stream).await {
        return;
    }
    let rules = &server.rules;
    let watch = Arc::new(Watch::new());
    if server.last_answers.is_cancelled() {
        watch.close_soon();
    }
    let service = service_fn(|request| answer(server, &watch, peer, request));
    let mut http = server.http.serve_connection(Socket::new(stream, Arc::clone(&watch)), service);
    let timer = pin!(sleep_until(in_time(rules.header)));
    let mut alarm = Alarm::new(rules, &watch, timer);
    let mut stage = Stage::Open;
    let mut signal = pin!(server.last_answers.cancelled());

    let outcome = loop {
        // In this order: what has arrived before a signal is served, and the alarm sees what that
        // changed.
        tokio::select! {
            biased;
            outcome = &mut http => break outcome,
            () = poll_fn(|cx| alarm.poll_late(cx)) => {
                late_with(watch.waiting_for());
                return;
            }
            () = &mut signal => match stage {
                Stage::Open => {
                    watch.close_soon();
                    stage = Stage::LastAnswer;
                    signal.set(server.stop.cancelled());
                }
                // Whoever has sent half a header has not asked for anything yet.
                Stage::LastAnswer if matches!(watch.phase(), Phase::Header | Phase::Idle) => return,
                Stage::LastAnswer => {
                    std::pin::Pin::new(&mut http).graceful_shutdown();
                    stage = Stage::Draining;
                    signal.set(server.cut.cancelled());
                }
                Stage::Draining => return,
            },
        }
    };

    if watch.is_unread() || outcome.is_err_and(|error| error.is_parse()) {
        Box::pin(linger(http.into_parts().io.into_inner(), rules.linger)).await;
    }
}

/// Waits for the first byte without spending any buffer on a peer that stays silent.
async fn speaks(server: &Server, stream: &TcpStream) -> bool {
    let mut byte = [0];
    tokio::select! {
        biased;
        first = timeout(server.rules.first_byte, stream.peek(&mut byte)) => match first {
            Ok(first) => first.is_ok_and(|bytes| bytes > 0),
            Err(_) => {
                late_with("first byte");
                false
            }
        },
        () = server.stop.cancelled() => false,
    }
}

fn late_with(what: &'static str) {
    metrics::counter!("http_connections_late_total", "waiting_for" => what).increment(1);
}

async fn linger(mut stream: TcpStream, allowed: Duration) {
    let mut leftover = (&mut stream).take(LEFTOVER_BYTES);
    // However this ends, the connection is closed next.
    let _ = timeout(allowed, copy(&mut leftover, &mut sink())).await;
}

async fn answer(
    server: &Server,
    watch: &Arc<Watch>,
    peer: Peer,
    request: Request<Incoming>,
) -> Result<Response<Answer>, Infallible> {
    watch.request_began();
    let rules = &server.rules;
    let length = request.uri().path_and_query().map_or(0, |path| path.as_str().len());
    let mut response = if length > rules.uri_bytes {
        watch.left_unread();
        watch.close_soon();
        (StatusCode::URI_TOO_LONG, "The address is too long.\n").into_response()
    } else {
        let mut request = request.map(|incoming| Timely::body(incoming, rules.body, watch));
        request.extensions_mut().insert(peer);
        let handled = server.router.clone().call(request);
        let Ok(response) = Finish::new(handled, &server.tasks, &server.cut).await;
        if watch.is_body_late() {
            late_with("body");
            watch.close_soon();
            (StatusCode::REQUEST_TIMEOUT, "The request did not arrive in time.\n").into_response()
        } else {
            response
        }
    };
    if watch.closes_soon() || watch.born.elapsed() >= rules.age {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    Ok(response.map(|body| Answer::new(body, watch)))
}

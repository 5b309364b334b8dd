//! The end: what is in flight is finished, and nothing else holds it up.

use tokio::{io::AsyncReadExt, net::TcpStream};

use super::{Drained, HELLO, Rules, SHORT, Server, patient, soon};

#[tokio::test]
async fn a_drain_finishes_what_is_in_flight_and_nothing_else_holds_it_up() {
    let (server, _leaving) = Server::start(patient()).await;
    let mut silent = server.connect().await;
    let mut idle = server.connect_and_greet().await;
    let mut half = server.connect().await;
    half.send("GET /hello HTTP/1.1\r\nho").await;
    let mut next_half = server.connect_and_greet().await;
    next_half.send("GET /hello HTTP/1.1\r\nho").await;
    let mut busy = server.connect().await;
    busy.send("GET /slow HTTP/1.1\r\nhost: novi\r\n\r\n").await;
    soon(server.doors.entered.notified()).await;

    server.stop.cancel();
    for client in [&mut silent, &mut idle, &mut half, &mut next_half] {
        assert_eq!(client.everything().await.unwrap_or_default(), "");
    }
    assert!(!server.end.is_finished());
    server.doors.open.notify_one();
    let answer = busy.everything().await.unwrap();

    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.ends_with("at last"), "{answer}");
    assert!(answer.contains("connection: close\r\n"), "{answer}");
    assert_eq!(soon(server.end).await.unwrap(), Drained { cut: 0 });
    assert!(TcpStream::connect(server.address).await.is_err());
}

#[tokio::test]
async fn a_drain_lets_an_answer_end_that_had_begun() {
    let (server, _leaving) = Server::start(patient()).await;
    let mut idle = server.connect_and_greet().await;
    let mut client = server.connect().await;
    client.send("GET /in-pieces HTTP/1.1\r\nhost: novi\r\n\r\n").await;
    soon(server.doors.entered.notified()).await;
    let mut begun = [0; 12];
    client.0.read_exact(&mut begun).await.unwrap();

    server.stop.cancel();
    assert_eq!(idle.everything().await.unwrap(), "");
    server.doors.piece("the first, ");
    server.doors.piece("");
    let rest = client.everything().await.unwrap();

    assert_eq!(&begun, b"HTTP/1.1 200");
    assert!(rest.contains("the first, ") && rest.ends_with("0\r\n\r\n"), "{rest}");
    assert_eq!(soon(server.end).await.unwrap(), Drained { cut: 0 });
}

#[tokio::test]
async fn a_drain_reports_what_it_cut() {
    let (server, _leaving) = Server::start(Rules { drain: SHORT, ..patient() }).await;
    let mut busy = server.connect().await;
    busy.send("GET /slow HTTP/1.1\r\nhost: novi\r\n\r\n").await;
    soon(server.doors.entered.notified()).await;

    server.stop.cancel();

    assert_eq!(soon(server.end).await.unwrap(), Drained { cut: 1 });
    assert_eq!(busy.everything().await.unwrap_or_default(), "");
}

#[tokio::test]
async fn before_the_stop_answers_already_say_good_bye() {
    let rules = patient();
    let draining = rules.draining.clone();
    let server = Server::with(rules).await;
    let mut early = server.connect_and_greet().await;

    draining.cancel();
    let mut late = server.connect().await;
    late.send(HELLO).await;
    let answer = late.everything().await.unwrap();
    early.send(HELLO).await;
    let farewell = early.everything().await.unwrap();

    assert!(answer.starts_with("HTTP/1.1 200 ") && farewell.starts_with("HTTP/1.1 200 "));
    assert!(!server.end.is_finished());
}

#[tokio::test]
async fn a_client_that_hangs_up_cancels_nothing() {
    let (server, mut leaving) = Server::start(patient()).await;
    let mut client = server.connect().await;
    client.send("GET /slow HTTP/1.1\r\nhost: novi\r\n\r\n").await;
    soon(server.doors.entered.notified()).await;

    drop(client);
    server.stop.cancel();
    assert!(TcpStream::connect(server.address).await.is_err() || !server.end.is_finished());
    server.doors.open.notify_one();

    assert_eq!(soon(leaving.recv()).await, Some("done"));
    assert_eq!(soon(server.end).await.unwrap(), Drained { cut: 0 });
}

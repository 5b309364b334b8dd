//! Whoever takes too long is closed, whatever it is that takes long.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{HELLO, Rules, SHORT, Server, patient, soon};

#[tokio::test]
async fn a_silent_connection_is_closed() {
    let server = Server::with(Rules { first_byte: SHORT, ..patient() }).await;

    let mut client = server.connect().await;

    assert_eq!(client.everything().await.unwrap(), "");
}

#[tokio::test]
async fn half_a_header_is_closed() {
    let server = Server::with(Rules { header: SHORT, ..patient() }).await;

    let mut client = server.connect().await;
    client.send("GET /hello HTTP/1.1\r\nho").await;

    assert_eq!(client.everything().await.unwrap(), "");
}

#[tokio::test]
async fn half_a_second_header_is_closed() {
    let server = Server::with(Rules { header: SHORT, ..patient() }).await;

    let mut client = server.connect_and_greet().await;
    client.send("GET /hello HTTP/1.1\r\nho").await;

    assert_eq!(client.everything().await.unwrap(), "");
}

#[tokio::test]
async fn a_connection_without_a_next_request_is_closed() {
    let server = Server::with(Rules { idle: SHORT, ..patient() }).await;

    let mut client = server.connect_and_greet().await;

    assert_eq!(client.everything().await.unwrap(), "");
}

#[tokio::test]
async fn a_slow_body_is_answered_with_408_and_closed() {
    let server = Server::with(Rules { body: SHORT, linger: SHORT, ..patient() }).await;

    let mut client = server.connect().await;
    client.send("POST /echo HTTP/1.1\r\nhost: novi\r\ncontent-length: 10\r\n\r\nhal").await;
    let answer = client.everything().await.unwrap();

    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    assert!(answer.contains("connection: close\r\n"), "{answer}");
}

#[tokio::test]
async fn a_body_that_trickles_is_due_as_a_whole() {
    let server = Server::with(Rules { body: SHORT, linger: SHORT, ..patient() }).await;

    let (mut reader, mut writer) = server.connect().await.0.into_split();
    writer
        .write_all(b"POST /echo HTTP/1.1\r\nhost: novi\r\ntransfer-encoding: chunked\r\n\r\n")
        .await
        .unwrap();
    let trickle = tokio::spawn(async move {
        // Stays below the route's limit for longer than any deadline here.
        let mut ticks = tokio::time::interval(Duration::from_millis(5));
        while writer.write_all(b"1\r\nx\r\n").await.is_ok() {
            ticks.tick().await;
        }
    });
    let mut answer = String::new();
    let _ = soon(reader.read_to_string(&mut answer)).await;

    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    trickle.await.unwrap();
}

#[tokio::test]
async fn a_peer_that_does_not_take_its_answer_is_closed() {
    let (server, mut leaving) = Server::start(Rules { write: SHORT, ..patient() }).await;

    let mut client = server.connect().await;
    client.send("GET /endless HTTP/1.1\r\nhost: novi\r\n\r\n").await;

    assert_eq!(soon(leaving.recv()).await, Some("given up"));
}

#[tokio::test]
async fn a_connection_of_age_says_good_bye_with_its_next_answer() {
    let server = Server::with(Rules { age: Duration::ZERO, ..patient() }).await;

    let mut client = server.connect().await;
    client.send(HELLO).await;
    let answer = client.everything().await.unwrap();

    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    assert!(answer.contains("connection: close\r\n"), "{answer}");
}

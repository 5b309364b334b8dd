//! Nobody gets more than a share, and everybody else is served.

use std::{io, net::Ipv4Addr};

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{HELLO, LAST_HELLO, Rules, Server, patient, soon};

#[tokio::test]
async fn requests_in_one_packet_are_answered_in_turn() {
    let server = Server::with(patient()).await;

    let mut client = server.connect().await;
    client.send(&format!("{HELLO}{HELLO}{LAST_HELLO}")).await;
    let answers = client.everything().await.unwrap();

    assert_eq!(answers.matches("HTTP/1.1 200 OK\r\n").count(), 3, "{answers}");
    assert_eq!(answers.matches("connection: close\r\n").count(), 1, "{answers}");
}

#[tokio::test]
async fn an_address_gets_no_more_than_its_share() {
    let server = Server::with(Rules { connections_per_address: 2, ..patient() }).await;

    let first = server.connect_and_greet().await;
    let _second = server.connect_and_greet().await;

    assert!(!server.is_served_from(Ipv4Addr::LOCALHOST).await);
    assert!(server.is_served_from(Ipv4Addr::new(127, 0, 0, 2)).await);
    drop(first);
    while !server.is_served_from(Ipv4Addr::LOCALHOST).await {}
}

#[tokio::test]
async fn a_trusted_proxy_may_open_more() {
    let trusted_proxies = "127.0.0.1".parse().unwrap();
    let server =
        Server::with(Rules { connections_per_address: 1, trusted_proxies, ..patient() }).await;

    let _first = server.connect_and_greet().await;

    assert!(server.is_served_from(Ipv4Addr::LOCALHOST).await);
}

#[tokio::test]
async fn all_addresses_together_have_a_limit() {
    let server = Server::with(Rules { connections: 1, ..patient() }).await;

    let first = server.connect_and_greet().await;

    assert!(!server.is_served_from(Ipv4Addr::new(127, 0, 0, 2)).await);
    drop(first);
    while !server.is_served_from(Ipv4Addr::new(127, 0, 0, 2)).await {}
}

#[tokio::test]
async fn slow_connections_do_not_hold_up_the_others() {
    let server = Server::with(patient()).await;
    let mut slow = Vec::new();
    for _ in 0..20 {
        slow.push(server.connect().await);
        for part in
            ["GET /hello HT", "POST /echo HTTP/1.1\r\nhost: novi\r\ncontent-length: 9\r\n\r\nx"]
        {
            let mut client = server.connect().await;
            client.send(part).await;
            slow.push(client);
        }
    }

    let mut client = server.connect_and_greet().await;
    for _ in 0..20 {
        client.send("POST /echo HTTP/1.1\r\nhost: novi\r\ncontent-length: 4\r\n\r\nping").await;
        assert!(client.answer().await.ends_with("ping"));
    }

    for client in &slow {
        assert_eq!(client.0.try_read(&mut [0]).unwrap_err().kind(), io::ErrorKind::WouldBlock);
    }
}

#[tokio::test]
async fn the_limit_of_a_route_answers_by_itself() {
    let server = Server::with(patient()).await;
    let body = "x".repeat(1024 * 1024 / 2);

    let mut client = server.connect().await;
    client
        .send(&format!(
            "POST /small HTTP/1.1\r\nhost: novi\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        ))
        .await;
    client.0.shutdown().await.unwrap();
    let answer = client.everything().await.unwrap();

    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
}

#[tokio::test]
async fn an_answer_to_an_unread_request_arrives_although_the_rest_keeps_coming() {
    let server = Server::with(patient()).await;

    let (mut reader, mut writer) = server.connect().await.0.into_split();
    writer
        .write_all(b"POST /unread HTTP/1.1\r\nhost: novi\r\ncontent-length: 600000\r\n\r\n")
        .await
        .unwrap();
    let mut answer = String::new();
    soon(reader.read_to_string(&mut answer)).await.unwrap();
    for _ in 0..60 {
        writer.write_all(&[b'x'; 10_000]).await.unwrap();
    }

    assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}");
}

#[tokio::test]
async fn headers_and_addresses_have_limits() {
    let server = Server::with(patient()).await;
    let fields = |count: usize| (0..count).map(|i| format!("x-{i}: y\r\n")).collect::<String>();
    let table = [
        (format!("GET /hello HTTP/1.1\r\n{}connection: close\r\n\r\n", fields(63)), "200"),
        (format!("GET /hello HTTP/1.1\r\n{}\r\n", fields(65)), "431"),
        (format!("GET /hello HTTP/1.1\r\nx: {}\r\n\r\n", "y".repeat(33 * 1024)), "431"),
        (format!("GET /hello?{} HTTP/1.1\r\nconnection: close\r\n\r\n", "y".repeat(8000)), "200"),
        (format!("GET /hello?{} HTTP/1.1\r\n\r\n", "y".repeat(8 * 1024)), "414"),
    ];

    for (request, expected) in table {
        let mut client = server.connect().await;
        client.send(&request).await;
        client.0.shutdown().await.unwrap();
        let answer = client.everything().await.unwrap();
        assert!(answer.starts_with(&format!("HTTP/1.1 {expected} ")), "{expected}: {answer}");
    }
}

#[tokio::test]
async fn handlers_see_who_is_at_the_other_end() {
    let server = Server::with(patient()).await;

    let mut client = server.connect().await;
    client.send("GET /peer HTTP/1.1\r\nhost: novi\r\n\r\n").await;

    let own = client.0.local_addr().unwrap().to_string();
    assert!(client.answer().await.ends_with(&own));
}

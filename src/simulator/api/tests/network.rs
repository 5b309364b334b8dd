//! Answers that are lost or broken, seen from the other end of a socket.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::super::Fault;
use super::*;

/// All bytes that come back for one request until the connection ends.
async fn answer(fault: Fault) -> (String, Api<Community>) {
    let (api, caller, _) = community();
    api.set_faults([fault]);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = caller.router.clone();
    tokio::spawn(async { axum::serve(listener, router).await.unwrap() });
    let body = add("ada@x.org").to_string();
    let request = format!(
        "POST /v1/groups/4711/members HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\
         authorization: {}\r\ncontent-length: {}\r\n\r\n{body}",
        caller.headers[0].1,
        body.len()
    );
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    // A reset is an end too.
    let _ = stream.read_to_end(&mut bytes).await;
    (String::from_utf8(bytes).unwrap(), api)
}

#[tokio::test]
async fn a_dropped_connection_brings_not_a_byte() {
    let (before, api) = answer(Fault::on("/v1").drop_connection()).await;
    let (after, changed) = answer(Fault::on("/v1").drop_connection().after_work()).await;

    assert_eq!((before.as_str(), after.as_str()), ("", ""));
    assert_eq!((api.members(BOARD).len(), changed.members(BOARD).len()), (0, 1));
}

#[tokio::test]
async fn a_truncated_answer_is_shorter_than_it_says() {
    let (text, _) = answer(Fault::on("/v1").truncate()).await;

    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let said = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
    assert!(head.starts_with("HTTP/1.1 201"), "{head}");
    assert_eq!(body.len(), said.parse::<usize>().unwrap() / 2);
    assert!(body.starts_with('{'));
}

#[tokio::test]
async fn a_slow_answer_comes_whole_in_the_end() {
    let (text, _) = answer(Fault::on("/v1").slow(0)).await;

    assert!(text.matches("\r\n1\r\n").count() > 100 && text.ends_with("0\r\n\r\n"), "{text}");
}

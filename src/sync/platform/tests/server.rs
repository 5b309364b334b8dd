//! A platform on loopback that answers as it is told, faults included.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// What it does with one request.
pub enum Act {
    /// Status, headers, body.
    Answer(u16, Vec<(&'static str, String)>, Vec<u8>),
    /// Promises more than it sends.
    BreakOff(Vec<u8>),
    HangUp,
}

impl Act {
    pub fn json(status: u16, body: &Value) -> Self {
        Self::text(status, "application/json", &body.to_string())
    }

    pub fn text(status: u16, content_type: &str, body: &str) -> Self {
        Self::Answer(status, vec![("content-type", content_type.into())], body.into())
    }

    pub fn redirect(status: u16, location: &str) -> Self {
        Self::Answer(status, vec![("location", location.into())], Vec::new())
    }

    pub fn with(self, name: &'static str, value: impl ToString) -> Self {
        let Self::Answer(status, mut headers, body) = self else { panic!("no answer") };
        headers.push((name, value.to_string()));
        Self::Answer(status, headers, body)
    }
}

/// A request as it came.
#[derive(Clone)]
pub struct Asked {
    pub line: String,
    headers: String,
    pub json: Value,
    /// Which connection it came on, from 0.
    pub connection: usize,
}

impl Asked {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.lines().find_map(|line| {
            let (known, value) = line.split_once(": ")?;
            known.eq_ignore_ascii_case(name).then_some(value)
        })
    }

    pub fn query(&self, name: &str) -> Option<usize> {
        let (_, query) = self.line.split(' ').nth(1)?.split_once('?')?;
        let mut pairs = url::form_urlencoded::parse(query.as_bytes());
        pairs.find(|(known, _)| known == name)?.1.parse().ok()
    }
}

pub struct Server {
    pub origin: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Server {
    /// Does these one after the other, and then hangs up on everybody.
    pub async fn that_does(acts: impl IntoIterator<Item = Act>) -> Self {
        let mut acts: VecDeque<Act> = acts.into_iter().collect();
        Self::that(move |_| acts.pop_front().unwrap_or(Act::HangUp)).await
    }

    pub async fn that(answer: impl FnMut(&Asked) -> Act + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let (seen, answer) = (asked.clone(), Arc::new(Mutex::new(answer)));
        tokio::spawn(async move {
            for connection in 0.. {
                let Ok((stream, _)) = listener.accept().await else { return };
                tokio::spawn(serve(stream, connection, seen.clone(), answer.clone()));
            }
        });
        Self { origin, asked }
    }

    /// An address that nobody listens at.
    pub async fn closed() -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    pub fn lines(&self) -> Vec<String> {
        self.asked().into_iter().map(|asked| asked.line).collect()
    }
}

async fn serve(
    stream: TcpStream,
    connection: usize,
    seen: Arc<Mutex<Vec<Asked>>>,
    answer: Arc<Mutex<impl FnMut(&Asked) -> Act>>,
) {
    let mut stream = BufReader::new(stream);
    while let Some(asked) = request(&mut stream, connection).await {
        let act = (answer.lock().unwrap())(&asked);
        seen.lock().unwrap().push(asked);
        let (head, body) = match act {
            Act::HangUp => return,
            Act::BreakOff(body) => ("HTTP/1.1 200 OK\r\ncontent-length: 999\r\n".into(), body),
            Act::Answer(status, headers, body) => {
                let mut head = format!("HTTP/1.1 {status} Said\r\n");
                // 204 has no body, so no length either (RFC 9110 §8.6).
                if status != 204 {
                    head += &format!("content-length: {}\r\n", body.len());
                }
                for (name, value) in headers {
                    head += &format!("{name}: {value}\r\n");
                }
                (head, body)
            }
        };
        let answer = [head.as_bytes(), b"\r\n", &body].concat();
        if stream.write_all(&answer).await.is_err() || head.contains("999") {
            return;
        }
    }
}

async fn request(stream: &mut BufReader<TcpStream>, connection: usize) -> Option<Asked> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).unwrap();
    let (line, headers) = head.split_once("\r\n").unwrap();
    let line = line.strip_suffix(" HTTP/1.1").unwrap().to_owned();
    let mut asked = Asked { line, headers: headers.into(), json: Value::Null, connection };
    if let Some(length) = asked.header("content-length") {
        let mut body = vec![0; length.parse().unwrap()];
        stream.read_exact(&mut body).await.ok()?;
        asked.json = serde_json::from_slice(&body).unwrap();
    }
    Some(asked)
}

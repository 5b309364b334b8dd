//! As much of an HTTP/1.1 client as the measuring needs, so that the driver costs little: one request at a time on a
//! connection that is kept.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{Error, ErrorKind, Result};
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;
use url::form_urlencoded;

const ANSWER_LIMIT: Duration = Duration::from_secs(20);
const SIZE_LIMIT: usize = 1 << 20;

pub struct Connection {
    address: SocketAddr,
    stream: Option<TcpStream>,
    read: Vec<u8>,
}

pub struct Answer<'a> {
    pub status: u16,
    head: &'a str,
    pub body: Cow<'a, [u8]>,
}

impl Connection {
    pub async fn open(address: SocketAddr) -> Result<Self> {
        let stream = Some(connect(address).await?);
        Ok(Self { address, stream, read: Vec::with_capacity(8192) })
    }

    /// After an error, or when the server closed, the next request gets a new connection.
    pub async fn send(&mut self, request: &[u8]) -> Result<Answer<'_>> {
        let mut stream = match self.stream.take() {
            Some(stream) => stream,
            None => connect(self.address).await?,
        };
        self.read.clear();
        let exchange = exchange(&mut stream, request, &mut self.read);
        let shape = timeout(ANSWER_LIMIT, exchange).await.map_err(|_| ErrorKind::TimedOut)??;
        if !shape.closes {
            self.stream = Some(stream);
        }
        let (head, body) = self.read.split_at(shape.head);
        let head = std::str::from_utf8(head).map_err(|_| broken("a head that is not text"))?;
        Ok(Answer { status: shape.status, head, body: shape.body(body) })
    }
}

impl Answer<'_> {
    pub fn headers(&self, name: &str) -> impl Iterator<Item = &str> {
        headers(self.head, name)
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        headers(self.head, name).next()
    }

    pub fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.body)
    }

    pub fn contains(&self, part: &str) -> bool {
        self.body.windows(part.len()).any(|window| window == part.as_bytes())
    }

    /// For a report of what went wrong: the status and the beginning of what it said.
    pub fn summary(&self) -> String {
        let mut summary = self.status.to_string();
        if let Some(location) = self.header("location") {
            summary.push_str(" to ");
            summary.push_str(location);
        }
        let text = self.text();
        let start: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
        summary.push(' ');
        summary.extend(start.chars().take(160));
        summary
    }
}

/// `extra` are whole header lines, each with its line end.
pub fn get(address: SocketAddr, path: &str, extra: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: {address}\r\n{extra}\r\n").into_bytes()
}

pub fn post(address: SocketAddr, path: &str, extra: &str, fields: &[(&str, &str)]) -> Vec<u8> {
    let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let mut request = format!("POST {path} HTTP/1.1\r\nhost: {address}\r\n{extra}");
    request.push_str("content-type: application/x-www-form-urlencoded\r\n");
    // Writing to a text cannot fail.
    write!(request, "content-length: {}\r\n\r\n{form}", form.len()).ok();
    request.into_bytes()
}

async fn connect(address: SocketAddr) -> Result<TcpStream> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// What the head says about the rest.
struct Shape {
    status: u16,
    head: usize,
    body: Body,
    closes: bool,
}

enum Body {
    Plain(usize),
    Unchunked(Vec<u8>),
}

impl Shape {
    fn body(self, bytes: &[u8]) -> Cow<'_, [u8]> {
        match self.body {
            Body::Plain(length) => Cow::Borrowed(&bytes[..length]),
            Body::Unchunked(body) => Cow::Owned(body),
        }
    }
}

async fn exchange(stream: &mut TcpStream, request: &[u8], read: &mut Vec<u8>) -> Result<Shape> {
    stream.write_all(request).await?;
    let head = loop {
        let seen = read.len().saturating_sub(3);
        more(stream, read).await?;
        if let Some(end) = find(&read[seen..], b"\r\n\r\n") {
            break seen + end + 4;
        }
    };
    let text = std::str::from_utf8(&read[..head]).map_err(|_| broken("a head that is not text"))?;
    let status = text.get(9..12).and_then(|status| status.parse().ok());
    let status = status.ok_or_else(|| broken("no status line"))?;
    let says =
        |name: &str, value: &str| headers(text, name).any(|it| it.eq_ignore_ascii_case(value));
    let closes = says("connection", "close");
    let chunked = says("transfer-encoding", "chunked");
    let length = headers(text, "content-length").next().and_then(|length| length.parse().ok());
    let body = if chunked {
        loop {
            if let Some(body) = unchunk(&read[head..])? {
                break Body::Unchunked(body);
            }
            more(stream, read).await?;
        }
    } else {
        let length = length.unwrap_or(0);
        while read.len() < head + length {
            more(stream, read).await?;
        }
        Body::Plain(length)
    };
    Ok(Shape { status, head, body, closes })
}

async fn more(stream: &mut TcpStream, read: &mut Vec<u8>) -> Result<()> {
    if read.len() > SIZE_LIMIT {
        return Err(broken("an answer without end"));
    }
    match stream.read_buf(read).await? {
        0 => Err(broken("no more bytes in the middle of an answer")),
        _ => Ok(()),
    }
}

/// The body, once its last chunk is there (RFC 9112 §7.1).
fn unchunk(mut bytes: &[u8]) -> Result<Option<Vec<u8>>> {
    let mut body = Vec::new();
    loop {
        let Some(end) = find(bytes, b"\r\n") else { return Ok(None) };
        let line = std::str::from_utf8(&bytes[..end]).map_err(|_| broken("a bad chunk"))?;
        let size = line.split(';').next().unwrap_or_default().trim();
        let size = usize::from_str_radix(size, 16).map_err(|_| broken("a bad chunk"))?;
        let chunk = end + 2;
        if bytes.len() < chunk.saturating_add(size).saturating_add(2) {
            return Ok(None);
        }
        if size == 0 {
            return Ok(Some(body));
        }
        body.extend_from_slice(&bytes[chunk..chunk + size]);
        bytes = &bytes[chunk + size + 2..];
    }
}

fn headers<'a>(head: &'a str, name: &str) -> impl Iterator<Item = &'a str> {
    head.split("\r\n").skip(1).filter_map(move |line| {
        let (this, value) = line.split_once(':')?;
        this.eq_ignore_ascii_case(name).then_some(value.trim())
    })
}

fn find(bytes: &[u8], part: &[u8]) -> Option<usize> {
    bytes.windows(part.len()).position(|window| window == part)
}

fn broken(what: &str) -> Error {
    Error::new(ErrorKind::InvalidData, format!("the server sent {what}"))
}

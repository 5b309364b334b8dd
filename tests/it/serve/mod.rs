//! The accept loop over real sockets: what is slow or too much is closed, everything else is
//! served.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    Extension, Router,
    body::{Body, Bytes, HttpBody},
    extract::DefaultBodyLimit,
    http::StatusCode,
    routing::{get, post},
};
use hyper::body::Frame;
use novi_sso::serve::{Drained, Peer, Rules, serve};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpSocket, TcpStream},
    sync::{Notify, mpsc},
    task::JoinHandle,
    time::timeout,
};
use tokio_util::sync::CancellationToken;

mod deadlines;
mod drain;
mod limits;

const SHORT: Duration = Duration::from_millis(50);
const FOR_EVER: Duration = Duration::from_hours(1);

const HELLO: &str = "GET /hello HTTP/1.1\r\nhost: novi\r\n\r\n";
const LAST_HELLO: &str = "GET /hello HTTP/1.1\r\nhost: novi\r\nconnection: close\r\n\r\n";

/// Nothing is ever late; a test shortens the one deadline that it is about.
fn patient() -> Rules {
    Rules {
        first_byte: FOR_EVER,
        header: FOR_EVER,
        body: FOR_EVER,
        idle: FOR_EVER,
        write: FOR_EVER,
        age: FOR_EVER,
        linger: FOR_EVER,
        drain: FOR_EVER,
        ..Rules::default()
    }
}

/// Not how long anything may take, but how a test fails that would wait for ever.
async fn soon<T>(event: impl Future<Output = T>) -> T {
    timeout(Duration::from_secs(30), event).await.expect("what the test waits for does not happen")
}

struct Server {
    address: SocketAddr,
    stop: CancellationToken,
    end: JoinHandle<Drained>,
    doors: Arc<Doors>,
}

/// What happens in the handlers that take their time.
struct Doors {
    entered: Notify,
    open: Notify,
    left: mpsc::UnboundedSender<&'static str>,
    pieces: Mutex<Option<mpsc::UnboundedSender<&'static str>>>,
}

impl Doors {
    /// The next piece of the answer of `/in-pieces`; an empty one ends it.
    fn piece(&self, piece: &'static str) {
        self.pieces.lock().unwrap().as_ref().unwrap().send(piece).unwrap();
    }
}

impl Server {
    async fn start(rules: Rules) -> (Server, mpsc::UnboundedReceiver<&'static str>) {
        let (left, leaving) = mpsc::unbounded_channel();
        let doors = Arc::new(Doors {
            entered: Notify::new(),
            open: Notify::new(),
            left,
            pieces: Mutex::default(),
        });
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let stop = CancellationToken::new();
        let router = router(Arc::clone(&doors));
        let end = tokio::spawn(serve(listener, router, rules, stop.clone()));
        (Server { address, stop, end, doors }, leaving)
    }

    async fn with(rules: Rules) -> Server {
        Server::start(rules).await.0
    }

    async fn connect(&self) -> Client {
        self.connect_from(Ipv4Addr::LOCALHOST).await
    }

    async fn connect_from(&self, address: Ipv4Addr) -> Client {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(SocketAddr::new(IpAddr::V4(address), 0)).unwrap();
        Client(socket.connect(self.address).await.unwrap())
    }

    /// A client that has been answered once, so that its connection is counted.
    async fn connect_and_greet(&self) -> Client {
        let mut client = self.connect().await;
        client.send(HELLO).await;
        assert!(client.answer().await.starts_with("HTTP/1.1 200"));
        client
    }

    async fn is_served_from(&self, address: Ipv4Addr) -> bool {
        let mut client = self.connect_from(address).await;
        // A connection that is refused may be closed before this is written.
        let _ = client.0.write_all(LAST_HELLO.as_bytes()).await;
        client.everything().await.is_ok_and(|answer| answer.contains("hello"))
    }
}

fn router(doors: Arc<Doors>) -> Router {
    let slow = Arc::clone(&doors);
    let in_pieces = Arc::clone(&doors);
    let endless = Arc::clone(&doors);
    Router::new()
        .route("/hello", get(async || "hello"))
        .route("/echo", post(async |body: Bytes| body))
        .route("/small", post(async |body: Bytes| body).layer(DefaultBodyLimit::max(16)))
        .route("/unread", post(async || StatusCode::UNAUTHORIZED))
        .route("/peer", get(async |Extension(Peer(peer)): Extension<Peer>| peer.to_string()))
        .route(
            "/slow",
            get(async move || {
                slow.entered.notify_one();
                slow.open.notified().await;
                slow.left.send("done").unwrap();
                "at last"
            }),
        )
        .route(
            "/in-pieces",
            get(async move || {
                let (sender, pieces) = mpsc::unbounded_channel();
                *in_pieces.pieces.lock().unwrap() = Some(sender);
                in_pieces.entered.notify_one();
                Body::new(InPieces(pieces))
            }),
        )
        .route("/endless", get(async move || Body::new(Endless(endless))))
}

struct InPieces(mpsc::UnboundedReceiver<&'static str>);

impl HttpBody for InPieces {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let piece = std::task::ready!(self.0.poll_recv(cx)).filter(|piece| !piece.is_empty());
        Poll::Ready(piece.map(|piece| Ok(Frame::data(Bytes::from_static(piece.as_bytes())))))
    }
}

/// An answer without end, which tells when it is given up.
struct Endless(Arc<Doors>);

impl HttpBody for Endless {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(&[b'x'; 16 * 1024])))))
    }
}

impl Drop for Endless {
    fn drop(&mut self) {
        let _ = self.0.left.send("given up");
    }
}

struct Client(TcpStream);

impl Client {
    async fn send(&mut self, text: &str) {
        self.0.write_all(text.as_bytes()).await.unwrap();
    }

    /// Until the server closes.
    async fn everything(&mut self) -> io::Result<String> {
        let mut bytes = Vec::new();
        soon(self.0.read_to_end(&mut bytes)).await?;
        Ok(String::from_utf8(bytes).unwrap())
    }

    /// One answer of a connection that stays open; every answer here has a length.
    async fn answer(&mut self) -> String {
        let mut bytes = Vec::new();
        loop {
            let text = String::from_utf8(bytes.clone()).unwrap();
            if let Some((head, body)) = text.split_once("\r\n\r\n") {
                let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
                if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
                    return text;
                }
            }
            assert_ne!(
                soon(self.0.read_buf(&mut bytes)).await.unwrap(),
                0,
                "closed after {text:?}"
            );
        }
    }
}

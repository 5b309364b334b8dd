//! A platform's web server on loopback, for what the provider sends there by itself.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use tokio::net::TcpListener;
use tokio::task::AbortHandle;

pub struct Receiver {
    origin: String,
    received: Arc<Mutex<Vec<Received>>>,
    serving: AbortHandle,
}

/// One request.
#[derive(Debug, Clone)]
pub struct Received {
    pub method: Method,
    pub path: String,
    pub headers: HeaderMap,
    pub body: String,
}

impl Receiver {
    /// Answers every request with 200 and remembers it.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let received = Arc::new(Mutex::new(Vec::new()));
        let kept = received.clone();
        let answer = move |method: Method, uri: Uri, headers: HeaderMap, body: Bytes| {
            let body = String::from_utf8_lossy(&body).into_owned();
            kept.lock().unwrap().push(Received { method, path: uri.to_string(), headers, body });
            std::future::ready(StatusCode::OK)
        };
        let router = Router::new().fallback(answer);
        let serving = tokio::spawn(async { axum::serve(listener, router).await });
        Self { origin, received, serving: serving.abort_handle() }
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    /// In the order in which they came.
    pub fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

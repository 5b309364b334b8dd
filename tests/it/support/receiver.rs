//! A platform's web server on loopback, for what the provider sends there by itself.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
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
        Self::answering(|_| std::future::ready(StatusCode::OK.into_response())).await
    }

    /// Answers the first request with `answer(1)`, and so on.
    pub async fn answering<F>(answer: impl Fn(usize) -> F + Clone + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Response> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let received = Arc::new(Mutex::new(Vec::new()));
        let kept = received.clone();
        let answer = move |method: Method, uri: Uri, headers: HeaderMap, body: Bytes| {
            let body = String::from_utf8_lossy(&body).into_owned();
            let mut kept = kept.lock().unwrap();
            kept.push(Received { method, path: uri.to_string(), headers, body });
            answer(kept.len())
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

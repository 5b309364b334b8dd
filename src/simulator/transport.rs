//! How the stand-ins reach the provider: over the network, or straight into a router.

use std::error::Error;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::header::HOST;
use axum::http::{HeaderValue, Request, Response, Uri};
use tower::ServiceExt as _;

const PATIENCE: Duration = Duration::from_secs(5);
const LARGEST_BODY: usize = 1 << 20;

type Answer = Result<Response<Vec<u8>>, String>;
type Exchange =
    dyn Fn(Request<Vec<u8>>) -> Pin<Box<dyn Future<Output = Answer> + Send>> + Send + Sync;

/// Sends one request and brings its answer, whatever the status; redirects are answers too.
#[derive(Clone)]
pub struct Transport(Arc<Exchange>);

impl Transport {
    pub fn new<F, A>(send: F) -> Self
    where
        F: Fn(Request<Vec<u8>>) -> A + Send + Sync + 'static,
        A: Future<Output = Answer> + Send + 'static,
    {
        Self(Arc::new(move |request| Box::pin(send(request))))
    }

    /// Proxies in the environment are passed over: the provider stands beside the stand-in.
    pub fn network() -> Result<Self, reqwest::Error> {
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(PATIENCE)
            .no_proxy()
            .build()?;
        Ok(Self::new(move |request| over_the_network(client.clone(), request)))
    }

    /// The provider in this process. The router sees what it would see behind a socket: a path, and the `Host` header.
    pub fn router(router: Router) -> Self {
        Self::new(move |request| in_process(router.clone(), request))
    }

    pub(super) async fn send(&self, request: Request<Vec<u8>>) -> Answer {
        (self.0)(request).await
    }
}

async fn over_the_network(client: reqwest::Client, request: Request<Vec<u8>>) -> Answer {
    let request = reqwest::Request::try_from(request).map_err(|error| chain(&error))?;
    let mut response = client.execute(request).await.map_err(|error| chain(&error))?;
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| chain(&error))? {
        if body.len() + chunk.len() > LARGEST_BODY {
            return Err(format!("the answer is larger than {LARGEST_BODY} bytes"));
        }
        body.extend_from_slice(&chunk);
    }
    let mut answer = Response::new(body);
    *answer.status_mut() = response.status();
    *answer.headers_mut() = std::mem::take(response.headers_mut());
    Ok(answer)
}

async fn in_process(router: Router, request: Request<Vec<u8>>) -> Answer {
    let (mut parts, body) = request.into_parts();
    let host = parts.uri.authority().ok_or("the URL names no host")?.as_str();
    let host = HeaderValue::from_str(host).map_err(|error| error.to_string())?;
    parts.headers.insert(HOST, host);
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    parts.uri = path.parse::<Uri>().map_err(|error| error.to_string())?;
    let Ok(response) = router.oneshot(Request::from_parts(parts, Body::from(body))).await;
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, LARGEST_BODY).await.map_err(|error| chain(&error))?;
    Ok(Response::from_parts(parts, body.to_vec()))
}

/// reqwest keeps the reason ("connection refused") behind the error it shows.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(": ");
        text.push_str(&error.to_string());
        source = error.source();
    }
    text
}

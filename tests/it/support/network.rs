//! The same requests over sockets.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, Response, header};

/// Takes the place of the product's router: sends each request to the host that it names, over http, and brings its
/// answer. Redirects are answers too.
pub fn network() -> Router {
    let redirects = reqwest::redirect::Policy::none();
    let client = reqwest::Client::builder().redirect(redirects).no_proxy().build().unwrap();
    Router::new().fallback(move |request: Request<Body>| send(client.clone(), request))
}

async fn send(client: reqwest::Client, request: Request<Body>) -> Response<Body> {
    let (mut parts, body) = request.into_parts();
    let host = parts.headers.remove(header::HOST).expect("every request names a host");
    parts.uri = format!("http://{}{}", host.to_str().unwrap(), parts.uri).parse().unwrap();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    let request = Request::from_parts(parts, body).try_into().unwrap();
    let mut answer = client.execute(request).await.unwrap();
    let mut response = Response::builder().status(answer.status());
    *response.headers_mut().unwrap() = std::mem::take(answer.headers_mut());
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.unwrap() {
        body.extend_from_slice(&chunk);
    }
    response.body(Body::from(body)).unwrap()
}

//! The same requests over sockets.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, Response, header};

/// Takes the place of the product's router: sends each request to the host that it names, over http, and brings its
/// answer. Redirects are answers too.
pub fn network() -> Router {
    let client = client();
    Router::new().fallback(move |mut request: Request<Body>| {
        let host = request.headers_mut().remove(header::HOST).expect("every request names a host");
        send(client.clone(), host.to_str().unwrap().to_owned(), request)
    })
}

/// Stands before the program as its proxy does, and speaks TLS as far as anybody can tell: every request goes to the
/// address where it listens, whatever host it names.
pub fn proxy(address: &str) -> Router {
    let (client, address) = (client(), address.to_owned());
    Router::new().fallback(move |request| send(client.clone(), address.clone(), request))
}

fn client() -> reqwest::Client {
    let redirects = reqwest::redirect::Policy::none();
    reqwest::Client::builder().redirect(redirects).no_proxy().build().unwrap()
}

async fn send(client: reqwest::Client, address: String, request: Request<Body>) -> Response<Body> {
    let (mut parts, body) = request.into_parts();
    parts.uri = format!("http://{address}{}", parts.uri).parse().unwrap();
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

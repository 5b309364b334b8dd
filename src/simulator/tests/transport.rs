//! The network, on loopback.

use axum::Router;
use axum::http::header::{HOST, LOCATION};
use axum::http::{HeaderMap, Request, StatusCode};
use axum::routing::get;
use tokio::net::TcpListener;

use super::Transport;

fn site() -> Router {
    Router::new()
        .route("/host", get(async |headers: HeaderMap| headers[HOST].to_str().unwrap().to_owned()))
        .route("/moved", get((StatusCode::FOUND, [(LOCATION, "/host")])))
        .route("/endless", get("x".repeat((1 << 20) + 1)))
}

async fn served() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let host = listener.local_addr().unwrap().to_string();
    tokio::spawn(async { axum::serve(listener, site()).await.unwrap() });
    host
}

fn ask(host: &str, path: &str) -> Request<Vec<u8>> {
    Request::get(format!("http://{host}{path}")).body(Vec::new()).unwrap()
}

#[tokio::test]
async fn network_and_router_bring_the_same_answers() {
    let host = served().await;
    let ways = [Transport::network().unwrap(), Transport::router(site())];

    for way in ways {
        let hello = way.send(ask(&host, "/host")).await.unwrap();
        let moved = way.send(ask(&host, "/moved")).await.unwrap();
        let endless = way.send(ask(&host, "/endless")).await;

        assert_eq!(hello.body(), host.as_bytes());
        assert_eq!(moved.status(), StatusCode::FOUND, "no redirect is followed");
        assert_eq!(moved.headers()[LOCATION], "/host");
        assert!(endless.is_err(), "1 MiB is the most");
    }
}

#[tokio::test]
async fn an_unreachable_provider_is_told_with_its_reason() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let host = listener.local_addr().unwrap().to_string();
    drop(listener);

    let answer = Transport::network().unwrap().send(ask(&host, "/")).await;

    let reason = answer.unwrap_err();
    assert!(reason.contains("refused"), "{reason}");
}

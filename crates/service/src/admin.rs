//! The page for operators: `/livez` (the process answers), `/readyz` (it can do its work, and if not, why not) and
//! `/metrics` (what it counts, for Prometheus).

use crate::health::Health;
use crate::http;
use crate::listen::{self, BindError};
use crate::metrics;
use crate::shutdown::Shutdown;
use ::http::{StatusCode, header};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use std::io::{Error, ErrorKind};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// How long a probe waits for an answer.
const PROBE_LIMIT: Duration = Duration::from_secs(5);
/// How much of an answer a probe reads.
const PROBE_MAX_BYTES: u64 = 4 * 1024 * 1024;
/// The name under which the page's own requests are counted.
pub(crate) const NAME: &str = "admin";

/// Serves the page until `shutdown` begins; answers the address that was bound.
///
/// # Errors
/// [`BindError`]: the address cannot be had.
pub async fn serve(listen: SocketAddr, health: Health, shutdown: Shutdown) -> Result<SocketAddr, BindError> {
    let listener = listen::bind("admin.listen", listen).await?;
    let serving = http::serve(NAME, listener, router(health), shutdown);
    Ok(serving.address())
}

/// Asks a running process for a page of its own, such as `/readyz`; answers the status and the body. For
/// `earshot healthcheck`, in images that have no other client.
///
/// # Errors
/// Nobody answers within five seconds, or what answers does not speak HTTP.
pub async fn probe(address: SocketAddr, path: &str) -> std::io::Result<(StatusCode, String)> {
    let mut address = address;
    if address.ip().is_unspecified() {
        address.set_ip(if address.is_ipv4() { Ipv4Addr::LOCALHOST.into() } else { Ipv6Addr::LOCALHOST.into() });
    }
    let answer = tokio::time::timeout(PROBE_LIMIT, ask(address, path)).await;
    let answer = answer.map_err(|_| Error::new(ErrorKind::TimedOut, format!("{address} does not answer")))??;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok());
    match status {
        Some(status) if head.starts_with("HTTP/1.") => Ok((status, body.to_owned())),
        _ => Err(Error::new(ErrorKind::InvalidData, format!("what answers on {address} does not speak HTTP"))),
    }
}

async fn ask(address: SocketAddr, path: &str) -> std::io::Result<String> {
    let mut stream = tokio::net::TcpStream::connect(address).await?;
    // HTTP/1.0 keeps the answer in one piece.
    stream.write_all(format!("GET {path} HTTP/1.0\r\nhost: {address}\r\n\r\n").as_bytes()).await?;
    let mut answer = Vec::new();
    stream.take(PROBE_MAX_BYTES).read_to_end(&mut answer).await?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

/// The routes of the page, for a process that serves them on a listener of its own.
pub fn router(health: Health) -> Router {
    Router::new()
        .route("/livez", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(page))
        .with_state(health)
}

async fn ready(State(health): State<Health>) -> Response {
    let report = health.report();
    let status = if report.ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, [(header::CACHE_CONTROL, "no-store")], Json(report)).into_response()
}

async fn page() -> Response {
    let media_type = [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];
    (media_type, metrics::render()).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_page_says_alive_ready_and_what_is_counted() {
        let (health, shutdown) = (Health::new(), Shutdown::new(1));
        let check = health.check("ingest.log");
        let address = serve("127.0.0.1:0".parse().unwrap(), health, shutdown.clone()).await.unwrap();
        assert_eq!(probe(address, "/livez").await.unwrap(), (StatusCode::OK, "ok\n".to_owned()));

        check.degraded("no connection to nats://127.0.0.1:4222");
        let (status, page) = probe(address, "/readyz").await.unwrap();
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
        let blamed = r#""ingest.log":{"state":"degraded","why":"no connection to nats://127.0.0.1:4222"}"#;
        assert!(page.contains(blamed), "{page}");

        check.ready();
        assert_eq!(probe(address, "/readyz").await.unwrap().0, StatusCode::OK);

        metrics::for_service("admin_test").rejected("signature_mismatch");
        let (_, page) = probe(address, "/metrics").await.unwrap();
        assert!(
            page.contains(r#"earshot_requests_rejected_total{reason="signature_mismatch",service="admin_test"} 1"#),
            "{page}"
        );
        shutdown.begin();
    }

    #[tokio::test]
    async fn a_probe_finds_a_process_that_listens_everywhere_and_names_one_that_does_not() {
        let (health, shutdown) = (Health::new(), Shutdown::new(1));
        let bound = serve("0.0.0.0:0".parse().unwrap(), health, shutdown.clone()).await.unwrap();
        assert_eq!(probe(bound, "/livez").await.unwrap().0, StatusCode::OK);
        shutdown.begin();

        let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = silent.local_addr().unwrap();
        let other = tokio::spawn(async move {
            let (mut stream, _) = silent.accept().await.unwrap();
            stream.write_all(b"220 mail\r\n").await.unwrap();
        });
        let error = probe(address, "/livez").await.unwrap_err();
        other.await.unwrap();
        assert!(
            error.to_string().contains("does not speak HTTP") || error.kind() == ErrorKind::ConnectionReset,
            "{error}"
        );
    }
}

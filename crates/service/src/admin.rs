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
use std::net::SocketAddr;

/// Serves the page until `shutdown` begins; answers the address that was bound.
///
/// # Errors
/// [`BindError`]: the address cannot be had.
pub async fn serve(listen: SocketAddr, health: Health, shutdown: Shutdown) -> Result<SocketAddr, BindError> {
    let listener = listen::bind("admin.listen", listen).await?;
    let serving = http::serve("admin", listener, router(health), shutdown);
    Ok(serving.address())
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
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    async fn get_page(address: SocketAddr, path: &str) -> String {
        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).await.unwrap();
        response
    }

    #[tokio::test]
    async fn the_page_says_alive_ready_and_what_is_counted() {
        let (health, shutdown) = (Health::new(), Shutdown::new(1));
        let check = health.check("ingest.log");
        let address = serve("127.0.0.1:0".parse().unwrap(), health, shutdown.clone()).await.unwrap();
        assert!(get_page(address, "/livez").await.starts_with("HTTP/1.1 200"));

        check.degraded("no connection to nats://127.0.0.1:4222");
        let page = get_page(address, "/readyz").await;
        assert!(page.starts_with("HTTP/1.1 503"), "{page}");
        assert!(
            page.contains(r#""ingest.log":{"state":"degraded","why":"no connection to nats://127.0.0.1:4222"}"#),
            "{page}"
        );

        check.ready();
        assert!(get_page(address, "/readyz").await.starts_with("HTTP/1.1 200"));

        metrics::for_service("admin_test").append_conflict();
        let page = get_page(address, "/metrics").await;
        assert!(page.contains(r#"earshot_append_conflicts_total{service="admin_test"} 1"#), "{page}");
        shutdown.begin();
    }
}

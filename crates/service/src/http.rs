//! Serving axum: bounded, counted, traced, and drained when the process stops.

use crate::metrics;
use crate::shutdown::{DrainTimeout, Shutdown};
use crate::telemetry;
use axum::Router;
use axum::extract::{ConnectInfo, MatchedPath, Request};
use axum::middleware::{self, Next};
use axum::response::Response;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::{JoinHandle, JoinSet};
use tower::ServiceExt;
use tracing::Instrument;

/// A client that has not sent the head of its request within so many seconds is cut off.
pub const HEADER_LIMIT_SECONDS: u64 = 10;
/// Connections at once on one listener; more wait to be accepted.
pub const CONNECTIONS_MAX: usize = 8192;
/// A silent HTTP/2 connection is asked after so many seconds whether it is still there.
const KEEPALIVE: Duration = Duration::from_secs(30);

/// A listener at work. Dropping it leaves it at work; it ends with its [`Shutdown`].
#[derive(Debug)]
pub struct Serving {
    address: SocketAddr,
    task: JoinHandle<Result<(), DrainTimeout>>,
}

impl Serving {
    pub(crate) fn new(address: SocketAddr, task: JoinHandle<Result<(), DrainTimeout>>) -> Self {
        Serving { address, task }
    }

    /// The address that is bound, with its real port.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Waits until the listener has stopped and its last request is answered.
    ///
    /// # Errors
    /// [`DrainTimeout`]: requests were still open at the drain limit; they were cut.
    pub async fn ended(self) -> Result<(), DrainTimeout> {
        match self.task.await {
            Ok(result) => result,
            // The runtime is ending and has dropped the task, or a handler's panic took its connection along.
            Err(_) => Ok(()),
        }
    }
}

/// Serves `router` on a bound listener until `shutdown` begins and the open requests are answered, at most for the
/// drain limit.
///
/// - Requests are counted as `http.server.request.duration`, by the router's templates of paths.
/// - Each has a span that continues the caller's `traceparent`; what a handler appends goes on with it.
/// - `ConnectInfo<SocketAddr>` can be extracted.
/// - Slow heads are cut off; bodies are bounded by what the router sets (axum's `DefaultBodyLimit`: 2 MiB).
///
/// Endless answers, such as event streams, must end by themselves when `shutdown` begins.
pub fn serve(service: &'static str, listener: TcpListener, router: Router, shutdown: Shutdown) -> Serving {
    let address = listener.local_addr().expect("a bound listener has an address");
    let router = router.layer(middleware::from_fn(move |request, next| observe(service, request, next)));
    let task = tokio::spawn(async move { accept_all(listener, router, shutdown).await });
    Serving::new(address, task)
}

async fn accept_all(listener: TcpListener, router: Router, shutdown: Shutdown) -> Result<(), DrainTimeout> {
    let graceful = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let mut connections = JoinSet::new();
    loop {
        let place = places.clone().acquire_owned();
        let accepted = shutdown.unless_begun(async { (place.await, listener.accept().await) }).await;
        let (place, stream, peer) = match accepted {
            None => break,
            Some((place, Ok((stream, peer)))) => (place, stream, peer),
            Some((_, Err(error))) => {
                pause_after(&error, &shutdown).await;
                continue;
            }
        };
        let connection = answer(stream, peer, router.clone(), graceful.watcher());
        connections.spawn(async move {
            connection.await;
            drop(place);
        });
        // What has ended is forgotten, so that the set does not grow with the life of the process.
        while connections.try_join_next().is_some() {}
    }
    drop(listener);
    // Connections without a request end now, the others after their answer; at the limit the set drops what is left.
    shutdown
        .drain(async {
            graceful.shutdown().await;
            while connections.join_next().await.is_some() {}
        })
        .await
}

async fn answer(stream: TcpStream, peer: SocketAddr, router: Router, watcher: Watcher) {
    // Answers are small and awaited; a socket that will not hear of it still works.
    let _ = stream.set_nodelay(true);
    let service = router.map_request(move |mut request: http::Request<hyper::body::Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        request
    });
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(Duration::from_secs(HEADER_LIMIT_SECONDS));
    builder.http2().timer(TokioTimer::new()).keep_alive_interval(Some(KEEPALIVE));
    let connection = builder.serve_connection_with_upgrades(TokioIo::new(stream), TowerToHyperService::new(service));
    if let Err(error) = watcher.watch(connection.into_owned()).await {
        tracing::debug!(%peer, error, "a connection ended early");
    }
}

/// A connection that broke before it was accepted is no reason to wait; a lack of file descriptors is.
async fn pause_after(error: &std::io::Error, shutdown: &Shutdown) {
    use std::io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    if matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) {
        return;
    }
    tracing::error!(%error, "no connection can be accepted; trying again in 1 s (is the limit of open files too low?)");
    shutdown.unless_begun(tokio::time::sleep(Duration::from_secs(1))).await;
}

async fn observe(service: &'static str, request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let method = known_method(request.method());
    let route = match request.extensions().get::<MatchedPath>() {
        Some(matched) => matched.as_str().to_owned(),
        None => "unmatched".to_owned(),
    };
    let span = span_of(service, method, &route, request.headers());
    let response = next.run(request).instrument(span.clone()).await;
    let status = response.status().as_u16();
    span.record("http.response.status_code", status);
    metrics::for_requests().http(service, method, route, status, begun.elapsed());
    response
}

fn span_of(service: &'static str, method: &'static str, route: &str, headers: &http::HeaderMap) -> tracing::Span {
    // Probes and scrapes are no part of any story.
    if service == crate::admin::NAME {
        return tracing::Span::none();
    }
    let span = tracing::info_span!(
        "request",
        otel.name = format!("{method} {route}"),
        otel.kind = "server",
        service,
        http.request.method = method,
        http.route = route,
        http.response.status_code = tracing::field::Empty,
    );
    telemetry::set_parent_from(&span, headers);
    span
}

/// Clients may invent methods; labels may not grow with them.
fn known_method(method: &http::Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "HEAD" => "HEAD",
        "OPTIONS" => "OPTIONS",
        _ => "_OTHER",
    }
}

#[cfg(test)]
mod tests;

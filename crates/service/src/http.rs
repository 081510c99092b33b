//! Serving axum: counted, bounded, and drained when the process stops.

use crate::metrics;
use crate::shutdown::{DrainTimeout, Shutdown};
use axum::Router;
use axum::extract::{MatchedPath, Request};
use axum::middleware::{self, Next};
use axum::response::Response;
use std::net::SocketAddr;
use std::time::Instant;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

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
        // The task neither panics (axum and tonic catch) nor is aborted.
        self.task.await.unwrap_or(Ok(()))
    }
}

/// Serves `router` on a bound listener until `shutdown` begins and the open requests are answered, at most for the
/// drain limit. Requests are counted as `http.server.request.duration` by the router's own templates of paths.
///
/// Endless answers, such as event streams, must end by themselves when `shutdown` begins.
pub fn serve(service: &'static str, listener: TcpListener, router: Router, shutdown: Shutdown) -> Serving {
    let address = listener.local_addr().expect("a bound listener has an address");
    let router = router.layer(middleware::from_fn(move |request, next| count(service, request, next)));
    let task = tokio::spawn(async move {
        let begun = shutdown.clone();
        let server = axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>())
            .with_graceful_shutdown(async move { begun.begun().await });
        // axum retries what accepting may meet, and so never ends with an error.
        shutdown.drain(async { server.await.unwrap_or(()) }).await
    });
    Serving::new(address, task)
}

async fn count(service: &'static str, request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let method = known_method(request.method());
    let route = match request.extensions().get::<MatchedPath>() {
        Some(matched) => matched.as_str().to_owned(),
        None => "unmatched".to_owned(),
    };
    let response = next.run(request).await;
    metrics::for_requests().http(service, method, route, response.status().as_u16(), begun.elapsed());
    response
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

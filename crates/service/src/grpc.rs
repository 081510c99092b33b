//! Serving gRPC: health service, limits, counts, and a drain that lets open calls end.

use crate::health::{self, Health};
use crate::http::Serving;
use crate::metrics;
use crate::shutdown::Shutdown;
use crate::telemetry;
use http::{Request, Response};
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use tonic::Code;
use tonic::body::Body;
use tonic::service::Routes;
use tonic::transport::server::TcpIncoming;
use tonic_health::ServingStatus;
use tonic_health::server::HealthReporter;
use tower::{Layer, Service};
use tracing::Instrument;

/// Largest message in bytes, either way, for the generated servers: `XServer::new(x)
/// .max_decoding_message_size(grpc::MESSAGE_MAX_BYTES)`. tonic's own default for what comes in is the same.
pub const MESSAGE_MAX_BYTES: usize = 4 * 1024 * 1024;

/// Bounds of a listener; the defaults suit every service.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Calls at once on one connection; more wait.
    pub concurrent_streams: u32,
    /// Bytes of all headers of a call.
    pub header_list_bytes: u32,
    /// A silent connection is asked after so many seconds whether it is still there.
    pub keepalive_seconds: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { concurrent_streams: 1024, header_list_bytes: 16 * 1024, keepalive_seconds: 30 }
    }
}

/// Serves `routes` on a bound listener until `shutdown` begins and the open calls have ended, at most for the drain
/// limit. The standard health service is added: `""` and every name in `services` are serving while `health` is ready.
///
/// Watch calls and other endless streams must end by themselves when `shutdown` begins.
///
/// ```no_run
/// # async fn f(process: service::Process, listener: tokio::net::TcpListener) {
/// let routes = tonic::service::Routes::default(); // .add_service(IngestServiceServer::new(...))
/// let serving = service::grpc::serve(
///     "ingest", listener, routes, &["earshot.ingest.v1.IngestService"], &process.health, process.shutdown.clone(),
/// ).await;
/// println!("{}", serving.address());
/// # }
/// ```
pub async fn serve(
    service: &'static str,
    listener: TcpListener,
    routes: Routes,
    services: &'static [&'static str],
    health: &Health,
    shutdown: Shutdown,
) -> Serving {
    serve_with(service, listener, routes, services, health, shutdown, Limits::default()).await
}

/// As [`serve`], with other limits.
pub async fn serve_with(
    service: &'static str,
    listener: TcpListener,
    routes: Routes,
    services: &'static [&'static str],
    health: &Health,
    shutdown: Shutdown,
    limits: Limits,
) -> Serving {
    let address = listener.local_addr().expect("a bound listener has an address");
    let routes = routes.add_service(health_service(services, health, shutdown.clone()).await);
    let keepalive = Duration::from_secs(limits.keepalive_seconds);
    let mut server = tonic::transport::Server::builder()
        .accept_http1(false)
        .max_concurrent_streams(limits.concurrent_streams)
        .http2_max_header_list_size(limits.header_list_bytes)
        .http2_keepalive_interval(Some(keepalive))
        .layer(Observe { service });
    // A watch call sends small messages, one by one, and each is awaited.
    let incoming = TcpIncoming::from(listener).with_nodelay(Some(true));
    let task = tokio::spawn(async move {
        let begun = shutdown.clone();
        let served =
            server.add_routes(routes).serve_with_incoming_shutdown(incoming, async move { begun.begun().await });
        shutdown
            .drain(async {
                if let Err(error) = served.await {
                    tracing::error!(service, %error, "the gRPC listener failed");
                }
            })
            .await
    });
    Serving::new(address, task)
}

/// The standard health service, kept in step with `health` until `shutdown` begins.
pub async fn health_service(
    services: &'static [&'static str],
    health: &Health,
    shutdown: Shutdown,
) -> tonic_health::pb::health_server::HealthServer<impl tonic_health::pb::health_server::Health> {
    let (mut reporter, server) = tonic_health::server::health_reporter();
    let mut checks = health.watch();
    let ready = health::is_ready(&checks.borrow_and_update());
    report(&reporter, services, ready).await;
    tokio::spawn(async move {
        while let Some(Ok(())) = shutdown.unless_begun(checks.changed()).await {
            let ready = health::is_ready(&checks.borrow_and_update());
            report(&reporter, services, ready).await;
        }
        report(&reporter, services, false).await;
        // Those who watch are told, and their streams end, or the drain would wait for them.
        for name in services.iter().chain(&[""]) {
            reporter.clear_service_status(name).await;
        }
    });
    server
}

async fn report(reporter: &HealthReporter, services: &[&str], ready: bool) {
    let status = if ready { ServingStatus::Serving } else { ServingStatus::NotServing };
    for name in services.iter().chain(&[""]) {
        reporter.set_service_status(name, status).await;
    }
}

/// For clients, as an interceptor: the call carries the trace of the span that makes it.
///
/// ```text
/// let client = ConversationServiceClient::with_interceptor(channel, service::grpc::with_trace);
/// ```
///
/// # Errors
/// Never; interceptors answer a `Result`.
pub fn with_trace(mut request: tonic::Request<()>) -> Result<tonic::Request<()>, tonic::Status> {
    if let Some(value) = telemetry::inject_current().and_then(|traceparent| traceparent.parse().ok()) {
        request.metadata_mut().insert(telemetry::TRACEPARENT, value);
    }
    Ok(request)
}

/// Counts calls as `rpc.server.call.duration`, and gives each a span that continues the caller's trace.
#[derive(Debug, Clone)]
struct Observe {
    service: &'static str,
}

impl<S> Layer<S> for Observe {
    type Service = Observed<S>;

    fn layer(&self, inner: S) -> Observed<S> {
        Observed { inner, service: self.service }
    }
}

#[derive(Debug, Clone)]
struct Observed<S> {
    inner: S,
    service: &'static str,
}

impl<S> Service<Request<Body>> for Observed<S>
where
    S: Service<Request<Body>, Response = Response<Body>>,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let begun = Instant::now();
        let service = self.service;
        let method = request.uri().path().trim_start_matches('/').to_owned();
        let span = span_of(service, &method, request.headers());
        let call = span.in_scope(|| self.inner.call(request)).instrument(span.clone());
        Box::pin(async move {
            let response = call.await?;
            // A status in the head is an early error; one in the trailers comes with the end of the answer.
            let code = match tonic::Status::from_header_map(response.headers()) {
                Some(status) => status.code(),
                None => Code::Ok,
            };
            // Only what is served may become a label.
            let method = if code == Code::Unimplemented { "unknown".to_owned() } else { method };
            span.record("rpc.response.status_code", code_name(code));
            metrics::for_requests().grpc(service, method, code_name(code), begun.elapsed());
            Ok(response)
        })
    }
}

fn span_of(service: &'static str, method: &str, headers: &http::HeaderMap) -> tracing::Span {
    // Probes are no part of any story.
    if method.starts_with("grpc.health.") {
        return tracing::Span::none();
    }
    let span = tracing::info_span!(
        "call",
        otel.name = method,
        otel.kind = "server",
        service,
        rpc.system.name = "grpc",
        rpc.method = method,
        rpc.response.status_code = tracing::field::Empty,
    );
    telemetry::set_parent_from(&span, headers);
    span
}

fn code_name(code: Code) -> &'static str {
    match code {
        Code::Ok => "OK",
        Code::Cancelled => "CANCELLED",
        Code::Unknown => "UNKNOWN",
        Code::InvalidArgument => "INVALID_ARGUMENT",
        Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
        Code::NotFound => "NOT_FOUND",
        Code::AlreadyExists => "ALREADY_EXISTS",
        Code::PermissionDenied => "PERMISSION_DENIED",
        Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
        Code::FailedPrecondition => "FAILED_PRECONDITION",
        Code::Aborted => "ABORTED",
        Code::OutOfRange => "OUT_OF_RANGE",
        Code::Unimplemented => "UNIMPLEMENTED",
        Code::Internal => "INTERNAL",
        Code::Unavailable => "UNAVAILABLE",
        Code::DataLoss => "DATA_LOSS",
        Code::Unauthenticated => "UNAUTHENTICATED",
    }
}

#[cfg(test)]
mod tests;

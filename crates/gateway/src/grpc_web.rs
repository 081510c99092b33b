//! gRPC-Web: the generated clients of browsers speak to the services through this door.
//!
//! A call is translated to gRPC by tonic's layer and forwarded byte by byte to the service that owns it; no message is
//! read here. Only what a call needs of its headers is passed on.

use crate::Gateway;
use crate::api::refused;
use crate::contract::CONTRACT;
use crate::upstream::Upstream;
use axum::Router;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use bytes::Bytes;
use futures::stream;
use http::{HeaderMap, HeaderName, StatusCode, header};
use http_body_util::{BodyExt, BodyStream, Limited, StreamBody};
use hyper::body::Frame;
use service::Shutdown;
use service::problem::Problem;
use service::telemetry::{TRACEPARENT, inject_current};
use std::convert::Infallible;
use std::sync::Arc;
use tonic::body::Body;
use tonic::{Code, Status};
use tonic_web::GrpcWebLayer;
use tower::{Layer, Service, ServiceExt, service_fn};

/// Headers of a call that are passed on.
const PASSED: [HeaderName; 4] =
    [header::CONTENT_TYPE, header::TE, header::USER_AGENT, HeaderName::from_static("grpc-timeout")];
const MEDIA_TYPES: [&str; 4] = [
    "application/grpc-web",
    "application/grpc-web+proto",
    "application/grpc-web-text",
    "application/grpc-web-text+proto",
];

/// The methods of every service that has an owner.
pub fn router(gateway: &Gateway) -> Router<Arc<Gateway>> {
    let mut router = Router::new();
    for (rpc, method) in &CONTRACT.methods {
        let upstream = gateway.upstreams.owner_of_method(rpc).clone();
        let streams_answers = method.streams_answers;
        let call = move |State(gateway): State<Arc<Gateway>>, request: Request| {
            pass(gateway, upstream.clone(), streams_answers, request)
        };
        router = router.route(&format!("/{rpc}"), post(call));
    }
    router
}

async fn pass(gateway: Arc<Gateway>, upstream: Upstream, streams_answers: bool, request: Request) -> Response {
    if !is_grpc_web(request.headers()) {
        let problem = Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "UNSUPPORTED_MEDIA_TYPE");
        return refused(problem.detail("this is a method of gRPC-Web; over JSON it is in /api/openapi.json"));
    }
    let forward = service_fn(move |call: http::Request<Body>| {
        let (gateway, upstream) = (Arc::clone(&gateway), upstream.clone());
        async move {
            let answer = tokio::time::timeout(
                gateway.request_timeout,
                forward(&upstream, streams_answers, call, gateway.body_max_bytes),
            );
            let too_late =
                |_| Err(Status::new(Code::DeadlineExceeded, format!("{} did not answer in time", upstream.name)));
            Ok::<_, Infallible>(match answer.await.unwrap_or_else(too_late) {
                // An endless answer ends when the gateway does; any other is let finish.
                Ok(answer) if streams_answers => answer.map(|body| until_shutdown(body, gateway.shutdown.clone())),
                Ok(answer) => answer,
                Err(status) => status.into_http(),
            })
        }
    });
    match GrpcWebLayer::new().layer(forward).oneshot(request).await {
        Ok(response) => response.into_response(),
        Err(never) => match never {},
    }
}

fn is_grpc_web(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_TYPE).is_some_and(|kind| MEDIA_TYPES.iter().any(|known| kind == known))
}

async fn forward(
    upstream: &Upstream,
    streams_answers: bool,
    call: http::Request<Body>,
    body_max_bytes: usize,
) -> Result<http::Response<Body>, Status> {
    let (parts, body) = call.into_parts();
    // As a stream, it claims no length: that of the text form is not the length of what it decodes to.
    let body = StreamBody::new(BodyStream::new(Limited::new(body, body_max_bytes)));
    let mut forwarded = http::Request::new(Body::new(body));
    *forwarded.method_mut() = http::Method::POST;
    *forwarded.version_mut() = http::Version::HTTP_2;
    // The connection puts the service's own scheme and host before the path.
    *forwarded.uri_mut() = parts.uri.path().parse().expect("the path of an address is one");
    for name in PASSED {
        if let Some(value) = parts.headers.get(&name) {
            forwarded.headers_mut().insert(name, value.clone());
        }
    }
    if let Some(traceparent) = inject_current().and_then(|text| text.parse().ok()) {
        forwarded.headers_mut().insert(TRACEPARENT, traceparent);
    }
    let away = |error: tonic::transport::Error| {
        tracing::debug!(upstream = upstream.name, error = format!("{error:#}"), "a call failed on its way");
        Status::new(Code::Unavailable, format!("{} cannot be reached; try again", upstream.name))
    };
    let mut channel = if streams_answers { upstream.streams() } else { upstream.calls() };
    let ready = channel.ready().await.map_err(away)?;
    ready.call(forwarded).await.map_err(away)
}

/// The same body; when the process is asked to stop, it ends with trailers that say so.
fn until_shutdown(body: Body, shutdown: Shutdown) -> Body {
    let frames = stream::unfold(Some((body, shutdown)), |state| async move {
        let (mut body, shutdown) = state?;
        match shutdown.unless_begun(body.frame()).await {
            Some(frame) => frame.map(|frame| (frame, Some((body, shutdown)))),
            None => {
                let mut trailers = HeaderMap::new();
                let status = Status::new(Code::Unavailable, "the gateway is stopping; call again");
                // Neither text nor details that a header could not carry.
                let _ = status.add_header(&mut trailers);
                Some((Ok(Frame::<Bytes>::trailers(trailers)), None))
            }
        }
    });
    Body::new(StreamBody::new(frames))
}

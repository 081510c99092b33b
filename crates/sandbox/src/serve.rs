//! HTTP/1.1 over a listener, with the one thing that HTTP servers do not do: hang up without an answer.
//!
//! A handler answers with [`hang_up`] to say that there is no answer; the connection is then closed as it is.

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response};
use axum::response::IntoResponse;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use service::Shutdown;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tower::ServiceExt;

/// How long to wait after the system refused a connection, which it does when it is out of file handles.
const REFUSED_PAUSE: Duration = Duration::from_millis(100);

/// The mark of an answer that is none.
#[derive(Clone, Copy)]
struct HangUp;

/// There is no answer, by intention.
#[derive(Debug, thiserror::Error)]
#[error("hung up without an answer")]
struct HungUp;

/// What a handler answers when the connection is to be closed without an answer.
pub(crate) fn hang_up() -> axum::response::Response {
    let mut response = ().into_response();
    response.extensions_mut().insert(HangUp);
    response
}

/// Serves until `shutdown`, and then finishes the calls in hand within its drain limit.
pub(crate) async fn serve(listener: TcpListener, router: Router, shutdown: Shutdown) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            () = shutdown.begun() => break,
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(connection(stream, router.clone(), shutdown.clone()));
                }
                Err(error) => {
                    tracing::warn!(%error, "a connection was refused by the system");
                    tokio::time::sleep(REFUSED_PAUSE).await;
                }
            },
        }
    }
    drop(listener);
    let rest = async { while connections.join_next().await.is_some() {} };
    if let Err(late) = shutdown.drain(rest).await {
        tracing::warn!(%late, "calls were cut off");
    }
}

async fn connection(stream: TcpStream, router: Router, shutdown: Shutdown) {
    let service = service_fn(move |request: Request<Incoming>| answer(router.clone(), request));
    let mut serving =
        std::pin::pin!(http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service));
    let ended = tokio::select! {
        ended = serving.as_mut() => ended,
        () = shutdown.begun() => {
            serving.as_mut().graceful_shutdown();
            serving.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended early");
    }
}

async fn answer(router: Router, request: Request<Incoming>) -> Result<Response<Body>, HungUp> {
    let Ok(response) = router.oneshot(request).await;
    match response.extensions().get::<HangUp>() {
        Some(HangUp) => Err(HungUp),
        None => Ok(response),
    }
}

//! The router: what the table of endpoints says, and what is said to those who ask for anything else.

use crate::Gateway;
use crate::endpoints::{Answer, ENDPOINTS, Endpoint, Rpc, Verb};
use crate::read::{self, Fault};
use crate::{asyncapi, contract::CONTRACT, events, grpc_web, guard, openapi};
use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, FromRequestParts, Path, Query, Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, get, on};
use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde_json::Value;
use service::problem::Problem;
use std::collections::HashMap;
use std::sync::Arc;
use tower_http::compression::CompressionLayer;

/// Everything that is served on the listener.
pub fn router(gateway: Arc<Gateway>) -> Router {
    let mut plain = Router::new();
    // Streams must not wait in a compressor for company.
    let mut streams = Router::new().merge(grpc_web::router(&gateway));
    for endpoint in ENDPOINTS {
        let filter = match endpoint.verb {
            Verb::Get => MethodFilter::GET,
            Verb::Post => MethodFilter::POST,
        };
        match &endpoint.answer {
            Answer::Rpc(rpc) => {
                let answer = move |State(gateway): State<Arc<Gateway>>, request: Request| async move {
                    answer(&gateway, endpoint, rpc, request).await.map_err(refused)
                };
                plain = plain.route(endpoint.path, on(filter, answer));
            }
            Answer::Events => streams = streams.route(endpoint.path, get(events::stream)),
            Answer::Document => plain = plain.route(endpoint.path, get(openapi::serve)),
            Answer::AsyncDocument => plain = plain.route(endpoint.path, get(asyncapi::serve)),
        }
    }
    plain
        .fallback(anything_else)
        .layer(CompressionLayer::new())
        .merge(streams)
        .method_not_allowed_fallback(another_method)
        // Bodies are bounded where they are read, with an answer that says so.
        .layer(DefaultBodyLimit::disable())
        .layer(axum::middleware::map_response(guard::add_headers))
        .with_state(gateway)
}

/// Answers one request by asking the service that the endpoint names.
async fn answer(gateway: &Gateway, endpoint: &Endpoint, rpc: &Rpc, request: Request) -> Result<Response, Problem> {
    let (mut parts, body) = request.into_parts();
    let path = path(&mut parts).await?;
    let given = match endpoint.verb {
        Verb::Get => {
            let Query::<Vec<(String, String)>>(pairs) =
                Query::try_from_uri(&parts.uri).map_err(|_| invalid("the query is not name=value, joined by &"))?;
            read::from_query(&rpc.params(), &pairs).map_err(|faults| at_fault(&faults))?
        }
        Verb::Post => json(&parts.headers, body, gateway).await?,
    };
    let mut asked = read::checked(&CONTRACT, rpc.input(), given).map_err(|faults| at_fault(&faults))?;
    for (name, field) in rpc.bound {
        let text = path.get(*name).map_or("", String::as_str);
        read::bind(&mut asked, field, text).map_err(|fault| at_fault(&[fault]))?;
    }
    for (field, text) in rpc.defaults {
        let object = asked.as_object_mut().expect("a checked request is an object");
        if object.get(*field).and_then(Value::as_str).unwrap_or_default().is_empty() {
            object.insert((*field).to_owned(), Value::String((*text).to_owned()));
        }
    }
    let upstream = gateway.upstreams.owner_of_method(rpc.name);
    let answer = (rpc.call)(upstream, rpc.name, asked, gateway.request_timeout).await?;
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
    Ok((headers, answer).into_response())
}

async fn path(parts: &mut Parts) -> Result<HashMap<String, String>, Problem> {
    let Path(path) = Path::<HashMap<String, String>>::from_request_parts(parts, &())
        .await
        .map_err(|_| invalid("the path is not UTF-8 once it is decoded"))?;
    Ok(path)
}

/// Reads a body of JSON. Only one that is declared as such is taken: a form of another site cannot declare it.
async fn json(headers: &HeaderMap, body: Body, gateway: &Gateway) -> Result<Value, Problem> {
    if !is_json(headers) {
        let problem = Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "UNSUPPORTED_MEDIA_TYPE");
        return Err(problem.detail("send JSON, with content-type: application/json"));
    }
    let read = tokio::time::timeout(gateway.request_timeout, bytes(headers, body, gateway.body_max_bytes));
    let bytes = read.await.map_err(|_| {
        Problem::new(StatusCode::REQUEST_TIMEOUT, "BODY_TOO_SLOW")
            .detail("the body did not arrive in time; send it again")
    })??;
    if bytes.is_empty() {
        return Err(invalid("the body is empty; send a JSON object"));
    }
    // The reader's own words would repeat what it read.
    serde_json::from_slice(&bytes)
        .map_err(|error| invalid(&format!("the body is not JSON at line {}, column {}", error.line(), error.column())))
}

fn is_json(headers: &HeaderMap) -> bool {
    let declared = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    declared.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}

async fn bytes(headers: &HeaderMap, body: Body, max_bytes: usize) -> Result<Bytes, Problem> {
    let too_large = || {
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "BODY_TOO_LARGE")
            .detail(format!("the body is larger than {max_bytes} bytes (gateway.body_max_bytes)"))
    };
    let declared = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    if declared.and_then(|text| text.parse::<usize>().ok()).is_some_and(|length| length > max_bytes) {
        return Err(too_large());
    }
    match Limited::new(body, max_bytes).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(too_large()),
        Err(_) => Err(invalid("the body ended early")),
    }
}

fn invalid(detail: &str) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "INVALID_ARGUMENT").detail(detail)
}

/// The problem that wrong fields are.
fn at_fault(faults: &[Fault]) -> Problem {
    let name = |fault: &Fault| if fault.field.is_empty() { "the body".to_owned() } else { fault.field.clone() };
    let first = faults.first().map(|fault| format!("{} {}", name(fault), fault.what)).unwrap_or_default();
    let problem = invalid(&first);
    faults.iter().fold(problem, |problem, fault| problem.field(&fault.field, &fault.what))
}

/// The answer that a problem is, to those who speak JSON: fields by their names in JSON, and the first of them beside
/// the reason, for those who mark one.
pub fn refused(problem: Problem) -> Response {
    let mut told = serde_json::to_value(&problem).expect("a problem has a JSON form");
    let mut first = None;
    for error in told.get_mut("errors").and_then(Value::as_array_mut).into_iter().flatten() {
        let field = error.get("field").and_then(Value::as_str).map(in_json).unwrap_or_default();
        error["field"] = Value::String(field.clone());
        first.get_or_insert(field);
    }
    if let Some(field) = first.filter(|field| !field.is_empty()) {
        told["field"] = Value::String(field);
    }
    let (mut parts, _) = problem.into_response().into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    let body = serde_json::to_vec(&told).expect("a JSON value can be written");
    Response::from_parts(parts, Body::from(body))
}

/// The path of a field in JSON: `write.request_id` is `write.requestId`.
fn in_json(path: &str) -> String {
    let mut name = String::with_capacity(path.len());
    let mut after_line = false;
    for c in path.chars() {
        match c {
            '_' => after_line = true,
            c if after_line => {
                name.push(c.to_ascii_uppercase());
                after_line = false;
            }
            c => name.push(c),
        }
    }
    name
}

/// OPTIONS is answered by the `Allow` header, which the router adds; any other method is a mistake.
async fn another_method(method: Method) -> Response {
    if method == Method::OPTIONS {
        return StatusCode::NO_CONTENT.into_response();
    }
    let problem = Problem::new(StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED");
    refused(problem.detail("this cannot be asked by that method; see the Allow header"))
}

/// What is no endpoint is the console's, or nothing.
async fn anything_else(State(gateway): State<Arc<Gateway>>, request: Request) -> Response {
    let path = request.uri().path();
    if path == "/api" || path.starts_with("/api/") || path.starts_with("/earshot.") {
        let problem = Problem::new(StatusCode::NOT_FOUND, "NO_SUCH_ENDPOINT");
        return refused(problem.detail("there is no such endpoint; /api/openapi.json lists them"));
    }
    match *request.method() {
        Method::GET | Method::HEAD => gateway.console.answer(path, request.headers()),
        ref method => {
            let mut response = another_method(method.clone()).await;
            response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
            response
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_named_as_json_names_them() {
        for (proto, json) in [
            ("write.request_id", "write.requestId"),
            ("to_team", "toTeam"),
            ("yaml", "yaml"),
            ("post.attachments[0].size_bytes", "post.attachments[0].sizeBytes"),
            ("write.requestId", "write.requestId"),
        ] {
            assert_eq!(in_json(proto), json);
        }
    }
}

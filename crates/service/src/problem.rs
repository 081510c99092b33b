//! Errors as other systems read them: RFC 9457 problems over HTTP, `google.rpc` details over gRPC.
//!
//! Both carry the same reason in UPPER_SNAKE, which programs may rely on, and a text for people, which they may not.
//! Neither ever carries what a customer wrote.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use std::collections::HashMap;
use std::time::Duration;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

/// The domain of every reason.
pub const DOMAIN: &str = "earshot";
const MEDIA_TYPE: &str = "application/problem+json";

/// An HTTP error of RFC 9457. As an axum response it has the right status, media type and `Retry-After`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// `urn:earshot:problem:<reason>` in kebab case; says what kind of problem it is, to programs.
    #[serde(rename = "type")]
    kind: String,
    title: String,
    status: u16,
    #[serde(skip_serializing_if = "String::is_empty")]
    detail: String,
    /// The reason in UPPER_SNAKE, the same as in gRPC.
    reason: String,
    /// What is wrong with which field of the request.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldError>,
    #[serde(skip)]
    retry_after_seconds: Option<u64>,
}

/// One wrong field of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct FieldError {
    field: String,
    detail: String,
}

impl Problem {
    /// A problem with a status and a reason such as `BODY_TOO_LARGE`.
    pub fn new(status: StatusCode, reason: &'static str) -> Self {
        Problem {
            kind: format!("urn:earshot:problem:{}", reason.to_lowercase().replace('_', "-")),
            title: status.canonical_reason().unwrap_or("Error").to_owned(),
            status: status.as_u16(),
            detail: String::new(),
            reason: reason.to_owned(),
            errors: Vec::new(),
            retry_after_seconds: None,
        }
    }

    /// What is wrong and what to do, for people: lower case, no full stop.
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into();
        self
    }

    /// Names a wrong field, by its path in the body such as `post.id`.
    pub fn field(mut self, field: impl Into<String>, detail: impl Into<String>) -> Self {
        self.errors.push(FieldError { field: field.into(), detail: detail.into() });
        self
    }

    /// Asks the client to come back after so many seconds.
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after_seconds = Some(seconds);
        self
    }

    /// The status of the response.
    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// The same error as gRPC said it, for those who pass requests on: reason, text and fields are kept, and an
    /// internal error says no more than that.
    pub fn from_status(status: &Status) -> Self {
        let details = status.get_error_details();
        let http = http_status(status.code());
        let reason = details.error_info().map(|info| info.reason.clone());
        let mut problem = Problem::new(http, default_reason(status.code()));
        if let Some(reason) = reason {
            problem.kind = format!("urn:earshot:problem:{}", reason.to_lowercase().replace('_', "-"));
            problem.reason = reason;
        }
        if !matches!(status.code(), Code::Internal | Code::Unknown | Code::DataLoss) {
            problem.detail = status.message().to_owned();
        }
        if let Some(bad) = details.bad_request() {
            for violation in &bad.field_violations {
                problem = problem.field(&violation.field, &violation.description);
            }
        }
        if let Some(delay) = details.retry_info().and_then(|retry| retry.retry_delay) {
            problem.retry_after_seconds = Some(delay.as_secs().max(1));
        }
        problem
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.status();
        let retry_after = self.retry_after_seconds;
        let mut response = (status, Json(self)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

fn http_status(code: Code) -> StatusCode {
    match code {
        Code::Ok => StatusCode::OK,
        Code::InvalidArgument | Code::OutOfRange => StatusCode::BAD_REQUEST,
        Code::FailedPrecondition | Code::AlreadyExists | Code::Aborted => StatusCode::CONFLICT,
        Code::NotFound => StatusCode::NOT_FOUND,
        Code::Unauthenticated => StatusCode::UNAUTHORIZED,
        Code::PermissionDenied => StatusCode::FORBIDDEN,
        Code::ResourceExhausted => StatusCode::TOO_MANY_REQUESTS,
        Code::Unimplemented => StatusCode::NOT_IMPLEMENTED,
        Code::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Code::DeadlineExceeded => StatusCode::GATEWAY_TIMEOUT,
        Code::Cancelled => StatusCode::from_u16(499).unwrap_or(StatusCode::BAD_REQUEST),
        Code::Unknown | Code::Internal | Code::DataLoss => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

fn default_reason(code: Code) -> &'static str {
    match code {
        Code::Ok => "OK",
        Code::Cancelled => "CANCELLED",
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
        Code::Unavailable => "UNAVAILABLE",
        Code::Unauthenticated => "UNAUTHENTICATED",
        Code::Unknown | Code::Internal | Code::DataLoss => "INTERNAL",
    }
}

fn details(reason: &str, metadata: &[(&str, &str)]) -> ErrorDetails {
    let metadata: HashMap<String, String> =
        metadata.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    ErrorDetails::with_error_info(reason, DOMAIN, metadata)
}

/// A field of the request is wrong: `field` is its path (`post.id`), `what` is wrong with it, `cure` what to send.
pub fn invalid_argument(field: &str, what: &str, cure: &str) -> Status {
    let mut details = details("INVALID_ARGUMENT", &[("field", field)]);
    details.add_bad_request_violation(field, format!("{what}; {cure}"));
    Status::with_error_details(Code::InvalidArgument, format!("{field} {what}; {cure}"), details)
}

/// The state of things does not allow it: a rejection of the core. `reason` is its name in UPPER_SNAKE
/// (`ALREADY_CLAIMED`), `message` says what is so and what to do, `metadata` are ids and numbers for programs.
pub fn failed_precondition(reason: &str, message: &str, metadata: &[(&str, &str)]) -> Status {
    let details = details(reason, metadata);
    Status::with_error_details(Code::FailedPrecondition, message, details)
}

/// What was asked for does not exist: `kind` is the type of resource (`conversation`), `name` its id.
pub fn not_found(kind: &str, name: &str) -> Status {
    let mut details = details("NOT_FOUND", &[("resource", kind)]);
    details.set_resource_info(kind, name, "", "");
    Status::with_error_details(Code::NotFound, format!("{kind} {name} does not exist"), details)
}

/// The write was based on an older version: reload, decide again.
pub fn aborted(reason: &str, message: &str, metadata: &[(&str, &str)]) -> Status {
    let details = details(reason, metadata);
    Status::with_error_details(Code::Aborted, message, details)
}

/// Not possible right now: the log is away, the process is starting. Clients may try again after `retry_after`.
pub fn unavailable(reason: &str, message: &str, retry_after: Duration) -> Status {
    let mut details = details(reason, &[]);
    details.set_retry_info(Some(retry_after));
    Status::with_error_details(Code::Unavailable, message, details)
}

/// Too much at once, or too large. Clients may try again after `retry_after`, if there is one.
pub fn resource_exhausted(reason: &str, message: &str, retry_after: Option<Duration>) -> Status {
    let mut details = details(reason, &[]);
    if retry_after.is_some() {
        details.set_retry_info(retry_after);
    }
    Status::with_error_details(Code::ResourceExhausted, message, details)
}

/// The caller lacks a right.
pub fn permission_denied(reason: &str, message: &str) -> Status {
    let details = details(reason, &[]);
    Status::with_error_details(Code::PermissionDenied, message, details)
}

/// A defect of ours. It is logged with its text; the caller is told that it happened, and no more.
pub fn internal(error: &(dyn std::error::Error + 'static)) -> Status {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        text = format!("{text}: {inner}");
        source = inner.source();
    }
    tracing::error!(error = text, "internal error");
    let details = details("INTERNAL", &[]);
    Status::with_error_details(Code::Internal, "an internal error, logged on the server", details)
}

#[cfg(test)]
mod tests;

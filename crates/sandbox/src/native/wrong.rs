//! How each network says that something is wrong: its statuses, its codes, its headers.

use crate::faults::Fault;
use axum::Json;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// The answer to a call that a fault struck, in the network's own words; none for a fault that is no answer.
pub(super) fn answer(language: &str, fault: Fault, now: Timestamp) -> Option<Response> {
    Some(match fault {
        Fault::RateLimited { retry_after_seconds } => too_many(language, retry_after_seconds, now),
        Fault::ServerError => of_code(language, 500, now),
        Fault::Unavailable { retry_after_seconds } => {
            let after = ("retry-after", retry_after_seconds.to_string());
            said(503, json!({ "error": "unavailable" }), vec![after])
        }
        Fault::BadRequest => of_code(language, 400, now),
        Fault::Unauthorized => of_code(language, 401, now),
        Fault::Gone => of_code(language, 404, now),
        Fault::Ok | Fault::Slow { .. } | Fault::AcceptThenDrop | Fault::DropBeforeAccept | Fault::Garbage => {
            return None;
        }
    })
}

fn too_many(language: &str, seconds: u64, now: Timestamp) -> Response {
    let reset = now + SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(i64::MAX));
    let epoch = reset.as_second().to_string();
    let after = || ("retry-after", seconds.to_string());
    match language {
        "x" => {
            let meters = vec![("x-rate-limit-limit", "100".to_owned()), ("x-rate-limit-remaining", "0".to_owned())];
            let headers = [meters, vec![("x-rate-limit-reset", epoch)]].concat();
            said(429, json!({ "title": "Too Many Requests", "status": 429 }), headers)
        }
        "mastodon" => {
            let headers = vec![("x-ratelimit-remaining", "0".to_owned()), ("x-ratelimit-reset", reset.to_string())];
            said(429, json!({ "error": "Too many requests" }), headers)
        }
        "telegram" => {
            let parameters = json!({ "retry_after": seconds });
            said(429, json!({ "ok": false, "error_code": 429, "parameters": parameters }), vec![])
        }
        "bluesky" => {
            let headers = vec![("ratelimit-remaining", "0".to_owned()), ("ratelimit-reset", epoch)];
            said(429, json!({ "error": "RateLimitExceeded" }), headers)
        }
        "whatsapp" => said(429, json!({ "error": { "code": 130_429, "message": "too many" } }), vec![after()]),
        "facebook" | "instagram" => said(400, json!({ "error": { "code": 32, "message": "too many" } }), vec![after()]),
        "reddit" => {
            let errors = json!([["RATELIMIT", "you are doing that too much", "ratelimit"]]);
            said(200, json!({ "json": { "errors": errors, "ratelimit": seconds } }), vec![])
        }
        "slack" => said(429, json!({ "ok": false, "error": "ratelimited" }), vec![after()]),
        _ => said(429, json!({ "message": "too many" }), vec![after()]),
    }
}

fn of_code(language: &str, status: u16, _now: Timestamp) -> Response {
    let body = match (language, status) {
        ("telegram", _) => json!({ "ok": false, "error_code": status }),
        ("facebook" | "instagram" | "whatsapp", 500) => {
            let code = if language == "whatsapp" { 131_000 } else { 2 };
            json!({ "error": { "code": code, "message": "an unknown error" } })
        }
        ("facebook" | "instagram" | "whatsapp", 401) => json!({ "error": { "code": 190, "message": "no token" } }),
        ("facebook" | "instagram" | "whatsapp", _) => json!({ "error": { "code": 100, "message": "no such field" } }),
        ("slack", 500) => json!({ "ok": false, "error": "internal_error" }),
        ("slack", 401) => return said(200, json!({ "ok": false, "error": "invalid_auth" }), vec![]),
        ("slack", _) => return said(200, json!({ "ok": false, "error": "channel_not_found" }), vec![]),
        ("reddit", 400) => {
            return said(200, json!({ "json": { "errors": [["BAD_CAPTCHA", "no", "captcha"]] } }), vec![]);
        }
        ("bluesky", 401) => json!({ "error": "AuthMissing" }),
        ("bluesky", _) => json!({ "error": "InvalidRequest" }),
        _ => json!({ "error": status }),
    };
    said(status, body, vec![])
}

fn said(status: u16, body: Value, headers: Vec<(&'static str, String)>) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, Json(body)).into_response();
    for (name, value) in headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(HeaderName::from_static(name), value);
        }
    }
    response
}

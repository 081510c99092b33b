//! The posting API for brands: send a reply, look one up, list them, and the switches and counts of the tests.

use crate::Shared;
use crate::body::{self, Malformed};
use crate::faults::{Fault, Faults};
use crate::ledger::{Listed, Refusal, Stats};
use crate::message::{Message, Reply};
use crate::network::{Send, Sent, new_id, now};
use crate::serve;
use crate::store::StoreError;
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;
use service::problem::Problem;
use service::webhook;
use std::time::Duration;

/// The most replies of one page of a list.
const MAX_PAGE_REPLIES: usize = 1_000;
const DEFAULT_PAGE_REPLIES: usize = 100;

#[derive(Deserialize)]
struct Envelope {
    r#type: String,
    data: Wanted,
}

/// The reply as the sender writes it. Keys that are not named here are none of our business.
#[derive(Deserialize)]
struct Wanted {
    reply_id: String,
    brand: String,
    network: String,
    in_reply_to: Option<String>,
    #[serde(default)]
    conversation: String,
    #[serde(default)]
    private: bool,
    text: String,
    #[serde(default = "one")]
    part: u32,
    #[serde(default = "one")]
    parts: u32,
}

fn one() -> u32 {
    1
}

/// `POST /replies`
pub(crate) async fn send(State(shared): State<Shared>, headers: HeaderMap, body: Bytes) -> Result<Response, Problem> {
    let network = &shared.network;
    let Ok(verified) = webhook::verify(&shared.reply_secrets, &headers, &body, now()) else {
        network.refuse(Refusal::Signature).map_err(storeless)?;
        return Err(Problem::new(StatusCode::UNAUTHORIZED, "SIGNATURE_INVALID"));
    };
    let reply = match read(&verified.id, &body) {
        Ok(reply) => reply,
        Err(malformed) => {
            network.refuse(Refusal::Malformed).map_err(storeless)?;
            return Err(malformed.answer("REPLY_MALFORMED"));
        }
    };
    let (fault, sent) = network.send(Send { key: verified.id, reply }).map_err(storeless)?;
    if let Fault::Slow { delay_ms } = fault {
        // A stop does not wait for a slow answer.
        let _ = shared.shutdown.unless_begun(tokio::time::sleep(Duration::from_millis(delay_ms))).await;
    }
    Ok(answer(fault, sent))
}

fn read(key: &str, body: &[u8]) -> Result<Reply, Malformed> {
    // What the sender got wrong may be somebody's words, and the sender may log our answer: only the field is named.
    let envelope: Envelope = body::read(body)
        .map_err(|malformed| Malformed { problem: "is missing, or not what it should be".to_owned(), ..malformed })?;
    if envelope.r#type != "reply.send" {
        return Err(Malformed::new("type", "must be reply.send"));
    }
    let wanted = envelope.data;
    for (field, value) in [
        ("data.reply_id", &wanted.reply_id),
        ("data.brand", &wanted.brand),
        ("data.network", &wanted.network),
        ("data.text", &wanted.text),
    ] {
        if value.is_empty() {
            return Err(Malformed::new(field, "must not be empty"));
        }
    }
    if wanted.part < 1 || wanted.part > wanted.parts {
        return Err(Malformed::new("data.part", "must be from 1 to data.parts"));
    }
    Ok(Reply {
        id: new_id(),
        key: key.to_owned(),
        reply_id: wanted.reply_id,
        brand: wanted.brand,
        network: wanted.network,
        conversation: wanted.conversation,
        in_reply_to: wanted.in_reply_to.filter(|parent| !parent.is_empty()),
        private: wanted.private,
        text: wanted.text,
        part: wanted.part,
        parts: wanted.parts,
        posted_at: now(),
    })
}

fn answer(fault: Fault, sent: Sent) -> Response {
    let refused = |status: StatusCode, reason| Problem::new(status, reason).detail("a fault of the sandbox");
    match fault {
        Fault::AcceptThenDrop | Fault::DropBeforeAccept => return serve::hang_up(),
        Fault::Garbage => {
            return (StatusCode::CREATED, [(header::CONTENT_TYPE, "text/html")], "<h1>It work").into_response();
        }
        Fault::RateLimited { retry_after_seconds } => {
            let problem = refused(StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED");
            return problem.retry_after(retry_after_seconds).into_response();
        }
        Fault::Unavailable { retry_after_seconds } => {
            let problem = refused(StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE");
            return problem.retry_after(retry_after_seconds).into_response();
        }
        Fault::ServerError => return refused(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL").into_response(),
        Fault::BadRequest => return refused(StatusCode::BAD_REQUEST, "BAD_REQUEST").into_response(),
        Fault::Unauthorized => return refused(StatusCode::UNAUTHORIZED, "UNAUTHORIZED").into_response(),
        Fault::Gone => return refused(StatusCode::GONE, "GONE").into_response(),
        Fault::Ok | Fault::Slow { .. } => {}
    }
    match sent {
        Sent::Posted(answer) => (StatusCode::CREATED, Json(answer)).into_response(),
        Sent::Repeated(answer) => {
            Json(json!({ "id": answer.id, "posted_at": answer.posted_at, "repeated": true })).into_response()
        }
        Sent::Full => Problem::new(StatusCode::INSUFFICIENT_STORAGE, "FULL")
            .detail("sandbox.max_known_replies is reached; raise it, or begin anew")
            .into_response(),
        Sent::RefusedByFault => unreachable!("every fault that refuses has its answer above"),
    }
}

/// `GET /replies/by-key/{webhook-id}`
pub(crate) async fn by_key(State(shared): State<Shared>, Path(key): Path<String>) -> Result<Response, Problem> {
    match shared.network.look_up(&key).map_err(storeless)? {
        None => Err(Problem::new(StatusCode::NOT_IMPLEMENTED, "LOOKUP_OFF").detail("this network has no look-up")),
        Some(None) => {
            Err(Problem::new(StatusCode::NOT_FOUND, "REPLY_UNKNOWN").detail("no reply was posted with this key"))
        }
        Some(Some(answer)) => Ok(Json(answer).into_response()),
    }
}

/// What `GET /replies` may be asked for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListQuery {
    limit: Option<usize>,
    before: Option<u64>,
    brand: Option<String>,
    conversation: Option<String>,
    reply_id: Option<String>,
}

/// `GET /replies`: newest first; `next` is the `before` of the next page.
pub(crate) async fn list(
    State(shared): State<Shared>,
    query: Result<Query<ListQuery>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Problem> {
    let Query(query) = query.map_err(|error| query_problem(&error))?;
    let limit = query.limit.unwrap_or(DEFAULT_PAGE_REPLIES).clamp(1, MAX_PAGE_REPLIES);
    let asked = |wanted: &Option<String>, value: &str| wanted.as_ref().is_none_or(|wanted| wanted == value);
    let replies = shared.network.page(query.before, limit, |message| match message {
        Message::Post(_) => false,
        Message::Reply(reply) => {
            asked(&query.brand, &reply.brand)
                && asked(&query.conversation, &reply.conversation)
                && asked(&query.reply_id, &reply.reply_id)
        }
    });
    Ok(Json(json!({ "replies": replies, "next": next(&replies, limit) })).into_response())
}

/// Where the next page begins; none when this one was not full.
pub(crate) fn next(page: &[Listed], limit: usize) -> Option<u64> {
    page.last().filter(|_| page.len() == limit).map(|listed| listed.sequence)
}

/// `GET /faults`
pub(crate) async fn faults(State(shared): State<Shared>) -> Json<Faults> {
    Json(shared.network.faults())
}

/// `PUT /faults`: the whole plan; what is not named is as at the beginning.
pub(crate) async fn set_faults(State(shared): State<Shared>, body: Bytes) -> Result<Json<Faults>, Problem> {
    let refused = |malformed: Malformed| malformed.answer("FAULTS_INVALID");
    let faults: Faults = body::read(&body).map_err(refused)?;
    shared.network.set_faults(faults).map_err(|error| refused(Malformed::new("chances", error.to_string())))?;
    Ok(Json(shared.network.faults()))
}

/// `GET /stats`
pub(crate) async fn stats(State(shared): State<Shared>) -> Json<Stats> {
    Json(shared.network.stats())
}

pub(crate) fn query_problem(error: &axum::extract::rejection::QueryRejection) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "QUERY_INVALID").detail(error.body_text())
}

/// What could not be written down did not happen, and the sender may try again.
pub(crate) fn storeless(error: StoreError) -> Problem {
    tracing::error!(%error, "the sandbox cannot write its store");
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "STORE_FAILED").detail("the sandbox cannot write its store")
}

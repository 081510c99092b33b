//! What people write on the network. A post is kept first and delivered then, so that a brand whose webhook is down
//! gets it later, as real networks try again too.

use crate::Shared;
use crate::body::{self, Malformed};
use crate::forward::FirstTry;
use crate::message::{Attachment, Author, Post};
use crate::network::{new_id, now};
use crate::replies::storeless;
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;
use service::problem::Problem;

/// A post as it is handed in; the network adds id and time when they are missing.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Draft {
    post_id: Option<String>,
    brand: String,
    network: String,
    author: Author,
    text: String,
    posted_at: Option<Timestamp>,
    in_reply_to: Option<String>,
    #[serde(default)]
    private: bool,
    handle_use: Option<String>,
    #[serde(default)]
    attachments: Vec<Attachment>,
    thread_root: Option<String>,
}

/// `POST /posts`: 201 with the post's id and how its delivery began; 200 for an id that was there before.
pub(crate) async fn write(State(shared): State<Shared>, headers: HeaderMap, body: Bytes) -> Result<Response, Problem> {
    if !is_json(&headers) {
        let problem = Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "NOT_JSON");
        return Err(problem.detail("send the post as application/json"));
    }
    let post = read(&body).map_err(|malformed| malformed.answer("POST_MALFORMED"))?;
    let (post, known) = shared.network.write(post).map_err(storeless)?;
    let (post_id, posted_at) = (post.post_id.clone(), post.posted_at);
    if known {
        return Ok(Json(json!({ "post_id": post_id, "posted_at": posted_at, "repeated": true })).into_response());
    }
    let delivery = match &shared.forwarder {
        None => "off",
        Some(forwarder) => match forwarder.begin(post).await {
            Ok(FirstTry::Delivered) => "delivered",
            Ok(FirstTry::Refused) => "refused",
            Ok(FirstTry::Later) | Err(_) => "later",
        },
    };
    let answer = json!({ "post_id": post_id, "posted_at": posted_at, "delivery": delivery });
    Ok((StatusCode::CREATED, Json(answer)).into_response())
}

/// A page of another site can send a form or a plain text to this address, but no JSON without asking first.
fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    kind.and_then(|kind| kind.split(';').next()).is_some_and(|kind| kind.trim() == "application/json")
}

fn read(body: &[u8]) -> Result<Post, Malformed> {
    let draft: Draft = body::read(body)?;
    let filled = |text: Option<String>| text.filter(|text| !text.is_empty());
    for (field, value) in
        [("brand", &draft.brand), ("network", &draft.network), ("author.id", &draft.author.id), ("text", &draft.text)]
    {
        if value.trim().is_empty() {
            return Err(Malformed::new(field, "must not be empty"));
        }
    }
    let handle_use = filled(draft.handle_use);
    if handle_use.as_deref().is_some_and(|handle| handle != "main" && handle != "care") {
        return Err(Malformed::new("handle_use", "must be main, care or absent"));
    }
    Ok(Post {
        post_id: filled(draft.post_id).unwrap_or_else(new_id),
        brand: draft.brand,
        network: draft.network,
        author: draft.author,
        text: draft.text,
        posted_at: draft.posted_at.unwrap_or_else(now),
        in_reply_to: filled(draft.in_reply_to),
        private: draft.private,
        handle_use,
        attachments: draft.attachments,
        thread_root: filled(draft.thread_root),
    })
}

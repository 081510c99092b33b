//! The networks' own languages, as far as brands answer in them: below `/native/LANGUAGE` the sandbox is spoken to as the real
//! network is, and misbehaves as that one does ([`wrong`]). The token says whose account it is.
//!
//! Nothing in these languages tells one reply from another but where it stands and what it says, so that is what a reply is
//! counted by: the same words at the same place twice are one reply, posted twice.

mod wrong;

use crate::Shared;
use crate::faults::Fault;
use crate::message::{Message, Reply};
use crate::network::{Send, Sent, new_id, now};
use crate::serve;
use crate::store::StoreError;
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::time::Duration;

/// The most replies that a list shows.
const LIST_MAX_REPLIES: usize = 100;

/// What came in.
struct Call<'a> {
    language: &'a str,
    get: bool,
    /// Below the language.
    path: Vec<&'a str>,
    query: HashMap<String, String>,
    headers: &'a HeaderMap,
    /// JSON, or the fields of a form.
    body: Value,
    /// Whose account it is; empty when nothing proves it.
    account: String,
}

/// A reply as its network's call says it.
struct Wanted {
    /// What the network knows a repetition by; none for networks that know none.
    key: Option<String>,
    /// The post that it answers.
    parent: String,
    /// The person or chat it goes to, where that is said.
    to: String,
    private: bool,
    text: String,
    /// What the network calls it.
    id: String,
}

pub(crate) async fn call(
    State(shared): State<Shared>,
    Path((language, path)): Path<(String, String)>,
    method: Method,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let mut path: Vec<&str> = path.split('/').collect();
    let in_path = path.first().and_then(|first| first.strip_prefix("bot")).filter(|_| language == "telegram");
    let account = in_path.map_or_else(|| proven(&headers), str::to_owned);
    if in_path.is_some() {
        path.remove(0);
    }
    let fields = |text: &str| form(text);
    let body = match serde_json::from_slice(&body) {
        Ok(value) => value,
        Err(_) => json!(fields(&String::from_utf8_lossy(&body))),
    };
    let query = fields(&query.unwrap_or_default());
    let call = Call { language: &language, get: method == Method::GET, path, query, headers: &headers, body, account };
    answer(&shared, &call).await.unwrap_or_else(|error| crate::replies::storeless(error).into_response())
}

/// Whose account it is, by the token, or by the user of user and password.
fn proven(headers: &HeaderMap) -> String {
    let proof = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or("");
    if let Some(token) = proof.strip_prefix("Bearer ") {
        return token.to_owned();
    }
    let pair =
        proof.strip_prefix("Basic ").and_then(|coded| base64::engine::general_purpose::STANDARD.decode(coded).ok());
    let pair = pair.and_then(|pair| String::from_utf8(pair).ok()).unwrap_or_default();
    pair.split_once(':').map(|(_, password)| password.to_owned()).unwrap_or_default()
}

fn form(text: &str) -> HashMap<String, String> {
    let url = reqwest::Url::parse(&format!("form:/?{text}"));
    url.map(|url| url.query_pairs().into_owned().collect()).unwrap_or_default()
}

async fn answer(shared: &Shared, call: &Call<'_>) -> Result<Response, StoreError> {
    if call.language == "bluesky" && call.path == ["xrpc", "com.atproto.server.createSession"] {
        let identifier = text(&call.body, "/identifier");
        // The password is whose account it is, as tokens are elsewhere.
        let token = text(&call.body, "/password");
        return Ok(Json(json!({ "did": format!("did:plc:{identifier}"), "accessJwt": token })).into_response());
    }
    if call.account.is_empty() {
        return Ok(wrong::answer(call.language, Fault::Unauthorized, now()).unwrap_or_else(not_found));
    }
    if call.get {
        return look(shared, call);
    }
    let Some(wanted) = wanted(call) else { return Ok(not_found()) };
    let id = wanted.id.clone();
    let reply = Reply {
        id: wanted.id,
        key: wanted.key.unwrap_or_else(new_id),
        reply_id: format!("{} {} {}", wanted.parent, wanted.to, wanted.text),
        brand: call.account.clone(),
        network: call.language.to_owned(),
        conversation: wanted.to,
        in_reply_to: Some(wanted.parent).filter(|parent| !parent.is_empty()),
        private: wanted.private,
        text: wanted.text,
        part: 1,
        parts: 1,
        posted_at: now(),
    };
    let (fault, sent) = shared.network.send(Send { key: reply.key.clone(), reply })?;
    match fault {
        Fault::Slow { delay_ms } => {
            // A stop does not wait for a slow answer.
            let _ = shared.shutdown.unless_begun(tokio::time::sleep(Duration::from_millis(delay_ms))).await;
        }
        Fault::AcceptThenDrop | Fault::DropBeforeAccept => return Ok(serve::hang_up()),
        Fault::Garbage => {
            return Ok((StatusCode::OK, [(header::CONTENT_TYPE, "text/html")], "<h1>It work").into_response());
        }
        _ => {}
    }
    if let Some(response) = wrong::answer(call.language, fault, now()) {
        return Ok(response);
    }
    Ok(match sent {
        Sent::Posted(answer) => taken(call, &id, answer.posted_at, false),
        Sent::Repeated(answer) => taken(call, &answer.id, answer.posted_at, true),
        Sent::Full | Sent::RefusedByFault => StatusCode::INSUFFICIENT_STORAGE.into_response(),
    })
}

fn not_found() -> Response {
    (StatusCode::NOT_FOUND, Json(json!({ "error": "no such call" }))).into_response()
}

fn text(value: &Value, pointer: &str) -> String {
    match value.pointer(pointer) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}

/// The reply that a call asks for; none when it is no such call.
fn wanted(call: &Call<'_>) -> Option<Wanted> {
    let said = |pointer: &str| text(&call.body, pointer);
    let header = |name: &str| call.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let public =
        |parent, words| Wanted { key: None, parent, to: String::new(), private: false, text: words, id: new_id() };
    let private = |to: String, words| Wanted { to, private: true, ..public(String::new(), words) };
    Some(match (call.language, &call.path[..]) {
        ("x", ["2", "tweets"]) => public(said("/reply/in_reply_to_tweet_id"), said("/text")),
        ("x", ["2", "dm_conversations", "with", to, "messages"]) => private((*to).to_owned(), said("/text")),
        ("mastodon", ["api", "v1", "statuses"]) => Wanted {
            key: header("idempotency-key"),
            private: said("/visibility") == "direct",
            ..public(said("/in_reply_to_id"), said("/status"))
        },
        ("telegram", ["sendMessage"]) => {
            let (chat, answered) = (said("/chat_id"), said("/reply_parameters/message_id"));
            let id = format!("{chat}:{}", uuid::Uuid::now_v7().as_u128() as u32);
            Wanted { id, to: chat.clone(), ..public(format!("{chat}:{answered}"), said("/text")) }
        }
        ("bluesky", ["xrpc", "com.atproto.repo.putRecord"]) => {
            let uri = format!("at://{}/{}/{}", said("/repo"), said("/collection"), said("/rkey"));
            let words = said("/record/text");
            Wanted { key: Some(uri.clone()), id: uri, ..public(said("/record/reply/parent/uri"), words) }
        }
        ("whatsapp", [_, "messages"]) => {
            Wanted { parent: said("/context/message_id"), ..private(said("/to"), said("/text/body")) }
        }
        ("facebook", [parent, "comments"]) | ("instagram", [parent, "replies"]) => {
            public((*parent).to_owned(), said("/message"))
        }
        ("facebook" | "instagram", [_, "messages"]) => {
            Wanted { parent: said("/recipient/comment_id"), ..private(said("/recipient/id"), said("/message/text")) }
        }
        ("line", ["v2", "bot", "message", "push"]) => {
            Wanted { key: header("x-line-retry-key"), ..private(said("/to"), said("/messages/0/text")) }
        }
        ("reddit", ["api", "comment"]) => {
            Wanted { private: said("/thing_id").starts_with("t4_"), ..public(said("/thing_id"), said("/text")) }
        }
        ("slack", ["api", "chat.postMessage"]) => {
            let channel = said("/channel");
            let at = uuid::Uuid::now_v7().as_u128() as u32 % 1_000_000;
            let id = format!("{channel}:{}.{at:06}", now().as_second());
            Wanted { id, to: channel.clone(), ..public(format!("{channel}:{}", said("/thread_ts")), said("/text")) }
        }
        ("sms", ["2010-04-01", "Accounts", _, "Messages.json"]) => private(said("/To"), said("/Body")),
        _ => return None,
    })
}

/// The answer to a reply that stands.
fn taken(call: &Call<'_>, id: &str, at: Timestamp, repeated: bool) -> Response {
    let last = id.rsplit(':').next().unwrap_or(id);
    let (status, body) = match (call.language, &call.path[..]) {
        ("x", ["2", "tweets"]) => (201, json!({ "data": { "id": id, "text": text(&call.body, "/text") } })),
        ("x", _) => (201, json!({ "data": { "dm_event_id": id, "dm_conversation_id": "1-2" } })),
        ("mastodon", _) => (200, json!({ "id": id, "created_at": at })),
        ("telegram", _) => {
            let chat = text(&call.body, "/chat_id");
            let result = json!({ "message_id": last.parse::<u64>().unwrap_or(0), "chat": { "id": chat }, "date": at.as_second() });
            (200, json!({ "ok": true, "result": result }))
        }
        // Something stands under the key, and nothing was to.
        ("bluesky", _) if repeated => (400, json!({ "error": "InvalidSwap", "message": "a record stands there" })),
        ("bluesky", _) => (200, json!({ "uri": id, "cid": "bafyreply" })),
        ("whatsapp", _) => (200, json!({ "messaging_product": "whatsapp", "messages": [{ "id": id }] })),
        ("facebook" | "instagram", [_, "messages"]) => (200, json!({ "message_id": id, "recipient_id": "1" })),
        ("facebook" | "instagram", _) => (200, json!({ "id": id })),
        ("line", _) if repeated => (409, json!({ "message": "accepted before", "sentMessages": [{ "id": id }] })),
        ("line", _) => (200, json!({ "sentMessages": [{ "id": id }] })),
        ("reddit", _) => (200, json!({ "json": { "errors": [], "data": { "things": [{ "data": { "name": id } }] } } })),
        ("slack", _) => (200, json!({ "ok": true, "channel": text(&call.body, "/channel"), "ts": last })),
        _ => (201, json!({ "sid": id, "status": "queued" })),
    };
    (StatusCode::from_u16(status).unwrap_or(StatusCode::OK), Json(body)).into_response()
}

/// What the account has said lately, as each network lists it.
fn look(shared: &Shared, call: &Call<'_>) -> Result<Response, StoreError> {
    let asked = |name: &str| call.query.get(name).cloned().unwrap_or_default();
    if let ("bluesky", ["xrpc", "app.bsky.feed.getPosts"]) = (call.language, &call.path[..]) {
        let post = json!({ "uri": asked("uris"), "cid": "bafyasked", "record": { "text": "" } });
        return Ok(Json(json!({ "posts": [post] })).into_response());
    }
    let key = format!("at://{}/{}/{}", asked("repo"), asked("collection"), asked("rkey"));
    let newest = shared.network.page(None, usize::MAX, |message| match message {
        Message::Post(_) => false,
        Message::Reply(reply) => reply.brand == call.account && reply.network == call.language,
    });
    let replies: Vec<Reply> = newest
        .into_iter()
        .filter_map(|listed| if let Message::Reply(reply) = listed.message { Some(reply) } else { None })
        .filter(|reply| stands_there(call, reply, &key))
        .take(LIST_MAX_REPLIES)
        .collect();
    if !shared.network.looked(!replies.is_empty())? {
        return Ok((StatusCode::FORBIDDEN, Json(json!({ "error": "lists are off" }))).into_response());
    }
    let list = |one: &dyn Fn(&Reply) -> Value| replies.iter().map(one).collect::<Vec<Value>>();
    let own = || json!({ "id": call.path.first().copied().unwrap_or("") });
    Ok(Json(match (call.language, &call.path[..]) {
        ("x", ["2", "users", ..]) => json!({ "data": list(&|reply| json!({
            "id": reply.id, "text": shortened(&reply.text), "created_at": reply.posted_at,
            "referenced_tweets": [{ "type": "replied_to", "id": reply.in_reply_to }],
        })) }),
        ("x", _) => json!({ "data": list(&|reply| json!({
            "id": reply.id, "text": shortened(&reply.text), "created_at": reply.posted_at, "sender_id": call.account,
        })) }),
        ("facebook", [_, "comments"]) => json!({ "data": list(&|reply| json!({
            "id": reply.id, "message": reply.text, "created_time": reply.posted_at, "from": { "id": call.account },
        })) }),
        ("instagram", [_, "replies"]) => json!({ "data": list(&|reply| json!({
            "id": reply.id, "text": reply.text, "timestamp": reply.posted_at, "from": { "id": call.account },
        })) }),
        ("facebook" | "instagram", [_, "conversations"]) => {
            let messages = list(&|reply| {
                json!({
                    "id": reply.id, "message": reply.text, "created_time": reply.posted_at, "from": own(),
                })
            });
            json!({ "data": [{ "messages": { "data": messages } }] })
        }
        ("reddit", _) => json!({ "data": { "children": list(&|reply| json!({ "data": {
            "name": reply.id, "body": reply.text, "author": call.account, "parent_id": reply.in_reply_to,
            "created_utc": reply.posted_at.as_second(),
        } })) } }),
        ("slack", _) => json!({ "ok": true, "messages": list(&|reply| json!({
            "ts": reply.id.rsplit(':').next(), "text": reply.text, "user": call.account,
        })) }),
        ("sms", _) => json!({ "messages": list(&|reply| json!({
            "sid": reply.id, "body": reply.text, "from": asked("From"), "to": reply.conversation,
            "date_created": reply.posted_at.strftime("%a, %d %b %Y %H:%M:%S +0000").to_string(),
        })) }),
        ("bluesky", _) => match replies.first() {
            Some(reply) => json!({ "uri": reply.id, "cid": "bafyreply", "value": { "text": reply.text } }),
            None => {
                let missing = json!({ "error": "RecordNotFound", "message": "there is none" });
                return Ok((StatusCode::BAD_REQUEST, Json(missing)).into_response());
            }
        },
        _ => return Ok(not_found()),
    })
    .into_response())
}

/// Whether a list shows a reply: those of one post or one person are lists of their own.
fn stands_there(call: &Call<'_>, reply: &Reply, key: &str) -> bool {
    match (call.language, &call.path[..]) {
        ("facebook", [parent, "comments"]) | ("instagram", [parent, "replies"]) => {
            reply.in_reply_to.as_deref() == Some(parent)
        }
        ("facebook" | "instagram", [_, "conversations"]) => reply.private,
        ("x", ["2", "dm_conversations", "with", to, ..]) => reply.private && reply.conversation == *to,
        ("x", _) => !reply.private,
        ("slack", _) => Some(&reply.conversation) == call.query.get("channel"),
        ("sms", _) => Some(&reply.conversation) == call.query.get("To"),
        ("bluesky", _) => reply.key == key,
        _ => true,
    }
}

/// A text as X shows it: with its own links, and escaped.
fn shortened(text: &str) -> String {
    let word = |word: &str| if word.contains("://") { "https://t.co/s".to_owned() } else { word.to_owned() };
    let words: Vec<String> = text.split(' ').map(word).collect();
    words.join(" ").replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

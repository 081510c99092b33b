//! Bluesky: posts as records in the account's own repository. The key of a record is chosen before the first try and follows
//! from the reply, and nothing is written over what stands under it: a repetition meets the first try.

use super::{Body, Request, Said, json, meters, refused, text};
use crate::answer::{self, Answer};
use crate::port::{LookUp, Message, Outcome, Reason, Receipt};
use jiff::Timestamp;
use serde_json::{Value, json as value};

pub const POSTS: &str = "app.bsky.feed.post";
const SORTABLE: &[u8; 32] = b"234567abcdefghijklmnopqrstuvwxyz";

/// A post that is answered, as a reply has to name it.
#[derive(Debug, Clone, PartialEq)]
pub struct Thread {
    parent: Value,
    root: Value,
}

/// Who speaks, once a session is begun.
#[derive(Clone)]
pub struct Session {
    pub did: String,
    pub token: String,
}

/// Begins a session with the account's name and its app password.
pub fn begin(identifier: &str, password: &str) -> Request {
    let body = value!({ "identifier": identifier, "password": password });
    Request::json(&["xrpc", "com.atproto.server.createSession"], body)
}

pub fn begun(answer: &Answer) -> Result<Session, Outcome> {
    if answer.status != 200 {
        return Err(match answer.status {
            401 => refused(Reason::TOKEN_REFUSED),
            // Nothing was posted by asking who one is.
            status => Outcome::Failed { reason: Reason::http(status), retry_after: answer.retry_after },
        });
    }
    let said = json(answer);
    let part = |pointer| said.as_ref().and_then(|said| text(said, pointer));
    match (part("/did"), part("/accessJwt")) {
        (Some(did), Some(token)) => Ok(Session { did, token }),
        _ => Err(Outcome::Failed { reason: Reason::SESSION_UNREADABLE, retry_after: None }),
    }
}

/// The key of a reply's record: a time stamp as the protocol wants it, of the reply's submission, told apart by its part and
/// its id.
pub fn record_key(message: &Message) -> String {
    let micros = u64::try_from(message.submitted_at.as_microsecond()).unwrap_or(0) + u64::from(message.part);
    let own = (message.reply.as_uuid().as_u128() & 0x3ff) as u64;
    let number = ((micros << 10) | own) & (u64::MAX >> 1);
    (0..13).rev().map(|place| char::from(SORTABLE[((number >> (place * 5)) & 31) as usize])).collect()
}

/// Asks for the post that is answered.
pub fn parent(session: &Session, message: &Message) -> Option<Request> {
    let (repository, key) = message.in_reply_to.strip_prefix("at://")?.split_once('/')?;
    // Our own posts are there at once; those of others are shown by the network's view of them.
    if repository == session.did {
        return Some(read(repository, key.rsplit('/').next()?));
    }
    Some(Request::get(&["xrpc", "app.bsky.feed.getPosts"], vec![("uris", message.in_reply_to.clone())]))
}

fn read(repository: &str, key: &str) -> Request {
    let query = vec![("repo", repository.to_owned()), ("collection", POSTS.to_owned()), ("rkey", key.to_owned())];
    Request::get(&["xrpc", "com.atproto.repo.getRecord"], query)
}

/// The thread by that post: it is the root itself, or says which post is.
pub fn thread(answer: &Answer) -> Result<Thread, Outcome> {
    if answer.status != 200 {
        return Err(match answer.status {
            400 | 404 => refused(Reason::POST_GONE),
            429 => Outcome::RateLimited { retry_after: answer.retry_after },
            status => Outcome::Failed { reason: Reason::http(status), retry_after: answer.retry_after },
        });
    }
    let said = json(answer).unwrap_or_default();
    let post = said.pointer("/posts/0").cloned().unwrap_or(said);
    let (Some(uri), Some(cid)) = (post["uri"].as_str(), post["cid"].as_str()) else {
        return Err(refused(Reason::POST_GONE));
    };
    let parent = value!({ "uri": uri, "cid": cid });
    let record = post.get("record").or_else(|| post.get("value"));
    let root = record.and_then(|record| record.pointer("/reply/root")).filter(|root| root["cid"].is_string()).cloned();
    Ok(Thread { root: root.unwrap_or_else(|| parent.clone()), parent })
}

pub fn request(session: &Session, message: &Message, thread: Option<&Thread>) -> Result<Request, Reason> {
    if message.private {
        return Err(Reason::NOT_IN_PRIVATE);
    }
    let mut record = value!({
        "$type": POSTS,
        "text": message.text,
        "createdAt": message.submitted_at.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string(),
    });
    if let Some(thread) = thread {
        record["reply"] = value!({ "root": thread.root, "parent": thread.parent });
    }
    let links = links(&message.text);
    if !links.is_empty() {
        record["facets"] = Value::Array(links);
    }
    if !message.language.is_empty() {
        record["langs"] = value!([message.language]);
    }
    let body = value!({
        "repo": session.did,
        "collection": POSTS,
        "rkey": record_key(message),
        // Nothing may stand there.
        "swapRecord": null,
        "record": record,
    });
    Ok(Request { body: Body::Json(body), ..Request::json(&["xrpc", "com.atproto.repo.putRecord"], Value::Null) })
}

/// Links are links only where the record says so, by bytes.
fn links(text: &str) -> Vec<Value> {
    let mut links = Vec::new();
    let mut from = 0;
    for word in text.split_inclusive(char::is_whitespace) {
        let shown = word.trim_end().trim_end_matches(['.', ',', ')', '!', '?', ';', ':']);
        if shown.starts_with("https://") || shown.starts_with("http://") {
            links.push(value!({
                "index": { "byteStart": from, "byteEnd": from + shown.len() },
                "features": [{ "$type": "app.bsky.richtext.facet#link", "uri": shown }],
            }));
        }
        from += word.len();
    }
    links
}

pub fn verdict(answer: &Answer, now: Timestamp) -> Said {
    let said = json(answer);
    let error = said.as_ref().and_then(|said| said["error"].as_str());
    Said::Ended(match (answer.status, error) {
        (200..=299, _) => super::taken(said, "/uri", None),
        (_, Some("ExpiredToken")) => return Said::Expired,
        // Something stands under the key: it is looked at.
        (_, Some("InvalidSwap")) => Outcome::Unknown { reason: Reason::unknown_http(answer.status) },
        (429, _) => Outcome::RateLimited { retry_after: meters::reset(answer, "ratelimit-reset", now) },
        (401, _) => refused(Reason::TOKEN_REFUSED),
        _ => answer::not_taken(answer),
    })
}

pub fn look_up(session: &Session, message: &Message) -> Request {
    read(&session.did, &record_key(message))
}

pub fn found(answer: &Answer, message: &Message) -> LookUp {
    let said = json(answer);
    let error = said.as_ref().and_then(|said| said["error"].as_str());
    match (answer.status, error) {
        (200, _) => {}
        (400 | 404, Some("RecordNotFound")) => return LookUp::Missing,
        (status, _) => return LookUp::Failed(Reason::http(status)),
    }
    let part = |pointer: &str| said.as_ref().and_then(|said| text(said, pointer));
    match (part("/uri"), part("/value/text")) {
        (Some(uri), Some(words)) if words == message.text => LookUp::Found(Receipt::new(&uri, None)),
        _ => LookUp::Failed(Reason::ANSWER_UNREADABLE),
    }
}

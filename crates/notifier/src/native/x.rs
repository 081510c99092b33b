//! X: posts and direct messages, API v2. No key tells a repetition, so what may have arrived is looked up among the account's own.

use super::{Account, Request, json, meters, same, taken};
use crate::answer::{self, Answer};
use crate::port::{LookUp, Message, Outcome, Reason};
use jiff::Timestamp;
use serde_json::{Value, json as value};

/// How many posts one look shows.
const PAGE: usize = 100;

pub fn request(message: &Message) -> Result<Request, Reason> {
    if message.private {
        let segments = ["2", "dm_conversations", "with", message.person()?, "messages"];
        return Ok(Request::json(&segments, value!({ "text": message.text })));
    }
    let mut body = value!({ "text": message.text });
    if !message.in_reply_to.is_empty() {
        body["reply"] = value!({ "in_reply_to_tweet_id": message.in_reply_to });
    }
    Ok(Request::json(&["2", "tweets"], body))
}

pub fn verdict(answer: &Answer, now: Timestamp) -> Outcome {
    match answer.status {
        200..=299 => {
            let said = json(answer);
            let private = said.as_ref().is_some_and(|said| said.pointer("/data/dm_event_id").is_some());
            taken(said, if private { "/data/dm_event_id" } else { "/data/id" }, None)
        }
        429 => Outcome::RateLimited { retry_after: meters::reset(answer, "x-rate-limit-reset", now) },
        _ => answer::not_taken(answer),
    }
}

pub fn look_up(account: &Account, message: &Message) -> Request {
    if message.private {
        let segments = ["2", "dm_conversations", "with", &message.to.id, "dm_events"];
        let fields = "created_at,sender_id,text".to_owned();
        return Request::get(&segments, vec![("max_results", PAGE.to_string()), ("dm_event.fields", fields)]);
    }
    let since = same::earliest(message).strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let query = vec![
        ("max_results", PAGE.to_string()),
        ("start_time", since),
        ("tweet.fields", "created_at,referenced_tweets".to_owned()),
    ];
    Request::get(&["2", "users", &account.id, "tweets"], query)
}

pub fn found(account: &Account, message: &Message, said: &Value) -> LookUp {
    let all = said["data"].as_array().map_or(&[][..], Vec::as_slice);
    let there = all.iter().filter(|post| match message.private {
        true => post["sender_id"] == account.id.as_str(),
        false => parent(post) == message.in_reply_to,
    });
    let there = there.filter_map(|post| {
        let at = post["created_at"].as_str().and_then(same::time);
        Some(same::Said { id: post["id"].as_str()?.to_owned(), text: post["text"].as_str()?.to_owned(), at })
    });
    let last = all.last().and_then(|last| last["created_at"].as_str()).and_then(same::time);
    same::find(there, message, all.len() >= PAGE && !same::reaches_back(last, message))
}

fn parent(post: &Value) -> &str {
    let referenced = post["referenced_tweets"].as_array().map_or(&[][..], Vec::as_slice);
    let replied = referenced.iter().find(|other| other["type"] == "replied_to");
    replied.and_then(|other| other["id"].as_str()).unwrap_or("")
}

//! Mastodon: statuses. The server knows a repetition by its key for an hour.

use super::{Request, json, meters, same, taken};
use crate::answer::{self, Answer};
use crate::port::{Message, Outcome, Reason};
use jiff::Timestamp;
use serde_json::json as value;

pub fn request(message: &Message) -> Result<Request, Reason> {
    let mut body = value!({
        "status": mentioning(message),
        "visibility": if message.private { "direct" } else { "public" },
    });
    if !message.in_reply_to.is_empty() {
        body["in_reply_to_id"] = message.in_reply_to.as_str().into();
    }
    if !message.language.is_empty() {
        body["language"] = message.language.as_str().into();
    }
    Ok(Request::json(&["api", "v1", "statuses"], body).header("idempotency-key", message.key()))
}

/// The text with the mention without which nobody is told of it, and without which a private one is shown to nobody.
fn mentioning(message: &Message) -> String {
    let handle = message.to.handle.trim_start_matches('@');
    let mention = format!("@{handle}");
    let there = message.text.split_whitespace().any(|word| word.eq_ignore_ascii_case(&mention));
    if handle.is_empty() || there { message.text.clone() } else { format!("{mention} {}", message.text) }
}

pub fn verdict(answer: &Answer, now: Timestamp) -> Outcome {
    match answer.status {
        200..=299 => {
            let said = json(answer);
            let at = said.as_ref().and_then(|said| said["created_at"].as_str()).and_then(same::time);
            taken(said, "/id", at)
        }
        429 => Outcome::RateLimited { retry_after: meters::reset(answer, "x-ratelimit-reset", now) },
        _ => answer::not_taken(answer),
    }
}

//! LINE: pushed messages. A repetition has the same retry key, and is answered with 409, which is success.

use super::{Request, json, taken};
use crate::answer::{self, Answer};
use crate::port::{Message, Outcome, Reason, Receipt};
use serde_json::json as value;

pub fn request(message: &Message) -> Result<Request, Reason> {
    let body = value!({ "to": message.person()?, "messages": [{ "type": "text", "text": message.text }] });
    let key = message.reply.as_uuid().hyphenated().to_string();
    Ok(Request::json(&["v2", "bot", "message", "push"], body).header("x-line-retry-key", key))
}

pub fn verdict(answer: &Answer) -> Outcome {
    match answer.status {
        200..=299 => taken(json(answer), "/sentMessages/0/id", None),
        // It was accepted before, whether it says under which id or not.
        409 => match taken(json(answer), "/sentMessages/0/id", None) {
            Outcome::Sent(receipt) => Outcome::Sent(receipt),
            _ => Outcome::Sent(Receipt::default()),
        },
        _ => answer::not_taken(answer),
    }
}

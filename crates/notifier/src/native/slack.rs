//! Slack: messages in a channel and its threads. Its posts are known here as `CHANNEL:TS`, since a time is only its channel's own.

use super::{Request, json, refused, same};
use crate::answer::{self, Answer};
use crate::port::{LookUp, Message, Outcome, Reason, Receipt};
use serde_json::{Value, json as value};

const PAGE: usize = 200;

/// The channel that a reply goes to, and the thread in it.
pub fn place(message: &Message) -> (String, Option<String>) {
    let answered = message.in_reply_to.split_once(':');
    let root = message.root.split_once(':').or(answered);
    match (answered, root) {
        // A private answer to somebody in a channel goes to him.
        (Some(_), _) if message.private && message.answers_public => (message.to.id.clone(), None),
        (Some((channel, _)), Some((of, ts))) if of == channel => (channel.to_owned(), Some(ts.to_owned())),
        (Some((channel, ts)), _) => (channel.to_owned(), Some(ts.to_owned())),
        _ => (message.to.id.clone(), None),
    }
}

pub fn request(message: &Message) -> Result<Request, Reason> {
    let (channel, thread) = place(message);
    if channel.is_empty() {
        return Err(Reason::NO_RECIPIENT);
    }
    let mut body = value!({ "channel": channel, "text": message.text });
    if let Some(thread) = thread {
        body["thread_ts"] = thread.into();
    }
    Ok(Request::json(&["api", "chat.postMessage"], body))
}

pub fn verdict(answer: &Answer) -> Outcome {
    let said = json(answer);
    let ok = said.as_ref().and_then(|said| said["ok"].as_bool());
    let error = said.as_ref().and_then(|said| said["error"].as_str());
    match (answer.status, ok, error) {
        (200, Some(true), _) => {
            let part = |name: &str| said.as_ref().and_then(|said| said[name].as_str());
            let (Some(channel), Some(ts)) = (part("channel"), part("ts")) else {
                return Outcome::Unknown { reason: Reason::ANSWER_UNREADABLE };
            };
            Outcome::Sent(Receipt::new(&format!("{channel}:{ts}"), same::time(ts)))
        }
        (429, ..) | (_, Some(false), Some("ratelimited" | "rate_limited")) => {
            Outcome::RateLimited { retry_after: answer.retry_after }
        }
        (_, Some(false), Some("internal_error" | "fatal_error" | "request_timeout" | "service_unavailable")) => {
            Outcome::Unknown { reason: Reason::unknown_http(500) }
        }
        (200, Some(false), Some("invalid_auth" | "token_revoked" | "token_expired" | "account_inactive")) => {
            refused(Reason::TOKEN_REFUSED)
        }
        (200, Some(false), _) => refused(Reason::refused(200)),
        (200..=299, ..) => Outcome::Unknown { reason: Reason::ANSWER_UNREADABLE },
        _ => answer::not_taken(answer),
    }
}

pub fn look_up(message: &Message) -> Request {
    let (channel, thread) = place(message);
    let oldest = (message.tried_at.as_second() - 60).to_string();
    let mut query = vec![("channel", channel), ("oldest", oldest), ("limit", PAGE.to_string())];
    let method = match thread {
        Some(thread) => {
            query.push(("ts", thread));
            "conversations.replies"
        }
        None => "conversations.history",
    };
    Request::get(&["api", method], query)
}

pub fn found(account: &super::Account, message: &Message, said: &Value) -> LookUp {
    if said["ok"] != true {
        return LookUp::Failed(Reason::refused(200));
    }
    let all = said["messages"].as_array().map_or(&[][..], Vec::as_slice);
    let ours = all.iter().filter(|one| one["user"] == account.id.as_str() || one["bot_id"] == account.id.as_str());
    let channel = place(message).0;
    let ours = ours.filter_map(|one| {
        let ts = one["ts"].as_str()?;
        Some(same::Said { id: format!("{channel}:{ts}"), text: one["text"].as_str()?.to_owned(), at: same::time(ts) })
    });
    same::find(ours, message, said["has_more"] == true)
}

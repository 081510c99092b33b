//! Telegram: messages of a bot. It knows no keys and shows no messages, so a doubt is a person's. Its posts are known here as
//! `CHAT:MESSAGE`, since a message's number is only its chat's own.

use super::{Request, Said, json, number, refused, text};
use crate::answer::{self, Answer};
use crate::port::{Message, Outcome, Reason, Receipt};
use jiff::Timestamp;
use serde_json::json as value;
use std::time::Duration;

/// The chat that a reply goes to, and the message that it answers.
pub fn place(message: &Message) -> (String, Option<i64>) {
    match message.in_reply_to.split_once(':') {
        // A private answer to somebody in a group goes to him.
        Some((chat, number)) if !(message.private && chat.starts_with('-')) => (chat.to_owned(), number.parse().ok()),
        _ => (message.to.id.clone(), None),
    }
}

pub fn request(message: &Message) -> Result<Request, Reason> {
    let (chat, answered) = place(message);
    if chat.is_empty() {
        return Err(Reason::NO_RECIPIENT);
    }
    let mut body = value!({ "chat_id": chat, "text": message.text });
    if let Some(answered) = answered {
        body["reply_parameters"] = value!({ "message_id": answered, "allow_sending_without_reply": true });
    }
    Ok(Request::json(&["sendMessage"], body))
}

pub fn verdict(answer: &Answer) -> Said {
    let said = json(answer);
    let ok = said.as_ref().and_then(|said| said["ok"].as_bool());
    if let Some(moved) = said.as_ref().and_then(|said| text(said, "/parameters/migrate_to_chat_id")) {
        return Said::Moved(moved);
    }
    Said::Ended(match (answer.status, ok) {
        (200, Some(true)) => sent(said.as_ref()),
        (429, _) => {
            let seconds = said.as_ref().and_then(|said| number(said, "/parameters/retry_after"));
            Outcome::RateLimited { retry_after: seconds.map(Duration::from_secs).or(answer.retry_after) }
        }
        (403, _) => refused(Reason::BLOCKED),
        // It says so itself, and has not taken it.
        (500..=599, Some(false)) => {
            Outcome::Failed { reason: Reason::http(answer.status), retry_after: answer.retry_after }
        }
        (200..=299, _) => Outcome::Unknown { reason: Reason::ANSWER_UNREADABLE },
        _ => answer::not_taken(answer),
    })
}

fn sent(said: Option<&serde_json::Value>) -> Outcome {
    let part = |pointer| said.and_then(|said| text(said, pointer));
    let (Some(chat), Some(message)) = (part("/result/chat/id"), part("/result/message_id")) else {
        return Outcome::Unknown { reason: Reason::ANSWER_UNREADABLE };
    };
    let at = said.and_then(|said| said.pointer("/result/date")?.as_i64());
    let at = at.and_then(|at| Timestamp::from_second(at).ok());
    Outcome::Sent(Receipt::new(&format!("{chat}:{message}"), at))
}

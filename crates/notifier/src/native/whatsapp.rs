//! WhatsApp: free text within the window of a day. It knows no keys and shows no messages, so a doubt is a person's.

use super::{Account, Request, json, number, refused, taken};
use crate::answer::{self, Answer};
use crate::port::{Message, Outcome, Reason};
use serde_json::json as value;
use std::time::Duration;

/// 4^5 s is 17 minutes; more is no answer to anybody.
const LONGEST_POWER: u32 = 5;
/// A number that was found to send what people do not want is left alone for so long.
const SPAM_PAUSE: Duration = Duration::from_secs(24 * 3600);

pub fn request(account: &Account, message: &Message) -> Result<Request, Reason> {
    let mut body = value!({
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": message.person()?,
        "type": "text",
        "text": { "body": message.text, "preview_url": false },
    });
    if !message.in_reply_to.is_empty() {
        body["context"] = value!({ "message_id": message.in_reply_to });
    }
    Ok(Request::json(&[&account.id, "messages"], body))
}

pub fn verdict(answer: &Answer, attempt: u32) -> Outcome {
    let said = json(answer);
    if (200..=299).contains(&answer.status) {
        return taken(said, "/messages/0/id", None);
    }
    let Some(code) = said.as_ref().and_then(|said| number(said, "/error/code")) else {
        return answer::not_taken(answer);
    };
    match code {
        4 | 80_007 | 130_429 => Outcome::RateLimited { retry_after: answer.retry_after },
        // Too many to this one person: the others go on.
        131_056 => {
            let wait = Duration::from_secs(4_u64.pow(attempt.clamp(1, LONGEST_POWER)));
            Outcome::Busy { reason: Reason::RATE_LIMITED, retry_after: Some(wait) }
        }
        2 | 131_000 => Outcome::Failed { reason: Reason::http(answer.status), retry_after: answer.retry_after },
        131_047 => refused(Reason::WINDOW_CLOSED),
        131_048 => Outcome::Stopped { reason: Reason::SPAM, pause: SPAM_PAUSE },
        190 => refused(Reason::TOKEN_REFUSED),
        131_026 => refused(Reason::BLOCKED),
        368 => refused(Reason::SPAM),
        _ if answer.status >= 500 => Outcome::Unknown { reason: Reason::unknown_http(answer.status) },
        _ => refused(Reason::refused_code(code)),
    }
}

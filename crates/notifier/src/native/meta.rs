//! Facebook and Instagram: comments, private replies to comments, and messages. Codes of errors say whether a call may be
//! repeated; what may have arrived is looked up among the answers that stand there.

use super::{Account, Request, json, number, refused, same, taken};
use crate::answer::{self, Answer};
use crate::port::{LookUp, Message, Outcome, Reason, Receipt};
use serde_json::{Value, json as value};
use std::time::Duration;

const PAGE: usize = 100;
/// How long an account waits that has called too often and was told no time.
const TOO_OFTEN: Duration = Duration::from_secs(300);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    Facebook,
    Instagram,
}

pub fn request(account: &Account, message: &Message, sort: Sort) -> Result<Request, Reason> {
    if !message.private {
        if message.in_reply_to.is_empty() {
            return Err(Reason::NO_RECIPIENT);
        }
        let last = if sort == Sort::Facebook { "comments" } else { "replies" };
        return Ok(Request::json(&[&message.in_reply_to, last], value!({ "message": message.text })));
    }
    // The first private word to somebody who wrote in public is a private reply to what he wrote.
    let private_reply = message.answers_public && message.part == 1;
    let recipient = match private_reply {
        true => value!({ "comment_id": message.in_reply_to }),
        false => value!({ "id": message.person()? }),
    };
    let mut body = value!({ "recipient": recipient, "message": { "text": message.text } });
    // Past the first day only a person may still answer, and the call says that one does.
    if message.late && !private_reply {
        body["messaging_type"] = "MESSAGE_TAG".into();
        body["tag"] = "HUMAN_AGENT".into();
    } else if sort == Sort::Facebook && !private_reply {
        body["messaging_type"] = "RESPONSE".into();
    }
    Ok(Request::json(&[&account.id, "messages"], body))
}

pub fn verdict(answer: &Answer) -> Outcome {
    let said = json(answer);
    if (200..=299).contains(&answer.status) {
        let message = said.as_ref().is_some_and(|said| said.get("message_id").is_some());
        return taken(said, if message { "/message_id" } else { "/id" }, None);
    }
    match said.as_ref().and_then(|said| number(said, "/error/code")) {
        Some(code) => by_code(code, said.as_ref().and_then(|said| number(said, "/error/error_subcode")), answer),
        None => answer::not_taken(answer),
    }
}

fn by_code(code: u64, subcode: Option<u64>, answer: &Answer) -> Outcome {
    match (code, subcode) {
        // An error that it does not name: it may be there.
        (1 | 2, _) => Outcome::Unknown { reason: Reason::unknown_http(answer.status) },
        (4 | 17 | 32 | 613 | 80_001..=80_014, _) => {
            Outcome::RateLimited { retry_after: answer.retry_after.or(Some(TOO_OFTEN)) }
        }
        // One private reply to a comment: there is one.
        (10_900, _) => Outcome::Sent(Receipt::default()),
        (10, Some(2_018_278 | 2_534_022)) | (10_903, _) => refused(Reason::WINDOW_CLOSED),
        (190, _) => refused(Reason::TOKEN_REFUSED),
        (368, _) => refused(Reason::SPAM),
        (551, _) => refused(Reason::BLOCKED),
        (10 | 100 | 200..=299, _) => refused(Reason::refused_code(code)),
        _ if answer.status >= 500 => Outcome::Unknown { reason: Reason::unknown_http(answer.status) },
        _ => refused(Reason::refused_code(code)),
    }
}

pub fn look_up(account: &Account, message: &Message, sort: Sort) -> Request {
    let limit = ("limit", PAGE.to_string());
    if message.private {
        let fields = format!("messages.limit({PAGE}){{id,message,created_time,from}}");
        let query = vec![("user_id", message.to.id.clone()), ("fields", fields)];
        return Request::get(&[&account.id, "conversations"], query);
    }
    match sort {
        Sort::Facebook => {
            let order = ("order", "reverse_chronological".to_owned());
            let query = vec![("fields", "id,message,created_time,from".to_owned()), order, limit];
            Request::get(&[&message.in_reply_to, "comments"], query)
        }
        Sort::Instagram => {
            let query = vec![("fields", "id,text,timestamp,from".to_owned()), limit];
            Request::get(&[&message.in_reply_to, "replies"], query)
        }
    }
}

pub fn found(account: &Account, message: &Message, said: &Value) -> LookUp {
    let list = if message.private { said.pointer("/data/0/messages/data") } else { said.pointer("/data") };
    let all = list.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let ours = all.iter().filter(|one| one["from"]["id"] == account.id.as_str());
    let ours = ours.filter_map(|one| {
        let text = one.get("message").or_else(|| one.get("text"))?.as_str()?;
        let at = one.get("created_time").or_else(|| one.get("timestamp")).and_then(Value::as_str).and_then(same::time);
        Some(same::Said { id: one["id"].as_str()?.to_owned(), text: text.to_owned(), at })
    });
    same::find(ours, message, all.len() >= PAGE)
}

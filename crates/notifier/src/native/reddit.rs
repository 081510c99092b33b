//! Reddit: comments. Some errors come with the status 200; what may have arrived is looked up among the account's own comments.

use super::{Account, Request, json, meters, refused, same, taken};
use crate::answer::{self, Answer};
use crate::port::{LookUp, Message, Outcome, Reason};
use jiff::Timestamp;
use serde_json::Value;
use std::time::Duration;

const PAGE: usize = 100;
/// How long an account waits that has commented too often and was told no time.
const TOO_OFTEN: Duration = Duration::from_secs(60);

pub fn request(message: &Message) -> Result<Request, Reason> {
    // A private message is answered where it stands; there is no way from a public one to a private one.
    if message.private && !message.in_reply_to.starts_with("t4_") {
        return Err(Reason::NOT_IN_PRIVATE);
    }
    if message.in_reply_to.is_empty() {
        return Err(Reason::NO_RECIPIENT);
    }
    let fields = vec![
        ("api_type", "json".to_owned()),
        ("thing_id", message.in_reply_to.clone()),
        ("text", message.text.clone()),
    ];
    Ok(Request::form(&["api", "comment"], fields))
}

pub fn verdict(answer: &Answer, now: Timestamp) -> Outcome {
    match answer.status {
        200 => {}
        429 => return Outcome::RateLimited { retry_after: meters::seconds(answer, "x-ratelimit-reset", now) },
        _ => return answer::not_taken(answer),
    }
    let said = json(answer);
    let errors = said.as_ref().and_then(|said| said.pointer("/json/errors")?.as_array());
    let error = errors.and_then(|errors| errors.first()).and_then(|error| error[0].as_str());
    match error {
        None => taken(said, "/json/data/things/0/data/name", None),
        Some("RATELIMIT") => {
            let seconds = said.as_ref().and_then(|said| said.pointer("/json/ratelimit")?.as_f64());
            let wait = seconds.map_or(TOO_OFTEN, |seconds| Duration::from_secs_f64(seconds.clamp(1.0, 86_400.0)));
            Outcome::RateLimited { retry_after: Some(wait) }
        }
        Some("THREAD_LOCKED" | "DELETED_COMMENT" | "DELETED_LINK" | "TOO_OLD") => refused(Reason::POST_GONE),
        Some(_) => refused(Reason::refused(200)),
    }
}

pub fn look_up(account: &Account, message: &Message) -> Request {
    let list = if message.private { "sent" } else { "comments" };
    let segments = if message.private { vec!["message", list] } else { vec!["user", &account.id, list] };
    Request::get(&segments, vec![("limit", PAGE.to_string()), ("raw_json", "1".to_owned())])
}

pub fn found(account: &Account, message: &Message, said: &Value) -> LookUp {
    let all = said.pointer("/data/children").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let ours = all.iter().map(|child| &child["data"]).filter(|one| {
        let author = one["author"].as_str().unwrap_or("");
        author.eq_ignore_ascii_case(&account.id) && one["parent_id"] == message.in_reply_to.as_str()
    });
    let time = |one: &Value| Timestamp::from_second(one["created_utc"].as_f64()? as i64).ok();
    let ours = ours.filter_map(|one| {
        Some(same::Said { id: one["name"].as_str()?.to_owned(), text: one["body"].as_str()?.to_owned(), at: time(one) })
    });
    // Newest first: what is older than the reply cannot be it, so a page that reaches back as far shows all.
    let last = all.last().and_then(|last| time(&last["data"]));
    same::find(ours, message, all.len() >= PAGE && !same::reaches_back(last, message))
}

//! Text messages, by a provider that speaks as Twilio does. What may have arrived is looked up among what was sent to the person.

use super::{Account, Request, json, refused, same, taken};
use crate::answer::{self, Answer};
use crate::port::{LookUp, Message, Outcome, Reason};
use serde_json::Value;

const PAGE: usize = 100;
/// The provider's interface, by its date.
const VERSION: &str = "2010-04-01";
/// Whoever wrote STOP gets nothing more.
const UNSUBSCRIBED: u64 = 21_610;

pub fn request(account: &Account, message: &Message) -> Result<Request, Reason> {
    let fields =
        vec![("From", account.sender.clone()), ("To", message.person()?.to_owned()), ("Body", message.text.clone())];
    Ok(Request::form(&[VERSION, "Accounts", &account.id, "Messages.json"], fields))
}

pub fn verdict(answer: &Answer) -> Outcome {
    let said = json(answer);
    match answer.status {
        200..=299 => taken(said, "/sid", None),
        400 if said.as_ref().and_then(|said| said["code"].as_u64()) == Some(UNSUBSCRIBED) => refused(Reason::BLOCKED),
        _ => answer::not_taken(answer),
    }
}

pub fn look_up(account: &Account, message: &Message) -> Request {
    let since = same::earliest(message).strftime("%Y-%m-%d").to_string();
    let query = vec![
        ("To", message.to.id.clone()),
        ("From", account.sender.clone()),
        ("DateSent>", since),
        ("PageSize", PAGE.to_string()),
    ];
    Request::get(&[VERSION, "Accounts", &account.id, "Messages.json"], query)
}

pub fn found(account: &Account, message: &Message, said: &Value) -> LookUp {
    let all = said["messages"].as_array().map_or(&[][..], Vec::as_slice);
    let ours = all.iter().filter(|one| one["from"] == account.sender.as_str() && one["to"] == message.to.id.as_str());
    let ours = ours.filter_map(|one| {
        let at = one["date_created"].as_str().and_then(same::time);
        Some(same::Said { id: one["sid"].as_str()?.to_owned(), text: one["body"].as_str()?.to_owned(), at })
    });
    same::find(ours, message, all.len() >= PAGE)
}

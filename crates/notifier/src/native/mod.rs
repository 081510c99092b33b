//! Networks in their own languages. Each dialect is pure: what is called for a reply, what the answer means, how a reply
//! is looked up, how much the network takes. The calls themselves are in [`door`].
//!
//! The question behind each line is the same as everywhere in the way out: does the network have it now? An error in a
//! network's own words is a no. A bare error of the server may come from anything between it and us, and is a maybe.

pub mod bluesky;
pub mod door;
mod line;
mod mastodon;
mod meta;
pub mod meters;
mod reddit;
mod same;
mod slack;
mod sms;
mod telegram;
#[cfg(test)]
mod tests;
mod whatsapp;
mod x;

use crate::answer::Answer;
use crate::pace::{Kind, Limit, Scope};
use crate::port::{Abilities, Idempotency, LookUp, Message, Outcome, Reason};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The language that a network speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dialect {
    X,
    Mastodon,
    Telegram,
    Bluesky,
    Whatsapp,
    Facebook,
    Instagram,
    Line,
    Reddit,
    Slack,
    Sms,
}

/// Whose name the brand speaks in on a network; what proves it stands elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Account {
    /// The network's id of it: a user, a page, a phone number, a bot.
    pub id: String,
    /// What stands as the sender where that is something else: the number of text messages.
    pub sender: String,
}

/// How an account proves itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    Bearer,
    /// As part of the first segment of the path, as Telegram wants it.
    InPath,
    /// Account and token as user and password.
    Basic,
    /// A session that is begun with account and token.
    Session,
}

/// One call, without what proves who calls.
#[derive(Clone, PartialEq)]
pub struct Request {
    pub post: bool,
    /// Below the network's base URL; each is escaped.
    pub segments: Vec<String>,
    pub query: Vec<(&'static str, String)>,
    pub headers: Vec<(&'static str, String)>,
    pub body: Body,
}

#[derive(Clone, PartialEq)]
pub enum Body {
    None,
    Json(Value),
    Form(Vec<(&'static str, String)>),
}

/// What an answer to a send means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    Ended(Outcome),
    /// Nothing was posted: the chat has another id now.
    Moved(String),
    /// Nothing was posted: the session is over.
    Expired,
}

impl Request {
    fn new(post: bool, segments: &[&str], body: Body) -> Self {
        let segments = segments.iter().map(|segment| (*segment).to_owned()).collect();
        Request { post, segments, query: Vec::new(), headers: Vec::new(), body }
    }

    fn json(segments: &[&str], body: Value) -> Self {
        Request::new(true, segments, Body::Json(body))
    }

    fn form(segments: &[&str], fields: Vec<(&'static str, String)>) -> Self {
        Request::new(true, segments, Body::Form(fields))
    }

    fn get(segments: &[&str], query: Vec<(&'static str, String)>) -> Self {
        Request { query, ..Request::new(false, segments, Body::None) }
    }

    fn header(mut self, name: &'static str, value: String) -> Self {
        self.headers.push((name, value));
        self
    }
}

impl Dialect {
    pub const ALL: [Dialect; 11] = [
        Dialect::X,
        Dialect::Mastodon,
        Dialect::Telegram,
        Dialect::Bluesky,
        Dialect::Whatsapp,
        Dialect::Facebook,
        Dialect::Instagram,
        Dialect::Line,
        Dialect::Reddit,
        Dialect::Slack,
        Dialect::Sms,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Dialect::X => "x",
            Dialect::Mastodon => "mastodon",
            Dialect::Telegram => "telegram",
            Dialect::Bluesky => "bluesky",
            Dialect::Whatsapp => "whatsapp",
            Dialect::Facebook => "facebook",
            Dialect::Instagram => "instagram",
            Dialect::Line => "line",
            Dialect::Reddit => "reddit",
            Dialect::Slack => "slack",
            Dialect::Sms => "sms",
        }
    }

    /// Where the network is; none where each has its own server.
    pub fn base(self) -> Option<&'static str> {
        match self {
            Dialect::X => Some("https://api.x.com"),
            Dialect::Mastodon => None,
            Dialect::Telegram => Some("https://api.telegram.org"),
            Dialect::Bluesky => Some("https://bsky.social"),
            Dialect::Whatsapp | Dialect::Facebook => Some("https://graph.facebook.com/v23.0"),
            Dialect::Instagram => Some("https://graph.instagram.com/v23.0"),
            Dialect::Line => Some("https://api.line.me"),
            Dialect::Reddit => Some("https://oauth.reddit.com"),
            Dialect::Slack => Some("https://slack.com"),
            Dialect::Sms => Some("https://api.twilio.com"),
        }
    }

    pub fn proof(self) -> Proof {
        match self {
            Dialect::Telegram => Proof::InPath,
            Dialect::Sms => Proof::Basic,
            Dialect::Bluesky => Proof::Session,
            _ => Proof::Bearer,
        }
    }

    /// Whether it cannot be spoken to without knowing the account's own id.
    pub fn needs_account(self) -> bool {
        !matches!(self, Dialect::Mastodon | Dialect::Telegram | Dialect::Line)
    }

    pub fn needs_sender(self) -> bool {
        self == Dialect::Sms
    }

    /// What the network offers to those who must not send anything twice.
    pub fn abilities(self) -> Abilities {
        let key = |hours| Idempotency::Key { valid_for: SignedDuration::from_hours(hours) };
        let (idempotency, lookup) = match self {
            Dialect::Mastodon => (key(1), false),
            Dialect::Line => (key(24), false),
            // The record's own key is chosen before the first try, and nothing can be written over it.
            Dialect::Bluesky => (key(24 * 365), true),
            Dialect::Telegram | Dialect::Whatsapp => (Idempotency::None, false),
            Dialect::X | Dialect::Facebook | Dialect::Instagram | Dialect::Reddit | Dialect::Slack | Dialect::Sms => {
                (Idempotency::None, true)
            }
        };
        Abilities { idempotency, lookup, lookup_is_certain: lookup, text_max_characters: 40_000 }
    }

    /// How much the network takes, unless the settings say otherwise.
    pub fn limits(self) -> Vec<Limit> {
        use Kind::{Any, Private, Public};
        use Scope::{Account, Chat, Group};
        let of = |scope, kind, points, seconds| Limit { scope, kind, points, per: SignedDuration::from_secs(seconds) };
        match self {
            Dialect::X => vec![
                of(Account, Public, 100, 900),
                of(Account, Public, 10_000, 86_400),
                of(Account, Private, 15, 900),
                of(Account, Private, 1_440, 86_400),
            ],
            Dialect::Mastodon => vec![of(Account, Any, 300, 300)],
            // One in six seconds to one person, with bursts to 45.
            Dialect::Whatsapp => vec![of(Account, Any, 80, 1), of(Chat, Any, 45, 270)],
            Dialect::Telegram => vec![of(Account, Any, 30, 1), of(Chat, Any, 1, 1), of(Group, Any, 20, 60)],
            Dialect::Bluesky => vec![of(Account, Any, 5_000, 3_600), of(Account, Any, 35_000, 86_400)],
            Dialect::Reddit => vec![of(Account, Any, 1_000, 600)],
            Dialect::Slack => vec![of(Chat, Any, 1, 1)],
            // They say how much is left, or answer 429.
            Dialect::Facebook | Dialect::Instagram | Dialect::Line | Dialect::Sms => Vec::new(),
        }
    }

    /// What one reply uses up of a limit.
    pub fn cost(self) -> u32 {
        if self == Dialect::Bluesky { 3 } else { 1 }
    }

    /// The chat that a reply goes to, as far as the network counts by chats, and whether it is one of several people.
    pub fn chat(self, message: &Message) -> (String, bool) {
        match self {
            Dialect::Telegram => {
                let (chat, _) = telegram::place(message);
                let group = chat.starts_with('-');
                (chat, group)
            }
            Dialect::Slack => (slack::place(message).0, false),
            _ => (message.to.id.clone(), false),
        }
    }

    /// Whether a brand can say something there that answers nobody.
    pub fn has_own_posts(self) -> bool {
        matches!(self, Dialect::X | Dialect::Mastodon | Dialect::Bluesky)
    }

    /// The call that sends a reply; an error says why it cannot be sent at all.
    pub fn request(self, account: &Account, message: &Message) -> Result<Request, Reason> {
        if message.answers_nobody() && !self.has_own_posts() {
            return Err(Reason::NO_OWN_POSTS);
        }
        match self {
            Dialect::X => x::request(message),
            Dialect::Mastodon => mastodon::request(message),
            Dialect::Telegram => telegram::request(message),
            // Its calls build on one another: they are made in `door`.
            Dialect::Bluesky => Err(Reason::REQUEST_INVALID),
            Dialect::Whatsapp => whatsapp::request(account, message),
            Dialect::Facebook => meta::request(account, message, meta::Sort::Facebook),
            Dialect::Instagram => meta::request(account, message, meta::Sort::Instagram),
            Dialect::Line => line::request(message),
            Dialect::Reddit => reddit::request(message),
            Dialect::Slack => slack::request(message),
            Dialect::Sms => sms::request(account, message),
        }
    }

    /// What the network's answer to a send means. `attempt` is which try it was, from 1.
    pub fn verdict(self, answer: &Answer, attempt: u32, now: Timestamp) -> Said {
        let ended = match self {
            Dialect::X => x::verdict(answer, now),
            Dialect::Mastodon => mastodon::verdict(answer, now),
            Dialect::Telegram => return telegram::verdict(answer),
            Dialect::Bluesky => return bluesky::verdict(answer, now),
            Dialect::Whatsapp => whatsapp::verdict(answer, attempt),
            Dialect::Facebook | Dialect::Instagram => meta::verdict(answer),
            Dialect::Line => line::verdict(answer),
            Dialect::Reddit => reddit::verdict(answer, now),
            Dialect::Slack => slack::verdict(answer),
            Dialect::Sms => sms::verdict(answer),
        };
        Said::Ended(ended)
    }

    /// The call that shows what the account has said lately where the reply would stand; none where there is no such call.
    pub fn look_up(self, account: &Account, message: &Message) -> Option<Request> {
        match self {
            Dialect::X => Some(x::look_up(account, message)),
            Dialect::Facebook => Some(meta::look_up(account, message, meta::Sort::Facebook)),
            Dialect::Instagram => Some(meta::look_up(account, message, meta::Sort::Instagram)),
            Dialect::Reddit => Some(reddit::look_up(account, message)),
            Dialect::Slack => Some(slack::look_up(message)),
            Dialect::Sms => Some(sms::look_up(account, message)),
            Dialect::Mastodon | Dialect::Telegram | Dialect::Bluesky | Dialect::Whatsapp | Dialect::Line => None,
        }
    }

    /// Whether the answer to that call shows the reply.
    pub fn found(self, account: &Account, message: &Message, answer: &Answer) -> LookUp {
        if answer.status != 200 {
            return LookUp::Failed(Reason::http(answer.status));
        }
        let Some(said) = json(answer) else { return LookUp::Failed(Reason::ANSWER_UNREADABLE) };
        match self {
            Dialect::X => x::found(account, message, &said),
            Dialect::Facebook | Dialect::Instagram => meta::found(account, message, &said),
            Dialect::Reddit => reddit::found(account, message, &said),
            Dialect::Slack => slack::found(account, message, &said),
            Dialect::Sms => sms::found(account, message, &said),
            Dialect::Mastodon | Dialect::Telegram | Dialect::Bluesky | Dialect::Whatsapp | Dialect::Line => {
                LookUp::Impossible
            }
        }
    }
}

/// The body of an answer, if it is JSON.
pub fn json(answer: &Answer) -> Option<Value> {
    serde_json::from_slice(answer.body.as_deref()?).ok()
}

/// A text at a place of an answer; numbers count, since some networks print their ids as such.
fn text(said: &Value, pointer: &str) -> Option<String> {
    match said.pointer(pointer)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn number(said: &Value, pointer: &str) -> Option<u64> {
    said.pointer(pointer).and_then(Value::as_u64)
}

/// A reply that was taken under the id at this place; without one it cannot be told what was taken.
fn taken(said: Option<Value>, pointer: &str, posted_at: Option<Timestamp>) -> Outcome {
    match said.as_ref().and_then(|said| text(said, pointer)) {
        Some(id) => Outcome::Sent(crate::port::Receipt::new(&id, posted_at)),
        None => Outcome::Unknown { reason: Reason::ANSWER_UNREADABLE },
    }
}

fn refused(reason: Reason) -> Outcome {
    Outcome::Refused { reason, is_final: true }
}

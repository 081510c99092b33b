//! The port to a network: what a network can do, what a send may end in, and the words for it.
//!
//! What matters most about an outcome is whether the network may have the reply. Every reason says so by itself: one
//! that begins with `unknown_` leaves it open, every other one means that the network does not have it.

use crate::native::door::{Native, Sending};
use crate::webhook::Webhook;
use conversation::{BrandId, ConversationId, Network, ReplyId};
use jiff::{SignedDuration, Timestamp};
use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

/// What a reason begins with when the network may have the reply.
const MAYBE: &str = "unknown_";
/// The longest id of a reply that is kept; a longer one is no id.
const NATIVE_ID_MAX_BYTES: usize = 256;

/// A network, by the way in which it is spoken to.
#[derive(Debug)]
pub enum Adapter {
    /// Standard Webhooks to a URL.
    StandardWebhooks(Webhook),
    /// In the network's own language.
    Native(Box<Native>),
}

/// What a network offers to those who must not send anything twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Abilities {
    pub idempotency: Idempotency,
    /// A reply can be looked up by its key.
    pub lookup: bool,
    /// A look-up that finds nothing, a while after the try, proves that nothing is there.
    pub lookup_is_certain: bool,
    /// The longest text, in Unicode characters.
    pub text_max_characters: usize,
}

/// Whether a second send of the same reply is known as such.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Idempotency {
    None,
    /// By its key, for so long after the first try.
    Key {
        valid_for: SignedDuration,
    },
}

/// A reply as it goes out.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    pub reply: ReplyId,
    pub brand: BrandId,
    pub network: Network,
    pub conversation: ConversationId,
    /// The network's id of the post it answers.
    pub in_reply_to: String,
    /// The same of the first post of its thread; empty when it is that itself.
    pub root: String,
    /// Whoever wrote the post that it answers.
    pub to: Person,
    /// What it answers was said in public.
    pub answers_public: bool,
    pub private: bool,
    pub text: String,
    /// What the network calls the customer's language; empty when it names none.
    pub language: String,
    /// Which part of the answer it is, from 1, and of how many.
    pub part: u32,
    pub parts: u32,
    /// Which try this is, from 1.
    pub attempt: u32,
    pub submitted_at: Timestamp,
    /// The network's window is closed to all but people.
    pub late: bool,
    /// When the first try began after which the network may have it: what is older cannot be it.
    pub tried_at: Timestamp,
    /// What the conversation's other replies are called by the network: none of them is this one.
    pub known: Vec<String>,
}

/// A customer as the network knows him.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Person {
    pub id: String,
    pub handle: String,
}

/// What a send ended in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The network has it.
    Sent(Receipt),
    /// The network does not want it; `is_final` says that it never will.
    Refused { reason: Reason, is_final: bool },
    /// Too much from this account.
    RateLimited { retry_after: Option<Duration> },
    /// It does not take this one now, and works for others.
    Busy { reason: Reason, retry_after: Option<Duration> },
    /// It takes nothing more from this account: the reply is refused, and all others wait.
    Stopped { reason: Reason, pause: Duration },
    /// It did not arrive: the network could not be reached, or says that it has no time.
    Failed { reason: Reason, retry_after: Option<Duration> },
    /// It may have arrived.
    Unknown { reason: Reason },
}

/// What the network says of a reply that it has.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Receipt {
    /// The network's own id of it; empty when it gives none.
    pub native_id: String,
    pub posted_at: Option<Timestamp>,
}

/// What looking a reply up ended in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LookUp {
    Found(Receipt),
    Missing,
    /// This network cannot be asked.
    Impossible,
    /// It can be, but not now.
    Failed(Reason),
}

/// Why a reply was not sent, as a code; never the network's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason(Cow<'static, str>);

impl Reason {
    pub const RATE_LIMITED: Reason = Reason::of("rate_limited");
    pub const CONNECT_FAILED: Reason = Reason::of("connect_failed");
    pub const CONNECT_TIMEOUT: Reason = Reason::of("connect_timeout");
    pub const NAME_NOT_RESOLVED: Reason = Reason::of("name_not_resolved");
    /// The address is one that must not be spoken to.
    pub const ADDRESS_REFUSED: Reason = Reason::of("address_refused");
    pub const REQUEST_INVALID: Reason = Reason::of("request_invalid");
    /// No URL is set for the network.
    pub const NO_TARGET: Reason = Reason::of("no_target");
    pub const TEXT_TOO_LONG: Reason = Reason::of("text_too_long");
    /// The try was written down but not made.
    pub const NOT_BEGUN: Reason = Reason::of("not_begun");
    /// Looked up, and certainly not there, after the last try.
    pub const NOT_ARRIVED: Reason = Reason::of("not_arrived");
    pub const TIMEOUT: Reason = Reason::of("unknown_timeout");
    pub const CONNECTION_LOST: Reason = Reason::of("unknown_connection_lost");
    /// Taken, by its status, but what the network said of it cannot be read.
    pub const ANSWER_UNREADABLE: Reason = Reason::of("unknown_answer");
    /// The notifier ended, or another one is silent, between a try and its result.
    pub const NO_RESULT: Reason = Reason::of("unknown_no_result");
    /// The network does not know the key any more, so it would not know a repetition either.
    pub const KEY_EXPIRED: Reason = Reason::of("unknown_key_expired");

    /// Nothing says in whose name the brand speaks on the network.
    pub const NO_ACCOUNT: Reason = Reason::of("no_account");
    /// The network does not say to whom it would go.
    pub const NO_RECIPIENT: Reason = Reason::of("no_recipient");
    /// On this network a brand answers people, and says nothing of its own.
    pub const NO_OWN_POSTS: Reason = Reason::of("no_own_posts");
    /// The network has no way to say this in private.
    pub const NOT_IN_PRIVATE: Reason = Reason::of("not_in_private");
    /// The time in which the customer may be written to freely is over.
    pub const WINDOW_CLOSED: Reason = Reason::of("refused_window_closed");
    /// The network does not take the account's token.
    pub const TOKEN_REFUSED: Reason = Reason::of("refused_token");
    /// The customer does not want or cannot get messages of this account.
    pub const BLOCKED: Reason = Reason::of("refused_blocked");
    /// The network takes it for spam.
    pub const SPAM: Reason = Reason::of("refused_spam");
    /// The post that it answers is not there any more.
    pub const POST_GONE: Reason = Reason::of("refused_post_gone");
    pub const SESSION_UNREADABLE: Reason = Reason::of("session_unreadable");
    pub const SESSION_OVER: Reason = Reason::of("session_over");
    /// The network has more to show than it showed.
    pub const LOOK_UP_INCOMPLETE: Reason = Reason::of("look_up_incomplete");

    /// A record since its submission is of a newer version than this one.
    pub const UNREADABLE: Reason = Reason::of("unknown_unreadable_record");

    const fn of(code: &'static str) -> Self {
        Reason(Cow::Borrowed(code))
    }

    /// A code that was written down before.
    pub fn again(code: &str) -> Self {
        Reason(code.to_owned().into())
    }

    /// The network refuses it with this HTTP status.
    pub fn refused(status: u16) -> Self {
        Reason(format!("refused_{status}").into())
    }

    /// The network refuses it with this code of its own.
    pub fn refused_code(code: u64) -> Self {
        Reason(format!("refused_code_{code}").into())
    }

    /// The network answers this HTTP status, and does not have it.
    pub fn http(status: u16) -> Self {
        Reason(format!("http_{status}").into())
    }

    /// The network answers this HTTP status, and may have it.
    pub fn unknown_http(status: u16) -> Self {
        Reason(format!("{MAYBE}http_{status}").into())
    }

    pub fn code(&self) -> &str {
        &self.0
    }
}

/// Whether the network may have a reply whose try ended with this code.
pub fn may_have_arrived(code: &str) -> bool {
    code.starts_with(MAYBE)
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Receipt {
    /// A receipt with an id that can be kept; one that is too long or holds control characters is none.
    pub fn new(native_id: &str, posted_at: Option<Timestamp>) -> Self {
        let sound = native_id.len() <= NATIVE_ID_MAX_BYTES && !native_id.chars().any(char::is_control);
        Receipt { native_id: if sound { native_id.to_owned() } else { String::new() }, posted_at }
    }
}

impl Outcome {
    /// The word for metrics and spans.
    pub fn name(&self) -> &'static str {
        match self {
            Outcome::Sent(_) => "sent",
            Outcome::Refused { .. } => "refused",
            Outcome::RateLimited { .. } => "rate_limited",
            Outcome::Busy { .. } => "busy",
            Outcome::Stopped { .. } => "stopped",
            Outcome::Failed { .. } => "failed",
            Outcome::Unknown { .. } => "unknown",
        }
    }

    /// Why it was not sent, or not surely.
    pub fn reason(&self) -> Option<Reason> {
        match self {
            Outcome::Sent(_) => None,
            Outcome::RateLimited { .. } => Some(Reason::RATE_LIMITED),
            Outcome::Refused { reason, .. }
            | Outcome::Busy { reason, .. }
            | Outcome::Stopped { reason, .. }
            | Outcome::Failed { reason, .. }
            | Outcome::Unknown { reason } => Some(reason.clone()),
        }
    }

    /// Whether the network answered as one does that works. A network that refuses a reply works.
    pub fn shows_health(&self) -> bool {
        !matches!(self, Outcome::Failed { .. } | Outcome::Unknown { .. })
    }
}

impl LookUp {
    pub fn name(&self) -> &'static str {
        match self {
            LookUp::Found(_) => "found",
            LookUp::Missing => "missing",
            LookUp::Impossible => "impossible",
            LookUp::Failed(_) => "failed",
        }
    }
}

impl Message {
    /// What the network knows a repetition by: the same for every try.
    pub fn key(&self) -> String {
        self.reply.to_string()
    }

    /// The network's id of whoever it goes to.
    pub fn person(&self) -> Result<&str, Reason> {
        if self.to.id.is_empty() { Err(Reason::NO_RECIPIENT) } else { Ok(&self.to.id) }
    }

    /// Whether it is a word of the brand's own, under no post and to no person.
    pub fn answers_nobody(&self) -> bool {
        self.in_reply_to.is_empty() && self.to.id.is_empty()
    }

    /// The same to a chat that has got another id.
    pub fn to_chat(&self, chat: String) -> Message {
        let to = Person { id: chat, ..self.to.clone() };
        Message { to, in_reply_to: String::new(), ..self.clone() }
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Message({}, {} characters)", self.reply, self.text.chars().count())
    }
}

impl Adapter {
    pub fn abilities(&self) -> Abilities {
        match self {
            Adapter::StandardWebhooks(webhook) => webhook.abilities(),
            Adapter::Native(native) => native.abilities(),
        }
    }

    /// Sends a reply, once.
    pub async fn send(&self, message: &Message) -> Sending {
        match self {
            Adapter::StandardWebhooks(webhook) => webhook.send(message).await.into(),
            Adapter::Native(native) => native.send(message).await,
        }
    }

    /// Asks whether the network has a reply.
    pub async fn look_up(&self, message: &Message) -> LookUp {
        match self {
            Adapter::StandardWebhooks(webhook) => webhook.look_up(&message.key()).await,
            Adapter::Native(native) => native.look_up(message).await,
        }
    }

    /// The chat that a reply goes to as its network counts, whether it is one of several people, and what it uses up.
    pub fn counted(&self, message: &Message) -> (String, bool, u32) {
        match self {
            Adapter::StandardWebhooks(_) => (message.conversation.to_string(), false, 1),
            Adapter::Native(native) => {
                let (chat, group) = native.dialect().chat(message);
                (chat, group, native.dialect().cost())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_says_by_itself_whether_the_reply_may_be_there() {
        for reason in [Reason::TIMEOUT, Reason::CONNECTION_LOST, Reason::ANSWER_UNREADABLE, Reason::unknown_http(500)] {
            assert!(may_have_arrived(reason.code()), "{reason}");
        }
        for reason in [Reason::RATE_LIMITED, Reason::CONNECT_FAILED, Reason::http(503), Reason::refused(400)] {
            assert!(!may_have_arrived(reason.code()), "{reason}");
        }
    }

    #[test]
    fn an_id_that_cannot_be_one_is_none() {
        assert_eq!(Receipt::new("sb-1", None).native_id, "sb-1");
        assert_eq!(Receipt::new(&"x".repeat(257), None).native_id, "");
        assert_eq!(Receipt::new("a\nb", None).native_id, "");
    }

    #[test]
    fn debug_never_shows_what_is_said() {
        let brand = BrandId::new("b").unwrap();
        let network = Network::new("x").unwrap();
        let customer = conversation::CustomerId::of(&brand, &network, "1");
        let conversation = ConversationId::of(&customer, 0);
        let message = Message {
            reply: ReplyId::of(&conversation, &conversation::RecordId::caused("t", b"1")),
            brand,
            network,
            conversation,
            in_reply_to: "p1".into(),
            root: String::new(),
            to: Person { id: "1".into(), handle: "maija".into() },
            answers_public: false,
            private: true,
            text: "your card 4000".into(),
            language: String::new(),
            part: 1,
            parts: 1,
            attempt: 1,
            submitted_at: Timestamp::UNIX_EPOCH,
            late: false,
            tried_at: Timestamp::UNIX_EPOCH,
            known: Vec::new(),
        };
        assert!(!format!("{message:?}").contains("4000"));
    }
}

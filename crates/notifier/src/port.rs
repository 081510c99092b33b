//! The port to a network: what a network can do, what a send may end in, and the words for it.
//!
//! What matters most about an outcome is whether the network may have the reply. Every reason says so by itself: one
//! that begins with `unknown_` leaves it open, every other one means that the network does not have it.

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
    pub private: bool,
    pub text: String,
    pub submitted_at: Timestamp,
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
            Outcome::Failed { .. } => "failed",
            Outcome::Unknown { .. } => "unknown",
        }
    }

    /// Why it was not sent, or not surely.
    pub fn reason(&self) -> Option<Reason> {
        match self {
            Outcome::Sent(_) => None,
            Outcome::RateLimited { .. } => Some(Reason::RATE_LIMITED),
            Outcome::Refused { reason, .. } | Outcome::Failed { reason, .. } | Outcome::Unknown { reason } => {
                Some(reason.clone())
            }
        }
    }

    /// Whether the network answered as one does that works. A network that refuses a reply works.
    pub fn shows_health(&self) -> bool {
        matches!(self, Outcome::Sent(_) | Outcome::Refused { .. } | Outcome::RateLimited { .. })
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
        }
    }

    /// Sends a reply, once.
    pub async fn send(&self, message: &Message) -> Outcome {
        match self {
            Adapter::StandardWebhooks(webhook) => webhook.send(message).await,
        }
    }

    /// Asks whether the network has a reply.
    pub async fn look_up(&self, key: &str) -> LookUp {
        match self {
            Adapter::StandardWebhooks(webhook) => webhook.look_up(key).await,
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
            private: true,
            text: "your card 4000".into(),
            submitted_at: Timestamp::UNIX_EPOCH,
        };
        assert!(!format!("{message:?}").contains("4000"));
    }
}

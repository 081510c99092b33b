//! What is decided about a need: the cause that names the record, and the command that the state then answers. Pure, so that the
//! service and a scenario in virtual time decide alike; the service only adds the writing and the trying again.

use crate::needs::Need;
use crate::route::route;
use crate::view::View;
use brand::Brand;
use conversation::state::Post;
use conversation::{Command, Conversation, ConversationId, PostKey, RecordId};
use jiff::Timestamp;
use std::sync::Arc;

/// What a decision depends on beside the conversation itself, as it stood when the need was found.
#[derive(Debug, Clone)]
pub struct Around {
    pub brand: Arc<Brand>,
}

impl Around {
    /// What stands around a conversation; none when the view does not have it.
    pub fn of(view: &View, conversation: ConversationId) -> Option<Around> {
        let entry = view.conversations.get(&conversation)?;
        let brand = view.brands.get(&entry.brand).map(|known| Arc::clone(&known.brand));
        Some(Around { brand: brand.unwrap_or_else(|| Arc::new(Brand::builtin(entry.brand.as_str()))) })
    }
}

/// What the record of a decision says about its origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// Names the record: the same cause is written once, however often it comes.
    pub cause: Vec<u8>,
    /// When it happened; now when none.
    pub occurred_at: Option<Timestamp>,
    pub caused_by: Option<RecordId>,
}

/// The origin of what is decided about a need.
pub fn origin(state: &Conversation, conversation: ConversationId, need: &Need) -> Origin {
    let plain = |parts: &[&[u8]]| Origin { cause: parts.concat(), occurred_at: None, caused_by: None };
    match need {
        Need::Route(post) => of_route(state, post),
        Need::PassDeadline { kind, due_at } => {
            plain(&[b"deadline", kind.as_str().as_bytes(), &due_at.as_nanosecond().to_be_bytes()])
        }
        Need::WarnOfDeadline { kind, due_at } => {
            plain(&[b"warning", kind.as_str().as_bytes(), &due_at.as_nanosecond().to_be_bytes()])
        }
        Need::CallbackComesDue(callback) => plain(&[b"callback-due", callback.as_uuid().as_bytes()]),
        Need::MissCallback(callback) => plain(&[b"callback-missed", callback.as_uuid().as_bytes()]),
        Need::Absorb(source) => plain(&[b"merge", source.as_uuid().as_bytes(), conversation.as_uuid().as_bytes()]),
        Need::HandOver(target) => plain(&[b"merge", conversation.as_uuid().as_bytes(), target.as_uuid().as_bytes()]),
    }
}

fn of_route(state: &Conversation, post: &PostKey) -> Origin {
    let known = state.post(post);
    let occurred_at = known.filter(|post| post.backfill).map(Post::clock);
    // Asked again after a correction, it is a decision of its own.
    let caused_by = known.and_then(|post| post.reconsider);
    let post = post.as_uuid();
    let cause = match caused_by {
        None => [b"route".as_slice(), post.as_bytes()].concat(),
        Some(correction) => [b"reroute".as_slice(), post.as_bytes(), correction.as_uuid().as_bytes()].concat(),
    };
    Origin { cause, occurred_at, caused_by }
}

/// Whether the words of the post, which the state has let go, are needed for the decision.
pub fn wants_words(state: &Conversation, need: &Need) -> Option<PostKey> {
    match need {
        Need::Route(post) => state.post(post).filter(|post| post.reconsider.is_some()).map(|post| post.key),
        _ => None,
    }
}

/// The command that answers a need of a conversation in this state; none when the state does not call for it any more, and for
/// merges, which are two decisions.
pub fn command(
    around: &Around,
    state: &Conversation,
    need: &Need,
    words: Option<&str>,
    now: Timestamp,
) -> Option<Command> {
    match need {
        Need::Route(post) => route(&around.brand, state, post, words, now).map(Command::RoutePost),
        Need::PassDeadline { kind, due_at } => Some(Command::PassDeadline { kind: *kind, due_at: *due_at }),
        Need::WarnOfDeadline { kind, due_at } => Some(Command::WarnOfDeadline { kind: *kind, due_at: *due_at }),
        Need::CallbackComesDue(callback) => Some(Command::CallbackComesDue(*callback)),
        Need::MissCallback(callback) => Some(Command::MissCallback(*callback)),
        Need::Absorb(_) | Need::HandOver(_) => None,
    }
}

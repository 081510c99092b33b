//! What a conversation's state calls for, and when it has to be looked at again. Both follow from the state alone, whatever
//! brought it there, so a crash at any moment is made good by the next look.

use crate::view::{Entry, View};
use conversation::callback::CallbackStatus;
use conversation::deadlines::DeadlineKind;
use conversation::state::Deadline;
use conversation::{CallbackId, Conversation, ConversationId, PostKey};
use jiff::Timestamp;

/// Something that a conversation's state calls for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Need {
    Route(PostKey),
    /// Another conversation proves to be the same matter: this one takes it over.
    Absorb(ConversationId),
    /// It goes on in another one, which does not know it yet.
    HandOver(ConversationId),
    WarnOfDeadline {
        kind: DeadlineKind,
        due_at: Timestamp,
    },
    PassDeadline {
        kind: DeadlineKind,
        due_at: Timestamp,
    },
    CallbackComesDue(CallbackId),
    MissCallback(CallbackId),
}

impl Need {
    /// What is done about it, for traces.
    pub fn name(&self) -> &'static str {
        match self {
            Need::Route(_) => "route post",
            Need::Absorb(_) | Need::HandOver(_) => "merge conversations",
            Need::WarnOfDeadline { .. } => "warn of deadline",
            Need::PassDeadline { .. } => "pass deadline",
            Need::CallbackComesDue(_) => "callback comes due",
            Need::MissCallback(_) => "miss callback",
        }
    }
}

/// What a conversation calls for at this instant.
pub fn needs(view: &View, conversation: ConversationId, now: Timestamp) -> Vec<Need> {
    let mut needs = Vec::new();
    let Some(entry) = view.conversations.get(&conversation) else { return needs };
    let state = &entry.state;
    if let Some(target) = state.merged_into {
        let taken = view.conversations.get(&target).is_some_and(|into| into.state.absorbed.contains(&conversation));
        // A crash between the two halves of a merge: the one that goes on does not know it yet.
        if !taken && view.conversations.contains_key(&target) {
            needs.push(Need::HandOver(target));
        }
        return needs;
    }
    needs.extend(state.unrouted().map(|post| Need::Route(post.key)));
    needs.extend(state.to_absorb.iter().filter(|source| **source != conversation).map(|source| Need::Absorb(*source)));
    needs.extend(clocks(state).filter_map(|deadline| of_clock(deadline, now)));
    for callback in &state.callbacks {
        match callback.status {
            CallbackStatus::Booked if callback.due_at <= now => needs.push(Need::CallbackComesDue(callback.id)),
            CallbackStatus::Due if callback.missed_at() <= now => needs.push(Need::MissCallback(callback.id)),
            CallbackStatus::Booked | CallbackStatus::Due | CallbackStatus::Done | CallbackStatus::Missed => {}
        }
    }
    needs
}

/// The clocks that run.
fn clocks(state: &Conversation) -> impl Iterator<Item = &Deadline> {
    let runs = |deadline: &&Deadline| !deadline.breached && deadline.paused_at.is_none();
    [&state.deadline, &state.resolution].into_iter().flatten().filter(runs)
}

fn of_clock(deadline: &Deadline, now: Timestamp) -> Option<Need> {
    let (kind, due_at) = (deadline.kind, deadline.due_at);
    if due_at <= now {
        return Some(Need::PassDeadline { kind, due_at });
    }
    deadline.warn_at.filter(|at| *at <= now).map(|_| Need::WarnOfDeadline { kind, due_at })
}

/// When a conversation has to be looked at again if nothing happens to it before; none when time alone changes nothing.
pub fn look_at(entry: &Entry) -> Option<Timestamp> {
    let state = &entry.state;
    if state.merged_into.is_some() {
        return None;
    }
    let of_clocks = clocks(state).flat_map(|deadline| deadline.warn_at.into_iter().chain([deadline.due_at]));
    let of_callbacks = state.callbacks.iter().filter_map(|callback| match callback.status {
        CallbackStatus::Booked => Some(callback.due_at),
        CallbackStatus::Due => Some(callback.missed_at()),
        CallbackStatus::Done | CallbackStatus::Missed => None,
    });
    of_clocks.chain(of_callbacks).min()
}

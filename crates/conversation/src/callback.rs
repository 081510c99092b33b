//! A call that the customer was promised. It is booked for an instant, comes due, and is then done or missed: never
//! forgotten.

use crate::fact::Fact;
use crate::ids::{CallbackId, ConversationId, PersonId, RecordId};
use crate::state::{Callback, Conversation};
use crate::{Decision, Rejection};
use jiff::Timestamp;

/// The customer is to be called.
#[derive(Debug, Clone, PartialEq)]
pub struct CallbackBooked {
    pub callback: CallbackId,
    pub due_at: Timestamp,
    /// The customer's, as an IANA name; empty when unknown.
    pub timezone: String,
    /// Who calls; none for whoever of the team is there.
    pub person: Option<PersonId>,
    pub by: PersonId,
}

/// The time has come, and whoever calls is told.
#[derive(Debug, Clone, PartialEq)]
pub struct CallbackDue {
    pub callback: CallbackId,
    pub due_at: Timestamp,
    /// Who is told; none for the whole team.
    pub person: Option<PersonId>,
    pub noticed_at: Timestamp,
}

/// The customer was called.
#[derive(Debug, Clone, PartialEq)]
pub struct CallbackDone {
    pub callback: CallbackId,
    pub person: PersonId,
}

/// Nobody called in time.
#[derive(Debug, Clone, PartialEq)]
pub struct CallbackMissed {
    pub callback: CallbackId,
    pub due_at: Timestamp,
    pub noticed_at: Timestamp,
}

/// How far a callback is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum CallbackStatus {
    Booked,
    Due,
    Done,
    Missed,
}

/// How long after its time a callback that nobody did counts as missed, in seconds.
pub const GRACE_SECONDS: i64 = 15 * 60;

/// What a person asks for.
#[derive(Debug, Clone, PartialEq)]
pub struct BookCallback {
    pub by: PersonId,
    pub due_at: Timestamp,
    pub timezone: String,
    pub person: Option<PersonId>,
}

pub(crate) fn book(
    state: &Conversation,
    conversation: &ConversationId,
    request: &RecordId,
    ask: &BookCallback,
    now: Timestamp,
) -> Decision {
    state.must_be_open()?;
    if ask.due_at <= now {
        return Err(Rejection::CallbackInThePast);
    }
    let callback = CallbackId::of(conversation, request);
    let BookCallback { by, due_at, timezone, person } = ask.clone();
    Ok(vec![Fact::from(CallbackBooked { callback, due_at, timezone, person, by })])
}

pub(crate) fn come_due(state: &Conversation, callback: &CallbackId, now: Timestamp) -> Decision {
    let known = find(state, callback)?;
    // A promise to call outlives a merge: it comes due where it was booked.
    if known.status != CallbackStatus::Booked {
        return Ok(Vec::new());
    }
    if now < known.due_at {
        return Err(Rejection::NotDue { due_at: known.due_at });
    }
    let (due_at, person) = (known.due_at, known.person.clone());
    Ok(vec![Fact::from(CallbackDue { callback: *callback, due_at, person, noticed_at: now })])
}

pub(crate) fn done(state: &Conversation, callback: &CallbackId, person: &PersonId) -> Decision {
    match find(state, callback)?.status {
        CallbackStatus::Done => Ok(Vec::new()),
        // Late is better than never, and the record shows that it was late.
        CallbackStatus::Booked | CallbackStatus::Due | CallbackStatus::Missed => {
            Ok(vec![Fact::from(CallbackDone { callback: *callback, person: person.clone() })])
        }
    }
}

pub(crate) fn miss(state: &Conversation, callback: &CallbackId, now: Timestamp) -> Decision {
    let known = find(state, callback)?;
    if known.status != CallbackStatus::Due {
        return Ok(Vec::new());
    }
    if now < known.missed_at() {
        return Err(Rejection::NotDue { due_at: known.missed_at() });
    }
    Ok(vec![Fact::from(CallbackMissed { callback: *callback, due_at: known.due_at, noticed_at: now })])
}

fn find<'s>(state: &'s Conversation, callback: &CallbackId) -> Result<&'s Callback, Rejection> {
    state.callbacks.iter().find(|known| known.id == *callback).ok_or(Rejection::UnknownCallback)
}

pub(crate) fn evolve_booked(state: &mut Conversation, fact: &CallbackBooked) {
    if state.callbacks.iter().any(|known| known.id == fact.callback) {
        return;
    }
    state.callbacks.push(Callback {
        id: fact.callback,
        due_at: fact.due_at,
        timezone: fact.timezone.as_str().into(),
        person: fact.person.clone(),
        status: CallbackStatus::Booked,
    });
}

pub(crate) fn evolve_status(state: &mut Conversation, callback: &CallbackId, status: CallbackStatus) {
    if let Some(known) = state.callbacks.iter_mut().find(|known| known.id == *callback) {
        known.status = status;
    }
}

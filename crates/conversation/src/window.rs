//! The time in which a network lets a brand write to a customer in private: it opens with each private message of the customer,
//! and closes by itself. Past it, the brand has to wait for his next message, or to answer where everybody reads.

use crate::fact::Fact;
use crate::state::{Conversation, Status};
use crate::{Decision, Rejection};
use jiff::{SignedDuration, Timestamp};

/// How long before the end whoever has the conversation is warned.
pub const WARNED_BEFORE: SignedDuration = SignedDuration::from_hours(2);
/// How long it is open after a private message of the customer.
pub const OPEN_FOR: SignedDuration = SignedDuration::from_hours(24);
const A_WEEK: SignedDuration = SignedDuration::from_hours(7 * 24);

/// The window of a private conversation will close soon, and the customer waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WindowWarned {
    pub closes_at: Timestamp,
    pub noticed_at: Timestamp,
}

/// When a customer may be written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The customer's newest private message.
    pub opened_at: Timestamp,
    /// Until then anything may be written.
    pub closes_at: Timestamp,
    /// Until then a person may still answer, where the network knows such a time.
    pub person_until: Option<Timestamp>,
}

impl Window {
    /// From then on the network refuses every message.
    pub fn ends_at(&self) -> Timestamp {
        self.person_until.unwrap_or(self.closes_at)
    }
}

/// The window of a conversation; none where its network knows none, or the customer has written nothing in private.
pub fn window(state: &Conversation) -> Option<Window> {
    let person = match state.network.as_ref()?.as_str() {
        "whatsapp" => None,
        "facebook" | "messenger" | "instagram" => Some(A_WEEK),
        _ => return None,
    };
    let private = state.received_posts().filter(|post| post.private);
    let opened_at = private.map(|post| post.clock()).max()?;
    let after = |span: SignedDuration| opened_at.checked_add(span).unwrap_or(Timestamp::MAX);
    Some(Window { opened_at, closes_at: after(OPEN_FOR), person_until: person.map(after) })
}

/// Whether a private message can still be written.
pub(crate) fn must_be_open(state: &Conversation, now: Timestamp) -> Result<(), Rejection> {
    match window(state).map(|window| window.ends_at()) {
        Some(closed_at) if closed_at <= now => Err(Rejection::WindowClosed { closed_at }),
        _ => Ok(()),
    }
}

/// When whoever has it is to be warned; none when nobody waits in private, or the warning was given.
pub fn warn_at(state: &Conversation) -> Option<(Timestamp, Window)> {
    let window = window(state).filter(|_| state.status() == Status::Open && state.private && !state.backfill_only)?;
    let at = window.closes_at.checked_sub(WARNED_BEFORE).unwrap_or(window.opened_at);
    (state.window_warned != Some(window.closes_at)).then_some((at, window))
}

pub(crate) fn warn(state: &Conversation, closes_at: Timestamp, now: Timestamp) -> Decision {
    let Some((at, window)) = warn_at(state).filter(|(_, window)| window.closes_at == closes_at) else {
        return Ok(Vec::new());
    };
    if now < at {
        return Err(Rejection::NotDue { due_at: at });
    }
    // Too late to warn of: that it is closed is said where somebody wants to write.
    if window.closes_at <= now {
        return Ok(Vec::new());
    }
    Ok(vec![Fact::from(WindowWarned { closes_at, noticed_at: now })])
}

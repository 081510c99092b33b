//! Until when an answer is due. One clock runs at a time: for the first answer, later for the next. Being answered
//! and being too late are decided on the same subject under the same guard, so both can never be true.

use crate::fact::Fact;
use crate::state::{Conversation, Deadline};
use crate::{Decision, Rejection};
use jiff::{SignedDuration, Timestamp};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum DeadlineKind {
    FirstResponse,
    NextResponse,
}

impl DeadlineKind {
    /// As it stands in a timer's subject.
    pub fn as_str(self) -> &'static str {
        match self {
            DeadlineKind::FirstResponse => "first-response",
            DeadlineKind::NextResponse => "next-response",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [DeadlineKind::FirstResponse, DeadlineKind::NextResponse].into_iter().find(|kind| kind.as_str() == text)
    }
}

/// A clock was started.
#[derive(Debug, Clone, PartialEq)]
pub struct DeadlineSet {
    pub kind: DeadlineKind,
    /// When the customer's first unanswered post was posted.
    pub clock_started_at: Timestamp,
    pub due_at: Timestamp,
    pub target_seconds: u32,
    pub settings_version: String,
}

/// A clock ran out before the answer.
#[derive(Debug, Clone, PartialEq)]
pub struct DeadlineBreached {
    pub kind: DeadlineKind,
    pub due_at: Timestamp,
    pub noticed_at: Timestamp,
}

pub(crate) fn set(kind: DeadlineKind, started: Timestamp, target_seconds: u32, settings_version: &str) -> DeadlineSet {
    let due_at = started.checked_add(SignedDuration::from_secs(i64::from(target_seconds))).unwrap_or(Timestamp::MAX);
    DeadlineSet { kind, clock_started_at: started, due_at, target_seconds, settings_version: settings_version.into() }
}

/// Lets the clock go on when a decision ends the wait it was started for while a later post still waits: an answer
/// that crossed with that post, or a deletion. The target stays; without this nobody would ever be late for it.
pub(crate) fn go_on(state: &Conversation, mut facts: Vec<Fact>, now: Timestamp) -> Vec<Fact> {
    let ends_a_wait = |fact: &Fact| {
        matches!(
            fact,
            Fact::ReplySent(_)
                | Fact::ReplyObserved(_)
                | Fact::PostDeleted(_)
                | Fact::PostClassified(_)
                | Fact::ClassificationCorrected(_)
        )
    };
    let Some(running) = state.deadline.as_ref().filter(|_| facts.iter().any(ends_a_wait)) else {
        return facts;
    };
    let mut after = state.clone();
    for fact in &facts {
        crate::evolve_fact(&mut after, fact, now);
    }
    let Some(since) = after.clock_start().filter(|since| *since > running.clock_started_at) else {
        return facts;
    };
    let target_seconds = running.due_at.duration_since(running.clock_started_at).as_secs();
    let target_seconds = u32::try_from(target_seconds).unwrap_or(u32::MAX);
    facts.push(Fact::from(set(after.awaited_answer(), since, target_seconds, &state.settings_version)));
    facts
}

pub(crate) fn pass(state: &Conversation, kind: DeadlineKind, due_at: Timestamp, now: Timestamp) -> Decision {
    let Some(deadline) = state.deadline.as_ref().filter(|open| open.kind == kind && open.due_at == due_at) else {
        return Ok(Vec::new());
    };
    if deadline.breached || state.merged_into.is_some() {
        return Ok(Vec::new());
    }
    if now < due_at {
        return Err(Rejection::NotDue { due_at });
    }
    Ok(vec![Fact::from(DeadlineBreached { kind, due_at, noticed_at: now })])
}

pub(crate) fn evolve_set(state: &mut Conversation, fact: &DeadlineSet) {
    state.deadline = Some(Deadline {
        kind: fact.kind,
        clock_started_at: fact.clock_started_at,
        due_at: fact.due_at,
        breached: false,
    });
}

pub(crate) fn evolve_breached(state: &mut Conversation, fact: &DeadlineBreached) {
    state.breaches += 1;
    if let Some(open) = state.deadline.as_mut().filter(|open| open.kind == fact.kind && open.due_at == fact.due_at) {
        open.breached = true;
    }
}

//! Until when an answer is due. One clock runs at a time: for the first answer, later for the next. Being answered
//! and being too late are decided on the same subject under the same guard, so both can never be true.

use crate::fact::Fact;
use crate::state::{Conversation, Deadline, Told};
use crate::{Decision, Rejection};
use jiff::{SignedDuration, Timestamp};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum DeadlineKind {
    FirstResponse,
    NextResponse,
    /// Until the whole matter is solved. It stands still while the customer is awaited.
    Resolution,
}

/// By which clock a deadline is reckoned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, serde::Serialize, serde::Deserialize)]
pub enum DeadlineClock {
    #[default]
    Calendar,
    /// Only the hours in which the team is there.
    Business,
}

impl DeadlineClock {
    pub fn as_str(self) -> &'static str {
        match self {
            DeadlineClock::Calendar => "calendar",
            DeadlineClock::Business => "business",
        }
    }
}

impl DeadlineKind {
    /// As it stands in a timer's subject.
    pub fn as_str(self) -> &'static str {
        match self {
            DeadlineKind::FirstResponse => "first-response",
            DeadlineKind::NextResponse => "next-response",
            DeadlineKind::Resolution => "resolution",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [DeadlineKind::FirstResponse, DeadlineKind::NextResponse, DeadlineKind::Resolution]
            .into_iter()
            .find(|kind| kind.as_str() == text)
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
    pub clock: DeadlineClock,
    /// When the team is warned; none when nobody is.
    pub warn_at: Option<Timestamp>,
}

/// A clock will run out soon.
#[derive(Debug, Clone, PartialEq)]
pub struct DeadlineWarned {
    pub kind: DeadlineKind,
    pub due_at: Timestamp,
    pub noticed_at: Timestamp,
}

/// A clock ran out before the answer.
#[derive(Debug, Clone, PartialEq)]
pub struct DeadlineBreached {
    pub kind: DeadlineKind,
    pub due_at: Timestamp,
    pub noticed_at: Timestamp,
}

impl DeadlineSet {
    /// A clock by the calendar, without a warning.
    pub fn by_calendar(kind: DeadlineKind, started: Timestamp, target_seconds: u32, settings_version: &str) -> Self {
        let target = SignedDuration::from_secs(i64::from(target_seconds));
        DeadlineSet {
            kind,
            clock_started_at: started,
            due_at: started.checked_add(target).unwrap_or(Timestamp::MAX),
            target_seconds,
            settings_version: settings_version.into(),
            clock: DeadlineClock::Calendar,
            warn_at: None,
        }
    }
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
    // By opening hours it cannot be reckoned here; then the clock ends, and whoever knows the hours starts it anew.
    let by_calendar = |deadline: &&Deadline| deadline.clock == DeadlineClock::Calendar;
    let Some(running) = state.deadline.as_ref().filter(by_calendar).filter(|_| facts.iter().any(ends_a_wait)) else {
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
    let mut set = DeadlineSet::by_calendar(after.awaited_answer(), since, target_seconds, &state.settings_version);
    set.warn_at = running.warn_at.and_then(|at| set.due_at.checked_sub(running.due_at.duration_since(at)).ok());
    facts.push(Fact::from(set));
    facts
}

pub(crate) fn pass(state: &Conversation, kind: DeadlineKind, due_at: Timestamp, now: Timestamp) -> Decision {
    let Some(deadline) = state.clock(kind).filter(|open| open.kind == kind && open.due_at == due_at) else {
        return Ok(Vec::new());
    };
    if deadline.paused_at.is_some() || deadline.breached || state.merged_into.is_some() {
        return Ok(Vec::new());
    }
    if now < due_at {
        return Err(Rejection::NotDue { due_at });
    }
    Ok(vec![Fact::from(DeadlineBreached { kind, due_at, noticed_at: now })])
}

/// Starts a clock by itself, when the time came and not a post: after a pause, or after one that ran by opening hours.
pub(crate) fn start(state: &Conversation, set: &DeadlineSet) -> Decision {
    state.must_be_open()?;
    let stands = |open: &Deadline| open.paused_at.is_some() && set.clock_started_at >= open.clock_started_at;
    match state.clock(set.kind) {
        Some(open) if !stands(open) => Ok(Vec::new()),
        _ if !is_for_whoever_waits(state, set) => Ok(Vec::new()),
        _ => Ok(vec![Fact::from(set.clone())]),
    }
}

/// Whether somebody waits whose clock this can be. One that was reckoned before an answer came is for nobody.
pub(crate) fn is_for_whoever_waits(state: &Conversation, set: &DeadlineSet) -> bool {
    let of_the_matter = set.kind == DeadlineKind::Resolution;
    state.clock_start().is_some_and(|since| of_the_matter || since <= set.clock_started_at)
}

pub(crate) fn warn(state: &Conversation, kind: DeadlineKind, due_at: Timestamp, now: Timestamp) -> Decision {
    let Some(deadline) = state.clock(kind).filter(|open| open.kind == kind && open.due_at == due_at) else {
        return Ok(Vec::new());
    };
    let Some(warn_at) = deadline.warn_at.filter(|_| !deadline.breached && deadline.paused_at.is_none()) else {
        return Ok(Vec::new());
    };
    if now < warn_at {
        return Err(Rejection::NotDue { due_at: warn_at });
    }
    Ok(vec![Fact::from(DeadlineWarned { kind, due_at, noticed_at: now })])
}

/// By opening hours many posts are due at one instant. When the oldest of them is deleted, the clock of the next is set to the
/// instant that the team was warned of, or missed, before: that was said, and counted, once.
pub(crate) fn evolve_set(state: &mut Conversation, fact: &DeadlineSet) {
    let told = state.told_of(fact.kind, fact.due_at);
    let (is_told, is_late) = (told.is_some(), told.is_some_and(|told| told.late));
    *state.clock_mut(fact.kind) = Some(Deadline {
        kind: fact.kind,
        clock_started_at: fact.clock_started_at,
        due_at: fact.due_at,
        clock: fact.clock,
        warn_at: fact.warn_at.filter(|_| !is_told),
        breached: is_late,
        paused_at: None,
    });
}

pub(crate) fn evolve_warned(state: &mut Conversation, fact: &DeadlineWarned) {
    state.tell(Told { kind: fact.kind, due_at: fact.due_at, late: false });
    if let Some(open) = state.clock_mut(fact.kind).as_mut().filter(|open| open.due_at == fact.due_at) {
        open.warn_at = None;
    }
}

/// The clock of the whole matter stands still while the customer is awaited, and ends with the matter.
pub(crate) fn evolve_pause(state: &mut Conversation, at: Timestamp) {
    let over = state.resolved_at.is_some() || state.merged_into.is_some();
    if over {
        state.resolution = None;
    }
    let waits = state.waiting_since().is_some();
    if let Some(running) = state.resolution.as_mut().filter(|running| running.paused_at.is_none() && !waits) {
        running.paused_at = Some(at);
    }
}

pub(crate) fn evolve_breached(state: &mut Conversation, fact: &DeadlineBreached) {
    state.breaches += 1;
    state.tell(Told { kind: fact.kind, due_at: fact.due_at, late: true });
    let clock = state.clock_mut(fact.kind).as_mut();
    if let Some(open) = clock.filter(|open| open.kind == fact.kind && open.due_at == fact.due_at) {
        open.breached = true;
    }
}

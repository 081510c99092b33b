//! What people do with a conversation besides answering it: claim, release, hand off, escalate, note.

use crate::fact::Fact;
use crate::ids::{ConversationId, NoteId, PersonId, RecordId, TeamId};
use crate::personal::Personal;
use crate::routed::Priority;
use crate::state::Conversation;
use crate::{Decision, Rejection};
use jiff::Timestamp;

/// A person took the conversation.
#[derive(Debug, Clone, PartialEq)]
pub struct Claimed {
    pub person: PersonId,
    /// The team that it was raised to, when he takes it for that one beside the first line.
    pub team: Option<TeamId>,
}

/// The person who had it gave it back to its team.
#[derive(Debug, Clone, PartialEq)]
pub struct Released {
    pub person: PersonId,
    pub reason: String,
}

/// It was handed to another team or person. A hand-off is an exception and always has a reason.
#[derive(Debug, Clone, PartialEq)]
pub struct HandedOff {
    pub by: PersonId,
    pub from_team: Option<TeamId>,
    pub to_team: TeamId,
    pub to_person: Option<PersonId>,
    pub reason: String,
}

/// It was raised: the team named here works on it too.
#[derive(Debug, Clone, PartialEq)]
pub struct Escalated {
    /// None when a rule raised it.
    pub by: Option<PersonId>,
    pub to_team: Option<TeamId>,
    pub reason: String,
}

/// An internal note, seen by the brand's people only.
#[derive(Debug, Clone, PartialEq)]
pub struct NoteAdded {
    pub note: NoteId,
    pub person: PersonId,
    pub body: Personal,
}

pub(crate) fn claim(state: &Conversation, person: &PersonId, team: Option<&TeamId>) -> Decision {
    state.must_be_open()?;
    // Two tiers on one conversation: each has a seat of its own.
    let team = team.filter(|team| state.escalation_team.as_ref() == Some(*team));
    let seat = if team.is_some() { &state.second } else { &state.assignee };
    match seat {
        Some(holder) if holder == person => Ok(Vec::new()),
        Some(holder) => Err(Rejection::ClaimedBySomeoneElse { person: holder.clone() }),
        None => Ok(vec![Fact::from(Claimed { person: person.clone(), team: team.cloned() })]),
    }
}

pub(crate) fn release(state: &Conversation, person: &PersonId, reason: &str) -> Decision {
    state.must_be_open()?;
    if state.second.as_ref() == Some(person) {
        return Ok(vec![Fact::from(Released { person: person.clone(), reason: reason.into() })]);
    }
    match &state.assignee {
        None => Ok(Vec::new()),
        Some(holder) if holder != person => Err(Rejection::ClaimedBySomeoneElse { person: holder.clone() }),
        Some(_) => Ok(vec![Fact::from(Released { person: person.clone(), reason: reason.into() })]),
    }
}

pub(crate) fn hand_off(
    state: &Conversation,
    by: &PersonId,
    to_team: &TeamId,
    to_person: Option<&PersonId>,
    reason: &str,
) -> Decision {
    state.must_be_open()?;
    if reason.trim().is_empty() {
        return Err(Rejection::ReasonMissing);
    }
    if state.team.as_ref() == Some(to_team) && state.assignee.as_ref() == to_person {
        return Ok(Vec::new());
    }
    Ok(vec![Fact::from(HandedOff {
        by: by.clone(),
        from_team: state.team.clone(),
        to_team: to_team.clone(),
        to_person: to_person.cloned(),
        reason: reason.into(),
    })])
}

pub(crate) fn escalate(
    state: &Conversation,
    by: Option<&PersonId>,
    to_team: Option<&TeamId>,
    reason: &str,
) -> Decision {
    state.must_be_open()?;
    if reason.trim().is_empty() {
        return Err(Rejection::ReasonMissing);
    }
    // After a resolution the priority may have sunk; then raising it again is not "already so".
    let raised = state.escalated && state.priority == Priority::Urgent;
    if raised && (to_team.is_none() || state.escalation_team.as_ref() == to_team) {
        return Ok(Vec::new());
    }
    Ok(vec![Fact::from(Escalated { by: by.cloned(), to_team: to_team.cloned(), reason: reason.into() })])
}

pub(crate) fn note(
    state: &Conversation,
    conversation: &ConversationId,
    request: &RecordId,
    person: &PersonId,
    body: &Personal,
) -> Decision {
    if let Some(target) = state.merged_into {
        return Err(Rejection::MergedInto { target });
    }
    if body.text.trim().is_empty() {
        return Err(Rejection::TextMissing);
    }
    let note = NoteId::of(conversation, request);
    Ok(vec![Fact::from(NoteAdded { note, person: person.clone(), body: body.clone() })])
}

pub(crate) fn evolve_claimed(state: &mut Conversation, fact: &Claimed) {
    if fact.team.is_some() {
        state.second = Some(fact.person.clone());
        return;
    }
    state.offer = None;
    state.lapsed_offers.clear();
    state.assignee = Some(fact.person.clone());
}

pub(crate) fn evolve_released(state: &mut Conversation, fact: &Released) {
    // Whoever sits on both seats leaves both.
    if state.second.as_ref() == Some(&fact.person) {
        state.second = None;
        if state.assignee.as_ref() != Some(&fact.person) {
            return;
        }
    }
    state.assignee = None;
}

pub(crate) fn evolve_handed_off(state: &mut Conversation, fact: &HandedOff) {
    state.hand_offs += 1;
    state.team = Some(fact.to_team.clone());
    state.assignee = fact.to_person.clone();
    state.offer = None;
    state.lapsed_offers.clear();
    (state.home_team, state.away_until) = (None, None);
    state.placed_by_person = true;
}

pub(crate) fn evolve_escalated(state: &mut Conversation, fact: &Escalated, at: Timestamp) {
    state.escalated = true;
    state.escalated_at = Some(at);
    state.escalated_by.clone_from(&fact.by);
    // Raising it once more without a team does not send away the one that is on it.
    if fact.to_team.is_some() && fact.to_team != state.escalation_team {
        state.escalation_team.clone_from(&fact.to_team);
        // Whoever sat there for the team before leaves the seat to this one.
        state.second = None;
    }
    state.priority = Priority::Urgent;
}

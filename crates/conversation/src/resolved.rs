//! The end of a matter, its return, and two matters that prove to be one.

use crate::fact::Fact;
use crate::ids::{ConversationId, PersonId, PostKey};
use crate::rising::Flag;
use crate::state::{Conversation, Rest};
use crate::{Decision, Rejection};
use jiff::Timestamp;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum Outcome {
    Solved,
    /// The brand said no.
    Refused,
    /// There was nothing to solve.
    NoActionNeeded,
    /// The customer never came back.
    WentQuiet,
}

/// The matter ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Resolved {
    /// None when it ended by itself.
    pub person: Option<PersonId>,
    pub outcome: Outcome,
}

/// The matter came back.
#[derive(Debug, Clone, PartialEq)]
pub struct Reopened {
    /// The post that brought it back, if one did.
    pub post: Option<PostKey>,
    pub person: Option<PersonId>,
    pub reason: String,
}

/// On the conversation that ends: it goes on in another one.
#[derive(Debug, Clone, PartialEq)]
pub struct Merged {
    pub into: ConversationId,
    pub reason: String,
    pub person: Option<PersonId>,
}

/// On the conversation that goes on: it now holds another one's posts.
#[derive(Debug, Clone, PartialEq)]
pub struct Absorbed {
    pub source: ConversationId,
    pub reason: String,
    pub posts: Vec<PostKey>,
    /// When the oldest of those posts was posted.
    pub first_post_at: Option<Timestamp>,
    pub person: Option<PersonId>,
}

pub(crate) fn resolve(state: &Conversation, person: Option<&PersonId>, outcome: Outcome) -> Decision {
    if let Some(target) = state.merged_into {
        return Err(Rejection::MergedInto { target });
    }
    if !state.opened {
        return Err(Rejection::NotOpened);
    }
    if state.resolved_at.is_some() {
        return Ok(Vec::new());
    }
    if state.replies.iter().any(|reply| reply.status.on_its_way()) {
        return Err(Rejection::ReplyOnItsWay);
    }
    if !state.proposals.is_empty() {
        return Err(Rejection::ReplyWaitsForApproval);
    }
    Ok(vec![Fact::from(Resolved { person: person.cloned(), outcome })])
}

pub(crate) fn reopen(state: &Conversation, person: &PersonId, reason: &str) -> Decision {
    if let Some(target) = state.merged_into {
        return Err(Rejection::MergedInto { target });
    }
    if !state.opened {
        return Err(Rejection::NotOpened);
    }
    if state.resolved_at.is_none() {
        return Ok(Vec::new());
    }
    if reason.trim().is_empty() {
        return Err(Rejection::ReasonMissing);
    }
    Ok(vec![Fact::from(Reopened { post: None, person: Some(person.clone()), reason: reason.into() })])
}

pub(crate) fn merge(
    state: &Conversation,
    conversation: &ConversationId,
    into: ConversationId,
    reason: &str,
    person: Option<&PersonId>,
) -> Decision {
    // Both would send the reader round in a ring.
    if into == *conversation || state.absorbed.contains(&into) {
        return Err(Rejection::MergesIntoItself);
    }
    match state.merged_into {
        Some(target) if target == into => Ok(Vec::new()),
        Some(target) => Err(Rejection::MergedInto { target }),
        None if state.replies.iter().any(|reply| reply.status.on_its_way()) => Err(Rejection::ReplyOnItsWay),
        None if !state.proposals.is_empty() => Err(Rejection::ReplyWaitsForApproval),
        None => Ok(vec![Fact::from(Merged { into, reason: reason.into(), person: person.cloned() })]),
    }
}

pub(crate) fn absorb(state: &Conversation, conversation: &ConversationId, absorbed: &Absorbed) -> Decision {
    if absorbed.source == *conversation {
        return Err(Rejection::MergesIntoItself);
    }
    if let Some(target) = state.merged_into {
        return Err(Rejection::MergedInto { target });
    }
    if state.absorbed.contains(&absorbed.source) {
        return Ok(Vec::new());
    }
    Ok(vec![Fact::from(absorbed.clone())])
}

pub(crate) fn evolve_resolved(state: &mut Conversation, fact: &Resolved, at: Timestamp) {
    state.resolved_at = Some(at);
    state.settled_until = state.settled_until.max(Some(at));
    state.outcome = Some(fact.outcome);
    // It may flare up once more.
    state.flags.retain(|raised| raised.flag != Flag::FlareUp);
    state.reopened_at = None;
    let spread = state.spread();
    state.at_rest = Some(Rest { since: at, shares: spread.shares, views: spread.views });
}

pub(crate) fn evolve_reopened(state: &mut Conversation, fact: &Reopened, at: Timestamp) {
    if state.resolved_at.take().is_none() {
        return;
    }
    state.reopened += 1;
    state.outcome = None;
    // It waits again since the post that brought it back, or since the person who did.
    let post = fact.post.and_then(|key| state.post(&key));
    state.reopened_at = Some(post.map_or(at, |post| post.clock()));
}

pub(crate) fn evolve_merged(state: &mut Conversation, fact: &Merged) {
    state.merged_into = Some(fact.into);
}

pub(crate) fn evolve_absorbed(state: &mut Conversation, fact: &Absorbed) {
    if state.absorbed.contains(&fact.source) {
        return;
    }
    state.absorbed.push(fact.source);
    state.to_absorb.retain(|waiting| *waiting != fact.source);
    state.absorbed_posts.extend(fact.posts.iter().copied());
    state.first_absorbed_at = match (state.first_absorbed_at, fact.first_post_at) {
        (Some(known), Some(new)) => Some(known.min(new)),
        (known, new) => known.or(new),
    };
}

//! A reply that somebody else has to agree to before it leaves: proposed, and then approved, or sent back with a reason.
//! Nothing of it goes out before.

use crate::fact::Fact;
use crate::ids::{PersonId, ReplyId};
use crate::replied::ReplySubmitted;
use crate::state::Conversation;
use crate::{Decision, Rejection, window};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A person wrote a reply that has to be approved.
#[derive(Debug, Clone, PartialEq)]
pub struct ReplyProposed {
    /// That of its first part.
    pub proposal: ReplyId,
    pub person: PersonId,
    /// Codes of why: `person`, `crisis`, `finding:KIND`.
    pub why: Vec<String>,
    /// What is submitted when it is approved, in its parts.
    pub replies: Vec<ReplySubmitted>,
}

/// Somebody agreed to it; what is submitted stands beside this.
#[derive(Debug, Clone, PartialEq)]
pub struct ReplyApproved {
    pub proposal: ReplyId,
    pub person: PersonId,
}

/// It is not sent: somebody did not agree to it, or its writer took it back.
#[derive(Debug, Clone, PartialEq)]
pub struct ReplySentBack {
    pub proposal: ReplyId,
    pub person: PersonId,
    pub reason: String,
}

/// A reply that waits for somebody to agree to it. What it says stands in the log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Proposal {
    pub id: ReplyId,
    pub person: PersonId,
    pub why: Box<[Box<str>]>,
    pub private: bool,
    pub at: Timestamp,
}

/// A reply that nobody agreed to, or that was taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentBack {
    pub id: ReplyId,
    /// Who wrote it.
    pub writer: PersonId,
}

/// Somebody agrees to a proposal.
#[derive(Debug, Clone, PartialEq)]
pub struct ApproveReply {
    pub proposal: ReplyId,
    pub person: PersonId,
    /// What was proposed, from the log.
    pub replies: Vec<ReplySubmitted>,
}

pub(crate) fn approve(state: &Conversation, ask: &ApproveReply, now: Timestamp) -> Decision {
    // It was approved before: what it became is there.
    if state.reply(&ask.proposal).is_some() {
        return Ok(Vec::new());
    }
    state.must_be_open()?;
    let known = state.proposal(&ask.proposal).ok_or(Rejection::UnknownProposal)?;
    if known.person == ask.person {
        return Err(Rejection::OwnProposal);
    }
    if ask.replies.first().map(|first| first.reply) != Some(ask.proposal) {
        return Err(Rejection::UnknownProposal);
    }
    // It may have closed while it waited for an answer.
    if known.private {
        window::must_be_open(state, now)?;
    }
    let approved = Fact::from(ReplyApproved { proposal: ask.proposal, person: ask.person.clone() });
    Ok([approved].into_iter().chain(ask.replies.iter().cloned().map(Fact::from)).collect())
}

pub(crate) fn send_back(state: &Conversation, proposal: &ReplyId, person: &PersonId, reason: &str) -> Decision {
    if state.sent_back(proposal).is_some() {
        return Ok(Vec::new());
    }
    state.proposal(proposal).ok_or(Rejection::UnknownProposal)?;
    if reason.trim().is_empty() {
        return Err(Rejection::ReasonMissing);
    }
    Ok(vec![Fact::from(ReplySentBack { proposal: *proposal, person: person.clone(), reason: reason.into() })])
}

pub(crate) fn evolve_proposed(state: &mut Conversation, fact: &ReplyProposed, at: Timestamp) {
    if state.proposal(&fact.proposal).is_some() {
        return;
    }
    state.proposals.push(Proposal {
        id: fact.proposal,
        person: fact.person.clone(),
        why: fact.why.iter().map(|code| code.as_str().into()).collect(),
        private: fact.replies.first().is_some_and(|reply| reply.private),
        at,
    });
}

pub(crate) fn evolve_approved(state: &mut Conversation, fact: &ReplyApproved) {
    state.proposals.retain(|known| known.id != fact.proposal);
}

pub(crate) fn evolve_sent_back(state: &mut Conversation, fact: &ReplySentBack) {
    let Some(at) = state.proposals.iter().position(|known| known.id == fact.proposal) else { return };
    let Proposal { id, person: writer, .. } = state.proposals.remove(at);
    state.sent_back.push(SentBack { id, writer });
}

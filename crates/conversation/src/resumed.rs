//! An answer that did not go out whole. What of it failed stands still until a person sends the rest, or gives it up; each in
//! one step, since a customer is reading half an answer.

use crate::fact::Fact;
use crate::ids::{Network, PersonId, ReplyId};
use crate::state::{Conversation, Reply, ReplyStatus};
use crate::{Decision, Rejection, replied, window};
use jiff::Timestamp;

/// A person sends what failed of an answer once more, in its order.
#[derive(Debug, Clone, PartialEq)]
pub struct ReplyResumed {
    pub person: PersonId,
    pub network: Network,
    pub replies: Vec<ResumedPart>,
}

/// One part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResumedPart {
    pub reply: ReplyId,
    /// Which part it is, from 1.
    pub part: u32,
    /// Tries that were made so far; the next ones are counted on from there.
    pub attempts: u32,
    /// How often it has been sent once more by now, this time included.
    pub times: u32,
}

/// A person says that the rest of an answer is not sent any more.
#[derive(Debug, Clone, PartialEq)]
pub struct ReplyGivenUp {
    /// The first part that is not there.
    pub reply: ReplyId,
    pub person: PersonId,
    pub reason: String,
}

/// An answer that waits for a person to say how it goes on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Unfinished<'a> {
    /// The first part that failed.
    pub failed: &'a Reply,
    /// Parts that the customer has.
    pub sent: u32,
}

/// What is left of an answer in which one of its parts failed: from the first that failed on. They stand behind one another,
/// and behind them what is said of it in public.
fn rest<'a>(state: &'a Conversation, reply: &ReplyId) -> &'a [Reply] {
    let Some(named) = state.replies.iter().position(|known| known.id == Some(*reply)) else { return &[] };
    let mut at = named;
    while let Some(before) = at.checked_sub(1) {
        let (earlier, this) = (&state.replies[before], &state.replies[at]);
        let goes_before =
            this.note || (earlier.parts == this.parts && earlier.part + 1 == this.part && !earlier.notice);
        if earlier.status != ReplyStatus::Failed || !goes_before {
            break;
        }
        at = before;
    }
    let first = &state.replies[at];
    let belongs = |(index, known): &(usize, &Reply)| {
        known.parts == first.parts && usize::try_from(known.part).is_ok_and(|part| part == first.part as usize + index)
    };
    let many = state.replies[at..].iter().enumerate().take_while(belongs).count();
    let note = state.replies.get(at + many).is_some_and(|after| after.note);
    &state.replies[at..at + many + usize::from(note)]
}

/// The newest answer, if it did not go out whole and nobody has said yet how it goes on.
pub fn unfinished(state: &Conversation) -> Option<Unfinished<'_>> {
    let newest = state.replies.iter().rposition(|reply| reply.id.is_some() && !reply.notice)?;
    let parts = state.replies[newest].parts;
    let begin = (newest + 1).saturating_sub(parts as usize);
    let note = state.replies.get(newest + 1).filter(|after| after.note);
    let of_it = || state.replies[begin..=newest].iter().filter(move |reply| reply.parts == parts && !reply.notice);
    let failed = of_it().chain(note).find(|reply| reply.status == ReplyStatus::Failed)?;
    let sent = of_it().filter(|reply| reply.status == ReplyStatus::Sent).count();
    let sent = if failed.note { parts } else { u32::try_from(sent).unwrap_or(parts).max(failed.part - 1) };
    (!failed.given_up).then_some(Unfinished { failed, sent })
}

pub(crate) fn resume(state: &Conversation, reply: &ReplyId, person: &PersonId, now: Timestamp) -> Decision {
    state.must_be_open()?;
    let known = state.reply(reply).ok_or(Rejection::UnknownReply)?;
    match known.status {
        status if status.on_its_way() => return Ok(Vec::new()),
        ReplyStatus::Failed => {}
        status => return Err(Rejection::ReplyNotSendable { status }),
    }
    let holder = state.assignee.as_ref().filter(|holder| *holder != person);
    if let Some(holder) = holder.filter(|_| state.second.as_ref() != Some(person)) {
        return Err(Rejection::ClaimedBySomeoneElse { person: holder.clone() });
    }
    if known.private {
        window::must_be_open(state, now)?;
    }
    let failed = rest(state, reply).iter().filter(|part| part.status == ReplyStatus::Failed);
    let replies = failed.filter_map(|part| {
        Some(ResumedPart { reply: part.id?, part: part.part, attempts: part.attempts, times: part.resumed + 1 })
    });
    let (replies, network) = (replies.collect(), state.network.clone().ok_or(Rejection::NotOpened)?);
    Ok(vec![Fact::from(ReplyResumed { person: person.clone(), network, replies })])
}

/// A person has looked, and a reply in doubt is not there: both are said, and it goes out again, in one step.
pub(crate) fn send_again(state: &Conversation, reply: &ReplyId, person: &PersonId, now: Timestamp) -> Decision {
    let mut facts = replied::settle(state, reply, false)?;
    let mut settled = state.clone();
    for fact in &facts {
        if let Fact::ReplyFailed(failed) = fact {
            replied::evolve_failed(&mut settled, failed);
        }
    }
    facts.extend(resume(&settled, reply, person, now)?);
    Ok(facts)
}

pub(crate) fn give_up(state: &Conversation, reply: &ReplyId, person: &PersonId, reason: &str) -> Decision {
    let known = state.reply(reply).ok_or(Rejection::UnknownReply)?;
    if known.status != ReplyStatus::Failed {
        return Err(Rejection::ReplyNotSendable { status: known.status });
    }
    if known.given_up {
        return Ok(Vec::new());
    }
    if reason.trim().is_empty() {
        return Err(Rejection::ReasonMissing);
    }
    Ok(vec![Fact::from(ReplyGivenUp { reply: *reply, person: person.clone(), reason: reason.into() })])
}

/// They are the newest again, in their order: nothing that was said since stands behind them.
pub(crate) fn evolve_resumed(state: &mut Conversation, fact: &ReplyResumed) {
    for part in &fact.replies {
        let Some(at) = state.replies.iter().position(|known| known.id == Some(part.reply)) else { continue };
        let mut reply = state.replies.remove(at);
        reply.status = ReplyStatus::Submitted;
        reply.resumed = part.times;
        reply.given_up = false;
        reply.failed = "".into();
        state.replies.push(reply);
    }
}

pub(crate) fn evolve_given_up(state: &mut Conversation, fact: &ReplyGivenUp) {
    let of_it: Vec<Option<ReplyId>> = rest(state, &fact.reply).iter().map(|part| part.id).collect();
    for reply in state.replies.iter_mut().filter(|reply| of_it.contains(&reply.id)) {
        reply.given_up |= reply.status == ReplyStatus::Failed;
    }
}

//! The answer on its way out. A reply is submitted by a person, attempted by the notifier, and ends as sent, as
//! failed, or in doubt; in doubt it waits for a person and is never sent again by itself.

use crate::approval::ReplyProposed;
use crate::fact::Fact;
use crate::ids::{ConversationId, Network, PersonId, PostKey, RecordId, ReplyId};
use crate::personal::{Personal, PersonalText};
use crate::state::{Conversation, Post, Reply, ReplyStatus};
use crate::{Decision, Rejection, Status, window};
use jiff::Timestamp;

/// A person submitted a reply; the notifier takes it from here.
#[derive(Debug, Clone, PartialEq)]
pub struct ReplySubmitted {
    pub reply: ReplyId,
    pub person: PersonId,
    pub network: Network,
    pub private: bool,
    /// The post it answers.
    pub in_reply_to: PostKey,
    /// The same by the network's own id.
    pub in_reply_to_native_id: String,
    pub body: Personal,
    /// Codes of what it offers and asks for, so that the same twice is seen.
    pub offers: Vec<String>,
    pub asks: Vec<String>,
    /// What the reply guard warned of.
    pub warnings: Vec<String>,
    /// Why a person sent it although the guard stopped it; empty when it did not.
    pub overrode: String,
    /// Which part it is, from 1, and of how many.
    pub part: u32,
    pub parts: u32,
    /// Told by nobody: [`OUT_OF_HOURS`], [`RECEIVED`] or a word about a call. It answers nothing and stops no clock. Empty for what a person says.
    pub notice: String,
}

/// The reply guard stopped a draft: it was not submitted.
#[derive(Debug, Clone, PartialEq)]
pub struct DraftStopped {
    /// The reply that it would have been.
    pub draft: ReplyId,
    pub person: PersonId,
    pub private: bool,
    /// Codes of what stopped it, each once; never what was written.
    pub stops: Vec<String>,
}

/// A try to send began. It is written down before the network is called, so that a crash in between is seen.
#[derive(Debug, Clone, PartialEq)]
pub struct ReplyAttempted {
    pub reply: ReplyId,
    /// From 1.
    pub attempt: u32,
    pub attempted_at: Timestamp,
}

/// The network has it.
#[derive(Debug, Clone, PartialEq)]
pub struct ReplySent {
    pub reply: ReplyId,
    /// The network's own id of the reply; empty when it gives none.
    pub native_id: String,
    pub post: Option<PostKey>,
    pub sent_at: Timestamp,
    /// `answered` by the network, `looked_up` after a doubt, or `settled` by a person.
    pub how: String,
}

/// The network refused it, or it could not be reached.
#[derive(Debug, Clone, PartialEq)]
pub struct ReplyFailed {
    pub reply: ReplyId,
    pub attempt: u32,
    /// A code such as `rate_limited`, `http_500`, `refused_400`; never the network's text.
    pub reason: String,
    /// No further try will be made.
    pub is_final: bool,
    /// When the next try is due, if one is.
    pub retry_at: Option<Timestamp>,
}

/// Whether the network has it cannot be known. A person decides.
#[derive(Debug, Clone, PartialEq)]
pub struct ReplyInDoubt {
    pub reply: ReplyId,
    pub attempt: u32,
    pub reason: String,
}

/// What a person wants to say.
#[derive(Debug, Clone, PartialEq)]
pub struct SubmitReply {
    pub person: PersonId,
    /// The post to answer; the newest one of the customer when none is named.
    pub in_reply_to: Option<PostKey>,
    pub private: bool,
    pub body: Personal,
    /// What the reply guard recognised in it: codes of what it offers and asks for.
    pub offers: Vec<String>,
    pub asks: Vec<String>,
    /// What the guard warns of, and what it stops.
    pub warnings: Vec<String>,
    pub stops: Vec<String>,
    /// Why it is sent although the guard stops it; empty for not.
    pub overrode: String,
    /// The texts of its parts, where it is longer than the network allows; the body alone when empty.
    pub parts: Vec<String>,
    /// Why somebody else has to agree before it leaves, as codes; it leaves at once when empty.
    pub approval: Vec<String>,
    /// Said in public when it goes on in private, after the private message is there; empty for nothing.
    pub public_note: String,
}

impl SubmitReply {
    /// A reply of which nobody has anything to say.
    pub fn plain(person: PersonId, text: impl Into<String>) -> Self {
        SubmitReply {
            person,
            in_reply_to: None,
            private: false,
            body: Personal::text(text),
            offers: Vec::new(),
            asks: Vec::new(),
            warnings: Vec::new(),
            stops: Vec::new(),
            overrode: String::new(),
            parts: Vec::new(),
            approval: Vec::new(),
            public_note: String::new(),
        }
    }
}

pub(crate) fn submit(
    state: &Conversation,
    conversation: &ConversationId,
    request: &RecordId,
    submit: &SubmitReply,
    now: Timestamp,
) -> Decision {
    let reply = ReplyId::of(conversation, request);
    if state.knows_reply(&reply) {
        return Ok(Vec::new());
    }
    if let Some(target) = state.merged_into {
        return Err(Rejection::MergedInto { target });
    }
    if !state.opened {
        return Err(Rejection::NotOpened);
    }
    if submit.body.text.trim().is_empty() {
        return Err(Rejection::TextMissing);
    }
    let holder = state.assignee.as_ref().filter(|holder| **holder != submit.person);
    if let Some(holder) = holder.filter(|_| state.second.as_ref() != Some(&submit.person)) {
        return Err(Rejection::ClaimedBySomeoneElse { person: holder.clone() });
    }
    let target = match &submit.in_reply_to {
        Some(key) => state.post(key).filter(|post| post.received).ok_or(Rejection::UnknownPost)?,
        None if submit.private => newest_to_answer(state).ok_or(Rejection::UnknownPost)?,
        None => public_to_answer(state)?,
    };
    if target.private && !submit.private {
        return Err(Rejection::AskedInPrivate);
    }
    if !submit.stops.is_empty() && submit.overrode.trim().is_empty() {
        let (person, stops) = (submit.person.clone(), submit.stops.clone());
        return Ok(vec![Fact::from(DraftStopped { draft: reply, person, private: submit.private, stops })]);
    }
    if submit.private {
        window::must_be_open(state, now)?;
    }
    let replies = written(state, conversation, request, submit, target)?;
    if submit.approval.is_empty() {
        return Ok(replies.into_iter().map(Fact::from).collect());
    }
    let (person, why) = (submit.person.clone(), submit.approval.clone());
    Ok(vec![Fact::from(ReplyProposed { proposal: reply, person, why, replies })])
}

/// What is submitted: the answer in its parts, and after it what is said in public when it goes on in private.
fn written(
    state: &Conversation,
    conversation: &ConversationId,
    request: &RecordId,
    submit: &SubmitReply,
    target: &Post,
) -> Result<Vec<ReplySubmitted>, Rejection> {
    let reply = ReplyId::of(conversation, request);
    let parts = u32::try_from(submit.parts.len().max(1)).unwrap_or(u32::MAX);
    let first = ReplySubmitted {
        reply,
        person: submit.person.clone(),
        network: state.network.clone().ok_or(Rejection::NotOpened)?,
        private: submit.private,
        in_reply_to: target.key,
        in_reply_to_native_id: target.native_id.to_string(),
        body: submit.body.clone(),
        offers: submit.offers.clone(),
        asks: submit.asks.clone(),
        warnings: submit.warnings.clone(),
        overrode: submit.overrode.clone(),
        part: 1,
        parts,
        notice: String::new(),
    };
    let mut written = Vec::with_capacity(submit.parts.len().max(1) + 1);
    for (part, text) in (1..).zip(&submit.parts) {
        let body = Personal { text: text.clone(), ..submit.body.clone() };
        let reply = ReplyId::of_part(conversation, request, part);
        // What it offers and asks for is said once, however many parts it takes.
        let (offers, asks) = if part == 1 { (first.offers.clone(), first.asks.clone()) } else { (vec![], vec![]) };
        written.push(ReplySubmitted { reply, body, offers, asks, part, ..first.clone() });
    }
    if written.is_empty() {
        written.push(first.clone());
    }
    if submit.private && !submit.public_note.trim().is_empty() {
        let aloud = if target.private { public_to_answer(state)? } else { target };
        written.push(ReplySubmitted {
            reply: ReplyId::of_part(conversation, request, parts.saturating_add(1)),
            private: false,
            in_reply_to: aloud.key,
            in_reply_to_native_id: aloud.native_id.to_string(),
            body: Personal::text(submit.public_note.clone()),
            offers: Vec::new(),
            asks: Vec::new(),
            part: 1,
            parts: 1,
            notice: MOVED_TO_PRIVATE.into(),
            ..first
        });
    }
    Ok(written)
}

/// What is said in public when the answer stands in private. It is no answer itself.
pub const MOVED_TO_PRIVATE: &str = "moved_to_private";
/// The customer is told when people are back.
pub const OUT_OF_HOURS: &str = "out_of_hours";
/// The customer is told that a private message is here.
pub const RECEIVED: &str = "received";
/// The customer is told when he is called, reminded of it, and told that nobody did.
pub const CALLBACK_BOOKED: &str = "callback_booked";
pub const CALLBACK_REMINDER: &str = "callback_reminder";
pub const CALLBACK_MISSED: &str = "callback_missed";
/// Something that the customer is told and nobody wrote.
#[derive(Debug, Clone, PartialEq)]
pub struct Notify {
    /// [`OUT_OF_HOURS`], [`RECEIVED`] or a word about a call.
    pub notice: &'static str,
    pub text: PersonalText,
    /// He wants to be answered in private, wherever he wrote.
    pub in_private: bool,
}

/// Who says what nobody says.
const NOBODY: &str = "earshot";

/// Tells the customer something that nobody wrote.
pub(crate) fn notify(
    state: &Conversation,
    conversation: &ConversationId,
    record: &RecordId,
    notify: &Notify,
    now: Timestamp,
) -> Decision {
    let Notify { notice, text, in_private } = notify;
    // A promise to call outlives the end of the conversation.
    let of_call = matches!(*notice, CALLBACK_BOOKED | CALLBACK_REMINDER | CALLBACK_MISSED);
    if !(of_call && state.status() == Status::Resolved) {
        state.must_be_open()?;
    }
    let reply = ReplyId::of(conversation, record);
    let Some(target) = to_notify(state, *in_private, now).filter(|_| state.reply(&reply).is_none()) else {
        return Ok(Vec::new());
    };
    Ok(vec![Fact::from(ReplySubmitted {
        reply,
        person: PersonId::new(NOBODY).expect("it is a name"),
        network: state.network.clone().ok_or(Rejection::NotOpened)?,
        private: target.private,
        in_reply_to: target.key,
        in_reply_to_native_id: target.native_id.to_string(),
        body: Personal::text(&**text),
        offers: Vec::new(),
        asks: Vec::new(),
        warnings: Vec::new(),
        overrode: String::new(),
        part: 1,
        parts: 1,
        notice: (*notice).into(),
    })])
}

/// The post under which the customer is told something: his newest, or the newest in private where he wants that and the
/// network still takes it.
fn to_notify(state: &Conversation, in_private: bool, now: Timestamp) -> Option<&Post> {
    let takes_private = in_private && window::must_be_open(state, now).is_ok();
    let private = state.received_posts().filter(|post| takes_private && post.private && post.deleted_at.is_none());
    private.max_by_key(|post| post.clock()).or_else(|| newest_to_answer(state))
}

/// The post that a reply answers which names none: the customer's newest that is still there, since a network refuses an answer
/// to one that was taken away.
pub fn newest_to_answer(state: &Conversation) -> Option<&Post> {
    let there = state.received_posts().filter(|post| post.deleted_at.is_none());
    there.max_by_key(|post| post.clock()).or_else(|| state.newest_post())
}

/// The customer's newest post that everybody reads: what he said in private is answered there and nowhere else.
fn public_to_answer(state: &Conversation) -> Result<&Post, Rejection> {
    let public = state.received_posts().filter(|post| !post.private);
    let newest = public.max_by_key(|post| (post.deleted_at.is_none(), post.clock()));
    newest.ok_or(if state.newest_post().is_some() { Rejection::AskedInPrivate } else { Rejection::UnknownPost })
}

/// Begins a try. `after_doubt` says that the last try was looked up and is known not to have arrived.
pub(crate) fn attempt(state: &Conversation, reply: &ReplyId, at: Timestamp, after_doubt: bool) -> Decision {
    let known = state.reply(reply).ok_or(Rejection::UnknownReply)?;
    let may = match known.status {
        ReplyStatus::Submitted | ReplyStatus::Retrying => true,
        ReplyStatus::Attempted => after_doubt,
        ReplyStatus::InDoubt | ReplyStatus::Sent | ReplyStatus::Failed => false,
    };
    if !may {
        return Err(Rejection::ReplyNotSendable { status: known.status });
    }
    Ok(vec![Fact::from(ReplyAttempted { reply: *reply, attempt: known.attempts + 1, attempted_at: at })])
}

pub(crate) fn confirm(state: &Conversation, sent: &ReplySent) -> Decision {
    let known = state.reply(&sent.reply).ok_or(Rejection::UnknownReply)?;
    match known.status {
        ReplyStatus::Sent => Ok(Vec::new()),
        ReplyStatus::Failed => Err(Rejection::ReplyNotSendable { status: known.status }),
        _ => Ok(vec![Fact::from(sent.clone())]),
    }
}

pub(crate) fn fail(state: &Conversation, failed: &ReplyFailed) -> Decision {
    let known = state.reply(&failed.reply).ok_or(Rejection::UnknownReply)?;
    // How an earlier try ended says nothing about the one that is on its way now.
    if failed.attempt < known.attempts {
        return Ok(Vec::new());
    }
    match known.status {
        ReplyStatus::Failed => Ok(Vec::new()),
        ReplyStatus::Retrying if !failed.is_final && known.attempts == failed.attempt => Ok(Vec::new()),
        ReplyStatus::Sent => Err(Rejection::ReplyNotSendable { status: known.status }),
        // A doubt ends for good, or by a person; it never leads to another try by itself.
        ReplyStatus::InDoubt if !failed.is_final => Err(Rejection::ReplyNotSendable { status: known.status }),
        _ => Ok([failed.clone()].into_iter().chain(parts_after(state, failed)).map(Fact::from).collect()),
    }
}

/// What is left of an answer in parts when one of them has failed for good: nothing more of it goes out, so that nobody reads
/// an end without its middle.
fn parts_after(state: &Conversation, failed: &ReplyFailed) -> Vec<ReplyFailed> {
    let at = state.replies.iter().position(|reply| reply.id == Some(failed.reply));
    let Some(at) = at.filter(|_| failed.is_final) else { return Vec::new() };
    let later = state.replies[at + 1..].iter().zip(state.replies[at].part + 1..);
    let failed_parts = state.replies[at].parts;
    // The public word that an answer stands in private belongs to it: where there is none, it would be a lie.
    let belongs = |reply: &Reply, part: u32| match reply.notice {
        true => reply.note,
        false => reply.part == part && reply.parts == failed_parts,
    };
    let later = later.take_while(|(reply, part)| belongs(reply, *part));
    let failed = |reply: ReplyId| ReplyFailed {
        reply,
        attempt: 0,
        reason: EARLIER_PART_FAILED.into(),
        is_final: true,
        retry_at: None,
    };
    later.filter(|(reply, _)| reply.status.on_its_way()).filter_map(|(reply, _)| reply.id.map(failed)).collect()
}

/// Why a part of an answer was not sent that nothing was wrong with.
pub const EARLIER_PART_FAILED: &str = "earlier_part_failed";

pub(crate) fn doubt(state: &Conversation, doubt: &ReplyInDoubt) -> Decision {
    let known = state.reply(&doubt.reply).ok_or(Rejection::UnknownReply)?;
    match known.status {
        ReplyStatus::InDoubt => Ok(Vec::new()),
        ReplyStatus::Attempted => Ok(vec![Fact::from(doubt.clone())]),
        _ => Err(Rejection::ReplyNotSendable { status: known.status }),
    }
}

/// A person says how a reply in doubt ended. If it arrived, it did so with its last try: what the customer has
/// written since is not answered by it.
pub(crate) fn settle(state: &Conversation, reply: &ReplyId, arrived: bool) -> Decision {
    let known = state.reply(reply).ok_or(Rejection::UnknownReply)?;
    match (known.status, arrived) {
        (ReplyStatus::Sent, true) | (ReplyStatus::Failed, false) => Ok(Vec::new()),
        (ReplyStatus::InDoubt, true) => Ok(vec![Fact::from(ReplySent {
            reply: *reply,
            native_id: String::new(),
            post: None,
            sent_at: known.at,
            how: "settled".into(),
        })]),
        (ReplyStatus::InDoubt, false) => {
            let reason = "settled_not_arrived".into();
            let failed = ReplyFailed { reply: *reply, attempt: known.attempts, reason, is_final: true, retry_at: None };
            let after = parts_after(state, &failed);
            Ok([failed].into_iter().chain(after).map(Fact::from).collect())
        }
        _ => Err(Rejection::ReplyNotInDoubt { status: known.status }),
    }
}

pub(crate) fn evolve_submitted(state: &mut Conversation, fact: &ReplySubmitted, at: Timestamp) {
    if state.reply(&fact.reply).is_some() {
        return;
    }
    crate::state::push(
        &mut state.replies,
        Reply {
            id: Some(fact.reply),
            post: None,
            status: ReplyStatus::Submitted,
            person: Some(fact.person.clone()),
            private: fact.private,
            attempts: 0,
            at,
            timed: true,
            offers: fact.offers.iter().map(|code| code.as_str().into()).collect(),
            asks: fact.asks.iter().map(|code| code.as_str().into()).collect(),
            part: fact.part,
            parts: fact.parts,
            notice: !fact.notice.is_empty(),
            note: fact.notice == MOVED_TO_PRIVATE,
            resumed: 0,
            failed: "".into(),
            given_up: false,
        },
    );
    if fact.notice == OUT_OF_HOURS {
        state.notices += 1;
        state.noticed_at = Some(at);
    }
}

pub(crate) fn evolve_attempted(state: &mut Conversation, fact: &ReplyAttempted) {
    if let Some(reply) = state.reply_mut(&fact.reply) {
        reply.status = ReplyStatus::Attempted;
        reply.attempts = reply.attempts.max(fact.attempt);
        reply.at = fact.attempted_at;
    }
}

pub(crate) fn evolve_sent(state: &mut Conversation, fact: &ReplySent) {
    // The network may have shown it to us before it answered our call: the two are one reply.
    if fact.post.is_some() {
        state.replies.retain(|reply| reply.id.is_some() || reply.post != fact.post);
    }
    let Some(reply) = state.reply_mut(&fact.reply) else { return };
    reply.status = ReplyStatus::Sent;
    reply.at = fact.sent_at;
    reply.post = fact.post;
}

pub(crate) fn evolve_failed(state: &mut Conversation, fact: &ReplyFailed) {
    if let Some(reply) = state.reply_mut(&fact.reply) {
        reply.status = if fact.is_final { ReplyStatus::Failed } else { ReplyStatus::Retrying };
        if fact.is_final {
            reply.failed = fact.reason.as_str().into();
        }
    }
}

pub(crate) fn evolve_in_doubt(state: &mut Conversation, fact: &ReplyInDoubt) {
    if let Some(reply) = state.reply_mut(&fact.reply) {
        reply.status = ReplyStatus::InDoubt;
    }
}

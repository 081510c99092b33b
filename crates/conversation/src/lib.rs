//! The story of a customer's matter with a brand, in pure code: no I/O, no clock, no chance. A post is received,
//! classified, routed, replied to and resolved; each chapter is a module, in that order.
//!
//! - [`Fact`]s are what happened; [`Record`] holds all facts of one decision.
//! - [`evolve`] folds a record into the state. It never fails and never judges.
//! - [`decide`] answers a [`Command`] with facts or a [`Rejection`]. No facts means "already so", which makes every
//!   command safe to repeat. It never changes anything.
//!
//! What a decision needs (the time, what the brand's rules say) comes in with the command.

pub mod approval;
pub mod brand_facts;
pub mod callback;
pub mod classified;
pub mod customer;
pub mod deadlines;
pub mod desk;
pub mod fact;
pub mod ids;
pub mod notice;
pub mod personal;
pub mod placed;
pub mod received;
pub mod record;
pub mod replied;
pub mod resolved;
pub mod resumed;
pub mod rising;
pub mod routed;
pub mod state;
pub mod surge;
pub mod told;
pub mod window;

pub use customer::Customer;
pub use fact::Fact;
pub use ids::{
    BrandId, CallbackId, ConversationId, CustomerId, IncidentId, Network, NoteId, NoticeId, PersonId, PostKey,
    PromiseId, RecordId, ReplyId, TeamId,
};
pub use personal::{Attachment, Personal, PersonalText};
pub use record::{Actor, Record, Subject};
pub use state::{Conversation, Status};

use approval::ApproveReply;
use callback::{BookCallback, CallbackStatus};
use classified::{CorrectClassification, Head, PostClassified};
use deadlines::{DeadlineKind, DeadlineSet};
use jiff::Timestamp;
use notice::NoticeStatus;
use placed::{Offered, Placed};
use received::{ContactRecorded, EngagementObserved, PostDeleted, PostEdited, PostReceived, ReplyObserved};
use replied::{Notify, ReplyFailed, ReplyInDoubt, ReplySent, SubmitReply};
use resolved::{Absorbed, Outcome};
use rising::{FlagLowered, FlagRaised};
use routed::RouteDecision;
use state::ReplyStatus;

/// What a decision answers: facts, none of them for "already so", or why not.
pub type Decision = Result<Vec<Fact>, Rejection>;

/// Something to be done to one conversation.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    ReceivePost(Box<PostReceived>),
    EditPost(PostEdited),
    DeletePost(PostDeleted),
    ObserveEngagement(EngagementObserved),
    ObserveReply(Box<ReplyObserved>),
    RecordContact(ContactRecorded),
    ClassifyPost(Box<PostClassified>),
    CorrectClassification(CorrectClassification),
    /// The answer of another model, to stand beside the first one.
    ReclassifyPost(Box<PostClassified>),
    RoutePost(RouteDecision),
    /// Another team serves it for a while, or its own one again.
    Place(Placed),
    /// It is given to somebody who is free.
    Offer(Offered),
    LapseOffer {
        person: PersonId,
        reason: &'static str,
    },
    RaiseFlags(Vec<FlagRaised>),
    LowerFlags(Vec<FlagLowered>),
    JoinIncident(IncidentId),
    Claim {
        person: PersonId,
        /// The team he takes it for, when it is not the one that the conversation is with.
        team: Option<TeamId>,
    },
    Release {
        person: PersonId,
        reason: String,
    },
    HandOff {
        by: PersonId,
        to_team: TeamId,
        to_person: Option<PersonId>,
        reason: String,
    },
    Escalate {
        by: Option<PersonId>,
        to_team: Option<TeamId>,
        reason: String,
    },
    Deescalate {
        by: Option<PersonId>,
        reason: String,
    },
    BookCallback(BookCallback),
    CallbackComesDue(CallbackId),
    FinishCallback {
        callback: CallbackId,
        person: PersonId,
    },
    MissCallback(CallbackId),
    AddNote {
        person: PersonId,
        body: Personal,
    },
    SubmitReply(SubmitReply),
    /// Tells the customer something that nobody wrote.
    Notify(Notify),
    AttemptReply {
        reply: ReplyId,
        after_doubt: bool,
    },
    ConfirmReply(ReplySent),
    FailReply(ReplyFailed),
    DoubtReply(ReplyInDoubt),
    SettleReply {
        reply: ReplyId,
        arrived: bool,
    },
    /// A reply in doubt is not there: it is sent once more, with what stands after it.
    SendAgain {
        reply: ReplyId,
        person: PersonId,
    },
    /// What failed of an answer is sent once more.
    ResumeReply {
        reply: ReplyId,
        person: PersonId,
    },
    GiveUpReply {
        reply: ReplyId,
        person: PersonId,
        reason: String,
    },
    ApproveReply(ApproveReply),
    SendBackReply {
        proposal: ReplyId,
        person: PersonId,
        reason: String,
    },
    WarnOfWindow {
        closes_at: Timestamp,
    },
    StartDeadline(DeadlineSet),
    WarnOfDeadline {
        kind: DeadlineKind,
        due_at: Timestamp,
    },
    PassDeadline {
        kind: DeadlineKind,
        due_at: Timestamp,
    },
    Resolve {
        person: Option<PersonId>,
        outcome: Outcome,
    },
    Reopen {
        person: PersonId,
        reason: String,
    },
    MergeInto {
        target: ConversationId,
        reason: String,
        person: Option<PersonId>,
    },
    Absorb(Absorbed),
}

/// Which conversation a command is for, what asked for it, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Context {
    pub conversation: ConversationId,
    /// The id of the record to be written, derived from what caused it ([`RecordId::caused`]): the same cause twice
    /// changes nothing the second time.
    pub record: RecordId,
    pub now: Timestamp,
}

/// Why a command was refused. It names what stands in the way, and never what a customer wrote.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    #[error("the conversation is not opened yet; wait until its first post is routed")]
    NotOpened,
    #[error("the conversation is resolved; reopen it first")]
    AlreadyResolved,
    #[error("the conversation was merged; go on with conversation {target}")]
    MergedInto { target: ConversationId },
    #[error("a conversation cannot be merged into itself, nor into one that it has taken over; name another one")]
    MergesIntoItself,
    #[error("{person} has claimed the conversation; ask for a hand-off or wait for its release")]
    ClaimedBySomeoneElse { person: PersonId },
    #[error("the post is not part of this conversation")]
    UnknownPost,
    #[error("the customer wrote this in private; answer in private, or name a public post of his in in_reply_to")]
    AskedInPrivate,
    #[error("the post is not classified yet")]
    NotClassified,
    #[error("{} has no such label; use one of: {known}", head.as_str())]
    UnknownLabel { head: Head, known: String },
    #[error("the reply is not part of this conversation")]
    UnknownReply,
    #[error("the reply cannot be sent, failed or retried any more: it is {status:?}")]
    ReplyNotSendable { status: ReplyStatus },
    #[error("only a reply in doubt can be settled by a person: this one is {status:?}")]
    ReplyNotInDoubt { status: ReplyStatus },
    #[error("a reply is still on its way; wait until it is sent or has failed")]
    ReplyOnItsWay,
    #[error("a reply waits for somebody to agree to it; approve it or send it back first")]
    ReplyWaitsForApproval,
    #[error("no such reply waits for approval here; it was approved or sent back, or is of another conversation")]
    UnknownProposal,
    #[error("nobody approves a reply of his own; ask somebody else")]
    OwnProposal,
    #[error(
        "the network takes no private message since {closed_at}; answer in public and ask the customer to write again, or call"
    )]
    WindowClosed { closed_at: Timestamp },
    #[error("a reason is needed")]
    ReasonMissing,
    #[error("the text is empty")]
    TextMissing,
    #[error("the callback is not part of this conversation")]
    UnknownCallback,
    #[error("the promise is not one that this customer was made")]
    UnknownPromise,
    #[error("a callback is booked ahead; give a time that is still to come")]
    CallbackInThePast,
    #[error("there is no such notice")]
    UnknownNotice,
    #[error("the notice cannot be sent, failed or retried any more: it is {status:?}")]
    NoticeNotSendable { status: NoticeStatus },
    #[error("only a notice in doubt can be settled by a person: this one is {status:?}")]
    NoticeNotInDoubt { status: NoticeStatus },
    #[error("a profile cannot be linked to itself; name the other one")]
    LinksToItself,
    #[error("it is not due before {due_at}")]
    NotDue { due_at: Timestamp },
}

impl Rejection {
    /// The reason as other systems read it (`google.rpc.ErrorInfo.reason`).
    pub fn code(&self) -> &'static str {
        match self {
            Rejection::NotOpened => "NOT_OPENED",
            Rejection::AlreadyResolved => "ALREADY_RESOLVED",
            Rejection::MergedInto { .. } => "MERGED",
            Rejection::MergesIntoItself => "MERGES_INTO_ITSELF",
            Rejection::ClaimedBySomeoneElse { .. } => "CLAIMED_BY_SOMEONE_ELSE",
            Rejection::UnknownPost => "UNKNOWN_POST",
            Rejection::AskedInPrivate => "ASKED_IN_PRIVATE",
            Rejection::NotClassified => "NOT_CLASSIFIED",
            Rejection::UnknownLabel { .. } => "UNKNOWN_LABEL",
            Rejection::UnknownReply => "UNKNOWN_REPLY",
            Rejection::ReplyNotSendable { .. } => "REPLY_NOT_SENDABLE",
            Rejection::ReplyNotInDoubt { .. } => "REPLY_NOT_IN_DOUBT",
            Rejection::ReplyOnItsWay => "REPLY_ON_ITS_WAY",
            Rejection::ReplyWaitsForApproval => "REPLY_WAITS_FOR_APPROVAL",
            Rejection::UnknownProposal => "UNKNOWN_PROPOSAL",
            Rejection::OwnProposal => "OWN_PROPOSAL",
            Rejection::WindowClosed { .. } => "WINDOW_CLOSED",
            Rejection::ReasonMissing => "REASON_MISSING",
            Rejection::TextMissing => "TEXT_MISSING",
            Rejection::UnknownCallback => "UNKNOWN_CALLBACK",
            Rejection::UnknownPromise => "UNKNOWN_PROMISE",
            Rejection::CallbackInThePast => "CALLBACK_IN_THE_PAST",
            Rejection::UnknownNotice => "UNKNOWN_NOTICE",
            Rejection::NoticeNotSendable { .. } => "NOTICE_NOT_SENDABLE",
            Rejection::NoticeNotInDoubt { .. } => "NOTICE_NOT_IN_DOUBT",
            Rejection::LinksToItself => "LINKS_TO_ITSELF",
            Rejection::NotDue { .. } => "NOT_DUE",
        }
    }
}

/// Answers a command with the facts that it makes true.
pub fn decide(state: &Conversation, command: &Command, context: &Context) -> Decision {
    if state.seen.contains(&context.record) {
        return Ok(Vec::new());
    }
    let facts = answer(state, command, context)?;
    Ok(deadlines::go_on(state, facts, context.now))
}

fn answer(state: &Conversation, command: &Command, context: &Context) -> Decision {
    let Context { conversation, record, now } = context;
    match command {
        Command::ReceivePost(post) => received::receive(state, post),
        Command::EditPost(edit) => received::edit(state, edit),
        Command::DeletePost(deleted) => received::delete(state, deleted),
        Command::ObserveEngagement(seen) => received::observe(state, seen),
        Command::ObserveReply(reply) => received::observe_reply(state, reply),
        Command::RecordContact(contact) => Ok(vec![Fact::from(contact.clone())]),
        Command::ClassifyPost(class) => classified::classify(state, class),
        Command::CorrectClassification(ask) => classified::correct(state, ask),
        Command::ReclassifyPost(class) => classified::reclassify(state, class),
        Command::RoutePost(decision) => routed::route(state, decision),
        Command::Place(placed) => placed::place(state, placed),
        Command::Offer(offered) => placed::offer(state, offered),
        Command::LapseOffer { person, reason } => placed::lapse(state, person, reason, *now),
        Command::RaiseFlags(raised) => rising::raise(state, raised),
        Command::LowerFlags(lowered) => rising::lower(state, lowered),
        Command::JoinIncident(incident) => surge::join(state, *incident),
        Command::Claim { person, team } => desk::claim(state, person, team.as_ref()),
        Command::Release { person, reason } => desk::release(state, person, reason),
        Command::HandOff { by, to_team, to_person, reason } => {
            desk::hand_off(state, by, to_team, to_person.as_ref(), reason)
        }
        Command::Escalate { by, to_team, reason } => desk::escalate(state, by.as_ref(), to_team.as_ref(), reason),
        Command::Deescalate { by, reason } => rising::deescalate(state, by.as_ref(), reason),
        Command::BookCallback(ask) => callback::book(state, conversation, record, ask, *now),
        Command::CallbackComesDue(id) => callback::come_due(state, id, *now),
        Command::FinishCallback { callback, person } => callback::done(state, callback, person),
        Command::MissCallback(id) => callback::miss(state, id, *now),
        Command::AddNote { person, body } => desk::note(state, conversation, record, person, body),
        Command::SubmitReply(submit) => replied::submit(state, conversation, record, submit, *now),
        Command::Notify(notify) => replied::notify(state, conversation, record, notify, *now),
        Command::AttemptReply { reply, after_doubt } => replied::attempt(state, reply, *now, *after_doubt),
        Command::ConfirmReply(sent) => replied::confirm(state, sent),
        Command::FailReply(failed) => replied::fail(state, failed),
        Command::DoubtReply(doubt) => replied::doubt(state, doubt),
        Command::SettleReply { reply, arrived } => replied::settle(state, reply, *arrived),
        Command::SendAgain { reply, person } => resumed::send_again(state, reply, person, *now),
        Command::ResumeReply { reply, person } => resumed::resume(state, reply, person, *now),
        Command::GiveUpReply { reply, person, reason } => resumed::give_up(state, reply, person, reason),
        Command::ApproveReply(ask) => approval::approve(state, ask, *now),
        Command::SendBackReply { proposal, person, reason } => approval::send_back(state, proposal, person, reason),
        Command::WarnOfWindow { closes_at } => window::warn(state, *closes_at, *now),
        Command::StartDeadline(set) => deadlines::start(state, set),
        Command::WarnOfDeadline { kind, due_at } => deadlines::warn(state, *kind, *due_at, *now),
        Command::PassDeadline { kind, due_at } => deadlines::pass(state, *kind, *due_at, *now),
        Command::Resolve { person, outcome } => resolved::resolve(state, person.as_ref(), *outcome),
        Command::Reopen { person, reason } => resolved::reopen(state, person, reason),
        Command::MergeInto { target, reason, person } => {
            resolved::merge(state, conversation, *target, reason, person.as_ref())
        }
        Command::Absorb(absorbed) => resolved::absorb(state, conversation, absorbed),
    }
}

/// Folds one record into the state. A record that is in already changes nothing.
pub fn evolve(state: &mut Conversation, record: &Record) {
    if state.seen.contains(&record.id) {
        return;
    }
    state.seen.push(record.id);
    for fact in &record.facts {
        evolve_fact(state, fact, record.occurred_at);
    }
    // What another model says is nothing that happened to the customer's matter.
    if !record.facts.iter().all(|fact| matches!(fact, Fact::PostReclassified(_))) {
        state.last_activity_at = state.last_activity_at.max(Some(record.occurred_at));
    }
    state.private = state.newest_is_private();
    // Whoever takes it on, or closes it, decides himself what the correction means for it; and nobody is offered it any more.
    if !state.awaits_nobody_but_rules() {
        state.posts.iter_mut().for_each(|post| post.reconsider = None);
        state.offer = None;
    }
    // A resolution, a deletion or a new reading of a post can end the wait as an answer does; then its clock stops, and
    // whatever waits since later has one of its own.
    let waits = state.clock_start();
    if state.deadline.as_ref().is_some_and(|running| waits.is_none_or(|since| since > running.clock_started_at)) {
        state.deadline = None;
    }
    deadlines::evolve_pause(state, record.occurred_at);
}

fn evolve_fact(state: &mut Conversation, fact: &Fact, at: Timestamp) {
    match fact {
        Fact::PostReceived(fact) => received::evolve_received(state, fact, at),
        Fact::PostEdited(fact) => received::evolve_edited(state, fact),
        Fact::PostDeleted(fact) => received::evolve_deleted(state, fact),
        Fact::EngagementObserved(fact) => received::evolve_engagement(state, fact),
        Fact::ContactRecorded(_) => state.contacts += 1,
        Fact::ReplyObserved(fact) => {
            received::evolve_observed_reply(state, fact, at);
            state.answered(fact.posted_at.unwrap_or(at));
        }
        Fact::PostClassified(fact) => classified::evolve(state, fact),
        Fact::ClassificationCorrected(fact) => classified::evolve_corrected(state, fact),
        Fact::PostReclassified(fact) => classified::evolve_reclassified(state, fact),
        Fact::ConversationOpened(fact) => routed::evolve_opened(state, fact, at),
        Fact::Routed(fact) => routed::evolve_routed(state, fact),
        Fact::Placed(fact) => placed::evolve_placed(state, fact),
        Fact::Offered(fact) => placed::evolve_offered(state, fact),
        Fact::OfferLapsed(fact) => placed::evolve_lapsed(state, fact),
        Fact::FlagRaised(fact) => rising::evolve_raised(state, fact, at),
        Fact::FlagLowered(fact) => rising::evolve_lowered(state, fact),
        Fact::IncidentJoined(fact) => state.incident = Some(fact.incident),
        Fact::DeadlineSet(fact) => deadlines::evolve_set(state, fact),
        Fact::DeadlineWarned(fact) => deadlines::evolve_warned(state, fact),
        Fact::DeadlineBreached(fact) => deadlines::evolve_breached(state, fact),
        Fact::Claimed(fact) => desk::evolve_claimed(state, fact),
        Fact::Released(fact) => desk::evolve_released(state, fact),
        Fact::HandedOff(fact) => desk::evolve_handed_off(state, fact),
        Fact::Escalated(fact) => desk::evolve_escalated(state, fact, at),
        Fact::Deescalated(_) => rising::evolve_deescalated(state, at),
        Fact::CallbackBooked(fact) => callback::evolve_booked(state, fact),
        Fact::CallbackDue(fact) => callback::evolve_status(state, &fact.callback, CallbackStatus::Due),
        Fact::CallbackDone(fact) => callback::evolve_status(state, &fact.callback, CallbackStatus::Done),
        Fact::CallbackMissed(fact) => callback::evolve_status(state, &fact.callback, CallbackStatus::Missed),
        Fact::NoteAdded(_) => state.notes += 1,
        Fact::DraftStopped(_) => state.stopped_drafts += 1,
        Fact::ReplySubmitted(fact) => replied::evolve_submitted(state, fact, at),
        Fact::ReplyAttempted(fact) => replied::evolve_attempted(state, fact),
        Fact::ReplySent(fact) => {
            replied::evolve_sent(state, fact);
            // An answer in parts is one when its last part is there.
            if state.reply(&fact.reply).is_none_or(|reply| reply.part == reply.parts && !reply.notice) {
                state.answered(fact.sent_at);
            }
        }
        Fact::ReplyFailed(fact) => replied::evolve_failed(state, fact),
        Fact::ReplyInDoubt(fact) => replied::evolve_in_doubt(state, fact),
        Fact::ReplyProposed(fact) => approval::evolve_proposed(state, fact, at),
        Fact::ReplyApproved(fact) => approval::evolve_approved(state, fact),
        Fact::ReplySentBack(fact) => approval::evolve_sent_back(state, fact),
        Fact::ReplyResumed(fact) => resumed::evolve_resumed(state, fact),
        Fact::ReplyGivenUp(fact) => resumed::evolve_given_up(state, fact),
        Fact::WindowWarned(fact) => state.window_warned = Some(fact.closes_at),
        Fact::Resolved(fact) => resolved::evolve_resolved(state, fact, at),
        Fact::Reopened(fact) => resolved::evolve_reopened(state, fact, at),
        Fact::Merged(fact) => resolved::evolve_merged(state, fact),
        Fact::Absorbed(fact) => resolved::evolve_absorbed(state, fact),
        // These are never written to a conversation; meeting one changes nothing.
        Fact::PostFiltered(_)
        | Fact::PostBroughtBack(_)
        | Fact::CustomerTeamSet(_)
        | Fact::TeamChoiceChanged(_)
        | Fact::CustomerProfiled(_)
        | Fact::AnswerWayChosen(_)
        | Fact::ProfilesLinked(_)
        | Fact::ProfilesUnlinked(_)
        | Fact::ExceptionGranted(_)
        | Fact::PromiseMade(_)
        | Fact::PromiseKept(_)
        | Fact::SettingsPublished(_)
        | Fact::PresenceChanged(_)
        | Fact::SurgeDetected(_)
        | Fact::SurgeEnded(_)
        | Fact::ShiftPostSubmitted(_)
        | Fact::PersonNoticeSubmitted(_)
        | Fact::PersonNoticeExtended(_)
        | Fact::NewsChosen(_)
        | Fact::NoticeAttempted(_)
        | Fact::NoticeSent(_)
        | Fact::NoticeFailed(_)
        | Fact::NoticeInDoubt(_)
        | Fact::IntakeCounted(_) => {}
    }
}

/// What the records of one subject add up to.
pub trait Story: Default + Clone {
    /// Folds one record. A record that is in already changes nothing.
    fn evolve(&mut self, record: &Record);

    /// Folds records in the order of the log.
    fn fold<'a>(records: impl IntoIterator<Item = &'a Record>) -> Self {
        let mut state = Self::default();
        for record in records {
            state.evolve(record);
        }
        state
    }
}

impl Story for Conversation {
    fn evolve(&mut self, record: &Record) {
        evolve(self, record);
    }
}

impl Story for Customer {
    fn evolve(&mut self, record: &Record) {
        customer::evolve(self, record);
    }
}

/// Folds records in the order of the log.
pub fn fold<'a>(records: impl IntoIterator<Item = &'a Record>) -> Conversation {
    Story::fold(records)
}

//! A conversation in one line, as lists and wallboards show it. It holds nothing that a customer wrote.

use crate::view::{Entry, View};
use crate::{offers, queue};
use conversation::classified::Head;
use conversation::rising::Flag;
use conversation::state::{self, Deadline, ReplyStatus};
use conversation::{BrandId, Conversation, ConversationId, CustomerId, Status, approval, callback, resumed, window};
use jiff::Timestamp;
use wire::pb::conversation::{
    Callback, CallbackStatus, Clock, ConversationStatus, ConversationSummary, MessageWindow, ProposedReply, ScorePart,
    SlaState, UnfinishedReply,
};
use wire::timestamp;

/// The summary of a conversation as it stands on the desk at this instant: with what time and others have a say in.
pub(crate) fn summary(view: &View, conversation: ConversationId, entry: &Entry, now: Timestamp) -> ConversationSummary {
    let state = &entry.state;
    let score = queue::score(state, now);
    let way = view.answer_way(&entry.customer);
    let elsewhere = way.network.filter(|network| state.network.as_ref() != Some(network));
    ConversationSummary {
        preferred_person: offers::preferred(view, entry).map(|person| person.to_string()).unwrap_or_default(),
        score: score.iter().map(|part| ScorePart { name: part.name.to_owned(), points: part.points }).collect(),
        exposure: state.exposure(now),
        answer_network: elsewhere.map(|network| network.to_string()).unwrap_or_default(),
        answer_in_private: way.in_private,
        ..summarise(conversation, &entry.brand, &entry.customer, state, entry.version)
    }
}

/// What would help, by what the conversation is: a call when it goes back and forth or the customer asks for one, a private
/// message when something that identifies somebody stands in public. Empty when nothing is suggested.
pub fn suggestion(state: &Conversation) -> &'static str {
    let class = state.class();
    let wants_call = class.is_some_and(|class| class.label(Head::Call) == "wanted");
    let identifies =
        |kind: &str| matches!(kind, "booking" | "phone" | "email" | "card" | "iban" | "account" | "address");
    let exposed = class.is_some_and(|class| class.recognised.iter().any(|kind| identifies(kind)));
    match () {
        () if state.has_flag(Flag::PingPong) || wants_call => "call",
        () if exposed && !state.private => "private",
        () => "",
    }
}

fn clock(deadline: &Deadline) -> Clock {
    Clock {
        kind: wire::deadline_kind_to_pb(deadline.kind).into(),
        clock: wire::deadline_clock_to_pb(deadline.clock).into(),
        started_at: Some(timestamp(deadline.clock_started_at)),
        due_at: Some(timestamp(deadline.due_at)),
        breached: deadline.breached,
        paused_at: deadline.paused_at.map(timestamp),
    }
}

fn callback(known: &state::Callback) -> Callback {
    let status = match known.status {
        callback::CallbackStatus::Booked => CallbackStatus::Booked,
        callback::CallbackStatus::Due => CallbackStatus::Due,
        callback::CallbackStatus::Done => CallbackStatus::Done,
        callback::CallbackStatus::Missed => CallbackStatus::Missed,
    };
    Callback {
        callback_id: known.id.to_string(),
        due_at: Some(timestamp(known.due_at)),
        timezone: known.timezone.to_string(),
        person: known.person.as_ref().map(ToString::to_string).unwrap_or_default(),
        status: status.into(),
    }
}

fn proposal(known: &approval::Proposal) -> ProposedReply {
    ProposedReply {
        proposal_id: known.id.to_string(),
        person: known.person.to_string(),
        why: known.why.iter().map(|code| code.to_string()).collect(),
        private: known.private,
        proposed_at: Some(timestamp(known.at)),
    }
}

fn unfinished(state: &Conversation) -> Option<UnfinishedReply> {
    let open = resumed::unfinished(state)?;
    Some(UnfinishedReply {
        reply_id: open.failed.id.map(|id| id.to_string()).unwrap_or_default(),
        part: open.failed.part,
        parts: open.failed.parts,
        parts_sent: open.sent,
        reason: open.failed.failed.to_string(),
    })
}

fn message_window(state: &Conversation) -> Option<MessageWindow> {
    let window = window::window(state)?;
    Some(MessageWindow {
        opened_at: Some(timestamp(window.opened_at)),
        closes_at: Some(timestamp(window.closes_at)),
        person_until: window.person_until.map(timestamp),
        warned: state.window_warned == Some(window.closes_at),
    })
}

/// The summary of a conversation in this state, which the log had at the sequence `version`.
pub fn summarise(
    conversation: ConversationId,
    brand: &BrandId,
    customer: &CustomerId,
    state: &Conversation,
    version: u64,
) -> ConversationSummary {
    let class = state.class();
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let name = |name: Option<&dyn ToString>| name.map(|name| name.to_string()).unwrap_or_default();
    let spread = state.spread();
    ConversationSummary {
        conversation_id: conversation.to_string(),
        brand: brand.to_string(),
        customer_id: customer.to_string(),
        network: state.network.as_ref().map(ToString::to_string).unwrap_or_default(),
        private: state.private,
        status: status(state.status()).into(),
        team: state.team.as_ref().map(ToString::to_string).unwrap_or_default(),
        assignee: state.assignee.as_ref().map(ToString::to_string).unwrap_or_default(),
        priority: wire::priority_to_pb(state.priority).into(),
        rule: state.rule.to_string(),
        intent: text(class.map(|class| &*class.intent)),
        sentiment: text(class.map(|class| &*class.sentiment)),
        language: text(class.map(|class| &*class.language)),
        posts: count(state.received_posts().count()),
        answers: count(state.answers()),
        hand_offs: state.hand_offs,
        reopened: state.reopened,
        escalated: state.escalated,
        reach: state.reach(),
        first_post_at: state.first_post_at().map(timestamp),
        last_activity_at: state.last_activity_at.map(timestamp),
        waiting_since: state.waiting_since().map(timestamp),
        due_at: state.deadline.as_ref().map(|deadline| timestamp(deadline.due_at)),
        sla: sla(state).into(),
        first_response_seconds: state.first_response_seconds(),
        merged_into: state.merged_into.map(|target| target.to_string()).unwrap_or_default(),
        demo: state.demo,
        breaches: state.breaches,
        outcome: state.outcome.map_or(0, |outcome| wire::outcome_to_pb(outcome).into()),
        region: state.region.to_string(),
        tier: state.tier.to_string(),
        contacts: state.contacts,
        version,
        topic: state.topic.to_string(),
        flags: state.flags.iter().map(|raised| raised.flag.as_str().to_owned()).collect(),
        suggestion: suggestion(state).to_owned(),
        home_team: name(state.home_team.as_ref().map(|team| team as &dyn ToString)),
        away_until: state.away_until.map(timestamp),
        escalation_team: name(state.escalation_team.as_ref().map(|team| team as &dyn ToString)),
        second: name(state.second.as_ref().map(|person| person as &dyn ToString)),
        offered_to: name(state.offer.as_ref().map(|offer| &offer.person as &dyn ToString)),
        offered_until: state.offer.as_ref().map(|offer| timestamp(offer.until)),
        incident_id: name(state.incident.as_ref().map(|incident| incident as &dyn ToString)),
        callbacks: state.callbacks.iter().map(callback).collect(),
        clocks: [&state.deadline, &state.resolution].into_iter().flatten().map(clock).collect(),
        shares: spread.shares,
        comments: spread.comments,
        views: spread.views,
        spread_per_hour: spread.per_hour,
        needs_skills: state.needs_skills.iter().map(ToString::to_string).collect(),
        exchanges: count(state.exchanges()),
        repeated_offers: count(state.repeated_offers()),
        proposals: state.proposals.iter().map(proposal).collect(),
        unfinished: unfinished(state),
        window: message_window(state),
        // What time and others have a say in is not part of the state.
        score: Vec::new(),
        exposure: 0.0,
        preferred_person: String::new(),
        answer_network: String::new(),
        answer_in_private: false,
        newest_reply: state.replies.last().map(|reply| reply_word(reply.status).to_owned()).unwrap_or_default(),
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

pub(crate) fn status(status: Status) -> ConversationStatus {
    match status {
        Status::New => ConversationStatus::New,
        Status::Open => ConversationStatus::Open,
        Status::WaitingForCustomer => ConversationStatus::WaitingForCustomer,
        Status::Resolved => ConversationStatus::Resolved,
        Status::Merged => ConversationStatus::Merged,
    }
}

/// Breached stays breached until the matter ends; met needs an answer.
fn sla(state: &Conversation) -> SlaState {
    match &state.deadline {
        Some(deadline) if deadline.breached => SlaState::Breached,
        Some(_) => SlaState::Running,
        None if state.breaches > 0 => SlaState::Breached,
        None if state.backfill_only || state.answers() == 0 => SlaState::None,
        None => SlaState::Met,
    }
}

pub(crate) fn reply_word(status: ReplyStatus) -> &'static str {
    match status {
        ReplyStatus::Submitted => "submitted",
        ReplyStatus::Attempted => "attempted",
        ReplyStatus::Retrying => "retrying",
        ReplyStatus::Sent => "sent",
        ReplyStatus::Failed => "failed",
        ReplyStatus::InDoubt => "in_doubt",
    }
}

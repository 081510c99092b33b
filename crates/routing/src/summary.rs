//! A conversation in one line, as lists and wallboards show it. It holds nothing that a customer wrote.

use crate::view::Entry;
use conversation::state::ReplyStatus;
use conversation::{BrandId, Conversation, ConversationId, CustomerId, Status};
use wire::pb::conversation::{ConversationStatus, ConversationSummary, SlaState};
use wire::timestamp;

/// The summary of a conversation as it stands on the desk.
pub(crate) fn summary(conversation: ConversationId, entry: &Entry) -> ConversationSummary {
    summarise(conversation, &entry.brand, &entry.customer, &entry.state, entry.version)
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

//! What is found of one conversation.

use super::Found;
use crate::fields::ENTITIES;
use crate::format::{Check, Expected};
use crate::world::World;
use conversation::state::Class;
use conversation::{Conversation, ConversationId, Fact, PostKey, Status};
use routing::Entry;
use std::collections::BTreeMap;
use wire::pb::conversation::SlaState;

pub fn field(world: &World<'_>, post: &str, check: &Check) -> Found {
    let Some(id) = world.conversation_of(post) else { return Found::None("the post is in no conversation") };
    let entry = &world.view.conversations[&id];
    let state = &entry.state;
    match check.field.name {
        "status" => Found::Word(status(state.status()).to_owned()),
        "team" => state.team.as_ref().map_or(Found::None("no team"), |team| Found::Word(team.to_string())),
        "assignee" => state.assignee.as_ref().map_or(Found::None("nobody"), |person| Found::Word(person.to_string())),
        "priority" => Found::Word(state.priority.as_str().to_owned()),
        "intent" => class(state, |class| &class.intent),
        "sentiment" => class(state, |class| &class.sentiment),
        "language" => class(state, |class| &class.language),
        "topic" if !state.topic.is_empty() => Found::Word(state.topic.to_string()),
        "topic" => class(state, |class| &class.topic),
        "private" => Found::Flag(state.private),
        "escalated" => Found::Flag(state.escalated),
        "posts" => number(state.received_posts().count()),
        "attachments" => Found::Number(state.received_posts().map(|post| f64::from(post.attachments)).sum()),
        "contacts_before" => Found::Number(f64::from(state.contacts)),
        "touches" => number(state.answers()),
        "handoffs" => Found::Number(f64::from(state.hand_offs)),
        "reopened" => Found::Number(f64::from(state.reopened)),
        "first_response_s" => state.first_response_seconds().map_or(Found::None("no answer yet"), seconds),
        "resolution_s" => resolution(state),
        "sla" => Found::Word(sla(id, entry).to_owned()),
        "ahead_of" => ahead_of(world, id, entry, &check.expected),
        "preferred_agent" => routing::preferred(&world.view, entry)
            .map_or(Found::None("nobody"), |person| Found::Word(person.to_string())),
        "flags" => Found::Words(state.flags.iter().map(|raised| raised.flag.as_str().to_owned()).collect()),
        "repeated_offers" => number(state.repeated_offers()),
        "exposure" => Found::Number(state.exposure(world.now)),
        "suggestion" => match routing::suggestion(state) {
            "" => Found::None("nothing"),
            suggestion => Found::Word(suggestion.to_owned()),
        },
        "out_of_hours_notices" => Found::Number(f64::from(state.notices)),
        "told" => told(world, &id),
        // Whatever later versions keep.
        _ => Found::NotKept,
    }
}

/// What nobody wrote, by its codes.
fn told(world: &World<'_>, id: &ConversationId) -> Found {
    let facts = world.log().of(id).flat_map(|stored| &stored.record.facts);
    let codes = facts.filter_map(|fact| match fact {
        Fact::ReplySubmitted(reply) if !reply.notice.is_empty() => Some(reply.notice.clone()),
        // Every other fact is somebody's, or says nothing to the customer.
        _ => None,
    });
    Found::Words(codes.collect())
}

fn number(count: usize) -> Found {
    Found::Number(count as f64)
}

fn seconds(count: i64) -> Found {
    Found::Number(count as f64)
}

fn status(status: Status) -> &'static str {
    match status {
        Status::New => "new",
        Status::Open => "open",
        Status::WaitingForCustomer => "waiting_for_customer",
        Status::Resolved => "resolved",
        Status::Merged => "merged",
    }
}

fn class(state: &Conversation, of: impl Fn(&Class) -> &str) -> Found {
    state.class().map_or(Found::None("not classified"), |class| Found::Word(of(class).to_owned()))
}

fn resolution(state: &Conversation) -> Found {
    match (state.first_post_at(), state.resolved_at) {
        (Some(asked), Some(resolved)) => seconds(resolved.duration_since(asked).as_secs()),
        _ => Found::None("not resolved"),
    }
}

/// As lists and wallboards show it.
fn sla(id: ConversationId, entry: &Entry) -> &'static str {
    let summary = routing::summarise(id, &entry.brand, &entry.customer, &entry.state, entry.version);
    match SlaState::try_from(summary.sla) {
        Ok(SlaState::Running) => "running",
        Ok(SlaState::Met) => "met",
        Ok(SlaState::Breached) => "breached",
        Ok(SlaState::None | SlaState::Unspecified) | Err(_) => "none",
    }
}

/// The post that it was held against, when it goes before it.
fn ahead_of(world: &World<'_>, id: ConversationId, entry: &Entry, other: &Expected) -> Found {
    let Expected::Word(other) = other else { return Found::None("no post to hold it against") };
    let Some(other_id) = world.conversation_of(other) else { return Found::None("the other is in no conversation") };
    let other_entry = &world.view.conversations[&other_id];
    if entry.state.team != other_entry.state.team {
        return Found::None("the other is in the queue of another team");
    }
    match routing::key(id, &entry.state) < routing::key(other_id, &other_entry.state) {
        true => Found::Word(other.clone()),
        false => Found::None("it stands behind the other"),
    }
}

/// The conversation's records, those of what was merged into it too, in the order of the log.
fn facts<'w>(world: &'w World<'_>, post: &str) -> Vec<&'w Fact> {
    let Some(id) = world.conversation_of(post) else { return Vec::new() };
    let (mut todo, mut sequences) = (vec![id], Vec::new());
    while let Some(next) = todo.pop() {
        let Some(entry) = world.view.conversations.get(&next) else { continue };
        todo.extend(entry.state.absorbed.iter().filter(|absorbed| **absorbed != next));
        sequences.extend(world.log.of(&next).map(|stored| stored.sequence));
    }
    sequences.sort_unstable();
    sequences.dedup();
    let records = sequences.into_iter().filter_map(|sequence| world.log.get(sequence));
    records.flat_map(|stored| &stored.record.facts).collect()
}

pub fn events(world: &World<'_>, post: &str) -> Found {
    Found::Words(facts(world, post).into_iter().map(|fact| fact.name().to_owned()).collect())
}

/// What was recognised of a kind, in the customer's own words.
pub fn entity(world: &World<'_>, post: &str, kind: &str) -> Found {
    let kind = ENTITIES.iter().find(|(name, _)| *name == kind).map_or(kind, |(_, kind)| kind);
    let mut texts: BTreeMap<(PostKey, i64), &str> = BTreeMap::new();
    let mut found = Vec::new();
    for fact in facts(world, post) {
        match fact {
            Fact::PostReceived(fact) => {
                texts.insert((fact.post, 0), &fact.personal.text);
            }
            Fact::PostEdited(fact) => {
                texts.insert((fact.post, fact.edited_at.as_microsecond()), &fact.personal.text);
            }
            Fact::PostClassified(fact) => {
                let Some(text) = texts.get(&(fact.post, fact.text_version)) else { continue };
                let of_kind = fact.recognised.iter().filter(|recognised| &*recognised.kind == kind);
                let spans = of_kind.filter_map(|span| text.get(span.start as usize..span.end as usize));
                found.extend(spans.map(str::to_owned));
            }
            // Nothing else brings words or says what stands in them.
            _ => {}
        }
    }
    if found.is_empty() { Found::None("none recognised") } else { Found::Words(found) }
}

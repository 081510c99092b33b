//! What is found of the brand as a whole: analytics' measures, what its filters kept out, surges and who helps.

use super::{Found, same_word};
use crate::world::World;
use analytics::{Filter, Query};
use conversation::callback::CallbackDue;
use conversation::surge::SurgeDetected;
use conversation::{ConversationId, Fact, NoticeId, PostKey};
use routing::Entry;

/// A measure as analytics has it now.
pub fn measure(world: &World<'_>, field: &str) -> Found {
    let filter = Filter { brand: world.id.to_string(), ..Filter::default() };
    let query = Query { filter, ..Query::default() };
    let rows = world.measures.rows(&query, world.now);
    let Some(row) = rows.first() else { return Found::None("no conversations") };
    let measured = |value: Option<f64>| value.map_or(Found::None("nothing to measure"), Found::Number);
    match field {
        "conversations" => Found::Number(row.conversations as f64),
        "first_response_s" => measured(row.first_response_p50_seconds),
        "answered_within_10m" => measured(row.answered_within_10m),
        "answered_within_1h" => measured(row.answered_within_1h),
        "answered_within_24h" => measured(row.answered_within_24h),
        "one_touch_resolutions" => Found::Number(world.measures.one_touch_resolutions(&query) as f64),
        "handoffs" => Found::Number(row.hand_offs as f64),
        _ => Found::NotKept,
    }
}

fn facts<'w>(world: &'w World<'_>) -> impl Iterator<Item = &'w Fact> {
    world.log.entries().iter().flat_map(|stored| &stored.record.facts)
}

/// What became of a post.
pub fn mention(world: &World<'_>, post: &str) -> Found {
    let key = PostKey::of(&world.id, &world.network_of(post), post);
    if world.places.post(&key).is_some() {
        return Found::Word("care".to_owned());
    }
    let kept = facts(world).find_map(|fact| match fact {
        Fact::PostFiltered(fact) if fact.post.post == key => Some(fact.kept_as),
        _ => None,
    });
    kept.map_or(Found::None("it has not come"), |kept| Found::Word(kept.as_str().to_owned()))
}

/// The posts that a rule kept out; of all rules when none is named.
pub fn filtered(world: &World<'_>, rule: Option<&str>, field: &str) -> Found {
    let filtered = facts(world).filter_map(|fact| match fact {
        Fact::PostFiltered(fact) if rule.is_none_or(|rule| rule == fact.rule) => Some(fact.post.post),
        _ => None,
    });
    let count = match field {
        "care_queue" => filtered.filter(|post| world.places.post(post).is_some()).count(),
        _ => filtered.count(),
    };
    Found::Number(count as f64)
}

/// The surges of a region about a topic, so far; of all when neither is named.
fn surges<'w>(
    world: &'w World<'_>,
    region: Option<&'w str>,
    topic: Option<&'w str>,
) -> impl Iterator<Item = &'w SurgeDetected> {
    facts(world).filter_map(move |fact| match fact {
        Fact::SurgeDetected(surge)
            if region.is_none_or(|region| region == surge.region)
                && topic.is_none_or(|topic| same_word("topic", topic, &surge.topic)) =>
        {
            Some(surge)
        }
        _ => None,
    })
}

pub fn surge(world: &World<'_>, region: Option<&str>, topic: Option<&str>) -> Found {
    let first = surges(world, region, topic).next();
    first.map_or(Found::None("no such surge"), |surge| Found::Number(f64::from(surge.seen)))
}

pub fn incident(world: &World<'_>, region: Option<&str>) -> Found {
    let incidents: Vec<_> = surges(world, region, None).map(|surge| surge.incident).collect();
    let tied = |entry: &Entry| entry.state.incident.is_some_and(|incident| incidents.contains(&incident));
    Found::Number(world.conversations().filter(|(_, entry)| tied(entry)).count() as f64)
}

/// The conversations of a team that another one serves now.
pub fn overflow(world: &World<'_>, from: &str) -> Found {
    let is_away = |entry: &Entry| entry.state.home_team.as_ref().is_some_and(|home| home.as_str() == from);
    Found::Number(world.conversations().filter(|(_, entry)| is_away(entry)).count() as f64)
}

/// How many posts at the beginning of shifts are out, or at their end.
pub fn shift_posts(world: &World<'_>, field: &str) -> Found {
    let sent =
        |notice: NoticeId| facts(world).any(|fact| matches!(fact, Fact::NoticeSent(sent) if sent.notice == notice));
    let posts = facts(world).filter(|fact| match fact {
        Fact::ShiftPostSubmitted(post) => post.shift.as_str() == field && sent(post.notice),
        _ => false,
    });
    Found::Number(posts.count() as f64)
}

/// The newest call of a conversation that has come due.
pub fn callback(world: &World<'_>, post: &str, field: &str) -> Found {
    let Some(conversation) = world.conversation_of(post) else { return Found::None("the post is in no conversation") };
    let due = due_callback(world, &conversation);
    match (field, due) {
        ("due", due) => Found::Flag(due.is_some()),
        (_, None) => Found::None("no call is due"),
        (_, Some(due)) => due.person.as_ref().map_or(Found::None("nobody"), |person| Found::Word(person.to_string())),
    }
}

fn due_callback<'w>(world: &'w World<'_>, conversation: &ConversationId) -> Option<&'w CallbackDue> {
    let facts = world.log.of(conversation).flat_map(|stored| &stored.record.facts);
    let due = facts.filter_map(|fact| match fact {
        Fact::CallbackDue(due) => Some(due),
        _ => None,
    });
    due.last()
}

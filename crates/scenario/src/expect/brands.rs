//! What is found of the brand as a whole: analytics' measures, and what its filters kept out.

use super::Found;
use crate::world::World;
use analytics::{Filter, Query};
use conversation::{Fact, PostKey};

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

/// What became of a post.
pub fn mention(world: &World<'_>, post: &str) -> Found {
    let key = PostKey::of(&world.id, &world.network_of(post), post);
    if world.places.post(&key).is_some() {
        return Found::Word("care".to_owned());
    }
    match world.places.filtered_by(&key) {
        Some(_) => Found::Word("filtered".to_owned()),
        None => Found::None("it has not come"),
    }
}

/// The posts that a rule kept out; of all rules when none is named.
pub fn filtered(world: &World<'_>, rule: Option<&str>, field: &str) -> Found {
    let facts = world.log.entries().iter().flat_map(|stored| &stored.record.facts);
    let filtered = facts.filter_map(|fact| match fact {
        Fact::PostFiltered(fact) if rule.is_none_or(|rule| rule == fact.rule) => Some(fact.post.post),
        _ => None,
    });
    let count = match field {
        "care_queue" => filtered.filter(|post| world.places.post(post).is_some()).count(),
        _ => filtered.count(),
    };
    Found::Number(count as f64)
}

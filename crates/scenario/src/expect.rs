//! Whether an expectation holds in the world as it is now: what is found for each of its fields, and how that compares.

mod brands;
mod conversations;

use crate::format::{About, Check, Compare, Expectation, Expected};
use crate::report::Line;
use crate::world::World;
use conversation::state::ReplyStatus;
use reply::length::Limit;
use std::fmt;

/// What is found for a field.
#[derive(Debug, Clone, PartialEq)]
pub enum Found {
    Number(f64),
    Flag(bool),
    Word(String),
    Words(Vec<String>),
    /// There is none; the words say so: `nobody`.
    None(&'static str),
    /// This version of Earshot keeps no such thing, so nothing that is expected of it holds.
    NotKept,
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Found::Number(number) => write!(f, "{number}"),
            Found::Flag(flag) => write!(f, "{flag}"),
            Found::Word(word) => f.write_str(word),
            Found::Words(words) => write!(f, "[{}]", words.join(", ")),
            Found::None(none) => f.write_str(none),
            Found::NotKept => f.write_str("nothing: this version does not keep it"),
        }
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Expected::Number(number) => write!(f, "{number}"),
            Expected::Flag(flag) => write!(f, "{flag}"),
            Expected::Word(word) => f.write_str(word),
            Expected::Words(words) | Expected::Sequence(words) => write!(f, "[{}]", words.join(", ")),
        }
    }
}

/// A line for each field of an expectation.
pub fn lines(world: &World<'_>, file: &str, expectation: &Expectation) -> Vec<Line> {
    expectation.checks.iter().map(|check| line(world, file, &expectation.about, check)).collect()
}

fn line(world: &World<'_>, file: &str, about: &About, check: &Check) -> Line {
    let found = found(world, about, check);
    let passed = holds(check, &found);
    let words = match check.compare {
        Compare::Equal => "",
        Compare::AtLeast => "at least ",
        Compare::AtMost => "at most ",
    };
    Line {
        file: file.to_owned(),
        line: check.place.line,
        what: format!("{}{}", subject(about), name(check)),
        expected: format!("{words}{}", check.expected),
        found: shown(about, check, &found),
        passed,
    }
}

/// The facts of a long conversation are told only as far as they bear on the expectation: from the first one missing.
fn shown(about: &About, check: &Check, found: &Found) -> String {
    match (about, &check.expected, found) {
        (About::Events(_), Expected::Sequence(expected), Found::Words(found)) => match missing(expected, found) {
            None => "all of them, in this order".to_owned(),
            Some(at) => format!("no {} after [{}]", expected[at], expected[..at].join(", ")),
        },
        _ => found.to_string(),
    }
}

fn subject(about: &About) -> String {
    match about {
        About::Conversation(post) | About::Entities(post) => format!("{post}."),
        About::Reply(nth) => format!("reply {nth}."),
        About::Brand => "brand.".to_owned(),
        About::Events(post) => format!("events {post}."),
        About::Surge { .. } => "surge.".to_owned(),
        About::Incident { .. } => "incident.".to_owned(),
        About::Overflow { from } => format!("overflow {from}."),
        About::Callback(post) => format!("callback {post}."),
        About::Mention(post) => format!("mention {post}."),
        About::Filtered { .. } => "filtered.".to_owned(),
        About::ShiftPosts => "shift_posts.".to_owned(),
    }
}

fn name(check: &Check) -> String {
    if check.entity.is_empty() { check.field.name.to_owned() } else { check.entity.clone() }
}

fn found(world: &World<'_>, about: &About, check: &Check) -> Found {
    match about {
        About::Conversation(post) => conversations::field(world, post, check),
        About::Entities(post) => conversations::entity(world, post, &check.entity),
        About::Events(post) => conversations::events(world, post),
        About::Reply(nth) => reply(world, *nth, check.field.name),
        About::Brand => brands::measure(world, check.field.name),
        About::Mention(post) => brands::mention(world, post),
        About::Filtered { rule } => brands::filtered(world, rule.as_deref(), check.field.name),
        About::Surge { region, topic } => brands::surge(world, region.as_deref(), topic.as_deref()),
        About::Incident { region } => brands::incident(world, region.as_deref()),
        About::Overflow { from } => brands::overflow(world, from),
        About::Callback(post) => brands::callback(world, post, check.field.name),
        About::ShiftPosts => brands::shift_posts(world, check.field.name),
    }
}

fn reply(world: &World<'_>, nth: usize, field: &str) -> Found {
    let Some(given) = nth.checked_sub(1).and_then(|nth| world.replies.get(nth)) else {
        return Found::None("no such reply yet");
    };
    let state = given.conversation.and_then(|conversation| world.view.conversations.get(&conversation));
    let known = given.reply.and_then(|reply| state.and_then(|entry| entry.state.reply(&reply)));
    let submitted =
        given.conversation.zip(given.reply).map(|(conversation, reply)| world.parts_of(&conversation, reply));
    let parts = submitted.unwrap_or_default();
    match field {
        "sent" => Found::Flag(known.is_some_and(|reply| reply.status == ReplyStatus::Sent)),
        "parts" => Found::Number(parts.len() as f64),
        // What a network would cut off is what it was not told in parts.
        "truncated" => Found::Flag(
            parts.iter().any(|part| !Limit::of(part.network.as_str(), part.private).fits(&part.body.text, 0)),
        ),
        "warnings" => Found::Words(parts.first().map(|part| part.warnings.clone()).unwrap_or_default()),
        "stopped_by" => given.refused.clone().map_or(Found::None("nothing stopped it"), Found::Word),
        _ => Found::NotKept,
    }
}

/// Whether what is found is what is expected.
fn holds(check: &Check, found: &Found) -> bool {
    match (&check.expected, found) {
        (Expected::Number(expected), Found::Number(found)) => match check.compare {
            Compare::Equal => (expected - found).abs() < 1e-9,
            Compare::AtLeast => found >= expected,
            Compare::AtMost => found <= expected,
        },
        (Expected::Flag(expected), Found::Flag(found)) => expected == found,
        (Expected::Word(expected), Found::Word(found)) => same_word(check.field.name, expected, found),
        // Of several that were recognised, one is enough.
        (Expected::Word(expected), Found::Words(found)) => found.contains(expected),
        (Expected::Words(expected), Found::Words(found)) if expected.is_empty() => found.is_empty(),
        (Expected::Words(expected), Found::Words(found)) => expected.iter().all(|word| found.contains(word)),
        (Expected::Sequence(expected), Found::Words(found)) => missing(expected, found).is_none(),
        _ => false,
    }
}

/// A topic may be named by its part after the dot, whatever the industry.
fn same_word(field: &str, expected: &str, found: &str) -> bool {
    let short = || found.split_once('.').is_some_and(|(_, matter)| matter == expected);
    expected == found || (field == "topic" && short())
}

/// The place in `expected` of the first word that is not in `found` after those before it.
fn missing(expected: &[String], found: &[String]) -> Option<usize> {
    let mut rest = found.iter();
    expected.iter().position(|word| !rest.any(|other| other == word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn others_may_lie_between_but_the_order_counts() {
        let found = words("PostReceived PostClassified Routed Claimed Routed");
        assert_eq!(missing(&words("PostReceived Routed Routed"), &found), None);
        assert_eq!(missing(&words("Claimed PostClassified"), &found), Some(1));
        assert_eq!(missing(&words("Resolved"), &found), Some(0));
        assert_eq!(missing(&[], &found), None);
    }

    #[test]
    fn a_topic_may_be_named_by_its_matter() {
        assert!(same_word("topic", "billing", "telecom.billing") && same_word("topic", "air.delay", "air.delay"));
        assert!(!same_word("topic", "air.billing", "telecom.billing"));
        assert!(!same_word("team", "billing", "telecom.billing"));
    }
}

//! Topics of the brand's own and their phrases.

use super::signs::phrase;
use super::{bounded, languages};
use crate::keys;
use crate::reader::{Fields, Reader, is_slug};
use crate::settings::Topic;
use crate::tree::Value;

/// The most phrases of a topic.
pub(super) const MOST_PHRASES: usize = 200;

/// A phrase that was read: folded, for which languages, and in which line.
type Phrase = (String, Vec<String>, u32);

pub(super) fn topics(reader: &mut Reader<'_>, top: &Fields<'_>) -> Vec<Topic> {
    let nodes = bounded(reader, top, "topics", "keep those that rules or reports ask for");
    let mut topics = Vec::new();
    let mut names: Vec<(String, u32)> = Vec::new();
    let mut known: Vec<Phrase> = Vec::new();
    for (nth, node) in nodes.iter().enumerate() {
        let Some(fields) = reader.fields(node, &format!("topics[{nth}]"), &keys::TOPIC) else { continue };
        let name = topic_name(reader, &fields, &mut names);
        let languages = languages(reader, &fields);
        let any_of = phrases(reader, &fields, &languages, &mut known);
        if let (Some(name), false) = (name, any_of.is_empty()) {
            topics.push(Topic { name, any_of, languages });
        }
    }
    topics
}

fn topic_name(reader: &mut Reader<'_>, fields: &Fields<'_>, seen: &mut Vec<(String, u32)>) -> Option<String> {
    let (name, place) = reader.text(fields, "name")?;
    let path = fields.path_of("name");
    if !is_topic(name) {
        let what = format!("`{name}` is not a topic");
        let cure = "write an industry, a dot and a matter in small letters, e.g. `air.lounge`";
        reader.note(place, &path, what, cure);
        return None;
    }
    if let Some((_, line)) = seen.iter().find(|(known, _)| known == name) {
        let what = format!("`{name}` stands twice, first in line {line}");
        reader.note(place, &path, what, "put the phrases of both under one");
        return None;
    }
    seen.push((name.to_owned(), place.line));
    Some(name.to_owned())
}

/// `air.delay`: two names with a dot between.
pub(crate) fn is_topic(text: &str) -> bool {
    text.split_once('.').is_some_and(|(industry, matter)| is_slug(industry, 32) && is_slug(matter, 32))
}

/// The phrases of a topic. One that an earlier topic has for the same posts would never be met, so it is a problem.
fn phrases(reader: &mut Reader<'_>, fields: &Fields<'_>, languages: &[String], known: &mut Vec<Phrase>) -> Vec<String> {
    let nodes = reader.list(fields, "any_of");
    if fields.get("any_of").is_some_and(|node| matches!(&node.value, Value::List(all) if all.is_empty())) {
        let (place, path) = (fields.get("any_of").map_or(fields.place, |node| node.place), fields.path_of("any_of"));
        reader.note(place, &path, "has no phrase", "add what customers write, e.g. `[lounge, quiet room]`");
    }
    if let Some(node) = nodes.get(MOST_PHRASES) {
        let what = format!("has {} phrases, and a topic has at most {MOST_PHRASES}", nodes.len());
        reader.note(node.place, &fields.path_of("any_of"), what, "keep those that tell the topic from others");
    }
    let mut phrases = Vec::new();
    for (text, place, path) in reader.texts(fields, "any_of") {
        let Some(folded) = phrase(reader, text, place, &path) else { continue };
        let meets = |theirs: &[String]| {
            theirs.is_empty() || languages.is_empty() || theirs.iter().any(|one| languages.contains(one))
        };
        if let Some((.., line)) = known.iter().find(|(other, theirs, _)| *other == folded && meets(theirs)) {
            let what = format!("`{text}` stands twice, first in line {line}");
            reader.note(place, &path, what, "keep one of them, or give the topics different `languages`");
            continue;
        }
        known.push((folded, languages.to_vec(), place.line));
        phrases.push(text.to_owned());
    }
    phrases
}

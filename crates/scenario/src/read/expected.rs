//! What is expected: one thing at one moment, with the fields it must have.

use super::{Known, instant};
use crate::fields::{self, Field, Kind};
use crate::format::{About, Check, Compare, Expectation, Expected, Moment};
use crate::keys;
use conversation::Fact;
use document::{Entry, Fields, Node, Reader, Value, suggest};
use jiff::Timestamp;

const ABOUTS: [&str; 11] = [
    "conversation",
    "reply",
    "brand",
    "events",
    "surge",
    "incident",
    "overflow",
    "callback",
    "mention",
    "filtered",
    "shift_posts",
];

pub fn expectations(reader: &mut Reader<'_>, top: &Fields<'_>, known: &Known) -> Vec<Expectation> {
    let mut expectations = Vec::new();
    let mut before = known.begins;
    for (nth, node) in reader.list(top, "expect").iter().enumerate() {
        let Some(fields) = reader.fields(node, &format!("expect[{nth}]"), &keys::EXPECTATION) else { continue };
        let moment = moment(reader, &fields, known, &mut before);
        let read = about(reader, &fields, known);
        if let (Some(moment), Some((about, checks))) = (moment, read) {
            expectations.push(Expectation { moment, about, checks });
        }
    }
    expectations
}

/// When; at the end when it does not say.
fn moment(
    reader: &mut Reader<'_>,
    fields: &Fields<'_>,
    known: &Known,
    before: &mut Option<Timestamp>,
) -> Option<Moment> {
    match (fields.get("after"), fields.get("at")) {
        (Some(_), Some(_)) => {
            reader.note(fields.place, &fields.path, "has both `after` and `at`", "keep one of them");
            None
        }
        (None, None) => Some(Moment::End),
        (Some(_), None) => {
            let (post, place) = reader.text(fields, "after")?;
            known.hold(reader, place, &fields.path_of("after"), post);
            *before = known.posts.get(post).map(|(at, _)| *at).or(*before);
            Some(Moment::After(post.to_owned()))
        }
        (None, Some(_)) => {
            let (text, place) = reader.text(fields, "at")?;
            if text == "end" {
                return Some(Moment::End);
            }
            let at = instant(reader, (text, place), &fields.path_of("at"), *before)?;
            if known.begins.is_some_and(|begins| at < begins) {
                reader.note(place, &fields.path_of("at"), "is before the timeline begins", "name a later time");
            }
            *before = Some(at);
            Some(Moment::At(at))
        }
    }
}

fn about(reader: &mut Reader<'_>, fields: &Fields<'_>, known: &Known) -> Option<(About, Vec<Check>)> {
    let there: Vec<&str> = ABOUTS.into_iter().filter(|key| fields.get(key).is_some()).collect();
    let [kind] = there[..] else {
        let what = match there.len() {
            0 => "says nothing that is expected".to_owned(),
            _ => format!("says several things: {}", suggest::list(&there)),
        };
        reader.note(fields.place, &fields.path, what, format!("write one of {}", suggest::list(&ABOUTS)));
        return None;
    };
    let node = fields.get(kind)?;
    let path = fields.path_of(kind);
    match kind {
        "conversation" => of_conversation(reader, fields, known),
        "reply" => {
            let reply = super::number(reader, fields, "reply")?;
            let reply = usize::try_from(reply).unwrap_or(usize::MAX);
            if reply == 0 || reply > known.replies {
                let what = format!("is {reply}, but the timeline has {} replies", known.replies);
                reader.note(node.place, &path, what, "replies are counted from 1, those in private too");
            }
            Some((About::Reply(reply), is(reader, fields, fields::REPLY, known)?))
        }
        "brand" => Some((About::Brand, checks(reader, node, &path, fields::BRAND, &[], known)?.1)),
        "events" => of_events(reader, fields, known),
        _ => of_brand(reader, node, kind, &path, known),
    }
}

fn of_conversation(reader: &mut Reader<'_>, fields: &Fields<'_>, known: &Known) -> Option<(About, Vec<Check>)> {
    let (post, place) = reader.text(fields, "conversation")?;
    known.hold(reader, place, &fields.path_of("conversation"), post);
    let post = post.to_owned();
    match (fields.get("is"), fields.get("entities")) {
        (_, None) => Some((About::Conversation(post), is(reader, fields, fields::CONVERSATION, known)?)),
        (None, Some(node)) => {
            let checks = entities(reader, node, &fields.path_of("entities"))?;
            Some((About::Entities(post), checks))
        }
        (Some(_), Some(_)) => {
            reader.note(fields.place, &fields.path, "has both `is` and `entities`", "make two expectations of it");
            None
        }
    }
}

fn of_events(reader: &mut Reader<'_>, fields: &Fields<'_>, known: &Known) -> Option<(About, Vec<Check>)> {
    let (post, place) = reader.text(fields, "events")?;
    known.hold(reader, place, &fields.path_of("events"), post);
    let post = post.to_owned();
    let Some(node) = fields.get("contain") else {
        reader.note(
            fields.place,
            &fields.path_of("contain"),
            "is missing",
            "add e.g. `contain: [PostReceived, Routed]`",
        );
        return None;
    };
    let key = fields.path_of("contain");
    let Value::List(items) = &node.value else {
        reader.wrong_type(node, fields, "contain", "a list of facts");
        return None;
    };
    let mut names = Vec::with_capacity(items.len());
    for item in items {
        match &item.value {
            Value::Text(name) if Fact::NAMES.contains(&name.as_str()) => names.push(name.clone()),
            Value::Text(name) => {
                reader.note(item.place, &key, format!("there is no fact `{name}`"), suggest::cure(name, Fact::NAMES));
            }
            other => {
                reader.note(item.place, &key, format!("is {}, but must be text", other.kind()), "write e.g. `Routed`")
            }
        }
    }
    let check = Check {
        field: &fields::EVENTS,
        entity: String::new(),
        compare: Compare::Equal,
        expected: Expected::Sequence(names),
        place: node.place,
        key,
    };
    Some((About::Events(post), vec![check]))
}

/// What is expected of the brand as a whole: some keys say which one is meant, the others what it must be.
fn of_brand(
    reader: &mut Reader<'_>,
    node: &Node,
    kind: &str,
    path: &str,
    known: &Known,
) -> Option<(About, Vec<Check>)> {
    let (table, which): (&'static [Field], &[&str]) = match kind {
        "surge" => (fields::SURGE, &["region", "topic"]),
        "incident" => (fields::INCIDENT, &["region"]),
        "overflow" => (fields::OVERFLOW, &["from"]),
        "callback" => (fields::CALLBACK, &["conversation"]),
        "mention" => (fields::MENTION, &["post"]),
        "filtered" => (fields::FILTERED, &["rule"]),
        _ => (fields::SHIFT_POSTS, &[]),
    };
    let (named, checks) = checks(reader, node, path, table, which, known)?;
    let name = |key: &str| named.iter().find(|(known, _)| *known == key).map(|(_, name)| name.clone());
    let mut needed = |key: &str| {
        let found = name(key);
        if found.is_none() {
            reader.note(node.place, &format!("{path}.{key}"), "is missing", "say which one is meant");
        }
        found
    };
    let about = match kind {
        "surge" => About::Surge { region: name("region"), topic: name("topic") },
        "incident" => About::Incident { region: name("region") },
        "overflow" => About::Overflow { from: needed("from")? },
        "callback" => About::Callback(needed("conversation")?),
        "mention" => About::Mention(needed("post")?),
        "filtered" => About::Filtered { rule: name("rule") },
        _ => About::ShiftPosts,
    };
    if let About::Callback(post) | About::Mention(post) = &about {
        known.hold(reader, node.place, path, post);
    }
    if checks.is_empty() {
        let names: Vec<&str> = table.iter().map(|field| field.name).collect();
        reader.note(
            node.place,
            path,
            "names nothing that is expected",
            format!("add one of {}", suggest::list(&names)),
        );
    }
    Some((about, checks))
}

fn is(reader: &mut Reader<'_>, fields: &Fields<'_>, table: &'static [Field], known: &Known) -> Option<Vec<Check>> {
    let Some(node) = fields.get("is") else {
        reader.note(fields.place, &fields.path_of("is"), "is missing", "add e.g. `is: {status: open}`");
        return None;
    };
    let path = fields.path_of("is");
    let checks = checks(reader, node, &path, table, &[], known)?.1;
    if matches!(&node.value, Value::Map(entries) if entries.is_empty()) {
        reader.note(node.place, &path, "names nothing that is expected", "add a field, e.g. `status: open`");
    }
    Some(checks)
}

/// What says which one is meant: key and name.
type Selected = Vec<(String, String)>;

fn checks(
    reader: &mut Reader<'_>,
    node: &Node,
    path: &str,
    table: &'static [Field],
    which: &[&str],
    known: &Known,
) -> Option<(Selected, Vec<Check>)> {
    let Value::Map(entries) = &node.value else {
        let names: Vec<&str> = table.iter().map(|field| field.name).collect();
        let what = format!("is {}, but must be a mapping of fields", node.value.kind());
        reader.note(node.place, path, what, format!("write its fields: {}", suggest::list(&names)));
        return None;
    };
    let (mut selected, mut checks) = (Vec::new(), Vec::<Check>::new());
    for entry in entries {
        let key = format!("{path}.{}", entry.key);
        if which.contains(&entry.key.as_str()) {
            match &entry.value.value {
                Value::Text(name) => selected.push((entry.key.clone(), name.clone())),
                other => reader.note(
                    entry.value.place,
                    &key,
                    format!("is {}, but must be text", other.kind()),
                    "write a name",
                ),
            }
            continue;
        }
        let Some((field, compare)) = field_of(table, &entry.key) else {
            let names: Vec<&str> = table.iter().map(|field| field.name).chain(which.iter().copied()).collect();
            reader.note(
                entry.place,
                &key,
                "is not something that can be expected here",
                suggest::cure(&entry.key, &names),
            );
            continue;
        };
        if checks.iter().any(|check| check.field.name == field.name && check.compare == compare) {
            reader.note(entry.place, &key, "stands twice", "keep one of them");
            continue;
        }
        let expected = expected(reader, entry, &key, field.kind, known);
        checks.extend(expected.map(|expected| Check {
            field,
            entity: String::new(),
            compare,
            expected,
            place: entry.place,
            key,
        }));
    }
    Some((selected, checks))
}

fn field_of(table: &'static [Field], key: &str) -> Option<(&'static Field, Compare)> {
    for compare in [Compare::AtLeast, Compare::AtMost, Compare::Equal] {
        let Some(name) = key.strip_suffix(compare.suffix()) else { continue };
        let field = table.iter().find(|field| field.name == name);
        if let Some(field) = field.filter(|field| compare == Compare::Equal && field.kind == Kind::Within) {
            return Some((field, Compare::AtMost));
        }
        if let Some(field) = field.filter(|field| compare == Compare::Equal || field.kind == Kind::Number) {
            return Some((field, compare));
        }
    }
    None
}

fn expected(reader: &mut Reader<'_>, entry: &Entry, key: &str, kind: Kind, known: &Known) -> Option<Expected> {
    let place = entry.value.place;
    match (kind, &entry.value.value) {
        (Kind::Number | Kind::Within, Value::Number(text)) => {
            let number = text.parse::<f64>().ok().filter(|number| number.is_finite() && *number >= 0.0);
            if number.is_none() {
                reader.note(place, key, format!("`{text}` is not a number of at least 0"), "write e.g. `3`");
            }
            number.map(Expected::Number)
        }
        (Kind::Flag, Value::Bool(flag)) => Some(Expected::Flag(*flag)),
        (Kind::Word(words), Value::Text(word)) => {
            if words.contains(&word.as_str()) {
                return Some(Expected::Word(word.clone()));
            }
            reader.note(place, key, format!("`{word}` is not known here"), suggest::cure(word, words));
            None
        }
        (Kind::Words(words), Value::List(items)) => some_of(reader, items, key, words),
        (Kind::Text | Kind::Team | Kind::Person, Value::Text(text)) => Some(Expected::Word(text.clone())),
        (Kind::Post, Value::Text(post)) => {
            known.hold(reader, place, key, post);
            Some(Expected::Word(post.clone()))
        }
        (_, other) => {
            let (must, cure) = wanted(kind);
            reader.note(place, key, format!("is {}, but must be {must}", other.kind()), format!("write e.g. `{cure}`"));
            None
        }
    }
}

fn some_of(reader: &mut Reader<'_>, items: &[Node], key: &str, words: &[&str]) -> Option<Expected> {
    let mut found = Vec::with_capacity(items.len());
    for item in items {
        match &item.value {
            Value::Text(word) if words.contains(&word.as_str()) => found.push(word.clone()),
            Value::Text(word) => {
                reader.note(item.place, key, format!("`{word}` is not known here"), suggest::cure(word, words));
            }
            other => {
                reader.note(item.place, key, format!("is {}, but must be text", other.kind()), suggest::list(words))
            }
        }
    }
    (found.len() == items.len()).then_some(Expected::Words(found))
}

fn wanted(kind: Kind) -> (&'static str, String) {
    match kind {
        Kind::Number | Kind::Within => ("a number", "3".to_owned()),
        Kind::Flag => ("true or false", "true".to_owned()),
        Kind::Word(words) => ("one word", words[0].to_owned()),
        Kind::Words(words) => ("a list of words", format!("[{}]", words.first().unwrap_or(&""))),
        Kind::Text => ("text", "billing".to_owned()),
        Kind::Team => ("the name of a team", "care".to_owned()),
        Kind::Person => ("the name of a person", "dana".to_owned()),
        Kind::Post => ("the id of a post", "p1".to_owned()),
    }
}

/// What must have been recognised, by kind.
fn entities(reader: &mut Reader<'_>, node: &Node, path: &str) -> Option<Vec<Check>> {
    let names: Vec<&str> = fields::ENTITIES.iter().map(|(name, _)| *name).collect();
    let Value::Map(entries) = &node.value else {
        let what = format!("is {}, but must be a mapping of kinds", node.value.kind());
        reader.note(node.place, path, what, format!("write some of {}", suggest::list(&names)));
        return None;
    };
    let mut checks = Vec::new();
    for entry in entries {
        let key = format!("{path}.{}", entry.key);
        if !names.contains(&entry.key.as_str()) {
            reader.note(entry.place, &key, "is not a kind that is recognised", suggest::cure(&entry.key, &names));
            continue;
        }
        // A number of an account may well look like a number to YAML.
        let (Value::Text(text) | Value::Number(text)) = &entry.value.value else {
            let what = format!("is {}, but must be text", entry.value.value.kind());
            reader.note(entry.value.place, &key, what, "write what must have been recognised, in quotes");
            continue;
        };
        checks.push(Check {
            field: &fields::ENTITY,
            entity: entry.key.clone(),
            compare: Compare::Equal,
            expected: Expected::Word(text.clone()),
            place: entry.place,
            key,
        });
    }
    Some(checks)
}

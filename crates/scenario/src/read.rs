//! From the YAML text to a checked scenario. Everything is read even when something before it is wrong, so that one reading
//! tells all that is wrong; references between entries are held against what is there.

mod act;
mod expected;
mod timeline;

use crate::format::{Action, Author, Scenario};
use crate::keys;
use conversation::Network;
use document::{Fields, Node, Place, Problem, Problems, Reader, Value, suggest, tree};
use jiff::{SignedDuration, Span, SpanRelativeTo, Timestamp};
use std::collections::BTreeMap;

/// The largest scenario file, in bytes.
pub const MOST_BYTES: usize = 4 * 1024 * 1024;

/// What one entry leaves for the next, and the timeline for the expectations.
#[derive(Default)]
struct Known {
    /// The posts of the timeline, those of bursts too, with the time of each and its line.
    posts: BTreeMap<String, (Timestamp, u32)>,
    /// What is known of each author so far.
    authors: BTreeMap<String, Author>,
    /// The network of each author's first post.
    networks: BTreeMap<String, Network>,
    replies: usize,
    begins: Option<Timestamp>,
}

/// Reads a scenario and checks all of it but the names that only the brand's settings know
/// ([`Scenario::check_names`]). `file` is only a name for the messages. Nothing is opened.
///
/// # Errors
/// Every fault that was found, each with its place and its cure.
pub fn scenario(yaml: &str, file: &str) -> Result<Scenario, Problems> {
    let mut reader = Reader::new(file);
    if yaml.len() > MOST_BYTES {
        let what = format!("is {} bytes, and at most {MOST_BYTES} are read", yaml.len());
        reader.note(Place::default(), "", what, "make several scenarios of it");
        return Err(Problems::new(reader.problems));
    }
    let root = tree::read(yaml, file).map_err(|problem| Problems::new(vec![problem]))?;
    if matches!(root.value, Value::Nothing) {
        reader.note(root.place, "", "is empty", "start with `scenario: NAME`");
        return Err(Problems::new(reader.problems));
    }
    if let Some(problem) = other_format(&mut reader, &root) {
        return Err(Problems::new(vec![problem]));
    }
    match whole(&mut reader, &root) {
        Some(scenario) if reader.problems.is_empty() => Ok(scenario),
        _ => Err(Problems::new(reader.problems)),
    }
}

/// A file of another version is not held against this one's keys.
fn other_format(reader: &mut Reader<'_>, root: &Node) -> Option<Problem> {
    let Value::Map(entries) = &root.value else { return None };
    let entry = entries.iter().find(|entry| entry.key == "format")?;
    let Value::Text(format) = &entry.value.value else { return None };
    if format == keys::FORMAT {
        return None;
    }
    let what = format!("`{format}` is not a format that is known here");
    reader.note(entry.value.place, "format", what, format!("write `format: {}`", keys::FORMAT));
    reader.problems.pop()
}

fn whole(reader: &mut Reader<'_>, root: &Node) -> Option<Scenario> {
    let top = reader.fields(root, "", &keys::FILE)?;
    reader.text(&top, "format");
    let name = reader.slug(&top, "scenario", 64);
    let proves = proves(reader, &top);
    let brand = timeline::named(reader, &top, "brand");
    let (timeline, known) = timeline::timeline(reader, &top);
    check_posts(reader, &timeline, &known);
    let expectations = expected::expectations(reader, &top, &known);
    let file = reader.file.to_owned();
    Some(Scenario { file, name: name?, proves, brand: brand?, timeline, expectations })
}

/// Numbers of requirements: a letter and a number.
fn proves(reader: &mut Reader<'_>, top: &Fields<'_>) -> Vec<String> {
    let mut proves = Vec::new();
    for (text, place, path) in reader.texts(top, "proves") {
        let number = text.strip_prefix(|first: char| first.is_ascii_uppercase());
        match number.and_then(|number| number.parse::<u32>().ok()) {
            Some(_) => proves.push(text.to_owned()),
            None => {
                let what = format!("`{text}` is not the number of a requirement");
                reader.note(place, &path, what, "write a capital letter and a number, e.g. `B2`");
            }
        }
    }
    proves
}

/// Whatever names a post names one of the timeline; an answer may come before the post that it answers.
fn check_posts(reader: &mut Reader<'_>, timeline: &[crate::format::Entry], known: &Known) {
    for entry in timeline {
        let (key, post) = match &entry.action {
            Action::Post(post) => ("post.reply_to", post.reply_to.as_deref()),
            Action::Engagement(engagement) => ("engagement.post", Some(engagement.post.as_str())),
            Action::Agent(act) => ("does", act.deed.post()),
            Action::Contact(_) | Action::Customer(_) | Action::Burst(_) => ("", None),
        };
        if let Some(post) = post {
            known.hold(reader, entry.place, &format!("timeline.{key}"), post);
        }
    }
}

impl Known {
    /// Notes a post that the timeline does not have.
    fn hold(&self, reader: &mut Reader<'_>, place: Place, key: &str, post: &str) {
        if !self.posts.contains_key(post) {
            let known: Vec<&str> = self.posts.keys().map(String::as_str).collect();
            reader.note(place, key, format!("there is no post `{post}` in the timeline"), suggest::cure(post, &known));
        }
    }
}

/// A time: RFC 3339, or an offset from the one before.
fn time(reader: &mut Reader<'_>, fields: &Fields<'_>, key: &str, before: Option<Timestamp>) -> Option<Timestamp> {
    let (text, place) = reader.text(fields, key)?;
    instant(reader, (text, place), &fields.path_of(key), before)
}

fn instant(
    reader: &mut Reader<'_>,
    (text, place): (&str, Place),
    key: &str,
    before: Option<Timestamp>,
) -> Option<Timestamp> {
    let cure =
        "write it in RFC 3339, e.g. `2026-05-04T10:00:00+02:00`, or as an offset from the one before, e.g. `+1h30m`";
    let Some(offset) = text.strip_prefix('+') else {
        let at = text.parse::<Timestamp>().ok();
        if at.is_none() {
            reader.note(place, key, format!("`{text}` is not a time"), cure);
        }
        return at;
    };
    let Some(length) = length(offset) else {
        reader.note(place, key, format!("`{text}` is not an offset"), cure);
        return None;
    };
    let Some(before) = before else {
        reader.note(place, key, "is an offset, but there is no time before it", "begin with a time in RFC 3339");
        return None;
    };
    let at = before.checked_add(length).ok();
    if at.is_none() {
        reader.note(place, key, format!("`{text}` leads beyond the year 9999"), "write a smaller offset");
    }
    at
}

/// `3m`, `1h30m`, `2d`, `0s`.
fn length(text: &str) -> Option<SignedDuration> {
    if !text.bytes().all(|byte| byte.is_ascii_digit() || b"dhms".contains(&byte)) {
        return None;
    }
    let span: Span = text.parse().ok()?;
    span.to_duration(SpanRelativeTo::days_are_24_hours()).ok()
}

/// A whole number of at least 0.
fn number(reader: &mut Reader<'_>, fields: &Fields<'_>, key: &str) -> Option<u64> {
    let node = fields.get(key)?;
    let read = match &node.value {
        Value::Number(text) => text.parse().ok(),
        _ => None,
    };
    if read.is_none() {
        reader.wrong_type(node, fields, key, "a whole number of at least 0");
    }
    read
}

/// `true` or `false`; none when absent or wrong.
fn flag(reader: &mut Reader<'_>, fields: &Fields<'_>, key: &str) -> Option<bool> {
    let node = fields.get(key)?;
    if let Value::Bool(flag) = node.value {
        return Some(flag);
    }
    reader.wrong_type(node, fields, key, "true or false");
    None
}

fn channel(reader: &mut Reader<'_>, fields: &Fields<'_>, key: &str) -> Option<Network> {
    let name = reader.slug(fields, key, 64)?;
    Some(Network::new(name).expect("a slug of at most 64 characters is a network"))
}

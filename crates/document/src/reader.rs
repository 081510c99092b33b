//! Taking typed values out of the tree: each step either gives the value or notes a problem with its place, and
//! reading goes on, so that one run shows everything that is wrong.

use crate::duration;
use crate::problem::Problem;
use crate::shape::{Key, Shape};
use crate::suggest;
use crate::tree::{Entry, Node, Place, Value};
use std::collections::BTreeMap;

/// The longest name or text of the format, in characters.
const TEXT_MOST_CHARACTERS: usize = 200;

pub struct Reader<'s> {
    pub file: &'s str,
    pub problems: Vec<Problem>,
}

/// A mapping with a fixed set of keys, checked against its shape.
pub struct Fields<'t> {
    pub path: String,
    pub place: Place,
    values: BTreeMap<&'static str, &'t Node>,
    shape: &'static Shape,
}

impl<'t> Fields<'t> {
    /// The value of a key that is there and not empty.
    pub fn get(&self, key: &str) -> Option<&'t Node> {
        self.values.get(key).copied()
    }

    pub fn path_of(&self, key: &str) -> String {
        join(&self.path, key)
    }

    /// How the key is written.
    pub fn example(&self, key: &str) -> &'static str {
        self.shape.find(key).map_or("", |key| key.example)
    }
}

/// A name that the brand chose, where it stands, and what it names.
pub type Named<'t> = (&'t str, Place, &'t Node);

/// `teams` and `care` make `teams.care`.
pub fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

/// One to `longest` characters of `a-z`, `0-9`, `-`, `_`: safe in a subject, a file name and a metric label.
pub fn is_slug(text: &str, longest: usize) -> bool {
    (1..=longest).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_')
}

impl<'s> Reader<'s> {
    pub fn new(file: &'s str) -> Self {
        Reader { file, problems: Vec::new() }
    }

    pub fn note(&mut self, place: Place, key: &str, what: impl Into<String>, cure: impl Into<String>) {
        self.problems.push(Problem {
            file: self.file.to_owned(),
            line: place.line,
            column: place.column,
            key: key.to_owned(),
            what: what.into(),
            cure: cure.into(),
        });
    }

    /// Reads a mapping with a fixed set of keys: strangers, repetitions and gaps are noted.
    pub fn fields<'t>(&mut self, node: &'t Node, path: &str, shape: &'static Shape) -> Option<Fields<'t>> {
        let Value::Map(entries) = &node.value else {
            let what = format!("is {}, but {} is a mapping of keys", node.value.kind(), shape.what);
            self.note(node.place, path, what, format!("write its keys: {}", suggest::list(&shape.names())));
            return None;
        };
        let mut fields = Fields { path: path.to_owned(), place: node.place, values: BTreeMap::new(), shape };
        let mut seen: BTreeMap<&str, Place> = BTreeMap::new();
        for entry in entries {
            if self.repeated(&mut seen, entry, path) {
                continue;
            }
            let Some(key) = shape.find(&entry.key) else {
                self.stranger(entry, path, shape);
                continue;
            };
            if self.filled(entry, path, key) {
                fields.values.insert(key.name, &entry.value);
            }
        }
        for key in shape.keys.iter().filter(|key| key.required && !seen.contains_key(key.name)) {
            self.note(node.place, &join(path, key.name), "is missing", format!("add `{}`", key.example));
        }
        Some(fields)
    }

    /// An optional key without a value counts as absent: its lines were commented out.
    fn filled(&mut self, entry: &Entry, path: &str, key: &'static Key) -> bool {
        let empty = matches!(entry.value.value, Value::Nothing);
        if empty && key.required {
            self.note(entry.place, &join(path, key.name), "is empty", format!("write e.g. `{}`", key.example));
        }
        !empty
    }

    fn stranger(&mut self, entry: &Entry, path: &str, shape: &Shape) {
        let what = format!("is not a key of {}", shape.what);
        self.note(entry.place, &join(path, &entry.key), what, suggest::cure(&entry.key, &shape.names()));
    }

    fn repeated<'t>(&mut self, seen: &mut BTreeMap<&'t str, Place>, entry: &'t Entry, path: &str) -> bool {
        if let Some(first) = seen.get(entry.key.as_str()) {
            let what = format!("stands twice, first in line {}", first.line);
            self.note(entry.place, &join(path, &entry.key), what, "keep one of them");
            return true;
        }
        seen.insert(&entry.key, entry.place);
        false
    }

    /// Reads a mapping whose keys are names that the brand chose; gives name, place of the name and value.
    pub fn named<'t>(&mut self, fields: &Fields<'t>, key: &str) -> Vec<Named<'t>> {
        let Some(node) = fields.get(key) else { return Vec::new() };
        let path = fields.path_of(key);
        let Value::Map(entries) = &node.value else {
            self.wrong_type(node, fields, key, "a mapping from names to their keys");
            return Vec::new();
        };
        let mut seen = BTreeMap::new();
        let mut named = Vec::with_capacity(entries.len());
        for entry in entries {
            if self.repeated(&mut seen, entry, &path) {
                continue;
            }
            if !is_slug(&entry.key, 64) {
                let what = "is not a name: only a-z, 0-9, - and _ are allowed, at most 64 of them";
                self.note(entry.place, &join(&path, &entry.key), what, "write it in small letters, e.g. `first-line`");
                continue;
            }
            named.push((entry.key.as_str(), entry.place, &entry.value));
        }
        named
    }

    pub fn list<'t>(&mut self, fields: &Fields<'t>, key: &str) -> &'t [Node] {
        let Some(node) = fields.get(key) else { return &[] };
        match &node.value {
            Value::List(items) => items,
            _ => {
                self.wrong_type(node, fields, key, "a list");
                &[]
            }
        }
    }

    /// Text that is not blank and not overlong; none when absent or wrong.
    pub fn text<'t>(&mut self, fields: &Fields<'t>, key: &str) -> Option<(&'t str, Place)> {
        let node = fields.get(key)?;
        let Value::Text(text) = &node.value else {
            self.wrong_type(node, fields, key, "text");
            return None;
        };
        let path = fields.path_of(key);
        if text.trim().is_empty() {
            self.note(node.place, &path, "is empty", format!("write e.g. `{}`", fields.example(key)));
            return None;
        }
        Some((text, node.place))
    }

    /// Text for people to read: one line of a sensible length.
    pub fn line(&mut self, fields: &Fields<'_>, key: &str) -> Option<String> {
        let (text, place) = self.text(fields, key)?;
        if text.chars().count() > TEXT_MOST_CHARACTERS || text.chars().any(char::is_control) {
            let what = format!("is not one line of at most {TEXT_MOST_CHARACTERS} characters");
            self.note(place, &fields.path_of(key), what, "shorten it");
            return None;
        }
        Some(text.trim().to_owned())
    }

    pub fn slug(&mut self, fields: &Fields<'_>, key: &str, longest: usize) -> Option<String> {
        let (text, place) = self.text(fields, key)?;
        if !is_slug(text, longest) {
            let what = format!("is not a name: only a-z, 0-9, - and _ are allowed, at most {longest} of them");
            self.note(place, &fields.path_of(key), what, format!("write e.g. `{}`", fields.example(key)));
            return None;
        }
        Some(text.to_owned())
    }

    /// One of a few words.
    pub fn choice<T: Copy>(&mut self, fields: &Fields<'_>, key: &str, all: &[(&'static str, T)]) -> Option<T> {
        let (text, place) = self.text(fields, key)?;
        if let Some((_, value)) = all.iter().find(|(name, _)| *name == text) {
            return Some(*value);
        }
        let names: Vec<&str> = all.iter().map(|(name, _)| *name).collect();
        self.note(place, &fields.path_of(key), format!("`{text}` is not known here"), suggest::cure(text, &names));
        None
    }

    /// One of a few words, or this one when the key is absent; none only when it is wrong.
    pub fn choice_or<T: Copy>(
        &mut self,
        fields: &Fields<'_>,
        key: &str,
        all: &[(&'static str, T)],
        absent: T,
    ) -> Option<T> {
        if fields.get(key).is_some() { self.choice(fields, key, all) } else { Some(absent) }
    }

    /// A whole number between two bounds, both included.
    pub fn count(&mut self, fields: &Fields<'_>, key: &str, least: u64, most: u64) -> Option<u64> {
        let node = fields.get(key)?;
        let Value::Number(written) = &node.value else {
            self.wrong_type(node, fields, key, "a whole number");
            return None;
        };
        match written.parse::<u64>() {
            Ok(count) if (least..=most).contains(&count) => Some(count),
            _ => {
                let what = format!("is {written}, but must be a whole number from {least} to {most}");
                self.note(node.place, &fields.path_of(key), what, format!("write e.g. `{}`", fields.example(key)));
                None
            }
        }
    }

    /// A number between two bounds, both included.
    pub fn fraction(&mut self, fields: &Fields<'_>, key: &str, least: f64, most: f64) -> Option<f64> {
        let node = fields.get(key)?;
        let Value::Number(written) = &node.value else {
            self.wrong_type(node, fields, key, "a number");
            return None;
        };
        match written.parse::<f64>() {
            Ok(number) if (least..=most).contains(&number) => Some(number),
            _ => {
                let what = format!("is {written}, but must be a number from {least} to {most}");
                self.note(node.place, &fields.path_of(key), what, format!("write e.g. `{}`", fields.example(key)));
                None
            }
        }
    }

    /// `on` or `off`, or this when the key is absent or wrong.
    pub fn switch(&mut self, fields: &Fields<'_>, key: &str, absent: bool) -> bool {
        let Some(node) = fields.get(key) else { return absent };
        match &node.value {
            Value::Bool(true) => true,
            Value::Text(text) if text == "on" => true,
            _ if node.is_off() => false,
            _ => {
                self.note(node.place, &fields.path_of(key), "is neither on nor off", "write `on` or `off`");
                absent
            }
        }
    }

    /// A length of time, in seconds.
    pub fn seconds(&mut self, fields: &Fields<'_>, key: &str) -> Option<u32> {
        let (text, place) = self.text(fields, key)?;
        self.length(text, place, &fields.path_of(key), "write e.g. `45s`, `10m`, `1h30m` or `2d`")
    }

    /// A length of time, in seconds, or `none`.
    pub fn target(&mut self, fields: &Fields<'_>, key: &str) -> Option<u32> {
        let (text, place) = self.text(fields, key)?;
        if text == "none" {
            return None;
        }
        self.length(text, place, &fields.path_of(key), "write e.g. `10m`, `1h30m`, `2d`, or `none` for no target")
    }

    fn length(&mut self, text: &str, place: Place, path: &str, cure: &str) -> Option<u32> {
        match duration::seconds(text) {
            Ok(seconds) => Some(seconds),
            Err(reason) => {
                self.note(place, path, format!("`{text}` {reason}"), cure);
                None
            }
        }
    }

    /// A list of short texts, each with its place and path.
    pub fn texts<'t>(&mut self, fields: &Fields<'t>, key: &str) -> Vec<(&'t str, Place, String)> {
        let mut texts: Vec<(&str, Place, String)> = Vec::new();
        for (nth, node) in self.list(fields, key).iter().enumerate() {
            let path = format!("{}[{nth}]", fields.path_of(key));
            let Value::Text(text) = &node.value else {
                let what = format!("is {}, but must be text", node.value.kind());
                self.note(node.place, &path, what, format!("write e.g. `{}`", fields.example(key)));
                continue;
            };
            if texts.iter().any(|(known, ..)| known == text) {
                self.note(node.place, &path, format!("`{text}` stands twice"), "keep one of them");
                continue;
            }
            texts.push((text, node.place, path));
        }
        texts
    }

    /// Notes that a value is of the wrong kind.
    pub fn wrong_type(&mut self, node: &Node, fields: &Fields<'_>, key: &str, expected: &str) {
        let written = match &node.value {
            Value::Number(number) => format!("is the number {number}, but must be {expected}"),
            other => format!("is {}, but must be {expected}", other.kind()),
        };
        self.note(node.place, &fields.path_of(key), written, format!("write e.g. `{}`", fields.example(key)));
    }
}

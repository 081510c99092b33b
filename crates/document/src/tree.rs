//! YAML as a tree in which every key and value knows its place. The settings are read from this tree by hand
//! rather than by derive, so that one reading finds every fault of a file and not only the first.

use crate::problem::Problem;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{DuplicateKeyPolicy, Spanned};
use std::fmt;

/// Where something stands in the file: 1-based line and column in characters, and the byte it starts at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Place {
    pub line: u32,
    pub column: u32,
    pub byte: Option<usize>,
}

#[derive(Debug, Clone)]
pub struct Node {
    pub place: Place,
    pub value: Value,
}

#[derive(Debug, Clone)]
pub enum Value {
    Nothing,
    Bool(bool),
    /// Kept as text: no key of the format is a number, and the text makes the better message.
    Number(String),
    Text(String),
    List(Vec<Node>),
    Map(Vec<Entry>),
}

#[derive(Debug, Clone)]
pub struct Entry {
    pub key: String,
    pub place: Place,
    pub value: Node,
}

impl Node {
    /// Whether something is switched off here. Other writers of YAML make `false` of it.
    pub fn is_off(&self) -> bool {
        matches!(&self.value, Value::Bool(false)) || matches!(&self.value, Value::Text(text) if text == "off")
    }

    /// Whether it is a mapping in which this key has a value.
    pub fn has(&self, key: &str) -> bool {
        let Value::Map(entries) = &self.value else { return false };
        entries.iter().any(|entry| entry.key == key && !matches!(entry.value.value, Value::Nothing))
    }
}

impl Value {
    /// What it is, in words for a message.
    pub fn kind(&self) -> &'static str {
        match self {
            Value::Nothing => "empty",
            Value::Bool(true) => "true",
            Value::Bool(false) => "false",
            Value::Number(_) => "a number",
            Value::Text(_) => "text",
            Value::List(_) => "a list",
            Value::Map(_) => "a mapping of keys",
        }
    }
}

/// Reads one YAML document. Duplicate keys are kept, so that the reader can name both places.
pub fn read(text: &str, file: &str) -> Result<Node, Problem> {
    let options = serde_saphyr::options! {
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
        // `no` is Norwegian here, not false.
        strict_booleans: true,
        with_snippet: false,
        // The format nests five levels deep and is read by recursion; an alias is worth its text, not a bomb.
        budget: serde_saphyr::budget! { max_depth: 16, flow_nesting_limit: 16 },
        alias_limits: serde_saphyr::alias_limits! { max_total_replayed_events: 20_000 },
    };
    serde_saphyr::from_str_with_options::<Node>(text, options).map_err(|error| {
        let place = error.location().map(place_of).unwrap_or_default();
        let message = error.render_with_formatter(&serde_saphyr::UserMessageFormatter);
        Problem {
            file: file.to_owned(),
            line: place.line,
            column: place.column,
            key: String::new(),
            what: format!("is not YAML that can be read: {}", first_line(&message)),
            cure: "check the indentation, the quotes and the brackets near this place".to_owned(),
        }
    })
}

fn first_line(message: &str) -> &str {
    message.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("unknown fault")
}

/// The place `offset` characters into a scalar whose text is `text`, when the scalar stands in one line exactly as
/// its text reads; else the place where the scalar starts.
pub fn place_within(source: &str, scalar: Place, text: &str, offset: usize) -> Place {
    let Some(start) = scalar.byte else { return scalar };
    if text.contains('\n') {
        return scalar;
    }
    for quote in [0, 1] {
        if source.get(start + quote..).is_some_and(|rest| rest.starts_with(text)) {
            let characters = u32::try_from(quote + offset).unwrap_or(0);
            return Place { column: scalar.column + characters, ..scalar };
        }
    }
    scalar
}

fn place_of(location: serde_saphyr::Location) -> Place {
    Place {
        line: u32::try_from(location.line()).unwrap_or(u32::MAX),
        column: u32::try_from(location.column()).unwrap_or(u32::MAX),
        byte: location.span().byte_offset().and_then(|byte| usize::try_from(byte).ok()),
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let spanned = Spanned::<Value>::deserialize(deserializer)?;
        Ok(Node { place: place_of(spanned.referenced), value: spanned.value })
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue)
    }
}

struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any YAML value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Nothing)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Nothing)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.to_string()))
    }

    fn visit_i128<E>(self, value: i128) -> Result<Value, E> {
        Ok(Value::Number(value.to_string()))
    }

    fn visit_u128<E>(self, value: u128) -> Result<Value, E> {
        Ok(Value::Number(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value::Number(value.to_string()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element::<Node>()? {
            items.push(item);
        }
        Ok(Value::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut entries = Vec::new();
        while let Some(key) = access.next_key::<Spanned<String>>()? {
            let place = place_of(key.referenced);
            entries.push(Entry { key: key.value, place, value: access.next_value::<Node>()? });
        }
        Ok(Value::Map(entries))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_and_value_knows_its_place() {
        let text = "a: 1\nb:\n  - x\n  - {c: \"d e\", a: ~}\n";
        let Value::Map(top) = read(text, "f").unwrap().value else { panic!("a mapping") };
        assert_eq!((top[1].place.line, top[1].place.column), (2, 1));
        let Value::List(items) = &top[1].value.value else { panic!("a list") };
        assert_eq!((items[0].place.line, items[0].place.column), (3, 5));
        let Value::Map(inner) = &items[1].value else { panic!("a mapping") };
        assert_eq!((inner[0].place.line, inner[0].place.column), (4, 6));
        assert_eq!((inner[0].value.place.line, inner[0].value.place.column), (4, 9));
        assert_eq!(inner[0].value.place.byte, Some(text.find('"').unwrap()));
        assert!(matches!(inner[1].value.value, Value::Nothing));
    }

    #[test]
    fn norwegian_is_not_false_and_duplicates_are_kept() {
        let Value::Map(top) = read("l: [no, true]\nl: 2\n", "f").unwrap().value else { panic!("a mapping") };
        assert_eq!(top.len(), 2);
        let Value::List(items) = &top[0].value.value else { panic!("a list") };
        assert!(matches!(&items[0].value, Value::Text(text) if text == "no"));
        assert!(matches!(items[1].value, Value::Bool(true)));
    }

    #[test]
    fn what_is_no_yaml_names_its_place() {
        let problem = read("a: [1, 2\nb: 3\n", "care.yaml").unwrap_err();
        assert_eq!(problem.file, "care.yaml");
        assert!(problem.line >= 1, "{problem}");
        assert!(!problem.to_string().contains('\n'), "{problem}");
    }

    #[test]
    fn a_place_within_a_scalar_is_exact_when_it_stands_as_it_reads() {
        let source = "k: 'one two'\nm: |\n  one\n  two\n";
        let Value::Map(top) = read(source, "f").unwrap().value else { panic!("a mapping") };
        let quoted = top[0].value.place;
        assert_eq!(place_within(source, quoted, "one two", 4).column, 9);
        let block = top[1].value.place;
        assert_eq!(place_within(source, block, "one\ntwo\n", 4), block);
    }
}

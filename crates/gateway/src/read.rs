//! Requests held against the contract, field by field, before anything is made of them.
//!
//! What is wrong is named by its path, with what would be right, and never repeated: it may be what a customer wrote.
//! What is right is brought into the one form that the generated readers take: full names of enums, times in UTC.

use crate::contract::{Contract, Enum, Field, Kind, Message};
use jiff::Timestamp;
use serde_json::{Map, Value};

/// So many faults of one request are told; the rest will show when these are mended.
const FAULTS_MAX: usize = 20;
/// A name that is longer or has other characters than names have is not repeated.
const NAME_MAX_CHARS: usize = 64;

/// One wrong field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Its path, such as `write.requestId`; empty for the whole.
    pub field: String,
    /// What is wrong and what would be right.
    pub what: String,
}

/// A parameter of the query: a field of the request, or of a message in it.
#[derive(Debug)]
pub struct Param<'a> {
    /// From the request down, as JSON names.
    pub path: Vec<&'a str>,
    pub field: &'a Field,
}

/// The parameters that a request's message has, without those that come from the path. What lies in a message within
/// it goes by its own name: `brand` for `filter.brand`.
pub fn params<'a>(contract: &'a Contract, message: &'a Message, bound: &[&str]) -> Vec<Param<'a>> {
    let mut params = Vec::new();
    for field in message.fields.iter().filter(|field| !bound.contains(&field.json.as_str())) {
        match &field.kind {
            Kind::Message(name) if !field.repeated => {
                let inner = &contract.message(name).fields;
                params.extend(inner.iter().map(|inner| Param { path: vec![&field.json, &inner.json], field: inner }));
            }
            _ => params.push(Param { path: vec![&field.json], field }),
        }
    }
    params
}

/// Makes the JSON of a request from the pairs of a query. Empty values narrow nothing.
pub fn from_query(params: &[Param<'_>], pairs: &[(String, String)]) -> Result<Value, Vec<Fault>> {
    let mut root = Map::new();
    let mut faults = Vec::new();
    for (name, text) in pairs.iter().filter(|(_, text)| !text.is_empty()) {
        let Some(param) = params.iter().find(|param| param.field.json == *name) else {
            let known: Vec<&str> = params.iter().map(|param| param.field.json.as_str()).collect();
            faults.push(Fault { field: shown(name), what: unknown(&known) });
            continue;
        };
        let value = match (&param.field.kind, text.as_str()) {
            (Kind::Bool, "true") => Value::Bool(true),
            (Kind::Bool, "false") => Value::Bool(false),
            _ => Value::String(text.clone()),
        };
        if !put(&mut root, param, value) {
            faults.push(Fault { field: name.clone(), what: "is given more than once; give it once".to_owned() });
        }
    }
    if faults.is_empty() { Ok(Value::Object(root)) } else { Err(faults) }
}

/// Puts a value where its parameter belongs; false when there is one already and there can be only one.
fn put(root: &mut Map<String, Value>, param: &Param<'_>, value: Value) -> bool {
    let (last, outer) = param.path.split_last().expect("a parameter has a name");
    let mut place = root;
    for name in outer {
        let inner = place.entry((*name).to_owned()).or_insert_with(|| Value::Object(Map::new()));
        place = inner.as_object_mut().expect("only parameters within it are put below a message");
    }
    if param.field.repeated {
        let list = place.entry((*last).to_owned()).or_insert_with(|| Value::Array(Vec::new()));
        list.as_array_mut().expect("only lists are put under a repeated field").push(value);
        return true;
    }
    place.insert((*last).to_owned(), value).is_none()
}

/// Holds a request against its message and brings it into its normal form.
pub fn checked(contract: &Contract, message: &str, request: Value) -> Result<Value, Vec<Fault>> {
    let mut reader = Reader { contract, faults: Vec::new() };
    let value = reader.message(contract.message(message), request, "");
    if reader.faults.is_empty() { Ok(value) } else { Err(reader.faults) }
}

/// Puts what the path says into a checked request. A request that says otherwise contradicts itself.
pub fn bind(request: &mut Value, field: &str, text: &str) -> Result<(), Fault> {
    let mut place = request.as_object_mut().expect("a checked request is an object");
    let mut name = field;
    if let Some((outer, inner)) = field.split_once('.') {
        let message = place.entry(outer.to_owned()).or_insert_with(|| Value::Object(Map::new()));
        place = message.as_object_mut().expect("a checked message is an object");
        name = inner;
    }
    match place.insert(name.to_owned(), Value::String(text.to_owned())).as_ref().and_then(Value::as_str) {
        None | Some("") => Ok(()),
        Some(known) if known == text => Ok(()),
        Some(_) => Err(Fault { field: field.to_owned(), what: "is not what the path says; leave it out".to_owned() }),
    }
}

struct Reader<'a> {
    contract: &'a Contract,
    faults: Vec<Fault>,
}

impl Reader<'_> {
    fn wrong(&mut self, path: &str, what: impl Into<String>) -> Value {
        if self.faults.len() < FAULTS_MAX {
            self.faults.push(Fault { field: path.to_owned(), what: what.into() });
        }
        Value::Null
    }

    fn message(&mut self, message: &Message, value: Value, path: &str) -> Value {
        let Value::Object(given) = value else {
            return self.wrong(path, "must be an object");
        };
        let mut read = Map::new();
        let mut chosen: Vec<(&str, &str)> = Vec::new();
        for (name, value) in given {
            let Some(field) = message.field(&name) else {
                let known: Vec<&str> = message.fields.iter().map(|field| field.json.as_str()).collect();
                self.wrong(&join(path, &shown(&name)), unknown(&known));
                continue;
            };
            // In canonical JSON null is the same as absent.
            if value.is_null() {
                continue;
            }
            let here = join(path, &field.json);
            if let Some(choice) = &field.choice {
                if let Some((_, other)) = chosen.iter().find(|(known, _)| known == choice) {
                    self.wrong(&here, format!("cannot be there together with {other}; send one of them"));
                }
                chosen.push((choice, &field.json));
            }
            let value =
                if field.repeated { self.list(field, value, &here) } else { self.one(&field.kind, value, &here) };
            if read.insert(field.json.clone(), value).is_some() {
                self.wrong(&here, "is given under both of its names; give it once");
            }
        }
        Value::Object(read)
    }

    fn list(&mut self, field: &Field, value: Value, path: &str) -> Value {
        let Value::Array(items) = value else {
            return self.wrong(path, "must be a list");
        };
        let items = items.into_iter().enumerate();
        Value::Array(items.map(|(place, item)| self.one(&field.kind, item, &format!("{path}[{place}]"))).collect())
    }

    fn one(&mut self, kind: &Kind, value: Value, path: &str) -> Value {
        match (kind, &value) {
            (Kind::Message(name), _) => self.message(self.contract.message(name), value, path),
            (Kind::Enum(name), _) => self.enumeration(self.contract.enumeration(name), &value, path),
            (Kind::Map(kind), Value::Object(_)) => self.map(kind, value, path),
            (Kind::Bool, Value::Bool(_)) | (Kind::Text | Kind::Bytes, Value::String(_)) => value,
            (Kind::Number, Value::Number(_)) => value,
            (Kind::Timestamp, Value::String(text)) => self.timestamp(text, path),
            (Kind::Int32, _) => self.integer::<i32>(value, path, "a whole number of 32 bits"),
            (Kind::Uint32, _) => self.integer::<u32>(value, path, "a whole number of 32 bits, not negative"),
            (Kind::Int64, _) => self.integer::<i64>(value, path, "a whole number of 64 bits, as a number or as text"),
            (Kind::Uint64, _) => {
                self.integer::<u64>(value, path, "a whole number of 64 bits, not negative, as a number or as text")
            }
            (Kind::Bool, _) => self.wrong(path, "must be true or false"),
            (Kind::Number, _) => self.wrong(path, "must be a number"),
            (Kind::Timestamp, _) => self.wrong(path, TIME),
            (Kind::Map(_), _) => self.wrong(path, "must be an object"),
            (Kind::Text | Kind::Bytes, _) => self.wrong(path, "must be text"),
        }
    }

    fn map(&mut self, kind: &Kind, value: Value, path: &str) -> Value {
        let Value::Object(entries) = value else { return Value::Null };
        let entries = entries.into_iter().map(|(name, value)| {
            let here = join(path, &shown(&name));
            (name, self.one(kind, value, &here))
        });
        Value::Object(entries.collect())
    }

    fn integer<T: std::str::FromStr>(&mut self, value: Value, path: &str, right: &str) -> Value {
        let good = match &value {
            Value::Number(number) => number.to_string().parse::<T>().is_ok(),
            Value::String(text) => text.parse::<T>().is_ok(),
            _ => false,
        };
        if good { value } else { self.wrong(path, format!("must be {right}")) }
    }

    fn timestamp(&mut self, text: &str, path: &str) -> Value {
        match text.parse::<Timestamp>() {
            // The years that the contract's times have.
            Ok(at) if (1..=9999).contains(&at.to_zoned(jiff::tz::TimeZone::UTC).year()) => {
                Value::String(at.to_string())
            }
            _ => self.wrong(path, TIME),
        }
    }

    fn enumeration(&mut self, known: &Enum, value: &Value, path: &str) -> Value {
        let found = match value {
            Value::String(text) => known.value(text),
            Value::Number(number) => known.values.iter().find(|value| number.as_i64() == Some(i64::from(value.number))),
            _ => None,
        };
        if let Some(value) = found {
            return Value::String(value.name.clone());
        }
        let names =
            known.values.iter().skip(1).map(|value| value.name.strip_prefix(known.prefix()).unwrap_or(&value.name));
        self.wrong(path, format!("must be one of {}", names.collect::<Vec<_>>().join(", ")))
    }
}

const TIME: &str = "must be a time as in RFC 3339, such as 2026-03-01T09:30:00Z";

fn unknown(known: &[&str]) -> String {
    match known {
        [] => "is not known; nothing is taken here".to_owned(),
        known => format!("is not known; known are {}", known.join(", ")),
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// A name that the client made up, if it looks like one.
fn shown(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let is_name = !name.is_empty() && name.chars().count() <= NAME_MAX_CHARS && name.chars().all(plain);
    if is_name { name.to_owned() } else { "(a name that cannot be shown)".to_owned() }
}

#[cfg(test)]
mod tests;

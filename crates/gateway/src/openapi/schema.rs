//! Messages of the contract as JSON schemas, in their canonical JSON form. Only those that an endpoint or the stream of
//! events leads to are in the document.

use crate::contract::{Contract, Enum, Field, Kind, Message};
use crate::endpoints::{Answer, ENDPOINTS, Verb};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// What the stream of events sends, which no endpoint answers with.
const EVENTS: [&str; 2] = ["earshot.conversation.v1.WatchConversationsResponse", "earshot.analytics.v1.WatchResponse"];

/// Every schema of the document, by full name.
pub fn all(contract: &Contract) -> Value {
    let mut needed = BTreeSet::new();
    for endpoint in ENDPOINTS {
        if let Answer::Rpc(rpc) = &endpoint.answer {
            need(contract, rpc.output(), &mut needed);
            match endpoint.verb {
                Verb::Post => need(contract, rpc.input(), &mut needed),
                Verb::Get => {
                    for param in rpc.params() {
                        need_kind(contract, &param.field.kind, &mut needed);
                    }
                }
            }
        }
    }
    for name in EVENTS {
        need(contract, name, &mut needed);
    }
    let mut schemas = written(contract, needed);
    schemas.insert("Problem".to_owned(), of_problem());
    Value::Object(schemas)
}

/// The schemas of some messages and of all that they lead to, by full name.
pub fn of(contract: &Contract, messages: &[&str]) -> Map<String, Value> {
    let mut needed = BTreeSet::new();
    messages.iter().for_each(|name| need(contract, name, &mut needed));
    written(contract, needed)
}

fn written(contract: &Contract, needed: BTreeSet<String>) -> Map<String, Value> {
    let schema = |name: String| {
        let schema = match contract.enums.get(&name) {
            Some(found) => of_enum(found),
            None => of_message(contract.message(&name)),
        };
        (name, schema)
    };
    needed.into_iter().map(schema).collect()
}

fn need(contract: &Contract, message: &str, needed: &mut BTreeSet<String>) {
    if !needed.insert(message.to_owned()) {
        return;
    }
    for field in &contract.message(message).fields {
        need_kind(contract, &field.kind, needed);
    }
}

fn need_kind(contract: &Contract, kind: &Kind, needed: &mut BTreeSet<String>) {
    match kind {
        Kind::Message(name) => need(contract, name, needed),
        Kind::Enum(name) => {
            needed.insert(name.clone());
        }
        Kind::Map(value) => need_kind(contract, value, needed),
        _ => {}
    }
}

/// A reference to the schema of a message or enum.
pub fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

/// The schema of a field, with its description.
pub fn of_field(field: &Field) -> Value {
    let one = of_kind(&field.kind);
    let mut schema = if field.repeated { json!({"type": "array", "items": one}) } else { one };
    let mut about = field.about.clone();
    if let Some(choice) = &field.choice {
        about = format!("{about} At most one of `{choice}` is there.").trim().to_owned();
    }
    if !about.is_empty() {
        schema["description"] = json!(about);
    }
    schema
}

fn of_kind(kind: &Kind) -> Value {
    match kind {
        Kind::Bool => json!({"type": "boolean"}),
        Kind::Int32 => json!({"type": "integer", "format": "int32"}),
        Kind::Uint32 => json!({"type": "integer", "format": "uint32", "minimum": 0}),
        Kind::Int64 => json!({"type": "string", "format": "int64", "pattern": "^-?[0-9]+$"}),
        Kind::Uint64 => json!({"type": "string", "format": "uint64", "pattern": "^[0-9]+$"}),
        Kind::Number => json!({"type": "number"}),
        Kind::Text => json!({"type": "string"}),
        Kind::Bytes => json!({"type": "string", "contentEncoding": "base64"}),
        Kind::Timestamp => json!({"type": "string", "format": "date-time"}),
        Kind::Enum(name) | Kind::Message(name) => reference(name),
        Kind::Map(value) => json!({"type": "object", "additionalProperties": of_kind(value)}),
    }
}

fn of_message(message: &Message) -> Value {
    let properties = message.fields.iter().map(|field| (field.json.clone(), of_field(field)));
    let mut schema = json!({"type": "object", "properties": properties.collect::<Map<_, _>>()});
    if !message.about.is_empty() {
        schema["description"] = json!(message.about);
    }
    // A message that is nothing but a choice has one of its fields.
    let first = message.fields.first().and_then(|field| field.choice.as_ref());
    if first.is_some() && message.fields.iter().all(|field| field.choice.as_ref() == first) {
        schema["maxProperties"] = json!(1);
    }
    schema
}

fn of_enum(known: &Enum) -> Value {
    let names: Vec<&str> = known.values.iter().map(|value| value.name.as_str()).collect();
    let said = known.values.iter().filter(|value| !value.about.is_empty());
    let mut about: Vec<String> = said.map(|value| format!("`{}`: {}", value.name, value.about)).collect();
    if !known.about.is_empty() {
        about.insert(0, known.about.clone());
    }
    let mut schema = json!({"type": "string", "enum": names});
    if !about.is_empty() {
        schema["description"] = json!(about.join("\n"));
    }
    schema
}

fn of_problem() -> Value {
    json!({
        "type": "object",
        "description": "An error as of RFC 9457.",
        "required": ["type", "title", "status", "reason"],
        "properties": {
            "type": {"type": "string", "description": "`urn:earshot:problem:` and the reason in kebab case."},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string", "description": "What is wrong and what to do, for people."},
            "reason": {"type": "string", "description": "In UPPER_SNAKE, for programs; the same as over gRPC."},
            "field": {"type": "string", "description": "The first wrong field, by its path in the body or query."},
            "errors": {
                "type": "array",
                "description": "Every wrong field.",
                "items": {
                    "type": "object",
                    "required": ["field", "detail"],
                    "properties": {"field": {"type": "string"}, "detail": {"type": "string"}},
                },
            },
        },
    })
}

/// `ListConversations` as `listConversations`.
pub fn lower_first(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_ascii_lowercase().to_string() + letters.as_str()).unwrap_or_default()
}

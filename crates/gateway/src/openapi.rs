//! The OpenAPI 3.1 document, made from the contract's descriptors and the table of endpoints. The words are the
//! contract's own comments.

pub mod schema;

use crate::contract::CONTRACT;
use crate::endpoints::{Answer, ENDPOINTS, Endpoint, Rpc, Verb};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::header;
use serde_json::{Map, Value, json};
use std::sync::LazyLock;

const ABOUT: &str = "\
What customers say to brands in public and in private, and what becomes of it.

JSON is canonical proto3 JSON: names in lowerCamelCase, what is empty is left out, 64-bit numbers are text, times are \
RFC 3339 in UTC. Values of enums may be asked for in short (`OPEN` for `CONVERSATION_STATUS_OPEN`); answers have them in \
full. Unknown fields are refused. Writes carry a `requestId` and may be repeated with the same one.

Errors are problems (RFC 9457) with a `reason` that programs may rely on. 503 with UPSTREAM_UNAVAILABLE names the \
service that cannot be reached; the others go on.

To show what is and then what changes: load a list, note its `asOfSequence`, and listen to `/api/v1/events?after=` that \
position. A conversation with a higher `version` replaces the one that is known, whatever the order of arrival.

The same services speak gRPC-Web on this address, at `/package.Service/Method`.";

const EVENTS: &str = "\
Server-sent events, one stream a client.

`event: conversation` has a WatchConversationsResponse as data and the position of the log as id. Each change is told \
once, in the order of the log.
`event: measures` has a WatchResponse, grouped by brand, and no id: first one with `snapshot`, then what changed; a row \
replaces the row of the same brand.
`event: writing` has a Writing and no id: somebody writes an answer at this moment, as the reply guard was asked about the \
draft. It is not told again; who has written nothing for some seconds has stopped.
`event: news` comes for the person whom `person` names: a ShownNews and no id, first what stands on the console, of the last \
24 hours, then what comes. After a reconnect the same may be told again: know it by its `sequence`.
`event: reset` has `{}`: forget what is known and load it again; what comes after its id will be told.

A client that comes back says with `Last-Event-ID` (or `after`) what it heard last and misses nothing. What is no longer \
kept is asked of the service; where that cannot be, because the log is another one, too much was missed or the client \
reads too slowly, a reset is told. A comment comes each 15 seconds when nothing else does.";

static DOCUMENT: LazyLock<Bytes> =
    LazyLock::new(|| serde_json::to_vec(&document()).expect("a JSON value can be written").into());

/// `GET /api/openapi.json`.
pub async fn serve() -> Response {
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-cache")];
    (headers, DOCUMENT.clone()).into_response()
}

fn document() -> Value {
    let mut paths = Map::new();
    for endpoint in ENDPOINTS {
        let verb = match endpoint.verb {
            Verb::Get => "get",
            Verb::Post => "post",
        };
        paths.entry(endpoint.path).or_insert_with(|| json!({}))[verb] = operation(endpoint);
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Earshot",
            "version": env!("CARGO_PKG_VERSION"),
            "description": ABOUT,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {"schemas": schema::all(&CONTRACT), "responses": responses()},
    })
}

fn operation(endpoint: &Endpoint) -> Value {
    match &endpoint.answer {
        Answer::Rpc(rpc) => call(endpoint, rpc),
        Answer::Events => json!({
            "operationId": "listenToEvents",
            "summary": endpoint.summary,
            "description": EVENTS,
            "tags": ["Events"],
            "parameters": [
                parameter("query", "brand", "Only this brand's conversations and measures.", json!({"type": "string"})),
                parameter("query", "person", "Whose news are told too.", json!({"type": "string"})),
                parameter("query", "after", "Only what comes after this position of the log.", position()),
                parameter("header", "Last-Event-ID", "As `after`, and stronger; browsers send it by themselves.", position()),
            ],
            "responses": {
                "200": {"description": "Events until either side ends them.", "content": {"text/event-stream": {}}},
                "400": problem("BadRequest"),
            },
        }),
        Answer::Document => description(endpoint, "getOpenApi", "OpenAPI 3.1."),
        Answer::AsyncDocument => description(endpoint, "getAsyncApi", "AsyncAPI 3.0."),
    }
}

fn description(endpoint: &Endpoint, id: &str, form: &str) -> Value {
    json!({
        "operationId": id,
        "summary": endpoint.summary,
        "tags": ["Description"],
        "responses": {
            "200": {"description": form, "content": {"application/json": {"schema": {"type": "object"}}}},
        },
    })
}

fn position() -> Value {
    json!({"type": "string", "pattern": "^[0-9]+$"})
}

fn call(endpoint: &Endpoint, rpc: &Rpc) -> Value {
    let (service, method) = rpc.name.rsplit_once('/').expect("a method's name has its service before a slash");
    let mut parameters: Vec<Value> = rpc.bound.iter().map(|(name, field)| in_path(rpc, name, field)).collect();
    let mut operation = json!({
        "operationId": schema::lower_first(method),
        "summary": endpoint.summary,
        "tags": [service.rsplit('.').next()],
        "responses": {
            "200": {
                "description": "Done.",
                "content": {"application/json": {"schema": schema::reference(rpc.output())}},
            },
            "400": problem("BadRequest"),
            "503": problem("Unavailable"),
            "default": problem("Problem"),
        },
    });
    let about = &CONTRACT.methods[rpc.name].about;
    if !about.is_empty() {
        operation["description"] = json!(about);
    }
    if !rpc.bound.is_empty() {
        operation["responses"]["404"] = problem("NotFound");
    }
    match endpoint.verb {
        Verb::Get => parameters.extend(rpc.params().iter().map(|param| {
            let mut schema = schema::of_field(param.field);
            // The field's own description stands beside the schema.
            if let Some(object) = schema.as_object_mut() {
                object.remove("description");
            }
            parameter("query", &param.field.json, &param.field.about, schema)
        })),
        Verb::Post => {
            operation["requestBody"] = json!({
                "required": true,
                "content": {"application/json": {"schema": schema::reference(rpc.input())}},
            });
            operation["responses"]["409"] = problem("Conflict");
            if !rpc.bound.is_empty() {
                let fields: Vec<String> = rpc.bound.iter().map(|(_, field)| format!("`{field}`")).collect();
                let said = format!("The path says {}; the body may leave it out.", fields.join(" and "));
                operation["requestBody"]["description"] = json!(said);
            }
        }
    }
    operation["parameters"] = json!(parameters);
    operation
}

fn in_path(rpc: &Rpc, name: &str, field: &str) -> Value {
    let mut parameter =
        parameter("path", name, &format!("`{field}` of {}.", short(rpc.input())), json!({"type": "string"}));
    parameter["required"] = json!(true);
    parameter
}

fn short(full_name: &str) -> &str {
    full_name.rsplit('.').next().unwrap_or(full_name)
}

fn parameter(place: &str, name: &str, about: &str, schema: Value) -> Value {
    let mut parameter = json!({"name": name, "in": place, "schema": schema});
    if !about.is_empty() {
        parameter["description"] = json!(about);
    }
    parameter
}

fn problem(name: &str) -> Value {
    json!({"$ref": format!("#/components/responses/{name}")})
}

fn responses() -> Value {
    let response = |about: &str| {
        json!({
            "description": about,
            "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
        })
    };
    json!({
        "BadRequest": response("The request is wrong; `field` and `errors` name where."),
        "NotFound": response("What the path names does not exist."),
        "Conflict": response("The state of things does not allow it; `reason` says why."),
        "Unavailable": response("A service cannot be reached, which `detail` names; try again after Retry-After seconds."),
        "Problem": response("Any other problem: too large, too slow, of the wrong type, or ours."),
    })
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// Everything that a document refers to.
    pub(crate) fn references(value: &Value, found: &mut BTreeSet<String>) {
        match value {
            Value::Object(object) => {
                if let Some(Value::String(target)) = object.get("$ref") {
                    found.insert(target.clone());
                }
                object.values().for_each(|value| references(value, found));
            }
            Value::Array(list) => list.iter().for_each(|value| references(value, found)),
            _ => {}
        }
    }

    #[test]
    fn every_reference_leads_somewhere_and_every_schema_is_led_to() {
        let document = document();
        let mut found = BTreeSet::new();
        references(&document, &mut found);
        for target in &found {
            let pointer = target.strip_prefix('#').unwrap();
            assert!(document.pointer(pointer).is_some(), "{target} leads nowhere");
        }
        for name in document["components"]["schemas"].as_object().unwrap().keys() {
            // What streams send is told of in words.
            let in_words = ["earshot.conversation.v1.WatchConversationsResponse", "earshot.analytics.v1.WatchResponse"];
            let led_to = found.contains(&format!("#/components/schemas/{name}"));
            assert!(led_to || in_words.contains(&name.as_str()), "{name} is for nobody");
        }
    }

    #[test]
    fn every_endpoint_is_in_it_once() {
        let document = document();
        let mut ids = BTreeSet::new();
        let mut operations = 0;
        for path in document["paths"].as_object().unwrap().values() {
            for operation in path.as_object().unwrap().values() {
                operations += 1;
                let id = operation["operationId"].as_str().unwrap();
                assert!(ids.insert(id.to_owned()), "{id} is there twice");
                assert!(operation["responses"]["200"].is_object(), "{id}");
            }
        }
        assert_eq!(operations, ENDPOINTS.len());
    }

    #[test]
    fn a_parameter_has_its_type_and_its_words() {
        let document = document();
        let list = &document["paths"]["/api/v1/conversations"]["get"];
        let parameter = |name: &str| {
            list["parameters"].as_array().unwrap().iter().find(|parameter| parameter["name"] == name).unwrap()
        };
        assert_eq!(parameter("pageSize")["description"], "At most 200; 50 when 0.");
        assert_eq!(parameter("status")["schema"]["type"], "array");
        assert_eq!(parameter("unassigned")["schema"]["type"], "boolean");
        assert!(list["description"].as_str().unwrap().starts_with("In order of urgency"), "{list}");
    }
}

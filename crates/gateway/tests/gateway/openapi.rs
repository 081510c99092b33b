//! What the document says of an answer is what comes.

use crate::world::World;
use serde_json::{Value, json};

/// Holds a value against a schema of the document: the part of JSON schema that the document uses. Properties that the
/// schema does not know are faults here, since the document must not keep silent about any.
fn check(document: &Value, schema: &Value, value: &Value, path: &str, faults: &mut Vec<String>) {
    if let Some(Value::String(target)) = schema.get("$ref") {
        let schema = document.pointer(&target[1..]).unwrap_or_else(|| panic!("{target} leads nowhere"));
        return check(document, schema, value, path, faults);
    }
    let mut fault = |what: &str| faults.push(format!("{path} {what}: {value}"));
    match (schema["type"].as_str(), value) {
        (Some("object"), Value::Object(object)) => {
            for name in schema["required"].as_array().into_iter().flatten() {
                if !object.contains_key(name.as_str().unwrap()) {
                    fault("lacks a required property");
                }
            }
            if schema["maxProperties"].as_u64().is_some_and(|max| object.len() as u64 > max) {
                fault("has too many properties");
            }
            for (name, value) in object {
                let known = schema["properties"].get(name).or_else(|| schema.get("additionalProperties"));
                let here = format!("{path}.{name}");
                match known {
                    Some(known) => check(document, known, value, &here, faults),
                    None => faults.push(format!("{here} is not in the document")),
                }
            }
        }
        (Some("array"), Value::Array(items)) => {
            for (place, item) in items.iter().enumerate() {
                check(document, &schema["items"], item, &format!("{path}[{place}]"), faults);
            }
        }
        (Some("string"), Value::String(text)) => {
            if schema["enum"].as_array().is_some_and(|known| !known.contains(value)) {
                fault("is none of the values");
            }
            let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            match schema["pattern"].as_str() {
                Some("^[0-9]+$") if !digits(text) => fault("is no number without a sign"),
                Some("^-?[0-9]+$") if !digits(text.strip_prefix('-').unwrap_or(text)) => fault("is no number"),
                _ => {}
            }
            if schema["format"] == "date-time" && text.parse::<jiff::Timestamp>().is_err() {
                fault("is no time");
            }
        }
        (Some("integer"), Value::Number(number)) if number.is_i64() || number.is_u64() => {}
        (Some("number"), Value::Number(_)) | (Some("boolean"), Value::Bool(_)) => {}
        (kind, _) => fault(&format!("is not {kind:?}")),
    }
}

fn faults(document: &Value, schema: &Value, value: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    check(document, schema, value, "", &mut faults);
    faults
}

#[tokio::test]
async fn answers_are_what_the_document_says() {
    let world = World::start().await;
    let document = world.get("/api/openapi.json").await.json();
    assert_eq!(document["openapi"], "3.1.0");
    let schema_of = |path: &str, verb: &str, status: &str, media_type: &str| {
        let mut response = &document["paths"][path][verb]["responses"][status];
        if let Some(Value::String(target)) = response.get("$ref") {
            response = document.pointer(&target[1..]).unwrap();
        }
        response["content"][media_type]["schema"].clone()
    };
    for (path, asked) in [
        ("/api/v1/conversations", "/api/v1/conversations"),
        ("/api/v1/conversations/{id}", "/api/v1/conversations/c1"),
        ("/api/v1/conversations/{id}/explanation", "/api/v1/conversations/c1/explanation"),
        ("/api/v1/measures", "/api/v1/measures"),
        ("/api/v1/figures", "/api/v1/figures"),
        ("/api/v1/figures/{measure}/behind", "/api/v1/figures/open/behind"),
        ("/api/v1/scorecard", "/api/v1/scorecard"),
        ("/api/v1/intake", "/api/v1/intake"),
        ("/api/v1/outbox", "/api/v1/outbox"),
        ("/api/v1/brands/{brand}", "/api/v1/brands/nordnet"),
        ("/api/openapi.json", "/api/openapi.json"),
    ] {
        let answer = world.get(asked).await.json();
        let schema = schema_of(path, "get", "200", "application/json");
        let mut found = faults(&document, &schema, &answer);
        found.retain(|fault| path != "/api/openapi.json" || !fault.ends_with("is not in the document"));
        assert!(found.is_empty(), "{path}: {found:?}");
    }
    for (path, body) in [
        ("/api/v1/posts", json!({"post": {"postId": "1"}})),
        ("/api/v1/classify", json!({"text": "hi"})),
        ("/api/v1/brands/check", json!({"yaml": ""})),
    ] {
        let asked = &document["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"];
        assert_eq!(faults(&document, asked, &body), [""; 0], "{path}");
        let answer = world.post(path, &body).await.json();
        let schema = schema_of(path, "post", "200", "application/json");
        assert_eq!(faults(&document, &schema, &answer), [""; 0], "{path}");
    }
    let wrong = world.get("/api/v1/conversations?pageSize=many").await.json();
    let schema = schema_of("/api/v1/conversations", "get", "400", "application/problem+json");
    assert_eq!(faults(&document, &schema, &wrong), [""; 0]);
    // And the checks of this test do find faults.
    let broken = json!({"conversations": [{"version": 7, "status": "GONE", "posts": 1.5, "secret": true}]});
    let schema = schema_of("/api/v1/conversations", "get", "200", "application/json");
    assert_eq!(faults(&document, &schema, &broken).len(), 4);
}

//! What is asked over HTTP of what services could not work on.

use crate::json::Case;
use serde_json::{Value, json};

pub fn cases() -> Vec<Case> {
    vec![
        (
            "GET",
            "/api/v1/set-aside?service=classifier&pageSize=20&pageToken=20",
            Value::Null,
            "ListSetAside",
            json!({"service": "classifier", "pageSize": 20, "pageToken": "20"}),
            ("/items/0/sequence", json!("7")),
        ),
        (
            "GET",
            "/api/v1/set-aside/classifier.7",
            Value::Null,
            "GetSetAside",
            json!({"itemId": "classifier.7"}),
            ("/sizeBytes", json!("9")),
        ),
        (
            "POST",
            "/api/v1/set-aside/classifier.7/retry",
            json!({"person": "dana"}),
            "RetrySetAside",
            json!({"itemId": "classifier.7", "person": "dana"}),
            ("/changed", json!(true)),
        ),
        (
            "POST",
            "/api/v1/set-aside/retry-all",
            json!({"service": "classifier", "person": "dana"}),
            "RetryAllSetAside",
            json!({"service": "classifier", "person": "dana"}),
            ("/retried", json!(5)),
        ),
    ]
}

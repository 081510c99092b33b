//! What the desk asks for over HTTP beyond the first steps of a conversation: drafts, calls, the whole customer, and what
//! rules kept out.

use crate::json::Case;
use serde_json::{Value, json};

const GET: &str = "GET";
const POST: &str = "POST";

pub fn cases() -> Vec<Case> {
    [of_a_conversation(), of_a_customer(), of_a_brand()].concat()
}

fn done() -> (&'static str, Value) {
    ("/changed", json!(true))
}

fn of_a_conversation() -> Vec<Case> {
    let write = || json!({"person": "dana", "requestId": "q1", "expectedVersion": "7"});
    let full = || json!({"conversationId": "c1", "person": "dana", "requestId": "q1", "expectedVersion": "7"});
    let at = "2026-03-01T09:30:00+00:00";
    vec![
        (
            POST,
            "/api/v1/conversations/c1/draft",
            json!({"person": "dana", "text": "Sorry!", "private": true}),
            "CheckDraft",
            json!({"conversationId": "c1", "person": "dana", "text": "Sorry!", "private": true}),
            ("/parts/0", json!("one")),
        ),
        (
            POST,
            "/api/v1/conversations/c1/deescalate",
            json!({"write": write(), "reason": "it is over"}),
            "Deescalate",
            json!({"write": full(), "reason": "it is over"}),
            done(),
        ),
        (
            POST,
            "/api/v1/conversations/c1/callbacks",
            json!({"write": write(), "dueAt": "2026-03-01T10:30:00+01:00", "timezone": "Europe/Tallinn", "caller": "sam"}),
            "BookCallback",
            json!({"write": full(), "dueAt": at, "timezone": "Europe/Tallinn", "caller": "sam"}),
            ("/callbackId", json!("k1")),
        ),
        (
            POST,
            "/api/v1/conversations/c1/callbacks/k1/done",
            json!({"write": write()}),
            "FinishCallback",
            json!({"write": full(), "callbackId": "k1"}),
            done(),
        ),
    ]
}

fn of_a_customer() -> Vec<Case> {
    let write = || json!({"person": "dana", "requestId": "q1"});
    let full = || json!({"customerId": "u1", "person": "dana", "requestId": "q1"});
    // Most of them differ in their last fields only.
    let deed = |path: &'static str, rpc: &'static str, rest: Value| -> Case {
        let with = |write: Value| {
            let mut body = rest.clone();
            body["write"] = write;
            body
        };
        (POST, path, with(write()), rpc, with(full()), done())
    };
    let other = || json!({"otherCustomerId": "u2", "reason": "the same phone"});
    vec![
        (
            GET,
            "/api/v1/customers/u1",
            Value::Null,
            "GetCustomer",
            json!({"customerId": "u1"}),
            ("/customer/team", json!("care")),
        ),
        (
            GET,
            "/api/v1/customers/u1/team",
            Value::Null,
            "GetTeamFace",
            json!({"customerId": "u1"}),
            ("/team", json!("care")),
        ),
        deed(
            "/api/v1/customers/u1/profile",
            "ProfileCustomer",
            json!({"tier": "gold", "region": "harju", "timezone": "Europe/Tallinn"}),
        ),
        deed("/api/v1/customers/u1/team-choice", "ChooseTeam", json!({"optedOut": true})),
        deed("/api/v1/customers/u1/answer-way", "ChooseAnswerWay", json!({"network": "whatsapp", "inPrivate": true})),
        deed("/api/v1/customers/u1/team", "SetTeam", json!({"team": "north", "reason": "moved"})),
        deed("/api/v1/customers/u1/links", "LinkProfiles", other()),
        deed("/api/v1/customers/u1/unlink", "UnlinkProfiles", other()),
        deed(
            "/api/v1/customers/u1/exceptions",
            "GrantException",
            json!({"conversationId": "c1", "what": "late fee forgiven"}),
        ),
        (
            POST,
            "/api/v1/customers/u1/promises",
            json!({"write": write(), "conversationId": "c1", "what": "a call by Friday"}),
            "MakePromise",
            json!({"write": full(), "conversationId": "c1", "what": "a call by Friday"}),
            ("/promiseId", json!("m1")),
        ),
        (
            POST,
            "/api/v1/customers/u1/promises/m1/kept",
            json!({"write": write()}),
            "KeepPromise",
            json!({"write": full(), "promiseId": "m1"}),
            done(),
        ),
    ]
}

fn of_a_brand() -> Vec<Case> {
    vec![
        (
            GET,
            "/api/v1/brands/nordnet/incidents",
            Value::Null,
            "ListIncidents",
            json!({"brand": "nordnet"}),
            ("/incidents/0/region", json!("harju")),
        ),
        (
            GET,
            "/api/v1/brands/nordnet/filtered?keptAs=promotion&search=win&pageSize=9",
            Value::Null,
            "ListFilteredPosts",
            json!({"brand": "nordnet", "keptAs": "promotion", "search": "win", "pageSize": 9}),
            ("/posts/0/rule", json!("contest")),
        ),
        (
            POST,
            "/api/v1/brands/nordnet/filtered/p1/bring-back",
            json!({"person": "dana", "reason": "a customer", "requestId": "q1"}),
            "BringBackPost",
            json!({"brand": "nordnet", "postKey": "p1", "person": "dana", "reason": "a customer", "requestId": "q1"}),
            ("/conversationId", json!("c1")),
        ),
        (
            POST,
            "/api/v1/brands/nordnet/filters/preview",
            json!({"yaml": "brand: nordnet", "posts": 100}),
            "PreviewFilters",
            json!({"brand": "nordnet", "yaml": "brand: nordnet", "posts": 100}),
            ("/tried", json!(9)),
        ),
    ]
}

//! What is taken, what is refused, and in which words.

use super::*;
use crate::contract::CONTRACT;
use serde_json::json;

const REPLY: &str = "earshot.desk.v1.SubmitReplyRequest";
const INGEST: &str = "earshot.ingest.v1.IngestRequest";
const LIST: &str = "earshot.conversation.v1.ListConversationsRequest";
const QUERY: &str = "earshot.analytics.v1.QueryRequest";

fn faults(message: &str, request: Value) -> Vec<(String, String)> {
    let faults = checked(&CONTRACT, message, request).unwrap_err();
    faults.into_iter().map(|fault| (fault.field, fault.what)).collect()
}

fn query(message: &str, text: &[(&str, &str)]) -> Result<Value, Vec<Fault>> {
    let pairs: Vec<_> = text.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    let params = params(&CONTRACT, CONTRACT.message(message), &[]);
    from_query(&params, &pairs).and_then(|value| checked(&CONTRACT, message, value))
}

#[test]
fn a_sound_request_is_brought_into_its_normal_form() {
    let given = json!({
        "post": {
            "post_id": "1", "handleUse": "CARE", "postedAt": "2026-03-01T10:30:00+01:00", "text": null,
            "author": {"id": "a", "followers": 7}, "attachments": [{"sizeBytes": "12"}],
        },
        "source": "webshop",
    });
    let normal = json!({
        "post": {
            "postId": "1", "handleUse": "HANDLE_USE_CARE", "postedAt": "2026-03-01T09:30:00Z",
            "author": {"id": "a", "followers": 7}, "attachments": [{"sizeBytes": "12"}],
        },
        "source": "webshop",
    });
    assert_eq!(checked(&CONTRACT, INGEST, given), Ok(normal));
}

#[test]
fn each_fault_is_named_with_what_would_be_right() {
    let text = "a customer's words";
    let given = json!({
        "write": {"requestId": 7, "expectedVersion": "-1", "person": "dana", "who": text},
        "private": "yes", "text": [text],
    });
    let mut found = faults(REPLY, given);
    found.sort();
    let expected = [
        ("private", "must be true or false"),
        ("text", "must be text"),
        ("write.expectedVersion", "must be a whole number of 64 bits, not negative, as a number or as text"),
        ("write.requestId", "must be text"),
        ("write.who", "is not known; known are conversationId, person, requestId, expectedVersion"),
    ];
    assert_eq!(found, expected.map(|(field, what)| (field.to_owned(), what.to_owned())));
}

#[test]
fn what_was_sent_is_never_repeated() {
    let secret = "Ms Tamm of Tartu";
    for request in [
        json!({secret: 1}),
        json!({"post": {"handleUse": secret}}),
        json!({"post": {"postedAt": secret}}),
        json!({"post": {"attachments": [{"sizeBytes": secret}]}}),
        json!({"post": secret}),
        json!({"source": {secret: secret}}),
        json!(secret),
    ] {
        let found = format!("{:?}", faults(INGEST, request));
        assert!(!found.contains("Tamm"), "{found}");
    }
}

#[test]
fn one_of_a_choice_is_taken_and_not_two() {
    let found = faults(INGEST, json!({"post": {"postId": "1"}, "deletion": {"postId": "1"}}));
    assert_eq!(found.len(), 1);
    assert!(found[0].1.starts_with("cannot be there together with "), "{found:?}");
}

#[test]
fn numbers_are_whole_and_of_their_size() {
    for (value, good) in [
        (json!(50), true),
        (json!("50"), true),
        (json!(-1), true),
        (json!(1.5), false),
        (json!(2_147_483_648_u64), false),
        (json!("fifty"), false),
        (json!(true), false),
    ] {
        assert_eq!(checked(&CONTRACT, LIST, json!({"pageSize": value})).is_ok(), good, "{value}");
    }
}

#[test]
fn times_are_those_of_the_contract() {
    let message = "earshot.conversation.v1.GetConversationRequest";
    for (text, good) in [
        ("2026-03-01T09:30:00Z", true),
        ("2026-03-01T09:30:00.123456789+05:30", true),
        ("2026-03-01", false),
        ("yesterday", false),
        ("-000044-03-15T12:00:00Z", false),
    ] {
        assert_eq!(checked(&CONTRACT, message, json!({"at": text})).is_ok(), good, "{text}");
    }
}

#[test]
fn a_query_becomes_the_same_request_as_json() {
    let read = query(
        LIST,
        &[
            ("brand", "nordnet"),
            ("status", "OPEN"),
            ("status", "CONVERSATION_STATUS_RESOLVED"),
            ("minPriority", "HIGH"),
            ("unassigned", "true"),
            ("pageSize", "25"),
            ("team", ""),
        ],
    );
    let expected = json!({
        "brand": "nordnet", "status": ["CONVERSATION_STATUS_OPEN", "CONVERSATION_STATUS_RESOLVED"],
        "minPriority": "PRIORITY_HIGH", "unassigned": true, "pageSize": "25",
    });
    assert_eq!(read, Ok(expected));
}

#[test]
fn fields_of_a_message_within_go_by_their_own_names() {
    let read = query(QUERY, &[("groupBy", "BRAND"), ("groupBy", "TEAM"), ("brand", "nordnet"), ("channel", "x")]);
    let expected = json!({
        "groupBy": ["DIMENSION_BRAND", "DIMENSION_TEAM"], "filter": {"brand": "nordnet", "channel": "x"},
    });
    assert_eq!(read, Ok(expected));
}

#[test]
fn a_wrong_query_names_its_parameter() {
    for (name, text, what) in [
        ("minPriority", "VERY", "must be one of LOW, NORMAL, HIGH, URGENT"),
        ("status", "open", "must be one of NEW, OPEN, WAITING_FOR_CUSTOMER, RESOLVED, MERGED"),
        ("unassigned", "1", "must be true or false"),
        ("pageSize", "many", "must be a whole number of 32 bits"),
    ] {
        let found = query(LIST, &[(name, text)]).unwrap_err();
        assert!(found[0].field.starts_with(name) && found[0].what == what, "{found:?}");
    }
    let found = query(LIST, &[("limit", "5")]).unwrap_err();
    assert!(found[0].field == "limit" && found[0].what.starts_with("is not known; known are brand, team"), "{found:?}");
    let found = query(LIST, &[("brand", "a"), ("brand", "b")]).unwrap_err();
    assert_eq!(found[0].what, "is given more than once; give it once");
}

#[test]
fn the_path_fills_its_field_and_contradicts_no_other() {
    for mut request in [json!({}), json!({"write": {"conversationId": "c1"}}), json!({"write": {"conversationId": ""}})]
    {
        bind(&mut request, "write.conversationId", "c1").unwrap();
        assert_eq!(request, json!({"write": {"conversationId": "c1"}}));
    }
    let mut other = json!({"write": {"conversationId": "c2"}});
    assert_eq!(bind(&mut other, "write.conversationId", "c1").unwrap_err().field, "write.conversationId");
}

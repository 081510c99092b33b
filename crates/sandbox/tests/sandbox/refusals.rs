//! Sends that are no sends: not signed, signed too long ago, signed but malformed, too large.

use super::{Net, reply, secrets};
use jiff::{SignedDuration, Timestamp};
use reqwest::StatusCode;
use reqwest::header::{HeaderMap, HeaderValue};
use sandbox::{Fault, Faults};
use serde_json::{Value, json};
use service::webhook::{self, sign};

async fn post(net: &Net, headers: HeaderMap, body: Vec<u8>) -> StatusCode {
    net.client.post(net.url("/replies")).headers(headers).body(body).send().await.unwrap().status()
}

#[tokio::test]
async fn what_is_not_signed_rightly_is_refused_and_uses_up_no_fault() {
    let net = Net::faulty(Faults::sequence([Fault::Gone])).await;
    let body = serde_json::to_vec(&reply("r1", 1, 1)).unwrap();
    let now = Timestamp::now();
    let good = sign(&net.secrets, "k1", now, &body).headers().unwrap();
    let stranger = sign(&secrets(), "k1", now, &body).headers().unwrap();
    let stale = sign(&net.secrets, "k1", now - SignedDuration::from_secs(301), &body).headers().unwrap();
    let mut other_key = good.clone();
    other_key.insert(webhook::ID, HeaderValue::from_static("k2"));
    let mut changed = body.clone();
    *changed.last_mut().unwrap() = b' ';

    assert_eq!(post(&net, HeaderMap::new(), body.clone()).await, StatusCode::UNAUTHORIZED);
    assert_eq!(post(&net, stranger, body.clone()).await, StatusCode::UNAUTHORIZED);
    assert_eq!(post(&net, stale, body.clone()).await, StatusCode::UNAUTHORIZED);
    assert_eq!(post(&net, other_key, body.clone()).await, StatusCode::UNAUTHORIZED);
    assert_eq!(post(&net, good.clone(), changed).await, StatusCode::UNAUTHORIZED);
    assert_eq!((net.stats().received, net.stats().refused_signature, net.stats().refused_fault), (5, 5, 0));
    assert_eq!(post(&net, good, body).await, StatusCode::GONE, "the fault was kept for the first real send");
}

#[tokio::test]
async fn what_is_signed_but_no_reply_is_refused_by_its_field() {
    let net = Net::start().await;
    let with = |field: &str, value: Value| {
        let mut body = reply("r1", 1, 1);
        body["data"][field] = value;
        body
    };
    let bodies = [
        (json!({ "type": "reply.send" }), "is missing"),
        (json!({ "type": "post.created", "data": reply("r1", 1, 1)["data"] }), "reply.send"),
        (with("reply_id", json!("")), "data.reply_id"),
        (with("text", json!("")), "data.text"),
        (with("text", json!(7)), "data.text"),
        (with("part", json!(2)), "data.part"),
        (with("part", json!(0)), "data.part"),
    ];
    let count = bodies.len() as u64;
    for (body, word) in bodies {
        let response = net.send_body("k1", &body).await.unwrap();
        assert_eq!(response.status(), StatusCode::BAD_REQUEST);
        let problem: Value = response.json().await.unwrap();
        assert!(problem["detail"].as_str().unwrap().contains(word), "{problem}");
    }
    assert_eq!((net.stats().refused_malformed, net.stats().accepted), (count, 0));
    let unknown_key = with("mood", json!("sunny"));
    assert_eq!(net.send_body("k1", &unknown_key).await.unwrap().status(), StatusCode::CREATED);
}

#[tokio::test]
async fn a_body_over_the_limit_is_not_read() {
    let net = Net::start().await;
    let mut body = reply("r1", 1, 1);
    body["data"]["text"] = json!("a".repeat(sandbox::MAX_BODY_BYTES));
    assert_eq!(net.send_body("k1", &body).await.unwrap().status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(net.stats().accepted, 0);
}

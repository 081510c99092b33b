//! The counts: what is one reply, what is a repeat, what is doubled; and that a restart forgets none of it.

use super::{Net, reply, secrets};
use reqwest::StatusCode;
use sandbox::{Config, Fault, Faults, Sandbox, StartError};
use serde_json::{Value, json};
use service::Shutdown;
use std::collections::HashSet;

#[tokio::test]
async fn a_repeated_key_gets_the_first_answer() {
    let net = Net::start().await;
    let first: Value = net.send("k1", "r1").await.unwrap().json().await.unwrap();
    assert!(first["id"].as_str().unwrap().starts_with("sb-"));
    let again = net.send("k1", "r1").await.unwrap();
    assert_eq!(again.status(), StatusCode::OK);
    let again: Value = again.json().await.unwrap();
    assert_eq!((&again["id"], &again["repeated"]), (&first["id"], &json!(true)));
    let stats = net.stats();
    assert_eq!((stats.received, stats.accepted, stats.distinct, stats.repeats, stats.doubled), (2, 1, 1, 1, 0));
    assert_eq!(net.get("/stats").await.1, serde_json::to_value(stats).unwrap());
}

#[tokio::test]
async fn without_idempotency_a_repeated_key_is_posted_twice() {
    let net = Net::faulty(Faults { idempotent: false, ..Faults::default() }).await;
    let first: Value = net.send("k1", "r1").await.unwrap().json().await.unwrap();
    let second = net.send("k1", "r1").await.unwrap();
    assert_eq!(second.status(), StatusCode::CREATED);
    assert_ne!(second.json::<Value>().await.unwrap()["id"], first["id"]);
    let stats = net.stats();
    assert_eq!((stats.accepted, stats.distinct, stats.repeats, stats.doubled), (2, 1, 0, 1));
    assert_eq!(net.running.replies().len(), 2);
    assert_eq!(net.get("/replies/by-key/k1").await.1["id"], first["id"]);
}

#[tokio::test]
async fn an_old_reply_under_a_new_key_is_doubled() {
    let net = Net::start().await;
    net.send("k1", "r1").await.unwrap();
    assert_eq!(net.send("k2", "r1").await.unwrap().status(), StatusCode::CREATED);
    assert_eq!((net.stats().accepted, net.stats().distinct, net.stats().doubled), (2, 1, 1));
}

#[tokio::test]
async fn the_parts_of_a_reply_are_one_reply() {
    let net = Net::start().await;
    for part in 1..=3 {
        net.send_body(&format!("k{part}"), &reply("r1", part, 3)).await.unwrap();
    }
    let stats = net.stats();
    assert_eq!((stats.accepted, stats.distinct, stats.replies, stats.doubled), (3, 3, 1, 0));
}

#[tokio::test]
async fn twenty_sends_of_one_key_at_once_post_one_reply() {
    let net = Net::start().await;
    let sends = (0..20).map(|_| net.send("k1", "r1"));
    let mut ids = HashSet::new();
    for response in futures::future::join_all(sends).await {
        ids.insert(response.unwrap().json::<Value>().await.unwrap()["id"].to_string());
    }
    assert_eq!(ids.len(), 1);
    let stats = net.stats();
    assert_eq!((stats.received, stats.accepted, stats.repeats), (20, 1, 19));
}

#[tokio::test]
async fn a_repeat_can_be_lost_too() {
    let net = Net::faulty(Faults::sequence([Fault::AcceptThenDrop, Fault::AcceptThenDrop])).await;
    net.send("k1", "r1").await.unwrap_err();
    net.send("k1", "r1").await.unwrap_err();
    let stats = net.stats();
    assert_eq!((stats.accepted, stats.repeats, stats.doubled), (1, 1, 0));
    assert_eq!(stats.faults["accept-then-drop"], 2);
}

#[tokio::test]
async fn a_network_without_look_up_says_so_and_not_that_there_is_nothing() {
    let net = Net::faulty(Faults { lookup: false, ..Faults::default() }).await;
    net.send("k1", "r1").await.unwrap();
    let (status, problem) = net.get("/replies/by-key/k1").await;
    assert_eq!((status, problem["reason"].as_str()), (StatusCode::NOT_IMPLEMENTED, Some("LOOKUP_OFF")));
}

#[tokio::test]
async fn replies_are_listed_newest_first_by_pages() {
    let net = Net::start().await;
    for n in 0..5 {
        net.send(&format!("k{n}"), &format!("r{n}")).await.unwrap();
    }
    let mut seen = Vec::new();
    let mut path = "/replies?limit=2".to_owned();
    loop {
        let (_, page) = net.get(&path).await;
        seen.extend(page["replies"].as_array().unwrap().iter().map(|r| r["reply_id"].as_str().unwrap().to_owned()));
        let Some(next) = page["next"].as_u64() else { break };
        path = format!("/replies?limit=2&before={next}");
    }
    assert_eq!(seen, ["r4", "r3", "r2", "r1", "r0"]);
    let (_, one) = net.get("/replies?reply_id=r3").await;
    assert_eq!(one["replies"].as_array().unwrap().len(), 1);
    assert_eq!(one["replies"][0]["conversation"], "c1");
    assert_eq!(net.get("/replies?lmit=2").await.0, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_restart_forgets_neither_keys_nor_counts() {
    let dir = tempfile::tempdir().unwrap();
    let store = Some(dir.path().join("sandbox.jsonl"));
    let config = Config { store, faults: Faults::sequence([Fault::ServerError]), ..Config::new(secrets()) };
    let open = async |config: &Config| {
        let running = Sandbox::start(config.clone(), Shutdown::new(5)).await.unwrap();
        Net { running, secrets: config.reply_secrets.clone(), client: super::client() }
    };

    let net = open(&config).await;
    for n in 0..3 {
        net.send(&format!("k{n}"), &format!("r{n}")).await.unwrap();
    }
    net.send("k1", "r1").await.unwrap();
    let before = net.stats();
    assert_eq!((before.received, before.accepted, before.repeats, before.refused_fault), (4, 2, 1, 1));
    net.running.stop().await;

    let config = Config { faults: Faults::default(), ..config };
    let net = open(&config).await;
    assert_eq!(net.stats(), before);
    assert_eq!(net.send("k1", "r1").await.unwrap().status(), StatusCode::OK);
    assert_eq!(net.send("new", "r2").await.unwrap().status(), StatusCode::CREATED);
    assert_eq!((net.stats().repeats, net.stats().doubled), (2, 1));
    assert_eq!(net.running.replies().len(), 3);
}

#[tokio::test]
async fn a_full_network_refuses_rather_than_forgets() {
    let net = Net::with(|config| Config { max_known_replies: 1, ..config }).await;
    net.send("k1", "r1").await.unwrap();
    assert_eq!(net.send("k2", "r2").await.unwrap().status(), StatusCode::INSUFFICIENT_STORAGE);
    assert_eq!(net.send("k1", "r1").await.unwrap().status(), StatusCode::OK, "what is known is answered");
    assert_eq!((net.stats().accepted, net.stats().refused_full, net.stats().repeats), (1, 1, 1));
}

#[tokio::test]
async fn a_port_in_use_and_a_broken_store_stop_the_start() {
    let net = Net::start().await;
    let taken = Config { listen: net.running.addr, ..Config::new(secrets()) };
    let error = Sandbox::start(taken, Shutdown::new(1)).await.err().unwrap();
    assert!(matches!(&error, StartError::Bind(_)) && error.to_string().contains("sandbox.listen"), "{error}");

    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("sandbox.jsonl");
    std::fs::write(&path, "not an entry\n").unwrap();
    let broken = Config { store: Some(path), ..Config::new(secrets()) };
    assert!(matches!(Sandbox::start(broken, Shutdown::new(1)).await, Err(StartError::Store(_))));
}

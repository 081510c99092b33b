//! Each fault: what the sender sees, and what the network has.

use super::Net;
use reqwest::StatusCode;
use sandbox::{Fault, Faults};
use serde_json::{Value, json};

#[tokio::test]
async fn a_refusing_fault_posts_nothing_and_the_next_try_does() {
    let refusals = [
        ("429:7", StatusCode::TOO_MANY_REQUESTS, Some("7")),
        ("500", StatusCode::INTERNAL_SERVER_ERROR, None),
        ("503:3", StatusCode::SERVICE_UNAVAILABLE, Some("3")),
        ("400", StatusCode::BAD_REQUEST, None),
        ("401", StatusCode::UNAUTHORIZED, None),
        ("410", StatusCode::GONE, None),
    ];
    for (text, status, retry_after) in refusals {
        let fault: Fault = text.parse().unwrap();
        let net = Net::faulty(Faults::sequence([fault])).await;

        let response = net.send("k1", "r1").await.unwrap();
        assert_eq!(response.status(), status, "{text}");
        let said = response.headers().get("retry-after").map(|value| value.to_str().unwrap());
        assert_eq!(said, retry_after, "{text}");
        let stats = net.stats();
        assert_eq!((stats.received, stats.accepted, stats.refused_fault), (1, 0, 1), "{text}");
        assert_eq!(stats.faults, [(fault.name().to_owned(), 1)].into(), "{text}");
        assert_eq!(net.get("/replies/by-key/k1").await.0, StatusCode::NOT_FOUND, "{text}");

        assert_eq!(net.send("k1", "r1").await.unwrap().status(), StatusCode::CREATED, "{text}");
        assert_eq!((net.stats().accepted, net.stats().doubled), (1, 0), "{text}");
    }
}

#[tokio::test]
async fn accepted_and_then_dropped_is_there_although_nobody_said_so() {
    let net = Net::faulty(Faults::sequence([Fault::AcceptThenDrop])).await;
    net.send("k1", "r1").await.expect_err("the connection is closed without an answer");
    assert_eq!((net.stats().received, net.stats().accepted), (1, 1));

    let (status, found) = net.get("/replies/by-key/k1").await;
    assert_eq!(status, StatusCode::OK);
    let response = net.send("k1", "r1").await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    let repeated: Value = response.json().await.unwrap();
    assert_eq!(repeated, json!({ "id": found["id"], "posted_at": found["posted_at"], "repeated": true }));
    let stats = net.stats();
    assert_eq!((stats.accepted, stats.repeats, stats.doubled, stats.lookups_found), (1, 1, 0, 1));
}

#[tokio::test]
async fn dropped_before_it_was_accepted_is_not_there() {
    let net = Net::faulty(Faults::sequence([Fault::DropBeforeAccept])).await;
    net.send("k1", "r1").await.expect_err("the connection is closed without an answer");
    assert_eq!((net.stats().received, net.stats().accepted, net.stats().refused_fault), (1, 0, 1));
    assert_eq!(net.get("/replies/by-key/k1").await.0, StatusCode::NOT_FOUND);
    assert_eq!(net.send("k1", "r1").await.unwrap().status(), StatusCode::CREATED);
}

#[tokio::test]
async fn a_connection_that_was_hung_up_on_does_not_hurt_the_others() {
    let net = Net::start().await;
    for round in 0..10 {
        net.running.set_faults(Faults::sequence([Fault::Ok, Fault::DropBeforeAccept])).unwrap();
        net.send(&format!("a{round}"), &format!("a{round}")).await.unwrap();
        net.send(&format!("b{round}"), &format!("b{round}")).await.unwrap_err();
    }
    assert_eq!((net.stats().accepted, net.stats().refused_fault), (10, 10));
}

#[tokio::test]
async fn garbage_is_posted_and_answered_with_nonsense() {
    let net = Net::faulty(Faults::sequence([Fault::Garbage])).await;
    let response = net.send("k1", "r1").await.unwrap();
    assert_eq!(response.status(), StatusCode::CREATED);
    assert!(serde_json::from_str::<Value>(&response.text().await.unwrap()).is_err());
    assert_eq!(net.stats().accepted, 1);
}

#[tokio::test]
async fn slow_is_posted_at_once_and_answered_late() {
    let net = Net::faulty(Faults::sequence([Fault::Slow { delay_ms: 30 }])).await;
    let begun = std::time::Instant::now();
    assert_eq!(net.send("k1", "r1").await.unwrap().status(), StatusCode::CREATED);
    assert!(begun.elapsed().as_millis() >= 30);

    // Given an answer that takes ten minutes
    net.running.set_faults(Faults::sequence([Fault::Slow { delay_ms: 600_000 }])).unwrap();
    let mut live = net.client.get(net.url("/timeline/live")).send().await.unwrap();
    let unanswered = net.send("k2", "r2");
    // When the timeline shows the reply
    let shown =
        async { while !String::from_utf8_lossy(&live.chunk().await.unwrap().unwrap()).contains("class=\"reply") {} };
    tokio::select! {
        _ = unanswered => panic!("answered too early"),
        () = shown => {}
    }
    // Then it is posted, and a stop does not wait for the answer
    assert_eq!(net.stats().accepted, 2);
    drop(live);
    net.running.stop().await;
}

#[tokio::test]
async fn faults_are_set_and_read_while_it_runs() {
    let net = Net::start().await;
    let plan =
        json!({ "sequence": ["429:2", "accept-then-drop"], "chances": { "500": 0.5 }, "seed": 9, "lookup": false });
    let (status, said) = net.put_faults(&plan).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!((&said["sequence"], &said["idempotent"]), (&plan["sequence"], &json!(true)));

    assert_eq!(net.send("k1", "r1").await.unwrap().status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(net.get("/faults").await.1["sequence"], json!(["accept-then-drop"]));

    for (wrong, word) in [
        (json!({ "sequence": ["teapot"] }), "teapot"),
        (json!({ "sequense": [] }), "sequense"),
        (json!({ "chances": { "500": 1.5 } }), "chances"),
    ] {
        let (status, problem) = net.put_faults(&wrong).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        assert!(problem["detail"].as_str().unwrap().contains(word), "{problem}");
    }
    assert_eq!(net.get("/faults").await.1["sequence"], json!(["accept-then-drop"]), "the plan before stays");
}

#[tokio::test]
async fn the_same_seed_makes_the_same_faults() {
    let mut runs = Vec::new();
    for _ in 0..2 {
        let plan = json!({ "chances": { "500": 0.3, "410": 0.2 }, "seed": 42 });
        let net = Net::faulty(serde_json::from_value(plan).unwrap()).await;
        let mut statuses = Vec::new();
        for n in 0..40 {
            statuses.push(net.send(&format!("k{n}"), &format!("r{n}")).await.unwrap().status());
        }
        runs.push(statuses);
    }
    assert_eq!(runs[0], runs[1]);
    assert!(runs[0].contains(&StatusCode::GONE) && runs[0].contains(&StatusCode::CREATED));
}

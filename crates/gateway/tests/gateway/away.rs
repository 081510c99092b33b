//! Services that are away, slow or starting: each is named, and the others go on.

use crate::fake::Fake;
use crate::world::World;
use http::StatusCode;
use serde_json::json;
use service::health::State;

#[tokio::test]
async fn a_service_that_is_away_is_named_and_the_others_go_on() {
    let mut world = World::start().await;
    world.kill_others();
    world.until("gateway.analytics", |state| matches!(state, State::Degraded { .. })).await;
    assert!(!world.process.health.is_ready());
    let State::Degraded { why } = world.process.health.report().checks["gateway.notifier"].clone() else {
        // Each check notices by itself; this one may take a moment longer.
        world.until("gateway.notifier", |state| matches!(state, State::Degraded { .. })).await;
        return;
    };
    assert!(why.starts_with("notifier at http://127.0.0.1:") && why.contains("(gateway.notifier)"), "{why}");

    for (path, name) in [("/api/v1/measures", "analytics"), ("/api/v1/outbox", "notifier")] {
        let answer = world.get(path).await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{path}");
        let told = answer.json();
        assert_eq!(told["reason"], "UPSTREAM_UNAVAILABLE");
        assert_eq!(told["detail"], format!("{name} cannot be reached; try again"));
        assert_eq!(answer.headers["retry-after"], "1");
    }
    assert_eq!(world.get("/api/v1/brands").await.status, StatusCode::OK);
    assert_eq!(world.get("/").await.status, StatusCode::OK);

    world.start_others();
    world.process.health.ready().await;
    assert_eq!(world.get("/api/v1/measures").await.status, StatusCode::OK);
}

#[tokio::test]
async fn the_gateway_starts_before_all_services() {
    let mut world = World::alone(&[], Fake::default()).await;
    world.until("gateway.routing", |state| matches!(state, State::Degraded { .. })).await;
    let answer = world.get("/api/v1/conversations").await;
    assert_eq!((answer.status.as_u16(), &answer.json()["reason"]), (503, &json!("UPSTREAM_UNAVAILABLE")));
    world.start_routing();
    world.start_others();
    world.process.health.ready().await;
    assert_eq!(world.get("/api/v1/conversations").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_service_that_does_not_answer_is_not_waited_for_for_ever() {
    let world = World::start_with(&["request_timeout_seconds=1"]).await;
    world.fake.play().silent.push("Claim");
    let body = json!({"write": {"person": "dana", "requestId": "q1"}});
    let answer = world.post("/api/v1/conversations/c1/claim", &body).await;
    assert_eq!((answer.status.as_u16(), &answer.json()["reason"]), (504, &json!("UPSTREAM_TIMEOUT")));
    assert!(answer.json()["detail"].as_str().unwrap().starts_with("routing did not answer within 1 s"));
}

#[tokio::test]
async fn a_service_that_is_killed_in_the_middle_of_a_call_is_away() {
    let mut world = World::start().await;
    world.fake.play().silent.push("ListBrands");
    let asking = tokio::spawn(world.request("GET", "/api/v1/brands").send());
    world.fake.until(|play| play.asked.iter().any(|(name, _)| *name == "ListBrands")).await;
    world.kill_routing();
    let answer = asking.await.unwrap().unwrap();
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(answer.text().await.unwrap().contains("routing cannot be reached"));
}

#[tokio::test]
async fn a_wrong_address_is_refused_before_anything_is_opened() {
    for (set, said) in [
        ("gateway.routing=routing:7420", "does not begin with http:// or https://; write http://HOST:PORT"),
        ("gateway.notifier=http://notifier/api", "has more than a host and a port; write http://HOST:PORT"),
        ("gateway.body_max_bytes=1", "must be from 1024 to 4194304"),
        ("gateway.routnig=http://routing", "routnig"),
    ] {
        let sources = service::config::Sources {
            set: vec![set.to_owned()],
            known_sections: vec!["gateway".to_owned()],
            ..Default::default()
        };
        let config = service::config::load(&sources).unwrap();
        let process = service::Process::for_tests("gateway", config, service::Clock::System);
        let Err(error) = gateway::start(process).await else { panic!("{set} was taken") };
        assert!(error.is::<service::config::ConfigError>(), "{error:#}");
        assert!(error.to_string().contains(said), "{error:#}");
    }
}

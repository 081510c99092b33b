//! The compose file for real: read by the compose that is installed, and started where a Docker engine answers.
//!
//! Nothing is pulled: the images are made from a static binary built here (`cargo xtask image`), so this runs without
//! a network. Where there is no engine the test says so and ends.

use super::{NATS, SERVICES, read, root};
use futures::StreamExt;
use jiff::Timestamp;
use serde_json::{Value, json};
use service::webhook::{Secret, Secrets, sign};
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};

const IMAGE: &str = "earshot-test:local";
const NATS_IMAGE: &str = "earshot-test-nats:local";
const BRAND: &str = "nordnet";
/// One of that brand's people.
const PERSON: &str = "kim";

#[test]
fn the_compose_that_is_installed_accepts_the_file() {
    let Some(compose) = compose_program() else {
        eprintln!("skipped: neither docker-compose nor docker compose is installed");
        return;
    };
    for profile in [&[][..], &["--profile", "observability", "--profile", "sandbox"]] {
        let mut command = command(&compose);
        let checked = command.args(profile).args(["config", "--quiet"]).output().unwrap();
        assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_system_starts_in_containers_and_answers_a_post() {
    let Some(compose) = compose_program().filter(|_| engine_answers()) else {
        eprintln!("skipped: no Docker engine answers here (`docker info`), or there is no compose");
        return;
    };
    // given the system in containers, every one of them healthy, and a network to answer on
    build_images();
    service::process::install_crypto();
    let system = System::start(compose);
    system.wait_until_healthy();
    system.publish_brand();
    let http = reqwest::Client::new();
    let api = format!("http://127.0.0.1:{}/api/v1", system.gateway_port);

    // when a signed post comes in, it is classified and routed to a team by a rule of its brand
    let mut events = http.get(format!("{api}/events")).send().await.unwrap().bytes_stream();
    let answer = send_post(&http, system.ingest_port).await;
    assert_eq!(answer["accepted"], 1, "{answer}");
    let id = answer["items"][0]["conversation_id"].as_str().unwrap().to_string();
    let routed = |shown: &Value| shown["status"] == "CONVERSATION_STATUS_OPEN";
    let conversation = conversation_when(&http, &api, &id, &mut events, routed).await;
    assert_eq!(conversation["brand"], BRAND);
    assert!(conversation["team"].is_string() && conversation["intent"].is_string(), "{conversation}");

    // and when a person answers it, the reply is on the network, once
    let reply = json!({
        "write": {"conversationId": id, "person": PERSON, "requestId": "deploy-reply"},
        "text": "We are sorry, Maarja. Please restart the router; a technician is looking at your line now.",
    });
    let submitted = http
        .post(format!("{api}/conversations/{id}/replies"))
        .header("content-type", "application/json")
        .body(reply.to_string())
        .send()
        .await
        .unwrap();
    let status = submitted.status();
    assert!(status.is_success(), "{status}: {}", submitted.text().await.unwrap());
    conversation_when(&http, &api, &id, &mut events, |shown| shown["newestReply"] == "sent").await;
    let stats = get(&http, &format!("http://127.0.0.1:{}/stats", system.sandbox_port)).await.unwrap();
    assert_eq!((&stats["replies"], &stats["doubled"]), (&json!(1), &json!(0)), "{stats}");

    // and nothing runs as root
    for container in system.containers() {
        let user = docker(&["inspect", "--format", "{{.Config.User}}", &container]);
        assert_eq!(user, "10001:10001", "{container}");
    }
}

/// The conversation once it is as wanted. Each change is announced on the event stream, and so is each heartbeat; it
/// is looked at again then.
async fn conversation_when<B, E: std::fmt::Debug>(
    http: &reqwest::Client,
    api: &str,
    id: &str,
    events: &mut (impl futures::Stream<Item = Result<B, E>> + Unpin),
    wanted: impl Fn(&Value) -> bool,
) -> Value {
    loop {
        let shown = get(http, &format!("{api}/conversations/{id}")).await;
        if let Some(shown) = shown.filter(|shown| wanted(&shown["conversation"])) {
            return shown["conversation"].clone();
        }
        events.next().await.expect("the event stream stays open").unwrap();
    }
}

/// The JSON at a place; `None` while there is none.
async fn get(http: &reqwest::Client, url: &str) -> Option<Value> {
    let response = http.get(url).send().await.unwrap();
    let found = response.status().is_success();
    let text = response.text().await.unwrap();
    found.then(|| serde_json::from_str(&text).unwrap())
}

async fn send_post(http: &reqwest::Client, port: u16) -> Value {
    let body = json!({
        "type": "post.created",
        "timestamp": Timestamp::now().to_string(),
        "data": {
            "brand": BRAND, "network": "x", "post_id": "deploy-1",
            "author": {"id": "deploy-customer", "name": "Maarja", "followers": 120},
            "text": "@NordNetCare my internet has been down since this morning, can you help?",
            "posted_at": Timestamp::now().to_string(),
        },
    })
    .to_string();
    let secret = Secret::parse(read("deploy/secrets/webhook_secret").trim()).unwrap();
    let signed = sign(&Secrets::new(secret), "deploy-test-1", Timestamp::now(), body.as_bytes());
    let sent = http
        .post(format!("http://127.0.0.1:{port}/webhooks/generic"))
        .headers(signed.headers().unwrap())
        .header("content-type", "application/json")
        .body(body)
        .send()
        .await
        .unwrap();
    let status = sent.status();
    let text = sent.text().await.unwrap();
    assert!(status.is_success(), "{status}: {text}");
    serde_json::from_str(&text).unwrap()
}

/// The containers of one run under a project name of its own; dropping it stops and removes them with their volumes.
struct System {
    compose: Vec<String>,
    project: String,
    gateway_port: u16,
    ingest_port: u16,
    sandbox_port: u16,
    since: Timestamp,
}

impl System {
    fn start(compose: Vec<String>) -> Self {
        assert!(Command::new(root().join("deploy/make-secrets")).status().unwrap().success());
        let system = System {
            compose,
            project: format!("earshot-test-{}", std::process::id()),
            gateway_port: free_port(),
            ingest_port: free_port(),
            sandbox_port: free_port(),
            since: Timestamp::now(),
        };
        let started = system.run().args(["up", "-d", "--no-build"]).status().unwrap();
        assert!(started.success(), "compose up failed; what it said is above");
        system
    }

    fn run(&self) -> Command {
        let mut command = command(&self.compose);
        command
            .args(["--project-name", &self.project, "--profile", "sandbox"])
            .env("EARSHOT_IMAGE", IMAGE)
            .env("EARSHOT_NATS_IMAGE", NATS_IMAGE)
            .env("EARSHOT_GATEWAY_PORT", self.gateway_port.to_string())
            .env("EARSHOT_INGEST_PORT", self.ingest_port.to_string())
            .env("EARSHOT_SANDBOX_PORT", self.sandbox_port.to_string())
            .env("EARSHOT_REPLIES_URL", "http://sandbox:7490/replies")
            .env("EARSHOT_REPLIES_PRIVATE", "true");
        command
    }

    /// Follows the engine's own events until each container has said that it is healthy.
    fn wait_until_healthy(&self) {
        let mut waiting: BTreeSet<&str> = NATS.into_iter().chain(SERVICES).chain(["sandbox"]).collect();
        let mut events = self.events();
        let lines = BufReader::new(events.stdout.take().unwrap()).lines();
        for line in lines {
            let line = line.unwrap();
            let (action, service) = line.rsplit_once(' ').unwrap();
            assert_ne!(action, "die", "{service} ended instead of becoming healthy");
            assert_ne!(action, "health_status: unhealthy", "{service} did not become healthy in its time");
            if action == "health_status: healthy" {
                waiting.remove(service);
            }
            if waiting.is_empty() {
                break;
            }
        }
        let _ = events.kill();
        let _ = events.wait();
        assert!(waiting.is_empty(), "the engine's events ended before these were healthy: {waiting:?}");
    }

    fn events(&self) -> Child {
        Command::new("docker")
            .args(["events", "--filter", "type=container", "--since", &self.since.as_second().to_string()])
            .args(["--filter", &format!("label=com.docker.compose.project={}", self.project)])
            .args(["--format", "{{.Action}} {{index .Actor.Attributes \"com.docker.compose.service\"}}"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap()
    }

    fn publish_brand(&self) {
        let file = format!("/etc/earshot/brands/{BRAND}.yaml");
        let published = self.run().args(["exec", "-T", "routing", "/earshot", "brand", "publish", &file]).status();
        assert!(published.unwrap().success(), "the brand's settings were not published; why is above");
    }

    fn containers(&self) -> Vec<String> {
        let output = self.run().args(["ps", "-q"]).output().unwrap();
        String::from_utf8_lossy(&output.stdout).lines().map(str::to_string).collect()
    }
}

impl Drop for System {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let _ = self.run().args(["logs", "--no-color", "--tail", "40"]).status();
        }
        let _ = self.run().args(["down", "--volumes", "--remove-orphans"]).status();
    }
}

fn build_images() {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut build = Command::new(cargo);
    build.args(["run", "--quiet", "--package", "xtask", "--", "image", "--debug", "--tag", IMAGE]);
    assert!(build.current_dir(root()).status().unwrap().success(), "the images could not be built");
}

fn engine_answers() -> bool {
    Command::new("docker").arg("info").output().is_ok_and(|output| output.status.success())
}

/// `docker-compose` or `docker compose`, whichever is installed.
fn compose_program() -> Option<Vec<String>> {
    let candidates = [vec!["docker-compose"], vec!["docker", "compose"]];
    let works = |words: &&Vec<&str>| {
        let version = Command::new(words[0]).args(&words[1..]).arg("version").output();
        version.is_ok_and(|output| output.status.success())
    };
    candidates.iter().find(works).map(|words| words.iter().map(ToString::to_string).collect())
}

fn command(compose: &[String]) -> Command {
    let mut command = Command::new(&compose[0]);
    command.args(&compose[1..]).current_dir(root());
    command
}

fn docker(args: &[&str]) -> String {
    let output = Command::new("docker").args(args).output().unwrap();
    String::from_utf8_lossy(&output.stdout).trim().to_string()
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

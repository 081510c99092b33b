//! What is shipped for a platform team: the compose file, its images, its dashboards and alerts.
//!
//! The first part reads them and holds what they promise: three synced log servers, nothing as root, nothing
//! writable, no port open to other machines, no secret in the file. The second, in [`engine`], starts them.

mod engine;

use crate::system::{DANA, MART, Up, post, until};
use jiff::Timestamp;
use serde_json::{Map, Value};
use service::webhook::{Secret, Secrets};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

const NATS: [&str; 3] = ["nats-1", "nats-2", "nats-3"];
const SERVICES: [&str; 6] = ["ingest", "classifier", "routing", "notifier", "analytics", "gateway"];
const WATCHERS: [&str; 4] = ["collector", "traces", "prometheus", "grafana"];

#[test]
fn each_service_is_a_container_of_its_own() {
    let compose = compose();
    for name in SERVICES.into_iter().chain(["sandbox"]) {
        let service = service(&compose, name);
        assert_eq!(service["command"], serde_json::json!([name]), "{name} runs its own subcommand");
        assert_eq!(shown(&service["image"]), "earshot:local", "{name}");
        let profile = (name == "sandbox").then(|| serde_json::json!(["sandbox"]));
        assert_eq!(
            service.get("profiles"),
            profile.as_ref(),
            "{name}: the system needs no profile, a trial network does"
        );
    }
    let known: BTreeSet<&str> = NATS.into_iter().chain(SERVICES).chain(["sandbox"]).chain(WATCHERS).collect();
    let names: BTreeSet<&str> = services(&compose).keys().map(String::as_str).collect();
    assert_eq!(names, known);
}

#[test]
fn three_servers_keep_the_log_and_sync_each_record() {
    let compose = compose();
    for name in NATS {
        let service = service(&compose, name);
        let command = strings(&service["command"]);
        assert_eq!(command, ["--config", "/etc/nats/nats.conf", "--name", name]);
        let volumes = strings(&service["volumes"]);
        assert!(volumes.contains(&format!("{name}:/data")), "{name} keeps its log on a volume of its own: {volumes:?}");
        assert!(volumes.contains(&"./deploy/nats/nats.conf:/etc/nats/nats.conf:ro".to_string()), "{volumes:?}");
        assert!(service.get("ports").is_none(), "{name} is for the inside only");
        assert_eq!(service["networks"], serde_json::json!(["inside"]), "{name}");
        assert!(service["environment"]["GOMEMLIMIT"].is_string(), "{name} bounds its caches");
    }
    let conf = read("deploy/nats/nats.conf");
    assert!(conf.contains("\n  sync_interval: always\n"));
    for name in NATS {
        assert!(conf.contains(&format!("nats-route://{name}:6222")), "the cluster's routes name {name}");
    }
    let settings = read("deploy/earshot.toml");
    assert!(settings.contains("\nprofile = \"cluster\"\n"), "services refuse a log that is kept less safely");
}

/// A wrong key ends a process before it opens anything, so the shipped file is read by the binary that will read it.
#[test]
fn the_shipped_settings_are_accepted() {
    let secret = std::env::temp_dir().join(format!("earshot-deploy-secret-{}", std::process::id()));
    std::fs::write(&secret, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n").unwrap();
    let mut show = std::process::Command::new(earshot());
    show.args(["config", "show", "--origin", "--config"]).arg(root().join("deploy/earshot.toml"));
    for key in ["ingest.webhook_secret_file", "notifier.secret_file"] {
        show.args(["--set", &format!("{key}={}", secret.display())]);
    }
    let shown = show.output().unwrap();
    std::fs::remove_file(&secret).unwrap();
    assert!(shown.status.success(), "{}", String::from_utf8_lossy(&shown.stderr));
    let shown = String::from_utf8_lossy(&shown.stdout);
    assert!(shown.contains("nats.profile = \"cluster\""), "{shown}");
    assert!(!shown.contains("whsec_"), "secrets are never shown");
}

#[test]
fn nothing_runs_as_root_or_writes_where_it_should_not() {
    let compose = compose();
    for (name, service) in services(&compose) {
        assert_eq!(service["read_only"], true, "{name}");
        assert_eq!(service["cap_drop"], serde_json::json!(["ALL"]), "{name}");
        assert_eq!(service["security_opt"], serde_json::json!(["no-new-privileges:true"]), "{name}");
        let user = service["user"].as_str().unwrap_or_default();
        assert!(user.split(':').next().is_some_and(|id| id.parse::<u32>().is_ok_and(|id| id > 0)), "{name}: {user:?}");
        assert!(service.get("privileged").is_none() && service.get("cap_add").is_none(), "{name}");
        assert!(service["mem_limit"].is_string(), "{name} has a limit of memory");
        assert_eq!(service["logging"]["options"]["max-size"], "10m", "{name} cannot fill the disk with its log");
        for volume in strings(&service["volumes"]) {
            let from_here = volume.starts_with('.') || volume.starts_with('/');
            assert!(!from_here || volume.ends_with(":ro"), "{name} mounts {volume} writable");
            assert!(!volume.contains("docker.sock"), "{name} must not own the engine");
        }
    }
}

#[test]
fn only_the_needed_ports_are_open_and_only_to_this_machine() {
    let compose = compose();
    let mut open = BTreeSet::new();
    for (name, service) in services(&compose) {
        for port in strings(&service["ports"]) {
            let port = interpolated(&port);
            let (address, inside) = port.rsplit_once(':').unwrap();
            assert!(address.starts_with("127.0.0.1:"), "{name} opens {port} to other machines");
            open.insert(format!("{name} {address} {inside}"));
        }
        assert!(service.get("network_mode").is_none() && service.get("container_name").is_none(), "{name}");
    }
    let expected = [
        "gateway 127.0.0.1:8080 8080",
        "grafana 127.0.0.1:3000 3000",
        "ingest 127.0.0.1:8081 8081",
        "sandbox 127.0.0.1:7490 7490",
        "traces 127.0.0.1:16686 16686",
    ];
    assert_eq!(open.iter().map(String::as_str).collect::<Vec<_>>(), expected);
    assert_eq!(compose["networks"]["inside"]["internal"], true, "the log's network has no way in or out");
}

#[test]
fn every_container_of_ours_is_probed_by_our_own_binary_and_has_time_to_drain() {
    let compose = compose();
    for name in SERVICES.into_iter().chain(NATS).chain(["sandbox"]) {
        let service = service(&compose, name);
        let test = strings(&service["healthcheck"]["test"]);
        assert_eq!(test[..3], ["CMD", "/earshot", "healthcheck"], "{name}");
        for key in ["interval", "timeout", "retries", "start_period"] {
            assert!(!service["healthcheck"][key].is_null(), "{name}: healthcheck.{key}");
        }
        assert!(service["healthcheck"].get("start_interval").is_none(), "docker-compose 1.29 refuses start_interval");
        let grace = shown(&service["stop_grace_period"]);
        let seconds: u32 = grace.trim_end_matches('s').parse().unwrap();
        assert!(seconds > 20, "{name} needs longer to stop than process.drain_seconds, not {grace}");
    }
}

#[test]
fn secrets_are_files_outside_the_repository() {
    let compose = compose();
    let declared = compose["secrets"].as_object().unwrap();
    let writes = read("deploy/make-secrets");
    for (name, secret) in declared {
        assert_eq!(secret["file"], format!("./deploy/secrets/{name}"));
        assert!(writes.contains(&format!("keep_or_write {name} ")), "deploy/make-secrets writes {name}");
    }
    let mut used = BTreeSet::new();
    for (name, service) in services(&compose) {
        used.extend(strings(&service["secrets"]));
        if let Some(environment) = service["environment"].as_object() {
            for (variable, value) in environment {
                let secret = ["PASSWORD", "SECRET", "TOKEN", "KEY"].iter().any(|word| variable.contains(word));
                let by_file = variable.ends_with("_FILE") && shown(value).starts_with("/run/secrets/");
                assert!(!secret || by_file, "{name} has {variable} in its environment");
            }
        }
    }
    assert_eq!(used, declared.keys().cloned().collect::<BTreeSet<_>>(), "each declared secret is used");
    assert!(read(".gitignore").lines().any(|line| line == "/deploy/secrets"), "secrets are never committed");
    assert!(read(".dockerignore").lines().any(|line| line == "deploy/secrets"), "nor baked into an image");
}

#[test]
fn observability_is_a_profile_of_its_own() {
    let compose = compose();
    for name in WATCHERS {
        let service = service(&compose, name);
        assert_eq!(service["profiles"], serde_json::json!(["observability"]), "{name}");
        let image = shown(&service["image"]);
        let (_, version) = image.rsplit_once(':').unwrap();
        assert!(version.contains(|c: char| c.is_ascii_digit()), "{name} is pinned: {image}");
    }
}

/// Both docker-compose 1.29 and `docker compose` 2 are to read the file: these belong to one of them only.
#[test]
fn both_generations_of_compose_read_it() {
    let compose = compose();
    for key in ["name", "include", "version", "configs"] {
        assert!(compose.get(key).is_none(), "top-level `{key}` is not for both");
    }
    for (name, service) in services(&compose) {
        for key in ["develop", "pull_policy", "extends", "attach", "annotations", "deploy"] {
            assert!(service.get(key).is_none(), "{name}: `{key}` is not for both");
        }
        assert!(service["build"].get("dockerfile_inline").is_none(), "{name}");
    }
    assert!(!read("docker-compose.yml").contains(":+"), "docker-compose 1.29 does not know ${{A:+b}}");
}

#[test]
fn images_are_small_static_and_without_root() {
    for file in ["deploy/Dockerfile", "deploy/Dockerfile.prebuilt"] {
        let text = read(file);
        for target in ["earshot", "nats"] {
            let stage = stage(&text, target);
            assert!(stage.contains("\nUSER 10001:10001\n"), "{file}: {target} is not root");
            assert!(stage.contains("/earshot"), "{file}: {target} holds the probe");
        }
        assert!(stage(&text, "earshot").starts_with("FROM scratch AS earshot\n"), "{file}: nothing but the binary");
        assert!(stage(&text, "earshot").contains("ca-certificates.crt"), "{file}: outgoing TLS needs authorities");
    }
    let full = read("deploy/Dockerfile");
    assert!(full.contains("+crt-static") && full.contains("--locked"));
}

/// A panel or an alert over a metric that nobody counts looks calm for ever. So this reads the page of a system in which
/// everything that they speak of has happened.
#[tokio::test(flavor = "multi_thread")]
async fn dashboards_and_alerts_are_over_metrics_that_are_counted() {
    let system = Up::start().await;
    system.publish("page").await;
    let id = system.post(post("page", "1", "a", "CRISIS: it is broken")).await;
    system.routed(&id).await;
    system.reply(&id, DANA, "We are on it.").await;
    system.sent(&id).await;
    // One who waits, so that there is a queue.
    system.post(post("page", "2", "b", "CRISIS: nobody answers")).await;
    system.quiet().await;
    let forged = Secrets::new(Secret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap());
    let refused = system.send_signed(&forged, Timestamp::now(), b"{}".to_vec()).await;
    assert_eq!(refused.status, 401);
    let client = async_nats::connect(&system.at.nats).await.unwrap();
    let unreadable = format!("earshot.3.page.conversation.{}", "0".repeat(32));
    let stream = async_nats::jetstream::new(client);
    stream.publish(unreadable, "no record".into()).await.unwrap().await.unwrap();

    let files = ["deploy/grafana/dashboards/earshot.json", "deploy/prometheus/alerts.yml"];
    let watched: BTreeSet<String> = files.iter().flat_map(|file| metrics_in(&read(file))).collect();
    assert!(watched.len() > 12, "the dashboard and the alerts were read: {watched:?}");
    // Two people decide at the same moment until they get into each other's way, which is counted and no error.
    until("all that is watched is counted", async || {
        tokio::join!(
            system.claim(&id, DANA),
            system.note(&id, MART, "Which door?"),
            system.note(&id, DANA, "The left.")
        );
        let page = system.http.get(format!("{}/metrics", system.at.admin)).send().await.unwrap().text().await.unwrap();
        let counted: BTreeSet<&str> = page.lines().filter_map(|line| line.split(['{', ' ']).next()).collect();
        let missing: Vec<&String> = watched.iter().filter(|metric| !counted.contains(metric.as_str())).collect();
        missing.is_empty().then_some(())
    })
    .await;

    let dashboard: Value = serde_json::from_str(&read("deploy/grafana/dashboards/earshot.json")).unwrap();
    assert!(dashboard["panels"].as_array().unwrap().len() > 10);
}

#[test]
fn prometheus_scrapes_every_service_and_its_alerts_say_what_to_do() {
    let scrape: Value = yaml("deploy/prometheus/prometheus.yml");
    let names = strings(&scrape["scrape_configs"][0]["dns_sd_configs"][0]["names"]);
    assert_eq!(names, SERVICES);
    let alerts: Value = yaml("deploy/prometheus/alerts.yml");
    for group in alerts["groups"].as_array().unwrap() {
        for rule in group["rules"].as_array().unwrap() {
            let name = shown(&rule["alert"]);
            assert!(["page", "ticket"].contains(&shown(&rule["labels"]["severity"]).as_str()), "{name}");
            assert!(rule["annotations"]["summary"].is_string(), "{name} says what is wrong");
            assert!(rule["annotations"]["action"].is_string(), "{name} says what to do");
        }
    }
}

/// Where Prometheus's own checker is installed, it judges the alerts by the cases in alerts_test.yml.
#[test]
fn alerts_fire_when_they_should() {
    let checked = std::process::Command::new("promtool")
        .args(["test", "rules", "alerts_test.yml"])
        .current_dir(root().join("deploy/prometheus"))
        .output();
    match checked {
        Ok(output) => assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr)),
        Err(error) => eprintln!("skipped: no promtool ({error})"),
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

/// The binary under test: the one `cargo xtask test` names, else the debug build.
fn earshot() -> PathBuf {
    let named = std::env::var_os("EARSHOT_BIN").map(PathBuf::from);
    let path = named.unwrap_or_else(|| root().join("target/debug/earshot"));
    assert!(path.is_file(), "{} is not there: cargo build -p earshot, or run cargo xtask test", path.display());
    path
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn yaml(path: &str) -> Value {
    serde_saphyr::from_str(&read(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn compose() -> Value {
    yaml("docker-compose.yml")
}

fn services(compose: &Value) -> &Map<String, Value> {
    compose["services"].as_object().unwrap()
}

fn service<'a>(compose: &'a Value, name: &str) -> &'a Value {
    services(compose).get(name).unwrap_or_else(|| panic!("docker-compose.yml has no service {name}"))
}

/// A list of texts; absent means empty.
fn strings(value: &Value) -> Vec<String> {
    value.as_array().map(|items| items.iter().map(shown).collect()).unwrap_or_default()
}

/// A text as compose would see it without any variable set.
fn shown(value: &Value) -> String {
    interpolated(value.as_str().unwrap_or_default())
}

/// `${NAME:-default}` becomes its default, as when nobody set the variable.
fn interpolated(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let (inside, after) = after.split_once('}').unwrap();
        out.push_str(before);
        out.push_str(inside.split_once(":-").map_or("", |(_, default)| default));
        rest = after;
    }
    out + rest
}

/// A stage of a Dockerfile, from its FROM to the next one.
fn stage(dockerfile: &str, name: &str) -> String {
    let start = dockerfile.find(&format!(" AS {name}\n")).unwrap_or_else(|| panic!("no stage {name}"));
    let start = dockerfile[..start].rfind("FROM ").unwrap();
    let rest = &dockerfile[start..];
    let end = rest[1..].find("\nFROM ").map_or(rest.len(), |at| at + 2);
    rest[..end].to_string()
}

/// Every word of a text that looks like one of our metrics.
fn metrics_in(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    let prefixes = ["earshot_", "messaging_", "http_server_", "rpc_server_"];
    // Labels share the prefixes; they stand in braces or `by (...)`, and are known by name.
    let labels = ["messaging_operation_name", "messaging_system"];
    words
        .filter(|word| prefixes.iter().any(|prefix| word.starts_with(prefix)) && !labels.contains(word))
        .map(str::to_string)
        .collect()
}

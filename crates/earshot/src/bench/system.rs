//! A system of the bench's own, in a process of its own, as a user runs it.

use anyhow::Context as _;
use journal::{Journal, JournalConfig};
use serde::Deserialize;
use service::webhook::{Secret, Secrets};
use std::path::PathBuf;
use std::process::Stdio;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

/// Settings that route by what a post is and reaches, as a brand's would.
const SETTINGS: &str = r#"earshot: brand/v1
brand: bench
name: Bench
timezone: UTC
teams:
  care: {name: Care, hours: "24/7", people: []}
  crisis: {name: Crisis, hours: "24/7", people: [], tier: crisis}
  engagement: {name: Engagement, hours: "24/7", people: [], tier: engagement}
rules:
  - {name: heard, when: 'class.intent == "complaint" && post.followers > 10000', team: crisis, priority: urgent, respond_within: 10m}
  - {name: praise, when: 'class.intent == "praise"', team: engagement, priority: low, respond_within: 24h}
  - {name: complaint, when: 'class.intent == "complaint"', team: care, priority: high, respond_within: 1h}
otherwise: {team: care, priority: normal, respond_within: 4h}
"#;
pub const BRAND: &str = "bench";

#[derive(Deserialize)]
struct Addresses {
    webhook: String,
    routing: String,
    analytics: String,
    nats: String,
}

pub struct System {
    pub webhook: String,
    pub analytics: String,
    pub nats: String,
    pub journal: Journal,
    pub secrets: Secrets,
    child: Child,
    data_dir: PathBuf,
}

impl System {
    pub async fn start() -> anyhow::Result<Self> {
        let data_dir = std::env::temp_dir().join(format!("earshot-bench-{}", std::process::id()));
        let program = std::env::current_exe().context("the program's own path is not known")?;
        let mut child = Command::new(program)
            .args(["up", "--no-demo", "--free-ports", "--json", "--data-dir"])
            .arg(&data_dir)
            .args(["--set", "telemetry.log_level=warn"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .context("`earshot up` cannot be started")?;
        let out = child.stdout.take().expect("the output is piped");
        let line = BufReader::new(out).lines().next_line().await?.context("`earshot up` ended before it was ready")?;
        let addresses: Addresses = serde_json::from_str(&line).context("`earshot up` did not say where it is")?;
        crate::brands::publish(&addresses.routing, "bench.yaml", SETTINGS.to_owned()).await?;
        let secret = std::fs::read_to_string(data_dir.join("webhook.secret"))?;
        let config = JournalConfig { urls: vec![addresses.nats.clone()], ..JournalConfig::default() };
        Ok(System {
            webhook: addresses.webhook,
            analytics: addresses.analytics,
            journal: Journal::connect(config).await?,
            nats: addresses.nats,
            secrets: Secrets::new(Secret::parse(secret.trim())?),
            child,
            data_dir,
        })
    }

    /// Ends it and removes what it kept.
    pub async fn stop(mut self) {
        if let Some(pid) = self.child.id() {
            let _ = Command::new("kill").arg(pid.to_string()).status().await;
        }
        let _ = self.child.wait().await;
        let _ = std::fs::remove_dir_all(&self.data_dir);
    }
}

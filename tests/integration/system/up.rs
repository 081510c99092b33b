//! Everything in one process: `earshot up`, with the nats-server it starts itself.

use super::client::{Addresses, Client};
use super::process::{Leashed, earshot, nats_server};
use super::{Keys, until};
use sandbox::Running;
use std::ops::Deref;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use tempfile::TempDir;

/// A system in one process, ready for work. It derefs to its client.
pub struct Up {
    client: Client,
    pub sandbox: Running,
    keys: Keys,
    set: Vec<String>,
    process: Option<Leashed>,
    pub dir: TempDir,
}

impl Up {
    pub async fn start() -> Self {
        Up::start_with(&[]).await
    }

    /// With settings of its own, as `section.key=value`.
    pub async fn start_with(set: &[&str]) -> Self {
        let dir = TempDir::with_prefix("earshot-up-").unwrap();
        let keys = Keys::new();
        // `up` makes its secrets at the first start, and keeps those that it finds.
        std::fs::write(dir.path().join("webhook.secret"), keys.webhook.reveal()).unwrap();
        std::fs::write(dir.path().join("reply.secret"), keys.reply.reveal()).unwrap();
        let sandbox = keys.network(([127, 0, 0, 1], 0).into()).await;
        let mut all = vec![
            format!("notifier.url={}/replies", sandbox.url()),
            format!("notifier.lookup_url={}/replies/by-key/{{key}}", sandbox.url()),
            "notifier.retry_waits_seconds=[0.2]".to_owned(),
        ];
        all.extend(set.iter().map(|one| (*one).to_owned()));
        let (process, addresses) = begin(dir.path(), &all).await;
        let client = Client::new(addresses, keys.sign_with(), dir.path().join("earshot.toml"));
        Up { client, sandbox, keys, set: all, process: Some(process), dir }
    }

    /// Stops it as Ctrl-C does, and waits for its end.
    pub async fn stop(&mut self) -> ExitStatus {
        let process = self.process.take().expect("it runs");
        tokio::task::spawn_blocking(|| process.terminate()).await.unwrap()
    }

    /// Starts it again on what it left.
    pub async fn start_again(&mut self) {
        let (process, addresses) = begin(self.dir.path(), &self.set).await;
        self.client = Client::new(addresses, self.keys.sign_with(), self.dir.path().join("earshot.toml"));
        self.process = Some(process);
    }
}

impl Deref for Up {
    type Target = Client;
    fn deref(&self) -> &Client {
        &self.client
    }
}

/// Starts the process and waits for the one line in which it says that it is ready.
async fn begin(dir: &Path, set: &[String]) -> (Leashed, Addresses) {
    let told = dir.join("addresses.json");
    let mut command = Command::new(earshot());
    command.args(["up", "--no-demo", "--free-ports", "--json", "--data-dir"]).arg(dir);
    command.args(set.iter().flat_map(|one| ["--set", one]));
    command.env("EARSHOT_NATS_SERVER", nats_server().await);
    command.stdout(Stdio::from(std::fs::File::create(&told).unwrap()));
    let mut process = Leashed::start(&mut command, "TERM", &dir.join("earshot.log"));
    let addresses = until("earshot up says that it is ready", async || {
        let text = std::fs::read_to_string(&told).unwrap();
        if let Some(line) = text.lines().next().filter(|_| text.ends_with('\n')) {
            return Some(serde_json::from_str(line).unwrap());
        }
        if let Some(status) = process.ended() {
            panic!("earshot up ended with {status}: {}", process.said());
        }
        None
    })
    .await;
    (process, addresses)
}

//! Every service a process of its own, with a nats-server beside them, so that each can be killed and come back alone.

use super::client::{Addresses, Client};
use super::process::{Leashed, Ports, earshot, nats_server};
use super::{Keys, until};
use sandbox::Running;
use std::collections::BTreeMap;
use std::ops::Deref;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// The services, in the order of a post's way.
pub const SERVICES: [&str; 6] = ["ingest", "classifier", "routing", "notifier", "analytics", "gateway"];

/// A system of many processes. It derefs to a client of the first copy of each.
pub struct Apart {
    client: Client,
    pub sandbox: Running,
    set: Vec<String>,
    nats: Option<Leashed>,
    running: BTreeMap<String, Leashed>,
    pub ports: Ports,
    pub dir: TempDir,
    keys: Keys,
}

impl Apart {
    /// nats-server and one copy of each service, all ready.
    pub async fn start() -> Self {
        Apart::start_with(&[]).await
    }

    /// With settings of its own for every process, as `section.key=value`.
    pub async fn start_with(set: &[&str]) -> Self {
        let mut system = Apart::prepare(set).await;
        system.start_nats().await;
        for service in SERVICES {
            system.begin(service, 0);
        }
        for service in SERVICES {
            system.ready(service, 0).await;
        }
        system
    }

    /// Nothing but the network to answer on: not even nats-server runs.
    pub async fn prepare(set: &[&str]) -> Self {
        let dir = TempDir::with_prefix("earshot-apart-").unwrap();
        let keys = Keys::new();
        let mut ports = Ports::take();
        let sandbox = keys.network(([127, 0, 0, 1], ports.of("sandbox")).into()).await;
        let addresses = addresses(&mut ports);
        let config = dir.path().join("earshot.toml");
        std::fs::write(dir.path().join("webhook.secret"), keys.webhook.reveal()).unwrap();
        std::fs::write(dir.path().join("reply.secret"), keys.reply.reveal()).unwrap();
        std::fs::write(&config, toml(&mut ports, &dir, &sandbox)).unwrap();
        let client = Client::new(addresses, keys.sign_with(), config);
        let set = set.iter().map(|one| (*one).to_owned()).collect();
        Apart { client, sandbox, set, nats: None, running: BTreeMap::new(), ports, dir, keys }
    }

    /// One more setting for every process that is started from now on, as `section.key=value`.
    pub fn set(&mut self, one: String) {
        self.set.push(one);
    }

    /// Starts nats-server on its port and what it kept, and waits until it listens.
    pub async fn start_nats(&mut self) {
        let port = self.ports.of("nats");
        let store = self.dir.path().join("nats");
        let conf = self.dir.path().join("nats.conf");
        let text = format!(
            "listen: \"127.0.0.1:{port}\"\nmax_payload: 1048576\njetstream {{ store_dir: {:?}, sync_interval: \"1s\" }}\n",
            store.display()
        );
        std::fs::write(&conf, text).unwrap();
        let mut command = Command::new(nats_server().await);
        command.arg("--config").arg(conf).stdout(Stdio::null());
        let mut server = Leashed::start(&mut command, "KILL", &self.dir.path().join("nats.log"));
        until("nats-server listens", async || {
            if let Some(status) = server.ended() {
                panic!("nats-server ended with {status}: {}", server.said());
            }
            tokio::net::TcpStream::connect(("127.0.0.1", port)).await.ok()
        })
        .await;
        self.nats = Some(server);
    }

    pub async fn kill9_nats(&mut self) {
        let server = self.nats.take().expect("nats-server runs");
        tokio::task::spawn_blocking(|| server.kill9()).await.unwrap();
    }

    /// Starts a copy of a service; 0 is the one that the client speaks to.
    pub fn begin(&mut self, service: &str, copy: usize) {
        let config = self.dir.path().join("earshot.toml");
        let mut command = Command::new(earshot());
        command.arg("--config").arg(config).arg(service).stdout(Stdio::null());
        let mut set = vec![format!("admin.listen={}", self.listen(service, "admin", copy))];
        if copy > 0 {
            set.push(format!("{service}.listen={}", self.listen(service, "listen", copy)));
        }
        if copy > 0 && service == "ingest" {
            set.push(format!("ingest.grpc_listen={}", self.listen(service, "grpc", copy)));
        }
        if service == "analytics" {
            let folder = self.dir.path().join(format!("analytics-{copy}"));
            set.push(format!("analytics.data_dir={}", folder.display()));
        }
        for one in set.iter().chain(&self.set) {
            command.args(["--set", one]);
        }
        let name = format!("{service}-{copy}");
        let process = Leashed::start(&mut command, "KILL", &self.said_by(service, copy));
        self.running.insert(name, process);
    }

    /// Waits until a copy says that it can do its work.
    pub async fn ready(&mut self, service: &str, copy: usize) {
        let page = self.admin(service, copy, "/readyz");
        let process = self.running.get_mut(&format!("{service}-{copy}")).expect("it was begun");
        let http = &self.client.http;
        until(&format!("{service} is ready"), async || {
            if let Some(status) = process.ended() {
                panic!("{service} ended with {status}: {}", process.said());
            }
            http.get(&page).send().await.ok().filter(|answer| answer.status().is_success())
        })
        .await;
    }

    pub async fn kill9(&mut self, service: &str) {
        let process = self.running.remove(&format!("{service}-0")).expect("it runs");
        tokio::task::spawn_blocking(|| process.kill9()).await.unwrap();
    }

    /// `kill -9`, and back again.
    pub async fn crash(&mut self, service: &str) {
        if service == "nats" {
            self.kill9_nats().await;
            return self.start_nats().await;
        }
        self.kill9(service).await;
        self.begin(service, 0);
    }

    /// A page of a copy for operators.
    pub fn admin(&mut self, service: &str, copy: usize, page: &str) -> String {
        format!("http://{}{page}", self.listen(service, "admin", copy))
    }

    /// Where a copy listens.
    pub fn listen(&mut self, service: &str, what: &str, copy: usize) -> String {
        format!("127.0.0.1:{}", self.ports.of(&format!("{service} {what} {copy}")))
    }

    /// What a copy has said, over all its lives.
    pub fn said_by(&self, service: &str, copy: usize) -> PathBuf {
        self.dir.path().join(format!("{service}-{copy}.log"))
    }

    /// A client whose posts go in at another copy of ingest.
    pub fn through_ingest(&mut self, copy: usize) -> Client {
        let webhook = format!("http://{}/webhooks/generic", self.listen("ingest", "listen", copy));
        let ingest = format!("http://{}", self.listen("ingest", "grpc", copy));
        let addresses = Addresses { webhook, ingest, ..self.client.at.clone() };
        Client::new(addresses, self.keys.sign_with(), self.dir.path().join("earshot.toml"))
    }
}

impl Deref for Apart {
    type Target = Client;
    fn deref(&self) -> &Client {
        &self.client
    }
}

fn addresses(ports: &mut Ports) -> Addresses {
    let mut at = |name: &str| format!("http://127.0.0.1:{}", ports.of(name));
    Addresses {
        webhook: at("ingest listen 0") + "/webhooks/generic",
        ingest: at("ingest grpc 0"),
        routing: at("routing listen 0"),
        notifier: at("notifier listen 0"),
        analytics: at("analytics listen 0"),
        console: at("gateway listen 0"),
        nats: at("nats").replace("http", "nats"),
        // Each process has one of its own.
        admin: String::new(),
    }
}

/// The settings file that all processes share.
fn toml(ports: &mut Ports, dir: &TempDir, sandbox: &Running) -> String {
    let mut at = |name: &str| format!("127.0.0.1:{}", ports.of(name));
    let secret = |name: &str| dir.path().join(name).display().to_string();
    format!(
        r#"[nats]
url = ["nats://{nats}"]
[process]
drain_seconds = 5
[ingest]
listen = "{ingest}"
grpc_listen = "{ingest_grpc}"
webhook_secret_file = "{webhook}"
[classifier]
listen = "{classifier}"
[routing]
listen = "{routing}"
[notifier]
listen = "{notifier}"
url = "{sandbox}/replies"
lookup_url = "{sandbox}/replies/by-key/{{key}}"
secret_file = "{reply}"
allow_private_targets = true
timeout_seconds = 2.0
margin_seconds = 0.5
retry_waits_seconds = [0.2]
attempts_max = 50
circuit_open_seconds = 0.2
[analytics]
listen = "{analytics}"
[gateway]
listen = "{gateway}"
ingest = "http://{ingest_grpc}"
classifier = "http://{classifier}"
routing = "http://{routing}"
notifier = "http://{notifier}"
analytics = "http://{analytics}"
"#,
        nats = at("nats"),
        ingest = at("ingest listen 0"),
        ingest_grpc = at("ingest grpc 0"),
        classifier = at("classifier listen 0"),
        routing = at("routing listen 0"),
        notifier = at("notifier listen 0"),
        analytics = at("analytics listen 0"),
        gateway = at("gateway listen 0"),
        webhook = secret("webhook.secret"),
        reply = secret("reply.secret"),
        sandbox = sandbox.url(),
    )
}

//! For tests, of this crate and of others: a real nats-server that can be killed and comes back, three of them as a
//! cluster, and bytes that no record has. Only with the feature `testing`.

use crate::nats_server::{self, Binary, Process, Settings};
use crate::{Journal, JournalConfig, JournalError, Kind, Profile};
use bytes::Bytes;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::TempDir;

pub use crate::nats_server::Sync;

/// A nats-server of a test's own, on a free port, in a directory that goes with it. Dropping it kills it.
pub struct Server {
    binary: Binary,
    settings: Settings,
    process: Option<Process>,
    _dir: Option<TempDir>,
}

impl Server {
    /// Starts one that syncs each second, which is the fast way for a test.
    ///
    /// # Panics
    /// When there is no nats-server; the message says how to get one.
    pub async fn start() -> Self {
        Server::start_with(Sync::EachSecond).await
    }

    /// Starts one that syncs when it is told to.
    pub async fn start_with(sync: Sync) -> Self {
        let dir = TempDir::new().expect("a temporary directory can be made");
        let server = Server::launch(settings(dir.path(), sync)).await;
        Server { _dir: Some(dir), ..server }
    }

    /// Starts one on a directory that stays.
    pub async fn start_in(dir: &Path, sync: Sync) -> Self {
        Server::launch(settings(dir, sync)).await
    }

    async fn launch(mut settings: Settings) -> Self {
        let binary = nats_server::find().await.unwrap_or_else(|error| panic!("this test needs a nats-server: {error}"));
        std::fs::create_dir_all(&settings.dir).expect("the server's directory can be made");
        let process = Process::start(&binary, &settings).await.unwrap_or_else(|error| panic!("{error}"));
        settings.port = process.ports.client;
        settings.monitor_port = process.ports.monitor;
        Server { binary, settings, process: Some(process), _dir: None }
    }

    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.settings.port)
    }

    pub fn monitor_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.settings.monitor_port)
    }

    pub fn dir(&self) -> PathBuf {
        self.settings.dir.clone()
    }

    /// None while it is down.
    pub fn pid(&self) -> Option<u32> {
        self.process.as_ref()?.pid()
    }

    /// How to connect to it.
    pub fn config(&self) -> JournalConfig {
        let profile = match self.settings.sync {
            Sync::EachSecond => Profile::Laptop,
            Sync::Always => Profile::Single,
        };
        JournalConfig { urls: vec![self.url()], profile, name: "test".to_owned(), ..JournalConfig::default() }
    }

    /// A journal on it.
    ///
    /// # Panics
    /// When it cannot be had.
    pub async fn journal(&self) -> Journal {
        Journal::connect(self.config()).await.unwrap_or_else(|error| panic!("{error}"))
    }

    /// `kill -9`, as a crash.
    pub async fn kill9(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().await;
        }
    }

    /// Ends it gracefully.
    pub async fn stop(&mut self) {
        if let Some(process) = self.process.take() {
            process.end(&self.binary, Duration::from_secs(30)).await;
        }
    }

    /// Starts it again on the same port and directory; kills it before if it runs.
    pub async fn restart(&mut self) {
        self.kill9().await;
        let process = Process::start(&self.binary, &self.settings).await.unwrap_or_else(|error| panic!("{error}"));
        self.process = Some(process);
    }
}

fn settings(dir: &Path, sync: Sync) -> Settings {
    Settings {
        dir: dir.to_owned(),
        host: "127.0.0.1".to_owned(),
        port: 0,
        monitor_port: 0,
        sync,
        memory_limit_bytes: 512 << 20,
        name: "test".to_owned(),
        extra: String::new(),
    }
}

/// Three servers that keep three copies.
pub struct Cluster {
    pub servers: Vec<Server>,
    _dir: TempDir,
}

impl Cluster {
    /// Starts three members that sync always.
    ///
    /// # Panics
    /// When there is no nats-server; the message says how to get one.
    pub async fn start() -> Self {
        let dir = TempDir::new().expect("a temporary directory can be made");
        let listeners: Vec<TcpListener> =
            (0..3).map(|_| TcpListener::bind("127.0.0.1:0").expect("a free port can be had")).collect();
        let port = |listener: &TcpListener| listener.local_addr().expect("a bound listener has an address").port();
        let ports: Vec<u16> = listeners.iter().map(port).collect();
        drop(listeners);
        let routes: Vec<String> = ports.iter().map(|port| format!("\"nats://127.0.0.1:{port}\"")).collect();
        let mut servers = Vec::new();
        for (at, port) in ports.iter().enumerate() {
            let mut settings = settings(&dir.path().join(format!("n{at}")), Sync::Always);
            settings.name = format!("n{at}");
            settings.extra =
                format!("cluster {{ name: test, listen: \"127.0.0.1:{port}\", routes: [{}] }}", routes.join(", "));
            servers.push(Server::launch(settings).await);
        }
        Cluster { servers, _dir: dir }
    }

    /// How to connect to it.
    pub fn config(&self) -> JournalConfig {
        JournalConfig {
            urls: self.servers.iter().map(Server::url).collect(),
            monitor_urls: self.servers.iter().map(Server::monitor_url).collect(),
            profile: Profile::Cluster,
            name: "test".to_owned(),
            ..JournalConfig::default()
        }
    }

    /// A journal on it.
    ///
    /// # Panics
    /// When it cannot be had.
    pub async fn journal(&self) -> Journal {
        Journal::connect(self.config()).await.unwrap_or_else(|error| panic!("{error}"))
    }
}

/// Stores bytes as they are on a subject, for tests of what cannot be read; answers their sequence.
pub async fn inject(journal: &Journal, subject: &str, payload: Bytes) -> Result<u64, JournalError> {
    match &journal.kind {
        Kind::JetStream(log) => log.inject(subject, payload).await,
        Kind::Memory(log) => Ok(log.inject(subject, payload)),
    }
}

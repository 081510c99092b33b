//! One nats-server process: its written configuration, its start, its end.

use super::{Binary, NatsServerError};
use serde::Deserialize;
use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tokio::process::{Child, Command};

/// How often its files and its end are looked for.
const LOOK_EVERY: Duration = Duration::from_millis(10);
/// A start that takes longer than this is told.
const TELL_AFTER: Duration = Duration::from_secs(5);
/// A log longer than this is begun anew at the next start, in bytes.
const LOG_LIMIT: u64 = 16 << 20;
const ORPHAN_WAIT: Duration = Duration::from_secs(15);

/// When the server syncs what it stores to disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sync {
    /// A power cut may cost the last second, a crash nothing.
    EachSecond,
    /// Before every acknowledgement.
    Always,
}

/// What the written configuration says.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub dir: PathBuf,
    pub host: String,
    /// 0 takes a free one.
    pub port: u16,
    /// 0 takes a free one.
    pub monitor_port: u16,
    pub sync: Sync,
    pub memory_limit_bytes: u64,
    pub name: String,
    /// More of the configuration, as it stands.
    pub extra: String,
}

impl Settings {
    pub fn log_file(&self) -> PathBuf {
        self.dir.join("nats-server.log")
    }

    fn config_file(&self) -> PathBuf {
        self.dir.join("nats-server.conf")
    }

    fn text(&self) -> String {
        let quoted = |path: PathBuf| serde_json::Value::from(path.to_string_lossy()).to_string();
        let port = |port: u16| if port == 0 { -1 } else { i32::from(port) };
        let sync = match self.sync {
            Sync::EachSecond => "1s",
            Sync::Always => "always",
        };
        let mut text = String::from("# Written by earshot at each start; changes here are lost.\n");
        let lines = [
            format!("server_name: \"{}\"", self.name),
            format!("listen: \"{}:{}\"", self.host, port(self.port)),
            format!("http: \"127.0.0.1:{}\"", port(self.monitor_port)),
            format!("pid_file: {}", quoted(pid_file(&self.dir))),
            format!("ports_file_dir: {}", quoted(self.dir.clone())),
            "max_payload: 1048576".to_owned(),
            "lame_duck_duration: \"30s\"".to_owned(),
            "lame_duck_grace_period: \"2s\"".to_owned(),
            format!("jetstream {{ store_dir: {}, sync_interval: \"{sync}\" }}", quoted(self.dir.join("data"))),
            self.extra.clone(),
        ];
        for line in lines {
            let _ = writeln!(text, "{line}");
        }
        text
    }
}

fn pid_file(dir: &Path) -> PathBuf {
    dir.join("nats-server.pid")
}

/// Where it listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ports {
    pub client: u16,
    pub monitor: u16,
    /// Of a cluster's member.
    pub cluster: Option<u16>,
}

#[derive(Deserialize)]
struct PortsFile {
    #[serde(default)]
    nats: Vec<String>,
    #[serde(default)]
    monitoring: Vec<String>,
    #[serde(default)]
    cluster: Vec<String>,
}

impl PortsFile {
    fn read(path: &Path) -> Option<Ports> {
        let file: PortsFile = serde_json::from_slice(&std::fs::read(path).ok()?).ok()?;
        let port = |urls: &[String]| urls.first()?.rsplit_once(':')?.1.parse::<u16>().ok();
        Some(Ports { client: port(&file.nats)?, monitor: port(&file.monitoring)?, cluster: port(&file.cluster) })
    }
}

/// A running nats-server. Dropping it kills it.
pub(crate) struct Process {
    child: Child,
    pub ports: Ports,
}

impl Process {
    /// Starts it and waits until it listens.
    pub async fn start(binary: &Binary, settings: &Settings) -> Result<Self, NatsServerError> {
        let config = settings.config_file();
        std::fs::write(&config, settings.text())
            .map_err(|error| NatsServerError::files("cannot write", &config, error))?;
        let log = settings.log_file();
        let begun = std::fs::metadata(&log).map(|log| log.len()).unwrap_or(0);
        let fresh = begun > LOG_LIMIT;
        let output = OpenOptions::new().create(true).append(!fresh).write(true).truncate(fresh).open(&log);
        let output = output.map_err(|error| NatsServerError::files("cannot write", &log, error))?;
        let mut command = Command::new(&binary.path);
        command.arg("--config").arg(&config).stdin(Stdio::null()).stdout(Stdio::null()).stderr(output);
        // Of its own group, so that Ctrl-C in a terminal lets the services end before it.
        command.process_group(0).kill_on_drop(true);
        if std::env::var_os("GOMEMLIMIT").is_none() {
            command.env("GOMEMLIMIT", format!("{}B", settings.memory_limit_bytes));
        }
        let unusable =
            |error: std::io::Error| NatsServerError::Unusable { path: binary.path.clone(), why: error.to_string() };
        let mut child = command.spawn().map_err(unusable)?;
        let name = binary.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let ports_file = settings.dir.join(format!("{name}_{}.ports", child.id().unwrap_or_default()));
        let started = tokio::time::Instant::now();
        let mut told = false;
        loop {
            if let Some(ports) = PortsFile::read(&ports_file) {
                // Each process writes one of its own.
                let _ = std::fs::remove_file(&ports_file);
                return Ok(Process { child, ports });
            }
            if child.try_wait().map_err(unusable)?.is_some() {
                return Err(last_words(settings, if fresh { 0 } else { begun }));
            }
            if !told && started.elapsed() > TELL_AFTER {
                told = true;
                tracing::info!(log = %log.display(), "nats-server is still reading what it keeps");
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Waits until it has ended by itself; answers how.
    pub async fn ended(&mut self) -> String {
        match self.child.wait().await {
            Ok(status) => status.to_string(),
            Err(error) => error.to_string(),
        }
    }

    /// Ends it gracefully, and by force after `wait`.
    pub async fn end(mut self, binary: &Binary, wait: Duration) {
        if let Some(pid) = self.child.id() {
            signal(binary, "term", pid).await;
        }
        if tokio::time::timeout(wait, self.child.wait()).await.is_err() {
            tracing::warn!("nats-server did not end in time; killing it");
            self.kill().await;
        }
    }

    /// Ends it as a crash would.
    pub async fn kill(&mut self) {
        if let Err(error) = self.child.kill().await {
            tracing::debug!(%error, "nats-server had ended already");
        }
    }

    #[cfg(feature = "testing")]
    pub fn pid(&self) -> Option<u32> {
        self.child.id()
    }
}

/// Sends a signal by nats-server's own means.
pub(super) async fn signal(binary: &Binary, name: &str, pid: u32) {
    let mut command = Command::new(&binary.path);
    command.arg("--signal").arg(format!("{name}={pid}")).stdin(Stdio::null()).stdout(Stdio::null());
    if let Err(error) = command.stderr(Stdio::null()).status().await {
        tracing::warn!(%error, pid, "nats-server could not be signalled");
    }
}

/// Why it ended, from what it wrote since its start.
fn last_words(settings: &Settings, begun: u64) -> NatsServerError {
    let log = settings.log_file();
    let text = std::fs::read(&log).unwrap_or_default();
    let since = text.get(usize::try_from(begun).unwrap_or(0)..).unwrap_or_default();
    let since = String::from_utf8_lossy(since);
    if settings.port != 0 && since.contains("address already in use") {
        return NatsServerError::PortInUse { port: settings.port };
    }
    let last = since.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it said nothing");
    NatsServerError::Ended { last_words: last.trim().to_owned(), log }
}

/// Ends a nats-server that a killed run of earshot left behind on this directory.
pub(super) async fn end_orphan(binary: &Binary, dir: &Path) -> Result<(), NatsServerError> {
    let Some(pid) = orphan(dir).await else {
        return Ok(());
    };
    tracing::warn!(pid, dir = %dir.display(), "ending the nats-server that an earlier run left behind");
    signal(binary, "term", pid).await;
    let until = tokio::time::Instant::now() + ORPHAN_WAIT;
    while orphan(dir).await.is_some() {
        if tokio::time::Instant::now() > until {
            return Err(NatsServerError::InUse { path: dir.to_owned() });
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    Ok(())
}

/// The process of the pid file, if it still is a nats-server with this directory's configuration.
async fn orphan(dir: &Path) -> Option<u32> {
    let pid: u32 = std::fs::read_to_string(pid_file(dir)).ok()?.trim().parse().ok()?;
    let command_line = match std::fs::read(format!("/proc/{pid}/cmdline")) {
        Ok(line) => String::from_utf8_lossy(&line).into_owned(),
        Err(_) if Path::new("/proc/self").exists() => return None,
        // Systems without /proc.
        Err(_) => {
            let output = Command::new("ps").args(["-o", "command=", "-p", &pid.to_string()]).output().await.ok()?;
            String::from_utf8_lossy(&output.stdout).into_owned()
        }
    };
    let ours = dir.join("nats-server.conf");
    command_line.contains(&*ours.to_string_lossy()).then_some(pid)
}

//! A nats-server of our own: the child that `earshot up` runs, so that one command is a whole system.
//!
//! The child keeps its data, its log and its written configuration in one directory. It is started anew on the same
//! port when it dies, and ends after everything that uses it has: Ctrl-C in a terminal does not reach it.

mod binary;
mod process;

pub use binary::{Binary, find};
pub use process::Sync;
pub(crate) use process::{Process, Settings};

use crate::JournalError;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;
use thiserror::Error;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// How long the child may take to end before it is killed; a kill loses nothing that was acknowledged.
const STOP_WAIT: Duration = Duration::from_secs(20);
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// A child that ran this long was well; its death starts the pauses from the beginning.
const WELL_AFTER: Duration = Duration::from_secs(60);

/// Why there is no nats-server of our own.
#[derive(Debug, Error)]
pub enum NatsServerError {
    #[error(
        "no nats-server was found on PATH; install nats-server 2.15 or later \
         (github.com/nats-io/nats-server/releases) or set EARSHOT_NATS_SERVER to its path"
    )]
    NotFound,
    #[error(
        "{path} is nats-server {found}, but Earshot needs 2.15.0 or later; install a newer one, or set \
         EARSHOT_NATS_SERVER to its path"
    )]
    TooOld { path: PathBuf, found: String },
    #[error("{path} cannot be run as nats-server: {why}; check EARSHOT_NATS_SERVER and PATH")]
    Unusable { path: PathBuf, why: String },
    #[error("the data directory {path} is in use by another earshot; stop it, or choose another --data-dir")]
    InUse { path: PathBuf },
    #[error("{what} {path}: {source}")]
    Files { what: &'static str, path: PathBuf, source: std::io::Error },
    #[error("port {port} is in use; stop what uses it, or choose another port (0 takes a free one)")]
    PortInUse { port: u16 },
    #[error("nats-server ended at its start: {last_words}; its log is {log}")]
    Ended { last_words: String, log: PathBuf },
    #[error(transparent)]
    Journal(#[from] JournalError),
}

impl NatsServerError {
    pub(crate) fn files(what: &'static str, path: &Path, source: std::io::Error) -> Self {
        NatsServerError::Files { what, path: path.to_owned(), source }
    }
}

/// How to run the child.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NatsServerConfig {
    /// Where everything of it is kept; made when absent.
    pub data_dir: PathBuf,
    pub host: String,
    /// 0 takes a free one.
    pub port: u16,
    pub sync: Sync,
    /// Soft limit of its memory, in bytes (`GOMEMLIMIT`, unless that is set already).
    pub memory_limit_bytes: u64,
}

impl NatsServerConfig {
    /// A child for one machine, on a free port of the loopback address, that syncs each second.
    pub fn new(data_dir: impl Into<PathBuf>) -> Self {
        NatsServerConfig {
            data_dir: data_dir.into(),
            host: "127.0.0.1".to_owned(),
            port: 0,
            sync: Sync::EachSecond,
            memory_limit_bytes: 1 << 30,
        }
    }
}

/// A running child. [`stop`](NatsServer::stop) ends it gracefully; dropping it kills it.
pub struct NatsServer {
    url: String,
    monitor_url: String,
    log_file: PathBuf,
    version: String,
    stop: CancellationToken,
    keeper: Option<JoinHandle<()>>,
    /// Two servers on one directory would destroy it.
    _lock: File,
}

impl NatsServer {
    /// Finds a new enough nats-server, starts it, and waits until it listens. One that an earlier, killed run left
    /// behind on this directory is ended first.
    pub async fn start(config: NatsServerConfig) -> Result<Self, NatsServerError> {
        let binary = find().await?;
        let dir = config.data_dir.clone();
        std::fs::create_dir_all(&dir)
            .map_err(|error| NatsServerError::files("cannot make the directory", &dir, error))?;
        let lock = lock(&dir)?;
        process::end_orphan(&binary, &dir).await?;
        let mut settings = Settings {
            dir,
            host: config.host,
            port: config.port,
            monitor_port: 0,
            sync: config.sync,
            memory_limit_bytes: config.memory_limit_bytes,
            name: "earshot".to_owned(),
            extra: String::new(),
        };
        let process = Process::start(&binary, &settings).await?;
        // The next child listens where this one did, so that clients find it again.
        settings.port = process.ports.client;
        settings.monitor_port = process.ports.monitor;
        let url = format!("nats://{}:{}", settings.host, settings.port);
        let monitor_url = format!("http://127.0.0.1:{}", settings.monitor_port);
        let log_file = settings.log_file();
        tracing::info!(url, version = %binary.version, log = %log_file.display(), "nats-server runs");
        let stop = CancellationToken::new();
        let version = binary.version.clone();
        let keeper = tokio::spawn(keep(binary, settings, process, stop.clone()));
        Ok(NatsServer { url, monitor_url, log_file, version, stop, keeper: Some(keeper), _lock: lock })
    }

    /// Where clients connect.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Its monitoring, for [`JournalConfig::monitor_urls`](crate::JournalConfig::monitor_urls).
    pub fn monitor_url(&self) -> &str {
        &self.monitor_url
    }

    pub fn log_file(&self) -> &Path {
        &self.log_file
    }

    pub fn version(&self) -> &str {
        &self.version
    }

    /// Ends it; everything that uses it should have ended before.
    pub async fn stop(mut self) {
        self.stop.cancel();
        if let Some(keeper) = self.keeper.take() {
            // It ends by itself, within the wait for the child.
            let _ = keeper.await;
        }
    }
}

impl Drop for NatsServer {
    fn drop(&mut self) {
        if let Some(keeper) = &self.keeper {
            keeper.abort();
        }
    }
}

fn lock(dir: &Path) -> Result<File, NatsServerError> {
    let path = dir.join("lock");
    let file = File::create(&path).map_err(|error| NatsServerError::files("cannot write", &path, error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(NatsServerError::InUse { path: dir.to_owned() }),
        Err(TryLockError::Error(error)) => Err(NatsServerError::files("cannot lock", &path, error)),
    }
}

/// Starts the child anew whenever it dies, until it is to stop.
async fn keep(binary: Binary, settings: Settings, mut process: Process, stop: CancellationToken) {
    let mut pause = FIRST_PAUSE;
    loop {
        let began = tokio::time::Instant::now();
        tokio::select! {
            () = stop.cancelled() => return process.end(&binary, STOP_WAIT).await,
            status = process.ended() => {
                tracing::error!(status, log = %settings.log_file().display(), "nats-server died; starting it again");
            }
        }
        if began.elapsed() > WELL_AFTER {
            pause = FIRST_PAUSE;
        }
        process = loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(pause) => {}
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
            match Process::start(&binary, &settings).await {
                Ok(process) => break process,
                Err(error) => tracing::error!(%error, "nats-server cannot be started again yet"),
            }
        };
        tracing::info!("nats-server runs again");
    }
}

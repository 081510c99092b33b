//! Which nats-server to run: the one that is named, or the first new enough on PATH.

use super::NatsServerError;
use crate::jetstream::new_enough;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use tokio::process::Command;

/// Names the nats-server to run, before PATH.
pub(crate) const VARIABLE: &str = "EARSHOT_NATS_SERVER";

/// A nats-server that is new enough.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binary {
    pub path: PathBuf,
    pub version: String,
}

/// Finds a nats-server that is new enough: `EARSHOT_NATS_SERVER` when it is set, else the first on PATH.
pub async fn find() -> Result<Binary, NatsServerError> {
    if let Some(named) = std::env::var_os(VARIABLE).filter(|named| !named.is_empty()) {
        return check(PathBuf::from(named)).await;
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut refused = None;
    for candidate in std::env::split_paths(&path).map(|dir| dir.join("nats-server")).filter(|path| path.is_file()) {
        match check(candidate).await {
            Ok(binary) => return Ok(binary),
            // One further down may be newer; if none is, the first one's fault is told.
            Err(error) => refused = refused.or(Some(error)),
        }
    }
    Err(refused.unwrap_or(NatsServerError::NotFound))
}

async fn check(path: PathBuf) -> Result<Binary, NatsServerError> {
    let version = version(&path).await.map_err(|why| NatsServerError::Unusable { path: path.clone(), why })?;
    match new_enough(&version) {
        true => Ok(Binary { path, version }),
        false => Err(NatsServerError::TooOld { path, found: version }),
    }
}

async fn version(path: &Path) -> Result<String, String> {
    let mut command = Command::new(path);
    command.arg("--version").stdin(Stdio::null()).kill_on_drop(true);
    let output = command.output().await.map_err(|error| error.to_string())?;
    // `nats-server: v2.15.1`
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let version = text.trim().strip_prefix("nats-server: v").map(str::to_owned);
    version.ok_or_else(|| "it does not answer --version as nats-server does".to_owned())
}

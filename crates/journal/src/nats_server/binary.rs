//! Which nats-server to run: the one that is named, or the first new enough on PATH.

use super::NatsServerError;
use crate::jetstream::new_enough;
use std::ffi::{OsStr, OsString};
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
    find_in(std::env::var_os(VARIABLE), &std::env::var_os("PATH").unwrap_or_default()).await
}

async fn find_in(named: Option<OsString>, path: &OsStr) -> Result<Binary, NatsServerError> {
    if let Some(named) = named.filter(|named| !named.is_empty()) {
        return check(PathBuf::from(named)).await;
    }
    let mut refused = None;
    for candidate in std::env::split_paths(path).map(|dir| dir.join("nats-server")).filter(|path| path.is_file()) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    /// A program that answers `--version` like this.
    fn pretend(dir: &Path, answer: &str) -> PathBuf {
        std::fs::create_dir_all(dir).unwrap();
        let path = dir.join("nats-server");
        std::fs::write(&path, format!("#!/bin/sh\necho '{answer}'\n")).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    #[tokio::test]
    async fn the_first_new_enough_one_is_taken_and_an_old_one_is_told() {
        let dir = tempfile::tempdir().unwrap();
        let old = pretend(&dir.path().join("old"), "nats-server: v2.9.25");
        let new = pretend(&dir.path().join("new"), "nats-server: v2.15.1");
        let other = pretend(&dir.path().join("other"), "something else 3.0");
        let path = |files: &[&PathBuf]| std::env::join_paths(files.iter().map(|file| file.parent().unwrap())).unwrap();

        let found = find_in(None, &path(&[&old, &new])).await.unwrap();
        assert_eq!((found.path, found.version.as_str()), (new.clone(), "2.15.1"));
        let error = find_in(None, &path(&[&old])).await.unwrap_err().to_string();
        assert!(error.contains("2.9.25") && error.contains("EARSHOT_NATS_SERVER"), "{error}");
        let error = find_in(None, OsStr::new("")).await.unwrap_err();
        assert!(matches!(error, NatsServerError::NotFound));
        // A named one is the one, for better or worse.
        let named = |file: &Path| Some(file.as_os_str().to_owned());
        assert_eq!(find_in(named(&new), &path(&[&old])).await.unwrap().path, new);
        assert!(matches!(find_in(named(&old), &path(&[&new])).await, Err(NatsServerError::TooOld { .. })));
        assert!(matches!(find_in(named(&other), &path(&[&new])).await, Err(NatsServerError::Unusable { .. })));
        let absent = dir.path().join("absent");
        assert!(matches!(find_in(named(&absent), &path(&[&new])).await, Err(NatsServerError::Unusable { .. })));
    }
}

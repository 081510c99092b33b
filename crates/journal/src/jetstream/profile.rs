//! How often the servers sync to disk, as far as it can be known.
//!
//! A client's connection does not tell it: neither the server's greeting nor the stream's description holds it. Only
//! the system account and the monitoring port do, so it is asked there when an address is given.

use crate::{JournalConfig, JournalError};
use serde::Deserialize;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// The longest interval that the profile `laptop` allows.
const LAPTOP_INTERVAL: Duration = Duration::from_secs(1);
const ANSWER_WAIT: Duration = Duration::from_secs(5);
const ANSWER_LIMIT: u64 = 1 << 20;

#[derive(Deserialize)]
struct Jsz {
    config: Option<SyncConfig>,
}

#[derive(Deserialize)]
struct SyncConfig {
    /// Nanoseconds.
    #[serde(default)]
    sync_interval: u64,
    #[serde(default)]
    sync_always: bool,
}

pub(super) async fn check(config: &JournalConfig) -> Result<(), JournalError> {
    if config.monitor_urls.is_empty() {
        tracing::warn!(
            profile = %config.profile,
            wanted = wanted(config),
            "how often nats-server syncs to disk was not checked: give its monitoring address in nats.monitor_urls"
        );
        return Ok(());
    }
    for (at, url) in config.monitor_urls.iter().enumerate() {
        let field = format!("nats.monitor_urls[{at}]");
        let mut delay = Duration::from_millis(100);
        while let Err(error) = check_one(config, url, &field).await {
            if !error.is_unavailable() {
                return Err(error);
            }
            tracing::warn!(%error, retry_in_ms = delay.as_millis() as u64, "waiting for the server's monitoring");
            tokio::time::sleep(delay).await;
            delay = (delay * 2).min(Duration::from_secs(5));
        }
    }
    Ok(())
}

async fn check_one(config: &JournalConfig, url: &str, field: &str) -> Result<(), JournalError> {
    let body = tokio::time::timeout(ANSWER_WAIT, get(url, field)).await;
    let body = body.map_err(|_| unreachable_at(url, "it does not answer"))??;
    let found: Jsz = serde_json::from_slice(&body)
        .map_err(|error| JournalError::configuration(field, format!("{url} is not nats-server's: {error}")))?;
    let Some(found) = found.config else {
        return Err(JournalError::NoJetStream { url: url.to_owned() });
    };
    compare(config, url, &found)
}

fn wanted(config: &JournalConfig) -> &'static str {
    if config.profile.syncs_always() { "always" } else { "1s or always" }
}

fn compare(config: &JournalConfig, url: &str, found: &SyncConfig) -> Result<(), JournalError> {
    let interval = Duration::from_nanos(found.sync_interval);
    let enough = found.sync_always || (!config.profile.syncs_always() && interval <= LAPTOP_INTERVAL);
    let shown = if found.sync_always { "always".to_owned() } else { format!("{}s", interval.as_secs_f32()) };
    if enough {
        tracing::info!(url, sync_interval = shown, profile = %config.profile, "nats-server syncs as the profile asks");
        return Ok(());
    }
    Err(JournalError::BelowProfile {
        what: format!("sync_interval of nats-server at {url}"),
        found: shown,
        wanted: wanted(config).to_owned(),
        cure: format!(
            "set `jetstream {{ sync_interval: {} }}` in its configuration and restart it, or choose a lower profile \
             than `{}`",
            if config.profile.syncs_always() { "always" } else { "1s" },
            config.profile
        ),
    })
}

fn unreachable_at(url: &str, why: impl std::fmt::Display) -> JournalError {
    JournalError::unavailable("ask nats-server how often it syncs", format!("{url}: {why}"))
}

/// `GET /jsz?config=1`: the one request, in HTTP/1.0, that needs no client library.
async fn get(url: &str, field: &str) -> Result<Vec<u8>, JournalError> {
    let Some(rest) = url.strip_prefix("http://") else {
        return Err(JournalError::configuration(field, "give it as http://host:port"));
    };
    let authority = rest.split('/').next().unwrap_or(rest);
    let address = if authority.contains(':') { authority.to_owned() } else { format!("{authority}:8222") };
    let mut stream = TcpStream::connect(&address).await.map_err(|error| unreachable_at(url, error))?;
    let request = format!("GET /jsz?config=1 HTTP/1.0\r\nHost: {authority}\r\nAccept: application/json\r\n\r\n");
    stream.write_all(request.as_bytes()).await.map_err(|error| unreachable_at(url, error))?;
    let mut answer = Vec::new();
    let mut limited = stream.take(ANSWER_LIMIT);
    limited.read_to_end(&mut answer).await.map_err(|error| unreachable_at(url, error))?;
    let head = answer.windows(4).position(|window| window == b"\r\n\r\n");
    let Some(head) = head.filter(|_| answer.starts_with(b"HTTP/1.") && answer.get(9..12) == Some(b"200")) else {
        return Err(JournalError::configuration(field, format!("{url} does not answer as nats-server's monitoring")));
    };
    Ok(answer.split_off(head + 4))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Profile;

    #[test]
    fn a_lower_sync_mode_is_refused_with_its_cure() {
        let config = |profile| JournalConfig { profile, ..JournalConfig::default() };
        let each_second = SyncConfig { sync_interval: 1_000_000_000, sync_always: false };
        let default = SyncConfig { sync_interval: 120_000_000_000, sync_always: false };
        let always = SyncConfig { sync_interval: 120_000_000_000, sync_always: true };
        assert!(compare(&config(Profile::Laptop), "u", &each_second).is_ok());
        assert!(compare(&config(Profile::Laptop), "u", &default).is_err());
        assert!(compare(&config(Profile::Cluster), "u", &always).is_ok());
        let error = compare(&config(Profile::Single), "http://n:8222", &each_second).unwrap_err().to_string();
        assert!(error.contains("sync_interval: always") && error.contains("http://n:8222"), "{error}");
    }
}

//! The way to the server: waiting for it, checking what it is, and knowing when the connection was lost.

use super::replies::Link;
use crate::config::without_user;
use crate::{JournalConfig, JournalError};
use async_nats::{Client, ConnectErrorKind, ConnectOptions, Event, ServerAddr};
use std::time::Duration;
use tokio::sync::watch;

/// The oldest server whose guards are the ones that Earshot relies on.
const OLDEST: (u64, u64, u64) = (2, 15, 0);
/// A dead peer is noticed after two of these.
const PING_EVERY: Duration = Duration::from_secs(10);
/// Messages that may wait in the client for one reader; the server's flow control keeps them below it.
const READ_AHEAD: usize = 1 << 18;

/// Connects, however long that takes; says in the log what it waits for. Dropping the future gives up.
pub(super) async fn connect(config: &JournalConfig) -> Result<(Client, watch::Sender<Link>), JournalError> {
    let addresses = addresses(config)?;
    let link = watch::Sender::new(Link::default());
    let mut delay = Duration::from_millis(250);
    let mut waited = false;
    loop {
        let options = options(config, link.clone()).await?;
        match options.connect(&addresses[..]).await {
            Ok(client) => {
                if waited {
                    tracing::info!(url = %config.safe_urls(), "nats-server is there now");
                }
                check_version(config, &client)?;
                return Ok((client, link));
            }
            Err(error) if is_refusal(error.kind()) => {
                return Err(JournalError::Refused { url: config.safe_urls(), why: error.kind().to_string() });
            }
            Err(error) => {
                waited = true;
                tracing::warn!(
                    url = %config.safe_urls(),
                    why = %error.kind(),
                    retry_in_ms = delay.as_millis() as u64,
                    "waiting for nats-server: it cannot be reached"
                );
                tokio::time::sleep(delay).await;
                delay = (delay * 2).min(Duration::from_secs(5));
            }
        }
    }
}

fn addresses(config: &JournalConfig) -> Result<Vec<ServerAddr>, JournalError> {
    if config.urls.is_empty() {
        return Err(JournalError::configuration("nats.urls", "it is empty; give at least one nats://host:port"));
    }
    let mut addresses = Vec::with_capacity(config.urls.len());
    for (at, url) in config.urls.iter().enumerate() {
        let address = url.parse::<ServerAddr>().map_err(|_| {
            let shown = without_user(url);
            JournalError::configuration(format!("nats.urls[{at}]"), format!("{shown} is not nats://host:port"))
        })?;
        addresses.push(address);
    }
    Ok(addresses)
}

fn is_refusal(kind: ConnectErrorKind) -> bool {
    matches!(kind, ConnectErrorKind::Authentication | ConnectErrorKind::AuthorizationViolation | ConnectErrorKind::Tls)
}

async fn options(config: &JournalConfig, link: watch::Sender<Link>) -> Result<ConnectOptions, JournalError> {
    let options = ConnectOptions::new()
        .name(&config.name)
        .ping_interval(PING_EVERY)
        .subscription_capacity(READ_AHEAD)
        .reconnect_delay_callback(|attempt| {
            let grown = 50_u64.saturating_mul(1 << attempt.min(6));
            Duration::from_millis(if attempt <= 1 { 0 } else { grown.min(2_000) })
        })
        .event_callback(move |event| {
            let link = link.clone();
            async move { note(&link, &event) }
        });
    let Some(credentials) = &config.credentials else {
        return Ok(options);
    };
    options.credentials(credentials).map_err(|error| {
        let why = format!("they cannot be used: {}; give a file made by `nsc generate creds`", error.kind());
        JournalError::configuration("nats.credentials_file", why)
    })
}

fn note(link: &watch::Sender<Link>, event: &Event) {
    match event {
        Event::Connected => {
            tracing::info!("connected to nats-server");
            link.send_modify(Link::made);
        }
        Event::Disconnected => {
            tracing::warn!("lost the connection to nats-server; reconnecting");
            link.send_modify(|link| link.connected = false);
        }
        Event::Closed => link.send_modify(|link| link.connected = false),
        // A missing permission shows nowhere else: the call itself only times out.
        Event::ServerError(error) => tracing::error!(%error, "nats-server reports an error"),
        Event::ClientError(error) => tracing::debug!(%error, "nats client error"),
        Event::SlowConsumer(subscription) => {
            tracing::warn!(
                subscription,
                "a reader is too slow for its subscription; it will read again what it missed"
            );
        }
        Event::LameDuckMode => tracing::info!("nats-server is shutting down gracefully"),
        Event::Draining => {}
    }
}

fn check_version(config: &JournalConfig, client: &Client) -> Result<(), JournalError> {
    let info = client.server_info();
    let url = config.safe_urls();
    if !new_enough(&info.version) {
        return Err(JournalError::TooOld { url, found: info.version });
    }
    if !info.jetstream {
        return Err(JournalError::NoJetStream { url });
    }
    tracing::info!(server = %info.server_name, version = %info.version, "nats-server is new enough");
    Ok(())
}

/// Whether a version text (`2.15.1`, `2.15.0-RC.1`, `v2.16.0`) is new enough.
pub(crate) fn new_enough(version: &str) -> bool {
    let text = version.trim().trim_start_matches('v');
    let (numbers, _pre_release) = text.split_once(['-', '+']).unwrap_or((text, ""));
    let mut parts = numbers.split('.').map(|part| part.parse::<u64>().ok());
    let mut part = || parts.next().flatten();
    match (part(), part()) {
        (Some(major), Some(minor)) => (major, minor, part().unwrap_or(0)) >= OLDEST,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        for good in ["2.15.0", "2.15.1", "v2.16.0", "3.0.0", "2.15.0-RC.1", "2.100.0"] {
            assert!(new_enough(good), "{good}");
        }
        for old in ["2.9.25", "2.14.9", "1.99.0", "", "dev", "2"] {
            assert!(!new_enough(old), "{old}");
        }
    }
}

//! The log on NATS JetStream.

mod append;
mod checkpoints;
mod connect;
mod feed;
mod headers;
mod hub;
mod place;
mod profile;
mod pull;
mod read;
mod replies;
mod set_aside;
mod streams;
mod tail;
mod timers;

pub(crate) use connect::new_enough;
pub(crate) use feed::Feed;
pub(crate) use streams::DUPLICATE_WINDOW;

use crate::{JournalConfig, JournalError};
use async_nats::Client;
use async_nats::jetstream::Context;
use async_nats::jetstream::context::ContextBuilder;
use hub::Hub;
use replies::{Link, Replies, Unanswered};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// The stream of every fact.
pub(crate) const EVENTS: &str = "EVENTS";
/// The stream of timers, waiting and due.
pub(crate) const TIMERS: &str = "TIMERS";
/// The stream of work that failed.
pub(crate) const SET_ASIDE: &str = "SET_ASIDE";
/// The bucket of projections as of a sequence.
pub(crate) const CHECKPOINTS: &str = "CHECKPOINTS";

/// How long the server may take to take what is buffered.
const FLUSH_WAIT: Duration = Duration::from_secs(5);

/// The log, over one connection.
pub(crate) struct Log {
    client: Client,
    context: Context,
    replies: Replies,
    link: watch::Receiver<Link>,
    patience: Duration,
    replicas: usize,
    hub: Arc<Hub>,
}

impl Log {
    pub async fn connect(config: JournalConfig) -> Result<Self, JournalError> {
        let (client, link) = connect::connect(&config).await?;
        let context = ContextBuilder::new().build(client.clone());
        let replies = Replies::start(client.clone(), link.clone())
            .await
            .map_err(|error| JournalError::server("subscribe the inbox", error))?;
        streams::ensure(&context, config.profile).await?;
        profile::check(&config).await?;
        let (link, replicas) = (link.subscribe(), config.profile.replicas());
        Ok(Log { client, context, replies, link, patience: config.patience, replicas, hub: Hub::new() })
    }

    /// Whether the connection stands.
    pub fn is_connected(&self) -> bool {
        self.link.borrow().connected
    }

    /// Whether a read may come from a server that is a moment behind the one that takes the appends.
    pub fn reads_may_lag(&self) -> bool {
        self.replicas > 1
    }

    /// Sends what is still in the client's buffer; does not wait for a lost connection.
    pub async fn flush(&self) -> Result<(), JournalError> {
        let doing = "send what is buffered";
        if !self.is_connected() {
            return Err(JournalError::unavailable(doing, "the connection is lost"));
        }
        match tokio::time::timeout(FLUSH_WAIT, self.client.flush()).await {
            Ok(flushed) => flushed.map_err(|error| JournalError::unavailable(doing, error)),
            Err(_) => Err(JournalError::unavailable(doing, "the server does not take it")),
        }
    }

    fn patience(&self, doing: &'static str) -> Patience {
        Patience {
            doing,
            until: Instant::now() + self.patience,
            delay: Duration::from_millis(5),
            link: self.link.clone(),
        }
    }
}

/// Trying again with growing delay while the log cannot be reached, up to a limit.
struct Patience {
    doing: &'static str,
    until: Instant,
    delay: Duration,
    link: watch::Receiver<Link>,
}

impl Patience {
    /// Waits until the connection stands, so that questions do not pile up in the client.
    async fn connected(&mut self) -> Result<(), JournalError> {
        if self.link.borrow().connected {
            return Ok(());
        }
        let left = self.until.saturating_duration_since(Instant::now());
        match tokio::time::timeout(left, self.link.wait_for(|link| link.connected)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(_)) => Err(JournalError::unavailable(self.doing, "the connection was closed")),
            Err(_) => Err(JournalError::unavailable(self.doing, "the connection is lost")),
        }
    }

    /// Waits before the next try, or gives up with this reason.
    async fn again(&mut self, why: impl ToString) -> Result<(), JournalError> {
        let why = why.to_string();
        if Instant::now() + self.delay > self.until {
            return Err(JournalError::unavailable(self.doing, why));
        }
        tracing::debug!(doing = self.doing, why, "trying again");
        tokio::time::sleep(self.delay).await;
        self.delay = (self.delay * 2).min(Duration::from_secs(1));
        Ok(())
    }
}

impl std::fmt::Display for Unanswered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

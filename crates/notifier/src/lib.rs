//! Notifier: the way out. A reply that a person submitted is sent to its network once, or ends as unknown for a person to
//! decide; never twice.
//!
//! - [`send`]: the protocol of one reply, which keeps that promise; [`promise`]: what it has in common with that of a notice;
//! - [`port`]: what a network is to it; by Standard Webhooks to a URL ([`webhook`]) or in its own language ([`native`]), over
//!   one HTTP call ([`http`], [`answer`], [`target`]);
//! - [`networks`]: each network in its lane, with its [`circuit`] and its [`pace`];
//! - [`outbox`]: every reply that is not sent yet, a view of the log ([`follow`]);
//! - [`notices`]: words that belong to no conversation, such as the posts at the ends of shifts;
//! - [`tell`]: the ways to the brand's people, and how each of them wants to be told;
//! - [`due`]: takes up what was submitted, and what has waited for its time.
//!
//! The outbox is complete, so there is no queue beside it. Two copies of the service may take up the same reply at the
//! same time: a try must first be written down, and the log lets one do so.

mod answer;
mod circuit;
mod due;
mod follow;
mod grpc;
mod http;
mod metrics;
mod native;
mod networks;
mod notices;
mod outbox;
mod pace;
mod port;
mod promise;
mod send;
mod settings;
mod target;
mod tell;
mod webhook;

pub use settings::{NetworkSettings, Settings};

use anyhow::Context as _;
use journal::Journal;
use metrics::Metrics;
use networks::Networks;
use notices::{Courier, Notices};
use outbox::Outbox;
use send::Sender;
use service::Process;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tell::{Doors, People, Wishes};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

/// How this service signs its records.
const NAME: &str = "notifier";

/// What a started service tells.
pub struct Started {
    pub grpc: SocketAddr,
    /// Ends when the process is asked to stop and the drain is over.
    pub ended: JoinHandle<anyhow::Result<()>>,
}

/// Runs the notifier until the process is asked to stop.
///
/// # Errors
/// As [`start`], and what ends its work for good.
pub async fn run(process: Process, journal: Journal) -> anyhow::Result<()> {
    start(process, journal).await?.ended.await.context("the notifier stopped unexpectedly")?
}

/// Binds the listener, begins to follow the log and to send, and returns.
///
/// # Errors
/// A wrong setting, a port in use, an HTTP client that cannot be made.
pub async fn start(process: Process, journal: Journal) -> anyhow::Result<Started> {
    let journal = journal.measured(&service::metrics::meter(), "notifier");
    let settings: Settings = process.config.section()?;
    let metrics = Metrics::default();
    let networks =
        Networks::new(&settings, &process.clock, metrics.clone()).context("the HTTP client cannot be made")?;
    let networks = Arc::new(networks);
    if networks.is_empty() {
        tracing::warn!("notifier.url is not set: replies fail at once, with no_target");
    }
    let listener = service::listen::bind("notifier.listen", settings.listen).await?;
    // Named here, so that the process is not ready as soon as the first of them is.
    for part in ["outbox", "notices"] {
        process.health.check(part);
    }
    let outbox = Arc::new(Outbox::default());
    let (caught_up, is_caught_up) = watch::channel(false);
    let open = Arc::new(Notices::default());
    let (notices_caught_up, notices_are_caught_up) = watch::channel(false);
    let (people, doors) = (Arc::new(People::default()), Arc::new(Doors::new(&settings, &process.clock)?));
    let wishes = Wishes {
        journal: journal.clone(),
        people: people.clone(),
        caught_up: notices_are_caught_up.clone(),
        clock: process.clock.clone(),
        shutdown: process.shutdown.clone(),
        ways: doors.names(),
    };
    let counter = notices::Counter {
        journal: journal.clone(),
        notices: open.clone(),
        caught_up: notices_are_caught_up.clone(),
        clock: process.clock.clone(),
    };
    let routes = grpc::routes(outbox.clone(), is_caught_up.clone(), process.clock.clone(), counter, wishes)?;
    let (health, shutdown) = (&process.health, process.shutdown.clone());
    let serving = service::grpc::serve(NAME, listener, routes, grpc::SERVICES, health, shutdown.clone()).await;
    let grpc = serving.address();
    let clock = process.clock.clone();
    let ways = notices::Ways::new(networks.clone(), doors, people.clone());
    let rules = notices::Rules::of(&settings);
    let courier = Courier::new(journal.clone(), open.clone(), ways, rules, clock.clone(), shutdown.clone());
    let sender = Sender::new(journal.clone(), outbox.clone(), networks, clock, shutdown, settings.clone(), metrics);
    let ended = tokio::spawn(async move {
        // What stands in the set ends with it, so that a notifier that is dropped sends nothing more.
        let mut parts = JoinSet::new();
        let replies = due::Replies { outbox: outbox.clone(), sender, settle_after: settings.settle_after() };
        parts.spawn(due::run(process.clone(), replies, is_caught_up, settings.in_flight_max));
        let letters = notices::Letters { notices: open.clone(), courier };
        parts.spawn(due::run(process.clone(), letters, notices_are_caught_up, notices::IN_FLIGHT_MAX));
        let (journal_of_notices, every) = (journal.clone(), settings.checkpoint_seconds);
        parts.spawn(notices::follow(process.clone(), journal_of_notices, open, people, notices_caught_up, every));
        parts.spawn(follow::follow(process, journal, outbox, caught_up, settings.checkpoint_seconds));
        while let Some(ended) = parts.join_next().await {
            ended.context("a part of the notifier stopped unexpectedly")??;
        }
        serving.ended().await.map_err(anyhow::Error::from)
    });
    Ok(Started { grpc, ended })
}

/// How long what is in hand may take once the process stops: a little less than the process itself.
fn drain_limit(process: &Process) -> Duration {
    process.shutdown.drain_limit().saturating_sub(Duration::from_secs(1)).max(Duration::from_millis(500))
}

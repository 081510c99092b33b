//! A social network of the project's own, for the demo and for tests: people write posts on it, brands answer on it,
//! and it can be told to misbehave as real networks do.
//!
//! - [`settings`]: the section `[sandbox]` of the settings file, and the [`Config`] that comes of it;
//! - [`faults`]: what goes wrong with the next send, and how it is said in JSON and in flags;
//! - [`message`]: posts and replies;
//! - [`ledger`]: every send and post as an entry, and the counts that are folded from them;
//! - [`store`]: the entries in a file, so that the counts survive a restart;
//! - [`network`]: the one place where an entry comes about;
//! - [`body`]: bodies read as JSON;
//! - [`replies`]: the posting API for brands;
//! - [`native`]: the same in the languages of real networks;
//! - [`posts`] and [`forward`]: what people write, and how it reaches the brand's webhook;
//! - [`page`]: the network as a person sees it;
//! - [`serve`]: HTTP, with the one thing that HTTP servers do not do: hang up without an answer.
//!
//! The counts are the point: whoever sends a reply twice is found out here, under whatever key it was sent.

mod body;
pub mod faults;
mod forward;
mod ledger;
mod message;
mod native;
mod network;
mod page;
mod posts;
mod replies;
mod serve;
pub mod settings;
mod store;

pub use faults::{Fault, Faults};
pub use ledger::Stats;
pub use message::{Attachment, Author, Message, Post, Reply};
pub use settings::{Config, ConfigError, Settings};
pub use store::StoreError;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{any, get, post};
use forward::Forwarder;
use network::Network;
use service::Shutdown;
use service::listen::BindError;
use service::webhook::Secrets;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::task::JoinHandle;

/// The largest body that any call takes, in bytes.
pub const MAX_BODY_BYTES: usize = 1_048_576;

/// The sandbox cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    Bind(#[from] BindError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the http client cannot be made: {0}")]
    Client(#[from] reqwest::Error),
    #[error("the faults are impossible: {0}")]
    Faults(#[from] faults::FaultsError),
}

/// The network, before it runs.
pub struct Sandbox;

/// A running network. Dropping it does not stop it; [`Running::stop`] does, or the `Shutdown` it was started with.
pub struct Running {
    /// Where it listens; the port that was taken when the configuration said 0.
    pub addr: SocketAddr,
    network: Arc<Network>,
    shutdown: Shutdown,
    serving: JoinHandle<()>,
}

/// What the calls share.
#[derive(Clone)]
struct Shared {
    network: Arc<Network>,
    forwarder: Option<Arc<Forwarder>>,
    reply_secrets: Arc<Secrets>,
    brands: Arc<Vec<String>>,
    shutdown: Shutdown,
}

impl Sandbox {
    /// Opens the store, binds the listener, takes up posts that were not yet delivered, and serves until `shutdown`.
    ///
    /// # Errors
    /// The address cannot be bound, or the store cannot be read.
    pub async fn start(config: Config, shutdown: Shutdown) -> Result<Running, StartError> {
        let (network, undelivered) = Network::open(&config)?;
        let network = Arc::new(network);
        let forwarder = match config.ingest {
            Some(ingest) => Some(Arc::new(Forwarder::new(ingest, network.clone(), shutdown.clone())?)),
            None => None,
        };
        let listener = service::listen::bind("sandbox.listen", config.listen).await?;
        let addr = listener.local_addr().map_err(store::StoreError::Io)?;
        if let Some(forwarder) = &forwarder {
            for post in undelivered {
                drop(forwarder.begin(post));
            }
        }
        let shared = Shared {
            network: network.clone(),
            forwarder,
            reply_secrets: Arc::new(config.reply_secrets),
            brands: Arc::new(config.brands),
            shutdown: shutdown.clone(),
        };
        tracing::info!(%addr, "the sandbox network is open");
        let serving = tokio::spawn(serve::serve(listener, router(shared), shutdown.clone()));
        Ok(Running { addr, network, shutdown, serving })
    }
}

/// Runs the network until `shutdown`, for a process of its own.
///
/// # Errors
/// Settings that say something impossible, or [`StartError`].
pub async fn run(settings: &Settings, shutdown: Shutdown) -> anyhow::Result<()> {
    let config = Config::from_settings(settings)?;
    Sandbox::start(config, shutdown).await?.ended().await;
    Ok(())
}

impl Running {
    /// The address as a URL, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// What has been counted so far, over all restarts when there is a store.
    pub fn stats(&self) -> Stats {
        self.network.stats()
    }

    /// The replies that are still listed, newest first.
    pub fn replies(&self) -> Vec<Reply> {
        self.network.replies()
    }

    /// Sets what goes wrong from the next send on.
    ///
    /// # Errors
    /// [`faults::FaultsError`] when the plan is impossible; then the one before stays.
    pub fn set_faults(&self, faults: Faults) -> Result<(), faults::FaultsError> {
        self.network.set_faults(faults)
    }

    /// Waits until it has stopped by itself, because its `Shutdown` was begun.
    pub async fn ended(self) {
        self.serving.await.expect("serving does not panic and is not aborted");
    }

    /// Stops it and waits for the calls in hand. Begins the `Shutdown` it was started with.
    pub async fn stop(self) {
        self.shutdown.begin();
        self.ended().await;
    }
}

fn router(shared: Shared) -> Router {
    Router::new()
        .route("/replies", post(replies::send).get(replies::list))
        .route("/replies/by-key/{key}", get(replies::by_key))
        .route("/faults", get(replies::faults).put(replies::set_faults))
        .route("/stats", get(replies::stats))
        .route("/native/{language}/{*path}", any(native::call))
        .route("/posts", post(posts::write))
        .route("/timeline", get(page::timeline))
        .route("/timeline/live", get(page::live))
        .route("/", get(page::page))
        .route("/page.js", get(page::script))
        .route("/page.css", get(page::style))
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .with_state(shared)
}

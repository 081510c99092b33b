//! The whole system, as the tests see it: the real binary with a real nats-server, in one process ([`Up`]) or in many
//! ([`Apart`]), a client that speaks all its doors ([`Client`]), and a network of the project's own to answer on.
//!
//! Every test has a system of its own, so that any order and any number of them at once is fine; within one, tests tell
//! their cases apart by brands. Nothing waits for a time: [`until`] looks until what must come about has.

mod apart;
mod client;
mod process;
mod settings;
mod up;

pub use apart::{Apart, SERVICES};
pub use client::{Client, answering, asked_by, done, facts, lasting, post, records, write};
pub use process::{Leashed, earshot, log_of, nats_server};
pub use settings::{DANA, MART, settings};
pub use up::Up;

use sandbox::{Config, Running, Sandbox};
use service::Shutdown;
use service::webhook::{Secret, Secrets};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// What no wait should ever reach; it only ends a test that would hang.
const LIMIT: Duration = Duration::from_secs(240);
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Looks until there is something to see.
pub async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(began.elapsed() < LIMIT, "this did not come about: {what}");
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// The secrets of the webhooks of one system.
pub struct Keys {
    pub webhook: Secret,
    pub reply: Secret,
}

impl Keys {
    fn new() -> Self {
        // The first call in the process; ring draws the secrets and speaks TLS.
        service::process::install_crypto();
        Keys { webhook: Secret::generate(), reply: Secret::generate() }
    }

    pub fn sign_with(&self) -> Secrets {
        Secrets::new(self.webhook.clone())
    }

    /// A network to answer on, which behaves until it is told otherwise.
    async fn network(&self, listen: SocketAddr) -> Running {
        let config = Config { listen, ..Config::new(Secrets::new(self.reply.clone())) };
        Sandbox::start(config, Shutdown::new(0)).await.unwrap()
    }
}

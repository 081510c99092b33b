//! Ingest: the way in. A post comes by a signed webhook, by gRPC or by an import, is put with the conversation it belongs
//! to, and is acknowledged only after the log has it.
//!
//! Which conversation that is follows from the [`index`], a view of the log, and is then held against the log itself: the
//! id of a customer's n-th matter is derived from the customer, so two copies of this service that meet the same customer
//! at the same instant try the same subject, and the expected-sequence guard lets one of them open it ([`receive`]).

pub mod conversations_file;
mod grpc;
pub mod import;
mod index;
mod intake;
mod kept;
mod ledger;
mod place;
mod plan;
mod receive;
mod webhook;

pub use index::{Known, Places};
pub use intake::{Author, Contact, Deletion, Edit, Engagement, Item, Outcome, Post, Refused, Verdict, check};
pub use place::Place;
pub use plan::{Plan, Write, plan};
pub use receive::Receiver;

use anyhow::Context as _;
use index::Index;
use journal::Journal;
use ledger::Ledger;
use service::Process;
use service::webhook::{Secret as WebhookSecret, Secrets};
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::task::JoinHandle;

service::section! {
    /// Ingest: posts come in by signed webhooks (HTTP) and by gRPC.
    #[derive(Clone)]
    pub struct Settings in "ingest" {
        /// Address of the webhook listener: POST /webhooks/generic, signed by Standard Webhooks.
        pub listen: SocketAddr = "127.0.0.1:7410".parse().expect("an address"),
        /// Address of the gRPC listener (IngestService).
        pub grpc_listen: SocketAddr = "127.0.0.1:7411".parse().expect("an address"),
        /// The secret that webhooks are signed with, `whsec_` and base64; set by webhook_secret_file or
        /// EARSHOT_INGEST__WEBHOOK_SECRET. Without one the webhook refuses everything.
        pub webhook_secret: Option<WebhookSecret> = None,
        /// The secret before that one, accepted while senders change over.
        pub webhook_previous_secret: Option<WebhookSecret> = None,
        /// Largest webhook body in bytes.
        #[range(1024..=16_777_216)]
        pub body_max_bytes: usize = 1_048_576,
        /// Longest text of a post in bytes.
        #[range(1024..=524_288)]
        pub text_max_bytes: usize = 131_072,
        /// Items of one stream that are on their way to the log at once; the sender is held back beyond that.
        #[range(1..=65_536)]
        pub stream_in_flight_max: usize = 256,
        /// Seconds between two entries of the loss ledger.
        #[range(1..=3600)]
        pub ledger_seconds: u64 = 1,
        /// Records the index may lie behind the log before posts are refused with 503 until it has caught up.
        #[range(1..=100_000_000)]
        pub index_lag_max_records: u64 = 200_000,
    }
}

/// What a started service tells.
pub struct Started {
    /// Where webhooks come in.
    pub http: SocketAddr,
    pub grpc: SocketAddr,
    /// Ends when the process is asked to stop and the drain is over.
    pub ended: JoinHandle<anyhow::Result<()>>,
}

fn secrets(settings: &Settings) -> Option<Secrets> {
    let current = settings.webhook_secret.clone()?;
    Some(Secrets::new(current).with_previous(settings.webhook_previous_secret.clone()))
}

/// Runs ingest until the process is asked to stop.
pub async fn run(process: Process, journal: Journal) -> anyhow::Result<()> {
    start(process, journal).await?.ended.await.context("ingest stopped unexpectedly")?
}

/// Binds the listeners, begins to follow the log, and returns.
pub async fn start(process: Process, journal: Journal) -> anyhow::Result<Started> {
    let journal = journal.measured(&service::metrics::meter(), "ingest");
    let settings: Settings = process.config.section()?;
    let secrets = secrets(&settings);
    let http_listener = service::listen::bind("ingest.listen", settings.listen).await?;
    let grpc_listener = service::listen::bind("ingest.grpc_listen", settings.grpc_listen).await?;

    let index = Arc::new(Index::default());
    let ledger = Arc::new(Ledger::new(process.clock.now()));
    let receiver =
        Receiver::new(journal.clone(), Arc::clone(&index), Arc::clone(&ledger), process.clock.clone(), &settings);
    let shutdown = process.shutdown.clone();
    let web = webhook::router(receiver.clone(), secrets, &settings, process.clock.clone());
    let http_serving = service::http::serve("ingest", http_listener, web, shutdown.clone());
    let returning = receiver.clone();
    let routes = grpc::routes(receiver, settings.stream_in_flight_max)?;
    let grpc_serving =
        service::grpc::serve("ingest", grpc_listener, routes, grpc::SERVICES, &process.health, shutdown.clone()).await;

    let (http, grpc) = (http_serving.address(), grpc_serving.address());
    let ended = tokio::spawn(async move {
        let counting = tokio::spawn(ledger::flush_until_end(
            Arc::clone(&ledger),
            journal.clone(),
            process.clock.clone(),
            process.shutdown.clone(),
            settings.ledger_seconds,
        ));
        let followed = index::follow(&process, &journal, &index, || {
            // What was brought back when the process ended goes on now; no post waits for it.
            tokio::spawn(async move { returning.finish_returns().await });
        })
        .await;
        http_serving.ended().await?;
        grpc_serving.ended().await?;
        counting.await.context("the loss ledger stopped unexpectedly")?;
        // What came in while the listeners drained is counted too.
        ledger.flush(&journal, process.clock.now()).await;
        followed
    });
    Ok(Started { http, grpc, ended })
}

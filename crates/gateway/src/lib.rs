//! The gateway: the one door for people and for other systems.
//!
//! It keeps nothing and decides nothing. What it is asked over HTTP it asks the services over gRPC, and what they say
//! it says again in canonical JSON:
//!
//! - [`endpoints`] is the one table of what can be asked; it makes the router ([`api`]) and the document ([`openapi`]);
//! - [`asyncapi`] is the document of those who listen: the log's subjects, and the stream of events;
//! - [`contract`] knows the messages from their descriptors, [`read`] holds requests against them;
//! - [`upstream`] are the services behind the door, each of which may be away without the others;
//! - [`events`] tells every browser what changes, from one watch of each upstream;
//! - [`grpc_web`] lets the generated clients of browsers through, byte by byte;
//! - [`console`] serves the web console that is embedded in the binary;
//! - [`guard`] sets the headers that keep browsers from being talked into anything.
//!
//! An upstream that is away is a 503 that names it and a readiness that says so; the gateway itself stays up.

mod api;
mod asyncapi;
mod console;
mod contract;
mod endpoints;
mod events;
mod grpc_web;
mod guard;
mod openapi;
mod read;
mod upstream;

use anyhow::Context as _;
use events::Events;
use service::{Process, Shutdown};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinHandle;
use upstream::Upstreams;

service::section! {
    /// The gateway: console, JSON, event stream and gRPC-Web for people and other systems.
    #[derive(Clone)]
    pub struct Settings in "gateway" {
        /// Address of the HTTP listener.
        pub listen: SocketAddr = "127.0.0.1:8080".parse().expect("an address"),
        /// Where routing is: conversations, desk, brands. A gRPC address, http:// or https://.
        pub routing: String = "http://127.0.0.1:7420".to_owned(),
        /// Where analytics is: measures, intake.
        pub analytics: String = "http://127.0.0.1:7450".to_owned(),
        /// Where ingest is: posts that come in as JSON.
        pub ingest: String = "http://127.0.0.1:7411".to_owned(),
        /// Where the classifier is.
        pub classifier: String = "http://127.0.0.1:7430".to_owned(),
        /// Where the notifier is: the outbox.
        pub notifier: String = "http://127.0.0.1:7440".to_owned(),
        /// Seconds that a service may take to answer one request.
        #[range(1..=300)]
        pub request_timeout_seconds: u64 = 10,
        /// Largest request body in bytes.
        #[range(1024..=4_194_304)]
        pub body_max_bytes: usize = 1_048_576,
        /// Changes kept for browsers that come back and for slow ones; about 1 KB each.
        #[range(16..=1_000_000)]
        pub events_kept_max: usize = 8_192,
    }
    check |settings, at| {
        for (key, url) in settings.upstreams() {
            upstream::check(url).map_err(|problem| at.refuse(key, problem, "write http://HOST:PORT"))?;
        }
        Ok(())
    }
}

impl Settings {
    /// The upstreams by the name of their setting, which is that of the service.
    fn upstreams(&self) -> [(&'static str, &str); 5] {
        [
            ("routing", &self.routing),
            ("analytics", &self.analytics),
            ("ingest", &self.ingest),
            ("classifier", &self.classifier),
            ("notifier", &self.notifier),
        ]
    }
}

/// What a started gateway tells.
pub struct Started {
    /// Where console and APIs are.
    pub http: SocketAddr,
    /// Ends when the process is asked to stop and the drain is over.
    pub ended: JoinHandle<anyhow::Result<()>>,
}

/// What every request may need.
struct Gateway {
    upstreams: Upstreams,
    events: Events,
    console: console::Console,
    shutdown: Shutdown,
    request_timeout: Duration,
    body_max_bytes: usize,
}

/// Runs the gateway until the process is asked to stop.
///
/// # Errors
/// A setting is wrong, or the listener cannot be had.
pub async fn run(process: Process) -> anyhow::Result<()> {
    start(process).await?.ended.await.context("the gateway stopped unexpectedly")?
}

/// Binds the listener, begins to look after the services behind it, and returns. They need not be there yet.
///
/// # Errors
/// A setting is wrong, or the listener cannot be had.
pub async fn start(process: Process) -> anyhow::Result<Started> {
    let settings: Settings = process.config.section()?;
    let upstreams = Upstreams::connect(&settings)?;
    let listener = service::listen::bind("gateway.listen", settings.listen).await?;
    let shutdown = process.shutdown.clone();
    let mut tasks = upstreams.look_after(&process.health, &shutdown);
    let events = Events::new(&upstreams, settings.events_kept_max);
    tasks.extend(events.follow(&shutdown));
    let gateway = Arc::new(Gateway {
        upstreams,
        events,
        console: console::Console::embedded(),
        shutdown: shutdown.clone(),
        request_timeout: Duration::from_secs(settings.request_timeout_seconds),
        body_max_bytes: settings.body_max_bytes,
    });
    let serving = service::http::serve("gateway", listener, api::router(gateway), shutdown);
    let http = serving.address();
    let ended = tokio::spawn(async move {
        serving.ended().await?;
        for task in tasks {
            task.await.context("a task of the gateway stopped unexpectedly")?;
        }
        Ok(())
    });
    Ok(Started { http, ended })
}

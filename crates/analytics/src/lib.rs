//! Analytics: measures over the log.
//!
//! The service follows every record ([`writer`]), folds it into the state of its conversation ([`fold`]) and keeps what each
//! conversation counts for ([`figures`]) in a SQLite file ([`store`]) together with the position in the log, in one
//! transaction: exact after a crash at any moment, and rebuilt when it is missing, outdated or corrupt. Queries read it over
//! connections of their own ([`reads`]), watchers share boards of live figures ([`board`]), and [`catalogue`] says what every
//! measure means. [`recompute`] works the same measures out from the log a second time, in plain code, to hold the two
//! against each other.

mod answers;
mod board;
pub mod catalogue;
pub mod changes;
mod course;
pub mod export;
mod figures;
mod fold;
mod gather;
mod gauges;
mod grpc;
mod happened;
mod held;
mod interval;
pub mod local;
mod minutes;
mod query;
mod reads;
pub mod recompute;
pub mod scorecard;
pub mod sketch;
mod store;
mod verify;
mod work;
mod writer;

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

pub use query::{Dimension, Filter, Query};
pub use verify::{Difference, Verification, VerifyError, verify};

use anyhow::Context as _;
use board::Boards;
use gauges::Gauges;
use grpc::Analytics;
use journal::Journal;
use reads::Reads;
use scorecard::Card;
use service::Process;
use std::net::SocketAddr;
use std::path::PathBuf;
use store::Trouble;
use store::files::{Files, Lock, LockError};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use writer::{Shared, Writer};

/// What of the log measures are made of.
fn followed() -> Vec<String> {
    use wire::subjects::{BRANDS, CONVERSATIONS, CUSTOMERS, FILTERED, NOTICES};
    [CONVERSATIONS, FILTERED, BRANDS, CUSTOMERS, NOTICES].map(str::to_owned).to_vec()
}

service::section! {
    /// Analytics: measures over the log.
    #[derive(Clone)]
    pub struct Settings in "analytics" {
        /// Address of the gRPC listener (AnalyticsService).
        pub listen: SocketAddr = "127.0.0.1:7450".parse().expect("an address"),
        /// Directory of the projection. It may be deleted while the service is stopped, and is rebuilt from the log.
        pub data_dir: PathBuf = ".earshot/analytics".into(),
        /// Milliseconds that a live record may wait for others before the projection is written.
        #[range(1..=1000)]
        pub commit_milliseconds: u64 = 50,
        /// Records written in one transaction at most.
        #[range(1..=1_000_000)]
        pub commit_records_max: usize = 20_000,
        /// Conversations kept in memory, about 1 KiB each; the others are read from the projection when they go on.
        #[range(100..=10_000_000)]
        pub conversations_in_memory_max: usize = 50_000,
        /// A file with the weights of the scorecard (docs/scorecard.md); those that come with Earshot when it is empty.
        pub scorecard_file: PathBuf = PathBuf::new(),
        /// Queries that run at once; more wait.
        #[range(1..=64)]
        pub queries_at_once_max: usize = 2,
    }
    check |settings, at| {
        if settings.data_dir.as_os_str().is_empty() {
            return Err(at.refuse("data_dir", "is empty", "name a directory on a disk that is kept"));
        }
        Ok(())
    }
}

/// What a started service tells.
pub struct Started {
    pub grpc: SocketAddr,
    /// Ends when the process is asked to stop and the drain is over.
    pub ended: JoinHandle<anyhow::Result<()>>,
}

/// Runs analytics until the process is asked to stop.
pub async fn run(process: Process, journal: Journal) -> anyhow::Result<()> {
    start(process, journal).await?.ended.await.context("analytics stopped unexpectedly")?
}

/// Takes the right to write the projection, binds the listener, begins to follow the log, and returns.
///
/// # Errors
/// A wrong setting, a port in use, a directory that cannot be used, another process that writes there. A full disk is no
/// error: it is said on the health page, and gone on from when there is space.
pub async fn start(process: Process, journal: Journal) -> anyhow::Result<Started> {
    let journal = journal.measured(&service::metrics::meter(), "analytics");
    let settings: Settings = process.config.section()?;
    let files = Files::new(&settings.data_dir);
    let card = card(&process, &settings)?;
    let lock = lock(&process, &files)?;
    let listener = service::listen::bind("analytics.listen", settings.listen).await?;
    let reads = Reads::new(settings.queries_at_once_max);
    let (changed, changes) = watch::channel(0);
    let gauges = Gauges::new();
    let shared = Shared { files, reads: reads.clone(), changed, gauges: gauges.clone() };
    let writer = Writer::new(&process, journal, &settings, lock, shared);
    let boards = Boards::new(reads.clone(), process.clock.clone(), process.shutdown.clone(), changes);
    let routes = grpc::routes(Analytics {
        reads: reads.clone(),
        boards,
        card,
        clock: process.clock.clone(),
        shutdown: process.shutdown.clone(),
    })?;
    let serving =
        service::grpc::serve(writer::NAME, listener, routes, grpc::SERVICES, &process.health, process.shutdown.clone())
            .await;
    let grpc = serving.address();
    tokio::spawn(gauges.keep(reads, process.clock.clone(), process.shutdown.clone()));
    let ended = tokio::spawn(async move {
        let followed = writer.run().await;
        serving.ended().await?;
        followed
    });
    Ok(Started { grpc, ended })
}

/// The scorecard of the operator's file, or the one that comes with Earshot.
///
/// # Errors
/// The file cannot be read or is no scorecard: a wrong setting.
pub fn card(process: &Process, settings: &Settings) -> anyhow::Result<Card> {
    let file = &settings.scorecard_file;
    if file.as_os_str().is_empty() {
        return Ok(Card::default());
    }
    let refuse = |what: String| process.config.refuse("analytics.scorecard_file", &what, "see docs/scorecard.md");
    let text = std::fs::read_to_string(file).map_err(|error| refuse(format!("cannot be read ({error})")))?;
    Ok(Card::parse(&text).map_err(|error| refuse(format!("is not sound ({error})")))?)
}

/// The right to write; none while the disk is full, and then the writer goes on trying.
fn lock(process: &Process, files: &Files) -> anyhow::Result<Option<Lock>> {
    match files.lock() {
        Ok(lock) => Ok(Some(lock)),
        Err(LockError::Store(error)) if error.trouble == Trouble::Full => Ok(None),
        Err(LockError::Store(error)) => {
            let cure = "name a directory that this user may write in";
            Err(process.config.refuse("analytics.data_dir", &format!("cannot be used ({error})"), cure).into())
        }
        Err(held) => Err(held.into()),
    }
}

//! The writer: follows the log and keeps the projection in step with it. It never ends before the process does: a full
//! disk, a broken disk, a corrupt file are said on the health page and tried again, and the log waits meanwhile.

use crate::Settings;
use crate::fold::{FirstResponse, Position};
use crate::gather::{Bounds, Gather};
use crate::gauges::Gauges;
use crate::reads::Reads;
use crate::store::files::{Files, Lock, LockError};
use crate::store::{StoreError, Trouble};
use crate::work::Work;
use anyhow::Context as _;
use journal::{Item, Journal, JournalError, TailConfig};
use service::health::Check;
use service::metrics::{Outcome, ServiceMetrics};
use service::{Process, Shutdown, telemetry};
use std::collections::VecDeque;
use std::pin::pin;
use std::time::{Duration, Instant};
use tokio::sync::watch;

pub const NAME: &str = "analytics";
const PAUSE_FIRST: Duration = Duration::from_millis(100);
const PAUSE_LONGEST: Duration = Duration::from_secs(30);
/// How often a rebuild says how far it is.
const PROGRESS_EVERY: Duration = Duration::from_secs(5);

/// Keeps the projection in step with the log.
pub struct Writer {
    journal: Journal,
    files: Files,
    reads: Reads,
    lock: Option<Lock>,
    changed: watch::Sender<u64>,
    check: Check,
    shutdown: Shutdown,
    metrics: ServiceMetrics,
    gauges: Gauges,
    bounds: Bounds,
    keep: usize,
    pause: Pause,
    live: bool,
    said: Instant,
}

/// How following ended.
enum Ended {
    Stopped,
    /// The files have to be looked at anew.
    Again,
}

/// Pauses that grow until something works.
struct Pause(Duration);

impl Pause {
    fn next(&mut self) -> Duration {
        let now = self.0;
        self.0 = (now * 2).min(PAUSE_LONGEST);
        now
    }

    fn reset(&mut self) {
        self.0 = PAUSE_FIRST;
    }
}

/// What the writer shares with the rest of the service.
pub struct Shared {
    pub files: Files,
    pub reads: Reads,
    /// Counts commits, for whoever waits for one.
    pub changed: watch::Sender<u64>,
    pub gauges: Gauges,
}

impl Writer {
    /// A writer that may write if `lock` is had; without one it goes on trying.
    pub fn new(process: &Process, journal: Journal, settings: &Settings, lock: Option<Lock>, shared: Shared) -> Self {
        let Shared { files, reads, changed, gauges } = shared;
        Writer {
            journal,
            files,
            reads,
            lock,
            changed,
            gauges,
            check: process.health.check("projection"),
            shutdown: process.shutdown.clone(),
            metrics: service::metrics::for_service(NAME),
            bounds: Bounds {
                records_max: settings.commit_records_max,
                window: Duration::from_millis(settings.commit_milliseconds),
            },
            keep: settings.conversations_in_memory_max,
            pause: Pause(PAUSE_FIRST),
            live: false,
            said: Instant::now(),
        }
    }

    /// Runs until the process is asked to stop.
    ///
    /// # Errors
    /// Only a defect ends it earlier.
    pub async fn run(mut self) -> anyhow::Result<()> {
        while let Some(work) = self.begin().await? {
            if let Ended::Stopped = self.follow(work).await? {
                break;
            }
            let pause = self.pause.next();
            self.shutdown.unless_begun(tokio::time::sleep(pause)).await;
        }
        Ok(())
    }

    /// Opens the projection, however long that takes. None: the process stops.
    async fn begin(&mut self) -> anyhow::Result<Option<Work>> {
        while !self.shutdown.is_begun() {
            let why = match self.try_begin().await? {
                Ok(work) => return Ok(Some(work)),
                Err(why) => why,
            };
            self.check.degraded(why);
            let pause = self.pause.next();
            self.shutdown.unless_begun(tokio::time::sleep(pause)).await;
        }
        Ok(None)
    }

    /// One try; the inner error is what to tell an operator.
    async fn try_begin(&mut self) -> anyhow::Result<Result<Work, String>> {
        let files = self.files.clone();
        if self.lock.is_none() {
            match blocking(move || files.lock()).await? {
                Ok(lock) => self.lock = Some(lock),
                Err(LockError::Store(error)) => return Ok(Err(error.advice(self.files.directory(), 0))),
                Err(held) => return Ok(Err(held.to_string())),
            }
        }
        let (files, keep) = (self.files.clone(), self.keep);
        let begun = match blocking(move || files.begin()).await? {
            Ok(begun) => begun,
            Err(error) => return Ok(Err(error.advice(self.files.directory(), 0))),
        };
        match is_of_this_log(&self.journal, begun.store.position()).await {
            Ok(true) => {}
            Ok(false) => {
                drop(begun.store);
                let moved = self.leave_behind("other-log", "it was made from another log").await?;
                return Ok(Err(moved.map_or_else(|error| error.to_string(), |()| "it is rebuilt".to_owned())));
            }
            Err(error) => return Ok(Err(format!("the log cannot be asked whether the projection is of it: {error}"))),
        }
        let (serves, reads) = (begun.serves.clone(), self.reads.clone());
        blocking(move || reads.point_at(serves)).await?;
        Ok(Ok(Work::new(begun, keep)))
    }

    /// Moves aside whatever is there. Nothing is served until a new file is.
    async fn leave_behind(&self, tag: &'static str, why: &'static str) -> anyhow::Result<Result<(), StoreError>> {
        let (files, reads) = (self.files.clone(), self.reads.clone());
        blocking(move || {
            reads.leave(|| {
                for path in [files.main(), files.next()] {
                    if path.exists() {
                        files.set_aside(&path, tag, why)?;
                    }
                }
                Ok(())
            })
        })
        .await
    }

    /// Leaves one file behind, with nothing beside it. Queries that are under way end first.
    async fn close(&self, work: Work) -> anyhow::Result<()> {
        let reads = self.reads.clone();
        blocking(move || reads.leave(|| work.close())).await
    }

    /// Follows the log from where the file stands.
    async fn follow(&mut self, work: Work) -> anyhow::Result<Ended> {
        self.live = false;
        let filters = crate::followed();
        let after_sequence = work.position().sequence;
        let mut gather = Gather::new(self.journal.tail(TailConfig { filters, after_sequence }), self.bounds);
        let Some(pending) = self.shutdown.unless_begun(gather.pending()).await else { return Ok(Ended::Stopped) };
        tracing::info!(after_sequence, pending, "the projection follows the log");
        let mut work = match self.settled(work, pending).await? {
            Ok(work) => work,
            Err(ended) => return Ok(ended),
        };
        loop {
            let shutdown = self.shutdown.clone();
            if shutdown.unless_begun(gather.ready()).await.is_none() || gather.is_closed() {
                self.close(work).await?;
                return Ok(Ended::Stopped);
            }
            work.add(gather.take());
            // The next batch comes in while this one is written.
            let mut writing = pin!(self.write(work));
            let mut full = false;
            let written = loop {
                tokio::select! {
                    biased;
                    written = &mut writing => break written?,
                    () = gather.ready(), if !full => full = true,
                }
            };
            work = match written {
                Ok(work) => work,
                Err(ended) => return Ok(ended),
            };
        }
    }

    /// Writes a batch, however long that takes.
    async fn write(&mut self, mut work: Work) -> anyhow::Result<Result<Work, Ended>> {
        let pending = work.batch().back().map_or(0, |item| item.pending);
        let _spans = if self.live { spans(work.batch()) } else { Vec::new() };
        let kinds = if self.live { kinds(work.batch()) } else { Vec::new() };
        let began = Instant::now();
        loop {
            let (stepped, result) = blocking(move || {
                let result = work.step();
                (work, result)
            })
            .await?;
            work = stepped;
            let Err(error) = result else { break };
            let sequence = work.position().sequence;
            self.check.degraded(error.advice(self.files.directory(), sequence));
            if error.trouble == Trouble::Corrupt {
                drop(work);
                if let Err(error) = self.leave_behind("corrupt", "it could not be read").await? {
                    tracing::error!(%error, "the corrupt projection cannot be moved aside");
                }
                return Ok(Err(Ended::Again));
            }
            let pause = self.pause.next();
            if self.shutdown.unless_begun(tokio::time::sleep(pause)).await.is_none() {
                self.close(work).await?;
                return Ok(Err(Ended::Stopped));
            }
        }
        self.pause.reset();
        for kind in &kinds {
            self.metrics.processed(kind, Outcome::Done, began.elapsed());
        }
        let answered = std::mem::take(&mut work.fold.first_responses);
        self.observe(&answered);
        self.settled(work, pending).await
    }

    /// Tells the others that something was written, and how the projection stands to the log.
    async fn settled(&mut self, work: Work, pending: u64) -> anyhow::Result<Result<Work, Ended>> {
        self.metrics.lag("projection", pending);
        let sequence = work.position().sequence;
        if pending > 0 {
            if !self.live && self.said.elapsed() >= PROGRESS_EVERY {
                self.said = Instant::now();
                tracing::info!(sequence, pending, "the projection is catching up with the log");
            }
            self.changed.send_modify(|commits| *commits += 1);
            return Ok(Ok(work));
        }
        let work = match work.rebuilds {
            false => work,
            true => {
                let (files, reads) = (self.files.clone(), self.reads.clone());
                match blocking(move || work.promote(&files, &reads)).await? {
                    Ok(work) => work,
                    Err(error) => {
                        self.check.degraded(error.advice(self.files.directory(), sequence));
                        return Ok(Err(Ended::Again));
                    }
                }
            }
        };
        if !self.live {
            self.live = true;
            tracing::info!(sequence, "the projection has caught up with the log");
        }
        self.check.ready();
        self.changed.send_modify(|commits| *commits += 1);
        Ok(Ok(work))
    }

    /// Only answers given while we watch; what is read again from the log was observed when it happened.
    fn observe(&self, answered: &[FirstResponse]) {
        if self.live {
            answered.iter().for_each(|answer| self.gauges.first_response(answer));
        }
    }
}

/// Whether the message at this position is the one that was folded. A log that was lost and begun anew, or put back to an
/// older day, has another one there or none.
async fn is_of_this_log(journal: &Journal, position: Position) -> Result<bool, JournalError> {
    if position.sequence == 0 {
        return Ok(true);
    }
    if journal.last_sequence().await? < position.sequence {
        return Ok(false);
    }
    // One that was moved to the archive or erased since says nothing.
    let there = journal.get(position.sequence).await?;
    Ok(there.is_none_or(|raw| raw.stored_at.as_nanosecond() == position.stored_at))
}

/// A span a record, which goes on with the trace that the record was written in; they end when the batch is written.
fn spans(batch: &VecDeque<Item>) -> Vec<tracing::Span> {
    let traced = batch.iter().filter_map(|item| item.traceparent.as_ref().map(|trace| (item, trace)));
    traced
        .map(|(item, trace)| {
            let span = tracing::info_span!("measure", otel.kind = "consumer", sequence = item.sequence);
            telemetry::set_parent(&span, trace);
            span
        })
        .collect()
}

fn kinds(batch: &VecDeque<Item>) -> Vec<&'static str> {
    let kind = |item: &Item| match &*item.entry {
        journal::Entry::Record(record) => record.facts.first().map_or("none", conversation::Fact::name),
        journal::Entry::Due(_) => "Due",
        journal::Entry::Undecodable { .. } => "undecodable",
    };
    batch.iter().map(kind).collect()
}

/// Runs what blocks on a thread where it may.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> anyhow::Result<T> {
    tokio::task::spawn_blocking(work).await.context("a piece of the projection's work ended unexpectedly")
}

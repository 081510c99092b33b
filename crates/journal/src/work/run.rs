//! The worker: takes messages into their lanes, runs handlers, and sees to every outcome.

use super::lanes::{Lanes, Piece, SUSPECT_AFTER, Taken};
use super::{Delivery, Feed, Source, WorkConfig};
use crate::entry::{self, Entry, Raw};
use crate::set_aside::UNDECODABLE;
use crate::{Journal, WorkError, trace};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

/// The first delay before another try; it doubles each time.
const FIRST_DELAY: Duration = Duration::from_millis(100);
const LONGEST_DELAY: Duration = Duration::from_secs(30);
/// The longest delay while something that everything needs is down.
const LONGEST_WAIT: Duration = Duration::from_secs(5);
/// Deliveries beyond `max_attempts` that only a dying worker explains.
const DEATHS_ALLOWED: u64 = 2;

pub(super) struct Worker<H> {
    journal: Journal,
    config: Arc<WorkConfig>,
    feed: Feed,
    handler: Arc<H>,
    lanes: Lanes,
    tasks: JoinSet<Result<(), WorkError>>,
    running: HashMap<Id, Arc<str>>,
    /// A message that may kill the worker runs alone.
    suspect_runs: bool,
    /// Only the first of those that came too often is set aside, since the others may just have been held with it.
    suspect_judged: bool,
}

impl<H, F> Worker<H>
where
    H: Fn(Delivery) -> F + Send + Sync + 'static,
    F: Future<Output = Result<(), WorkError>> + Send + 'static,
{
    pub fn new(journal: Journal, config: WorkConfig, feed: Feed, handler: H) -> Self {
        Worker {
            journal,
            config: Arc::new(config),
            feed,
            handler: Arc::new(handler),
            lanes: Lanes::default(),
            tasks: JoinSet::new(),
            running: HashMap::new(),
            suspect_runs: false,
            suspect_judged: false,
        }
    }

    pub async fn run(mut self, shutdown: CancellationToken) {
        tracing::info!(service = %self.config.service, filters = ?self.config.filters, "working on the log");
        let max_held = self.config.max_held();
        let mut touch = tokio::time::interval(self.config.ack_wait / 3);
        // Asked before anything is begun: a handler that ends at the same time must not make room for the next one.
        while !shutdown.is_cancelled() {
            self.start_what_may_run();
            let room = max_held.saturating_sub(self.lanes.held());
            let wake = self.lanes.next_wake();
            let idle = self.tasks.is_empty();
            tokio::select! {
                () = shutdown.cancelled() => break,
                Some(outcome) = self.tasks.join_next_with_id(), if !idle => self.settle(outcome).await,
                given = self.feed.next(room, idle), if room > 0 => self.take(given).await,
                () = sleep_until(wake), if wake.is_some() => self.lanes.wake(Instant::now()),
                _ = touch.tick() => self.ask_for_time().await,
            }
        }
        self.drain().await;
    }

    async fn take(&mut self, given: super::Given) {
        let (key, deliveries) = (given.key, given.deliveries);
        match self.lanes.take(given) {
            Taken::New if deliveries > 1 => {
                tracing::debug!(service = %self.config.service, sequence = key.1, deliveries, "a message came again");
            }
            Taken::New | Taken::Held => {}
            Taken::Finished(given) => self.feed.done(&given, false).await,
        }
    }

    fn start_what_may_run(&mut self) {
        while self.tasks.len() < self.config.max_in_flight && !self.suspect_runs {
            let Some((subject, piece)) = self.lanes.start(self.tasks.is_empty()) else {
                return;
            };
            self.suspect_runs = piece.given.deliveries >= SUSPECT_AFTER;
            let too_often = piece.given.deliveries > u64::from(self.config.max_attempts) + DEATHS_ALLOWED;
            if too_often && piece.tries == 0 && !self.suspect_judged {
                self.suspect_judged = true;
                piece.verdict =
                    Some(format!("the worker died {} times while it held this", piece.given.deliveries - 1));
            }
            let task = match &piece.verdict {
                Some(reason) => {
                    let (journal, service) = (self.journal.clone(), self.config.service.clone());
                    let (raw, reason, tries) = (piece.given.raw.clone(), reason.clone(), piece.tries);
                    self.tasks.spawn(set_aside(journal, service, raw, reason, tries))
                }
                None => {
                    piece.tries += 1;
                    let span = span(&self.config.service, piece);
                    trace::continue_from(&span, piece.given.raw.traceparent.as_deref());
                    let retried = piece.given.key.0 == Source::SetAside;
                    let attempt = attempt(piece);
                    let config = self.config.clone();
                    let handling = handle(self.handler.clone(), config, piece.given.raw.clone(), attempt, retried);
                    self.tasks.spawn(handling.instrument(span))
                }
            };
            self.running.insert(task.id(), subject);
        }
    }

    async fn settle(&mut self, outcome: Result<(Id, Result<(), WorkError>), JoinError>) {
        let (id, result) = match outcome {
            Ok((id, result)) => (id, result),
            Err(died) if died.is_panic() => (died.id(), Err(WorkError::retry("the handler panicked"))),
            Err(cancelled) => (cancelled.id(), Err(WorkError::Unavailable { why: "cancelled".to_owned() })),
        };
        let Some(subject) = self.running.remove(&id) else {
            return;
        };
        self.suspect_runs = false;
        match result {
            Ok(()) => {
                if let Some(piece) = self.lanes.finish(&subject) {
                    self.feed.done(&piece.given, piece.verdict.is_some()).await;
                }
            }
            Err(error) => self.failed(&subject, error),
        }
    }

    /// Parks the lane until the next try, of the message itself or of setting it aside.
    fn failed(&mut self, subject: &Arc<str>, error: WorkError) {
        let max_attempts = self.config.max_attempts;
        let Some(piece) = self.lanes.head(subject) else {
            return;
        };
        let (sequence, tries) = (piece.given.raw.sequence, piece.tries);
        let service = self.config.service.as_str();
        let delay = match error {
            WorkError::Retry { why, after } if tries < max_attempts => {
                let delay = after.unwrap_or_else(|| grown(tries, sequence, LONGEST_DELAY));
                tracing::warn!(service, sequence, tries, retry_in_ms = delay.as_millis() as u64, why, "work failed");
                delay
            }
            WorkError::Unavailable { why } => {
                piece.waits += 1;
                piece.tries = tries.saturating_sub(u32::from(piece.verdict.is_none()));
                let delay = grown(piece.waits, sequence, LONGEST_WAIT);
                tracing::warn!(service, sequence, retry_in_ms = delay.as_millis() as u64, why, "work waits");
                delay
            }
            WorkError::Retry { why, .. } | WorkError::Poison { why } => {
                tracing::error!(service, sequence, tries, why, "setting work aside");
                piece.verdict = Some(why);
                Duration::ZERO
            }
        };
        self.lanes.park(subject, Instant::now() + delay);
    }

    async fn ask_for_time(&mut self) {
        let now = Instant::now();
        let Some(since) = now.checked_sub(self.config.ack_wait / 4) else {
            return;
        };
        for piece in self.lanes.untouched_since(since) {
            piece.touched = now;
            self.feed.more_time(&piece.given).await;
        }
    }

    /// Lets handlers end within the limit; everything else goes back, in order.
    async fn drain(mut self) {
        let running: HashSet<Arc<str>> = self.running.values().cloned().collect();
        for piece in self.lanes.give_up_waiting(&running) {
            self.feed.give_back(&piece.given).await;
        }
        let limit = Instant::now() + self.config.drain;
        let mut touch = tokio::time::interval(self.config.ack_wait / 3);
        while !self.tasks.is_empty() {
            tokio::select! {
                Some(outcome) = self.tasks.join_next_with_id() => self.settle(outcome).await,
                () = tokio::time::sleep_until(limit) => {
                    tracing::warn!(service = %self.config.service, unfinished = self.tasks.len(),
                        "handlers did not end in time; their messages come again");
                    break;
                }
                _ = touch.tick() => self.ask_for_time().await,
            }
        }
        self.tasks.shutdown().await;
        for piece in self.lanes.give_up_waiting(&HashSet::new()) {
            self.feed.give_back(&piece.given).await;
        }
        // What was just said to the server must leave before the process does.
        if let Err(error) = self.journal.flush().await {
            tracing::warn!(service = %self.config.service, %error, "what was done last may come again");
        }
        tracing::info!(service = %self.config.service, "stopped working on the log");
    }
}

async fn sleep_until(wake: Option<Instant>) {
    match wake {
        Some(wake) => tokio::time::sleep_until(wake).await,
        None => std::future::pending().await,
    }
}

/// Doubles with each try, spread by a quarter so that what failed together is not tried together.
fn grown(tries: u32, sequence: u64, longest: Duration) -> Duration {
    let doubled = FIRST_DELAY.saturating_mul(1 << tries.saturating_sub(1).min(16)).min(longest);
    doubled.mul_f64(1.0 - (sequence % 16) as f64 / 64.0)
}

fn attempt(piece: &Piece) -> u32 {
    let earlier = u32::try_from(piece.given.deliveries.saturating_sub(1)).unwrap_or(u32::MAX);
    piece.tries.saturating_add(earlier)
}

async fn set_aside(journal: Journal, service: String, raw: Raw, reason: String, tries: u32) -> Result<(), WorkError> {
    let done = journal.set_aside(&service, &raw, &reason, tries).await;
    // Until it is set aside it is not acknowledged: nothing may be dropped.
    done.map_err(|error| WorkError::Unavailable { why: error.to_string() })
}

async fn handle<H, F>(
    handler: Arc<H>,
    config: Arc<WorkConfig>,
    raw: Raw,
    attempt: u32,
    retried: bool,
) -> Result<(), WorkError>
where
    H: Fn(Delivery) -> F,
    F: Future<Output = Result<(), WorkError>>,
{
    let entry = match entry::read(&raw.subject, &raw.payload) {
        // An instruction to the server, nothing to handle.
        None => return Ok(()),
        Some(Entry::Undecodable { reason }) => return Err(WorkError::poison(format!("{UNDECODABLE}: {reason}"))),
        Some(Entry::Record(record)) if !config.wants_facts(&entry::fact_names(&record)) => return Ok(()),
        Some(entry) => entry,
    };
    let span = tracing::Span::current();
    if !span.is_disabled() {
        span.record("facts", entry.kinds());
    }
    let Raw { sequence, subject, stored_at, traceparent, .. } = raw;
    handler(Delivery { sequence, subject, entry, attempt, stored_at, traceparent, retried }).await
}

fn span(service: &str, piece: &Piece) -> tracing::Span {
    let raw = &piece.given.raw;
    let mut tokens = raw.subject.split('.').skip(3);
    let (name, template) = match tokens.next() {
        Some("conversation") => ("process conversation", wire::subjects::CONVERSATIONS),
        Some("brand") => ("process brand", wire::subjects::BRANDS),
        Some("filtered") => ("process filtered", wire::subjects::FILTERED),
        Some("due") => ("process due", wire::subjects::DUE),
        _ => ("process", wire::subjects::ALL),
    };
    tracing::info_span!(
        "process",
        otel.name = name,
        otel.kind = "consumer",
        messaging.system = "nats",
        messaging.operation.r#type = "process",
        messaging.destination.template = template,
        service,
        sequence = raw.sequence,
        conversation = tokens.next(),
        attempt = attempt(piece),
        facts = tracing::field::Empty,
    )
}

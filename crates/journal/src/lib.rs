//! The log: where every fact stands, and nothing else is truth.
//!
//! [`Journal`] is the door to it, over NATS JetStream or over a twin in memory that behaves the same:
//!
//! - [`append`](Journal::append) writes one record after the newest one that its decision saw;
//!   [`transact`](Journal::transact) loads, decides and appends, and again on conflict;
//! - [`load`](Journal::load) and [`find`](Journal::find) read one conversation;
//! - [`work`](Journal::work) handles every message once it is there, with acknowledgement, retries and a place for
//!   what fails; [`tail`](Journal::tail) follows the log in order, for projections;
//! - [`arm`](Journal::arm) and [`cancel`](Journal::cancel) set the clock for deadlines;
//! - checkpoints make the first read after a restart short.

mod config;
mod entry;
mod error;
mod filters;
mod jetstream;
mod memory;
mod metrics;
pub mod nats_server;
mod set_aside;
mod tail;
#[cfg(feature = "testing")]
pub mod testing;
mod trace;
mod transact;
mod work;

pub use config::{JournalConfig, Profile};
pub use entry::{Appended, Entry, Loaded, Raw, Stored};
pub use error::{AppendError, JournalError, TransactError, WorkError};
pub use set_aside::{SetAside, can_retry};
pub use tail::{Item, Tail, TailConfig};
pub use transact::{Done, Draft, MAX_ROUNDS};
pub use wire::Due;
pub use work::{Delivery, WorkConfig};

use bytes::Bytes;
use conversation::{ConversationId, Record, Subject};
use jiff::Timestamp;
use metrics::Metrics;
use opentelemetry::metrics::Meter;
use std::sync::Arc;
use std::time::Instant;

/// The log. Cheap to clone; all clones share one connection.
#[derive(Clone)]
pub struct Journal {
    kind: Kind,
    metrics: Option<Arc<Metrics>>,
}

#[derive(Clone)]
enum Kind {
    JetStream(Arc<jetstream::Log>),
    Memory(Arc<memory::Log>),
}

impl Journal {
    /// Connects to the log and makes its streams when they are absent.
    ///
    /// Waits for nats-server as long as it takes and says so in the log with growing delay; drop the future to give
    /// up.
    ///
    /// # Errors
    /// What waiting does not cure: a wrong setting, a refused connection, a server older than 2.15, a stream or a sync
    /// mode below the profile.
    pub async fn connect(config: JournalConfig) -> Result<Self, JournalError> {
        Ok(Journal { kind: Kind::JetStream(Arc::new(jetstream::Log::connect(config).await?)), metrics: None })
    }

    /// The twin in memory, with its clock at `start`. Everything in it is gone with its last clone.
    pub fn memory(start: Timestamp) -> Self {
        Journal { kind: Kind::Memory(Arc::new(memory::Log::new(start))), metrics: None }
    }

    /// The same log, with what is written through it counted under the name of a service.
    #[must_use]
    pub fn measured(self, meter: &Meter, service: &'static str) -> Self {
        Journal { metrics: Some(Arc::new(Metrics::new(meter, service))), ..self }
    }

    /// Turns the clock of the twin in memory and fires the timers that come due on the way, in order. On JetStream it
    /// does nothing: there the server's clock runs.
    pub fn advance(&self, to: Timestamp) {
        match &self.kind {
            Kind::JetStream(_) => {}
            Kind::Memory(log) => log.advance(to),
        }
    }

    /// Appends a record after `expected`, the sequence of the newest message of its subject (0: it has none yet).
    ///
    /// Safe to repeat with the same record: it is written once. While the log cannot be reached it is tried again, up
    /// to [`JournalConfig::patience`].
    pub async fn append(&self, record: &Record, expected: u64) -> Result<Appended, AppendError> {
        let began = Instant::now();
        let ended = match &self.kind {
            Kind::JetStream(log) => log.append(record, expected).await,
            Kind::Memory(log) => log.append(record, expected).await,
        };
        if let Some(metrics) = &self.metrics {
            metrics.append(record, began.elapsed(), &ended);
        }
        ended
    }

    /// Appends a fact that needs no decision after whatever stands on its subject now, such as the counts of a source.
    pub async fn add(&self, record: &Record) -> Result<Appended, AppendError> {
        let mut round = 0;
        loop {
            let last = self.last_of(&record.subject).await?;
            match self.append(record, last).await {
                Err(AppendError::Conflict { .. }) if round < 50 => round += 1,
                other => return other,
            }
        }
    }

    /// All records of a subject, in order.
    pub async fn load(&self, subject: &Subject) -> Result<Loaded, JournalError> {
        self.load_after(subject, 0).await
    }

    /// The records of a subject after a sequence, for whoever holds a state as of it.
    pub async fn load_after(&self, subject: &Subject, sequence: u64) -> Result<Loaded, JournalError> {
        let subject = wire::subjects::of(subject);
        match &self.kind {
            Kind::JetStream(log) => log.load(&subject, sequence).await,
            Kind::Memory(log) => Ok(log.load(&subject, sequence).await),
        }
    }

    /// All records of a conversation of which only the id is known; its subject stands in each record.
    pub async fn find(&self, conversation: &ConversationId) -> Result<Option<Loaded>, JournalError> {
        match &self.kind {
            Kind::JetStream(log) => log.find(conversation).await,
            Kind::Memory(log) => Ok(log.find(conversation).await),
        }
    }

    /// One message by its sequence.
    pub async fn get(&self, sequence: u64) -> Result<Option<Raw>, JournalError> {
        match &self.kind {
            Kind::JetStream(log) => log.get(sequence).await,
            Kind::Memory(log) => Ok(log.get(sequence)),
        }
    }

    /// The sequence of the newest message of a subject; 0 when it has none. Never old, also with three servers.
    pub async fn last_of(&self, subject: &Subject) -> Result<u64, JournalError> {
        let subject = wire::subjects::of(subject);
        match &self.kind {
            Kind::JetStream(log) => Ok(log.last_of(&subject).await?.map_or(0, |raw| raw.sequence)),
            Kind::Memory(log) => Ok(log.last_of(&subject)),
        }
    }

    /// The sequence of the newest message of the log, of whatever kind; 0 when it is empty.
    pub async fn last_sequence(&self) -> Result<u64, JournalError> {
        match &self.kind {
            Kind::JetStream(log) => log.last_sequence().await,
            Kind::Memory(log) => Ok(log.last_sequence()),
        }
    }

    /// Follows the log in order from a position that the reader keeps. Begins at once, in the background; resumes by
    /// itself after lost connections.
    pub fn tail(&self, config: TailConfig) -> Tail {
        match &self.kind {
            Kind::JetStream(log) => log.tail(config),
            Kind::Memory(log) => log.tail(config),
        }
    }

    /// Arms a timer, or replaces the one of the same conversation and kind. When it comes due it appears as
    /// [`Entry::Due`], at the earliest at its time and usually within 300 ms after; one in the past at once.
    /// Answers the sequence that [`cancel_armed`](Journal::cancel_armed) takes.
    pub async fn arm(&self, due: &Due) -> Result<u64, JournalError> {
        match &self.kind {
            Kind::JetStream(log) => log.arm(due).await,
            Kind::Memory(log) => Ok(log.arm(due)),
        }
    }

    /// Takes away the timer of this conversation and kind; answers whether there was one. It may come due in the same
    /// moment, so whoever handles [`Entry::Due`] asks the conversation whether it still matters.
    pub async fn cancel(&self, due: &Due) -> Result<bool, JournalError> {
        match &self.kind {
            Kind::JetStream(log) => log.cancel(due).await,
            Kind::Memory(log) => Ok(log.cancel(due, None)),
        }
    }

    /// Takes a timer away only if it is still the one that was armed with this sequence. `true` means that it has not
    /// come due and never will; `false` that it has, or was replaced or cancelled before.
    pub async fn cancel_armed(&self, due: &Due, armed: u64) -> Result<bool, JournalError> {
        match &self.kind {
            Kind::JetStream(log) => log.cancel_armed(due, armed).await,
            Kind::Memory(log) => Ok(log.cancel(due, Some(armed))),
        }
    }

    /// Keeps a projection as of a sequence, in place of an earlier one of this name.
    pub async fn save_checkpoint(&self, name: &str, sequence: u64, bytes: Bytes) -> Result<(), JournalError> {
        match &self.kind {
            Kind::JetStream(log) => log.save_checkpoint(name, sequence, bytes).await,
            Kind::Memory(log) => {
                log.save_checkpoint(name, sequence, bytes);
                Ok(())
            }
        }
    }

    /// The projection that was kept last, with its sequence. None when there is none, or when it is damaged: then
    /// the log is read from the start.
    pub async fn load_checkpoint(&self, name: &str) -> Result<Option<(u64, Bytes)>, JournalError> {
        match &self.kind {
            Kind::JetStream(log) => log.load_checkpoint(name).await,
            Kind::Memory(log) => Ok(log.load_checkpoint(name)),
        }
    }

    /// Everything that was set aside, the oldest first.
    pub async fn set_aside_list(&self) -> Result<Vec<SetAside>, JournalError> {
        match &self.kind {
            Kind::JetStream(log) => log.set_aside_list().await,
            Kind::Memory(log) => Ok(log.set_aside_list()),
        }
    }

    /// One item with the message that it is about.
    ///
    /// # Errors
    /// [`JournalError::NotFound`] when there is no such item.
    pub async fn set_aside_show(&self, id: &str) -> Result<(SetAside, Raw), JournalError> {
        match &self.kind {
            Kind::JetStream(log) => log.set_aside_show(id).await,
            Kind::Memory(log) => log.set_aside_show(id),
        }
    }

    /// Whether the connection stands, for readiness.
    pub fn is_connected(&self) -> bool {
        match &self.kind {
            Kind::JetStream(log) => log.is_connected(),
            Kind::Memory(_) => true,
        }
    }

    /// Sends what is still in the client's buffer; the last step of a drain.
    pub async fn flush(&self) -> Result<(), JournalError> {
        match &self.kind {
            Kind::JetStream(log) => log.flush().await,
            Kind::Memory(_) => Ok(()),
        }
    }

    fn reads_may_lag(&self) -> bool {
        match &self.kind {
            Kind::JetStream(log) => log.reads_may_lag(),
            Kind::Memory(_) => false,
        }
    }

    async fn feed(&self, config: &WorkConfig) -> Result<work::Feed, JournalError> {
        match &self.kind {
            Kind::JetStream(log) => Ok(work::Feed::JetStream(Box::new(
                jetstream::Feed::open(log.clone(), config, self.metrics.clone()).await?,
            ))),
            Kind::Memory(log) => Ok(work::Feed::Memory(memory::Feed::open(log.clone(), config))),
        }
    }

    async fn keep_set_aside(&self, service: &str, raw: &Raw, reason: &str, attempts: u32) -> Result<(), JournalError> {
        match &self.kind {
            Kind::JetStream(log) => log.keep_set_aside(service, raw, reason, attempts).await,
            Kind::Memory(log) => {
                log.keep_set_aside(service, raw, reason, attempts);
                Ok(())
            }
        }
    }

    async fn ask_for_retry(&self, item: &SetAside, raw: &Raw) -> Result<(), JournalError> {
        match &self.kind {
            Kind::JetStream(log) => log.ask_for_retry(item, raw).await,
            Kind::Memory(log) => {
                log.ask_for_retry(item);
                Ok(())
            }
        }
    }
}

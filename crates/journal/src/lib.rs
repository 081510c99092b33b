//! The log: where every fact stands, and nothing else is truth.
//!
//! [`Journal`] is the door to it, over NATS JetStream or over a twin in memory that behaves the same:
//!
//! - [`append`](Journal::append) writes one record after the newest one that its decision saw;
//!   [`transact`](Journal::transact) loads, decides and appends, and again on conflict;
//! - [`load`](Journal::load) and [`find`](Journal::find) read one conversation;
//! - [`tail`](Journal::tail) follows the log in order, for projections.

mod config;
mod entry;
mod error;
mod jetstream;
mod tail;
mod trace;
mod transact;

pub use config::{JournalConfig, Profile};
pub use entry::{Appended, Entry, Loaded, Raw, Stored};
pub use error::{AppendError, JournalError, TransactError, WorkError};
pub use tail::{Item, Tail, TailConfig};
pub use transact::{Done, Draft, MAX_ROUNDS};
pub use wire::Due;

use conversation::{ConversationId, Record, Subject};
use std::sync::Arc;

/// The log. Cheap to clone; all clones share one connection.
#[derive(Clone)]
pub struct Journal {
    kind: Kind,
}

#[derive(Clone)]
enum Kind {
    JetStream(Arc<jetstream::Log>),
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
        Ok(Journal { kind: Kind::JetStream(Arc::new(jetstream::Log::connect(config).await?)) })
    }

    /// Appends a record after `expected`, the sequence of the newest message of its subject (0: it has none yet).
    ///
    /// Safe to repeat with the same record: it is written once. While the log cannot be reached it is tried again, up
    /// to [`JournalConfig::patience`].
    pub async fn append(&self, record: &Record, expected: u64) -> Result<Appended, AppendError> {
        match &self.kind {
            Kind::JetStream(log) => log.append(record, expected).await,
        }
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
        }
    }

    /// All records of a conversation of which only the id is known; its subject stands in each record.
    pub async fn find(&self, conversation: &ConversationId) -> Result<Option<Loaded>, JournalError> {
        match &self.kind {
            Kind::JetStream(log) => log.find(conversation).await,
        }
    }

    /// One message by its sequence.
    pub async fn get(&self, sequence: u64) -> Result<Option<Raw>, JournalError> {
        match &self.kind {
            Kind::JetStream(log) => log.get(sequence).await,
        }
    }

    /// The sequence of the newest message of a subject; 0 when it has none. Never old, also with three servers.
    pub async fn last_of(&self, subject: &Subject) -> Result<u64, JournalError> {
        let subject = wire::subjects::of(subject);
        let last = match &self.kind {
            Kind::JetStream(log) => log.last_of(&subject).await?,
        };
        Ok(last.map_or(0, |raw| raw.sequence))
    }

    /// The sequence of the newest message of the log, of whatever kind; 0 when it is empty.
    pub async fn last_sequence(&self) -> Result<u64, JournalError> {
        match &self.kind {
            Kind::JetStream(log) => log.last_sequence().await,
        }
    }

    /// Follows the log in order from a position that the reader keeps. Begins at once, in the background; resumes by
    /// itself after lost connections.
    pub fn tail(&self, config: TailConfig) -> Tail {
        match &self.kind {
            Kind::JetStream(log) => log.tail(config),
        }
    }

    /// Whether the connection stands, for readiness.
    pub fn is_connected(&self) -> bool {
        match &self.kind {
            Kind::JetStream(log) => log.is_connected(),
        }
    }

    /// Sends what is still in the client's buffer; the last step of a drain.
    pub async fn flush(&self) -> Result<(), JournalError> {
        match &self.kind {
            Kind::JetStream(log) => log.flush().await,
        }
    }

    fn reads_may_lag(&self) -> bool {
        match &self.kind {
            Kind::JetStream(log) => log.reads_may_lag(),
        }
    }
}

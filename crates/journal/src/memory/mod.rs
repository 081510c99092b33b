//! The twin in memory: the same answers as the log on JetStream, without a server and with a clock that the test
//! turns. Records stand in it as bytes, so that what cannot be written cannot be read here either.

mod feed;
mod side;
mod state;
mod tail;

pub(crate) use feed::Feed;

use crate::AppendError;
use crate::entry::{self, Appended, Entry, Loaded, Raw, Stored};
use bytes::Bytes;
use conversation::{ConversationId, Record};
use jiff::Timestamp;
use state::State;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;
use wire::{Due, subjects};

/// As on a server with its usual limits.
const PAYLOAD_LIMIT: usize = (1 << 20) - (16 << 10);

pub(crate) struct Log {
    state: Mutex<State>,
    /// Counts changes, for whoever waits for one.
    changed: watch::Sender<u64>,
}

impl Log {
    pub fn new(start: Timestamp) -> Self {
        Log { state: Mutex::new(State::new(start)), changed: watch::Sender::new(0) }
    }

    fn locked(&self) -> MutexGuard<'_, State> {
        // No code that holds it can panic half-way through a change.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self) {
        self.changed.send_modify(|changes| *changes += 1);
    }

    pub async fn append(&self, record: &Record, expected: u64) -> Result<Appended, AppendError> {
        // A real append lets others run in between, and so does this one.
        tokio::task::yield_now().await;
        let subject = subjects::of(&record.subject);
        let payload = wire::encode(record);
        if payload.len() > PAYLOAD_LIMIT {
            return Err(AppendError::TooLarge { bytes: payload.len(), limit: PAYLOAD_LIMIT });
        }
        let id = record.id.to_string();
        let mut state = self.locked();
        let last = state.events.last_of(&subject);
        if last != expected {
            // Guarded as it was, an earlier try can only be the very next message of the subject.
            return match state.events.next_of(&subject, expected + 1) {
                Some(next) if next.message_id.as_deref() == Some(&id) => {
                    Ok(Appended { sequence: next.sequence, duplicate: true })
                }
                _ => Err(AppendError::Conflict { expected }),
            };
        }
        if let Some(sequence) = state.known_id(&id) {
            let elsewhere = state.events.get(sequence).filter(|stored| stored.subject != subject);
            return match elsewhere {
                Some(stored) => Err(AppendError::Elsewhere { sequence, subject: stored.subject.clone() }),
                None => Ok(Appended { sequence, duplicate: true }),
            };
        }
        let sequence = state.store(subject, payload, crate::trace::current(), Some(id));
        drop(state);
        self.tell();
        Ok(Appended { sequence, duplicate: false })
    }

    /// Stores bytes as they are, for tests of what cannot be read.
    #[cfg(feature = "testing")]
    pub fn inject(&self, subject: &str, payload: Bytes) -> u64 {
        let sequence = self.locked().store(subject.to_owned(), payload, None, None);
        self.tell();
        sequence
    }

    pub async fn load(&self, subject: &str, after: u64) -> Loaded {
        tokio::task::yield_now().await;
        let state = self.locked();
        let mut loaded = Loaded { last_sequence: after, ..Loaded::default() };
        for raw in state.events.of_subject(subject, after) {
            let sequence = raw.sequence;
            loaded.last_sequence = sequence;
            match entry::read(subject, &raw.payload) {
                Some(Entry::Record(record)) => loaded.entries.push(Stored { sequence, record }),
                Some(Entry::Undecodable { .. }) => loaded.undecodable.push(sequence),
                Some(Entry::Due(_)) | None => {}
            }
        }
        loaded
    }

    pub async fn find(&self, conversation: &ConversationId) -> Option<Loaded> {
        let subject = self.locked().subject_of(conversation)?;
        Some(self.load(&subject, 0).await)
    }

    pub fn get(&self, sequence: u64) -> Option<Raw> {
        self.locked().events.get(sequence).cloned()
    }

    pub fn last_of(&self, subject: &str) -> u64 {
        self.locked().events.last_of(subject)
    }

    pub fn last_sequence(&self) -> u64 {
        self.locked().events.last_sequence
    }

    pub fn arm(&self, due: &Due) -> u64 {
        let armed = self.locked().arm(due);
        self.tell();
        armed
    }

    pub fn cancel(&self, due: &Due, armed: Option<u64>) -> bool {
        self.locked().cancel(&subjects::timer(due), armed)
    }

    pub fn advance(&self, to: Timestamp) {
        self.locked().advance(to);
        self.tell();
    }

    pub fn save_checkpoint(&self, name: &str, sequence: u64, bytes: Bytes) {
        self.locked().checkpoints.insert(name.to_owned(), (sequence, bytes));
    }

    pub fn load_checkpoint(&self, name: &str) -> Option<(u64, Bytes)> {
        self.locked().checkpoints.get(name).cloned()
    }
}

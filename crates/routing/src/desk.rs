//! The view behind a lock, and the news of its changes.

use crate::tellings::Telling;
use crate::view::{BrandEntry, Entry, View};
use brand::Brand;
use conversation::{BrandId, Conversation, ConversationId, Fact, NoticeId, PersonId, Record, Subject};
use jiff::{SignedDuration, Timestamp};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use tokio::sync::broadcast;

/// How many changes a slow watcher may fall behind before it is caught up from the view.
const CHANGES_KEPT: usize = 4_096;

/// How many words of who writes a slow watcher may fall behind; what it misses is told again with the next letters.
const WRITING_KEPT: usize = 256;

/// Somebody writes an answer at this moment. Those who watch are told; it is kept nowhere.
#[derive(Debug, Clone)]
pub struct Writing {
    pub conversation: ConversationId,
    pub brand: BrandId,
    pub person: PersonId,
    pub at: Timestamp,
}

/// A conversation changed.
#[derive(Debug, Clone)]
pub struct Changed {
    pub sequence: u64,
    pub conversation: ConversationId,
    pub fact_kinds: Vec<&'static str>,
}

/// The view behind a lock that is never held across an await, and the news of its changes.
pub struct Desk {
    view: RwLock<View>,
    /// What the timer of each conversation is to be set to, where it has one.
    timers: Mutex<HashMap<ConversationId, Timestamp>>,
    /// Shift posts that are written down, with the time of the shift, so that nobody tries again to write them.
    shift_posts: Mutex<HashMap<NoticeId, Timestamp>>,
    changes: broadcast::Sender<Changed>,
    writing: broadcast::Sender<Writing>,
}

impl Default for Desk {
    fn default() -> Self {
        Desk {
            view: RwLock::default(),
            timers: Mutex::default(),
            shift_posts: Mutex::default(),
            changes: broadcast::channel(CHANGES_KEPT).0,
            writing: broadcast::channel(WRITING_KEPT).0,
        }
    }
}

impl Desk {
    pub fn read(&self) -> RwLockReadGuard<'_, View> {
        self.view.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn write(&self) -> RwLockWriteGuard<'_, View> {
        self.view.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn timers(&self) -> MutexGuard<'_, HashMap<ConversationId, Timestamp>> {
        self.timers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// When the conversation's timer is to come due.
    pub fn timer(&self, conversation: &ConversationId) -> Option<Timestamp> {
        self.timers().get(conversation).copied()
    }

    /// Notes when the conversation's timer is to come due, and answers whether that is news.
    pub fn note_timer(&self, conversation: ConversationId, look: Option<Timestamp>) -> bool {
        let mut timers = self.timers();
        let before = match look {
            Some(look) => timers.insert(conversation, look),
            None => timers.remove(&conversation),
        };
        before != look
    }

    /// Notes that a shift post is written down; those of days before are let go.
    pub fn note_shift_post(&self, notice: NoticeId, shift_at: Timestamp) {
        let mut known = self.shift_posts.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, at| shift_at.duration_since(*at) < SignedDuration::from_hours(24));
        known.insert(notice, shift_at);
    }

    pub fn knows_shift_post(&self, notice: &NoticeId) -> bool {
        self.shift_posts.lock().unwrap_or_else(PoisonError::into_inner).contains_key(notice)
    }

    /// Notes what people are to be told, until it is written down: a crash in between does not lose it.
    pub fn note_untold(&self, tellings: &[Telling]) {
        self.write().untold.extend_from_slice(tellings);
    }

    /// It is written down.
    pub fn note_told(&self, telling: &Telling) {
        self.write().untold.retain(|known| known != telling);
    }

    pub fn untold(&self) -> Vec<Telling> {
        self.read().untold.clone()
    }

    pub fn watch(&self) -> broadcast::Receiver<Changed> {
        self.changes.subscribe()
    }

    pub fn watch_writing(&self) -> broadcast::Receiver<Writing> {
        self.writing.subscribe()
    }

    /// Tells those who watch that somebody writes.
    pub fn writes(&self, writing: Writing) {
        // No receiver is no loss: nobody looks.
        let _ = self.writing.send(writing);
    }

    /// Folds a record of the log, in its order. Answers the conversations that have to be looked at because of it.
    pub fn fold(&self, sequence: u64, record: &Record) -> Vec<ConversationId> {
        let stirred = self.write().fold(sequence, record);
        if let Some(conversation) = record.subject.conversation().filter(|_| self.changes.receiver_count() > 0) {
            let fact_kinds = record.facts.iter().map(Fact::name).collect();
            // No receiver is no loss: whoever watches later begins with the view.
            let _ = self.changes.send(Changed { sequence, conversation, fact_kinds });
        }
        stirred
    }

    /// Takes over what a decision of this process has just made of a conversation, before the log brings it back.
    pub fn take_over(&self, subject: &Subject, state: Conversation, version: u64) {
        let Subject::Conversation { brand, customer, conversation } = subject else { return };
        self.write().put(
            *conversation,
            Entry { brand: brand.clone(), customer: *customer, state, version, spreaders_reach: 0 },
        );
    }

    pub fn entry(&self, conversation: &ConversationId) -> Option<Entry> {
        self.read().conversations.get(conversation).map(|entry| (**entry).clone())
    }

    /// The settings in force for a brand; the built-in ones when it has published none.
    pub fn brand(&self, id: &BrandId) -> Arc<Brand> {
        if let Some(entry) = self.read().brands.get(id) {
            return Arc::clone(&entry.brand);
        }
        let mut view = self.write();
        Arc::clone(&view.brands.entry(id.clone()).or_insert_with(|| BrandEntry::builtin(id)).brand)
    }
}

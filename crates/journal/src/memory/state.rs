//! What the twin holds, and how it changes.

use super::side::Side;
use crate::entry::Raw;
use crate::filters::{Filters, is_about_timers};
use crate::jetstream::{DUPLICATE_WINDOW, TIMERS};
use bytes::Bytes;
use conversation::ConversationId;
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, HashMap, VecDeque};
use wire::{Due, subjects};

struct Timer {
    due: Due,
    armed: u64,
}

/// Messages under sequences of their own.
#[derive(Default)]
pub(super) struct Stream {
    pub last_sequence: u64,
    messages: BTreeMap<u64, Raw>,
    by_subject: HashMap<String, Vec<u64>>,
}

pub(super) struct State {
    pub now: Timestamp,
    pub events: Stream,
    /// What has come due.
    pub timers: Stream,
    conversations: HashMap<String, String>,
    ids: HashMap<String, u64>,
    /// When each id was seen, in order.
    id_times: VecDeque<(Timestamp, String)>,
    armed: BTreeMap<String, Timer>,
    pub checkpoints: HashMap<String, (u64, Bytes)>,
    pub side: Side,
}

impl Stream {
    pub fn get(&self, sequence: u64) -> Option<&Raw> {
        self.messages.get(&sequence)
    }

    pub fn after(&self, sequence: u64) -> impl Iterator<Item = &Raw> {
        self.messages.range(sequence + 1..).map(|(_, raw)| raw)
    }

    pub fn of_subject(&self, subject: &str, after: u64) -> impl Iterator<Item = &Raw> {
        let sequences = self.by_subject.get(subject).map(Vec::as_slice).unwrap_or_default();
        let from = sequences.partition_point(|sequence| *sequence <= after);
        sequences[from..].iter().filter_map(|sequence| self.messages.get(sequence))
    }

    pub fn last_of(&self, subject: &str) -> u64 {
        self.by_subject.get(subject).and_then(|sequences| sequences.last()).copied().unwrap_or(0)
    }

    pub fn next_of(&self, subject: &str, from: u64) -> Option<&Raw> {
        self.of_subject(subject, from.saturating_sub(1)).next()
    }
}

impl State {
    pub fn new(now: Timestamp) -> Self {
        State {
            now,
            events: Stream::default(),
            timers: Stream::default(),
            conversations: HashMap::new(),
            ids: HashMap::new(),
            id_times: VecDeque::new(),
            armed: BTreeMap::new(),
            checkpoints: HashMap::new(),
            side: Side::default(),
        }
    }

    pub fn store(
        &mut self,
        subject: String,
        payload: Bytes,
        traceparent: Option<String>,
        message_id: Option<String>,
    ) -> u64 {
        let stream = if is_about_timers(&subject) { &mut self.timers } else { &mut self.events };
        stream.last_sequence += 1;
        let sequence = stream.last_sequence;
        if let Some(id) = &message_id {
            self.ids.insert(id.clone(), sequence);
            self.id_times.push_back((self.now, id.clone()));
        }
        let mut tokens = subject.split('.').skip(3);
        if let (Some("conversation"), Some(id)) = (tokens.next(), tokens.next()) {
            self.conversations.insert(id.to_owned(), subject.clone());
        }
        stream.by_subject.entry(subject.clone()).or_default().push(sequence);
        let raw = Raw { sequence, subject, payload, stored_at: self.now, traceparent, message_id };
        stream.messages.insert(sequence, raw);
        sequence
    }

    /// The stream that filters are about.
    pub fn stream(&self, filters: &Filters) -> &Stream {
        if filters.stream() == TIMERS { &self.timers } else { &self.events }
    }

    pub fn subject_of(&self, conversation: &ConversationId) -> Option<String> {
        self.conversations.get(&conversation.to_string()).cloned()
    }

    /// The sequence of an id that is still in the duplicate window.
    pub fn known_id(&mut self, id: &str) -> Option<u64> {
        let window = SignedDuration::try_from(DUPLICATE_WINDOW).unwrap_or(SignedDuration::MAX);
        let oldest = self.now.checked_sub(window).unwrap_or(Timestamp::MIN);
        while let Some((at, _)) = self.id_times.front()
            && *at < oldest
        {
            if let Some((_, id)) = self.id_times.pop_front() {
                self.ids.remove(&id);
            }
        }
        self.ids.get(id).copied()
    }

    pub fn arm(&mut self, due: &Due) -> u64 {
        self.timers.last_sequence += 1;
        let armed = self.timers.last_sequence;
        self.armed.insert(subjects::timer(due), Timer { due: due.clone(), armed });
        // What is due already does not wait.
        self.advance(self.now);
        armed
    }

    /// Takes a timer away; with `armed`, only if it is still that one.
    pub fn cancel(&mut self, timer: &str, armed: Option<u64>) -> bool {
        let wanted = self.armed.get(timer).is_some_and(|timer| armed.is_none_or(|armed| timer.armed == armed));
        wanted && self.armed.remove(timer).is_some()
    }

    /// Turns the clock and fires what comes due on the way, in order of time. It never turns back.
    pub fn advance(&mut self, to: Timestamp) {
        let to = to.max(self.now);
        loop {
            let ripe = self.armed.iter().filter(|(_, timer)| timer.due.due_at <= to);
            let next = ripe.min_by_key(|(_, timer)| (timer.due.due_at, timer.armed));
            let Some(subject) = next.map(|(subject, _)| subject.clone()) else {
                break;
            };
            if let Some(Timer { due, .. }) = self.armed.remove(&subject) {
                self.now = self.now.max(due.due_at);
                self.store(subjects::due(&due), wire::encode_due(&due), None, None);
            }
        }
        self.now = to;
    }
}

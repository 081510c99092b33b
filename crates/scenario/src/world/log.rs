//! The log in memory, with the two rules that decisions rest on: an append names the sequence it was decided on, and a
//! record's id is written once for a subject.

use conversation::{ConversationId, Record, RecordId, Subject};
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

/// A record with its place in the log, from 1.
#[derive(Debug, Clone)]
pub struct Stored {
    pub sequence: u64,
    pub record: Rc<Record>,
}

#[derive(Debug, Default)]
pub struct Log {
    entries: Vec<Stored>,
    heads: HashMap<Subject, u64>,
    written: HashMap<(Subject, RecordId), u64>,
    of_conversation: BTreeMap<ConversationId, Vec<u64>>,
}

/// What an append came to.
#[derive(Debug, Clone)]
pub enum Appended {
    Written(Stored),
    /// It was there before.
    Duplicate,
    /// Something else was written since the decision was made.
    Conflict,
}

impl Log {
    /// Appends a record after the one with the sequence `expected` of its subject; 0 for the first.
    pub fn append(&mut self, record: Record, expected: u64) -> Appended {
        let written = (record.subject.clone(), record.id);
        if self.written.contains_key(&written) {
            return Appended::Duplicate;
        }
        if self.head(&record.subject) != expected {
            return Appended::Conflict;
        }
        let sequence = self.entries.len() as u64 + 1;
        self.heads.insert(record.subject.clone(), sequence);
        self.written.insert(written, sequence);
        if let Some(conversation) = record.subject.conversation() {
            self.of_conversation.entry(conversation).or_default().push(sequence);
        }
        let stored = Stored { sequence, record: Rc::new(record) };
        self.entries.push(stored.clone());
        Appended::Written(stored)
    }

    /// The sequence of the newest record of a subject; 0 when it has none.
    pub fn head(&self, subject: &Subject) -> u64 {
        self.heads.get(subject).copied().unwrap_or(0)
    }

    pub fn entries(&self) -> &[Stored] {
        &self.entries
    }

    pub fn get(&self, sequence: u64) -> Option<&Stored> {
        self.entries.get(usize::try_from(sequence.checked_sub(1)?).ok()?)
    }

    /// The records of a conversation, in order.
    pub fn of(&self, conversation: &ConversationId) -> impl Iterator<Item = &Stored> {
        self.of_conversation.get(conversation).into_iter().flatten().filter_map(|sequence| self.get(*sequence))
    }
}

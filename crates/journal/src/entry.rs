//! What stands in the log, as readers meet it.

use bytes::Bytes;
use conversation::Record;
use jiff::Timestamp;
use wire::Due;

/// One message of the log, read.
#[derive(Debug, Clone, PartialEq)]
pub enum Entry {
    Record(Record),
    /// A timer that has come due.
    Due(Due),
    /// Bytes that this version cannot read. They stay where they are.
    Undecodable {
        reason: String,
    },
}

impl Entry {
    /// The kinds of its facts, joined by `,`: for spans and logs, which never hold a fact's content.
    pub fn kinds(&self) -> String {
        match self {
            Entry::Record(record) => fact_names(record),
            Entry::Due(due) => format!("Due:{}", due.what()),
            Entry::Undecodable { .. } => "undecodable".to_owned(),
        }
    }
}

/// One record with its place in the log.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored {
    pub sequence: u64,
    pub record: Record,
}

/// The records of one subject.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Loaded {
    /// In the order of the log.
    pub entries: Vec<Stored>,
    /// The sequence of the newest message of the subject, readable or not: what the next append must expect. After
    /// [`load_after`](crate::Journal::load_after) without anything newer it is the sequence that was given.
    pub last_sequence: u64,
    /// Sequences of messages that this version cannot read.
    pub undecodable: Vec<u64>,
}

impl Loaded {
    pub fn records(&self) -> impl Iterator<Item = &Record> {
        self.entries.iter().map(|stored| &stored.record)
    }
}

/// Where an append ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Appended {
    pub sequence: u64,
    /// The record was there already, from an earlier try.
    pub duplicate: bool,
}

/// One message with its place, as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raw {
    pub sequence: u64,
    pub subject: String,
    pub payload: Bytes,
    /// When the log took it.
    pub stored_at: Timestamp,
    /// The trace it was written in, as W3C trace context.
    pub traceparent: Option<String>,
    /// Its `Nats-Msg-Id`: the record's id.
    pub message_id: Option<String>,
}

impl Raw {
    /// Reads it. None for what is an instruction to the server and not an entry: a timer that still waits.
    pub fn entry(&self) -> Option<Entry> {
        read(&self.subject, &self.payload)
    }
}

/// What kind of subject it is stands in its fourth token.
pub(crate) fn read(subject: &str, payload: &[u8]) -> Option<Entry> {
    let kind = subject.split('.').nth(3);
    let entry = match kind {
        Some("timer" | "cancelled") => return None,
        Some("due") => wire::decode_due(payload).map(Entry::Due),
        _ => wire::decode(payload).map(Entry::Record),
    };
    Some(entry.unwrap_or_else(|error| Entry::Undecodable { reason: error.to_string() }))
}

/// The names of a record's facts, joined by `,`.
pub(crate) fn fact_names(record: &Record) -> String {
    let mut names = String::with_capacity(record.facts.len() * 16);
    for fact in &record.facts {
        if !names.is_empty() {
            names.push(',');
        }
        names.push_str(fact.name());
    }
    names
}

/// Whether a NATS filter (`*` one token, `>` the rest) takes in a subject.
pub(crate) fn matches(filter: &str, subject: &str) -> bool {
    let mut tokens = subject.split('.');
    for wanted in filter.split('.') {
        match (wanted, tokens.next()) {
            (">", Some(_)) => return true,
            (_, None) => return false,
            ("*", Some(_)) => {}
            (wanted, Some(token)) if wanted == token => {}
            _ => return false,
        }
    }
    tokens.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_match_as_the_server_matches() {
        assert!(matches("earshot.*.*.brand", "earshot.3.aurora.brand"));
        assert!(!matches("earshot.*.*.brand", "earshot.3.aurora.brand.x"));
        assert!(matches("earshot.>", "earshot.3"));
        assert!(!matches("earshot.>", "earshot"));
        assert!(matches("a.b", "a.b") && !matches("a.b", "a.c") && !matches("a.b.c", "a.b"));
    }
}

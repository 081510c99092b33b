//! What stands beside the log in the twin: the workers' positions, and what was set aside.

use super::Log;
use crate::JournalError;
use crate::entry::Raw;
use crate::filters::Filters;
use crate::set_aside::{SetAside, parse_id};
use crate::work::Source;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Which worker holds a message, and how often it was handed out.
#[derive(Debug, Clone, Copy)]
pub(super) struct Held {
    pub worker: u64,
    pub deliveries: u64,
}

/// A service's position in the log.
#[derive(Default)]
pub(super) struct Position {
    pub filters: Option<Filters>,
    /// Everything up to here was handed out at least once.
    pub seen: u64,
    pub held: BTreeMap<(Source, u64), Held>,
    /// Given back, to be handed out again: how often it was before.
    pub back: BTreeMap<(Source, u64), u64>,
    /// Sequences in the log of what somebody wants to be tried again.
    pub retries: BTreeSet<u64>,
}

#[derive(Default)]
pub(super) struct Side {
    pub positions: HashMap<String, Position>,
    pub workers: u64,
    pub set_aside: BTreeMap<(String, u64), (SetAside, Raw)>,
}

impl Log {
    pub fn keep_set_aside(&self, service: &str, raw: &Raw, reason: &str, attempts: u32) {
        let mut state = self.locked();
        let item = SetAside {
            id: format!("{service}.{}", raw.sequence),
            service: service.to_owned(),
            sequence: raw.sequence,
            subject: raw.subject.clone(),
            reason: reason.to_owned(),
            attempts,
            set_aside_at: state.now,
            retrying: false,
        };
        state.side.set_aside.insert((service.to_owned(), raw.sequence), (item, raw.clone()));
    }

    pub fn set_aside_list(&self) -> Vec<SetAside> {
        let mut items: Vec<_> = self.locked().side.set_aside.values().map(|(item, _)| item.clone()).collect();
        items.sort_by_key(|item| item.set_aside_at);
        items
    }

    pub fn set_aside_show(&self, id: &str) -> Result<(SetAside, Raw), JournalError> {
        let (service, sequence) = parse_id(id)?;
        let state = self.locked();
        let found = state.side.set_aside.get(&(service.to_owned(), sequence)).cloned();
        found.ok_or_else(|| JournalError::NotFound { what: format!("set-aside item {id}") })
    }

    pub fn ask_for_retry(&self, item: &SetAside) {
        let mut state = self.locked();
        if let Some((item, _)) = state.side.set_aside.get_mut(&(item.service.clone(), item.sequence)) {
            item.retrying = true;
        }
        state.side.positions.entry(item.service.clone()).or_default().retries.insert(item.sequence);
        drop(state);
        self.tell();
    }
}

//! Work from the twin. A worker that goes away gives back what it held at once, as a server does after `ack_wait`.

use super::Log;
use super::side::Held;
use super::state::State;
use crate::entry::Raw;
use crate::filters::Filters;
use crate::work::{Given, Key, Source, WorkConfig};
use std::sync::Arc;
use tokio::sync::watch;

pub(crate) struct Feed {
    log: Arc<Log>,
    service: String,
    worker: u64,
    changed: watch::Receiver<u64>,
}

impl Feed {
    pub fn open(log: Arc<Log>, config: &WorkConfig) -> Self {
        let changed = log.changed.subscribe();
        let mut state = log.locked();
        state.side.workers += 1;
        let worker = state.side.workers;
        let position = state.side.positions.entry(config.service.clone()).or_default();
        position.filters = Some(Filters::new(&config.filters));
        drop(state);
        Feed { log, service: config.service.clone(), worker, changed }
    }

    pub async fn next(&mut self) -> Given {
        loop {
            if let Some(given) = self.log.locked().give(&self.service, self.worker) {
                return given;
            }
            if self.changed.changed().await.is_err() {
                std::future::pending().await
            }
        }
    }

    pub fn done(&self, given: &Given, failed: bool) {
        let mut state = self.log.locked();
        if let Some(position) = state.side.positions.get_mut(&self.service) {
            position.held.remove(&given.key);
            position.back.remove(&given.key);
        }
        if given.key.0 == Source::SetAside && !failed {
            state.side.set_aside.remove(&(self.service.clone(), given.raw.sequence));
        }
    }

    pub fn give_back(&self, given: &Given) {
        let mut state = self.log.locked();
        if let Some(position) = state.side.positions.get_mut(&self.service)
            && let Some(held) = position.held.remove(&given.key)
        {
            position.back.insert(given.key, held.deliveries);
        }
        drop(state);
        self.log.tell();
    }
}

impl Drop for Feed {
    fn drop(&mut self) {
        let mut state = self.log.locked();
        let worker = self.worker;
        if let Some(position) = state.side.positions.get_mut(&self.service) {
            let left = position.held.iter().filter(|(_, held)| held.worker == worker);
            let left: Vec<(Key, u64)> = left.map(|(key, held)| (*key, held.deliveries)).collect();
            for (key, deliveries) in left {
                position.held.remove(&key);
                position.back.insert(key, deliveries);
            }
        }
        drop(state);
        self.log.tell();
    }
}

impl State {
    /// The next message for a worker: what was given back first, then what is wanted again, then what is new.
    fn give(&mut self, service: &str, worker: u64) -> Option<Given> {
        let position = self.side.positions.get_mut(service)?;
        let (key, deliveries) = if let Some((key, before)) = position.back.pop_first() {
            (key, before + 1)
        } else if let Some(sequence) = position.retries.pop_first() {
            ((Source::SetAside, sequence), 1)
        } else {
            let (filters, seen) = (position.filters.clone()?, position.seen);
            let stream = self.stream(&filters);
            let found = stream.after(seen).find(|raw| filters.want(&raw.subject)).map(|raw| raw.sequence);
            let seen = found.unwrap_or(stream.last_sequence);
            self.side.positions.get_mut(service)?.seen = seen;
            ((Source::Log, found?), 1)
        };
        let raw = self.raw_of(service, key)?;
        self.side.positions.get_mut(service)?.held.insert(key, Held { worker, deliveries });
        Some(Given { key, raw, deliveries, reply: String::new() })
    }

    fn raw_of(&self, service: &str, (source, sequence): Key) -> Option<Raw> {
        match source {
            Source::Log => {
                let filters = self.side.positions.get(service)?.filters.as_ref()?;
                self.stream(filters).get(sequence).cloned()
            }
            Source::SetAside => self.side.set_aside.get(&(service.to_owned(), sequence)).map(|(_, raw)| raw.clone()),
        }
    }
}

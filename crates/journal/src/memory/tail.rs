//! Following the twin.

use super::Log;
use crate::entry::{self, matches};
use crate::tail::{BATCH, Feeder, Item, Tail, TailConfig, without_timers};
use std::collections::VecDeque;
use std::sync::Arc;

/// Sequences that match and are still to be handed over, and how far was looked for them.
struct Ahead {
    matching: VecDeque<u64>,
    looked_until: u64,
}

impl Log {
    pub fn tail(self: &Arc<Self>, config: TailConfig) -> Tail {
        let log = self.clone();
        Tail::start(|feeder| tokio::spawn(log.follow(config, feeder)))
    }

    async fn follow(self: Arc<Self>, config: TailConfig, feeder: Feeder) {
        let filters = without_timers(&config.filters);
        let mut changed = self.changed.subscribe();
        let mut ahead = Ahead { matching: VecDeque::new(), looked_until: config.after_sequence };
        loop {
            changed.mark_unchanged();
            let items = self.batch(&filters, &mut ahead, &feeder);
            if !items.is_empty() {
                if feeder.batches.send(items).await.is_err() {
                    return;
                }
                continue;
            }
            tokio::select! {
                changed = changed.changed() => if changed.is_err() {
                    return;
                },
                () = feeder.batches.closed() => return,
            }
        }
    }

    fn batch(&self, filters: &[String], ahead: &mut Ahead, feeder: &Feeder) -> Vec<Item> {
        let state = self.locked();
        for raw in state.after(ahead.looked_until) {
            if filters.iter().any(|filter| matches(filter, &raw.subject)) {
                ahead.matching.push_back(raw.sequence);
            }
        }
        ahead.looked_until = ahead.looked_until.max(state.last_sequence);
        feeder.begins_with(ahead.matching.len() as u64);
        let mut items = Vec::new();
        while items.len() < BATCH
            && let Some(sequence) = ahead.matching.pop_front()
        {
            let Some(raw) = state.get(sequence) else {
                continue;
            };
            let Some(entry) = entry::read(&raw.subject, &raw.payload) else {
                continue;
            };
            items.push(Item {
                sequence,
                subject: raw.subject.clone(),
                entry,
                pending: ahead.matching.len() as u64,
                stored_at: raw.stored_at,
                traceparent: raw.traceparent.clone(),
            });
        }
        items
    }
}

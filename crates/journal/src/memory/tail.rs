//! Following the twin.

use super::Log;
use crate::entry;
use crate::filters::Filters;
use crate::tail::{BATCH, Feeder, Item, Tail, TailConfig};
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

    async fn follow(self: Arc<Self>, config: TailConfig, mut feeder: Feeder) {
        let filters = Filters::new(&config.filters);
        let mut changed = self.changed.subscribe();
        let mut ahead = Ahead { matching: VecDeque::new(), looked_until: config.after_sequence };
        loop {
            changed.mark_unchanged();
            let full = self.batch(&filters, &mut ahead, &mut feeder);
            if feeder.hand_over_all().await.is_err() {
                return;
            }
            if full {
                continue;
            }
            tokio::select! {
                changed = changed.changed() => if changed.is_err() {
                    return;
                },
                () = feeder.gone() => return,
            }
        }
    }

    /// Hands items to the feeder; answers whether there are more.
    fn batch(&self, filters: &Filters, ahead: &mut Ahead, feeder: &mut Feeder) -> bool {
        let state = self.locked();
        let stream = state.stream(filters);
        for raw in stream.after(ahead.looked_until) {
            if filters.want(&raw.subject) {
                ahead.matching.push_back(raw.sequence);
            }
        }
        ahead.looked_until = ahead.looked_until.max(stream.last_sequence);
        feeder.begins_with(ahead.matching.len() as u64);
        for _ in 0..BATCH {
            let Some(sequence) = ahead.matching.pop_front() else {
                return false;
            };
            let raw = stream.get(sequence);
            let Some((raw, entry)) = raw.and_then(|raw| Some((raw, entry::read(&raw.subject, &raw.payload)?))) else {
                continue;
            };
            feeder.take(Item {
                sequence,
                subject: raw.subject.as_str().into(),
                entry: Arc::new(entry),
                size: raw.payload.len(),
                pending: ahead.matching.len() as u64,
                stored_at: raw.stored_at,
                traceparent: raw.traceparent.as_deref().map(Into::into),
            });
        }
        true
    }
}

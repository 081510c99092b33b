//! Following the log in order, for projections: nothing is acknowledged, the reader keeps its own position.

use crate::entry::Entry;
use jiff::Timestamp;
use std::sync::Arc;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio_util::task::AbortOnDropHandle;

/// Batches that may wait for a slow reader, of at most [`BATCH`] items each.
const BATCHES_AHEAD: usize = 8;
/// Items that are handed over at once.
pub(crate) const BATCH: usize = 256;

/// What to follow, and from where.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TailConfig {
    /// Subjects with wildcards, as in [`wire::subjects`]. They must not overlap. Empty means everything.
    pub filters: Vec<String>,
    /// The position already known: the first item is the first match after it. 0 is from the start.
    pub after_sequence: u64,
}

/// One message of the log.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    pub sequence: u64,
    pub subject: String,
    pub entry: Entry,
    /// How many matches were still to come when the server sent this one; 0 means caught up.
    pub pending: u64,
    pub stored_at: Timestamp,
    /// The trace it was written in, as W3C trace context.
    pub traceparent: Option<String>,
}

/// The log as it grows, in order, nothing missing and nothing twice, over lost connections and restarts of the
/// server. Dropping it ends the following.
pub struct Tail {
    batches: mpsc::Receiver<Vec<Item>>,
    ready: std::vec::IntoIter<Item>,
    left: watch::Receiver<Option<u64>>,
    last_pending: Option<u64>,
    _task: AbortOnDropHandle<()>,
}

/// The other end of a tail.
pub(crate) struct Feeder {
    pub batches: mpsc::Sender<Vec<Item>>,
    left: Arc<watch::Sender<Option<u64>>>,
}

impl Tail {
    pub(crate) fn start(follow: impl FnOnce(Feeder) -> JoinHandle<()>) -> Self {
        let (sender, batches) = mpsc::channel(BATCHES_AHEAD);
        let (left_sender, left) = watch::channel(None);
        let task = follow(Feeder { batches: sender, left: Arc::new(left_sender) });
        Tail { batches, ready: Vec::new().into_iter(), left, last_pending: None, _task: AbortOnDropHandle::new(task) }
    }

    /// The next item; waits until there is one. None: the journal was closed, nothing will come any more.
    /// Cancel-safe: an item that was not returned comes with the next call.
    pub async fn next(&mut self) -> Option<Item> {
        loop {
            if let Some(item) = self.ready.next() {
                self.last_pending = Some(item.pending);
                return Some(item);
            }
            self.ready = self.batches.recv().await?.into_iter();
        }
    }

    /// How many items are still to come, as of the last one returned; before the first, as of the start of following,
    /// which is waited for. 0 means caught up.
    pub async fn pending(&mut self) -> u64 {
        match self.last_pending {
            Some(pending) => pending,
            None => match self.left.wait_for(Option::is_some).await {
                Ok(left) => left.unwrap_or(0),
                Err(_) => 0,
            },
        }
    }
}

impl Feeder {
    /// How many items are to come, told once the following has begun.
    pub fn begins_with(&self, pending: u64) {
        self.left.send_if_modified(|left| {
            let first = left.is_none();
            if first {
                *left = Some(pending);
            }
            first
        });
    }
}

/// The filters a follower really needs: what waits as a timer is an instruction to the server and no entry, so a
/// filter that takes in whole brands is spelled out without it. Then `pending` counts entries and nothing else.
pub(crate) fn without_timers(filters: &[String]) -> Vec<String> {
    let everything = [wire::subjects::ALL.to_owned()];
    let filters = if filters.is_empty() { &everything[..] } else { filters };
    let mut narrowed = Vec::new();
    for filter in filters {
        let tokens: Vec<&str> = filter.split('.').collect();
        if tokens.len() > 4 || tokens.last() != Some(&">") {
            narrowed.push(filter.clone());
            continue;
        }
        let mut head = tokens[..tokens.len() - 1].to_vec();
        head.resize(3, "*");
        for kind in ["conversation.*", "brand", "filtered.*", "due.>"] {
            narrowed.push(format!("{}.{kind}", head.join(".")));
        }
    }
    narrowed
}

#[cfg(test)]
mod tests {
    use super::*;
    use wire::subjects;

    #[test]
    fn everything_is_all_but_the_timers_that_wait() {
        let all = without_timers(&[subjects::ALL.to_owned()]);
        assert_eq!(all, [subjects::CONVERSATIONS, subjects::BRANDS, subjects::FILTERED, subjects::DUE]);
        assert_eq!(without_timers(&[]), all);
        assert_eq!(without_timers(&["earshot.3.>".to_owned()])[1], "earshot.3.*.brand");
        assert_eq!(without_timers(&[subjects::DUE.to_owned()]), [subjects::DUE]);
    }
}
